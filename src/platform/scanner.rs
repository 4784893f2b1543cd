//! A scanner that pretends to be a keyboard. Its first letter looks like any other, so letters are held back for a moment: a
//! scanner's never reach a field, a hand's are typed a blink later.

use crate::domain::kiosk::scan::{GAP_MS, Reading, Stroke, Verdict, Wedge};
use crate::platform::clock::whole;
use crate::platform::reach::{call, document, get, listen as hear, text};
use crate::platform::timer;
use js_sys::Function;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Somewhat longer than two keys of a scanner are apart, in milliseconds.
const REST_MS: i32 = GAP_MS as i32 + 15;

/// Listens for as long as the page lives. `read` is told what a scanner read, `typed` what a hand typed with no field in
/// focus.
pub fn listen(read: impl Fn(Reading) + 'static, typed: impl Fn(&str) + 'static) {
    let wedge = Rc::new(RefCell::new(Wedge::default()));
    let typed = Rc::new(typed);
    let read = Rc::new(read);
    let key = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
        let holding = wedge.borrow().is_holding();
        let Some(stroke) = stroke(&event, holding) else { return };
        let verdict =
            wedge.borrow_mut().stroke(stroke, whole(get(&event, "timeStamp").as_f64().unwrap_or_default()));
        match verdict {
            Verdict::Hold => stop(&event),
            Verdict::Read(reading) => {
                stop(&event);
                read(reading);
            }
            Verdict::Pass(before) => {
                if matches!(stroke, Stroke::Letter(_)) {
                    stop(&event);
                }
                write(&before, &*typed);
            }
        }
        if wedge.borrow().is_holding() {
            let (wedge, read, typed) = (Rc::clone(&wedge), Rc::clone(&read), Rc::clone(&typed));
            let length = wedge.borrow().length();
            spawn_local(async move {
                timer::sleep(REST_MS).await;
                // Another key has come since, and waits by itself.
                if wedge.borrow().length() != length {
                    return;
                }
                let reading = wedge.borrow_mut().rest();
                let rest = wedge.borrow_mut().pause();
                match reading {
                    Some(reading) => read(reading),
                    None => write(&rest.unwrap_or_default(), &*typed),
                }
            });
        }
    });
    hear("keydown", false, &key);
    key.forget();
}

fn stop(event: &JsValue) {
    call(event, "preventDefault", None);
    call(event, "stopPropagation", None);
}

/// What a key is; `None` for keys that mean nothing by themselves, and for those of an input method.
fn stroke(event: &JsValue, holding: bool) -> Option<Stroke> {
    let is = |name: &str| get(event, name).is_truthy();
    let key = text(event, "key");
    if is("isComposing") || matches!(key.as_str(), "Shift" | "CapsLock" | "AltGraph" | "Control" | "Process")
    {
        return None;
    }
    let mut letters = key.chars();
    let letter = letters.next().filter(|_| letters.next().is_none());
    match letter {
        // A blank presses the button in focus, unless it comes in the midst of something that is read.
        Some(' ') if !holding => None,
        Some(letter) if !(is("ctrlKey") || is("altKey") || is("metaKey")) => Some(Stroke::Letter(letter)),
        _ if matches!(key.as_str(), "Enter" | "Tab") => Some(Stroke::Suffix),
        _ => Some(Stroke::Other),
    }
}

/// Types what was held back into the field in focus, where there is one.
fn write(text: &str, typed: &dyn Fn(&str)) {
    if text.is_empty() {
        return;
    }
    let document = document();
    if !takes_text(&get(&document, "activeElement")) {
        return typed(text);
    }
    // Deprecated and without a successor: the only way to type into every kind of field at its caret.
    if let Ok(insert) = get(&document, "execCommand").dyn_into::<Function>() {
        let _ = insert.call3(&document, &"insertText".into(), &false.into(), &text.into());
    }
}

fn takes_text(element: &JsValue) -> bool {
    const OTHERS: [&str; 8] = ["checkbox", "radio", "button", "submit", "range", "file", "color", "image"];
    match text(element, "tagName").as_str() {
        "TEXTAREA" => true,
        "INPUT" => !OTHERS.contains(&text(element, "type").as_str()),
        _ => false,
    }
}

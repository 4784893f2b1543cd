//! The keyboard of the screen. On iOS, and in young browsers on Android, it lies above the page without making it smaller: what
//! is fixed to the lower edge would be behind it (requirement W6).

use crate::platform::reach::{call, document, get, listen, set, text, window};
use crate::platform::{clock, dom, timer};
use js_sys::{Function, Object};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// What covers less than this, in pixels, is a bar of the browser.
const LEAST: f64 = 80.0;
/// Room that a field keeps to what covers the page, in pixels: a fixed foot is as high.
const ROOM: f64 = 96.0;
/// How long a keyboard may take to come, in milliseconds.
const COMING_MS: i32 = 350;

fn number(object: &JsValue, name: &str) -> f64 {
    get(object, name).as_f64().unwrap_or_default()
}

/// How much of the page's lower edge is covered, in pixels: none while somebody has enlarged a part of it.
fn covered() -> f64 {
    let window = window();
    let seen = get(&window, "visualViewport");
    if number(&seen, "scale") > 1.05 || !is_field(&focused()) {
        return 0.0;
    }
    let page =
        number(&get(&document(), "documentElement"), "clientHeight").max(number(&window, "innerHeight"));
    let below = (page - number(&seen, "offsetTop") - number(&seen, "height")).round();
    if below < LEAST { 0.0 } else { below }
}

fn focused() -> JsValue {
    get(&document(), "activeElement")
}

/// Whether the keyboard comes for an element.
fn is_field(element: &JsValue) -> bool {
    let is_text = !matches!(
        text(element, "type").as_str(),
        "checkbox" | "radio" | "button" | "submit" | "range" | "file" | "color" | "image" | "reset"
    );
    match text(element, "tagName").as_str() {
        "INPUT" => is_text,
        "TEXTAREA" => true,
        _ => get(element, "isContentEditable").is_truthy(),
    }
}

/// Scrolls what is being written in to where it is seen.
fn reveal() {
    let (field, seen) = (focused(), get(&window(), "visualViewport"));
    if !is_field(&field) || !seen.is_object() {
        return;
    }
    let Some(place) = call(&field, "getBoundingClientRect", None) else { return };
    let top = number(&seen, "offsetTop");
    let bottom = top + number(&seen, "height") - ROOM;
    if number(&place, "bottom") <= bottom && number(&place, "top") >= top {
        return;
    }
    if call(&field, "closest", Some(&"#sheet".into())).is_some_and(|sheet| sheet.is_object()) {
        let how = Object::new();
        set(&how, "block", &"center".into());
        call(&field, "scrollIntoView", Some(&how));
        return;
    }
    // Browsers differ in whether their own scrolling knows of the keyboard.
    let middle = top + ((bottom - top - number(&place, "height")) / 2.0).max(0.0);
    let window = window();
    if let Ok(scroll) = get(&window, "scrollBy").dyn_into::<Function>() {
        let _ = scroll.call2(&window, &0.into(), &(number(&place, "top") - middle).into());
    }
}

/// Keeps `--kb`, the height of what covers the lower edge, and the class `typing` while something does, for as long as the page
/// lives. A browser without `visualViewport` shows what it always has.
pub fn follow() {
    let seen = get(&window(), "visualViewport");
    if !seen.is_object() {
        return;
    }
    let before = Rc::new(Cell::new(0.0));
    let waiting = Rc::new(Cell::new(false));
    let frame = {
        let waiting = waiting.clone();
        Closure::<dyn Fn()>::new(move || {
            waiting.set(false);
            let now = covered();
            if before.replace(now) == now {
                return;
            }
            let mut height = clock::whole(now).to_string();
            height.push_str("px");
            dom::set_root_property("--kb", &height);
            let classes = get(&get(&document(), "documentElement"), "classList");
            call(&classes, if now > 0.0 { "add" } else { "remove" }, Some(&"typing".into()));
            if now > 0.0 {
                // What is fixed has to have made room first.
                spawn_local(async {
                    timer::sleep(0).await;
                    reveal();
                });
            }
        })
    };
    let frame = frame.into_js_value();
    let changed = Closure::<dyn Fn(JsValue)>::new(move |_| {
        if !waiting.replace(true) && call(&window(), "requestAnimationFrame", Some(&frame)).is_none() {
            waiting.set(false);
        }
    });
    for name in ["resize", "scroll"] {
        if let Ok(hear) = get(&seen, "addEventListener").dyn_into::<Function>() {
            let _ = hear.call2(&seen, &name.into(), changed.as_ref());
        }
    }
    // Whoever goes to the next field with the keyboard open has the same height as before.
    let field = Closure::<dyn Fn(JsValue)>::new(move |_| {
        spawn_local(async {
            timer::sleep(COMING_MS).await;
            if covered() > 0.0 {
                reveal();
            }
        });
    });
    listen("focusin", true, &field);
    field.forget();
    for name in ["focusout", "resize", "orientationchange"] {
        listen(name, true, &changed);
    }
    changed.forget();
}

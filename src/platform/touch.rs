//! A screen that everybody touches: what counts as a sign of life, and what a browser offers that nobody there may have.

use crate::platform::reach::{call, get, listen, text, window};
use wasm_bindgen::prelude::*;

/// Signs that somebody is there.
const LIFE: [&str; 6] = ["pointerdown", "touchstart", "keydown", "wheel", "input", "scroll"];
/// What would lead out of the page, or mark, drag or enlarge parts of it.
const REFUSED: [&str; 5] = ["contextmenu", "dragstart", "selectstart", "gesturestart", "gesturechange"];

/// Calls `seen` at every sign of life, for as long as the page lives.
pub fn watch(seen: impl Fn() + 'static) {
    let seen = Closure::<dyn Fn(JsValue)>::new(move |_| seen());
    for name in LIFE {
        listen(name, true, &seen);
    }
    seen.forget();
}

fn is_field(target: &JsValue) -> bool {
    matches!(text(target, "tagName").as_str(), "INPUT" | "TEXTAREA")
}

fn refuse(event: &JsValue) {
    if get(event, "cancelable").is_truthy() {
        call(event, "preventDefault", None);
    }
}

/// From here on there is no context menu, no dragging, no selecting outside of fields, no pinching, and no field that a browser
/// fills in or remembers.
pub fn tame() {
    let never = Closure::<dyn Fn(JsValue)>::new(|event: JsValue| {
        if !(text(&event, "type") == "selectstart" && is_field(&get(&event, "target"))) {
            refuse(&event);
        }
    });
    for name in REFUSED {
        listen(name, false, &never);
    }
    never.forget();
    let forget = Closure::<dyn Fn(JsValue)>::new(|event: JsValue| {
        let field = get(&event, "target").dyn_into::<web_sys::Element>().ok().filter(|one| is_field(one));
        if let Some(field) = field {
            let _ = field.set_attribute("autocomplete", "off");
        }
    });
    listen("focusin", true, &forget);
    forget.forget();
    // Two fingers, and the wheel that a touch pad makes of them.
    let pinch = Closure::<dyn Fn(JsValue)>::new(|event: JsValue| {
        let fingers = get(&get(&event, "touches"), "length").as_f64().unwrap_or_default();
        if fingers > 1.0 || get(&event, "ctrlKey").is_truthy() {
            refuse(&event);
        }
    });
    for name in ["touchmove", "wheel"] {
        listen(name, false, &pinch);
    }
    pinch.forget();
}

/// Prints what the style sheet for paper shows.
pub fn print() {
    call(&window(), "print", None);
}

/// Takes everything but what has the class `cover` out of reach of fingers, keys and readers, or gives it back.
pub fn leave_only(cover: &str, only: bool) {
    let Some(app) = crate::platform::dom::mount_point() else { return };
    let mut child = app.first_element_child();
    while let Some(one) = child {
        let covers = one.get_attribute("class").is_some_and(|class| class == cover);
        let _ = if only && !covers { one.set_attribute("inert", "") } else { one.remove_attribute("inert") };
        child = one.next_element_sibling();
    }
}

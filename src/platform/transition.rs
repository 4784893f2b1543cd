//! One screen turning into the next, where the browser can draw it and the person wants movement.

use crate::platform::{dom, reach, timer};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{future_to_promise, spawn_local};

/// Does `change`, which leads to another screen: at once, or within the browser's transition, a moment later.
pub fn shift(change: impl FnOnce() + 'static) {
    let document = reach::document();
    if dom::prefers_still() || !reach::get(&document, "startViewTransition").is_function() {
        return change();
    }
    let draw = Closure::once_into_js(move || {
        change();
        // The new screen is drawn in the microtasks after this one.
        JsValue::from(future_to_promise(async {
            timer::sleep(0).await;
            Ok(JsValue::UNDEFINED)
        }))
    });
    let Some(shown) = reach::call(&document, "startViewTransition", Some(&draw)) else { return };
    spawn_local(async move {
        // One that is overtaken by the next has nothing to say.
        reach::settled(Some(reach::get(&shown, "ready"))).await;
    });
}

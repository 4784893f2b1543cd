//! Time that nobody needs, and data that nobody pays for.

use crate::platform::timer;
use js_sys::{Promise, Reflect};
use wasm_bindgen_futures::JsFuture;

/// How long to wait, in milliseconds, where the browser doesn't tell when it is idle.
const OTHERWISE_MS: i32 = 2000;

/// Resolves when the browser has nothing to do.
pub async fn idle() {
    let mut asked = false;
    let promise = Promise::new(&mut |resolve, _| {
        asked = web_sys::window().is_some_and(|window| window.request_idle_callback(&resolve).is_ok());
    });
    if asked {
        let _ = JsFuture::from(promise).await;
    } else {
        timer::sleep(OTHERWISE_MS).await;
    }
}

/// Whether the person asked to save data.
pub fn saves_data() -> bool {
    let Some(window) = web_sys::window() else { return false };
    let read = |object: &wasm_bindgen::JsValue, name: &str| Reflect::get(object, &name.into()).ok();
    read(&window.navigator(), "connection")
        .filter(|connection| connection.is_object())
        .and_then(|connection| read(&connection, "saveData"))
        .is_some_and(|wish| wish.is_truthy())
}

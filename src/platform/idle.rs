//! Time that nobody needs, and data that nobody pays for.

use crate::platform::timer;
use js_sys::{Promise, Reflect};
use wasm_bindgen_futures::JsFuture;
use web_sys::AddEventListenerOptions;

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

/// For so long the network is the first screen's alone, unless somebody touches it, in milliseconds.
const ALONE_MS: i32 = 8000;

/// What somebody does who is there.
const TOUCHES: [&str; 3] = ["pointerdown", "keydown", "wheel"];

/// Resolves when somebody touches the page, or when the first screen had its time.
pub async fn touched() {
    let promise = Promise::new(&mut |resolve, _| {
        let Some(window) = web_sys::window() else { return };
        let options = AddEventListenerOptions::new();
        options.set_once(true);
        options.set_passive(true);
        for touch in TOUCHES {
            let _ = window
                .add_event_listener_with_callback_and_add_event_listener_options(touch, &resolve, &options);
        }
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ALONE_MS);
    });
    let _ = JsFuture::from(promise).await;
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

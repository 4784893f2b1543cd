//! Whether there is a network. `onLine` true only means that there may be one.

use wasm_bindgen::prelude::*;

/// Whether the browser believes that there is a network.
pub fn is_online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}

/// Calls `changed` for as long as the page lives.
pub fn watch(changed: impl Fn(bool) + Clone + 'static) {
    let Some(window) = web_sys::window() else { return };
    for (event, online) in [("online", true), ("offline", false)] {
        let changed = changed.clone();
        let callback = Closure::<dyn Fn()>::new(move || changed(online));
        let _ = window.add_event_listener_with_callback(event, callback.as_ref().unchecked_ref());
        callback.forget();
    }
}

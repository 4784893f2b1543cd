//! Whether there is a network. `onLine` true only means that there may be one.

use std::cell::{Cell, RefCell};
use wasm_bindgen::prelude::*;

type Told = Box<dyn Fn(bool)>;

thread_local! {
    static SLOW: Cell<u32> = const { Cell::new(0) };
    static TOLD: RefCell<Option<Told>> = const { RefCell::new(None) };
}

/// An answer takes long, for as long as this lives.
pub struct Slow(());

impl Slow {
    /// It does from now on.
    pub fn begin() -> Self {
        slower(1);
        Self(())
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        slower(u32::MAX);
    }
}

fn slower(by: u32) {
    let count = SLOW.get().wrapping_add(by);
    SLOW.set(count);
    TOLD.with_borrow(|told| {
        if let Some(told) = told {
            told(count > 0);
        }
    });
}

/// Calls `changed` when answers begin to take long, and when none does any more.
pub fn watch_slow(changed: impl Fn(bool) + 'static) {
    TOLD.set(Some(Box::new(changed)));
}

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

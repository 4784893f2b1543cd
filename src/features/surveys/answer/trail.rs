//! The browser's history within a survey: each page that was reached is an entry, so that back is the page before.

use crate::platform::dom;
use js_sys::{Object, Reflect};
use web_sys::History;

fn history() -> Option<History> {
    web_sys::window()?.history().ok()
}

/// How deep the entry in use is, as the app counts them.
pub(super) fn depth() -> i64 {
    let depth =
        history().and_then(|history| Reflect::get(&history.state().ok()?, &"d".into()).ok()?.as_f64());
    depth.map_or(0, |depth| depth as i64)
}

/// A new entry for the same address.
pub(super) fn push() {
    let Some(history) = history() else { return };
    let entry = Object::new();
    let _ = Reflect::set(&entry, &"d".into(), &((depth() + 1) as f64).into());
    let _ = Reflect::set(&entry, &"y".into(), &0.0.into());
    let path = web_sys::window().and_then(|window| window.location().href().ok());
    let _ = history.push_state_with_url(&entry, "", path.as_deref());
    dom::scroll_to(0.0);
}

/// Goes back so many entries; where it leads is known when the browser says so.
pub(super) fn back(entries: i64) {
    if let Some(history) = history().filter(|_| entries > 0) {
        let _ = history.go_with_delta(i32::try_from(-entries).unwrap_or(-1));
    }
}

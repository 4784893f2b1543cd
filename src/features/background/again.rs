//! Reading again: when the page comes back, and while what is on screen couldn't be read.

use super::version::Versions;
use crate::api::error::ApiError;
use crate::platform::{clock, reach, timer};
use crate::state::portal;
use leptos::prelude::*;
use std::cell::Cell;
use wasm_bindgen::prelude::*;

/// Who was away for less finds the page as it was, in milliseconds.
const AWAY_MS: i64 = 30_000;
/// How often a backend that wasn't reached is asked again, in milliseconds.
const AGAIN_MS: i32 = 15_000;

/// For as long as the page lives.
pub(super) fn follow(versions: Versions) {
    let portal = portal();
    let hidden_at = Cell::new(None);
    let change = Closure::<dyn Fn(JsValue)>::new(move |_| {
        if reach::get(&reach::document(), "hidden").is_truthy() {
            hidden_at.set(Some(clock::onward()));
            return;
        }
        let away = hidden_at.take().is_some_and(|at| clock::onward().saturating_sub(at) >= AWAY_MS);
        if away && portal.overview.peek().is_some() {
            portal.overview.load();
            versions.look();
        }
    });
    reach::listen("visibilitychange", true, &change);
    change.forget();
    // The browser tells when the network comes back, but not when the backend does.
    let ticker = timer::every(AGAIN_MS, move || {
        let status = portal.overview.status();
        let lost = status
            .with_untracked(|status| matches!(status.fault, Some(ApiError::Offline | ApiError::Timeout)));
        if lost && portal.online.get_untracked() {
            portal.overview.load();
        }
    });
    let ticker = StoredValue::new_local(ticker);
    on_cleanup(move || drop(ticker.try_update_value(Option::take)));
}

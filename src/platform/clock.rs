//! The server's clock. Deadlines are shown by it, whatever the device's clock says: only the time since the last answer
//! comes from the device, and that from its monotonic clock.

use crate::domain::date::Instant;
use std::cell::Cell;

thread_local! {
    /// Milliseconds so far, and the readings of both clocks that they go up to.
    static ONWARD: Cell<Option<(f64, f64, f64)>> = const { Cell::new(None) };
    static KNOWN: Cell<Option<(Instant, f64)>> = const { Cell::new(None) };
}

fn monotonic() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Sets the clock by an answer of the server.
pub fn learn(server: Instant) {
    KNOWN.set(Some((server, monotonic())));
}

/// Now by the server's clock; by the device's until the server has spoken.
pub fn now() -> Instant {
    match KNOWN.get() {
        Some((server, at)) => server.plus_ms(whole(monotonic() - at)),
        None => device(),
    }
}

/// Now by the device's clock: only for telling how long something took, also while it slept.
pub fn device() -> Instant {
    Instant(whole(js_sys::Date::now()))
}

/// Milliseconds since this was asked first. They never go back, and time for which the device slept counts: the monotonic
/// clock may stand still then, and the other one may be set by hand at any time, so each step is the larger of theirs.
pub fn onward() -> i64 {
    let (steady, wall) = (monotonic(), js_sys::Date::now());
    let (sum, steady_before, wall_before) = ONWARD.get().unwrap_or((0.0, steady, wall));
    let sum = sum + (steady - steady_before).max(wall - wall_before).max(0.0);
    ONWARD.set(Some((sum, steady, wall)));
    whole(sum)
}

/// Milliseconds of the device, which hold neither points nor money.
pub fn whole(milliseconds: f64) -> i64 {
    milliseconds as i64
}

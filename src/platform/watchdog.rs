//! What looks after a page that runs for weeks: a small script of its own, `public/watchdog.js`, since it has to outlive the
//! programme.

use crate::platform::clock::whole;
use crate::platform::reach::{add_to_head, call, document, get, set, text, window};

const SCRIPT: &str = "/watchdog.js";

/// How often the page was begun anew because something was wrong, and why it was the last time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Times.
    pub reloads: i64,
    /// The script's word for the reason; empty when there was none.
    pub why: String,
}

/// Whether the window was told to be a kiosk's. The name of a window outlives reloads and wipes, and no other window has it: a
/// device that lost its cookie doesn't show a shared screen's users a phone's portal.
pub fn is_kiosk_window() -> bool {
    text(&window(), "name").starts_with("kiosk")
}

/// Marks the window as a kiosk's and lets the script watch, from here on and at every later start.
pub fn begin() {
    if !is_kiosk_window() {
        set(&window(), "name", &"kiosk 0 ".into());
    }
    let document = document();
    let known = call(&document, "querySelector", Some(&"script[src='/watchdog.js']".into()));
    if known.is_some_and(|known| known.is_object()) {
        return;
    }
    add_to_head("script", &[("src", SCRIPT)]);
}

/// Tells the script that the programme runs.
pub fn alive() {
    call(&get(&window(), "__portal"), "alive", None);
}

/// What the window remembers of earlier troubles.
pub fn record() -> Record {
    let name = text(&window(), "name");
    let mut parts = name.splitn(3, ' ').skip(1);
    let reloads = parts.next().and_then(|count| count.parse().ok()).unwrap_or_default();
    Record { reloads, why: parts.next().unwrap_or_default().chars().take(60).collect() }
}

/// Bytes in use: the programme's own memory, and the scripts' heap where the browser tells.
pub fn memory() -> i64 {
    #[cfg(target_arch = "wasm32")]
    let own = i64::try_from(core::arch::wasm32::memory_size::<0>()).unwrap_or_default() * 65_536;
    #[cfg(not(target_arch = "wasm32"))]
    let own = 0;
    let memory = get(&get(&window(), "performance"), "memory");
    own + get(&memory, "usedJSHeapSize").as_f64().map_or(0, whole)
}

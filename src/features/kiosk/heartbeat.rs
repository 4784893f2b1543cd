//! What the screen tells the backend while it runs for weeks, and what it is told: its settings, its offers, a new version.

use super::run::{Ending, Kiosk, Step};
use crate::api::node::Body;
use crate::api::{client, endpoint};
use crate::i18n;
use crate::platform::{clock, dom, timer, watchdog};
use leptos::prelude::*;
use miniserde::json::Value;
use wasm_bindgen_futures::spawn_local;

/// Pause after the backend wasn't reached, in milliseconds.
const AGAIN_MS: i32 = 5_000;

/// Between two rounds while a member is there, in milliseconds.
const SERVING_MS: i32 = 15_000;

const SLICE_MS: i32 = 1_000;
/// The contract's limit of a version.
const LONGEST: usize = 64;

/// Begins the rounds.
pub(super) fn begin(kiosk: Kiosk) {
    spawn_local(async move {
        let mut version = None;
        loop {
            // While it ends, only the wipe speaks to the backend.
            if kiosk.ending.get_untracked() == Ending::No {
                round(kiosk, &mut version).await;
            }
            let (spoken, mut waited) = (i18n::locale(), 0);
            // In another language the offers have other names.
            while waited < pause(kiosk) && i18n::locale() == spoken {
                timer::sleep(SLICE_MS).await;
                waited += SLICE_MS;
            }
        }
    });
}

/// How long to wait for the next round, as things stand now.
fn pause(kiosk: Kiosk) -> i32 {
    if !kiosk.reached.get_untracked() || kiosk.gone.get_untracked() {
        return AGAIN_MS;
    }
    let told = i32::try_from(kiosk.settings().refresh_s.saturating_mul(1000)).unwrap_or(60_000);
    // Whoever is about to redeem has to know soon that the network is gone.
    if kiosk.signed_in.get_untracked() { told.min(SERVING_MS) } else { told }
}

async fn round(kiosk: Kiosk, version: &mut Option<String>) {
    if kiosk.refresh().await.is_err() {
        return;
    }
    let page = client::file("/").await.ok().and_then(|page| version_of(&page));
    if let Some(page) = page {
        let known = version.get_or_insert_with(|| page.clone());
        let idle = !kiosk.signed_in.get_untracked()
            && kiosk.step.get_untracked() == Step::Invite
            && kiosk.ending.get_untracked() == Ending::No;
        if *known != page && idle {
            dom::reload_at("/sign-in");
            return;
        }
    }
    let _ = client::post(endpoint::heartbeats(), report(version.as_deref()), None).await;
}

/// The name of the programme's script in the page: it holds a hash of the build.
fn version_of(page: &str) -> Option<String> {
    let at = page.find("member-portal-")?;
    let rest = page.get(at..)?;
    let end = rest.find(['"', '\'', '.']).unwrap_or(rest.len());
    rest.get(..end).filter(|name| name.len() <= LONGEST).map(str::to_owned)
}

fn report(version: Option<&str>) -> String {
    let record = watchdog::record();
    let why = if record.why.is_empty() { Value::Null } else { Value::String(record.why) };
    Body::new()
        .text("version", version.unwrap_or(env!("CARGO_PKG_VERSION")))
        .int("uptime_seconds", clock::onward() / 1000)
        .int("memory_bytes", watchdog::memory())
        .int("reloads", record.reloads)
        .value("last_error", why)
        .json()
}

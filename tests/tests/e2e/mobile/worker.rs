//! The service worker as a page sees it. Engines that have none say so when they are asked.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use portal_tests::dist::Dist;
use portal_tests::page::Page;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(20);
const CAN: &str = "
    const page = window.wrappedJSObject || window;
    return !!page.navigator.serviceWorker && !!page.isSecureContext && !!page.caches;";
/// The state of the worker, and the parts that are kept.
const STATE: &str = "
    const done = arguments[arguments.length - 1];
    (async () => {
        const registration = await navigator.serviceWorker.getRegistration('/');
        if (!registration) return null;
        const names = [];
        for (const name of await caches.keys()) {
            for (const request of await (await caches.open(name)).keys()) names.push(new URL(request.url).pathname);
        }
        const state = (worker) => worker ? worker.state : null;
        return { active: state(registration.active), waiting: state(registration.waiting),
            installing: state(registration.installing), controls: !!navigator.serviceWorker.controller, names };
    })().then(done, (error) => done(String(error)));";

/// Whether the engine has service workers for this page.
async fn can(page: &Page<'_>) -> Result<bool> {
    Ok(page.script(CAN, vec![]).await? == json!(true))
}

/// How it stands; null where none is registered.
pub(super) async fn state(page: &Page<'_>) -> Result<Value> {
    page.client().execute_async(STATE, vec![]).await.context("the worker")
}

/// Waits until the worker is there, with what home needs; false where the engine has none.
pub(super) async fn active(page: &Page<'_>) -> Result<bool> {
    if !can(page).await? {
        return Ok(false);
    }
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let now = state(page).await?;
        let has_page = now["names"].as_array().is_some_and(|names| names.contains(&json!("/")));
        if now["active"] == "activated" && has_page {
            return Ok(true);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    bail!("no worker becomes active: {}", state(page).await?)
}

/// Waits until the worker is there and keeps all of the portal but what only a kiosk needs; false where the engine has none.
pub(super) async fn ready(page: &Page<'_>) -> Result<bool> {
    if !can(page).await? {
        return Ok(false);
    }
    let wanted = Dist::copy()?.hashed()?.iter().filter(|name| !name.starts_with("part-kiosk")).count();
    let mut last = Value::Null;
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        last = state(page).await?;
        let names = last["names"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let code = names.filter(|name| [".js", ".css", ".wasm"].iter().any(|end| name.ends_with(end)));
        let is_whole = last["names"].as_array().is_some_and(|names| names.contains(&json!("/.whole")));
        if last["active"] == "activated" && is_whole && code.count() >= wanted {
            return Ok(true);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    ensure!(!last.is_null(), "no worker was registered");
    bail!("the worker does not keep {wanted} files: {last}")
}

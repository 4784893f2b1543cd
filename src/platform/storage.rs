//! What is kept on the device. Every call can fail silently: private mode and full disks throw, and nothing that the
//! member owns may depend on it.

use js_sys::{Function, Reflect};
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use web_sys::Storage;

/// Says that redemptions may be open, so that a start without any loads nothing for them: the device's time when one was
/// put into the database, or 0 when it is elsewhere.
pub const OPEN_INTENTS: &str = "portal.member.open";

/// Asking for a survey to offer on home, for whom and with which key, until its answer is here.
pub const OFFER: &str = "portal.member.offer";

/// Name of the database in which intents are kept.
pub const DATABASE: &str = "portal";
/// The database of the leases that tabs hold where the browser has no locks.
pub const LEASES: &str = "portal.leases";

thread_local! {
    static KEEPS: Cell<bool> = const { Cell::new(true) };
}

/// On a shared device nothing is written down from here on, and what was is forgotten.
pub fn keep_nothing() {
    KEEPS.set(false);
    remove_all("");
}

fn local() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What is kept under `name`.
pub fn read(name: &str) -> Option<String> {
    local()?.get_item(name).ok()?
}

/// Keeps `text` under `name`; false when the browser refuses.
pub fn write(name: &str, text: &str) -> bool {
    KEEPS.get() && local().is_some_and(|storage| storage.set_item(name, text).is_ok())
}

/// Forgets `name`.
pub fn remove(name: &str) {
    if let Some(storage) = local() {
        let _ = storage.remove_item(name);
    }
}

/// Forgets everything whose name begins with `prefix`.
pub fn remove_all(prefix: &str) {
    let Some(storage) = local() else { return };
    let count = storage.length().unwrap_or_default();
    let names: Vec<String> = (0..count).filter_map(|index| storage.key(index).ok()?).collect();
    for name in names.iter().filter(|name| name.starts_with(prefix)) {
        let _ = storage.remove_item(name);
    }
}

/// Names of everything whose name begins with `prefix`.
pub fn names(prefix: &str) -> Vec<String> {
    let Some(storage) = local() else { return Vec::new() };
    let count = storage.length().unwrap_or_default();
    (0..count).filter_map(|index| storage.key(index).ok()?).filter(|name| name.starts_with(prefix)).collect()
}

/// Forgets the databases as a whole; nobody has to wait for it.
pub fn remove_database() {
    let Some(window) = web_sys::window() else { return };
    let get = |from: &JsValue, name: &str| Reflect::get(from, &name.into()).unwrap_or_default();
    let factory = get(&window, "indexedDB");
    if let Some(delete) = get(&factory, "deleteDatabase").dyn_ref::<Function>() {
        for name in [DATABASE, LEASES] {
            let _ = delete.call1(&factory, &name.into());
        }
    }
}

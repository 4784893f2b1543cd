//! Forgetting whatever a page can keep, also without a network, and where `Clear-Site-Data` is unknown.

use crate::platform::reach::{call, document, get, set, settled, text, window};
use crate::platform::{database, storage, worker};
use js_sys::Array;

/// Storage, databases, caches, what is held in memory for the way to a database, and the cookies that a script sees.
pub async fn everything() {
    let window = window();
    storage::remove_all("");
    call(&get(&window, "sessionStorage"), "clear", None);
    database::forget_memory();
    storage::remove_database();
    let factory = get(&window, "indexedDB");
    if let Some(list) = settled(call(&factory, "databases", None)).await {
        for one in Array::from(&list).iter() {
            call(&factory, "deleteDatabase", Some(&get(&one, "name")));
        }
    }
    // A browser that was a phone's before may have one.
    worker::remove().await;
    let caches = get(&window, "caches");
    if let Some(names) = settled(call(&caches, "keys", None)).await {
        for name in Array::from(&names).iter() {
            settled(call(&caches, "delete", Some(&name))).await;
        }
    }
    // The browser lists what was loaded, by address.
    call(&get(&window, "performance"), "clearResourceTimings", None);
    let document = document();
    for cookie in text(&document, "cookie").split(';').filter_map(|pair| pair.split('=').next()) {
        let mut gone = String::from(cookie.trim());
        gone.push_str("=; Path=/; Max-Age=0");
        set(&document, "cookie", &gone.into());
    }
}

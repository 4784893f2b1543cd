//! The service worker, which keeps the portal's files for when there is no network. Browsers without one, and pages without
//! https, do without.

use crate::platform::reach::{call, get, set, settled, text, window};
use crate::platform::timer;
use js_sys::{Array, Function, Object, Promise};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Its file. The build writes the names of the files that it keeps into it.
pub const FILE: &str = "/sw.js";

/// How long a new one is waited for until the page is loaded without it, in milliseconds.
const CHANGE_MS: i32 = 4_000;

fn container() -> JsValue {
    get(&get(&window(), "navigator"), "serviceWorker")
}

fn listen(target: &JsValue, event: &str, then: impl Fn() + 'static) {
    let callback = Closure::<dyn Fn()>::new(then);
    if let Ok(listen) = get(target, "addEventListener").dyn_into::<Function>() {
        let _ = listen.call2(target, &event.into(), callback.as_ref());
    }
    // As long as the page.
    callback.forget();
}

fn post(worker: &JsValue, kind: &str) {
    let message = Object::new();
    set(&message, "type", &kind.into());
    call(worker, "postMessage", Some(&message));
}

/// The service worker of this page.
#[derive(Clone)]
pub struct Worker(JsValue);

/// Registers it; `None` where that can't be. Calls `newer` each time another version is ready and waits.
pub async fn register(newer: impl Fn() + 'static) -> Option<Worker> {
    let container = container();
    let registration = settled(call(&container, "register", Some(&FILE.into()))).await?;
    let newer: Rc<dyn Fn()> = Rc::new(newer);
    // The first version of all replaces nothing.
    let told = {
        let container = container.clone();
        move || !get(&container, "controller").is_falsy()
    };
    if told() && !get(&registration, "waiting").is_falsy() {
        newer();
    }
    let found = registration.clone();
    listen(&registration, "updatefound", move || {
        let coming = get(&found, "installing");
        let (state, newer, told) = (coming.clone(), newer.clone(), told.clone());
        listen(&coming, "statechange", move || {
            if text(&state, "state") == "installed" && told() {
                newer();
            }
        });
    });
    Some(Worker(registration))
}

impl Worker {
    /// Looks whether there is a newer version.
    pub async fn look(&self) {
        settled(call(&self.0, "update", None)).await;
    }

    /// Lets it keep the parts of the portal that aren't here yet, as soon as it is at work.
    pub async fn fill(&self) {
        if let Ok(ready) = get(&container(), "ready").dyn_into::<Promise>() {
            let _ = JsFuture::from(ready).await;
        }
        post(&get(&self.0, "active"), "fill");
    }

    /// Lets the version that waits take over.
    pub fn activate(&self) {
        post(&get(&self.0, "waiting"), "activate");
    }

    /// The same; resolves when it has, or after some seconds.
    pub async fn take_over(&self) {
        let changed = Rc::new(Cell::new(None::<Function>));
        let resolve = changed.clone();
        let promise = Promise::new(&mut |done, _| resolve.set(Some(done)));
        listen(&container(), "controllerchange", move || {
            if let Some(done) = changed.take() {
                let _ = done.call0(&JsValue::NULL);
            }
        });
        self.activate();
        timer::within(CHANGE_MS, settled(Some(promise.into()))).await;
    }
}

/// Whether this page is of the version that the text of a worker's file is of: that names the page's script.
pub fn is_of_this_page(file: &str) -> bool {
    let performance = get(&window(), "performance");
    let loaded = call(&performance, "getEntriesByType", Some(&"resource".into())).unwrap_or_default();
    let names = Array::from(&loaded).iter().map(|one| text(&one, "name")).collect::<Vec<_>>();
    let script = names.iter().filter_map(|name| name.rsplit('/').next());
    script
        .filter(|name| name.starts_with("member-portal-") && name.ends_with(".js"))
        .any(|name| file.contains(name))
}

/// Takes away all that were registered here, with what they keep.
pub async fn remove() {
    let Some(all) = settled(call(&container(), "getRegistrations", None)).await else { return };
    for one in Array::from(&all).iter() {
        settled(call(&one, "unregister", None)).await;
    }
}

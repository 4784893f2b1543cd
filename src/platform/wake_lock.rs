//! Keeping the screen on while a code is shown. Browsers without the Screen Wake Lock API simply don't.

use js_sys::{Function, Promise, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Document;

/// The lock of the browser, as long as it holds; nothing any more after the guard is gone.
type Sentinel = Rc<RefCell<Option<JsValue>>>;

/// Keeps the screen on until it is dropped.
pub struct WakeLock {
    document: Document,
    sentinel: Sentinel,
    shown: Closure<dyn Fn()>,
}

/// Keeps the screen on from now, and again whenever the page comes back: hiding it ends the browser's own lock.
pub fn keep_on() -> Option<WakeLock> {
    let document = web_sys::window()?.document()?;
    let sentinel = Sentinel::default();
    let (page, held) = (document.clone(), Rc::downgrade(&sentinel));
    let acquire = move || {
        let held = held.clone();
        if page.hidden() || held.strong_count() == 0 {
            return;
        }
        spawn_local(async move {
            let Some(lock) = request().await else { return };
            match held.upgrade() {
                Some(held) => {
                    if let Some(old) = held.borrow_mut().replace(lock) {
                        release(&old);
                    }
                }
                None => release(&lock),
            }
        });
    };
    acquire();
    let shown = Closure::<dyn Fn()>::new(acquire);
    let _ = document.add_event_listener_with_callback("visibilitychange", shown.as_ref().unchecked_ref());
    Some(WakeLock { document, sentinel, shown })
}

impl Drop for WakeLock {
    fn drop(&mut self) {
        let callback = self.shown.as_ref().unchecked_ref();
        let _ = self.document.remove_event_listener_with_callback("visibilitychange", callback);
        if let Some(lock) = self.sentinel.borrow_mut().take() {
            release(&lock);
        }
    }
}

fn call(object: &JsValue, method: &str, arguments: &[&str]) -> Option<Promise> {
    let function = Reflect::get(object, &method.into()).ok()?.dyn_into::<Function>().ok()?;
    let given = arguments.iter().map(|text| JsValue::from_str(text)).collect::<js_sys::Array>();
    function.apply(object, &given).ok()?.dyn_into().ok()
}

async fn request() -> Option<JsValue> {
    let navigator = web_sys::window()?.navigator();
    let api = Reflect::get(&navigator, &"wakeLock".into()).ok().filter(JsValue::is_object)?;
    JsFuture::from(call(&api, "request", &["screen"])?).await.ok()
}

fn release(lock: &JsValue) {
    if let Some(done) = call(lock, "release", &[]) {
        spawn_local(async move {
            let _ = JsFuture::from(done).await;
        });
    }
}

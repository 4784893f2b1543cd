//! What lies above a screen: a sheet, a code over the whole screen. It has an entry of the history, so that the browser's way
//! back takes it away instead of leaving (a swipe from the edge in WeChat, the button of Android). A place that is gone to
//! from there takes that entry's place.

use crate::platform::reach::{call, get, set, window};
use crate::platform::timer;
use crate::platform::wechat::address;
use js_sys::{Array, Function, Object};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Marks an entry's state.
const ABOVE: &str = "above";

thread_local! {
    /// How deep the entry is that nothing holds any more and that is about to go.
    static LEFT: Cell<Option<f64>> = const { Cell::new(None) };
}

/// An entry of the history for as long as it is held.
pub struct Layer {
    depth: f64,
    address: String,
    held: Rc<Cell<bool>>,
    popped: Closure<dyn Fn()>,
}

fn history() -> JsValue {
    get(&window(), "history")
}

/// How deep the entry in use is, as `state::nav` counts them.
fn depth() -> f64 {
    get(&get(&history(), "state"), "d").as_f64().unwrap_or_default()
}

/// Whether the entry in use is that of something above a screen.
pub fn is_entry() -> bool {
    get(&get(&history(), "state"), ABOVE).is_truthy()
}

fn push(depth: f64) {
    let (history, entry) = (history(), Object::new());
    set(&entry, "d", &depth.into());
    set(&entry, ABOVE, &JsValue::TRUE);
    set(&entry, "y", &crate::platform::dom::scroll_y().into());
    let given = Array::new();
    for one in [&JsValue::from(entry), &"".into(), &address().into()] {
        given.push(one);
    }
    if let Ok(push) = get(&history, "pushState").dyn_into::<Function>() {
        let _ = push.apply(&history, &given);
    }
}

fn listen(method: &str, popped: &Closure<dyn Fn()>) {
    let window = window();
    if let Ok(method) = get(&window, method).dyn_into::<Function>() {
        let _ = method.call2(&window, &"popstate".into(), popped.as_ref());
    }
}

/// Opens one. `close` is asked when the person goes back, and may decline: then there is an entry again.
pub fn open(close: impl Fn() + 'static) -> Layer {
    let here = depth();
    // What comes in place of the one that has just gone has its entry.
    let depth = if LEFT.take() == Some(here) && is_entry() { here } else { here + 1.0 };
    if depth > here {
        push(depth);
    }
    let held = Rc::new(Cell::new(true));
    let alive = held.clone();
    let popped = Closure::<dyn Fn()>::new(move || {
        if !alive.get() || self::depth() >= depth {
            return;
        }
        close();
        let alive = alive.clone();
        spawn_local(async move {
            timer::sleep(0).await;
            if alive.get() && self::depth() + 1.0 == depth {
                push(depth);
            }
        });
    });
    listen("addEventListener", &popped);
    Layer { depth, address: address(), held, popped }
}

impl Drop for Layer {
    fn drop(&mut self) {
        self.held.set(false);
        listen("removeEventListener", &self.popped);
        // Closed otherwise than by going back: its entry goes with it, unless what closed it leads to another place.
        let (depth, address) = (self.depth, self.address.clone());
        LEFT.set(Some(depth));
        spawn_local(async move {
            timer::sleep(0).await;
            let is_left = LEFT.take() == Some(depth);
            if is_left && is_entry() && self::depth() == depth && self::address() == address {
                call(&history(), "back", None);
            }
        });
    }
}

//! Where the app is, over the browser's history.

use crate::domain::route::Route;
use crate::platform::{dom, layer};
use crate::state::portal;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// The place in use.
#[derive(Clone, Copy)]
pub struct Nav {
    route: RwSignal<Route>,
    /// The way here, on a shared screen: the browser's history must not hold where its last user was.
    past: StoredValue<Option<Vec<Route>>>,
}

impl Nav {
    /// From the address in use.
    pub fn new() -> Self {
        Self { route: RwSignal::new(read()), past: StoredValue::new(None) }
    }

    /// From here on the browser's history keeps one entry, whatever is opened.
    pub fn keep_no_history(self) {
        self.past.set_value(Some(Vec::new()));
    }

    /// The place; tracked.
    pub fn route(self) -> Route {
        self.route.get()
    }

    /// The place, without tracking.
    pub fn peek(self) -> Route {
        self.route.get_untracked()
    }

    /// Reads the address again, after the browser went back or forward.
    pub fn follow(self) {
        let _ = self.route.try_set(read());
    }

    /// Goes to another place, as a new entry of the history.
    pub fn go(self, route: &Route) {
        let here = self.route.get_untracked();
        let shared = self.past.try_update_value(|past| past.as_mut().map(|past| past.push(here)));
        let instead = shared.flatten().is_some() || layer::is_entry();
        if !instead {
            remember_scroll();
        }
        write(&route.href(), instead, 0.0);
        let _ = self.route.try_set(route.clone());
    }

    /// Goes to another place instead of this one.
    pub fn replace(self, route: &Route) {
        write(&route.href(), true, 0.0);
        let _ = self.route.try_set(route.clone());
    }

    /// Goes to an address of the portal.
    pub fn go_to(self, href: &str) {
        self.go(&Route::at(href));
    }

    /// Goes back, or to `otherwise` when the portal was entered here.
    pub fn back(self, otherwise: &Route) {
        let before = self.past.try_update_value(|past| past.as_mut().and_then(Vec::pop)).flatten();
        if let Some(before) = before {
            return self.replace(&before);
        }
        let depth = state("d").unwrap_or_default();
        if let Some(history) = history().filter(|_| depth > 0.0) {
            remember_scroll();
            let _ = history.back();
        } else {
            self.replace(otherwise);
        }
    }
}

impl Default for Nav {
    fn default() -> Self {
        Self::new()
    }
}

/// The place in use.
pub fn nav() -> Nav {
    portal().nav
}

fn history() -> Option<web_sys::History> {
    web_sys::window()?.history().ok()
}

fn read() -> Route {
    let Some(location) = web_sys::window().map(|window| window.location()) else { return Route::NotFound };
    let (path, search) = (location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
    Route::parse(&path, search.trim_start_matches('?'))
}

/// A shared screen begins where nobody is, unless it is being enrolled.
pub fn begin_shared() {
    if read() != Route::Enrol {
        write(&Route::SignIn { next: None }.href(), true, 0.0);
    }
}

fn state(name: &str) -> Option<f64> {
    js_sys::Reflect::get(&history()?.state().ok()?, &name.into()).ok()?.as_f64()
}

fn entry(depth: f64, scroll: f64) -> JsValue {
    let entry = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&entry, &"d".into(), &depth.into());
    let _ = js_sys::Reflect::set(&entry, &"y".into(), &scroll.into());
    entry.into()
}

fn write(href: &str, replace: bool, scroll: f64) {
    let Some(history) = history() else { return };
    let depth = state("d").unwrap_or_default();
    let _ = if replace {
        history.replace_state_with_url(&entry(depth, scroll), "", Some(href))
    } else {
        history.push_state_with_url(&entry(depth + 1.0, scroll), "", Some(href))
    };
}

/// Keeps how far this entry is scrolled, so that coming back finds the place again. What lies above a screen has no place.
pub fn remember_scroll() {
    if let Some(history) = history().filter(|_| !layer::is_entry()) {
        let depth = state("d").unwrap_or_default();
        let _ = history.replace_state(&entry(depth, dom::scroll_y()), "");
    }
}

/// How far this entry was scrolled when it was left.
pub fn remembered_scroll() -> f64 {
    state("y").unwrap_or_default()
}

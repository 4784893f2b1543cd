//! The document around the app.

use crate::platform::reach;
use wasm_bindgen::prelude::*;
use web_sys::{Document, HtmlElement, ScrollToOptions};

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn root() -> Option<HtmlElement> {
    document()?.document_element()?.dyn_into().ok()
}

/// The element that the app is drawn into.
pub fn mount_point() -> Option<HtmlElement> {
    document()?.get_element_by_id("app")?.dyn_into().ok()
}

/// Says what the page is called and looks like when it is installed. Not in the page from the start: browsers fetch it long before
/// anybody needs it.
pub fn add_manifest() {
    reach::add_to_head("link", &[("rel", "manifest"), ("href", "/manifest.webmanifest")]);
}

/// Sets an attribute of `<html>`.
pub fn set_root_attribute(name: &str, value: &str) {
    if let Some(root) = root() {
        let _ = root.set_attribute(name, value);
    }
}

/// Gives `<html>` a class.
pub fn add_root_class(name: &str) {
    let Some(root) = root() else { return };
    let mut classes = root.get_attribute("class").unwrap_or_default();
    if !classes.split(' ').any(|known| known == name) {
        classes.push(' ');
        classes.push_str(name);
        let _ = root.set_attribute("class", &classes);
    }
}

/// Sets a custom property of `<html>`, through the object model: the strict policy forbids style texts.
pub fn set_root_property(name: &str, value: &str) {
    if let Some(root) = root() {
        let _ = root.style().set_property(name, value);
    }
}

/// The title, which WeChat shows in its own bar.
pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// The document's title.
pub fn title() -> String {
    document().map(|document| document.title()).unwrap_or_default()
}

/// The colour of the browser's own bars.
pub fn set_theme_colour(colour: &str) {
    let meta = document().and_then(|document| document.query_selector("meta[name=theme-color]").ok()?);
    if let Some(meta) = meta {
        let _ = meta.set_attribute("content", colour);
    }
}

/// How the browser calls itself.
pub fn user_agent() -> String {
    web_sys::window().and_then(|window| window.navigator().user_agent().ok()).unwrap_or_default()
}

/// What the address ends in, with its `#`; empty without.
#[cfg(feature = "diagnostic")]
pub fn fragment() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Whether the system asks for dark colours.
pub fn prefers_dark() -> bool {
    let query =
        web_sys::window().and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok()?);
    query.is_some_and(|query| query.matches())
}

/// Whether the system asks for as little movement as possible.
pub fn prefers_still() -> bool {
    let query =
        web_sys::window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok()?);
    query.is_some_and(|query| query.matches())
}

/// Calls `changed` when the system changes between light and dark.
pub fn watch_dark(changed: impl Fn(bool) + 'static) {
    let Some(query) = web_sys::window().and_then(|w| w.match_media("(prefers-color-scheme: dark)").ok()?)
    else {
        return;
    };
    let watched = query.clone();
    let callback = Closure::<dyn Fn()>::new(move || changed(watched.matches()));
    // Old WebKit has no addEventListener here, so the handler is set as a property.
    query.set_onchange(Some(callback.as_ref().unchecked_ref()));
    callback.forget();
}

/// The languages that the person prefers, best first.
pub fn languages() -> Vec<String> {
    let Some(window) = web_sys::window() else { return Vec::new() };
    window.navigator().languages().iter().filter_map(|tag| tag.as_string()).collect()
}

/// Moves the focus to the first element that fits `selector`, without scrolling.
pub fn focus(selector: &str) {
    let element = document().and_then(|document| document.query_selector(selector).ok()?);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

/// Scrolls so far that the first element that fits `selector` stands at the top.
pub fn reveal(selector: &str) {
    if let Some(element) = document().and_then(|document| document.query_selector(selector).ok()?) {
        element.scroll_into_view();
    }
}

/// How far the page is scrolled, in CSS pixels.
pub fn scroll_y() -> f64 {
    web_sys::window().and_then(|window| window.scroll_y().ok()).unwrap_or_default()
}

/// Scrolls the page at once.
pub fn scroll_to(y: f64) {
    if let Some(window) = web_sys::window() {
        let options = ScrollToOptions::new();
        options.set_top(y);
        window.scroll_to_with_scroll_to_options(&options);
    }
}

/// Loads the whole page anew at `path`. Where that is its own address a service worker asks the network first.
pub fn reload_at(path: &str) {
    if let Some(window) = web_sys::window() {
        let _ = window.location().replace(path);
    }
}

/// Tells the boot script that the app is on screen.
pub fn tell_started() {
    let Some(window) = web_sys::window() else { return };
    let portal = js_sys::Reflect::get(&window, &"__portal".into()).ok();
    let started = portal.as_ref().and_then(|portal| js_sys::Reflect::get(portal, &"started".into()).ok());
    if let Some(started) = started.and_then(|started| started.dyn_into::<js_sys::Function>().ok()) {
        let _ = started.call0(&JsValue::NULL);
    }
}

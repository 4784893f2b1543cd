//! Things of the browser by their names. A typed binding brings a line of glue, and the glue loads with home: what only one
//! later part needs is reached for like this.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// A member of an object; undefined where there is no object or no such member.
pub fn get(from: &JsValue, name: &str) -> JsValue {
    if from.is_object() { Reflect::get(from, &name.into()).unwrap_or_default() } else { JsValue::UNDEFINED }
}

/// A member as text; empty where it is none.
pub fn text(from: &JsValue, name: &str) -> String {
    get(from, name).as_string().unwrap_or_default()
}

/// Sets a member.
pub fn set(object: &JsValue, name: &str, value: &JsValue) {
    if object.is_object() {
        let _ = Reflect::set(object, &name.into(), value);
    }
}

/// Calls a method with no argument or one; `None` where there is none, or it throws.
pub fn call(object: &JsValue, name: &str, argument: Option<&JsValue>) -> Option<JsValue> {
    let method = get(object, name).dyn_into::<Function>().ok()?;
    match argument {
        Some(argument) => method.call1(object, argument).ok(),
        None => method.call0(object).ok(),
    }
}

/// Puts an element with these members at the end of the document's head.
pub fn add_to_head(tag: &str, members: &[(&str, &str)]) {
    let document = document();
    if let Some(element) = call(&document, "createElement", Some(&tag.into())) {
        for (name, value) in members {
            set(&element, name, &(*value).into());
        }
        call(&get(&document, "head"), "appendChild", Some(&element));
    }
}

/// What a promise comes to; `None` where it is none, or fails.
pub async fn settled(promise: Option<JsValue>) -> Option<JsValue> {
    JsFuture::from(promise?.dyn_into::<Promise>().ok()?).await.ok()
}

/// The window.
pub fn window() -> JsValue {
    web_sys::window().map(JsValue::from).unwrap_or_default()
}

/// The document.
pub fn document() -> JsValue {
    get(&window(), "document")
}

/// Calls `listen` at every event of that name, before anything else hears of it, for as long as the page lives. Only one that
/// is not `passive` may refuse what the browser would do.
pub fn listen(name: &str, passive: bool, call: &Closure<dyn Fn(JsValue)>) {
    let options = js_sys::Object::new();
    set(&options, "capture", &true.into());
    set(&options, "passive", &passive.into());
    let window = window();
    if let Ok(listen) = get(&window, "addEventListener").dyn_into::<Function>() {
        let _ = listen.call3(&window, &name.into(), call.as_ref(), &options);
    }
}

//! Passing on a link: the system's own sheet where there is one, and the clipboard.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlInputElement;

/// A method of an object, where it has one.
pub fn method(object: &JsValue, name: &str) -> Option<Function> {
    // `Reflect::get` throws on what is no object.
    Reflect::get(object, &name.into()).ok()?.dyn_into().ok()
}

fn navigator() -> Option<JsValue> {
    Some(web_sys::window()?.navigator().into())
}

/// Where the portal is: scheme, host and port.
pub fn origin() -> String {
    web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default()
}

/// A link as a whole address: a path is one of the portal's own.
pub fn whole(link: &str) -> String {
    if !link.starts_with('/') {
        return link.into();
    }
    let mut address = origin();
    address.push_str(link);
    address
}

/// Whether the system has a sheet for passing things on.
pub fn can_share() -> bool {
    navigator().is_some_and(|navigator| method(&navigator, "share").is_some())
}

/// Opens that sheet. Only from within a press.
pub fn share(text: &str, url: &str) {
    let Some(navigator) = navigator() else { return };
    let Some(share) = method(&navigator, "share") else { return };
    let data = Object::new();
    for (name, value) in [("text", text), ("url", url)] {
        let _ = Reflect::set(&data, &name.into(), &value.into());
    }
    if let Some(done) = share.call1(&navigator, &data).ok().and_then(|done| done.dyn_into::<Promise>().ok()) {
        wasm_bindgen_futures::spawn_local(async move {
            // Whoever closes the sheet without choosing has changed their mind.
            let _ = JsFuture::from(done).await;
        });
    }
}

/// Copies the text of the field that fits `selector`; false when the browser refuses. The field stays selected then, so
/// that it can be copied by hand.
pub async fn copy(selector: &str) -> bool {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return false };
    let field = document.query_selector(selector).ok().flatten();
    let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) else { return false };
    field.select();
    let clipboard = navigator().and_then(|navigator| Reflect::get(&navigator, &"clipboard".into()).ok());
    let written = clipboard.and_then(|clipboard| {
        let write = method(&clipboard, "writeText")?;
        write.call1(&clipboard, &field.value().into()).ok()?.dyn_into::<Promise>().ok()
    });
    if let Some(written) = written
        && JsFuture::from(written).await.is_ok()
    {
        return true;
    }
    // Pages without https and old engines have only this.
    method(&document, "execCommand")
        .and_then(|command| command.call1(&document, &"copy".into()).ok())
        .is_some_and(|done| done.is_truthy())
}

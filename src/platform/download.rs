//! Handing a file to the person.

use crate::platform::timer;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// How long the browser may take to fetch what it was handed.
const KEPT_MS: i32 = 30_000;

/// Offers `text` as a file called `name`, of a media type. False where the browser can't.
pub fn offer(name: &str, media_type: &str, text: &str) -> bool {
    let link = address(media_type, text).and_then(|address| Some((anchor()?, address)));
    let Some((link, address)) = link else { return false };
    link.set_href(&address);
    link.set_download(name);
    link.click();
    link.remove();
    spawn_local(async move {
        timer::sleep(KEPT_MS).await;
        let _ = Url::revoke_object_url(&address);
    });
    true
}

fn address(media_type: &str, text: &str) -> Option<String> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let parts = js_sys::Array::of1(&text.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

/// Old engines follow only a link that is part of the page.
fn anchor() -> Option<HtmlAnchorElement> {
    let document = web_sys::window()?.document()?;
    let link: HtmlAnchorElement = document.create_element("a").ok()?.dyn_into().ok()?;
    document.body()?.append_child(&link).ok()?;
    Some(link)
}

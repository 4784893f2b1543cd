//! Opening a page of somebody else.

use crate::domain::route::encode_into;
use crate::platform::share::{method, whole};
use js_sys::{Object, Reflect};

/// The host mini program's page for paying; it is given the address to pay at.
const PAY_PAGE: &str = "/pages/pay/pay?url=";

/// Opens the host's payment page. `url` was checked to be a path of ours or a page over https. Money can't be paid
/// within a mini program's web-view, so there the mini program's own page is opened.
pub fn pay(url: &str) {
    let Some(window) = web_sys::window() else { return };
    let host = Reflect::get(&window, &"wx".into()).and_then(|wx| Reflect::get(&wx, &"miniProgram".into()));
    if let Some((host, open)) =
        host.ok().and_then(|host| method(&host, "navigateTo").map(|open| (host, open)))
    {
        let mut page = String::from(PAY_PAGE);
        encode_into(&mut page, &whole(url));
        let options = Object::new();
        let _ = Reflect::set(&options, &"url".into(), &page.into());
        if open.call1(&host, &options).is_ok() {
            return;
        }
    }
    let _ = window.location().assign(url);
}

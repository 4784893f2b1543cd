//! Opening the page at which money is paid.

use crate::domain::wechat::pay_page;
use crate::platform::share::whole;
use crate::platform::wechat::bridge::{is_visible, navigate_to};
use crate::platform::wechat::{Outcome, host};

/// Where paying goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// On a page of the host's own, which lies above this one.
    Host,
    /// In this window, which leaves the portal.
    Here,
}

/// Opens the host's payment page. `url` was checked to be a path of ours or a page over https. Money can't be paid within a mini
/// program's web-view, so there the mini program's own page is opened; where it doesn't, the page that everybody else pays at is.
pub async fn pay(url: &str, redemption: &str) -> Way {
    if host().pages {
        let opened = navigate_to(&pay_page(&whole(url), redemption)).await;
        // Some hosts open the page without a word: then this one is no longer on screen.
        if opened.is_done() || opened == Outcome::NoAnswer && !is_visible() {
            return Way::Host;
        }
    }
    if let Some(window) = web_sys::window() {
        let _ = window.location().assign(url);
    }
    Way::Here
}

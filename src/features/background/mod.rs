//! What runs beside the screens on a member's own device: files for when there is no network, a new version, reading again when
//! the page comes back, room for the keyboard, and what the installed app is called.

mod again;
mod version;

use crate::platform::{dom, keyboard};
use leptos::prelude::*;

/// Starts it; gives back what it shows, which is nothing most of the time.
pub fn start() -> AnyView {
    keyboard::follow();
    dom::add_manifest();
    let look = version::Versions::new();
    again::follow(look);
    look.offer()
}

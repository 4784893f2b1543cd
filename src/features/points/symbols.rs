//! Symbols that only points have: the sprite is for those that home and other screens share, and loads with home.

use crate::ui::icon;
use leptos::prelude::*;

/// A symbol by its name, of here or of the sprite.
pub(super) fn picture(name: &str) -> AnyView {
    let lines = match name {
        "flame" => {
            "M12 3.5c.5 4 5.5 5.5 5.5 10.5a5.5 5.5 0 0 1-11 0c0-2.5 1.5-4 2.5-5 .5 1.5 1 2 2 2.5 0-3 0-5 1-8z"
        }
        "share" => "M12 15V4M8 7.5 12 3.5l4 4M6 11.5H5v8.5h14v-8.5h-1",
        "people" => {
            "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 19.5c.3-3.5 2.5-5 6-5s5.7 1.5 6 5M16 5a3.3 3.3 0 0 1 0 6.3M18 15c2 .6 3 2 3.2 4.5"
        }
        _ => return icon(name),
    };
    view! {
        <svg class="ic" viewBox="0 0 24 24" aria-hidden="true">
            <path d=lines></path>
        </svg>
    }
    .into_any()
}

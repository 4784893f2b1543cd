//! Symbols that home doesn't have: the sprite loads with home and holds what home and other screens share.

use crate::ui::{Build, icon, icon_small};
use leptos::prelude::*;

/// A symbol by its name, of here or of the sprite.
pub fn symbol(name: &str) -> AnyView {
    lines(name).map_or_else(|| icon(name), |lines| drawn("ic", lines))
}

/// A small symbol.
pub fn symbol_small(name: &str) -> AnyView {
    lines(name).map_or_else(|| icon_small(name), |lines| drawn("ic sm", lines))
}

fn drawn(class: &'static str, lines: &'static str) -> AnyView {
    view! {
        <svg class=class viewBox="0 0 24 24" aria-hidden="true">
            <path d=lines></path>
        </svg>
    }
    .built()
}

fn lines(name: &str) -> Option<&'static str> {
    Some(match name {
        "backspace" => "M9 6h11v12H9l-5-6zM12 10l4 4M16 10l-4 4",
        "cup" => "M6 8h12l-1.2 11.2a1 1 0 0 1-1 .8H8.2a1 1 0 0 1-1-.8zM5 5.5h14V8H5zM7 13h10",
        "filter" => "M4 6.5h16M7 12h10M10 17.5h4",
        "flame" => {
            "M12 3.5c.5 4 5.5 5.5 5.5 10.5a5.5 5.5 0 0 1-11 0c0-2.5 1.5-4 2.5-5 .5 1.5 1 2 2 2.5 0-3 0-5 1-8z"
        }
        "lock" => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2",
        "people" => {
            "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 19.5c.3-3.5 2.5-5 6-5s5.7 1.5 6 5M16 5a3.3 3.3 0 0 1 0 6.3M18 15c2 .6 3 2 3.2 4.5"
        }
        "phone" => "M8 3.5h8a1 1 0 0 1 1 1v15a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1zM11 17.5h2",
        "pin" => {
            "M12 21s7-6.5 7-11.5a7 7 0 0 0-14 0C5 14.5 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"
        }
        "plus" => "M12 5v14M5 12h14",
        "print" => {
            "M7 9V4.5h10V9M7 16H4.5a.5.5 0 0 1-.5-.5V10a1 1 0 0 1 1-1h14a1 1 0 0 1 1 1v5.5a.5.5 0 0 1-.5.5H17M7 13.5h10v6H7zM17 11.5v.1"
        }
        "scan" => "M4 8.5V4.5h4M16 4.5h4v4M20 15.5v4h-4M8 19.5H4v-4M4 12h16",
        "screen" => {
            "M6 3.5h12a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-12a1 1 0 0 1 1-1zM12 17.5v3M8.5 20.5h7"
        }
        "share" => "M12 15V4M8 7.5 12 3.5l4 4M6 11.5H5v8.5h14v-8.5h-1",
        "sort" => "M8 5v14m0 0-3.5-3.5M8 19l3.5-3.5M16 19V5m0 0-3.5 3.5M16 5l3.5 3.5",
        "sun" => {
            "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4"
        }
        "up" => "M12 19.5v-15M6 10.5l6-6 6 6",
        _ => return None,
    })
}

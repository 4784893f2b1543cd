//! Icons, pictures, numbers, states: what every screen is made of.

use crate::domain::number::group;
use crate::i18n::{self, Key, segments, t};
use crate::platform::readers;
use crate::ui::built::Build;
use leptos::prelude::*;

/// An icon of the sprite in `index.html`, by its name without `i-`.
pub fn icon(name: &str) -> AnyView {
    icon_with("ic", name)
}

/// A small icon.
pub fn icon_small(name: &str) -> AnyView {
    icon_with("ic sm", name)
}

fn icon_with(class: &'static str, name: &str) -> AnyView {
    let mut href = String::from("#i-");
    href.push_str(name);
    view! {
        <svg class=class aria-hidden="true">
            <use href=href></use>
        </svg>
    }
    .built()
}

/// Points as a grouped number.
pub fn num(value: i64) -> AnyView {
    view! { <span class="num">{group(value)}</span> }.built()
}

/// A number with its unit beside it.
pub fn amount(value: i64, unit: &str) -> AnyView {
    view! {
        <span class="num">{group(value)}</span>
        <span class="unit">{unit.to_string()}</span>
    }
    .built()
}

/// A message with its emphasised parts in bold.
pub fn rich(key: Key, values: &[(&str, &str)]) -> AnyView {
    let piece = |(strong, text): (bool, String)| {
        if strong { view! { <b>{text}</b> }.built() } else { text.into_any() }
    };
    segments(key, values).into_iter().map(piece).collect_view().into_any()
}

/// What a screen says instead of its content: nothing there, or something went wrong.
pub struct Notice {
    /// Icon of the sprite.
    pub icon: &'static str,
    /// What it is.
    pub title: String,
    /// What it means.
    pub text: String,
    /// What is safe, where something was at stake.
    pub safe: Option<String>,
    /// Whether readers have to be told at once.
    pub alert: bool,
}

/// The notice, with what can be done below it.
pub fn notice(notice: Notice, action: AnyView) -> AnyView {
    view! {
        <div class="state" role=notice.alert.then_some("alert")>
            <span class="glyph glyph--xl">{icon(notice.icon)}</span>
            <h2>{notice.title}</h2>
            <p class="muted">{notice.text}</p>
            {notice.safe.map(safe)}
            {action}
        </div>
    }
    .built()
}

/// A sentence about what is safe.
pub fn safe(text: String) -> AnyView {
    view! { <p class="safe">{icon_small("shield")}{text}</p> }.built()
}

/// Bones in the place of text, `width` in rem from 2 to 10.
pub fn bone(kind: &str, width: u8) -> AnyView {
    let mut class = String::from("sk sk--");
    class.push_str(kind);
    class.push_str(" w-");
    class.push_str(&width.to_string());
    view! { <i class=class></i> }.built()
}

/// A piece of the page that is drawn anew when a signal that it reads changes.
///
/// A closure within `view!` brings machinery of its own, one or two kilobytes of it; these share theirs.
pub fn live(mut draw: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    let draw: Box<dyn FnMut() -> AnyView + Send> = Box::new(move || {
        readers::forget_when_gone();
        draw()
    });
    draw.into_any()
}

/// The frame of a waiting screen: drawn bones, one spoken sentence.
pub fn loading(bones: AnyView) -> AnyView {
    view! {
        <p class="vh" role="status">
            {t(i18n::key::LOADING_PAGE)}
        </p>
        <div class="loading" aria-hidden="true">
            {bones}
        </div>
    }
    .built()
}

/// A ring that tells real time: `percent` of it is left.
pub fn ring(percent: impl Fn() -> i64 + Send + Sync + 'static) -> AnyView {
    let dash = move || {
        let mut text = percent().clamp(0, 100).to_string();
        text.push_str(" 100");
        text
    };
    view! {
        <svg class="ring" viewBox="0 0 36 36" aria-hidden="true">
            <circle cx="18" cy="18" r="15"></circle>
            <circle class="v" cx="18" cy="18" r="15" pathLength="100" stroke-dasharray=dash></circle>
        </svg>
    }
    .built()
}

//! The look: brand colours, light and dark, on the document.

use crate::api::node::Body;
use crate::domain::colour::{self, roles};
use crate::domain::programme::Programme;
use crate::i18n::{Locale, fill, key, set_locale};
use crate::platform::{dom, storage, timer};
use crate::state::effect;
use crate::state::portal::Portal;
use leptos::prelude::*;
use miniserde::json::Value;
use wasm_bindgen_futures::spawn_local;

/// What the member chose to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light colours.
    Light,
    /// Dark colours.
    Dark,
}

impl Theme {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word that is kept.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What was kept, or as the system.
    pub fn kept() -> Self {
        let kept = storage::read("portal.theme").unwrap_or_default();
        Self::ALL.into_iter().find(|theme| theme.name() == kept).unwrap_or_default()
    }

    /// Whether it means dark colours now.
    pub fn is_dark(self) -> bool {
        match self {
            Self::System => dom::prefers_dark(),
            Self::Light => false,
            Self::Dark => true,
        }
    }
}

/// The language to begin with: kept, else the best that both the person and the programme speak.
pub fn first_locale(spoken: &[String]) -> Locale {
    let speaks =
        |locale: &Locale| spoken.is_empty() || spoken.iter().any(|tag| Locale::parse(tag) == Some(*locale));
    let kept = storage::read("portal.locale").and_then(|tag| Locale::parse(&tag)).filter(speaks);
    let wanted = || dom::languages().iter().filter_map(|tag| Locale::parse(tag)).find(speaks);
    kept.or_else(wanted).unwrap_or_else(|| own_locale(spoken))
}

/// The programme's own language, in which a shared screen greets everybody.
pub fn own_locale(spoken: &[String]) -> Locale {
    spoken.iter().find_map(|tag| Locale::parse(tag)).unwrap_or_default()
}

/// Uses `locale` from here on.
pub fn use_locale(locale: Locale) {
    set_locale(locale);
    dom::set_root_attribute("lang", locale.tag());
}

/// Keeps the member's choice of language.
pub fn keep_locale(locale: Locale) {
    storage::write("portal.locale", locale.tag());
}

/// Keeps the member's choice of colours.
pub fn keep_theme(theme: Theme) {
    storage::write("portal.theme", theme.name());
}

/// When what the next start needs is kept: not in the way of this one, in milliseconds.
const KEEP_MS: i32 = 600;

/// Draws the brand's colours on the document.
fn apply(programme: &Programme, dark: bool) {
    let brand = &programme.brand;
    dom::set_root_attribute("data-theme", if dark { "dark" } else { "light" });
    dom::set_root_attribute("data-shape", &brand.shape);
    let mut property = String::new();
    for (name, value) in &colours(programme, dark) {
        property.clear();
        property.push_str("--");
        property.push_str(name);
        dom::set_root_property(&property, value);
        if *name == "sky1" {
            dom::set_theme_colour(value);
        }
    }
    if let Some(engraving) = &brand.engraving {
        let mut url = String::from("url(\"");
        url.push_str(&engraving.replace(['"', '\\', '\n'], ""));
        url.push_str("\")");
        dom::set_root_property("--engraving", &url);
    }
}

fn colours(programme: &Programme, dark: bool) -> Vec<(&'static str, String)> {
    let brand = &programme.brand;
    roles(&colour::Brand::parse(&brand.primary, &brand.accent, &brand.mood), dark)
}

/// The boot script draws the next start with this, before anything is loaded.
fn keep_for_boot(programme: &Programme) {
    let brand = &programme.brand;
    let tokens = |dark| {
        let list = colours(programme, dark);
        list.iter().fold(Body::new(), |body, (name, value)| body.text(name, value)).into_value()
    };
    let both = |light: Value, dark: Value| Body::new().value("light", light).value("dark", dark).into_value();
    let text = |text: &Option<String>| Value::String(text.clone().unwrap_or_default());
    let dusk = if brand.landscape_dark.is_some() { &brand.landscape_dark } else { &brand.landscape };
    let kept = Body::new()
        .text("name", &programme.name)
        .text("shape", &brand.shape)
        .value("landscape", both(text(&brand.landscape), text(dusk)))
        .value("tokens", both(tokens(false), tokens(true)));
    storage::write("portal.brand", &kept.json());
}

/// Follows the member's choice and the system's.
pub fn follow(portal: Portal) {
    effect(move || {
        let dark = portal.dark.get();
        portal.of(|programme| apply(programme, dark));
    });
    spawn_local(async move {
        timer::sleep(KEEP_MS).await;
        portal.of(keep_for_boot);
    });
    dom::watch_dark(move |_| {
        if portal.theme.try_get_untracked() == Some(Theme::System) {
            portal.dark.set(dom::prefers_dark());
        }
    });
}

/// Names the place in the title.
pub fn set_title(portal: Portal, place: &str) {
    let name = portal.of(|programme| fill(key::SIGN_IN_MEMBERS, &[("brand", &programme.name)]));
    let mut title = String::from(place);
    if !place.is_empty() {
        title.push_str(" · ");
    }
    title.push_str(&name);
    dom::set_title(&title);
}

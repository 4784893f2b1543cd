//! The frames of screens: a scene or a plain head above, the five places below.

use crate::domain::route::{CatalogueFilter, Route, Tab};
use crate::i18n::{key, t};
use crate::state::{look, nav, portal};
use crate::ui::{Build, icon, live};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// A screen of one of the places, with the tab bar.
pub fn tabbed(tab: Tab, class: &'static str, head: AnyView, body: AnyView) -> AnyView {
    view! {
        <div class=class>
            {head}
            {body}
            {tabs(tab)}
        </div>
    }
    .built()
}

/// The five places.
fn tabs(tab: Tab) -> AnyView {
    let portal = portal();
    if !portal.channel.has_tabs() {
        return ().into_any();
    }
    let place = move |this: Tab, route: Route, name: &'static str, word: &'static str| {
        view! {
            <a href=route.href() aria-current=(this == tab).then_some("page")>
                {icon(name)}
                {word}
            </a>
        }
        .built()
    };
    let surveys =
        portal.has("surveys").then(|| place(Tab::Surveys, Route::Surveys, "star", t(key::TAB_SURVEYS)));
    let code = portal.has("card-code").then(|| {
        view! {
            <a class="mid" href=Route::Code.href()>
                <i>{icon("qr")}</i>
                {t(key::TAB_CODE)}
            </a>
        }
    });
    view! {
        <nav class="tabs" aria-label=t(key::APP_TABS)>
            {place(Tab::Home, Route::Home, "home", t(key::TAB_HOME))}
            {place(Tab::Rewards, Route::Rewards(CatalogueFilter::default()), "gift", t(key::TAB_REWARDS))}
            {code}
            {surveys}
            {place(Tab::Me, Route::Me, "user", t(key::TAB_ME))}
        </nav>
    }
    .built()
}

/// The landscape as a picture behind a head.
pub fn landscape(class: &'static str) -> AnyView {
    let portal = portal();
    let picture =
        move || portal.landscape().map(|src| view! { <img class=class src=src alt="" decoding="async" /> });
    live(move || picture().into_any())
}

/// The brand's logo.
pub fn logo() -> AnyView {
    portal()
        .of(|programme| programme.brand.logo.clone())
        .map(|src| view! { <img class="logo" src=src alt="" /> })
        .into_any()
}

/// A link that goes back to where the member came from, or to `otherwise` when the portal was entered here.
pub fn back(otherwise: Route) -> AnyView {
    leave("icbtn back", "left", t(key::ACTION_BACK), otherwise)
}

/// The same with a cross, for screens that are left rather than gone back from.
pub fn close(otherwise: Route) -> AnyView {
    leave("icbtn", "close", t(key::ACTION_CLOSE), otherwise)
}

/// A link with an icon that goes back, or to `otherwise`.
pub fn leave(class: &'static str, name: &'static str, label: &'static str, otherwise: Route) -> AnyView {
    let nav = nav::nav();
    let href = otherwise.href();
    let press = move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            event.stop_propagation();
            nav.back(&otherwise);
        }
    };
    view! {
        <a class=class href=href aria-label=label on:click=press>
            {icon(name)}
        </a>
    }
    .built()
}

/// The plain head of a sub-page; it also names the document.
pub fn page_head(title: &str, otherwise: Route, action: AnyView) -> AnyView {
    look::set_title(portal(), title);
    let title = title.to_string();
    view! {
        <header class="pagehead">
            {back(otherwise)} <h1 class="grow" tabindex="-1">
                {title}
            </h1> {action}
        </header>
    }
    .built()
}

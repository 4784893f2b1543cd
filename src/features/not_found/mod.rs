//! No such place.

use crate::domain::route::Route;
use crate::i18n::{key, t};
use crate::parts::frame::page_head;
use crate::ui::{Build, Notice, notice};
use leptos::prelude::*;

/// The screen.
pub fn page() -> AnyView {
    let home = view! {
        <a class="btn q" href=Route::Home.href()>
            {t(key::ACTION_HOME)}
        </a>
    }
    .built();
    let said = Notice {
        icon: "search",
        title: t(key::NOTFOUND_TITLE).into(),
        text: t(key::NOTFOUND_TEXT).into(),
        safe: None,
        alert: false,
    };
    view! {
        <div class="app notab">
            {page_head(t(key::ERROR_GONE_TITLE), Route::Home, ().into_any())} <main id="main">{notice(said, home)}</main>
        </div>
    }
    .built()
}

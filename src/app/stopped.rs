//! Screens for when the portal can't start.

use crate::api::error::ApiError;
use crate::domain::config::ConfigFault;
use crate::i18n::{key, t};
use crate::parts::failure::words;
use crate::platform::dom;
use crate::ui::{Build, icon_small, safe};
use leptos::prelude::*;

fn screen(title: String, text: String, body: AnyView) -> AnyView {
    dom::set_title(&title);
    view! {
        <div class="app land">
            <header class="land__t far">
                <span class="land__a drawn"></span>
                <h1 class="land__h">{title}</h1>
                <p>{text}</p>
            </header>
            <main id="main" class="land__p">
                <div role="alert">{body}</div>
                <a class="btn mt-4" href="">
                    {t(key::ACTION_RETRY)}
                </a>
            </main>
        </div>
    }
    .built()
}

/// The installer's file is broken: names the field.
pub(super) fn config(fault: &ConfigFault) -> AnyView {
    let body = view! {
        <p class="note note--warn">{icon_small("alert")}<span>{t(key::CONFIG_TEXT)}</span></p>
        <dl class="facts mt-4">
            <div>
                <dt>{t(key::CONFIG_FIELD)}</dt>
                <dd>
                    <code>{fault.field}</code>
                </dd>
            </div>
            <div>
                <dt>{t(key::CONFIG_EXPECTED)}</dt>
                <dd lang="en">{fault.expected}</dd>
            </div>
        </dl>
    }
    .built();
    screen(t(key::CONFIG_TITLE).into(), String::new(), body)
}

/// The backend gave no programme.
pub(super) fn api(error: &ApiError) -> AnyView {
    let (title, text) = words(error);
    screen(title, text, safe(t(key::ERROR_SAFE).into()))
}

//! Language, colours, and the number to call.

use crate::features::me::passkeys;
use crate::i18n::{Locale, key, t};
use crate::parts::symbols::symbol;
use crate::state::look::{self, Theme};
use crate::state::{memo, portal, session};
use crate::ui::{Build, icon_small};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The rows; `keys` opens the member's passkeys.
pub(super) fn settings(keys: RwSignal<bool>) -> AnyView {
    view! {
        {languages()}
        {colours()}
        {passkeys::item(keys)}
        {support()}
    }
    .built()
}

/// Every language that the programme speaks; nothing where there is no choice.
fn languages() -> AnyView {
    let portal = portal();
    let spoken = session::languages(portal);
    if spoken.len() < 2 {
        return ().into_any();
    }
    let chosen = RwSignal::new(portal.locale.get_untracked());
    let choose = move |locale: Locale| {
        if chosen.get_untracked() != locale {
            chosen.set(locale);
            spawn_local(session::change_language(portal, locale));
        }
    };
    let one = |locale: Locale| {
        let is = move || chosen.get() == locale;
        view! {
            <li>
                <button
                    type="button"
                    class="item"
                    lang=locale.tag()
                    aria-pressed=move || if is() { "true" } else { "false" }
                    on:click=move |_| choose(locale)
                >
                    <span class="grow">{locale.name()}</span>
                    {move || is().then(|| icon_small("check"))}
                </button>
            </li>
        }
    };
    view! {
        <section class="sec">
            <div class="sec__h">
                <h2 id="language">{t(key::ME_LANGUAGE)}</h2>
            </div>
            <ul class="list" aria-labelledby="language">
                {spoken.into_iter().map(one).collect_view()}
            </ul>
        </section>
    }
    .built()
}

fn colours() -> AnyView {
    let portal = portal();
    let choose = move |theme: Theme| {
        look::keep_theme(theme);
        portal.theme.set(theme);
        portal.dark.set(theme.is_dark());
    };
    let one = |theme: Theme| {
        let word = match theme {
            Theme::System => key::ME_THEME_SYSTEM,
            Theme::Light => key::ME_THEME_LIGHT,
            Theme::Dark => key::ME_THEME_DARK,
        };
        let chosen = memo(move |_| portal.theme.get() == theme);
        view! {
            <button
                type="button"
                aria-pressed=move || if chosen.get() { "true" } else { "false" }
                on:click=move |_| choose(theme)
            >
                {t(word)}
            </button>
        }
    };
    view! {
        <section class="sec">
            <div class="sec__h">
                <h2 id="colours">{t(key::ME_THEME)}</h2>
            </div>
            <div class="seg" role="group" aria-labelledby="colours">
                {Theme::ALL.into_iter().map(one).collect_view()}
            </div>
        </section>
    }
    .built()
}

fn support() -> AnyView {
    let Some(phone) = portal().of(|programme| programme.support_phone.clone()) else {
        return ().into_any();
    };
    let mut href = String::from("tel:");
    href.extend(phone.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+'));
    view! {
        <ul class="list">
            <li>
                <a class="item" href=href>
                    {symbol("phone")}
                    <span class="grow">{t(key::ME_SUPPORT)}</span>
                    <span class="s num">{phone}</span>
                </a>
            </li>
        </ul>
    }
    .built()
}

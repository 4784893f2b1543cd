//! Sign-in by phone number and a code that comes as a text message.

mod code;
mod host;
mod passkey;
mod phone;

use crate::domain::route::Route;
use crate::i18n::{fill, key, t};
use crate::parts::frame::{landscape, logo};
use crate::state::nav::Nav;
use crate::state::{Portal, lasting, look, nav, portal, session};
use leptos::prelude::*;
use std::cell::Cell;
use wasm_bindgen_futures::spawn_local;

/// What the person has typed; it survives a change of language.
#[derive(Clone, Copy)]
struct Form {
    phone: RwSignal<String>,
    sent_to: RwSignal<Option<String>>,
    agreed: RwSignal<bool>,
    resend_in: RwSignal<i64>,
    next: StoredValue<Option<String>>,
}

thread_local! {
    static KEPT: Cell<Option<Form>> = const { Cell::new(None) };
}

impl Form {
    fn get(next: Option<String>) -> Self {
        let form = KEPT.get().unwrap_or_else(|| lasting(Self::new));
        KEPT.set(Some(form));
        form.next.set_value(next);
        form
    }

    fn new() -> Self {
        Self {
            phone: RwSignal::new(String::new()),
            sent_to: RwSignal::new(None),
            agreed: RwSignal::new(false),
            resend_in: RwSignal::new(0),
            next: StoredValue::new(None),
        }
    }

    /// The number stays as long as the page lives: who is signed out by the backend types it once.
    fn clear(self) {
        self.sent_to.set(None);
        self.agreed.set(false);
        self.resend_in.set(0);
    }
}

/// The screen; `next` is the address to go to afterwards.
pub fn page(next: Option<String>) -> AnyView {
    let portal = portal();
    look::set_title(portal, t(key::SIGN_IN_SUBMIT));
    let form = Form::get(next);
    let step = move || match form.sent_to.get() {
        None => phone::step(form),
        Some(number) => code::step(form, number),
    };
    let (name, slogan) = portal.of(|programme| (programme.name.clone(), programme.brand.slogan.clone()));
    view! {
        <div class="app land">
            <header class="land__t">
                {landscape("land__a")} <div class="row">
                    <p class="brandline grow">{logo()}{fill(key::SIGN_IN_MEMBERS, &[("brand", &name)])}</p>
                    {languages(portal)}
                </div> <p class="land__h">{slogan}</p>
            </header>
            <main id="main" class="land__p">
                {step}
            </main>
        </div>
    }
    .into_any()
}

/// A button for the next language that the programme speaks.
fn languages(portal: Portal) -> AnyView {
    let spoken = session::languages(portal);
    let now = portal.locale.get_untracked();
    let at = spoken.iter().position(|locale| *locale == now).unwrap_or_default();
    let Some(other) = spoken.get((at + 1) % spoken.len().max(1)).copied().filter(|other| *other != now)
    else {
        return ().into_any();
    };
    let label = t(key::SIGN_IN_LANGUAGE);
    view! {
        <button
            type="button"
            class="icbtn icbtn--text s"
            lang=other.tag()
            title=label
            on:click=move |_| spawn_local(session::change_language(portal, other))
        >
            {other.name()}
        </button>
    }
    .into_any()
}

/// Leaves for where the person wanted to go.
fn enter(portal: Portal, nav: Nav, form: Form) {
    let next = form.next.try_get_value().flatten();
    form.clear();
    portal.overview.clear();
    portal.overview.load();
    let href = next.unwrap_or_else(|| "/".into());
    let (path, query) = href.split_once('?').unwrap_or((&href, ""));
    nav.replace(&Route::parse(path, query));
}

fn contexts() -> (Portal, Nav) {
    (portal(), nav::nav())
}

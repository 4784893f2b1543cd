//! Before the question: the code of the screen in the store is scanned, where the app around the page can do that, or typed.

use crate::api::error::ApiError;
use crate::domain::route::Route;
use crate::domain::wechat::{Scanned, letters, scanned, typed_letters};
use crate::i18n::{fill, key, t};
use crate::parts::failure::line;
use crate::parts::symbols::symbol_small;
use crate::platform::wechat::{self, Outcome};
use crate::platform::{dom, share};
use crate::state::nav::{self, Nav};
use crate::state::{host, lasting, portal, session};
use crate::ui::{icon_small, live};
use leptos::prelude::*;
use std::cell::Cell;
use wasm_bindgen_futures::spawn_local;

thread_local! {
    /// What was typed: it survives the way to the question and back.
    static TYPED: Cell<Option<RwSignal<String>>> = const { Cell::new(None) };
}

fn typed() -> RwSignal<String> {
    let typed = TYPED.get().unwrap_or_else(|| lasting(|| RwSignal::new(String::new())));
    TYPED.set(Some(typed));
    typed
}

/// The member's way to scan. Copying it copies the handle.
#[derive(Clone, Copy)]
pub(super) struct Camera {
    nav: Nav,
    busy: RwSignal<bool>,
    fault: RwSignal<Option<String>>,
}

impl Camera {
    pub(super) fn new() -> Self {
        Self { nav: nav::nav(), busy: RwSignal::new(false), fault: RwSignal::new(None) }
    }

    /// Whether the app around the page can scan for it.
    pub(super) fn is_here() -> bool {
        let portal = portal();
        portal.channel.has_host() && portal.has("wechat") && wechat::host().scans
    }

    /// The button; nothing where nothing can scan.
    pub(super) fn button(self, class: &'static str) -> AnyView {
        if !Self::is_here() {
            return ().into_any();
        }
        let busy = move || self.busy.get().then_some("true");
        let word = live(move || t(if self.busy.get() { key::SCAN_BUSY } else { key::SCAN_GO }).into_any());
        view! {
            <button
                type="button"
                id="scan"
                class=class
                aria-disabled=busy
                aria-busy=busy
                on:click=move |_| self.scan()
            >
                {symbol_small("scan")}
                {word}
            </button>
        }
        .into_any()
    }

    /// What came of it, when it is no code of ours.
    pub(super) fn note(self) -> AnyView {
        live(move || {
            let note = self.fault.get().map(|text| {
                view! { <p class="note note--warn mt-4">{icon_small("alert")}<span>{text}</span></p> }
            });
            view! { <div role="alert">{note}</div> }.into_any()
        })
    }

    fn scan(self) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.fault.set(None);
        spawn_local(async move {
            // The screen may be left while the camera is open.
            let end = host::scan(move || self.busy.try_get_untracked() == Some(true)).await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            let fault = match end {
                Ok(Outcome::Done(text)) => match scanned(&text, &share::origin()) {
                    Scanned::Place(route) => {
                        self.nav.go(&route);
                        None
                    }
                    Scanned::Text(text) if text.is_empty() => Some(t(key::SCAN_NOTHING).into()),
                    Scanned::Text(text) => Some(fill(key::SCAN_OTHER, &[("text", &text)])),
                },
                Ok(Outcome::Cancelled) => None,
                Ok(Outcome::NoAnswer) => Some(t(key::SCAN_LATE).into()),
                Ok(Outcome::Refused(_) | Outcome::Absent) => Some(t(key::SCAN_NOT).into()),
                Err(error) if error.is_signed_out() => return session::ended(),
                Err(error) => Some(said(&error)),
            };
            let _ = self.fault.try_set(fault);
        });
    }
}

fn said(error: &ApiError) -> String {
    let mut text = line(error);
    text.push_str(t(key::APP_JOIN));
    text.push_str(t(key::SCAN_TYPE));
    text
}

/// The screen without a code.
pub(super) fn entry() -> AnyView {
    let (typed, camera, nav) = (typed(), Camera::new(), nav::nav());
    let fault = RwSignal::new(false);
    let can_scan = Camera::is_here();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match letters(&typed.get_untracked()) {
            Some(code) => nav.go(&Route::Device { code }),
            None => {
                fault.set(true);
                dom::focus("#letters");
            }
        }
    };
    let lead = t(if can_scan { key::DEVICE_ENTRY_SCAN } else { key::DEVICE_ENTRY_TYPE });
    view! {
        <h1 class="bigt" tabindex="-1">
            {t(key::DEVICE_ENTRY_TITLE)}
        </h1>
        <p class="lead muted">{lead}</p>
        {camera.button("btn mt-4")}
        {camera.note()}
        <form on:submit=submit novalidate=true>
            <label class=move || if fault.get() { "field mt-4 err" } else { "field mt-4" }>
                <span>{t(key::DEVICE_ENTRY_CODE)}</span>
                <input
                    id="letters"
                    class="letters"
                    type="text"
                    autocomplete="off"
                    autocapitalize="characters"
                    spellcheck="false"
                    maxlength="16"
                    placeholder="XXXX-XXXX"
                    aria-describedby="letters-fault"
                    aria-invalid=move || fault.get().then_some("true")
                    prop:value=move || typed.get()
                    on:input:target=move |event| {
                        let text = typed_letters(&event.target().value());
                        event.target().set_value(&text);
                        typed.set(text);
                        fault.set(false);
                    }
                />
            </label>
            <p id="letters-fault" class="err" role="alert">
                {move || fault.get().then(|| t(key::DEVICE_ENTRY_BAD))}
            </p>
            <button class=if can_scan { "btn q mt-4" } else { "btn mt-4" }>{t(key::DEVICE_ENTRY_GO)}</button>
        </form>
    }
    .into_any()
}

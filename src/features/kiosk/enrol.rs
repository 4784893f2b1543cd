//! An installer makes this browser a device of a store, with a code from the back office. Nothing else makes a kiosk: no flag
//! in an address does (requirement K1).

use super::keypad::{Press, letters};
use crate::api::node::Body;
use crate::api::{client, endpoint, wire};
use crate::domain::route::Route;
use crate::i18n::{key, t};
use crate::parts::failure::line;
use crate::parts::frame::{landscape, logo};
use crate::platform::{dom, random, timer, watchdog};
use crate::state::{look, portal};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The contract's limits of a code.
const SHORTEST: usize = 6;
const LONGEST: usize = 64;
const ALIVE_MS: i32 = 1_000;

/// The screen.
pub(super) fn page() -> AnyView {
    let portal = portal();
    look::set_title(portal, t(key::KIOSK_ENROL_TITLE));
    dom::add_root_class("kiosk");
    dom::set_root_attribute("data-channel", "kiosk");
    let code = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    // The same code is the same enrolment, however often it has to be sent.
    let sent = StoredValue::new((String::new(), String::new()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let typed = code.get_untracked();
        if typed.len() < SHORTEST {
            fault.set(Some(t(key::KIOSK_ENROL_SHORT).into()));
            dom::focus("#enrol");
            return;
        }
        busy.set(true);
        fault.set(None);
        sent.update_value(|sent| {
            if sent.0 != typed {
                *sent = (typed.clone(), random::uuid());
            }
        });
        spawn_local(async move {
            let body = Body::new().text("enrolment_code", &typed).json();
            let key = sent.with_value(|sent| sent.1.clone());
            let reply = client::post(endpoint::enrolments(), body, Some(&key)).await;
            match reply.and_then(|reply| reply.decode(wire::devices::enrolled)) {
                Ok(_) => {
                    watchdog::begin();
                    dom::reload_at(&Route::SignIn { next: None }.href());
                }
                Err(error) => {
                    let said = match error.code() {
                        "code-incorrect" | "code-expired" | "validation" => t(key::KIOSK_ENROL_WRONG).into(),
                        _ => line(&error),
                    };
                    let _ = fault.try_set(Some(said));
                    let _ = busy.try_set(false);
                }
            }
        });
    };
    // Where the window was a kiosk's before, it is watched.
    let ticker = StoredValue::new_local(timer::every(ALIVE_MS, watchdog::alive));
    on_cleanup(move || drop(ticker.try_update_value(Option::take)));
    let name = portal.of(|programme| programme.name.clone());
    view! {
        <div class="app k k-attract k-tall">
            <header class="k-top">{logo()}<b class="grow">{name}</b></header>
            {landscape("k-scene")}
            <main id="main" class="k-panel">
                <form class="k-ask" on:submit=submit novalidate=true>
                    <h1 tabindex="-1">{t(key::KIOSK_ENROL_TITLE)}</h1>
                    <p>{t(key::KIOSK_ENROL_TEXT)}</p>
                    <label class="field">
                        <span>{t(key::KIOSK_ENROL_LABEL)}</span>
                        <input
                            id="enrol"
                            name="code"
                            inputmode="none"
                            autocomplete="off"
                            autocapitalize="characters"
                            spellcheck="false"
                            maxlength="64"
                            aria-describedby="fault"
                            aria-invalid=move || fault.get().is_some().then_some("true")
                            prop:value=move || code.get()
                            on:input:target=move |event| {
                                code.set(cleaned(&event.target().value()));
                                fault.set(None);
                            }
                        />
                    </label>
                    <p id="fault" class="err" role="alert">
                        {move || fault.get()}
                    </p>
                    {letters(
                        Callback::new(move |press: Press| {
                            fault.set(None);
                            code.update(|code| press.apply(code, LONGEST));
                        }),
                        key::KIOSK_ENROL_KEYS,
                    )}
                    <button class="btn" aria-disabled=move || busy.get().then_some("true")>
                        {t(key::KIOSK_ENROL_SUBMIT)}
                    </button>
                </form>
            </main>
        </div>
    }
    .into_any()
}

/// A code as it is meant, however it was typed.
fn cleaned(typed: &str) -> String {
    let letters = typed.chars().flat_map(char::to_uppercase);
    letters.filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').take(LONGEST).collect()
}

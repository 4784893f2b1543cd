//! The member's phone is asked to sign a shared screen in: which one, and a way to say no that can't be missed.

mod entry;

use crate::api::error::ApiError;
use crate::api::{client, endpoint, wire};
use crate::domain::kiosk::device::Asking;
use crate::domain::route::Route;
use crate::features::device::entry::Camera;
use crate::i18n::{Key, fill, key, t};
use crate::parts::failure::{failure, line};
use crate::parts::frame::{landscape, logo};
use crate::parts::words;
use crate::platform::{dom, timer};
use crate::state::{look, memo, nav, portal, session};
use crate::ui::{bone, icon, icon_small, live, loading};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The question on screen.
#[derive(Clone, Copy)]
struct Question {
    code: StoredValue<String>,
    asking: RwSignal<Option<Result<Asking, ApiError>>>,
    /// Which answer is on its way.
    busy: RwSignal<Option<bool>>,
    fault: RwSignal<Option<String>>,
}

/// The screen, for the code of the screen in the store; without one it is scanned or typed first.
pub fn page(code: String) -> AnyView {
    let portal = portal();
    let nav = nav::nav();
    // The way from typing to the question and back is one within this screen.
    let code = memo(move |before: Option<&String>| match nav.route() {
        Route::Device { code } => code,
        _ => before.unwrap_or(&code).clone(),
    });
    let name = portal.of(|programme| programme.name.clone());
    view! {
        <div class="app land device">
            <header class="land__t">
                {landscape("land__a")} <p class="brandline">{logo()}{name}</p>
            </header>
            <main id="main" class="land__p">
                {live(move || {
                    let code = code.get();
                    let typing = code.trim().is_empty();
                    look::set_title(portal, t(if typing { key::DEVICE_ENTRY_TITLE } else { key::DEVICE_TITLE }));
                    if typing { entry::entry() } else { asked(&code) }
                })}
            </main>
        </div>
    }
    .into_any()
}

fn asked(code: &str) -> AnyView {
    let question = Question {
        code: StoredValue::new(code.trim().to_uppercase()),
        asking: RwSignal::new(None),
        busy: RwSignal::new(None),
        fault: RwSignal::new(None),
    };
    question.read();
    live(move || match question.asking.get() {
        None => loading(view! { {bone("h", 8)}{bone("t", 10)}{bone("block", 10)} }.into_any()),
        Some(Ok(asking)) => shown(question, &asking),
        Some(Err(error)) if is_gone(&error) => again("info", key::DEVICE_GONE_TITLE, key::DEVICE_GONE_TEXT),
        Some(Err(error)) => failure(&error, move || question.read()),
    })
}

fn is_gone(error: &ApiError) -> bool {
    matches!(error, ApiError::Problem(problem) if matches!(problem.status, 404 | 422))
}

impl Question {
    fn read(self) {
        self.asking.set(None);
        spawn_local(async move {
            let code = self.code.get_value();
            let reply = client::get(endpoint::device_authorization(&code)).await;
            let answer = reply.and_then(|reply| reply.decode(wire::devices::asking));
            if answer.as_ref().is_err_and(ApiError::is_signed_out) {
                session::ended();
                return;
            }
            let _ = self.asking.try_set(Some(answer));
            // What had the focus went with the code that was typed.
            timer::sleep(0).await;
            dom::focus("h1[tabindex]");
        });
    }

    fn answer(self, agreed: bool) {
        if self.busy.get_untracked().is_some() {
            return;
        }
        self.busy.set(Some(agreed));
        self.fault.set(None);
        spawn_local(async move {
            let code = self.code.get_value();
            let reply = client::post(endpoint::device_decision(&code, agreed), String::new(), None).await;
            match reply.and_then(|reply| reply.decode(wire::devices::asking)) {
                Ok(asking) => {
                    let _ = self.asking.try_set(Some(Ok(asking)));
                }
                Err(error) if error.is_signed_out() => session::ended(),
                // Somebody else was faster, or time is up: how it stands now says it best.
                Err(error) if error.code() == "authorization-closed" || is_gone(&error) => self.read(),
                Err(error) => {
                    let _ = self.fault.try_set(Some(line(&error)));
                }
            }
            let _ = self.busy.try_set(None);
        });
    }
}

fn shown(question: Question, asking: &Asking) -> AnyView {
    match asking.status.as_str() {
        "pending" => ask(question, asking),
        "approved" => outcome("check", key::DEVICE_APPROVED_TITLE, key::DEVICE_APPROVED_TEXT),
        "denied" => outcome("shield", key::DEVICE_DENIED_TITLE, key::DEVICE_DENIED_TEXT),
        "taken" => again("info", key::DEVICE_TAKEN_TITLE, key::DEVICE_TAKEN_TEXT),
        _ => again("clock", key::DEVICE_EXPIRED_TITLE, key::DEVICE_EXPIRED_TEXT),
    }
}

fn fact(name: Key, value: AnyView) -> AnyView {
    view! {
        <div>
            <dt>{t(name)}</dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}

fn ask(question: Question, asking: &Asking) -> AnyView {
    let brand = portal().of(|programme| programme.name.clone());
    let number = fill(key::DEVICE_NUMBER_VALUE, &[("n", &asking.number)]);
    let at = asking.requested_at.map(|at| fact(key::DEVICE_ASKED, words::time(at).into_any()));
    let waits = move |agreed: bool| move || (question.busy.get() == Some(agreed)).then_some("true");
    let locked = move || question.busy.get().is_some().then_some("true");
    view! {
        <h1 class="bigt" tabindex="-1">
            {t(key::DEVICE_TITLE)}
        </h1>
        <p class="lead muted">{fill(key::DEVICE_LEAD, &[("brand", &brand)])}</p>
        <dl class="facts mt-4">
            {fact(key::DEVICE_STORE, asking.store.clone().into_any())} {fact(key::DEVICE_NUMBER, number.into_any())}
            {fact(key::DEVICE_CODE, view! { <span class="num">{question.code.get_value()}</span> }.into_any())} {at}
        </dl>
        <p class="note note--warn mt-4">{icon_small("alert")}<span>{t(key::DEVICE_WARN)}</span></p>
        <p class="err" role="alert">
            {move || question.fault.get()}
        </p>
        <button
            type="button"
            class="btn mt-4"
            aria-disabled=locked
            aria-busy=waits(true)
            on:click=move |_| question.answer(true)
        >
            {t(key::DEVICE_YES)}
        </button>
        <button
            type="button"
            class="btn q k-no mt-3"
            aria-disabled=locked
            aria-busy=waits(false)
            on:click=move |_| question.answer(false)
        >
            {t(key::DEVICE_NO)}
        </button>
    }
    .into_any()
}

fn outcome(picture: &'static str, title: Key, text: Key) -> AnyView {
    view! {
        {told(picture, title, text)}
        <a class="btn q mt-5" href=Route::Home.href()>
            {t(key::ACTION_HOME)}
        </a>
    }
    .into_any()
}

/// This code leads nowhere; the screen has another one by now.
fn again(picture: &'static str, title: Key, text: Key) -> AnyView {
    let camera = Camera::new();
    view! {
        {told(picture, title, text)} {camera.button("btn mt-5")} {camera.note()}
        <a class="btn q mt-3" href=Route::Device { code: String::new() }.href()>
            {t(key::DEVICE_ENTRY_OTHER)}
        </a>
    }
    .into_any()
}

fn told(picture: &'static str, title: Key, text: Key) -> AnyView {
    view! {
        <div role="status">
            <div class="ok-ring">{icon(picture)}</div>
            <h1 class="bigt" tabindex="-1">
                {t(title)}
            </h1>
            <p class="muted">{t(text)}</p>
        </div>
    }
    .into_any()
}

//! The code that the member's own phone scans: asked for, shown, asked about, replaced.

use super::run::{Ending, Kiosk};
use super::sign;
use crate::api::error::ApiError;
use crate::api::node::Body;
use crate::api::{client, endpoint, wire};
use crate::domain::kiosk::pairing::{Answer, Pairing, Stage};
use crate::i18n::{Key, key, t};
use crate::parts::codes;
use crate::parts::symbols::symbol;
use crate::platform::{clock, share, timer};
use crate::ui::{icon, live};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

const TICK_MS: i32 = 500;

/// What the box shows. Within one of these nothing is drawn anew.
#[derive(Clone, PartialEq)]
enum Face {
    Waiting,
    Shown { uri: String, code: String },
    Scanned,
    Denied,
    Expired,
    Unreached,
}

/// The box with the code, and what becomes of it while it is on screen.
pub(super) fn code(kiosk: Kiosk) -> AnyView {
    let pairing = RwSignal::new(None::<Pairing>);
    let busy = StoredValue::new(false);
    let failed = RwSignal::new(false);
    let again_at = StoredValue::new(0_i64);
    let turn = move || {
        let idle = kiosk.ending.get_untracked() == Ending::No && !kiosk.signing.get_untracked();
        if busy.try_get_value() != Some(false) || !idle {
            return;
        }
        let now = clock::onward();
        let wanted = pairing.with_untracked(|one| one.as_ref().is_none_or(|one| one.wants_another(now)));
        let due = pairing.with_untracked(|one| one.as_ref().is_some_and(|one| one.is_due(now)));
        if wanted && again_at.get_value() <= now {
            busy.set_value(true);
            spawn_local(async move {
                match ask().await {
                    Ok(one) => {
                        let _ = pairing.try_set(Some(one));
                        let _ = failed.try_set(false);
                    }
                    Err(error) => {
                        if error.is_signed_out() {
                            kiosk.lose();
                        }
                        let wait = error.retry_after().unwrap_or(4).max(4);
                        let _ = again_at.try_set_value(clock::onward() + wait * 1000);
                        let _ = failed.try_set(true);
                    }
                }
                let _ = busy.try_set_value(false);
            });
        } else if due {
            busy.set_value(true);
            spawn_local(async move {
                poll(kiosk, pairing, failed).await;
                let _ = busy.try_set_value(false);
            });
        }
    };
    turn();
    let ticker = StoredValue::new_local(timer::every(TICK_MS, turn));
    on_cleanup(move || drop(ticker.try_update_value(Option::take)));
    let face = Memo::new(move |_| {
        pairing.with(|one| match one {
            // One that can't be replaced is not to be scanned any more.
            None if failed.get() => Face::Unreached,
            Some(one) if failed.get() && one.stage == Stage::Shown => Face::Unreached,
            None => Face::Waiting,
            Some(one) => match one.stage {
                Stage::Shown => {
                    Face::Shown { uri: share::whole(&one.code.uri), code: one.code.user_code.clone() }
                }
                Stage::Scanned => Face::Scanned,
                Stage::Denied => Face::Denied,
                Stage::Expired => Face::Expired,
            },
        })
    });
    let another = move |_| {
        pairing.set(None);
        turn();
    };
    live(move || match face.get() {
        Face::Waiting => {
            view! { <div class="codebox k-qr" aria-hidden="true"><span class="sk"></span></div> }.into_any()
        }
        Face::Shown { uri, code } => view! {
            <div class="codebox k-qr">
                {codes::qr_with("qr", key::KIOSK_QR_LABEL, &uri)} <p class="num k-qr__c">{code}</p>
            </div>
        }
        .into_any(),
        Face::Scanned => {
            state(true, symbol("phone"), key::KIOSK_QR_SCANNED, key::KIOSK_QR_SCANNED_TEXT, ().into_any())
        }
        Face::Denied => {
            state(false, icon("shield"), key::KIOSK_QR_DENIED, key::KIOSK_QR_DENIED_TEXT, button(another))
        }
        Face::Expired => {
            state(false, icon("clock"), key::KIOSK_QR_EXPIRED, key::KIOSK_QR_EXPIRED_TEXT, button(another))
        }
        Face::Unreached => {
            state(false, icon("offline"), key::KIOSK_QR_OFFLINE, key::KIOSK_QR_OFFLINE_TEXT, ().into_any())
        }
    })
}

fn button(press: impl Fn(leptos::ev::MouseEvent) + 'static) -> AnyView {
    view! {
        <button type="button" class="btn q sm" on:click=press>
            {t(key::KIOSK_QR_AGAIN)}
        </button>
    }
    .into_any()
}

fn state(well: bool, picture: AnyView, title: Key, text: Key, action: AnyView) -> AnyView {
    view! {
        <div class="codebox k-qr" role="status">
            <div class=if well { "k-qr__s ok" } else { "k-qr__s no" }>
                {picture} <span>{t(title)}</span> <small>{t(text)}</small> {action}
            </div>
        </div>
    }
    .into_any()
}

async fn ask() -> Result<Pairing, ApiError> {
    let reply = client::post(endpoint::device_authorizations(), String::new(), None).await?;
    Ok(Pairing::new(reply.decode(wire::devices::authorization)?, clock::onward()))
}

async fn poll(kiosk: Kiosk, pairing: RwSignal<Option<Pairing>>, failed: RwSignal<bool>) {
    let Some(device_code) =
        pairing.with_untracked(|one| one.as_ref().map(|one| one.code.device_code.clone()))
    else {
        return;
    };
    let body = Body::new().text("device_code", &device_code).json();
    let reply = client::post(endpoint::device_poll(), body, None).await;
    let Err(error) = sign::begin(kiosk, reply) else { return };
    if error.is_signed_out() {
        kiosk.lose();
        return;
    }
    let answer = answer(&error);
    // One whose answer can't be had is not to be scanned.
    let _ = failed.try_set(answer == Answer::Unreached);
    let _ = pairing.try_update(|one| {
        if let Some(one) = one.as_mut().filter(|one| one.code.device_code == device_code) {
            one.answered(answer, clock::onward());
        }
    });
}

fn answer(error: &ApiError) -> Answer {
    match (error.code(), error) {
        ("authorization-pending", ApiError::Problem(problem)) => Answer::Pending(problem.scanned),
        ("slow-down" | "rate-limited", _) => Answer::SlowDown,
        ("access-denied", _) => Answer::Denied,
        ("expired-token", _) => Answer::Expired,
        _ => Answer::Unreached,
    }
}

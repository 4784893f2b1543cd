//! The other way in, for who has a passkey: no number, no message.

use crate::api::error::ApiError;
use crate::api::{client, endpoint, wire};
use crate::domain::config::AuthMode;
use crate::features::sign_in::{Form, contexts, enter};
use crate::i18n::{key, t};
use crate::parts::failure::sign_in_line;
use crate::platform::passkey::{self, Outcome};
use crate::state::toast;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// A quiet button; nothing where there can be no passkey. What went wrong is said in `fault`.
pub(super) fn way(form: Form, fault: RwSignal<Option<String>>) -> AnyView {
    let (portal, nav) = contexts();
    if !portal.has("passkeys") || !portal.channel.has_keys() {
        return ().into_any();
    }
    let toasts = toast::toasts();
    let usable = RwSignal::new(false);
    let busy = RwSignal::new(false);
    spawn_local(async move {
        if passkey::is_usable().await {
            let _ = usable.try_set(true);
        }
    });
    let press = move |_| {
        if busy.get_untracked() {
            return;
        }
        fault.set(None);
        busy.set(true);
        spawn_local(async move {
            match sign_in().await {
                Ok(true) => {
                    if form.next.try_with_value(Option::is_none) == Some(true) {
                        toasts.show(t(key::SIGN_IN_WELCOME));
                    }
                    enter(portal, nav, form);
                }
                Ok(false) => {}
                Err(text) => {
                    let _ = fault.try_set(Some(text));
                }
            }
            let _ = busy.try_set(false);
        });
    };
    let button = move || {
        view! {
            <button
                type="button"
                id="passkey"
                class="btn q mt-3"
                aria-disabled=move || busy.get().then_some("true")
                on:click=press
            >
                {t(key::SIGN_IN_PASSKEY)}
            </button>
        }
    };
    (move || usable.get().then(button)).into_any()
}

/// Whether somebody is signed in now; not where they changed their mind. Else what went wrong.
async fn sign_in() -> Result<bool, String> {
    let said = |error: ApiError| match error.code() {
        "passkey-refused" | "validation" => t(key::SIGN_IN_PASSKEY_NOT).to_owned(),
        _ => sign_in_line(&error),
    };
    let asked = client::post(endpoint::passkey_challenges(), String::new(), None).await;
    let asked = asked.and_then(|reply| reply.decode(wire::passkeys::challenge)).map_err(said)?;
    let credential = match passkey::ask(&asked.options).await {
        Outcome::Done(credential) => credential,
        Outcome::Cancelled => return Ok(false),
        Outcome::Known | Outcome::Refused | Outcome::Absent => return Err(t(key::SIGN_IN_PASSKEY_NOT).into()),
    };
    let bearer = client::auth_mode() == AuthMode::Bearer;
    let body = wire::passkeys::answer(&asked, &credential);
    let body = if bearer { body.text("mode", "bearer") } else { body };
    let reply = client::post(endpoint::passkey_sessions(), body.json(), None).await.map_err(said)?;
    if bearer {
        client::set_token(Some(reply.decode(|node| node.text("token")).map_err(said)?));
    }
    Ok(true)
}

//! The ways to be signed in that the screen itself asks for.

use super::run::Kiosk;
use crate::api::error::ApiError;
use crate::api::exchange::Reply;
use crate::api::node::Body;
use crate::api::{client, endpoint, wire};
use crate::i18n::{key, t};
use crate::parts::failure::line;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// What the backend answered to a sign-in: the session begins, or why not.
pub(super) fn begin(kiosk: Kiosk, reply: Result<Reply, ApiError>) -> Result<(), ApiError> {
    let signed = reply?.decode(wire::devices::signed)?;
    kiosk.enter(signed.until);
    Ok(())
}

/// With a member code that the scanner has read.
pub(super) fn by_card(kiosk: Kiosk, payload: String) {
    kiosk.signing.set(true);
    kiosk.scan_fault.set(None);
    spawn_local(async move {
        let body = Body::new().text("payload", &payload).json();
        let reply = client::post(endpoint::card_code_sessions(), body, None).await;
        if let Err(error) = begin(kiosk, reply) {
            if error.is_signed_out() {
                kiosk.lose();
            }
            let said = match error.code() {
                "code-incorrect" => t(key::KIOSK_CARD_UNKNOWN).to_owned(),
                "code-expired" => t(key::KIOSK_CARD_STALE).to_owned(),
                _ => line(&error),
            };
            if kiosk.step.get_untracked() != super::run::Step::Card {
                kiosk.toasts.show(said.clone());
            }
            kiosk.scan_fault.set(Some(said));
        }
        kiosk.signing.set(false);
    });
}

/// With a phone number and the code that was sent to it.
///
/// # Errors
/// See [`ApiError`].
pub(super) async fn by_phone(kiosk: Kiosk, phone: &str, code: &str) -> Result<(), ApiError> {
    let version = kiosk.portal.of(|programme| programme.terms_version.clone());
    let body = Body::new().text("phone", phone).text("code", code).text("terms_version", &version);
    begin(kiosk, client::post(endpoint::sessions(), body.json(), None).await)
}

//! The session: beginning it, ending it, and what happens when the backend ends it.

use crate::api::endpoint;
use crate::api::error::ApiError;
use crate::api::node::Body;
use crate::api::{client, kept, wire};
use crate::domain::config::AuthMode;
use crate::domain::programme::Programme;
use crate::domain::route::Route;
use crate::i18n::{self, Locale, key, t};
use crate::platform::storage;
use crate::state::{Portal, look, nav, portal, toast};
use leptos::prelude::*;
use std::cell::Cell;

thread_local! {
    static ON_END: Cell<Option<Callback<()>>> = const { Cell::new(None) };
}

/// Asks for a code by text message. Seconds until another may be asked for.
///
/// # Errors
/// See [`ApiError`].
pub async fn ask_code(phone: &str) -> Result<i64, ApiError> {
    let reply = client::post(endpoint::sms_codes(), Body::new().text("phone", phone).json(), None).await?;
    reply.decode(|node| Ok(node.maybe_int("resend_after").unwrap_or(60).clamp(1, 600)))
}

/// Signs in. In bearer mode the token stays in memory.
///
/// # Errors
/// See [`ApiError`].
pub async fn sign_in(phone: &str, code: &str, terms_version: &str) -> Result<(), ApiError> {
    let mode = client::auth_mode();
    let body = Body::new().text("phone", phone).text("code", code).text("terms_version", terms_version);
    let body = if mode == AuthMode::Bearer { body.text("mode", "bearer") } else { body };
    let reply = client::post(endpoint::sessions(), body.json(), None).await?;
    if mode == AuthMode::Bearer {
        client::set_token(Some(reply.decode(|node| node.text("token"))?));
    }
    Ok(())
}

/// Remembers that the backend hasn't heard of a sign-out yet. The cookie is out of a script's reach.
const UNHEARD: &str = "portal.sign_out";

/// Signs out: on this device in any case, on the backend as soon as it is reached.
pub async fn sign_out() {
    // What is wiped first makes room for the mark where storage is full.
    forget_member();
    storage::write(UNHEARD, "1");
    // Before the token is forgotten: the backend has to know whose session it is.
    let _ = tell_sign_out().await;
    wipe();
}

/// Tells the backend of a sign-out that it hasn't heard of. Until then the portal doesn't start, so that nobody finds
/// the session of the member who left.
///
/// # Errors
/// When the backend isn't reached.
pub async fn finish_sign_out() -> Result<(), ApiError> {
    if storage::read(UNHEARD).is_none() {
        return Ok(());
    }
    tell_sign_out().await
}

/// Tells the backend that whoever was here has left; that nobody was is fine, too.
///
/// # Errors
/// When the backend isn't reached.
pub async fn tell_sign_out() -> Result<(), ApiError> {
    match client::delete(endpoint::current_session()).await {
        Err(error) if !error.is_signed_out() => Err(error),
        _ => {
            storage::remove(UNHEARD);
            Ok(())
        }
    }
}

/// A shared screen begins with nobody: whoever was here when the page was left, or broke, is signed out first, and neither
/// the device nor the address tells of them.
///
/// # Errors
/// When the backend isn't reached.
pub async fn begin_shared() -> Result<(), ApiError> {
    storage::keep_nothing();
    storage::remove_database();
    nav::begin_shared();
    tell_sign_out().await
}

/// Forgets everything that belongs to the member. Language and colours stay: they are the device's.
pub fn wipe() {
    client::set_token(None);
    forget_member();
}

fn forget_member() {
    kept::forget();
    storage::remove_all("portal.member.");
    storage::remove_database();
}

/// Reads the programme again, in the language in use. Where the backend isn't reached, it is as it was last time.
///
/// # Errors
/// See [`ApiError`].
pub async fn read_programme() -> Result<Programme, ApiError> {
    let ask = || async { client::get(endpoint::programme()).await?.decode(wire::account::programme) };
    let answer = ask().await;
    if !matches!(answer, Err(ApiError::Offline | ApiError::Timeout)) {
        return answer;
    }
    match kept::read(ask) {
        // The server's time of then would set the clock back.
        Some((programme, _)) => Ok(Programme { server_time: None, ..programme }),
        None => answer,
    }
}

/// Speaks another language from here on: keeps the choice, and reads again what the backend had said in the old one.
pub async fn change_language(portal: Portal, locale: Locale) {
    look::keep_locale(locale);
    look::use_locale(locale);
    let programme = read_programme().await;
    // A later choice is on its way.
    if i18n::locale() != locale {
        return;
    }
    if let Ok(programme) = programme {
        portal.set_programme(programme);
    }
    if portal.overview.peek().is_some() {
        portal.overview.load();
    }
    let _ = portal.locale.try_set(locale);
}

/// The languages that both the portal and the programme speak, in the portal's order.
pub fn languages(portal: Portal) -> Vec<Locale> {
    portal.of(|programme| {
        let speaks =
            |locale: &Locale| programme.locales.iter().any(|tag| Locale::parse(tag) == Some(*locale));
        Locale::ALL.into_iter().filter(speaks).collect()
    })
}

/// Sets what to do when the backend says that the session is over.
pub fn on_end(then: Callback<()>) {
    ON_END.set(Some(then));
}

/// On the member's own device. Called once, where the contexts are at hand.
pub fn follow_end() {
    let (portal, nav, toasts) = (portal(), nav::nav(), toast::toasts());
    on_end(Callback::new(move |()| {
        let place = nav.peek();
        if matches!(place, Route::SignIn { .. }) {
            return;
        }
        let was_in = portal.overview.peek().is_some();
        // What was begun stays, under the member's id: a lost session must lose nothing else. What was only read goes.
        client::set_token(None);
        kept::forget();
        portal.overview.clear();
        let next = Some(place.href()).filter(|href| href != "/");
        nav.replace(&Route::SignIn { next });
        if was_in {
            toasts.show(t(key::SIGN_IN_ENDED));
        }
    }));
}

/// The backend says that there is no session.
pub fn ended() {
    if let Some(then) = ON_END.get() {
        then.run(());
    }
}

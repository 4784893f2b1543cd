//! Submissions that couldn't be sent go by themselves: when the surveys are opened, when the network is back, when the page is
//! looked at again.

use crate::domain::channel::Channel;
use crate::domain::number::group;
use crate::features::surveys::{drafts, forget_list};
use crate::i18n::{fill, key, t};
use crate::parts::failure::line;
use crate::platform::{network, storage};
use crate::state::toast::Toasts;
use crate::state::{Portal, session};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

thread_local! {
    static WATCHING: Cell<bool> = const { Cell::new(false) };
    static BUSY: Cell<bool> = const { Cell::new(false) };
    /// The survey on screen sends itself, and shows what comes of it.
    static ON_SCREEN: RefCell<Option<String>> = const { RefCell::new(None) };
    /// What to do when something was sent.
    static SENT: Cell<Option<Callback<()>>> = const { Cell::new(None) };
}

/// The survey on screen; none with `None`.
pub(super) fn attend(survey: Option<&str>) {
    ON_SCREEN.set(survey.map(String::from));
}

/// Whether a survey is on screen.
pub(super) fn is_on_screen(survey: &str) -> bool {
    ON_SCREEN.with_borrow(|here| here.as_deref() == Some(survey))
}

/// Sets what to do when something was sent, for as long as the screen is there.
pub(super) fn on_sent(then: impl Fn() + Send + Sync + 'static) {
    SENT.set(Some(Callback::new(move |()| then())));
    on_cleanup(|| SENT.set(None));
}

/// Sends what waits, now and whenever there is hope.
pub(super) fn watch(portal: Portal, toasts: Toasts) {
    if portal.channel == Channel::Kiosk {
        return;
    }
    let go = move || spawn_local(send_all(portal, toasts));
    go();
    if WATCHING.replace(true) {
        return;
    }
    network::watch(move |online| {
        if online {
            go();
        }
    });
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let page = document.clone();
    let shown = Closure::<dyn Fn()>::new(move || {
        if !page.hidden() {
            go();
        }
    });
    let _ = document.add_event_listener_with_callback("visibilitychange", shown.as_ref().unchecked_ref());
    shown.forget();
}

async fn send_all(portal: Portal, toasts: Toasts) {
    let Some(member) = portal.overview.try_peek().map(|overview| overview.member.id) else { return };
    if BUSY.replace(true) {
        return;
    }
    for (survey, draft) in drafts::closed(&member) {
        if is_on_screen(&survey) {
            continue;
        }
        send_one(portal, toasts, &member, &survey, draft).await;
    }
    BUSY.set(false);
}

async fn send_one(
    portal: Portal,
    toasts: Toasts,
    member: &str,
    survey: &str,
    mut draft: crate::domain::survey::Draft,
) {
    let name = drafts::name(member, survey);
    let before = draft.to_text();
    draft.try_now();
    let text = draft.to_text();
    // Another tab may have settled it since.
    if storage::read(&name).is_none_or(|kept| kept != before) || !storage::write(&name, &text) {
        return;
    }
    let forget = || {
        if storage::read(&name).is_some_and(|kept| kept == text) {
            storage::remove(&name);
        }
    };
    match drafts::put(member, survey, &draft).await {
        Ok(receipt) if receipt.submitted => {
            forget();
            toasts.show(match receipt.points_awarded {
                1.. => {
                    let (n, points) = (group(receipt.points_awarded), portal.points_name());
                    fill(key::SURVEYS_SENT_POINTS, &[("n", &n), ("points", &points)])
                }
                _ => t(key::SURVEYS_SENT).into(),
            });
        }
        Err(error) if error.code() == "already-submitted" => {
            forget();
            toasts.show(t(key::SURVEY_ALREADY));
        }
        // The member has to look at it again.
        Err(error) if matches!(error.code(), "revision-conflict" | "draft-conflict") => {
            draft.closed = error.code() == "draft-conflict";
            if storage::read(&name).is_some_and(|kept| kept == text) {
                storage::write(&name, &draft.to_text());
            }
            return;
        }
        Err(error) if error.is_signed_out() => return session::ended(),
        Err(error) if !drafts::may_help(&error) => {
            // Sent as it is it will be refused again: the member can change it, and is told.
            draft.closed = false;
            if storage::read(&name).is_some_and(|kept| kept == text) {
                storage::write(&name, &draft.to_text());
            }
            toasts.show(line(&error));
        }
        Ok(_) | Err(_) => return,
    }
    forget_list();
    portal.overview.load();
    if let Some(then) = SENT.get() {
        then.run(());
    }
}

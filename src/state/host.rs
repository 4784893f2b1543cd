//! The app around the page: what its menu passes on, and its scanner. Nothing here is asked for where there is no such app.

use crate::api::error::ApiError;
use crate::api::{client, endpoint, wire};
use crate::domain::wechat::{Card, Handoff, is_unsigned, is_wrong_signature, scan_page, signed_first};
use crate::platform::wechat::{self, Outcome, bridge, sdk};
use crate::platform::{clock, dom, timer};
use crate::state::lasting;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};

/// How often it is looked whether another one has finished signing, in milliseconds.
const LOOK_MS: i32 = 50;

/// What is being passed on instead of the place: the gift on screen.
type Own = RwSignal<Option<Card>>;

thread_local! {
    static OWN: Cell<Option<Own>> = const { Cell::new(None) };
    /// Whether the page was signed.
    static SIGNED: Cell<bool> = const { Cell::new(false) };
    static SIGNING: Cell<bool> = const { Cell::new(false) };
    /// The address at which neither signature was taken, and why.
    static REFUSED: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

fn own() -> Own {
    let own = OWN.get().unwrap_or_else(|| lasting(|| RwSignal::new(None)));
    OWN.set(Some(own));
    own
}

/// What the screen passes on instead of its place; tracked.
pub fn own_card() -> Option<Card> {
    own().get()
}

/// Passes on `card` instead of the place, until the screen that says so is gone.
pub fn offer_card(card: Card) {
    let own = own();
    own.set(Some(card.clone()));
    on_cleanup(move || {
        let _ = own.try_update(|known| {
            if known.as_ref() == Some(&card) {
                *known = None;
            }
        });
    });
}

/// The kit of the host, signed for this page: once, and `anew` where that is no longer believed.
async fn signed(anew: bool) -> Outcome<()> {
    while SIGNING.get() {
        timer::sleep(LOOK_MS).await;
    }
    if SIGNED.get() && !anew {
        return Outcome::Done(());
    }
    let here = wechat::address();
    let refused = REFUSED.with_borrow(|refused| refused.clone().filter(|(at, _)| *at == here));
    if let Some((_, reason)) = refused {
        return Outcome::Refused(reason);
    }
    SIGNING.set(true);
    let end = sign(&here).await;
    SIGNING.set(false);
    SIGNED.set(end.is_done());
    if let Outcome::Refused(reason) = &end {
        REFUSED.set(Some((here, reason.clone())));
    }
    end
}

async fn sign(here: &str) -> Outcome<()> {
    let mut end = Outcome::Absent;
    for address in signed_first(&dom::user_agent(), &wechat::entry(), here) {
        let reply = client::get(endpoint::wechat_signature(address)).await;
        end = match reply.and_then(|reply| reply.decode(wire::wechat::signature)) {
            Ok(signature) => sdk::configure(&signature).await,
            Err(ApiError::Problem(problem)) if problem.status == 404 => Outcome::Absent,
            Err(ApiError::Problem(problem)) => Outcome::Refused(problem.code),
            Err(_) => Outcome::NoAnswer,
        };
        if !matches!(&end, Outcome::Refused(reason) if is_wrong_signature(reason)) {
            break;
        }
    }
    end
}

/// Runs a call of the kit on a page that was signed. Where the host no longer believes that, it is signed anew, once: its address
/// is another one since.
async fn with_kit<T, F: Future<Output = Outcome<T>>>(run: impl Fn() -> F) -> Outcome<T> {
    match run().await {
        Outcome::Refused(reason) if is_unsigned(&reason) => match signed(true).await {
            Outcome::Done(()) => run().await,
            _ => Outcome::Refused(reason),
        },
        end => end,
    }
}

/// Tells the host what to pass on.
pub async fn set_card(card: &Card) -> Outcome<()> {
    match signed(false).await {
        Outcome::Done(()) => with_kit(|| sdk::set_card(card)).await,
        end => end,
    }
}

/// Lets the member aim at a code, by the host's kit; where that can't be had, by a page of the host's own, which tells the backend
/// what it read. `is_wanted` says whether anybody still waits for it.
///
/// # Errors
/// When the backend isn't reached.
pub async fn scan(is_wanted: impl Fn() -> bool) -> Result<Outcome<String>, ApiError> {
    let pages = wechat::host().pages;
    let end = match signed(false).await {
        Outcome::Done(()) => match with_kit(sdk::scan).await {
            Outcome::Refused(_) | Outcome::Absent if pages => None,
            // Without an answer nobody knows whether the scanner is open: another one would lie above it.
            end => Some(end),
        },
        _ if pages => None,
        end => Some(end.map(|()| String::new())),
    };
    if let Some(end) = end {
        return Ok(end);
    }
    if !is_wanted() {
        return Ok(Outcome::Cancelled);
    }
    let reply = client::post(endpoint::wechat_handoffs(), wire::wechat::scan(), None).await?;
    let (id, _) = reply.decode(wire::wechat::handoff)?;
    let opened = bridge::navigate_to(&scan_page(&id)).await;
    // Without an answer it may be open all the same.
    if !matches!(opened, Outcome::Done(()) | Outcome::NoAnswer) {
        return Ok(opened.map(|()| String::new()));
    }
    follow(&id, is_wanted).await
}

/// Asks how a handoff stands until it is over, while the page is visible.
async fn follow(id: &str, is_wanted: impl Fn() -> bool) -> Result<Outcome<String>, ApiError> {
    let begun = clock::onward();
    while is_wanted() && clock::onward() - begun < Handoff::LIMIT_MS {
        if bridge::is_visible() {
            let reply = client::get(endpoint::wechat_handoff(id)).await;
            match reply.and_then(|reply| reply.decode(wire::wechat::handoff)) {
                Ok((_, Handoff::Done(text))) => return Ok(Outcome::Done(text)),
                Ok((_, Handoff::Cancelled)) => return Ok(Outcome::Cancelled),
                Ok((_, Handoff::Failed)) => return Ok(Outcome::Refused(String::new())),
                // The backend doesn't wait any longer, either.
                Err(ApiError::Problem(problem)) if problem.status == 404 => return Ok(Outcome::NoAnswer),
                Err(error) if !error.is_unknown() && error.retry_after().is_none() => return Err(error),
                // Not yet, or not reached: it is asked for again.
                Ok((_, Handoff::Pending)) | Err(_) => {}
            }
        }
        bridge::until_shown(Handoff::EVERY_MS).await;
    }
    Ok(if is_wanted() { Outcome::NoAnswer } else { Outcome::Cancelled })
}

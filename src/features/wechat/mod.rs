//! What the portal tells the app around it: what to pass on of the place in use. The address of a card holds nothing of the member.

use crate::domain::route::Route;
use crate::domain::wechat::{Card, Subject, shared};
use crate::i18n::{fill, key, t};
use crate::platform::reach::{document, set, text};
use crate::platform::share::whole;
use crate::platform::timer;
use crate::platform::wechat::{self, Outcome, bridge};
use crate::state::{Portal, effect, host, lasting, nav, portal};
use js_sys::Object;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use wasm_bindgen_futures::spawn_local;

/// When it is looked after a change of place what the screen is called, in milliseconds: a reward's name comes with its data.
const LOOKS_MS: [i32; 3] = [400, 1_600, 4_000];
/// After so many refusals in a row the host isn't asked on this page any more.
const MOST_REFUSALS: u8 = 3;
/// WeChat shows no drawn pictures, so that the brand's logo won't do.
const PICTURE: &str = "/icons/icon-192.png";

thread_local! {
    static TOLD: RefCell<Option<Card>> = const { RefCell::new(None) };
    static TURN: Cell<u32> = const { Cell::new(0) };
    static REFUSALS: Cell<u8> = const { Cell::new(0) };
}

/// Fetches the host's script and keeps telling it what to pass on, for as long as the page lives; nothing where there is no host,
/// or a backend that doesn't sign for its menu.
pub fn start() {
    let (portal, nav) = (portal(), nav::nav());
    if !portal.channel.has_host() || !(wechat::host().pages || portal.has("wechat")) {
        return;
    }
    lasting(|| {
        effect(move || {
            let route = nav.route();
            portal.locale.track();
            let own = host::own_card();
            let turn = TURN.get().wrapping_add(1);
            TURN.set(turn);
            spawn_local(async move {
                bridge::script().await;
                for wait in LOOKS_MS {
                    timer::sleep(wait).await;
                    if TURN.get() != turn || REFUSALS.get() >= MOST_REFUSALS {
                        return;
                    }
                    let told = tell(own.clone().unwrap_or_else(|| card(portal, &route))).await;
                    // Only a reward's name comes later.
                    if told && (own.is_some() || !matches!(route, Route::Reward(_))) {
                        return;
                    }
                }
            });
        });
    });
}

fn card(portal: Portal, route: &Route) -> Card {
    let (subject, path) = shared(route);
    let (brand, slogan) = portal.of(|programme| (programme.name.clone(), programme.brand.slogan.clone()));
    let members = fill(key::SIGN_IN_MEMBERS, &[("brand", &brand)]);
    let title = match subject {
        Subject::Programme => members.clone(),
        Subject::Rewards => fill(key::SHARE_REWARDS, &[("brand", &brand)]),
        Subject::Reward => text(&document(), "title"),
        Subject::Gift => t(key::GIFT_TITLE).into(),
    };
    let text = match subject {
        Subject::Programme | Subject::Rewards if !slogan.is_empty() => slogan,
        Subject::Gift => t(key::GIFT_CARD_TEXT).into(),
        _ => members,
    };
    Card { title, text, path, image: whole(PICTURE) }
}

/// Whether the host knows it.
async fn tell(card: Card) -> bool {
    if TOLD.with_borrow(|told| told.as_ref() == Some(&card)) {
        return true;
    }
    let end = if wechat::host().pages {
        let message = Object::new();
        for (name, value) in
            [("type", "share"), ("title", &card.title), ("path", &card.path), ("image", &card.image)]
        {
            set(&message, name, &value.into());
        }
        bridge::post_message(&message).await
    } else {
        host::set_card(&card).await
    };
    match &end {
        Outcome::Done(()) => {
            REFUSALS.set(0);
            TOLD.set(Some(card));
        }
        Outcome::Absent => REFUSALS.set(MOST_REFUSALS),
        Outcome::Refused(_) | Outcome::Cancelled => REFUSALS.set(REFUSALS.get().saturating_add(1)),
        // Late, or not reached: another try may be in time.
        Outcome::NoAnswer => {}
    }
    end.is_done()
}

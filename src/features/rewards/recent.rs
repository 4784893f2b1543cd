//! What the member looked at lately: kept on the member's own device, shown as it is now.

use crate::domain::channel::Channel;
use crate::domain::recent;
use crate::domain::reward::Card;
use crate::domain::route::Route;
use crate::features::rewards::{Catalogue, card, list};
use crate::i18n::{key, t};
use crate::parts::reward_card::picture;
use crate::platform::storage;
use crate::state::stay::{self, Moment, Stay};
use crate::state::{Portal, effect, memo, nav};
use crate::ui::{Build, bone, live};
use leptos::prelude::*;
use std::cell::RefCell;
use wasm_bindgen_futures::spawn_local;

const PREFIX: &str = "portal.member.recent.";

thread_local! {
    /// What the strip showed, so that coming back finds it as high as it was.
    static SHOWN: RefCell<Vec<Card>> = const { RefCell::new(Vec::new()) };
}

/// Where it is kept; nowhere on a device that others use too.
fn name(portal: Portal) -> Option<String> {
    let member = portal.overview.known().filter(|_| portal.channel != Channel::Kiosk)?.member.id;
    let mut name = String::from(PREFIX);
    name.push_str(&member);
    Some(name)
}

/// Keeps that the member looked at `id`; tracks whose device it is.
pub(super) fn seen(portal: Portal, id: &str) {
    if let Some(name) = name(portal) {
        storage::write(&name, &recent::seen(&storage::read(&name).unwrap_or_default(), id));
    }
}

/// The strip above the whole list.
pub(super) fn strip(catalogue: Catalogue) -> AnyView {
    // Deep down in a list that is as it was left, nothing may appear above it.
    let is_held = nav::remembered_scroll() > 0.0 && catalogue.shelf.peek().is_some();
    if is_held && SHOWN.with_borrow(Vec::is_empty) {
        stay::follow(|moment| moment != Moment::Returns || nav::remembered_scroll() > 0.0);
        return ().into_any();
    }
    let cards = RwSignal::new(None::<Vec<Card>>);
    let visit = RwSignal::new(1_u32);
    let asked = StoredValue::new(0_u32);
    let line = memo(move |before: Option<&String>| {
        if !catalogue.portal.stay.is_none_or(Stay::is_shown) {
            return before.cloned().unwrap_or_default();
        }
        let is_held = before.is_some_and(String::is_empty) && nav::remembered_scroll() > 0.0;
        let name = name(catalogue.portal).filter(|_| !is_held);
        name.and_then(|name| storage::read(&name)).unwrap_or_default()
    });
    stay::follow(move |moment| {
        if moment == Moment::Seen {
            visit.update(|visit| *visit += 1);
        }
        true
    });
    effect(move || {
        let whole = catalogue.filter.with(|filter| !filter.is_narrow());
        let line = line.get();
        let visit = visit.get();
        if !whole || line.is_empty() || asked.get_value() == visit {
            return;
        }
        asked.set_value(visit);
        let ids = recent::read(&line).len();
        let shown = SHOWN.with_borrow(|shown| {
            let same = shown.len() == ids && shown.iter().all(|card| line.contains(card.id.as_str()));
            same.then(|| {
                recent::read(&line)
                    .iter()
                    .filter_map(|id| shown.iter().find(|card| card.id == *id))
                    .cloned()
                    .collect()
            })
        });
        if shown.is_some() {
            cards.set(shown);
        }
        spawn_local(async move {
            match list::read_some(&recent::read(&line)).await {
                Ok(now) => {
                    forget_gone(catalogue.portal, &line, &now);
                    SHOWN.set(now.clone());
                    let _ = cards.try_set(Some(now));
                }
                // It isn't worth a word: the list below says what is wrong with the network.
                Err(_) => {
                    let _ = cards.try_update(|cards| {
                        cards.get_or_insert_default();
                    });
                }
            }
        });
    });
    live(move || {
        if line.with(String::is_empty) || catalogue.filter.with(|filter| filter.is_narrow()) {
            return ().into_any();
        }
        let items = match cards.get() {
            Some(cards) if cards.is_empty() => return ().into_any(),
            Some(cards) => cards.iter().map(item).collect_view().into_any(),
            None => (0..recent::read(&line.get()).len()).map(|_| bones()).collect_view().into_any(),
        };
        view! {
            <section class="sec">
                <div class="sec__h">
                    <h2>{t(key::REWARDS_RECENT)}</h2>
                </div>
                <ul class="strip">{items}</ul>
            </section>
        }
        .built()
    })
}

/// What isn't in the catalogue any more isn't asked for again.
fn forget_gone(portal: Portal, line: &str, now: &[Card]) {
    let Some(name) = untrack(|| name(portal)) else { return };
    if storage::read(&name).as_deref() == Some(line) {
        storage::write(&name, &recent::write(now.iter().map(|card| card.id.as_str())));
    }
}

fn item(one: &Card) -> AnyView {
    view! {
        <li>
            <a class="rw" href=Route::Reward(one.id.clone()).href()>
                <span class="shelf">{picture(one.image.as_ref())}</span>
                <p class="rw__n">{one.title.clone()}</p>
                <p class="rw__c">{card::price(one)}</p>
            </a>
        </li>
    }
    .built()
}

fn bones() -> AnyView {
    view! {
        <li aria-hidden="true">
            <span class="rw">
                <span class="shelf"></span>
                <span class="rw__n">{bone("t", 4)}</span>
                <span class="rw__c">{bone("t", 3)}</span>
            </span>
        </li>
    }
    .built()
}

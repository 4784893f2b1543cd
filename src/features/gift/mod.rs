//! A coupon that somebody gives away, as the friend sees who opened the link.

use crate::api::error::ApiError;
use crate::api::{client, endpoint, wire};
use crate::domain::redemption::{Gift, GiftStatus, Transfer};
use crate::domain::route::Route;
use crate::i18n::{Key, fill, key, t};
use crate::parts::attempt::Attempt;
use crate::parts::coupon::{self, condition, deadline, face, fact, top};
use crate::parts::failure::line;
use crate::parts::frame::{close, landscape, logo};
use crate::parts::gift::offered;
use crate::parts::remote::remote;
use crate::parts::words;
use crate::platform::clock;
use crate::state::{Query, look, portal, session};
use crate::ui::{bone, icon, live};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The page and taking what it shows. Copying it copies the handle.
#[derive(Clone, Copy)]
struct Page {
    id: StoredValue<String>,
    query: Query<Gift>,
    attempt: Attempt,
}

/// The screen.
pub fn page(id: String) -> AnyView {
    let portal = portal();
    look::set_title(portal, t(key::GIFT_TITLE));
    let query = Query::new({
        let id = id.clone();
        move || read(id.clone())
    });
    let page = Page { id: StoredValue::new(id), query, attempt: Attempt::new() };
    let title = live(move || match query.known() {
        Some(gift) if gift.mine => t(key::GIFT_GIVE).into_any(),
        _ => t(key::GIFT_TITLE).into_any(),
    });
    // What is left of a name may be stars alone.
    let from = live(move || {
        let gift = query.known().filter(|gift| !gift.mine && gift.from.contains(char::is_alphabetic));
        let line = gift.map(|gift| fill(key::GIFT_FROM, &[("name", &gift.from)]));
        line.map(|line| view! { <p class="s">{line}</p> }).into_any()
    });
    let brand = portal.of(|programme| programme.name.clone());
    view! {
        <div class="app notab">
            <header class="scene">
                {landscape("scene__art")} <div class="row">
                    <div class="grow">
                        <p class="brandline">{logo()}{brand}</p>
                        <h1 class="hello" tabindex="-1">
                            {title}
                        </h1>
                        {from}
                    </div>
                    {close(Route::Home)}
                </div>
            </header>
            <main id="main" class="under under--s" tabindex="-1">
                {remote(query, bones, move |gift| content(page, &gift))}
            </main>
        </div>
    }
    .into_any()
}

async fn read(id: String) -> Result<Gift, ApiError> {
    client::get(endpoint::coupon_transfer(&id)).await?.decode(wire::wallet::gift)
}

fn bones() -> AnyView {
    coupon::bones(view! { {bone("t", 10)}{bone("t", 8)} }.into_any())
}

/// How it stands for the member who reads: its word, the class of its colour, and what it means.
fn standing(gift: &Gift) -> (Key, &'static str, Option<Key>) {
    let over = gift.expires_at.is_some_and(|at| at <= clock::now());
    match (gift.status, gift.mine) {
        _ if gift.accepted_by_me => (key::GIFT_STATUS_MINE, "pos", Some(key::GIFT_ACCEPTED)),
        (GiftStatus::Offered, _) if over => (key::GIFT_STATUS_CLOSED, "muted", Some(key::GIFT_OVER)),
        (GiftStatus::Offered, true) => (key::COUPON_STATUS_TRANSFERRING, "warn", None),
        (GiftStatus::Offered, false) => (key::GIFT_STATUS_OFFERED, "pos", None),
        (GiftStatus::Accepted, true) => (key::COUPON_STATUS_GIVEN, "muted", Some(key::GIFT_GIVEN)),
        (GiftStatus::Accepted, false) => (key::GIFT_STATUS_CLOSED, "muted", Some(key::GIFT_TAKEN)),
        (GiftStatus::Returned, true) => (key::GIFT_STATUS_BACK, "muted", Some(key::GIFT_RETURNED_MINE)),
        (GiftStatus::Returned, false) => (key::GIFT_STATUS_CLOSED, "muted", Some(key::GIFT_RETURNED)),
    }
}

fn content(page: Page, gift: &Gift) -> AnyView {
    let one = &gift.coupon;
    let (word, colour, means) = standing(gift);
    let condition = condition(one.min_spend.as_ref());
    let message =
        gift.message.clone().map(|text| view! { <blockquote class="gift__say">{text}</blockquote> });
    let scope = (!one.scope.is_empty()).then(|| fact(key::COUPON_SCOPE, one.scope.clone().into_any()));
    let body = match means {
        Some(means) => end(gift, t(means)),
        None if gift.mine => {
            let link = Route::Gift(gift.id.clone()).href();
            let transfer = Transfer { id: gift.id.clone(), link, expires_at: gift.expires_at };
            offered(&transfer, &one.title, Callback::new(move |()| page.query.load()))
        }
        None => accept(page, gift),
    };
    let class = if means.is_some() && !gift.accepted_by_me { "voucher spent" } else { "voucher" };
    view! {
        <article class=class>
            {top(face(&one.discount), &one.title, condition, (t(word), colour))} <div class="voucher__b">
                {message} <dl class="facts">
                    {fact(key::REWARD_FACTS_VALID, deadline(one.valid_until))} {scope}
                </dl> {body}
            </div>
        </article>
    }
    .into_any()
}

/// The one button.
fn accept(page: Page, gift: &Gift) -> AnyView {
    let until = gift.expires_at.map(|at| {
        let text = fill(key::GIFT_ACCEPT_BY, &[("date", &words::day_time(at))]);
        view! { <p class="s muted gift__by">{text}</p> }
    });
    let attempt = page.attempt;
    let label = live(move || {
        t(if attempt.busy().is_some() { key::GIFT_ACCEPTING } else { key::GIFT_ACCEPT }).into_any()
    });
    view! {
        {attempt.note()}
        <button
            type="button"
            class="btn mt-4"
            aria-disabled=move || attempt.busy()
            aria-busy=move || attempt.busy()
            on:click=move |_| take(page)
        >
            {label}
        </button>
        {until}
    }
    .into_any()
}

/// It can't be taken any more, or was: what that means, and where to go.
fn end(gift: &Gift, means: &'static str) -> AnyView {
    let (route, word) = if gift.accepted_by_me || gift.mine {
        (Route::Wallet { past: false }, key::GIFT_TO_WALLET)
    } else {
        (Route::Home, key::ACTION_HOME)
    };
    let ring = gift.accepted_by_me.then(|| view! { <span class="ok-ring">{icon("check")}</span> });
    view! {
        <div class="usedup" role="status">
            {ring}
            <p class="mt-3">{means}</p>
        </div>
        <a class="btn mt-4" href=route.href()>
            {t(word)}
        </a>
    }
    .into_any()
}

fn take(page: Page) {
    if !page.attempt.begin() {
        return;
    }
    let id = page.id.get_value();
    spawn_local(async move {
        let reply = page.attempt.post(endpoint::accept_coupon(&id), String::new()).await;
        let answer = reply.and_then(|reply| reply.decode(wire::wallet::coupon)).map(drop);
        if answer.as_ref().is_err_and(ApiError::is_signed_out) {
            return session::ended();
        }
        // Taken or not, or nobody knows: the gift itself tells.
        let there = read(id).await;
        let mine = answer.is_ok() || there.as_ref().is_ok_and(|gift| gift.accepted_by_me);
        page.attempt.end(answer.as_ref().err().filter(|_| !mine));
        match there {
            Ok(gift) => page.query.put(gift),
            Err(_) if mine => {
                if let Some(gift) = page.query.peek() {
                    page.query.put(Gift { accepted_by_me: true, status: GiftStatus::Accepted, ..gift });
                }
            }
            Err(_) => {}
        }
        if let Some(error) = answer.err().filter(|_| !mine) {
            let safe = if error.is_unknown() { key::GIFT_ACCEPT_UNKNOWN } else { key::GIFT_ACCEPT_NOT };
            page.attempt.say(line(&error), t(safe).into());
        }
    });
}

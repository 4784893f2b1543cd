//! One voucher: the code for the till, until when and where it can be used, and the way back while there is one.

use crate::api::error::ApiError;
use crate::api::{client, endpoint, wire};
use crate::domain::number::group;
use crate::domain::redemption::{Redemption, Status};
use crate::domain::route::{CatalogueFilter, Route};
use crate::features::wallet::cancel::Cancel;
use crate::features::wallet::dates::{Entry, until};
use crate::features::wallet::follow::follow;
use crate::features::wallet::show::{Show, Use};
use crate::features::wallet::{face, pay, take};
use crate::i18n::{fill, key, t};
use crate::parts::coupon::{self, deadline, fact, terms, top};
use crate::parts::frame::{close, landscape};
use crate::parts::offer::offered;
use crate::parts::remote::remote;
use crate::parts::reward_card::picture;
use crate::parts::words;
use crate::platform::clock;
use crate::state::offers::Place;
use crate::state::{Query, effect, look, portal};
use crate::ui::{Build, amount, bone, icon_small, live, rich, safe};
use leptos::prelude::*;

/// The screen.
pub fn page(id: String) -> AnyView {
    let portal = portal();
    look::set_title(portal, t(key::VOUCHER_TITLE));
    let query = Query::new({
        let id = id.clone();
        move || read(id.clone())
    });
    follow(portal, query, Redemption::pace);
    let cancel = Cancel::new(id, query);
    let show = Show::new(move || {
        query.known().map(|one| match one.status_at(clock::now()) {
            Status::Issued => Use::Ready,
            Status::Used => Use::Done,
            _ => Use::Other,
        })
    });
    let status = Memo::new(move |_| query.known().map(|one| face::status(&one, clock::now()).0));
    let rules = rules(query);
    let again = Callback::new(move |()| query.load());
    view! {
        <div
            class=move || show.class()
            inert=move || cancel.is_open()
            on:keydown=move |event| show.key(&event)
        >
            {head(query)} <main id="main" class="under under--s" tabindex="-1">
                <p class="vh" role="status">
                    {move || show.said(status.get())}
                </p>
                {remote(query, bones, move |one| content(&one, cancel, show, again))}
                {offered(occasion(query))} {live(move || terms(&rules.known().unwrap_or_default()))}
            </main>
        </div>
        {cancel.sheet()}
        {take::paper(query)}
    }
    .built()
}

/// One redemption.
///
/// # Errors
/// See [`ApiError`].
pub(super) async fn read(id: String) -> Result<Redemption, ApiError> {
    client::get(endpoint::redemption(&id)).await?.decode(wire::wallet::redemption)
}

/// The rules of its reward, while there is something left of it. A reward that has gone from the catalogue has none.
fn rules(query: Query<Redemption>) -> Query<Vec<String>> {
    let reward = Memo::new(move |_| {
        let open = query.known().filter(|one| one.status_at(clock::now()).is_open());
        open.map(|one| one.reward_id).filter(|id| !id.is_empty())
    });
    let rules = Query::idle(move || {
        let id = reward.get_untracked().unwrap_or_default();
        async move { client::get(endpoint::reward(&id)).await?.decode(|node| Ok(node.texts("terms"))) }
    });
    effect(move || {
        if reward.with(Option::is_some) {
            rules.load();
        }
    });
    rules
}

/// Where a survey about the redemption may be offered: once it is settled, right after it was made, and not when it is
/// undone.
fn occasion(query: Query<Redemption>) -> Memo<Option<Place>> {
    let opened = clock::now();
    Memo::new(move |before: Option<&Option<Place>>| {
        let one = query.known()?;
        match one.status {
            Status::Issued if one.is_new(opened) => Some(Place::Voucher(one.id)),
            Status::Issued | Status::Used => before.cloned().flatten(),
            _ => None,
        }
    })
}

/// The landscape with a heading, and a cross that leaves for the wallet.
pub(super) fn scene(heading: AnyView) -> AnyView {
    view! {
        <header class="scene">
            {landscape("scene__art")} <div class="row">
                <div class="grow">{heading}</div>
                {close(Route::Wallet { past: false })}
            </div>
        </header>
    }
    .built()
}

fn head(query: Query<Redemption>) -> AnyView {
    let opened = clock::now();
    let balance = Memo::new(move |_| {
        let new = query.known().filter(|one| one.status == Status::Issued && one.is_new(opened));
        new.map(|one| one.balance_after)
    });
    let points = portal().points_name();
    let title = move || t(if balance.get().is_some() { key::VOUCHER_DONE } else { key::VOUCHER_TITLE });
    let left = move || {
        let left = group(balance.get().flatten()?);
        let said = rich(key::VOUCHER_BALANCE, &[("n", &left), ("points", &points)]);
        Some(view! { <p class="s">{said}</p> })
    };
    let heading = view! {
        <h1 class="hello" tabindex="-1">
            {title}
        </h1>
        {left}
    };
    scene(heading.into_any())
}

pub(super) fn bones() -> AnyView {
    let below = view! {
        {bone("block", 10)}
        <div class="mt-4">{bone("t", 10)}{bone("t", 8)}{bone("t", 10)}</div>
    };
    coupon::bones(below.into_any())
}

fn content(one: &Redemption, cancel: Cancel, show: Show, again: Callback<()>) -> AnyView {
    let now = clock::now();
    let status = one.status_at(now);
    let picture = view! { <span class="shelf">{picture(one.image.as_ref())}</span> }.built();
    let code = one.voucher.as_ref().map(|voucher| voucher.code.as_str()).unwrap_or_default();
    let body = match (status, &one.payment) {
        (Status::Issued, _) => show.code(&one.title, code),
        // A state that this version doesn't know: what the backend gave is shown, and no more is claimed.
        (Status::Other, _) if !code.is_empty() => show.code(&one.title, code),
        (Status::Pending, Some(payment)) => pay::due(one, payment, again),
        (Status::Pending | Status::Other, _) => steps(one),
        (Status::Used, _) => show.used(one.used_at),
        _ => ().into_any(),
    };
    let class = if status.is_open() || status == Status::Used { "voucher" } else { "voucher spent" };
    view! {
        <article class=class>
            {top(picture, &one.title, Some(one.subtitle.clone()), face::status(one, now))}
            <div class="voucher__b">{why(one, status)} {body} {facts(one, status)}</div>
        </article>
        {(status == Status::Issued).then(|| take::ways(one))}
        {actions(one, status, cancel)}
    }
    .built()
}

/// Why it stands as it does, and which points came back.
fn why(one: &Redemption, status: Status) -> AnyView {
    let points = portal().points_name();
    let detail = match status {
        // What it waits for is said in its own place.
        Status::Pending => None,
        Status::Rejected | Status::Refunded if one.status_detail.is_none() => {
            Some(fill(key::VOUCHER_REJECTED_TEXT, &[("points", &points)]))
        }
        _ => one.status_detail.clone(),
    };
    let detail = detail.map(|text| view! { <p class="note">{icon_small("info")}<span>{text}</span></p> });
    let back = one.refund.as_ref().map(|refund| {
        let lost = face::lost(&refund.buckets, refund.at.unwrap_or_else(clock::now));
        let text = fill(key::VOUCHER_REFUND, &[("n", &group(refund.points)), ("points", &points)]);
        view! {
            {safe(text)}
            {lost.map(|text| view! { <p class="s warn">{text}</p> })}
        }
    });
    view! {
        {detail}
        {back}
    }
    .built()
}

/// Where a redemption stands that the store's system hasn't confirmed yet.
fn steps(one: &Redemption) -> AnyView {
    let points = portal().points_name();
    let values = [("points", points.as_str())];
    let detail = one.status_detail.clone().map(|text| view! { <p class="s">{text}</p> });
    let made = one.created_at.map(|at| view! { <time>{words::time(at)}</time> });
    view! {
        {safe(fill(key::REDEEM_UNKNOWN_SAFE, &values))}
        <ol class="steps">
            <li class="done">
                <p>
                    <b>{t(key::VOUCHER_STEP_MADE)}</b>
                    {made}
                </p>
            </li>
            <li class="now" aria-current="step">
                <p>
                    <b>{t(key::VOUCHER_STEP_WAITING)}</b>
                </p>
                {detail}
                <p class="s muted">{t(key::VOUCHER_STEP_WAITING_TEXT)}</p>
            </li>
            <li>
                <p>
                    <b>{fill(key::VOUCHER_STEP_RESULT, &values)}</b>
                </p>
            </li>
        </ol>
    }
    .built()
}

fn facts(one: &Redemption, status: Status) -> AnyView {
    let points = portal().points_name();
    // What was undone was never valid for long.
    let voucher = one.voucher.as_ref().filter(|_| status.is_open() || status == Status::Expired);
    let stores = one.voucher.as_ref().map(|voucher| voucher.stores_label.clone());
    let places = one.store.clone().or(stores).unwrap_or_default();
    let valid = voucher.map(|voucher| {
        let entry = Entry {
            id: one.id.clone(),
            title: one.title.clone(),
            places: places.clone(),
            route: Route::Voucher(one.id.clone()),
        };
        // Only what can still be used is worth a date.
        let at = voucher.valid_until;
        let value = if status == Status::Issued { until(at, entry) } else { deadline(at) };
        fact(key::REWARD_FACTS_VALID, value)
    });
    let word = if one.store.is_some() { key::VOUCHER_STORE } else { key::REWARD_FACTS_STORES };
    let store = (!places.is_empty()).then(|| fact(word, places.into_any()));
    let quantity = (one.quantity > 1).then(|| fact(key::VOUCHER_QUANTITY, group(one.quantity).into_any()));
    let used = face::buckets(&one.buckets_used).map(|text| fact(key::POINTS_WHY_USED, text.into_any()));
    let back = one.refund.as_ref().and_then(|refund| face::buckets(&refund.buckets));
    let back = back.map(|text| fact(key::VOUCHER_REFUND_TO, text.into_any()));
    // Where points came back, where to is what counts.
    let used = if back.is_some() { back } else { used };
    let cancel = one.cancellable_until.filter(|_| status.is_open() && one.cancellable_at(clock::now()));
    let cancel = cancel.map(|at| {
        let values = [("date", &*words::day_time(at)), ("points", &*points)];
        fact(key::REWARD_FACTS_CANCEL, fill(key::VOUCHER_CANCEL_UNTIL, &values).into_any())
    });
    view! {
        <dl class="facts">
            {valid} {store} {quantity} {fact(key::VOUCHER_COST, amount(one.cost_points, &points))} {used}
            {cancel}
        </dl>
    }
    .built()
}

fn actions(one: &Redemption, status: Status, cancel: Cancel) -> AnyView {
    if status.is_open() {
        return one.cancellable_at(clock::now()).then(|| cancel.button()).into_any();
    }
    view! {
        <a class="btn q mt-5" href=Route::Rewards(CatalogueFilter::default()).href()>
            {t(key::WALLET_EMPTY_GO)}
        </a>
    }
    .built()
}

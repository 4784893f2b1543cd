//! One voucher: the code for the till, until when and where it can be used, and the way back while there is one.

use crate::api::{client, endpoint, wire};
use crate::domain::number::group;
use crate::domain::redemption::{BucketUse, Redemption, Status};
use crate::domain::route::{CatalogueFilter, Route};
use crate::features::wallet::{cancel, face};
use crate::i18n::{fill, key, t};
use crate::parts::frame::{close, landscape};
use crate::parts::remote::remote;
use crate::parts::reward_card::picture;
use crate::parts::{codes, words};
use crate::platform::{clock, timer};
use crate::state::{Portal, Query, look, portal};
use crate::ui::{amount, bone, rich, safe};
use leptos::prelude::*;

/// How often a voucher is read again while it is on screen, so that its use shows at once.
pub(super) const EVERY_MS: i32 = 10_000;

/// The screen.
pub fn page(id: String) -> AnyView {
    let portal = portal();
    look::set_title(portal, t(key::VOUCHER_TITLE));
    let query = Query::new({
        let id = id.clone();
        move || {
            let id = id.clone();
            async move { client::get(endpoint::redemption(&id)).await?.decode(wire::wallet::redemption) }
        }
    });
    follow(portal, query, |one| one.status.is_open());
    let cancel = cancel::Cancel::new(id, query);
    let status = Memo::new(move |_| query.known().map(|one| face::status(one.status).0));
    view! {
        <div class="app notab" inert=move || cancel.is_open()>
            {head(query)} <main id="main" class="under under--s" tabindex="-1">
                <p class="vh" role="status">
                    {status}
                </p>
                {remote(query, bones, move |one| content(&one, cancel))}
            </main>
        </div>
        {cancel.sheet()}
    }
    .into_any()
}

/// Reads it again every ten seconds while the page is visible and there is something left to happen.
pub(super) fn follow<T: Clone + PartialEq + Send + Sync + 'static>(
    portal: Portal,
    query: Query<T>,
    open: fn(&T) -> bool,
) {
    let ticker = timer::every(EVERY_MS, move || {
        if portal.online.get_untracked() && query.peek().is_some_and(|one| open(&one)) {
            query.load();
        }
    });
    let ticker = StoredValue::new_local(ticker);
    on_cleanup(move || drop(ticker.try_update_value(Option::take)));
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
    .into_any()
}

fn head(query: Query<Redemption>) -> AnyView {
    let opened = clock::now();
    let balance =
        Memo::new(move |_| query.known().filter(|one| one.is_new(opened)).map(|one| one.balance_after));
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
    view! {
        <article class="voucher">
            <div class="voucher__top">
                <span class="shelf"></span>
                <div class="grow">{bone("h", 6)}{bone("t", 8)}{bone("s", 4)}</div>
            </div>
            <div class="perf">
                <i></i>
            </div>
            <div class="voucher__b">
                {bone("block", 10)} <div class="mt-4">{bone("t", 10)}{bone("t", 8)}{bone("t", 10)}</div>
            </div>
        </article>
    }
    .into_any()
}

fn content(one: &Redemption, cancel: cancel::Cancel) -> AnyView {
    let status = one.status_at(clock::now());
    let (word, colour) = face::status(status);
    let class = if status.is_open() { "voucher" } else { "voucher spent" };
    view! {
        <article class=class>
            <div class="voucher__top">
                <span class="shelf">{picture(one.image.as_ref())}</span>
                <div class="grow">
                    <h2 class="title--xl">{one.title.clone()}</h2>
                    <p class="s muted">{one.subtitle.clone()}</p>
                    <p class="s">
                        <b class=colour>{word}</b>
                    </p>
                </div>
            </div>
            <div class="perf">
                <i></i>
            </div>
            <div class="voucher__b">
                {match status {
                    Status::Issued => code(one.voucher.as_ref().map(|voucher| voucher.code.as_str())),
                    Status::Pending | Status::Other => steps(one),
                    _ => ().into_any(),
                }} {facts(one, status)}
            </div>
        </article>
        {actions(one, status, cancel)}
    }
    .into_any()
}

/// The code in all its forms; where there is none, what to say in the store.
pub(super) fn code(code: Option<&str>) -> AnyView {
    match code.filter(|code| !code.is_empty()) {
        Some(code) => view! {
            <div class="codebox">{codes::qr("qr", code)} {codes::digits(code)} {codes::bars(code)}</div>
        }
        .into_any(),
        None => view! {
            <div class="codebox">
                <p>{t(key::VOUCHER_NO_CODE)}</p>
            </div>
        }
        .into_any(),
    }
}

/// Where a redemption stands that the store's system hasn't confirmed yet.
fn steps(one: &Redemption) -> AnyView {
    let points = portal().points_name();
    let values = [("points", points.as_str())];
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
                <p class="s muted">{t(key::VOUCHER_STEP_WAITING_TEXT)}</p>
            </li>
            <li>
                <p>
                    <b>{fill(key::VOUCHER_STEP_RESULT, &values)}</b>
                </p>
            </li>
        </ol>
    }
    .into_any()
}

fn facts(one: &Redemption, status: Status) -> AnyView {
    let points = portal().points_name();
    let voucher = one.voucher.as_ref();
    let until =
        voucher.map(|voucher| face::fact(key::REWARD_FACTS_VALID, face::deadline(voucher.valid_until)));
    let stores = voucher.map(|voucher| voucher.stores_label.clone()).filter(|label| !label.is_empty());
    let store = match (&one.store, stores) {
        (Some(name), _) => Some(face::fact(key::VOUCHER_STORE, name.clone().into_any())),
        (None, Some(label)) => Some(face::fact(key::REWARD_FACTS_STORES, label.into_any())),
        (None, None) => None,
    };
    let quantity =
        (one.quantity > 1).then(|| face::fact(key::VOUCHER_QUANTITY, group(one.quantity).into_any()));
    let used = used(&one.buckets_used).map(|text| face::fact(key::POINTS_WHY_USED, text.into_any()));
    let cancel = one.cancellable_until.filter(|_| status.is_open() && one.cancellable_at(clock::now()));
    let cancel = cancel.map(|at| {
        let values = [("date", &*words::day_time(at)), ("points", &*points)];
        face::fact(key::REWARD_FACTS_CANCEL, fill(key::VOUCHER_CANCEL_UNTIL, &values).into_any())
    });
    view! {
        <dl class="facts">
            {until} {store} {quantity} {face::fact(key::VOUCHER_COST, amount(one.cost_points, &points))} {used}
            {cancel}
        </dl>
    }
    .into_any()
}

/// The buckets that it took points from, the soonest to expire first.
fn used(buckets: &[BucketUse]) -> Option<String> {
    let mut text = String::new();
    for bucket in buckets {
        if !text.is_empty() {
            text.push_str(t(key::APP_LIST));
        }
        let n = group(bucket.amount);
        match bucket.expires_at.map(words::day) {
            Some(date) => text.push_str(&fill(key::POINTS_WHY_BUCKET, &[("date", &date), ("n", &n)])),
            None => {
                text.push_str(t(key::POINTS_NEVER));
                text.push(' ');
                text.push_str(&n);
            }
        }
    }
    (!text.is_empty()).then_some(text)
}

fn actions(one: &Redemption, status: Status, cancel: cancel::Cancel) -> AnyView {
    if status.is_open() {
        return one.cancellable_at(clock::now()).then(|| cancel.button()).into_any();
    }
    view! {
        <a class="btn q mt-5" href=Route::Rewards(CatalogueFilter::default()).href()>
            {t(key::WALLET_EMPTY_GO)}
        </a>
    }
    .into_any()
}

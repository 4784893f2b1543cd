//! What a coupon takes off, and when things end, said alike everywhere.

use crate::domain::date::Instant;
use crate::domain::redemption::Discount;
use crate::domain::wallet::tenths;
use crate::i18n::{Key, fill, key, t};
use crate::parts::words;
use crate::platform::{clock, intl};
use crate::ui::{Build, bone, icon_small};
use leptos::prelude::*;

/// From so many days before its end on a ticket says how long is left.
const SOON_DAYS: i64 = 7;

/// The figure on a coupon's stub.
pub fn figure(discount: &Discount) -> String {
    match discount {
        Discount::Amount { amount, currency } => words::money(*amount, currency),
        Discount::Percent(percent) => {
            let values = [("n", &*percent.to_string()), ("m", &*tenths(*percent))];
            fill(key::WALLET_DISCOUNT_PERCENT, &values)
        }
        Discount::Item => t(key::WALLET_DISCOUNT_ITEM).into(),
    }
}

/// From how much on it can be used.
pub fn condition(min_spend: Option<&(i64, String)>) -> Option<String> {
    let (amount, currency) = min_spend.filter(|(amount, _)| *amount > 0)?;
    Some(fill(key::WALLET_MIN_SPEND, &[("money", &words::money(*amount, currency))]))
}

/// When it ends; near its end also how long is left, in a colour that warns.
pub fn deadline(until: Option<Instant>) -> AnyView {
    let Some(until) = until else { return t(key::POINTS_NEVER).into_any() };
    let now = clock::now();
    let soon = until > now && intl::days_left(now, until) <= SOON_DAYS;
    let left = soon.then(|| {
        view! {
            <b class="warn">{words::days_left(until)}</b>
            "\u{2003}"
        }
    });
    view! {
        {left}
        {fill(key::WALLET_EXPIRES, &[("date", &words::day(until))])}
    }
    .built()
}

/// The upper part of a voucher or coupon: its face, what it is, a line below, and where it stands.
pub fn top(face: AnyView, title: &str, sub: Option<String>, (word, colour): (&str, &'static str)) -> AnyView {
    let sub = sub.filter(|text| !text.is_empty()).map(|text| view! { <p class="s muted">{text}</p> });
    view! {
        <div class="voucher__top">
            {face} <div class="grow">
                <h2 class="title--xl">{title.to_string()}</h2>
                {sub}
                <p class="s">
                    <b class=colour>{word.to_string()}</b>
                </p>
            </div>
        </div>
        <div class="perf">
            <i></i>
        </div>
    }
    .built()
}

/// The shape of a voucher or coupon while it waits, with that of its lower part.
pub fn bones(below: AnyView) -> AnyView {
    view! {
        <article class="voucher">
            <div class="voucher__top">
                <span class="shelf"></span>
                <div class="grow">{bone("h", 6)}{bone("t", 8)}{bone("s", 4)}</div>
            </div>
            <div class="perf">
                <i></i>
            </div>
            <div class="voucher__b">{below}</div>
        </article>
    }
    .built()
}

/// A coupon's face in the place of a picture.
pub fn face(discount: &Discount) -> AnyView {
    view! {
        <span class="voucher__face">
            <b class="num">{figure(discount)}</b>
        </span>
    }
    .built()
}

/// Label and value of one line of facts.
pub fn fact(label: Key, value: AnyView) -> AnyView {
    view! {
        <div>
            <dt>{t(label)}</dt>
            <dd>{value}</dd>
        </div>
    }
    .built()
}

/// Rules, one a line; nothing where there are none.
pub fn terms(terms: &[String]) -> AnyView {
    if terms.is_empty() {
        return ().into_any();
    }
    let items = terms.iter().map(|text| view! { <li>{text.clone()}</li> }).collect_view();
    view! {
        <section class="sec">
            <h2>{t(key::REWARD_TERMS)}</h2>
            <ul class="terms">{items}</ul>
        </section>
    }
    .built()
}

/// What went wrong with an action, and below it what is safe.
pub fn note(what: String, safe: String) -> AnyView {
    view! {
        <p class="note note--warn" role="alert">
            {icon_small("shield")}
            <span>{what} <br /> {safe}</span>
        </p>
    }
    .built()
}

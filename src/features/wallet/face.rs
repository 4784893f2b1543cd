//! How coupons and deadlines are said.

use crate::domain::date::Instant;
use crate::domain::redemption::{Discount, Status};
use crate::domain::wallet::tenths;
use crate::i18n::{Key, fill, key, t};
use crate::parts::words;
use crate::platform::{clock, intl};
use crate::ui::icon_small;
use leptos::prelude::*;

/// From so many days before its end on a ticket says how long is left.
const SOON_DAYS: i64 = 7;

/// The figure on a coupon's stub.
pub(super) fn figure(discount: &Discount) -> String {
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
pub(super) fn condition(min_spend: Option<&(i64, String)>) -> Option<String> {
    let (amount, currency) = min_spend.filter(|(amount, _)| *amount > 0)?;
    Some(fill(key::WALLET_MIN_SPEND, &[("money", &words::money(*amount, currency))]))
}

/// When it ends; near its end also how long is left, in a colour that warns.
pub(super) fn deadline(until: Option<Instant>) -> AnyView {
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
    .into_any()
}

/// A state of a redemption: its word and the class of its colour.
pub(super) fn status(status: Status) -> (&'static str, &'static str) {
    let (word, class): (Key, _) = match status {
        Status::Pending => (key::VOUCHER_STATUS_PENDING, "warn"),
        Status::Issued => (key::VOUCHER_STATUS_ISSUED, "pos"),
        Status::Used => (key::VOUCHER_STATUS_USED, "muted"),
        Status::Expired => (key::VOUCHER_STATUS_EXPIRED, "muted"),
        Status::Cancelled => (key::VOUCHER_STATUS_CANCELLED, "muted"),
        Status::Rejected => (key::VOUCHER_STATUS_REJECTED, "muted"),
        Status::Refunded => (key::VOUCHER_STATUS_REFUNDED, "muted"),
        Status::Other => (key::VOUCHER_STATUS_OTHER, "warn"),
    };
    (t(word), class)
}

/// A coupon's state; an open one is available whatever the backend calls it.
pub(super) fn coupon_status(open: bool, word: &str) -> (&'static str, &'static str) {
    match word {
        _ if open => (t(key::COUPON_STATUS_AVAILABLE), "pos"),
        "used" => (t(key::COUPON_STATUS_USED), "muted"),
        _ => (t(key::COUPON_STATUS_EXPIRED), "muted"),
    }
}

/// Label and value of one line of facts.
pub(super) fn fact(label: Key, value: AnyView) -> AnyView {
    view! {
        <div>
            <dt>{t(label)}</dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}

/// What went wrong with an action, and below it what is safe.
pub(super) fn note(what: String, safe: String) -> AnyView {
    view! {
        <p class="note note--warn" role="alert">
            {icon_small("shield")}
            <span>{what} <br /> {safe}</span>
        </p>
    }
    .into_any()
}

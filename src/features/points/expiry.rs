//! When the points expire: every bucket, soonest first.

use crate::domain::date::Instant;
use crate::domain::number::group;
use crate::domain::points::{Balance, Bucket};
use crate::i18n::{fill, key, t};
use crate::parts::words;
use crate::ui::Build;
use leptos::prelude::*;

/// More buckets than this stand below each other.
const BESIDE: usize = 3;

/// The panel.
pub(super) fn panel(balance: &Balance, points: &str) -> AnyView {
    let buckets: Vec<_> = balance.expiring.iter().filter(|bucket| bucket.amount > 0).collect();
    let body = if buckets.is_empty() {
        view! { <p class="muted mt-3">{fill(key::POINTS_EXPIRY_NONE, &[("points", points)])}</p> }.built()
    } else {
        let class = if buckets.len() > BESIDE { "tline tline--list" } else { "tline" };
        view! { <ol class=class>{buckets.into_iter().map(row).collect_view()}</ol> }.built()
    };
    view! {
        <section class="panel mt-5">
            <div class="row row--between">
                <h2>{t(key::POINTS_EXPIRY)}</h2>
                <span class="s muted">{t(key::POINTS_EXPIRY_HINT)}</span>
            </div>
            {body}
        </section>
    }
    .built()
}

fn row(bucket: &Bucket) -> AnyView {
    let when = match bucket.at {
        Some(at) => dated(at),
        None => t(key::POINTS_NEVER).into_any(),
    };
    view! {
        <li>
            <span class="num">{group(bucket.amount)}</span>
            <p>{when}</p>
        </li>
    }
    .built()
}

fn dated(at: Instant) -> AnyView {
    let (day, left) = (words::day(at), words::days_left(at));
    if words::is_soon(at) {
        return view! {
            <b class="warn">{left}</b>
            <br />
            {day}
        }
        .built();
    }
    view! {
        {day}
        <br />
        <span class="muted">{left}</span>
    }
    .built()
}

//! The balance as a bar of its buckets.

use crate::domain::number::group;
use crate::domain::points::Balance;
use crate::i18n::{fill, key, t};
use crate::parts::words;
use crate::state::portal;
use crate::ui::Build;
use leptos::prelude::*;

/// The buckets as one bar: soonest first in the accent, the later the paler.
pub fn bucket_bar(balance: &Balance) -> AnyView {
    if balance.expiring.iter().all(|bucket| bucket.amount <= 0) {
        return ().into_any();
    }
    let mut list = String::new();
    for bucket in &balance.expiring {
        if !list.is_empty() {
            list.push_str(t(key::APP_LIST));
        }
        let when = bucket.at.map_or_else(
            || t(key::POINTS_NEVER).to_string(),
            |at| fill(key::POINTS_EXPIRES_ON, &[("date", &words::day(at))]),
        );
        list.push_str(&group(bucket.amount));
        list.push(' ');
        list.push_str(&when);
    }
    let label = fill(key::POINTS_DISTRIBUTION, &[("list", &list)]);
    let bars = balance.shares(40).into_iter().take(12).enumerate().map(|(index, share)| {
        let opacity = if index < 2 { "1" } else { ".45" };
        view! {
            <li style=("--w", share.to_string())>
                <i style=("--o", opacity)></i>
            </li>
        }
    });
    view! {
        <p class="vh">{label}</p>
        <ul class="buckets" aria-hidden="true">
            {bars.collect_view()}
        </ul>
    }
    .built()
}

/// What home says of the balance: the number, what expires next, the bar.
pub fn balance_panel(balance: &Balance) -> AnyView {
    let next = balance.next_expiry().map(|bucket| {
        let date = bucket.at.map(words::day).unwrap_or_default();
        view! {
            <p class="flag">
                {fill(key::POINTS_EXPIRES_ON, &[("date", &date)])} " " <b class="num">{group(bucket.amount)}</b>
            </p>
        }
    });
    let name = portal().points_name();
    view! {
        <div class="row row--end">
            <p class="grow">
                <span class="num points__n">{group(balance.available)}</span>
                <span class="unit">{name}</span>
            </p>
            {next}
        </div>
        {bucket_bar(balance)}
    }
    .built()
}

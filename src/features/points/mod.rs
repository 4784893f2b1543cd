//! The points: how many there are, when they expire, how the last months went, and where each one came from or went to.

mod chart;
pub mod earn;
mod entry;
mod expiry;
mod ledger;

use crate::api::wire::surveys::Overview;
use crate::api::{client, endpoint, wire};
use crate::domain::ledger::month_word;
use crate::domain::number::{group, signed};
use crate::domain::points::{Balance, Summary};
use crate::domain::route::Route;
use crate::i18n::{fill, key, t};
use crate::parts::frame::page_head;
use crate::parts::remote::remote;
use crate::parts::words;
use crate::platform::{clock, intl};
use crate::state::{Query, portal};
use crate::ui::{Build, amount, bone, icon_small};
use leptos::prelude::*;

/// The screen.
pub fn page() -> AnyView {
    let portal = portal();
    let name = portal.points_name();
    let summary =
        Query::new(|| async { client::get(endpoint::points_summary()).await?.decode(wire::points::summary) });
    let rules = portal.has("earning-rules").then(|| {
        view! {
            <a class="more" href=Route::Earn.href()>
                {t(key::POINTS_RULES)}
            </a>
        }
    });
    view! {
        <div class="app notab">
            {page_head(&name, Route::Home, rules.into_any())} <main id="main">
                {remote(
                    portal.overview,
                    bones,
                    move |overview: Overview| balance(&overview.points, summary),
                )} {chart::section(summary)} {ledger::section(summary)}
            </main>
        </div>
    }
    .built()
}

fn bones() -> AnyView {
    view! {
        {bone("s", 10)}
        {bone("n", 10)}
        <div class="split">{bone("h", 4)}{bone("h", 4)}{bone("h", 4)}</div>
        <div class="panel mt-5">{bone("h", 8)}{bone("n", 10)}</div>
    }
    .built()
}

fn balance(balance: &Balance, summary: Query<Summary>) -> AnyView {
    let as_of = balance.as_of.map(|at| {
        let text = fill(key::POINTS_AVAILABLE, &[("time", &words::day_time(at))]);
        view! { <p class="muted s">{text}</p> }
    });
    let negative = (balance.available < 0).then(|| {
        view! {
            <p class="note">
                {icon_small("info")} <span>{t(key::POINTS_NEGATIVE)}</span>
            </p>
        }
    });
    let month = move || match summary.known() {
        Some(summary) => signed(earned_now(&summary)).into_any(),
        None => view! { <span aria-hidden="true">"–"</span> }.built(),
    };
    let name = portal().points_name();
    view! {
        {as_of}
        <p class="hero">{amount(balance.available, &name)}</p>
        {negative}
        <dl class="split">
            <div>
                <dt>{t(key::POINTS_PENDING)}</dt>
                <dd class="num">{signed(balance.pending)}</dd>
            </div>
            <div>
                <dt>{t(key::POINTS_LOCKED)}</dt>
                <dd class="num">{group(balance.locked)}</dd>
            </div>
            <div>
                <dt>{t(key::POINTS_MONTH)}</dt>
                <dd class="num">{month}</dd>
            </div>
        </dl>
        {expiry::panel(balance, &name)}
    }
    .built()
}

/// What was earned in the month that it is now in the programme's zone.
fn earned_now(summary: &Summary) -> i64 {
    let Some(civil) = intl::civil(clock::now()) else { return 0 };
    let word = month_word((civil.year, civil.month));
    summary.months.iter().find(|month| month.month == word).map_or(0, |month| month.earned)
}

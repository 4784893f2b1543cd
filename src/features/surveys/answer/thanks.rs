//! Thanks: the points arrive.

use super::run::Run;
use crate::api::wire::surveys::{Receipt, SurveyItem};
use crate::domain::number::group;
use crate::domain::points::{Balance, Bucket};
use crate::domain::route::{CatalogueFilter, Route};
use crate::features::surveys::{list, row, section};
use crate::i18n::{fill, key, t};
use crate::parts::frame::{close, landscape};
use crate::platform::dom;
use crate::state::portal;
use crate::ui::{Build, amount};
use leptos::prelude::*;

/// The row of dots from the sun to the balance: place and size.
const RAYS: [(&str, &str, &str); 13] = [
    ("66", "50", "1.6"),
    ("58.1", "60.2", "1.8"),
    ("51.7", "70.3", "2"),
    ("46.9", "80.5", "2.2"),
    ("43.6", "90.7", "2.5"),
    ("41.8", "100.8", "2.7"),
    ("41.5", "111", "2.9"),
    ("42.8", "121.2", "3.1"),
    ("45.6", "131.3", "3.3"),
    ("49.9", "141.5", "3.6"),
    ("55.7", "151.7", "3.8"),
    ("63.1", "161.8", "4"),
    ("72", "172", "4.2"),
];

/// The screen after sending.
pub(super) fn screen(run: Run, receipt: &Receipt) -> AnyView {
    Effect::new(move |_| {
        dom::scroll_to(0.0);
        dom::focus(super::HEADING);
    });
    let points = portal().points_name();
    let name = run.member().display_name;
    let name = if name.is_empty() { t(key::HELLO_NOBODY).to_string() } else { name };
    let mut gain = String::from("+");
    gain.push_str(&group(receipt.points_awarded));
    let gain = (receipt.points_awarded > 0).then(|| {
        view! {
            <p class="thx__n">
                <span class="num">{gain}</span>
                <span class="thx__u">{points}</span>
            </p>
        }
    });
    let say = run.completed_text();
    let say = if say.is_empty() { t(key::SURVEY_THANKS_SAY).into() } else { say };
    view! {
        <div class="app notab has-foot thx">
            <header class="scene">
                {landscape("land__a")} <div class="row">
                    <span class="grow"></span>
                    {close(Route::Surveys)}
                </div> {gain} <h1 class="hello" tabindex="-1">
                    {fill(key::SURVEY_THANKS, &[("name", &name)])}
                </h1>
            </header>
            <main id="main">{card(receipt)} <p class="say">{say}</p> {more()}</main>
            <footer class="foot">
                <a class="btn q" href=Route::Rewards(CatalogueFilter::default()).href()>
                    {t(key::SURVEY_THANKS_REWARDS)}
                </a>
                <a class="btn" href=Route::Home.href()>
                    {t(key::ACTION_DONE)}
                </a>
            </footer>
        </div>
    }
    .built()
}

/// The balance, with what has just come in as its last part.
fn card(receipt: &Receipt) -> AnyView {
    let portal = portal();
    let before = portal.overview.peek().map(|overview| overview.points);
    let after = before.as_ref().map(|before| before.available.saturating_add(receipt.points_awarded));
    let Some(now) = receipt.balance_after.or(after) else { return ().into_any() };
    let dots = RAYS.iter().enumerate().map(|(index, (x, y, size))| {
        let class = if index == 0 { "s" } else { "k" };
        view! { <circle cx=*x cy=*y r=*size class=class></circle> }
    });
    view! {
        <article class="voucher thx__c">
            <svg class="rays" viewBox="0 0 80 184" aria-hidden="true">
                {dots.collect_view()}
            </svg>
            <p class="s muted">{t(key::SURVEY_THANKS_NOW)}</p>
            <p class="hero">{amount(now, &portal.points_name())}</p>
            {before.map(|before| bar(before, receipt.points_awarded))}
        </article>
    }
    .built()
}

fn bar(mut balance: Balance, gain: i64) -> AnyView {
    balance.expiring.truncate(11);
    if gain > 0 {
        balance.expiring.push(Bucket { amount: gain, at: None });
    }
    let last = balance.expiring.len().saturating_sub(1);
    let parts = balance.shares(40).into_iter().enumerate().map(|(index, share)| {
        let new = gain > 0 && index == last;
        let opacity = if new || index < 2 { "1" } else { ".45" };
        view! {
            <li class=new.then_some("in") style=("--w", share.to_string())>
                <i style=("--o", opacity)></i>
            </li>
        }
    });
    view! {
        <ul class="buckets" aria-hidden="true">
            {parts.collect_view()}
        </ul>
    }
    .built()
}

/// What else there is to answer; it waits for nothing and fails in silence.
fn more() -> AnyView {
    let query = list();
    let rest = move || {
        let items = query.known().unwrap_or_default();
        let open: Vec<&SurveyItem> = items.iter().filter(|item| item.is_open()).collect();
        let title = fill(key::SURVEY_THANKS_MORE, &[("n", &group(open.len() as i64))]);
        section(title, &open, row)
    };
    rest.into_any()
}

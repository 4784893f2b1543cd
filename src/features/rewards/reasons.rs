//! Why a reward can't be redeemed, in words, with what is missing and one next step.

use crate::domain::number::group;
use crate::domain::reward::{Reason, Reward};
use crate::domain::route::{CatalogueFilter, Route};
use crate::features::rewards::facts;
use crate::i18n::{fill, key, t};
use crate::parts::symbols::symbol_small;
use crate::parts::words;
use crate::platform::clock;
use crate::state::portal;
use crate::ui::{Build, live};
use leptos::prelude::*;

/// What was asked for when the reason was given.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// How many.
    pub(super) quantity: i64,
    /// Points that were missing for them, where the backend said so.
    pub(super) missing: Option<i64>,
}

/// The reason `code` against `reward`, in one sentence; `detail` are the backend's words, for what isn't known here.
pub(super) fn sentence(reward: &Reward, code: &str, asked: Asked, detail: &str, points: &str) -> String {
    match code {
        "insufficient-points" => match asked.missing.or(reward.shortfall) {
            Some(missing) => {
                fill(key::REASON_INSUFFICIENT_POINTS, &[("n", &group(missing)), ("points", points)])
            }
            None => other(detail),
        },
        "out-of-stock" => match reward.stock.as_ref().map(|stock| stock.remaining).filter(|left| *left > 0) {
            // Some are left, but fewer than were asked for.
            Some(left) if left < asked.quantity => fill(key::REASON_OUT_OF_STOCK_FEW, &[("n", &group(left))]),
            Some(_) => t(key::REASON_OUT_OF_STOCK_JUST).into(),
            None => t(key::REASON_OUT_OF_STOCK).into(),
        },
        "limit-reached" => match facts::limit(reward).filter(|_| is_used_up(reward)) {
            Some(rule) => fill(key::REASON_LIMIT_REACHED_OF, &[("rule", &rule)]),
            None => t(key::REASON_LIMIT_REACHED).into(),
        },
        "tier-required" => match (&reward.min_tier, portal().overview.peek()) {
            (Some(tier), Some(overview)) => {
                fill(key::REASON_TIER_REQUIRED_NOW, &[("tier", tier), ("now", &overview.tier.current.name)])
            }
            (Some(tier), None) => fill(key::REASON_TIER_REQUIRED, &[("tier", tier)]),
            (None, _) => other(detail),
        },
        "not-in-window" => match reward.opens_after(clock::now()) {
            Some(from) => fill(key::REASON_NOT_IN_WINDOW, &[("date", &words::day_time(from))]),
            None => t(key::REASON_NOT_IN_WINDOW_OVER).into(),
        },
        "store-not-eligible" if reward.stores_label.is_empty() => t(key::REASON_STORE_NOT_ELIGIBLE).into(),
        "store-not-eligible" => {
            fill(key::REASON_STORE_NOT_ELIGIBLE_WHICH, &[("stores", &reward.stores_label)])
        }
        "price-changed" if detail.is_empty() => t(key::REASON_PRICE_CHANGED_AGAIN).into(),
        _ => other(detail),
    }
}

fn is_used_up(reward: &Reward) -> bool {
    reward.limit.is_some_and(|(max, used)| used >= max)
}

fn other(detail: &str) -> String {
    if detail.is_empty() { t(key::REASON_OTHER).into() } else { detail.into() }
}

fn next(code: &str) -> Option<(&'static str, Route)> {
    let others = || (t(key::REASON_OTHER_NEXT), Route::Rewards(CatalogueFilter::default()));
    match code {
        "insufficient-points" if portal().has("earning-rules") => {
            Some((t(key::REASON_INSUFFICIENT_POINTS_NEXT), Route::Earn))
        }
        "insufficient-points" => {
            let filter = CatalogueFilter { affordable: true, ..CatalogueFilter::default() };
            Some((t(key::REASON_INSUFFICIENT_POINTS_INSTEAD), Route::Rewards(filter)))
        }
        "tier-required" => Some((t(key::REASON_TIER_REQUIRED_NEXT), Route::Tier)),
        "out-of-stock" | "limit-reached" | "not-in-window" => Some(others()),
        _ => None,
    }
}

/// Where the reason `code` can be done something about; nothing where the screen itself has the way on: another store,
/// the new price.
fn next_link(class: &'static str, code: &str) -> AnyView {
    let link = next(code).map(|(word, route)| {
        view! {
            <a class=class href=route.href()>
                {word}
            </a>
        }
    });
    link.into_any()
}

/// The same as a button.
pub(super) fn next_button(code: &str) -> AnyView {
    next_link("btn", code)
}

/// Every reason against the reward. That it opens later is said by the count-down.
pub(super) fn notes(reward: &Reward) -> AnyView {
    let reward = reward.clone();
    let soon = reward.opens_after(clock::now()).is_some();
    live(move || {
        // Some name what the member has.
        portal().overview.is_known();
        let told = |reason: &&Reason| !(soon && reason.code == "not-in-window");
        reward.reasons.iter().filter(told).map(|reason| note(&reward, reason)).collect_view().into_any()
    })
}

fn note(reward: &Reward, reason: &Reason) -> AnyView {
    let icon = match reason.code.as_str() {
        "insufficient-points" => "star",
        "tier-required" => "up",
        "not-in-window" => "clock",
        "store-not-eligible" => "pin",
        _ => "info",
    };
    let points = portal().points_name();
    let asked = Asked { quantity: 1, missing: None };
    view! {
        <p class="note">
            {symbol_small(icon)}
            <span>
                {sentence(reward, &reason.code, asked, &reason.detail, &points)}
                {next_link("bi note__go", &reason.code)}
            </span>
        </p>
    }
    .built()
}

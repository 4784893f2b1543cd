//! Why a reward can't be redeemed, in words, with what is missing and one next step.

use crate::domain::number::group;
use crate::domain::reward::{Reason, Reward};
use crate::domain::route::{CatalogueFilter, Route};
use crate::i18n::{fill, key, t};
use crate::parts::words;
use crate::platform::clock;
use crate::state::portal;
use crate::ui::icon_small;
use leptos::prelude::*;

/// The reason `code` against `reward`, in one sentence; `detail` are the backend's words, for what isn't known here.
pub(super) fn sentence(
    reward: &Reward,
    code: &str,
    missing: Option<i64>,
    detail: &str,
    points: &str,
) -> String {
    match code {
        "insufficient-points" => match missing.or(reward.shortfall) {
            Some(missing) => {
                fill(key::REASON_INSUFFICIENT_POINTS, &[("n", &group(missing)), ("points", points)])
            }
            None => other(detail),
        },
        "out-of-stock" if sold_out(reward) => t(key::REASON_OUT_OF_STOCK).into(),
        "limit-reached" if detail.is_empty() => t(key::REASON_LIMIT_REACHED).into(),
        "tier-required" => match &reward.min_tier {
            Some(tier) => fill(key::REASON_TIER_REQUIRED, &[("tier", tier)]),
            None => other(detail),
        },
        "not-in-window" => match reward.opens_after(clock::now()) {
            Some(from) => fill(key::REASON_NOT_IN_WINDOW, &[("date", &words::day_time(from))]),
            None => t(key::REASON_NOT_IN_WINDOW_OVER).into(),
        },
        "store-not-eligible" => t(key::REASON_STORE_NOT_ELIGIBLE).into(),
        _ => other(detail),
    }
}

fn other(detail: &str) -> String {
    if detail.is_empty() { t(key::REASON_OTHER).into() } else { detail.into() }
}

/// Some may be left, but fewer than were asked for; then the backend says how many.
fn sold_out(reward: &Reward) -> bool {
    reward.stock.as_ref().is_none_or(|stock| stock.remaining <= 0)
}

fn next(reward: &Reward, code: &str) -> Option<(&'static str, Route)> {
    let others = || (t(key::REASON_OTHER_NEXT), Route::Rewards(CatalogueFilter::default()));
    match code {
        "insufficient-points" => {
            portal().has("earning-rules").then(|| (t(key::REASON_INSUFFICIENT_POINTS_NEXT), Route::Earn))
        }
        "tier-required" => Some((t(key::REASON_TIER_REQUIRED_NEXT), Route::Tier)),
        "out-of-stock" | "limit-reached" => Some(others()),
        "not-in-window" if reward.opens_after(clock::now()).is_none() => Some(others()),
        _ => None,
    }
}

/// Every reason against the reward.
pub(super) fn notes(reward: &Reward) -> AnyView {
    let points = portal().points_name();
    let note = |reason: &Reason| {
        let icon = match reason.code.as_str() {
            "insufficient-points" => "star",
            "tier-required" => "up",
            "not-in-window" => "clock",
            _ => "info",
        };
        let link = next(reward, &reason.code).map(|(word, route)| {
            view! {
                " "
                <a class="bi" href=route.href()>
                    {word}
                </a>
            }
        });
        view! {
            <p class="note">
                {icon_small(icon)}
                <span>{sentence(reward, &reason.code, None, &reason.detail, &points)} {link}</span>
            </p>
        }
    };
    reward.reasons.iter().map(note).collect_view().into_any()
}

//! A reward in a grid, and its picture anywhere.

use crate::domain::number::group;
use crate::domain::reward::{Image, Reward, Stock};
use crate::domain::route::Route;
use crate::i18n::{fill, key, t};
use crate::platform::clock;
use crate::state::portal;
use crate::ui::amount;
use leptos::prelude::*;

/// A picture on its shelf. It stands beside the words that name it, so it is silent.
pub fn picture(image: Option<&Image>) -> AnyView {
    drawn(image, "lazy")
}

/// A picture that is on screen from the start: it doesn't wait for the layout.
pub fn first_picture(image: Option<&Image>) -> AnyView {
    drawn(image, "eager")
}

fn drawn(image: Option<&Image>, loading: &'static str) -> AnyView {
    let portal = portal();
    let Some(image) = image.cloned() else { return ().into_any() };
    let src = move || {
        let dark = portal.dark.get();
        image.url_dark.clone().filter(|_| dark).unwrap_or_else(|| image.url.clone())
    };
    view! { <img class="ill" src=src alt="" loading=loading decoding="async" /> }.into_any()
}

/// A word about availability on the picture, if there is one to say.
fn tag(reward: &Reward) -> Option<(bool, String)> {
    let now = clock::now();
    let say = |word| Some((true, String::from(word)));
    if reward.stock.as_ref().is_some_and(|stock| stock.remaining <= 0) || reward.has_reason("out-of-stock") {
        say(t(key::REWARDS_SOLDOUT))
    } else if reward.until.is_some_and(|until| until <= now) {
        say(t(key::REWARDS_OVER))
    } else if reward.from.is_some_and(|from| from > now) {
        say(t(key::REWARDS_SOON))
    } else if let Some(tier) = &reward.min_tier {
        say(&fill(key::REWARDS_MIN_TIER, &[("tier", tier)]))
    } else {
        let left = |stock: &Stock| (false, fill(key::REWARDS_LEFT, &[("n", &group(stock.remaining))]));
        reward.stock.as_ref().map(left)
    }
}

/// Ready, how much is missing, or why not.
fn standing(reward: &Reward) -> AnyView {
    if reward.is_eligible() {
        return view! { <span class="st ok">{t(key::REWARDS_OK)}</span> }.into_any();
    }
    let word = if reward.has_reason("out-of-stock") {
        t(key::REWARDS_SOLDOUT).into()
    } else if let Some(missing) = reward.shortfall.filter(|missing| *missing > 0) {
        fill(key::REWARDS_SHORT, &[("n", &group(missing))])
    } else if reward.has_reason("limit-reached") {
        t(key::REWARDS_LIMIT_REACHED).into()
    } else if reward.has_reason("not-in-window") {
        t(if reward.from.is_some_and(|from| from > clock::now()) {
            key::REWARDS_SOON
        } else {
            key::REWARDS_OVER
        })
        .into()
    } else {
        t(key::REWARDS_UNAVAILABLE).into()
    };
    view! { <span class="st no">{word}</span> }.into_any()
}

/// A reward in the catalogue.
pub fn card(reward: &Reward) -> AnyView {
    let out =
        reward.has_reason("out-of-stock") || reward.stock.as_ref().is_some_and(|stock| stock.remaining <= 0);
    let tag = tag(reward).map(|(quiet, text)| {
        view! { <span class=if quiet { "tag q" } else { "tag" }>{text}</span> }
    });
    let saved = reward.saved_percent().map(|percent| {
        let mut width = percent.to_string();
        width.push('%');
        view! {
            <div class="short">
                <i style=("--v", width)></i>
            </div>
        }
    });
    view! {
        <li>
            <a class=if out { "rw out" } else { "rw" } href=Route::Reward(reward.id.clone()).href()>
                <span class="shelf">{picture(reward.images.first())} {tag}</span>
                <p class="rw__n">{reward.title.clone()}</p>
                <p class="rw__c">
                    <span class="num">{group(reward.cost_points)}</span>
                    {standing(reward)}
                </p>
                {saved}
            </a>
        </li>
    }
    .into_any()
}

/// A reward on home, one of three.
pub fn small_card(reward: &Reward, points: &str) -> AnyView {
    view! {
        <li>
            <a class="rw" href=Route::Reward(reward.id.clone()).href()>
                <span class="shelf">{first_picture(reward.images.first())}</span>
                <p class="rw__n">{reward.title.clone()}</p>
                <p class="rw__c">
                    <span>{amount(reward.cost_points, points)}</span>
                </p>
            </a>
        </li>
    }
    .into_any()
}

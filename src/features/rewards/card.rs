//! A reward in the catalogue's grid.

use crate::domain::number::group;
use crate::domain::reward::{Card, Standing};
use crate::domain::route::Route;
use crate::i18n::{fill, key, t};
use crate::parts::reward_card::{first_picture, picture};
use crate::parts::words;
use crate::platform::clock;
use crate::ui::{Build, icon_small};
use leptos::prelude::*;

/// A word about availability on the picture, if there is one to say, and whether it is a quiet one.
fn tag(card: &Card, standing: Standing) -> Option<(bool, String)> {
    let say = |word| Some((true, String::from(word)));
    match standing {
        Standing::SoldOut => say(t(key::REWARDS_SOLDOUT)),
        Standing::Over => say(t(key::REWARDS_OVER)),
        Standing::Soon(from) => Some((true, fill(key::REASON_NOT_IN_WINDOW, &[("date", &words::day(from))]))),
        _ => match (&card.min_tier, &card.stock) {
            (Some(tier), _) => say(&fill(key::REWARDS_MIN_TIER, &[("tier", tier)])),
            (None, Some(stock)) => Some((false, fill(key::REWARDS_LEFT, &[("n", &group(stock.remaining))]))),
            (None, None) => None,
        },
    }
}

/// Ready, how much is missing, or why not.
fn standing(standing: Standing) -> AnyView {
    let word = match standing {
        Standing::Ready => return view! { <span class="st ok">{t(key::REWARDS_OK)}</span> }.built(),
        Standing::Short(missing) => fill(key::REWARDS_SHORT, &[("n", &group(missing))]),
        Standing::SoldOut => t(key::REWARDS_SOLDOUT).into(),
        Standing::Limit => t(key::REWARDS_LIMIT_REACHED).into(),
        Standing::Soon(_) => t(key::REWARDS_SOON).into(),
        Standing::Over => t(key::REWARDS_OVER).into(),
        Standing::Tier => t(key::REWARDS_TIER_SHORT).into(),
        Standing::Closed => t(key::REWARDS_UNAVAILABLE).into(),
    };
    view! { <span class="st no">{word}</span> }.built()
}

/// What it costs, what it cost before, and the money besides.
pub(super) fn price(card: &Card) -> AnyView {
    let before = card.list_cost_points.map(|before| {
        let said = fill(key::REWARD_LIST_COST, &[("n", &group(before))]);
        view! {
            <s class="rw__was" aria-hidden="true">
                {group(before)}
            </s>
            <span class="vh">{said}</span>
        }
    });
    let money = card.cost_money.as_ref().map(|(minor, currency)| {
        let money = words::money(*minor, currency);
        view! { <span class="rw__m">{fill(key::REWARD_PLUS_MONEY, &[("money", &money)])}</span> }
    });
    view! {
        <span class="rw__p">
            <span class="num">{group(card.cost_points)}</span>
            {before}
            {money}
        </span>
    }
    .built()
}

/// So many at the beginning of the list are on screen at once on a phone.
const FIRST: usize = 4;

/// The card, at its place in a list of which only a part is drawn. `size` is -1 when nobody knows it.
pub(super) fn card(card: &Card, place: usize, size: i64) -> AnyView {
    let now = card.standing(clock::now());
    let tag = tag(card, now).map(|(quiet, text)| {
        view! { <span class=if quiet { "tag q" } else { "tag" }>{text}</span> }
    });
    let marked = card.favourite.then(|| {
        view! {
            <span class="rw__fav">{icon_small("heart")}<span class="vh">{t(key::REWARDS_MARKED)}</span></span>
        }
    });
    let saved = card.saved_percent().filter(|_| matches!(now, Standing::Short(_))).map(|percent| {
        let mut width = percent.to_string();
        width.push('%');
        view! {
            <span class="short">
                <i style=("--v", width)></i>
            </span>
        }
    });
    let picture = if place <= FIRST { first_picture } else { picture };
    view! {
        <div role="listitem" aria-posinset=place.to_string() aria-setsize=size.to_string()>
            <a
                class=if now == Standing::SoldOut { "rw out" } else { "rw" }
                href=Route::Reward(card.id.clone()).href()
            >
                <span class="shelf">{picture(card.image.as_ref())} {tag} {marked} {saved}</span>
                <div class="rw__b">
                    <p class="rw__n">{card.title.clone()}</p>
                    <p class="rw__c">{price(card)} {standing(now)}</p>
                </div>
            </a>
        </div>
    }
    .built()
}

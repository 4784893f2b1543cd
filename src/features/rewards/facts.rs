//! What there is to know about a reward: cost, terms, stock, time, place.

use crate::domain::number::group;
use crate::domain::reward::Reward;
use crate::i18n::{Key, fill, key, t};
use crate::parts::words;
use crate::state::portal;
use crate::ui::{Build, amount};
use leptos::prelude::*;

/// The cost, what it was before, and the money besides.
pub(super) fn cost(reward: &Reward) -> AnyView {
    let before = reward.list_cost_points.filter(|before| *before > reward.cost_points).map(|before| {
        let said = fill(key::REWARD_LIST_COST, &[("n", &group(before))]);
        view! { <s class="num">{said}</s> }
    });
    let money = money(reward).map(|money| fill(key::REWARD_PLUS_MONEY, &[("money", &money)]));
    view! {
        <p class="cost">
            {amount(reward.cost_points, &portal().points_name())} {before}
            {money.map(|money| view! { <span class="num cost__m">{money}</span> })}
        </p>
    }
    .built()
}

/// The money besides the points.
fn money(reward: &Reward) -> Option<String> {
    let (minor, currency) = reward.cost_money.as_ref().filter(|(minor, _)| *minor > 0)?;
    Some(words::money(*minor, currency))
}

fn stock(reward: &Reward) -> Option<String> {
    let stock = reward.stock.as_ref()?;
    let left = group(stock.remaining.max(0));
    Some(match stock.total {
        Some(total) => fill(key::REWARD_FACTS_STOCK_OF, &[("n", &left), ("total", &group(total))]),
        None => fill(key::REWARD_FACTS_STOCK_LEFT, &[("n", &left)]),
    })
}

fn window(reward: &Reward) -> Option<String> {
    let (from, until) = (reward.from.map(words::day_time), reward.until.map(words::day_time));
    match (from, until) {
        (Some(from), Some(until)) => {
            Some(fill(key::REWARD_FACTS_FROM_UNTIL, &[("from", &from), ("until", &until)]))
        }
        (Some(from), None) => Some(fill(key::REWARD_FACTS_FROM, &[("from", &from)])),
        (None, Some(until)) => Some(fill(key::REWARD_FACTS_UNTIL, &[("until", &until)])),
        (None, None) => None,
    }
}

fn cancel(reward: &Reward) -> Option<String> {
    Some(match reward.cancellable_hours? {
        hours if hours > 0 => fill(key::REWARD_FACTS_CANCEL_HOURS, &[("n", &group(hours))]),
        _ => t(key::REWARD_FACTS_CANCEL_NEVER).into(),
    })
}

/// How often a member may have it, and has had it.
pub(super) fn limit(reward: &Reward) -> Option<String> {
    let (max, used) = reward.limit?;
    let rule = match reward.limit_period.as_str() {
        "day" => key::REWARD_LIMIT_DAY,
        "month" => key::REWARD_LIMIT_MONTH,
        "year" => key::REWARD_LIMIT_YEAR,
        _ => key::REWARD_FACTS_LIMIT_USED,
    };
    Some(fill(rule, &[("max", &group(max)), ("used", &group(used))]))
}

/// The facts, those that there are, and the rules.
pub(super) fn facts(reward: &Reward) -> AnyView {
    let valid =
        reward.voucher_valid_days.map(|days| fill(key::REWARD_FACTS_VALID_DAYS, &[("n", &group(days))]));
    let tier = reward.min_tier.as_ref().map(|tier| fill(key::REWARDS_MIN_TIER, &[("tier", tier)]));
    let stores = Some(reward.stores_label.clone()).filter(|label| !label.is_empty());
    let money = money(reward).map(|money| fill(key::REWARD_FACTS_MONEY_HOW, &[("money", &money)]));
    let rows: [(Key, Option<String>); 8] = [
        (key::REWARD_FACTS_MONEY, money),
        (key::REWARD_FACTS_STOCK, stock(reward)),
        (key::REWARD_FACTS_WINDOW, window(reward)),
        (key::REWARD_FACTS_STORES, stores),
        (key::REWARD_FACTS_VALID, valid),
        (key::REWARD_FACTS_CANCEL, cancel(reward)),
        (key::REWARD_FACTS_LIMIT, limit(reward)),
        (key::REWARD_FACTS_TIER, tier),
    ];
    let row = |(name, value): (Key, Option<String>)| {
        value.map(|value| {
            view! {
                <div>
                    <dt>{t(name)}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
    };
    let terms = (!reward.terms.is_empty()).then(|| {
        let terms = reward.terms.iter().cloned().map(|term| view! { <li>{term}</li> }).collect_view();
        view! {
            <section class="sec">
                <h2>{t(key::REWARD_TERMS)}</h2>
                <ul class="terms">{terms}</ul>
            </section>
        }
    });
    view! {
        <dl class="facts">{rows.into_iter().filter_map(row).collect_view()}</dl>
        {terms}
    }
    .built()
}

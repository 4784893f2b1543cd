//! The tier as a card, and its outlook in one sentence.

use crate::domain::number::group;
use crate::domain::tier::{Gauge, Goal, Match, Requirement, TierStatus, Unit};
use crate::i18n::{fill, key, t};
use crate::parts::words;
use crate::platform::intl;
use crate::state::portal;
use crate::ui::{Build, icon, rich};
use leptos::prelude::*;

fn percent(value: i64) -> String {
    let mut text = value.to_string();
    text.push('%');
    text
}

fn gauge(gauge: Gauge, next: Option<String>) -> AnyView {
    let figure = |value: i64| words::figure(value, gauge.unit, &gauge.basis);
    let keep = gauge.keep.map(|value| fill(key::TIER_KEEP, &[("value", &figure(value))]));
    let rise = gauge
        .rise
        .zip(next)
        .map(|(value, tier)| fill(key::TIER_RISE, &[("tier", &tier), ("value", &figure(value))]));
    let (fill_to, keep_at) = (percent(gauge.fill), percent(gauge.keep_at));
    let mark = keep.is_some().then(|| view! { <u style=("--at", keep_at.clone())></u> });
    let ring = rise.is_some().then(|| view! { <em></em> });
    view! {
        <dl class="gauge">
            <dt>{words::basis(&gauge.basis)}<b class="num">{figure(gauge.current)}</b></dt>
            <dd class="track">
                <div class="track__bar">
                    <i style=("--v", fill_to)></i>
                    {mark}
                    {ring}
                </div>
                {keep.map(|text| view! { <span class="keep" style=("--at", keep_at)>{text}</span> })}
                {rise.map(|text| view! { <span class="rise">{text}</span> })}
            </dd>
        </dl>
    }
    .built()
}

/// What the card has at its top right.
pub enum Corner {
    /// How many benefits there are; the card leads to the tier.
    Benefits,
    /// The brand's logo; the card is on the tier's own screen.
    Logo,
}

/// The whole card with its gauges. `heading` is the level of its name: 1 where it is the screen's own.
pub fn tier_card(status: &TierStatus, corner: &Corner) -> AnyView {
    let next = status.next.as_ref().map(|goal| goal.tier.name.clone());
    let gauges = status.gauges().into_iter().take(3).map(|one| gauge(one, next.clone())).collect_view();
    let since = status.since.map(|at| fill(key::TIER_SINCE, &[("date", &intl::show(at, intl::Style::Date))]));
    let aside = match corner {
        Corner::Benefits if status.benefits.is_empty() => {
            view! { <span class="tier__go">{icon("right")}</span> }.built()
        }
        Corner::Benefits => {
            let count = fill(key::TIER_BENEFITS, &[("n", &group(status.benefits.len() as i64))]);
            view! { <span class="tier__go">{count} {icon("right")}</span> }.built()
        }
        Corner::Logo => super::frame::logo(),
    };
    view! {
        <span class="tier__motif" aria-hidden="true"></span>
        <div class="row row--top">
            <div class="grow">
                <h2 class="tier__name">{status.current.name.clone()}</h2>
                {since.map(|text| view! { <p class="tier__since">{text}</p> })}
            </div>
            {aside}
        </div>
        {gauges}
    }
    .built()
}

fn gap(one: &Requirement) -> AnyView {
    let n = group(one.gap());
    let value = match one.unit {
        Unit::Points => {
            let mut text = n.clone();
            text.push(' ');
            text.push_str(&portal().points_name());
            text
        }
        _ => words::figure(one.gap(), one.unit, &one.basis),
    };
    let message = match one.basis.as_str() {
        "spend" => key::TIER_GAP_SPEND,
        "visits" => key::TIER_GAP_VISITS,
        "points_earned" => key::TIER_GAP_POINTS_EARNED,
        "points_spent" => key::TIER_GAP_POINTS_SPENT,
        "interaction" => key::TIER_GAP_INTERACTION,
        _ => key::TIER_GAP_OTHER,
    };
    rich(message, &[("n", &n), ("value", &value)])
}

fn gaps(goal: &Goal) -> AnyView {
    let joint = if goal.matching == Match::All { t(key::TIER_GAP_AND) } else { "" };
    let missing = goal.missing();
    let piece = |(index, one): (usize, &&Requirement)| {
        let before = if index > 0 { joint } else { "" };
        view! {
            {before}
            {gap(one)}
        }
    };
    // An amount of money ends in a digit; Chinese sets a space between it and the word that follows.
    let after = missing.last().is_some_and(|one| one.unit == Unit::Money).then_some(" ");
    view! {
        {missing.iter().enumerate().map(piece).collect_view()}
        {after}
    }
    .built()
}

/// Amount and date to rise, amount and date to keep, in one sentence.
pub fn outlook(status: &TierStatus) -> AnyView {
    let rise = match &status.next {
        Some(goal) if goal.missing().is_empty() => {
            rich(key::TIER_OUTLOOK_RISE_DONE, &[("tier", &goal.tier.name)])
        }
        Some(goal) => view! {
            {gaps(goal)}
            {rich(key::TIER_OUTLOOK_RISE_AFTER, &[("tier", &goal.tier.name)])}
        }
        .built(),
        None => rich(key::TIER_OUTLOOK_TOP, &[]),
    };
    let keep = status.retain.as_ref().and_then(|goal| {
        let date = words::day(goal.by?);
        let before = if goal.missing().is_empty() {
            return Some(rich(key::TIER_OUTLOOK_KEPT, &[("date", &date)]));
        } else {
            rich(key::TIER_OUTLOOK_KEEP_BEFORE, &[("date", &date)])
        };
        let after = rich(key::TIER_OUTLOOK_KEEP_AFTER, &[("tier", &goal.tier.name)]);
        Some(view! { {before} {gaps(goal)} {after} }.built())
    });
    view! {
        <p class="outlook">
            <span>{rise}</span>
            {keep.map(|text| view! { " " <span>{text}</span> })}
        </p>
    }
    .built()
}

//! The ways on: what is missing to rise and to keep the tier, and by when.

use crate::domain::tier::{Goal, Match, Requirement, TierStatus};
use crate::i18n::{fill, key, segments, t};
use crate::parts::symbols::symbol;
use crate::parts::words;
use crate::ui::{Build, icon};
use leptos::prelude::*;

/// The list.
pub(super) fn paths(status: &TierStatus) -> AnyView {
    let rise = match &status.next {
        Some(goal) => path("up", fill(key::TIER_PATH_RISE, &[("tier", &goal.tier.name)]), goal, true),
        None => top(),
    };
    let keep = status
        .retain
        .as_ref()
        .map(|goal| path("shield", fill(key::TIER_PATH_KEEP, &[("tier", &goal.tier.name)]), goal, false));
    view! { <ol class="paths">{rise} {keep}</ol> }.built()
}

fn top() -> AnyView {
    view! {
        <li>
            <span class="glyph">{icon("star")}</span>
            <p class="grow">{t(key::TIER_PATH_TOP)}</p>
        </li>
    }
    .built()
}

fn path(mark: &'static str, title: String, goal: &Goal, rises: bool) -> AnyView {
    let detail = Some(detail(goal, rises)).filter(|text| !text.is_empty());
    view! {
        <li>
            <span class="glyph">{symbol(mark)}</span>
            <div class="grow">
                <p>{title}</p>
                {detail.map(|text| view! { <p class="s muted">{text}</p> })}
            </div>
            <p class="paths__v">{missing(goal)}</p>
        </li>
    }
    .built()
}

/// On what it is measured, whether one is enough, by when.
fn detail(goal: &Goal, rises: bool) -> String {
    let mut text = String::new();
    if goal.requirements.len() > 1 {
        let any = goal.matching == Match::Any;
        for one in &goal.requirements {
            if !text.is_empty() {
                text.push_str(t(if any { key::TIER_PATH_OR } else { key::TIER_PATH_AND }));
            }
            text.push_str(words::basis(&one.basis));
        }
        text.push_str(t(key::APP_COMMA));
        text.push_str(t(match (any, rises) {
            (true, true) => key::TIER_PATH_ANY,
            (false, true) => key::TIER_PATH_ALL,
            (true, false) => key::TIER_PATH_KEEP_ANY,
            (false, false) => key::TIER_PATH_KEEP_ALL,
        }));
    }
    if let Some(by) = goal.by {
        if !text.is_empty() {
            text.push_str(t(key::APP_COMMA));
        }
        text.push_str(&fill(key::TIER_PATH_BY, &[("date", &words::day(by))]));
    }
    text
}

fn missing(goal: &Goal) -> AnyView {
    let missing = goal.missing();
    if missing.is_empty() {
        return view! { <span class="st ok">{t(key::TIER_PATH_DONE)}</span> }.built();
    }
    let line = |(index, one): (usize, &&Requirement)| {
        view! {
            {(index > 0).then(|| view! { <br /> })}
            {gap(one)}
        }
        .built()
    };
    missing.iter().enumerate().map(line).collect_view().into_any()
}

fn gap(one: &Requirement) -> AnyView {
    let value = words::figure(one.gap(), one.unit, &one.basis);
    let values = [("basis", words::basis(&one.basis)), ("value", value.as_str())];
    let piece = |(strong, text): (bool, String)| {
        if strong { view! { <b class="num">{text}</b> }.built() } else { text.into_any() }
    };
    segments(key::TIER_PATH_GAP_OF, &values).into_iter().map(piece).collect_view().into_any()
}

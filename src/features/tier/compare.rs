//! All tiers side by side.

use crate::domain::number::permille_times;
use crate::domain::tier::{Requirement, TierLevel};
use crate::domain::tier_table::{Row, rows};
use crate::i18n::{key, t};
use crate::parts::remote::remote;
use crate::parts::words;
use crate::state::Query;
use crate::ui::Build;
use leptos::prelude::*;

/// The section.
pub(super) fn section(tiers: Query<Vec<TierLevel>>, current: String) -> AnyView {
    let bones = || view! { <div class="sk sk--block"></div> }.built();
    let show = move |mut levels: Vec<TierLevel>| {
        levels.sort_by_key(|level| level.tier.rank);
        table(&levels, &current)
    };
    view! {
        <section class="sec">
            <div class="sec__h">
                <h2>{t(key::TIER_COMPARE)}</h2>
            </div>
            {remote(tiers, bones, show)}
        </section>
    }
    .built()
}

fn table(levels: &[TierLevel], current: &str) -> AnyView {
    let mine = levels.iter().position(|level| level.tier.id == current);
    let heads = levels.iter().map(|level| head(level, level.tier.id == current)).collect_view();
    let rows = rows(levels, current).into_iter().map(|one| row(one, mine)).collect_view();
    // It scrolls when the tiers or their words don't fit, so it always takes the focus.
    view! {
        <div
            class="cmp"
            role="table"
            tabindex="0"
            aria-label=t(key::TIER_COMPARE)
            style=("--cols", levels.len().to_string())
        >
            <div class="cmp__r head" role="row">
                <span role="columnheader">
                    <span class="vh">{t(key::TIER_COMPARE_BENEFIT)}</span>
                </span>
                {heads}
            </div>
            {rows}
        </div>
    }
    .built()
}

fn head(level: &TierLevel, is_mine: bool) -> AnyView {
    let name = level.tier.name.clone();
    let label = is_mine.then(|| {
        let mut label = name.clone();
        label.push_str(t(key::TIER_COMPARE_YOU));
        label
    });
    view! {
        <b
            role="columnheader"
            data-material=level.tier.material.clone()
            class=is_mine.then_some("cur")
            aria-label=label
        >
            {name}
        </b>
    }
    .built()
}

fn row(row: Row, mine: Option<usize>) -> AnyView {
    let need = |one: Requirement| words::figure(one.required, one.unit, &one.basis);
    let rate = |permille: i64| {
        let mut text = permille_times(permille);
        text.push('×');
        Some(text)
    };
    let (name, cells): (String, Vec<Option<String>>) = match row {
        Row::Threshold(basis, needs) => {
            (words::basis(&basis).into(), needs.into_iter().map(|one| one.map(need)).collect())
        }
        Row::Multiplier(rates) => {
            (t(key::TIER_COMPARE_MULTIPLIER).into(), rates.into_iter().map(rate).collect())
        }
        Row::Benefit(title, values) => (title, values),
    };
    let cell = |(index, text): (usize, Option<String>)| {
        let class = if mine == Some(index) { "num cur" } else { "num" };
        // A dash says nothing to readers.
        let label = text.is_none().then(|| t(key::TIER_COMPARE_NONE));
        let text = text.unwrap_or_else(|| "—".into());
        view! {
            <span role="cell" class=class aria-label=label>
                {text}
            </span>
        }
        .built()
    };
    let cells = cells.into_iter().enumerate().map(cell).collect_view();
    view! {
        <div class="cmp__r" role="row">
            <span role="rowheader">{name}</span>
            {cells}
        </div>
    }
    .built()
}

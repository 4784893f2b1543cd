//! An entry of the ledger; it opens and says why.

use super::ledger::Ledger;
use crate::parts::symbols::symbol;

use crate::domain::number::{group, signed};
use crate::domain::points::{Bucket, Entry, EntryKind};
use crate::i18n::{fill, key, t};
use crate::parts::words;
use crate::ui::Build;
use leptos::prelude::*;

/// The row; `index` is its place in the list, by which the focus finds it.
pub(super) fn row(ledger: Ledger, entry: &Entry, index: usize) -> AnyView {
    let id = StoredValue::new(entry.id.clone());
    let is_open = move || ledger.open.with(|open| id.with_value(|id| open.contains(id)));
    let press = move |_| {
        ledger.open.update(|open| {
            let id = id.get_value();
            match open.iter().position(|one| *one == id) {
                Some(at) => drop(open.remove(at)),
                None => open.push(id),
            }
        });
    };
    let why = StoredValue::new(facts(entry));
    let facts = move || is_open().then(|| list(why.get_value()));
    view! {
        <li class="li">
            <button
                type="button"
                class="li__b"
                data-entry=index.to_string()
                aria-expanded=move || if is_open() { "true" } else { "false" }
                on:click=press
            >
                <span class="glyph">{symbol(mark(entry))}</span>
                <span class="grow">
                    {title(entry)} <br /> <span class="s muted">{detail(entry)}</span>
                </span>
                <span class=colour(entry)>{signed(entry.amount)}</span>
            </button>
            {facts}
        </li>
    }
    .built()
}

fn mark(entry: &Entry) -> &'static str {
    match entry.source_kind.as_str() {
        "order" => "cup",
        "redemption" => "gift",
        "survey" => "star",
        "campaign" => "flame",
        "expiry" => "clock",
        "cancellation" | "refund" => "refresh",
        "sign_up" => "user",
        "adjustment" => "info",
        _ => match entry.kind {
            EntryKind::Earn => "plus",
            EntryKind::Spend => "gift",
            EntryKind::Expire => "clock",
            EntryKind::Refund => "refresh",
            EntryKind::Adjust | EntryKind::Other => "info",
        },
    }
}

fn colour(entry: &Entry) -> &'static str {
    match entry.kind {
        EntryKind::Expire => "num muted",
        _ if entry.amount > 0 => "num pos",
        _ => "num",
    }
}

fn title(entry: &Entry) -> String {
    if !entry.reason.is_empty() {
        return entry.reason.clone();
    }
    t(match entry.kind {
        EntryKind::Earn => key::POINTS_KIND_EARN,
        EntryKind::Spend => key::POINTS_KIND_SPEND,
        EntryKind::Expire => key::POINTS_KIND_EXPIRE,
        EntryKind::Refund => key::POINTS_KIND_REFUND,
        EntryKind::Adjust => key::POINTS_KIND_ADJUST,
        EntryKind::Other => key::POINTS_KIND_OTHER,
    })
    .into()
}

/// When, and where or by what.
fn detail(entry: &Entry) -> String {
    let mut text = entry.occurred_at.map(words::day_time).unwrap_or_default();
    if let Some(place) = entry.store.as_ref().or(entry.source_title.as_ref()) {
        text.push('\u{2003}');
        text.push_str(place);
    }
    text
}

fn source(entry: &Entry) -> Option<String> {
    let kind = match entry.source_kind.as_str() {
        "order" => Some(key::POINTS_SOURCE_ORDER),
        "redemption" => Some(key::POINTS_SOURCE_REDEMPTION),
        "survey" => Some(key::POINTS_SOURCE_SURVEY),
        "campaign" => Some(key::POINTS_SOURCE_CAMPAIGN),
        "expiry" => Some(key::POINTS_SOURCE_EXPIRY),
        "adjustment" => Some(key::POINTS_SOURCE_ADJUSTMENT),
        "sign_up" => Some(key::POINTS_SOURCE_SIGN_UP),
        "cancellation" | "refund" => Some(key::POINTS_SOURCE_CANCELLATION),
        _ => None,
    };
    let mut text = String::from(kind.map_or("", t));
    if let Some(title) = &entry.source_title {
        if !text.is_empty() {
            text.push_str(t(key::APP_JOIN));
        }
        text.push_str(title);
    }
    Some(text).filter(|text| !text.is_empty())
}

fn used(bucket: &Bucket) -> String {
    let n = group(bucket.amount);
    match bucket.at {
        Some(at) => fill(key::POINTS_WHY_BUCKET, &[("date", &words::day(at)), ("n", &n)]),
        None => fill(key::POINTS_WHY_BUCKET_NEVER, &[("n", &n)]),
    }
}

/// What there is to say of it: names and values.
fn facts(entry: &Entry) -> Vec<(&'static str, Vec<String>)> {
    let mut facts = Vec::new();
    if let Some(source) = source(entry) {
        facts.push((t(key::POINTS_WHY_SOURCE), vec![source]));
    }
    if let Some(at) = entry.expires_at {
        facts.push((t(key::POINTS_WHY_EXPIRES), vec![words::day(at)]));
    }
    if !entry.buckets_used.is_empty() {
        facts.push((t(key::POINTS_WHY_USED), entry.buckets_used.iter().map(used).collect()));
    }
    facts.push((t(key::POINTS_WHY_BALANCE), vec![group(entry.balance_after)]));
    facts
}

fn list(facts: Vec<(&'static str, Vec<String>)>) -> AnyView {
    let row = |(name, values): (&'static str, Vec<String>)| {
        let values = values.into_iter().map(|value| view! { <dd>{value}</dd> }).collect_view();
        view! {
            <div>
                <dt>{name}</dt>
                {values}
            </div>
        }
    };
    view! { <dl class="facts li__why">{facts.into_iter().map(row).collect_view()}</dl> }.built()
}

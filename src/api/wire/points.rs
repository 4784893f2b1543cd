//! Balance, ledger, summary, ways to earn.

use crate::api::node::{Decoded, Node};
use crate::domain::points::{Balance, Bucket, EarningRule, Entry, EntryKind, Month, Summary};

/// `PointsBalance`
///
/// # Errors
/// Without `available`, or with a bucket that can't be read.
pub fn balance(node: Node<'_>) -> Decoded<Balance> {
    Ok(Balance {
        available: node.int("available")?,
        pending: node.maybe_int("pending").unwrap_or_default(),
        locked: node.maybe_int("locked").unwrap_or_default(),
        expiring: node
            .all("expiring", |one| Ok(Bucket { amount: one.int("amount")?, at: one.time("at") }))?,
        as_of: node.time("as_of"),
    })
}

/// `Transaction`
///
/// # Errors
/// Without `id` or `amount`.
pub fn entry(node: Node<'_>) -> Decoded<Entry> {
    let source = node.maybe_child("source");
    Ok(Entry {
        id: node.text("id")?,
        kind: EntryKind::parse(&node.text_or_empty("type")),
        amount: node.int("amount")?,
        balance_after: node.maybe_int("balance_after").unwrap_or_default(),
        reason: node.text_or_empty("reason"),
        source_kind: source.map(|one| one.text_or_empty("kind")).unwrap_or_default(),
        source_title: source.and_then(|one| one.maybe_text("title")),
        store: node.maybe_child("store").and_then(|one| one.maybe_text("name")),
        occurred_at: node.time("occurred_at"),
        expires_at: node.time("expires_at"),
        buckets_used: node.good("buckets_used", |one| {
            Ok(Bucket { amount: one.int("amount")?, at: one.time("expires_at") })
        }),
    })
}

/// `PointsSummary`
///
/// # Errors
/// With a month that can't be read.
pub fn summary(node: Node<'_>) -> Decoded<Summary> {
    let months = node.all("months", |one| {
        Ok(Month {
            month: one.text("month")?,
            earned: one.maybe_int("earned").unwrap_or_default(),
            spent: one.maybe_int("spent").unwrap_or_default(),
            expired: one.maybe_int("expired").unwrap_or_default(),
            refunded: one.maybe_int("refunded").unwrap_or_default(),
            adjusted: one.maybe_int("adjusted").unwrap_or_default(),
        })
    })?;
    let mut counts = [0; 6];
    if let Some(given) = node.maybe_child("counts") {
        counts[0] = given.maybe_int("all").unwrap_or_default();
        for (count, kind) in counts[1..].iter_mut().zip(EntryKind::ALL) {
            *count = given.maybe_int(kind.name()).unwrap_or_default();
        }
    }
    Ok(Summary { months, counts })
}

/// `EarningRule`
///
/// # Errors
/// Without `title`.
pub fn earning_rule(node: Node<'_>) -> Decoded<EarningRule> {
    let window = node.maybe_child("window");
    let money = |one: Node<'_>| one.maybe_int("amount").zip(one.maybe_text("currency"));
    let cap = |one: Node<'_>| one.maybe_int("points").zip(one.maybe_text("period"));
    Ok(EarningRule {
        title: node.text("title")?,
        description: node.text_or_empty("description"),
        kind: node.text_or_empty("kind"),
        points: node.maybe_int("points"),
        per_amount: node.maybe_child("per_amount").and_then(money),
        multiplier_permille: node.maybe_int("multiplier_permille"),
        from: window.and_then(|one| one.time("from")),
        until: window.and_then(|one| one.time("until")),
        cap: node.maybe_child("cap").and_then(cap),
    })
}

//! Balance, ledger, months, and the ways to earn.

use super::context::{Ctx, Member};
use super::ledger_text::reason;
use super::query::{Params, page};
use super::views::{fields, money, portions, put, store_ref, time, window};
use crate::clock::{add_months, local_date, month_start, rfc3339};
use crate::problem::Problem;
use crate::programme::EarningRule;
use crate::store::ledger::{self, Entry};
use crate::store::tiers::{self, Settled};
use axum::Json;
use rusqlite::Connection;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const TYPES: &[&str] = &["earn", "spend", "expire", "refund", "adjust"];

/// The balance of a member who is settled.
pub(crate) fn view(db: &Connection, ctx: &Ctx, member: &str, settled: &Settled) -> Result<Value, Problem> {
    let buckets = &settled.buckets;
    let expiring: Vec<Value> =
        buckets.portions().iter().map(|p| json!({"amount": p.amount, "at": time(p.expires_at)})).collect();
    Ok(json!({
        "available": buckets.balance(),
        "pending": 0,
        "locked": 0,
        "lifetime": ledger::lifetime(db, member)?,
        "expiring": expiring,
        "as_of": rfc3339(ctx.now()),
    }))
}

pub(crate) async fn balance(ctx: Ctx, member: Member) -> Result<Json<Value>, Problem> {
    ctx.read(move |tx, ctx| view(tx, ctx, &member.id, &tiers::settle(tx, &ctx.scene, &member.id)?))
        .await
        .map(Json)
}

fn entry_view(ctx: &Ctx, entry: &Entry) -> Value {
    let mut source = fields(json!({"kind": entry.source_kind}));
    put(&mut source, "id", entry.source_id.clone());
    put(&mut source, "title", entry.source_title.as_ref().map(|title| ctx.say(title)));
    let mut map = fields(json!({
        "id": entry.id,
        "type": entry.kind,
        "amount": entry.amount,
        "balance_after": entry.balance_after,
        "reason": reason(&entry.reason, ctx.locale),
        "source": source,
        "occurred_at": rfc3339(entry.occurred_at),
    }));
    put(&mut map, "store", store_ref(ctx, entry.store_id.as_deref()));
    put(&mut map, "expires_at", entry.expires_at.map(rfc3339));
    put(&mut map, "buckets_used", entry.buckets_used.as_deref().map(portions));
    Value::Object(map)
}

pub(crate) async fn transactions(
    ctx: Ctx,
    member: Member,
    mut params: Params,
) -> Result<Json<Value>, Problem> {
    let kind = params.word("type", TYPES);
    let limit = params.limit();
    let before = params.position("ledger");
    params.finish()?;
    let rows = ctx
        .run(move |tx, ctx| {
            tiers::settle(tx, &ctx.scene, &member.id)?;
            Ok(ledger::entries(tx, &member.id, kind, before, limit + 1)?)
        })
        .await?;
    Ok(Json(page("ledger", rows, limit, |entry| entry.seq.to_string(), |entry| entry_view(&ctx, entry))))
}

pub(crate) async fn summary(ctx: Ctx, member: Member, mut params: Params) -> Result<Json<Value>, Problem> {
    let months = params.number("months", 1, 24).and_then(|months| i32::try_from(months).ok()).unwrap_or(12);
    params.finish()?;
    let zone = ctx.scene.zone();
    let today = local_date(ctx.now(), zone);
    let from = month_start(add_months(today, 1 - months), zone);
    let (movements, counts) = ctx
        .run(move |tx, ctx| {
            tiers::settle(tx, &ctx.scene, &member.id)?;
            Ok((ledger::movements(tx, &member.id, from)?, ledger::counts(tx, &member.id)?))
        })
        .await?;
    // Every month has a row, also one in which nothing moved.
    let mut sums: BTreeMap<String, [i64; 5]> = BTreeMap::new();
    for back in 0..months {
        sums.insert(add_months(today, -back).format("%Y-%m").to_string(), [0; 5]);
    }
    for (kind, amount, at) in movements {
        let month = local_date(at, zone).format("%Y-%m").to_string();
        let column = TYPES.iter().position(|name| *name == kind);
        if let (Some(row), Some(column)) = (sums.get_mut(&month), column) {
            row[column] += amount;
        }
    }
    let month = |(month, [earn, spend, expire, refund, adjust]): (&String, &[i64; 5])| {
        json!({
            "month": month, "earned": earn, "spent": -spend, "expired": -expire, "refunded": refund, "adjusted": adjust,
        })
    };
    let mut by_type: Map<String, Value> = TYPES.iter().map(|name| ((*name).to_owned(), json!(0))).collect();
    let all: i64 = counts.iter().map(|(_, count)| count).sum();
    by_type.insert("all".into(), all.into());
    by_type.extend(counts.into_iter().map(|(kind, count)| (kind, count.into())));
    Ok(Json(json!({"months": sums.iter().map(month).collect::<Vec<_>>(), "counts": by_type})))
}

pub(crate) async fn earning_rules(ctx: Ctx, _: Member) -> Json<Value> {
    let view = |rule: &EarningRule| {
        let mut map = fields(json!({
            "id": rule.id,
            "title": ctx.say(&rule.title),
            "description": ctx.say(&rule.description),
            "kind": rule.kind,
        }));
        put(&mut map, "points", rule.points);
        put(&mut map, "per_amount", rule.per_amount.map(|amount| money(&ctx, amount)));
        put(&mut map, "multiplier_permille", rule.multiplier_permille);
        let from = rule.from_days.map(|days| ctx.scene.opening(days));
        let until = rule.until_days.map(|days| ctx.scene.closing(days));
        put(&mut map, "window", window(from, until));
        put(
            &mut map,
            "cap",
            rule.cap.as_ref().map(|cap| json!({"points": cap.points, "period": cap.period})),
        );
        Value::Object(map)
    };
    Json(json!({"data": ctx.programme().earning_rules.iter().map(view).collect::<Vec<_>>()}))
}

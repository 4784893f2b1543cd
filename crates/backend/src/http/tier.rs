//! `GET /me/tier` and `GET /tiers`.

use super::context::{Ctx, Member};
use super::views::{fields, image, put, tier_ref, time};
use crate::clock::{DAY, Millis, rfc3339};
use crate::problem::Problem;
use crate::programme::{Benefit, Tier, benefit_picture_id};
use crate::rules::tier::{Activity, Threshold, met};
use crate::store::tiers::{self, Settled};
use axum::Json;
use rusqlite::Connection;
use serde_json::{Value, json};

/// From so many days before the end of the period a member who would fall is warned.
const WARNING_DAYS: i64 = 30;

fn requirements(thresholds: &[Threshold], done: &Activity, by: Option<Millis>) -> Vec<Value> {
    let view = |threshold: &Threshold| {
        let mut map = fields(json!({
            "basis": threshold.basis.name(),
            "unit": threshold.basis.unit(),
            "current": done.of(threshold.basis),
            "required": threshold.required,
        }));
        put(&mut map, "by", by.map(rfc3339));
        Value::Object(map)
    };
    thresholds.iter().map(view).collect()
}

/// The tier of a member who is settled.
pub(crate) fn view(db: &Connection, ctx: &Ctx, member: &str, settled: &Settled) -> Result<Value, Problem> {
    let standing = settled.standing;
    let programme = ctx.programme();
    let tier = &programme.tiers[standing.level];
    let mut current = fields(tier_ref(ctx, tier));
    current.insert("since".into(), time(Some(standing.since)));
    put(&mut current, "expires_at", standing.period_end.map(rfc3339));
    let mut map = fields(json!({
        "current": current,
        "risks": [],
        "benefits": tier.benefits.iter().map(|benefit| benefit_view(ctx, tier, benefit)).collect::<Vec<_>>(),
        "as_of": rfc3339(ctx.now()),
    }));
    if let Some(next) = programme.tiers.get(standing.level + 1) {
        let next = json!({
            "tier": tier_ref(ctx, next),
            "match": next.matching.name(),
            "requirements": requirements(&next.thresholds, &settled.window, None),
        });
        map.insert("next".into(), next);
    }
    if let Some(end) = standing.period_end.filter(|_| !tier.retain.is_empty()) {
        let done = tiers::activity(db, member, standing.period_start, ctx.now())?;
        let retain = json!({
            "by": rfc3339(end),
            "match": tier.matching.name(),
            "requirements": requirements(&tier.retain, &done, Some(end)),
        });
        map.insert("retain".into(), retain);
        let lower = standing.level.checked_sub(1).and_then(|level| programme.tiers.get(level));
        if let Some(lower) = lower.filter(|_| end - ctx.now() <= WARNING_DAYS * DAY)
            && !met(tier.matching, &tier.retain, &done)
        {
            let risk = json!({"kind": "downgrade", "at": rfc3339(end), "to": tier_ref(ctx, lower)});
            map.insert("risks".into(), json!([risk]));
        }
    }
    Ok(Value::Object(map))
}

fn benefit_view(ctx: &Ctx, tier: &Tier, benefit: &Benefit) -> Value {
    let mut map = fields(json!({
        "id": benefit.id,
        "title": ctx.say(&benefit.title),
        "description": ctx.say(&benefit.description),
        "kind": benefit.kind,
        "how_to_use": ctx.say(&benefit.how_to_use),
        "status": benefit.status,
    }));
    let picture = benefit
        .picture
        .as_ref()
        .map(|_| image(ctx, "benefits", &benefit_picture_id(tier, benefit), &benefit.title));
    put(&mut map, "image", picture);
    Value::Object(map)
}

pub(crate) async fn mine(ctx: Ctx, member: Member) -> Result<Json<Value>, Problem> {
    ctx.read(move |tx, ctx| view(tx, ctx, &member.id, &tiers::settle(tx, &ctx.scene, &member.id)?))
        .await
        .map(Json)
}

pub(crate) async fn list(ctx: Ctx, _: Member) -> Json<Value> {
    let thresholds = |list: &[Threshold]| -> Vec<Value> {
        list.iter()
            .map(|t| json!({"basis": t.basis.name(), "unit": t.basis.unit(), "required": t.required}))
            .collect()
    };
    let view = |tier: &Tier| {
        let benefit =
            |b: &Benefit| json!({"id": b.id, "title": ctx.say(&b.title), "value": ctx.say(&b.value)});
        let mut map = fields(tier_ref(&ctx, tier));
        map.extend(fields(json!({
            "match": tier.matching.name(),
            "thresholds": thresholds(&tier.thresholds),
            "retain_thresholds": thresholds(&tier.retain),
            "multiplier_permille": tier.multiplier_permille,
            "benefits": tier.benefits.iter().map(benefit).collect::<Vec<_>>(),
        })));
        Value::Object(map)
    };
    Json(json!({"data": ctx.programme().tiers.iter().map(view).collect::<Vec<_>>()}))
}

//! The catalogue as one member sees it.

use super::context::{Ctx, Member, PathParams};
use super::query::{Params, page};
use super::views::{fields, image, money, put, tier_ref, window};
use crate::catalogue::{self, Shopper, stores_label};
use crate::problem::Problem;
use crate::programme::Reward;
use crate::store::tiers;
use axum::Json;
use serde_json::{Value, json};
use std::cmp::Reverse;

const SORTS: &[&str] = &["recommended", "cost_asc", "cost_desc", "newest"];

/// A reward with what this member may do about it.
pub(crate) fn view(ctx: &Ctx, shopper: &Shopper, reward: &Reward) -> Value {
    let programme = ctx.programme();
    let reasons = shopper.reasons(&ctx.scene, reward, 1);
    let mut eligibility = fields(json!({
        "status": if reasons.is_empty() { "eligible" } else { "ineligible" },
        "reasons": reasons
            .iter()
            .map(|reason| json!({"code": reason.code.name(), "detail": ctx.say(&reason.detail)}))
            .collect::<Vec<_>>(),
    }));
    put(&mut eligibility, "shortfall", shopper.shortfall(reward, 1));
    let mut map = fields(json!({
        "id": reward.id,
        "title": ctx.say(&reward.title),
        "subtitle": ctx.say(&reward.subtitle),
        "description": ctx.say(&reward.description),
        "category_id": reward.category,
        "kind": reward.kind,
        "images": [image(ctx, "rewards", &reward.id, &reward.title)],
        "cost_points": reward.cost_points,
        "stores": {
            "scope": if reward.stores.is_some() { "some" } else { "all" },
            "ids": reward.stores.as_deref().unwrap_or_default(),
            "label": stores_label(&ctx.scene, reward, ctx.locale),
        },
        "terms": programme.terms(&reward.terms, ctx.locale),
        "voucher_valid_days": reward.voucher_valid_days,
        "cancellable_hours": reward.cancellable_hours,
        "eligibility": eligibility,
    }));
    put(&mut map, "cost_money", reward.cost_money.map(|amount| money(ctx, amount)));
    put(&mut map, "list_cost_points", reward.list_cost_points);
    if let (Some(stock), Some(remaining)) = (&reward.stock, shopper.remaining(reward)) {
        map.insert("stock".into(), json!({"remaining": remaining, "total": stock.total}));
    }
    let (from, until) = catalogue::window(&ctx.scene, reward);
    put(&mut map, "window", window(from, until));
    let min_tier = reward.min_tier.as_deref().and_then(|id| programme.tier_index(id));
    put(&mut map, "min_tier", min_tier.map(|index| tier_ref(ctx, &programme.tiers[index])));
    if let Some(limit) = &reward.limit {
        let used = shopper.used(reward);
        map.insert(
            "per_member_limit".into(),
            json!({"max": limit.max, "used": used, "period": limit.period}),
        );
    }
    Value::Object(map)
}

/// The member's position towards the catalogue, as of now.
pub(crate) async fn shopper(ctx: &Ctx, member: Member) -> Result<Shopper, Problem> {
    ctx.run(move |tx, ctx| {
        tiers::settle(tx, &ctx.scene, &member.id)?;
        Ok(Shopper::load(tx, &ctx.scene, &member.id)?)
    })
    .await
}

pub(crate) async fn categories(ctx: Ctx, member: Member) -> Result<Json<Value>, Problem> {
    let shopper = shopper(&ctx, member).await?;
    let view = |category: &crate::programme::Category| {
        let rewards = || ctx.programme().rewards.iter().filter(|reward| reward.category == category.id);
        json!({
            "id": category.id,
            "name": ctx.say(&category.name),
            "count": rewards().count(),
            "affordable_count": rewards().filter(|reward| shopper.eligible(&ctx.scene, reward)).count(),
        })
    };
    Ok(Json(json!({"data": ctx.programme().categories.iter().map(view).collect::<Vec<_>>()})))
}

pub(crate) async fn list(ctx: Ctx, member: Member, mut params: Params) -> Result<Json<Value>, Problem> {
    let category = params.take("category", |value| super::body::identifier(&value.into()));
    let affordable = params.word("affordable", &["true", "false"]) == Some("true");
    let needle = params.take("q", |value| {
        let fits = value.chars().count() <= 100 && !value.contains('\0');
        fits.then(|| value.trim().to_lowercase())
    });
    let sort = params.word("sort", SORTS).unwrap_or("recommended");
    let limit = params.limit();
    let after = params.cursor("rewards");
    params.finish()?;
    let shopper = shopper(&ctx, member).await?;
    let wanted = |reward: &&Reward| {
        category.as_ref().is_none_or(|id| *id == reward.category)
            && needle.as_ref().is_none_or(|q| {
                [&reward.title, &reward.subtitle, &reward.description].iter().any(|text| text.contains(q))
            })
            && (!affordable || shopper.eligible(&ctx.scene, reward))
    };
    let mut rows: Vec<&Reward> = ctx.programme().rewards.iter().filter(wanted).collect();
    match sort {
        "cost_asc" => rows.sort_by_key(|reward| reward.cost_points),
        "cost_desc" => rows.sort_by_key(|reward| Reverse(reward.cost_points)),
        "newest" => rows.sort_by_key(|reward| Reverse(reward.from_days.unwrap_or(i64::MIN))),
        _ => {}
    }
    let total = rows.len();
    // A reward that is no longer on the list has no place on it: the list is then at its end.
    let start =
        after.map_or(0, |id| rows.iter().position(|reward| reward.id == id).map_or(total, |at| at + 1));
    let rows: Vec<&Reward> = rows.into_iter().skip(start).take(limit + 1).collect();
    let mut page =
        page("rewards", rows, limit, |reward| reward.id.clone(), |reward| view(&ctx, &shopper, reward));
    page["total"] = total.into();
    Ok(Json(page))
}

pub(crate) async fn get(ctx: Ctx, member: Member, path: PathParams) -> Result<Json<Value>, Problem> {
    let shopper = shopper(&ctx, member).await?;
    let reward = ctx.programme().reward(&path.get("reward_id")).ok_or_else(Problem::not_found)?;
    Ok(Json(view(&ctx, &shopper, reward)))
}

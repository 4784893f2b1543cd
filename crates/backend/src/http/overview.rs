//! `GET /me/overview`: what the home screen needs, in one round trip.

use super::context::{Claim, Ctx};
use super::surveys::Past;
use super::{me, points, rewards, survey_offers, surveys, tier};
use crate::catalogue::{Obstacle, Shopper};
use crate::problem::Problem;
use crate::programme::Reward;
use crate::store::tiers;
use axum::Json;
use serde_json::{Value, json};

const SHOWN: usize = 3;

pub(crate) async fn get(ctx: Ctx, claim: Claim) -> Result<Json<Value>, Problem> {
    let body = ctx
        .read(move |tx, ctx| {
            let member = claim.member(tx, ctx)?;
            let settled = tiers::settle(tx, &ctx.scene, &member.id)?;
            let shopper = Shopper::load(tx, &ctx.scene, &member.id, &settled)?;
            let past = Past::load(tx, &member.id)?;
            let all = &ctx.programme().rewards;
            let mut shown: Vec<&Reward> = all.iter().filter(|r| shopper.eligible(&ctx.scene, r)).collect();
            let total = shown.len();
            if shown.is_empty() {
                // Something to look forward to: what only points stand between, the cheapest first.
                let only_points = |reward: &&Reward| {
                    matches!(shopper.obstacles(&ctx.scene, reward, 1).as_slice(), [Obstacle::Points(_)])
                };
                shown = all.iter().filter(only_points).collect();
                shown.sort_by_key(|reward| reward.cost_points);
            }
            shown.truncate(SHOWN);
            let mut body = json!({
                "me": me::view(tx, &member.id)?,
                "tier": tier::view(tx, ctx, &member.id, &settled)?,
                "points": points::view(tx, ctx, &member.id, &settled)?,
                "rewards": {
                    "data": shown.iter().map(|r| rewards::view(ctx, &shopper, r)).collect::<Vec<_>>(),
                    "total": total,
                },
                "surveys": {"data": surveys::most_urgent(&past, ctx).into_iter().collect::<Vec<_>>()},
            });
            if ctx.app.has(survey_offers::FEATURE) {
                body["survey_offer_due"] = survey_offers::is_due(tx, &past, ctx, &member.id)?.into();
            }
            Ok(body)
        })
        .await?;
    Ok(Json(body))
}

#[cfg(test)]
mod tests;

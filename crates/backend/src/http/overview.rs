//! `GET /me/overview`: what the home screen needs, in one round trip.

use super::context::{Ctx, Member};
use super::{me, points, rewards, survey_offers, surveys, tier};
use crate::catalogue::{Obstacle, Shopper};
use crate::problem::Problem;
use crate::programme::Reward;
use axum::Json;
use serde_json::{Value, json};

const SHOWN: usize = 3;

pub(crate) async fn get(ctx: Ctx, member: Member) -> Result<Json<Value>, Problem> {
    let body = ctx
        .run(move |tx, ctx| {
            let tier = tier::view(tx, ctx, &member.id)?;
            let shopper = Shopper::load(tx, &ctx.scene, &member.id)?;
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
                "tier": tier,
                "points": points::view(tx, ctx, &member.id)?,
                "rewards": {
                    "data": shown.iter().map(|r| rewards::view(ctx, &shopper, r)).collect::<Vec<_>>(),
                    "total": total,
                },
                "surveys": {"data": surveys::most_urgent(tx, ctx, &member.id)?.into_iter().collect::<Vec<_>>()},
            });
            if ctx.app.has(survey_offers::FEATURE) {
                body["survey_offer_due"] = survey_offers::is_due(tx, ctx, &member.id)?.into();
            }
            Ok(body)
        })
        .await?;
    Ok(Json(body))
}

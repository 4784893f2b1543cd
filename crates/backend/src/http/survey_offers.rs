//! Offering a survey about what just happened, once (decision 13).

use super::body::{Fields, JsonBody, identifier};
use super::context::{Ctx, Writer};
use super::once::{Key, once};
use super::surveys::{Past, opens, summary};
use super::views::{fields, put};
use crate::clock::rfc3339;
use crate::ids;
use crate::problem::Problem;
use crate::programme::Survey;
use crate::rules::occasions::{self, Candidate, FRESH, Kind};
use crate::store::offers::{self, Occasion};
use crate::store::{redemptions, tiers};
use axum::response::Response;
use rusqlite::Connection;
use serde_json::{Value, json};

pub(crate) const FEATURE: &str = "survey-offers";

/// The surveys that can be offered to the member at all.
fn candidates<'a>(past: &Past, ctx: &'a Ctx) -> Vec<(&'a Survey, Candidate<'a>)> {
    let mut found = Vec::new();
    for survey in &ctx.programme().surveys {
        let Some(occasion) = &survey.occasion else { continue };
        if opens(ctx, survey) && !past.is_answered(survey) {
            let category = occasion.category.as_deref();
            found.push((survey, Candidate { kind: occasion.kind, category }));
        }
    }
    found
}

/// What is to be offered next, about anything or about one redemption only.
fn next<'a>(
    db: &Connection,
    past: &Past,
    ctx: &'a Ctx,
    member: &str,
    redemption: Option<&str>,
) -> Result<Option<(Occasion, &'a Survey)>, Problem> {
    let (surveys, candidates): (Vec<_>, Vec<_>) = candidates(past, ctx).into_iter().unzip();
    if surveys.is_empty() {
        return Ok(None);
    }
    let mut open = offers::open(db, member, ctx.now() - FRESH)?;
    open.retain(|one| redemption.is_none_or(|id| one.kind == Kind::Redemption && one.id == id));
    let category = |one: &Occasion| {
        let reward = ctx.programme().reward(one.reward_id.as_deref()?)?;
        Some(reward.category.as_str())
    };
    let known: Vec<_> = open
        .iter()
        .map(|one| occasions::Occasion { kind: one.kind, at: one.at, category: category(one) })
        .collect();
    let due = occasions::due(&known, &candidates, past.offered.after_visit, ctx.now());
    Ok(due.and_then(|(occasion, survey)| Some((open.get(occasion)?.clone(), *surveys.get(survey)?))))
}

/// Whether there is something to offer; the member has been settled before.
pub(crate) fn is_due(db: &Connection, past: &Past, ctx: &Ctx, member: &str) -> Result<bool, Problem> {
    Ok(next(db, past, ctx, member, None)?.is_some())
}

fn title<'a>(ctx: &'a Ctx, occasion: &'a Occasion) -> &'a str {
    let reward = occasion.reward_id.as_deref();
    let named = reward.and_then(|id| ctx.programme().reward(id)).map(|reward| &reward.title);
    match named.or(occasion.title.as_ref()) {
        Some(title) => ctx.say(title),
        // A redemption outlives its reward.
        None => reward.unwrap_or_default(),
    }
}

fn view(
    db: &Connection,
    ctx: &Ctx,
    member: &str,
    occasion: &Occasion,
    survey: &Survey,
) -> Result<Value, Problem> {
    let mut about = fields(json!({
        "type": occasion.kind.name(),
        "at": rfc3339(occasion.at),
        "title": title(ctx, occasion),
    }));
    let store = occasion.store_id.as_deref().and_then(|id| ctx.programme().store(id));
    put(&mut about, "store_name", store.map(|store| ctx.say(&store.name)));
    Ok(json!({
        "id": ids::stable(&["offer", member, occasion.kind.name(), &occasion.id]),
        "occasion": about,
        "survey": summary(&Past::load(db, member)?, ctx, survey),
    }))
}

/// Takes the next offer and uses its occasion up.
fn take(db: &Connection, ctx: &Ctx, member: &str, redemption: Option<&str>) -> Result<Value, Problem> {
    tiers::settle(db, &ctx.scene, member)?;
    if let Some(id) = redemption {
        redemptions::get(db, member, id)?.ok_or_else(Problem::not_found)?;
    }
    let past = Past::load(db, member)?;
    let Some((occasion, survey)) = next(db, &past, ctx, member, redemption)? else {
        return Ok(json!({"offer": null}));
    };
    offers::take(db, member, &occasion, Some(&survey.id), ctx.now())?;
    Ok(json!({"offer": view(db, ctx, member, &occasion, survey)?}))
}

pub(crate) async fn create(
    ctx: Ctx,
    Writer(member): Writer,
    key: Key,
    body: JsonBody,
) -> Result<Response, Problem> {
    ctx.needs(FEATURE)?;
    let mut fields = Fields::new(body.0);
    let redemption = fields.optional("redemption_id", identifier);
    fields.finish(Some(()))?;
    let about = redemption.as_deref().unwrap_or_default();
    let fingerprint = ids::digest(&[b"survey-offer", about.as_bytes()]);
    let owner = member.id.clone();
    once(&ctx, &member, key, fingerprint, 200, move |tx, ctx| take(tx, ctx, &owner, redemption.as_deref()))
        .await
}

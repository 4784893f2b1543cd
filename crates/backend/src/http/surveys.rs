//! Surveys: the list, the definition, the answers.

use super::body::{Fields, JsonBody, depth, has_nul, integer, invalid, is_contract_uuid, one_of};
use super::context::{Ctx, Member, PathParams, Writer};
use super::views::{fields, image, put, window};
use crate::clock::{Millis, rfc3339};
use crate::problem::{Code, Problem};
use crate::programme::Survey;
use crate::store::ledger::{self, Cause};
use crate::store::surveys::{self, Response};
use crate::store::tiers;
use axum::Json;
use rusqlite::Connection;
use serde_json::{Value, json};

/// Surveys opened so many days before the seed file's time.
const OPENED_DAYS: i64 = -30;
const MAX_DEPTH: usize = 8;
const MAX_ANSWERS: usize = 200;

fn span(ctx: &Ctx, survey: &Survey) -> (Millis, Millis) {
    (ctx.scene.opening(OPENED_DAYS), ctx.scene.closing(survey.until_days))
}

fn is_open(ctx: &Ctx, survey: &Survey) -> bool {
    let (from, until) = span(ctx, survey);
    (from..=until).contains(&ctx.now())
}

/// How many questions a SurveyJS definition asks, also within panels.
fn questions(definition: &Value) -> usize {
    let within = |name: &str| {
        definition.get(name).and_then(Value::as_array).map_or(0, |list| list.iter().map(questions).sum())
    };
    let silent = ["html", "image", "panel"];
    let asks = definition.get("type").and_then(Value::as_str).is_some_and(|kind| !silent.contains(&kind));
    usize::from(asks) + within("pages") + within("elements")
}

fn summary(db: &Connection, ctx: &Ctx, member: &str, survey: &Survey) -> Result<Value, Problem> {
    let response = surveys::get(db, member, &survey.id)?;
    let (from, until) = span(ctx, survey);
    let status = match &response {
        Some(response) if response.submitted => "submitted",
        Some(_) => "draft",
        None => "open",
    };
    let mut map = fields(json!({
        "id": survey.id,
        "title": ctx.say(&survey.title),
        "description": ctx.say(&survey.description),
        "reward_points": survey.reward_points,
        "minutes": survey.minutes,
        "question_count": questions(&survey.definition),
        "window": window(Some(from), Some(until)),
        "status": status,
        "image": image(ctx, "surveys", &survey.id, &survey.title),
    }));
    if let Some(response) = response.filter(|response| response.submitted) {
        put(&mut map, "submitted_at", response.submitted_at.map(rfc3339));
        put(&mut map, "points_awarded", Some(response.points_awarded));
    }
    Ok(Value::Object(map))
}

/// The surveys to show: what can be answered, and what was.
pub(crate) fn views(db: &Connection, ctx: &Ctx, member: &str) -> Result<Vec<Value>, Problem> {
    let mut list = Vec::new();
    for survey in &ctx.programme().surveys {
        let answered = surveys::get(db, member, &survey.id)?.is_some_and(|response| response.submitted);
        if answered || is_open(ctx, survey) {
            list.push(summary(db, ctx, member, survey)?);
        }
    }
    Ok(list)
}

/// The survey that can be answered and closes first.
pub(crate) fn most_urgent(db: &Connection, ctx: &Ctx, member: &str) -> Result<Option<Value>, Problem> {
    let mut open = Vec::new();
    for survey in ctx.programme().surveys.iter().filter(|survey| is_open(ctx, survey)) {
        if !surveys::get(db, member, &survey.id)?.is_some_and(|response| response.submitted) {
            open.push(survey);
        }
    }
    open.sort_by_key(|survey| survey.until_days);
    open.first().map(|survey| summary(db, ctx, member, survey)).transpose()
}

pub(crate) async fn mine(ctx: Ctx, member: Member) -> Result<Json<Value>, Problem> {
    let data = ctx.run(move |tx, ctx| views(tx, ctx, &member.id)).await?;
    Ok(Json(json!({"data": data})))
}

pub(crate) async fn get(ctx: Ctx, member: Member, path: PathParams) -> Result<Json<Value>, Problem> {
    let id = path.get("survey_id");
    let survey = ctx.programme().survey(&id).ok_or_else(Problem::not_found)?;
    let (from, until) = span(&ctx, survey);
    let mut map = fields(json!({
        "id": survey.id,
        "title": ctx.say(&survey.title),
        "description": ctx.say(&survey.description),
        "revision": survey.revision,
        "reward_points": survey.reward_points,
        "minutes": survey.minutes,
        "window": window(Some(from), Some(until)),
        "definition": survey.definition,
    }));
    let response = ctx.run(move |tx, _| Ok(surveys::get(tx, &member.id, &id)?)).await?;
    if let Some(response) = response {
        let answers: Value = serde_json::from_str(&response.answers)?;
        let saved = json!({
            "client_uuid": response.client_uuid,
            "state": if response.submitted { "submitted" } else { "draft" },
            "revision": response.revision,
            "answers": answers,
        });
        map.insert("response".into(), saved);
    }
    Ok(Json(Value::Object(map)))
}

fn answers(value: &Value) -> Option<String> {
    let fits = value.as_object().is_some_and(|map| map.len() <= MAX_ANSWERS);
    (fits && depth(value) <= MAX_DEPTH && !has_nul(value)).then(|| value.to_string())
}

pub(crate) async fn answer(
    ctx: Ctx,
    Writer(member): Writer,
    path: PathParams,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, Problem> {
    let id = path.get("survey_id");
    let client_uuid = path.get("client_uuid");
    let mut input = Fields::new(body);
    if !is_contract_uuid(&client_uuid) {
        input.refuse("client_uuid", invalid());
    }
    let revision = input.required("revision", integer(1..=1_000_000));
    let state = input.required("state", one_of(&["draft", "submitted"]));
    let given = input.required("answers", answers);
    let read = revision.zip(state).zip(given);
    let ((revision, state), answers) = input.finish(read)?;
    let response = Response {
        client_uuid,
        revision,
        submitted: state == "submitted",
        answers,
        submitted_at: None,
        points_awarded: 0,
        balance_after: None,
    };
    ctx.run(move |tx, ctx| save(tx, ctx, &member.id, &id, response)).await.map(Json)
}

fn save(
    db: &Connection,
    ctx: &Ctx,
    member: &str,
    id: &str,
    mut response: Response,
) -> Result<Value, Problem> {
    let survey = ctx.programme().survey(id).ok_or_else(Problem::not_found)?;
    tiers::settle(db, &ctx.scene, member)?;
    if let Some(stored) = surveys::get(db, member, id)?.filter(|stored| stored.submitted) {
        // What was submitted stays as it is; a repeat by the same client only gets the answer again.
        if stored.client_uuid == response.client_uuid {
            return saved(db, member, &stored);
        }
        return Err(Problem::new(Code::AlreadySubmitted));
    }
    if response.revision != survey.revision {
        return Err(Problem::new(Code::RevisionConflict).extra("current_revision", survey.revision));
    }
    if !is_open(ctx, survey) {
        return Err(Problem::new(Code::NotInWindow));
    }
    if response.submitted {
        response.submitted_at = Some(ctx.now());
        response.points_awarded = survey.reward_points;
        if survey.reward_points > 0 {
            let cause = Cause {
                reason: "survey",
                kind: "survey",
                id: Some(&survey.id),
                title: Some(&survey.title),
                store: None,
            };
            let balance = ledger::earn(db, &ctx.scene, member, survey.reward_points, None, &cause)?;
            response.balance_after = Some(balance);
        }
    }
    surveys::put(db, member, id, &response, ctx.now())?;
    tiers::settle(db, &ctx.scene, member)?;
    saved(db, member, &response)
}

fn saved(db: &Connection, member: &str, response: &Response) -> Result<Value, Problem> {
    let balance = match response.balance_after {
        Some(balance) => balance,
        None => ledger::buckets(db, member)?.balance(),
    };
    let mut map = fields(json!({
        "client_uuid": response.client_uuid,
        "state": if response.submitted { "submitted" } else { "draft" },
        "revision": response.revision,
        "points_awarded": response.points_awarded,
        "balance_after": balance,
    }));
    put(&mut map, "submitted_at", response.submitted_at.map(rfc3339));
    Ok(Value::Object(map))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_counted_through_pages_and_panels() {
        let definition = json!({"pages": [
            {"elements": [{"type": "rating"}, {"type": "panel", "elements": [{"type": "text"}, {"type": "html"}]}]},
            {"elements": [{"type": "comment"}]},
        ]});
        assert_eq!(questions(&definition), 3);
    }

    #[test]
    fn answers_are_objects_of_a_sane_size() {
        assert!(answers(&json!({})).is_some());
        assert!(answers(&json!([])).is_none());
        assert!(answers(&json!({"a": "\0"})).is_none());
        let deep = |levels: usize| (1..levels).fold(json!({}), |inner, _| json!({"a": inner}));
        assert!(answers(&deep(8)).is_some());
        assert!(answers(&deep(9)).is_none());
    }
}

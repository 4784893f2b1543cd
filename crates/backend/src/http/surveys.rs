//! Surveys: the list, the definition, the answers.

use super::body::{Fields, JsonBody, depth, has_nul, integer, invalid, is_contract_uuid, one_of};
use super::context::{Ctx, Member, PathParams, Writer};
use super::views::{fields, image, put, window};
use crate::clock::{Millis, rfc3339};
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::programme::Survey;
use crate::scene::Scene;
use crate::store::ledger::{self, Cause};
use crate::store::offers::Offered;
use crate::store::surveys::{self, Progress, Response};
use crate::store::tiers;
use axum::Json;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Surveys opened so many days before the seed file's time.
const OPENED_DAYS: i64 = -30;
/// A survey that was offered can be answered until the end of the day so many days after.
const OFFERED_DAYS: i64 = 7;
const MAX_DEPTH: usize = 8;
const MAX_ANSWERS: usize = 1000;
/// Bodies with answers are at most this long.
const ANSWERS_LIMIT: usize = 256 * 1024;

fn general_span(ctx: &Ctx, survey: &Survey) -> (Millis, Millis) {
    (ctx.scene.opening(OPENED_DAYS), ctx.scene.closing(survey.until_days))
}

/// What a member did about surveys so far.
pub(crate) struct Past {
    progress: HashMap<String, Progress>,
    pub(crate) offered: Offered,
}

impl Past {
    pub(crate) fn load(db: &Connection, member: &str) -> rusqlite::Result<Self> {
        Ok(Self { progress: surveys::progress(db, member)?, offered: Offered::load(db, member)? })
    }

    /// Whether the member has submitted answers to a survey.
    pub(crate) fn is_answered(&self, survey: &Survey) -> bool {
        self.progress.get(&survey.id).is_some_and(|progress| progress.submitted)
    }

    /// From when until when the member can answer; none for a survey that is still to be offered.
    fn span(&self, ctx: &Ctx, survey: &Survey) -> Option<(Millis, Millis)> {
        let (from, until) = general_span(ctx, survey);
        if survey.occasion.is_none() {
            return Some((from, until));
        }
        let end = |at: Millis| Scene { now: at, ..ctx.scene.clone() }.end_of_day_in(OFFERED_DAYS);
        self.offered.at(&survey.id).map(|at| (at, until.min(end(at))))
    }
}

/// Whether a survey can be answered by anybody now.
pub(crate) fn opens(ctx: &Ctx, survey: &Survey) -> bool {
    let (from, until) = general_span(ctx, survey);
    (from..=until).contains(&ctx.now())
}

/// How many questions a SurveyJS definition asks, also within panels.
fn questions(definition: &Value) -> usize {
    let within = |name: &str| {
        definition.get(name).and_then(Value::as_array).map_or(0, |list| list.iter().map(questions).sum())
    };
    let silent = ["expression", "html", "image", "panel"];
    let asks = definition.get("type").and_then(Value::as_str).is_some_and(|kind| !silent.contains(&kind));
    usize::from(asks) + within("pages") + within("elements")
}

pub(crate) fn summary(past: &Past, ctx: &Ctx, survey: &Survey) -> Value {
    let progress = past.progress.get(&survey.id);
    let (from, until) = past.span(ctx, survey).unwrap_or_else(|| general_span(ctx, survey));
    let status = match progress {
        Some(progress) if progress.submitted => "submitted",
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
    if let Some(progress) = progress.filter(|progress| progress.submitted) {
        put(&mut map, "submitted_at", progress.submitted_at.map(rfc3339));
        put(&mut map, "points_awarded", Some(progress.points_awarded));
    }
    Value::Object(map)
}

/// The surveys to show: what can be answered and what was, the soonest deadline first.
fn shown<'a>(past: &Past, ctx: &'a Ctx) -> Vec<&'a Survey> {
    let mut list = Vec::new();
    for survey in &ctx.programme().surveys {
        let Some((from, until)) = past.span(ctx, survey) else { continue };
        if past.is_answered(survey) || (from..=until).contains(&ctx.now()) {
            list.push((until, survey));
        }
    }
    list.sort_by_key(|(until, _)| *until);
    list.into_iter().map(|(_, survey)| survey).collect()
}

/// The survey that can be answered and closes first.
pub(crate) fn most_urgent(past: &Past, ctx: &Ctx) -> Option<Value> {
    let open = shown(past, ctx).into_iter().find(|survey| !past.is_answered(survey));
    open.map(|survey| summary(past, ctx, survey))
}

pub(crate) async fn mine(ctx: Ctx, member: Member) -> Result<Json<Value>, Problem> {
    let past = ctx.read(move |tx, _| Ok(Past::load(tx, &member.id)?)).await?;
    let data: Vec<Value> =
        shown(&past, &ctx).into_iter().map(|survey| summary(&past, &ctx, survey)).collect();
    Ok(Json(json!({"data": data})))
}

pub(crate) async fn get(ctx: Ctx, member: Member, path: PathParams) -> Result<Json<Value>, Problem> {
    let id = path.get("survey_id");
    let survey = ctx.programme().survey(&id).ok_or_else(Problem::not_found)?;
    let (span, response) = ctx
        .run(move |tx, ctx| {
            let survey = ctx.programme().survey(&id).ok_or_else(Problem::not_found)?;
            Ok((Past::load(tx, &member.id)?.span(ctx, survey), surveys::get(tx, &member.id, &id)?))
        })
        .await?;
    let (from, until) = span.ok_or_else(Problem::not_found)?;
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
    if let Some(response) = response {
        map.insert("response".into(), stored(&response)?);
    }
    Ok(Json(Value::Object(map)))
}

fn state(response: &Response) -> &'static str {
    if response.submitted { "submitted" } else { "draft" }
}

/// What the backend has of the member's answers.
fn stored(response: &Response) -> Result<Value, Problem> {
    let answers: Value = serde_json::from_str(&response.answers)?;
    Ok(json!({
        "client_uuid": response.client_uuid,
        "state": state(response),
        "revision": response.revision,
        "version": response.version,
        "updated_at": rfc3339(response.updated_at),
        "answers": answers,
    }))
}

fn answers(value: &Value) -> Option<String> {
    let fits = value.as_object().is_some_and(|map| map.len() <= MAX_ANSWERS);
    (fits && depth(value) <= MAX_DEPTH && !has_nul(value)).then(|| value.to_string())
}

pub(crate) async fn answer(
    ctx: Ctx,
    Writer(member): Writer,
    path: PathParams,
    JsonBody(body): JsonBody<ANSWERS_LIMIT>,
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
    let base = input.optional("base", integer(0..=i64::from(u32::MAX)));
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
        version: 1,
        updated_at: ctx.now(),
    };
    ctx.run(move |tx, ctx| save(tx, ctx, &member.id, &id, base, response)).await.map(Json)
}

/// What a write does to the draft that is stored.
#[derive(Debug, PartialEq, Eq)]
enum Effect {
    /// Nothing: the very same was stored before.
    Repeats,
    /// It takes its place.
    Follows,
    /// It knew nothing of it, so one of the two would be lost.
    Conflicts,
}

/// Who tells no base vouches that nobody else writes under its `client_uuid`.
fn effect(draft: &Response, given: &Response, base: Option<i64>) -> Effect {
    let same_client = draft.client_uuid == given.client_uuid;
    if same_client
        && (draft.submitted, draft.revision, &draft.answers)
            == (given.submitted, given.revision, &given.answers)
    {
        return Effect::Repeats;
    }
    if base.map_or(same_client, |base| base == draft.version) { Effect::Follows } else { Effect::Conflicts }
}

fn draft_conflict(draft: &Response) -> Result<Problem, Problem> {
    let detail = Text::new(
        "这份问卷在别处填过，请选择留下哪一份。",
        "這份問卷在別處填過，請選擇留下哪一份。",
        "This survey was filled in elsewhere; please choose which answers to keep.",
    );
    Ok(Problem::new(Code::DraftConflict).detail(detail).extra("response", stored(draft)?))
}

fn save(
    db: &Connection,
    ctx: &Ctx,
    member: &str,
    id: &str,
    base: Option<i64>,
    mut response: Response,
) -> Result<Value, Problem> {
    let survey = ctx.programme().survey(id).ok_or_else(Problem::not_found)?;
    let (from, until) = Past::load(db, member)?.span(ctx, survey).ok_or_else(Problem::not_found)?;
    tiers::settle(db, &ctx.scene, member)?;
    let before = surveys::get(db, member, id)?;
    if let Some(stored) = before.as_ref().filter(|stored| stored.submitted) {
        // What was submitted stays as it is; a repeat by the same client only gets the answer again.
        if stored.client_uuid == response.client_uuid {
            return saved(db, member, stored);
        }
        return Err(Problem::new(Code::AlreadySubmitted));
    }
    if response.revision != survey.revision {
        return Err(Problem::new(Code::RevisionConflict).extra("current_revision", survey.revision));
    }
    if !(from..=until).contains(&ctx.now()) {
        return Err(Problem::new(Code::NotInWindow));
    }
    if let Some(draft) = before {
        match effect(&draft, &response, base) {
            Effect::Repeats => return saved(db, member, &draft),
            Effect::Follows => response.version = draft.version.saturating_add(1),
            Effect::Conflicts => return Err(draft_conflict(&draft)?),
        }
    }
    if response.submitted {
        response.submitted_at = Some(ctx.now());
        response.points_awarded = survey.reward_points;
        response.balance_after = Some(ledger::buckets(db, member)?.balance());
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
    surveys::put(db, member, id, &response)?;
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
        "state": state(response),
        "revision": response.revision,
        "version": response.version,
        "updated_at": rfc3339(response.updated_at),
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
    fn a_draft_gives_way_only_to_who_knew_it() {
        let draft = |client: &str, version: i64, answers: &str| Response {
            client_uuid: client.into(),
            revision: 1,
            submitted: false,
            answers: answers.into(),
            submitted_at: None,
            points_awarded: 0,
            balance_after: None,
            version,
            updated_at: 0,
        };
        let stored = draft("phone", 3, "{}");
        let more = |client| draft(client, 1, "{\"a\":1}");
        for (given, base, expected) in [
            (draft("phone", 1, "{}"), Some(2), Effect::Repeats),
            (more("phone"), None, Effect::Follows),
            (more("phone"), Some(3), Effect::Follows),
            (more("phone"), Some(2), Effect::Conflicts),
            (more("tablet"), None, Effect::Conflicts),
            (more("tablet"), Some(3), Effect::Follows),
            (more("tablet"), Some(0), Effect::Conflicts),
            (draft("tablet", 1, "{}"), None, Effect::Conflicts),
            (Response { submitted: true, ..draft("phone", 1, "{}") }, None, Effect::Follows),
            (Response { submitted: true, ..draft("phone", 1, "{}") }, Some(2), Effect::Conflicts),
        ] {
            assert_eq!(effect(&stored, &given, base), expected, "{given:?} {base:?}");
        }
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

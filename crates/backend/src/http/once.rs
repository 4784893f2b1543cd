//! Doing a thing once, however often it is asked for with the same `Idempotency-Key`.

use super::App;
use super::answer::json_text;
use super::body::{invalid, is_contract_uuid, missing};
use super::context::{Ctx, Member};
use crate::problem::{Code, Problem};
use crate::store::replay::{Answer, Known, look_up, remember};
use axum::extract::FromRequestParts;
use axum::http::header::CONTENT_LANGUAGE;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use rusqlite::Transaction;
use serde_json::Value;
use std::sync::Arc;

/// The key of a request that spends or creates.
pub(crate) struct Key(pub(crate) String);

impl FromRequestParts<Arc<App>> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Problem> {
        let wrong = |detail| Err(Problem::new(Code::Validation).error("Idempotency-Key", detail));
        match parts.headers.get("idempotency-key").map(|value| value.to_str().unwrap_or_default()) {
            None => wrong(missing()),
            Some(key) if is_contract_uuid(key) => Ok(Self(key.to_owned())),
            Some(_) => wrong(invalid()),
        }
    }
}

/// Runs `work` unless the key was used before. Then the same request gets the first answer (also when that was a refusal by a rule,
/// so that a repeat that arrives late can't do what the member was told did not happen), and another request is refused.
pub(crate) async fn once(
    ctx: &Ctx,
    member: &Member,
    key: Key,
    fingerprint: [u8; 32],
    status: u16,
    work: impl FnOnce(&Transaction<'_>, &Ctx) -> Result<Value, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    once_as(ctx, member, key, fingerprint, move |tx, ctx| Ok((status, work(tx, ctx)?))).await
}

/// As `once`, for work that chooses the status of its answer.
pub(crate) async fn once_as(
    ctx: &Ctx,
    member: &Member,
    key: Key,
    fingerprint: [u8; 32],
    work: impl FnOnce(&Transaction<'_>, &Ctx) -> Result<(u16, Value), Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let member = member.id.clone();
    let (answer, replayed) = ctx
        .run(move |tx, ctx| {
            match look_up(tx, &member, &key.0, &fingerprint)? {
                Known::Same(answer) => return Ok((answer, true)),
                Known::Other => return Err(Problem::new(Code::KeyReused)),
                Known::New => {}
            }
            let (status, body) = match work(tx, ctx) {
                Ok(answer) => answer,
                Err(problem) if problem.code().status() == 409 => {
                    (409, problem.document(ctx.locale, &ctx.path))
                }
                Err(problem) => return Err(problem),
            };
            let answer = Answer { status, body: body.to_string(), language: ctx.locale.tag().to_owned() };
            remember(tx, &member, &key.0, &fingerprint, &answer, ctx.now())?;
            Ok((answer, false))
        })
        .await?;
    let mut response = json_text(answer.status, answer.body);
    if let Ok(language) = HeaderValue::from_str(&answer.language) {
        response.headers_mut().insert(CONTENT_LANGUAGE, language);
    }
    if replayed {
        let name = HeaderName::from_static("idempotency-replayed");
        response.headers_mut().insert(name, HeaderValue::from_static("true"));
    }
    Ok(response)
}

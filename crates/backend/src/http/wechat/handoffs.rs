//! Handoffs: what a native page of the mini program does for the portal. A web-view hears nothing from the pages above it while it is open, so
//! the result goes by way of the backend.

use super::gateway;
use crate::clock::rfc3339;
use crate::http::body::{Fields, JsonBody, has_nul, one_of};
use crate::http::context::{Ctx, Member, PathParams, SameSite, Writer};
use crate::http::rate_limit::Act;
use crate::ids;
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::rules::wechat::{HANDOFF_LIFE, is_good};
use crate::store::wechat::{self, Handoff};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Characters of a result.
const LONGEST: usize = 512;

fn hash(id: &str) -> [u8; 32] {
    ids::digest(&[b"wechat handoff", id.as_bytes()])
}

fn view(id: &str, handoff: &Handoff) -> Value {
    json!({
        "id": id,
        "kind": handoff.kind,
        "status": handoff.status,
        "result": handoff.result,
        "expires_at": rfc3339(handoff.expires_at),
    })
}

pub(crate) async fn create(
    ctx: Ctx,
    Writer(member): Writer,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    gateway(&ctx)?;
    let mut fields = Fields::new(body);
    let kind = fields.required("kind", one_of(&["scan"]));
    let kind = fields.finish(kind)?;
    ctx.app.desk.count(Act::Handoff, &member.id)?;
    let id = ids::hex(&ids::entropy::<16>()?);
    let handoff = Handoff {
        member_id: member.id,
        kind: kind.to_owned(),
        status: "pending".to_owned(),
        result: None,
        expires_at: ctx.now() + HANDOFF_LIFE,
    };
    let body = view(&id, &handoff);
    ctx.run(move |tx, ctx| Ok(wechat::insert_handoff(tx, &hash(&id), &handoff, ctx.now())?)).await?;
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

pub(crate) async fn get(ctx: Ctx, member: Member, path: PathParams) -> Result<Json<Value>, Problem> {
    gateway(&ctx)?;
    let id = path.get("handoff_id");
    let hash = hash(&id);
    let found = ctx.run(move |tx, ctx| Ok(wechat::handoff(tx, &hash, ctx.now())?)).await?;
    let handoff = found.filter(|one| one.member_id == member.id).ok_or_else(Problem::not_found)?;
    Ok(Json(view(&id, &handoff)))
}

fn closed() -> Problem {
    Problem::new(Code::HandoffClosed).detail(Text::new(
        "这一步已经有结果了，请回到页面重新开始。",
        "這一步已經有結果了，請回到頁面重新開始。",
        "This step has a result already; please begin again on the page.",
    ))
}

pub(crate) async fn finish(
    ctx: Ctx,
    _: SameSite,
    path: PathParams,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    gateway(&ctx)?;
    let mut fields = Fields::new(body);
    let status = fields.required("status", one_of(&["done", "cancelled", "failed"]));
    // Codes hold all sorts of characters.
    let result = fields.optional("result", |value| {
        let text = value.as_str().filter(|text| text.chars().count() <= LONGEST);
        text.filter(|_| !has_nul(value)).map(str::to_owned)
    });
    let status = fields.finish(status)?;
    ctx.app.desk.count_from(Act::HandoffResult, ctx.address)?;
    let hash = hash(&path.get("handoff_id"));
    ctx.run(move |tx, ctx| {
        let handoff = wechat::handoff(tx, &hash, ctx.now())?.ok_or_else(Problem::not_found)?;
        if !handoff.is_pending() {
            let same = handoff.status == status && handoff.result == result;
            return if same { Ok(()) } else { Err(closed()) };
        }
        if !is_good(handoff.expires_at, ctx.now()) {
            return Err(Problem::not_found());
        }
        Ok(wechat::finish_handoff(tx, &hash, status, result.as_deref())?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

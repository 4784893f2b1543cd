//! Signing in on a shared device with a phone that is signed in already, by the device flow of RFC 8628.

use super::body::{Fields, JsonBody, string};
use super::context::{Ctx, KioskWriter, Member, PathParams, Writer};
use super::devices::FEATURE;
use super::rate_limit::Act;
use super::sessions::begin;
use super::views::device_context;
use crate::clock::{Millis, rfc3339};
use crate::ids;
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::rules::authorizations::{Decision, Poll};
use crate::store::authorizations::{self, Authorization};
use crate::store::devices;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rusqlite::Connection;
use serde_json::{Value, json};

/// Two minutes.
const LIFE: Millis = 120_000;
/// The page for the phone.
const PAGE: &str = "/device";

fn device_code_hash(code: &str) -> [u8; 32] {
    ids::digest(&[b"device code", code.as_bytes()])
}

pub(crate) async fn create(ctx: Ctx, KioskWriter(kiosk): KioskWriter) -> Result<Response, Problem> {
    ctx.app.desk.count(Act::Authorization, &kiosk.id)?;
    let device_code = ids::hex(&ids::entropy::<32>()?);
    let hash = device_code_hash(&device_code);
    let user_code = ctx
        .run(move |tx, ctx| {
            let mut user_code = ids::user_code(ids::entropy()?);
            while authorizations::by_user_code(tx, &user_code)?.is_some() {
                user_code = ids::user_code(ids::entropy()?);
            }
            let authorization = Authorization {
                user_code,
                device_id: kiosk.id.clone(),
                created_at: ctx.now(),
                expires_at: ctx.now() + LIFE,
                scanned_by: None,
                decided: None,
                collected: false,
            };
            authorizations::insert(tx, &authorization, &hash)?;
            Ok(authorization.user_code)
        })
        .await?;
    let body = json!({
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": PAGE,
        "verification_uri_complete": format!("{PAGE}?user_code={user_code}"),
        "expires_in": LIFE / 1000,
        "interval": ctx.app.desk.poll_interval(),
    });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// What RFC 8628 calls an error, with its name there.
fn unfinished(code: Code, detail: Text) -> Problem {
    Problem::new(code).detail(detail).extra("error", code.name().replace('-', "_"))
}

fn expired() -> Problem {
    let detail = Text::new("请扫新的二维码。", "請掃新的 QR Code。", "Please scan the new code.");
    unfinished(Code::ExpiredToken, detail)
}

fn denied() -> Problem {
    let detail = Text::new(
        "手机上选了“不是我”。",
        "手機上選了「不是我」。",
        "“It is not me” was chosen on the phone.",
    );
    unfinished(Code::AccessDenied, detail)
}

fn pending(authorization: &Authorization) -> Problem {
    let scanned = authorization.scanned_by.is_some();
    let detail = if scanned {
        Text::new("请在手机上确认。", "請在手機上確認。", "Please confirm on your phone.")
    } else {
        Text::new("还没有确认。", "還沒有確認。", "Not confirmed yet.")
    };
    unfinished(Code::AuthorizationPending, detail).extra("scanned", scanned)
}

fn too_fast() -> Problem {
    let detail = Text::new("间隔再加 5 秒。", "間隔再加 5 秒。", "Wait five seconds longer each time.");
    unfinished(Code::SlowDown, detail)
}

pub(crate) async fn poll(
    ctx: Ctx,
    KioskWriter(kiosk): KioskWriter,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let mut fields = Fields::new(body);
    let alphabet = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let code = fields.required("device_code", string(16..=128, alphabet));
    let hash = device_code_hash(&fields.finish(code)?);
    let begun = ctx
        .run(move |tx, ctx| {
            let authorization = authorizations::of_device(tx, &kiosk.id, &hash)?.ok_or_else(expired)?;
            match authorization.at(ctx.now()).poll() {
                Poll::Over => Err(expired()),
                Poll::Denied => Err(denied()),
                // Whoever may have it gets it, however soon they ask.
                Poll::Pending if ctx.app.desk.polls_too_fast(hash) => Err(too_fast()),
                Poll::Pending => Err(pending(&authorization)),
                Poll::Grant(member) => {
                    authorizations::collect(tx, &authorization.user_code, ctx.now())?;
                    begin(tx, ctx, member.to_owned())
                }
            }
        })
        .await?;
    begun.answer(&ctx)
}

/// The request that a member's phone has been shown the code of. What a member hasn't opened before counts as a guess.
fn find(db: &Connection, ctx: &Ctx, member: &str, user_code: &str) -> Result<Authorization, Problem> {
    let found = authorizations::by_user_code(db, user_code)?;
    if found.as_ref().and_then(|one| one.scanned_by.as_deref()) != Some(member) {
        ctx.app.desk.count(Act::UserCode, member)?;
    }
    found.ok_or_else(Problem::not_found)
}

fn view(db: &Connection, ctx: &Ctx, authorization: &Authorization, member: &str) -> Result<Value, Problem> {
    let device = devices::get(db, &authorization.device_id)?.ok_or_else(Problem::not_found)?;
    Ok(json!({
        "user_code": authorization.user_code,
        "device": device_context(ctx, &device),
        "status": authorization.at(ctx.now()).status_for(member).name(),
        "requested_at": rfc3339(authorization.created_at),
        "expires_at": rfc3339(authorization.expires_at),
    }))
}

pub(crate) async fn get(ctx: Ctx, member: Member, path: PathParams) -> Result<Json<Value>, Problem> {
    ctx.needs(FEATURE)?;
    member.needs_full_scope()?;
    let user_code = path.get("user_code");
    let body = ctx
        .run(move |tx, ctx| {
            let authorization = find(tx, ctx, &member.id, &user_code)?;
            if authorization.at(ctx.now()).poll() == Poll::Pending {
                authorizations::scan(tx, &user_code, &member.id)?;
            }
            view(tx, ctx, &authorization, &member.id)
        })
        .await?;
    Ok(Json(body))
}

fn closed() -> Problem {
    Problem::new(Code::AuthorizationClosed).detail(Text::new(
        "这次登录已过期，或者已经决定过了。",
        "這次登入已過期，或者已經決定過了。",
        "This sign-in has expired, or it was decided before.",
    ))
}

async fn decide(
    ctx: Ctx,
    member: Member,
    path: PathParams,
    decision: Decision,
) -> Result<Json<Value>, Problem> {
    ctx.needs(FEATURE)?;
    member.needs_full_scope()?;
    let user_code = path.get("user_code");
    let body = ctx
        .run(move |tx, ctx| {
            let mut authorization = find(tx, ctx, &member.id, &user_code)?;
            if authorization.at(ctx.now()).decide(&member.id, decision).map_err(|_| closed())? {
                authorizations::decide(tx, &user_code, decision, &member.id)?;
                authorization.decided = Some((decision, member.id.clone()));
            }
            view(tx, ctx, &authorization, &member.id)
        })
        .await?;
    Ok(Json(body))
}

pub(crate) async fn approve(
    ctx: Ctx,
    Writer(member): Writer,
    path: PathParams,
) -> Result<Json<Value>, Problem> {
    decide(ctx, member, path, Decision::Approved).await
}

pub(crate) async fn deny(ctx: Ctx, Writer(member): Writer, path: PathParams) -> Result<Json<Value>, Problem> {
    decide(ctx, member, path, Decision::Denied).await
}

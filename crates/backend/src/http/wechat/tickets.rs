//! Tickets: the host mini program gets one, and it signs in once.

use super::enter::{session_hash, take_over};
use super::{code, gateway, refused};
use crate::clock::rfc3339;
use crate::http::body::{Fields, JsonBody, one_of, string};
use crate::http::context::{Ctx, SameSite};
use crate::http::rate_limit::Act;
use crate::http::sessions::{accept_terms, member_of, plain_phone, terms};
use crate::ids;
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::rules::wechat::{Refusal, TICKET_LIFE};
use crate::store::wechat::{self, Identity};
use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rusqlite::Connection;
use serde_json::json;

/// Whether a text looks like a ticket.
pub(super) fn is_ticket(text: &str) -> bool {
    (16..=256).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// The hash under which a ticket is stored.
pub(super) fn hash(ticket: &str) -> [u8; 32] {
    ids::digest(&[b"wechat ticket", ticket.as_bytes()])
}

/// A new ticket for a member, and when it ends.
pub(crate) fn issue(db: &Connection, ctx: &Ctx, member: &str) -> Result<(String, i64), Problem> {
    let ticket = ids::hex(&ids::entropy::<32>()?);
    // WeChat may have taken its time, which is not the ticket's.
    let now = ctx.moment();
    wechat::insert_ticket(db, &hash(&ticket), member, now, now + TICKET_LIFE)?;
    Ok((ticket, now + TICKET_LIFE))
}

fn phone_required() -> Problem {
    Problem::new(Code::PhoneRequired).detail(Text::new(
        "这个微信还没有会员，请授权手机号后再试。",
        "這個微信還沒有會員，請授權手機號碼後再試。",
        "Nobody has joined with this WeChat account yet; please share your phone number.",
    ))
}

/// The member of an identity that has just shown a number: whoever has the identity by now, else whoever has the number.
fn join(db: &Connection, ctx: &Ctx, identity: &Identity, phone: &str) -> Result<String, Problem> {
    if let Some(member) = wechat::member_of(db, identity)? {
        return Ok(member);
    }
    let member = member_of(db, ctx, phone)?;
    accept_terms(db, ctx, &member)?;
    wechat::link(db, identity, &member, ctx.now())?;
    Ok(member)
}

pub(crate) async fn create(ctx: Ctx, _: SameSite, JsonBody(body): JsonBody) -> Result<Response, Problem> {
    let gateway = gateway(&ctx)?;
    let mut fields = Fields::new(body);
    let login = fields.required("code", code);
    let phone_code = fields.optional("phone_code", code);
    terms(&mut fields, &ctx, phone_code.is_some());
    let login = fields.finish(login)?;
    ctx.app.desk.count_from(Act::WechatCode, ctx.address)?;
    let identity = gateway.identity(&login).await.map_err(|refusal| refused(refusal, "/code"))?;
    let known = identity.clone();
    let known = ctx.run(move |tx, _| Ok(wechat::member_of(tx, &known)?)).await?;
    let phone = match (&known, phone_code) {
        (Some(_), _) => None,
        (None, None) => return Err(phone_required()),
        (None, Some(code)) => {
            let phone = gateway.phone(&code).await.and_then(|text| plain_phone(&text).ok_or(Refusal::Code));
            Some(phone.map_err(|refusal| refused(refusal, "/phone_code"))?)
        }
    };
    let (ticket, expires_at) = ctx
        .run(move |tx, ctx| {
            let member = match (known, phone) {
                (Some(member), _) => member,
                (None, Some(phone)) => join(tx, ctx, &identity, &phone)?,
                (None, None) => return Err(phone_required()),
            };
            issue(tx, ctx, &member)
        })
        .await?;
    let body = json!({"ticket": ticket, "expires_at": rfc3339(expires_at)});
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

fn ticket_invalid() -> Problem {
    let wrong = Text::new(
        "票据用过了，或超过 60 秒。",
        "票據用過了，或超過 60 秒。",
        "It was used, or is older than a minute.",
    );
    Problem::new(Code::TicketInvalid).error("/ticket", wrong).detail(Text::new(
        "入口已经失效，请从小程序再进一次。",
        "入口已經失效，請從小程式再進一次。",
        "This way in no longer works; please come in again from WeChat.",
    ))
}

pub(crate) async fn sign_in(
    ctx: Ctx,
    _: SameSite,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    gateway(&ctx)?;
    let mut fields = Fields::new(body);
    let ticket = fields.required("ticket", |value| {
        string(16..=256, |_| true)(value).filter(|text| is_ticket(text)).map(|text| hash(&text))
    });
    let accepted = terms(&mut fields, &ctx, false).is_some();
    let bearer = fields.optional("mode", one_of(&["cookie", "bearer"])) == Some("bearer");
    let ticket = fields.finish(ticket)?;
    if ctx.kiosk().is_some() {
        return Err(Problem::new(Code::InsufficientScope));
    }
    let before = session_hash(&ctx, &headers).filter(|_| !bearer);
    let begun = ctx
        .run(move |tx, ctx| {
            let taken = wechat::take_ticket(tx, &ticket, ctx.now())?;
            let Some(member) = taken else { return Ok(None) };
            if accepted {
                accept_terms(tx, ctx, &member)?;
            }
            Ok(Some(take_over(tx, ctx, before, member)?))
        })
        .await?
        .ok_or_else(ticket_invalid)?;
    if bearer { Ok(begun.bearer_answer()) } else { begun.answer(&ctx) }
}

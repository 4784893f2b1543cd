//! `GET /wx/enter`: the web-view comes in with a ticket and goes on to a clean address.

use super::page::{Trouble, onward, trouble};
use super::tickets::{hash, is_ticket};
use crate::http::context::{Ctx, token_hash};
use crate::http::cookies::Kind;
use crate::http::query::Params;
use crate::http::sessions::{Begun, WECHAT, begin_from};
use crate::problem::Problem;
use crate::rules::wechat::clean_to;
use crate::store::{sessions, wechat};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rusqlite::Connection;

/// Whether a browser may come in from WeChat at all.
pub(super) fn may_come_in(ctx: &Ctx) -> Result<(), Trouble> {
    match (&ctx.app.wechat, ctx.kiosk()) {
        (None, _) => Err(Trouble::Absent),
        (_, Some(_)) => Err(Trouble::Shared),
        _ => Ok(()),
    }
}

/// Begins a session in place of the one that the browser had. Whoever opens the mini program each day would else be signed in
/// thirty times over.
pub(super) fn take_over(
    db: &Connection,
    ctx: &Ctx,
    before: Option<[u8; 32]>,
    member: String,
) -> Result<Begun, Problem> {
    if let Some(hash) = before {
        sessions::delete_by_token(db, &hash)?;
    }
    begin_from(db, ctx, member, WECHAT)
}

/// The hash of the session's token that the browser has.
pub(super) fn session_hash(ctx: &Ctx, headers: &HeaderMap) -> Option<[u8; 32]> {
    ctx.cookie(headers, Kind::Session).map(token_hash)
}

pub(crate) async fn enter(ctx: Ctx, headers: HeaderMap, mut params: Params) -> Result<Response, Problem> {
    if let Err(why) = may_come_in(&ctx) {
        return Ok(trouble(&ctx, why));
    }
    let to = params.take("to", |text| Some(clean_to(text))).unwrap_or_else(|| "/".to_owned());
    let ticket = params.take("ticket", |text| is_ticket(text).then(|| hash(text)));
    let Some(ticket) = ticket else { return Ok(trouble(&ctx, Trouble::Gone)) };
    let before = session_hash(&ctx, &headers);
    let begun = ctx
        .run(move |tx, ctx| match wechat::take_ticket(tx, &ticket, ctx.now())? {
            Some(member) => Ok(Some(take_over(tx, ctx, before, member)?)),
            None => Ok(None),
        })
        .await?;
    match begun {
        Some(begun) => Ok(onward(StatusCode::SEE_OTHER, &to, [begun.cookie(&ctx)?])),
        None => Ok(trouble(&ctx, Trouble::Gone)),
    }
}

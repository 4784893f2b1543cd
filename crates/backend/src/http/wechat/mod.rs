//! Coming in from WeChat: tickets for the web-view of the mini program, the way by the official account, and what native pages
//! do for the portal. Decision 17.

pub(crate) mod enter;
pub(crate) mod handoffs;
mod oauth;
mod page;
pub(crate) mod payments;
pub(crate) mod signature;
pub(crate) mod tickets;

use super::App;
use super::answer::finish;
use super::body::string;
use super::context::{Ctx, token_hash};
use super::cookies::Kind;
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::rules::wechat::Refusal;
use crate::store::wechat;
use crate::wechat::WechatGateway;
use axum::Router;
use axum::extract::Request;
use axum::http::header::ALLOW;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rusqlite::Connection;
use serde_json::Value;
use std::sync::Arc;

/// Everything about WeChat is one group of the contract.
pub(crate) const FEATURE: &str = "wechat";

/// What browsers open, below `/wx`.
pub(crate) fn pages(app: &Arc<App>) -> Router {
    Router::new()
        .route("/wx/enter", get(enter::enter))
        .route("/wx/oauth", get(oauth::leave))
        .route("/wx/oauth/callback", get(oauth::back))
        .with_state(Arc::clone(app))
        .layer(from_fn_with_state(Arc::clone(app), finish))
        .layer(from_fn(no_head))
}

/// Previews ask for the head of an address, and would use up the ticket in it.
async fn no_head(request: Request, next: Next) -> Response {
    if request.method() == Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET")]).into_response();
    }
    next.run(request).await
}

/// What asks WeChat.
///
/// # Errors
/// Not found, when this backend goes without the feature.
fn gateway(ctx: &Ctx) -> Result<Arc<dyn WechatGateway>, Problem> {
    ctx.app.wechat.clone().ok_or_else(Problem::not_found)
}

/// A code of WeChat in a body.
fn code(value: &Value) -> Option<String> {
    string(1..=256, |c| c.is_ascii_graphic())(value)
}

/// What is said of a refusal of WeChat to whoever brought the code in `field`.
fn refused(refusal: Refusal, field: &str) -> Problem {
    match refusal {
        Refusal::Code => {
            let detail = Text::new(
                "微信登录凭证用过了或已失效，请再试一次。",
                "微信登入憑證用過了或已失效，請再試一次。",
                "WeChat's code was used or has expired; please try again.",
            );
            Problem::new(Code::WechatCodeInvalid).detail(detail.clone()).error(field, detail)
        }
        Refusal::Busy => Problem::rate_limited(60),
        Refusal::Unavailable => Problem::new(Code::WechatUnavailable).retry_in(5).detail(Text::new(
            "请稍等几秒再试。",
            "請稍等幾秒再試。",
            "Please try again in a few seconds.",
        )),
    }
}

/// The hash of the cookie by which an identity waits in this browser for a member to sign in. A shared device has none.
pub(crate) fn waiting(ctx: &Ctx, headers: &HeaderMap) -> Option<[u8; 32]> {
    let cookie = ctx.cookie(headers, Kind::WechatLink).filter(|token| !token.is_empty())?;
    (ctx.app.wechat.is_some() && ctx.kiosk().is_none()).then(|| token_hash(cookie))
}

/// Links the identity that waits under a cookie to the member who has signed in; tells whether there was one. An identity that
/// somebody else got meanwhile stays theirs.
pub(crate) fn claim(db: &Connection, ctx: &Ctx, hash: &[u8; 32], member: &str) -> Result<bool, Problem> {
    match wechat::take_link(db, hash, ctx.now())? {
        Some(identity) => {
            wechat::link(db, &identity, member, ctx.now())?;
            Ok(true)
        }
        None => Ok(false),
    }
}

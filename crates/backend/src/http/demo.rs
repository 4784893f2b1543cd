//! What stands in for the outside world in demonstrations: a payment page, a till, a partner who issues, the console of whoever
//! looks after the kiosks, and the mini program. Never in production.

mod devices;
mod page;
mod wechat;

use super::answer::finish;
use super::body::{Fields, JsonBody, identifier, one_of, string};
use super::context::{Ctx, PathParams};
use super::{App, BODY_LIMIT};
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::redeeming;
use crate::store::coupons::{self, Till};
use crate::store::{redemptions, tiers};
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{HOST, LOCATION, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rusqlite::Connection;
use std::sync::Arc;

/// Everything below `/demo`.
pub(crate) fn router(app: &Arc<App>) -> Router {
    Router::new()
        .route("/demo/payments/{redemption_id}", get(show).post(pay))
        .route("/demo/till", post(till))
        .route("/demo/partner", post(partner))
        .route("/demo/enrolment-codes", post(devices::code))
        .route("/demo/devices", get(devices::list))
        .route("/demo/devices/revoke", post(devices::revoke))
        .route("/demo/devices/settings", post(devices::settings))
        .route("/demo/wechat", get(wechat::list))
        .route("/demo/wechat/{phone}", get(wechat::enter))
        .with_state(Arc::clone(app))
        .layer(from_fn_with_state(Arc::clone(app), finish))
}

/// Proof that a request was not sent by a page of another site, for forms, which can't send headers of their own.
struct SameOrigin;

fn same_origin(headers: &HeaderMap) -> bool {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (headers.get("sec-fetch-site"), header(ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == header(HOST.as_str())
        }
        // No browser that sends forms leaves both out.
        (None, None) => true,
    }
}

impl FromRequestParts<Arc<App>> for SameOrigin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Problem> {
        if same_origin(&parts.headers) { Ok(Self) } else { Err(Problem::new(Code::CsrfRequired)) }
    }
}

/// The value of `paid` in a form.
struct Paid(bool);

impl FromRequest<Arc<App>> for Paid {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Problem> {
        let too_large = |_| Problem::new(Code::PayloadTooLarge);
        let form: Bytes = to_bytes(request.into_body(), BODY_LIMIT).await.map_err(too_large)?;
        match form.as_ref() {
            b"paid=true" => Ok(Self(true)),
            b"paid=false" => Ok(Self(false)),
            _ => Err(Problem::new(Code::Validation).error("/paid", super::body::invalid())),
        }
    }
}

async fn show(ctx: Ctx, path: PathParams) -> Result<Response, Problem> {
    let id = path.get("redemption_id");
    match ctx.run(move |tx, ctx| redeeming::find_any(tx, &ctx.scene, &id)).await {
        Ok(redemption) => Ok(page::payment(&ctx, &redemption)),
        Err(problem) if problem.code() == Code::NotFound => Ok(page::nothing(&ctx)),
        Err(problem) => Err(problem),
    }
}

async fn pay(ctx: Ctx, path: PathParams, _: SameOrigin, Paid(paid): Paid) -> Result<Response, Problem> {
    let id = path.get("redemption_id");
    match ctx.run(move |tx, ctx| redeeming::pay(tx, &ctx.scene, &id, paid)).await {
        Ok(redemption) => {
            Ok((StatusCode::SEE_OTHER, [(LOCATION, format!("/vouchers/{}", redemption.id))]).into_response())
        }
        Err(problem) if problem.code() == Code::NotFound => Ok(page::nothing(&ctx)),
        Err(problem) => Err(problem),
    }
}

fn conflict(detail: Text) -> Problem {
    Problem::new(Code::NotInWindow).detail(detail)
}

/// Marks what has this code as used.
fn use_up(db: &Connection, ctx: &Ctx, code: &str) -> Result<(), Problem> {
    let unusable =
        || conflict(Text::new("这张券现在不能用。", "這張券現在不能用。", "It can't be used now."));
    let Some(redemption) = redemptions::by_code(db, code)? else {
        return match coupons::use_code(db, code, ctx.now())? {
            Till::Used => Ok(()),
            Till::Unusable => Err(unusable()),
            Till::Unknown => Err(Problem::not_found()),
        };
    };
    tiers::settle(db, &ctx.scene, &redemption.member_id)?;
    match redemptions::by_id(db, &redemption.id)? {
        Some(redemption) if redemption.status_at(ctx.now()) == "issued" => {
            redemptions::save(db, &redemption.used(ctx.now()))?;
            Ok(())
        }
        _ => Err(unusable()),
    }
}

async fn till(ctx: Ctx, _: SameOrigin, JsonBody(body): JsonBody) -> Result<StatusCode, Problem> {
    let mut fields = Fields::new(body);
    let code = fields.required("code", string(1..=64, |_| true));
    let code = fields.finish(code)?.trim().to_ascii_uppercase();
    ctx.run(move |tx, ctx| use_up(tx, ctx, &code)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn partner(ctx: Ctx, _: SameOrigin, JsonBody(body): JsonBody) -> Result<StatusCode, Problem> {
    let mut fields = Fields::new(body);
    let id = fields.required("redemption_id", identifier);
    let outcome = fields.required("outcome", one_of(&["issued", "rejected"]));
    let (id, outcome) = fields.finish(id.zip(outcome))?;
    let done = ctx.run(move |tx, ctx| redeeming::conclude(tx, &ctx.scene, &id, outcome == "issued")).await?;
    match done {
        Some(_) => Ok(StatusCode::NO_CONTENT),
        None => Err(conflict(Text::new(
            "这笔兑换现在不归合作方处理。",
            "這筆兌換現在不歸合作方處理。",
            "The partner has nothing to decide about it now.",
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn forms_of_other_sites_are_told_apart() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
                .collect()
        };
        for (pairs, own) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "http://proxy"), ("host", "h:1")], true),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://h:1"), ("host", "h:1")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", "http://h:1"), ("host", "h:1")], true),
            (&[("origin", "http://h:2"), ("host", "h:1")], false),
            (&[("origin", "null"), ("host", "h:1")], false),
            (&[("origin", "null")], false),
        ] {
            assert_eq!(same_origin(&headers(pairs)), own, "{pairs:?}");
        }
    }
}

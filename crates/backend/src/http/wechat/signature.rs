//! `GET /wechat/signature`: what a page needs before it may ask WeChat's own app for anything.

use super::{gateway, refused};
use crate::http::body::missing;
use crate::http::context::Ctx;
use crate::http::query::Params;
use crate::http::rate_limit::Act;
use crate::ids;
use crate::problem::{Code, Problem};
use crate::rules::wechat::{page_of, signature};
use axum::Json;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// The longest address that is signed.
const LONGEST: usize = 2048;

pub(crate) async fn get(ctx: Ctx, mut params: Params) -> Result<Response, Problem> {
    let gateway = gateway(&ctx)?;
    let url = params.take("url", |url| {
        let url = Some(url).filter(|url| url.len() <= LONGEST)?;
        page_of(url, &ctx.host).map(str::to_owned)
    });
    let url = match (params.finish(), url) {
        (Ok(()), Some(url)) => url,
        (Err(problem), _) => return Err(problem),
        (Ok(()), None) => return Err(Problem::new(Code::Validation).error("url", missing())),
    };
    ctx.app.desk.count_from(Act::Signature, ctx.address)?;
    let ticket = gateway.jsapi_ticket().await.map_err(|refusal| refused(refusal, "url"))?;
    let (nonce, timestamp) = (ids::hex(&ids::entropy::<8>()?), ctx.now() / 1000);
    let mut response = Json(json!({
        "app_id": gateway.page_app_id(),
        "timestamp": timestamp,
        "nonce": nonce,
        "signature": signature(&ticket, &nonce, timestamp, &url),
    }))
    .into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

//! What is done to every answer: problems are rendered, validators added, the time told.

use super::App;
use super::context::{Arrival, language};
use crate::clock::rfc3339_millis;
use crate::ids;
use crate::problem::{Code, Problem};
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER,
    VARY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

const SERVER_TIME: HeaderName = HeaderName::from_static("x-server-time");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A problem travels as an extension until it is known in which language to tell it.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A JSON text with a status.
pub(crate) fn json_text(status: u16, text: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind =
        if status.as_u16() >= 400 { PROBLEM_JSON } else { HeaderValue::from_static("application/json") };
    (status, [(CONTENT_TYPE, kind)], text).into_response()
}

/// The strong validator of a body.
pub(crate) fn etag(body: &[u8]) -> String {
    format!("\"{}\"", ids::hex(&ids::digest(&[body])[..16]))
}

/// Whether a list of validators (`If-Match`, `If-None-Match`) names `tag`. A proxy that compresses may have marked it weak.
pub(crate) fn names(header: &str, tag: &str) -> bool {
    header.split(',').map(str::trim).any(|item| item == "*" || item.trim_start_matches("W/") == tag)
}

fn number(value: u64) -> HeaderValue {
    HeaderValue::from(value)
}

fn render(problem: &Problem, response: &mut Response, locale: crate::locale::Locale, path: &str) {
    *response.body_mut() = Body::from(problem.document(locale, path).to_string());
    let headers = response.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, PROBLEM_JSON);
    if let Some(seconds) = problem.retry_after() {
        headers.insert(RETRY_AFTER, number(seconds));
    }
    if problem.code() == Code::Unauthenticated {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
}

/// Adds the validator to a read, or says that the copy at hand is still good.
async fn validate(response: Response, asked: Option<&str>) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tag = etag(&bytes);
    let unchanged = asked.is_some_and(|header| names(header, &tag));
    if let Ok(value) = HeaderValue::from_str(&tag) {
        parts.headers.insert(ETAG, value);
    }
    if unchanged {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(CONTENT_TYPE);
        parts.headers.remove(CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// Wraps the whole API.
pub(crate) async fn finish(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let locale = language(request.headers(), &app.programme);
    let path = request.uri().path().to_owned();
    let asked = text(request.headers(), IF_NONE_MATCH);
    let method = request.method().clone();
    // Read before any work and told as the time of the answer: whoever finds nothing at this time knows that nothing can
    // follow whose deadline has passed by then.
    let now = app.clock.now();
    request.extensions_mut().insert(Arrival(now));
    if method == Method::HEAD {
        *request.method_mut() = Method::GET;
    }
    let mut response = next.run(request).await;
    if method == Method::OPTIONS && response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allow = response.headers_mut().remove(ALLOW);
        response = StatusCode::NO_CONTENT.into_response();
        allow.and_then(|allow| response.headers_mut().insert(ALLOW, allow));
    } else if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        render(&problem, &mut response, locale, &path);
    }
    let reads = method == Method::GET || method == Method::HEAD;
    if reads && response.status() == StatusCode::OK {
        response = validate(response, asked.as_deref()).await;
    }
    let headers = response.headers_mut();
    if headers.contains_key(CONTENT_TYPE) {
        headers.entry(CONTENT_LANGUAGE).or_insert(HeaderValue::from_static(locale.tag()));
    }
    headers.append(VARY, HeaderValue::from_static("Accept-Language"));
    let caching = if reads { "private, no-cache" } else { "no-store" };
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static(caching));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(now) = HeaderValue::from_str(&rfc3339_millis(now)) {
        headers.insert(SERVER_TIME, now);
    }
    if method == Method::HEAD {
        if let Some(length) = response.body().size_hint().exact() {
            response.headers_mut().insert(CONTENT_LENGTH, number(length));
        }
        *response.body_mut() = Body::empty();
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validators_are_found_in_lists() {
        let tag = etag(b"{}");
        assert!(names(&tag, &tag) && names(&format!("\"a\", W/{tag}"), &tag) && names("*", &tag));
        assert!(!names("\"a\"", &tag) && !names("", &tag));
    }
}

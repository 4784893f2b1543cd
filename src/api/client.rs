//! The only place that sends. It sets what every request needs, waits no longer than it should, and turns each answer
//! into a value or an [`ApiError`].

use crate::api::endpoint::Endpoint;
use crate::api::error::{ApiError, Problem};
use crate::api::node::{Decoded, Node, parse};
use crate::domain::config::{AuthMode, Config};
use crate::domain::date::Instant;
use crate::i18n;
use crate::platform::{clock, timer};
use miniserde::json::Value;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestCredentials, RequestInit, Response};

const READ_TIMEOUT_MS: i32 = 15_000;
const WRITE_TIMEOUT_MS: i32 = 20_000;
/// A body that is larger than any the contract allows is not read to its end.
const LARGEST_BODY: usize = 4 << 20;

thread_local! {
    static CONFIG: RefCell<Config> = RefCell::new(Config::default());
    static TOKEN: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Sets where and how to send.
pub fn configure(config: &Config) {
    CONFIG.with_borrow_mut(|known| known.clone_from(config));
}

/// Keeps the bearer token in memory, or forgets it. It can't be read back.
pub fn set_token(token: Option<String>) {
    TOKEN.with_borrow_mut(|known| *known = token);
}

/// How the session reaches the backend.
pub fn auth_mode() -> AuthMode {
    CONFIG.with_borrow(|config| config.auth)
}

/// What came back.
pub struct Reply {
    value: Value,
}

impl Reply {
    /// Decodes the answer's object.
    ///
    /// # Errors
    /// [`ApiError::Malformed`] with the field that can't be used.
    pub fn decode<T>(&self, decode: impl FnOnce(Node<'_>) -> Decoded<T>) -> Result<T, ApiError> {
        Node::root(&self.value).and_then(decode).map_err(|fault| ApiError::Malformed(fault.field))
    }
}

/// Reads a resource.
///
/// # Errors
/// See [`ApiError`].
pub async fn get(endpoint: Endpoint) -> Result<Reply, ApiError> {
    send("GET", endpoint, None, None).await
}

/// Creates or spends; `key` makes a repetition harmless.
///
/// # Errors
/// See [`ApiError`].
pub async fn post(endpoint: Endpoint, body: String, key: Option<&str>) -> Result<Reply, ApiError> {
    send("POST", endpoint, Some(body), key).await
}

/// Replaces a resource; safe to repeat.
///
/// # Errors
/// See [`ApiError`].
pub async fn put(endpoint: Endpoint, body: String) -> Result<Reply, ApiError> {
    send("PUT", endpoint, Some(body), None).await
}

/// Deletes a resource; safe to repeat.
///
/// # Errors
/// See [`ApiError`].
pub async fn delete(endpoint: Endpoint) -> Result<Reply, ApiError> {
    send("DELETE", endpoint, None, None).await
}

/// Reads a file of the portal itself, as text.
///
/// # Errors
/// See [`ApiError`]; also when it isn't there.
pub async fn file(path: &str) -> Result<String, ApiError> {
    let options = RequestInit::new();
    options.set_cache(web_sys::RequestCache::NoCache);
    let response = fetch(path, &options, READ_TIMEOUT_MS).await?;
    if response.ok() {
        text(&response).await
    } else {
        Err(ApiError::Problem(Box::new(Problem { status: response.status(), ..Problem::default() })))
    }
}

async fn send(
    method: &str,
    endpoint: Endpoint,
    body: Option<String>,
    key: Option<&str>,
) -> Result<Reply, ApiError> {
    let options = RequestInit::new();
    options.set_method(method);
    let mut address = String::new();
    CONFIG.with_borrow(|config| {
        address.push_str(&config.api);
        options.set_credentials(match config.auth {
            AuthMode::Cookie if config.api.starts_with('/') => RequestCredentials::SameOrigin,
            AuthMode::Cookie => RequestCredentials::Include,
            AuthMode::Bearer => RequestCredentials::Omit,
        });
    });
    address.push_str(endpoint.path());
    if let Ok(headers) = Headers::new() {
        let set = |name: &str, value: &str| {
            let _ = headers.set(name, value);
        };
        set("Accept", "application/json");
        set("Accept-Language", i18n::locale().tag());
        if method != "GET" {
            set("X-Member-Portal", "1");
        }
        if body.is_some() {
            set("Content-Type", "application/json");
        }
        if let Some(key) = key {
            set("Idempotency-Key", key);
        }
        TOKEN.with_borrow(|token| {
            if let Some(token) = token {
                let mut value = String::from("Bearer ");
                value.push_str(token);
                set("Authorization", &value);
            }
        });
        options.set_headers(&headers);
    }
    if let Some(body) = body {
        options.set_body(&body.into());
    }
    let timeout = if method == "GET" { READ_TIMEOUT_MS } else { WRITE_TIMEOUT_MS };
    let response = fetch(&address, &options, timeout).await?;
    answer(response).await
}

async fn answer(response: Response) -> Result<Reply, ApiError> {
    let header = |name: &str| response.headers().get(name).ok().flatten();
    if let Some(time) = header("X-Server-Time").as_deref().and_then(Instant::parse) {
        clock::learn(time);
    }
    let status = response.status();
    let retry_after = header("Retry-After").and_then(|text| text.trim().parse::<i64>().ok());
    let body = if status == 204 { String::new() } else { text(&response).await? };
    if !response.ok() {
        let retry_after = retry_after.map(|seconds| seconds.clamp(1, 3600));
        return Err(ApiError::Problem(Box::new(Problem::read(status, &body, retry_after))));
    }
    if status == 204 {
        return Ok(Reply { value: Value::Null });
    }
    parse(&body).map(|value| Reply { value }).ok_or(ApiError::Malformed(""))
}

async fn fetch(address: &str, options: &RequestInit, timeout: i32) -> Result<Response, ApiError> {
    let window = web_sys::window().ok_or(ApiError::Offline)?;
    let abort = AbortController::new().ok();
    if let Some(abort) = &abort {
        options.set_signal(Some(&abort.signal()));
    }
    // One timer a request: it also covers the body, which is read under the same signal.
    let limit = abort.clone();
    wasm_bindgen_futures::spawn_local(async move {
        timer::sleep(timeout).await;
        if let Some(abort) = limit {
            abort.abort();
        }
    });
    let sent = JsFuture::from(window.fetch_with_str_and_init(address, options)).await;
    sent.map_err(|_| failure(abort.as_ref()))?.dyn_into().map_err(|_| ApiError::Offline)
}

fn failure(abort: Option<&AbortController>) -> ApiError {
    if abort.is_some_and(|abort| abort.signal().aborted()) { ApiError::Timeout } else { ApiError::Offline }
}

async fn text(response: &Response) -> Result<String, ApiError> {
    let body = response.text().map_err(|_| ApiError::Offline)?;
    let body = JsFuture::from(body).await.map_err(|_| ApiError::Timeout)?;
    body.as_string().filter(|text| text.len() <= LARGEST_BODY).ok_or(ApiError::Malformed(""))
}

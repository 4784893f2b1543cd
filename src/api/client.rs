//! The only place that sends. It sets what every request needs, waits no longer than it should, and turns each answer
//! into a value or an [`ApiError`].

use crate::api::endpoint::Endpoint;
use crate::api::error::{ApiError, Problem};
use crate::api::exchange::{Answer, Reply, Request};
use crate::domain::config::{AuthMode, Config};
use crate::i18n;
use crate::platform::{clock, timer};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestCredentials, RequestInit, Response};

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

/// Reads a resource.
///
/// # Errors
/// See [`ApiError`].
pub async fn get(endpoint: Endpoint) -> Result<Reply, ApiError> {
    send(Request::get(endpoint)).await
}

/// Creates or spends; `key` makes a repetition harmless.
///
/// # Errors
/// See [`ApiError`].
pub async fn post(endpoint: Endpoint, body: String, key: Option<&str>) -> Result<Reply, ApiError> {
    send(Request::post(endpoint, body, key)).await
}

/// Replaces a resource; safe to repeat.
///
/// # Errors
/// See [`ApiError`].
pub async fn put(endpoint: Endpoint, body: String) -> Result<Reply, ApiError> {
    send(Request { method: "PUT", endpoint, body: Some(body), key: None, member: None }).await
}

/// Deletes a resource; safe to repeat.
///
/// # Errors
/// See [`ApiError`].
pub async fn delete(endpoint: Endpoint) -> Result<Reply, ApiError> {
    send(Request { method: "DELETE", endpoint, body: None, key: None, member: None }).await
}

/// Reads a file of the portal itself, as text.
///
/// # Errors
/// See [`ApiError`]; also when it isn't there.
pub async fn file(path: &str) -> Result<String, ApiError> {
    let options = RequestInit::new();
    options.set_cache(web_sys::RequestCache::NoCache);
    let response = fetch(path, &options, CONFIG.with_borrow(|config| config.read_timeout_ms)).await?;
    if response.ok() {
        text(&response).await
    } else {
        Err(ApiError::Problem(Box::new(Problem { status: response.status(), ..Problem::default() })))
    }
}

/// Sends a request and waits for its answer, for as long as is bearable.
///
/// # Errors
/// See [`ApiError`].
pub async fn send(request: Request) -> Result<Reply, ApiError> {
    let options = RequestInit::new();
    options.set_method(request.method);
    let mut address = String::new();
    let timeout = CONFIG.with_borrow(|config| {
        address.push_str(&config.api);
        options.set_credentials(match config.auth {
            AuthMode::Cookie if config.api.starts_with('/') => RequestCredentials::SameOrigin,
            AuthMode::Cookie => RequestCredentials::Include,
            AuthMode::Bearer => RequestCredentials::Omit,
        });
        if request.method == "GET" { config.read_timeout_ms } else { config.write_timeout_ms }
    });
    address.push_str(request.endpoint.path());
    if let Ok(headers) = Headers::new() {
        let mut set = |name: &str, value: &str| {
            let _ = headers.set(name, value);
        };
        request.headers(i18n::locale().tag(), &mut set);
        TOKEN.with_borrow(|token| {
            if let Some(token) = token {
                let mut value = String::from("Bearer ");
                value.push_str(token);
                set("Authorization", &value);
            }
        });
        options.set_headers(&headers);
    }
    if let Some(body) = request.body {
        options.set_body(&body.into());
    }
    answer(fetch(&address, &options, timeout).await?).await
}

async fn answer(response: Response) -> Result<Reply, ApiError> {
    let header = |name: &str| response.headers().get(name).ok().flatten();
    let status = response.status();
    let (server_time, retry_after) = (header("X-Server-Time"), header("Retry-After"));
    let body = if status == 204 { String::new() } else { text(&response).await? };
    let answer = Answer { status, server_time, retry_after, body };
    if let Some(time) = answer.time() {
        clock::learn(time);
    }
    answer.read()
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

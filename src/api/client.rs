//! The only door to the backend. It sets what every request needs, waits no longer than it should, tries a read that failed
//! once more, and turns each answer into a value or an [`ApiError`].

use crate::api::endpoint::Endpoint;
use crate::api::error::{ApiError, Problem};
use crate::api::exchange::{Answer, Reply, Request};
use crate::api::{fetch, kept};
use crate::domain::config::{AuthMode, Config};
use crate::i18n;
use crate::platform::{clock, network, timer};
use js_sys::Promise;
use std::cell::RefCell;
use std::pin::pin;
use web_sys::{Headers, RequestCredentials, RequestInit};

/// After so long the member is told that the network is slow, in milliseconds.
const SLOW_MS: i32 = 4_000;

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

/// Reads a resource; once more where the first answer says that it may help.
///
/// # Errors
/// See [`ApiError`].
pub async fn get(endpoint: Endpoint) -> Result<Reply, ApiError> {
    if let Some(answer) = kept::answer(&endpoint) {
        return answer;
    }
    let request = Request::get(endpoint);
    let first = send(request.clone()).await;
    let wait = first.as_ref().err().and_then(|error| error.again_after_ms(js_sys::Math::random()));
    match wait.filter(|_| network::is_online()) {
        Some(wait) => {
            timer::sleep(wait).await;
            send(request).await
        }
        None => first,
    }
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
    let limit = CONFIG.with_borrow(|config| config.read_timeout_ms);
    let answer = exchange(path, &options, None, fetch::early(path, None), limit).await?;
    if answer.status == 200 {
        Ok(answer.body)
    } else {
        Err(ApiError::Problem(Box::new(Problem { status: answer.status, ..Problem::default() })))
    }
}

/// Sends a request and waits for its answer, for as long as is bearable.
///
/// # Errors
/// See [`ApiError`].
pub async fn send(request: Request) -> Result<Reply, ApiError> {
    let options = RequestInit::new();
    options.set_method(request.method);
    let reads = request.method == "GET";
    let language = i18n::locale().tag();
    let mut address = String::new();
    let limit = CONFIG.with_borrow(|config| {
        address.push_str(&config.api);
        options.set_credentials(match config.auth {
            AuthMode::Cookie if config.api.starts_with('/') => RequestCredentials::SameOrigin,
            AuthMode::Cookie => RequestCredentials::Include,
            AuthMode::Bearer => RequestCredentials::Omit,
        });
        if reads { config.read_timeout_ms } else { config.write_timeout_ms }
    });
    let path = request.endpoint.path();
    address.push_str(path);
    if let Ok(headers) = Headers::new() {
        let mut set = |name: &str, value: &str| {
            let _ = headers.set(name, value);
        };
        request.headers(language, &mut set);
        TOKEN.with_borrow(|token| {
            if let Some(token) = token {
                let mut value = String::from("Bearer ");
                value.push_str(token);
                set("Authorization", &value);
            }
        });
        options.set_headers(&headers);
    }
    if let Some(body) = &request.body {
        options.set_body(&body.into());
    }
    let (shared, early, _write) = if reads {
        let mut shared = String::from(language);
        shared.push_str(path);
        (Some(shared), fetch::early(&address, Some(language)), None)
    } else {
        (None, None, Some(fetch::Write::begin()))
    };
    let answer = exchange(&address, &options, shared, early, limit).await?;
    let at = answer.time();
    if let Some(at) = at {
        clock::learn(at);
    }
    let reply = answer.read()?;
    if reads && answer.status == 200 {
        kept::keep(path, at.unwrap_or_else(clock::now), &answer.body);
    }
    Ok(reply)
}

/// One exchange within `limit` milliseconds. What takes longer is ended.
async fn exchange(
    address: &str,
    options: &RequestInit,
    shared: Option<String>,
    early: Option<Promise>,
    limit: i32,
) -> Result<Answer, ApiError> {
    let mut work = pin!(fetch::exchange(address, options, shared, early));
    let quick = limit.min(SLOW_MS);
    if let Some(answer) = timer::within(quick, work.as_mut()).await {
        return answer;
    }
    let _slow = network::Slow::begin();
    timer::within(limit - quick, work).await.unwrap_or(Err(ApiError::Timeout))
}

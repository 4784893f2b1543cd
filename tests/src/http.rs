//! A small HTTP client; each answer of the API is held against the contract at once.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::contract::{BASE, Contract};

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of that name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When it is something else.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("not JSON: {}", self.text()))
    }
}

/// The pool of connections of a test.
pub type Pool = Client<HttpConnector, Full<Bytes>>;

/// A new pool.
#[must_use]
pub fn pool() -> Pool {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Sends a request as it is and reads the answer to its end.
///
/// # Errors
/// When nothing answers.
pub async fn exchange(pool: &Pool, request: Request<Full<Bytes>>) -> Result<Answer> {
    let label = format!("{} {}", request.method(), request.uri());
    let response = pool.request(request).await.with_context(|| label.clone())?;
    let (parts, body) = response.into_parts();
    let headers = parts.headers.iter();
    Ok(Answer {
        status: parts.status.as_u16(),
        headers: headers
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: body.collect().await.with_context(|| label)?.to_bytes().to_vec(),
    })
}

/// A client of the API.
#[derive(Clone)]
pub struct Api {
    pool: Pool,
    origin: String,
    seen: Arc<Mutex<BTreeSet<(String, u16)>>>,
    /// Sent with every request, and may be changed between them.
    pub headers: Vec<(String, String)>,
}

impl Api {
    /// A client that nobody has signed in yet, which writes in Chinese.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        let headers =
            [("Accept", "application/json"), ("Accept-Language", "zh-CN"), ("X-Member-Portal", "1")];
        Self {
            pool: pool(),
            origin: origin.to_owned(),
            seen: Arc::default(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        }
    }

    /// The same with a header replaced, or without it.
    #[must_use]
    pub fn with(&self, name: &str, value: Option<&str>) -> Self {
        let mut other = self.clone();
        other.headers.retain(|(one, _)| !one.eq_ignore_ascii_case(name));
        other.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        other
    }

    /// Which operation answered with which status, over all clients that come from the same one.
    #[must_use]
    pub fn seen(&self) -> BTreeSet<(String, u16)> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Signs in with the demo code, in bearer mode.
    ///
    /// # Errors
    /// When the backend refuses or does not run as a demonstration.
    pub async fn sign_in(&self, phone: &str) -> Result<Self> {
        let sent = self.post("/sessions/sms-codes", &serde_json::json!({ "phone": phone })).await?;
        let code = sent.header("x-demo-code").context("no X-Demo-Code")?;
        let terms = self.get("/programme").await?.json()?["terms_version"].clone();
        let body =
            serde_json::json!({ "phone": phone, "code": code, "terms_version": terms, "mode": "bearer" });
        let made = self.post("/sessions", &body).await?.json()?;
        let token = made["token"].as_str().with_context(|| format!("no token in {made}"))?;
        Ok(self.with("Authorization", Some(&format!("Bearer {token}"))))
    }

    /// Makes this client an enrolled device by the code that a backend gave.
    ///
    /// # Errors
    /// When the backend refuses.
    pub async fn enrol(&self, code: &str, key: &str) -> Result<Self> {
        let body = serde_json::json!({ "enrolment_code": code });
        let made = self.with("Idempotency-Key", Some(key)).post("/devices/enrolments", &body).await?;
        ensure!(made.status == 201, "{}", made.text());
        Ok(self.with_cookie(&made))
    }

    /// The same with the cookie of an answer beside those that it has.
    #[must_use]
    pub fn with_cookie(&self, answer: &Answer) -> Self {
        let pair =
            answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap_or_default();
        let own = self.headers.iter().find(|(name, _)| name == "Cookie");
        let all = own.map_or_else(|| pair.to_owned(), |(_, own)| format!("{own}; {pair}"));
        self.with("Cookie", Some(&all))
    }

    /// Reads.
    ///
    /// # Errors
    /// When nothing answers, or the answer does not fit the contract.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.send("GET", path, None).await
    }

    /// Sends JSON.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send("POST", path, Some(body.to_string())).await
    }

    /// Sends; a body is announced as JSON unless the headers say otherwise. `path` stands below the base.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn send(&self, method: &str, path: &str, body: Option<String>) -> Result<Answer> {
        let mut request = Request::builder().method(method).uri(format!("{}{BASE}{path}", self.origin));
        if body.is_some() && !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            request = request.header("Content-Type", "application/json");
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(body.unwrap_or_default())))?;
        let answer = exchange(&self.pool, request).await?;
        Contract::get().check(method, path, &answer)?;
        if let Some(operation) = Contract::get().operation(method, path.split('?').next().unwrap_or_default())
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.insert((operation.id.clone(), answer.status));
        }
        Ok(answer)
    }
}

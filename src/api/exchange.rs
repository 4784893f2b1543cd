//! What is sent and what comes back, without the browser: the fetch of the portal and the tests of its flows share it.

use crate::api::endpoint::Endpoint;
use crate::api::error::{ApiError, Problem};
use crate::api::node::{Decoded, Node, parse};
use crate::domain::date::Instant;
use miniserde::json::Value;

/// Longest waits, in seconds, that a backend can ask for.
const LONGEST_WAIT_S: i64 = 3600;

/// One request to the backend.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: &'static str,
    /// The address below the API's base.
    pub endpoint: Endpoint,
    /// The body, as JSON text.
    pub body: Option<String>,
    /// Makes a repetition harmless.
    pub key: Option<String>,
    /// The member whom it is for: when somebody else is signed in by then, it is refused.
    pub member: Option<String>,
}

impl Request {
    /// Reads a resource.
    pub fn get(endpoint: Endpoint) -> Self {
        Self { method: "GET", endpoint, body: None, key: None, member: None }
    }

    /// Creates or spends.
    pub fn post(endpoint: Endpoint, body: String, key: Option<&str>) -> Self {
        Self { method: "POST", endpoint, body: Some(body), key: key.map(str::to_owned), member: None }
    }

    /// For this member and nobody else.
    #[must_use]
    pub fn of(self, member: &str) -> Self {
        Self { member: Some(member.to_owned()), ..self }
    }

    /// The headers that the contract asks for, apart from the credentials.
    pub fn headers(&self, language: &'static str, set: &mut dyn FnMut(&str, &str)) {
        set("Accept", "application/json");
        set("Accept-Language", language);
        if self.method != "GET" {
            set("X-Member-Portal", "1");
        }
        if self.body.is_some() {
            set("Content-Type", "application/json");
        }
        if let Some(key) = &self.key {
            set("Idempotency-Key", key);
        }
        if let Some(member) = &self.member {
            set("X-Member-Id", member);
        }
    }
}

/// An answer as it came.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `X-Server-Time`.
    pub server_time: Option<String>,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// The body.
    pub body: String,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    value: Value,
    /// The server's time, where it told.
    pub at: Option<Instant>,
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

impl Answer {
    /// The server's time, where it told.
    pub fn time(&self) -> Option<Instant> {
        Instant::parse(self.server_time.as_deref()?)
    }

    /// A success with its value, or the backend's refusal.
    ///
    /// # Errors
    /// [`ApiError::Problem`] or [`ApiError::Malformed`].
    pub fn read(&self) -> Result<Reply, ApiError> {
        let at = self.time();
        if !(200..300).contains(&self.status) {
            let wait = self.retry_after.as_deref().and_then(|text| text.trim().parse::<i64>().ok());
            let wait = wait.map(|seconds| seconds.clamp(1, LONGEST_WAIT_S));
            return Err(ApiError::Problem(Box::new(Problem::read(self.status, &self.body, wait))));
        }
        if self.status == 204 {
            return Ok(Reply { value: Value::Null, at });
        }
        parse(&self.body).map(|value| Reply { value, at }).ok_or(ApiError::Malformed(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::endpoint;

    #[test]
    fn what_is_cut_short_is_malformed_and_a_refusal_keeps_its_wait() {
        let answer = |status, body: &str| Answer { status, body: body.into(), ..Answer::default() };
        assert_eq!(answer(201, "{\"id\":\"a\"").read().err(), Some(ApiError::Malformed("")));
        assert_eq!(answer(200, "").read().err(), Some(ApiError::Malformed("")));
        assert!(answer(204, "").read().is_ok());
        let busy = Answer { retry_after: Some(" 7 ".into()), ..answer(429, "") };
        assert_eq!(busy.read().err().and_then(|error| error.retry_after()), Some(7));
        let far = Answer { retry_after: Some("99999999999".into()), ..answer(503, "<html>") };
        assert_eq!(far.read().err().and_then(|error| error.retry_after()), Some(LONGEST_WAIT_S));
    }

    #[test]
    fn writes_carry_the_header_against_forgery_and_the_key() {
        let headers = |request: Request| {
            let mut all = Vec::new();
            request.headers("en", &mut |name, value| all.push(format!("{name}: {value}")));
            all
        };
        let post = headers(Request::post(endpoint::redemptions(), "{}".into(), Some("k")));
        assert!(post.contains(&"X-Member-Portal: 1".into()) && post.contains(&"Idempotency-Key: k".into()));
        assert_eq!(
            headers(Request::get(endpoint::me())),
            ["Accept: application/json", "Accept-Language: en"]
        );
    }
}

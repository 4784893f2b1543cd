//! A client of the router, without a network.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs, unreachable_pub)]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use backend::{Clock, Config, Limits};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use tower::ServiceExt;

pub const NOW: &str = "2026-08-12T08:58:00Z";
/// The seeded members of the coffee programme.
pub const AT_RISK: &str = "13800130417";
pub const THREE_EXPIRIES: &str = "13800130418";
pub const NEW: &str = "13800130419";

pub fn config(programme: &str) -> Config {
    Config {
        clock: Clock::frozen(NOW.parse().unwrap()),
        demo: true,
        limits: Limits::relaxed(),
        ..Config::new(programme)
    }
}

pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts a problem and returns it.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status.as_u16(), self.json()["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.text
        );
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("/problems/{code}"));
        for field in ["title", "detail", "instance"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
        }
        problem
    }

    #[track_caller]
    pub fn ok(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json()
    }
}

#[derive(Clone)]
pub struct Client {
    pub router: Router,
    pub cookie: Option<String>,
    pub language: &'static str,
}

impl Client {
    pub fn new(config: &Config) -> Self {
        Self { router: backend::app(config).unwrap(), cookie: None, language: "zh-CN" }
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let path = if ["/media", "/api", "/demo", "/wx"].iter().any(|prefix| path.starts_with(prefix)) {
            path.to_owned()
        } else {
            format!("/api/v1{path}")
        };
        let mut request =
            Request::builder().method(method.clone()).uri(path).header("accept-language", self.language);
        if method != Method::GET && method != Method::HEAD {
            request = request.header("x-member-portal", "1");
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", format!("theme=x; {cookie}"));
        }
        request
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub async fn write(&self, method: Method, path: &str, body: &Value) -> Reply {
        let request = self.request(method, path).header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.write(Method::POST, path, body).await
    }

    /// POST with a key, and with a body unless that is null.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Reply {
        let request = self.request(Method::POST, path).header("idempotency-key", key);
        let request = if body.is_null() {
            request.body(Body::empty())
        } else {
            request.header("content-type", "application/json").body(Body::from(body.to_string()))
        };
        self.send(request.unwrap()).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(self.request(Method::DELETE, path).body(Body::empty()).unwrap()).await
    }

    pub async fn code(&self, phone: &str) -> String {
        let reply = self.post("/sessions/sms-codes", &json!({"phone": phone})).await;
        assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text);
        reply.header("x-demo-code").to_owned()
    }

    /// A client that is signed in as the member of a number.
    pub async fn sign_in(&self, phone: &str) -> Self {
        let version = self.get("/programme").await.json()["terms_version"].clone();
        let code = self.code(phone).await;
        let reply =
            self.post("/sessions", &json!({"phone": phone, "code": code, "terms_version": version})).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text);
        let cookie = reply.header("set-cookie").split(';').next().unwrap().to_owned();
        Self { cookie: Some(cookie), ..self.clone() }
    }

    pub async fn redeem(&self, reward: &str, quantity: i64, cost: i64, key: &str) -> Reply {
        let body =
            json!({"reward_id": reward, "quantity": quantity, "expected_cost": cost, "client_ref": key});
        self.post_once("/me/redemptions", key, &body).await
    }

    /// The balance, after checking that it is the sum of its buckets and of the ledger.
    pub async fn checked_balance(&self) -> i64 {
        let points = self.get("/me/points").await.ok(200);
        let available = points["available"].as_i64().unwrap();
        let sum = |list: &Value| {
            list.as_array().unwrap().iter().map(|row| row["amount"].as_i64().unwrap()).sum::<i64>()
        };
        assert_eq!(sum(&points["expiring"]), available);
        let (mut total, mut cursor) = (0, String::new());
        loop {
            let page = self.get(&format!("/me/points/transactions?limit=100{cursor}")).await.ok(200);
            total += sum(&page["data"]);
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(total, available);
        available
    }
}

/// A new key, in the form of a UUID.
pub fn key() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("5b0f2c1e-7d64-4c0e-9a35-{:012x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

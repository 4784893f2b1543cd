//! A store's hall: a backend whose clock the test moves, and kiosks in it.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs, unreachable_pub)]

use crate::common::{Client, Reply, config, key};
use backend::{Clock, Config};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub const START: i64 = 1_786_525_080_000;

pub struct Hall {
    /// A browser without any cookie.
    pub nobody: Client,
    pub clock: Arc<AtomicI64>,
}

impl Hall {
    pub async fn new(programme: &str) -> Self {
        Self::with(config(programme))
    }

    pub fn with(config: Config) -> Self {
        let clock = Arc::new(AtomicI64::new(START));
        let config = Config { clock: Clock::by_hand(Arc::clone(&clock)), ..config };
        Self { nobody: Client::new(&config), clock }
    }

    pub fn pass(&self, millis: i64) {
        self.clock.fetch_add(millis, Ordering::SeqCst);
    }

    pub async fn code(&self, body: &Value) -> String {
        let made = self.nobody.post("/demo/enrolment-codes", body).await.ok(201);
        made["enrolment_code"].as_str().unwrap().to_owned()
    }

    /// Another device.
    pub async fn kiosk(&self) -> Client {
        enrolled(&self.nobody, &self.code(&json!({})).await).await
    }
}

/// The name and value of a `Set-Cookie`.
pub fn pair(cookie: &str) -> String {
    cookie.split(';').next().unwrap().to_owned()
}

pub async fn enrol(client: &Client, code: &str, key: &str) -> Reply {
    client.post_once("/devices/enrolments", key, &json!({"enrolment_code": code})).await
}

/// The same browser, as a device.
pub async fn enrolled(client: &Client, code: &str) -> Client {
    let reply = enrol(client, code, &key()).await;
    assert_eq!(reply.status.as_u16(), 201, "{}", reply.text);
    Client { cookie: Some(pair(reply.header("set-cookie"))), ..client.clone() }
}

impl Client {
    /// The answer to signing in by text message in this browser.
    pub async fn session_here(&self, phone: &str) -> Reply {
        let version = self.get("/programme").await.json()["terms_version"].clone();
        let code = self.code(phone).await;
        self.post("/sessions", &json!({"phone": phone, "code": code, "terms_version": version})).await
    }

    /// The same browser with the session of an answer beside its other cookies.
    pub fn with_session(&self, reply: &Reply) -> Self {
        assert_eq!(reply.status.as_u16(), 201, "{}", reply.text);
        let cookie = self.cookie.as_ref().map(|own| format!("{own}; ")).unwrap_or_default();
        Self { cookie: Some(cookie + &pair(reply.header("set-cookie"))), ..self.clone() }
    }

    /// Signs in by text message, and stays the device that it is.
    pub async fn sign_in_here(&self, phone: &str) -> Self {
        self.with_session(&self.session_here(phone).await)
    }
}

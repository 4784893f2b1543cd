//! A WeChat of the tests, at an address of its own: it answers what a test tells it to, and remembers what it was asked.

use crate::common::{Client, config};
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use backend::{Config, WechatSettings};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) const SECRET: &str = "hush-program-secret";
pub(crate) const ACCOUNT_SECRET: &str = "hush-account-secret";

/// What it was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) query: HashMap<String, String>,
    pub(crate) body: Value,
}

type Rule = Box<dyn Fn(&Asked) -> Option<Value> + Send>;

/// WeChat, which knows `wx-<name>` for people and takes every token that it gave.
#[derive(Clone)]
pub(crate) struct Fake {
    pub(crate) origin: String,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
    rule: Arc<Mutex<Option<Rule>>>,
}

impl Fake {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let fake = Self { origin, asked: Arc::default(), rule: Arc::default() };
        let own = fake.clone();
        let router = axum::Router::new().fallback(move |request: Request| {
            let own = own.clone();
            async move { own.answer(request).await }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        fake
    }

    /// Answers by `rule` first, and as usual where that gives nothing. `null` is no answer at all.
    pub(crate) fn rule(&self, rule: impl Fn(&Asked) -> Option<Value> + Send + 'static) {
        *self.rule.lock().unwrap() = Some(Box::new(rule));
    }

    pub(crate) fn count(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|one| one.path == path).count()
    }

    pub(crate) fn last(&self, path: &str) -> Asked {
        self.asked.lock().unwrap().iter().rev().find(|one| one.path == path).unwrap().clone()
    }

    async fn answer(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let query = parts.uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let asked = Asked {
            path: parts.uri.path().to_owned(),
            query: query.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: serde_json::from_slice(&body).unwrap_or_default(),
        };
        self.asked.lock().unwrap().push(asked.clone());
        let ruled = self.rule.lock().unwrap().as_ref().and_then(|rule| rule(&asked));
        let value = ruled.unwrap_or_else(|| self.usual(&asked));
        if value.is_null() {
            std::future::pending::<()>().await;
        }
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        // As WeChat has it.
        Response::builder().header("content-type", "text/plain").body(Body::from(text)).unwrap()
    }

    fn usual(&self, asked: &Asked) -> Value {
        let given = |name: &str| asked.query.get(name).cloned().unwrap_or_default();
        let person = |code: String| match code.strip_prefix("wx-") {
            Some(name) => json!({"openid": format!("openid-{name}"), "session_key": "hush-session-key"}),
            None => json!({"errcode": 40029, "errmsg": format!("invalid code {code}")}),
        };
        let known = [SECRET, ACCOUNT_SECRET].contains(&given("secret").as_str());
        match asked.path.as_str() {
            "/sns/jscode2session" if known => person(given("js_code")),
            "/sns/oauth2/access_token" if known => person(given("code")),
            "/cgi-bin/token" if known => {
                let number = self.count("/cgi-bin/token");
                json!({"access_token": format!("hush-token-{}-{number}", given("appid")), "expires_in": 7200})
            }
            "/wxa/business/getuserphonenumber"
                if given("access_token").starts_with("hush-token-wxprogram") =>
            {
                let number =
                    asked.body["code"].as_str().unwrap_or_default().trim_start_matches("wxphone-").to_owned();
                let (country, pure) = number.split_once('-').unwrap_or(("86", number.as_str()));
                let info = json!({"phoneNumber": number, "countryCode": country, "purePhoneNumber": pure});
                json!({"errcode": 0, "errmsg": "ok", "phone_info": info})
            }
            "/cgi-bin/ticket/getticket" if given("access_token").starts_with("hush-token-wxaccount") => {
                json!({"errcode": 0, "errmsg": "ok", "ticket": "hush-jsapi-ticket", "expires_in": 7200})
            }
            "/pay" => json!({
                "time_stamp": "1786525080", "nonce": "n", "package": "prepay_id=1", "sign_type": "RSA", "pay_sign": "s",
            }),
            _ => json!({"errcode": 40125, "errmsg": "invalid"}),
        }
    }

    pub(crate) fn settings(&self) -> WechatSettings {
        WechatSettings {
            account: Some(("wxaccount".into(), ACCOUNT_SECRET.into())),
            api: format!("{}/", self.origin),
            pay: Some(format!("{}/pay", self.origin)),
            patience: Duration::from_millis(400),
            ..WechatSettings::new("wxprogram", SECRET)
        }
    }

    /// A backend that asks this WeChat.
    pub(crate) fn client(&self) -> Client {
        Client::new(&Config { wechat: Some(self.settings()), ..config("coffee") })
    }
}

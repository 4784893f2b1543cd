//! The reference backend in this process: seeded in memory, its clock frozen, on a port of its own.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use anyhow::{Context, Result, ensure};
use backend::{Clock, Config, Limits};
use http_body_util::Full;
use hyper::Request;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::http::{exchange, pool};
use crate::{NOW, NOW_MILLIS, portal, project};

/// A backend that ends when this is dropped.
pub struct Backend {
    /// `http://127.0.0.1:<port>`
    pub origin: String,
    task: JoinHandle<()>,
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Backend {
    /// Starts a programme's backend without a portal.
    ///
    /// # Errors
    /// When it can't be opened.
    pub async fn start(programme: &str) -> Result<Self> {
        Self::start_with(config(programme)?).await
    }

    /// Starts a programme's backend that serves the built portal too: `dist/`, or the directory that `PORTAL_DIST` names.
    ///
    /// # Errors
    /// When it can't be opened, or the portal is not built.
    pub async fn start_with_portal(programme: &str) -> Result<Self> {
        Self::start_with(Config { portal: Some(portal()?), ..config(programme)? }).await
    }

    /// Both: the built portal, and a clock that shows the milliseconds since 1970 in `millis`, which the test moves.
    ///
    /// # Errors
    /// When it can't be opened, or the portal is not built.
    pub async fn start_with_portal_by_hand(programme: &str, millis: Arc<AtomicI64>) -> Result<Self> {
        let clock = Clock::by_hand(millis);
        Self::start_with(Config { clock, portal: Some(portal()?), ..config(programme)? }).await
    }

    /// Starts a backend with the limits of production.
    ///
    /// # Errors
    /// When it can't be opened.
    pub async fn start_strict(programme: &str) -> Result<Self> {
        Self::start_with(Config { limits: Limits::default(), ..config(programme)? }).await
    }

    /// Starts a programme's backend whose clock shows the milliseconds since 1970 in `millis`, which the test moves.
    ///
    /// # Errors
    /// When it can't be opened.
    pub async fn start_by_hand(programme: &str, millis: Arc<AtomicI64>) -> Result<Self> {
        Self::start_with(Config { clock: Clock::by_hand(millis), ..config(programme)? }).await
    }

    /// Starts a backend as `config` says; begin from [`config`].
    ///
    /// # Errors
    /// When it can't be opened.
    pub async fn start_with(config: Config) -> Result<Self> {
        Self::serve(tokio::task::spawn_blocking(move || backend::app(&config)).await??).await
    }

    /// A fresh code that enrols a browser as the first kiosk of the programme's first store, once and within a day.
    ///
    /// # Errors
    /// When the backend doesn't run as a demonstration, or goes without devices.
    pub async fn enrolment_code(&self) -> Result<String> {
        let made = self.operate("POST", "/demo/enrolment-codes", Some(json!({}))).await?;
        made["enrolment_code"].as_str().map(str::to_owned).with_context(|| format!("no code in {made}"))
    }

    /// The devices that were enrolled so far, with their last heartbeats.
    ///
    /// # Errors
    /// As [`Self::enrolment_code`].
    pub async fn devices(&self) -> Result<Vec<Value>> {
        let list = self.operate("GET", "/demo/devices", None).await?;
        Ok(list["data"].as_array().cloned().unwrap_or_default())
    }

    /// Revokes every device that was enrolled so far.
    ///
    /// # Errors
    /// As [`Self::enrolment_code`].
    pub async fn revoke_devices(&self) -> Result<()> {
        self.to_each_device("/demo/devices/revoke", &json!({})).await
    }

    /// Changes settings (any of them, as `settings` of `GET /devices/current`) of every device that was enrolled so far.
    ///
    /// # Errors
    /// As [`Self::enrolment_code`], and when a value is refused.
    pub async fn set_kiosk_settings(&self, settings: Value) -> Result<()> {
        self.to_each_device("/demo/devices/settings", &settings).await
    }

    async fn to_each_device(&self, path: &str, body: &Value) -> Result<()> {
        for device in self.devices().await? {
            let mut body = body.clone();
            body["device_id"] = device["id"].clone();
            self.operate("POST", path, Some(body)).await?;
        }
        Ok(())
    }

    /// Asks what stands in for an operator's console, which is no part of the contract.
    async fn operate(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value> {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.origin));
        let request = request.header("Content-Type", "application/json");
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let answer = exchange(&pool(), request.body(Full::from(body))?).await?;
        ensure!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.text());
        if answer.body.is_empty() { Ok(Value::Null) } else { answer.json() }
    }

    async fn serve(router: axum::Router) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, service).await {
                eprintln!("the backend ended: {error}");
            }
        });
        Ok(Self { origin: format!("http://{address}"), task })
    }
}

/// How the backends of the tests run: seeded in memory, the clock frozen at [`NOW`], a demo with relaxed limits.
///
/// # Errors
/// When the frozen time can't be read.
pub fn config(programme: &str) -> Result<Config> {
    let clock = Clock::frozen(NOW.parse().context("the frozen time")?);
    Ok(Config { clock, demo: true, limits: Limits::relaxed(), ..Config::new(programme) })
}

/// [`NOW`] for a clock that is moved by hand.
#[must_use]
pub fn now_by_hand() -> Arc<AtomicI64> {
    Arc::new(AtomicI64::new(NOW_MILLIS))
}

/// The seed file of a programme.
///
/// # Errors
/// When it can't be read.
pub fn seed(programme: &str) -> Result<Value> {
    let path = project(&format!("crates/backend/seeds/{programme}.json"));
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(serde_json::from_str(&text)?)
}

/// The phone number of a seeded member: `at_risk`, `three_expiries` or `new`.
///
/// # Errors
/// When there is none.
pub fn phone(programme: &str, persona: &str) -> Result<String> {
    let seed = seed(programme)?;
    let mut members = seed["members"].as_array().into_iter().flatten();
    let member = members.find(|member| member["persona"] == persona);
    let phone = member.and_then(|member| member["phone"].as_str());
    phone.map(str::to_owned).with_context(|| format!("{programme} has no member {persona}"))
}

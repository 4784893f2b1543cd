//! A place in which redemptions run without a browser: what a device keeps, what a tab is, and a real client.
//!
//! The backend's clock is moved by hand, so that pauses and time-outs take no time; only the client really waits
//! ([`PATIENCE`]) before it gives up. Everything of one device runs on one thread, as in a browser.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use member_portal::api::error::ApiError;
use member_portal::api::exchange::{Answer, Reply, Request};
use member_portal::domain::date::Instant;
use member_portal::domain::redeeming::{Intent, Promise};
use member_portal::redeeming::{World, read};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::contract::BASE;
use crate::http::{self, Pool};
use crate::proxy::Proxy;

/// How long the client really waits before it gives up, unless the backend is at work.
pub const PATIENCE: Duration = Duration::from_millis(150);
/// How much time that is for the backend, in milliseconds: as long as the portal waits.
const READ_MS: i64 = 15_000;
const WRITE_MS: i64 = 20_000;
/// Nothing takes longer, however busy the machine is.
const LONGEST: Duration = Duration::from_secs(20);

/// A member who is signed in.
#[derive(Clone, Debug)]
pub struct Member {
    /// Identifier.
    pub id: String,
    /// `name=value` of the session.
    pub cookie: String,
}

/// A device: what outlives its tabs.
pub struct Device {
    /// Who is signed in on it.
    pub member: Member,
    /// What the backend promises.
    pub promise: Promise,
    /// The backend's clock, in milliseconds since 1970.
    pub clock: Arc<AtomicI64>,
    /// By how much the device's own clock is wrong, in milliseconds.
    pub skew: i64,
    /// Whether what it keeps can't be read now.
    pub unreadable: Cell<bool>,
    proxy: Rc<Proxy>,
    pool: Pool,
    kept: RefCell<BTreeMap<String, String>>,
    locks: RefCell<HashMap<String, Arc<Mutex<()>>>>,
    log: RefCell<Vec<String>>,
}

impl Device {
    /// A device on which nothing is kept.
    #[must_use]
    pub fn new(
        proxy: Rc<Proxy>,
        member: Member,
        promise: Promise,
        clock: Arc<AtomicI64>,
        skew: i64,
    ) -> Rc<Self> {
        // A connection for each exchange: what happens to one must not happen to the next.
        let pool = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .retry_canceled_requests(false)
            .build_http();
        Rc::new(Self {
            member,
            promise,
            clock,
            skew,
            unreadable: Cell::new(false),
            proxy,
            pool,
            kept: RefCell::default(),
            locks: RefCell::default(),
            log: RefCell::default(),
        })
    }

    /// The backend's time.
    #[must_use]
    pub fn time(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    /// Lets time pass, in milliseconds.
    pub fn pass(&self, milliseconds: i64) {
        self.clock.fetch_add(milliseconds, Ordering::SeqCst);
    }

    /// Every intent that is kept.
    #[must_use]
    pub fn intents(&self) -> Vec<Intent> {
        self.kept.borrow().values().filter_map(|text| read(text)).collect()
    }

    /// Notes what happened.
    pub fn log(&self, line: String) {
        self.log.borrow_mut().push(line);
    }

    /// What happened, oldest first.
    #[must_use]
    pub fn story(&self) -> Vec<String> {
        self.log.borrow().clone()
    }
}

/// A tab: what is lost when it is killed.
pub struct Tab {
    /// The device.
    pub device: Rc<Device>,
    /// For the log.
    pub name: String,
    /// How far the server's clock is ahead of this tab's.
    ahead: Cell<i64>,
    /// How many points were passed at which it can be killed.
    points: Cell<usize>,
    dies_at: Cell<Option<usize>>,
}

impl Tab {
    /// A new tab, which has heard nothing from the server yet.
    #[must_use]
    pub fn new(device: &Rc<Device>, name: &str) -> Rc<Self> {
        Rc::new(Self {
            device: Rc::clone(device),
            name: name.to_owned(),
            ahead: Cell::new(device.skew),
            points: Cell::new(0),
            dies_at: Cell::new(None),
        })
    }

    /// How many points it has passed: before and after everything it asks of its world there is one.
    #[must_use]
    pub fn points(&self) -> usize {
        self.points.get()
    }

    /// It goes no further than this point, so that it can be killed there.
    pub fn dies_at(&self, point: usize) {
        self.dies_at.set(Some(point));
    }

    /// Whether it stands at the point where it dies.
    #[must_use]
    pub fn is_dying(&self) -> bool {
        self.dies_at.get().is_some_and(|point| self.points.get() > point)
    }

    async fn point(&self) {
        let point = self.points.get();
        self.points.set(point + 1);
        if self.dies_at.get() == Some(point) {
            std::future::pending::<()>().await;
        }
        tokio::task::yield_now().await;
    }

    async fn exchange(&self, request: Request) -> Result<Reply, ApiError> {
        let device = &self.device;
        let address = format!("{}{BASE}{}", device.proxy.origin, request.endpoint.path());
        let mut forward = hyper::Request::builder().method(request.method).uri(address);
        let mut headers = vec![("Cookie".to_owned(), device.member.cookie.clone())];
        request.headers("zh-CN", &mut |name, value| headers.push((name.into(), value.into())));
        for (name, value) in headers {
            forward = forward.header(name, value);
        }
        let body = Full::new(Bytes::from(request.body.unwrap_or_default()));
        let forward = forward.body(body).map_err(|_| ApiError::Offline)?;
        let answer = tokio::select! {
            answer = http::exchange(&device.pool, forward) => answer.map_err(|_| ApiError::Offline)?,
            () = self.gives_up() => {
                device.pass(if request.method == "GET" { READ_MS } else { WRITE_MS });
                return Err(ApiError::Timeout);
            }
        };
        let header = |name: &str| answer.header(name).map(str::to_owned);
        let answer = Answer {
            status: answer.status,
            server_time: header("x-server-time"),
            retry_after: header("retry-after"),
            body: answer.text(),
        };
        if let Some(at) = answer.time() {
            self.ahead.set(at.0 - device.time());
        }
        answer.read()
    }

    /// A machine that is slow must not look like a network that is.
    async fn gives_up(&self) {
        let begun = tokio::time::Instant::now();
        loop {
            tokio::time::sleep(PATIENCE).await;
            if self.device.proxy.busy() == 0 || begun.elapsed() > LONGEST {
                return;
            }
        }
    }
}

impl World for Tab {
    type Guard = OwnedMutexGuard<()>;

    fn promise(&self) -> Promise {
        self.device.promise
    }

    fn now(&self) -> Instant {
        Instant(self.device.time() + self.ahead.get())
    }

    async fn hold(&self, name: &str) -> Option<Self::Guard> {
        self.point().await;
        let lock = Arc::clone(self.device.locks.borrow_mut().entry(name.to_owned()).or_default());
        let guard = lock.lock_owned().await;
        self.point().await;
        Some(guard)
    }

    async fn kept(&self) -> Option<Vec<(String, String)>> {
        self.point().await;
        let kept = (!self.device.unreadable.get()).then(|| self.device.kept.borrow().clone());
        self.point().await;
        kept.map(|kept| kept.into_iter().collect())
    }

    async fn keep(&self, name: &str, text: &str) {
        self.point().await;
        self.device.kept.borrow_mut().insert(name.to_owned(), text.to_owned());
        self.point().await;
    }

    async fn forget(&self, name: &str) {
        self.point().await;
        self.device.kept.borrow_mut().remove(name);
        self.point().await;
    }

    async fn send(&self, request: Request) -> Result<Reply, ApiError> {
        self.point().await;
        let outcome = self.exchange(request).await;
        self.point().await;
        outcome
    }

    async fn pause(&self, milliseconds: i32) {
        self.point().await;
        // A moment for whatever else happens meanwhile.
        tokio::time::sleep(Duration::from_millis(2)).await;
        self.device.pass(i64::from(milliseconds));
        self.point().await;
    }

    async fn member(&self) -> Result<String, ApiError> {
        self.point().await;
        Ok(self.device.member.id.clone())
    }
}

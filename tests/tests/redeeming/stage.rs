//! The real backend with its clock in our hand, a proxy before it, and members who are signed in.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use backend::{Clock, Config};
use member_portal::domain::redeeming::Promise;
use portal_tests::backend::{Backend, config, now_by_hand, phone};
use portal_tests::http::Api;
use portal_tests::proxy::Proxy;
use portal_tests::world::Member;
use serde_json::{Value, json};

/// Schedules on one stage; points last for no more.
pub(crate) const LASTS: usize = 24;

/// A key that nobody has used.
pub(crate) fn new_key() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("5b0f2c1e-7d64-4c0e-9a35-{:012x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Somebody with points, and a way to ask the backend about them that nothing can spoil.
pub(crate) struct Somebody {
    pub(crate) member: Member,
    api: Api,
    last: RefCell<Option<Account>>,
}

pub(crate) struct Stage {
    _backend: Backend,
    pub(crate) proxy: Rc<Proxy>,
    pub(crate) clock: Arc<AtomicI64>,
    pub(crate) promise: Promise,
    pub(crate) people: Vec<Somebody>,
    pub(crate) used: usize,
}

impl Stage {
    pub(crate) async fn set(without: &[&str]) -> Result<Self> {
        let clock = now_by_hand();
        let without = without.iter().map(|&feature| feature.to_owned()).collect();
        let config = Config { clock: Clock::by_hand(Arc::clone(&clock)), without, ..config("coffee")? };
        let backend = Backend::start_with(config).await?;
        let api = Api::new(&backend.origin);
        let programme = api.get("/programme").await?.json()?;
        let has =
            |feature: &str| programme["features"].as_array().is_some_and(|all| all.contains(&json!(feature)));
        let promise = Promise { idempotent: has("idempotency"), deadline: has("redemption-deadline") };
        let mut people = Vec::new();
        for persona in ["at_risk", "three_expiries"] {
            people.push(Somebody::sign_in(&api, &phone("coffee", persona)?, &programme).await?);
        }
        let proxy = Rc::new(Proxy::start(&backend.origin).await?);
        Ok(Self { _backend: backend, proxy, clock, promise, people, used: 0 })
    }
}

impl Somebody {
    async fn sign_in(nobody: &Api, phone: &str, programme: &Value) -> Result<Self> {
        let sent = nobody.post("/sessions/sms-codes", &json!({ "phone": phone })).await?;
        let code = sent.header("x-demo-code").context("no X-Demo-Code")?;
        let body = json!({ "phone": phone, "code": code, "terms_version": programme["terms_version"] });
        let made = nobody.post("/sessions", &body).await?;
        let cookie = made.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        let cookie = cookie.context("no session")?.to_owned();
        let api = nobody.with("Cookie", Some(&cookie));
        let me = api.get("/me").await?.json()?;
        let id = me["id"].as_str().context("no member")?.to_owned();
        Ok(Self { member: Member { id, cookie }, api, last: RefCell::default() })
    }

    async fn all(&self, path: &str) -> Result<Vec<Value>> {
        let mut rows = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.api.get(&format!("{path}?limit=100{cursor}")).await?.json()?;
            rows.extend(page["data"].as_array().context("no page")?.iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(rows),
            }
        }
    }

    /// Redeems on another device; returns the redemption.
    pub(crate) async fn redeem(&self, reward: &str, cost: i64) -> Result<String> {
        let key = new_key();
        let body = json!({ "reward_id": reward, "quantity": 1, "expected_cost": cost, "client_ref": key });
        let made =
            self.api.with("Idempotency-Key", Some(&key)).post("/me/redemptions", &body).await?.json()?;
        made["id"].as_str().map(str::to_owned).with_context(|| format!("not made: {made}"))
    }

    /// Cancels on another device.
    pub(crate) async fn cancel(&self, redemption: &str) -> Result<()> {
        let path = format!("/me/redemptions/{redemption}/cancel");
        let answer = self.api.with("Idempotency-Key", Some(&new_key())).send("POST", &path, None).await?;
        ensure!(answer.status == 200, "not cancelled: {}", answer.text());
        Ok(())
    }

    /// What the backend had of this member when the schedule before was compared, after which only time has passed.
    pub(crate) async fn account_before(&self) -> Result<Account> {
        let last = self.last.take();
        match last {
            Some(account) => Ok(account),
            None => self.account().await,
        }
    }

    /// Keeps it for the next schedule.
    pub(crate) fn remember(&self, account: Account) {
        self.last.replace(Some(account));
    }

    /// What the backend has of this member.
    pub(crate) async fn account(&self) -> Result<Account> {
        let points = self.api.get("/me/points").await?.json()?;
        let ledger = self.all("/me/points/transactions").await?;
        let redemptions = self.all("/me/redemptions").await?;
        let sum = |rows: &[Value]| rows.iter().filter_map(|row| row["amount"].as_i64()).sum::<i64>();
        let available = points["available"].as_i64().context("no balance")?;
        let buckets = sum(points["expiring"].as_array().context("no buckets")?);
        ensure!(
            available == buckets && available == sum(&ledger),
            "the balance is {available}, its buckets hold {buckets}, the ledger says {}",
            sum(&ledger)
        );
        Ok(Account { ledger, redemptions })
    }
}

/// A member's points and redemptions; the balance has been compared with the ledger.
pub(crate) struct Account {
    ledger: Vec<Value>,
    pub(crate) redemptions: Vec<Value>,
}

impl Account {
    /// What has changed since: (amount, type) of each new entry apart from what expired, and the new redemptions.
    pub(crate) fn since(&self, before: &Self) -> (Vec<(i64, String)>, Vec<Value>) {
        fn ids(rows: &[Value]) -> BTreeSet<&str> {
            rows.iter().filter_map(|row| row["id"].as_str()).collect()
        }
        fn new<'a>(rows: &'a [Value], old: &[Value]) -> Vec<&'a Value> {
            let old = ids(old);
            rows.iter().filter(|row| row["id"].as_str().is_some_and(|id| !old.contains(id))).collect()
        }
        let entry = |row: &Value| {
            (row["amount"].as_i64().unwrap_or_default(), row["type"].as_str().unwrap_or_default().to_owned())
        };
        let entries =
            new(&self.ledger, &before.ledger).into_iter().map(entry).filter(|(_, kind)| kind != "expire");
        (entries.collect(), new(&self.redemptions, &before.redemptions).into_iter().cloned().collect())
    }
}

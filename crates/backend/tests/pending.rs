//! Redemptions that wait for money or for a partner, with the clock in hand: every way out of the wait adds up.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use axum::body::Body;
use axum::http::{Method, Request};
use backend::{Clock, Config};
use common::{Client, Reply, config, key};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const START: i64 = 1_786_525_080_000;
const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// Sparkling: 3,200 points and 29 yuan, 37 left.
const BLANKET: (&str, i64) = ("picnic-blanket", 3200);
/// Sparkling: 500 points, 13 left, two a month; a partner issues it in eight seconds.
const HIKE: (&str, i64) = ("hike-place", 500);
const AT_RISK: &str = "13700130417";
const THREE_EXPIRIES: &str = "13700130418";

struct Setting {
    client: Client,
    clock: Arc<AtomicI64>,
}

impl Setting {
    async fn new() -> Self {
        let clock = Arc::new(AtomicI64::new(START));
        let config = Config { clock: Clock::by_hand(Arc::clone(&clock)), ..config("sparkling") };
        Self { client: Client::new(&config).sign_in(AT_RISK).await, clock }
    }

    fn pass(&self, millis: i64) {
        self.clock.fetch_add(millis, Ordering::SeqCst);
    }

    async fn redeem(&self, reward: (&str, i64)) -> Value {
        self.client.redeem(reward.0, 1, reward.1, &key()).await.ok(202)
    }

    async fn left(&self, reward: (&str, i64)) -> i64 {
        left(&self.client, reward).await
    }
}

async fn left(client: &Client, reward: (&str, i64)) -> i64 {
    let reward = client.get(&format!("/rewards/{}", reward.0)).await.ok(200);
    reward["stock"]["remaining"].as_i64().unwrap()
}

fn id(redemption: &Value) -> &str {
    redemption["id"].as_str().unwrap()
}

async fn look(client: &Client, redemption: &Value) -> Value {
    client.get(&format!("/me/redemptions/{}", id(redemption))).await.ok(200)
}

async fn cancel(client: &Client, redemption: &Value) -> Reply {
    client.post_once(&format!("/me/redemptions/{}/cancel", id(redemption)), &key(), &Value::Null).await
}

/// What a browser sends from the payment page.
async fn pay(client: &Client, redemption: &Value, form: &'static str) -> Reply {
    let request = Request::post(format!("/demo/payments/{}", id(redemption)))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    client.send(request.body(Body::from(form)).unwrap()).await
}

async fn conclude(client: &Client, redemption: &Value, outcome: &str) -> u16 {
    let body = json!({"redemption_id": redemption["id"], "outcome": outcome});
    client.post("/demo/partner", &body).await.status.as_u16()
}

#[tokio::test]
async fn a_partner_issues_it_when_the_time_has_passed() {
    let setting = Setting::new().await;
    let client = &setting.client;
    let (balance, stock) = (client.checked_balance().await, setting.left(HIKE).await);
    let key = key();
    let first = client.redeem(HIKE.0, 1, HIKE.1, &key).await;
    let made = first.json();
    assert_eq!((first.status.as_u16(), &made["status"]), (202, &json!("pending")));
    assert_eq!(
        (&made["voucher"], &made["payment"], &made["actions"]),
        (&json!(null), &json!(null), &json!([]))
    );
    assert!(made["poll_after"].as_i64().is_some_and(|seconds| (1..=5).contains(&seconds)));
    assert!(!made["status_detail"].as_str().unwrap().is_empty());
    assert_eq!(client.checked_balance().await, balance - HIKE.1);
    assert_eq!(setting.left(HIKE).await, stock - 1);
    cancel(client, &made).await.problem(409, "not-cancellable");

    setting.pass(8 * SECOND - 1);
    assert_eq!(look(client, &made).await["status"], "pending");
    setting.pass(1);
    // Found issued by the list as well, whichever is asked first.
    let list = client.get("/me/redemptions?status=issued").await.ok(200);
    assert_eq!(list["data"][0]["id"], made["id"]);
    let issued = look(client, &made).await;
    assert_eq!((&issued["status"], &issued["poll_after"]), (&json!("issued"), &json!(null)));
    assert_eq!((&issued["status_detail"], &issued["actions"]), (&json!(null), &json!(["cancel"])));
    assert_eq!(issued["voucher"]["valid_from"], "2026-08-12T08:58:08Z");
    assert_eq!(client.checked_balance().await, balance - HIKE.1);
    let again = client.redeem(HIKE.0, 1, HIKE.1, &key).await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (202, "true"));
    assert_eq!(again.text, first.text);
}

#[tokio::test]
async fn a_partner_who_refuses_gives_everything_back() {
    let setting = Setting::new().await;
    let client = &setting.client;
    let before = client.get("/me/points").await.ok(200);
    let stock = setting.left(HIKE).await;
    let made = setting.redeem(HIKE).await;
    assert_eq!(conclude(client, &made, "rejected").await, 204);
    let rejected = look(client, &made).await;
    assert_eq!((&rejected["status"], &rejected["voucher"]), (&json!("rejected"), &json!(null)));
    assert_eq!(rejected["refund"]["points"], HIKE.1);
    assert_eq!(rejected["refund"]["buckets"], made["buckets_used"]);
    assert_eq!(rejected["balance_after"], before["available"]);
    assert_eq!(client.get("/me/points").await.ok(200)["expiring"], before["expiring"]);
    assert_eq!(setting.left(HIKE).await, stock);
    let reward = client.get(&format!("/rewards/{}", HIKE.0)).await.ok(200);
    assert_eq!(reward["per_member_limit"]["used"], 0);
    let entry = client.get("/me/points/transactions?limit=1").await.ok(200)["data"][0].clone();
    assert_eq!((&entry["type"], &entry["source"]["id"]), (&json!("refund"), &made["id"]));
    for outcome in ["issued", "rejected"] {
        assert_eq!(conclude(client, &made, outcome).await, 409);
    }
    assert_eq!(conclude(client, &json!({"id": "nobody"}), "issued").await, 404);
    client.checked_balance().await;
}

#[tokio::test]
async fn money_is_asked_for_first_and_the_voucher_follows() {
    let setting = Setting::new().await;
    let client = &setting.client;
    let asked = json!({"reward_id": BLANKET.0, "quantity": 1});
    let preview = client.post("/me/redemptions/preview", &asked).await.ok(200);
    let money = json!({"amount": 2900, "currency": "CNY"});
    assert_eq!((&preview["cost_money"], &preview["pay_at"]), (&money, &json!("online")));
    let made = setting.redeem(BLANKET).await;
    assert_eq!((&made["status"], &made["voucher"]), (&json!("pending"), &json!(null)));
    let payment = &made["payment"];
    assert_eq!((&payment["amount"], &payment["expires_at"]), (&money, &json!("2026-08-12T09:13:00Z")));
    assert_eq!(made["actions"], json!(["pay", "cancel"]));
    assert_eq!(conclude(client, &made, "issued").await, 409, "not before it is paid");

    let url = payment["url"].as_str().unwrap();
    for (language, word) in [("zh-CN", "模拟"), ("zh-TW", "模擬"), ("en", "Pay ¥29.00")] {
        let page = Client { language, ..client.clone() }.get(url).await;
        assert_eq!(page.status.as_u16(), 200);
        assert!(page.text.contains(word) && page.text.contains("¥29.00") && page.text.contains("17:13"));
        assert!(page.text.contains(&format!("lang=\"{language}\"")));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("style-src 'sha256-"), "{policy}");
        assert!(!page.text.contains("<script") && !page.text.contains(" style="));
    }

    let (one, other) = tokio::join!(pay(client, &made, "paid=true"), pay(client, &made, "paid=true"));
    for reply in [one, other] {
        assert_eq!(
            (reply.status.as_u16(), reply.header("location")),
            (303, &*format!("/vouchers/{}", id(&made)))
        );
    }
    let issued = look(client, &made).await;
    assert_eq!((&issued["status"], &issued["payment"]), (&json!("issued"), &json!(null)));
    assert!(issued["voucher"]["code"].as_str().is_some());
    assert!(client.get(url).await.text.contains("已经付过款了"));
    pay(client, &made, "paid=false").await;
    assert_eq!(look(client, &made).await["status"], "issued", "what is paid can't fail any more");
    let cancelled = cancel(client, &made).await.ok(200);
    assert_eq!(cancelled["status"], "cancelled");
    assert!(cancelled["status_detail"].as_str().unwrap().contains("原路退回"));
    client.checked_balance().await;
}

#[tokio::test]
async fn what_nobody_pays_comes_back_to_everybody() {
    let setting = Setting::new().await;
    let client = &setting.client;
    let other = client.sign_in(THREE_EXPIRIES).await;
    let (balance, stock) = (client.checked_balance().await, setting.left(BLANKET).await);
    let made = setting.redeem(BLANKET).await;
    assert_eq!(left(&other, BLANKET).await, stock - 1);
    setting.pass(15 * MINUTE - 1);
    assert_eq!(look(client, &made).await["status"], "pending");
    setting.pass(6 * MINUTE);
    assert_eq!(left(&other, BLANKET).await, stock, "another member sees it before its owner looks");
    let rejected = look(client, &made).await;
    assert_eq!(rejected["status"], "rejected");
    assert_eq!(rejected["refund"]["at"], "2026-08-12T09:13:00Z");
    assert_eq!(client.checked_balance().await, balance);
    let entry = client.get("/me/points/transactions?limit=1&type=refund").await.ok(200)["data"][0].clone();
    assert_eq!(entry["occurred_at"], "2026-08-12T09:13:00Z");
    pay(client, &made, "paid=true").await;
    assert_eq!(look(client, &made).await["status"], "rejected");

    let declined = setting.redeem(BLANKET).await;
    assert_eq!(pay(client, &declined, "paid=false").await.status.as_u16(), 303);
    let declined = look(client, &declined).await;
    assert_eq!((&declined["status"], &declined["balance_after"]), (&json!("rejected"), &json!(balance)));

    let cancelled = setting.redeem(BLANKET).await;
    let cancelled = cancel(client, &cancelled).await.ok(200);
    assert_eq!((&cancelled["status"], &cancelled["status_detail"]), (&json!("cancelled"), &json!(null)));
    assert_eq!(client.checked_balance().await, balance);
    assert_eq!(setting.left(BLANKET).await, stock);
}

#[tokio::test]
async fn points_that_expired_while_it_waited_do_not_come_back() {
    let setting = Setting::new().await;
    let client = &setting.client;
    let before = client.get("/me/points").await.ok(200);
    let first = before["expiring"][0].clone();
    let at = chrono::DateTime::parse_from_rfc3339(first["at"].as_str().unwrap()).unwrap().timestamp_millis();
    setting.clock.store(at - 5 * MINUTE, Ordering::SeqCst);
    // The session has ended by then.
    let setting = Setting { client: client.sign_in(AT_RISK).await, clock: Arc::clone(&setting.clock) };
    let client = &setting.client;
    let made = setting.redeem(BLANKET).await;
    assert_eq!(made["buckets_used"][0]["amount"], first["amount"]);
    setting.pass(24 * HOUR);
    let rejected = look(client, &made).await;
    let lost = first["amount"].as_i64().unwrap();
    assert_eq!(rejected["balance_after"], before["available"].as_i64().unwrap() - lost);
    assert_eq!(client.checked_balance().await, before["available"].as_i64().unwrap() - lost);
    let entries = client.get("/me/points/transactions?limit=100").await.ok(200);
    let times: Vec<&str> =
        entries["data"].as_array().unwrap().iter().map(|e| e["occurred_at"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn paying_and_cancelling_at_once_have_one_outcome() {
    let setting = Setting::new().await;
    let client = &setting.client;
    let (balance, stock) = (client.checked_balance().await, setting.left(BLANKET).await);
    for round in 0..24 {
        let made = setting.redeem(BLANKET).await;
        let spawn_pay = |form| {
            let (client, made) = (client.clone(), made.clone());
            tokio::spawn(async move { pay(&client, &made, form).await.status.as_u16() })
        };
        let payments =
            [spawn_pay("paid=true"), spawn_pay(if round % 2 == 0 { "paid=true" } else { "paid=false" })];
        let cancelling = {
            let (client, made) = (client.clone(), made.clone());
            tokio::spawn(async move { cancel(&client, &made).await })
        };
        for payment in payments {
            assert_eq!(payment.await.unwrap(), 303);
        }
        let answer = cancelling.await.unwrap();
        let end = look(client, &made).await;
        if answer.status.as_u16() == 200 {
            assert_eq!((&answer.json(), &end["status"]), (&end, &json!("cancelled")));
        } else {
            answer.problem(409, "not-cancellable");
            assert_eq!(end["status"], "rejected");
        }
        assert_eq!(end["refund"]["points"], BLANKET.1);
        let refunds = client.get("/me/points/transactions?type=refund&limit=100").await.ok(200);
        let mine = refunds["data"].as_array().unwrap().iter().filter(|e| e["source"]["id"] == made["id"]);
        assert_eq!(mine.count(), 1, "given back once");
    }
    assert_eq!((client.checked_balance().await, setting.left(BLANKET).await), (balance, stock));
}

/// Any order of events leaves balance, ledger, stock and limit in agreement.
#[tokio::test]
async fn whatever_happens_adds_up() {
    let mut met = BTreeSet::new();
    for seed in 1..=5 {
        met.append(&mut a_story(seed, 45).await);
    }
    assert!(
        ["pending", "issued", "used", "cancelled", "rejected"].iter().all(|s| met.contains(*s)),
        "{met:?}"
    );
}

/// Lets one thing after another happen, and checks the sums after each. Returns the statuses that were met.
async fn a_story(seed: u64, steps: usize) -> BTreeSet<String> {
    let setting = Setting::new().await;
    let client = &setting.client;
    let stocks = [setting.left(BLANKET).await, setting.left(HIKE).await];
    let mut made: Vec<Value> = Vec::new();
    let mut dice = seed;
    let mut roll = |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((dice >> 33) % sides).unwrap()
    };
    let mut met = BTreeSet::new();
    for _ in 0..steps {
        let chosen =
            (!made.is_empty()).then(|| made[made.len() - 1 - roll(3.min(made.len() as u64))].clone());
        match (roll(9), chosen) {
            (0..=3, _) | (_, None) => {
                let reward = [BLANKET, HIKE][roll(2)];
                let reply = client.redeem(reward.0, 1, reward.1, &key()).await;
                if reply.status.as_u16() == 202 {
                    made.push(reply.json());
                } else {
                    assert_eq!(reply.status.as_u16(), 409, "{}", reply.text);
                }
            }
            (4, Some(one)) => drop(pay(client, &one, ["paid=true", "paid=false"][roll(2)]).await),
            (5, Some(one)) => drop(cancel(client, &one).await),
            (6, Some(one)) => drop(conclude(client, &one, ["issued", "rejected"][roll(2)]).await),
            (7, Some(one)) if roll(4) == 0 => {
                let code = look(client, &one).await["voucher"]["code"].clone();
                if code.is_string() {
                    client.post("/demo/till", &json!({ "code": code })).await;
                }
            }
            _ => setting.pass([3 * SECOND, 9 * SECOND, 16 * MINUTE, 7 * HOUR][roll(4)]),
        }
        client.checked_balance().await;
        let mut live = [0, 0];
        for one in &made {
            let now = look(client, one).await;
            let status = now["status"].as_str().unwrap().to_owned();
            let undone = matches!(&*status, "cancelled" | "rejected");
            assert_eq!(now["refund"].is_object(), undone, "{now}");
            assert_eq!(now["used_at"].is_string(), status == "used", "{now}");
            assert_eq!(now["poll_after"].is_i64(), status == "pending", "{now}");
            live[usize::from(now["reward"]["id"] == HIKE.0)] += i64::from(!undone);
            met.insert(status);
        }
        let remaining = [setting.left(BLANKET).await, setting.left(HIKE).await];
        assert_eq!(remaining, [stocks[0] - live[0], stocks[1] - live[1]]);
    }
    met
}

#[tokio::test]
async fn the_till_takes_a_code_once() {
    let setting = Setting::new().await;
    let client = &setting.client;
    let made = client.redeem("lime-can", 1, 600, &key()).await.ok(201);
    let code = json!({"code": made["voucher"]["code"]});
    assert_eq!(client.post("/demo/till", &code).await.status.as_u16(), 204);
    let used = look(client, &made).await;
    assert_eq!((&used["status"], &used["used_at"]), (&json!("used"), &json!("2026-08-12T08:58:00Z")));
    assert_eq!((&used["actions"], &used["voucher"]), (&json!([]), &made["voucher"]));
    assert_eq!(client.post("/demo/till", &code).await.status.as_u16(), 409);
    assert_eq!(client.post("/demo/till", &json!({"code": "NOBODY"})).await.status.as_u16(), 404);
    cancel(client, &made).await.problem(409, "not-cancellable");

    let coupons = client.get("/me/coupons?status=available").await.ok(200);
    let coupon = &coupons["data"][0];
    let code = json!({"code": coupon["code"].as_str().unwrap().to_lowercase()});
    assert_eq!(client.post("/demo/till", &code).await.status.as_u16(), 204);
    assert_eq!(client.post("/demo/till", &code).await.status.as_u16(), 409);
    let hidden = setting.redeem(HIKE).await;
    assert_eq!(hidden["voucher"], json!(null));
}

#[tokio::test]
async fn the_demonstration_is_guarded_and_can_be_off() {
    let setting = Setting::new().await;
    let client = &setting.client;
    let made = setting.redeem(BLANKET).await;
    let url = format!("/demo/payments/{}", id(&made));
    for (site, form, status) in
        [("cross-site", "paid=true", 403), ("same-origin", "paid=maybe", 422), ("same-origin", "", 422)]
    {
        let request = Request::post(&url).header("sec-fetch-site", site);
        assert_eq!(client.send(request.body(Body::from(form)).unwrap()).await.status.as_u16(), status);
    }
    let plain = client.request(Method::POST, "/demo/till").body(Body::from("{}")).unwrap();
    client.send(plain).await.problem(415, "unsupported-media-type");
    assert_eq!(client.get("/demo/payments/nobody").await.status.as_u16(), 404);
    assert_eq!(look(client, &made).await["status"], "pending");

    // Without a payment page the money is paid at the till. The code of signing in is told to nobody then, so the file is
    // opened by a demonstration first.
    let directory = tempfile::tempdir().unwrap();
    let at = |demo| Config { database: directory.path().join("data.sqlite"), demo, ..config("sparkling") };
    let cookie = Client::new(&at(true)).sign_in(AT_RISK).await.cookie;
    let client = Client { cookie, ..Client::new(&at(false)) };
    assert_eq!(client.get(&url).await.status.as_u16(), 404);
    let preview =
        client.post("/me/redemptions/preview", &json!({"reward_id": BLANKET.0, "quantity": 1})).await;
    assert_eq!(preview.ok(200)["pay_at"], "store");
    let made = client.redeem(BLANKET.0, 1, BLANKET.1, &key()).await.ok(201);
    assert_eq!((&made["status"], &made["payment"]), (&json!("issued"), &json!(null)));
}

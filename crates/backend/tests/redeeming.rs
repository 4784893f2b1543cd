//! Redeeming through the router: once, never beyond the balance, and undone without a trace.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use backend::{Clock, Config};
use common::{AT_RISK, Client, THREE_EXPIRIES, config, key};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// `common::NOW` in milliseconds.
const START: i64 = 1_786_525_080_000;

/// The first reward that is free of conditions, with the cost that `choose` likes best.
async fn plain_reward(client: &Client, wanted: impl Fn(i64) -> bool) -> (String, i64) {
    let list = client.get("/rewards?limit=100&sort=cost_desc").await.ok(200);
    let plain = |r: &&Value| {
        ["stock", "window", "min_tier", "per_member_limit", "cost_money"]
            .iter()
            .all(|field| r.get(*field).is_none())
            && r["stores"]["scope"] == "all"
            && wanted(r["cost_points"].as_i64().unwrap())
    };
    let reward = list["data"].as_array().unwrap().iter().find(plain).expect("a plain reward").clone();
    (reward["id"].as_str().unwrap().to_owned(), reward["cost_points"].as_i64().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_two_at_once_by_one_who_can_afford_three() {
    let client = Client::new(&config("coffee")).sign_in(AT_RISK).await;
    let mut balance = client.checked_balance().await;
    let (reward, cost) = plain_reward(&client, |cost| cost <= balance / 3).await;
    // Spend until exactly three are left to be had.
    let (cheap, cheap_cost) = plain_reward(&client, |cost| cost <= 1000).await;
    while balance / cost > 3 {
        let (id, price) = if balance - cost >= cost * 3 { (&reward, cost) } else { (&cheap, cheap_cost) };
        client.redeem(id, 1, price, &key()).await.ok(201);
        balance -= price;
    }
    assert_eq!(balance / cost, 3);
    let before = client.get("/me/redemptions?limit=100").await.ok(200)["data"].as_array().unwrap().len();

    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let (client, reward) = (client.clone(), reward.clone());
            tokio::spawn(async move { client.redeem(&reward, 1, cost, &key()).await })
        })
        .collect();
    let mut issued = 0;
    for task in tasks {
        let reply = task.await.unwrap();
        match reply.status.as_u16() {
            201 => issued += 1,
            _ => {
                let problem = reply.problem(409, "insufficient-points");
                assert!(problem["shortfall"].as_i64().unwrap() > 0);
            }
        }
    }
    assert_eq!(issued, 3);
    assert_eq!(client.checked_balance().await, balance - 3 * cost);
    let after = client.get("/me/redemptions?limit=100").await.ok(200)["data"].as_array().unwrap().len();
    assert_eq!(after, before + 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_key_gives_one_redemption() {
    let client = Client::new(&config("coffee")).sign_in(THREE_EXPIRIES).await;
    let balance = client.checked_balance().await;
    let (reward, cost) = plain_reward(&client, |cost| cost <= balance / 4).await;
    let key = key();
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let (client, reward, key) = (client.clone(), reward.clone(), key.clone());
            tokio::spawn(async move { client.redeem(&reward, 1, cost, &key).await })
        })
        .collect();
    let mut bodies = HashSet::new();
    let mut replayed = 0;
    for task in tasks {
        let reply = task.await.unwrap();
        replayed += usize::from(reply.header("idempotency-replayed") == "true");
        assert_eq!(reply.status.as_u16(), 201, "{}", reply.text);
        bodies.insert(reply.text);
    }
    assert_eq!((bodies.len(), replayed), (1, 15));
    assert_eq!(client.checked_balance().await, balance - cost);

    client.redeem(&reward, 2, cost * 2, &key).await.problem(422, "key-reused");
    let found = client.get(&format!("/me/redemptions?client_ref={key}")).await.ok(200);
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
    // The answer is the first one also in another language.
    let english = Client { language: "en", ..client.clone() };
    let reply = english.redeem(&reward, 1, cost, &key).await;
    assert_eq!(reply.header("content-language"), "zh-CN");
    assert!(bodies.contains(&reply.text));
}

#[tokio::test]
async fn the_preview_tells_what_redeeming_does_and_cancelling_undoes_it() {
    let client = Client::new(&config("coffee")).sign_in(THREE_EXPIRIES).await;
    let points = client.get("/me/points").await.ok(200);
    let first = points["expiring"][0]["amount"].as_i64().unwrap();
    let (reward, cost) = plain_reward(&client, |cost| cost > first).await;
    let asked = json!({"reward_id": reward, "quantity": 1, "expected_cost": cost});
    let preview = client.post("/me/redemptions/preview", &asked).await.ok(200);
    assert_eq!(
        preview["buckets_used"][0],
        json!({
            "amount": first, "expires_at": points["expiring"][0]["at"], "remaining": 0,
        })
    );
    assert_eq!(client.get("/me/points").await.ok(200), points, "a preview changes nothing");

    let redemption = client.redeem(&reward, 1, cost, &key()).await.ok(201);
    assert_eq!(redemption["status"], "issued");
    assert_eq!(redemption["balance_after"], preview["balance_after"]);
    assert_eq!(redemption["voucher"]["valid_until"], preview["voucher_valid_until"]);
    assert_eq!(redemption["actions"], json!(["cancel"]));
    let id = redemption["id"].as_str().unwrap();
    assert_eq!(client.get(&format!("/me/redemptions/{id}")).await.ok(200), redemption);
    let entry = client.get("/me/points/transactions?limit=1&type=spend").await.ok(200)["data"][0].clone();
    assert_eq!((&entry["amount"], &entry["source"]["id"]), (&json!(-cost), &redemption["id"]));

    let cancel = key();
    let path = format!("/me/redemptions/{id}/cancel");
    let cancelled = client.post_once(&path, &cancel, &Value::Null).await.ok(200);
    assert_eq!((&cancelled["status"], &cancelled["actions"]), (&json!("cancelled"), &json!([])));
    let after = client.get("/me/points").await.ok(200);
    assert_eq!(after["expiring"], points["expiring"], "the original buckets");
    let again = client.post_once(&path, &cancel, &Value::Null).await;
    assert_eq!((again.header("idempotency-replayed"), again.json()), ("true", cancelled));
    client.post_once(&path, &key(), &Value::Null).await.problem(409, "not-cancellable");
    client.checked_balance().await;
}

#[tokio::test]
async fn stock_is_taken_once_and_comes_back() {
    let client = Client::new(&config("coffee")).sign_in(THREE_EXPIRIES).await;
    let list = client.get("/rewards?limit=100").await.ok(200);
    let balance = client.checked_balance().await;
    let limited = |r: &&Value| {
        r["eligibility"]["status"] == "eligible"
            && r["stock"]["remaining"].as_i64().is_some_and(|n| n > 0)
            && r["cost_points"].as_i64().unwrap() <= balance
    };
    let reward = list["data"].as_array().unwrap().iter().find(limited).unwrap().clone();
    let (id, cost) = (reward["id"].as_str().unwrap(), reward["cost_points"].as_i64().unwrap());
    let left =
        async || client.get(&format!("/rewards/{id}")).await.ok(200)["stock"]["remaining"].as_i64().unwrap();
    let before = left().await;
    let redemption = client.redeem(id, 1, cost, &key()).await.ok(201);
    assert_eq!(left().await, before - 1);
    let path = format!("/me/redemptions/{}/cancel", redemption["id"].as_str().unwrap());
    if redemption["actions"] == json!(["cancel"]) {
        client.post_once(&path, &key(), &Value::Null).await.ok(200);
        assert_eq!(left().await, before);
    }
}

#[tokio::test]
async fn every_rule_refuses_by_its_name() {
    let client = Client::new(&config("coffee")).sign_in(AT_RISK).await;
    let list = client.get("/rewards?limit=100").await.ok(200);
    let rewards = list["data"].as_array().unwrap();
    let mut seen = HashSet::new();
    for reward in rewards {
        let (id, cost) = (reward["id"].as_str().unwrap(), reward["cost_points"].as_i64().unwrap());
        let reasons = reward["eligibility"]["reasons"].as_array().unwrap();
        let Some(first) = reasons.first() else { continue };
        let code = first["code"].as_str().unwrap();
        let asked = json!({"reward_id": id, "quantity": 1});
        let problem = client.post("/me/redemptions/preview", &asked).await.problem(409, code);
        assert_eq!(problem["detail"], first["detail"]);
        client.redeem(id, 1, cost, &key()).await.problem(409, code);
        seen.insert(code.to_owned());
    }
    for code in ["out-of-stock", "tier-required", "not-in-window", "insufficient-points"] {
        assert!(seen.contains(code), "no reward is refused with {code}: {seen:?}");
    }

    let affordable = client.get("/rewards?limit=100&affordable=true").await.ok(200);
    let eligible = rewards.iter().filter(|r| r["eligibility"]["status"] == "eligible").count();
    assert_eq!(affordable["total"], eligible);

    let (reward, cost) = plain_reward(&client, |cost| cost <= 2000).await;
    let changed = client.redeem(&reward, 1, cost + 1, &key()).await.problem(409, "price-changed");
    assert_eq!(changed["current_cost"], cost);

    let once = rewards
        .iter()
        .find(|r| r["per_member_limit"]["max"] == 1 && r["eligibility"]["status"] == "eligible");
    let once = once.expect("a reward that everybody may have once");
    let (id, cost) = (once["id"].as_str().unwrap(), once["cost_points"].as_i64().unwrap());
    client.redeem(id, 2, cost * 2, &key()).await.problem(409, "limit-reached");
    client.redeem(id, 1, cost, &key()).await.ok(201);
    client.redeem(id, 1, cost, &key()).await.problem(409, "limit-reached");

    let some = rewards.iter().find(|r| r["stores"]["scope"] == "some").unwrap();
    let stores = client.get("/stores").await.ok(200);
    let outside = stores["data"].as_array().unwrap().iter().map(|store| &store["id"]);
    let outside =
        outside.into_iter().find(|id| !some["stores"]["ids"].as_array().unwrap().contains(id)).unwrap();
    let asked = json!({"reward_id": some["id"], "quantity": 1, "store_id": outside});
    client.post("/me/redemptions/preview", &asked).await.problem(409, "store-not-eligible");
    client.checked_balance().await;
}

#[tokio::test]
async fn a_refusal_is_replayed_too() {
    let client = Client::new(&config("coffee")).sign_in(AT_RISK).await;
    let balance = client.checked_balance().await;
    let (reward, cost) = plain_reward(&client, |cost| cost <= balance && cost * 10 > balance).await;
    let refused = key();
    let first = client.redeem(&reward, 10, cost * 10, &refused).await;
    assert_eq!(first.problem(409, "insufficient-points")["shortfall"], cost * 10 - balance);
    let second = client.redeem(&reward, 10, cost * 10, &refused).await;
    assert_eq!((second.header("idempotency-replayed"), &second.text), ("true", &first.text));
}

#[tokio::test]
async fn after_its_deadline_nothing_is_redeemed() {
    let clock = Arc::new(AtomicI64::new(START));
    let config = Config { clock: Clock::by_hand(Arc::clone(&clock)), ..config("coffee") };
    let client = Client::new(&config).sign_in(AT_RISK).await;
    let balance = client.checked_balance().await;
    let order = |key: &str, not_after: Value| {
        let body = json!({
            "reward_id": "iced-latte", "quantity": 1, "expected_cost": 2200, "client_ref": key, "not_after": not_after,
        });
        let (client, key) = (client.clone(), key.to_owned());
        async move { client.post_once("/me/redemptions", &key, &body).await }
    };
    let (early, late) = (key(), key());
    let made = order(&early, json!("2026-08-12T16:58:30+08:00")).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    clock.store(START + 30_000, Ordering::SeqCst);
    let replayed = order(&early, json!("2026-08-12T08:58:30Z")).await;
    assert_eq!((replayed.header("idempotency-replayed"), &replayed.text), ("true", &made.text));
    let refused = order(&late, json!("2026-08-12T08:58:30Z")).await;
    refused.problem(409, "intent-expired");
    // What was refused stays refused, also when more time is given.
    let again = order(&late, json!("2026-08-12T09:58:30Z")).await;
    assert_eq!((again.header("idempotency-replayed"), &again.text), ("true", &refused.text));
    for wrong in [json!("soon"), json!(7), json!("2026-08-12"), json!("2026-08-12 08:58:30Z")] {
        order(&key(), wrong).await.problem(422, "validation");
    }
    order(&key(), Value::Null).await.ok(201);
    assert_eq!(client.checked_balance().await, balance - 2 * 2200);
}

/// Who looks a redemption up and finds nothing, at a server time past its deadline, may promise that nothing was spent.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_promise_that_nothing_was_spent_is_kept() {
    let clock = Arc::new(AtomicI64::new(START));
    let config = Config { clock: Clock::by_hand(Arc::clone(&clock)), ..config("coffee") };
    let client = Client::new(&config).sign_in(THREE_EXPIRIES).await;
    let mut promises = 0;
    for round in 0..120 {
        let now = clock.load(Ordering::SeqCst);
        let deadline = chrono::DateTime::from_timestamp_millis(now + 5).unwrap().to_rfc3339();
        let key = key();
        let body = json!({
            "reward_id": "upsize", "quantity": 1, "expected_cost": 400, "client_ref": key, "not_after": deadline,
        });
        let sending = {
            let (client, key) = (client.clone(), key.clone());
            tokio::spawn(async move {
                for _ in 0..round % 7 {
                    tokio::task::yield_now().await;
                }
                client.post_once("/me/redemptions", &key, &body).await
            })
        };
        let ticking = {
            let clock = Arc::clone(&clock);
            tokio::spawn(async move {
                for _ in 0..10 {
                    clock.fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                }
            })
        };
        let mut promised = false;
        for _ in 0..6 {
            let looked = client.get(&format!("/me/redemptions?client_ref={key}")).await;
            let told = chrono::DateTime::parse_from_rfc3339(looked.header("x-server-time")).unwrap();
            let nothing = looked.json()["data"].as_array().unwrap().is_empty();
            promised |= nothing && told.timestamp_millis() >= now + 5;
        }
        ticking.await.unwrap();
        let answer = sending.await.unwrap();
        if answer.status.as_u16() == 201 {
            assert!(!promised, "it was made after all");
            let path = format!("/me/redemptions/{}/cancel", answer.json()["id"].as_str().unwrap());
            client.post_once(&path, &common::key(), &Value::Null).await.ok(200);
        } else {
            answer.problem(409, "intent-expired");
        }
        promises += usize::from(promised);
    }
    assert!(promises > 0, "no lookup came late");
    client.checked_balance().await;
}

#[tokio::test]
async fn a_backend_without_safe_repeats_redeems_each_time() {
    let without = |names: &[&str]| Config {
        without: names.iter().map(|&name| name.to_owned()).collect(),
        ..config("coffee")
    };
    let client = Client::new(&without(&["idempotency", "redemption-deadline"])).sign_in(AT_RISK).await;
    let features = client.get("/programme").await.ok(200)["features"].clone();
    for feature in ["idempotency", "redemption-deadline"] {
        assert!(!features.as_array().unwrap().contains(&json!(feature)));
    }
    let balance = client.checked_balance().await;
    let key = key();
    let first = client.redeem("iced-latte", 1, 2200, &key).await.ok(201);
    let second = client.redeem("iced-latte", 1, 2200, &key).await.ok(201);
    assert_ne!(first["id"], second["id"]);
    assert_eq!(client.checked_balance().await, balance - 2 * 2200);
    let found = client.get(&format!("/me/redemptions?client_ref={key}")).await.ok(200);
    assert_eq!(found["data"], json!([]));
    let body = json!({"reward_id": "iced-latte", "quantity": 1, "expected_cost": 2200, "client_ref": key});
    client.post("/me/redemptions", &body).await.ok(201);
    let mut late = body.clone();
    late["not_after"] = json!("2026-08-12T09:00:00Z");
    let refused = client.post("/me/redemptions", &late).await.problem(422, "validation");
    assert_eq!(refused["errors"][0]["pointer"], "/not_after");
    assert!(backend::app(&without(&["flying"])).is_err());
}

#[tokio::test]
async fn a_request_for_one_member_never_counts_for_another() {
    let client = Client::new(&config("coffee")).sign_in(AT_RISK).await;
    let me = client.get("/me").await.ok(200)["id"].as_str().unwrap().to_owned();
    let (reward, cost) = plain_reward(&client, |cost| cost <= 1000).await;
    let before = client.checked_balance().await;
    for (member, status) in [("somebody-else", 401), ("", 401), (me.as_str(), 201)] {
        let key = key();
        let body = json!({
            "reward_id": reward, "quantity": 1, "expected_cost": cost, "client_ref": key,
        });
        let request = client.request(axum::http::Method::POST, "/me/redemptions");
        let request = request.header("idempotency-key", &key).header("content-type", "application/json");
        let request = request.header("x-member-id", member).body(axum::body::Body::from(body.to_string()));
        assert_eq!(client.send(request.unwrap()).await.status.as_u16(), status, "{member:?}");
    }
    assert_eq!(client.checked_balance().await, before - cost);
}

//! What members see and do besides redeeming: tiers, surveys, coupons, the ledger by month.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use axum::http::Method;
use backend::{Clock, Config};
use common::{AT_RISK, Client, NEW, THREE_EXPIRIES, config, key};
use serde_json::{Value, json};

#[tokio::test]
async fn the_personas_are_what_they_are_for() {
    let client = Client::new(&config("coffee"));
    let at_risk = client.sign_in(AT_RISK).await;
    let tier = at_risk.get("/me/tier").await.ok(200);
    assert_eq!(tier["current"]["id"], "gold");
    assert_eq!(tier["risks"][0]["kind"], "downgrade");
    assert_eq!(tier["risks"][0]["at"], tier["retain"]["by"]);
    assert_eq!(tier["retain"]["by"], "2026-08-31T15:59:59Z");
    for requirement in tier["retain"]["requirements"].as_array().unwrap() {
        assert!(requirement["current"].as_i64() < requirement["required"].as_i64(), "{requirement}");
    }
    let three = client.sign_in(THREE_EXPIRIES).await;
    let points = three.get("/me/points").await.ok(200);
    let expiring = points["expiring"].as_array().unwrap();
    assert_eq!(expiring.len(), 3);
    assert!(expiring.iter().all(|bucket| bucket["at"].is_string() && bucket["amount"].as_i64() > Some(0)));
    let new = client.sign_in(NEW).await;
    assert_eq!(new.checked_balance().await, 0);
    let tier = new.get("/me/tier").await.ok(200);
    assert!(tier.get("retain").is_none() && tier["risks"] == json!([]));
    let overview = new.get("/me/overview").await.ok(200);
    assert_eq!(overview["rewards"]["total"], 0);
    let shown = overview["rewards"]["data"].as_array().unwrap();
    assert_eq!(shown.len(), 3);
    assert!(shown.iter().all(|reward| reward["eligibility"]["shortfall"].as_i64() > Some(0)));
    let mut stranger = client.sign_in("13712345678").await;
    stranger.language = "en";
    assert_eq!(stranger.get("/me").await.ok(200)["display_name"], "会员 5678");
}

#[tokio::test]
async fn the_overview_is_made_of_the_same_parts() {
    let client = Client::new(&config("coffee")).sign_in(AT_RISK).await;
    let overview = client.get("/me/overview").await.ok(200);
    for (part, path) in [("me", "/me"), ("tier", "/me/tier"), ("points", "/me/points")] {
        assert_eq!(overview[part], client.get(path).await.ok(200), "{part}");
    }
    let affordable = client.get("/rewards?affordable=true&limit=3").await.ok(200);
    assert_eq!(overview["rewards"]["data"], affordable["data"]);
    assert_eq!(overview["rewards"]["total"], affordable["total"]);
    let categories = client.get("/reward-categories").await.ok(200);
    let sum: i64 =
        categories["data"].as_array().unwrap().iter().map(|c| c["affordable_count"].as_i64().unwrap()).sum();
    assert_eq!(affordable["total"], sum);
}

#[tokio::test]
async fn months_and_counts_add_up_to_the_ledger() {
    let client = Client::new(&config("coffee")).sign_in(AT_RISK).await;
    let summary = client.get("/me/points/summary?months=14").await.ok(200);
    let months = summary["months"].as_array().unwrap();
    assert_eq!(
        (months.len(), &months[0]["month"], &months[13]["month"]),
        (14, &json!("2025-07"), &json!("2026-08"))
    );
    let sum = |name: &str| months.iter().map(|month| month[name].as_i64().unwrap()).sum::<i64>();
    let net = sum("earned") - sum("spent") - sum("expired") + sum("refunded") + sum("adjusted");
    assert_eq!(net, client.checked_balance().await);
    assert!(sum("expired") > 0 && sum("refunded") > 0);
    let counts = &summary["counts"];
    let types = ["earn", "spend", "expire", "refund", "adjust"];
    assert_eq!(
        types.iter().map(|name| counts[*name].as_i64().unwrap()).sum::<i64>(),
        counts["all"].as_i64().unwrap()
    );
    let page = client.get("/me/points/transactions?type=expire").await.ok(200);
    assert_eq!(
        page["data"].as_array().unwrap().len(),
        usize::try_from(counts["expire"].as_i64().unwrap()).unwrap()
    );
}

#[tokio::test]
async fn a_survey_is_saved_submitted_and_paid_once() {
    let client = Client::new(&config("coffee")).sign_in(NEW).await;
    let survey = client.get("/me/surveys").await.ok(200)["data"][0].clone();
    let id = survey["id"].as_str().unwrap();
    let definition = client.get(&format!("/surveys/{id}")).await.ok(200);
    assert!(definition["definition"]["pages"].is_array() && definition.get("response").is_none());
    let (mine, other) = (key(), key());
    let put = async |uuid: &str, state: &str, revision: i64| {
        let body =
            json!({"revision": revision, "state": state, "answers": {"overall": 4, "liked": ["foam"]}});
        client.write(Method::PUT, &format!("/surveys/{id}/responses/{uuid}"), &body).await
    };
    put(&mine, "draft", 1).await.problem(409, "revision-conflict");
    put("x", "draft", 2).await.problem(422, "validation");
    let draft = put(&mine, "draft", 2).await.ok(200);
    assert_eq!((&draft["points_awarded"], &draft["balance_after"]), (&json!(0), &json!(0)));
    assert_eq!(client.get("/me/surveys").await.ok(200)["data"][0]["status"], "draft");
    let saved = client.get(&format!("/surveys/{id}")).await.ok(200);
    assert_eq!(saved["response"]["answers"]["liked"], json!(["foam"]));

    let submitted = put(&mine, "submitted", 2).await.ok(200);
    assert_eq!(submitted["points_awarded"], survey["reward_points"]);
    assert_eq!(put(&mine, "submitted", 2).await.ok(200), submitted);
    assert_eq!(put(&mine, "draft", 2).await.ok(200), submitted, "a draft after it changes nothing");
    put(&other, "submitted", 2).await.problem(409, "already-submitted");
    assert_eq!(client.checked_balance().await, survey["reward_points"].as_i64().unwrap());
    let shown = client.get("/me/surveys").await.ok(200)["data"][0].clone();
    assert_eq!((&shown["status"], &shown["points_awarded"]), (&json!("submitted"), &survey["reward_points"]));
    let bad = json!({"revision": 2, "state": "draft", "answers": []});
    client
        .write(Method::PUT, &format!("/surveys/{id}/responses/{mine}"), &bad)
        .await
        .problem(422, "validation");
}

#[tokio::test]
async fn a_coupon_is_claimed_once() {
    let client = Client::new(&config("coffee")).sign_in(NEW).await;
    let offer = client.get("/coupon-offers").await.ok(200)["data"][0].clone();
    assert_eq!(offer["claimed"], false);
    let path = format!("/coupon-offers/{}/claims", offer["id"].as_str().unwrap());
    let claim = key();
    let coupon = client.post_once(&path, &claim, &Value::Null).await.ok(201);
    assert_eq!((&coupon["status"], &coupon["title"]), (&json!("available"), &offer["title"]));
    let again = client.post_once(&path, &claim, &Value::Null).await;
    assert_eq!((again.header("idempotency-replayed"), again.json()), ("true", coupon.clone()));
    client.post_once(&path, &key(), &Value::Null).await.problem(409, "limit-reached");
    client.post_once("/coupon-offers/none/claims", &key(), &Value::Null).await.problem(404, "not-found");
    client.post_once("/coupon-offers/none/claims", &claim, &Value::Null).await.problem(422, "key-reused");
    assert_eq!(client.get("/me/coupons?status=available").await.ok(200)["data"], json!([coupon]));
    assert_eq!(client.get("/coupon-offers").await.ok(200)["data"][0]["claimed"], true);
}

#[tokio::test]
async fn time_expires_points_and_lowers_tiers() {
    let directory = tempfile::tempdir().unwrap();
    let at = |now: &str| Config {
        database: directory.path().join("coffee.sqlite"),
        clock: Clock::frozen(now.parse().unwrap()),
        ..config("coffee")
    };
    let before = Client::new(&at(common::NOW)).sign_in(AT_RISK).await;
    let balance = before.checked_balance().await;
    let lost = before.get("/me/points").await.ok(200)["expiring"][0].clone();
    drop(before);
    let later = Client::new(&at("2027-01-02T00:00:00Z")).sign_in(AT_RISK).await;
    let tier = later.get("/me/tier").await.ok(200);
    assert_eq!(
        (&tier["current"]["id"], &tier["current"]["since"]),
        (&json!("silver"), &json!("2026-08-31T15:59:59Z"))
    );
    assert_eq!(later.checked_balance().await, balance - lost["amount"].as_i64().unwrap());
    let entry = later.get("/me/points/transactions?limit=1").await.ok(200)["data"][0].clone();
    assert_eq!((&entry["type"], &entry["occurred_at"]), (&json!("expire"), &lost["at"]));
    assert!(
        backend::app(&Config { programme: "ice-tea".into(), ..at(common::NOW) }).is_err(),
        "another programme's file"
    );
}

//! Redemptions in every state that they can be in: each answer fits the contract, and the portal reads it.

use std::sync::atomic::Ordering;

use http_body_util::Full;
use hyper::Request;
use portal_tests::PROGRAMMES;
use portal_tests::backend::{Backend, now_by_hand, phone, seed};
use portal_tests::http::{Answer, Api, exchange, pool};
use portal_tests::wire::{decode, decoder};
use serde_json::{Value, json};

use crate::walk::key;

const SECOND: i64 = 1000;

fn read(operation: &str, answer: &Answer) -> Value {
    let outcome = decode(decoder(operation).unwrap(), &answer.text());
    assert!(outcome.is_ok(), "{operation}: {outcome:?} in {}", answer.text());
    answer.json().unwrap()
}

async fn redeem(api: &Api, number: u32, reward: &Value, not_after: Value) -> Answer {
    let body = json!({
        "reward_id": reward["id"],
        "quantity": 1,
        "expected_cost": reward["cost_points"],
        "client_ref": key(number),
        "not_after": not_after,
    });
    api.with("Idempotency-Key", Some(&key(number))).post("/me/redemptions", &body).await.unwrap()
}

async fn look(api: &Api, redemption: &Value) -> Value {
    let path = format!("/me/redemptions/{}", redemption["id"].as_str().unwrap());
    read("getRedemption", &api.get(&path).await.unwrap())
}

/// Sends to the demonstration's own addresses, which are no part of the contract.
async fn outside(origin: &str, path: &str, kind: &str, body: String) -> u16 {
    let request = Request::post(format!("{origin}{path}")).header("content-type", kind);
    exchange(&pool(), request.body(Full::from(body)).unwrap()).await.unwrap().status
}

#[tokio::test]
async fn every_state_of_a_redemption_fits_the_contract_and_is_read() {
    for programme in PROGRAMMES {
        let clock = now_by_hand();
        let backend = Backend::start_by_hand(programme, clock.clone()).await.unwrap();
        let number = phone(programme, "at_risk").unwrap();
        let api = Api::new(&backend.origin).sign_in(&number).await.unwrap();
        let seed = seed(programme).unwrap();
        let rewards = seed["rewards"].as_array().unwrap();
        let partner = rewards.iter().find(|reward| reward["issue"].is_object()).unwrap();
        let wait = partner["issue"]["seconds"].as_i64().unwrap();
        assert!((6..=8).contains(&wait));
        let list = api.get("/rewards?affordable=true&limit=3").await.unwrap().json().unwrap();
        let first = list["data"].as_array().unwrap();
        assert!(first.iter().all(|reward| reward["id"] != partner["id"]), "{programme}");

        let made = redeem(&api, 1, partner, Value::Null).await;
        assert_eq!(made.status, 202, "{programme}: {}", made.text());
        let made = read("createRedemption", &made);
        assert_eq!(look(&api, &made).await["status"], "pending");
        clock.fetch_add(wait * SECOND, Ordering::SeqCst);
        let issued = look(&api, &made).await;
        assert_eq!(issued["status"], "issued");
        let code = json!({ "code": issued["voucher"]["code"] }).to_string();
        assert_eq!(outside(&backend.origin, "/demo/till", "application/json", code).await, 204);
        assert_eq!(look(&api, &made).await["status"], "used");

        let late = redeem(&api, 2, partner, json!("2026-08-12T08:58:01Z")).await;
        assert_eq!((late.status, &late.json().unwrap()["code"]), (409, &json!("intent-expired")));
        read("listRedemptions", &api.get("/me/redemptions").await.unwrap());
    }
}

#[tokio::test]
async fn money_fits_the_contract_and_is_read() {
    let clock = now_by_hand();
    let backend = Backend::start_by_hand("coffee", clock.clone()).await.unwrap();
    let api = Api::new(&backend.origin).sign_in("13800130418").await.unwrap();
    let beans = json!({ "id": "highland-beans", "cost_points": 7200 });
    let asked = json!({ "reward_id": beans["id"], "quantity": 1 });
    let preview = read("previewRedemption", &api.post("/me/redemptions/preview", &asked).await.unwrap());
    assert_eq!((&preview["cost_money"]["amount"], &preview["pay_at"]), (&json!(1900), &json!("online")));

    let made = read("createRedemption", &redeem(&api, 1, &beans, Value::Null).await);
    let url = made["payment"]["url"].as_str().unwrap();
    let form = "application/x-www-form-urlencoded";
    assert_eq!(outside(&backend.origin, url, form, "paid=true".into()).await, 303);
    assert_eq!(look(&api, &made).await["status"], "issued");

    let made = read("createRedemption", &redeem(&api, 2, &beans, Value::Null).await);
    clock.fetch_add(900 * SECOND, Ordering::SeqCst);
    let rejected = look(&api, &made).await;
    assert_eq!((&rejected["status"], &rejected["refund"]["points"]), (&json!("rejected"), &json!(7200)));
    let made = read("createRedemption", &redeem(&api, 3, &beans, Value::Null).await);
    let path = format!("/me/redemptions/{}/cancel", made["id"].as_str().unwrap());
    let keyed = api.with("Idempotency-Key", Some(&key(4)));
    let cancelled = read("cancelRedemption", &keyed.send("POST", &path, None).await.unwrap());
    assert_eq!(cancelled["status"], "cancelled");
    read("listPointsTransactions", &api.get("/me/points/transactions?type=refund").await.unwrap());
}

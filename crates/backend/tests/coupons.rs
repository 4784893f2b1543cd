//! Coupons that are given to friends: once, back in time, and without telling who is who.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use axum::http::Method;
use backend::{Clock, Config};
use common::{Client, NOW, THREE_EXPIRIES, config, key};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const HOUR: i64 = 3_600_000;

/// A backend whose time the test moves.
fn moving() -> (Client, Arc<AtomicI64>) {
    let now: chrono::DateTime<chrono::Utc> = NOW.parse().unwrap();
    let millis = Arc::new(AtomicI64::new(now.timestamp_millis()));
    let config = Config { clock: Clock::by_hand(Arc::clone(&millis)), ..config("coffee") };
    (Client::new(&config), millis)
}

/// The nth friend, who has just joined.
async fn friend(client: &Client, number: usize) -> Client {
    client.sign_in(&format!("1390000{number:04}")).await
}

async fn claim(client: &Client) -> Value {
    let offers = client.get("/coupon-offers").await.ok(200);
    let open = offers["data"].as_array().unwrap().iter().find(|row| row["claimed"] == false).unwrap().clone();
    let path = format!("/coupon-offers/{}/claims", open["id"].as_str().unwrap());
    client.post_once(&path, &key(), &Value::Null).await.ok(201)
}

async fn give(client: &Client, coupon: &Value, body: &Value) -> common::Reply {
    client.post_once(&format!("/me/coupons/{}/transfers", text(coupon, "id")), &key(), body).await
}

async fn offer(client: &Client, coupon: &Value) -> String {
    text(&give(client, coupon, &json!({})).await.ok(201), "id")
}

async fn accept(client: &Client, transfer: &str) -> common::Reply {
    client.post_once(&format!("/coupon-transfers/{transfer}/acceptances"), &key(), &Value::Null).await
}

async fn take_back(client: &Client, transfer: &str) -> common::Reply {
    client.delete(&format!("/coupon-transfers/{transfer}")).await
}

async fn gift(client: &Client, transfer: &str) -> Value {
    client.get(&format!("/coupon-transfers/{transfer}")).await.ok(200)
}

async fn mine(client: &Client, id: &str) -> Value {
    let list = client.get("/me/coupons?limit=100").await.ok(200);
    list["data"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap().clone()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}")).to_owned()
}

/// What the till says to a code.
async fn till(client: &Client, code: &str) -> u16 {
    let body = axum::body::Body::from(json!({ "code": code }).to_string());
    let request = axum::http::Request::post("/demo/till").header("content-type", "application/json");
    client.send(request.body(body).unwrap()).await.status.as_u16()
}

#[tokio::test]
async fn a_coupon_goes_to_a_friend() {
    let (nobody, _) = moving();
    let giver = nobody.sign_in(THREE_EXPIRIES).await;
    let taker = friend(&nobody, 1).await;
    let coupon = claim(&giver).await;
    assert_eq!((&coupon["actions"], &coupon["transfer"]), (&json!(["transfer"]), &Value::Null));
    let made = give(&giver, &coupon, &json!({ "message": "  请你喝一杯 " })).await.ok(201);
    let id = text(&made, "id");
    assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
    assert_eq!(made["link"], format!("/gifts/{id}"));
    assert_eq!((&made["message"], &made["coupon_id"]), (&json!("请你喝一杯"), &coupon["id"]));
    assert_eq!(made["expires_at"], "2026-08-15T08:58:00Z");

    let locked = mine(&giver, &text(&coupon, "id")).await;
    assert_eq!((&locked["status"], &locked["code"]), (&json!("transferring"), &json!("")));
    assert_eq!(locked["actions"], json!(["take-back"]));
    assert_eq!(
        locked["transfer"],
        json!({ "id": id, "link": made["link"], "expires_at": made["expires_at"] })
    );
    let listed = giver.get("/me/coupons?status=transferring").await.ok(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert_eq!(till(&giver, &text(&coupon, "code")).await, 409);
    give(&giver, &coupon, &json!({})).await.problem(409, "not-transferable");

    let seen = taker.get(&format!("/coupon-transfers/{id}")).await;
    // Nothing that tells the giver, or is worth something before it is taken.
    let me = giver.get("/me").await.ok(200);
    for secret in [
        THREE_EXPIRIES,
        "0418",
        &text(&me, "id"),
        &text(&me, "display_name"),
        &text(&coupon, "id"),
        &text(&coupon, "code"),
    ] {
        assert!(!seen.text.contains(secret), "{secret} is in {}", seen.text);
    }
    let seen = seen.ok(200);
    let first: String = text(&me, "display_name").chars().take(1).collect();
    assert!(text(&seen, "from").starts_with(&first) && text(&seen, "from").ends_with('*'));
    assert_eq!(
        (&seen["status"], &seen["mine"], &seen["accepted_by_me"]),
        (&json!("offered"), &json!(false), &json!(false))
    );
    assert_eq!(
        (&seen["coupon"]["title"], &seen["coupon"]["valid_until"]),
        (&coupon["title"], &coupon["valid_until"])
    );
    assert_eq!(gift(&giver, &id).await["mine"], true);
    accept(&giver, &id).await.problem(409, "transfer-own");

    let path = format!("/coupon-transfers/{id}/acceptances");
    let once = key();
    let first = taker.post_once(&path, &once, &Value::Null).await;
    let again = taker.post_once(&path, &once, &Value::Null).await;
    assert_eq!((again.header("idempotency-replayed"), &again.text), ("true", &first.text));
    for secret in [text(&coupon, "id"), text(&coupon, "code"), text(&me, "id")] {
        assert!(!first.text.contains(&secret), "{secret} is in {}", first.text);
    }
    let received = first.ok(201);
    assert_eq!((&received["status"], &received["actions"]), (&json!("available"), &json!(["transfer"])));
    assert_eq!(mine(&taker, &text(&received, "id")).await, received);
    assert_eq!((&received["title"], &received["valid_until"]), (&coupon["title"], &coupon["valid_until"]));

    let gone = mine(&giver, &text(&coupon, "id")).await;
    assert_eq!((&gone["status"], &gone["code"], &gone["actions"]), (&json!("given"), &json!(""), &json!([])));
    assert_eq!(gone["transfer"], Value::Null);
    assert_eq!(giver.get("/me/coupons?status=given").await.ok(200)["data"].as_array().unwrap().len(), 1);
    give(&giver, &coupon, &json!({})).await.problem(409, "not-transferable");
    take_back(&giver, &id).await.problem(409, "transfer-closed");
    accept(&taker, &id).await.problem(409, "transfer-closed");
    assert_eq!(till(&giver, &text(&coupon, "code")).await, 409);
    assert_eq!(till(&taker, &text(&received, "code")).await, 204);
    assert_eq!(till(&taker, &text(&received, "code")).await, 409);

    // The word stays between the two of them.
    for (who, message) in [
        (&giver, json!("请你喝一杯")),
        (&taker, json!("请你喝一杯")),
        (&friend(&nobody, 2).await, Value::Null),
    ] {
        let seen = gift(who, &id).await;
        assert_eq!((&seen["status"], &seen["message"]), (&json!("accepted"), &message));
    }
    assert_eq!(gift(&taker, &id).await["accepted_by_me"], true);
}

#[tokio::test]
async fn who_has_claimed_the_same_may_receive_it_and_who_received_it_may_claim() {
    let (nobody, _) = moving();
    let (one, two) = (friend(&nobody, 1).await, friend(&nobody, 2).await);
    let (of_one, of_two) = (claim(&one).await, claim(&two).await);
    assert_eq!(of_one["title"], of_two["title"]);
    let id = offer(&one, &of_one).await;
    accept(&two, &id).await.ok(201);
    let three = friend(&nobody, 3).await;
    let id = offer(&two, &of_two).await;
    accept(&three, &id).await.ok(201);
    // Received is not claimed.
    let own = claim(&three).await;
    assert_eq!(own["title"], of_one["title"]);
    // And claiming stays once, also for who gave it away.
    let offers = one.get("/coupon-offers").await.ok(200);
    let claimed =
        offers["data"].as_array().unwrap().iter().find(|row| row["claimed"] == true).unwrap().clone();
    let path = format!("/coupon-offers/{}/claims", text(&claimed, "id"));
    one.post_once(&path, &key(), &Value::Null).await.problem(409, "limit-reached");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_friends_exactly_one_takes_it() {
    let (nobody, _) = moving();
    let giver = nobody.sign_in(THREE_EXPIRIES).await;
    let coupon = claim(&giver).await;
    let id = offer(&giver, &coupon).await;
    let mut tasks = Vec::new();
    for number in 0..20 {
        let friend = friend(&nobody, number).await;
        let id = id.clone();
        tasks.push(tokio::spawn(async move { (accept(&friend, &id).await.status.as_u16(), friend) }));
    }
    let mut taken = 0;
    for task in tasks {
        let (status, friend) = task.await.unwrap();
        let has = friend.get("/me/coupons").await.ok(200)["data"].as_array().unwrap().len();
        assert_eq!(has, usize::from(status == 201), "{status}");
        assert!(matches!(status, 201 | 409), "{status}");
        assert_eq!(gift(&friend, &id).await["accepted_by_me"], status == 201);
        taken += has;
    }
    assert_eq!(taken, 1);
    assert_eq!(mine(&giver, &text(&coupon, "id")).await["status"], "given");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn taking_back_and_taking_exclude_each_other() {
    let (nobody, _) = moving();
    let taker = friend(&nobody, 0).await;
    let (mut given, mut kept) = (0, 0);
    for number in 1..=30 {
        let giver = friend(&nobody, number).await;
        let coupon = claim(&giver).await;
        let id = offer(&giver, &coupon).await;
        let accepting = tokio::spawn({
            let (taker, id) = (taker.clone(), id.clone());
            async move { accept(&taker, &id).await.status.as_u16() }
        });
        let returning = tokio::spawn({
            let (giver, id) = (giver.clone(), id.clone());
            async move { take_back(&giver, &id).await.status.as_u16() }
        });
        let outcome = (accepting.await.unwrap(), returning.await.unwrap());
        let status = mine(&giver, &text(&coupon, "id")).await;
        match outcome {
            (201, 409) => {
                given += 1;
                assert_eq!(status["status"], "given");
            }
            (409, 204) => {
                kept += 1;
                assert_eq!((&status["status"], &status["code"]), (&json!("available"), &coupon["code"]));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(given + kept, 30);
    let has = taker.get("/me/coupons?limit=100").await.ok(200)["data"].as_array().unwrap().len();
    assert_eq!(has, given);
}

#[tokio::test]
async fn what_is_taken_back_can_be_given_again() {
    let (nobody, _) = moving();
    let giver = friend(&nobody, 1).await;
    let coupon = claim(&giver).await;
    let id = offer(&giver, &coupon).await;
    for _ in 0..2 {
        assert_eq!(take_back(&giver, &id).await.status, 204);
    }
    assert_eq!(gift(&giver, &id).await["status"], "returned");
    accept(&friend(&nobody, 2).await, &id).await.problem(409, "transfer-closed");
    let second = offer(&giver, &coupon).await;
    assert_ne!(id, second);
    // The first link has nothing to do with the second.
    assert_eq!(take_back(&giver, &id).await.status, 204);
    assert_eq!(gift(&giver, &second).await["status"], "offered");
    assert_eq!(take_back(&giver, &second).await.status, 204);
    assert_eq!(till(&giver, &text(&coupon, "code")).await, 204);
    give(&giver, &coupon, &json!({})).await.problem(409, "not-transferable");
}

#[tokio::test]
async fn what_nobody_takes_comes_back_by_itself() {
    let (nobody, clock) = moving();
    let (giver, taker) = (friend(&nobody, 1).await, friend(&nobody, 2).await);
    let coupon = claim(&giver).await;
    let coupon_id = text(&coupon, "id");
    let id = offer(&giver, &coupon).await;
    clock.fetch_add(72 * HOUR - 1, Ordering::SeqCst);
    assert_eq!(mine(&giver, &coupon_id).await["status"], "transferring");
    assert_eq!(gift(&taker, &id).await["status"], "offered");
    clock.fetch_add(1, Ordering::SeqCst);
    let back = mine(&giver, &coupon_id).await;
    assert_eq!(
        (&back["status"], &back["code"], &back["transfer"]),
        (&json!("available"), &coupon["code"], &Value::Null)
    );
    assert_eq!(gift(&taker, &id).await["status"], "returned");
    accept(&taker, &id).await.problem(409, "transfer-closed");
    // Nothing was written yet; taking back, giving again and using work all the same.
    let second = offer(&giver, &coupon).await;
    assert_eq!(take_back(&giver, &id).await.status, 204);
    accept(&taker, &id).await.problem(409, "transfer-closed");
    assert_eq!(gift(&taker, &second).await["status"], "offered");
    clock.fetch_add(72 * HOUR, Ordering::SeqCst);
    assert_eq!(take_back(&giver, &second).await.status, 204);
    let third = offer(&giver, &coupon).await;
    clock.fetch_add(72 * HOUR, Ordering::SeqCst);
    assert_eq!(till(&giver, &text(&coupon, "code")).await, 204);
    // Time that goes back doesn't bring back what was used.
    clock.fetch_sub(72 * HOUR, Ordering::SeqCst);
    accept(&taker, &third).await.problem(409, "transfer-closed");
    assert_eq!(mine(&giver, &coupon_id).await["status"], "used");
}

#[tokio::test]
async fn a_link_is_never_longer_good_than_its_coupon() {
    let (nobody, clock) = moving();
    let (giver, taker) = (friend(&nobody, 1).await, friend(&nobody, 2).await);
    let coupon = claim(&giver).await;
    let until: chrono::DateTime<chrono::Utc> = text(&coupon, "valid_until").parse().unwrap();
    clock.store(until.timestamp_millis() - HOUR, Ordering::SeqCst);
    // Sessions may have ended by then.
    let (giver, taker) = (friend(&giver, 1).await, friend(&taker, 2).await);
    let made = give(&giver, &coupon, &json!({ "message": null })).await.ok(201);
    assert_eq!(made["expires_at"], coupon["valid_until"]);
    clock.fetch_add(HOUR, Ordering::SeqCst);
    accept(&taker, &text(&made, "id")).await.problem(409, "transfer-closed");
    assert_eq!(mine(&giver, &text(&coupon, "id")).await["status"], "expired");
    give(&giver, &coupon, &json!({})).await.problem(409, "not-transferable");
    assert_eq!(gift(&taker, &text(&made, "id")).await["status"], "returned");
}

#[tokio::test]
async fn requests_are_read_strictly_and_nothing_can_be_guessed() {
    let (nobody, _) = moving();
    let (giver, other) = (friend(&nobody, 1).await, friend(&nobody, 2).await);
    let coupon = claim(&giver).await;
    for message in ["a\nb", "\u{0}", "\u{202e}x", "杯".repeat(61).as_str()] {
        give(&giver, &coupon, &json!({ "message": message })).await.problem(422, "validation");
    }
    give(&giver, &coupon, &json!({ "message": 7 })).await.problem(422, "validation");
    give(&giver, &coupon, &json!({ "to": "13800130417" })).await.problem(422, "validation");
    give(&other, &coupon, &json!({})).await.problem(404, "not-found");
    let path = format!("/me/coupons/{}/transfers", text(&coupon, "id"));
    giver.post(&path, &json!({})).await.problem(422, "validation");
    nobody.post_once(&path, &key(), &json!({})).await.problem(401, "unauthenticated");

    let once = key();
    let body = json!({ "message": "杯".repeat(60) });
    let first = giver.post_once(&path, &once, &body).await;
    let again = giver.post_once(&path, &once, &body).await;
    assert_eq!((again.header("idempotency-replayed"), &again.text), ("true", &first.text));
    giver.post_once(&path, &once, &json!({})).await.problem(422, "key-reused");
    let id = text(&first.ok(201), "id");

    // Whoever has no link finds nothing, and whoever has it can't end it.
    take_back(&other, &id).await.problem(404, "not-found");
    assert_eq!(gift(&other, &id).await["status"], "offered");
    let mut near = id.clone().into_bytes();
    near[31] = if near[31] == b'0' { b'1' } else { b'0' };
    let near = String::from_utf8(near).unwrap();
    for wrong in [
        near.as_str(),
        "1",
        "nobody",
        "%25",
        "a%00b",
        &text(&coupon, "id"),
        &id.to_uppercase(),
        &"f".repeat(300),
    ] {
        if wrong == id {
            continue;
        }
        let path = format!("/coupon-transfers/{wrong}");
        other.get(&path).await.problem(404, "not-found");
        other.delete(&path).await.problem(404, "not-found");
        accept(&other, wrong).await.problem(404, "not-found");
    }
    for path in [format!("/coupon-transfers/{id}"), format!("/coupon-transfers/{id}/acceptances")] {
        nobody.get(&path).await.problem(
            if path.ends_with("es") { 405 } else { 401 },
            if path.ends_with("es") { "method-not-allowed" } else { "unauthenticated" },
        );
    }
    let request = other.request(Method::POST, &format!("/coupon-transfers/{id}/acceptances"));
    let mut request = request.header("idempotency-key", key()).body(axum::body::Body::empty()).unwrap();
    request.headers_mut().remove("x-member-portal");
    other.send(request).await.problem(403, "csrf-required");
    assert_eq!(gift(&giver, &id).await["status"], "offered");
}

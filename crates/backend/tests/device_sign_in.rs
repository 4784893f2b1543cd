//! Signing in at a kiosk, by phone and by member code, and what a session there may do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "common/kiosk.rs"]
mod kiosk;

use axum::http::Method;
use backend::{Config, Limits};
use common::{AT_RISK, Client, NEW, NOW, Reply, THREE_EXPIRIES, config, key};
use kiosk::Hall;
use serde_json::{Value, json};
use std::time::Duration;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;

/// Begins a sign-in by phone; device code and user code.
async fn begin(kiosk: &Client) -> (String, String) {
    let made = kiosk.post("/sessions/device-authorizations", &json!({})).await.ok(201);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("device_code"), text("user_code"))
}

async fn poll(kiosk: &Client, device_code: &str) -> Reply {
    kiosk.post("/sessions/device-authorizations/poll", &json!({"device_code": device_code})).await
}

async fn look(phone: &Client, user_code: &str) -> Reply {
    phone.get(&format!("/sessions/device-authorizations/{user_code}")).await
}

async fn say(phone: &Client, user_code: &str, word: &str) -> Reply {
    phone.post(&format!("/sessions/device-authorizations/{user_code}/{word}"), &json!({})).await
}

#[tokio::test]
async fn a_phone_signs_a_kiosk_in() {
    // With the interval of production: a machine that is slow for a moment must not make a hasty poll a patient one.
    let hall =
        Hall::with(Config { limits: Limits { poll_interval: 3, ..Limits::relaxed() }, ..config("coffee") });
    let kiosk = hall.kiosk().await;
    let phone = hall.nobody.sign_in(AT_RISK).await;
    let made = kiosk.post("/sessions/device-authorizations", &Value::Null).await.ok(201);
    let code = made["user_code"].as_str().unwrap();
    assert_eq!((&made["expires_in"], &made["interval"]), (&json!(120), &json!(3)));
    assert_eq!(made["verification_uri"], "/device");
    assert_eq!(made["verification_uri_complete"], format!("/device?user_code={code}"));
    let device_code = made["device_code"].as_str().unwrap();

    let waiting = poll(&kiosk, device_code).await.problem(400, "authorization-pending");
    assert_eq!((&waiting["scanned"], &waiting["error"]), (&json!(false), &json!("authorization_pending")));
    let hasty = poll(&kiosk, device_code).await.problem(400, "slow-down");
    assert_eq!(hasty["error"], "slow_down");
    let info = look(&phone, code).await.ok(200);
    assert_eq!((&info["status"], &info["user_code"]), (&json!("pending"), &json!(code)));
    assert_eq!(
        (&info["device"]["channel"], &info["device"]["kiosk_number"]),
        (&json!("kiosk"), &json!("01"))
    );
    assert_eq!((&info["requested_at"], &info["expires_at"]), (&json!(NOW), &json!("2026-08-12T09:00:00Z")));
    let (another, another_code) = begin(&kiosk).await;
    look(&phone, &another_code).await.ok(200);
    assert_eq!(poll(&kiosk, &another).await.problem(400, "authorization-pending")["scanned"], true);

    for _ in 0..2 {
        assert_eq!(say(&phone, code, "approve").await.ok(200)["status"], "approved");
    }
    // Who may have it needn't wait.
    let reply = poll(&kiosk, device_code).await;
    assert!(
        reply.header("set-cookie").starts_with("session-coffee=")
            && reply.header("set-cookie").contains("Max-Age=900")
    );
    let kiosk_in = kiosk.with_session(&reply);
    let session = reply.ok(201);
    assert_eq!((&session["channel"], &session["scope"]), (&json!("kiosk"), &json!(["kiosk"])));
    assert_eq!(session["expires_at"], "2026-08-12T09:13:00Z");
    assert_eq!(kiosk_in.get("/me").await.ok(200)["id"], phone.get("/me").await.ok(200)["id"]);
    let again = poll(&kiosk, device_code).await.problem(400, "expired-token");
    assert_eq!(again["error"], "expired_token");
    assert_eq!(look(&phone, code).await.ok(200)["status"], "approved");
    assert_eq!(say(&phone, code, "approve").await.ok(200)["status"], "approved");
    say(&phone, code, "deny").await.problem(409, "authorization-closed");
    let list = phone.get("/sessions").await.ok(200);
    let there = list["data"].as_array().unwrap().iter().find(|one| one["channel"] == "kiosk").unwrap();
    assert!(there["device"].as_str().unwrap().ends_with(" · 01"), "{there}");
    let ended = phone.delete(&format!("/sessions/{}", there["id"].as_str().unwrap())).await;
    assert_eq!(ended.status.as_u16(), 204, "a member can end it from the phone");
    kiosk_in.get("/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_member_decides_and_nobody_after_them() {
    let hall = Hall::new("coffee").await;
    let kiosk = hall.kiosk().await;
    let (mine, other) = (hall.nobody.sign_in(AT_RISK).await, hall.nobody.sign_in(NEW).await);

    let (device, code) = begin(&kiosk).await;
    look(&other, &code).await.ok(200);
    assert_eq!(
        say(&mine, &code, "approve").await.ok(200)["status"],
        "approved",
        "the first to look needn't decide"
    );
    assert_eq!(look(&other, &code).await.ok(200)["status"], "taken");
    for word in ["approve", "deny"] {
        say(&other, &code, word).await.problem(409, "authorization-closed");
    }
    assert_eq!(say(&mine, &code, "deny").await.ok(200)["status"], "denied", "not used yet");
    say(&mine, &code, "approve").await.problem(409, "authorization-closed");
    assert_eq!(say(&mine, &code, "deny").await.ok(200)["status"], "denied");
    assert_eq!(poll(&kiosk, &device).await.problem(400, "access-denied")["error"], "access_denied");

    let (device, code) = begin(&kiosk).await;
    assert_eq!(say(&mine, &code, "deny").await.ok(200)["status"], "denied");
    poll(&kiosk, &device).await.problem(400, "access-denied");
    for bad in ["NONE-SUCH", "nobody", "bcdf-ghjk"] {
        look(&mine, bad).await.problem(404, "not-found");
        say(&mine, bad, "approve").await.problem(404, "not-found");
        say(&mine, bad, "deny").await.problem(404, "not-found");
    }
    for bad in ["short", "with space and more"] {
        poll(&kiosk, bad).await.problem(422, "validation");
    }
}

#[tokio::test]
async fn a_code_is_good_for_two_minutes_at_its_own_kiosk() {
    let hall = Hall::new("coffee").await;
    let (kiosk, beside) = (hall.kiosk().await, hall.kiosk().await);
    let phone = hall.nobody.sign_in(AT_RISK).await;
    let (device, code) = begin(&kiosk).await;
    poll(&beside, &device).await.problem(400, "expired-token");
    poll(&kiosk, "0123456789abcdef").await.problem(400, "expired-token");
    say(&phone, &code, "approve").await.ok(200);
    poll(&beside, &device).await.problem(400, "expired-token");
    hall.pass(2 * MINUTE);
    poll(&kiosk, &device).await.problem(400, "expired-token");
    assert_eq!(look(&phone, &code).await.ok(200)["status"], "expired");
    for word in ["approve", "deny"] {
        say(&phone, &code, word).await.problem(409, "authorization-closed");
    }

    let (device, code) = begin(&kiosk).await;
    hall.pass(2 * MINUTE - 1);
    assert_eq!(look(&phone, &code).await.ok(200)["status"], "pending");
    hall.pass(1);
    poll(&kiosk, &device).await.problem(400, "expired-token");
    assert_eq!(look(&phone, &code).await.ok(200)["status"], "expired");

    // A new code takes the place of one that nobody has seen, but not of one that somebody is about to confirm.
    let (unseen, unseen_code) = begin(&kiosk).await;
    let (elsewhere, _) = begin(&beside).await;
    let (seen, seen_code) = begin(&kiosk).await;
    poll(&kiosk, &unseen).await.problem(400, "expired-token");
    assert_eq!(look(&phone, &unseen_code).await.ok(200)["status"], "expired");
    look(&phone, &seen_code).await.ok(200);
    begin(&kiosk).await;
    poll(&beside, &elsewhere).await.problem(400, "authorization-pending");
    say(&phone, &seen_code, "approve").await.ok(200);
    assert_eq!(poll(&kiosk, &seen).await.status.as_u16(), 201);

    let (device, code) = begin(&beside).await;
    look(&phone, &code).await.ok(200);
    beside.post("/demo/devices/revoke", &json!({})).await;
    assert_eq!(look(&phone, &code).await.ok(200)["status"], "expired");
    say(&phone, &code, "approve").await.problem(409, "authorization-closed");
    poll(&beside, &device).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_frozen_clock_slows_nobody_down() {
    let client = Client::new(&config("coffee"));
    let code = client.post("/demo/enrolment-codes", &json!({})).await.ok(201)["enrolment_code"].clone();
    let kiosk = kiosk::enrolled(&client, code.as_str().unwrap()).await;
    let (device, _) = begin(&kiosk).await;
    for _ in 0..3 {
        poll(&kiosk, &device).await.problem(400, "authorization-pending");
        tokio::time::sleep(Duration::from_millis(1000)).await;
    }
}

#[tokio::test]
async fn codes_cannot_be_guessed() {
    let hall = Hall::with(Config { limits: Limits::default(), ..config("coffee") });
    let kiosk = hall.kiosk().await;
    let phone = hall.nobody.sign_in(AT_RISK).await;
    let (_, code) = begin(&kiosk).await;
    for _ in 0..40 {
        look(&phone, &code).await.ok(200);
    }
    let mut tries = 0;
    let refused = loop {
        let word = ["approve", "deny"][tries % 2];
        let reply = say(&phone, "BCDF-GHJK", word).await;
        if reply.status.as_u16() == 429 {
            break reply;
        }
        reply.problem(404, "not-found");
        tries += 1;
    };
    assert_eq!(tries, 29, "the first look at the real one counts too");
    refused.problem(429, "rate-limited");
    look(&phone, &code).await.ok(200);
    let (_, code) = begin(&kiosk).await;
    look(&phone, &code).await.problem(429, "rate-limited");
    look(&hall.nobody.sign_in(NEW).await, &code).await.ok(200);
}

#[tokio::test]
async fn a_member_code_signs_in_once() {
    let hall = Hall::new("coffee").await;
    let kiosk = hall.kiosk().await;
    let phone = hall.nobody.sign_in(AT_RISK).await;
    let shown = async || phone.get("/me/card-code").await.ok(200)["payload"].clone();
    let scan = async |payload: &Value| kiosk.post("/sessions/card-codes", &json!({"payload": payload})).await;
    let first = shown().await;
    let reply = scan(&first).await;
    let signed_in = kiosk.with_session(&reply);
    let session = reply.ok(201);
    assert_eq!((&session["channel"], &session["scope"]), (&json!("kiosk"), &json!(["kiosk"])));
    assert_eq!(signed_in.get("/me").await.ok(200)["phone_masked"], "138****0417");
    let problem = scan(&first).await.problem(422, "code-expired");
    assert_eq!(problem["errors"][0]["pointer"], "/payload");
    assert_eq!(shown().await, first, "showing it again doesn't make it good again");
    scan(&first).await.problem(422, "code-expired");

    hall.pass(MINUTE);
    let second = shown().await;
    assert_ne!(first, second);
    // The clock shows 58 minutes and 0 seconds: the code before is good for the whole of the next minute.
    hall.pass(2 * MINUTE - 1);
    assert_eq!(scan(&second).await.status.as_u16(), 201);
    signed_in.get("/me").await.problem(401, "unauthenticated");
    let third = shown().await;
    hall.pass(2 * MINUTE);
    scan(&third).await.problem(422, "code-expired");
    scan(&json!("0123456789012345")).await.problem(422, "code-incorrect");
    for bad in [json!("123"), json!("01234567890123456"), json!("012345678901234x"), json!(1), Value::Null] {
        let problem = scan(&bad).await.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], "/payload");
    }
}

#[tokio::test]
async fn a_session_belongs_to_its_kiosk_and_ends_soon() {
    let hall = Hall::new("coffee").await;
    let (kiosk, beside) = (hall.kiosk().await, hall.kiosk().await);
    let member = kiosk.sign_in_here(AT_RISK).await;
    let session = member.cookie.as_ref().unwrap().split("; ").last().unwrap().to_owned();
    let alone = Client { cookie: Some(session.clone()), ..hall.nobody.clone() };
    alone.get("/me").await.problem(401, "unauthenticated");
    let carried = Client {
        cookie: Some(format!("{}; {session}", beside.cookie.as_ref().unwrap())),
        ..hall.nobody.clone()
    };
    carried.get("/me").await.problem(401, "unauthenticated");
    let phone = hall.nobody.sign_in(AT_RISK).await;
    let planted = format!("{}; {}", kiosk.cookie.as_ref().unwrap(), phone.cookie.as_ref().unwrap());
    Client { cookie: Some(planted), ..hall.nobody.clone() }.get("/me").await.problem(401, "unauthenticated");

    member.get("/me").await.ok(200);
    let next = kiosk.sign_in_here(THREE_EXPIRIES).await;
    member.get("/me").await.problem(401, "unauthenticated");
    hall.pass(15 * MINUTE - 1);
    next.get("/me").await.ok(200);
    hall.pass(1);
    next.get("/me").await.problem(401, "unauthenticated");

    let member = kiosk.sign_in_here(AT_RISK).await;
    let bye = member.delete("/sessions/current").await;
    assert_eq!((bye.status.as_u16(), bye.header("clear-site-data")), (204, "\"cache\", \"storage\""));
    assert!(
        bye.header("set-cookie").starts_with("session-coffee=;")
            && bye.header("set-cookie").contains("Max-Age=0")
    );
    member.get("/me").await.problem(401, "unauthenticated");
    kiosk.get("/devices/current").await.ok(200);

    let version = kiosk.get("/programme").await.json()["terms_version"].clone();
    let code = kiosk.code(NEW).await;
    let body = json!({"phone": NEW, "code": code, "terms_version": version, "mode": "bearer"});
    let made = kiosk.post("/sessions", &body).await.ok(201);
    assert_eq!(made["scope"], json!(["kiosk"]));
    let bearer = async |client: &Client| {
        let token = format!("Bearer {}", made["token"].as_str().unwrap());
        let request = client.request(Method::GET, "/me").header("authorization", token);
        client.send(request.body(axum::body::Body::empty()).unwrap()).await.status.as_u16()
    };
    assert_eq!((bearer(&kiosk).await, bearer(&hall.nobody).await), (200, 401));
}

#[tokio::test]
async fn a_kiosk_may_do_less() {
    let hall = Hall::new("coffee").await;
    let kiosk = hall.kiosk().await;
    let phone = hall.nobody.sign_in(AT_RISK).await;
    let member = kiosk.sign_in_here(AT_RISK).await;
    let (_, code) = begin(&hall.kiosk().await).await;
    let refuses = |reply: Reply| reply.problem(403, "insufficient-scope");

    let tag = member.get("/me").await.header("etag").to_owned();
    let request = member
        .request(Method::PATCH, "/me")
        .header("if-match", tag)
        .header("content-type", "application/json");
    refuses(member.send(request.body("{}".into()).unwrap()).await);
    refuses(member.get("/sessions").await);
    refuses(member.delete("/sessions").await);
    let list = phone.get("/sessions").await.ok(200)["data"].clone();
    let of = |channel: &str| {
        let one = list.as_array().unwrap().iter().find(|one| one["channel"] == channel).unwrap();
        format!("/sessions/{}", one["id"].as_str().unwrap())
    };
    refuses(member.delete(&of("mobile")).await);
    refuses(member.delete("/sessions/nobody").await);
    refuses(look(&member, &code).await);
    for word in ["approve", "deny"] {
        refuses(say(&member, &code, word).await);
    }
    let coupon = phone.get("/me/coupons?status=available").await.ok(200)["data"][0]["id"].clone();
    let give = format!("/me/coupons/{}/transfers", coupon.as_str().unwrap());
    refuses(member.post_once(&give, &key(), &json!({})).await);
    let made = phone.post_once(&give, &key(), &json!({})).await.ok(201);
    let gift = format!("/coupon-transfers/{}", made["id"].as_str().unwrap());
    refuses(member.delete(&gift).await);
    refuses(member.post_once(&format!("{gift}/acceptances"), &key(), &Value::Null).await);
    assert_eq!(phone.get("/me").await.ok(200)["display_name"], "林蔚");

    for path in ["/me", "/me/overview", "/me/points", "/rewards", "/me/coupons", "/me/surveys", &gift] {
        member.get(path).await.ok(200);
    }
    let cost = member.get("/rewards/iced-latte").await.ok(200)["cost_points"].as_i64().unwrap();
    assert_eq!(member.redeem("iced-latte", 1, cost, &key()).await.status.as_u16(), 201);
    let bye = member.delete(&of("kiosk")).await;
    assert_eq!((bye.status.as_u16(), bye.header("clear-site-data")), (204, "\"cache\", \"storage\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn at_once_only_one_wins() {
    let hall = Hall::new("coffee").await;
    let kiosk = hall.kiosk().await;
    let phones = [hall.nobody.sign_in(AT_RISK).await, hall.nobody.sign_in(NEW).await];
    for _ in 0..12 {
        let (device, code) = begin(&kiosk).await;
        let saying = phones.clone().map(|phone| {
            let code = code.clone();
            tokio::spawn(async move { say(&phone, &code, "approve").await.status.as_u16() })
        });
        let mut said = Vec::new();
        for one in saying {
            said.push(one.await.unwrap());
        }
        said.sort_unstable();
        assert_eq!(said, [200, 409]);
        let polling: Vec<_> = (0..3)
            .map(|_| {
                let (kiosk, device) = (kiosk.clone(), device.clone());
                tokio::spawn(async move { poll(&kiosk, &device).await.status.as_u16() })
            })
            .collect();
        let mut got = Vec::new();
        for one in polling {
            got.push(one.await.unwrap());
        }
        got.sort_unstable();
        assert_eq!(got, [201, 400, 400]);

        hall.pass(MINUTE);
        let payload = phones[0].get("/me/card-code").await.ok(200)["payload"].clone();
        let scan = || {
            let (kiosk, body) = (kiosk.clone(), json!({"payload": payload}));
            tokio::spawn(async move { kiosk.post("/sessions/card-codes", &body).await.status.as_u16() })
        };
        let (one, other) = (scan(), scan());
        let mut got = [one.await.unwrap(), other.await.unwrap()];
        got.sort_unstable();
        assert_eq!(got, [201, 422]);
    }
}

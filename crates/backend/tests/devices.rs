//! Shared devices: enrolling one, what it is told, and its end.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "common/kiosk.rs"]
mod kiosk;

use axum::body::Body;
use axum::http::{Method, Request};
use backend::{Backend, Clock, Config, Limits};
use common::{AT_RISK, Client, NEW, NOW, config, key};
use kiosk::{Hall, enrol, enrolled, pair};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

const DAY: i64 = 86_400_000;

#[tokio::test]
async fn a_code_enrols_one_device_once() {
    let hall = Hall::new("coffee").await;
    let code = hall.code(&json!({"store_id": "salt-wharf", "kiosk_number": "B7"})).await;
    assert!(code.len() == 8 && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()), "{code}");
    let first = key();
    let reply = enrol(&hall.nobody, &code, &first).await;
    let cookie = reply.header("set-cookie").to_owned();
    for part in ["device-coffee=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=34560000"] {
        assert!(cookie.contains(part) && !cookie.contains("Secure"), "{cookie}");
    }
    let device = reply.ok(201);
    assert_eq!((&device["kiosk_number"], &device["channel"]), (&json!("B7"), &json!("kiosk")));
    assert_eq!((&device["store"]["id"], &device["enrolled_at"]), (&json!("salt-wharf"), &json!(NOW)));

    // Whoever got no answer asks again with the same key, and is the same device.
    let again = enrol(&hall.nobody, &code, &first).await;
    assert_eq!((again.header("idempotency-replayed"), again.header("set-cookie")), ("true", &*cookie));
    assert_eq!(again.ok(201), device);
    let kiosk = Client { cookie: Some(pair(&cookie)), ..hall.nobody.clone() };
    let state = kiosk.get("/devices/current").await.ok(200);
    assert_eq!((&state["id"], &state["store"]), (&device["id"], &device["store"]));
    let programme = kiosk.get("/programme").await.ok(200);
    assert_eq!(programme["device"]["status"], "active");
    assert_eq!(
        (&programme["device"]["kiosk_number"], &programme["device"]["store"]),
        (&json!("B7"), &device["store"])
    );
    assert_eq!(hall.nobody.get("/programme").await.ok(200)["device"], Value::Null);

    let used = enrol(&hall.nobody, &code, &key()).await.problem(422, "code-expired");
    assert_eq!(used["errors"][0]["pointer"], "/enrolment_code");
    let unknown = enrol(&hall.nobody, "ABCDEFGH", &key()).await.problem(422, "code-incorrect");
    assert_eq!(unknown["errors"][0]["pointer"], "/enrolment_code");
    enrol(&hall.nobody, &code.to_lowercase(), &key()).await.problem(422, "validation");
    let other = hall.code(&json!({})).await;
    enrol(&hall.nobody, &other, &first).await.problem(422, "key-reused");
    hall.nobody
        .post("/devices/enrolments", &json!({"enrolment_code": other}))
        .await
        .problem(422, "validation");
    hall.pass(DAY);
    enrol(&hall.nobody, &other, &key()).await.problem(422, "code-expired");
    enrol(&hall.nobody, &code, &first).await.problem(422, "code-expired");
    kiosk.get("/devices/current").await.ok(200);
}

#[tokio::test]
async fn a_browser_is_one_device_and_nobody_stays_signed_in_on_it() {
    let hall = Hall::new("coffee").await;
    let member = hall.nobody.sign_in(AT_RISK).await;
    let reply = enrol(&member, &hall.code(&json!({})).await, &key()).await;
    let cookies: Vec<&str> =
        reply.headers.get_all("set-cookie").iter().map(|v| v.to_str().unwrap()).collect();
    assert!(
        cookies[0].starts_with("device-coffee=") && cookies[1].starts_with("session-coffee=;"),
        "{cookies:?}"
    );
    member.get("/me").await.problem(401, "unauthenticated");

    let first = Client { cookie: Some(pair(cookies[0])), ..hall.nobody.clone() };
    let signed_in = first.sign_in_here(AT_RISK).await;
    signed_in.get("/me").await.ok(200);
    let second = enrolled(&signed_in, &hall.code(&json!({"kiosk_number": "02"})).await).await;
    assert_eq!(second.get("/devices/current").await.ok(200)["kiosk_number"], "02");
    first.get("/devices/current").await.problem(401, "unauthenticated");
    assert_eq!(first.get("/programme").await.ok(200)["device"]["status"], "revoked");
    signed_in.get("/me").await.problem(401, "unauthenticated");
    let list = hall.nobody.get("/demo/devices").await.ok(200);
    let statuses: Vec<&Value> = list["data"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, ["revoked", "active"]);
}

#[tokio::test]
async fn each_entrance_has_cookies_of_its_own() {
    let hall = Hall::new("coffee").await;
    let kiosk =
        Client { router: backend::second_entrance(hall.nobody.router.clone()), ..hall.nobody.clone() };
    let nobody_there = kiosk.get("/programme").await.ok(200);
    assert_eq!(nobody_there["device"], Value::Null, "an entrance makes nobody a kiosk");
    let reply = enrol(&kiosk, &hall.code(&json!({})).await, &key()).await;
    let cookie = pair(reply.header("set-cookie"));
    assert!(cookie.starts_with("device-coffee-kiosk="), "{cookie}");
    let kiosk = Client { cookie: Some(cookie), ..kiosk }.sign_in_here(AT_RISK).await;
    assert!(kiosk.cookie.as_ref().unwrap().contains("; session-coffee-kiosk="));
    kiosk.get("/me").await.ok(200);
    // The same browser, at the other address: a phone.
    let both = Client { router: hall.nobody.router.clone(), ..kiosk.clone() };
    assert_eq!(both.get("/programme").await.ok(200)["device"], Value::Null);
    both.get("/me").await.problem(401, "unauthenticated");
    let phone = both.sign_in_here(AT_RISK).await;
    assert_eq!(phone.get("/sessions").await.ok(200)["data"].as_array().unwrap().len(), 2);
    let bye = phone.delete("/sessions/current").await;
    assert_eq!(bye.header("clear-site-data"), "\"cache\", \"storage\"", "the kiosk beside it stays enrolled");
    kiosk.get("/me").await.ok(200);

    let https = Client::new(&Config { behind_proxy: true, ..config("coffee") });
    let code = https.post("/demo/enrolment-codes", &json!({})).await.ok(201)["enrolment_code"].clone();
    let request = https
        .request(Method::POST, "/devices/enrolments")
        .header("x-forwarded-proto", "https")
        .header("content-type", "application/json")
        .header("idempotency-key", key());
    let body = Body::from(json!({"enrolment_code": code}).to_string());
    let reply = https.send(request.body(body).unwrap()).await;
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("__Host-device=") && cookie.contains("; Secure"), "{cookie}");
}

#[tokio::test]
async fn a_device_is_told_its_settings_and_the_offers_of_the_day() {
    let hall = Hall::new("coffee").await;
    let kiosk = hall.kiosk().await;
    let reply = kiosk.get("/devices/current").await;
    let tag = reply.header("etag").to_owned();
    let state = reply.ok(200);
    let first = json!({"idle_seconds": 50, "warning_seconds": 25, "refresh_seconds": 60, "hours": null});
    assert_eq!(state["settings"], first);
    let request = kiosk.request(Method::GET, "/devices/current").header("if-none-match", &tag);
    assert_eq!(kiosk.send(request.body(Body::empty()).unwrap()).await.status.as_u16(), 304);

    let settings = async |body: Value| kiosk.post("/demo/devices/settings", &body).await;
    let hours = json!({"from": "07:00", "to": "22:00"});
    assert_eq!(settings(json!({"idle_seconds": 45, "hours": hours})).await.status.as_u16(), 204);
    assert_eq!(settings(json!({"refresh_seconds": 10})).await.status.as_u16(), 204);
    let told = kiosk.get("/devices/current").await.ok(200)["settings"].clone();
    let wanted = json!({"idle_seconds": 45, "warning_seconds": 25, "refresh_seconds": 10, "hours": hours});
    assert_eq!(told, wanted);
    assert_eq!(settings(json!({"hours": null})).await.status.as_u16(), 204);
    assert_eq!(kiosk.get("/devices/current").await.ok(200)["settings"]["hours"], Value::Null);
    for bad in [
        json!({"idle_seconds": 9}),
        json!({"warning_seconds": 19}),
        json!({"refresh_seconds": 0}),
        json!({"hours": {"from": "07:00"}}),
        json!({"hours": {"from": "07:00", "to": "07:00"}}),
        json!({"hours": {"from": "07:00", "to": "25:00"}}),
        json!({"hours": []}),
        json!({"colour": 1}),
    ] {
        settings(bad).await.problem(422, "validation");
    }
    hall.nobody.post("/demo/devices/settings", &json!({"idle_seconds": 45})).await.problem(404, "not-found");

    let member = hall.nobody.sign_in(NEW).await;
    let offers = state["offers"].as_array().unwrap();
    assert_eq!(offers.len(), 3);
    assert!(offers[0]["list_cost_points"].as_i64() > offers[0]["cost_points"].as_i64(), "{}", offers[0]);
    for offer in offers {
        let reward = member.get(&format!("/rewards/{}", offer["id"].as_str().unwrap())).await.ok(200);
        assert_eq!((&offer["title"], &offer["image"]), (&reward["title"], &reward["images"][0]));
        assert_eq!(offer["list_cost_points"], reward["list_cost_points"]);
        let reasons = reward["eligibility"]["reasons"].as_array().unwrap();
        assert!(reasons.iter().all(|reason| reason["code"] == "insufficient-points"), "{reward}");
    }
    let english = Client { language: "en", ..kiosk.clone() }.get("/devices/current").await.ok(200);
    assert!(english["offers"][0]["category"].as_str().unwrap().is_ascii());

    // Nothing is marked down at this store, so that all three are chosen anew.
    let hall = Hall::new("ice-tea").await;
    let kiosk = hall.kiosk().await;
    let mut seen = BTreeSet::new();
    for _ in 0..7 {
        hall.pass(DAY);
        seen.insert(kiosk.get("/devices/current").await.ok(200)["offers"].to_string());
    }
    assert!(seen.len() > 4, "the offers change by the day: {}", seen.len());
}

#[tokio::test]
async fn a_device_says_how_it_is_and_keeps_its_cookie() {
    let hall = Hall::new("coffee").await;
    let kiosk = hall.kiosk().await;
    let beat = async |body: Value| kiosk.post("/devices/current/heartbeats", &body).await;
    let full = json!({
        "version": "0.5.0", "uptime_seconds": 86_400, "memory_bytes": 41_943_040, "reloads": 1,
        "last_error": "TypeError: x\n  at y", "online_since": "2026-08-12T08:00:00Z",
    });
    let reply = beat(full.clone()).await;
    assert_eq!((reply.status.as_u16(), reply.header("set-cookie")), (204, ""));
    let known = hall.nobody.get("/demo/devices").await.ok(200)["data"][0].clone();
    assert_eq!((&known["heartbeat"], &known["heartbeat_at"]), (&full, &json!(NOW)));
    let least = json!({"version": "0.5.1", "uptime_seconds": 0, "reloads": 0});
    assert_eq!(beat(least).await.status.as_u16(), 204);
    let known = hall.nobody.get("/demo/devices").await.ok(200)["data"][0].clone();
    assert_eq!(
        (&known["heartbeat"]["version"], &known["heartbeat"]["last_error"]),
        (&json!("0.5.1"), &Value::Null)
    );
    for (name, bad) in [
        ("version", json!("")),
        ("version", json!("9".repeat(65))),
        ("uptime_seconds", json!(-1)),
        ("reloads", Value::Null),
        ("last_error", json!("x".repeat(301))),
        ("online_since", json!("today")),
        ("member_id", json!("m")),
    ] {
        let mut body = full.clone();
        body[name] = bad;
        let problem = beat(body).await.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], format!("/{name}"));
    }
    hall.pass(30 * DAY);
    let reply = beat(full.clone()).await;
    let renewed = reply.header("set-cookie");
    assert!(
        renewed.starts_with(kiosk.cookie.as_ref().unwrap()) && renewed.contains("Max-Age=34560000"),
        "{renewed}"
    );
    assert_eq!(beat(full).await.header("set-cookie"), "", "not each time");
}

#[tokio::test]
async fn a_revoked_device_is_none() {
    let hall = Hall::new("coffee").await;
    let kiosk = hall.kiosk().await;
    let other = hall.kiosk().await;
    let member = kiosk.sign_in_here(AT_RISK).await;
    let phone = hall.nobody.sign_in(AT_RISK).await;
    let sessions = async || phone.get("/sessions").await.ok(200)["data"].as_array().unwrap().len();
    assert_eq!(sessions().await, 2);
    assert_eq!(kiosk.post("/demo/devices/revoke", &json!({})).await.status.as_u16(), 204);
    assert_eq!(sessions().await, 1, "what went on there has ended, not only become unusable");
    assert_eq!(kiosk.post("/demo/devices/revoke", &json!({})).await.status.as_u16(), 204);
    member.get("/me").await.problem(401, "unauthenticated");
    let told = member.get("/programme").await.ok(200)["device"].clone();
    assert_eq!((&told["status"], &told["kiosk_number"]), (&json!("revoked"), &json!("01")));
    kiosk.get("/devices/current").await.problem(401, "unauthenticated");
    kiosk.post("/sessions/card-codes", &json!({})).await.problem(401, "unauthenticated");
    let session = kiosk.session_here(AT_RISK).await.ok(201);
    assert_eq!(session["scope"], json!(["member"]), "a browser like any other");

    other.get("/devices/current").await.ok(200);
    let list = hall.nobody.get("/demo/devices").await.ok(200);
    let id = list["data"][1]["id"].clone();
    assert_eq!(
        hall.nobody.post("/demo/devices/revoke", &json!({"device_id": id})).await.status.as_u16(),
        204
    );
    other.get("/devices/current").await.problem(401, "unauthenticated");
    hall.nobody.post("/demo/devices/revoke", &json!({})).await.problem(404, "not-found");
    hall.nobody.post("/demo/devices/revoke", &json!({"device_id": "nobody"})).await.problem(404, "not-found");
}

#[tokio::test]
async fn only_a_device_is_answered_and_only_our_own_pages() {
    let hall = Hall::new("coffee").await;
    let member = hall.nobody.sign_in(AT_RISK).await;
    let kiosk = hall.kiosk().await;
    for path in [
        "/sessions/device-authorizations",
        "/sessions/device-authorizations/poll",
        "/sessions/card-codes",
        "/devices/current/heartbeats",
    ] {
        member.post(path, &json!({})).await.problem(401, "unauthenticated");
        let forged = Request::post(format!("/api/v1{path}")).header("cookie", kiosk.cookie.as_ref().unwrap());
        hall.nobody.send(forged.body(Body::from("{}")).unwrap()).await.problem(403, "csrf-required");
    }
    member.get("/devices/current").await.problem(401, "unauthenticated");
    let made_up = Client { cookie: Some("device-coffee=0123456789abcdef".into()), ..hall.nobody.clone() };
    made_up.get("/devices/current").await.problem(401, "unauthenticated");
    assert_eq!(made_up.get("/programme").await.ok(200)["device"], Value::Null);
    let forged = Request::post("/api/v1/devices/enrolments").body(Body::empty()).unwrap();
    hall.nobody.send(forged).await.problem(403, "csrf-required");
    for path in ["/demo/enrolment-codes", "/demo/devices/revoke", "/demo/devices/settings"] {
        let elsewhere = Request::post(path).header("sec-fetch-site", "cross-site");
        hall.nobody.send(elsewhere.body(Body::from("{}")).unwrap()).await.problem(403, "csrf-required");
    }
    for bad in [json!({"store_id": "nowhere"}), json!({"kiosk_number": "a/b"}), json!({"kiosk_number": 1})] {
        hall.nobody.post("/demo/enrolment-codes", &bad).await.problem(422, "validation");
    }
}

#[tokio::test]
async fn a_backend_can_go_without_devices() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("data.sqlite");
    let with = Client::new(&Config { database: database.clone(), ..config("coffee") });
    let code = with.post("/demo/enrolment-codes", &json!({})).await.ok(201)["enrolment_code"].clone();
    let kiosk = enrolled(&with, code.as_str().unwrap()).await;
    let without = Config { database, without: vec!["device-sign-in".into()], ..config("coffee") };
    let kiosk = Client { router: backend::app(&without).unwrap(), ..kiosk };
    let programme = kiosk.get("/programme").await.ok(200);
    assert_eq!(programme["device"], Value::Null);
    assert!(!programme["features"].as_array().unwrap().contains(&json!("device-sign-in")));
    kiosk.get("/devices/current").await.problem(404, "not-found");
    enrol(&kiosk, "ABCDEFGH", &key()).await.problem(404, "not-found");
    for path in [
        "/devices/current/heartbeats",
        "/sessions/card-codes",
        "/sessions/device-authorizations",
        "/demo/enrolment-codes",
    ] {
        kiosk.post(path, &json!({})).await.problem(404, "not-found");
    }
    let phone = kiosk.sign_in(AT_RISK).await;
    phone.get("/sessions/device-authorizations/BCDF-GHJK").await.problem(404, "not-found");
    phone.get("/me/card-code").await.ok(200);
    assert_eq!(kiosk.session_here(AT_RISK).await.ok(201)["scope"], json!(["member"]));
}

#[tokio::test]
async fn an_operator_makes_codes_while_the_backend_runs() {
    let directory = tempfile::tempdir().unwrap();
    let config = Config { database: directory.path().join("data.sqlite"), ..config("coffee") };
    let client = Client::new(&config);
    let console = Backend::open(&config).unwrap();
    let code = console.new_enrolment("north-pier", "04").unwrap();
    let kiosk = enrolled(&client, &code).await;
    let state = kiosk.get("/devices/current").await.ok(200);
    assert_eq!((&state["store"]["id"], &state["kiosk_number"]), (&json!("north-pier"), &json!("04")));
    assert!(
        console.new_enrolment("nowhere", "04").is_err() && console.new_enrolment("north-pier", "").is_err()
    );
}

#[tokio::test]
async fn what_a_device_does_is_limited() {
    let config =
        Config { limits: Limits::default(), clock: Clock::frozen(NOW.parse().unwrap()), ..config("coffee") };
    let nobody = Client::new(&config);
    let code = nobody.post("/demo/enrolment-codes", &json!({})).await.ok(201)["enrolment_code"].clone();
    let kiosk = enrolled(&nobody, code.as_str().unwrap()).await;
    for attempt in 1..=20 {
        let reply = enrol(&nobody, "ABCDEFGH", &key()).await;
        reply.problem(
            if attempt < 20 { 422 } else { 429 },
            if attempt < 20 { "code-incorrect" } else { "rate-limited" },
        );
    }
    let limited = async |path: &str, body: Value, allowed: usize, good: u16| {
        for _ in 0..allowed {
            assert_eq!(kiosk.post(path, &body).await.status.as_u16(), good, "{path}");
        }
        let refused = kiosk.post(path, &body).await;
        refused.problem(429, "rate-limited");
        assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    };
    let beat = json!({"version": "1", "uptime_seconds": 1, "reloads": 0});
    limited("/devices/current/heartbeats", beat, 10, 204).await;
    limited("/sessions/card-codes", json!({"payload": "0123456789012345"}), 30, 422).await;
    limited("/sessions/device-authorizations", json!({}), 60, 201).await;
}

#[tokio::test]
async fn time_is_not_what_a_device_is_known_by() {
    let hall = Hall::new("sparkling").await;
    let kiosk = hall.kiosk().await;
    hall.clock.fetch_sub(DAY, Ordering::SeqCst);
    kiosk.get("/devices/current").await.ok(200);
    hall.pass(800 * DAY);
    kiosk.get("/devices/current").await.ok(200);
}

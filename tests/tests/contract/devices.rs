//! Shared devices and signing in on them: each refusal has its status and its code, as the file says.

use std::sync::atomic::Ordering;

use backend::Clock;
use portal_tests::backend::{Backend, config, now_by_hand};
use portal_tests::http::{Answer, Api};
use serde_json::{Value, json};

use crate::statuses::{expect, setting};
use crate::walk::key;

const MINUTE: i64 = 60_000;

async fn begin(kiosk: &Api) -> (Value, String) {
    let begun = kiosk.send("POST", "/sessions/device-authorizations", None).await.unwrap().json().unwrap();
    let path = format!("/sessions/device-authorizations/{}", begun["user_code"].as_str().unwrap());
    (json!({ "device_code": begun["device_code"] }), path)
}

async fn poll(kiosk: &Api, body: &Value) -> Answer {
    kiosk.post("/sessions/device-authorizations/poll", body).await.unwrap()
}

async fn say(phone: &Api, path: &str, word: &str) -> Answer {
    phone.send("POST", &format!("{path}/{word}"), None).await.unwrap()
}

#[tokio::test]
async fn enrolments_are_refused_by_rule() {
    let clock = now_by_hand();
    let backend = Backend::start_by_hand("coffee", clock.clone()).await.unwrap();
    let nobody = Api::new(&backend.origin);
    let enrol = |code: &str, number: u32| {
        let keyed = nobody.with("Idempotency-Key", Some(&key(number)));
        let body = json!({ "enrolment_code": code });
        async move { keyed.post("/devices/enrolments", &body).await.unwrap() }
    };
    let (code, other) = (backend.enrolment_code().await.unwrap(), backend.enrolment_code().await.unwrap());
    let made = enrol(&code, 1).await;
    let again = enrol(&code, 1).await;
    assert_eq!((again.header("idempotency-replayed"), &again.body), (Some("true"), &made.body));
    assert_eq!(again.header("set-cookie"), made.header("set-cookie"));
    for (answer, code) in [
        (enrol(&code, 2).await, "code-expired"),
        (enrol("ABCDEFGH", 3).await, "code-incorrect"),
        (enrol(&other, 1).await, "key-reused"),
        (enrol("abc", 4).await, "validation"),
    ] {
        expect(&answer, 422, code, "enrolDevice");
        if code != "key-reused" {
            assert_eq!(answer.json().unwrap()["errors"][0]["pointer"], "/enrolment_code");
        }
    }
    clock.fetch_add(24 * 60 * MINUTE, Ordering::SeqCst);
    expect(&enrol(&other, 5).await, 422, "code-expired", "a day later");
    let kiosk = nobody.with_cookie(&made);
    assert_eq!(kiosk.get("/devices/current").await.unwrap().status, 200);
    backend.set_kiosk_settings(json!({ "hours": { "from": "07:00", "to": "22:00" } })).await.unwrap();
    let told = kiosk.get("/devices/current").await.unwrap().json().unwrap();
    assert_eq!(told["settings"]["hours"]["to"], "22:00");
    backend.revoke_devices().await.unwrap();
    expect(&kiosk.get("/devices/current").await.unwrap(), 401, "unauthenticated", "revoked");
    let programme = kiosk.get("/programme").await.unwrap().json().unwrap();
    assert_eq!(programme["device"]["status"], "revoked");
}

#[tokio::test]
async fn a_poll_has_every_answer_of_the_rfc() {
    let clock = now_by_hand();
    let mut config = config("coffee").unwrap();
    config.clock = Clock::by_hand(clock.clone());
    // A machine that is slow for a moment must not make a hasty poll a patient one.
    config.limits.poll_interval = 3;
    let backend = Backend::start_with(config).await.unwrap();
    let nobody = Api::new(&backend.origin);
    let kiosk = nobody.enrol(&backend.enrolment_code().await.unwrap(), &key(1)).await.unwrap();
    let phone = nobody.sign_in("13800130418").await.unwrap();
    let other = nobody.sign_in("13800130417").await.unwrap();

    let (body, path) = begin(&kiosk).await;
    let waiting = poll(&kiosk, &body).await;
    expect(&waiting, 400, "authorization-pending", "nobody has looked");
    assert_eq!(waiting.json().unwrap()["scanned"], false);
    let hasty = poll(&kiosk, &body).await;
    expect(&hasty, 400, "slow-down", "at once");
    assert_eq!(hasty.json().unwrap()["error"], "slow_down");
    assert_eq!(say(&phone, &path, "deny").await.status, 200);
    expect(&poll(&kiosk, &body).await, 400, "access-denied", "refused");
    expect(&say(&phone, &path, "approve").await, 409, "authorization-closed", "after a no");

    let (body, path) = begin(&kiosk).await;
    assert_eq!(phone.get(&path).await.unwrap().json().unwrap()["status"], "pending");
    let scanned = poll(&kiosk, &body).await;
    expect(&scanned, 400, "authorization-pending", "a phone has looked");
    assert_eq!(scanned.json().unwrap()["scanned"], true);
    assert_eq!(say(&phone, &path, "approve").await.status, 200);
    for word in ["approve", "deny"] {
        expect(&say(&other, &path, word).await, 409, "authorization-closed", "another member");
    }
    assert_eq!(other.get(&path).await.unwrap().json().unwrap()["status"], "taken");
    assert_eq!(poll(&kiosk, &body).await.status, 201);
    expect(&poll(&kiosk, &body).await, 400, "expired-token", "once more");

    let (body, path) = begin(&kiosk).await;
    clock.fetch_add(2 * MINUTE, Ordering::SeqCst);
    expect(&poll(&kiosk, &body).await, 400, "expired-token", "too late");
    expect(&say(&phone, &path, "approve").await, 409, "authorization-closed", "too late");
    assert_eq!(phone.get(&path).await.unwrap().json().unwrap()["status"], "expired");
    expect(
        &poll(&kiosk, &json!({ "device_code": "short" })).await,
        422,
        "validation",
        "pollDeviceAuthorization",
    );
}

#[tokio::test]
async fn member_codes_and_the_reduced_scope_are_refused_by_rule() {
    let setting = setting().await;
    let (phone, kiosk) = (&setting.api, setting.kiosk(1).await);
    let scan = |payload: Value| {
        let kiosk = kiosk.clone();
        async move { kiosk.post("/sessions/card-codes", &json!({ "payload": payload })).await.unwrap() }
    };
    let payload = phone.get("/me/card-code").await.unwrap().json().unwrap()["payload"].clone();
    let made = scan(payload.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    for (answer, code) in [
        (scan(payload).await, "code-expired"),
        (scan(json!("0000000000000000")).await, "code-incorrect"),
        (scan(json!("4006381333931")).await, "validation"),
    ] {
        expect(&answer, 422, code, "createCardCodeSession");
        assert_eq!(answer.json().unwrap()["errors"][0]["pointer"], "/payload");
    }

    let member = kiosk.with_cookie(&made);
    let session = made.json().unwrap();
    assert_eq!((&session["channel"], &session["scope"]), (&json!("kiosk"), &json!(["kiosk"])));
    let keyed = member.with("Idempotency-Key", Some(&key(2))).with("If-Match", Some("*"));
    let (_, path) = begin(&setting.kiosk(3).await).await;
    let (approve, deny) = (format!("{path}/approve"), format!("{path}/deny"));
    for (method, path, body) in [
        ("PATCH", "/me", Some("{}")),
        ("GET", "/sessions", None),
        ("DELETE", "/sessions", None),
        ("DELETE", "/sessions/nobody", None),
        ("POST", "/me/coupons/nobody/transfers", Some("{}")),
        ("DELETE", "/coupon-transfers/nobody", None),
        ("POST", "/coupon-transfers/nobody/acceptances", None),
        ("GET", &path, None),
        ("POST", &approve, None),
        ("POST", &deny, None),
        ("GET", "/me/passkeys", None),
        ("POST", "/me/passkeys", Some("{}")),
        ("POST", "/me/passkeys/challenges", None),
        ("DELETE", "/me/passkeys/nobody", None),
        ("POST", "/sessions/passkeys", Some("{}")),
        ("POST", "/sessions/passkey-challenges", None),
    ] {
        let answer = keyed.send(method, path, body.map(str::to_owned)).await.unwrap();
        expect(&answer, 403, "insufficient-scope", &format!("{method} {path}"));
    }
    let out = member.send("DELETE", "/sessions/current", None).await.unwrap();
    assert_eq!((out.status, out.header("clear-site-data")), (204, Some("\"cache\", \"storage\"")));
    expect(&member.get("/me").await.unwrap(), 401, "unauthenticated", "signed out");
    assert_eq!(member.get("/devices/current").await.unwrap().status, 200);
}

#[tokio::test]
async fn devices_and_guesses_are_limited() {
    let backend = Backend::start_strict("coffee").await.unwrap();
    let nobody = Api::new(&backend.origin);
    let kiosk = nobody.enrol(&backend.enrolment_code().await.unwrap(), &key(1)).await.unwrap();
    let phone = nobody.sign_in("13800130418").await.unwrap();
    let keyed = nobody.with("Idempotency-Key", Some(&key(2)));
    let beat = json!({ "version": "0.5.0", "uptime_seconds": 1, "reloads": 0 }).to_string();
    let digits = json!({ "payload": "0000000000000000" }).to_string();
    let code = json!({ "enrolment_code": "ABCDEFGH" }).to_string();
    for (api, method, path, body) in [
        (&kiosk, "POST", "/devices/current/heartbeats", Some(beat)),
        (&kiosk, "POST", "/sessions/card-codes", Some(digits)),
        (&kiosk, "POST", "/sessions/device-authorizations", None),
        (&phone, "GET", "/sessions/device-authorizations/BCDF-GHJK", None),
        (&keyed, "POST", "/devices/enrolments", Some(code)),
    ] {
        let mut met = false;
        for _ in 0..=60 {
            let answer = api.send(method, path, body.clone()).await.unwrap();
            met = answer.status == 429;
            if met {
                expect(&answer, 429, "rate-limited", path);
                break;
            }
        }
        assert!(met, "{path} is not limited");
    }
}

#[tokio::test]
async fn a_backend_without_the_group_has_none_of_it() {
    let mut config = config("coffee").unwrap();
    config.without = vec!["device-sign-in".into()];
    let backend = Backend::start_with(config).await.unwrap();
    let api = Api::new(&backend.origin).sign_in("13800130418").await.unwrap();
    let api =
        api.with("Cookie", Some("device-coffee=0123456789abcdef")).with("Idempotency-Key", Some(&key(1)));
    for (method, path, body) in [
        ("POST", "/devices/enrolments", Some("{}")),
        ("GET", "/devices/current", None),
        ("POST", "/devices/current/heartbeats", Some("{}")),
        ("POST", "/sessions/card-codes", Some("{}")),
        ("POST", "/sessions/device-authorizations", None),
        ("POST", "/sessions/device-authorizations/poll", Some("{}")),
        ("GET", "/sessions/device-authorizations/BCDF-GHJK", None),
        ("POST", "/sessions/device-authorizations/BCDF-GHJK/approve", None),
        ("POST", "/sessions/device-authorizations/BCDF-GHJK/deny", None),
    ] {
        let answer = api.send(method, path, body.map(str::to_owned)).await.unwrap();
        expect(&answer, 404, "not-found", path);
    }
}

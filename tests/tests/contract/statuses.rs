//! Every status of the file that can be brought about from outside is brought about, and answered as the file says.

use std::collections::BTreeSet;

use portal_tests::backend::Backend;
use portal_tests::contract::{Contract, Operation};
use portal_tests::http::{Answer, Api};
use serde_json::{Value, json};

use crate::walk::key;

/// What needs a fault inside the backend, or a rule that is tried elsewhere.
const NOT_FROM_OUTSIDE: [u16; 2] = [500, 503];

pub(crate) struct Setting {
    pub(crate) api: Api,
    /// A browser without any cookie or token.
    pub(crate) nobody: Api,
    pub(crate) backend: Backend,
}

impl Setting {
    /// An enrolled device.
    pub(crate) async fn kiosk(&self, number: u32) -> Api {
        let code = self.backend.enrolment_code().await.unwrap();
        self.nobody.enrol(&code, &key(number)).await.unwrap()
    }
}

pub(crate) async fn setting() -> Setting {
    let backend = Backend::start("coffee").await.unwrap();
    let nobody = Api::new(&backend.origin);
    Setting { api: nobody.sign_in("13800130418").await.unwrap(), nobody, backend }
}

fn filled(operation: &Operation) -> String {
    let part = |part: &str| match part {
        "{client_uuid}" => key(900),
        "{reward_id}" => "iced-latte".to_owned(),
        "{survey_id}" => "nobody".to_owned(),
        _ if part.starts_with('{') => "nobody".to_owned(),
        _ => part.to_owned(),
    };
    operation.path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn writes(operation: &Operation) -> bool {
    operation.method != "GET"
}

pub(crate) fn expect(answer: &Answer, status: u16, code: &str, label: &str) {
    assert_eq!(answer.status, status, "{label}: {}", answer.text());
    assert_eq!(answer.json().unwrap()["code"], code, "{label}");
}

fn implemented() -> impl Iterator<Item = (&'static Operation, Vec<u16>)> {
    let contract = Contract::get();
    contract.operations().iter().filter(|one| one.implemented).map(|one| (one, contract.statuses(one)))
}

#[tokio::test]
async fn without_a_session_every_members_operation_is_401() {
    let setting = setting().await;
    for token in [None, Some("Bearer nonsense"), Some("Basic abc"), Some("Bearer ")] {
        let api = setting.api.with("Authorization", token);
        for (operation, statuses) in implemented().filter(|(_, statuses)| statuses.contains(&401)) {
            assert!(statuses.contains(&401));
            let answer = api.send(&operation.method, &filled(operation), body(operation)).await.unwrap();
            expect(&answer, 401, "unauthenticated", &operation.id);
        }
    }
}

fn body(operation: &Operation) -> Option<String> {
    let takes_one = Contract::get().statuses(operation).contains(&415);
    takes_one.then(|| "{}".to_owned())
}

#[tokio::test]
async fn a_write_by_cookie_without_the_header_is_403() {
    let setting = setting().await;
    let api = setting.api.with("Authorization", None);
    let sent = api.post("/sessions/sms-codes", &json!({ "phone": "13800130418" })).await.unwrap();
    let code = sent.header("x-demo-code").unwrap();
    let made = api
        .post("/sessions", &json!({ "phone": "13800130418", "code": code, "terms_version": "2026-03-01" }))
        .await
        .unwrap();
    let cookie = made.header("set-cookie").unwrap();
    // The prefix `__Host-` is for HTTPS only. Cookies do not tell ports apart, so the programme may be in the name.
    assert!(cookie.starts_with("session"), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{part} is not in {cookie}");
    }
    let api = api.with("Cookie", cookie.split(';').next());
    assert_eq!(api.get("/me").await.unwrap().status, 200);
    let api = api.with("X-Member-Portal", None);
    let kiosk = setting.kiosk(902).await.with("X-Member-Portal", None);
    for (operation, statuses) in implemented().filter(|(operation, _)| writes(operation)) {
        assert!(statuses.contains(&403), "{} can be forged", operation.id);
        let api = if operation.is_of_a_device() { &kiosk } else { &api };
        let answer = api.send(&operation.method, &filled(operation), body(operation)).await.unwrap();
        expect(&answer, 403, "csrf-required", &operation.id);
    }
    let out = api.with("X-Member-Portal", Some("1")).send("DELETE", "/sessions/current", None).await.unwrap();
    assert_eq!(out.status, 204);
    assert_eq!(out.header("clear-site-data"), Some("\"cache\", \"cookies\", \"storage\""));
    assert_eq!(api.get("/me").await.unwrap().status, 401);
}

#[tokio::test]
async fn bad_bodies_are_400_413_415_and_422() {
    let setting = setting().await;
    let member = setting.api.with("Idempotency-Key", Some(&key(901))).with("If-Match", Some("*"));
    let kiosk = setting.kiosk(902).await;
    for (operation, _) in implemented().filter(|(operation, _)| body(operation).is_some()) {
        let keyed = if operation.is_of_a_device() { &kiosk } else { &member };
        let path = filled(operation);
        let send = |api: Api, body: String| {
            let path = path.clone();
            async move { api.send(&operation.method, &path, Some(body)).await.unwrap() }
        };
        let id = &operation.id;
        for text in ["{", "", "{\"a\":1,}", "<html>"] {
            expect(&send(keyed.clone(), text.into()).await, 400, "malformed", id);
        }
        for text in ["[]", "7", "null", "{}", "{\"nobody_knows\":1}"] {
            // Where every member is optional, an empty object is as good as any.
            if ["updateMe", "transferCoupon", "takeSurveyOffer"].contains(&operation.id.as_str())
                && text == "{}"
            {
                continue;
            }
            let answer = send(keyed.clone(), text.into()).await;
            expect(&answer, 422, "validation", id);
        }
        // Answers to a survey may be longer than anything else.
        let size = if id == "putSurveyResponse" { 263_000 } else { 70_000 };
        let large = format!("{{\"x\":\"{}\"}}", "y".repeat(size));
        expect(&send(keyed.clone(), large).await, 413, "payload-too-large", id);
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
            let api = keyed.with("Content-Type", Some(kind));
            expect(&send(api, "{}".into()).await, 415, "unsupported-media-type", id);
        }
    }
}

#[tokio::test]
async fn bad_parameters_are_422_and_other_methods_405() {
    let api = setting().await;
    let api = &api.api;
    for path in [
        "/me/points/transactions?limit=0",
        "/me/points/transactions?type=gift",
        "/me/points/transactions?cursor=zz",
        "/me/points/summary?months=25",
        "/rewards?limit=101",
        "/rewards?sort=price",
        "/rewards?affordable=maybe",
        "/rewards?cursor=0",
        "/rewards?favourite=maybe",
        "/rewards?tier=",
        "/rewards?store=%0A",
        "/rewards?ids=a,,b",
        "/me/redemptions?status=lost",
        "/me/redemptions?client_ref=7",
        "/me/coupons?status=lost",
    ] {
        expect(&api.get(path).await.unwrap(), 422, "validation", path);
    }
    for (operation, statuses) in implemented() {
        assert!(statuses.contains(&405), "{}", operation.id);
        let answer = api.send("TRACE", &filled(operation), None).await.unwrap();
        expect(&answer, 405, "method-not-allowed", &operation.id);
    }
    for path in [
        "/rewards/nobody",
        "/me/redemptions/nobody",
        "/surveys/nobody",
        "/coupon-transfers/nobody",
        "/sessions/device-authorizations/BCDF-GHJK",
        "/sessions/device-authorizations/nobody",
    ] {
        expect(&api.get(path).await.unwrap(), 404, "not-found", path);
    }
    expect(&api.send("DELETE", "/sessions/nobody", None).await.unwrap(), 404, "not-found", "deleteSession");
    for (method, path) in [
        ("POST", "/sessions/device-authorizations/BCDF-GHJK/approve"),
        ("POST", "/sessions/device-authorizations/BCDF-GHJK/deny"),
        ("PUT", "/me/favourites/nobody"),
        ("DELETE", "/me/favourites/nobody"),
        ("DELETE", "/me/passkeys/nobody"),
        ("DELETE", "/coupon-transfers/nobody"),
    ] {
        expect(&api.send(method, path, None).await.unwrap(), 404, "not-found", path);
    }
    for (number, path) in [
        "/me/redemptions/nobody/cancel",
        "/coupon-offers/nobody/claims",
        "/coupon-transfers/nobody/acceptances",
    ]
    .iter()
    .enumerate()
    {
        let number = 910 + u32::try_from(number).unwrap();
        let keyed = api.with("Idempotency-Key", Some(&key(number)));
        expect(&keyed.send("POST", path, None).await.unwrap(), 404, "not-found", path);
        expect(&api.send("POST", path, None).await.unwrap(), 422, "validation", path);
        let bad = api.with("Idempotency-Key", Some("7"));
        expect(&bad.send("POST", path, None).await.unwrap(), 422, "validation", path);
    }
}

#[tokio::test]
async fn the_profile_is_changed_only_by_who_saw_it() {
    let setting = setting().await;
    let api = &setting.api;
    let change = |api: Api, name: &'static str| async move {
        api.send("PATCH", "/me", Some(json!({ "display_name": name }).to_string())).await.unwrap()
    };
    expect(&change(api.clone(), "一").await, 428, "precondition-required", "updateMe");
    expect(
        &change(api.with("If-Match", Some("\"old\"")), "二").await,
        412,
        "precondition-failed",
        "updateMe",
    );
    let tag = api.get("/me").await.unwrap().header("etag").unwrap().to_owned();
    let first = change(api.with("If-Match", Some(&tag)), "三").await;
    assert_eq!(first.status, 200);
    expect(&change(api.with("If-Match", Some(&tag)), "四").await, 412, "precondition-failed", "updateMe");
    assert_eq!(api.get("/me").await.unwrap().json().unwrap()["display_name"], "三");
    for bad in [
        json!({ "birthday": "soon" }),
        json!({ "locale": "fr" }),
        json!({ "preferences": { "theme": "pink" } }),
    ] {
        let tag = api.get("/me").await.unwrap().header("etag").unwrap().to_owned();
        let answer =
            api.with("If-Match", Some(&tag)).send("PATCH", "/me", Some(bad.to_string())).await.unwrap();
        expect(&answer, 422, "validation", "updateMe");
    }
}

async fn order(api: &Api, number: u32, order: Value) -> Answer {
    let mut order = order;
    order["client_ref"] = json!(key(number));
    api.with("Idempotency-Key", Some(&key(number))).post("/me/redemptions", &order).await.unwrap()
}

#[tokio::test]
async fn every_refusal_of_a_redemption_has_its_code() {
    let setting = setting().await;
    let api = &setting.api;
    let rewards = api.get("/rewards?limit=100").await.unwrap().json().unwrap();
    let mut codes = BTreeSet::new();
    for (index, reward) in rewards["data"].as_array().unwrap().iter().enumerate() {
        let body =
            json!({ "reward_id": reward["id"], "quantity": 1, "expected_cost": reward["cost_points"] });
        let eligible = reward["eligibility"]["status"] == "eligible";
        let preview = api.post("/me/redemptions/preview", &body).await.unwrap();
        assert_eq!(preview.status == 200, eligible, "{}: {}", reward["id"], preview.text());
        if !eligible {
            let made = order(api, 1000 + u32::try_from(index).unwrap(), body).await;
            let problem = made.json().unwrap();
            assert_eq!(
                (made.status, &problem["code"]),
                (409, &reward["eligibility"]["reasons"][0]["code"]),
                "{}",
                reward["id"]
            );
            codes.insert(problem["code"].as_str().unwrap().to_owned());
        }
    }
    let dear = json!({ "reward_id": "iced-latte", "quantity": 1, "expected_cost": 1 });
    let answer = order(api, 2000, dear).await;
    expect(&answer, 409, "price-changed", "createRedemption");
    assert!(answer.json().unwrap()["current_cost"].as_i64().unwrap() > 1);
    let many = json!({ "reward_id": "sea-tumbler", "quantity": 10, "expected_cost": 88_000 });
    codes.insert(order(api, 2001, many).await.json().unwrap()["code"].as_str().unwrap().to_owned());
    let elsewhere =
        json!({ "reward_id": "sea-tumbler", "quantity": 1, "expected_cost": 8_800, "store_id": "nobody" });
    expect(&order(api, 2002, elsewhere).await, 409, "store-not-eligible", "a store that does not have it");
    for code in ["out-of-stock", "not-in-window"] {
        assert!(codes.contains(code), "{code} was not met, only {codes:?}");
    }
    let gone = json!({ "reward_id": "nobody", "quantity": 1, "expected_cost": 1 });
    expect(&order(api, 2003, gone).await, 404, "not-found", "createRedemption");
}

#[tokio::test]
async fn keys_cancelling_claims_and_surveys_are_refused_by_rule() {
    let setting = setting().await;
    let api = &setting.api;
    let latte = |quantity: i64| json!({ "reward_id": "iced-latte", "quantity": quantity, "expected_cost": 2200 * quantity });
    let cost = api.get("/rewards/iced-latte").await.unwrap().json().unwrap()["cost_points"].clone();
    assert_eq!(cost, 2200, "the seeds have changed");
    let made = order(api, 3000, latte(1)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    expect(&order(api, 3000, latte(2)).await, 422, "key-reused", "createRedemption");
    let id = made.json().unwrap()["id"].as_str().unwrap().to_owned();
    let cancel = |number: u32| {
        let keyed = api.with("Idempotency-Key", Some(&key(number)));
        let path = format!("/me/redemptions/{id}/cancel");
        async move { keyed.send("POST", &path, None).await.unwrap() }
    };
    assert_eq!(cancel(3001).await.status, 200);
    expect(&cancel(3002).await, 409, "not-cancellable", "cancelRedemption");

    let offers = api.get("/coupon-offers").await.unwrap().json().unwrap();
    let offer = offers["data"][0]["id"].as_str().unwrap().to_owned();
    let claim = |number: u32| {
        let keyed = api.with("Idempotency-Key", Some(&key(number)));
        let path = format!("/coupon-offers/{offer}/claims");
        async move { keyed.send("POST", &path, None).await.unwrap() }
    };
    claim(3003).await;
    expect(&claim(3004).await, 409, "limit-reached", "claimCouponOffer");

    let surveys = api.get("/me/surveys").await.unwrap().json().unwrap();
    let survey = surveys["data"].as_array().unwrap().iter().find(|one| one["status"] == "open").unwrap();
    let survey = survey["id"].as_str().unwrap().to_owned();
    let revision =
        api.get(&format!("/surveys/{survey}")).await.unwrap().json().unwrap()["revision"].as_i64().unwrap();
    let answer = |number: u32, revision: i64| {
        let body = json!({ "revision": revision, "state": "submitted", "answers": {} }).to_string();
        let path = format!("/surveys/{survey}/responses/{}", key(number));
        async move { api.send("PUT", &path, Some(body)).await.unwrap() }
    };
    expect(&answer(3005, revision + 1).await, 409, "revision-conflict", "putSurveyResponse");
    assert_eq!(answer(3005, revision).await.status, 200);
    expect(&answer(3006, revision).await, 409, "already-submitted", "putSurveyResponse");
}

#[tokio::test]
async fn codes_and_limits_of_signing_in() {
    let backend = Backend::start_strict("coffee").await.unwrap();
    let api = Api::new(&backend.origin);
    let phone = json!({ "phone": "13800130417" });
    let sent = api.post("/sessions/sms-codes", &phone).await.unwrap();
    assert_eq!(sent.status, 202);
    let again = api.post("/sessions/sms-codes", &phone).await.unwrap();
    expect(&again, 429, "rate-limited", "requestSmsCode");
    assert!(again.header("retry-after").unwrap().parse::<u64>().unwrap() <= 60);
    let right = sent.header("x-demo-code").unwrap().to_owned();
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let body =
        |code: &str, terms: &str| json!({ "phone": "13800130417", "code": code, "terms_version": terms });
    let refused = api.post("/sessions", &body(wrong, "2026-03-01")).await.unwrap();
    expect(&refused, 422, "code-incorrect", "createSession");
    expect(&api.post("/sessions", &body(&right, "1999")).await.unwrap(), 422, "validation", "createSession");
    let unasked = json!({ "phone": "13800139999", "code": wrong, "terms_version": "2026-03-01" });
    expect(&api.post("/sessions", &unasked).await.unwrap(), 422, "code-expired", "createSession");
    let mut met = false;
    for _ in 0..80 {
        let answer = api.post("/sessions", &body(wrong, "2026-03-01")).await.unwrap();
        met = answer.status == 429;
        if met {
            break;
        }
    }
    assert!(met, "signing in is not limited");
}

/// Sessions are listed, and ended one by one and all at once.
#[tokio::test]
async fn sessions_end() {
    let setting = setting().await;
    let first = &setting.api;
    let second = first.with("Authorization", None).sign_in("13800130418").await.unwrap();
    let list = first.get("/sessions").await.unwrap().json().unwrap();
    let sessions = list["data"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let other = sessions.iter().find(|one| one["current"] == false).unwrap()["id"].as_str().unwrap();
    assert_eq!(first.send("DELETE", &format!("/sessions/{other}"), None).await.unwrap().status, 204);
    assert_eq!(second.get("/me").await.unwrap().status, 401);
    let third = first.with("Authorization", None).sign_in("13800130418").await.unwrap();
    assert_eq!(first.send("DELETE", "/sessions", None).await.unwrap().status, 204);
    for api in [first, &third] {
        assert_eq!(api.get("/me").await.unwrap().status, 401);
    }
}

/// The file promises nothing that only a defect could show, besides what is named here.
#[test]
fn statuses_that_are_not_brought_about_are_known() {
    let tried = [200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429];
    for (operation, statuses) in implemented() {
        for status in statuses {
            assert!(
                tried.contains(&status) || NOT_FROM_OUTSIDE.contains(&status),
                "{} {status}",
                operation.id
            );
        }
    }
}

//! A walk over every implemented operation for each programme: each answer is held against the file as it comes, and is
//! read by the portal.

use portal_tests::PROGRAMMES;
use portal_tests::backend::{Backend, phone};
use portal_tests::contract::Contract;
use portal_tests::http::{Answer, Api};
use portal_tests::wire::{UNREAD, decode, decoder};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

/// A key that was not used before.
pub(crate) fn key(number: u32) -> String {
    format!("5b0f2c1e-7d64-4c0e-9a35-{number:012x}")
}

fn read(operation: &str, answer: &Answer) {
    if UNREAD.contains(&operation) || answer.status == 204 {
        return;
    }
    let decoder = decoder(operation).unwrap_or_else(|| panic!("nothing reads {operation}"));
    let outcome = decode(decoder, &answer.text());
    assert!(outcome.is_ok(), "{operation}: {outcome:?} in {}", answer.text());
}

async fn get(api: &Api, path: &str) -> Value {
    let answer = api.get(path).await.unwrap();
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    let operation = Contract::get().operation("GET", path.split('?').next().unwrap()).unwrap();
    read(&operation.id, &answer);
    let tag = answer.header("etag").unwrap_or_else(|| panic!("{path} has no ETag")).to_owned();
    let again = api.with("If-None-Match", Some(&tag)).get(path).await.unwrap();
    assert_eq!(again.status, 304, "{path} with its own ETag");
    answer.json().unwrap()
}

/// All pages of a list.
async fn all(api: &Api, path: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut cursor = None::<String>;
    for _ in 0..200 {
        let sign = if path.contains('?') { '&' } else { '?' };
        let page = match &cursor {
            Some(cursor) => get(api, &format!("{path}{sign}cursor={cursor}")).await,
            None => get(api, path).await,
        };
        rows.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return rows,
        }
    }
    panic!("{path} does not end");
}

async fn reads(api: &Api) {
    for path in [
        "/programme",
        "/sessions",
        "/me",
        "/me/overview",
        "/me/tier",
        "/tiers",
        "/me/points",
        "/me/points/summary",
        "/me/points/summary?months=24",
        "/earning-rules",
        "/reward-categories",
        "/coupon-offers",
        "/me/surveys",
        "/me/card-code",
        "/me/passkeys",
        "/stores",
    ] {
        get(api, path).await;
    }
    for kind in ["", "&type=earn", "&type=spend", "&type=expire", "&type=refund", "&type=adjust"] {
        all(api, &format!("/me/points/transactions?limit=50{kind}")).await;
    }
    for query in
        ["affordable=true", "sort=cost_asc", "sort=cost_desc", "sort=newest", "q=%E8%8C%B6", "limit=7"]
    {
        all(api, &format!("/rewards?{query}")).await;
    }
    let rewards = all(api, "/rewards").await;
    let (first, last) = (&rewards[0]["id"], &rewards[rewards.len() - 1]["id"]);
    for query in [
        "favourite=true".to_owned(),
        format!("ids={},{}", last.as_str().unwrap(), first.as_str().unwrap()),
        "tier=gold&store=nobody".to_owned(),
    ] {
        all(api, &format!("/rewards?{query}")).await;
    }
    for reward in rewards {
        get(api, &format!("/rewards/{}", reward["id"].as_str().unwrap())).await;
    }
    for path in [
        "/me/redemptions",
        "/me/redemptions?limit=1",
        "/me/coupons",
        "/me/coupons?status=used",
        "/me/coupons?status=given",
    ] {
        all(api, path).await;
    }
    for survey in get(api, "/me/surveys").await["data"].as_array().unwrap() {
        get(api, &format!("/surveys/{}", survey["id"].as_str().unwrap())).await;
    }
}

async fn redeems(api: &Api) {
    let affordable = all(api, "/rewards?affordable=true&sort=cost_asc").await;
    let reward = &affordable[0];
    let order = json!({ "reward_id": reward["id"], "quantity": 1, "expected_cost": reward["cost_points"] });
    let preview = api.post("/me/redemptions/preview", &order).await.unwrap();
    assert_eq!(preview.status, 200, "{}", preview.text());
    read("previewRedemption", &preview);
    let mut order = order.clone();
    order["client_ref"] = json!(key(1));
    let keyed = api.with("Idempotency-Key", Some(&key(1)));
    let made = keyed.post("/me/redemptions", &order).await.unwrap();
    assert_eq!(made.status, 201, "{}", made.text());
    read("createRedemption", &made);
    let again = keyed.post("/me/redemptions", &order).await.unwrap();
    assert_eq!((again.header("idempotency-replayed"), &again.body), (Some("true"), &made.body));
    let found = get(api, &format!("/me/redemptions?client_ref={}", key(1))).await;
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
    let path = format!("/me/redemptions/{}", made.json().unwrap()["id"].as_str().unwrap());
    get(api, &path).await;
    let cancelled = api
        .with("Idempotency-Key", Some(&key(2)))
        .send("POST", &format!("{path}/cancel"), None)
        .await
        .unwrap();
    assert_eq!(cancelled.status, 200, "{}", cancelled.text());
    read("cancelRedemption", &cancelled);
    assert_eq!(cancelled.json().unwrap()["status"], "cancelled");
}

async fn claims(api: &Api) {
    let offers = get(api, "/coupon-offers").await;
    let open =
        offers["data"].as_array().unwrap().iter().find(|offer| offer["claimed"] == false).cloned().unwrap();
    let path = format!("/coupon-offers/{}/claims", open["id"].as_str().unwrap());
    let claimed = api.with("Idempotency-Key", Some(&key(3))).send("POST", &path, None).await.unwrap();
    assert_eq!(claimed.status, 201, "{}", claimed.text());
    read("claimCouponOffer", &claimed);
    gives(api, claimed.json().unwrap()["id"].as_str().unwrap()).await;
}

/// The same friend takes the coupons of several members.
static FRESH: AtomicU32 = AtomicU32::new(100);

/// Gives a coupon away, takes it back, and gives it to a friend who takes it.
async fn gives(api: &Api, coupon: &str) {
    let friend = api.with("Authorization", None).sign_in("13500000002").await.unwrap();
    let path = format!("/me/coupons/{coupon}/transfers");
    for (number, taken) in [(5, false), (6, true)] {
        let keyed = api.with("Idempotency-Key", Some(&key(number)));
        let made = keyed.post(&path, &json!({ "message": "请你喝一杯" })).await.unwrap();
        assert_eq!(made.status, 201, "{}", made.text());
        read("transferCoupon", &made);
        all(api, "/me/coupons?status=transferring").await;
        let gift = format!("/coupon-transfers/{}", made.json().unwrap()["id"].as_str().unwrap());
        assert_eq!(get(api, &gift).await["mine"], true);
        assert_eq!(get(&friend, &gift).await["status"], "offered");
        if taken {
            let keyed = friend.with("Idempotency-Key", Some(&key(FRESH.fetch_add(1, Ordering::Relaxed))));
            let received = keyed.send("POST", &format!("{gift}/acceptances"), None).await.unwrap();
            assert_eq!(received.status, 201, "{}", received.text());
            read("acceptCouponTransfer", &received);
            assert_eq!(get(&friend, &gift).await["accepted_by_me"], true);
        } else {
            assert_eq!(api.send("DELETE", &gift, None).await.unwrap().status, 204);
        }
        for who in [api, &friend] {
            get(who, &gift).await;
        }
    }
}

async fn remembers(api: &Api) {
    let reward = get(api, "/rewards?limit=1").await["data"][0]["id"].clone();
    let path = format!("/me/favourites/{}", reward.as_str().unwrap());
    for method in ["PUT", "PUT", "DELETE", "DELETE", "PUT"] {
        assert_eq!(api.send(method, &path, None).await.unwrap().status, 204, "{method} {path}");
    }
    assert_eq!(all(api, "/rewards?favourite=true").await[0]["favourite"], true);
}

async fn takes_offers(api: &Api) {
    for (number, due) in [(7, None), (8, Some(false))] {
        let before = get(api, "/me/overview").await["survey_offer_due"].as_bool().unwrap();
        let keyed = api.with("Idempotency-Key", Some(&key(number)));
        let taken = keyed.post("/me/survey-offers", &json!({})).await.unwrap();
        assert_eq!(taken.status, 200, "{}", taken.text());
        read("takeSurveyOffer", &taken);
        assert_eq!(taken.json().unwrap()["offer"].is_object(), before);
        assert_eq!(due.unwrap_or(before), before);
    }
}

async fn answers(api: &Api) {
    let surveys = get(api, "/me/surveys").await;
    let open =
        surveys["data"].as_array().unwrap().iter().find(|one| one["status"] == "open").cloned().unwrap();
    let id = open["id"].as_str().unwrap();
    let revision = get(api, &format!("/surveys/{id}")).await["revision"].clone();
    let path = format!("/surveys/{id}/responses/{}", key(4));
    for state in ["draft", "submitted", "submitted"] {
        let body = json!({ "revision": revision, "state": state, "answers": { "overall": 4 } });
        let saved = api.send("PUT", &path, Some(body.to_string())).await.unwrap();
        assert_eq!(saved.status, 200, "{}", saved.text());
        read("putSurveyResponse", &saved);
        get(api, &format!("/surveys/{id}")).await;
    }
}

/// Enrols a device, lets it say how it is, and signs the member in on it: by phone, refused and agreed, and by the member code.
async fn at_a_kiosk(backend: &Backend, nobody: &Api, phone: &Api) {
    let keyed = nobody.with("Idempotency-Key", Some(&key(FRESH.fetch_add(1, Ordering::Relaxed))));
    let code = json!({ "enrolment_code": backend.enrolment_code().await.unwrap() });
    let made = keyed.post("/devices/enrolments", &code).await.unwrap();
    assert_eq!(made.status, 201, "{}", made.text());
    read("enrolDevice", &made);
    let kiosk = nobody.with_cookie(&made);
    assert_eq!(get(&kiosk, "/devices/current").await["id"], made.json().unwrap()["id"]);
    let told = kiosk.get("/programme").await.unwrap();
    read("getProgramme", &told);
    assert_eq!(told.json().unwrap()["device"]["status"], "active");
    let fine = json!({ "version": "0.5.0", "uptime_seconds": 60, "reloads": 1, "memory_bytes": null });
    assert_eq!(kiosk.post("/devices/current/heartbeats", &fine).await.unwrap().status, 204);

    for (word, operation) in [("deny", "denyDeviceAuthorization"), ("approve", "approveDeviceAuthorization")]
    {
        let begun = kiosk.send("POST", "/sessions/device-authorizations", None).await.unwrap();
        assert_eq!(begun.status, 201, "{}", begun.text());
        read("createDeviceAuthorization", &begun);
        let begun = begun.json().unwrap();
        let path = format!("/sessions/device-authorizations/{}", begun["user_code"].as_str().unwrap());
        assert_eq!(get(phone, &path).await["status"], "pending");
        let said = phone.send("POST", &format!("{path}/{word}"), None).await.unwrap();
        assert_eq!(said.status, 200, "{}", said.text());
        read(operation, &said);
        assert_eq!(get(phone, &path).await["status"], said.json().unwrap()["status"]);
        if word == "approve" {
            let poll = json!({ "device_code": begun["device_code"] });
            let signed_in = kiosk.post("/sessions/device-authorizations/poll", &poll).await.unwrap();
            assert_eq!(signed_in.status, 201, "{}", signed_in.text());
            read("pollDeviceAuthorization", &signed_in);
            get(&kiosk.with_cookie(&signed_in), "/me/overview").await;
        }
    }
    let payload = get(phone, "/me/card-code").await["payload"].clone();
    let signed_in = kiosk.post("/sessions/card-codes", &json!({ "payload": payload })).await.unwrap();
    assert_eq!(signed_in.status, 201, "{}", signed_in.text());
    read("createCardCodeSession", &signed_in);
    let member = kiosk.with_cookie(&signed_in);
    assert_eq!(get(&member, "/me").await["id"], get(phone, "/me").await["id"]);
    get(phone, "/sessions").await;
    assert_eq!(member.send("DELETE", "/sessions/current", None).await.unwrap().status, 204);
}

async fn begins_with_keys(nobody: &Api, api: &Api) {
    for (who, path, operation) in [
        (nobody, "/sessions/passkey-challenges", "createPasskeyChallenge"),
        (api, "/me/passkeys/challenges", "createMyPasskeyChallenge"),
    ] {
        let begun = who.send("POST", path, None).await.unwrap();
        assert_eq!(begun.status, 201, "{}", begun.text());
        read(operation, &begun);
    }
}

async fn changes(api: &Api) {
    let tag = api.get("/me").await.unwrap().header("etag").unwrap().to_owned();
    let body = json!({ "display_name": "林 蔚", "preferences": { "theme": "dark" } }).to_string();
    let changed = api.with("If-Match", Some(&tag)).send("PATCH", "/me", Some(body)).await.unwrap();
    assert_eq!(changed.status, 200, "{}", changed.text());
}

#[tokio::test]
async fn every_answer_fits_the_contract_and_is_read() {
    for programme in PROGRAMMES {
        let backend = Backend::start(programme).await.unwrap();
        let nobody = Api::new(&backend.origin);
        for (persona, language) in [("three_expiries", "zh-CN"), ("at_risk", "zh-TW"), ("new", "en")] {
            let number = phone(programme, persona).unwrap();
            let api = nobody.with("Accept-Language", Some(language)).sign_in(&number).await.unwrap();
            reads(&api).await;
            if persona != "new" {
                redeems(&api).await;
                claims(&api).await;
            }
            remembers(&api).await;
            takes_offers(&api).await;
            answers(&api).await;
            begins_with_keys(&nobody, &api).await;
            changes(&api).await;
            at_a_kiosk(&backend, &nobody.with("Accept-Language", Some(language)), &api).await;
            // What was done shows in the lists, so they are read once more.
            reads(&api).await;
        }
        for (operation, status) in nobody.seen() {
            assert!(status < 400, "{programme}: {operation} answered {status}");
        }
    }
}

#[tokio::test]
async fn someone_who_just_joined_has_nothing_and_everything_answers() {
    let backend = Backend::start("ice-tea").await.unwrap();
    let api = Api::new(&backend.origin).sign_in("13500000001").await.unwrap();
    reads(&api).await;
    assert_eq!(get(&api, "/me/points").await["available"], 0);
}

//! Surveys by their rules: offered once, and no device's draft overwritten by one that does not know it.

use portal_tests::PROGRAMMES;
use portal_tests::backend::{Backend, config, phone};
use portal_tests::http::{Answer, Api};
use serde_json::{Value, json};

use crate::statuses::{expect, setting};
use crate::walk::key;

async fn ask(api: &Api, number: u32, body: Value) -> Answer {
    api.with("Idempotency-Key", Some(&key(number))).post("/me/survey-offers", &body).await.unwrap()
}

async fn put(api: &Api, survey: &str, number: u32, body: Value) -> Answer {
    let path = format!("/surveys/{survey}/responses/{}", key(number));
    api.send("PUT", &path, Some(body.to_string())).await.unwrap()
}

#[tokio::test]
async fn what_is_offered_can_be_answered() {
    for programme in PROGRAMMES {
        let backend = Backend::start(programme).await.unwrap();
        let number = phone(programme, "three_expiries").unwrap();
        let api = Api::new(&backend.origin).sign_in(&number).await.unwrap();
        let due = api.get("/me/overview").await.unwrap().json().unwrap()["survey_offer_due"].clone();
        assert_eq!(due, true, "{programme}");
        let given = ask(&api, 5000, json!({})).await;
        let survey = given.json().unwrap()["offer"]["survey"]["id"].as_str().unwrap().to_owned();
        let again = ask(&api, 5000, json!({})).await;
        assert_eq!((again.header("idempotency-replayed"), &again.body), (Some("true"), &given.body));
        expect(&ask(&api, 5000, json!({ "redemption_id": "a" })).await, 422, "key-reused", "takeSurveyOffer");
        expect(&ask(&api, 5001, json!({ "redemption_id": "a" })).await, 404, "not-found", "takeSurveyOffer");
        assert_eq!(ask(&api, 5002, json!({})).await.json().unwrap()["offer"], Value::Null);
        let revision =
            api.get(&format!("/surveys/{survey}")).await.unwrap().json().unwrap()["revision"].clone();
        let body = json!({ "revision": revision, "state": "submitted", "answers": { "visit": 5 } });
        assert_eq!(put(&api, &survey, 5003, body).await.status, 200, "{programme}");
    }
}

#[tokio::test]
async fn a_draft_that_another_device_stored_is_shown() {
    let setting = setting().await;
    let api = &setting.api;
    let surveys = api.get("/me/surveys").await.unwrap().json().unwrap();
    let survey = surveys["data"][0]["id"].as_str().unwrap().to_owned();
    let revision = api.get(&format!("/surveys/{survey}")).await.unwrap().json().unwrap()["revision"].clone();
    let body = |base: Value, word: &str| json!({ "revision": revision, "state": "draft", "base": base, "answers": { "advice": word } });
    let first = put(api, &survey, 5100, body(json!(0), "phone")).await.json().unwrap();
    assert_eq!(first["version"], 1);
    for base in [json!(0), Value::Null] {
        let refused = put(api, &survey, 5101, body(base, "tablet")).await;
        expect(&refused, 409, "draft-conflict", "putSurveyResponse");
        let stored = refused.json().unwrap()["response"].clone();
        let read = api.get(&format!("/surveys/{survey}")).await.unwrap().json().unwrap()["response"].clone();
        assert_eq!((&stored["answers"]["advice"], &stored), (&json!("phone"), &read));
    }
    assert_eq!(put(api, &survey, 5101, body(json!(1), "tablet")).await.json().unwrap()["version"], 2);
}

#[tokio::test]
async fn without_offers_there_is_no_such_address() {
    let mut lesser = config("coffee").unwrap();
    lesser.without = vec!["survey-offers".into()];
    let backend = Backend::start_with(lesser).await.unwrap();
    let api = Api::new(&backend.origin).sign_in("13800130418").await.unwrap();
    expect(&ask(&api, 5200, json!({})).await, 404, "not-found", "takeSurveyOffer");
    let overview = api.get("/me/overview").await.unwrap().json().unwrap();
    assert!(overview.get("survey_offer_due").is_none());
}

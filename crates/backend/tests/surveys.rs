//! Surveys: offered once about what happened, drafts that don't lose each other, answers of any size that is allowed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use axum::http::{Method, StatusCode};
use backend::{Clock, Config, programme_ids};
use common::{AT_RISK, Client, NEW, Reply, THREE_EXPIRIES, config, key};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const NOW_MILLIS: i64 = 1_786_525_080_000;
const DAY: i64 = 86_400_000;

async fn ask(client: &Client, body: &Value) -> Reply {
    client.post_once("/me/survey-offers", &key(), body).await
}

async fn offer(client: &Client) -> Value {
    ask(client, &json!({})).await.ok(200)["offer"].clone()
}

async fn is_due(client: &Client) -> Value {
    client.get("/me/overview").await.ok(200)["survey_offer_due"].clone()
}

async fn listed(client: &Client, survey: &str) -> bool {
    let list = client.get("/me/surveys").await.ok(200);
    list["data"].as_array().unwrap().iter().any(|one| one["id"] == survey)
}

async fn put(client: &Client, survey: &str, uuid: &str, body: Value) -> Reply {
    client.write(Method::PUT, &format!("/surveys/{survey}/responses/{uuid}"), &body).await
}

async fn submit(client: &Client, survey: &str) -> Value {
    let revision = client.get(&format!("/surveys/{survey}")).await.ok(200)["revision"].clone();
    put(client, survey, &key(), json!({"revision": revision, "state": "submitted", "answers": {"easy": 5}}))
        .await
        .ok(200)
}

fn by_hand(programme: &str) -> (Arc<AtomicI64>, Config) {
    let millis = Arc::new(AtomicI64::new(NOW_MILLIS));
    (Arc::clone(&millis), Config { clock: Clock::by_hand(millis), ..config(programme) })
}

#[tokio::test]
async fn one_member_of_each_programme_has_just_been_in_a_store() {
    for programme in programme_ids() {
        let nobody = Client::new(&config(programme));
        let file = std::fs::read_to_string(format!("seeds/{programme}.json")).unwrap();
        let seed: Value = serde_json::from_str(&file).unwrap();
        for member in seed["members"].as_array().unwrap() {
            let client = nobody.sign_in(member["phone"].as_str().unwrap()).await;
            let expected = member["persona"] == "three_expiries";
            assert_eq!(is_due(&client).await, expected, "{programme} {}", member["persona"]);
            let given = offer(&client).await;
            assert_eq!(given.is_object(), expected, "{programme} {}", member["persona"]);
            if expected {
                assert_eq!(given["occasion"]["type"], "visit");
                assert_eq!(given["occasion"]["at"], "2026-08-12T05:58:00Z");
                for field in ["title", "store_name"] {
                    assert!(given["occasion"][field].as_str().is_some_and(|text| !text.is_empty()));
                }
            }
        }
    }
}

#[tokio::test]
async fn a_visit_leads_to_one_offer() {
    let client = Client::new(&config("coffee")).sign_in(THREE_EXPIRIES).await;
    assert!(!listed(&client, "after-visit").await);
    client.get("/surveys/after-visit").await.problem(404, "not-found");
    let early = json!({"revision": 1, "state": "draft", "answers": {}});
    put(&client, "after-visit", &key(), early).await.problem(404, "not-found");

    let (mine, body) = (key(), json!({}));
    let first = client.post_once("/me/survey-offers", &mine, &body).await;
    let again = client.post_once("/me/survey-offers", &mine, &body).await;
    assert_eq!((again.header("idempotency-replayed"), &again.text), ("true", &first.text));
    let offered = first.ok(200)["offer"].clone();
    assert_eq!(offered["survey"]["id"], "after-visit");
    assert_eq!(offered["survey"]["status"], "open");
    assert_eq!(
        offered["survey"]["window"],
        json!({"from": "2026-08-12T08:58:00Z", "until": "2026-08-19T15:59:59Z"})
    );
    assert_eq!(offer(&client).await, Value::Null);
    assert_eq!(is_due(&client).await, false);
    let other = json!({"redemption_id": "other"});
    client.post_once("/me/survey-offers", &mine, &other).await.problem(422, "key-reused");

    assert!(listed(&client, "after-visit").await);
    let points = submit(&client, "after-visit").await["points_awarded"].clone();
    assert_eq!(points, offered["survey"]["reward_points"]);
    assert!(listed(&client, "after-visit").await, "it stays among what was answered");
    assert_eq!(offer(&client).await, Value::Null);
}

#[tokio::test]
async fn requests_are_read_strictly() {
    let client = Client::new(&config("coffee")).sign_in(THREE_EXPIRIES).await;
    client.post("/me/survey-offers", &json!({})).await.problem(422, "validation");
    for bad in [json!({"redemption_id": 7}), json!({"redemption_id": "a b"}), json!({"more": 1})] {
        ask(&client, &bad).await.problem(422, "validation");
    }
    assert_eq!(is_due(&client).await, true, "a refused request uses nothing up");
    assert!(ask(&client, &json!({"redemption_id": null})).await.ok(200)["offer"].is_object());
}

#[tokio::test]
async fn a_redemption_leads_to_the_survey_of_its_category() {
    let client = Client::new(&config("coffee")).sign_in(AT_RISK).await;
    let drink = client.redeem("hot-americano", 1, 1800, &key()).await.ok(201);
    let goods = client.redeem("gull-stickers", 1, 1200, &key()).await;
    let goods = if goods.status == StatusCode::CREATED {
        goods.json()
    } else {
        client
            .redeem("gull-stickers", 1, goods.json()["current_cost"].as_i64().unwrap(), &key())
            .await
            .ok(201)
    };
    assert_eq!(is_due(&client).await, true);
    let about = |redemption: &Value| json!({"redemption_id": redemption["id"]});
    let offered = ask(&client, &about(&drink)).await.ok(200)["offer"].clone();
    assert_eq!(offered["survey"]["id"], "after-redeemed-drink");
    assert_eq!(offered["occasion"]["type"], "redemption");
    assert_eq!(offered["occasion"]["title"], drink["reward"]["title"]);
    assert_eq!(offered["occasion"]["at"], "2026-08-12T08:58:00Z");
    assert_eq!(ask(&client, &about(&drink)).await.ok(200)["offer"], Value::Null);
    assert_eq!(offer(&client).await["survey"]["id"], "after-redemption");
    assert_eq!(ask(&client, &about(&goods)).await.ok(200)["offer"], Value::Null);

    let stranger = client.sign_in(THREE_EXPIRIES).await;
    ask(&stranger, &about(&drink)).await.problem(404, "not-found");
    // Each is answered once for good; after that the general one, and after that nothing.
    submit(&client, "after-redeemed-drink").await;
    client.redeem("hot-americano", 1, 1800, &key()).await.ok(201);
    assert_eq!(offer(&client).await["survey"]["id"], "after-redemption");
    submit(&client, "after-redemption").await;
    client.redeem("hot-americano", 1, 1800, &key()).await.ok(201);
    assert_eq!((offer(&client).await, is_due(&client).await), (Value::Null, json!(false)));
}

#[tokio::test]
async fn what_is_not_settled_or_too_old_is_no_occasion() {
    let (millis, config) = by_hand("coffee");
    let client = Client::new(&config).sign_in(AT_RISK).await;
    let file: Value = serde_json::from_str(&std::fs::read_to_string("seeds/coffee.json").unwrap()).unwrap();
    let rewards = file["rewards"].as_array().unwrap();
    let partner = rewards.iter().find(|reward| reward["issue"].is_object()).unwrap();
    let (id, cost) = (partner["id"].as_str().unwrap(), partner["cost_points"].as_i64().unwrap());
    let pending = client.redeem(id, 1, cost, &key()).await.ok(202);
    let about = json!({"redemption_id": pending["id"]});
    assert_eq!((offer(&client).await, is_due(&client).await), (Value::Null, json!(false)));
    assert_eq!(ask(&client, &about).await.ok(200)["offer"], Value::Null);
    millis.fetch_add(60_000, Ordering::SeqCst);
    assert_eq!(is_due(&client).await, true, "the partner has issued it since");
    assert!(ask(&client, &about).await.ok(200)["offer"].is_object());

    let undone = client.redeem("hot-americano", 1, 1800, &key()).await.ok(201);
    let path = format!("/me/redemptions/{}/cancel", undone["id"].as_str().unwrap());
    client.post_once(&path, &key(), &Value::Null).await.ok(200);
    assert_eq!(offer(&client).await, Value::Null);

    client.redeem("hot-americano", 1, 1800, &key()).await.ok(201);
    millis.fetch_add(7 * DAY, Ordering::SeqCst);
    assert_eq!(is_due(&client).await, true);
    millis.fetch_add(1, Ordering::SeqCst);
    assert_eq!((offer(&client).await, is_due(&client).await), (Value::Null, json!(false)));
}

#[tokio::test]
async fn an_offered_survey_closes_a_week_later() {
    let (millis, config) = by_hand("coffee");
    let client = Client::new(&config).sign_in(THREE_EXPIRIES).await;
    offer(&client).await;
    millis.fetch_add(7 * DAY, Ordering::SeqCst);
    assert!(listed(&client, "after-visit").await);
    millis.fetch_add(DAY, Ordering::SeqCst);
    assert!(!listed(&client, "after-visit").await);
    let late = json!({"revision": 1, "state": "submitted", "answers": {}});
    put(&client, "after-visit", &key(), late).await.problem(409, "not-in-window");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_tabs_one_gets_the_offer() {
    let directory = tempfile::tempdir().unwrap();
    let config = Config { database: directory.path().join("race.sqlite"), ..config("coffee") };
    let client = Client::new(&config).sign_in(THREE_EXPIRIES).await;
    let tabs: Vec<_> = (0..24)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { offer(&client).await })
        })
        .collect();
    let mut given = 0;
    for tab in tabs {
        given += usize::from(tab.await.unwrap().is_object());
    }
    assert_eq!(given, 1);
}

#[tokio::test]
async fn a_backend_can_go_without_offers() {
    let without = vec!["survey-offers".to_owned()];
    let client = Client::new(&Config { without, ..config("coffee") }).sign_in(THREE_EXPIRIES).await;
    ask(&client, &json!({})).await.problem(404, "not-found");
    assert!(client.get("/me/overview").await.ok(200).get("survey_offer_due").is_none());
    let features = client.get("/programme").await.ok(200)["features"].clone();
    assert!(!features.as_array().unwrap().contains(&json!("survey-offers")));
    assert!(!listed(&client, "after-visit").await);
}

#[tokio::test]
async fn a_draft_of_another_device_is_never_lost() {
    let (millis, config) = by_hand("coffee");
    let client = Client::new(&config).sign_in(NEW).await;
    let id = "sea-salt-tasting";
    let revision = client.get(&format!("/surveys/{id}")).await.ok(200)["revision"].clone();
    let (phone, tablet) = (key(), key());
    let write = async |uuid: &str, state: &str, base: Value, overall: i64| {
        let body =
            json!({"revision": revision, "state": state, "base": base, "answers": {"overall": overall}});
        put(&client, id, uuid, body).await
    };
    let first = write(&phone, "draft", json!(0), 4).await.ok(200);
    assert_eq!((&first["version"], &first["updated_at"]), (&json!(1), &json!("2026-08-12T08:58:00Z")));
    millis.fetch_add(1000, Ordering::SeqCst);
    assert_eq!(
        write(&phone, "draft", json!(0), 4).await.ok(200),
        first,
        "a repeat of the same changes nothing"
    );

    // The tablet goes on from what the phone stored; the phone does not know that yet.
    assert_eq!(write(&tablet, "draft", json!(1), 3).await.ok(200)["version"], 2);
    for (state, base) in [("draft", json!(1)), ("submitted", json!(1)), ("draft", Value::Null)] {
        let problem = write(&phone, state, base, 5).await.problem(409, "draft-conflict");
        let newer = &problem["response"];
        assert_eq!((&newer["version"], &newer["client_uuid"]), (&json!(2), &json!(tablet)));
        assert_eq!((&newer["answers"], &newer["state"]), (&json!({"overall": 3}), &json!("draft")));
        assert_eq!(newer["updated_at"], "2026-08-12T08:58:01Z");
    }
    let stored = client.get(&format!("/surveys/{id}")).await.ok(200)["response"].clone();
    assert_eq!((&stored["version"], &stored["answers"]["overall"]), (&json!(2), &json!(3)));

    // Told of it, the member chose the phone's; the other way round the tablet would be told.
    assert_eq!(write(&phone, "draft", json!(2), 5).await.ok(200)["version"], 3);
    write(&tablet, "draft", json!(2), 1).await.problem(409, "draft-conflict");
    let receipt = write(&phone, "submitted", json!(3), 5).await.ok(200);
    assert_eq!(receipt["version"], 4);
    for base in [json!(3), json!(9), Value::Null] {
        assert_eq!(write(&phone, "submitted", base, 5).await.ok(200), receipt);
    }
    write(&tablet, "draft", json!(4), 1).await.problem(409, "already-submitted");
    for bad in [json!(-1), json!("1"), json!(1.5)] {
        write(&phone, "draft", bad, 5).await.problem(422, "validation");
    }
}

#[tokio::test]
async fn a_receipt_without_points_stays_the_same() {
    let config = Config { survey_questions: Some(100), ..config("coffee") };
    let client = Client::new(&config).sign_in(THREE_EXPIRIES).await;
    let survey = client.get("/surveys/long-survey").await.ok(200);
    let pages = survey["definition"]["pages"].as_array().unwrap();
    let count: usize = pages.iter().map(|page| page["elements"].as_array().unwrap().len()).sum();
    assert_eq!((count, pages.len()), (100, 10));
    let item = client.get("/me/surveys").await.ok(200)["data"].clone();
    let item = item.as_array().unwrap().iter().find(|one| one["id"] == "long-survey").unwrap().clone();
    assert_eq!(item["question_count"], 100);

    let (mine, body) = (key(), json!({"revision": 1, "state": "submitted", "answers": {}}));
    let receipt = put(&client, "long-survey", &mine, body.clone()).await.ok(200);
    client.redeem("hot-americano", 1, 1800, &key()).await.ok(201);
    assert_eq!(put(&client, "long-survey", &mine, body).await.ok(200), receipt);
}

#[tokio::test]
async fn answers_may_be_long_but_not_without_end() {
    let client = Client::new(&config("coffee")).sign_in(NEW).await;
    let revision = client.get("/surveys/sea-salt-tasting").await.ok(200)["revision"].clone();
    let uuid = key();
    let send = async |answers: Value| {
        put(
            &client,
            "sea-salt-tasting",
            &uuid,
            json!({"revision": revision, "state": "draft", "answers": answers}),
        )
        .await
    };
    let limit = 256 * 1024;
    send(json!({"advice": "x".repeat(limit - 200)})).await.ok(200);
    send(json!({"advice": "x".repeat(limit)})).await.problem(413, "payload-too-large");
    let many =
        |count: usize| (0..count).map(|n| (format!("q{n}"), json!(n))).collect::<serde_json::Map<_, _>>();
    send(many(1000).into()).await.ok(200);
    send(many(1001).into()).await.problem(422, "validation");
    let deep = |levels: usize| (1..levels).fold(json!({}), |inner, _| json!({"a": inner}));
    send(deep(8)).await.ok(200);
    send(deep(9)).await.problem(422, "validation");
    let abyss = format!("{{\"answers\": {}1{}}}", "[".repeat(5000), "]".repeat(5000));
    let request = client
        .request(Method::PUT, &format!("/surveys/sea-salt-tasting/responses/{uuid}"))
        .header("content-type", "application/json");
    client.send(request.body(abyss.into()).unwrap()).await.problem(400, "malformed");
}

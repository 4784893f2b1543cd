//! The surface as a whole: sessions, validators, languages, and everything a client can get wrong.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use axum::body::Body;
use axum::http::{Method, Request};
use backend::{Config, Limits, programme_ids};
use common::{AT_RISK, Client, NEW, NOW, THREE_EXPIRIES, config, key};
use serde_json::{Value, json};

const READS: [&str; 18] = [
    "/programme",
    "/sessions",
    "/me",
    "/me/overview",
    "/me/tier",
    "/tiers",
    "/me/points",
    "/me/points/transactions",
    "/me/points/summary",
    "/earning-rules",
    "/reward-categories",
    "/rewards",
    "/me/redemptions",
    "/me/coupons",
    "/coupon-offers",
    "/me/surveys",
    "/me/card-code",
    "/stores",
];

#[tokio::test]
async fn every_read_answers_in_every_programme_and_language() {
    for programme in programme_ids() {
        let client = Client::new(&config(programme));
        let phones = match programme {
            "coffee" => "138001304",
            "milk-tea" => "139001304",
            "sparkling" => "137001304",
            _ => "136001304",
        };
        for last in ["17", "18", "19"] {
            let member = client.sign_in(&format!("{phones}{last}")).await;
            for language in ["zh-CN", "zh-TW", "en"] {
                let member = Client { language, ..member.clone() };
                for path in READS {
                    let reply = member.get(path).await;
                    assert_eq!(reply.status.as_u16(), 200, "{programme} {path}: {}", reply.text);
                    assert_eq!(reply.header("content-language"), language);
                    assert_eq!(reply.header("x-server-time"), "2026-08-12T08:58:00.000Z");
                    assert!(reply.header("vary").contains("Accept-Language"));
                    assert_eq!(reply.header("content-type"), "application/json");
                    let tag = reply.header("etag").to_owned();
                    assert!(tag.starts_with('"'), "{path}: {tag}");
                    let request = member.request(Method::GET, path).header("if-none-match", &tag);
                    let again = member.send(request.body(Body::empty()).unwrap()).await;
                    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""), "{path}");
                    let head =
                        member.send(member.request(Method::HEAD, path).body(Body::empty()).unwrap()).await;
                    assert_eq!(
                        (head.status.as_u16(), head.header("etag"), head.text.as_str()),
                        (200, &*tag, "")
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn a_session_begins_is_listed_and_ends() {
    let client = Client::new(&config("coffee"));
    for path in READS.iter().skip(1) {
        let reply = client.get(path).await;
        reply.problem(401, "unauthenticated");
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
    let first = client.sign_in(AT_RISK).await;
    let second = client.sign_in(AT_RISK).await;
    let list = second.get("/sessions").await.ok(200);
    let rows = list["data"].as_array().unwrap();
    assert_eq!(
        rows.iter().map(|row| row["current"].as_bool().unwrap()).filter(|current| *current).count(),
        1
    );
    let other = rows.iter().find(|row| row["current"] == false).unwrap()["id"].as_str().unwrap();
    assert_eq!(second.delete(&format!("/sessions/{other}")).await.status.as_u16(), 204);
    first.get("/me").await.problem(401, "unauthenticated");
    second.delete(&format!("/sessions/{other}")).await.problem(404, "not-found");

    let bye = second.delete("/sessions/current").await;
    assert_eq!(bye.status.as_u16(), 204);
    assert_eq!(bye.header("clear-site-data"), "\"cache\", \"cookies\", \"storage\"");
    assert!(bye.header("set-cookie").contains("Max-Age=0"));
    second.get("/me").await.problem(401, "unauthenticated");

    let (a, b) = (client.sign_in(NEW).await, client.sign_in(NEW).await);
    assert_eq!(a.delete("/sessions").await.status.as_u16(), 204);
    b.get("/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn the_cookie_is_guarded_and_a_bearer_token_needs_no_header() {
    let client = Client::new(&config("coffee"));
    let version = client.get("/programme").await.json()["terms_version"].clone();
    let code = client.code(NEW).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let body = json!({"phone": NEW, "code": wrong, "terms_version": version});
    let refused = client.post("/sessions", &body).await.problem(422, "code-incorrect");
    assert_eq!(refused["errors"][0]["pointer"], "/code");
    let body = json!({"phone": NEW, "code": code, "terms_version": version});
    let reply = client.post("/sessions", &body).await;
    let cookie = reply.header("set-cookie").to_owned();
    for part in ["session-coffee=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(reply.json().get("token").is_none());
    client.post("/sessions", &body).await.problem(422, "code-expired");

    let code = client.code(NEW).await;
    let body = json!({"phone": NEW, "code": code, "terms_version": version, "mode": "bearer"});
    let reply = client.post("/sessions", &body).await;
    assert_eq!(reply.header("set-cookie"), "");
    let token = reply.ok(201)["token"].as_str().unwrap().to_owned();
    let bearer = |method: Method, path: &str| {
        Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap()
    };
    client.send(bearer(Method::GET, "/me")).await.ok(200);
    assert_eq!(client.send(bearer(Method::DELETE, "/sessions/current")).await.status.as_u16(), 204);

    let member = client.sign_in(NEW).await;
    let request = member.request(Method::GET, "/me").header("authorization", "Bearer");
    member.send(request.body(Body::empty()).unwrap()).await.problem(401, "unauthenticated");
    let cookie = member.cookie.clone().unwrap();
    let forged = Request::builder().method(Method::DELETE).uri("/api/v1/sessions").header("cookie", &cookie);
    client.send(forged.body(Body::empty()).unwrap()).await.problem(403, "csrf-required");
    let public = Request::builder().method(Method::POST).uri("/api/v1/sessions/sms-codes");
    client.send(public.body(Body::empty()).unwrap()).await.problem(403, "csrf-required");
}

#[tokio::test]
async fn behind_a_proxy_the_cookie_is_bound_to_the_host() {
    let client = Client::new(&Config { behind_proxy: true, ..config("coffee") });
    let version = client.get("/programme").await.json()["terms_version"].clone();
    let code = client.code(NEW).await;
    let request = client.request(Method::POST, "/sessions").header("x-forwarded-proto", "https");
    let body = json!({"phone": NEW, "code": code, "terms_version": version}).to_string();
    let reply =
        client.send(request.header("content-type", "application/json").body(Body::from(body)).unwrap()).await;
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("__Host-session=") && cookie.contains("; Secure"), "{cookie}");
    let pair = cookie.split(';').next().unwrap();
    let request =
        client.request(Method::GET, "/me").header("x-forwarded-proto", "https").header("cookie", pair);
    client.send(request.body(Body::empty()).unwrap()).await.ok(200);
}

#[tokio::test]
async fn codes_are_limited_and_secret_without_the_demonstration() {
    let client = Client::new(&Config { demo: false, limits: Limits::default(), ..config("coffee") });
    let body = json!({"phone": "13911112222"});
    let reply = client.post("/sessions/sms-codes", &body).await;
    assert_eq!((reply.status.as_u16(), reply.header("x-demo-code")), (202, ""));
    assert_eq!(reply.json()["resend_after"], 60);
    let again = client.post("/sessions/sms-codes", &body).await;
    assert_eq!(again.problem(429, "rate-limited")["retryable"], true);
    assert!(again.header("retry-after").parse::<u64>().unwrap() <= 60);
}

#[tokio::test]
async fn what_a_client_can_get_wrong_is_a_problem() {
    let client = Client::new(&config("coffee")).sign_in(AT_RISK).await;
    let raw = async |method: Method, path: &str, kind: &str, body: Vec<u8>| {
        let request =
            client.request(method, path).header("content-type", kind).header("idempotency-key", key());
        client.send(request.body(Body::from(body)).unwrap()).await
    };
    let post = Method::POST;
    let path = "/me/redemptions";
    raw(post.clone(), path, "application/json", b"{".to_vec()).await.problem(400, "malformed");
    raw(post.clone(), path, "application/json", vec![]).await.problem(400, "malformed");
    raw(post.clone(), path, "application/json", b"\xff\xfe".to_vec()).await.problem(400, "malformed");
    raw(post.clone(), path, "application/json", b"[".repeat(5000)).await.problem(400, "malformed");
    raw(post.clone(), path, "application/json", b"[]".to_vec()).await.problem(422, "validation");
    raw(post.clone(), path, "text/plain", b"{}".to_vec()).await.problem(415, "unsupported-media-type");
    raw(post.clone(), path, "application/json", vec![b' '; 70_000]).await.problem(413, "payload-too-large");

    let errors = client
        .post_once(path, &key(), &json!({"reward_id": "a/b", "quantity": 11, "x": 1, "store_id": null}))
        .await;
    let errors = errors.problem(422, "validation")["errors"].clone();
    let mut pointers: Vec<&str> =
        errors.as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/client_ref", "/expected_cost", "/quantity", "/reward_id", "/x"]);
    client.post(path, &json!({})).await.problem(422, "validation");
    client.post_once(path, "not-a-uuid", &json!({})).await.problem(422, "validation");
    client.redeem("no-such-reward", 1, 1, &key()).await.problem(404, "not-found");

    for path in [
        "/nothing",
        "/",
        "/api",
        "/api/",
        "/api/v2/me",
        "/rewards/none",
        "/rewards/%ff",
        "/me/redemptions/none",
        "/surveys/x",
    ] {
        client.get(path).await.problem(404, "not-found");
    }
    let wrong = client.delete("/me/points").await;
    wrong.problem(405, "method-not-allowed");
    assert_eq!(wrong.header("allow"), "GET,HEAD");
    let options = client.send(client.request(Method::OPTIONS, "/me").body(Body::empty()).unwrap()).await;
    assert_eq!((options.status.as_u16(), options.header("allow")), (204, "GET,HEAD,PATCH"));
    for query in [
        "/rewards?limit=101",
        "/rewards?limit=x",
        "/rewards?limit=1&limit=2",
        "/rewards?affordable=yes",
        "/rewards?sort=price",
        "/rewards?cursor=zz",
        "/rewards?q=%00",
        "/me/points/transactions?type=gift",
        "/me/points/summary?months=25",
        "/me/redemptions?client_ref=1",
        "/me/coupons?status=lost",
    ] {
        client.get(query).await.problem(422, "validation");
    }
    let english = Client { language: "en", ..client.clone() };
    assert_eq!(english.get("/nothing").await.problem(404, "not-found")["title"], "Not found");
}

#[tokio::test]
async fn the_profile_changes_only_on_top_of_what_was_seen() {
    let client = Client::new(&config("coffee")).sign_in(AT_RISK).await;
    let reply = client.get("/me").await;
    let tag = reply.header("etag").to_owned();
    let me = reply.ok(200);
    assert_eq!((&me["display_name"], &me["phone_masked"]), (&json!("林蔚"), &json!("138****0417")));
    let patch = async |tag: Option<&str>, body: &Value| {
        let request = client.request(Method::PATCH, "/me").header("content-type", "application/json");
        let request = if let Some(tag) = tag { request.header("if-match", tag) } else { request };
        client.send(request.body(Body::from(body.to_string())).unwrap()).await
    };
    let change = json!({
        "display_name": "小林",
        "locale": "en",
        "preferences": {"theme": "dark"},
        "consents": [{"purpose": "messages", "granted": false, "version": "2026-03-01"}],
    });
    patch(None, &change).await.problem(428, "precondition-required");
    patch(Some("\"stale\""), &change).await.problem(412, "precondition-failed");
    let reply = patch(Some(&tag), &change).await;
    let fresh = reply.header("etag").to_owned();
    let changed = reply.ok(200);
    assert_eq!((&changed["display_name"], &changed["locale"]), (&json!("小林"), &json!("en")));
    assert_eq!(changed["preferences"], json!({"theme": "dark", "personalisation": true}));
    let consents = changed["consents"].as_array().unwrap();
    assert!(consents.iter().any(|c| c["purpose"] == "messages" && c["granted"] == false && c["at"] == NOW));
    patch(Some(&tag), &change).await.problem(412, "precondition-failed");
    assert_eq!(client.get("/me").await.header("etag"), fresh);
    for bad in [
        json!({"display_name": ""}),
        json!({"display_name": "a\u{0}"}),
        json!({"display_name": "长".repeat(41)}),
        json!({"birthday": "2026-08-13"}),
        json!({"birthday": "1994-2-30"}),
        json!({"locale": "fr"}),
        json!({"phone": "1"}),
        json!({"preferences": {"theme": "blue"}}),
        json!({"consents": [{"purpose": "x"}]}),
    ] {
        patch(Some(&fresh), &bad).await.problem(422, "validation");
    }
    patch(Some(&fresh), &json!({"birthday": null})).await.ok(200);
}

#[tokio::test]
async fn lists_go_on_where_they_stopped_while_rows_are_added() {
    let client = Client::new(&config("coffee")).sign_in(THREE_EXPIRIES).await;
    let all = client.get("/me/points/transactions?limit=100").await.ok(200)["data"].clone();
    let first = client.get("/me/points/transactions?limit=5").await.ok(200);
    client.redeem("hot-americano", 1, cost_of(&client, "hot-americano").await, &key()).await.ok(201);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = client.get(&format!("/me/points/transactions?limit=5&cursor={cursor}")).await.ok(200);
    assert_eq!(second["data"].as_array().unwrap()[..], all.as_array().unwrap()[5..10]);

    let mut ids = Vec::new();
    let mut query = String::new();
    loop {
        let page = client.get(&format!("/rewards?limit=7&sort=cost_asc{query}")).await.ok(200);
        ids.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|r| (r["cost_points"].as_i64().unwrap(), r["id"].to_string())),
        );
        match page["next_cursor"].as_str() {
            Some(cursor) => query = format!("&cursor={cursor}"),
            None => {
                assert_eq!(page["total"], ids.len());
                break;
            }
        }
    }
    assert!(ids.is_sorted_by_key(|(cost, _)| *cost));
    ids.sort();
    ids.dedup();
    assert!(ids.len() >= 40);
    let found = client.get("/rewards?q=%E6%8B%BF%E9%93%81&limit=100").await.ok(200);
    let found = found["data"].as_array().unwrap();
    assert!(!found.is_empty() && found.len() < ids.len());
}

async fn cost_of(client: &Client, reward: &str) -> i64 {
    client.get(&format!("/rewards/{reward}")).await.ok(200)["cost_points"].as_i64().unwrap()
}

#[tokio::test]
async fn pictures_are_served_for_everything_that_names_one() {
    let client = Client::new(&config("coffee")).sign_in(AT_RISK).await;
    let rewards = client.get("/rewards?limit=3").await.ok(200);
    let image = &rewards["data"][0]["images"][0];
    let survey = client.get("/me/surveys").await.ok(200)["data"][0]["image"]["url"].clone();
    let programme = client.get("/programme").await.ok(200);
    for url in [
        &image["url"],
        &image["url_dark"],
        &survey,
        &programme["brand"]["landscape"]["dark"],
        &programme["brand"]["engraving"],
    ] {
        let reply = client.get(url.as_str().unwrap()).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "image/svg+xml"), "{url}");
    }
}

#[tokio::test]
async fn long_answers_are_compressed_on_request() {
    let client = Client::new(&config("coffee")).sign_in(AT_RISK).await;
    for coding in ["br", "gzip"] {
        let request = client.request(Method::GET, "/rewards").header("accept-encoding", coding);
        let reply = client.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-encoding")), (200, coding));
    }
    let request = client.request(Method::GET, "/me/points").header("accept-encoding", "br");
    assert_eq!(client.send(request.body(Body::empty()).unwrap()).await.header("content-encoding"), "");
}

//! Passkeys: what is let in, and everything that isn't.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/authenticator.rs"]
mod authenticator;
mod common;
#[path = "common/kiosk.rs"]
mod kiosk;

use authenticator::{Authenticator, HOST, bytes, text};
use axum::body::Body;
use axum::http::Method;
use backend::{Config, Limits};
use common::{AT_RISK, Client, NEW, Reply, THREE_EXPIRIES, config};
use kiosk::Hall;
use serde_json::{Value, json};

/// A request as the browser sends it that has the portal open at `host`.
async fn at(client: &Client, host: &str, method: Method, path: &str, body: Option<&Value>) -> Reply {
    let request = client.request(method, path).header("host", host);
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    };
    client.send(request.unwrap()).await
}

async fn post(client: &Client, path: &str, body: Option<&Value>) -> Reply {
    at(client, HOST, Method::POST, path, body).await
}

/// A challenge for signing in, or for adding one.
async fn challenge(client: &Client, path: &str) -> (Value, Value) {
    let begun = post(client, path, None).await.ok(201);
    (begun["challenge_id"].clone(), begun["options"].clone())
}

const SIGN_IN: &str = "/sessions/passkey-challenges";
const ADD: &str = "/me/passkeys/challenges";

async fn try_add(member: &Client, device: &mut Authenticator) -> Reply {
    let (id, options) = challenge(member, ADD).await;
    let body = json!({"challenge_id": id, "credential": device.create(&options)});
    post(member, "/me/passkeys", Some(&body)).await
}

async fn add(member: &Client, device: &mut Authenticator) -> Value {
    try_add(member, device).await.ok(201)
}

async fn try_sign_in(nobody: &Client, device: &Authenticator) -> Reply {
    let (id, options) = challenge(nobody, SIGN_IN).await;
    let body = json!({"challenge_id": id, "credential": device.get(&options)});
    post(nobody, "/sessions/passkeys", Some(&body)).await
}

async fn setting() -> (Client, Client, Authenticator) {
    let nobody = Client::new(&config("coffee"));
    let member = nobody.sign_in(AT_RISK).await;
    (nobody, member, Authenticator::new(7))
}

#[tokio::test]
async fn a_member_adds_a_passkey_and_signs_in_with_it() {
    let (nobody, member, mut device) = setting().await;
    let (id, options) = challenge(&member, ADD).await;
    assert_eq!(
        options["rp"],
        json!({"id": "localhost", "name": nobody.get("/programme").await.json()["name"]})
    );
    assert_eq!(options["user"]["name"], "138****0417");
    assert_eq!(bytes(&options["user"]["id"]).len(), 32);
    assert_eq!(options["pubKeyCredParams"], json!([{"type": "public-key", "alg": -7}]));
    assert_eq!((&options["attestation"], &options["excludeCredentials"]), (&json!("none"), &json!([])));
    let body = json!({"challenge_id": id, "credential": device.create(&options), "name": "我的手机"});
    let made = post(&member, "/me/passkeys", Some(&body)).await.ok(201);
    assert_eq!((&made["name"], &made["last_used_at"]), (&json!("我的手机"), &Value::Null));
    assert_eq!(member.get("/me/passkeys").await.ok(200)["data"], json!([made]));
    let (_, options) = challenge(&member, ADD).await;
    let known = json!([{"type": "public-key", "id": text(&device.id), "transports": ["internal", "hybrid"]}]);
    assert_eq!(options["excludeCredentials"], known);
    assert_eq!(bytes(&options["user"]["id"]), device.handle, "a member keeps the name");

    let (id, options) = challenge(&nobody, SIGN_IN).await;
    assert_eq!((&options["rpId"], &options["allowCredentials"]), (&json!("localhost"), &json!([])));
    assert_eq!(options["userVerification"], "required");
    let body = json!({"challenge_id": id, "credential": device.get(&options)});
    let session = post(&nobody, "/sessions/passkeys", Some(&body)).await;
    let view = session.json();
    assert_eq!(
        (&view["channel"], &view["scope"]),
        (&json!("mobile"), &json!(["member"])),
        "{}",
        session.text
    );
    let here = Client { cookie: Some(kiosk::pair(session.header("set-cookie"))), ..nobody.clone() };
    assert_eq!(here.get("/me").await.ok(200), member.get("/me").await.ok(200));
    let used = here.get("/me/passkeys").await.ok(200);
    assert!(used["data"][0]["last_used_at"].is_string());

    let (id, options) = challenge(&nobody, SIGN_IN).await;
    let body = json!({"challenge_id": id, "credential": device.get(&options), "mode": "bearer"});
    let bearer = post(&nobody, "/sessions/passkeys", Some(&body)).await;
    assert!(bearer.json()["token"].is_string() && bearer.header("set-cookie").is_empty());
}

#[tokio::test]
async fn an_answer_that_is_not_to_the_question_is_refused() {
    let (nobody, member, mut device) = setting().await;
    add(&member, &mut device).await;
    let other = |change: fn(&mut Authenticator)| {
        let mut device = device.clone();
        change(&mut device);
        device
    };
    for (what, device) in [
        ("another origin", other(|one| one.origin = "https://localhost.example".into())),
        ("another port", other(|one| one.origin = "http://localhost:8081".into())),
        ("another site", other(|one| one.rp_id = "example".into())),
        ("another ceremony", other(|one| one.said = json!({"type": "webauthn.create"}))),
        ("another challenge", other(|one| one.said = json!({"challenge": text(&[1; 32])}))),
        ("a page within a page", other(|one| one.said = json!({"crossOrigin": true}))),
        ("a page of somebody else", other(|one| one.said = json!({"topOrigin": "https://a.example"}))),
        ("nobody there", other(|one| one.flags = 0b100)),
        ("not unlocked", other(|one| one.flags = 0b001)),
        ("a copy of what has none", other(|one| one.flags = 0b1_0101)),
        ("another key", other(|one| one.key = Authenticator::new(8).key)),
        ("nobody's", other(|one| one.id = vec![9; 20])),
        ("another name", other(|one| one.handle = vec![9; 32])),
    ] {
        let reply = try_sign_in(&nobody, &device).await;
        let problem = reply.problem(422, "passkey-refused");
        assert_eq!(problem["errors"], json!([]), "{what}");
        assert!(reply.header("set-cookie").is_empty(), "{what}");
    }
    assert_eq!(try_sign_in(&nobody, &device).await.status, 201);

    let (id, options) = challenge(&nobody, SIGN_IN).await;
    let mut credential = device.get(&options);
    let mut data = bytes(&credential["response"]["authenticatorData"]);
    data[36] ^= 1;
    credential["response"]["authenticatorData"] = text(&data).into();
    let body = json!({"challenge_id": id, "credential": credential});
    post(&nobody, "/sessions/passkeys", Some(&body)).await.problem(422, "passkey-refused");
}

#[tokio::test]
async fn a_challenge_is_answered_once_and_where_it_was_asked() {
    let (nobody, member, mut device) = setting().await;
    add(&member, &mut device).await;
    let (id, options) = challenge(&nobody, SIGN_IN).await;
    let body = json!({"challenge_id": id, "credential": device.get(&options)});
    post(&nobody, "/sessions/passkeys", Some(&body)).await.ok(201);
    post(&nobody, "/sessions/passkeys", Some(&body)).await.problem(422, "passkey-refused");
    let made_up = json!({"challenge_id": "0123456789abcdef", "credential": device.get(&options)});
    post(&nobody, "/sessions/passkeys", Some(&made_up)).await.problem(422, "passkey-refused");

    // A wrong answer uses it up, too.
    let (id, options) = challenge(&nobody, SIGN_IN).await;
    let wrong = Authenticator { origin: "https://a.example".into(), ..device.clone() };
    for device in [&wrong, &device] {
        let body = json!({"challenge_id": id, "credential": device.get(&options)});
        post(&nobody, "/sessions/passkeys", Some(&body)).await.problem(422, "passkey-refused");
    }

    // One for adding is none for signing in, and the other way about; nor is it another member's.
    let (id, options) = challenge(&member, ADD).await;
    let body = json!({"challenge_id": id, "credential": device.get(&options)});
    post(&nobody, "/sessions/passkeys", Some(&body)).await.problem(422, "passkey-refused");
    let second = Authenticator::new(8);
    let friend = nobody.sign_in(THREE_EXPIRIES).await;
    let (_, mut asked) = challenge(&member, ADD).await;
    for client in [&nobody, &friend] {
        let (id, options) = challenge(client, if client.cookie.is_none() { SIGN_IN } else { ADD }).await;
        asked["challenge"] = options["challenge"].clone();
        let body = json!({"challenge_id": id, "credential": second.clone().create(&asked)});
        post(&member, "/me/passkeys", Some(&body)).await.problem(422, "passkey-refused");
    }

    // Another host of the same backend is another site, also for the passkey itself.
    let (id, options) = challenge(&nobody, SIGN_IN).await;
    let body = json!({"challenge_id": id, "credential": device.get(&options)});
    let elsewhere = at(&nobody, "members.example", Method::POST, "/sessions/passkeys", Some(&body)).await;
    elsewhere.problem(422, "passkey-refused");
    let begun = at(&nobody, "members.example", Method::POST, SIGN_IN, None).await.ok(201);
    assert_eq!(begun["options"]["rpId"], "members.example");
    let there = Authenticator {
        origin: "https://members.example".into(),
        rp_id: "members.example".into(),
        ..device.clone()
    };
    let body = json!({"challenge_id": begun["challenge_id"], "credential": there.get(&begun["options"])});
    let elsewhere = at(&nobody, "members.example", Method::POST, "/sessions/passkeys", Some(&body)).await;
    elsewhere.problem(422, "passkey-refused");
}

#[tokio::test]
async fn plain_http_is_for_the_own_machine_only() {
    let nobody = Client::new(&config("coffee"));
    let member = nobody.sign_in(AT_RISK).await;
    for (origin, status) in [("http://members.example", 422), ("https://members.example", 201)] {
        let begun = at(&member, "members.example", Method::POST, ADD, None).await.ok(201);
        let mut device =
            Authenticator { origin: origin.into(), rp_id: "members.example".into(), ..Authenticator::new(7) };
        let credential = device.create(&begun["options"]);
        let body = json!({"challenge_id": begun["challenge_id"], "credential": credential});
        let made = at(&member, "members.example", Method::POST, "/me/passkeys", Some(&body)).await;
        assert_eq!(made.status, status, "{origin}: {}", made.text);
    }
    at(&member, "[::1]:8080", Method::POST, ADD, None).await.problem(422, "passkey-refused");
}

#[tokio::test]
async fn a_proxy_says_which_host_was_asked() {
    let nobody = Client::new(&Config { behind_proxy: true, ..config("coffee") });
    let request = nobody.request(Method::POST, SIGN_IN).header("host", "backend:8080");
    let request = request.header("x-forwarded-host", "evil.example, members.example");
    let reply = nobody.send(request.header("x-forwarded-proto", "https").body(Body::empty()).unwrap()).await;
    assert_eq!(reply.ok(201)["options"]["rpId"], "members.example");
}

#[tokio::test]
async fn a_counter_never_goes_back() {
    let (nobody, member, mut device) = setting().await;
    device.counter = 5;
    add(&member, &mut device).await;
    for (counter, status) in [(6, 201), (6, 422), (5, 422), (9, 201), (0, 201), (8, 422), (10, 201)] {
        device.counter = counter;
        let reply = try_sign_in(&nobody, &device).await;
        assert_eq!(reply.status, status, "{counter}: {}", reply.text);
    }
    let mut copied = Authenticator::new(8);
    add(&member, &mut copied).await;
    for _ in 0..2 {
        assert_eq!(try_sign_in(&nobody, &copied).await.status, 201, "most count nothing");
    }
}

#[tokio::test]
async fn what_an_authenticator_makes_is_looked_at() {
    let (_, member, device) = setting().await;
    let refused = async |change: fn(&mut Authenticator)| {
        let mut device = device.clone();
        change(&mut device);
        try_add(&member, &mut device).await.problem(422, "passkey-refused");
    };
    refused(|one| one.origin = "https://a.example".into()).await;
    refused(|one| one.rp_id = "a.example".into()).await;
    refused(|one| one.flags = 0b1_1001).await;
    refused(|one| one.flags = 0b1_1100).await;
    refused(|one| one.said = json!({"type": "webauthn.get"})).await;
    refused(|one| one.said = json!({"challenge": "AAAA"})).await;
    refused(|one| one.id = vec![1; 1024]).await;
}

#[tokio::test]
async fn an_attestation_is_none_or_the_keys_own() {
    let (nobody, member, mut device) = setting().await;
    device.attests = true;
    let (id, options) = challenge(&member, ADD).await;
    let mut credential = device.create(&options);
    let mut object = bytes(&credential["response"]["attestationObject"]);
    // Somewhere within the signature.
    object[60] ^= 1;
    credential["response"]["attestationObject"] = text(&object).into();
    let body = json!({"challenge_id": id, "credential": credential});
    post(&member, "/me/passkeys", Some(&body)).await.problem(422, "passkey-refused");
    let (id, options) = challenge(&member, ADD).await;
    let mut credential = device.create(&options);
    credential["id"] = text(&[1; 20]).into();
    let body = json!({"challenge_id": id, "credential": credential});
    post(&member, "/me/passkeys", Some(&body)).await.problem(422, "passkey-refused");
    add(&member, &mut device).await;
    assert_eq!(try_sign_in(&nobody, &device).await.status, 201);
}

#[tokio::test]
async fn a_passkey_is_one_members_until_it_is_removed() {
    let (nobody, member, mut device) = setting().await;
    let made = add(&member, &mut device).await;
    let friend = nobody.sign_in(NEW).await;
    let mut theirs = Authenticator::new(8);
    add(&friend, &mut theirs).await;
    assert_ne!(theirs.handle, device.handle);
    let swapped = Authenticator { handle: theirs.handle.clone(), ..device.clone() };
    try_sign_in(&nobody, &swapped).await.problem(422, "passkey-refused");
    // The same credential again, or as somebody else's.
    try_add(&member, &mut device.clone()).await.problem(422, "passkey-refused");
    try_add(&friend, &mut device.clone()).await.problem(422, "passkey-refused");

    let path = format!("/me/passkeys/{}", made["id"].as_str().unwrap());
    friend.delete(&path).await.problem(404, "not-found");
    nobody.delete(&path).await.problem(401, "unauthenticated");
    assert_eq!(member.delete(&path).await.status, 204);
    member.delete(&path).await.problem(404, "not-found");
    assert_eq!(member.get("/me/passkeys").await.ok(200)["data"], json!([]));
    try_sign_in(&nobody, &device).await.problem(422, "passkey-refused");
    assert_eq!(try_sign_in(&nobody, &theirs).await.status, 201);
}

#[tokio::test]
async fn there_are_ten_at_most() {
    let (_, member, _) = setting().await;
    let (id, options) = challenge(&member, ADD).await;
    for seed in 1..=10 {
        add(&member, &mut Authenticator::new(seed)).await;
    }
    post(&member, ADD, None).await.problem(409, "limit-reached");
    let body = json!({"challenge_id": id, "credential": Authenticator::new(11).create(&options)});
    post(&member, "/me/passkeys", Some(&body)).await.problem(409, "limit-reached");
    let all = member.get("/me/passkeys").await.ok(200);
    assert_eq!(all["data"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn steps_are_limited() {
    let limits = Limits { passkeys_per_client: 3, ..Limits::relaxed() };
    let nobody = Client::new(&Config { limits, ..config("coffee") });
    let member = nobody.sign_in(AT_RISK).await;
    for (client, path) in [(&nobody, SIGN_IN), (&member, ADD)] {
        for _ in 0..3 {
            post(client, path, None).await.ok(201);
        }
        let refused = post(client, path, None).await;
        refused.problem(429, "rate-limited");
        assert!(!refused.header("retry-after").is_empty());
    }
    let body = json!({"challenge_id": "a", "credential": {"id": "AAAA", "type": "public-key", "response": {
        "clientDataJSON": "AAAA", "authenticatorData": "AAAA", "signature": "AAAA", "userHandle": "AAAA"}}});
    post(&nobody, "/sessions/passkeys", Some(&body)).await.problem(429, "rate-limited");
}

#[tokio::test]
async fn a_shared_device_has_no_keys() {
    let hall = Hall::new("coffee").await;
    let kiosk = hall.kiosk().await;
    post(&kiosk, SIGN_IN, None).await.problem(403, "insufficient-scope");
    post(&kiosk, "/sessions/passkeys", Some(&json!({}))).await.problem(403, "insufficient-scope");
    let member = kiosk.sign_in_here(AT_RISK).await;
    for (method, path, body) in [
        (Method::GET, "/me/passkeys", None),
        (Method::POST, ADD, None),
        (Method::POST, "/me/passkeys", Some(json!({}))),
        (Method::DELETE, "/me/passkeys/a", None),
    ] {
        at(&member, HOST, method, path, body.as_ref()).await.problem(403, "insufficient-scope");
    }
}

#[tokio::test]
async fn what_is_wrong_in_a_body_is_named() {
    let (nobody, member, mut device) = setting().await;
    let body = json!({"challenge_id": "a b", "credential": {"id": "+", "type": "password", "response": {
        "clientDataJSON": 7, "signature": "", "userHandle": null}}, "more": 1});
    let problem = post(&nobody, "/sessions/passkeys", Some(&body)).await.problem(422, "validation");
    let mut named: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    named.sort_unstable();
    assert_eq!(
        named,
        [
            "/challenge_id",
            "/credential/id",
            "/credential/response/authenticatorData",
            "/credential/response/clientDataJSON",
            "/credential/response/signature",
            "/credential/response/userHandle",
            "/credential/type",
            "/more"
        ]
    );
    let (id, options) = challenge(&member, ADD).await;
    let body = json!({"challenge_id": id, "credential": device.create(&options), "name": ""});
    let problem = post(&member, "/me/passkeys", Some(&body)).await.problem(422, "validation");
    assert_eq!(problem["errors"][0]["pointer"], "/name");
}

#[tokio::test]
async fn everything_else_works_without() {
    let nobody = Client::new(&Config { without: vec!["passkeys".into()], ..config("coffee") });
    assert!(!nobody.get("/programme").await.ok(200)["features"].to_string().contains("passkeys"));
    let member = nobody.sign_in(AT_RISK).await;
    post(&nobody, SIGN_IN, None).await.problem(404, "not-found");
    post(&nobody, "/sessions/passkeys", Some(&json!({}))).await.problem(404, "not-found");
    post(&member, ADD, None).await.problem(404, "not-found");
    member.get("/me/passkeys").await.problem(404, "not-found");
    member.delete("/me/passkeys/a").await.problem(404, "not-found");
}

//! What pages and native pages of the mini program ask for: signatures, handoffs, payments.

use super::{ask, ticket};
use crate::common::{AT_RISK, Client, Reply, THREE_EXPIRIES, config, key};
use crate::kiosk::Hall;
use axum::body::Body;
use axum::http::{Method, Request};
use backend::{Config, Limits};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

async fn sign(client: &Client, host: &str, url: &str) -> Reply {
    let request = Request::get(format!("/api/v1/wechat/signature?url={url}")).header("host", host);
    client.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn pages_of_the_portal_are_signed_and_no_others() {
    let client = Client::new(&config("coffee"));
    let host = "members.example.com";
    let reply = sign(&client, host, "https%3A%2F%2Fmembers.example.com%2Frewards%3Fq%3Da%2520b%23top").await;
    assert_eq!(reply.header("cache-control"), "no-store");
    let signed = reply.ok(200);
    assert_eq!(
        (&signed["app_id"], &signed["timestamp"]),
        (&json!("wxdevelopment0002"), &json!(1_786_525_080))
    );
    let text = format!(
        "jsapi_ticket=development-jsapi-ticket&noncestr={}&timestamp=1786525080&url=https://members.example.com/rewards?q=a%20b",
        signed["nonce"].as_str().unwrap()
    );
    let sum: String = Sha1::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(signed["signature"], sum);
    let again = sign(&client, host, "https://members.example.com/").await.ok(200);
    assert_ne!(again["nonce"], signed["nonce"]);
    for bad in [
        "https://evil.test/",
        "https://members.example.com.evil.test/",
        "https://members.example.com@evil.test/",
        "https://members.example.com:444/",
        "/rewards",
        "https://members.example.com/&url=https://members.example.com/",
        "",
        &format!("https://members.example.com/{}", "x".repeat(2048)),
    ] {
        let problem = sign(&client, host, bad).await.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], "url", "{bad}");
    }
    client.get("/wechat/signature").await.problem(422, "validation");

    let limits = Limits { signatures_per_address: 1, ..Limits::relaxed() };
    let client = Client::new(&Config { limits, behind_proxy: true, ..config("coffee") });
    let forwarded = |host: &'static str| {
        let request = Request::get("/api/v1/wechat/signature?url=https://members.example.com/");
        request.header("host", "10.0.0.7").header("x-forwarded-host", host).body(Body::empty()).unwrap()
    };
    client.send(forwarded("evil.test")).await.problem(422, "validation");
    client.send(forwarded("evil.test, members.example.com")).await.ok(200);
    client.send(forwarded("members.example.com")).await.problem(429, "rate-limited");
}

async fn begin(client: &Client) -> String {
    let made = client.post("/me/wechat-handoffs", &json!({"kind": "scan"})).await.ok(201);
    assert_eq!(
        (&made["kind"], &made["status"], &made["result"]),
        (&json!("scan"), &json!("pending"), &Value::Null)
    );
    let id = made["id"].as_str().unwrap();
    assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
    id.to_owned()
}

async fn tell(client: &Client, id: &str, body: Value) -> Reply {
    client.write(Method::PUT, &format!("/wechat-handoffs/{id}"), &body).await
}

async fn look(client: &Client, id: &str) -> Reply {
    client.get(&format!("/me/wechat-handoffs/{id}")).await
}

#[tokio::test]
async fn a_native_page_says_once_what_came_of_it_and_only_the_owner_hears() {
    let hall = Hall::new("coffee").await;
    let (nobody, mine, other) =
        (&hall.nobody, hall.nobody.sign_in(AT_RISK).await, hall.nobody.sign_in(THREE_EXPIRIES).await);
    let id = begin(&mine).await;
    assert_eq!(look(&mine, &id).await.ok(200)["status"], "pending");
    look(&other, &id).await.problem(404, "not-found");
    look(nobody, &id).await.problem(401, "unauthenticated");
    let done = json!({"status": "done", "result": "(01)06901028075831\u{1d}10A\nb"});
    for _ in 0..2 {
        assert_eq!(
            tell(nobody, &id, done.clone()).await.status.as_u16(),
            204,
            "the first answer may be lost"
        );
    }
    for another in
        [json!({"status": "done", "result": "x"}), json!({"status": "cancelled"}), json!({"status": "done"})]
    {
        tell(nobody, &id, another).await.problem(409, "handoff-closed");
    }
    let seen = look(&mine, &id).await.ok(200);
    assert_eq!((&seen["status"], &seen["result"]), (&done["status"], &done["result"]));
    hall.pass(599_999);
    look(&mine, &id).await.ok(200);
    hall.pass(1);
    look(&mine, &id).await.problem(404, "not-found");
    tell(nobody, &id, done).await.problem(404, "not-found");

    for status in ["cancelled", "failed"] {
        let id = begin(&mine).await;
        assert_eq!(tell(nobody, &id, json!({"status": status, "result": null})).await.status.as_u16(), 204);
        assert_eq!(look(&mine, &id).await.ok(200)["status"], status);
    }
}

#[tokio::test]
async fn a_native_page_has_five_minutes_and_five_hundred_and_twelve_characters() {
    let hall = Hall::new("coffee").await;
    let mine = hall.nobody.sign_in(AT_RISK).await;
    let late = begin(&mine).await;
    hall.pass(299_999);
    let id = begin(&mine).await;
    look(&mine, &late).await.ok(200);
    hall.pass(1);
    look(&mine, &late).await.problem(404, "not-found");
    tell(&hall.nobody, &late, json!({"status": "done"})).await.problem(404, "not-found");
    for (body, pointer) in [
        (json!({}), "/status"),
        (json!({"status": "pending"}), "/status"),
        (json!({"status": "done", "result": "茶".repeat(513)}), "/result"),
        (json!({"status": "done", "result": "a\u{0}"}), "/result"),
        (json!({"status": "done", "result": 7}), "/result"),
        (json!({"status": "done", "member": "x"}), "/member"),
    ] {
        let problem = tell(&hall.nobody, &id, body).await.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    assert_eq!(
        tell(&hall.nobody, &id, json!({"status": "done", "result": "茶".repeat(512)})).await.status.as_u16(),
        204
    );
    tell(&hall.nobody, "nobody", json!({"status": "done"})).await.problem(404, "not-found");
    let problem = mine.post("/me/wechat-handoffs", &json!({"kind": "pay"})).await.problem(422, "validation");
    assert_eq!(problem["errors"][0]["pointer"], "/kind");
}

#[tokio::test]
async fn handoffs_are_limited_and_cannot_be_forged() {
    let limits = Limits { handoffs_per_member: 1, handoff_results_per_address: 1, ..Limits::relaxed() };
    let client = Client::new(&Config { limits, ..config("coffee") });
    let mine = client.sign_in(AT_RISK).await;
    let id = begin(&mine).await;
    mine.post("/me/wechat-handoffs", &json!({"kind": "scan"})).await.problem(429, "rate-limited");
    let bare = |method, path: String| {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let request = request.header("cookie", mine.cookie.as_deref().unwrap());
        request.body(Body::from(r#"{"status":"done","kind":"scan"}"#)).unwrap()
    };
    for (method, path) in [
        ("PUT", format!("/api/v1/wechat-handoffs/{id}")),
        ("POST", "/api/v1/me/wechat-handoffs".to_owned()),
        ("POST", "/api/v1/wechat/tickets".to_owned()),
        ("POST", "/api/v1/wechat/payments".to_owned()),
        ("POST", "/api/v1/sessions/wechat".to_owned()),
    ] {
        client.send(bare(method, path)).await.problem(403, "csrf-required");
    }
    assert_eq!(tell(&client, &id, json!({"status": "done"})).await.status.as_u16(), 204);
    tell(&client, &id, json!({"status": "done"})).await.problem(429, "rate-limited");
}

async fn pay(client: &Client, name: &str, redemption: &Value) -> Reply {
    client
        .post("/wechat/payments", &json!({"code": format!("dev-{name}"), "redemption_id": redemption}))
        .await
}

#[tokio::test]
async fn the_owner_pays_while_there_is_something_to_pay() {
    let client = Client::new(&config("coffee"));
    let mine = client.sign_in(THREE_EXPIRIES).await;
    ticket(&client, "mine", THREE_EXPIRIES).await;
    ticket(&client, "other", AT_RISK).await;
    let made = mine.redeem("highland-beans", 1, 7200, &key()).await.ok(202);
    assert_eq!(made["status"], "pending", "{made}");
    let id = &made["id"];
    let payment = pay(&client, "mine", id).await.ok(201);
    assert_eq!(payment, pay(&client, "mine", id).await.ok(201), "development is deterministic");
    assert_eq!(payment["time_stamp"], "1786525080");
    assert_eq!(payment["package"], format!("prepay_id=development-{}", id.as_str().unwrap()));
    for field in ["nonce", "sign_type", "pay_sign"] {
        assert!(payment[field].as_str().is_some_and(|text| !text.is_empty()), "{payment}");
    }
    pay(&client, "other", id).await.problem(404, "not-found");
    pay(&client, "stranger", id).await.problem(404, "not-found");
    pay(&client, "mine", &json!("nobody")).await.problem(404, "not-found");
    let made_up = json!({"code": "made-up", "redemption_id": id});
    client.post("/wechat/payments", &made_up).await.problem(422, "wechat-code-invalid");
    client.post("/wechat/payments", &json!({"code": "dev-mine"})).await.problem(422, "validation");

    let form =
        Request::post(format!("/demo/payments/{}", id.as_str().unwrap())).body(Body::from("paid=true"));
    assert_eq!(client.send(form.unwrap()).await.status.as_u16(), 303);
    pay(&client, "mine", id).await.problem(409, "payment-closed");
    let free = mine.redeem("iced-latte", 1, 2200, &key()).await.ok(201);
    pay(&client, "mine", &free["id"]).await.problem(409, "payment-closed");
}

#[tokio::test]
async fn every_programme_can_be_entered() {
    for programme in ["coffee", "milk-tea", "sparkling", "ice-tea"] {
        let client = Client::new(&config(programme));
        let terms = client.get("/programme").await.json()["terms_version"].clone();
        let body = json!({"code": "dev-a", "phone_code": "phone-13500000001", "terms_version": terms});
        client.post("/wechat/tickets", &body).await.ok(201);
        ask(&client, "a", None).await.ok(201);
    }
}

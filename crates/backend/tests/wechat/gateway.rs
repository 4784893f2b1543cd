//! The gateway to the real WeChat, against one of the tests' own.

use super::fake::{ACCOUNT_SECRET, Fake, SECRET};
use super::{TERMS, cookies, is_page, with};
use crate::common::{AT_RISK, Client, Reply, THREE_EXPIRIES, config, key};
use axum::body::Body;
use axum::http::Request;
use backend::{Config, WechatSettings};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

async fn ask(client: &Client, code: &str, phone: Option<&str>) -> Reply {
    let mut body = json!({"code": code});
    if let Some(phone) = phone {
        body["phone_code"] = format!("wxphone-{phone}").into();
        body["terms_version"] = TERMS.into();
    }
    client.post("/wechat/tickets", &body).await
}

/// No secret, token, key or code may be in an answer.
#[track_caller]
fn tells_nothing(reply: &Reply) {
    let all = format!("{:?} {}", reply.headers, reply.text);
    assert!(!all.contains("hush") && !all.contains("wx-"), "{all}");
}

#[tokio::test]
async fn a_person_joins_and_comes_back() {
    let (fake, phone) = (Fake::start().await, "13500000007");
    let client = fake.client();
    let first = ask(&client, "wx-mei", None).await;
    first.problem(409, "phone-required");
    let joined = ask(&client, "wx-mei", Some(phone)).await;
    tells_nothing(&joined);
    let ticket = joined.ok(201)["ticket"].as_str().unwrap().to_owned();
    assert_eq!(client.get(&format!("/wx/enter?ticket={ticket}")).await.status.as_u16(), 303);
    ask(&client, "wx-mei", None).await.ok(201);
    let abroad = ask(&client, "wx-ann", Some("44-7700900123")).await;
    abroad.ok(201);
    client.sign_in("+447700900123").await.get("/me").await.ok(200);

    let asked = fake.last("/sns/jscode2session");
    for (name, value) in [
        ("appid", "wxprogram"),
        ("secret", SECRET),
        ("js_code", "wx-ann"),
        ("grant_type", "authorization_code"),
    ] {
        assert_eq!(asked.query[name], value);
    }
    assert_eq!(fake.count("/wxa/business/getuserphonenumber"), 2);
    assert_eq!(fake.count("/cgi-bin/token"), 1, "the token is kept");
    assert_eq!(fake.last("/wxa/business/getuserphonenumber").body, json!({"code": "wxphone-44-7700900123"}));
    // What is in a code stays in its place.
    ask(&client, "x&secret=1#?/%25+", None).await.problem(422, "wechat-code-invalid");
    assert_eq!(fake.last("/sns/jscode2session").query["js_code"], "x%26secret%3D1%23%3F%2F%2525%2B");
}

#[tokio::test]
async fn error_numbers_become_problems() {
    let fake = Fake::start().await;
    let client = fake.client();
    for (said, status, code) in [
        (json!({"errcode": 40029, "errmsg": "hush"}), 422, "wechat-code-invalid"),
        (json!({"errcode": 40163}), 422, "wechat-code-invalid"),
        (json!({"errcode": 45011}), 429, "rate-limited"),
        (json!({"errcode": -1, "errmsg": "hush"}), 503, "wechat-unavailable"),
        (json!({"errcode": 40013}), 503, "wechat-unavailable"),
        (json!({"errcode": 40125}), 503, "wechat-unavailable"),
        (json!({"openid": ""}), 503, "wechat-unavailable"),
        (json!({}), 503, "wechat-unavailable"),
        (json!([]), 503, "wechat-unavailable"),
        (json!("<html>"), 503, "wechat-unavailable"),
        (json!("x".repeat(70_000)), 503, "wechat-unavailable"),
    ] {
        let answer = said.clone();
        fake.rule(move |asked| (asked.path == "/sns/jscode2session").then(|| answer.clone()));
        let reply = ask(&client, "wx-mei", None).await;
        let problem = reply.problem(status, code);
        assert_eq!(problem["retryable"], status != 422, "{said}");
        assert_eq!(reply.headers.contains_key("retry-after"), status != 422, "{said}");
        tells_nothing(&reply);
    }
    fake.rule(|asked| (asked.path == "/wxa/business/getuserphonenumber").then(|| json!({"errcode": 40029})));
    let reply = ask(&client, "wx-mei", Some(AT_RISK)).await;
    assert_eq!(reply.problem(422, "wechat-code-invalid")["errors"][0]["pointer"], "/phone_code");
    // The chain's own fault isn't the member's.
    fake.rule(|asked| {
        (asked.path == "/cgi-bin/token").then(|| json!({"errcode": 40001, "errmsg": "invalid credential"}))
    });
    ask(&Fake::client(&fake), "wx-mei", Some(AT_RISK)).await.problem(503, "wechat-unavailable");
}

#[tokio::test]
async fn nobody_waits_for_a_wechat_that_does_not_answer() {
    let fake = Fake::start().await;
    fake.rule(|_| Some(Value::Null));
    let begun = std::time::Instant::now();
    let reply = ask(&fake.client(), "wx-mei", None).await;
    reply.problem(503, "wechat-unavailable");
    assert_eq!(reply.header("retry-after"), "5");
    assert!(begun.elapsed().as_millis() < 2_000, "{:?}", begun.elapsed());
    // Nor for one that isn't there.
    let gone = WechatSettings { api: "http://127.0.0.1:9".into(), ..fake.settings() };
    let client = Client::new(&Config { wechat: Some(gone), ..config("coffee") });
    let reply = ask(&client, "wx-mei", None).await;
    reply.problem(503, "wechat-unavailable");
    tells_nothing(&reply);
}

#[tokio::test]
async fn a_token_that_has_gone_stale_is_replaced_once() {
    for errcode in [40001, 42001] {
        let fake = Fake::start().await;
        let client = fake.client();
        fake.rule(move |asked| {
            let first = asked.query.get("access_token").is_some_and(|token| token.ends_with("-1"));
            first.then(|| json!({"errcode": errcode}))
        });
        ask(&client, "wx-a", Some("13500000001")).await.ok(201);
        assert_eq!((fake.count("/cgi-bin/token"), fake.count("/wxa/business/getuserphonenumber")), (2, 2));
        ask(&client, "wx-b", Some("13500000002")).await.ok(201);
        assert_eq!(fake.count("/cgi-bin/token"), 2, "the new one is kept");
    }
    // One that is never good isn't asked for again and again.
    let fake = Fake::start().await;
    fake.rule(|asked| asked.query.contains_key("access_token").then(|| json!({"errcode": 40001})));
    ask(&fake.client(), "wx-a", Some("13500000001")).await.problem(503, "wechat-unavailable");
    assert_eq!((fake.count("/cgi-bin/token"), fake.count("/wxa/business/getuserphonenumber")), (2, 2));
}

#[tokio::test]
async fn a_token_is_fetched_anew_shortly_before_its_end() {
    let fake = Fake::start().await;
    let client = fake.client();
    let number = AtomicUsize::new(0);
    fake.rule(move |asked| {
        let count = number.fetch_add(usize::from(asked.path == "/cgi-bin/token"), Ordering::SeqCst);
        (asked.path == "/cgi-bin/token")
            .then(|| json!({"access_token": format!("hush-token-wxprogram-{count}"), "expires_in": 300}))
    });
    for name in ["a", "b", "c"] {
        ask(&client, &format!("wx-{name}"), Some(&format!("1350000000{}", name.len()))).await.ok(201);
    }
    assert_eq!(fake.count("/cgi-bin/token"), 3);
}

#[tokio::test]
async fn the_official_account_is_an_app_of_its_own() {
    let fake = Fake::start().await;
    let client = fake.client();
    let leave = |client: Client| async move {
        let request = Request::get("/wx/oauth?to=/rewards").header("host", "members.example.com");
        client.send(request.body(Body::empty()).unwrap()).await
    };
    let reply = leave(client.clone()).await;
    let address = reply.header("location");
    let start = "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wxaccount\
                 &redirect_uri=http%3A%2F%2Fmembers.example.com%2Fwx%2Foauth%2Fcallback&response_type=code&scope=snsapi_base&state=";
    let state = address.strip_prefix(start).unwrap().strip_suffix("#wechat_redirect").unwrap();
    let browser = with(&client, &cookies(&reply)[0]);
    let back = async |code: &str| browser.get(&format!("/wx/oauth/callback?code={code}&state={state}")).await;
    let unknown = back("wx-mei").await;
    assert_eq!(unknown.header("location"), "/sign-in?next=%2Frewards");
    tells_nothing(&unknown);
    let asked = fake.last("/sns/oauth2/access_token");
    assert_eq!(
        (asked.query["appid"].as_str(), asked.query["secret"].as_str()),
        ("wxaccount", ACCOUNT_SECRET)
    );
    is_page(&back("made-up").await, 410, &["made-up"]);
    fake.rule(|_| Some(json!({"errcode": -1})));
    let silent = back("wx-mei").await;
    is_page(&silent, 503, &["wx-mei"]);
    assert_eq!(silent.header("retry-after"), "5");
    fake.rule(|_| Some(json!({"errcode": 45011})));
    is_page(&back("wx-mei").await, 429, &["wx-mei"]);
}

#[tokio::test]
async fn pages_are_signed_with_a_ticket_that_is_kept() {
    let fake = Fake::start().await;
    let client = fake.client();
    let sign = || async {
        let request = Request::get("/api/v1/wechat/signature?url=http://m.test/").header("host", "m.test");
        client.send(request.body(Body::empty()).unwrap()).await
    };
    fake.rule(|asked| (asked.path == "/cgi-bin/ticket/getticket").then(|| json!({"errcode": 40029})));
    sign().await.problem(503, "wechat-unavailable");
    fake.rule(|_| None);
    for _ in 0..3 {
        let reply = sign().await;
        tells_nothing(&reply);
        assert_eq!(reply.ok(200)["app_id"], "wxaccount");
    }
    assert_eq!((fake.count("/cgi-bin/ticket/getticket"), fake.count("/cgi-bin/token")), (2, 1));
    assert_eq!(fake.last("/cgi-bin/token").query["appid"], "wxaccount");
}

#[tokio::test]
async fn money_is_the_business_of_the_chains_own_service() {
    let fake = Fake::start().await;
    let client = fake.client();
    ask(&client, "wx-mei", Some(THREE_EXPIRIES)).await.ok(201);
    let mine = client.sign_in(THREE_EXPIRIES).await;
    let made = mine.redeem("highland-beans", 1, 7200, &key()).await.ok(202);
    let body = json!({"code": "wx-mei", "redemption_id": made["id"]});
    let pay = || client.post("/wechat/payments", &body);
    let payment = pay().await.ok(201);
    assert_eq!(
        payment,
        json!({"time_stamp": "1786525080", "nonce": "n", "package": "prepay_id=1", "sign_type": "RSA", "pay_sign": "s"})
    );
    let asked = fake.last("/pay").body;
    assert_eq!(asked["openid"], "openid-mei");
    assert_eq!((&asked["app_id"], &asked["redemption_id"]), (&json!("wxprogram"), &made["id"]));
    assert_eq!((&asked["amount"], &asked["currency"]), (&json!(1900), &json!("CNY")));
    for broken in [json!({}), json!({"errcode": 40029}), json!("oops"), Value::Null] {
        fake.rule(move |asked| (asked.path == "/pay").then(|| broken.clone()));
        pay().await.problem(503, "wechat-unavailable");
    }
    let without = WechatSettings { pay: None, ..fake.settings() };
    let client = Client::new(&Config { wechat: Some(without), ..config("coffee") });
    client.post("/wechat/payments", &body).await.problem(404, "not-found");
}

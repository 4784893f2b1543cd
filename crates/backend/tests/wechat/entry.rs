//! Tickets, and coming in with one.

use super::{TERMS, ask, cookies, is_page, member, ticket, with};
use crate::common::{AT_RISK, Client, THREE_EXPIRIES, config};
use crate::kiosk::Hall;
use axum::body::Body;
use axum::http::{Method, Request};
use backend::{Config, Limits};
use serde_json::json;

#[tokio::test]
async fn a_ticket_signs_in_once_and_leaves_no_trace() {
    let hall = Hall::new("coffee").await;
    let ticket = ticket(&hall.nobody, "wei", AT_RISK).await;
    let reply = hall.nobody.get(&format!("/wx/enter?ticket={ticket}&to=%2Frewards%3Fsort%3Dnewest")).await;
    assert_eq!(reply.status.as_u16(), 303, "{}", reply.text);
    assert_eq!(reply.header("location"), "/rewards?sort=newest");
    assert_eq!((reply.header("cache-control"), reply.header("referrer-policy")), ("no-store", "no-referrer"));
    assert!(reply.text.is_empty() && !format!("{:?}", reply.headers).contains(&ticket));
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("session-coffee=") && cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");

    let browser = with(&hall.nobody, &cookies(&reply)[0]);
    let phone = hall.nobody.sign_in(AT_RISK).await;
    assert_eq!(member(browser.get("/me").await.ok(200)), member(phone.get("/me").await.ok(200)));
    let list = browser.get("/sessions").await.ok(200);
    let own = list["data"].as_array().unwrap().iter().find(|one| one["current"] == true).unwrap();
    assert_eq!(own["channel"], "wechat");

    for language in ["zh-CN", "zh-TW", "en"] {
        let client = Client { language, ..browser.clone() };
        let reply = client.get(&format!("/wx/enter?ticket={ticket}&to=/rewards")).await;
        is_page(&reply, 410, &[&ticket, "rewards"]);
        assert!(reply.text.contains(&format!("lang=\"{language}\"")));
    }
    hall.nobody.post("/sessions/wechat", &json!({"ticket": ticket})).await.problem(422, "ticket-invalid");
    assert_eq!(browser.get("/me").await.status.as_u16(), 200, "whoever was signed in still is");
}

#[tokio::test]
async fn a_ticket_lasts_sixty_seconds_by_the_clock() {
    let hall = Hall::new("coffee").await;
    let made = ask(&hall.nobody, "wei", Some(AT_RISK)).await.ok(201);
    assert_eq!(made["expires_at"], "2026-08-12T08:59:00Z");
    for (wait, good) in [(59_999, true), (60_000, false)] {
        let made = ask(&hall.nobody, "wei", Some(AT_RISK)).await.ok(201);
        hall.pass(wait);
        let reply = hall.nobody.get(&format!("/wx/enter?ticket={}", made["ticket"].as_str().unwrap())).await;
        if good {
            assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/"));
        } else {
            is_page(&reply, 410, &[made["ticket"].as_str().unwrap()]);
        }
    }
    let late = ticket(&hall.nobody, "wei", AT_RISK).await;
    hall.pass(60_000);
    hall.nobody.post("/sessions/wechat", &json!({"ticket": late})).await.problem(422, "ticket-invalid");
}

#[tokio::test]
async fn one_goes_to_a_path_of_the_portal_whatever_was_asked() {
    let client = Client::new(&config("coffee"));
    for (to, location) in [
        ("%2Frewards", "/rewards"),
        ("/rewards?q=%E8%8C%B6", "/rewards?q=%E8%8C%B6"),
        ("//evil.test", "/"),
        ("%2F%2Fevil.test", "/"),
        ("/%5Cevil.test", "/"),
        ("https://evil.test/", "/"),
        ("/a%0D%0ASet-Cookie:%20a=b", "/"),
        ("/%09/evil.test", "/"),
        ("/api/v1/me", "/"),
        ("/wx/oauth", "/"),
        ("/rewards&to=/points", "/"),
        ("%FF", "/"),
        ("", "/"),
    ] {
        let ticket = ticket(&client, "wei", AT_RISK).await;
        let reply = client.get(&format!("/wx/enter?ticket={ticket}&to={to}")).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, location), "{to}");
        assert_eq!(reply.headers.get_all("set-cookie").iter().count(), 1, "{to}");
    }
}

#[tokio::test]
async fn what_is_no_ticket_is_a_page_and_nothing_is_echoed() {
    let client = Client::new(&config("coffee"));
    let good = ticket(&client, "wei", AT_RISK).await;
    for query in [
        String::new(),
        "?ticket=".to_owned(),
        "?ticket=short".to_owned(),
        "?ticket=%3Cscript%3Ealert(1)%3C/script%3E00000".to_owned(),
        format!("?ticket={}", "0".repeat(64)),
        format!("?ticket={}", "x".repeat(257)),
        format!("?ticket={good}&ticket={good}"),
        "?to=/rewards".to_owned(),
        "?ticket=%00%FF".to_owned(),
    ] {
        is_page(&client.get(&format!("/wx/enter{query}")).await, 410, &[&good, "script>alert", "short"]);
    }
    let head = client.request(Method::HEAD, &format!("/wx/enter?ticket={good}")).body(Body::empty()).unwrap();
    assert_eq!(client.send(head).await.status.as_u16(), 405, "a look doesn't use it up");
    assert_eq!(client.post(&format!("/wx/enter?ticket={good}"), &json!({})).await.status.as_u16(), 405);
    assert_eq!(client.get(&format!("/wx/enter?ticket={good}")).await.status.as_u16(), 303);
}

#[tokio::test]
async fn a_number_is_needed_once() {
    let client = Client::new(&config("coffee"));
    ask(&client, "new", None).await.problem(409, "phone-required");
    for (body, pointer) in [
        (json!({}), "/code"),
        (json!({"code": ""}), "/code"),
        (json!({"code": "dev-茶"}), "/code"),
        (json!({"code": "x".repeat(257)}), "/code"),
        (json!({"code": "dev-new", "phone_code": "phone-13500000001"}), "/terms_version"),
        (
            json!({"code": "dev-new", "phone_code": "phone-13500000001", "terms_version": "1999"}),
            "/terms_version",
        ),
        (json!({"code": "dev-new", "openid": "x"}), "/openid"),
    ] {
        let problem = client.post("/wechat/tickets", &body).await.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    for (code, phone, pointer) in [
        ("made-up", "phone-13500000001", "/code"),
        ("dev-new", "made-up", "/phone_code"),
        ("dev-new", "phone-12", "/phone_code"),
    ] {
        let body = json!({"code": code, "phone_code": phone, "terms_version": TERMS});
        let problem = client.post("/wechat/tickets", &body).await.problem(422, "wechat-code-invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }

    // The number of nobody joins; the second time no number is needed, and another one isn't looked at.
    let first = ticket(&client, "new", "+8613500000001").await;
    let signed = client.post("/sessions/wechat", &json!({"ticket": first, "mode": "cookie"})).await;
    assert_eq!(cookies(&signed).len(), 1);
    let joined = member(with(&client, &cookies(&signed)[0]).get("/me").await.ok(200));
    assert_eq!(signed.ok(201)["channel"], "wechat");
    let by_phone = client.sign_in("13500000001").await;
    assert_eq!(member(by_phone.get("/me").await.ok(200)), joined);
    for phone in [None, Some(AT_RISK)] {
        let made = ask(&client, "new", phone).await.ok(201);
        let body = json!({"ticket": made["ticket"], "mode": "bearer", "terms_version": TERMS});
        let signed = client.post("/sessions/wechat", &body).await;
        assert!(!signed.headers.contains_key("set-cookie"));
        let token = signed.ok(201)["token"].as_str().unwrap().to_owned();
        let request = Request::get("/api/v1/me").header("authorization", format!("Bearer {token}"));
        assert_eq!(member(client.send(request.body(Body::empty()).unwrap()).await.ok(200)), joined);
    }
    // One member may have several identities.
    let other = ticket(&client, "tablet", "13500000001").await;
    let reply = client.get(&format!("/wx/enter?ticket={other}")).await;
    assert_eq!(member(with(&client, &cookies(&reply)[0]).get("/me").await.ok(200)), joined);
    let consents = by_phone.get("/me").await.ok(200)["consents"].clone();
    assert!(
        consents.as_array().unwrap().iter().any(|one| one["purpose"] == "service" && one["granted"] == true)
    );
}

#[tokio::test]
async fn signing_in_with_a_ticket_is_checked_like_any_other() {
    let client = Client::new(&config("coffee"));
    let good = ticket(&client, "wei", AT_RISK).await;
    for (body, pointer) in [
        (json!({}), "/ticket"),
        (json!({"ticket": "short"}), "/ticket"),
        (json!({"ticket": good, "terms_version": "1999"}), "/terms_version"),
        (json!({"ticket": good, "mode": "both"}), "/mode"),
    ] {
        let problem = client.post("/sessions/wechat", &body).await.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    let made_up = json!({"ticket": "0".repeat(64)});
    let problem = client.post("/sessions/wechat", &made_up).await.problem(422, "ticket-invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/ticket");
    client.post("/sessions/wechat", &json!({"ticket": good})).await.ok(201);
}

#[tokio::test]
async fn a_browser_that_comes_in_again_has_one_session() {
    let client = Client::new(&config("coffee"));
    let mut browser = client.clone();
    for _ in 0..4 {
        let ticket = ticket(&client, "wei", AT_RISK).await;
        let reply = browser.get(&format!("/wx/enter?ticket={ticket}")).await;
        browser = with(&client, &cookies(&reply)[0]);
    }
    assert_eq!(browser.get("/sessions").await.ok(200)["data"].as_array().unwrap().len(), 1);
    // As somebody else too.
    let other = ticket(&client, "other", THREE_EXPIRIES).await;
    let reply = browser.get(&format!("/wx/enter?ticket={other}")).await;
    browser.get("/me").await.problem(401, "unauthenticated");
    assert_eq!(with(&client, &cookies(&reply)[0]).get("/me").await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_shared_screen_is_not_signed_in_this_way() {
    let hall = Hall::new("coffee").await;
    let kiosk = hall.kiosk().await;
    let good = ticket(&hall.nobody, "wei", AT_RISK).await;
    is_page(&kiosk.get(&format!("/wx/enter?ticket={good}")).await, 403, &[&good]);
    is_page(&kiosk.get("/wx/oauth").await, 403, &[]);
    is_page(&kiosk.get("/wx/oauth/callback?code=dev-wei&state=x").await, 403, &["dev-wei"]);
    let refused = kiosk.post("/sessions/wechat", &json!({"ticket": good})).await;
    refused.problem(403, "insufficient-scope");
    assert_eq!(
        hall.nobody.get(&format!("/wx/enter?ticket={good}")).await.status.as_u16(),
        303,
        "not used up"
    );
}

#[tokio::test]
async fn a_backend_without_wechat_has_none_of_it() {
    let without = Config { without: vec!["wechat".into()], ..config("coffee") };
    let silent = Config { demo: false, ..config("coffee") };
    for config in [without, silent] {
        let client = Client::new(&config);
        let features = client.get("/programme").await.json()["features"].clone();
        assert!(!features.as_array().unwrap().contains(&json!("wechat")));
        ask(&client, "wei", None).await.problem(404, "not-found");
        client.post("/sessions/wechat", &json!({})).await.problem(404, "not-found");
        client.get("/wechat/signature?url=x").await.problem(404, "not-found");
        client.post("/wechat/payments", &json!({})).await.problem(404, "not-found");
        client.write(Method::PUT, "/wechat-handoffs/x", &json!({})).await.problem(404, "not-found");
        for path in ["/wx/enter?ticket=0000000000000000", "/wx/oauth", "/wx/oauth/callback"] {
            is_page(&client.get(path).await, 404, &["0000000000000000"]);
        }
        assert_eq!(client.get("/demo/wechat").await.status.as_u16(), 404);
    }
    let features = Client::new(&config("coffee")).get("/programme").await.json()["features"].clone();
    assert!(features.as_array().unwrap().contains(&json!("wechat")));
}

#[tokio::test]
async fn tickets_are_limited_by_address() {
    let limits = Limits { wechat_codes_per_address: 3, ..Limits::relaxed() };
    let client = Client::new(&Config { limits, ..config("coffee") });
    for _ in 0..2 {
        ticket(&client, "wei", AT_RISK).await;
    }
    ask(&client, "nobody", None).await.problem(409, "phone-required");
    let refused = ask(&client, "wei", None).await;
    refused.problem(429, "rate-limited");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() <= 601);
}

#[tokio::test]
async fn people_without_wechat_can_try_the_way_in() {
    let client = Client::new(&config("coffee"));
    let page = client.get("/demo/wechat").await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; "));
    for phone in [AT_RISK, THREE_EXPIRIES] {
        let link = format!("/demo/wechat/{phone}");
        assert!(page.text.contains(&format!("href=\"{link}\"")), "{}", page.text);
        let on = client.get(&link).await;
        assert_eq!((on.status.as_u16(), on.header("cache-control")), (303, "no-store"));
        let entered = client.get(on.header("location")).await;
        assert_eq!((entered.status.as_u16(), entered.header("location")), (303, "/"));
        assert_eq!(with(&client, &cookies(&entered)[0]).get("/me").await.status.as_u16(), 200);
    }
    client.get("/demo/wechat/13500000000").await.problem(404, "not-found");
}

//! Coming in by the official account, without a mini program.

use super::{ask, cookies, is_page, member, with};
use crate::common::{AT_RISK, Client, Reply, THREE_EXPIRIES, config};
use crate::kiosk::Hall;
use axum::body::Body;
use axum::http::Request;
use backend::{Config, Limits};
use serde_json::json;

const HOST: &str = "members.example.com";

/// GET as a browser at `HOST` behind our proxy.
async fn open(client: &Client, path: &str) -> Reply {
    let mut request = Request::get(path).header("host", "10.0.0.7:8101").header("accept-language", "en");
    request = request.header("x-forwarded-host", HOST).header("x-forwarded-proto", "https");
    if let Some(cookie) = &client.cookie {
        request = request.header("cookie", cookie);
    }
    client.send(request.body(Body::empty()).unwrap()).await
}

/// Goes to WeChat; the browser with its cookie, and the state that was sent along.
async fn leave(client: &Client, to: &str) -> (Client, String) {
    let reply = client
        .send(
            Request::get(format!("/wx/oauth{to}"))
                .header("host", "localhost:8101")
                .header("cookie", client.cookie.as_deref().unwrap_or("theme=x"))
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(reply.status.as_u16(), 302, "{}", reply.text);
    let (address, state) = reply.header("location").rsplit_once("&state=").unwrap();
    assert_eq!(address, "http://localhost:8101/wx/oauth/callback?code=dev-visitor");
    (with(client, &cookies(&reply)[0]), state.to_owned())
}

async fn back(client: &Client, code: &str, state: &str) -> Reply {
    client.get(&format!("/wx/oauth/callback?code={code}&state={state}")).await
}

/// The value that a browser would keep: none when the cookie is told to go.
fn kept(reply: &Reply, name: &str) -> Option<String> {
    let found = cookies(reply).into_iter().find(|pair| pair.starts_with(&format!("{name}=")))?;
    Some(found).filter(|pair| !pair.ends_with('='))
}

#[tokio::test]
async fn an_identity_of_nobodys_is_linked_by_the_next_sign_in_and_known_from_then_on() {
    let client = Client::new(&config("coffee"));
    let (browser, state) = leave(&client, "?to=/rewards%3Fq%3Da").await;
    let reply = back(&browser, "dev-mei", &state).await;
    assert_eq!(reply.status.as_u16(), 303, "{}", reply.text);
    assert_eq!(reply.header("location"), "/sign-in?next=%2Frewards%3Fq%3Da");
    assert_eq!((reply.header("cache-control"), reply.header("referrer-policy")), ("no-store", "no-referrer"));
    assert!(kept(&reply, "session-coffee").is_none() && kept(&reply, "wechat-state-coffee").is_none());
    let all = format!("{:?}", reply.headers);
    assert!(
        all.contains("wechat-link-coffee=") && all.contains("Max-Age=600; HttpOnly; SameSite=Lax"),
        "{all}"
    );
    assert!(!all.contains("dev-mei") && !all.contains(&state));
    let link = kept(&reply, "wechat-link-coffee").unwrap();

    // Another browser signs in: nothing is linked.
    let elsewhere = client.session_here(AT_RISK).await;
    assert_eq!(elsewhere.ok(201)["channel"], "mobile");
    let signed = with(&client, &link).session_here(THREE_EXPIRIES).await;
    assert!(kept(&signed, "session-coffee").is_some());
    assert!(cookies(&signed).contains(&"wechat-link-coffee=".to_owned()), "it is cleared");
    let session = kept(&signed, "session-coffee").unwrap();
    assert_eq!(signed.ok(201)["channel"], "wechat");
    let linked = member(with(&client, &session).get("/me").await.ok(200));

    // Known by now, in any browser.
    let (browser, state) = leave(&client, "?to=/points").await;
    let reply = back(&browser, "dev-mei", &state).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/points"));
    let session = kept(&reply, "session-coffee").unwrap();
    let inside = with(&client, &session);
    assert_eq!(member(inside.get("/me").await.ok(200)), linked);
    let list = inside.get("/sessions").await.ok(200);
    let own = list["data"].as_array().unwrap().iter().find(|one| one["current"] == true).unwrap();
    assert_eq!(own["channel"], "wechat");

    // The cookie is used up: it links nobody else.
    let again = with(&client, &link).session_here(AT_RISK).await;
    assert_eq!(again.ok(201)["channel"], "mobile");
    let (browser, state) = leave(&client, "").await;
    let session = kept(&back(&browser, "dev-mei", &state).await, "session-coffee").unwrap();
    assert_eq!(member(with(&client, &session).get("/me").await.ok(200)), linked);
    // The mini program knows the same person by another name.
    ask(&client, "mei", None).await.problem(409, "phone-required");
}

#[tokio::test]
async fn a_link_lasts_ten_minutes_and_not_at_a_shared_screen() {
    let hall = Hall::new("coffee").await;
    let unknown = async |name: &str| {
        let (browser, state) = leave(&hall.nobody, "").await;
        kept(&back(&browser, &format!("dev-{name}"), &state).await, "wechat-link-coffee").unwrap()
    };
    let late = unknown("late").await;
    hall.pass(600_000);
    let signed = with(&hall.nobody, &late).session_here(AT_RISK).await;
    assert_eq!(signed.ok(201)["channel"], "mobile");
    let (browser, state) = leave(&hall.nobody, "").await;
    assert!(back(&browser, "dev-late", &state).await.header("location").starts_with("/sign-in"));

    let link = unknown("shop").await;
    let kiosk = with(&hall.kiosk().await, &link);
    assert_eq!(kiosk.session_here(AT_RISK).await.ok(201)["channel"], "kiosk");
    let (browser, state) = leave(&hall.nobody, "").await;
    assert!(back(&browser, "dev-shop", &state).await.header("location").starts_with("/sign-in"));
}

#[tokio::test]
async fn an_identity_that_somebody_got_meanwhile_stays_theirs() {
    let client = Client::new(&config("coffee"));
    let mut links = Vec::new();
    for _ in 0..2 {
        let (browser, state) = leave(&client, "").await;
        links.push(kept(&back(&browser, "dev-two", &state).await, "wechat-link-coffee").unwrap());
    }
    let first = with(&client, &links[0]).session_here(AT_RISK).await;
    let owner = member(with(&client, &kept(&first, "session-coffee").unwrap()).get("/me").await.ok(200));
    with(&client, &links[1]).session_here(THREE_EXPIRIES).await.ok(201);
    let (browser, state) = leave(&client, "").await;
    let session = kept(&back(&browser, "dev-two", &state).await, "session-coffee").unwrap();
    assert_eq!(member(with(&client, &session).get("/me").await.ok(200)), owner);
}

#[tokio::test]
async fn whoever_did_not_leave_does_not_come_back() {
    let client = Client::new(&config("coffee"));
    let (browser, state) = leave(&client, "").await;
    let (_, other) = leave(&client, "").await;
    is_page(&back(&client, "dev-mei", &state).await, 410, &["dev-mei", &state]);
    is_page(&back(&browser, "dev-mei", &other).await, 410, &["dev-mei", &other]);
    is_page(&back(&browser, "made-up", &state).await, 410, &["made-up", &state]);
    for query in [
        String::new(),
        format!("?state={state}"),
        "?code=dev-mei".to_owned(),
        "?code=dev-mei&state=".to_owned(),
        format!("?code=&state={state}"),
        format!("?code=%3Cb%3E&state={state}&state={state}"),
        format!("?code={}&state={state}", "x".repeat(257)),
    ] {
        is_page(&browser.get(&format!("/wx/oauth/callback{query}")).await, 410, &["dev-mei", &state, "<b>"]);
    }
    assert_eq!(back(&browser, "dev-mei", &state).await.status.as_u16(), 303);
}

#[tokio::test]
async fn one_comes_back_to_a_path_of_the_portal() {
    let client = Client::new(&config("coffee"));
    for (to, next) in [
        ("?to=//evil.test", "%2F"),
        ("?to=https://evil.test", "%2F"),
        ("", "%2F"),
        ("?to=/tiers", "%2Ftiers"),
    ] {
        let (browser, state) = leave(&client, to).await;
        let reply = back(&browser, "dev-mei", &state).await;
        assert_eq!(reply.header("location"), format!("/sign-in?next={next}"), "{to}");
    }
    // Where one was going stands in a cookie, and isn't believed for that.
    let (_, state) = leave(&client, "").await;
    let forged = with(&client, &format!("wechat-state-coffee={state}.2f2f6576696c2e74657374"));
    assert_eq!(back(&forged, "dev-mei", &state).await.header("location"), "/sign-in?next=%2F");
}

#[tokio::test]
async fn over_https_the_cookies_are_bound_to_the_host() {
    let client = Client::new(&Config { behind_proxy: true, ..config("coffee") });
    let reply = open(&client, "/wx/oauth?to=/rewards").await;
    let (address, state) = reply.header("location").rsplit_once("&state=").unwrap();
    assert_eq!(address, format!("https://{HOST}/wx/oauth/callback?code=dev-visitor"));
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("__Host-wechat-state=") && cookie.ends_with("; Secure"), "{cookie}");
    let browser = with(&client, &cookies(&reply)[0]);
    let reply = open(&browser, &format!("/wx/oauth/callback?code=dev-mei&state={state}")).await;
    assert!(kept(&reply, "__Host-wechat-link").is_some(), "{:?}", reply.headers);
    let strange = Request::get("/wx/oauth").header("host", "evil.test/?x=").body(Body::empty()).unwrap();
    is_page(&client.send(strange).await, 410, &["evil.test"]);
}

#[tokio::test]
async fn coming_back_is_limited_by_address() {
    let limits = Limits { wechat_codes_per_address: 1, ..Limits::relaxed() };
    let client = Client::new(&Config { limits, ..config("coffee") });
    let (browser, state) = leave(&client, "").await;
    assert_eq!(back(&browser, "dev-mei", &state).await.status.as_u16(), 303);
    let reply = back(&browser, "dev-mei", &state).await;
    is_page(&reply, 429, &["dev-mei"]);
    assert_eq!(reply.header("retry-after"), "60");
    client.post("/wechat/tickets", &json!({"code": "dev-mei"})).await.problem(429, "rate-limited");
}

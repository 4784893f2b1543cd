//! Coming in from WeChat: tickets, the official account, native pages, and the gateway to WeChat itself.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "common/kiosk.rs"]
mod kiosk;

#[path = "wechat/account.rs"]
mod account;
#[path = "wechat/entry.rs"]
mod entry;
#[path = "wechat/fake.rs"]
mod fake;
#[path = "wechat/gateway.rs"]
mod gateway;
#[path = "wechat/logs.rs"]
mod logs;
#[path = "wechat/native.rs"]
mod native;

use common::{Client, Reply};
use serde_json::{Value, json};

const TERMS: &str = "2026-03-01";

/// Asks for a ticket as the mini program does, with the code of `name`, and the number when there is one.
async fn ask(client: &Client, name: &str, phone: Option<&str>) -> Reply {
    let mut body = json!({"code": format!("dev-{name}")});
    if let Some(phone) = phone {
        body["phone_code"] = format!("phone-{phone}").into();
        body["terms_version"] = TERMS.into();
    }
    client.post("/wechat/tickets", &body).await
}

/// A ticket for the member of a number.
async fn ticket(client: &Client, name: &str, phone: &str) -> String {
    let made = ask(client, name, Some(phone)).await.ok(201);
    made["ticket"].as_str().unwrap().to_owned()
}

/// All that an answer sets, as names and values.
fn cookies(reply: &Reply) -> Vec<String> {
    let all = reply.headers.get_all("set-cookie").iter();
    all.map(|value| value.to_str().unwrap().split(';').next().unwrap().to_owned()).collect()
}

/// The same browser with more cookies.
fn with(client: &Client, more: &str) -> Client {
    let own = client.cookie.as_ref().map(|own| format!("{own}; ")).unwrap_or_default();
    Client { cookie: Some(own + more), ..client.clone() }
}

/// Asserts that an answer is the page of somebody who can't come in: plain, kept by nobody, and without anything that was sent.
#[track_caller]
fn is_page(reply: &Reply, status: u16, sent: &[&str]) {
    assert_eq!(reply.status.as_u16(), status, "{}", reply.text);
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    assert_eq!((reply.header("cache-control"), reply.header("referrer-policy")), ("no-store", "no-referrer"));
    assert!(
        reply.header("content-security-policy").starts_with("default-src 'none'; "),
        "{:?}",
        reply.headers
    );
    assert!(!reply.headers.contains_key("set-cookie") && !reply.headers.contains_key("location"));
    assert!(reply.text.contains("<a href=\"/\">") && !reply.text.contains("<script"), "{}", reply.text);
    let all = format!("{:?} {}", reply.headers, reply.text);
    for text in sent.iter().filter(|text| !text.is_empty()) {
        assert!(!all.contains(text), "{text} is in {all}");
    }
}

fn member(reply: Value) -> String {
    reply["id"].as_str().unwrap().to_owned()
}

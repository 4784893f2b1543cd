//! Nothing that lets anybody in is ever logged, however much is.

use super::fake::Fake;
use super::{TERMS, cookies, with};
use crate::common::AT_RISK;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Book(Arc<Mutex<Vec<u8>>>);

impl Write for Book {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Book {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_ticket_code_or_secret_is_logged() {
    let book = Book::default();
    // The work is done on many threads, so it is everybody's.
    let everything =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(book.clone());
    everything.with_ansi(false).init();
    let fake = Fake::start().await;
    let client = fake.client();
    let body =
        json!({"code": "wx-logged", "phone_code": format!("wxphone-{AT_RISK}"), "terms_version": TERMS});
    let made = client.post("/wechat/tickets", &body).await.ok(201);
    let ticket = made["ticket"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        client.get(&format!("/wx/enter?ticket={ticket}&to=/rewards")).await;
    }
    client.post("/sessions/wechat", &json!({"ticket": ticket})).await.problem(422, "ticket-invalid");

    let request = Request::get("/wx/oauth").header("host", "m.test").body(Body::empty()).unwrap();
    let left = client.send(request).await;
    let state = left.header("location").rsplit_once("&state=").unwrap().1.replace("#wechat_redirect", "");
    let browser = with(&client, &cookies(&left)[0]);
    let unknown = browser.get(&format!("/wx/oauth/callback?code=wx-logged-too&state={state}")).await;
    let link = cookies(&unknown)[0].split_once('=').unwrap().1.to_owned();
    assert_eq!(link.len(), 64);
    let sign = Request::get("/api/v1/wechat/signature?url=http://m.test/").header("host", "m.test");
    client.send(sign.body(Body::empty()).unwrap()).await.ok(200);
    let id = client
        .sign_in(AT_RISK)
        .await
        .post("/me/wechat-handoffs", &json!({"kind": "scan"}))
        .await
        .ok(201)["id"]
        .clone();
    let id = id.as_str().unwrap().to_owned();
    client
        .write(
            axum::http::Method::PUT,
            &format!("/wechat-handoffs/{id}"),
            &json!({"status": "done", "result": "logged-result"}),
        )
        .await;
    // What goes wrong is logged, and it too says nothing.
    fake.rule(|_| Some(json!({"errcode": 40029, "errmsg": "wx-logged"})));
    client.post("/wechat/tickets", &body).await.problem(422, "wechat-code-invalid");
    fake.rule(|_| Some(Value::Null));
    client.post("/wechat/tickets", &body).await.problem(503, "wechat-unavailable");

    let log = String::from_utf8(book.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("errcode=40029")
            && log.contains("jscode2session")
            && log.contains("WeChat gave no answer"),
        "{log}"
    );
    for secret in [ticket.as_str(), &state, &link, &id, "wx-logged", "wxphone-1", "hush", "logged-result"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

//! The JSSDK: what a page may do once its address is signed.

use super::Outcome;
use super::bridge::{CALL_MS, ask, race, ready, script, wx};
use crate::domain::wechat::{Card, Said, Signature, said};
use crate::platform::reach::{call, set, text};
use crate::platform::share::whole;
use js_sys::{Array, Object, Promise};
use std::cell::Cell;
use wasm_bindgen::prelude::*;

/// What the portal asks for.
const METHODS: [&str; 5] =
    ["scanQRCode", "updateAppMessageShareData", "updateTimelineShareData", "closeWindow", "getNetworkType"];
/// How long WeChat may take to check a signature, in milliseconds.
const CHECK_MS: i32 = 6_000;
/// After the first signature of a page, `ready` speaks before the new one was checked: only a refusal within this time, in
/// milliseconds, is heard.
const REFUSAL_MS: i32 = 1_500;
/// How long somebody may take to aim at a code, in milliseconds.
const SCAN_MS: i32 = 180_000;

thread_local! {
    static CHECKED: Cell<bool> = const { Cell::new(false) };
}

/// Tells WeChat the signature of the page, and waits for what it says to it.
pub async fn configure(signed: &Signature) -> Outcome<()> {
    match script().await {
        Outcome::Done(()) if ready().await => {}
        Outcome::Done(()) => return Outcome::NoAnswer,
        other => return other,
    }
    let Some(wx) = wx() else { return Outcome::Absent };
    let again = CHECKED.get();
    let answer = Promise::new(&mut |resolve, reject| {
        call(&wx, "error", Some(&reject));
        if !again {
            call(&wx, "ready", Some(&resolve));
        }
        call(&wx, "config", Some(&options(signed)));
    });
    let end = race(&answer, if again { REFUSAL_MS } else { CHECK_MS }).await;
    CHECKED.set(again || end.is_some());
    match end {
        Some(Ok(_)) => Outcome::Done(()),
        Some(Err(told)) => match said(&text(&told, "errMsg")) {
            Said::Fail(reason) => Outcome::Refused(reason),
            _ => Outcome::Refused(String::new()),
        },
        None if again => Outcome::Done(()),
        None => Outcome::NoAnswer,
    }
}

fn options(signed: &Signature) -> JsValue {
    let options = Object::new();
    let methods = METHODS.iter().map(|name| JsValue::from_str(name)).collect::<Array>();
    set(&options, "debug", &false.into());
    set(&options, "appId", &signed.app_id.as_str().into());
    set(&options, "timestamp", &(signed.timestamp as f64).into());
    set(&options, "nonceStr", &signed.nonce.as_str().into());
    set(&options, "signature", &signed.signature.as_str().into());
    set(&options, "jsApiList", &methods);
    options.into()
}

async fn method(name: &str, options: &Object, limit_ms: i32) -> Outcome<JsValue> {
    match wx() {
        Some(wx) => ask(&wx, name, options, limit_ms).await,
        None => Outcome::Absent,
    }
}

/// Lets the member aim at a code: its text.
pub async fn scan() -> Outcome<String> {
    let options = Object::new();
    set(&options, "needResult", &1.into());
    let kinds = Array::new();
    kinds.push(&"qrCode".into());
    set(&options, "scanType", &kinds);
    method("scanQRCode", &options, SCAN_MS).await.map(|told| text(&told, "resultStr"))
}

/// Sets what the menu of WeChat passes on, to friends and to everybody.
pub async fn set_card(card: &Card) -> Outcome<()> {
    let fresh = || {
        let options = Object::new();
        set(&options, "title", &card.title.as_str().into());
        set(&options, "desc", &card.text.as_str().into());
        set(&options, "link", &whole(&card.path).into());
        set(&options, "imgUrl", &card.image.as_str().into());
        options
    };
    let friends = method("updateAppMessageShareData", &fresh(), CALL_MS).await;
    if !friends.is_done() {
        return friends.map(drop);
    }
    method("updateTimelineShareData", &fresh(), CALL_MS).await.map(drop)
}

/// Closes the window of WeChat's browser.
pub async fn close_window() -> Outcome<()> {
    method("closeWindow", &Object::new(), CALL_MS).await.map(drop)
}

/// The kind of network: `wifi`, `4g`, …
pub async fn network_type() -> Outcome<String> {
    method("getNetworkType", &Object::new(), CALL_MS).await.map(|told| text(&told, "networkType"))
}

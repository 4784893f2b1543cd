//! The bridge itself: its script, when it is ready, one call, and what the mini program around a web-view can do.

use super::Outcome;
use crate::domain::wechat::{Said, said};
use crate::platform::reach::{call, document, get, set, text, window};
use js_sys::{Array, Function, Object, Promise, Reflect};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Copied by the build from npm `weixin-js-sdk`.
const SCRIPT: &str = "/jweixin.js";
/// How long the script may take, in milliseconds.
const SCRIPT_MS: i32 = 10_000;
/// How long the bridge may take to be ready, in milliseconds.
const READY_MS: i32 = 4_000;
/// How long a call may take for which nobody has to do anything, in milliseconds.
pub(super) const CALL_MS: i32 = 3_000;

thread_local! {
    /// The script on its way, which all who need it wait for.
    static COMING: RefCell<Option<Promise>> = const { RefCell::new(None) };
}

/// What a promise comes to, or `None` when it takes longer than `limit_ms`. The race is run by the browser, so that a promise
/// that is never kept holds nothing of ours.
pub(super) async fn race(promise: &Promise, limit_ms: i32) -> Option<Result<JsValue, JsValue>> {
    let window = window();
    let late: JsValue = Object::new().into();
    let mut timer = JsValue::UNDEFINED;
    let limit = Promise::new(&mut |resolve, _| {
        let given = Array::new();
        for one in [&JsValue::from(resolve), &JsValue::from(limit_ms), &late] {
            given.push(one);
        }
        if let Ok(wait) = get(&window, "setTimeout").dyn_into::<Function>() {
            timer = wait.apply(&window, &given).unwrap_or_default();
        }
    });
    let both = Array::new();
    both.push(promise);
    both.push(&limit);
    // `reach` looks into objects only, and this is a function.
    let maker = get(&window, "Promise");
    let race = Reflect::get(&maker, &"race".into()).ok()?.dyn_into::<Function>().ok()?;
    let race = race.call1(&maker, &both).ok()?;
    let end = JsFuture::from(race.dyn_into::<Promise>().ok()?).await;
    call(&window, "clearTimeout", Some(&timer));
    match end {
        Ok(value) if value == late => None,
        end => Some(end),
    }
}

/// WeChat's object, once its script is here.
pub(super) fn wx() -> Option<JsValue> {
    let window = window();
    ["wx", "jWeixin"].iter().map(|name| get(&window, name)).find(|one| get(one, "config").is_function())
}

/// Fetches the script, once. A failed try is forgotten, so that the next one begins anew.
pub async fn script() -> Outcome<()> {
    if !super::dom::user_agent().contains("MicroMessenger") {
        return Outcome::Absent;
    }
    if wx().is_some() {
        return Outcome::Done(());
    }
    let coming = COMING.with_borrow_mut(|coming| coming.get_or_insert_with(load).clone());
    let end = race(&coming, SCRIPT_MS).await;
    if matches!(end, Some(Ok(_))) && wx().is_some() {
        return Outcome::Done(());
    }
    COMING.with_borrow_mut(|coming| *coming = None);
    Outcome::NoAnswer
}

fn load() -> Promise {
    Promise::new(&mut |resolve, reject| {
        let document = document();
        let Some(script) = call(&document, "createElement", Some(&"script".into())) else { return };
        set(&script, "onload", &resolve);
        set(&script, "onerror", &reject);
        set(&script, "src", &SCRIPT.into());
        call(&get(&document, "head"), "appendChild", Some(&script));
    })
}

fn has_bridge() -> bool {
    let bridge = get(&window(), "WeixinJSBridge");
    bridge.is_object() || bridge.is_function()
}

/// Whether the document tells of an event within `limit_ms`.
async fn hears(name: &str, limit_ms: i32) -> bool {
    let document = document();
    let mut heard = JsValue::UNDEFINED;
    let listen = |method: &str, heard: &JsValue| {
        if let Ok(method) = get(&document, method).dyn_into::<Function>() {
            let _ = method.call2(&document, &name.into(), heard);
        }
    };
    let event = Promise::new(&mut |resolve, _| {
        listen("addEventListener", &resolve);
        heard = resolve.into();
    });
    let end = race(&event, limit_ms).await;
    listen("removeEventListener", &heard);
    end.is_some()
}

/// Waits until the bridge can be spoken to; false when it takes too long.
pub(super) async fn ready() -> bool {
    has_bridge() || hears("WeixinJSBridgeReady", READY_MS).await || has_bridge()
}

/// Whether the page is on screen.
pub fn is_visible() -> bool {
    !get(&document(), "hidden").is_truthy()
}

/// Waits for `limit_ms`, or until the page comes back on screen: whether it did.
pub async fn until_shown(limit_ms: i32) -> bool {
    hears("visibilitychange", limit_ms).await && is_visible()
}

/// Calls a method that takes its callbacks with its options. The callbacks belong to the browser: one that is called late, or
/// never, finds nothing of ours.
pub(super) async fn ask(object: &JsValue, method: &str, options: &Object, limit_ms: i32) -> Outcome<JsValue> {
    if !get(object, method).is_function() {
        return Outcome::Absent;
    }
    let mut thrown = false;
    let answer = Promise::new(&mut |resolve, reject| {
        for (name, callback) in
            [("success", &resolve), ("fail", &reject), ("cancel", &reject), ("complete", &resolve)]
        {
            set(options, name, callback);
        }
        thrown = call(object, method, Some(options)).is_none();
    });
    if thrown {
        return Outcome::Refused(String::new());
    }
    let end = race(&answer, limit_ms).await;
    let Some(end) = end else { return Outcome::NoAnswer };
    let ok = end.is_ok();
    let value = end.unwrap_or_else(|value| value);
    match said(&text(&value, "errMsg")) {
        Said::Cancel => Outcome::Cancelled,
        Said::Ok if ok => Outcome::Done(value),
        // A success without a word is one.
        Said::Fail(reason) if ok && reason.is_empty() => Outcome::Done(value),
        Said::Fail(reason) => Outcome::Refused(reason),
        Said::Ok => Outcome::Refused(String::new()),
    }
}

/// The mini program's methods, once they can be called.
async fn mini_program() -> Outcome<JsValue> {
    match script().await {
        Outcome::Done(()) if ready().await => Outcome::Done(get(&wx().unwrap_or_default(), "miniProgram")),
        Outcome::Done(()) => Outcome::NoAnswer,
        other => other.map(|()| JsValue::UNDEFINED),
    }
}

/// Calls one of the mini program's methods.
async fn within(method: &str, options: &Object) -> Outcome<()> {
    if !super::host().pages {
        return Outcome::Absent;
    }
    match mini_program().await {
        Outcome::Done(host) => ask(&host, method, options, CALL_MS).await.map(drop),
        // Nothing was asked, so that nothing can come of it later.
        Outcome::NoAnswer => Outcome::Absent,
        other => other.map(drop),
    }
}

/// Opens one of the mini program's own pages, above the one that the portal is in.
pub async fn navigate_to(page: &str) -> Outcome<()> {
    let options = Object::new();
    set(&options, "url", &page.into());
    within("navigateTo", &options).await
}

/// Opens one of the mini program's own pages instead of all that are open, this one too.
pub async fn relaunch(page: &str) -> Outcome<()> {
    let options = Object::new();
    set(&options, "url", &page.into());
    within("reLaunch", &options).await
}

/// Leaves the portal for the page of the mini program that is below it.
pub async fn navigate_back() -> Outcome<()> {
    within("navigateBack", &Object::new()).await
}

/// Leaves a message for the mini program. It is delivered when the portal is left, or passed on, never before, so that no answer is
/// none to wait for.
pub async fn post_message(data: &JsValue) -> Outcome<()> {
    if !super::host().pages {
        return Outcome::Absent;
    }
    let options = Object::new();
    set(&options, "data", data);
    match mini_program().await {
        Outcome::Done(host) => match ask(&host, "postMessage", &options, CALL_MS).await {
            Outcome::NoAnswer => Outcome::Done(()),
            end => end.map(drop),
        },
        other => other.map(drop),
    }
}

/// Whether the page is within a mini program, by the host's own word.
pub async fn get_env() -> Outcome<bool> {
    let host = match mini_program().await {
        Outcome::Done(host) => host,
        other => return other.map(|_| false),
    };
    if !get(&host, "getEnv").is_function() {
        return Outcome::Absent;
    }
    let answer = Promise::new(&mut |resolve, _| {
        call(&host, "getEnv", Some(&resolve));
    });
    match race(&answer, CALL_MS).await {
        Some(Ok(told)) => Outcome::Done(get(&told, "miniprogram").is_truthy()),
        Some(Err(_)) => Outcome::Refused(String::new()),
        None => Outcome::NoAnswer,
    }
}

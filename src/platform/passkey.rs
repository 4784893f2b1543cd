//! Passkeys (WebAuthn): the browser asks the person, and the key never leaves the authenticator. Bytes are turned into WebAuthn's
//! JSON forms here, since older browsers can't.

use crate::domain::passkey::{decode, encode, is_name};
use crate::platform::reach::{call, get, set, settled, text, window};
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With a credential, as JSON.
    Done(String),
    /// The person changed their mind, or has no passkey here.
    Cancelled,
    /// The authenticator has one for this member already.
    Known,
    /// The browser or the authenticator won't.
    Refused,
    /// There are no passkeys in this browser.
    Absent,
}

/// The parts of an answer that are bytes.
const PARTS: [&str; 5] =
    ["clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"];

/// Whether there can be passkeys for this page.
pub fn is_there() -> bool {
    is_name(&text(&get(&window(), "location"), "hostname"))
        && get(&window(), "PublicKeyCredential").is_function()
}

/// Whether the person can use one now: on this device, or on another one that the browser would ask.
pub async fn is_usable() -> bool {
    if !is_there() {
        return false;
    }
    for name in ["isUserVerifyingPlatformAuthenticatorAvailable", "isConditionalMediationAvailable"] {
        let kind = get(&window(), "PublicKeyCredential");
        let asked = member(&kind, name).dyn_into::<Function>().ok().and_then(|ask| ask.call0(&kind).ok());
        if settled(asked).await.is_some_and(|answer| answer.is_truthy()) {
            return true;
        }
    }
    false
}

/// Lets the person choose a passkey; `options` as JSON.
pub async fn ask(options: &str) -> Outcome {
    ceremony("get", options).await
}

/// Lets the person make a passkey; `options` as JSON.
pub async fn make(options: &str) -> Outcome {
    ceremony("create", options).await
}

async fn ceremony(method: &str, options: &str) -> Outcome {
    let store = get(&get(&window(), "navigator"), "credentials");
    if !is_there() || !get(&store, method).is_function() {
        return Outcome::Absent;
    }
    let Some(options) = parse(options) else { return Outcome::Refused };
    to_bytes(&options, "challenge");
    to_bytes(&get(&options, "user"), "id");
    for list in ["allowCredentials", "excludeCredentials"] {
        let list = get(&options, list);
        for index in 0..get(&list, "length").as_f64().unwrap_or_default() as usize {
            to_bytes(&get(&list, &index.to_string()), "id");
        }
    }
    let wish = Object::new();
    set(&wish, "publicKey", &options);
    let asked = call(&store, method, Some(&wish)).and_then(|asked| asked.dyn_into::<Promise>().ok());
    let Some(asked) = asked else { return Outcome::Refused };
    match JsFuture::from(asked).await {
        Ok(credential) => written(&credential).map_or(Outcome::Refused, Outcome::Done),
        Err(error) => match text(&error, "name").as_str() {
            "NotAllowedError" | "AbortError" => Outcome::Cancelled,
            "InvalidStateError" => Outcome::Known,
            _ => Outcome::Refused,
        },
    }
}

/// A member of an object or a function.
fn member(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or_default()
}

fn parse(json: &str) -> Option<JsValue> {
    call(&get(&window(), "JSON"), "parse", Some(&json.into()))
}

/// Puts bytes in the place of their text.
fn to_bytes(object: &JsValue, name: &str) {
    let Some(bytes) = decode(&text(object, name)).filter(|bytes| !bytes.is_empty()) else { return };
    let mut list = String::new();
    for byte in bytes {
        list.push(if list.is_empty() { '[' } else { ',' });
        list.push_str(&byte.to_string());
    }
    list.push(']');
    let kind = get(&window(), "Uint8Array");
    let made = member(&kind, "from").dyn_into::<Function>().ok().zip(parse(&list));
    if let Some(bytes) = made.and_then(|(from, list)| from.call1(&kind, &list).ok()) {
        set(object, name, &bytes);
    }
}

/// The bytes of a buffer as text; `None` where there are none.
fn from_bytes(buffer: &JsValue) -> Option<String> {
    if !buffer.is_object() {
        return None;
    }
    let reflect = get(&window(), "Reflect");
    let make = get(&reflect, "construct").dyn_into::<Function>().ok()?;
    let list = make.call2(&reflect, &get(&window(), "Uint8Array"), &Array::of1(buffer)).ok()?;
    let numbers = call(&list, "join", Some(&",".into()))?.as_string()?;
    let bytes: Option<Vec<u8>> = numbers.split(',').map(|number| number.parse().ok()).collect();
    Some(encode(&bytes?))
}

/// A credential as JSON.
fn written(credential: &JsValue) -> Option<String> {
    let (out, said) = (Object::new(), Object::new());
    for name in ["id", "type"] {
        set(&out, name, &get(credential, name));
    }
    set(&out, "rawId", &get(credential, "id"));
    set(&out, "clientExtensionResults", &Object::new());
    set(&out, "response", &said);
    let response = get(credential, "response");
    for name in PARTS {
        if let Some(bytes) = from_bytes(&get(&response, name)) {
            set(&said, name, &bytes.into());
        }
    }
    if let Some(transports) = call(&response, "getTransports", None) {
        set(&said, "transports", &transports);
    }
    call(&get(&window(), "JSON"), "stringify", Some(&out))?.as_string()
}

//! Passkeys: signing in with one. An extra: whoever has none, or has lost theirs, signs in with a code by text message.

pub(crate) mod challenges;
pub(crate) mod mine;

use super::body::{Fields, JsonBody, identifier, one_of};
use super::context::{Ctx, SameSite};
use super::rate_limit::Act;
use super::sessions::begin;
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::rules::webauthn::{self, Fault, Site, decode};
use crate::store::passkeys;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use challenges::{TIMEOUT, Waiting};
use rusqlite::Connection;
use serde_json::{Map, Value, json};

/// The group of the contract.
const FEATURE: &str = "passkeys";

/// Refuses, whatever is wrong, in the same words; the log tells more.
fn refused(fault: Fault) -> Problem {
    tracing::info!(fault, "a passkey was refused");
    Problem::new(Code::PasskeyRefused).detail(Text::new(
        "这把通行密钥现在不能用，请再试一次，或用短信验证码登录。",
        "這把通行密鑰現在無法使用，請再試一次，或用簡訊驗證碼登入。",
        "This passkey can't be used now. Please try again, or sign in with a code by text message.",
    ))
}

/// The site of a request, unless it is a shared device, where nobody has a key of their own.
fn site(ctx: &Ctx) -> Result<Site, Problem> {
    ctx.needs(FEATURE)?;
    if ctx.kiosk().is_some() {
        return Err(Problem::new(Code::InsufficientScope));
    }
    Site::new(&ctx.host, ctx.secure).ok_or_else(|| refused("the host has no name"))
}

/// The challenge of an answer, which has to be for this site, and for this member or for nobody.
fn waiting(ctx: &Ctx, site: &Site, id: &str, member: Option<&str>) -> Result<Waiting, Problem> {
    let found = ctx.app.passkeys.take(id);
    found
        .filter(|one| one.rp_id == site.rp_id && one.member.as_deref() == member)
        .ok_or_else(|| refused("no such challenge"))
}

/// Bytes as the JSON forms of WebAuthn write them.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    decode(value.as_str()?).filter(|bytes| !bytes.is_empty())
}

fn object(value: &Value) -> Option<Map<String, Value>> {
    value.as_object().cloned()
}

fn picked(map: &Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    let known = map.iter().filter(|(name, _)| names.contains(&name.as_str()));
    known.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What a browser sends of a credential.
struct Answer<const N: usize> {
    id: Vec<u8>,
    parts: [Vec<u8>; N],
    transports: String,
}

impl<const N: usize> Answer<N> {
    /// Takes the credential, with the parts of its response that are called `names`. Browsers add to it from year to year, so
    /// that what else there is is let be.
    fn take(fields: &mut Fields, names: [&str; N]) -> Option<Self> {
        let whole = fields.required("credential", object)?;
        let known = picked(&whole, &["id", "type", "response"]);
        let mut outer = Fields::within(known, "/credential".to_owned());
        let id = outer.required("id", bytes);
        let kind = outer.required("type", one_of(&["public-key"]));
        let response = outer.required("response", object);
        fields.absorb(outer);
        let response = response?;
        let mut inner = Fields::within(picked(&response, &names), "/credential/response".to_owned());
        let parts = names.map(|name| inner.required(name, bytes));
        fields.absorb(inner);
        let (id, _) = id.zip(kind)?;
        let whole = parts.iter().all(Option::is_some);
        let parts = parts.map(Option::unwrap_or_default);
        whole.then(|| Self { id, parts, transports: transports(response.get("transports")) })
    }
}

/// How the browser reaches what holds the key; what makes no sense is left out.
fn transports(value: Option<&Value>) -> String {
    let sense = |text: &&str| {
        (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    };
    let known = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).filter(sense);
    known.take(8).collect::<Vec<_>>().join(",")
}

pub(crate) async fn challenge(ctx: Ctx, _: SameSite) -> Result<Response, Problem> {
    let site = site(&ctx)?;
    ctx.app.desk.count_from(Act::Passkey, ctx.address)?;
    let (id, challenge) = ctx.app.passkeys.issue(&site.rp_id, None)?;
    let options = json!({
        "challenge": webauthn::encode(&challenge),
        "rpId": site.rp_id,
        "timeout": TIMEOUT,
        "userVerification": "required",
        "allowCredentials": [],
    });
    Ok((StatusCode::CREATED, Json(json!({"challenge_id": id, "options": options}))).into_response())
}

pub(crate) async fn sign_in(ctx: Ctx, _: SameSite, JsonBody(body): JsonBody) -> Result<Response, Problem> {
    let site = site(&ctx)?;
    let mut fields = Fields::new(body);
    let id = fields.required("challenge_id", identifier);
    let names = ["clientDataJSON", "authenticatorData", "signature", "userHandle"];
    let answer = Answer::take(&mut fields, names);
    let bearer = fields.optional("mode", one_of(&["cookie", "bearer"])) == Some("bearer");
    let (id, answer) = fields.finish(id.zip(answer))?;
    ctx.app.desk.count_from(Act::Passkey, ctx.address)?;
    let waiting = waiting(&ctx, &site, &id, None)?;
    let begun = ctx
        .run(move |tx, ctx| {
            let member = holder(tx, ctx, &site, &waiting, &answer)?;
            begin(tx, ctx, member)
        })
        .await?;
    if bearer { Ok(begun.bearer_answer()) } else { begun.answer(&ctx) }
}

/// Whose passkey answers; notes that it was used.
fn holder(
    db: &Connection,
    ctx: &Ctx,
    site: &Site,
    waiting: &Waiting,
    answer: &Answer<4>,
) -> Result<String, Problem> {
    let [client_data, authenticator_data, signature, handle] = &answer.parts;
    let known = passkeys::by_credential(db, &answer.id)?.ok_or_else(|| refused("no such passkey"))?;
    if known.rp_id != site.rp_id {
        return Err(refused("the passkey is of another site"));
    }
    if passkeys::handle(db, &known.member_id)?.as_ref().map(<[u8; 32]>::as_slice) != Some(handle.as_slice()) {
        return Err(refused("the passkey is another member's"));
    }
    let key = (known.public_key.as_slice(), known.counter);
    let counter =
        webauthn::authenticate(site, &waiting.challenge, client_data, authenticator_data, signature, key)
            .map_err(refused)?;
    passkeys::used(db, &known.id, counter, ctx.now())?;
    Ok(known.member_id)
}

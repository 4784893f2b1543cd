//! A member's own passkeys: adding one, seeing them, removing one.

use super::challenges::TIMEOUT;
use super::{Answer, refused, site, waiting};
use crate::clock::rfc3339;
use crate::http::body::{Fields, JsonBody, identifier, string};
use crate::http::context::{Ctx, Member, PathParams, Writer};
use crate::http::rate_limit::Act;
use crate::http::sessions::{device, masked};
use crate::ids;
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::rules::webauthn::{self, ES256};
use crate::store::members;
use crate::store::passkeys::{self, Passkey};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rusqlite::Connection;
use serde_json::{Value, json};

/// Nobody needs more, and each is a way in.
const MOST: usize = 10;

fn view(one: &Passkey) -> Value {
    json!({
        "id": one.id,
        "name": one.name,
        "created_at": rfc3339(one.created_at),
        "last_used_at": one.last_used_at.map(rfc3339),
    })
}

/// The member's passkeys, unless there is no room for one more.
fn with_room(db: &Connection, member: &str) -> Result<Vec<Passkey>, Problem> {
    let all = passkeys::list(db, member)?;
    if all.len() < MOST {
        return Ok(all);
    }
    Err(Problem::new(Code::LimitReached).detail(Text::new(
        format!("最多保存 {MOST} 把通行密钥，请先移除一把。"),
        format!("最多可儲存 {MOST} 把通行密鑰，請先移除一把。"),
        format!("There can be {MOST} passkeys at most. Please remove one first."),
    )))
}

/// What passkeys call the member, from the first one on.
fn handle(db: &Connection, member: &str) -> Result<[u8; 32], Problem> {
    if let Some(handle) = passkeys::handle(db, member)? {
        return Ok(handle);
    }
    let handle = ids::entropy()?;
    passkeys::insert_handle(db, member, &handle)?;
    Ok(handle)
}

pub(crate) async fn challenge(ctx: Ctx, Writer(member): Writer) -> Result<Response, Problem> {
    member.needs_full_scope()?;
    let site = site(&ctx)?;
    ctx.app.desk.count(Act::Passkey, &member.id)?;
    let owner = member.id.clone();
    let (user, held, handle) = ctx
        .run(move |tx, _| {
            let held = with_room(tx, &owner)?;
            Ok((members::get(tx, &owner)?, held, handle(tx, &owner)?))
        })
        .await?;
    let (id, challenge) = ctx.app.passkeys.issue(&site.rp_id, Some(&member.id))?;
    let exclude = |one: &Passkey| {
        let mut descriptor = json!({"type": "public-key", "id": webauthn::encode(&one.credential_id)});
        let transports: Vec<&str> = one.transports.split(',').filter(|text| !text.is_empty()).collect();
        if !transports.is_empty() {
            descriptor["transports"] = json!(transports);
        }
        descriptor
    };
    let options = json!({
        "rp": {"id": site.rp_id, "name": ctx.say(&ctx.programme().name)},
        "user": {
            "id": webauthn::encode(&handle),
            "name": masked(&user.phone),
            "displayName": user.display_name,
        },
        "challenge": webauthn::encode(&challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": ES256}],
        "timeout": TIMEOUT,
        "excludeCredentials": held.iter().filter(|one| one.rp_id == site.rp_id).map(exclude).collect::<Vec<_>>(),
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": "required",
        },
        "attestation": "none",
    });
    Ok((StatusCode::CREATED, Json(json!({"challenge_id": id, "options": options}))).into_response())
}

pub(crate) async fn create(
    ctx: Ctx,
    Writer(member): Writer,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    member.needs_full_scope()?;
    let site = site(&ctx)?;
    let mut fields = Fields::new(body);
    let id = fields.required("challenge_id", identifier);
    let answer = Answer::take(&mut fields, ["clientDataJSON", "attestationObject"]);
    let name = fields.optional("name", string(1..=40, |_| true));
    let (id, answer) = fields.finish(id.zip(answer))?;
    ctx.app.desk.count(Act::Passkey, &member.id)?;
    let waiting = waiting(&ctx, &site, &id, Some(&member.id))?;
    let [client_data, attestation] = &answer.parts;
    let made = webauthn::register(&site, &waiting.challenge, client_data, attestation).map_err(refused)?;
    if made.id != answer.id {
        return Err(refused("the credential is another"));
    }
    let unnamed = Text::new("通行密钥", "通行密鑰", "Passkey");
    let one = Passkey {
        id: ids::random(),
        member_id: member.id,
        rp_id: site.rp_id,
        credential_id: made.id,
        public_key: made.public_key,
        counter: made.counter,
        transports: answer.transports,
        name: name.or_else(|| device(&ctx.user_agent)).unwrap_or_else(|| ctx.say(&unnamed).to_owned()),
        created_at: ctx.now(),
        last_used_at: None,
    };
    let body = view(&one);
    ctx.run(move |tx, _| {
        with_room(tx, &one.member_id)?;
        if passkeys::insert(tx, &one)? { Ok(()) } else { Err(refused("the credential is known")) }
    })
    .await?;
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

pub(crate) async fn list(ctx: Ctx, member: Member) -> Result<Json<Value>, Problem> {
    member.needs_full_scope()?;
    ctx.needs(super::FEATURE)?;
    let all = ctx.run(move |tx, _| Ok(passkeys::list(tx, &member.id)?)).await?;
    Ok(Json(json!({"data": all.iter().map(view).collect::<Vec<_>>()})))
}

pub(crate) async fn delete(
    ctx: Ctx,
    Writer(member): Writer,
    path: PathParams,
) -> Result<StatusCode, Problem> {
    member.needs_full_scope()?;
    ctx.needs(super::FEATURE)?;
    let id = path.get("passkey_id");
    let found = ctx.run(move |tx, _| Ok(passkeys::delete(tx, &member.id, &id)?)).await?;
    if found { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}

//! `GET` and `PATCH /me`: the member's own data.

use super::answer::{etag, json_text, names};
use super::body::{Fields, JsonBody, invalid, one_of, string};
use super::context::{Ctx, Member, Writer};
use super::sessions::masked;
use super::views::{fields, put};
use crate::clock::{local_date, rfc3339};
use crate::locale::Locale;
use crate::problem::{Code, Problem};
use crate::store::members::{self, Consent};
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::header::{ETAG, IF_MATCH};
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use rusqlite::Connection;
use serde_json::{Value, json};

pub(crate) fn view(db: &Connection, id: &str) -> Result<Value, Problem> {
    let member = members::get(db, id)?;
    let consent = |consent: &Consent| {
        json!({
            "purpose": consent.purpose,
            "granted": consent.granted,
            "version": consent.version,
            "at": rfc3339(consent.at),
        })
    };
    let consents: Vec<Value> = members::consents(db, id)?.iter().map(consent).collect();
    let mut map = fields(json!({
        "id": member.id,
        "display_name": member.display_name,
        "phone_masked": masked(&member.phone),
        "preferences": {"theme": member.theme, "personalisation": member.personalisation},
        "consents": consents,
        "joined_at": rfc3339(member.joined_at),
    }));
    put(&mut map, "birthday", member.birthday);
    put(&mut map, "locale", member.locale);
    Ok(Value::Object(map))
}

pub(crate) async fn get(ctx: Ctx, member: Member) -> Result<Response, Problem> {
    let body = ctx.read(move |tx, _| view(tx, &member.id)).await?;
    Ok(json_text(200, body.to_string()))
}

/// What a change may contain.
#[derive(Debug, Default)]
struct Change {
    display_name: Option<String>,
    birthday: Option<String>,
    locale: Option<String>,
    theme: Option<String>,
    personalisation: Option<bool>,
    consents: Vec<(String, bool, String)>,
}

fn read(ctx: &Ctx, JsonBody(body): JsonBody) -> Result<Change, Problem> {
    let mut fields = Fields::new(body);
    let today = local_date(ctx.now(), ctx.scene.zone());
    let birthday = |value: &Value| {
        let text = value.as_str().filter(|text| text.len() == 10)?;
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        (date.year() >= 1900 && date <= today).then(|| text.to_owned())
    };
    let offered = ctx.programme().offered_locales();
    let locale = |value: &Value| {
        let locale = Locale::from_tag(value.as_str()?)?;
        offered.contains(&locale).then(|| locale.tag().to_owned())
    };
    let mut change = Change {
        display_name: fields.optional("display_name", string(1..=40, |_| true)),
        birthday: fields.optional("birthday", birthday),
        locale: fields.optional("locale", locale),
        ..Change::default()
    };
    if let Some(map) = fields.optional("preferences", |value| value.as_object().cloned()) {
        let mut inner = Fields::within(map, "/preferences".to_owned());
        change.theme = inner.optional("theme", one_of(&["light", "dark", "system"])).map(str::to_owned);
        change.personalisation = inner.optional("personalisation", Value::as_bool);
        fields.absorb(inner);
    }
    let list = fields.optional("consents", |value| value.as_array().filter(|list| list.len() <= 20).cloned());
    for (index, item) in list.unwrap_or_default().into_iter().enumerate() {
        let Value::Object(map) = item else {
            fields.refuse("consents", invalid());
            continue;
        };
        let mut inner = Fields::within(map, format!("/consents/{index}"));
        let purpose = inner.required("purpose", |value| {
            let text =
                string(1..=64, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c))(value)?;
            text.starts_with(|c: char| c.is_ascii_lowercase()).then_some(text)
        });
        let granted = inner.required("granted", Value::as_bool);
        let version =
            inner.required("version", string(1..=32, |c| c.is_ascii_alphanumeric() || "._-".contains(c)));
        if let (Some(purpose), Some(granted), Some(version)) = (purpose, granted, version) {
            change.consents.push((purpose, granted, version));
        }
        fields.absorb(inner);
    }
    fields.finish(Some(change))
}

pub(crate) async fn patch(
    ctx: Ctx,
    Writer(member): Writer,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, Problem> {
    member.needs_full_scope()?;
    let change = read(&ctx, body)?;
    let known = headers.get(IF_MATCH).ok_or_else(|| Problem::new(Code::PreconditionRequired))?;
    let known = known.to_str().unwrap_or_default().to_owned();
    let text = ctx.run(move |tx, ctx| apply(tx, ctx, &member.id, &known, change)).await?;
    let tag = HeaderValue::from_str(&etag(text.as_bytes())).map_err(Problem::internal)?;
    let mut response = json_text(200, text);
    response.headers_mut().insert(ETAG, tag);
    Ok(response)
}

fn apply(db: &Connection, ctx: &Ctx, id: &str, known: &str, change: Change) -> Result<String, Problem> {
    if !names(known, &etag(view(db, id)?.to_string().as_bytes())) {
        return Err(Problem::new(Code::PreconditionFailed));
    }
    let mut member = members::get(db, id)?;
    member.display_name = change.display_name.unwrap_or(member.display_name);
    member.birthday = change.birthday.or(member.birthday);
    member.locale = change.locale.or(member.locale);
    member.theme = change.theme.unwrap_or(member.theme);
    member.personalisation = change.personalisation.unwrap_or(member.personalisation);
    members::update(db, &member)?;
    for (purpose, granted, version) in change.consents {
        members::set_consent(db, id, &Consent { purpose, granted, version, at: ctx.now() })?;
    }
    Ok(view(db, id)?.to_string())
}

//! Shared devices of stores: becoming one, what one is told, and how it says that it is well.

use super::body::{Fields, JsonBody, integer, string, timestamp};
use super::context::{Ctx, Kiosk, KioskWriter, SameSite, token_hash};
use super::cookies::Kind;
use super::once::Key;
use super::rate_limit::Act;
use super::views::{device_context, fields, image};
use crate::catalogue;
use crate::clock::{DAY, Millis, local_date, rfc3339};
use crate::enrolling;
use crate::problem::Problem;
use crate::programme::Reward;
use crate::rules::attract::{Candidate, pick};
use crate::store::devices::{self, Device, Heartbeat};
use crate::store::{pending, redemptions, sessions};
use axum::Json;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rusqlite::Connection;
use serde_json::{Map, Value, json};

/// Everything about shared devices is one group of the contract.
pub(crate) const FEATURE: &str = "device-sign-in";

/// Days; browsers keep no cookie for longer.
const LIFE_DAYS: i64 = 400;
/// A device that is in use gets its cookie anew this long after the time before.
const RENEWED_AFTER: Millis = 30 * DAY;
/// The largest whole number that every reader of JSON tells from its neighbours.
const LARGEST: i64 = 9_007_199_254_740_991;

fn set_cookie(ctx: &Ctx, token: &str) -> Result<HeaderValue, Problem> {
    ctx.set_cookie(Kind::Device, token, LIFE_DAYS * DAY / 1000)
}

fn view(ctx: &Ctx, device: &Device) -> Map<String, Value> {
    let mut map = device_context(ctx, device);
    map.insert("id".into(), device.id.clone().into());
    map.insert("enrolled_at".into(), rfc3339(device.enrolled_at).into());
    map
}

pub(crate) fn settings(device: &Device) -> Value {
    let settings = &device.settings;
    json!({
        "idle_seconds": settings.idle_seconds,
        "warning_seconds": settings.warning_seconds,
        "refresh_seconds": settings.refresh_seconds,
        "hours": settings.hours.as_ref().map(|hours| json!({"from": hours.from, "to": hours.to})),
    })
}

pub(crate) async fn enrol(
    ctx: Ctx,
    _: SameSite,
    Key(key): Key,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    ctx.needs(FEATURE)?;
    let mut fields = Fields::new(body);
    let alphabet = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    let code = fields.required("enrolment_code", string(6..=64, alphabet));
    let code = fields.finish(code)?;
    ctx.app.desk.count_enrolment(ctx.address)?;
    // Whoever was signed in here would be so on a shared device from now on.
    let session = ctx.cookie(&headers, Kind::Session).map(token_hash);
    let enrolled = ctx
        .run(move |tx, ctx| {
            let before = ctx.device.as_deref();
            let enrolled = enrolling::enrol(tx, &code, &key, before, ctx.now())?;
            if let Some(hash) = session {
                sessions::delete_by_token(tx, &hash)?;
            }
            Ok(enrolled)
        })
        .await?;
    let body = Json(Value::Object(view(&ctx, &enrolled.device)));
    let cookie = set_cookie(&ctx, &enrolled.token)?;
    let mut response = (StatusCode::CREATED, [(SET_COOKIE, cookie)], body).into_response();
    if session.is_some() {
        response.headers_mut().append(SET_COOKIE, ctx.set_cookie(Kind::Session, "", 0)?);
    }
    if enrolled.replayed {
        let name = HeaderName::from_static("idempotency-replayed");
        response.headers_mut().insert(name, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// The rewards of the day for a device.
fn offers(db: &Connection, ctx: &Ctx, device: &Device) -> Result<Value, Problem> {
    pending::settle_due(db, &ctx.scene)?;
    let stock = redemptions::stock(db)?;
    let programme = ctx.programme();
    let candidate = |reward| -> Candidate<'_> {
        let reward: &Reward = reward;
        let (from, until) = catalogue::window(&ctx.scene, reward);
        let limit = reward.stock.as_ref();
        Candidate {
            id: &reward.id,
            from,
            until,
            remaining: limit.map(|limit| stock.get(&reward.id).copied().unwrap_or(limit.remaining)),
            here: reward.is_for(&device.store_id),
            reserved: reward
                .min_tier
                .as_deref()
                .and_then(|id| programme.tier_index(id))
                .is_some_and(|at| at > 0),
            marked_down: reward.list_cost_points.is_some_and(|before| before > reward.cost_points),
        }
    };
    let candidates: Vec<Candidate<'_>> = programme.rewards.iter().map(candidate).collect();
    let today = local_date(ctx.now(), ctx.scene.zone());
    let shown = pick(&candidates, ctx.now(), today, &device.id).into_iter().map(|at| {
        let reward = &programme.rewards[at];
        let category = programme.categories.iter().find(|category| category.id == reward.category);
        json!({
            "id": reward.id,
            "title": ctx.say(&reward.title),
            "image": image(ctx, "rewards", reward.picture_id(), &reward.title),
            "cost_points": reward.cost_points,
            "list_cost_points": reward.list_cost_points,
            "category": category.map(|category| ctx.say(&category.name)),
        })
    });
    Ok(shown.collect())
}

pub(crate) async fn current(ctx: Ctx, Kiosk(device): Kiosk) -> Result<Json<Value>, Problem> {
    let mut map = view(&ctx, &device);
    map.insert("settings".into(), settings(&device));
    let offers = ctx.run(move |tx, ctx| offers(tx, ctx, &device)).await?;
    map.insert("offers".into(), offers);
    Ok(Json(Value::Object(map)))
}

fn read_heartbeat(body: Map<String, Value>) -> Result<Value, Problem> {
    let mut fields = Fields::new(body);
    let version = fields.required("version", string(1..=64, |_| true));
    let uptime = fields.required("uptime_seconds", integer(0..=LARGEST));
    let reloads = fields.required("reloads", integer(0..=LARGEST));
    let memory = fields.optional("memory_bytes", integer(0..=LARGEST));
    let error = fields.optional("last_error", |value| {
        // Messages of browsers have more than one line.
        value.as_str().filter(|text| text.chars().count() <= 300).map(str::to_owned)
    });
    let online = fields.optional("online_since", timestamp);
    let (version, (uptime, reloads)) = fields.finish(version.zip(uptime.zip(reloads)))?;
    Ok(json!({
        "version": version,
        "uptime_seconds": uptime,
        "reloads": reloads,
        "memory_bytes": memory,
        "last_error": error,
        "online_since": online.map(rfc3339),
    }))
}

pub(crate) async fn heartbeat(
    ctx: Ctx,
    KioskWriter(device): KioskWriter,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let heartbeat = Heartbeat { at: ctx.now(), text: read_heartbeat(body)?.to_string() };
    ctx.app.desk.count(Act::Heartbeat, &device.id)?;
    let due = ctx.now() - device.renewed_at >= RENEWED_AFTER;
    ctx.run(move |tx, ctx| {
        devices::beat(tx, &device.id, &heartbeat)?;
        if due {
            devices::renew(tx, &device.id, ctx.now())?;
        }
        Ok(())
    })
    .await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(token) = ctx.cookie(&headers, Kind::Device).filter(|_| due) {
        response.headers_mut().insert(SET_COOKIE, set_cookie(&ctx, token)?);
    }
    Ok(response)
}

/// A device as whoever looks after it sees it.
pub(crate) fn report(ctx: &Ctx, device: &Device, heartbeat: Option<&Heartbeat>) -> Value {
    let mut map = view(ctx, device);
    let said = heartbeat.and_then(|heartbeat| serde_json::from_str::<Value>(&heartbeat.text).ok());
    map.extend(fields(json!({
        "status": if device.revoked_at.is_some() { "revoked" } else { "active" },
        "settings": settings(device),
        "heartbeat": said,
        "heartbeat_at": heartbeat.map(|heartbeat| rfc3339(heartbeat.at)),
    })));
    Value::Object(map)
}

//! What an operator's console does in a chain: codes for new devices, revoking, settings, and seeing how they are.

use super::SameOrigin;
use crate::enrolling;
use crate::http::body::{Fields, JsonBody, identifier, integer, invalid, string};
use crate::http::context::Ctx;
use crate::http::devices::{FEATURE, report};
use crate::problem::Problem;
use crate::rules::kiosk::{Hours, IDLE, REFRESH, WARNING, is_number};
use crate::store::devices::{self, Device};
use axum::Json;
use axum::http::StatusCode;
use rusqlite::Connection;
use serde_json::{Value, json};

const FIRST_NUMBER: &str = "01";

pub(super) async fn code(
    ctx: Ctx,
    _: SameOrigin,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<Value>), Problem> {
    ctx.needs(FEATURE)?;
    let mut fields = Fields::new(body);
    let store = fields
        .optional("store_id", |value| identifier(value).filter(|id| ctx.programme().store(id).is_some()));
    let number = fields
        .optional("kiosk_number", |value| value.as_str().filter(|text| is_number(text)).map(str::to_owned));
    fields.finish(Some(()))?;
    let store = store.or_else(|| ctx.programme().stores.first().map(|store| store.id.clone()));
    let store = store.ok_or_else(Problem::not_found)?;
    let number = number.unwrap_or_else(|| FIRST_NUMBER.to_owned());
    let code = ctx.run(move |tx, ctx| enrolling::issue(tx, &store, &number, ctx.now())).await?;
    Ok((StatusCode::CREATED, Json(json!({"enrolment_code": code}))))
}

/// The device that is named, or else the one that asks.
fn device(db: &Connection, ctx: &Ctx, id: Option<&str>) -> Result<Device, Problem> {
    let id = id.or(ctx.device.as_ref().map(|device| device.id.as_str()));
    let device = id.map(|id| devices::get(db, id)).transpose()?.flatten();
    device.ok_or_else(Problem::not_found)
}

pub(super) async fn revoke(ctx: Ctx, _: SameOrigin, JsonBody(body): JsonBody) -> Result<StatusCode, Problem> {
    ctx.needs(FEATURE)?;
    let mut fields = Fields::new(body);
    let id = fields.optional("device_id", identifier);
    fields.finish(Some(()))?;
    ctx.run(move |tx, ctx| {
        let device = device(tx, ctx, id.as_deref())?;
        Ok(devices::revoke(tx, &device.id, ctx.now())?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn list(ctx: Ctx) -> Result<Json<Value>, Problem> {
    ctx.needs(FEATURE)?;
    let rows = ctx.run(move |tx, _| Ok(devices::list(tx)?)).await?;
    let data: Vec<Value> =
        rows.iter().map(|(device, heartbeat)| report(&ctx, device, heartbeat.as_ref())).collect();
    Ok(Json(json!({"data": data})))
}

pub(super) async fn settings(
    ctx: Ctx,
    _: SameOrigin,
    JsonBody(mut body): JsonBody,
) -> Result<StatusCode, Problem> {
    ctx.needs(FEATURE)?;
    // Null says something here: always awake.
    let always = body.get("hours").is_some_and(Value::is_null);
    let hours = body.remove("hours").filter(|hours| !hours.is_null());
    let mut fields = Fields::new(body);
    let id = fields.optional("device_id", identifier);
    let idle = fields.optional("idle_seconds", integer(IDLE));
    let warning = fields.optional("warning_seconds", integer(WARNING));
    let refresh = fields.optional("refresh_seconds", integer(REFRESH));
    let hours = match hours {
        None => None,
        Some(Value::Object(map)) => {
            let mut inner = Fields::within(map, "/hours".to_owned());
            let from = inner.required("from", string(5..=5, |_| true));
            let to = inner.required("to", string(5..=5, |_| true));
            let read = from.zip(to).and_then(|(from, to)| Hours::new(&from, &to));
            if read.is_none() {
                fields.refuse("hours", invalid());
            }
            fields.absorb(inner);
            read
        }
        Some(_) => {
            fields.refuse("hours", invalid());
            None
        }
    };
    fields.finish(Some(()))?;
    ctx.run(move |tx, ctx| {
        let device = device(tx, ctx, id.as_deref())?;
        let mut settings = device.settings;
        settings.idle_seconds = idle.unwrap_or(settings.idle_seconds);
        settings.warning_seconds = warning.unwrap_or(settings.warning_seconds);
        settings.refresh_seconds = refresh.unwrap_or(settings.refresh_seconds);
        settings.hours = if always { None } else { hours.or(settings.hours) };
        Ok(devices::set_settings(tx, &device.id, &settings)?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

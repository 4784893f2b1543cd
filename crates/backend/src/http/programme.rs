//! `GET /programme`: public, and the first thing a client asks.

use super::context::Ctx;
use super::views::{device_context, fields, put};
use crate::clock::rfc3339;
use crate::media::LANDSCAPE;
use axum::Json;
use serde_json::{Value, json};

/// What the backend has beyond the least.
pub(crate) const FEATURES: &[&str] = &[
    "overview",
    "surveys",
    "coupons",
    "card-code",
    "earning-rules",
    "stores",
    "idempotency",
    "redemption-deadline",
    "favourites",
    "coupon-transfers",
    "survey-offers",
    "device-sign-in",
    "wechat",
    "passkeys",
];

pub(crate) async fn get(ctx: Ctx) -> Json<Value> {
    let programme = ctx.programme();
    let brand = &programme.brand;
    let policy = &programme.expiry_policy;
    let mut expiry = fields(json!({"kind": policy.kind, "description": ctx.say(&policy.description)}));
    put(&mut expiry, "months", policy.months.filter(|_| policy.kind == "rolling"));
    let device = ctx.device.as_ref().map(|device| {
        let mut map = device_context(&ctx, device);
        map.insert("status".into(), if device.revoked_at.is_some() { "revoked" } else { "active" }.into());
        Value::Object(map)
    });
    Json(json!({
        "id": programme.id,
        "name": ctx.say(&programme.name),
        "brand": {
            "primary": brand.primary,
            "accent": brand.accent,
            "mood": brand.mood,
            "shape": brand.shape,
            "slogan": ctx.say(&brand.slogan),
            "logo": "/media/brand/logo.svg",
            "landscape": {
                "light": LANDSCAPE.light,
                "dark": LANDSCAPE.dark,
            },
            "engraving": "/media/brand/engraving.svg",
        },
        "timezone": programme.timezone,
        "currency": programme.currency,
        "points_terms": {"name": ctx.say(&programme.points_name)},
        "locales": programme.locales,
        "features": ctx.app.features,
        "expiry_policy": expiry,
        "terms_version": programme.terms_version,
        "terms_url": null,
        "privacy_url": null,
        "support_phone": programme.support_phone,
        "server_time": rfc3339(ctx.now()),
        "device": device,
    }))
}

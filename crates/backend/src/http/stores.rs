//! `GET /stores`.

use super::context::{Ctx, Member};
use super::views::{fields, put};
use axum::Json;
use serde_json::{Value, json};

pub(crate) async fn list(ctx: Ctx, _: Member) -> Json<Value> {
    let view = |store: &crate::programme::Store| {
        let mut map = fields(json!({
            "id": store.id,
            "name": ctx.say(&store.name),
            "address": ctx.say(&store.address),
            "phone": store.phone,
            "hours": {"open": store.open, "close": store.close},
        }));
        put(&mut map, "latitude", store.latitude.clone());
        put(&mut map, "longitude", store.longitude.clone());
        Value::Object(map)
    };
    Json(json!({"data": ctx.programme().stores.iter().map(view).collect::<Vec<_>>()}))
}

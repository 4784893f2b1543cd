//! The JSON of things that several resources show.

use super::context::Ctx;
use crate::clock::{Millis, rfc3339};
use crate::locale::Text;
use crate::programme::{Discount, Tier};
use crate::rules::buckets::Portion;
use crate::store::devices::Device;
use serde_json::{Map, Value, json};

/// An instant, or null.
pub(crate) fn time(at: Option<Millis>) -> Value {
    at.map_or(Value::Null, |at| rfc3339(at).into())
}

pub(crate) fn money(ctx: &Ctx, amount: i64) -> Value {
    json!({"amount": amount, "currency": ctx.programme().currency})
}

/// Adds a field that is left out when there is nothing to say.
pub(crate) fn put(map: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        map.insert(name.to_owned(), value.into());
    }
}

/// The fields of an object that is built from a literal.
pub(crate) fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(crate) fn tier_ref(ctx: &Ctx, tier: &Tier) -> Value {
    json!({"id": tier.id, "name": ctx.say(&tier.name), "rank": tier.rank, "material": tier.material})
}

pub(crate) fn store_ref(ctx: &Ctx, id: Option<&str>) -> Option<Value> {
    let store = ctx.programme().store(id?)?;
    Some(json!({"id": store.id, "name": ctx.say(&store.name)}))
}

/// Where a shared device stands.
pub(crate) fn device_context(ctx: &Ctx, device: &Device) -> Map<String, Value> {
    // A store that has left the programme since is shown by its id.
    let store = store_ref(ctx, Some(&device.store_id))
        .unwrap_or_else(|| json!({"id": device.store_id, "name": device.store_id}));
    fields(json!({"channel": "kiosk", "store": store, "kiosk_number": device.number}))
}

/// A drawn picture in both themes.
pub(crate) fn image(ctx: &Ctx, kind: &str, id: &str, alt: &Text) -> Value {
    json!({
        "url": format!("/media/{kind}/{id}.svg"),
        "url_dark": format!("/media/{kind}/{id}.svg?theme=dark"),
        "alt": ctx.say(alt),
    })
}

pub(crate) fn portions(used: &[Portion]) -> Value {
    used.iter()
        .map(|portion| json!({"amount": portion.amount, "expires_at": time(portion.expires_at)}))
        .collect()
}

pub(crate) fn discount(ctx: &Ctx, discount: &Discount) -> Value {
    let mut map = fields(json!({"kind": discount.kind}));
    put(&mut map, "amount", discount.amount.map(|amount| money(ctx, amount)));
    put(&mut map, "percent", discount.percent);
    Value::Object(map)
}

/// A time span, when either side of it is known.
pub(crate) fn window(from: Option<Millis>, until: Option<Millis>) -> Option<Value> {
    (from.is_some() || until.is_some()).then(|| json!({"from": time(from), "until": time(until)}))
}

//! Redeeming, and what was redeemed.

use super::body::{Fields, JsonBody, identifier, integer, is_contract_uuid, uuid};
use super::context::{Ctx, Member, PathParams, Writer};
use super::once::{Key, once};
use super::query::{Params, page};
use super::views::{fields, image, portions, put, store_ref, time};
use crate::catalogue::stores_label;
use crate::clock::rfc3339;
use crate::ids;
use crate::locale::Text;
use crate::problem::Problem;
use crate::redeeming::{self, Mark, Order};
use crate::store::redemptions::{self, Filter, Redemption};
use axum::Json;
use axum::response::Response;
use serde_json::{Value, json};

const STATUSES: &[&str] = &["pending", "issued", "used", "expired", "cancelled", "rejected", "refunded"];
const MAX_COST: i64 = 1_000_000_000;

fn view(ctx: &Ctx, redemption: &Redemption) -> Value {
    let reward = ctx.programme().reward(&redemption.reward_id);
    let shown = match reward {
        Some(reward) => json!({
            "id": reward.id,
            "title": ctx.say(&reward.title),
            "subtitle": ctx.say(&reward.subtitle),
            "kind": reward.kind,
            "images": [image(ctx, "rewards", &reward.id, &reward.title)],
        }),
        // A voucher outlives its reward.
        None => {
            json!({"id": redemption.reward_id, "title": redemption.reward_id, "subtitle": "", "kind": "item",
            "images": []})
        }
    };
    let cancellable = redemption.cancellable_at(ctx.now());
    let mut map = fields(json!({
        "id": redemption.id,
        "client_ref": redemption.client_ref,
        "status": redemption.status_at(ctx.now()),
        "reward": shown,
        "quantity": redemption.quantity,
        "cost_points": redemption.cost_points,
        "buckets_used": portions(&redemption.buckets_used),
        "voucher": {
            "code": redemption.voucher_code,
            "formats": ["qr", "code128"],
            "valid_from": rfc3339(redemption.created_at),
            "valid_until": rfc3339(redemption.valid_until),
            "stores_label": reward.map(|reward| stores_label(&ctx.scene, reward, ctx.locale)).unwrap_or_default(),
        },
        "created_at": rfc3339(redemption.created_at),
        "actions": if cancellable { vec!["cancel"] } else { vec![] },
        "balance_after": redemption.balance_after,
    }));
    put(&mut map, "store", store_ref(ctx, redemption.store_id.as_deref()));
    put(&mut map, "cancellable_until", redemption.cancellable_until.map(rfc3339));
    Value::Object(map)
}

fn order(fields: &mut Fields, costed: bool) -> Option<Order> {
    let reward_id = fields.required("reward_id", identifier);
    let quantity = fields.required("quantity", integer(1..=10));
    let store_id = fields.optional("store_id", identifier);
    let cost = integer(0..=MAX_COST);
    let expected_cost =
        if costed { fields.required("expected_cost", cost) } else { fields.optional("expected_cost", cost) };
    Some(Order { reward_id: reward_id?, quantity: quantity?, store_id, expected_cost })
}

pub(crate) async fn preview(
    ctx: Ctx,
    Writer(member): Writer,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, Problem> {
    let mut fields = Fields::new(body);
    let order = order(&mut fields, false);
    let order = fields.finish(order)?;
    let asked = order.clone();
    let preview = ctx.run(move |tx, ctx| redeeming::preview(tx, &ctx.scene, &member.id, &asked)).await?;
    let used = |used: &crate::rules::buckets::Used| json!({"amount": used.amount, "expires_at": time(used.expires_at), "remaining": used.remaining});
    Ok(Json(json!({
        "reward_id": order.reward_id,
        "quantity": order.quantity,
        "cost_points": preview.cost,
        "balance_before": preview.balance_before,
        "balance_after": preview.balance_before - preview.cost,
        "buckets_used": preview.used.iter().map(used).collect::<Vec<_>>(),
        "voucher_valid_until": rfc3339(preview.voucher_end),
        "cancellable_until": time(preview.cancellable_until),
    })))
}

pub(crate) async fn create(
    ctx: Ctx,
    Writer(member): Writer,
    key: Key,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let mut fields = Fields::new(body);
    let client_ref = fields.required("client_ref", uuid);
    let order = order(&mut fields, true);
    if client_ref.as_ref().is_some_and(|client_ref| *client_ref != key.0) {
        fields.refuse(
            "client_ref",
            Text::new(
                "应与 Idempotency-Key 相同。",
                "應與 Idempotency-Key 相同。",
                "It must be the same as the Idempotency-Key.",
            ),
        );
    }
    let (order, client_ref) = fields.finish(order.zip(client_ref))?;
    let asked = format!("{order:?}");
    let fingerprint = ids::digest(&[b"redeem", asked.as_bytes()]);
    let owner = member.id.clone();
    once(&ctx, &member, key, fingerprint, 201, move |tx, ctx| {
        let mark = Mark { id: ids::random(), client_ref, voucher_code: ids::voucher_code(ids::entropy()?) };
        let redemption = redeeming::redeem(tx, &ctx.scene, &owner, &order, mark)?;
        Ok(view(ctx, &redemption))
    })
    .await
}

pub(crate) async fn cancel(
    ctx: Ctx,
    Writer(member): Writer,
    path: PathParams,
    key: Key,
) -> Result<Response, Problem> {
    let id = path.get("redemption_id");
    let fingerprint = ids::digest(&[b"cancel", id.as_bytes()]);
    let owner = member.id.clone();
    once(&ctx, &member, key, fingerprint, 200, move |tx, ctx| {
        let redemption = redeeming::cancel(tx, &ctx.scene, &owner, &id)?;
        Ok(view(ctx, &redemption))
    })
    .await
}

pub(crate) async fn list(ctx: Ctx, member: Member, mut params: Params) -> Result<Json<Value>, Problem> {
    let status = params.word("status", STATUSES).map(str::to_owned);
    let client_ref = params.take("client_ref", |value| is_contract_uuid(value).then(|| value.to_owned()));
    let limit = params.limit();
    let before = params.position("redemptions");
    params.finish()?;
    let filter = Filter { status, client_ref, before };
    let rows =
        ctx.run(move |tx, ctx| Ok(redemptions::list(tx, &member.id, &filter, ctx.now(), limit + 1)?)).await?;
    Ok(Json(page("redemptions", rows, limit, |row| row.seq.to_string(), |row| view(&ctx, row))))
}

pub(crate) async fn get(ctx: Ctx, member: Member, path: PathParams) -> Result<Json<Value>, Problem> {
    let id = path.get("redemption_id");
    let found = ctx.run(move |tx, _| Ok(redemptions::get(tx, &member.id, &id)?)).await?;
    found.map(|redemption| Json(view(&ctx, &redemption))).ok_or_else(Problem::not_found)
}

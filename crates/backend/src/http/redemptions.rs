//! Redeeming, and what was redeemed.

use super::App;
use super::answer::json_text;
use super::body::{Fields, JsonBody, identifier, integer, is_contract_uuid, timestamp, uuid};
use super::context::{Ctx, Member, PathParams, Writer};
use super::once::{Key, once, once_as};
use super::query::{Params, page};
use super::views::{fields, image, money, portions, put, store_ref, time};
use crate::catalogue::stores_label;
use crate::clock::{Millis, rfc3339};
use crate::ids;
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::redeeming::{self, Mark, Order};
use crate::store::redemptions::{self, Filter, Redemption, Refusal};
use crate::store::tiers;
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::sync::Arc;

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
            "images": [image(ctx, "rewards", reward.picture_id(), &reward.title)],
        }),
        // A voucher outlives its reward.
        None => {
            json!({"id": redemption.reward_id, "title": redemption.reward_id, "subtitle": "", "kind": "item",
            "images": []})
        }
    };
    let now = ctx.now();
    let mut actions = Vec::new();
    if redemption.awaits_payment() {
        actions.push("pay");
    }
    if redemption.cancellable_at(now) {
        actions.push("cancel");
    }
    let voucher = redemption.issued_at.map(|from| {
        json!({
            "code": redemption.voucher_code,
            "formats": ["qr", "code128"],
            "valid_from": rfc3339(from),
            "valid_until": rfc3339(redemption.valid_until),
            "stores_label": reward.map(|reward| stores_label(&ctx.scene, reward, ctx.locale)).unwrap_or_default(),
        })
    });
    let payment = redemption.money.zip(redemption.due_at).filter(|_| redemption.awaits_payment());
    let payment = payment.map(|(amount, due)| {
        json!({
            "amount": money(ctx, amount),
            "url": format!("/demo/payments/{}", redemption.id),
            "expires_at": rfc3339(due),
        })
    });
    let refund = redemption.refunded_at.map(|at| {
        json!({
            "points": redemption.cost_points,
            "at": rfc3339(at),
            "buckets": portions(&redemption.buckets_used),
        })
    });
    let mut map = fields(json!({
        "id": redemption.id,
        "client_ref": redemption.client_ref,
        "status": redemption.status_at(now),
        "status_detail": detail(redemption).map(|text| ctx.say(&text).to_owned()),
        "poll_after": poll_after(redemption, now),
        "reward": shown,
        "quantity": redemption.quantity,
        "cost_points": redemption.cost_points,
        "buckets_used": portions(&redemption.buckets_used),
        "voucher": voucher,
        "payment": payment,
        "created_at": rfc3339(redemption.created_at),
        "used_at": time(redemption.used_at),
        "refund": refund,
        "actions": actions,
        "balance_after": redemption.balance_after,
    }));
    put(&mut map, "store", store_ref(ctx, redemption.store_id.as_deref()));
    let cancellable_until = redemption.cancellable_until.filter(|_| redemption.issued_at.is_some());
    put(&mut map, "cancellable_until", cancellable_until.map(rfc3339));
    Value::Object(map)
}

/// In how many seconds to ask again about what is pending: soon, for who waits for a partner.
fn poll_after(redemption: &Redemption, now: Millis) -> Option<i64> {
    const SLOWEST: i64 = 5;
    let due = redemption.due_at.filter(|_| redemption.is_pending())?;
    let half = (due - now).max(0) / 2000 + 1;
    Some(if redemption.awaits_payment() { SLOWEST } else { half.min(SLOWEST) })
}

/// Why it is pending or was rejected, and what becomes of money.
fn detail(redemption: &Redemption) -> Option<Text> {
    let paid = redemption.paid_at.is_some();
    Some(match (redemption.status.as_str(), redemption.refusal) {
        ("pending", _) if redemption.awaits_payment() => Text::new(
            "付款后出券。15 分钟内没有付款就不兑了，积分退回。",
            "付款後出券。15 分鐘內沒有付款就不兌了，點數退回。",
            "Issued once you have paid. Without payment within 15 minutes it is called off and your points come back.",
        ),
        ("pending", _) => Text::new(
            "合作方正在出券，通常只要几秒。",
            "合作方正在出券，通常只要幾秒。",
            "Our partner is issuing it, usually within seconds.",
        ),
        ("rejected", Some(Refusal::Unpaid)) => Text::new(
            "没有在时限内付款，积分已退回。",
            "沒有在時限內付款，點數已退回。",
            "It was not paid in time; your points are back.",
        ),
        ("rejected", Some(Refusal::Declined)) => Text::new(
            "付款没有成功，没有扣款，积分已退回。",
            "付款沒有成功，沒有扣款，點數已退回。",
            "The payment failed and nothing was charged; your points are back.",
        ),
        ("rejected", _) if paid => Text::new(
            "合作方没能出券，积分已退回，付款将原路退回。",
            "合作方沒能出券，點數已退回，款項將原路退回。",
            "Our partner could not issue it; your points are back, and your payment will be returned the way it came.",
        ),
        ("rejected", _) => Text::new(
            "合作方没能出券，积分已退回。",
            "合作方沒能出券，點數已退回。",
            "Our partner could not issue it; your points are back.",
        ),
        ("cancelled", _) if paid => Text::new(
            "付款将原路退回。",
            "款項將原路退回。",
            "Your payment will be returned the way it came.",
        ),
        _ => return None,
    })
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
        "cost_money": preview.money.map(|amount| money(&ctx, amount)),
        "pay_at": preview.money.map(|_| if ctx.app.demo { "online" } else { "store" }),
    })))
}

/// The key of a redemption, where keys are kept.
pub(crate) struct MaybeKey(Option<Key>);

impl FromRequestParts<Arc<App>> for MaybeKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        if !app.has("idempotency") {
            return Ok(Self(None));
        }
        Key::from_request_parts(parts, app).await.map(|key| Self(Some(key)))
    }
}

/// What is to be redeemed, and until when.
struct Intent {
    order: Order,
    client_ref: String,
    not_after: Option<Millis>,
}

/// Redeems unless the deadline has passed. The time is read here, when nobody else can write any more: who looks later and finds
/// nothing, at a time past the deadline, can be sure that nothing follows.
fn redeem(db: &Connection, ctx: &Ctx, member: &str, intent: Intent) -> Result<(u16, Value), Problem> {
    if intent.not_after.is_some_and(|deadline| ctx.moment() >= deadline) {
        return Err(Problem::new(Code::IntentExpired).detail(Text::new(
            "请求到得太晚，没有兑换，积分没有扣。",
            "請求到得太晚，沒有兌換，點數沒有扣。",
            "The request came too late. Nothing was redeemed, and no points were spent.",
        )));
    }
    let mark = Mark {
        id: ids::random(),
        client_ref: intent.client_ref,
        voucher_code: ids::voucher_code(ids::entropy()?),
    };
    let redemption = redeeming::redeem(db, &ctx.scene, member, &intent.order, mark, ctx.app.demo)?;
    Ok((if redemption.is_pending() { 202 } else { 201 }, view(ctx, &redemption)))
}

pub(crate) async fn create(
    ctx: Ctx,
    Writer(member): Writer,
    MaybeKey(key): MaybeKey,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let mut fields = Fields::new(body);
    let client_ref = fields.required("client_ref", uuid);
    let order = order(&mut fields, true);
    let keeps_deadlines = ctx.app.has("redemption-deadline");
    let not_after = if keeps_deadlines { fields.optional("not_after", timestamp) } else { None };
    let differs = |key: &Key| client_ref.as_ref().is_some_and(|client_ref| *client_ref != key.0);
    if key.as_ref().is_some_and(differs) {
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
    let owner = member.id.clone();
    let Some(key) = key else {
        let intent = Intent { order, client_ref: ids::random(), not_after };
        let (status, body) = ctx.run(move |tx, ctx| redeem(tx, ctx, &owner, intent)).await?;
        return Ok(json_text(status, body.to_string()));
    };
    // The deadline is no part of it: who asks once more may allow more time.
    let asked = format!("{order:?}");
    let fingerprint = ids::digest(&[b"redeem", asked.as_bytes()]);
    let intent = Intent { order, client_ref, not_after };
    once_as(&ctx, &member, key, fingerprint, move |tx, ctx| redeem(tx, ctx, &owner, intent)).await
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
    let unknown = client_ref.is_some() && !ctx.app.has("idempotency");
    let filter = Filter { status, client_ref, before };
    let rows = ctx
        .run(move |tx, ctx| {
            tiers::settle(tx, &ctx.scene, &member.id)?;
            let rows = redemptions::list(tx, &member.id, &filter, ctx.now(), limit + 1)?;
            Ok(if unknown { Vec::new() } else { rows })
        })
        .await?;
    Ok(Json(page("redemptions", rows, limit, |row| row.seq.to_string(), |row| view(&ctx, row))))
}

pub(crate) async fn get(ctx: Ctx, member: Member, path: PathParams) -> Result<Json<Value>, Problem> {
    let id = path.get("redemption_id");
    let found = ctx
        .run(move |tx, ctx| {
            tiers::settle(tx, &ctx.scene, &member.id)?;
            Ok(redemptions::get(tx, &member.id, &id)?)
        })
        .await?;
    found.map(|redemption| Json(view(&ctx, &redemption))).ok_or_else(Problem::not_found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sessions;
    use crate::{Backend, Clock, Config};
    use axum::body::Body;
    use axum::http::Request;
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::sync::mpsc;
    use std::time::Duration;
    use tower::ServiceExt;

    const NOW: Millis = 1_786_525_080_000;

    /// Both sides of the promise that a client may make when it finds nothing after the deadline: a request that waits for the
    /// others is judged by the time at which its turn comes, and a lookup tells no later time than that at which it began.
    #[tokio::test]
    async fn time_passes_while_a_request_waits() {
        let directory = tempfile::tempdir().unwrap();
        promise(":memory:".into()).await;
        promise(directory.path().join("data.sqlite")).await;
    }

    async fn promise(database: std::path::PathBuf) {
        let millis = Arc::new(AtomicI64::new(NOW));
        let clock = Clock::by_hand(Arc::clone(&millis));
        let config = Config { clock, database, ..Config::new("coffee") };
        let backend = Backend::open(&config).unwrap();
        let token = crate::http::context::token_hash("token");
        let member = backend
            .app
            .db
            .transact(|tx| -> rusqlite::Result<String> {
                let id: String =
                    tx.query_row("SELECT id FROM members WHERE phone = '13800130417'", [], |row| row.get(0))?;
                let session = sessions::Session {
                    id: "s".into(),
                    member_id: id.clone(),
                    channel: "mobile".into(),
                    device: None,
                    created_at: NOW,
                    last_seen_at: NOW,
                    expires_at: NOW + crate::clock::DAY,
                    device_id: None,
                };
                sessions::insert(tx, &session, &token)?;
                Ok(id)
            })
            .unwrap();
        let key = "5b0f2c1e-7d64-4c0e-9a35-0f6b7b1d2a10";
        let order = json!({
            "reward_id": "iced-latte", "quantity": 1, "expected_cost": 2200, "client_ref": key,
            "not_after": rfc3339(NOW + 1000),
        });
        let place = Request::post("/api/v1/me/redemptions")
            .header("authorization", "Bearer token")
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .body(Body::from(order.to_string()))
            .unwrap();
        let look = Request::get(format!("/api/v1/me/redemptions?client_ref={key}"))
            .header("authorization", "Bearer token")
            .body(Body::empty())
            .unwrap();
        let (router, app) = (backend.router().unwrap(), Arc::clone(&backend.app));
        let (locked, is_locked) = mpsc::channel();
        // Somebody writes for longer than the deadline.
        let writer = std::thread::spawn(move || {
            app.db.transact(|_| -> rusqlite::Result<()> {
                locked.send(()).unwrap();
                std::thread::sleep(Duration::from_millis(400));
                millis.store(NOW + 2000, Ordering::SeqCst);
                Ok(())
            })
        });
        is_locked.recv().unwrap();
        let (placed, looked) = tokio::join!(router.clone().oneshot(place), router.oneshot(look));
        writer.join().unwrap().unwrap();
        assert_eq!(placed.unwrap().status().as_u16(), 409);
        assert_eq!(looked.unwrap().headers()["x-server-time"], crate::clock::rfc3339_millis(NOW));
        let made = backend.app.db.transact(|tx| {
            redemptions::list(
                tx,
                &member,
                &Filter { client_ref: Some(key.into()), ..Filter::default() },
                NOW,
                1,
            )
        });
        assert!(made.unwrap().is_empty());
    }
}

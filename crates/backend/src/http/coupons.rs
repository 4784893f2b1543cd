//! Coupons: those on offer, and those a member has.

use super::context::{Ctx, Member, PathParams, Writer};
use super::once::{Key, once};
use super::query::{Params, page};
use super::transfers::FEATURE;
use super::views::{discount, fields, money, put};
use crate::clock::rfc3339;
use crate::ids;
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::programme::CouponOffer;
use crate::store::coupons::{self, Coupon};
use axum::Json;
use axum::response::Response;
use serde_json::{Map, Value, json};

fn common(ctx: &Ctx, offer: &CouponOffer) -> Map<String, Value> {
    let mut map = fields(json!({
        "title": ctx.say(&offer.title),
        "discount": discount(ctx, &offer.discount),
        "scope": ctx.say(&offer.scope),
    }));
    put(&mut map, "min_spend", offer.min_spend.map(|amount| money(ctx, amount)));
    map
}

/// What a coupon is worth. It outlives its offer.
pub(crate) fn worth(ctx: &Ctx, coupon: &Coupon) -> Map<String, Value> {
    let gone = || fields(json!({"title": coupon.offer_id, "discount": {"kind": "unknown"}, "scope": ""}));
    ctx.programme().offer(&coupon.offer_id).map_or_else(gone, |offer| common(ctx, offer))
}

/// A coupon as its member sees it.
pub(crate) fn view(ctx: &Ctx, coupon: &Coupon) -> Value {
    let offer = ctx.programme().offer(&coupon.offer_id);
    let status = coupon.status_at(ctx.now());
    let mut map = worth(ctx, coupon);
    map.extend(fields(json!({
        "id": coupon.id,
        "status": status,
        "valid_from": rfc3339(coupon.valid_from),
        "valid_until": rfc3339(coupon.valid_until),
        "code": if matches!(status, "transferring" | "given") { "" } else { &coupon.code },
        "terms": offer.map(|offer| ctx.programme().terms(&offer.terms, ctx.locale)).unwrap_or_default(),
    })));
    if ctx.app.has(FEATURE) {
        let on_its_way = coupon.on_its_way(ctx.now()).filter(|_| status == "transferring");
        map.extend(fields(json!({
            "actions": match status {
                "available" => &["transfer"][..],
                "transferring" => &["take-back"],
                _ => &[],
            },
            "transfer": on_its_way.map(|offered| json!({
                "id": offered.id,
                "link": link(&offered.id),
                "expires_at": rfc3339(offered.expires_at),
            })),
        })));
    }
    Value::Object(map)
}

/// Where a friend takes a coupon: an address of the portal.
pub(crate) fn link(transfer: &str) -> String {
    format!("/gifts/{transfer}")
}

pub(crate) async fn mine(ctx: Ctx, member: Member, mut params: Params) -> Result<Json<Value>, Problem> {
    let status = params.word("status", &["available", "used", "expired", "transferring", "given"]);
    let limit = params.limit();
    let before = params.position("coupons");
    params.finish()?;
    let rows = ctx
        .run(move |tx, ctx| Ok(coupons::list(tx, &member.id, status, before, ctx.now(), limit + 1)?))
        .await?;
    Ok(Json(page("coupons", rows, limit, |row| row.seq.to_string(), |row| view(&ctx, row))))
}

pub(crate) async fn offers(ctx: Ctx, member: Member) -> Result<Json<Value>, Problem> {
    let data = ctx
        .run(move |tx, ctx| {
            let open = |offer: &&CouponOffer| ctx.now() <= ctx.scene.closing(offer.claim_until_days);
            let view = |offer: &CouponOffer| {
                let mut map = common(ctx, offer);
                map.insert("id".into(), offer.id.clone().into());
                map.insert("claim_until".into(), rfc3339(ctx.scene.closing(offer.claim_until_days)).into());
                map.insert("claimed".into(), coupons::claimed(tx, &member.id, &offer.id)?.into());
                Ok(Value::Object(map))
            };
            ctx.programme().coupon_offers.iter().filter(open).map(view).collect::<Result<Vec<_>, Problem>>()
        })
        .await?;
    Ok(Json(json!({"data": data})))
}

pub(crate) async fn claim(
    ctx: Ctx,
    Writer(member): Writer,
    path: PathParams,
    key: Key,
) -> Result<Response, Problem> {
    let id = path.get("offer_id");
    let fingerprint = ids::digest(&[b"claim", id.as_bytes()]);
    let owner = member.id.clone();
    once(&ctx, &member, key, fingerprint, 201, move |tx, ctx| {
        let offer = ctx.programme().offer(&id).ok_or_else(Problem::not_found)?;
        if ctx.now() > ctx.scene.closing(offer.claim_until_days) {
            return Err(Problem::new(Code::NotInWindow));
        }
        if coupons::claimed(tx, &owner, &offer.id)? {
            return Err(Problem::new(Code::LimitReached).detail(Text::new(
                "每人限领一张，你已经领过了。",
                "每人限領一張，你已經領過了。",
                "One for each member; you have claimed yours.",
            )));
        }
        let coupon = Coupon {
            seq: 0,
            id: ids::random(),
            offer_id: offer.id.clone(),
            code: ids::voucher_code(ids::entropy()?),
            used_at: None,
            given_at: None,
            valid_from: ctx.now(),
            valid_until: ctx.scene.end_of_day_in(offer.valid_days),
            offered: None,
        };
        coupons::claim(tx, &owner, &coupon)?;
        Ok(view(ctx, &coupon))
    })
    .await
}

//! `POST /wechat/payments`: what the native payment page asks WeChat for the money with.

use super::{code, gateway, refused};
use crate::http::body::{Fields, JsonBody, identifier};
use crate::http::context::{Ctx, SameSite};
use crate::http::rate_limit::Act;
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::redeeming;
use crate::store::wechat::{self, Identity};
use crate::wechat::Bill;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rusqlite::Connection;
use serde_json::json;

fn closed() -> Problem {
    Problem::new(Code::PaymentClosed).detail(Text::new(
        "已经付过，或已经取消。",
        "已經付過，或已經取消。",
        "It has been paid or called off.",
    ))
}

/// What there is to pay for a redemption of whoever has the identity.
fn bill(db: &Connection, ctx: &Ctx, payer: Identity, redemption_id: &str) -> Result<Bill, Problem> {
    let member = wechat::member_of(db, &payer)?.ok_or_else(Problem::not_found)?;
    let redemption = redeeming::find_any(db, &ctx.scene, redemption_id)?;
    if redemption.member_id != member {
        return Err(Problem::not_found());
    }
    let amount = redemption.money.filter(|_| redemption.awaits_payment()).ok_or_else(closed)?;
    let programme = ctx.programme();
    let reward = programme.reward(&redemption.reward_id);
    Ok(Bill {
        payer,
        amount,
        currency: programme.currency.clone(),
        description: reward.map_or(redemption.reward_id.as_str(), |one| ctx.say(&one.title)).to_owned(),
        redemption_id: redemption.id,
        now: ctx.now(),
    })
}

pub(crate) async fn create(ctx: Ctx, _: SameSite, JsonBody(body): JsonBody) -> Result<Response, Problem> {
    let gateway = gateway(&ctx)?;
    let mut fields = Fields::new(body);
    let login = fields.required("code", code);
    let redemption = fields.required("redemption_id", identifier);
    let (login, redemption) = fields.finish(login.zip(redemption))?;
    if !gateway.takes_payments() {
        return Err(Problem::not_found());
    }
    ctx.app.desk.count_from(Act::WechatCode, ctx.address)?;
    let payer = gateway.identity(&login).await.map_err(|refusal| refused(refusal, "/code"))?;
    let bill = ctx.run(move |tx, ctx| bill(tx, ctx, payer, &redemption)).await?;
    let payment = gateway.payment(&bill).await.map_err(|refusal| refused(refusal, "/redemption_id"))?;
    let body = json!({
        "time_stamp": payment.time_stamp,
        "nonce": payment.nonce,
        "package": payment.package,
        "sign_type": payment.sign_type,
        "pay_sign": payment.pay_sign,
    });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

//! `GET /me/card-code`: what the till and the kiosk read, and signing in at a kiosk with it.

use super::body::{Fields, JsonBody, string};
use super::context::{Ctx, KioskWriter, Member};
use super::devices::FEATURE;
use super::rate_limit::Act;
use super::sessions::begin;
use crate::clock::rfc3339;
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::rules::card_codes::{Refusal, STEP, owner, payload, step};
use crate::store::{card_codes, members};
use axum::Json;
use axum::response::Response;
use serde_json::{Value, json};

/// The digits of a code.
const LENGTH: usize = 16;

pub(crate) async fn get(ctx: Ctx, member: Member) -> Result<Json<Value>, Problem> {
    let step = step(ctx.now());
    let payload = ctx
        .run(move |tx, ctx| {
            let payload = payload(&members::get(tx, &member.id)?.card_secret, step);
            if ctx.app.has(FEATURE) {
                card_codes::show(tx, &member.id, step, &payload)?;
            }
            Ok(payload)
        })
        .await?;
    let until = (step + 1) * STEP;
    Ok(Json(json!({
        "payload": payload,
        "formats": ["qr", "code128"],
        "valid_until": rfc3339(until),
        "refresh_after": (until - ctx.now()) / 1000,
    })))
}

fn refused(refusal: Refusal) -> Problem {
    let (code, detail) = match refusal {
        Refusal::Unknown => {
            (Code::SmsIncorrect, Text::new("这不是会员码。", "這不是會員碼。", "This isn't a member code."))
        }
        Refusal::Over => (
            Code::SmsExpired,
            Text::new(
                "这个会员码用过了或已过期，请等手机上出现新的码。",
                "這個會員碼用過了或已過期，請等手機上出現新的碼。",
                "This member code was used or has expired; please wait for the next one on your phone.",
            ),
        ),
    };
    Problem::new(code).detail(detail.clone()).error("/payload", detail)
}

pub(crate) async fn sign_in(
    ctx: Ctx,
    KioskWriter(kiosk): KioskWriter,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let mut fields = Fields::new(body);
    let payload = fields.required("payload", string(LENGTH..=LENGTH, |c| c.is_ascii_digit()));
    let payload = fields.finish(payload)?;
    ctx.app.desk.count(Act::CardCode, &kiosk.id)?;
    let begun = ctx
        .run(move |tx, ctx| {
            let shown = card_codes::shown(tx, &payload)?;
            let code = owner(&shown, ctx.now()).map_err(refused)?;
            card_codes::use_up(tx, code, ctx.now())?;
            begin(tx, ctx, code.member_id.clone())
        })
        .await?;
    begun.answer(&ctx)
}

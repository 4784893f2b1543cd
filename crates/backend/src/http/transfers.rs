//! Coupons that members give to one another: a link, which one friend takes the coupon with.
//!
//! Deadlines are judged by the moment within the transaction, so that what a later request has seen come back can't be taken by an
//! earlier one that had to wait.

use super::body::{Fields, JsonBody};
use super::context::{Ctx, Member, PathParams, Writer};
use super::coupons::{link, view, worth};
use super::once::{Key, once};
use crate::clock::{DAY, Millis, rfc3339};
use crate::ids;
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::store::coupons::{self, Coupon};
use crate::store::members;
use crate::store::transfers::{self, Outcome, Transfer};
use axum::Json;
use axum::http::StatusCode;
use axum::response::Response;
use rusqlite::Connection;
use serde_json::{Value, json};

pub(crate) const FEATURE: &str = "coupon-transfers";
/// How long a friend has.
const OFFERED_FOR: Millis = 3 * DAY;
/// Characters of a message.
const LONGEST_MESSAGE: usize = 60;

/// What breaks a line, or turns around what stands after it.
fn disturbs(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The giver's word without the blanks around it; nothing when nothing is left.
fn message(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let fits = !text.chars().any(disturbs) && text.chars().count() <= LONGEST_MESSAGE;
    fits.then(|| text.trim().to_owned())
}

/// The beginning of a name, for people who know it anyway.
fn masked(name: &str) -> String {
    let mut chars = name.trim().chars();
    // A digit may be the beginning of a phone number.
    let first = chars.next().filter(|c| c.is_alphabetic());
    let rest = if chars.count() <= 1 { "*" } else { "**" };
    first.map_or_else(|| "**".to_owned(), |first| format!("{first}{rest}"))
}

fn closed() -> Problem {
    Problem::new(Code::TransferClosed).detail(Text::new(
        "这张券已被领取、收回或超过领取时间。",
        "這張券已被領取、收回或超過領取時間。",
        "It has been taken, taken back, or its time is up.",
    ))
}

pub(crate) async fn create(
    ctx: Ctx,
    Writer(member): Writer,
    path: PathParams,
    key: Key,
    body: JsonBody,
) -> Result<Response, Problem> {
    ctx.needs(FEATURE)?;
    member.needs_full_scope()?;
    let mut fields = Fields::new(body.0);
    let message = fields.optional("message", message).filter(|message| !message.is_empty());
    fields.finish(Some(()))?;
    let id = path.get("coupon_id");
    let fingerprint =
        ids::digest(&[b"transfer", id.as_bytes(), message.as_deref().unwrap_or_default().as_bytes()]);
    let giver = member.id.clone();
    once(&ctx, &member, key, fingerprint, 201, move |tx, ctx| {
        let coupon = coupons::get(tx, &giver, &id)?.ok_or_else(Problem::not_found)?;
        let now = ctx.moment();
        let status = coupon.status_at(now);
        if status != "available" {
            return Err(not_transferable(status));
        }
        if let Some(over) = &coupon.offered {
            transfers::close(tx, &over.id, &Outcome::Returned)?;
        }
        let transfer = Transfer {
            id: ids::hex(&ids::entropy::<16>()?),
            coupon_id: coupon.id,
            giver_id: giver,
            message,
            created_at: now,
            expires_at: (now + OFFERED_FOR).min(coupon.valid_until),
            outcome: None,
        };
        transfers::insert(tx, &transfer)?;
        Ok(json!({
            "id": transfer.id,
            "coupon_id": transfer.coupon_id,
            "status": transfer.status_at(now),
            "link": link(&transfer.id),
            "created_at": rfc3339(transfer.created_at),
            "expires_at": rfc3339(transfer.expires_at),
            "message": transfer.message,
        }))
    })
    .await
}

fn not_transferable(status: &str) -> Problem {
    Problem::new(Code::NotTransferable).detail(match status {
        "used" => Text::new("这张券已使用。", "這張券已使用。", "It has been used."),
        "expired" => Text::new("这张券已过期。", "這張券已過期。", "It has expired."),
        "transferring" => Text::new(
            "这张券正在送给朋友，先收回才能再送。",
            "這張券正在送給朋友，先收回才能再送。",
            "It is on its way to a friend; take it back first.",
        ),
        _ => Text::new("这张券已送给朋友。", "這張券已送給朋友。", "A friend has it now."),
    })
}

/// A transfer and its coupon.
fn find(db: &Connection, id: &str) -> Result<(Transfer, Coupon), Problem> {
    let transfer = transfers::get(db, id)?.ok_or_else(Problem::not_found)?;
    let coupon = coupons::find(db, &transfer.coupon_id)?.ok_or_else(Problem::not_found)?;
    Ok((transfer, coupon))
}

pub(crate) async fn get(ctx: Ctx, member: Member, path: PathParams) -> Result<Json<Value>, Problem> {
    ctx.needs(FEATURE)?;
    let id = path.get("transfer_id");
    let body = ctx
        .run(move |tx, ctx| {
            let (transfer, coupon) = find(tx, &id)?;
            let giver = members::get(tx, &transfer.giver_id)?;
            let mine = transfer.giver_id == member.id;
            let accepted_by_me = transfer.accepted_by(&member.id);
            // The word was for a friend, not for everybody who gets hold of the link later.
            let private = !mine && !accepted_by_me && transfer.outcome_at(ctx.now()).is_some();
            let mut summary = worth(ctx, &coupon);
            summary.insert("valid_until".into(), rfc3339(coupon.valid_until).into());
            Ok(json!({
                "id": transfer.id,
                "status": transfer.status_at(ctx.now()),
                "from": masked(&giver.display_name),
                "mine": mine,
                "accepted_by_me": accepted_by_me,
                "message": transfer.message.filter(|_| !private),
                "expires_at": rfc3339(transfer.expires_at),
                "coupon": summary,
            }))
        })
        .await?;
    Ok(Json(body))
}

pub(crate) async fn accept(
    ctx: Ctx,
    Writer(member): Writer,
    path: PathParams,
    key: Key,
) -> Result<Response, Problem> {
    ctx.needs(FEATURE)?;
    member.needs_full_scope()?;
    let id = path.get("transfer_id");
    let fingerprint = ids::digest(&[b"accept", id.as_bytes()]);
    let taker = member.id.clone();
    once(&ctx, &member, key, fingerprint, 201, move |tx, ctx| {
        let (transfer, coupon) = find(tx, &id)?;
        let now = ctx.moment();
        if transfer.giver_id == taker {
            return Err(Problem::new(Code::TransferOwn).detail(Text::new(
                "自己送出的券不能自己领；想要回来，可以收回。",
                "自己送出的券不能自己領；想要回來，可以收回。",
                "You can't take your own gift; you can take it back.",
            )));
        }
        let open = transfer.outcome_at(now).is_none() && coupon.status_at(now) == "transferring";
        if !open || !transfers::close(tx, &id, &Outcome::Accepted(taker.clone()))? {
            return Err(closed());
        }
        coupons::set_given(tx, &coupon.id, now)?;
        // A coupon of the friend's own: what the giver has seen of theirs is worth nothing.
        let received =
            Coupon { id: ids::random(), code: ids::voucher_code(ids::entropy()?), offered: None, ..coupon };
        coupons::insert(tx, &taker, &received)?;
        Ok(view(ctx, &received))
    })
    .await
}

pub(crate) async fn take_back(
    ctx: Ctx,
    Writer(member): Writer,
    path: PathParams,
) -> Result<StatusCode, Problem> {
    ctx.needs(FEATURE)?;
    member.needs_full_scope()?;
    let id = path.get("transfer_id");
    ctx.run(move |tx, _| {
        let transfer = transfers::get(tx, &id)?.filter(|transfer| transfer.giver_id == member.id);
        let transfer = transfer.ok_or_else(Problem::not_found)?;
        match transfer.outcome {
            Some(Outcome::Accepted(_)) => Err(Problem::new(Code::TransferClosed).detail(Text::new(
                "朋友已经领走了，不能再收回。",
                "朋友已經領走了，無法再收回。",
                "A friend has taken it; it can't be taken back.",
            ))),
            Some(Outcome::Returned) => Ok(()),
            None => {
                transfers::close(tx, &id, &Outcome::Returned)?;
                Ok(())
            }
        }
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_masked() {
        for (name, shown) in [
            ("林蔚", "林*"),
            ("欧阳海屿", "欧**"),
            ("Lin Wei", "L**"),
            ("会员 0417", "会**"),
            ("13800130417", "**"),
            ("+86 138", "**"),
            ("林", "林*"),
            ("🐈", "**"),
            ("", "**"),
        ] {
            assert_eq!(masked(name), shown, "{name}");
        }
    }

    #[test]
    fn messages_are_one_short_line() {
        let read = |text: &str| message(&json!(text));
        assert_eq!(read("  请你喝一杯 👨‍👩‍👧 ").as_deref(), Some("请你喝一杯 👨‍👩‍👧"));
        assert_eq!(read(" \u{3000} ").as_deref(), Some(""));
        assert_eq!(read(&"杯".repeat(60)).map(|text| text.chars().count()), Some(60));
        for bad in ["a\nb", "a\0", "\u{7f}", "\u{85}", "\u{202e}abc", "\u{2066}", "\u{2028}"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
        assert_eq!(read(&"杯".repeat(61)), None);
        assert_eq!(message(&json!(7)), None);
    }
}

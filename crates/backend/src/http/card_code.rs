//! `GET /me/card-code`: what the till reads. It changes every minute, so that a photograph of it is soon worth nothing.

use super::context::{Ctx, Member};
use crate::clock::{Millis, rfc3339};
use crate::ids;
use crate::problem::Problem;
use crate::store::members;
use axum::Json;
use serde_json::{Value, json};

const STEP: Millis = 60_000;

/// The sixteen digits of a member's secret in one step of time; the last is a check digit.
fn payload(secret: &[u8], step: Millis) -> String {
    let inner = ids::digest(&[secret, b"card", &step.to_be_bytes()]);
    let outer = ids::digest(&[secret, &inner]);
    let mut number = [0; 8];
    number.copy_from_slice(&outer[..8]);
    let digits = format!("{:015}", u64::from_be_bytes(number) % 1_000_000_000_000_000);
    let check = ids::luhn(&digits);
    format!("{digits}{check}")
}

pub(crate) async fn get(ctx: Ctx, member: Member) -> Result<Json<Value>, Problem> {
    let secret = ctx.run(move |tx, _| Ok(members::get(tx, &member.id)?.card_secret)).await?;
    let step = ctx.now().div_euclid(STEP);
    let until = (step + 1) * STEP;
    Ok(Json(json!({
        "payload": payload(&secret, step),
        "formats": ["qr", "code128"],
        "valid_until": rfc3339(until),
        "refresh_after": (until - ctx.now()) / 1000,
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_digits_that_change_with_time_and_member() {
        let code = payload(b"secret", 7);
        assert_eq!(code.len(), 16);
        assert_eq!(code.chars().last(), Some(ids::luhn(&code[..15])));
        assert_eq!(code, payload(b"secret", 7));
        assert_ne!(code, payload(b"secret", 8));
        assert_ne!(code, payload(b"other", 7));
    }
}

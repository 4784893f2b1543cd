//! What a member set out to redeem, as it is kept on the device.

use crate::domain::date::Instant;

/// For how long an order is good, in milliseconds. Afterwards a backend that keeps time refuses it, so that a lost one
/// is settled soon and for good.
pub const VALID_MS: i64 = 120_000;
/// The backend's clock and the portal's idea of it may differ by this much.
const MARGIN_MS: i64 = 5_000;
/// A backend that doesn't keep time is believed after this long: no request is on its way for longer.
const GRACE_MS: i64 = 600_000;
/// What ends later than this after now, nobody kept here, even if the clock is days off until the server has spoken.
const FAR_MS: i64 = 7 * 86_400_000;

/// What became of an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Made: the redemption's identifier.
    Made(String),
    /// Made, as the member says who has seen the ledger.
    Told,
    /// Not made, and it never will be.
    NotMade,
}

/// What the member set out to redeem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The key of every attempt; also the reference by which the redemption is found again.
    pub client_ref: String,
    /// Identifier of the member, so that nobody else's is taken up.
    pub member_id: String,
    /// Identifier of the reward.
    pub reward_id: String,
    /// Its title, for the screen.
    pub title: String,
    /// How many.
    pub quantity: i64,
    /// Store of pick-up.
    pub store_id: Option<String>,
    /// Points that the member agreed to.
    pub expected_cost: i64,
    /// Until when the backend may take it, by its own clock.
    pub not_after: Instant,
    /// Whether it was sent, by any tab, and nobody knows what became of that.
    pub doubt: bool,
    /// Counts what this device keeps, so that tabs agree on what came first without a clock.
    pub seq: i64,
    /// What became of it, and its place in the count.
    pub settled: Option<(i64, Outcome)>,
}

impl Intent {
    /// When the member agreed.
    pub fn begun(&self) -> Instant {
        self.not_after.plus_ms(-VALID_MS)
    }

    /// Whether nobody expects it to arrive any more at `now`. Only where `deadline` is promised that is certain.
    pub fn is_late(&self, now: Instant, deadline: bool) -> bool {
        if deadline { self.is_over(now, true) } else { now >= self.not_after }
    }

    /// Whether it can't be made any more at `now`; `deadline` when the backend keeps time.
    pub fn is_over(&self, now: Instant, deadline: bool) -> bool {
        let slack = if deadline { MARGIN_MS } else { GRACE_MS };
        now.0 >= self.not_after.0.saturating_add(slack)
    }

    /// Whether the portal can have kept it: what someone else wrote into storage is left alone.
    pub fn is_plausible(&self, now: Instant) -> bool {
        let key = self.client_ref.as_bytes();
        let dashes = key.iter().enumerate().filter(|(_, letter)| **letter == b'-').map(|(at, _)| at);
        key.len() == 36
            && dashes.eq([8, 13, 18, 23])
            && key.iter().all(|letter| *letter == b'-' || letter.is_ascii_hexdigit())
            && (1..=10).contains(&self.quantity)
            && self.expected_cost >= 0
            && (0..i64::MAX / 2).contains(&self.seq)
            && self.not_after.0 <= now.0.saturating_add(FAR_MS)
    }

    /// Whether the portal was seen with it for so long that no tab needs to know of it any more.
    pub fn is_old(&self, now: Instant) -> bool {
        self.settled.is_some() && now.0 >= self.not_after.0.saturating_add(GRACE_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_here_wrote_is_left_alone() {
        let now = Instant(1_786_525_080_000);
        let intent = Intent {
            client_ref: "5b0f2c1e-7d64-4c0e-9a35-0f6b7b1d2a10".into(),
            member_id: "m".into(),
            reward_id: "iced-latte".into(),
            title: "冰拿铁".into(),
            quantity: 1,
            store_id: None,
            expected_cost: 2_200,
            not_after: now.plus_ms(VALID_MS),
            doubt: false,
            seq: 1,
            settled: None,
        };
        assert!(intent.is_plausible(now));
        for other in [
            Intent { client_ref: "x".into(), ..intent.clone() },
            Intent { client_ref: "5b0f2c1e-7d64-4c0e-9a35-0f6b7b1d2a1&".into(), ..intent.clone() },
            Intent { quantity: 0, ..intent.clone() },
            Intent { expected_cost: -1, ..intent.clone() },
            Intent { not_after: Instant(i64::MAX), ..intent.clone() },
            Intent { seq: i64::MAX, ..intent.clone() },
        ] {
            assert!(!other.is_plausible(now), "{other:?}");
        }
    }
}

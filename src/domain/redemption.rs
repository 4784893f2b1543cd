//! Redemptions and what they issue.

use crate::domain::date::Instant;
use crate::domain::reward::Image;

/// A bucket that a redemption takes points from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketUse {
    /// Points taken.
    pub amount: i64,
    /// When they would have expired.
    pub expires_at: Option<Instant>,
    /// Points that stay in the bucket.
    pub remaining: Option<i64>,
}

impl BucketUse {
    /// Share of the bucket that is taken, in per cent; all of it where nobody says what stays.
    pub fn percent(&self) -> i64 {
        let whole = self.amount.saturating_add(self.remaining.unwrap_or_default().max(0)).max(1);
        (self.amount.saturating_mul(100) / whole).clamp(0, 100)
    }
}

/// What a redemption would cost, before it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Points to be spent.
    pub cost_points: i64,
    /// Balance before.
    pub balance_before: i64,
    /// Balance after.
    pub balance_after: i64,
    /// Buckets used, soonest expiry first.
    pub buckets_used: Vec<BucketUse>,
    /// Until when the voucher can be used.
    pub voucher_valid_until: Option<Instant>,
    /// Until when it can be cancelled.
    pub cancellable_until: Option<Instant>,
}

/// State of a redemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Accepted, not issued yet.
    Pending,
    /// Issued: ready to be used.
    Issued,
    /// Used.
    Used,
    /// Expired.
    Expired,
    /// Cancelled by the member; points went back.
    Cancelled,
    /// Refused by the backend; points went back.
    Rejected,
    /// Refunded.
    Refunded,
    /// A state that this version doesn't know.
    Other,
}

impl Status {
    /// From the contract's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "pending" => Self::Pending,
            "issued" => Self::Issued,
            "used" => Self::Used,
            "expired" => Self::Expired,
            "cancelled" => Self::Cancelled,
            "rejected" => Self::Rejected,
            "refunded" => Self::Refunded,
            _ => Self::Other,
        }
    }

    /// Whether the member still has something to use or to wait for.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Issued | Self::Other)
    }
}

/// A voucher's code and when it is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// What the till reads.
    pub code: String,
    /// Until when.
    pub valid_until: Option<Instant>,
    /// Where, in words.
    pub stores_label: String,
}

/// A redemption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redemption {
    /// The backend's identifier.
    pub id: String,
    /// State.
    pub status: Status,
    /// Identifier of the reward.
    pub reward_id: String,
    /// Title of the reward.
    pub title: String,
    /// A second line.
    pub subtitle: String,
    /// Its picture.
    pub image: Option<Image>,
    /// How many.
    pub quantity: i64,
    /// Points spent.
    pub cost_points: i64,
    /// Store of pick-up.
    pub store: Option<String>,
    /// Buckets used.
    pub buckets_used: Vec<BucketUse>,
    /// What was issued.
    pub voucher: Option<Voucher>,
    /// When it was made.
    pub created_at: Option<Instant>,
    /// Until when it can be cancelled.
    pub cancellable_until: Option<Instant>,
    /// Whether the backend offers to cancel it now.
    pub can_cancel: bool,
    /// Balance after it.
    pub balance_after: Option<i64>,
}

/// A coupon in the wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    /// The backend's identifier.
    pub id: String,
    /// `available`, `used`, `expired`, or another word.
    pub status: String,
    /// Title.
    pub title: String,
    /// What it takes off.
    pub discount: Discount,
    /// Least to spend: minor units and currency.
    pub min_spend: Option<(i64, String)>,
    /// Where and on what it can be used.
    pub scope: String,
    /// Until when.
    pub valid_until: Option<Instant>,
    /// What the till reads.
    pub code: String,
    /// Rules.
    pub terms: Vec<String>,
}

/// A coupon that can be claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CouponOffer {
    /// The backend's identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it takes off.
    pub discount: Discount,
    /// Least to spend: minor units and currency.
    pub min_spend: Option<(i64, String)>,
    /// Where and on what it can be used.
    pub scope: String,
    /// Until when it can be claimed.
    pub claim_until: Option<Instant>,
    /// Whether this member has it already.
    pub claimed: bool,
}

/// What a coupon takes off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Discount {
    /// Money, in minor units of `currency`.
    Amount {
        /// Minor units.
        amount: i64,
        /// ISO 4217 code.
        currency: String,
    },
    /// Per cent off.
    Percent(i64),
    /// An item for nothing, or something that this version doesn't know.
    Item,
}

/// The member code for the till.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardCode {
    /// What the till reads.
    pub payload: String,
    /// Until when.
    pub valid_until: Option<Instant>,
    /// Seconds until a new one is wanted.
    pub refresh_after: i64,
}

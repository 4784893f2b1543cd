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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Money due besides, for the whole quantity: minor units and currency.
    pub cost_money: Option<(i64, String)>,
    /// Where that money is paid; `None` where none is due or the place isn't known.
    pub pay_at: Option<PayAt>,
}

/// Where the money part of a redemption is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayAt {
    /// On the host's payment page, before the voucher is issued.
    Online,
    /// At the till, when the voucher is used.
    Store,
}

impl PayAt {
    /// From the contract's word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "online" => Some(Self::Online),
            "store" => Some(Self::Store),
            _ => None,
        }
    }
}

/// Money that is still to be paid before a redemption counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Minor units and currency.
    pub amount: (i64, String),
    /// The host's payment page, as the backend wrote it: not to be followed unchecked.
    pub url: String,
    /// Until when it can be paid; afterwards the redemption is rejected and the points return.
    pub expires_at: Option<Instant>,
}

impl Payment {
    /// The payment page, if it is one that may be opened: a path of our own origin or a page over https. A browser
    /// drops control characters and reads a backslash as a slash, so neither is let through.
    pub fn page(&self) -> Option<&str> {
        let url = self.url.as_str();
        let plain = url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let path = url.starts_with('/') && !url.starts_with("//");
        let host = url.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next());
        let abroad = host.is_some_and(|host| !host.is_empty() && !host.contains('@'));
        (plain && (path || abroad)).then_some(url)
    }
}

/// Points that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Points in all.
    pub points: i64,
    /// When they came back.
    pub at: Option<Instant>,
    /// Into which buckets.
    pub buckets: Vec<BucketUse>,
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
    /// Money still to be paid, while it waits for that.
    pub payment: Option<Payment>,
    /// Whether the backend offers to pay it now.
    pub can_pay: bool,
    /// Seconds after which it is worth asking again, while it is pending.
    pub poll_after: Option<i64>,
    /// Why it stands as it does, in the member's language.
    pub status_detail: Option<String>,
    /// When it was used.
    pub used_at: Option<Instant>,
    /// Points that came back after a cancellation or a rejection.
    pub refund: Option<Refund>,
}

/// A coupon in the wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    /// The backend's identifier.
    pub id: String,
    /// `available`, `used`, `expired`, `transferring`, `given`, or another word.
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
    /// Whether the backend offers to give it to a friend now.
    pub can_transfer: bool,
    /// Whether the backend offers to take it back from where it was given.
    pub can_take_back: bool,
    /// Where it is on its way to a friend.
    pub transfer: Option<Transfer>,
}

/// A coupon on its way to a friend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The backend's identifier.
    pub id: String,
    /// What the friend opens; a path of the portal or a whole address.
    pub link: String,
    /// When it comes back by itself.
    pub expires_at: Option<Instant>,
}

/// What a friend sees of a coupon that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gift {
    /// The backend's identifier of the transfer.
    pub id: String,
    /// Whether it can be taken.
    pub status: GiftStatus,
    /// The giver's name, masked.
    pub from: String,
    /// Whether the member who reads is the giver.
    pub mine: bool,
    /// Whether the member who reads has taken it.
    pub accepted_by_me: bool,
    /// The giver's words.
    pub message: Option<String>,
    /// Until when it can be taken.
    pub expires_at: Option<Instant>,
    /// The coupon, without its identifier and its code.
    pub coupon: Coupon,
}

/// State of a coupon that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GiftStatus {
    /// It waits for the friend.
    Offered,
    /// Somebody took it.
    Accepted,
    /// It came back to the giver, or this version doesn't know where it is.
    Returned,
}

impl GiftStatus {
    /// From the contract's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "offered" => Self::Offered,
            "accepted" => Self::Accepted,
            _ => Self::Returned,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_or_over_https_are_opened() {
        let page = |url: &str| Payment { amount: (1, "CNY".into()), url: url.into(), expires_at: None };
        for good in ["/demo/payments/r_1", "/pay?x=1#y", "https://pay.example/x?y=1", "https://pay.example"] {
            assert_eq!(page(good).page(), Some(good));
        }
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "http://pay.example",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https://ours@evil.example/",
            "https:\\evil.example",
            " https://pay.example",
            "HTTPS://pay.example",
            "demo",
        ] {
            assert_eq!(page(bad).page(), None, "{bad}");
        }
    }
}

//! How the states of vouchers and coupons are said.

use crate::domain::date::Instant;
use crate::domain::number::group;
use crate::domain::redemption::{BucketUse, Coupon, Redemption, Status};
use crate::domain::wallet::{Shelf, overdue};
use crate::i18n::{Key, fill, key, t};
use crate::parts::words;
use crate::state::portal;

/// Where a redemption stands at `now`: its word and the class of its colour.
pub(super) fn status(one: &Redemption, now: Instant) -> (&'static str, &'static str) {
    let (word, class): (Key, _) = match one.status_at(now) {
        Status::Pending if one.awaits_payment() => (key::VOUCHER_STATUS_UNPAID, "warn"),
        Status::Pending => (key::VOUCHER_STATUS_PENDING, "warn"),
        Status::Issued => (key::VOUCHER_STATUS_ISSUED, "pos"),
        Status::Used => (key::VOUCHER_STATUS_USED, "muted"),
        Status::Expired => (key::VOUCHER_STATUS_EXPIRED, "muted"),
        Status::Cancelled => (key::VOUCHER_STATUS_CANCELLED, "muted"),
        Status::Rejected => (key::VOUCHER_STATUS_REJECTED, "warn"),
        Status::Refunded => (key::VOUCHER_STATUS_REFUNDED, "muted"),
        Status::Other => (key::VOUCHER_STATUS_OTHER, "warn"),
    };
    (t(word), class)
}

/// A coupon's state at `now`; one that this version doesn't know counts as available.
pub(super) fn coupon_status(one: &Coupon, now: Instant) -> (&'static str, &'static str) {
    let (word, class): (Key, _) = match (one.shelf(now), one.status.as_str()) {
        (Shelf::Usable, _) => (key::COUPON_STATUS_AVAILABLE, "pos"),
        (Shelf::Pending, _) => (key::COUPON_STATUS_TRANSFERRING, "warn"),
        (_, "used") => (key::COUPON_STATUS_USED, "muted"),
        (_, "given") => (key::COUPON_STATUS_GIVEN, "muted"),
        _ => (key::COUPON_STATUS_EXPIRED, "muted"),
    };
    (t(word), class)
}

/// Buckets and how much of each, the soonest to expire first; nothing where there are none.
pub(super) fn buckets(buckets: &[BucketUse]) -> Option<String> {
    let mut text = String::new();
    for bucket in buckets {
        if !text.is_empty() {
            text.push_str(t(key::APP_LIST));
        }
        let n = group(bucket.amount);
        text.push_str(&match bucket.expires_at.map(words::day) {
            Some(date) => fill(key::POINTS_WHY_BUCKET, &[("date", &date), ("n", &n)]),
            None => fill(key::POINTS_WHY_BUCKET_NEVER, &[("n", &n)]),
        });
    }
    (!text.is_empty()).then_some(text)
}

/// What of it is lost all the same, because its date has passed by `now`.
pub(super) fn lost(buckets: &[BucketUse], now: Instant) -> Option<String> {
    let lost = overdue(buckets, now);
    let values = [("n", &*group(lost)), ("points", &*portal().points_name())];
    (lost > 0).then(|| fill(key::VOUCHER_REFUND_LOST, &values))
}

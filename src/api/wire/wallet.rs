//! Redemptions, coupons, the member code.

use crate::api::node::{Decoded, Node};
use crate::api::wire::catalogue::image;
use crate::domain::redemption::{
    BucketUse, CardCode, Coupon, CouponOffer, Discount, Gift, GiftStatus, PayAt, Payment, Preview,
    Redemption, Refund, Status, Transfer, Voucher,
};

fn bucket(node: Node<'_>) -> Decoded<BucketUse> {
    Ok(BucketUse {
        amount: node.int("amount")?,
        expires_at: node.time("expires_at"),
        remaining: node.maybe_int("remaining"),
    })
}

/// `RedemptionPreview`
///
/// # Errors
/// Without the cost or the balances, or with a bucket that can't be read.
pub fn preview(node: Node<'_>) -> Decoded<Preview> {
    Ok(Preview {
        cost_points: node.int("cost_points")?,
        balance_before: node.int("balance_before")?,
        balance_after: node.int("balance_after")?,
        buckets_used: node.all("buckets_used", bucket)?,
        voucher_valid_until: node.time("voucher_valid_until"),
        cancellable_until: node.time("cancellable_until"),
        cost_money: node.maybe_child("cost_money").and_then(money).filter(|(amount, _)| *amount > 0),
        pay_at: node.maybe_text("pay_at").and_then(|word| PayAt::parse(&word)),
    })
}

fn payment(node: Node<'_>) -> Option<Payment> {
    Some(Payment {
        amount: money(node.maybe_child("amount")?)?,
        url: node.text_or_empty("url"),
        expires_at: node.time("expires_at"),
    })
}

fn refund(node: Node<'_>) -> Option<Refund> {
    Some(Refund {
        points: node.maybe_int("points")?,
        at: node.time("at"),
        buckets: node.good("buckets", bucket),
    })
}

/// `Redemption`
///
/// # Errors
/// Without `id` or `status`.
pub fn redemption(node: Node<'_>) -> Decoded<Redemption> {
    let reward = node.maybe_child("reward");
    let actions = node.texts("actions");
    let can = |word: &str| actions.iter().any(|action| action == word);
    Ok(Redemption {
        id: node.text("id")?,
        status: Status::parse(&node.text("status")?),
        reward_id: reward.map(|one| one.text_or_empty("id")).unwrap_or_default(),
        title: reward.map(|one| one.text_or_empty("title")).unwrap_or_default(),
        subtitle: reward.map(|one| one.text_or_empty("subtitle")).unwrap_or_default(),
        image: reward.and_then(|one| one.good("images", image).into_iter().next()),
        quantity: node.maybe_int("quantity").unwrap_or(1),
        cost_points: node.maybe_int("cost_points").unwrap_or_default(),
        store: node.maybe_child("store").and_then(|one| one.maybe_text("name")),
        buckets_used: node.good("buckets_used", bucket),
        voucher: node.maybe_child("voucher").and_then(|one| {
            Some(Voucher {
                code: one.maybe_text("code")?,
                valid_until: one.time("valid_until"),
                stores_label: one.text_or_empty("stores_label"),
            })
        }),
        created_at: node.time("created_at"),
        cancellable_until: node.time("cancellable_until"),
        can_cancel: can("cancel"),
        balance_after: node.maybe_int("balance_after"),
        payment: node.maybe_child("payment").and_then(payment),
        can_pay: can("pay"),
        poll_after: node.maybe_int("poll_after").map(|seconds| seconds.clamp(1, 600)),
        status_detail: node.maybe_text("status_detail").filter(|text| !text.is_empty()),
        used_at: node.time("used_at"),
        refund: node.maybe_child("refund").and_then(refund),
    })
}

fn money(node: Node<'_>) -> Option<(i64, String)> {
    node.maybe_int("amount").zip(node.maybe_text("currency"))
}

fn discount(node: Node<'_>) -> Discount {
    let Some(discount) = node.maybe_child("discount") else { return Discount::Item };
    let money = discount.maybe_child("amount").and_then(money);
    match (discount.maybe_text("kind").as_deref(), money, discount.maybe_int("percent")) {
        (Some("amount"), Some((amount, currency)), _) => Discount::Amount { amount, currency },
        (Some("percent"), _, Some(percent)) => Discount::Percent(percent),
        _ => Discount::Item,
    }
}

/// `Coupon`
///
/// # Errors
/// Without `id` or `title`.
pub fn coupon(node: Node<'_>) -> Decoded<Coupon> {
    face(node, node.text("id")?)
}

fn face(node: Node<'_>, id: String) -> Decoded<Coupon> {
    let actions = node.texts("actions");
    let can = |word: &str| actions.iter().any(|action| action == word);
    Ok(Coupon {
        id,
        status: node.text_or_empty("status"),
        title: node.text("title")?,
        discount: discount(node),
        min_spend: node.maybe_child("min_spend").and_then(money),
        scope: node.text_or_empty("scope"),
        valid_until: node.time("valid_until"),
        code: node.text_or_empty("code"),
        terms: node.texts("terms"),
        can_transfer: can("transfer"),
        can_take_back: can("take-back"),
        transfer: node.maybe_child("transfer").and_then(|one| transfer(one).ok()),
    })
}

/// `CouponTransfer`, as it is made and as a coupon holds it
///
/// # Errors
/// Without `id` or `link`.
pub fn transfer(node: Node<'_>) -> Decoded<Transfer> {
    Ok(Transfer { id: node.text("id")?, link: node.text("link")?, expires_at: node.time("expires_at") })
}

/// `CouponGift`
///
/// # Errors
/// Without `id`, `status`, `coupon`, or the coupon's `title`.
pub fn gift(node: Node<'_>) -> Decoded<Gift> {
    Ok(Gift {
        id: node.text("id")?,
        status: GiftStatus::parse(&node.text("status")?),
        from: node.text_or_empty("from"),
        mine: node.flag("mine"),
        accepted_by_me: node.flag("accepted_by_me"),
        message: node.maybe_text("message").filter(|text| !text.is_empty()),
        expires_at: node.time("expires_at"),
        coupon: face(node.child("coupon")?, String::new())?,
    })
}

/// `CouponOffer`
///
/// # Errors
/// Without `id` or `title`.
pub fn coupon_offer(node: Node<'_>) -> Decoded<CouponOffer> {
    Ok(CouponOffer {
        id: node.text("id")?,
        title: node.text("title")?,
        discount: discount(node),
        min_spend: node.maybe_child("min_spend").and_then(money),
        scope: node.text_or_empty("scope"),
        claim_until: node.time("claim_until"),
        claimed: node.flag("claimed"),
    })
}

/// `CardCode`
///
/// # Errors
/// Without `payload`.
pub fn card_code(node: Node<'_>) -> Decoded<CardCode> {
    Ok(CardCode {
        payload: node.text("payload")?,
        valid_until: node.time("valid_until"),
        refresh_after: node.maybe_int("refresh_after").unwrap_or(60).clamp(5, 3600),
    })
}

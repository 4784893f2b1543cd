//! Which of the portal's decoders reads the answer of which operation.

use member_portal::api::node::{Decoded, Fault, Node, parse};
use member_portal::api::wire::{
    account, catalogue, devices, offers, passkeys, points, strict_page, surveys, wallet, wechat,
};

/// Reads an answer's JSON text as the portal does, with every item of a list counting.
pub type Decode = fn(Node<'_>) -> Decoded<()>;

/// Operations of the reference backend whose answer the portal of this version does not read.
pub const UNREAD: [&str; 5] =
    ["listSessions", "updateMe", "createWechatTicket", "createWechatSession", "createWechatPayment"];

/// The decoder for an operation.
#[must_use]
pub fn decoder(operation: &str) -> Option<Decode> {
    Some(match operation {
        "getProgramme" => |node| account::programme(node).map(drop),
        "requestSmsCode" => |node| node.int("resend_after").map(drop),
        "createSession" | "createPasskeySession" => |node| node.text("id").map(drop),
        "createPasskeyChallenge" | "createMyPasskeyChallenge" => |node| passkeys::challenge(node).map(drop),
        "addPasskey" => |node| passkeys::passkey(node).map(drop),
        "listPasskeys" => |node| strict_page(node, passkeys::passkey).map(drop),
        "getMe" => |node| account::member(node).map(drop),
        "getMyTier" => |node| account::tier_status(node).map(drop),
        "listTiers" => |node| strict_page(node, account::tier_level).map(drop),
        "getMyPoints" => |node| points::balance(node).map(drop),
        "listPointsTransactions" => |node| strict_page(node, points::entry).map(drop),
        "getPointsSummary" => |node| points::summary(node).map(drop),
        "listEarningRules" => |node| strict_page(node, points::earning_rule).map(drop),
        "listRewardCategories" => |node| strict_page(node, catalogue::category).map(drop),
        "listRewards" => |node| strict_page(node, catalogue::reward).map(drop),
        "getReward" => |node| catalogue::reward(node).map(drop),
        "previewRedemption" => |node| wallet::preview(node).map(drop),
        "createRedemption" | "getRedemption" | "cancelRedemption" => {
            |node| wallet::redemption(node).map(drop)
        }
        "listRedemptions" => |node| strict_page(node, wallet::redemption).map(drop),
        "listCoupons" => |node| strict_page(node, wallet::coupon).map(drop),
        "listCouponOffers" => |node| strict_page(node, wallet::coupon_offer).map(drop),
        "claimCouponOffer" | "acceptCouponTransfer" => |node| wallet::coupon(node).map(drop),
        "transferCoupon" => |node| wallet::transfer(node).map(drop),
        "getCouponTransfer" => |node| wallet::gift(node).map(drop),
        "listSurveys" => |node| strict_page(node, surveys::survey_item).map(drop),
        "getSurvey" => |node| surveys::survey_paper(node).map(drop),
        "takeSurveyOffer" => |node| offers::survey_offer(node).map(drop),
        "putSurveyResponse" => |node| surveys::receipt(node).map(drop),
        "getCardCode" => |node| wallet::card_code(node).map(drop),
        "listStores" => |node| strict_page(node, account::store).map(drop),
        "enrolDevice" => |node| devices::enrolled(node).map(drop),
        "getCurrentDevice" => |node| devices::device(node).map(drop),
        "createDeviceAuthorization" => |node| devices::authorization(node).map(drop),
        "pollDeviceAuthorization" | "createCardCodeSession" => |node| devices::signed(node).map(drop),
        "getDeviceAuthorization" | "approveDeviceAuthorization" | "denyDeviceAuthorization" => {
            |node| devices::asking(node).map(drop)
        }
        "getWechatSignature" => |node| wechat::signature(node).map(drop),
        "createWechatHandoff" | "getWechatHandoff" => |node| wechat::handoff(node).map(drop),
        "getOverview" => |node| surveys::overview(node).map(drop),
        _ => return None,
    })
}

/// Decodes a JSON text.
///
/// # Errors
/// The field that can't be used; empty when it isn't a JSON object.
pub fn decode(decoder: Decode, text: &str) -> Decoded<()> {
    let value = parse(text).ok_or(Fault { field: "" })?;
    decoder(Node::root(&value)?)
}

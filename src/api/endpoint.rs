//! Every address of the contract that the portal calls; no other module builds one.

use crate::domain::points::EntryKind;
use crate::domain::route::{CatalogueFilter, Sort, encode_into};

/// An address below the API's base, with its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// The path below the base, beginning with a slash.
    pub fn path(&self) -> &str {
        &self.0
    }

    fn fixed(path: &str) -> Self {
        Self(path.into())
    }

    fn with(mut self, part: &str) -> Self {
        encode_into(&mut self.0, part);
        self
    }

    fn then(mut self, part: &str) -> Self {
        self.0.push_str(part);
        self
    }

    fn query(mut self, name: &str, value: &str) -> Self {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        self.0.push_str(name);
        self.0.push('=');
        encode_into(&mut self.0, value);
        self
    }
}

/// `GET /programme`
pub fn programme() -> Endpoint {
    Endpoint::fixed("/programme")
}

/// `POST /sessions/sms-codes`
pub fn sms_codes() -> Endpoint {
    Endpoint::fixed("/sessions/sms-codes")
}

/// `POST /sessions`
pub fn sessions() -> Endpoint {
    Endpoint::fixed("/sessions")
}

/// `DELETE /sessions/current`
pub fn current_session() -> Endpoint {
    Endpoint::fixed("/sessions/current")
}

/// `POST /sessions/card-codes`
pub fn card_code_sessions() -> Endpoint {
    Endpoint::fixed("/sessions/card-codes")
}

/// `POST /sessions/device-authorizations`
pub fn device_authorizations() -> Endpoint {
    Endpoint::fixed("/sessions/device-authorizations")
}

/// `POST /sessions/device-authorizations/poll`
pub fn device_poll() -> Endpoint {
    Endpoint::fixed("/sessions/device-authorizations/poll")
}

/// `GET /sessions/device-authorizations/{user_code}`
pub fn device_authorization(user_code: &str) -> Endpoint {
    Endpoint::fixed("/sessions/device-authorizations/").with(user_code)
}

/// `POST /sessions/device-authorizations/{user_code}/approve`, or `/deny`.
pub fn device_decision(user_code: &str, agreed: bool) -> Endpoint {
    device_authorization(user_code).then(if agreed { "/approve" } else { "/deny" })
}

/// `POST /devices/enrolments`
pub fn enrolments() -> Endpoint {
    Endpoint::fixed("/devices/enrolments")
}

/// `GET /devices/current`
pub fn current_device() -> Endpoint {
    Endpoint::fixed("/devices/current")
}

/// `POST /devices/current/heartbeats`
pub fn heartbeats() -> Endpoint {
    Endpoint::fixed("/devices/current/heartbeats")
}

/// `GET /me/overview`
pub fn overview() -> Endpoint {
    Endpoint::fixed("/me/overview")
}

/// `GET /me`
pub fn me() -> Endpoint {
    Endpoint::fixed("/me")
}

/// `GET /me/tier`
pub fn my_tier() -> Endpoint {
    Endpoint::fixed("/me/tier")
}

/// `GET /tiers`
pub fn tiers() -> Endpoint {
    Endpoint::fixed("/tiers")
}

/// `GET /me/points`
pub fn points() -> Endpoint {
    Endpoint::fixed("/me/points")
}

/// `GET /me/points/summary`
pub fn points_summary() -> Endpoint {
    Endpoint::fixed("/me/points/summary?months=12")
}

/// `GET /me/points/transactions`
pub fn transactions(kind: Option<EntryKind>, cursor: Option<&str>) -> Endpoint {
    let mut endpoint = Endpoint::fixed("/me/points/transactions?limit=30");
    if let Some(kind) = kind {
        endpoint = endpoint.query("type", kind.name());
    }
    page(endpoint, cursor)
}

/// `GET /earning-rules`
pub fn earning_rules() -> Endpoint {
    Endpoint::fixed("/earning-rules")
}

/// `GET /reward-categories`
pub fn reward_categories() -> Endpoint {
    Endpoint::fixed("/reward-categories")
}

/// `GET /rewards`
pub fn rewards(filter: &CatalogueFilter, limit: u8, cursor: Option<&str>) -> Endpoint {
    let mut endpoint = Endpoint::fixed("/rewards").query("limit", &limit.to_string());
    if let Some(category) = &filter.category {
        endpoint = endpoint.query("category", category);
    }
    if filter.affordable {
        endpoint = endpoint.query("affordable", "true");
    }
    if !filter.query.is_empty() {
        endpoint = endpoint.query("q", &filter.query);
    }
    if let Some(tier) = &filter.tier {
        endpoint = endpoint.query("tier", tier);
    }
    if let Some(store) = &filter.store {
        endpoint = endpoint.query("store", store);
    }
    if filter.favourites {
        endpoint = endpoint.query("favourite", "true");
    }
    if filter.sort != Sort::default() {
        endpoint = endpoint.query("sort", filter.sort.name());
    }
    page(endpoint, cursor)
}

/// `GET /rewards?ids=`: these rewards, at most twenty
pub fn rewards_by_ids(ids: &str) -> Endpoint {
    Endpoint::fixed("/rewards?limit=20").query("ids", ids)
}

/// `PUT` and `DELETE /me/favourites/{reward_id}`
pub fn favourite(reward_id: &str) -> Endpoint {
    Endpoint::fixed("/me/favourites/").with(reward_id)
}

/// `GET /rewards/{id}`
pub fn reward(id: &str) -> Endpoint {
    Endpoint::fixed("/rewards/").with(id)
}

/// `POST /me/redemptions/preview`
pub fn redemption_preview() -> Endpoint {
    Endpoint::fixed("/me/redemptions/preview")
}

/// `GET` and `POST /me/redemptions`
pub fn redemptions() -> Endpoint {
    Endpoint::fixed("/me/redemptions")
}

/// `GET /me/redemptions`, one page
pub fn redemptions_page(cursor: Option<&str>) -> Endpoint {
    page(Endpoint::fixed("/me/redemptions?limit=50"), cursor)
}

/// `GET /me/redemptions?status=`, one page
pub fn redemptions_of(status: &str, cursor: Option<&str>) -> Endpoint {
    page(Endpoint::fixed("/me/redemptions?limit=100").query("status", status), cursor)
}

/// `GET /me/redemptions?client_ref=`: what became of an intent
pub fn redemption_by_ref(client_ref: &str) -> Endpoint {
    Endpoint::fixed("/me/redemptions").query("client_ref", client_ref)
}

/// `GET /me/redemptions/{id}`
pub fn redemption(id: &str) -> Endpoint {
    Endpoint::fixed("/me/redemptions/").with(id)
}

/// `POST /me/redemptions/{id}/cancel`
pub fn cancel_redemption(id: &str) -> Endpoint {
    redemption(id).then("/cancel")
}

/// `GET /me/coupons`, one page
pub fn coupons_page(cursor: Option<&str>) -> Endpoint {
    page(Endpoint::fixed("/me/coupons?limit=100"), cursor)
}

/// `GET /coupon-offers`
pub fn coupon_offers() -> Endpoint {
    Endpoint::fixed("/coupon-offers")
}

/// `POST /coupon-offers/{id}/claims`
pub fn claim_coupon(id: &str) -> Endpoint {
    Endpoint::fixed("/coupon-offers/").with(id).then("/claims")
}

/// `POST /me/coupons/{id}/transfers`
pub fn give_coupon(id: &str) -> Endpoint {
    Endpoint::fixed("/me/coupons/").with(id).then("/transfers")
}

/// `GET` and `DELETE /coupon-transfers/{id}`
pub fn coupon_transfer(id: &str) -> Endpoint {
    Endpoint::fixed("/coupon-transfers/").with(id)
}

/// `POST /coupon-transfers/{id}/acceptances`
pub fn accept_coupon(id: &str) -> Endpoint {
    coupon_transfer(id).then("/acceptances")
}

/// `GET /me/surveys`
pub fn surveys() -> Endpoint {
    Endpoint::fixed("/me/surveys")
}

/// `POST /me/survey-offers`
pub fn survey_offers() -> Endpoint {
    Endpoint::fixed("/me/survey-offers")
}

/// `GET /surveys/{id}`
pub fn survey(id: &str) -> Endpoint {
    Endpoint::fixed("/surveys/").with(id)
}

/// `PUT /surveys/{id}/responses/{client_uuid}`
pub fn survey_response(id: &str, client_uuid: &str) -> Endpoint {
    survey(id).then("/responses/").with(client_uuid)
}

/// `GET /me/card-code`
pub fn card_code() -> Endpoint {
    Endpoint::fixed("/me/card-code")
}

/// `GET /wechat/signature?url=`: for a page of ours in WeChat
pub fn wechat_signature(url: &str) -> Endpoint {
    Endpoint::fixed("/wechat/signature").query("url", url)
}

/// `POST /me/wechat-handoffs`
pub fn wechat_handoffs() -> Endpoint {
    Endpoint::fixed("/me/wechat-handoffs")
}

/// `GET /me/wechat-handoffs/{id}`
pub fn wechat_handoff(id: &str) -> Endpoint {
    Endpoint::fixed("/me/wechat-handoffs/").with(id)
}

/// `POST /sessions/passkey-challenges`
pub fn passkey_challenges() -> Endpoint {
    Endpoint::fixed("/sessions/passkey-challenges")
}

/// `POST /sessions/passkeys`
pub fn passkey_sessions() -> Endpoint {
    Endpoint::fixed("/sessions/passkeys")
}

/// `GET` and `POST /me/passkeys`
pub fn passkeys() -> Endpoint {
    Endpoint::fixed("/me/passkeys")
}

/// `POST /me/passkeys/challenges`
pub fn my_passkey_challenges() -> Endpoint {
    Endpoint::fixed("/me/passkeys/challenges")
}

/// `DELETE /me/passkeys/{id}`
pub fn passkey(id: &str) -> Endpoint {
    Endpoint::fixed("/me/passkeys/").with(id)
}

/// `GET /stores`
pub fn stores() -> Endpoint {
    Endpoint::fixed("/stores")
}

fn page(endpoint: Endpoint, cursor: Option<&str>) -> Endpoint {
    match cursor {
        Some(cursor) => endpoint.query("cursor", cursor),
        None => endpoint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_typed_can_not_leave_its_place() {
        assert_eq!(reward("../me?x=1#y").path(), "/rewards/..%2Fme%3Fx%3D1%23y");
        let filter =
            CatalogueFilter { query: "拿铁 & 茶".into(), affordable: true, ..CatalogueFilter::default() };
        assert_eq!(
            rewards(&filter, 20, Some("a/b=")).path(),
            "/rewards?limit=20&affordable=true&q=%E6%8B%BF%E9%93%81%20%26%20%E8%8C%B6&cursor=a%2Fb%3D"
        );
    }

    #[test]
    fn filters_that_are_off_are_left_out() {
        assert_eq!(rewards(&CatalogueFilter::default(), 3, None).path(), "/rewards?limit=3");
        let filter = CatalogueFilter {
            tier: Some("gold".into()),
            store: Some("a&b".into()),
            favourites: true,
            ..CatalogueFilter::default()
        };
        assert_eq!(
            rewards(&filter, 50, None).path(),
            "/rewards?limit=50&tier=gold&store=a%26b&favourite=true"
        );
        assert_eq!(rewards_by_ids("a,b").path(), "/rewards?limit=20&ids=a%2Cb");
        assert_eq!(
            transactions(Some(EntryKind::Spend), None).path(),
            "/me/points/transactions?limit=30&type=spend"
        );
    }
}

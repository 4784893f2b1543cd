//! The REST surface: one file for each resource, and what they share.

mod answer;
mod authorizations;
mod body;
mod card_code;
pub(crate) mod context;
pub(crate) mod cookies;
mod coupons;
pub(crate) mod demo;
mod devices;
mod favourites;
mod ledger_text;
mod me;
mod once;
mod overview;
mod page;
pub(crate) mod passkeys;
mod points;
mod programme;
mod query;
pub(crate) mod rate_limit;
mod redemptions;
mod rewards;
mod sessions;
mod stores;
mod survey_offers;
mod surveys;
mod tier;
mod transfers;
mod views;
mod wechat;

use crate::clock::{Clock, Millis};
use crate::problem::{Code, Problem};
use crate::programme::Programme;
use crate::scene::Scene;
use crate::store::Db;
use crate::store::sessions::Visits;
use crate::wechat::WechatGateway;
use anyhow::ensure;
use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, delete, get, post, put};
use passkeys::challenges::Challenges;
use rate_limit::Desk;
use std::any::Any;
use std::sync::Arc;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;

/// What all requests share.
pub(crate) struct App {
    pub(crate) programme: Arc<Programme>,
    pub(crate) anchor: Millis,
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) demo: bool,
    /// What `GET /programme` says this backend has.
    pub(crate) features: Vec<&'static str>,
    pub(crate) behind_proxy: bool,
    pub(crate) desk: Desk,
    pub(crate) passkeys: Challenges,
    pub(crate) visits: Visits,
    /// None without the feature `wechat`.
    pub(crate) wechat: Option<Arc<dyn WechatGateway>>,
}

impl App {
    pub(crate) fn scene(&self, now: Millis) -> Scene {
        Scene { programme: Arc::clone(&self.programme), anchor: self.anchor, now }
    }

    pub(crate) fn has(&self, feature: &str) -> bool {
        self.features.contains(&feature)
    }
}

/// All features but those in `without`.
///
/// # Errors
/// When there is no such feature.
pub(crate) fn features(without: &[String]) -> anyhow::Result<Vec<&'static str>> {
    let all = programme::FEATURES;
    for name in without {
        ensure!(all.contains(&name.as_str()), "there is no feature {name:?}; there are {all:?}");
    }
    Ok(all.iter().copied().filter(|feature| !without.iter().any(|name| name == feature)).collect())
}

pub(crate) use wechat::{FEATURE as WECHAT, pages};

/// Bodies of requests are at most this long; those of answers to surveys are longer.
pub(crate) const BODY_LIMIT: usize = 64 * 1024;

/// Everything below `/api`.
pub(crate) fn router(app: &Arc<App>) -> Router {
    let api = Router::new()
        .route("/api/v1/programme", get(programme::get))
        .route("/api/v1/sessions/sms-codes", post(sessions::send_code))
        .route("/api/v1/sessions", post(sessions::create).get(sessions::list).delete(sessions::delete_all))
        .route("/api/v1/sessions/current", delete(sessions::delete_current))
        .route("/api/v1/sessions/card-codes", post(card_code::sign_in))
        .route("/api/v1/sessions/wechat", post(wechat::tickets::sign_in))
        .route("/api/v1/sessions/passkey-challenges", post(passkeys::challenge))
        .route("/api/v1/sessions/passkeys", post(passkeys::sign_in))
        .route("/api/v1/me/passkeys", get(passkeys::mine::list).post(passkeys::mine::create))
        .route("/api/v1/me/passkeys/challenges", post(passkeys::mine::challenge))
        .route("/api/v1/me/passkeys/{passkey_id}", delete(passkeys::mine::delete))
        .route("/api/v1/wechat/tickets", post(wechat::tickets::create))
        .route("/api/v1/wechat/signature", get(wechat::signature::get))
        .route("/api/v1/wechat/payments", post(wechat::payments::create))
        .route("/api/v1/me/wechat-handoffs", post(wechat::handoffs::create))
        .route("/api/v1/me/wechat-handoffs/{handoff_id}", get(wechat::handoffs::get))
        .route("/api/v1/wechat-handoffs/{handoff_id}", put(wechat::handoffs::finish))
        .route("/api/v1/sessions/device-authorizations", post(authorizations::create))
        .route("/api/v1/sessions/device-authorizations/poll", post(authorizations::poll))
        .route("/api/v1/sessions/device-authorizations/{user_code}", get(authorizations::get))
        .route("/api/v1/sessions/device-authorizations/{user_code}/approve", post(authorizations::approve))
        .route("/api/v1/sessions/device-authorizations/{user_code}/deny", post(authorizations::deny))
        .route("/api/v1/devices/enrolments", post(devices::enrol))
        .route("/api/v1/devices/current", get(devices::current))
        .route("/api/v1/devices/current/heartbeats", post(devices::heartbeat))
        .route("/api/v1/sessions/{session_id}", delete(sessions::delete_one))
        .route("/api/v1/me", get(me::get).patch(me::patch))
        .route("/api/v1/me/overview", get(overview::get))
        .route("/api/v1/me/tier", get(tier::mine))
        .route("/api/v1/tiers", get(tier::list))
        .route("/api/v1/me/points", get(points::balance))
        .route("/api/v1/me/points/transactions", get(points::transactions))
        .route("/api/v1/me/points/summary", get(points::summary))
        .route("/api/v1/earning-rules", get(points::earning_rules))
        .route("/api/v1/reward-categories", get(rewards::categories))
        .route("/api/v1/rewards", get(rewards::list))
        .route("/api/v1/rewards/{reward_id}", get(rewards::get))
        .route("/api/v1/me/favourites/{reward_id}", put(favourites::add).delete(favourites::remove))
        .route("/api/v1/me/redemptions/preview", post(redemptions::preview))
        .route("/api/v1/me/redemptions", post(redemptions::create).get(redemptions::list))
        .route("/api/v1/me/redemptions/{redemption_id}", get(redemptions::get))
        .route("/api/v1/me/redemptions/{redemption_id}/cancel", post(redemptions::cancel))
        .route("/api/v1/me/coupons", get(coupons::mine))
        .route("/api/v1/me/coupons/{coupon_id}/transfers", post(transfers::create))
        .route("/api/v1/coupon-transfers/{transfer_id}", get(transfers::get).delete(transfers::take_back))
        .route("/api/v1/coupon-transfers/{transfer_id}/acceptances", post(transfers::accept))
        .route("/api/v1/coupon-offers", get(coupons::offers))
        .route("/api/v1/coupon-offers/{offer_id}/claims", post(coupons::claim))
        .route("/api/v1/me/surveys", get(surveys::mine))
        .route("/api/v1/me/survey-offers", post(survey_offers::create))
        .route("/api/v1/surveys/{survey_id}", get(surveys::get))
        .route("/api/v1/surveys/{survey_id}/responses/{client_uuid}", put(surveys::answer))
        .route("/api/v1/me/card-code", get(card_code::get))
        .route("/api/v1/stores", get(stores::list))
        .method_not_allowed_fallback(async || Problem::new(Code::MethodNotAllowed))
        .fallback(any(async || Problem::not_found()))
        .with_state(Arc::clone(app))
        .layer(CatchPanicLayer::custom(panicked));
    // Wrapped from outside, so that the finish sees a request before it is routed and every answer after.
    let finished =
        Router::new().fallback_service(api).layer(from_fn_with_state(Arc::clone(app), answer::finish)).layer(
            CompressionLayer::new().quality(CompressionLevel::Precise(4)).compress_when(SizeAbove::new(1024)),
        );
    Router::new()
        .route_service("/api", finished.clone().into_service::<Body>())
        .route_service("/api/", finished.clone().into_service::<Body>())
        .route_service("/api/{*rest}", finished.into_service::<Body>())
}

fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let what = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let what = what.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    Problem::internal(format!("a handler panicked: {what}")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Backend, Config};
    use axum::http::Request;
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_panic_is_a_problem() {
        async fn broken() -> Response {
            panic!("broken on purpose")
        }
        let app = Backend::open(&Config::new("coffee")).unwrap().app;
        let router = Router::new()
            .route("/api/v1/broken", get(broken))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(Arc::clone(&app), answer::finish));
        let request =
            Request::get("/api/v1/broken").header("accept-language", "en").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status().as_u16(), 500);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&problem["code"], &problem["retryable"]), (&"internal".into(), &true.into()));
        // A panic in a transaction leaves nothing behind and the database usable.
        let failed = app.db.run(|_| -> Result<(), Problem> { panic!("broken on purpose") }).await;
        assert_eq!(failed.unwrap_err().code(), Code::Internal);
        assert!(app.db.run(|tx| Ok(crate::store::meta(tx, "programme")?)).await.unwrap().is_some());
    }
}

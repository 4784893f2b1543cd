//! Gifts and favourites are refused by their rules, with their codes.

use portal_tests::backend::{Backend, config};
use portal_tests::http::Api;

use crate::statuses::{expect, setting};
use crate::walk::key;

#[tokio::test]
async fn gifts_and_favourites_are_refused_by_rule() {
    let setting = setting().await;
    let giver = &setting.api;
    let friend = giver.with("Authorization", None).sign_in("13500000002").await.unwrap();
    let post = |api: &Api, number: u32, path: String, body: Option<&str>| {
        let (keyed, body) = (api.with("Idempotency-Key", Some(&key(number))), body.map(str::to_owned));
        async move { keyed.send("POST", &path, body).await.unwrap() }
    };
    let offers = giver.get("/coupon-offers").await.unwrap().json().unwrap();
    let offer =
        offers["data"].as_array().unwrap().iter().find(|one| one["claimed"] == false).unwrap().clone();
    let claim = format!("/coupon-offers/{}/claims", offer["id"].as_str().unwrap());
    let coupon = post(giver, 4000, claim, None).await.json().unwrap()["id"].as_str().unwrap().to_owned();
    let give = format!("/me/coupons/{coupon}/transfers");
    let made = post(giver, 4001, give.clone(), Some("{}")).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let gift = format!("/coupon-transfers/{}", made.json().unwrap()["id"].as_str().unwrap());
    let accept = format!("{gift}/acceptances");
    let long = format!("{{\"message\":\"{}\"}}", "x".repeat(61));
    expect(&post(giver, 4002, give.clone(), Some(&long)).await, 422, "validation", "transferCoupon");
    expect(
        &post(giver, 4001, give.clone(), Some("{\"message\":\"x\"}")).await,
        422,
        "key-reused",
        "transferCoupon",
    );
    expect(&post(giver, 4003, give.clone(), Some("{}")).await, 409, "not-transferable", "transferCoupon");
    expect(&post(&friend, 4004, give.clone(), Some("{}")).await, 404, "not-found", "transferCoupon");
    expect(&post(giver, 4005, accept.clone(), None).await, 409, "transfer-own", "acceptCouponTransfer");
    expect(&friend.send("DELETE", &gift, None).await.unwrap(), 404, "not-found", "takeBackCouponTransfer");
    assert_eq!(post(&friend, 4006, accept.clone(), None).await.status, 201);
    expect(&post(&friend, 4007, accept.clone(), None).await, 409, "transfer-closed", "acceptCouponTransfer");
    expect(
        &giver.send("DELETE", &gift, None).await.unwrap(),
        409,
        "transfer-closed",
        "takeBackCouponTransfer",
    );
    expect(&post(giver, 4008, give, Some("{}")).await, 409, "not-transferable", "transferCoupon");

    let mut large = config("coffee").unwrap();
    large.rewards = Some(600);
    let large = Backend::start_with(large).await.unwrap();
    let api = Api::new(&large.origin).sign_in("13500000003").await.unwrap();
    let (mut cursor, mut kept, mut last) = (String::new(), 0, None);
    while last.is_none() {
        let page = api.get(&format!("/rewards?limit=100{cursor}")).await.unwrap().json().unwrap();
        for row in page["data"].as_array().unwrap() {
            let path = format!("/me/favourites/{}", row["id"].as_str().unwrap());
            let answer = api.send("PUT", &path, None).await.unwrap();
            if answer.status != 204 {
                last = Some(answer);
                break;
            }
            kept += 1;
        }
        cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap_or_default());
    }
    assert_eq!(kept, 500);
    expect(&last.unwrap(), 409, "limit-reached", "addFavourite");
}

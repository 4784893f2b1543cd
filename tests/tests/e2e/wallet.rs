//! What becomes of a redemption: paid, issued by a partner, shown full screen, used, refused, cancelled; and a coupon
//! that goes to a friend.

use anyhow::{Context, Result, ensure};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use member_portal::i18n::{fill, key, t};
use portal_tests::backend::{Backend, phone, seed};
use portal_tests::driver::Engine;
use portal_tests::http::{exchange, pool};
use portal_tests::page::Page;
use serde_json::{Value, json};

use crate::journey::Member;

/// Tells the demonstration's outside world something.
async fn demo(backend: &Backend, path: &str, body: &Value) -> Result<()> {
    let request = Request::post(format!("{}/demo/{path}", backend.origin))
        .header("Content-Type", "application/json")
        .body(Full::new(Bytes::from(body.to_string())))?;
    let answer = exchange(&pool(), request).await?;
    ensure!(answer.status == 204, "{path}: {} {}", answer.status, answer.text());
    Ok(())
}

/// A reward that this member can redeem and that is so.
async fn reward(member: &Member, is_so: impl Fn(&Value) -> bool) -> Result<Option<String>> {
    let list = member.get("/rewards?affordable=true&sort=cost_asc&limit=100").await?;
    let mut all = list["data"].as_array().into_iter().flatten();
    let found = all.find(|one| one["eligibility"]["status"] == "eligible" && is_so(one));
    Ok(found.and_then(|one| one["id"].as_str()).map(str::to_owned))
}

/// Opens the sheet of a reward, up to the button.
async fn sheet(page: &mut Page<'_>, id: &str) -> Result<()> {
    page.open(&format!("/rewards/{id}")).await?;
    page.see("#redeem").await?;
    let store = "
        const field = document.querySelector('#store');
        if (!field || field.value) return true;
        field.value = field.options[1].value;
        return field.dispatchEvent(new Event('change', { bubbles: true }));";
    // The stores come after the reward.
    let waits = "return !document.querySelector('main .bone')";
    page.until("the stores", waits, vec![]).await?;
    page.script(store, vec![]).await?;
    page.press("#redeem").await?;
    page.see("[role=dialog] .eq").await?;
    page.rest().await
}

/// Redeems by the sheet; gives the identifier.
async fn redeem(page: &mut Page<'_>, id: &str) -> Result<String> {
    sheet(page, id).await?;
    agree(page).await
}

async fn agree(page: &mut Page<'_>) -> Result<String> {
    page.press("[role=dialog] .btn:not(.q)").await?;
    page.arrive("/vouchers/").await?;
    Ok(page.place().await?.trim_start_matches("/vouchers/").to_owned())
}

async fn points(member: &Member) -> Result<String> {
    let name = member.get("/programme").await?["points_terms"]["name"].clone();
    name.as_str().map(str::to_owned).context("points have no name")
}

/// A voucher at the till: full screen, scanned, used while it is on screen.
pub(crate) async fn till(page: &mut Page<'_>, backend: &Backend, member: &Member) -> Result<()> {
    let (reward, _, _) = member.reward().await?;
    let id = redeem(page, &reward).await?;
    page.see("svg.qr").await?;
    let code = member.get(&format!("/me/redemptions/{id}")).await?["voucher"]["code"].clone();
    let code = code.as_str().context("no code")?.to_owned();
    page.scan("voucher", &code).await?;
    page.press("#show").await?;
    page.see(".app.show svg.c128").await?;
    page.check("voucher-full").await?;
    page.scan("voucher, full screen", &code).await?;
    demo(backend, "till", &json!({ "code": code })).await?;
    page.read(t(key::VOUCHER_THANKS)).await?;
    page.same("codes of a used voucher", &page.count("svg.qr").await?, &0);
    page.check("voucher-thanks").await?;
    page.reload().await?;
    page.read(t(key::VOUCHER_STATUS_USED)).await?;
    page.check("voucher-used").await?;
    page.open("/wallet").await?;
    page.see(".tkt, .empty, .notice, .state").await?;
    page.same(
        "the used voucher among those to use",
        &page.count(&format!("a[href='/vouchers/{id}']")).await?,
        &0,
    );
    page.open("/wallet?past=true").await?;
    page.see(&format!("a[href='/vouchers/{id}']")).await
}

/// Cancelled while it may be: what comes back, and that it did.
pub(crate) async fn cancel(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let before = member.balance().await?;
    let lasts = |one: &Value| {
        one["cancellable_hours"].as_i64() > Some(0)
            && one["cost_money"].is_null()
            && one["stores"]["scope"] == "all"
            && one["stock"].is_null()
    };
    let reward = reward(member, lasts).await?.context("nothing that can be cancelled")?;
    let id = redeem(page, &reward).await?;
    page.press("#cancel").await?;
    page.see("[role=dialog]").await?;
    page.check("cancel").await?;
    page.press_that("[role=dialog] .btn", t(key::VOUCHER_CANCEL_YES)).await?;
    page.read(t(key::VOUCHER_STATUS_CANCELLED)).await?;
    page.check("voucher-cancelled").await?;
    let one = member.get(&format!("/me/redemptions/{id}")).await?;
    page.same("status at the backend", &one["status"], &json!("cancelled"));
    page.same("points after cancelling", &member.balance().await?, &before);
    Ok(())
}

/// One that a partner issues: waiting, then there; and one that the partner refuses.
pub(crate) async fn partner(
    page: &mut Page<'_>,
    backend: &Backend,
    member: &Member,
    programme: &str,
) -> Result<()> {
    let seed = seed(programme)?;
    let by_partner: Vec<&Value> =
        seed["rewards"].as_array().into_iter().flatten().filter(|one| !one["issue"].is_null()).collect();
    ensure!(!by_partner.is_empty(), "{programme} has no reward that a partner issues");
    let Some(reward) = reward(member, |one| by_partner.iter().any(|other| other["id"] == one["id"])).await?
    else {
        println!("      no reward of a partner can be redeemed here");
        return Ok(());
    };
    let before = member.balance().await?;
    for outcome in ["issued", "rejected"] {
        let id = redeem(page, &reward).await?;
        page.read(t(key::VOUCHER_STEP_WAITING)).await?;
        page.same("codes of what isn't issued", &page.count("svg.qr, svg.c128").await?, &0);
        if outcome == "issued" {
            page.check("voucher-waiting").await?;
            page.open("/wallet").await?;
            page.see(&format!("a[href='/vouchers/{id}']")).await?;
            page.read(t(key::WALLET_WAITING)).await?;
            page.check("wallet-waiting").await?;
            page.open(&format!("/vouchers/{id}")).await?;
            page.read(t(key::VOUCHER_STEP_WAITING)).await?;
        }
        demo(backend, "partner", &json!({ "redemption_id": id, "outcome": outcome })).await?;
        if outcome == "issued" {
            page.see("svg.qr").await?;
            let one = member.get(&format!("/me/redemptions/{id}")).await?;
            page.scan("voucher of a partner", one["voucher"]["code"].as_str().unwrap_or_default()).await?;
        } else {
            page.read(t(key::VOUCHER_STATUS_REJECTED)).await?;
            page.same("codes of what was refused", &page.count("svg.qr, svg.c128").await?, &0);
            page.check("voucher-rejected").await?;
            let one = member.get(&format!("/me/redemptions/{id}")).await?;
            let cost = one["cost_points"].as_i64().unwrap_or_default();
            page.same("points that came back", &one["refund"]["points"], &json!(cost));
            page.same("points after a refusal", &member.balance().await?, &(before - cost));
        }
        let reward = member.get(&format!("/rewards/{reward}")).await?;
        if reward["eligibility"]["status"] != "eligible" {
            break;
        }
    }
    Ok(())
}

/// Points and money: the payment page, its way back, and a payment that isn't made.
pub(crate) async fn payment(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let before = member.balance().await?;
    let Some(reward) = reward(member, |one| !one["cost_money"].is_null()).await? else {
        println!("      no reward for points and money can be redeemed here");
        return Ok(());
    };
    sheet(page, &reward).await?;
    page.check("sheet-money").await?;
    let id = agree(page).await?;
    page.see(".pay").await?;
    page.same("codes of what isn't paid", &page.count("svg.qr, svg.c128").await?, &0);
    page.check("voucher-unpaid").await?;
    page.press(".pay .btn").await?;
    page.until("the payment page", "return location.pathname.startsWith('/demo/payments/')", vec![]).await?;
    page.shoot("payment").await?;
    if page.engine() == Engine::Webkit {
        // Its driver falls silent after a way back to another document, whichever that is.
        page.press("main a").await?;
    } else {
        page.client().back().await?;
    }
    page.arrive(&format!("/vouchers/{id}")).await?;
    page.press(".pay .btn").await?;
    page.until("the payment page", "return location.pathname.startsWith('/demo/payments/')", vec![]).await?;
    page.press("button.go").await?;
    page.arrive(&format!("/vouchers/{id}")).await?;
    page.see("svg.qr").await?;
    let paid = member.get(&format!("/me/redemptions/{id}")).await?;
    page.same("status after paying", &paid["status"], &json!("issued"));
    page.scan("voucher that was paid", paid["voucher"]["code"].as_str().unwrap_or_default()).await?;
    let cost = paid["cost_points"].as_i64().unwrap_or_default();
    page.same("points after paying", &member.balance().await?, &(before - cost));

    let Some(reward) = self::reward(member, |one| !one["cost_money"].is_null()).await? else { return Ok(()) };
    let id = redeem(page, &reward).await?;
    page.see(".pay").await?;
    page.press(".pay .btn").await?;
    page.until("the payment page", "return location.pathname.startsWith('/demo/payments/')", vec![]).await?;
    page.press("button[value=false]").await?;
    page.arrive(&format!("/vouchers/{id}")).await?;
    page.read(t(key::VOUCHER_STATUS_REJECTED)).await?;
    page.same("points after a payment that failed", &member.balance().await?, &(before - cost));
    page.check("voucher-payment-failed").await
}

/// Redeems something that costs money as well; its redemption, which is to be paid, is on screen. `None` where there is nothing.
pub(crate) async fn unpaid(page: &mut Page<'_>, member: &Member) -> Result<Option<String>> {
    let Some(reward) = reward(member, |one| !one["cost_money"].is_null()).await? else { return Ok(None) };
    let id = redeem(page, &reward).await?;
    page.see(".pay").await?;
    Ok(Some(id))
}

/// A coupon that can be given away, as the backend sees it.
async fn giveable(member: &Member) -> Result<Value> {
    let list = member.get("/me/coupons?status=available").await?;
    let actions =
        |one: &&Value| one["actions"].as_array().is_some_and(|all| all.contains(&json!("transfer")));
    list["data"]
        .as_array()
        .into_iter()
        .flatten()
        .find(actions)
        .cloned()
        .context("no coupon can be given away")
}

/// The coupon's own page, scanned; then it goes to a friend, comes back, and goes again.
pub(crate) async fn gift(
    page: &mut Page<'_>,
    backend: &Backend,
    member: &Member,
    programme: &str,
) -> Result<()> {
    let coupon = giveable(member).await?;
    let (id, title) =
        (coupon["id"].as_str().unwrap_or_default(), coupon["title"].as_str().unwrap_or_default());
    page.open(&format!("/coupons/{id}")).await?;
    page.scan("coupon", coupon["code"].as_str().unwrap_or_default()).await?;
    page.press("#give").await?;
    page.see("[role=dialog] input").await?;
    page.check("give").await?;
    page.fill("[role=dialog] input", "下午茶我请").await?;
    page.press_that("[role=dialog] .btn", t(key::GIFT_MAKE)).await?;
    page.see("#gift-link").await?;
    page.same("codes of a coupon on its way", &page.count("svg.qr, svg.c128").await?, &0);
    page.check("coupon-transferring").await?;
    let link = transfer(member, id).await?;
    let shown = page.script("return document.querySelector('#gift-link').value", vec![]).await?;
    page.same("link on screen", &shown, &json!(format!("{}{link}", page.proxy.origin)));
    page.open("/wallet").await?;
    page.read(t(key::COUPON_STATUS_TRANSFERRING)).await?;
    page.check("wallet-transferring").await?;

    // Taken back before anybody had it.
    page.open(&link).await?;
    page.see("#gift-link").await?;
    page.check("gift-mine").await?;
    page.press_that("main .btn", t(key::GIFT_TAKE_BACK)).await?;
    page.read(t(key::GIFT_RETURNED_MINE)).await?;
    page.check("gift-returned").await?;
    page.same("the coupon is there again", &giveable(member).await?["id"], &coupon["id"]);

    // Given once more, and taken by a friend; the first one who opens it.
    let key = "6f9619ff-8b86-4d01-b42d-00c04fc964ff";
    let again = member.api.with("Idempotency-Key", Some(key));
    let made =
        again.post(&format!("/me/coupons/{id}/transfers"), &json!({ "message": "下午茶我请" })).await?;
    ensure!(made.status == 201, "giving again: {}", made.text());
    let old = link;
    let link = made.json()?["link"].as_str().context("no link")?.to_owned();
    page.sign_in(&phone(programme, "new")?).await?;
    page.open(&old).await?;
    page.read(t(key::GIFT_RETURNED)).await?;
    page.open(&link).await?;
    page.read("下午茶我请").await?;
    page.check("gift-offered").await?;
    page.press_that("main .btn", t(key::GIFT_ACCEPT)).await?;
    page.read(t(key::GIFT_ACCEPTED)).await?;
    page.check("gift-accepted").await?;
    page.reload().await?;
    page.read(t(key::GIFT_ACCEPTED)).await?;
    page.open("/wallet").await?;
    page.read(title).await?;
    let friend = Member::of(backend, programme, "new").await?;
    let theirs = friend.get("/me/coupons?status=available").await?;
    let has = theirs["data"].as_array().into_iter().flatten().filter(|one| one["title"] == title).count();
    page.same("coupons of the friend", &has, &1);

    // Somebody else comes too late, and the giver sees that it is gone.
    page.sign_in("13900139000").await?;
    page.open(&link).await?;
    page.read(t(key::GIFT_TAKEN)).await?;
    page.check("gift-taken").await?;
    page.sign_in(&member.phone).await?;
    page.open(&link).await?;
    page.read(t(key::GIFT_GIVEN)).await?;
    page.check("gift-given").await?;
    page.open(&format!("/coupons/{id}")).await?;
    page.read(t(key::COUPON_STATUS_GIVEN)).await?;
    page.same("codes of a coupon that is gone", &page.count("svg.qr, svg.c128").await?, &0);
    Ok(())
}

/// The portal's path of a coupon's link.
async fn transfer(member: &Member, coupon: &str) -> Result<String> {
    let list = member.get("/me/coupons?status=transferring").await?;
    let mut all = list["data"].as_array().into_iter().flatten();
    let one = all.find(|one| one["id"] == coupon).context("the coupon is not on its way")?;
    one["transfer"]["link"].as_str().map(str::to_owned).context("no link")
}

/// The words with which the wallet says that points are safe.
pub(crate) async fn safe(member: &Member) -> Result<String> {
    Ok(fill(key::REDEEM_UNKNOWN_SAFE, &[("points", &points(member).await?)]))
}

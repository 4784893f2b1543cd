//! The other screens of the journey.

use anyhow::{Context, Result};
use member_portal::domain::number::group;
use member_portal::i18n::{Locale, key, locale, set_locale, t};
use portal_tests::page::Page;
use serde_json::{Value, json};

use crate::journey::Member;

/// Tier, from home and back.
pub(crate) async fn tier(page: &mut Page<'_>, member: &Member) -> Result<()> {
    page.open("/").await?;
    page.press("a.tier").await?;
    page.arrive("/tier").await?;
    let tiers = member.get("/tiers").await?;
    for tier in tiers["data"].as_array().into_iter().flatten() {
        page.read(tier["name"].as_str().unwrap_or_default()).await?;
    }
    page.see(".cmp").await?;
    page.check("tier").await?;
    page.client().back().await?;
    page.see("a.pts").await?;
    let place = page.place().await?;
    page.same("place after going back", &place, &"/".to_owned());
    Ok(())
}

/// Points, the ledger, ways to earn.
pub(crate) async fn points(page: &mut Page<'_>, member: &Member) -> Result<()> {
    page.open("/").await?;
    page.press("a.pts").await?;
    page.arrive("/points").await?;
    page.see(".hero .num").await?;
    page.see("ul .li").await?;
    let shown = page.text(".hero .num").await?;
    page.same("points on their page", &shown, &group(member.balance().await?));
    // Engines write dates in different orders; the ledger once read August 2026 as another month in one of them.
    let month = page.text(".lmonth h3").await?;
    let august = month == "8月" || month == "Aug";
    page.same("the month of the newest entry", &(august, month.clone()), &(true, month));
    page.check("points").await?;
    page.press(".li__b").await?;
    page.see(".li__why").await?;
    page.check("points-entry").await?;
    let chips = page.count(".chips .chip").await?;
    page.same("kinds of entries", &(chips >= 3), &true);
    page.press(".chips .chip:nth-child(3)").await?;
    page.arrive("/points?type=").await?;
    let filtered = page.place().await?;
    page.reload().await?;
    let place = page.place().await?;
    page.same("filter after a reload", &place, &filtered);
    page.open("/points/earn").await?;
    page.see(".list .item").await?;
    page.check("earn").await
}

/// The catalogue: categories, what can be afforded, search; the address keeps all of it.
pub(crate) async fn catalogue(page: &mut Page<'_>, member: &Member) -> Result<()> {
    page.open("/").await?;
    if page.count(".tabs a[href='/rewards']").await? > 0 {
        page.press(".tabs a[href='/rewards']").await?;
    } else {
        page.open("/rewards").await?;
    }
    page.arrive("/rewards").await?;
    page.see(".rgrid .rw").await?;
    page.check("rewards").await?;
    page.press_that(".chips .chip", t(key::REWARDS_AFFORDABLE)).await?;
    page.arrive("/rewards?affordable=true").await?;
    let total =
        member.get("/rewards?affordable=true&limit=1").await?["total"].as_u64().context("no total")?;
    page.until("affordable rewards only", ONLY_READY, vec![]).await?;
    page.same("affordable rewards", &(page.count(".rgrid .rw").await? <= total), &true);
    page.check("rewards-affordable").await?;

    let categories = member.get("/reward-categories").await?;
    let category = &categories["data"][1];
    page.open("/rewards").await?;
    page.press_that(".chips .chip", category["name"].as_str().unwrap_or_default()).await?;
    page.arrive("/rewards?category=").await?;
    let narrowed = page.place().await?;
    let count = category["count"].as_u64().unwrap_or_default().min(20);
    page.until(
        "rewards of the category",
        "return document.querySelectorAll('.rgrid .rw').length <= arguments[0]",
        vec![json!(count)],
    )
    .await?;
    page.press(".rgrid .rw").await?;
    page.arrive("/rewards/").await?;
    page.client().back().await?;
    page.see(".chips").await?;
    let place = page.place().await?;
    page.same("filter after going back", &place, &narrowed);

    page.open("/rewards?q=zzzz").await?;
    page.read(t(key::REWARDS_EMPTY)).await?;
    page.check("rewards-empty").await
}

const ONLY_READY: &str = "
    const all = [...document.querySelectorAll('.rgrid .rw')];
    return all.length > 0 && all.every((one) => one.querySelector('.st.ok'));";

/// A reward that this member can't redeem says why.
pub(crate) async fn refused(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let list = member.get("/rewards?limit=100").await?;
    let refused = |one: &&Value| one["eligibility"]["status"] == "ineligible";
    let reward =
        list["data"].as_array().into_iter().flatten().find(refused).context("everything can be redeemed")?;
    page.open(&format!("/rewards/{}", reward["id"].as_str().unwrap_or_default())).await?;
    // Words, or how long until it opens.
    page.see("main .note, main [role=timer]").await?;
    page.same(
        "open buttons to redeem",
        &page.count("#redeem:not([disabled]):not([aria-disabled=true])").await?,
        &0,
    );
    page.check("reward-refused").await
}

/// Vouchers and coupons, what is over, one coupon.
pub(crate) async fn wallet(page: &mut Page<'_>, member: &Member) -> Result<()> {
    page.open("/wallet").await?;
    page.see(".tkt").await?;
    page.check("wallet").await?;
    let offers = member.get("/coupon-offers").await?;
    let claimable = offers["data"].as_array().into_iter().flatten().any(|one| one["claimed"] == false);
    if claimable {
        page.press(".offer .btn:not(.q)").await?;
        page.read(t(key::WALLET_CLAIM_DONE)).await?;
    }
    page.press("a[href^='/coupons/']").await?;
    page.arrive("/coupons/").await?;
    page.see("svg.qr").await?;
    page.check("coupon").await?;
    page.open("/wallet?past=true").await?;
    page.check("wallet-past").await
}

/// The member code.
pub(crate) async fn code(page: &mut Page<'_>, member: &Member) -> Result<()> {
    page.open("/code").await?;
    page.see("svg.qr").await?;
    page.see("svg.c128").await?;
    page.check("code").await?;
    let code = member.get("/me/card-code").await?["payload"].clone();
    page.scan("member code", code.as_str().unwrap_or_default()).await
}

/// An address that does not exist, and a reward that does not.
pub(crate) async fn not_found(page: &mut Page<'_>) -> Result<()> {
    page.open("/nowhere/at/all").await?;
    page.read(t(key::NOTFOUND_TITLE)).await?;
    page.check("not-found").await?;
    page.open("/rewards/nobody").await?;
    page.read(t(key::ERROR_GONE_TITLE)).await?;
    page.check("reward-gone").await
}

const COLOURS: &str = "
    const root = document.documentElement, brand = JSON.parse(localStorage.getItem('portal.brand'));
    const tokens = brand.tokens[arguments[0]];
    if (root.dataset.theme !== arguments[0]) return false;
    return Object.keys(tokens).every((name) => root.style.getPropertyValue('--' + name).trim() === tokens[name]);";

/// The member's own page: colours, language, leaving.
pub(crate) async fn me(page: &mut Page<'_>) -> Result<()> {
    page.open("/me").await?;
    page.see("h1").await?;
    page.check("me").await?;
    page.press_that("main button, main label", t(key::ME_THEME_DARK)).await?;
    page.until("dark colours", COLOURS, vec![json!("dark")]).await?;
    page.reload().await?;
    page.until("dark colours after a reload", COLOURS, vec![json!("dark")]).await?;
    page.press_that("main button, main label", t(key::ME_THEME_LIGHT)).await?;
    page.until("light colours", COLOURS, vec![json!("light")]).await?;

    let (own, other) = (locale(), if locale() == Locale::En { Locale::ZhTw } else { Locale::En });
    page.press_that("main button, main label", other.name()).await?;
    set_locale(other);
    let outcome = page.read(t(key::ME_SIGN_OUT)).await;
    let lang = page.script("return document.documentElement.lang", vec![]).await?;
    page.same("language of the document", &lang, &json!(other.tag()));
    set_locale(own);
    outcome?;
    page.press_that("main button, main label", own.name()).await?;
    page.read(t(key::ME_SIGN_OUT)).await?;

    page.press_that("button", t(key::ME_SIGN_OUT)).await?;
    page.see("[role=dialog]").await?;
    page.check("sign-out").await?;
    page.press_that("[role=dialog] button", t(key::ME_SIGN_OUT)).await?;
    page.arrive("/sign-in").await?;
    page.see("#phone").await?;
    let kept = page
        .script(
            "return Object.keys(localStorage).filter((name) => name.startsWith('portal.member.'))",
            vec![],
        )
        .await?;
    page.same("what is kept of the member", &kept, &json!([]));
    page.open("/points").await?;
    page.arrive("/sign-in?next=%2Fpoints").await
}

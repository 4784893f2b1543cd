//! Surveys about what just happened: offered once on home after a visit and once below the voucher after a redemption,
//! declined for good, not lost with a lost answer.

use anyhow::{Context, Result, ensure};
use member_portal::i18n::{Locale, fill, key, t};
use portal_tests::backend::Backend;
use portal_tests::driver::Browser;
use portal_tests::page::Page;
use portal_tests::proxy::{Fault, Proxy};
use serde_json::Value;

use crate::journey::{Member, buy};
use crate::step;

const PROGRAMME: &str = "coffee";
const ASK: &str = "POST /api/v1/me/survey-offers";
const CARD: &str = "main .asks";
const DECLINE: &str = ".asks button";
const ANSWER: &str = ".asks a.btn";
/// Whether the focus is where nothing put it: nowhere, or on the heading of the screen that was entered.
const UNMOVED: &str = "
    const at = document.activeElement;
    return !at || at === document.body || at.matches('h1[tabindex]');";

/// Everything in one browser.
pub(crate) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for (name, way) in [("declined", Way::Decline), ("answered", Way::Answer)] {
        let backend = Backend::start_with_portal(PROGRAMME).await?;
        let proxy = Proxy::start(&backend.origin).await?;
        let mut page = Page::begin(browser, &proxy, "offers", Locale::ZhCn).await?;
        let member = Member::of(&backend, PROGRAMME, "three_expiries").await?;
        page.sign_in(&member.phone).await?;
        let outcome = visit(&mut page, &member, way).await;
        page.proxy.heal();
        step(&mut page, &format!("visit-{name}"), outcome).await;
        let outcome = redemption(&mut page, &member, way).await;
        page.proxy.heal();
        step(&mut page, &format!("redemption-{name}"), outcome).await;
        findings.extend(page.findings());
    }
    Ok(findings)
}

/// What the member does with the offer.
#[derive(Clone, Copy)]
enum Way {
    Decline,
    Answer,
}

/// The surveys of the member, by identifier.
async fn listed(member: &Member) -> Result<Vec<String>> {
    let list = member.get("/me/surveys").await?;
    let ids = list["data"].as_array().into_iter().flatten();
    Ok(ids.filter_map(|one| one["id"].as_str()).map(str::to_owned).collect())
}

fn asked(page: &Page<'_>) -> usize {
    page.proxy.last_requests(usize::MAX).iter().filter(|request| request.starts_with(ASK)).count()
}

/// The only survey that is listed now and was not before.
async fn new_one(member: &Member, before: &[String]) -> Result<String> {
    let new: Vec<String> = listed(member).await?.into_iter().filter(|id| !before.contains(id)).collect();
    ensure!(new.len() == 1, "new in the list: {new:?}");
    new.into_iter().next().context("none")
}

/// Declines or answers; either way the card has gone for good.
async fn decide(page: &mut Page<'_>, survey: &str, way: Way, place: &str) -> Result<()> {
    let link =
        page.script("return document.querySelector('.asks a.btn').getAttribute('href')", vec![]).await?;
    page.same("where the card leads", &link, &Value::from(format!("/surveys/{survey}")));
    match way {
        Way::Decline => {
            page.press_that(DECLINE, t(key::OFFER_DECLINE)).await?;
            gone(page).await?;
            let at = page.script(UNMOVED, vec![]).await?;
            page.same("the focus is on the heading after declining", &at, &Value::Bool(true));
        }
        Way::Answer => {
            page.press_that(ANSWER, t(key::HOME_SURVEY_GO)).await?;
            page.arrive(&format!("/surveys/{survey}")).await?;
            page.see("main.q").await?;
            back_to(page, place).await?;
            gone(page).await?;
        }
    }
    // Neither does it come back with a page that knows nothing but what the device kept.
    page.open(place).await?;
    page.see("main").await?;
    settled(page).await?;
    page.same("cards after a reload", &page.count(CARD).await?, &0);
    Ok(())
}

/// Goes back as often as it takes: a survey has places of its own in the history.
async fn back_to(page: &Page<'_>, place: &str) -> Result<()> {
    for _ in 0..3 {
        page.client().back().await?;
        page.rest().await?;
        if page.place().await? == place {
            return page.see("main").await;
        }
    }
    anyhow::bail!("{} instead of {place}", page.place().await?)
}

async fn gone(page: &Page<'_>) -> Result<()> {
    let script = "return !document.querySelector('.asks')";
    page.until("no card", script, vec![]).await.map(drop)
}

/// Long enough for an offer that must not come: the parts are here, and what they ask for is answered.
async fn settled(page: &Page<'_>) -> Result<()> {
    page.rest().await?;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    page.rest().await
}

/// Home offers a survey about the last visit. The first answer is lost: the same key gets the same offer.
async fn visit(page: &mut Page<'_>, member: &Member, way: Way) -> Result<()> {
    let before = listed(member).await?;
    let due = member.get("/me/overview").await?["survey_offer_due"].clone();
    ensure!(due == true, "nothing is due: {due}");
    page.proxy.spoil(ASK, Fault::DropAnswer);
    page.open("/").await?;
    page.see("a.tier").await?;
    page.until("the taken offer", "return !!localStorage.getItem('portal.member.offer')", vec![]).await?;
    let mut tries = 0;
    while listed(member).await?.len() == before.len() {
        tries += 1;
        ensure!(tries < 100, "the backend was not asked");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    page.same("cards without an answer", &page.count(CARD).await?, &0);
    page.same("notices of a failure", &page.count("main [role=alert]").await?, &0);
    // The page ends before it can ask again; the next one knows nothing but the key that was kept.
    page.client().goto(&format!("{}/robots.txt", page.proxy.origin)).await?;
    page.proxy.heal();
    page.open("/").await?;
    page.see(CARD).await?;
    let at = page.script(UNMOVED, vec![]).await?;
    page.same("the focus stays where it was", &at, &Value::Bool(true));
    page.check("home-offer").await?;
    let survey = new_one(member, &before).await?;
    let kept = page.script("return localStorage.getItem('portal.member.offer')", vec![]).await?;
    page.same("keys that are kept once the offer is here", &kept, &Value::Null);
    // Another screen and back: it is still there, and was not asked for again.
    let count = asked(page);
    page.press(".tabs a[href='/me']").await?;
    page.arrive("/me").await?;
    page.press(".tabs a[href='/']").await?;
    page.see(CARD).await?;
    page.same("requests after coming back", &asked(page), &count);
    decide(page, &survey, way, "/").await?;
    page.same("surveys in the list", &listed(member).await?.contains(&survey), &true);
    Ok(())
}

/// The voucher that was just made offers a survey about it; a reload shows the same one.
async fn redemption(page: &mut Page<'_>, member: &Member, way: Way) -> Result<()> {
    let before = listed(member).await?;
    let (id, title, _) = member.reward().await?;
    buy(page, &id).await?;
    page.see(CARD).await?;
    page.read(&fill(key::OFFER_REDEMPTION, &[("title", &title)])).await?;
    page.check("voucher-offer").await?;
    let survey = new_one(member, &before).await?;
    let card = page.text(CARD).await?;
    page.reload().await?;
    page.see(CARD).await?;
    page.same("the card after a reload", &page.text(CARD).await?, &card);
    page.same("surveys after a reload", &new_one(member, &before).await?, &survey);
    let place = page.place().await?;
    decide(page, &survey, way, &place).await?;
    page.same("vouchers on screen", &page.count("svg.qr").await?, &1);
    // An older voucher offers nothing, and neither does home about the same redemption.
    page.open("/").await?;
    page.see("a.tier").await?;
    settled(page).await?;
    page.same("cards on home", &page.count(CARD).await?, &0);
    Ok(())
}

//! The sheet of a redemption in every state that only trouble brings about, and that points are right afterwards.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use member_portal::i18n::{fill, key, t};
use portal_tests::lacking::Lacking;
use portal_tests::page::Page;
use portal_tests::proxy::{Fault, Stage};
use serde_json::json;

use crate::journey::Member;
use crate::{step, wallet};

const PREVIEW: &str = "POST /api/v1/me/redemptions/preview";
const REDEEM: &str = "POST /api/v1/me/redemptions";
const LOOK_UP: &str = "GET /api/v1/me/redemptions?client_ref=";
/// What has to be pressed in the sheet.
const AGREE: &str = "[role=dialog] .btn:not(.q)";
/// Presses what asks about an open order, in one go: when it is confirmed by itself at this moment, the row goes, and
/// something else would lie under the finger.
const ASK: &str = "
    if (!document.querySelector('.pend')) return true;
    const open = (button) => button.getAttribute('aria-disabled') !== 'true';
    const asks = (button) => open(button) && button.textContent.includes(arguments[0]);
    const found = [...document.querySelectorAll('.pend .btn')].find(asks);
    if (found) found.click();
    return !!found;";
/// A backend that is not believed to know keys again.
const NOT_IDEMPOTENT: &str = r#"{"api":"/api/v1","features_off":["idempotency"]}"#;

/// A reward of coffee without limit and stock.
const REWARD: &str = "free-delivery";
/// After this no order is on its way any more, in milliseconds.
const LATER: i64 = 20 * 60_000;
/// A tab that is gone holds a lease for so long where there are no locks.
const LEASE: Duration = Duration::from_secs(31);
/// Another one, which costs something else.
const OTHER: &str = "coupon-8-40";

pub(crate) async fn states(page: &mut Page<'_>, member: &Member, clock: &AtomicI64) {
    let outcome = refusals(page, member).await;
    page.proxy.heal();
    step(page, "redeem-refusals", outcome).await;
    let outcome = changed(page, member).await;
    page.proxy.heal();
    step(page, "redeem-changed", outcome).await;
    let outcome = held(page, member).await;
    page.proxy.heal();
    step(page, "redeem-held", outcome).await;
    let outcome = lost(page, member).await;
    page.proxy.heal();
    step(page, "redeem-lost", outcome).await;
    let outcome = killed(page, member).await;
    page.proxy.heal();
    step(page, "redeem-killed", outcome).await;
    let outcome = taken_up(page, member).await;
    page.proxy.heal();
    step(page, "redeem-taken-up", outcome).await;
    let outcome = not_made(page, member).await;
    page.proxy.heal();
    step(page, "redeem-not-made", outcome).await;
    let outcome = asked(page, member, clock).await;
    page.proxy.heal();
    step(page, "redeem-asked", outcome).await;
}

/// Balance and number of redemptions.
type Account = (i64, usize);

async fn account(member: &Member) -> Result<Account> {
    Ok((member.balance().await?, member.redemptions().await?.len()))
}

async fn unspent(page: &mut Page<'_>, member: &Member, before: &Account, when: &str) -> Result<()> {
    page.same(&format!("points and redemptions {when}"), &account(member).await?, before);
    Ok(())
}

/// [`REWARD`] was redeemed once since `before`, and nothing stays open.
async fn spent_once(page: &mut Page<'_>, member: &Member, before: &Account, when: &str) -> Result<()> {
    let reward = member.get(&format!("/rewards/{REWARD}")).await?;
    let cost = reward["cost_points"].as_i64().context("no cost")?;
    let wanted = (before.0 - cost, before.1 + 1);
    page.same(&format!("points and redemptions {when}"), &account(member).await?, &wanted);
    settled(page).await
}

async fn points(member: &Member) -> Result<String> {
    let name = member.get("/programme").await?["points_terms"]["name"].clone();
    name.as_str().map(str::to_owned).context("points have no name")
}

async fn open(page: &mut Page<'_>, reward: &str) -> Result<()> {
    page.open(&format!("/rewards/{reward}")).await?;
    page.press("#redeem").await?;
    page.see("[role=dialog]").await
}

async fn quote(page: &mut Page<'_>, reward: &str) -> Result<()> {
    open(page, reward).await?;
    // Its bones have the same shape.
    page.see("[role=dialog] .eq").await?;
    page.rest().await
}

/// Every intent that the device keeps is settled.
async fn settled(page: &Page<'_>) -> Result<()> {
    for _ in 0..100 {
        let all = page.intents().await?;
        if all.iter().all(|intent| !intent["settled"].is_null()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("an intent stays open: {:?}", page.intents().await?)
}

/// The preview is refused for each reason: own words, and nothing was spent.
async fn refusals(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let before = account(member).await?;
    let spared = fill(key::REDEEM_NOT_CHARGED, &[("points", &points(member).await?)]);
    let mut seen = Vec::new();
    for code in [
        "out-of-stock",
        "limit-reached",
        "tier-required",
        "not-in-window",
        "insufficient-points",
        "store-not-eligible",
        "price-changed",
    ] {
        page.proxy.spoil(PREVIEW, Fault::problem(409, code, None));
        open(page, REWARD).await?;
        page.see("[role=dialog] .note--warn").await.with_context(|| code.to_owned())?;
        page.read(&spared).await.with_context(|| code.to_owned())?;
        page.check(&format!("redeem-{code}")).await?;
        let words = page.text("[role=dialog] .note--warn").await?;
        if seen.contains(&words) {
            page.note(format!("{code} has no words of its own: {words}"));
        }
        seen.push(words);
        page.proxy.heal();
    }
    page.proxy.spoil(PREVIEW, Fault::Drop);
    open(page, REWARD).await?;
    page.read(t(key::ACTION_RETRY)).await?;
    page.check("redeem-preview-dropped").await?;
    page.proxy.heal();
    page.press_that("[role=dialog] button", t(key::ACTION_RETRY)).await?;
    page.see("[role=dialog] .eq").await?;
    unspent(page, member, &before, "after refusals").await
}

/// The price has changed since the preview: it is asked again, and only a second agreement spends.
async fn changed(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let before = account(member).await?;
    quote(page, REWARD).await?;
    page.proxy.schedule([(0, Fault::problem(409, "price-changed", None))]);
    page.press(AGREE).await?;
    page.see("[role=dialog] .note--warn").await?;
    page.see("[role=dialog] .eq").await?;
    page.check("redeem-changed").await?;
    unspent(page, member, &before, "before agreeing again").await?;
    page.press(AGREE).await?;
    page.arrive("/vouchers/").await?;
    spent_once(page, member, &before, "after agreeing again").await
}

/// Too many requests: the order waits, and the same is sent again when the member says so.
async fn held(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let before = account(member).await?;
    quote(page, REWARD).await?;
    page.proxy.schedule([(0, Fault::problem(429, "rate-limited", Some(4)))]);
    page.press(AGREE).await?;
    page.see("[role=dialog] .note--warn").await?;
    page.check("redeem-held").await?;
    unspent(page, member, &before, "while it is held").await?;
    page.press_that("[role=dialog] button", t(key::ACTION_RETRY)).await?;
    page.arrive("/vouchers/").await?;
    let keys = page.proxy.orders();
    page.same("keys that were sent", &keys.iter().collect::<std::collections::BTreeSet<_>>().len(), &1);
    page.same("orders that were sent", &keys.len(), &2);
    spent_once(page, member, &before, "after it was held").await
}

/// The backend redeems and the answer is lost: it is looked up, and nothing is spent twice.
async fn lost(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let before = account(member).await?;
    quote(page, REWARD).await?;
    page.proxy.spoil(REDEEM, Fault::DropAnswer);
    page.proxy.spoil(LOOK_UP, Fault::Drop);
    page.press(AGREE).await?;
    page.read(t(key::REDEEM_UNKNOWN_TITLE)).await?;
    page.check("redeem-confirming").await?;
    page.press_that("[role=dialog] button", t(key::REDEEM_UNKNOWN_LEAVE)).await?;
    page.until("the sheet is closed", "return !document.querySelector('[role=dialog]')", vec![]).await?;
    page.read(t(key::REDEEM_UNKNOWN_PENDING)).await?;
    page.check("reward-confirming").await?;
    // The same reward leads back to the same order.
    page.press("#redeem").await?;
    page.read(t(key::REDEEM_UNKNOWN_TITLE)).await?;
    page.proxy.heal();
    page.press_that("[role=dialog] button", t(key::REDEEM_UNKNOWN_CHECK)).await?;
    page.arrive("/vouchers/").await?;
    page.see("svg.qr").await?;
    spent_once(page, member, &before, "after a lost answer").await
}

/// The same, and the tab is killed: the wallet says that it is being confirmed, and confirms it.
async fn killed(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let before = account(member).await?;
    quote(page, REWARD).await?;
    page.proxy.spoil(REDEEM, Fault::DropAnswer);
    page.proxy.spoil(LOOK_UP, Fault::Drop);
    page.press(AGREE).await?;
    page.read(t(key::REDEEM_UNKNOWN_TITLE)).await?;
    page.client().goto(&format!("{}/wallet", page.proxy.origin)).await?;
    page.see(".pend").await?;
    page.read(&wallet::safe(member).await?).await?;
    page.see(".pend .btn:not([aria-disabled=true])").await?;
    page.check("wallet-confirming").await?;
    page.proxy.heal();
    page.until("the button that asks", ASK, vec![json!(t(key::REDEEM_UNKNOWN_CHECK))]).await?;
    page.until("no row of what is confirmed", "return !document.querySelector('.pend')", vec![]).await?;
    page.see(".tkt").await?;
    spent_once(page, member, &before, "after a closed tab").await
}

/// The tab is killed while the answer is on its way: home takes the order up at the next start, and says what became of it.
async fn taken_up(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let before = account(member).await?;
    let reward = member.get(&format!("/rewards/{REWARD}")).await?;
    let title = reward["title"].as_str().context("no title")?;
    quote(page, REWARD).await?;
    page.proxy.schedule([]);
    let stopped = page.proxy.stop(0, Stage::Answered);
    page.press(AGREE).await?;
    let gate = stopped.await.context("nothing was sent")?;
    let has_locks = page.script(&Lacking::Locks.question(), vec![]).await? == json!(true);
    page.client().goto(&format!("{}/robots.txt", page.proxy.origin)).await?;
    drop(gate);
    let open = page.intents().await?.iter().filter(|intent| intent["settled"].is_null()).count();
    page.same("intents that the tab leaves open", &open, &1);
    if !has_locks {
        // Without locks the tab that is gone has what it held until its time is over.
        tokio::time::sleep(LEASE).await;
    }
    // The notice goes away by itself, so it is looked for before the page is at rest.
    page.client().goto(&format!("{}/", page.proxy.origin)).await?;
    page.read(&fill(key::WALLET_PENDING_MADE, &[("title", title)])).await?;
    page.same("where it is said", &page.place().await?, &"/".to_owned());
    page.same("orders that were sent", &page.proxy.orders().len(), &1);
    let newest = member.redemptions().await?.first().map(|one| one["id"].clone());
    let spent = member.entries("redemption").await?;
    let spent = spent.iter().filter(|entry| Some(&entry["source"]["id"]) == newest.as_ref()).count();
    page.same("spends in the ledger", &spent, &1);
    spent_once(page, member, &before, "after it was taken up").await
}

/// The order came too late: it is certain that nothing was made, and it can be begun anew.
async fn not_made(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let before = account(member).await?;
    let words = fill(key::REDEEM_UNKNOWN_NOT_MADE, &[("points", &points(member).await?)]);
    quote(page, REWARD).await?;
    page.proxy.schedule([(0, Fault::problem(409, "intent-expired", None))]);
    page.press(AGREE).await?;
    page.read(&words).await?;
    page.check("redeem-not-made").await?;
    page.press_that("[role=dialog] button", t(key::WALLET_PENDING_AGAIN)).await?;
    page.see("[role=dialog] .eq").await?;
    unspent(page, member, &before, "when nothing was made").await?;
    page.press("[role=dialog] .icbtn").await?;
    settled(page).await
}

/// A backend that doesn't know keys again: nothing is sent twice, the ledger is read and the member is asked.
async fn asked(page: &mut Page<'_>, member: &Member, clock: &AtomicI64) -> Result<()> {
    let before = account(member).await?;
    page.proxy.spoil("GET /config.json", Fault::answer(200, "application/json", NOT_IDEMPOTENT));
    quote(page, REWARD).await?;
    // Not `DropAnswer`: Chromium itself sends a request again when a connection that it uses again ends without an answer.
    page.proxy.schedule([(0, Fault::Break)]);
    page.press(AGREE).await?;
    page.read(t(key::REDEEM_ASK_TITLE)).await?;
    page.see("[role=dialog] a.btn").await?;
    page.check("redeem-asked").await?;
    page.press_that("[role=dialog] a.btn", t(key::REDEEM_ASK_YES)).await?;
    page.arrive("/wallet").await?;
    page.same("orders that were sent", &page.proxy.orders().len(), &1);
    spent_once(page, member, &before, "when it was made").await?;

    // This one never arrived; the clock stands, so it is a reward of another cost.
    let before = account(member).await?;
    quote(page, OTHER).await?;
    page.proxy.schedule([(0, Fault::answer(502, "text/html", "<h1>Bad gateway</h1>"))]);
    page.press(AGREE).await?;
    page.read(t(key::REDEEM_ASK_TITLE)).await?;
    let denies = "return document.querySelector('[role=dialog]').textContent.includes(arguments[0])";
    let early = page.script(denies, vec![json!(t(key::REDEEM_ASK_NO))]).await?;
    page.same("may say that it wasn't made while it may be on its way", &early, &json!(false));
    clock.fetch_add(LATER, Ordering::SeqCst);
    // The first answer tells the portal how late it is; the second one is asked for later than that.
    for _ in 0..2 {
        page.press_that("[role=dialog] button", t(key::REDEEM_ASK_AGAIN)).await?;
        page.rest().await?;
    }
    page.read(t(key::REDEEM_ASK_NO)).await?;
    page.check("redeem-asked-none").await?;
    page.press_that("[role=dialog] button", t(key::REDEEM_ASK_NO)).await?;
    page.read(&fill(key::REDEEM_UNKNOWN_NOT_MADE, &[("points", &points(member).await?)])).await?;
    page.same("orders that were sent", &page.proxy.orders().len(), &1);
    unspent(page, member, &before, "when it was not made").await?;
    let outcomes: Vec<_> = page.intents().await?.iter().map(|intent| intent["outcome"].clone()).collect();
    page.same("what is kept", &outcomes.contains(&json!("not-made")), &true);
    settled(page).await
}

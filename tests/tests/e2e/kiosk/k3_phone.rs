//! K3: the member's own phone signs the screen in. What becomes of a code stands on the screen, and each is good once.

use std::sync::atomic::Ordering;

use anyhow::{Context, Result, ensure};
use member_portal::i18n::{Key, key, t};
use portal_tests::backend::Backend;
use portal_tests::decode::{self, Symbol};
use portal_tests::proxy::Fault;
use serde_json::json;

use super::Stand;
use crate::journey::Member;

const POLL: &str = "POST /api/v1/sessions/device-authorizations/poll";
/// When a code that nobody has scanned is replaced, and when one has expired, in milliseconds.
const REPLACED: i64 = 111_000;
const EXPIRED: i64 = 121_000;
const AGAIN: &str = ".k-qr__s .btn";

pub(super) async fn walk(stand: &mut Stand<'_>) -> Result<()> {
    replaced(stand).await?;
    slowly(stand).await?;
    another_programme(stand).await?;
    denied(stand).await?;
    expired(stand).await?;
    two_phones(stand).await
}

async fn says(stand: &mut Stand<'_>, words: Key, screen: &str) -> Result<()> {
    stand.page.read(t(words)).await?;
    stand.look(screen).await
}

/// The code holds an address of this very portal and nothing else, and is replaced within two minutes.
async fn replaced(stand: &mut Stand<'_>) -> Result<()> {
    let code = stand.user_code().await?;
    let address = format!("{}/device?user_code={code}", stand.page.proxy.origin);
    let read = decode::symbols(&stand.page.client().screenshot().await?)?;
    stand.page.same("what a phone reads", &read.into_iter().collect(), &vec![Symbol::Qr(address)]);
    stand.beats(2).await?;
    stand.page.same("the code two heartbeats later", &stand.user_code().await?, &code);
    stand.pass(REPLACED).await?;
    another(stand, &code).await?;
    Ok(())
}

/// Waits for another code than this.
pub(super) async fn another(stand: &Stand<'_>, code: &str) -> Result<String> {
    let script = "
        const shown = document.querySelector('.k-qr__c');
        return shown && shown.textContent.trim() !== arguments[0] ? shown.textContent.trim() : null;";
    let code = stand.page.until("another code", script, vec![json!(code)]).await?;
    code.as_str().map(str::to_owned).context("no code")
}

/// Told that it asks too often, the screen asks five seconds later from then on, and shows the same code.
async fn slowly(stand: &mut Stand<'_>) -> Result<()> {
    let code = stand.user_code().await?;
    stand.page.proxy.spoil(POLL, Fault::problem(400, "slow-down", None));
    stand.requests(POLL, stand.sent(POLL), 1).await?;
    stand.page.proxy.heal();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let before = stand.sent(POLL);
    stand.pass(4_000).await?;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    stand.page.same("polls right after slow-down (K3)", &(stand.sent(POLL) - before), &0);
    stand.pass(1_500).await?;
    stand.requests(POLL, before, 1).await?;
    stand.page.same("the code meanwhile", &stand.user_code().await?, &code);
    Ok(())
}

/// A member of another programme knows no such code there, and the screen waits on.
async fn another_programme(stand: &mut Stand<'_>) -> Result<()> {
    let code = stand.user_code().await?;
    let elsewhere = Backend::start("milk-tea").await?;
    let stranger = Member::of(&elsewhere, "milk-tea", "at_risk").await?;
    let path = format!("/sessions/device-authorizations/{code}");
    let answers = [
        stranger.api.get(&path).await?.status,
        stranger.api.send("POST", &format!("{path}/approve"), None).await?.status,
    ];
    stand.page.same("a code of another programme", &answers, &[404, 404]);
    stand.page.same("the code afterwards", &stand.user_code().await?, &code);
    Ok(())
}

async fn denied(stand: &mut Stand<'_>) -> Result<()> {
    let code = stand.user_code().await?;
    let asked = stand.scan(&code).await?;
    stand.page.same("what the phone is asked", &asked["status"], &json!("pending"));
    says(stand, key::KIOSK_QR_SCANNED, "attract-scanned").await?;
    // What a phone has open is not taken away from it.
    stand.pass(REPLACED).await?;
    stand.page.read(t(key::KIOSK_QR_SCANNED)).await?;
    stand.page.same("saying no", &stand.decide(&code, false).await?, &200);
    stand.page.same("yes after no", &stand.decide(&code, true).await?, &409);
    says(stand, key::KIOSK_QR_DENIED, "attract-denied").await?;
    stand.page.press(AGAIN).await?;
    another(stand, &code).await.map(drop)
}

async fn expired(stand: &mut Stand<'_>) -> Result<()> {
    let code = stand.user_code().await?;
    stand.scan(&code).await?;
    stand.page.read(t(key::KIOSK_QR_SCANNED)).await?;
    stand.clock.fetch_add(EXPIRED, Ordering::SeqCst);
    says(stand, key::KIOSK_QR_EXPIRED, "attract-expired").await?;
    stand.page.same("yes after the end", &stand.decide(&code, true).await?, &409);
    stand.page.press(AGAIN).await?;
    another(stand, &code).await.map(drop)
}

/// Two phones agree at the same time: one is let in, the other one hears that it came too late.
async fn two_phones(stand: &mut Stand<'_>) -> Result<()> {
    let other = Member::of(stand.backend, "coffee", "at_risk").await?;
    let code = stand.user_code().await?;
    stand.scan(&code).await?;
    other.get(&format!("/sessions/device-authorizations/{code}")).await?;
    let path = format!("/sessions/device-authorizations/{code}/approve");
    let (mine, theirs) =
        tokio::join!(stand.member.api.send("POST", &path, None), other.api.send("POST", &path, None));
    let (mine, theirs) = (mine?.status, theirs?.status);
    ensure!([mine, theirs] == [200, 409] || [mine, theirs] == [409, 200], "two phones: {mine} and {theirs}");
    let (winner, loser) = if mine == 200 { (&stand.member, &other) } else { (&other, &stand.member) };
    let name = winner.get("/me").await?["display_name"].as_str().context("no name")?.to_owned();
    stand.page.see(".k-home .tier").await?;
    stand.page.read(&name).await?;
    let scope = "return (async () => [(await fetch('/api/v1/me')).status, (await fetch('/api/v1/sessions')).status])()";
    let scope = stand.page.script(scope, vec![]).await?;
    stand.page.same("own data, and the member's other sessions (reduced scope)", &scope, &json!([200, 403]));
    let late = loser.api.send("POST", &path, None).await?.status;
    let back = winner.api.send("POST", &path.replace("approve", "deny"), None).await?.status;
    stand.page.same("agreeing too late, and refusing too late", &(late, back), &(409, 409));
    stand.end().await?;
    stand.wiped("two phones").await
}

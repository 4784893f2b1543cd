//! P4: what a device keeps may be gone at any moment; what it keeps is one member's, and goes when they sign out.

use anyhow::{Context, Result, ensure};
use member_portal::domain::number::group;
use member_portal::i18n::Locale;
use portal_tests::driver::Browser;
use portal_tests::page::Page;
use portal_tests::proxy::{Fault, Proxy};
use serde_json::json;

use super::remains::{self, WIPE};
use super::{SEND, SURVEY, WORDS, worker};
use crate::hooked::Hooked;
use crate::journey::{Member, enter};
use crate::{step, survey};

const AGREE: &str = "[role=dialog] .btn:not(.q)";
/// Every request.
const ALL: &str = "";
/// What was looked at last, so that it is kept where anything is.
const SEEN: [(&str, &str); 5] =
    [("/", "a.tier"), ("/points", ".hero .num"), ("/wallet", "main"), ("/code", "svg.qr"), ("/", "a.tier")];

pub(super) async fn walk(browser: &Browser, hooked: &Hooked) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let member = Member::of(&hooked.backend, "coffee", "at_risk").await?;
    let other = Member::of(&hooked.backend, "coffee", "three_expiries").await?;
    let walks =
        [("wiped", 0), ("signed-out", 1), ("signed-out-offline", 2), ("unheard", 3), ("another-member", 4)];
    for (name, number) in walks {
        let mut tries = 2;
        loop {
            tries -= 1;
            let proxy = Proxy::start(&hooked.backend.origin).await?;
            let label = format!("mobile-{name}");
            let mut page = Page::begin(browser, &proxy, &label, Locale::ZhCn).await?;
            let outcome = match number {
                0 => wiped(&mut page, &member).await,
                1 => signed_out(&mut page, &member, false).await,
                2 => signed_out(&mut page, &member, true).await,
                3 => unheard(&mut page, &member).await,
                _ => another(&mut page, &member, &other).await,
            };
            page.proxy.heal();
            // Storage is by origin, and the next proxy is another one.
            if tries > 0 && remains::is_silence(&outcome) {
                println!("    {} {label}: once more ({outcome:?})", browser.engine.name());
                continue;
            }
            step(&mut page, &format!("P4: {name}"), outcome).await;
            findings.extend(page.findings());
            break;
        }
    }
    Ok(findings)
}

/// Before each step of a journey everything that a script can reach is gone; the member notices nothing of it.
async fn wiped(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let (before, had) = (member.balance().await?, member.redemptions().await?.len());
    page.open("/sign-in").await?;
    page.see("#phone").await?;
    wipe(page).await?;
    let _ = page.proxy.take_code();
    page.fill("#phone", &member.phone).await?;
    page.press("#agree").await?;
    page.press("form .btn").await?;
    page.see("#otp").await?;
    wipe(page).await?;
    let code = page.proxy.take_code().context("no text message was sent")?;
    page.fill("#otp", &code).await?;
    page.see("a.tier").await?;
    wipe(page).await?;
    page.press("a.pts").await?;
    page.see(".hero .num").await?;
    wipe(page).await?;
    page.reload().await?;
    page.see(".hero .num").await?;
    let (id, _, cost) = member.reward().await?;
    page.open(&format!("/rewards/{id}")).await?;
    page.see("#redeem").await?;
    wipe(page).await?;
    page.press("#redeem").await?;
    page.see("[role=dialog] .eq").await?;
    wipe(page).await?;
    page.press(AGREE).await?;
    page.arrive("/vouchers/").await?;
    page.see("svg.qr").await?;
    wipe(page).await?;
    page.reload().await?;
    page.see("svg.qr").await?;
    page.same("P4: redemptions", &member.redemptions().await?.len(), &(had + 1));
    page.same("P4: points after redeeming", &member.balance().await?, &(before - cost));
    answered(page, member).await?;
    page.open("/code").await?;
    page.see("svg.qr").await?;
    wipe(page).await?;
    page.open("/").await?;
    let shown = page.text(".points__n").await?;
    page.same("P4: points on home", &shown, &group(member.balance().await?));
    Ok(())
}

/// What is on screen and in the fields of a survey is kept again by the next change, and what is sent is whole.
async fn answered(page: &mut Page<'_>, member: &Member) -> Result<()> {
    page.open(&format!("/surveys/{SURVEY}")).await?;
    page.see("main.q").await?;
    survey::choose(page).await?;
    wipe(page).await?;
    page.fill(WORDS, "一切都好").await?;
    wipe(page).await?;
    page.press(SEND).await?;
    page.see(".thx .hero").await?;
    let stored = member.get(&format!("/surveys/{SURVEY}")).await?["response"].clone();
    page.same("P4: the words that were sent", &stored["answers"]["improve"], &json!("一切都好"));
    page.same("P4: the state of the answers", &stored["state"], &json!("submitted"));
    Ok(())
}

async fn wipe(page: &Page<'_>) -> Result<()> {
    let left = page.client().execute_async(WIPE, vec![]).await.context("wiping")?;
    ensure!(left == "wiped", "wiping: {left}");
    Ok(())
}

/// Looks at everything that may be kept; gives the member's marks, which have been seen by then.
async fn looked(page: &mut Page<'_>, member: &Member) -> Result<Vec<String>> {
    page.sign_in(&member.phone).await?;
    for (path, seen) in SEEN {
        page.open(path).await?;
        page.see(seen).await?;
    }
    worker::active(page).await?;
    let marks = remains::marks(member).await?;
    ensure!(marks.len() > 4, "too few marks: {marks:?}");
    let drawn = page.script("return document.body.innerText", vec![]).await?;
    ensure!(!remains::found(&drawn, &marks).is_empty(), "the marks are not on home");
    Ok(marks)
}

/// Signing out takes all of it away, also when the backend can't be told; then nothing comes back by going back or by a
/// reload.
async fn signed_out(page: &mut Page<'_>, member: &Member, offline: bool) -> Result<()> {
    let when = if offline { "P4: signed out offline" } else { "P4: signed out" };
    let marks = looked(page, member).await?;
    page.open("/me").await?;
    page.see("#sign-out").await?;
    page.press("#sign-out").await?;
    page.see(AGREE).await?;
    if offline {
        page.proxy.spoil(ALL, Fault::Drop);
    }
    page.press(AGREE).await?;
    if offline {
        // Whatever is shown without a network, a browser's own page included, holds nothing of the member.
        gone(page).await?;
        if page.script("return location.origin", vec![]).await? == json!(page.proxy.origin) {
            remains::nothing_of(page, &marks, when).await?;
        }
        let told = page.proxy.sent("DELETE /api/v1/sessions/current");
        page.same(&format!("{when}: tries to tell the backend"), &(told > 0), &true);
        page.proxy.heal();
        page.open("/").await?;
    }
    page.arrive("/sign-in").await?;
    page.see("#phone").await?;
    remains::nothing_of(page, &marks, when).await?;
    let status = page.script("return (async () => (await fetch('/api/v1/me')).status)()", vec![]).await?;
    page.same(&format!("{when}: the session"), &status, &json!(401));
    // Signing out clears the site, its worker included, which comes back by itself.
    if worker::active(page).await? {
        page.proxy.spoil(ALL, Fault::Drop);
        page.client().goto(&format!("{}/", page.proxy.origin)).await?;
        page.rest().await?;
        remains::nothing_of(page, &marks, &format!("{when}, then opened without a network")).await?;
    }
    page.proxy.heal();
    Ok(())
}

/// The page was left before the backend heard of a sign-out: at the next start it is told first, and what was asked for with the
/// session of the one who left is not shown.
async fn unheard(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let marks = looked(page, member).await?;
    page.script("localStorage.setItem('portal.sign_out', '1')", vec![]).await?;
    page.open("/").await?;
    page.arrive("/sign-in").await?;
    page.see("#phone").await?;
    let drawn = page.script("return document.body.innerText", vec![]).await?;
    page.same("P4: on screen at the next start", &remains::found(&drawn, &marks), &Vec::new());
    let status = page.script("return (async () => (await fetch('/api/v1/me')).status)()", vec![]).await?;
    page.same("P4: the session after the next start", &status, &json!(401));
    Ok(())
}

/// Waits until the page with the question is gone.
async fn gone(page: &Page<'_>) -> Result<()> {
    let gone = "return !document.querySelector('[role=dialog]')";
    page.until("the end of the question", gone, vec![]).await.map(drop)
}

/// The session of the one ends by itself, the other signs in: without a network there is nothing of the one.
async fn another(page: &mut Page<'_>, member: &Member, other: &Member) -> Result<()> {
    let marks = looked(page, member).await?;
    let end = "return (async () => (await fetch('/api/v1/sessions/current', { method: 'DELETE', headers: { 'X-Member-Portal': '1' } })).status)()";
    let ended = page.script(end, vec![]).await?;
    ensure!(ended == 204, "ending the session behind the page's back: {ended}");
    page.open("/").await?;
    page.arrive("/sign-in").await?;
    page.see("#phone").await?;
    enter(page, &other.phone, false).await?;
    page.see("a.tier").await?;
    for (path, seen) in SEEN {
        page.open(path).await?;
        page.see(seen).await?;
        let drawn = page.script("return document.body.innerText", vec![]).await?;
        page.same(&format!("P4: on {path} of the one before"), &remains::found(&drawn, &marks), &Vec::new());
    }
    if !worker::ready(page).await? {
        return Ok(());
    }
    page.proxy.spoil(ALL, Fault::Drop);
    for (path, _) in SEEN {
        page.client().goto(&format!("{}{path}", page.proxy.origin)).await?;
        page.rest().await?;
        let drawn = page.script("return document.body.innerText", vec![]).await?;
        page.same(
            &format!("P4: on {path} of the one before, without a network"),
            &remains::found(&drawn, &marks),
            &Vec::new(),
        );
    }
    page.proxy.heal();
    Ok(())
}

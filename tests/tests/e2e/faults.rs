//! What goes wrong between browser and backend, one thing at a time: each shows the right thing, and nothing is lost.

use std::sync::atomic::AtomicI64;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use member_portal::i18n::{fill, key, t};
use portal_tests::backend::Backend;
use portal_tests::page::Page;
use portal_tests::proxy::Fault;
use serde_json::json;

use crate::journey::{Member, enter, sign_in};
use crate::{redeeming, step};

const OVERVIEW: &str = "GET /api/v1/me/overview";
const PROGRAMME: &str = "GET /api/v1/programme";
const POINTS: &str = "GET /api/v1/me/points/transactions";
const PART: &str = "GET /part-rewards";

/// Nothing is kept of what the backend has said before, which would be shown instead of what is wrong.
const FORGET: &str = "
    for (const name of Object.keys(localStorage)) if (/^portal\\.(member\\.)?kept/.test(name)) localStorage.removeItem(name);";

const NETWORK: &str = "
    Object.defineProperty(navigator, 'onLine', { value: arguments[0], configurable: true });
    window.dispatchEvent(new Event(arguments[0] ? 'online' : 'offline'));";

/// `(module (func (export "f") unreachable))`
const TRAP: [u8; 32] = [
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0, 10, 5, 1, 3, 0,
    0, 11,
];

pub(crate) async fn walk(page: &mut Page<'_>, backend: &Backend, clock: &AtomicI64) {
    let member = match Member::of(backend, "coffee", "at_risk").await {
        Ok(member) => member,
        Err(error) => return page.note(format!("the backend: {error:#}")),
    };
    let outcome = start(page).await;
    page.proxy.heal();
    step(page, "start", outcome).await;
    let outcome = too_many(page).await;
    page.proxy.heal();
    step(page, "too-many", outcome).await;
    page.proxy.spoil(PART, Fault::Drop);
    let outcome = sign_in(page, &member, false).await;
    let signed_in = outcome.is_ok();
    step(page, "sign-in", outcome).await;
    if !signed_in {
        return;
    }
    let outcome = part(page).await;
    page.proxy.heal();
    step(page, "part", outcome).await;
    let outcome = eyes(page).await;
    step(page, "eyes", outcome).await;
    let outcome = answers(page).await;
    page.proxy.heal();
    step(page, "answers", outcome).await;
    let outcome = signed_out(page, &member).await;
    page.proxy.heal();
    step(page, "signed-out", outcome).await;
    redeeming::states(page, &member, clock).await;
    let outcome = offline(page).await;
    step(page, "offline", outcome).await;
    let outcome = pictures(page).await;
    page.proxy.heal();
    step(page, "pictures", outcome).await;
    let outcome = drawn_anew(page).await;
    step(page, "drawn-anew", outcome).await;
    let outcome = history(page).await;
    step(page, "history", outcome).await;
    let outcome = crash(page).await;
    step(page, "crash", outcome).await;
}

/// Whether the portal is built in parts; a development build is in one piece.
pub(crate) fn is_in_parts() -> Result<bool> {
    let mut files = std::fs::read_dir(portal_tests::portal()?)?.filter_map(std::result::Result::ok);
    Ok(files.any(|file| file.file_name().to_string_lossy().starts_with("part-")))
}

/// A part of the program that is loaded when it is needed does not come; asked again, it does.
async fn part(page: &mut Page<'_>) -> Result<()> {
    if !is_in_parts()? {
        return Ok(());
    }
    page.press(".tabs a[href='/rewards']").await?;
    page.read(t(key::ERROR_OFFLINE_TITLE)).await?;
    page.check("part-missing").await?;
    page.proxy.heal();
    page.press_that("main button", t(key::ACTION_RETRY)).await?;
    page.see(".rgrid .rw").await
}

/// What is looked for on every screen would be seen: a fault of each kind is planted.
async fn eyes(page: &mut Page<'_>) -> Result<()> {
    page.open("/").await?;
    page.see("a.tier").await?;
    ensure!(page.proxy.take_faults().is_empty(), "something is wrong already");
    let plant = "
        const add = (name, to) => to.appendChild(document.createElement(name));
        add('img', document.body).src = 'https://elsewhere.invalid/x.png';
        add('input', document.querySelector('main'));
        add('h1', document.querySelector('main')).textContent = 'undefined';
        const wide = add('p', document.querySelector('main'));
        wide.textContent = 'wide';
        wide.style.setProperty('width', '200vw');";
    page.script(plant, vec![]).await?;
    let axe = portal_tests::axe::violations(page.client()).await?;
    ensure!(axe.iter().any(|one| one.starts_with("label")), "axe sees no field without a label: {axe:?}");
    let look = page.faults_on_screen().await?;
    for sign in ["2 h1", "says undefined", "too wide"] {
        ensure!(look.iter().any(|one| one.contains(sign)), "{sign} is not seen: {look:?}");
    }
    for _ in 0..50 {
        if page.proxy.take_faults().iter().any(|fault| fault.contains("elsewhere.invalid")) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the browser reports no violation of the content policy")
}

/// Nothing to start with: each screen says why, and a retry works.
async fn start(page: &mut Page<'_>) -> Result<()> {
    // The colours of the last visit are what these screens are drawn with.
    page.open("/").await?;
    page.see("#phone").await?;
    page.until("colours that are kept", "return !!localStorage.getItem('portal.brand')", vec![]).await?;
    for (name, fault, text) in [
        ("config-field", Fault::answer(200, "application/json", r#"{"auth":"basic"}"#), "auth"),
        ("config-broken", Fault::answer(200, "application/json", "{"), "config.json"),
        ("config-missing", Fault::answer(404, "text/plain", "no"), "config.json"),
    ] {
        page.proxy.spoil("GET /config.json", fault);
        page.open("/").await?;
        page.read(text).await.with_context(|| name.to_owned())?;
        page.read(t(key::CONFIG_TITLE)).await?;
        page.check(name).await?;
        page.proxy.heal();
    }
    for (name, fault, text) in [
        ("start-503", Fault::problem(503, "unavailable", Some(3)), t(key::ERROR_BUSY_TITLE)),
        ("start-500", Fault::problem(500, "internal", None), t(key::ERROR_SERVER_TITLE)),
        (
            "start-html",
            Fault::answer(200, "text/html", "<!doctype html><title>Wi-Fi</title>"),
            t(key::ERROR_MALFORMED_TITLE),
        ),
        (
            "start-field",
            Fault::answer(200, "application/json", r#"{"id":"x"}"#),
            t(key::ERROR_MALFORMED_TITLE),
        ),
        ("start-dropped", Fault::Drop, t(key::ERROR_OFFLINE_TITLE)),
    ] {
        page.script(FORGET, vec![]).await?;
        page.proxy.spoil(PROGRAMME, fault);
        page.open("/").await?;
        page.read(text).await.with_context(|| name.to_owned())?;
        page.check(name).await?;
        page.proxy.heal();
    }
    page.press("a.btn").await?;
    page.see("#phone").await
}

/// A page's own data fails in every way; what is said fits, and the retry brings it.
async fn answers(page: &mut Page<'_>) -> Result<()> {
    let long = format!(
        r#"{{"data":[{{"id":"1","amount":-5,"reason":"{}","type":"new-kind"}}],"next_cursor":null}}"#,
        "长".repeat(10_000)
    );
    for (name, fault, text) in [
        ("malformed", Fault::answer(200, "application/json", "{\"data\":[{"), t(key::ERROR_MALFORMED_TITLE)),
        (
            "html",
            Fault::answer(200, "text/html", "<html><body>Sign in to this network</body></html>"),
            t(key::ERROR_MALFORMED_TITLE),
        ),
        ("unavailable", Fault::problem(503, "unavailable", None), t(key::ERROR_BUSY_TITLE)),
        ("internal", Fault::answer(500, "text/html", "<h1>500</h1>"), t(key::ERROR_SERVER_TITLE)),
        ("dropped", Fault::Drop, t(key::ERROR_OFFLINE_TITLE)),
        ("long", Fault::answer(200, "application/json", &long), "长长长"),
    ] {
        page.script(FORGET, vec![]).await?;
        page.proxy.spoil(if name == "long" { POINTS } else { OVERVIEW }, fault);
        page.open(if name == "long" { "/points" } else { "/" }).await?;
        page.read(text).await.with_context(|| name.to_owned())?;
        page.check(&format!("error-{name}")).await?;
        page.proxy.heal();
        if name != "long" {
            page.press_that("main button", t(key::ACTION_RETRY)).await.with_context(|| name.to_owned())?;
            page.see(".tier__name").await.with_context(|| format!("{name}: after the retry"))?;
        }
    }

    page.proxy.spoil(OVERVIEW, Fault::problem(429, "rate-limited", Some(4)));
    page.open("/").await?;
    page.read(t(key::ERROR_BUSY_TITLE)).await?;
    page.see("main button[aria-disabled=true]").await?;
    page.check("error-429").await?;
    page.proxy.heal();
    page.see("main button:not([aria-disabled])").await?;
    page.press_that("main button", t(key::ACTION_RETRY)).await?;
    page.see(".tier__name").await?;

    // What is kept is shown instead, with its time.
    page.proxy.spoil(OVERVIEW, Fault::Drop);
    page.open("/").await?;
    page.see(".tier__name").await?;
    page.see(".offbar").await?;
    page.check("kept").await?;
    page.proxy.heal();

    // The answer never comes; the portal gives up by itself after fifteen seconds.
    page.script(FORGET, vec![]).await?;
    page.proxy.spoil(OVERVIEW, Fault::Hang(Duration::from_secs(40)));
    page.client().goto(&format!("{}/", page.proxy.origin)).await?;
    tokio::time::sleep(Duration::from_secs(10)).await;
    page.read(t(key::ERROR_TIMEOUT_TITLE)).await?;
    page.check("error-timeout").await
}

/// The session ends in the middle: sign-in, then back to the same place.
async fn signed_out(page: &mut Page<'_>, member: &Member) -> Result<()> {
    page.open("/").await?;
    page.see("a.pts").await?;
    page.proxy.spoil("GET /api/v1/me", Fault::problem(401, "unauthenticated", None));
    page.press("a.pts").await?;
    page.arrive("/sign-in?next=%2Fpoints").await?;
    page.read(t(key::SIGN_IN_ENDED)).await?;
    page.open("/points?type=spend").await?;
    page.arrive("/sign-in?next=%2Fpoints%3Ftype%3Dspend").await?;
    page.proxy.heal();
    page.see("#phone").await?;
    enter(page, &member.phone, false).await?;
    page.arrive("/points?type=spend").await?;
    page.see(".hero .num").await
}

/// The network goes away and comes back under a screen that stands: its data stays.
async fn offline(page: &mut Page<'_>) -> Result<()> {
    page.open("/").await?;
    page.see("a.tier").await?;
    if is_in_parts()? {
        // What a finger is on is fetched before it is lifted; without it there is nothing to show.
        let touch = "document.querySelector('a.tier').dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))";
        page.script(touch, vec![]).await?;
        let here = "return performance.getEntriesByType('resource')
            .some((one) => one.name.includes('/part-points') && one.responseEnd > 0);";
        page.until("the part with the tier", here, vec![]).await?;
    }
    page.script(NETWORK, vec![json!(false)]).await?;
    page.read(t(key::OFFLINE_BAR_PLAIN)).await?;
    page.check("offline").await?;
    page.proxy.spoil("GET /", Fault::Drop);
    page.press("a.tier").await?;
    page.arrive("/tier").await?;
    page.see(".tier__name").await?;
    page.client().back().await?;
    page.see("a.pts").await?;
    page.proxy.heal();
    page.script(NETWORK, vec![json!(true)]).await?;
    page.read(t(key::OFFLINE_BACK)).await?;
    page.see("a.tier").await?;
    page.same("offline bars", &page.count(".offbar").await?, &0);
    Ok(())
}

/// A picture that can't be had leaves its place empty, and is asked for again when there is a network.
async fn pictures(page: &mut Page<'_>) -> Result<()> {
    let shown = "return [...document.querySelectorAll('main img.ill')].filter((one) => one.naturalWidth && !one.hidden).length";
    let hidden = "return document.querySelectorAll('main img.ill[hidden]').length";
    page.proxy.spoil("GET /media/rewards/tide-blanket", Fault::Drop);
    page.open("/rewards/tide-blanket").await?;
    page.until("the place of a picture that can't be had", &format!("{hidden} > 0"), vec![]).await?;
    page.check("picture-dropped").await?;
    page.proxy.heal();
    for online in [false, true] {
        page.script(NETWORK, vec![json!(online)]).await?;
    }
    page.until("the picture", &format!("{shown} > 0"), vec![]).await?;
    page.until("no place without one", &format!("{hidden} === 0"), vec![]).await?;
    Ok(())
}

/// What comes back with the network is drawn anew under whoever is there with a keyboard: the focus stays in its place.
async fn drawn_anew(page: &mut Page<'_>) -> Result<()> {
    page.open("/").await?;
    page.see("a.pts").await?;
    let rename = "return (async () => {
        const headers = { 'Content-Type': 'application/json', 'X-Member-Portal': '1' };
        headers['If-Match'] = (await fetch('/api/v1/me')).headers.get('etag');
        const body = JSON.stringify({ display_name: '改了名' });
        return (await fetch('/api/v1/me', { method: 'PATCH', body, headers })).status;
    })()";
    page.same("the new name", &page.script(rename, vec![]).await?, &json!(200));
    page.script("(window.e2eHeld = document.querySelector('a.pts')).focus()", vec![]).await?;
    for online in [false, true] {
        page.script(NETWORK, vec![json!(online)]).await?;
    }
    page.until("home with the new name", "return !window.e2eHeld.isConnected", vec![]).await?;
    let held = page.script("return document.activeElement.matches('a.pts')", vec![]).await?;
    page.same("the focus where it was", &held, &json!(true));
    Ok(())
}

/// Too many text messages: the screen says how long to wait, and keeps what was typed.
async fn too_many(page: &mut Page<'_>) -> Result<()> {
    page.open("/sign-in").await?;
    page.see("#phone").await?;
    page.proxy.spoil("POST /api/v1/sessions/sms-codes", Fault::problem(429, "rate-limited", Some(42)));
    page.fill("#phone", "13800130417").await?;
    page.press("#agree").await?;
    page.press("form .btn").await?;
    page.read(&fill(key::SIGN_IN_RATE, &[("n", "42")])).await?;
    page.check("sign-in-429").await?;
    page.proxy.heal();
    let typed = page.script("return document.querySelector('#phone').value", vec![]).await?;
    page.same("what was typed", &typed, &json!("138 0013 0417"));
    Ok(())
}

/// Back, forward and reload keep the place.
async fn history(page: &mut Page<'_>) -> Result<()> {
    page.open("/").await?;
    page.press("a.tier").await?;
    page.arrive("/tier").await?;
    page.client().back().await?;
    page.see("a.pts").await?;
    page.press("a.pts").await?;
    page.arrive("/points").await?;
    page.client().back().await?;
    page.see("a.tier").await?;
    page.client().forward().await?;
    page.arrive("/points").await?;
    page.see(".hero .num").await?;
    page.reload().await?;
    page.see(".hero .num").await?;
    let place = page.place().await?;
    page.same("place after a reload", &place, &"/points".to_owned());
    Ok(())
}

/// The program itself breaks: the plain screen with a way to open it again.
async fn crash(page: &mut Page<'_>) -> Result<()> {
    page.open("/").await?;
    page.see("a.tier").await?;
    // A module whose only function traps, called by the page itself.
    let script = "
        const page = window.wrappedJSObject || window;
        const bytes = new page.Uint8Array(arguments[0].length);
        arguments[0].forEach((byte, index) => { bytes[index] = byte; });
        page.setTimeout(new page.WebAssembly.Instance(new page.WebAssembly.Module(bytes)).exports.f, 0);";
    page.script(script, vec![json!(TRAP)]).await?;
    page.see("#fail").await?;
    page.same("screens under it", &page.count("main").await?, &0);
    let faults = portal_tests::axe::violations(page.client()).await?;
    page.same("axe on the reload screen", &faults, &Vec::new());
    page.shoot("reload-light").await?;
    page.press("#fail a.btn").await?;
    page.see("a.tier").await?;
    page.same("reload screens", &page.count("#fail").await?, &0);
    Ok(())
}

//! P3: the member code is white and large, keeps the screen on, and is never shown as good when it isn't.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, Result};
use member_portal::i18n::{Locale, key, t};
use portal_tests::driver::Browser;
use portal_tests::lacking::Lacking;
use portal_tests::page::Page;
use portal_tests::proxy::{Fault, Proxy};
use serde_json::{Value, json};

use super::{reload, worker};
use crate::hooked::{Hooked, begin_with};
use crate::journey::Member;
use crate::step;

/// Every request.
const ALL: &str = "";
/// A wake lock that counts: how often it was asked for, and how many are held. Hiding the page takes it, as browsers do.
const WAKE_LOCK: &str = "
    (function () {
        const held = new Set(), told = window.__wake = { asked: 0, held: () => held.size };
        const lock = { request: (kind) => {
            if (document.hidden) return Promise.reject(new DOMException('hidden', 'NotAllowedError'));
            told.asked += 1;
            const one = new EventTarget();
            one.released = false;
            one.type = kind;
            one.release = () => {
                held.delete(one);
                one.released = true;
                one.dispatchEvent(new Event('release'));
                return Promise.resolve();
            };
            held.add(one);
            return Promise.resolve(one);
        } };
        Object.defineProperty(Navigator.prototype, 'wakeLock', { get: () => lock, configurable: true });
        window.__show = (shown) => {
            Object.defineProperty(document, 'hidden', { value: !shown, configurable: true });
            Object.defineProperty(document, 'visibilityState', { value: shown ? 'visible' : 'hidden', configurable: true });
            if (!shown) for (const one of [...held]) one.release();
            document.dispatchEvent(new Event('visibilitychange'));
        };
    })();";
const HELD: &str =
    "const page = window.wrappedJSObject || window; return [page.__wake.asked, page.__wake.held()]";
const SHOW: &str = "(window.wrappedJSObject || window).__show(arguments[0])";
/// What is behind the bars and the squares, and how wide they are.
const LOOKS: &str = "
    const behind = (one) => {
        for (; one; one = one.parentElement) {
            const colour = getComputedStyle(one).backgroundColor;
            if (!/, 0\\)|transparent/.test(colour)) return colour;
        }
        return 'nothing';
    };
    return ['svg.qr', 'svg.c128'].map((css) => {
        const one = document.querySelector(css), box = one.getBoundingClientRect();
        return [behind(one), Math.round(box.width), Math.round(100 * box.width / innerWidth)];
    });";
const NUMBER: &str = "return document.querySelector('.codebox__n').textContent.replace(/\\s/g, '')";

pub(super) async fn walk(browser: &Browser, hooked: &Hooked) -> Result<Vec<String>> {
    let member = Member::of(&hooked.backend, "coffee", "at_risk").await?;
    let proxy = Proxy::start(&hooked.backend.origin).await?;
    begin_with(&proxy, WAKE_LOCK);
    let mut page = Page::begin(browser, &proxy, "mobile-code", Locale::ZhCn).await?;
    page.sign_in(&member.phone).await?;
    let outcome = looks(&mut page).await;
    step(&mut page, "P3: looks", outcome).await;
    let outcome = awake(&mut page).await;
    step(&mut page, "P3: wake lock", outcome).await;
    let outcome = old(&mut page, hooked).await;
    page.proxy.heal();
    step(&mut page, "P3: without a network", outcome).await;
    Ok(page.findings())
}

/// Black on white whatever the theme, and as wide as the screen gives.
async fn looks(page: &mut Page<'_>) -> Result<()> {
    for theme in ["dark", "light"] {
        page.script("localStorage.setItem('portal.theme', arguments[0])", vec![json!(theme)]).await?;
        page.open("/code").await?;
        page.see("svg.qr").await?;
        let seen = page.script(LOOKS, vec![]).await?;
        for (at, name, least) in [(0, "squares", 180), (1, "bars", 220)] {
            page.same(&format!("P3: behind the {name}, {theme}"), &seen[at][0], &json!("rgb(255, 255, 255)"));
            let wide = seen[at][1].as_i64().unwrap_or_default();
            page.same(
                &format!("P3: the {name} are {least} pixels wide"),
                &(wide >= least, wide),
                &(true, wide),
            );
        }
    }
    Ok(())
}

/// The lock is asked for with the code, again when the page comes back, and let go with the screen.
async fn awake(page: &mut Page<'_>) -> Result<()> {
    page.open("/code").await?;
    page.see("svg.qr").await?;
    if page.script(&Lacking::WakeLock.question(), vec![]).await? == json!(false) {
        println!("    no wake lock here");
        return Ok(());
    }
    held(page, 1, 1, "with the code").await?;
    page.script(SHOW, vec![json!(false)]).await?;
    held(page, 1, 0, "while the page is hidden").await?;
    page.script(SHOW, vec![json!(true)]).await?;
    held(page, 2, 1, "when the page is back").await?;
    page.press("header a.icbtn").await?;
    page.see("a.tier").await?;
    held(page, 2, 0, "on another screen").await?;
    page.script(SHOW, vec![json!(false)]).await?;
    page.script(SHOW, vec![json!(true)]).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    held(page, 2, 0, "on another screen that came back").await
}

async fn held(page: &mut Page<'_>, asked: u64, held: u64, when: &str) -> Result<()> {
    let wanted = json!([asked, held]);
    let mut seen = Value::Null;
    for _ in 0..30 {
        seen = page.script(HELD, vec![]).await?;
        if seen == wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    page.same(&format!("P3: locks asked for and held {when}"), &seen, &wanted);
    Ok(())
}

/// The network goes: the code stays as long as it is good, then says until when it was; opened anew it is never shown as good.
async fn old(page: &mut Page<'_>, hooked: &Hooked) -> Result<()> {
    page.open("/code").await?;
    page.see("svg.qr").await?;
    let kept = worker::ready(page).await?;
    let shown = page.script(NUMBER, vec![]).await?;
    page.proxy.spoil(ALL, Fault::Drop);
    // The backend's clock and the device's own go on; the page counts by the one that nobody sets.
    hooked.clock.fetch_add(10 * 60_000, Ordering::SeqCst);
    let later = "
        const [time] = arguments, page = window.wrappedJSObject || window;
        for (const clock of [page.Date, page.performance]) {
            const real = clock.now.bind(clock);
            clock.now = () => real() + time;
        }";
    page.script(later, vec![json!(10 * 60_000)]).await?;
    page.see(".codebox.stale").await?;
    let since = "return /\\d:\\d\\d/.test(document.querySelector('.codebox__t').textContent)";
    page.until("P3: until when it was good", since, vec![]).await?;
    page.read(t(key::CODE_RENEW)).await?;
    page.check("code-old").await?;
    if !kept {
        println!(
            "    {}: no service worker here, a code can't be opened without a network",
            page.engine().name()
        );
        return Ok(());
    }
    reload(page).await?;
    let drawn = page.script("return document.body.innerText.replace(/\\s/g, '')", vec![]).await?;
    let number = shown.as_str().context("no code")?;
    let there = drawn.as_str().unwrap_or_default().contains(number);
    let stale = page.count(".codebox.stale").await? > 0;
    page.same("P3: an old code shown as good", &(there && !stale), &false);
    page.shoot("code-opened-offline").await?;
    page.proxy.heal();
    Ok(())
}

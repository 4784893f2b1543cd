//! W6: the keyboard of iOS lies over the page and makes nothing smaller: what is typed into and what comes after it stay in
//! sight. The text may be twice as large.

use anyhow::{Context, Result};
use portal_tests::page::Page;
use serde_json::json;

use super::Stand;

/// The keyboard's height.
const KEYBOARD: i64 = 336;
/// A visual viewport that the test makes smaller; the window's own size stays, as on iOS.
const VIEWPORT: &str = "
    (function () {
        const real = window.visualViewport, seen = new EventTarget();
        let covered = 0, top = 0;
        const number = (name, value) => Object.defineProperty(seen, name, { get: value, configurable: true });
        number('width', () => innerWidth);
        number('height', () => innerHeight - covered);
        number('offsetTop', () => top);
        number('offsetLeft', () => 0);
        number('pageTop', () => scrollY + top);
        number('pageLeft', () => scrollX);
        number('scale', () => 1);
        for (const name of ['onresize', 'onscroll']) seen[name] = null;
        Object.defineProperty(window, 'visualViewport', { value: seen, configurable: true });
        window.__keyboard = (height) => {
            covered = height;
            seen.dispatchEvent(new Event('resize'));
            seen.dispatchEvent(new Event('scroll'));
        };
    })();";
const COVER: &str = "(window.wrappedJSObject || window).__keyboard(arguments[0])";
const FOCUS: &str = "document.querySelector(arguments[0]).focus()";
/// How far below the upper edge of the keyboard the lower edge of an element is.
const BELOW: &str = "
    const one = [...document.querySelectorAll(arguments[0])].find((one) => one.getClientRects().length > 0);
    return Math.round(one.getBoundingClientRect().bottom - (innerHeight - arguments[1]));";
const REACH: &str = "
    const one = [...document.querySelectorAll(arguments[0])].find((one) => one.getClientRects().length > 0);
    one.scrollIntoView({ block: 'center', behavior: 'instant' });";
/// Twice the text, however it is set: by the person's own size of text.
const LARGE: &str = "document.documentElement.style.fontSize = '200%';";
/// What can be pressed and isn't wholly on screen, once it is scrolled to; words that are cut off.
const CUT: &str = "
    const shown = (one) => one.getClientRects().length > 0 && !one.closest('.vh, [aria-hidden=true]');
    const wrong = [];
    for (const one of document.querySelectorAll('button, a, h1, h2, label, p, b, span')) {
        // Only for readers, or decorated: the words are further inside.
        if (!shown(one) || one.clientWidth < 3 || one.childElementCount) continue;
        const style = getComputedStyle(one);
        if (one.scrollWidth > one.clientWidth + 2 && style.overflowX !== 'visible' && style.textOverflow !== 'ellipsis') wrong.push(one.tagName + '.' + one.className + ' ' + one.textContent.trim().slice(0, 20));
    }
    return wrong;";

/// Screens with a field: where it is, and what comes after it.
const FIELDS: [(&str, &str, &str); 3] = [
    ("/surveys/store-visit", "main.q textarea", ".foot .btn:not(.foot__back)"),
    ("/rewards?q=", "input[type=search]", "input[type=search]"),
    ("/device", "#letters", "form .btn"),
];
/// Screens that are read at twice the size of text.
const SCREENS: [(&str, &str); 9] = [
    ("/", "a.tier"),
    ("/rewards", ".rgrid .rw"),
    ("/points", ".hero .num"),
    ("/tier", ".cmp"),
    ("/wallet", "main"),
    ("/code", "svg.qr"),
    ("/surveys/store-visit", "main.q:not([inert])"),
    ("/me", "#sign-out"),
    ("/device", "main"),
];

pub(super) async fn walk(stand: &mut Stand<'_>) -> Result<()> {
    stand.begins(VIEWPORT);
    let page = &mut stand.page;
    page.open("/sign-in").await?;
    typing(page, "#phone", "form .btn", "sign-in").await?;
    page.sign_in(&stand.member.phone).await?;
    for (path, field, after) in FIELDS {
        page.open(path).await?;
        page.see(field).await.with_context(|| format!("W6: {path}"))?;
        typing(page, field, after, path).await?;
    }
    stand.begins(LARGE);
    let page = &mut stand.page;
    for (path, seen) in SCREENS {
        page.open(path).await?;
        page.see(seen).await.with_context(|| format!("W6: {path} at twice the size"))?;
        let name = format!("large{}", path.replace(['/', '?', '='], "-"));
        page.check(&name).await?;
        let cut = page.script(CUT, vec![]).await?;
        page.same(&format!("W6: cut off at twice the size on {path}"), &cut, &json!([]));
    }
    Ok(())
}

/// The keyboard comes: the field and what comes after it are above it; it goes, and everything is as before.
async fn typing(page: &mut Page<'_>, field: &str, after: &str, what: &str) -> Result<()> {
    page.script(FOCUS, vec![json!(field)]).await?;
    page.script(COVER, vec![json!(KEYBOARD)]).await?;
    for (css, name) in [(field, "the field"), (after, "what comes after it")] {
        if css == after && !after.starts_with(".foot") {
            // It is within reach; what is fixed to the lower edge has to be there by itself.
            page.script(REACH, vec![json!(css)]).await?;
        }
        let mut below = i64::MAX;
        // The portal looks after the keyboard from when it is idle for the first time.
        for _ in 0..40 {
            page.script(COVER, vec![json!(KEYBOARD)]).await?;
            below =
                page.script(BELOW, vec![json!(css), json!(KEYBOARD)]).await?.as_i64().context("no place")?;
            if below <= 1 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        page.same(&format!("W6: {what}: pixels of {name} behind the keyboard"), &below.max(0), &0);
    }
    page.shoot(&format!("keyboard{}", what.replace(['/', '?', '='], "-"))).await?;
    page.script("document.activeElement.blur()", vec![]).await?;
    page.script(COVER, vec![json!(0)]).await?;
    let gone = "return !document.documentElement.classList.contains('typing')";
    page.until(&format!("W6: {what}: no room for a keyboard that is gone"), gone, vec![]).await.map(drop)
}

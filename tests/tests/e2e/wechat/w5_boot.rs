//! W5: where a module can't be compiled while it loads it is compiled afterwards; where there is no WebAssembly a plain page
//! serves the member.

use anyhow::{Context, Result};
use member_portal::domain::number::group;
use portal_tests::page::Page;
use serde_json::json;

use super::Stand;
use crate::hooked::loads;
use crate::journey::enter;

/// Ways in which an engine fails to stream, and one in which it can't at all.
const STREAMING: [(&str, &str); 3] = [
    (
        "throws",
        "WebAssembly.instantiateStreaming = WebAssembly.compileStreaming = function () { throw new TypeError('no streaming here'); };",
    ),
    (
        "rejects",
        "WebAssembly.instantiateStreaming = WebAssembly.compileStreaming = function () { return Promise.reject(new TypeError('wrong kind')); };",
    ),
    ("is not there", "delete WebAssembly.instantiateStreaming; delete WebAssembly.compileStreaming;"),
];
/// Engines without it, and such in which it is forbidden.
const NONE: &str = "delete window.WebAssembly; if (window.WebAssembly) Object.defineProperty(window, 'WebAssembly', { value: undefined });";
const UNKNOWN: &str = "WebAssembly.validate = function () { return false; };";
/// How streaming fails in this very page.
const STREAMS: &str = "
    const stream = (window.wrappedJSObject || window).WebAssembly.instantiateStreaming;
    return !stream ? 'is not there' : /throw/.test(String(stream)) ? 'throws' : /reject/.test(String(stream)) ? 'rejects' : 'works';";
const STATUS: &str = "return (async () => (await fetch('/api/v1/me')).status)()";
const PLAIN: &str = "/plain.html";

pub(super) async fn walk(stand: &mut Stand<'_>) -> Result<()> {
    if crate::faults::is_in_parts()? {
        streaming(stand).await?;
    } else {
        println!("    a development build has no loader of its own: streaming is not tested");
    }
    early(stand).await?;
    for (name, script) in [("there is none", NONE), ("it is not known", UNKNOWN)] {
        stand.begins(script);
        plain(stand).await.with_context(|| format!("W5: WebAssembly, {name}"))?;
    }
    Ok(())
}

/// Starts, and loads parts.
async fn streaming(stand: &mut Stand<'_>) -> Result<()> {
    let phone = stand.member.phone.clone();
    for (name, script) in STREAMING {
        stand.begins(script);
        stand.page.client().delete_all_cookies().await?;
        stand.page.open("/sign-in").await?;
        let start = async {
            stand.page.see("#phone").await?;
            enter(&mut stand.page, &phone, false).await?;
            stand.page.see("a.tier").await?;
            stand.page.press("a.pts").await?;
            stand.page.see(".hero .num").await
        };
        start.await.with_context(|| format!("W5: streaming {name}"))?;
        let seen = stand.page.script(STREAMS, vec![]).await?;
        stand.page.same(&format!("W5: streaming {name}, in the page"), &seen, &json!(name));
    }
    Ok(())
}

/// Screens, and what each reads first while the module is on its way.
const EARLY: [(&str, &str, &str); 5] = [
    ("/", "a.tier", "/me/overview"),
    ("/rewards", ".rgrid .rw", "/rewards?limit=20"),
    ("/rewards/free-delivery", "#redeem", "/rewards/free-delivery"),
    ("/surveys", ".srvs", "/me/surveys"),
    ("/surveys/store-visit", "main.q", "/surveys/store-visit"),
];

/// What the boot script has asked for is used: nothing of it is asked for a second time.
async fn early(stand: &mut Stand<'_>) -> Result<()> {
    stand.begins("");
    stand.page.sign_in(&stand.member.phone).await?;
    for (place, seen, path) in EARLY {
        let request = format!("GET /api/v1{path} ");
        let before = stand.page.proxy.sent(&request);
        stand.page.open(place).await?;
        stand.page.see(seen).await.with_context(|| format!("W5: {place}"))?;
        let times = stand.page.proxy.sent(&request) - before;
        stand.page.same(&format!("W5: {place} asks for {path}"), &times, &1);
    }
    Ok(())
}

/// Whoever opens a screen comes to the plain page, signs in by a text message, sees tier, points and code, and leaves again.
async fn plain(stand: &mut Stand<'_>) -> Result<()> {
    let page = &mut stand.page;
    let before = loads(page.proxy);
    page.client().delete_all_cookies().await?;
    page.client().goto(&format!("{}/robots.txt", page.proxy.origin)).await?;
    page.script("localStorage.setItem('portal.locale', 'zh-CN')", vec![]).await?;
    page.client().goto(&format!("{}/rewards?affordable=true", page.proxy.origin)).await?;
    page.until("the plain page", "return location.pathname === arguments[0]", vec![json!(PLAIN)]).await?;
    page.see("#phone").await?;
    let way = page.script("return new URLSearchParams(location.search).get('to')", vec![]).await?;
    page.same("W5: where it was going", &way, &json!("/rewards?affordable=true"));
    look(page, "plain-phone").await?;
    let _ = page.proxy.take_code();
    page.fill("#phone", &stand.member.phone).await?;
    page.press("#ask button").await?;
    page.see("#code").await?;
    look(page, "plain-code").await?;
    let code = page.proxy.take_code().context("no text message was sent")?;
    let field =
        page.script("return document.querySelector('#code').getAttribute('autocomplete')", vec![]).await?;
    page.same("W5: the code's field", &field, &json!("one-time-code"));
    page.fill("#code", &code).await?;
    page.script("document.querySelector('#agree').click()", vec![]).await?;
    page.press("#enter button[type=submit]").await?;
    page.see("#points:not(:empty)").await?;
    page.same("W5: points", &page.text("#points").await?, &group(stand.member.balance().await?));
    let tier = stand.member.get("/me/tier").await?["current"]["name"].clone();
    page.same("W5: tier", &json!(page.text("#tier").await?), &tier);
    page.see("#card-code:not(:empty)").await?;
    look(page, "plain-member").await?;
    // There it stays: what can't run is not tried again and again.
    page.same("W5: loads of the page", &(loads(page.proxy) - before), &1);
    page.press("#leave").await?;
    page.see("#phone").await?;
    let status = page.script(STATUS, vec![]).await?;
    page.same("W5: the session after leaving", &status, &json!(401));
    let left = page.script("return document.querySelector('#points').textContent + document.querySelector('#card-code').textContent", vec![]).await?;
    page.same("W5: what is left in the page", &left, &json!(""));
    Ok(())
}

/// Its own look: no theme can be flipped there.
async fn look(page: &mut Page<'_>, screen: &str) -> Result<()> {
    println!("    {} wechat {screen}", page.engine().name());
    for fault in portal_tests::axe::violations(page.client()).await? {
        page.note(format!("W5: {screen}, axe {fault}"));
    }
    for fault in page.faults_on_screen().await? {
        page.note(format!("W5: {screen}: {fault}"));
    }
    page.shoot(screen).await?;
    for fault in page.proxy.take_faults() {
        page.note(format!("W5: {screen}: {fault}"));
    }
    Ok(())
}

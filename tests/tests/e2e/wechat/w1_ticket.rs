//! W1: a ticket lets its member in, once, within a minute; it is nowhere afterwards.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use anyhow::{Context, Result, ensure};
use http_body_util::Full;
use hyper::Request;
use portal_tests::http::{Answer, exchange, pool};
use portal_tests::logs;
use serde_json::json;

use super::Stand;

const MINUTE_MS: i64 = 61_000;
/// Everything by which a page, or what it loads, could tell where it came from.
const TRACES: &str = "
    const done = arguments[arguments.length - 1];
    const entries = window.navigation && navigation.entries ? navigation.entries().map((one) => one.url) : [];
    done(JSON.stringify([location.href, document.referrer, document.documentElement.outerHTML, document.title, history.state, entries,
        performance.getEntries().map((one) => one.name), { ...localStorage }, { ...sessionStorage }, document.cookie, window.name,
        window.__portal && window.__portal.entry]));";

async fn ask(stand: &Stand<'_>, path: &str) -> Result<Answer> {
    let request = Request::get(format!("{}{path}", stand.page.proxy.origin));
    exchange(&pool(), request.header("Accept-Language", "zh-CN").body(Full::default())?).await
}

pub(super) async fn walk(stand: &mut Stand<'_>) -> Result<()> {
    logs::listen()?;
    let place = "/rewards?affordable=true";
    let ticket = stand.enter(place).await?;
    stand.page.arrive(place).await?;
    stand.page.see(".rgrid .rw").await?;
    let status = "return (async () => (await fetch('/api/v1/me')).status)()";
    let status = stand.page.script(status, vec![]).await?;
    stand.page.same("W1: the session behind a ticket", &status, &json!(200));
    nowhere(stand, &ticket, "on the page").await?;
    stand.page.press(".tabs a[href='/me']").await?;
    stand.page.see("#sign-out").await?;
    stand.page.reload().await?;
    stand.page.see("#sign-out").await?;
    nowhere(stand, &ticket, "further on").await?;
    used(stand, &ticket).await?;
    refused(stand).await?;
    redirects(stand).await?;
    // Everything has been logged by now.
    let log = logs::written();
    ensure!(log.contains("somebody listens"), "W1: the log is not read");
    stand.page.same("W1: the ticket in the backend's log", &log.contains(&ticket), &false);
    let told: Vec<String> =
        stand.page.proxy.referers().into_iter().filter(|one| one.contains("ticket=")).collect();
    stand.page.same("W1: the ticket in a Referer", &told, &Vec::new());
    Ok(())
}

async fn nowhere(stand: &mut Stand<'_>, ticket: &str, when: &str) -> Result<()> {
    let traces = stand.page.client().execute_async(TRACES, vec![]).await.context("traces")?;
    let traces = traces.as_str().context("no traces")?.to_owned();
    let found = traces.contains(ticket) || traces.contains("ticket=");
    stand.page.same(&format!("W1: the ticket {when}"), &(found, ""), &(false, ""));
    Ok(())
}

/// The same ticket again: a page that says so in three languages, leads home, and repeats nothing.
async fn used(stand: &mut Stand<'_>, ticket: &str) -> Result<()> {
    let proxy = stand.page.proxy;
    stand.page.client().delete_all_cookies().await?;
    stand.page.client().goto(&format!("{}/wx/enter?ticket={ticket}&to=%2Fwallet", proxy.origin)).await?;
    stand.page.see("h1").await?;
    let html = stand.page.script("return document.documentElement.outerHTML", vec![]).await?;
    let html = html.as_str().unwrap_or_default();
    stand.page.same("W1: the error page repeats the ticket", &html.contains(ticket), &false);
    let faults = portal_tests::axe::violations(stand.page.client()).await?;
    stand.page.same("W1: axe on the error page", &faults, &Vec::new());
    let wide = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";
    stand.page.same("W1: the error page fits", &stand.page.script(wide, vec![]).await?, &json!(true));
    stand.page.shoot("ticket-used").await?;
    let mut headings = BTreeSet::new();
    for language in ["zh-CN", "zh-TW", "en"] {
        let request = Request::get(format!("{}/wx/enter?ticket={ticket}", proxy.origin));
        let answer =
            exchange(&pool(), request.header("Accept-Language", language).body(Full::default())?).await?;
        let text = answer.text();
        stand.page.same("W1: its language", &text.contains(&format!("lang=\"{language}\"")), &true);
        headings.extend(text.split("<h1>").nth(1).and_then(|text| text.split('<').next()).map(str::to_owned));
    }
    stand.page.same("W1: languages of the error page", &headings.len(), &3);
    stand
        .page
        .client()
        .find(fantoccini::Locator::Css("a[href='/']"))
        .await
        .context("no way home")?
        .click()
        .await?;
    stand.page.arrive("/sign-in").await?;
    stand.page.see("#phone").await
}

/// Too old, made up, none: refused alike, and whatever is written in the address is not on the page.
async fn refused(stand: &mut Stand<'_>) -> Result<()> {
    let old = stand.ticket().await?;
    stand.hooked.clock.fetch_add(MINUTE_MS, Ordering::SeqCst);
    let marked = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for (name, path) in [
        ("too old", format!("/wx/enter?ticket={old}")),
        ("made up", format!("/wx/enter?ticket={marked}&to={marked}")),
        ("missing", "/wx/enter?to=%2Fwallet".to_owned()),
        ("a wrong way back", format!("/wx/oauth/callback?code={marked}&state={marked}")),
    ] {
        let answer = ask(stand, &path).await?;
        stand.page.same(&format!("W1: status, {name}"), &answer.status, &410);
        let (text, cookie) = (answer.text(), answer.header("set-cookie").unwrap_or_default().to_owned());
        stand.page.same(
            &format!("W1: echo, {name}"),
            &(text.contains("alert(") || text.contains(&old)),
            &false,
        );
        stand.page.same(&format!("W1: a session, {name}"), &cookie.contains("session="), &false);
        let policy = answer.header("content-security-policy").unwrap_or_default();
        let strict = policy.contains("default-src 'none'") && !policy.contains("unsafe");
        stand.page.same(&format!("W1: policy, {name}"), &(strict, policy), &(true, policy));
        stand.page.same(&format!("W1: kept, {name}"), &answer.header("cache-control"), &Some("no-store"));
    }
    Ok(())
}

/// Where it leads is a place of the portal; nothing else is followed. No cache and no next page gets to know the address.
async fn redirects(stand: &mut Stand<'_>) -> Result<()> {
    for (to, wanted) in [
        ("/wallet", "/wallet"),
        ("/rewards?q=%E5%92%96%E5%95%A1", "/rewards?q=%E5%92%96%E5%95%A1"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/api/v1/me", "/"),
        ("/wx/oauth", "/"),
    ] {
        let ticket = stand.ticket().await?;
        let encoded: String = to.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = ask(stand, &format!("/wx/enter?ticket={ticket}&to={encoded}")).await?;
        let location = answer.header("location").map(str::to_owned);
        stand.page.same(
            &format!("W1: where {to:?} leads"),
            &(answer.status, location.as_deref()),
            &(303, Some(wanted)),
        );
        stand.page.same("W1: kept by a cache", &answer.header("cache-control"), &Some("no-store"));
        stand.page.same("W1: told to the next page", &answer.header("referrer-policy"), &Some("no-referrer"));
        let cookie = answer.header("set-cookie").unwrap_or_default();
        let closed = cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax");
        stand.page.same("W1: the session is out of a script's reach", &(closed, cookie), &(true, cookie));
    }
    Ok(())
}

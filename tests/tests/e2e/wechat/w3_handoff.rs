//! W3: what a native page of the host did comes by the backend while that page is open or right after it; messages to the host,
//! which it hears only at the end, are never waited for.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use member_portal::i18n::{key, t};
use portal_tests::http::{Api, exchange, pool};
use portal_tests::wechat::Manner;
use serde_json::{Value, json};

use super::Stand;
use crate::wallet;

const NOTE: &str = "[role=alert] .note--warn";
const CODE: &str = "BCDF-GHJK";
const PRESS: &str = "const one = document.querySelector(arguments[0]); if (one) one.click(); return !!one;";
/// The host's page lies over the web view, or is gone.
const SHOW: &str = "
    for (const [name, value] of [['hidden', !arguments[0]], ['visibilityState', arguments[0] ? 'visible' : 'hidden']]) {
        Object.defineProperty(document, name, { value, configurable: true });
    }
    document.dispatchEvent(new Event('visibilitychange'));
    window.dispatchEvent(new Event(arguments[0] ? 'focus' : 'blur'));";
const THERE: &str = "return location.search.includes(arguments[0])";
const POLL: &str = "GET /api/v1/me/wechat-handoffs/";

pub(super) async fn walk(stand: &mut Stand<'_>) -> Result<()> {
    stand.page.sign_in(&stand.member.phone).await?;
    // The kit can't be had, so the host's own pages are what there is.
    let host = || Manner::default().with("config", json!("fail"));
    stand.behaves(&host());
    scans(stand).await?;
    // Nobody answers at all; the page may be open, and what it did counts.
    stand.behaves(&host().with("answers", json!({ "navigateTo": "never" })));
    unheard(stand).await?;
    stand.behaves(&host().with("answers", json!({ "navigateTo": "fail" })));
    refused(stand).await?;
    stand.behaves(&host());
    pays(stand).await?;
    shares(stand).await
}

/// Presses the scanner; gives the handoff that the host's page got.
async fn opened(stand: &mut Stand<'_>) -> Result<String> {
    let before = stand.page.proxy.told("navigateTo").len();
    stand.page.open("/device").await?;
    stand.page.see("#scan").await?;
    stand.page.script(PRESS, vec![json!("#scan")]).await?;
    let told = stand.told("navigateTo", before).await?;
    let url = told["more"]["url"].as_str().context("no page")?;
    let id = url.strip_prefix("/pages/scan/scan?handoff=").with_context(|| format!("another page: {url}"))?;
    ensure!(id.len() >= 22, "W3: the handoff's name is short: {id}");
    Ok(id.to_owned())
}

/// What the host's page tells the backend.
async fn finish(stand: &Stand<'_>, id: &str, body: Value) -> Result<u16> {
    let api = Api::new(&stand.hooked.backend.origin);
    Ok(api.send("PUT", &format!("/wechat-handoffs/{id}"), Some(body.to_string())).await?.status)
}

async fn scans(stand: &mut Stand<'_>) -> Result<()> {
    // Done while the host's page lies above: heard at once when the page is back, without a message.
    let id = opened(stand).await?;
    stand.page.script(SHOW, vec![json!(false)]).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let asked = stand.page.proxy.sent(POLL);
    tokio::time::sleep(Duration::from_millis(4500)).await;
    stand.page.same("W3: asked while nobody can see it", &(stand.page.proxy.sent(POLL) - asked), &0);
    let status = finish(stand, &id, json!({ "status": "done", "result": CODE })).await?;
    ensure!(status == 204, "W3: the host's page: {status}");
    stand.page.script(SHOW, vec![json!(true)]).await?;
    stand.page.until("W3: the code that was scanned", THERE, vec![json!(CODE)]).await?;
    stand.page.same("W3: messages that were waited for", &stand.page.proxy.told("delivered").len(), &0);

    // Done while the page is in sight.
    let id = opened(stand).await?;
    finish(stand, &id, json!({ "status": "done", "result": "7 <b>fat</b> bytes" })).await?;
    stand.page.see(NOTE).await.context("W3: another code")?;
    let foreign = stand.page.script("return document.querySelectorAll('main b').length", vec![]).await?;
    stand.page.same("W3: what was scanned is text", &foreign, &json!(0));

    let id = opened(stand).await?;
    finish(stand, &id, json!({ "status": "cancelled" })).await?;
    stand.page.see("#scan:not([aria-disabled=true])").await.context("W3: cancelled")?;
    stand.page.same("W3: said after a change of mind", &stand.page.count(NOTE).await?, &0);

    let id = opened(stand).await?;
    finish(stand, &id, json!({ "status": "failed" })).await?;
    stand.page.read(t(key::SCAN_NOT)).await.context("W3: failed")?;
    stand.page.check("handoff-failed").await
}

/// The host never says that it has opened its page; what the backend knows of it counts.
async fn unheard(stand: &mut Stand<'_>) -> Result<()> {
    let id = opened(stand).await?;
    finish(stand, &id, json!({ "status": "done", "result": CODE })).await?;
    stand.page.until("W3: the code, unheard", THERE, vec![json!(CODE)]).await.map(drop)
}

async fn refused(stand: &mut Stand<'_>) -> Result<()> {
    opened(stand).await?;
    stand.page.read(t(key::SCAN_NOT)).await.context("W3: refused")
}

/// Money is paid on the host's page; the voucher is here when the page is back, by the redemption itself.
async fn pays(stand: &mut Stand<'_>) -> Result<()> {
    let Some(id) = wallet::unpaid(&mut stand.page, &stand.member).await? else {
        println!("      no reward for points and money can be redeemed here");
        return Ok(());
    };
    let before = stand.page.proxy.told("navigateTo").len();
    stand.page.see(".pay .btn").await?;
    stand.page.script(PRESS, vec![json!(".pay .btn")]).await?;
    let told = stand.told("navigateTo", before).await?;
    let url = told["more"]["url"].as_str().context("no page")?.to_owned();
    let redemption = format!("redemption={id}");
    let right = url.starts_with("/pages/pay/pay?url=http") && url.contains(&redemption) && url.is_ascii();
    stand.page.same("W3: the host's page for paying", &(right, &url), &(true, &url));
    stand.page.script(SHOW, vec![json!(false)]).await?;
    let paid = Request::post(format!("{}/demo/payments/{id}", stand.hooked.backend.origin))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(Full::new(Bytes::from("paid=true")))?;
    let paid = exchange(&pool(), paid).await?;
    ensure!(paid.status < 400, "W3: paying: {} {}", paid.status, paid.text());
    stand.page.script(SHOW, vec![json!(true)]).await?;
    stand.page.see("svg.qr").await.context("W3: the voucher that was paid")?;
    let place = stand.page.place().await?;
    stand.page.same("W3: where it is", &place, &format!("/vouchers/{id}"));
    stand.page.same("W3: messages that were waited for", &stand.page.proxy.told("delivered").len(), &0);
    // The host has no such page: the portal goes to the payment page itself.
    stand.behaves(
        &Manner::default().with("config", json!("fail")).with("answers", json!({ "navigateTo": "fail" })),
    );
    if wallet::unpaid(&mut stand.page, &stand.member).await?.is_some() {
        stand.page.see(".pay .btn").await?;
        stand.page.script(PRESS, vec![json!(".pay .btn")]).await?;
        let there = "return location.pathname.startsWith('/demo/payments/')";
        stand.page.until("W3: the payment page itself", there, vec![]).await?;
    }
    stand.behaves(&Manner::default().with("config", json!("fail")));
    Ok(())
}

/// What the menu passes on is left as a message, which the host gets at the end; it holds nothing of the member.
async fn shares(stand: &mut Stand<'_>) -> Result<()> {
    let before = stand.page.proxy.told("postMessage").len();
    stand.page.open("/wallet").await?;
    let told = stand.told("postMessage", before).await.context("W3: nothing is left to pass on")?;
    let data = &told["more"]["data"];
    stand.page.same("W3: what is passed on of a member's own place", &data["path"], &json!("/"));
    let text = data.to_string();
    let id = stand.member.get("/me").await?["id"].as_str().unwrap_or_default().to_owned();
    stand.page.same("W3: the member in what is passed on", &(text.contains(&id), &text), &(false, &text));
    stand.page.script("(window.wrappedJSObject || window).__wechatBack()", vec![]).await?;
    let heard = stand.told("delivered", 0).await?;
    let last = heard["more"].as_array().and_then(|all| all.last()).context("nothing was queued")?;
    stand.page.same("W3: what the host gets at the end", &last["type"], &json!("share"));
    Ok(())
}

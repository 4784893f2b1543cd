//! W2: WeChat's script comes from our own origin, there only, and whatever the bridge does or doesn't do, a call ends in time, the
//! member is told, and typing the code works as it does elsewhere.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use member_portal::i18n::{Key, key, t};
use portal_tests::proxy::Given;
use portal_tests::wechat::Manner;
use serde_json::json;

use super::Stand;

const SCAN: &str = "#scan";
const NOTE: &str = "[role=alert] .note--warn";
/// The code of a screen that nobody knows.
const CODE: &str = "BCDF-GHJK";
/// Longer than the portal waits for anything but the member.
const LIMIT: Duration = Duration::from_secs(12);
/// Pressed by a script: a button that is busy keeps the page from being at rest.
const PRESS: &str = "const one = document.querySelector(arguments[0]); if (one) one.click(); return !!one;";
const IDLE: &str = "const one = document.querySelector('#scan'); return !!one && one.getAttribute('aria-disabled') !== 'true';";

/// What comes of a press on the scanner.
#[derive(Clone, Copy)]
enum End {
    /// The code's question.
    There,
    /// A note that nothing came of it; once the bridge is there, the code's question.
    Late,
    /// Nothing is said, and it can be pressed again.
    Silent,
    /// A note.
    Says(&'static [Key]),
    /// Nothing yet; the member types.
    Open,
}

pub(super) async fn walk(stand: &mut Stand<'_>) -> Result<()> {
    // In WeChat's own browser there is no other scanner than the script's.
    stand.outside("");
    stand.page.sign_in(&stand.member.phone).await?;
    let good = || Manner::default().with("results", json!({ "scanQRCode": { "resultStr": CODE } }));
    let other = json!({ "scanQRCode": { "resultStr": "https://evil.example/<b>x</b>" } });
    for (name, manner, end) in [
        ("all is well", good(), End::There),
        ("the bridge takes its time", good().with("bridge", json!(2500)), End::There),
        ("the bridge is late", good().with("bridge", json!(8000)), End::Late),
        ("another code", good().with("results", other), End::Says(&[key::SCAN_OTHER])),
        ("cancelled", good().with("answers", json!({ "scanQRCode": "cancel" })), End::Silent),
        ("failed", good().with("answers", json!({ "scanQRCode": "fail" })), End::Says(&[key::SCAN_NOT])),
        ("refused", good().with("config", json!("fail")), End::Says(&[key::SCAN_NOT])),
        ("never ready", good().with("config", json!("never")), End::Says(&[key::SCAN_LATE, key::SCAN_NOT])),
        ("never answered", good().with("answers", json!({ "scanQRCode": "never" })), End::Open),
    ] {
        stand.behaves(&manner);
        scanned(stand, name, end).await.with_context(|| format!("W2: {name}"))?;
    }
    stand.page.proxy.serve("/jweixin.js", Some(Given::answer(404, "text/plain", "no")));
    scanned(stand, "absent", End::Says(&[key::SCAN_LATE, key::SCAN_NOT])).await.context("W2: absent")?;
    stand
        .page
        .proxy
        .serve("/jweixin.js", Some(Given::answer(200, "text/html", "<!doctype html><title>Wi-Fi</title>")));
    scanned(stand, "a page instead", End::Says(&[key::SCAN_LATE, key::SCAN_NOT]))
        .await
        .context("W2: a page instead")
}

impl Stand<'_> {
    /// Whether something is so within the limit.
    async fn soon(&self, script: &str, arguments: Vec<serde_json::Value>) -> Result<bool> {
        let begun = Instant::now();
        while begun.elapsed() < LIMIT {
            if self.page.script(script, arguments.clone()).await.is_ok_and(|value| value == json!(true)) {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_millis(80)).await;
        }
        Ok(false)
    }
}

async fn scanned(stand: &mut Stand<'_>, name: &str, end: End) -> Result<()> {
    stand.page.open("/device").await?;
    stand.page.see(SCAN).await?;
    let begun = Instant::now();
    stand.page.script(PRESS, vec![json!(SCAN)]).await?;
    match end {
        End::There => {
            let there = "return location.search.includes(arguments[0])";
            let there = stand.soon(there, vec![json!(CODE)]).await?;
            let text = if there { String::new() } else { stand.page.text("body").await? };
            stand.page.same(
                &format!("W2: {name}: the code that was scanned is asked about"),
                &(there, &text),
                &(true, &text),
            );
        }
        End::Late => {
            let noted =
                stand.soon("return !!document.querySelector(arguments[0])", vec![json!(NOTE)]).await?;
            stand.page.same(&format!("W2: {name}: something is said"), &noted, &true);
            let ready = "return !!(window.wrappedJSObject || window).WeixinJSBridge";
            stand.page.until("W2: the bridge in the end", ready, vec![]).await?;
            stand.page.script(PRESS, vec![json!(SCAN)]).await?;
            let there =
                stand.soon("return location.search.includes(arguments[0])", vec![json!(CODE)]).await?;
            stand.page.same(&format!("W2: {name}: another try"), &there, &true);
        }
        End::Silent => {
            let idle = stand.soon(IDLE, vec![]).await?;
            stand.page.same(&format!("W2: {name}: it can be pressed again"), &idle, &true);
            stand.page.same(&format!("W2: {name}: notes"), &stand.page.count(NOTE).await?, &0);
        }
        End::Says(keys) => {
            let noted =
                stand.soon("return !!document.querySelector(arguments[0])", vec![json!(NOTE)]).await?;
            stand.page.same(&format!("W2: {name}: something is said within {LIMIT:?}"), &noted, &true);
            if noted {
                let said = stand.page.text(NOTE).await?;
                let fits =
                    keys.iter().any(|key| said.starts_with(t(*key).split('{').next().unwrap_or_default()));
                stand.page.same(&format!("W2: {name}: what is said"), &(fits, &said), &(true, &said));
                let foreign = stand
                    .page
                    .script("return document.querySelectorAll('main b, main a[href*=evil]').length", vec![])
                    .await?;
                stand.page.same("W2: what was scanned is text", &foreign, &json!(0));
            }
            let idle = stand.soon(IDLE, vec![]).await?;
            stand.page.same(&format!("W2: {name}: it can be pressed again"), &idle, &true);
            let address = stand.page.place().await?;
            stand.page.same(&format!("W2: {name}: where that is said"), &address, &"/device".to_owned());
            if name == "failed" {
                stand.page.check("scan-failed").await?;
            }
        }
        End::Open => tokio::time::sleep(Duration::from_secs(1)).await,
    }
    let took = begun.elapsed();
    stand.page.same(&format!("W2: {name}: in time"), &(took < LIMIT, took), &(true, took));
    if !matches!(end, End::There | End::Late) {
        typed(stand, name).await?;
    }
    Ok(())
}

/// Whatever the scanner does, the letters can be typed.
async fn typed(stand: &mut Stand<'_>, name: &str) -> Result<()> {
    stand.page.fill("#letters", "bcdfghjk").await?;
    stand.page.script("document.querySelector('main form').requestSubmit ? document.querySelector('main form button').click() : 0", vec![]).await?;
    let there = stand.soon("return location.search.includes(arguments[0])", vec![json!(CODE)]).await?;
    stand.page.same(&format!("W2: {name}: the letters lead on"), &there, &true);
    Ok(())
}

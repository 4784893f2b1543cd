//! The portal as an installed app, on networks that come and go, from one version to the next (P1 to P5).

mod p1_deploy;
mod p2_update;
mod p3_code;
mod p4_storage;
mod p5_extras;
mod p5_passkey;
mod remains;
mod worker;

use std::time::Instant;

use anyhow::Result;
use member_portal::i18n::Locale;
use portal_tests::driver::Browser;
use portal_tests::page::Page;
use portal_tests::proxy::Proxy;

use crate::hooked::Hooked;
use crate::journey::Member;
use crate::step;

/// One page, with a field for words at its end.
const SURVEY: &str = "store-visit";
const SEND: &str = ".foot .btn:not(.foot__back)";
const WORDS: &str = "main.q textarea";

/// All of it in one browser; each walk has an origin of its own, and so a worker of its own.
pub(crate) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let hooked = Hooked::set("coffee").await?;
    let mut findings = Vec::new();
    findings.extend(timed(browser, "p1-deploy", p1_deploy::walk(browser)).await);
    findings.extend(timed(browser, "p2-update", p2_update::walk(browser)).await);
    findings.extend(timed(browser, "p4-storage", p4_storage::walk(browser, &hooked)).await);
    findings.extend(timed(browser, "p5-extras", extras(browser, &hooked)).await);
    findings.extend(timed(browser, "p5-passkey", p5_passkey::walk(browser, &hooked)).await);
    findings.extend(timed(browser, "p3-code", p3_code::walk(browser, &hooked)).await);
    Ok(findings)
}

async fn timed(
    browser: &Browser,
    name: &str,
    walk: impl Future<Output = Result<Vec<String>>>,
) -> Vec<String> {
    let begun = Instant::now();
    let engine = browser.engine.name();
    let found = walk.await.unwrap_or_else(|error| vec![format!("{engine} mobile {name}: {error:#}")]);
    println!("    {engine} mobile {name}: {:.0} s", begun.elapsed().as_secs_f64());
    found
}

/// Loads the page anew as a member does; a driver's own way may go past the worker.
async fn reload(page: &Page<'_>) -> Result<()> {
    page.script("window.e2eOld = true; location.reload()", vec![]).await?;
    page.until("a page that was loaded anew", "return window.e2eOld === undefined", vec![]).await?;
    page.rest().await
}

async fn extras(browser: &Browser, hooked: &Hooked) -> Result<Vec<String>> {
    let member = Member::of(&hooked.backend, "coffee", "at_risk").await?;
    let proxy = Proxy::start(&hooked.backend.origin).await?;
    let mut page = Page::begin(browser, &proxy, "mobile-extras", Locale::ZhCn).await?;
    let outcome = p5_extras::walk(&mut page, &member).await;
    step(&mut page, "P5", outcome).await;
    Ok(page.findings())
}

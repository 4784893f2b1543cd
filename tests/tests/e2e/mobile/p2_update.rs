//! P2: a new version is offered and never taken in the midst of something; one that is broken is read anew once at most, and
//! nothing is lost by it.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use member_portal::i18n::Locale;
use portal_tests::dist::{Dist, Files};
use portal_tests::driver::Browser;
use portal_tests::page::Page;
use portal_tests::proxy::Proxy;
use serde_json::json;

use super::p1_deploy::{begin_survey, never_blank, still_written, version};
use super::{SURVEY, reload, worker};
use crate::hooked::{Hooked, LOADS, begin_with, loads};
use crate::journey::Member;
use crate::step;

const SETTLED: Duration = Duration::from_secs(3);
const OFFER: &str = ".update";
const CONTROLLED: &str = "return !!(window.wrappedJSObject || window).navigator.serviceWorker.controller";
/// What a browser does by itself at each navigation, and once a day.
const LOOK: &str = "
    const done = arguments[arguments.length - 1];
    navigator.serviceWorker.getRegistration('/').then((one) => one.update()).then(() => done(true), (error) => done(String(error)));";
const WAITS: &str = "
    return (async () => { const one = await navigator.serviceWorker.getRegistration('/'); return !!(one && one.waiting); })();";
const FAILED: &str = "return !!document.querySelector('#fail:not([hidden])')";

/// How a version is broken.
#[derive(Clone, Copy)]
enum Broken {
    /// Its script throws.
    Throws,
    /// Half of its module is missing.
    Truncated,
    /// Its script is not there.
    Purged,
}

impl Broken {
    fn make(self) -> Result<Dist> {
        let dist = version("broken")?;
        let script = dist.read("index.html")?;
        let name = dist.hashed()?.into_iter().find(|name| name.ends_with(".js") && script.contains(name));
        let name = name.context("no script")?;
        match self {
            Self::Throws => dist.begin_file_with(&name, "throw new Error('broken on purpose');\n")?,
            Self::Truncated => {
                let module = dist
                    .hashed()?
                    .into_iter()
                    .find(|name| name.starts_with("member-portal") && name.ends_with(".wasm"));
                dist.cut(&module.context("no module")?)?;
            }
            Self::Purged => dist.remove(&name)?,
        }
        Ok(dist)
    }
}

pub(super) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for (name, how) in
        [("throws", Broken::Throws), ("truncated", Broken::Truncated), ("purged", Broken::Purged)]
    {
        let hooked = Hooked::set("coffee").await?;
        begin_with(&hooked.proxy, LOADS);
        let label = format!("mobile-{name}");
        let mut page = Page::begin(browser, &hooked.proxy, &label, Locale::ZhCn).await?;
        let outcome = broken(&mut page, &hooked, how).await;
        page.proxy.heal();
        step(&mut page, &format!("P2: {name}"), outcome).await;
        findings.extend(page.findings());
    }
    let hooked = Hooked::set("coffee").await?;
    let proxy = Proxy::start(&hooked.backend.origin).await?;
    begin_with(&proxy, LOADS);
    let mut page = Page::begin(browser, &proxy, "mobile-update", Locale::ZhCn).await?;
    let outcome = offered(&mut page, &hooked).await;
    step(&mut page, "P2: offered", outcome).await;
    findings.extend(page.findings());
    Ok(findings)
}

/// In the midst of a survey the page is read anew and the new version can't run: the member sees that, or the version before;
/// the page is not read anew again and again; with a good version everything is as it was left.
async fn broken(page: &mut Page<'_>, hooked: &Hooked, how: Broken) -> Result<()> {
    let member = Member::of(&hooked.backend, "coffee", "at_risk").await?;
    page.sign_in(&member.phone).await?;
    let words = begin_survey(page).await?;
    worker::active(page).await?;
    let loaded = loads(page.proxy);
    let files = Files::serve(&how.make()?).await?;
    page.proxy.deploy(Some(&files.origin));
    page.script("location.reload()", vec![]).await.context("reading the page anew")?;
    never_blank(page, SETTLED, "P2: a broken version").await?;
    let times = loads(page.proxy) - loaded;
    page.same(
        "P2: loads of a broken version, the member's own included",
        &((1..=2).contains(&times), times),
        &(true, times),
    );
    let failed = page.script(FAILED, vec![]).await? == json!(true);
    println!(
        "    {}: {} after {times} loads",
        page.engine().name(),
        if failed { "says that it failed" } else { "runs" }
    );
    if failed {
        page.shoot("failed-to-open").await?;
    } else {
        still_written(page, &words, "P2: in the version before").await?;
    }
    tokio::time::sleep(SETTLED / 2).await;
    page.same("P2: loads later on", &(loads(page.proxy) - loaded), &times);

    // It is mended; the member opens it again.
    let mended = Files::serve(&version("3")?).await?;
    page.proxy.deploy(Some(&mended.origin));
    if failed {
        // Pressed by a script: what the screen lies over never comes to rest.
        page.script("document.querySelector('#fail a.btn').click()", vec![]).await?;
        page.until("a new page", "return !document.querySelector('#fail:not([hidden])')", vec![]).await?;
    } else {
        page.open(&format!("/surveys/{SURVEY}")).await?;
    }
    still_written(page, &words, "P2: in the version after").await?;
    page.proxy.deploy(None);
    Ok(())
}

/// A new version is there: nothing is said in the midst of a survey, between two tasks it is offered, and taken by a press it is
/// there after one load, in the same place; nothing of the survey is lost.
async fn offered(page: &mut Page<'_>, hooked: &Hooked) -> Result<()> {
    let member = Member::of(&hooked.backend, "coffee", "at_risk").await?;
    page.sign_in(&member.phone).await?;
    page.open("/").await?;
    page.see("a.tier").await?;
    if !worker::active(page).await? {
        println!("    {}: no service worker here, no version is offered", page.engine().name());
        return Ok(());
    }
    // The worker that is there has to be the page's own: what it replaces is known then.
    reload(page).await?;
    page.see("a.tier").await?;
    page.until("P2: a page with a worker", CONTROLLED, vec![]).await?;
    worker::ready(page).await?;
    let words = begin_survey(page).await?;
    let loaded = loads(page.proxy);
    let files = Files::serve(&version("2")?).await?;
    page.proxy.deploy(Some(&files.origin));
    let looked = page.client().execute_async(LOOK, vec![]).await.context("looking for a new version")?;
    ensure!(looked == json!(true), "P2: looking for a new version: {looked}");
    page.until("P2: the version that waits", WAITS, vec![]).await?;
    tokio::time::sleep(SETTLED / 2).await;
    page.same("P2: offers in the midst of a survey", &page.count(OFFER).await?, &0);
    still_written(page, &words, "P2: while another version waits").await?;
    page.press("header.pagehead a.icbtn").await?;
    page.see(".srvs").await?;
    page.press(".tabs a[href='/rewards']").await?;
    page.see(".rgrid .rw").await?;
    page.see(OFFER).await.context("P2: the offer between two tasks")?;
    page.check("update").await?;
    page.press("a[href^='/rewards/']").await?;
    page.see("#redeem").await?;
    page.same("P2: offers beside a redemption", &page.count(OFFER).await?, &0);
    page.client().back().await?;
    page.see(".rgrid .rw").await?;
    page.press(".tabs a[href='/']").await?;
    page.see("a.tier").await?;
    page.same("P2: loads before it is taken", &(loads(page.proxy) - loaded), &0);
    page.press(".update__go").await?;
    page.until(
        "P2: the new version",
        "const one = document.querySelector('meta[name=e2e]'); return !!one && one.content === '2'",
        vec![],
    )
    .await?;
    page.see("a.tier").await?;
    tokio::time::sleep(SETTLED / 2).await;
    page.same("P2: loads for the new version", &(loads(page.proxy) - loaded), &1);
    page.same("P2: offers in the new version", &page.count(OFFER).await?, &0);
    page.same("P2: where it goes on", &page.place().await?, &"/".to_owned());
    page.open(&format!("/surveys/{SURVEY}")).await?;
    still_written(page, &words, "P2: in the new version").await?;
    page.proxy.deploy(None);
    Ok(())
}

//! Two tabs of one member, the same reward, both sheets open: pressed at once they make one redemption, and both know it.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::wd::WindowHandle;
use member_portal::i18n::Locale;
use portal_tests::backend::Backend;
use portal_tests::driver::{Browser, Engine};
use portal_tests::page::Page;
use portal_tests::proxy::{Proxy, Stage};
use serde_json::{Value, json};

use crate::journey::Member;
use crate::step;

/// What has to be pressed in the sheet.
const AGREE: &str = "[role=dialog] .btn:not(.q)";

/// Waits for the word of the other tab: messages between tabs are not slowed down in the background, timers are.
const LISTEN: &str = "
    const css = arguments[0];
    window.e2e = new BroadcastChannel('e2e');
    window.e2e.onmessage = () => document.querySelector(css).click();
    return document.querySelector(css).textContent.trim();";

/// Presses here, and gives the word to the other tab so much later; before it where nothing is to be between them.
const FIRE: &str = "
    const [css, delay] = arguments, other = new BroadcastChannel('e2e');
    if (delay === 0) other.postMessage(0);
    document.querySelector(css).click();
    if (delay > 0) setTimeout(() => other.postMessage(0), delay);";

/// Takes away what newer engines have, before the page begins.
const WITHOUT_LOCKS: &str = "delete Navigator.prototype.locks;";
const WITHOUT_DATABASE: &str = "
    for (const owner of [window, Window.prototype]) delete owner.indexedDB;
    Object.defineProperty(window, 'indexedDB', { value: undefined });";

/// One way of pressing both.
struct Round {
    name: &'static str,
    /// Milliseconds between the two.
    delay: u64,
    /// How long the answer of the first is held.
    held: Option<Duration>,
    /// Run before the page, in Chromium.
    without: &'static [&'static str],
}

const fn round(name: &'static str, delay: u64) -> Round {
    Round { name, delay, held: None, without: &[] }
}

const ROUNDS: [Round; 8] = [
    round("at once", 0),
    round("20 ms apart", 20),
    round("200 ms apart", 200),
    Round { held: Some(Duration::from_secs(1)), ..round("the first answer late", 20) },
    Round { without: &[WITHOUT_LOCKS], ..round("at once, no Web Locks", 0) },
    Round {
        held: Some(Duration::from_secs(1)),
        without: &[WITHOUT_LOCKS],
        ..round("the first answer late, no Web Locks", 20)
    },
    Round { without: &[WITHOUT_DATABASE], ..round("at once, no database", 0) },
    Round { without: &[WITHOUT_LOCKS, WITHOUT_DATABASE], ..round("at once, neither", 0) },
];

/// All rounds in one browser. Those without a database have an origin of their own: one that is gone after something was
/// put into it is another matter.
pub(crate) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let backend = Backend::start_with_portal("coffee").await?;
    let windows = browser.second().await.context("a second window")?;
    let mut findings = Vec::new();
    for database in [true, false] {
        let rounds: Vec<&Round> = ROUNDS
            .iter()
            .filter(|round| round.without.contains(&WITHOUT_DATABASE) != database)
            .filter(|round| round.without.is_empty() || browser.engine == Engine::Chromium)
            .collect();
        if rounds.is_empty() {
            continue;
        }
        let proxy = Proxy::start(&backend.origin).await?;
        let mut page = Page::begin(browser, &proxy, "tabs", Locale::ZhCn).await?;
        let outcome = both(&mut page, &backend, &windows, &rounds).await;
        step(&mut page, "tabs", outcome).await;
        findings.extend(page.findings());
    }
    Ok(findings)
}

async fn both(
    page: &mut Page<'_>,
    backend: &Backend,
    windows: &[WindowHandle; 2],
    rounds: &[&Round],
) -> Result<()> {
    let member = Member::of(backend, "coffee", "three_expiries").await?;
    to(page, &windows[0]).await?;
    page.sign_in(&member.phone).await?;
    to(page, &windows[1]).await?;
    page.client().goto(&format!("{}/robots.txt", page.proxy.origin)).await?;
    let shared = "return localStorage.getItem('portal.theme')";
    ensure!(page.script(shared, vec![]).await? == "light", "the two windows do not share storage");
    for one in rounds {
        let outcome = press_both(page, &member, windows, one).await;
        page.proxy.heal();
        step(page, one.name, outcome).await;
    }
    Ok(())
}

async fn to(page: &Page<'_>, window: &WindowHandle) -> Result<()> {
    page.client().switch_to_window(window.clone()).await.context("switching windows")
}

async fn press_both(
    page: &mut Page<'_>,
    member: &Member,
    windows: &[WindowHandle; 2],
    round: &Round,
) -> Result<()> {
    println!("    {} tabs: {}", page.engine().name(), round.name);
    let (before, had) = (member.balance().await?, member.redemptions().await?.len());
    let spent_before = member.entries("redemption").await?.len();
    let (id, _, cost) = member.reward().await?;
    for window in windows {
        to(page, window).await?;
        let mut scripts = Vec::new();
        for script in round.without {
            let source = json!({ "source": script });
            let added = page.browser().devtools("Page.addScriptToEvaluateOnNewDocument", &source).await?;
            scripts.push(added["identifier"].clone());
        }
        page.open(&format!("/rewards/{id}")).await?;
        for script in scripts {
            let forget = json!({ "identifier": script });
            page.browser().devtools("Page.removeScriptToEvaluateOnNewDocument", &forget).await?;
        }
        let has = page.script("return [!navigator.locks, !window.indexedDB]", vec![]).await?;
        let wanted = [WITHOUT_LOCKS, WITHOUT_DATABASE].map(|script| round.without.contains(&script));
        // Where an engine lacks one of them by itself, the fallback is tested without more ado.
        ensure!(
            (0..2).all(|at| !wanted[at] || has[at] == true),
            "{}: [no locks, no database] is {has}",
            round.name
        );
        page.press("#redeem").await?;
        page.see("[role=dialog] .eq").await?;
        page.rest().await?;
    }
    // The second window listens; the first one fires.
    page.script(LISTEN, vec![json!(AGREE)]).await?;
    to(page, &windows[0]).await?;
    page.proxy.schedule([]);
    let stopped = round.held.map(|time| (time, page.proxy.stop(0, Stage::Answered)));
    page.script(FIRE, vec![json!(AGREE), json!(round.delay)]).await?;
    if let Some((time, stopped)) = stopped {
        let gate = stopped.await.context("nothing was sent")?;
        tokio::time::sleep(time).await;
        drop(gate);
    }
    let mut places = BTreeSet::new();
    for window in windows {
        to(page, window).await?;
        page.arrive("/vouchers/").await.with_context(|| format!("{window:?}"))?;
        places.insert(page.place().await?);
    }
    let made = member.redemptions().await?;
    page.same(&format!("{}: redemptions", round.name), &(made.len() - had), &1);
    let newest = made.first().and_then(|one| one["id"].as_str()).unwrap_or_default();
    page.same(
        &format!("{}: what the tabs show", round.name),
        &places,
        &BTreeSet::from([format!("/vouchers/{newest}")]),
    );
    page.same(&format!("{}: points", round.name), &member.balance().await?, &(before - cost));
    let spent = member.entries("redemption").await?;
    page.same(&format!("{}: spends in the ledger", round.name), &(spent.len() - spent_before), &1);
    let open: Vec<Value> =
        page.intents().await?.into_iter().filter(|intent| intent["settled"].is_null()).collect();
    page.same(&format!("{}: open intents", round.name), &open, &Vec::new());
    Ok(())
}

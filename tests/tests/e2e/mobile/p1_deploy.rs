//! P1: a new version is served while a tab stands open in the midst of a survey, and a start without a network. A page that is
//! read anew comes from the network first, one that is come to and files that are named by their content from the device first,
//! answers of the backend never.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use member_portal::domain::number::group;
use member_portal::i18n::{Locale, key, t};
use portal_tests::dist::{Dist, Files};
use portal_tests::driver::Browser;
use portal_tests::page::Page;
use portal_tests::proxy::{Fault, Proxy};
use serde_json::{Value, json};

use super::{SEND, SURVEY, WORDS, reload, remains, worker};
use crate::hooked::{Hooked, LOADS, begin_with, loads};
use crate::journey::Member;
use crate::{step, survey};

/// Every request.
const ALL: &str = "";
const VERSION: &str = "const one = document.querySelector('meta[name=e2e]'); return one ? one.content : '1'";
const TYPED: &str = "return document.querySelector('main.q textarea').value";
/// Something of the portal can be seen: a screen, its bones, or what says why there is none.
const SHOWN: &str = "
    return [...document.querySelectorAll('main, #boot, #fail:not([hidden])')].some((one) => one.getClientRects().length > 0
        && one.getBoundingClientRect().height > 40);";
const WAIT: Duration = Duration::from_millis(250);

/// The same portal under other names, its page marked as another one's.
pub(super) fn version(number: &str) -> Result<Dist> {
    let dist = hooked_copy()?;
    dist.next(number)?;
    Ok(dist)
}

/// The portal as it is, with the hook of the tests.
pub(super) fn hooked_copy() -> Result<Dist> {
    let dist = Dist::copy()?;
    dist.begin_with(crate::hooked::HOOK, "")?;
    Ok(dist)
}

pub(super) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let hooked = Hooked::set("coffee").await?;
    let member = Member::of(&hooked.backend, "coffee", "at_risk").await?;
    for (name, number) in [("open-tab", 0), ("offline", 1)] {
        let proxy = Proxy::start(&hooked.backend.origin).await?;
        begin_with(&proxy, LOADS);
        let label = format!("mobile-{name}");
        let mut page = Page::begin(browser, &proxy, &label, Locale::ZhCn).await?;
        page.sign_in(&member.phone).await?;
        let outcome = match number {
            0 => open_tab(&mut page, &member).await,
            _ => offline(&mut page, &member).await,
        };
        page.proxy.heal();
        step(&mut page, &format!("P1: {name}"), outcome).await;
        findings.extend(page.findings());
    }
    Ok(findings)
}

/// Writes into a survey, and gives what was written.
pub(super) async fn begin_survey(page: &mut Page<'_>) -> Result<String> {
    let words = "还没写完".to_owned();
    page.open(&format!("/surveys/{SURVEY}")).await?;
    page.see("main.q").await?;
    survey::choose(page).await?;
    page.fill(WORDS, &words).await?;
    Ok(words)
}

/// The survey is on screen with what was written.
pub(super) async fn still_written(page: &mut Page<'_>, words: &str, when: &str) -> Result<()> {
    page.see(WORDS).await?;
    let typed = page.script(TYPED, vec![]).await?;
    page.same(&format!("{when}: what was written"), &typed, &json!(words));
    Ok(())
}

/// Something is to be seen, whenever one looks, for so long.
pub(super) async fn never_blank(page: &mut Page<'_>, time: Duration, when: &str) -> Result<()> {
    let begun = std::time::Instant::now();
    let mut blank = 0;
    while begun.elapsed() < time {
        // A page on its way to another one may have nothing yet.
        blank = if page.script(SHOWN, vec![]).await.unwrap_or(json!(false)) == json!(true) {
            0
        } else {
            blank + 1
        };
        tokio::time::sleep(WAIT).await;
    }
    page.same(&format!("{when}: looks at nothing"), &(blank > 3), &false);
    Ok(())
}

/// The tab stays as it is with what was written; what it needs of the old version it has or gets another page for; sent, the
/// answers are whole.
async fn open_tab(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let before = member.balance().await?;
    let words = begin_survey(page).await?;
    if !worker::active(page).await? {
        println!("    {}: no service worker here", page.engine().name());
    }
    let loaded = loads(page.proxy);
    let next = Files::serve(&version("2")?).await?;
    page.proxy.deploy(Some(&next.origin));
    // The old files are gone with the old version.
    let old = Dist::copy()?.hashed()?.pop().context("no files")?;
    let gone = "return (async () => { const answer = await fetch(arguments[0] + '?', { cache: 'no-store' });
        return [answer.status, (answer.headers.get('content-type') || '').includes('html')]; })()";
    let gone = page.script(gone, vec![json!(format!("/{old}"))]).await?;
    page.same("P1: a file of the version before", &gone, &json!([404, false]));

    // Time goes by, the tab is left and comes back.
    let back = "
        for (const shown of ['hidden', 'visible']) {
            Object.defineProperty(document, 'visibilityState', { value: shown, configurable: true });
            Object.defineProperty(document, 'hidden', { value: shown === 'hidden', configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
        }
        window.dispatchEvent(new Event('focus'));";
    page.script(back, vec![]).await?;
    never_blank(page, Duration::from_secs(3), "P1: after a deployment").await?;
    still_written(page, &words, "P1: in the open tab").await?;
    page.same("P1: loads of the page meanwhile", &(loads(page.proxy) - loaded), &0);

    // Other places, whose parts this page may not have yet: each shows itself, by a new page if need be.
    page.press("header.pagehead a.icbtn").await?;
    reached(page, ".srvs").await.context("P1: the surveys")?;
    for (way, seen) in [(".tabs a[href='/rewards']", ".rgrid .rw"), (".tabs a[href='/me']", "#sign-out")] {
        page.press(way).await?;
        reached(page, seen).await.with_context(|| format!("P1: {way}"))?;
    }
    let loaded_by_itself = loads(page.proxy) - loaded;
    page.same(
        "P1: loads for other places",
        &(loaded_by_itself <= 1, loaded_by_itself),
        &(true, loaded_by_itself),
    );
    reload(page).await?;
    page.see("#sign-out").await?;
    page.same(
        "P1: read anew, the page comes from the network first",
        &page.script(VERSION, vec![]).await?,
        &json!("2"),
    );
    page.open(&format!("/surveys/{SURVEY}")).await?;
    still_written(page, &words, "P1: in the new version").await?;
    page.press(SEND).await?;
    page.see(".thx .hero").await?;
    let stored = member.get(&format!("/surveys/{SURVEY}")).await?["response"].clone();
    page.same("P1: the words that were sent", &stored["answers"]["improve"], &json!(words));
    let list = member.get("/me/surveys").await?;
    let mut all = list["data"].as_array().into_iter().flatten();
    let worth = all.find(|one| one["id"] == SURVEY).and_then(|one| one["reward_points"].as_i64());
    page.same("P1: points", &member.balance().await?, &(before + worth.context("no reward")?));
    page.proxy.deploy(None);
    Ok(())
}

/// A place is there in the end, where a notice stands in between by its button.
async fn reached(page: &mut Page<'_>, seen: &str) -> Result<()> {
    let either = "
        const [css, word] = arguments, shown = (one) => one.getClientRects().length > 0;
        if ([...document.querySelectorAll(css)].some(shown)) return 'there';
        return [...document.querySelectorAll('main button')].some((one) => shown(one) && one.textContent.includes(word)) && 'again';";
    for _ in 0..4 {
        let state = page.until(seen, either, vec![json!(seen), json!(t(key::ACTION_RETRY))]).await?;
        if state == "there" {
            return Ok(());
        }
        page.press_that("main button", t(key::ACTION_RETRY)).await?;
        tokio::time::sleep(WAIT).await;
    }
    anyhow::bail!("no {seen}")
}

/// What is seen without a network, and what stands there.
const KEPT: [(&str, &str); 4] =
    [("/", ".tier__name"), ("/points", ".hero .num"), ("/wallet", "main .tkt a"), ("/", ".points__n")];

/// The server stops: home, wallet, points and code come from the device, with their time; no answer of the backend is in a cache.
async fn offline(page: &mut Page<'_>, member: &Member) -> Result<()> {
    for (path, seen) in KEPT {
        page.open(path).await?;
        page.see(seen).await?;
    }
    page.open("/code").await?;
    page.see("svg.qr").await?;
    page.open("/").await?;
    if !worker::ready(page).await? {
        println!("    {}: no service worker here, nothing opens without a server", page.engine().name());
        return Ok(());
    }
    cached(page).await?;
    // What is named by its content isn't asked for again.
    let hashed = Dist::copy()?.hashed()?;
    let asked =
        |page: &Page<'_>| hashed.iter().map(|name| page.proxy.sent(&format!("GET /{name} "))).sum::<usize>();
    let before = asked(page);
    reload(page).await?;
    page.see("a.tier").await?;
    page.same("P1: files asked for again", &(asked(page) - before), &0);
    // Whoever comes gets the page that is kept, whoever reads it anew the server's.
    let pages = |page: &Page<'_>| page.proxy.sent("GET /points ");
    let before = pages(page);
    page.client().goto(&format!("{}/points", page.proxy.origin)).await?;
    page.see(".hero .num").await?;
    page.same("P1: pages that a visit waits for", &(pages(page) - before), &0);
    reload(page).await?;
    page.see(".hero .num").await?;
    page.same("P1: pages that a reload waits for", &(pages(page) - before), &1);

    page.proxy.spoil(ALL, Fault::Drop);
    let points = group(member.balance().await?);
    for (path, seen) in KEPT {
        page.client().goto(&format!("{}{path}", page.proxy.origin)).await?;
        page.see(seen).await.with_context(|| format!("P1: {path} without a server"))?;
        page.rest().await?;
        dated(page, path).await?;
        page.check(&format!("offline-{}", if path == "/" { "home" } else { &path[1..] })).await?;
    }
    page.same("P1: points without a server", &page.text(".points__n").await?, &points);
    page.client().goto(&format!("{}/code", page.proxy.origin)).await?;
    page.see("svg.qr").await.context("P1: the member code without a server")?;
    page.rest().await?;
    dated(page, "/code").await?;
    page.check("offline-code").await?;
    // A place that was never looked at is one, too.
    page.client().goto(&format!("{}/surveys", page.proxy.origin)).await?;
    page.see("main").await?;
    page.check("offline-surveys").await?;
    page.proxy.heal();
    page.open("/").await?;
    page.see("a.tier").await?;
    Ok(())
}

/// The screen says of when it is.
async fn dated(page: &mut Page<'_>, path: &str) -> Result<()> {
    let text = page.script("return document.body.innerText", vec![]).await?;
    let text = text.as_str().unwrap_or_default();
    // The frozen clock of the backend, 16:58 where the programme is; the device's may be another.
    let dated = text.split(|letter: char| !(letter.is_ascii_digit() || letter == ':')).any(|word| {
        word.split_once(':').is_some_and(|(hour, minute)| (1..=2).contains(&hour.len()) && minute.len() == 2)
    });
    page.same(&format!("P1: {path} says of when it is"), &(dated, text), &(true, text));
    Ok(())
}

/// The caches hold files of the portal that are what their names say, and nothing of the backend.
async fn cached(page: &mut Page<'_>) -> Result<()> {
    let dump = remains::read(page).await?;
    let all = dump["caches"].as_array().cloned().unwrap_or_default();
    ensure!(!all.is_empty(), "P1: nothing is kept");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for entry in all {
        let (path, kind) = (text(&entry[1]), text(&entry[3]));
        let backend = ["/api/", "/media/", "/wx/", "/demo/"].iter().any(|begin| path.starts_with(begin));
        page.same(&format!("P1: {path} is the backend's"), &backend, &false);
        page.same(&format!("P1: the status of {path}"), &entry[2], &json!(200));
        let html = kind.contains("html");
        page.same(&format!("P1: {path} is HTML"), &html, &(path == "/"));
    }
    Ok(())
}

//! What an engine may lack is taken away, one thing after the other: everything that a member comes for still works (W8, P5).

use anyhow::{Context, Result, ensure};
use member_portal::domain::number::group;
use member_portal::i18n::{Locale, key, t};
use portal_tests::backend::{Backend, config};
use portal_tests::dist::Dist;
use portal_tests::driver::Browser;
use portal_tests::lacking::{self, Lacking};
use portal_tests::page::Page;
use portal_tests::proxy::Proxy;
use serde_json::json;

use crate::journey::{Member, buy, sign_in};
use crate::{step, survey};

/// One page, with a field for words at its end.
const SURVEY: &str = "store-visit";
const SEND: &str = ".foot .btn:not(.foot__back)";
const PAGES: usize = 8;
/// What home leads to, and what is seen there.
const PLACES: [(&str, &str, &str); 4] = [
    ("a.tier", "/tier", ".cmp"),
    ("a.pts", "/points", ".hero .num"),
    (".tabs a[href='/rewards']", "/rewards", ".rgrid .rw"),
    (".tabs a[href='/surveys']", "/surveys", ".srvs"),
];

/// Each in turn, with a backend and an origin of its own.
pub(crate) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for one in Lacking::ALL {
        println!("    {} without {}", browser.engine.name(), one.name());
        let dist = Dist::copy()?;
        dist.begin_with("without-one.js", &lacking::script(&[one]))?;
        let settings = backend::Config { portal: Some(dist.path().to_owned()), ..config("coffee")? };
        let backend = Backend::start_with(settings).await?;
        let proxy = Proxy::start(&backend.origin).await?;
        let label = format!("without-{}", one.name());
        let mut page = Page::begin(browser, &proxy, &label, Locale::ZhCn).await?;
        let outcome = lacks(&mut page, &backend, one).await;
        step(&mut page, &format!("W8, P5: without {}", one.name()), outcome).await;
        findings.extend(page.findings());
    }
    Ok(findings)
}

async fn lacks(page: &mut Page<'_>, backend: &Backend, one: Lacking) -> Result<()> {
    let member = Member::of(backend, "coffee", "at_risk").await?;
    sign_in(page, &member, false).await?;
    let there = page.script(&one.question(), vec![]).await?;
    ensure!(there == false, "{} is still there: {there}", one.name());
    visit(page, &member).await
}

/// What a member who is signed in comes for, up to signing out.
pub(crate) async fn visit(page: &mut Page<'_>, member: &Member) -> Result<()> {
    for (way, path, seen) in PLACES {
        page.open("/").await?;
        page.press(way).await?;
        page.arrive(path).await?;
        page.see(seen).await?;
    }
    redeemed(page, member).await?;
    answered(page, member).await?;
    page.open("/code").await?;
    page.see("svg.qr").await?;
    page.see("svg.c128").await?;
    page.check("code").await?;
    page.open("/me").await?;
    page.press("#sign-out").await?;
    page.press("[role=dialog] .btn:not(.q)").await?;
    page.arrive("/sign-in").await?;
    page.see("#phone").await?;
    let status = page.script("return (async () => (await fetch('/api/v1/me')).status)()", vec![]).await?;
    page.same("W8: the session after signing out", &status, &json!(401));
    Ok(())
}

async fn redeemed(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let (before, had) = (member.balance().await?, member.redemptions().await?.len());
    let (id, _, cost) = member.reward().await?;
    buy(page, &id).await?;
    page.same("W8: redemptions", &member.redemptions().await?.len(), &(had + 1));
    page.same("W8: points after redeeming", &member.balance().await?, &(before - cost));
    page.open("/").await?;
    let shown = page.text(".points__n").await?;
    page.same("W8: points on home", &shown, &group(before - cost));
    Ok(())
}

async fn answered(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let before = member.balance().await?;
    page.open(&format!("/surveys/{SURVEY}")).await?;
    page.see("main.q").await?;
    for number in 1..=PAGES {
        survey::fill(page).await?;
        let asked = page.text("h1").await?;
        page.press(SEND).await?;
        survey::next(page, &asked).await?;
        if page.count(".thx").await? > 0 {
            break;
        }
        ensure!(number < PAGES, "the survey does not end");
    }
    page.see(".thx .hero").await?;
    let list = member.get("/me/surveys").await?;
    let mut all = list["data"].as_array().into_iter().flatten();
    let worth = all.find(|one| one["id"] == SURVEY).and_then(|one| one["reward_points"].as_i64());
    let worth = worth.with_context(|| format!("no reward: {}", t(key::SURVEY_ALREADY)))?;
    page.same("W8: points after the survey", &member.balance().await?, &(before + worth));
    Ok(())
}

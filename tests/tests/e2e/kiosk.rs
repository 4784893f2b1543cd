//! A survey at a kiosk: everything on it can be touched, nothing of it stays on the device, the points come once.

use anyhow::{Context, Result, ensure};
use member_portal::i18n::Locale;
use portal_tests::backend::Backend;
use portal_tests::driver::Browser;
use portal_tests::page::Page;
use portal_tests::proxy::Proxy;
use serde_json::{Value, json};

use crate::journey::Member;
use crate::{step, survey};

/// A page with matrices, scales, lists and fields of every kind.
const SURVEY: &str = "service-check";
const SEND: &str = ".foot .btn:not(.foot__back)";
const PAGES: usize = 12;

/// What can be touched and is smaller than a finger: 44 px each way (WCAG 2.2, 2.5.5).
const SMALL: &str = "
    const box = (one) => (one.closest('label') || one).getBoundingClientRect();
    return [...document.querySelectorAll('a, button, select, textarea, input')]
        .filter((one) => one.getClientRects().length > 0 && !one.disabled)
        .filter((one) => box(one).width < 43.5 || box(one).height < 43.5)
        .map((one) => one.tagName + '.' + one.className + ' ' + Math.round(box(one).width) + 'x' + Math.round(box(one).height));";
/// Answers, or anything else of the member, wherever a page can keep it.
const KEPT: &str = "
    return [localStorage, sessionStorage].flatMap((store) => Object.keys(store)
        .filter((name) => name.startsWith('portal.member')));";

pub(crate) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let backend = Backend::start_as_kiosk("coffee").await?;
    let proxy = Proxy::start(&backend.origin).await?;
    let mut page = Page::begin(browser, &proxy, "kiosk", Locale::ZhCn).await?;
    let member = Member::of(&backend, "coffee", "three_expiries").await?;
    page.sign_in(&member.phone).await?;
    let outcome = answer(&mut page, &member).await;
    step(&mut page, "survey", outcome).await;
    Ok(page.findings())
}

async fn answer(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let before = member.balance().await?;
    page.open("/surveys").await?;
    page.see(".srvs").await?;
    let channel = page.script("return document.documentElement.dataset.channel", vec![]).await?;
    page.same("the channel", &channel, &json!("kiosk"));
    look(page, "surveys").await?;
    page.press(&format!("a[href='/surveys/{SURVEY}']")).await?;
    page.see("main.q").await?;
    page.press(SEND).await?;
    page.see(".err:not(:empty)").await?;
    look(page, "missing").await?;
    for number in 1..=PAGES {
        survey::fill(page).await?;
        look(page, &format!("page-{number}")).await?;
        nothing_is_kept(page, "while it is answered").await?;
        let asked = page.text("h1").await?;
        page.press(SEND).await?;
        survey::next(page, &asked).await?;
        if page.count(".thx").await? > 0 {
            break;
        }
        ensure!(number < PAGES, "the survey does not end");
    }
    page.see(".thx .hero").await?;
    look(page, "thanks").await?;
    nothing_is_kept(page, "after it was sent").await?;
    let list = member.get("/me/surveys").await?;
    let mut all = list["data"].as_array().into_iter().flatten();
    let worth = all.find(|one| one["id"] == SURVEY).and_then(|one| one["reward_points"].as_i64());
    page.same("points", &member.balance().await?, &(before + worth.context("no reward")?));
    Ok(())
}

async fn look(page: &mut Page<'_>, screen: &str) -> Result<()> {
    page.check(screen).await?;
    let small = page.script(SMALL, vec![]).await?;
    page.same(&format!("{screen}: too small to touch"), &small, &json!([]));
    Ok(())
}

async fn nothing_is_kept(page: &mut Page<'_>, when: &str) -> Result<()> {
    let kept: Value = page.script(KEPT, vec![]).await?;
    page.same(&format!("kept {when}"), &kept, &json!([]));
    Ok(())
}

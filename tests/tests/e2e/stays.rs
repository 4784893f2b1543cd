//! The tabs' screens stay when they are left: the very same elements come back, as up to date as if they were made anew; and
//! where that can't be, they are made anew.

use anyhow::{Context, Result};
use member_portal::domain::number::group;
use member_portal::i18n::{Locale, fill, key, set_locale, t};
use portal_tests::backend::Backend;
use portal_tests::driver::Browser;
use portal_tests::page::Page;
use portal_tests::proxy::{Fault, Proxy};
use serde_json::json;

use crate::journey::Member;
use crate::step;

const HOME: &str = ".tabs a[href='/']";
const REWARDS: &str = ".tabs a[href='/rewards']";
const SURVEYS: &str = ".tabs a[href='/surveys']";
const ME: &str = ".tabs a[href='/me']";

pub(crate) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let backend = Backend::start_with_portal("coffee").await?;
    let proxy = Proxy::start(&backend.origin).await?;
    let mut page = Page::begin(browser, &proxy, "stays", Locale::ZhCn).await?;
    let member = Member::of(&backend, "coffee", "three_expiries").await?;
    page.sign_in(&member.phone).await?;
    let outcome = around(&mut page).await;
    step(&mut page, "around", outcome).await;
    let outcome = catalogue(&mut page, &member).await;
    step(&mut page, "catalogue", outcome).await;
    let outcome = above(&mut page).await;
    step(&mut page, "above", outcome).await;
    let outcome = begun(&mut page).await;
    step(&mut page, "begun", outcome).await;
    let outcome = offline(&mut page).await;
    page.proxy.heal();
    step(&mut page, "offline", outcome).await;
    let outcome = spoken(&mut page).await;
    set_locale(Locale::ZhCn);
    step(&mut page, "spoken", outcome).await;
    let outcome = somebody_else(&mut page, &backend).await;
    step(&mut page, "somebody else", outcome).await;
    Ok(page.findings())
}

/// Marks what is on screen, so that it is known again.
async fn mark(page: &Page<'_>, name: &str) -> Result<()> {
    page.script("document.querySelector('main').e2e = arguments[0]", vec![json!(name)]).await.map(drop)
}

/// Whether what is on screen is what was marked so.
async fn is_marked(page: &Page<'_>, name: &str) -> Result<bool> {
    let script = "
        const all = document.querySelectorAll('main');
        return all.length === 1 && all[0].e2e === arguments[0]";
    Ok(page.script(script, vec![json!(name)]).await? == json!(true))
}

/// Goes to a tab and waits until its screen stands there.
async fn to(page: &Page<'_>, tab: &str) -> Result<()> {
    page.press(tab).await?;
    page.see(&format!("{tab}[aria-current=page]")).await?;
    page.rest().await
}

/// Goes to an address as a link of the screen does, without a load.
async fn go(page: &Page<'_>, place: &str) -> Result<()> {
    let script = "
        const link = document.querySelector('main').appendChild(document.createElement('a'));
        link.setAttribute('href', arguments[0]);
        link.click();
        link.remove();";
    page.script(script, vec![json!(place)]).await?;
    page.arrive(place).await
}

/// How far down the page is when the screen of a tab is painted first, begun from far down.
async fn painted_at(page: &Page<'_>, tab: &str) -> Result<serde_json::Value> {
    let script = "
        return (async () => {
            const frame = () => new Promise((done) => requestAnimationFrame(done));
            scrollTo({ top: 2 * innerHeight, behavior: 'instant' });
            await frame();
            await frame();
            if (!scrollY) return 'not scrolled';
            document.querySelector(arguments[0]).click();
            await frame();
            return scrollY;
        })()";
    let script = script.replace("arguments[0]", &json!(tab).to_string());
    let at = page.script(&script, vec![]).await?;
    page.see(&format!("{tab}[aria-current=page]")).await?;
    page.rest().await?;
    Ok(at)
}

/// Title, focus and the four screens themselves.
async fn around(page: &mut Page<'_>) -> Result<()> {
    let title = "return [document.title, document.activeElement.localName, scrollY]";
    page.open("/").await?;
    page.see("a.tier").await?;
    let mut titles = Vec::new();
    for tab in [REWARDS, SURVEYS, ME, HOME] {
        to(page, tab).await?;
        page.until("a screen that is loaded", "return !document.querySelector('main .loading')", vec![])
            .await?;
        mark(page, tab).await?;
        titles.push(page.script(title, vec![]).await?);
    }
    for round in 1..=2 {
        for (tab, titled) in [REWARDS, SURVEYS, ME, HOME].into_iter().zip(&titles) {
            to(page, tab).await?;
            page.same(&format!("{tab} is as it was, round {round}"), &is_marked(page, tab).await?, &true);
            let now = page.script(title, vec![]).await?;
            page.same(&format!("title, focus and scroll of {tab}, round {round}"), &now, titled);
        }
    }
    page.check("home-again").await?;
    to(page, REWARDS).await?;
    page.check("rewards-again").await
}

/// From deep in the list to a reward and back: the same rows at the same place, with the heart that was given meanwhile, and
/// the reward among those that were looked at.
async fn catalogue(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let (id, title, cost) = member.reward().await?;
    let before = member.balance().await?;
    page.open("/rewards").await?;
    page.see(".rgrid .rw").await?;
    page.rest().await?;
    mark(page, "list").await?;
    let link = format!(".rgrid a[href='/rewards/{id}']");
    let into_sight = "
        const one = document.querySelector(arguments[0]);
        if (!one) { scrollBy({ top: innerHeight / 2, behavior: 'instant' }); return false; }
        return !!one";
    page.until("the reward", into_sight, vec![json!(link)]).await?;
    page.press(&link).await?;
    page.arrive("/rewards/").await?;
    page.see("#redeem").await?;
    page.press(".fav").await?;
    page.see(".fav[aria-pressed=true]").await?;
    page.rest().await?;
    page.client().back().await?;
    page.see(&format!("{link} .rw__fav")).await?;
    page.same("the list after going back", &is_marked(page, "list").await?, &true);
    to(page, HOME).await?;
    to(page, REWARDS).await?;
    page.same("the list after another tab", &is_marked(page, "list").await?, &true);
    page.see(&format!(".strip a[href='/rewards/{id}']")).await?;
    page.same("home when it is painted", &painted_at(page, HOME).await?, &json!(0));
    to(page, REWARDS).await?;
    let top = "
        const box = document.querySelector('.rgrid .rw').getBoundingClientRect();
        return scrollY === 0 && document.querySelector('[aria-posinset]').getAttribute('aria-posinset') === '1' && box.height > 0";
    page.until("the list's first card at the top", top, vec![]).await?;

    // Another filter is another list.
    page.press_that(".chips .chip", t(key::REWARDS_AFFORDABLE)).await?;
    page.arrive("/rewards?affordable=true").await?;
    to(page, HOME).await?;
    to(page, REWARDS).await?;
    let place = page.place().await?;
    page.same("the whole list's address", &place, &"/rewards".to_owned());
    let whole = "return document.querySelector('.chips .chip').getAttribute('aria-pressed') === 'true'";
    page.until("the whole list", whole, vec![]).await?;

    // What is typed and not asked for yet isn't asked for on another screen.
    let typed = "
        const field = document.querySelector('input[type=search]');
        field.value = 'x';
        field.dispatchEvent(new Event('input', { bubbles: true }));
        document.querySelector(arguments[0]).click();";
    page.script(typed, vec![json!(HOME)]).await?;
    page.see("a.pts").await?;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let place = page.place().await?;
    page.same("the place after leaving a search", &place, &"/".to_owned());
    to(page, REWARDS).await?;
    let field = page.script("return document.querySelector('input[type=search]').value", vec![]).await?;
    page.same("words of a search that was left", &field, &json!(""));

    // Points that were spent are missing everywhere.
    go(page, &format!("/rewards/{id}")).await?;
    page.press("#redeem").await?;
    page.see("[role=dialog] .eq").await?;
    page.press("[role=dialog] .btn:not(.q)").await?;
    page.arrive("/vouchers/").await?;
    page.see("svg.qr").await?;
    page.same("points after redeeming", &member.balance().await?, &(before - cost));
    // Home knows of the points, too, but the survey about them belongs to the voucher.
    page.see("main .asks").await?;
    page.read(&fill(key::OFFER_REDEMPTION, &[("title", &title)])).await?;
    go(page, "/").await?;
    let says = "return document.querySelector(arguments[0]).textContent.includes(arguments[1])";
    let left = json!(group(before - cost));
    page.until("home's balance", says, vec![json!(".points__n"), left.clone()]).await?;
    to(page, REWARDS).await?;
    page.until("the catalogue's balance", says, vec![json!(".titlebar"), left.clone()]).await?;
    to(page, ME).await?;
    page.until("the balance on the own page", says, vec![json!("main"), left]).await.map(drop)
}

/// What lies above a screen is gone when that is left, and doesn't come back with it.
async fn above(page: &mut Page<'_>) -> Result<()> {
    for (tab, opens) in [(REWARDS, "#narrow"), (ME, "#sign-out")] {
        to(page, tab).await?;
        page.press(opens).await?;
        page.see("[role=dialog]").await?;
        page.rest().await?;
        page.script("document.querySelector(arguments[0]).click()", vec![json!(HOME)]).await?;
        page.see("a.pts").await?;
        page.rest().await?;
        to(page, tab).await?;
        page.same(&format!("sheets above {tab}"), &page.count("[role=dialog]").await?, &0);
        let inert = page.script("return document.querySelectorAll('[inert]').length", vec![]).await?;
        page.same(&format!("what can't be used on {tab}"), &inert, &json!(0));
    }
    Ok(())
}

/// A survey that was begun meanwhile stands in the list as such.
async fn begun(page: &mut Page<'_>) -> Result<()> {
    to(page, SURVEYS).await?;
    page.see("a[href='/surveys/store-visit']").await?;
    page.same("drafts before", &page.count(".draft").await?, &0);
    mark(page, "surveys").await?;
    page.press("a[href='/surveys/store-visit']").await?;
    page.see("main label").await?;
    page.script("document.querySelector('main input[type=checkbox]').click()", vec![]).await?;
    let kept = "return Object.keys(localStorage).some((name) => name.startsWith('portal.member.survey.'))";
    page.until("a draft", kept, vec![]).await?;
    page.client().back().await?;
    page.see(".draft a[href='/surveys/store-visit']").await?;
    mark(page, "surveys").await?;
    to(page, ME).await?;
    to(page, SURVEYS).await?;
    page.same("surveys are as they were", &is_marked(page, "surveys").await?, &true);
    page.same("drafts", &page.count(".draft").await?, &1);
    Ok(())
}

/// What can't be read again is said on the screen that is there, and only on that.
async fn offline(page: &mut Page<'_>) -> Result<()> {
    to(page, REWARDS).await?;
    to(page, ME).await?;
    page.proxy.spoil("GET /api/v1/", Fault::Drop);
    to(page, SURVEYS).await?;
    page.see(".offbar button").await?;
    page.same("surveys without a network", &is_marked(page, "surveys").await?, &true);
    page.same("words about it", &page.count(".offbar button").await?, &1);
    to(page, REWARDS).await?;
    page.see(".rgrid .rw").await?;
    page.see(".offbar button").await?;
    page.same("words about it on the catalogue", &page.count(".offbar button").await?, &1);
    page.proxy.heal();
    page.press(".offbar button").await?;
    page.until("no word about it any more", "return !document.querySelector('.offbar')", vec![]).await?;
    to(page, SURVEYS).await?;
    page.see(".draft").await?;
    page.until("no word about it on the surveys", "return !document.querySelector('.offbar')", vec![])
        .await
        .map(drop)
}

/// Every screen speaks the language that was chosen on another one.
async fn spoken(page: &mut Page<'_>) -> Result<()> {
    to(page, HOME).await?;
    to(page, ME).await?;
    page.press("button[lang=en]").await?;
    page.until("English", "return document.documentElement.lang === 'en'", vec![]).await?;
    set_locale(Locale::En);
    page.read(t(key::ME_SIGN_OUT)).await?;
    for (tab, word) in [(HOME, key::TAB_HOME), (REWARDS, key::REWARDS_TITLE), (SURVEYS, key::SURVEYS_TITLE)] {
        to(page, tab).await?;
        page.read(t(word)).await?;
        let chinese = "return /[\\u4e00-\\u9fff]/.test(document.querySelector('.tabs').textContent + document.title.split('·')[0])";
        page.same(
            &format!("Chinese words around {tab}"),
            &page.script(chinese, vec![]).await?,
            &json!(false),
        );
    }
    to(page, ME).await?;
    page.press("button[lang=zh-CN], button[lang=zh-Hans]").await?;
    page.until("Chinese", "return document.documentElement.lang.startsWith('zh')", vec![]).await.map(drop)
}

/// When the session has ended and somebody else signs in, nothing is left of the member before.
async fn somebody_else(page: &mut Page<'_>, backend: &Backend) -> Result<()> {
    for tab in [REWARDS, SURVEYS, ME, HOME] {
        to(page, tab).await?;
        mark(page, "somebody").await?;
    }
    let end = "return (async () => (await fetch('/api/v1/sessions/current', { method: 'DELETE', headers: { 'X-Member-Portal': '1' } })).status)()";
    page.script(end, vec![]).await?;
    page.press(SURVEYS).await?;
    page.arrive("/sign-in").await?;
    page.read(t(key::SIGN_IN_ENDED)).await?;
    let other = Member::of(backend, "coffee", "at_risk").await?;
    crate::journey::enter(page, &other.phone, false).await?;
    page.see(".tabs a").await?;
    let me = other.get("/me").await?;
    let name = me["display_name"].as_str().context("no name")?.to_owned();
    for tab in [HOME, REWARDS, SURVEYS, ME] {
        to(page, tab).await?;
        page.same(&format!("{tab} is somebody else's"), &is_marked(page, "somebody").await?, &false);
        if matches!(tab, HOME | ME) {
            page.read(&name).await?;
        }
    }
    to(page, HOME).await?;
    let shown = page.text(".points__n").await?;
    page.same("points of somebody else", &shown, &group(other.balance().await?));
    Ok(())
}

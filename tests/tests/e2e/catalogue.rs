//! The catalogue: ten thousand rewards on one screen, and what a member keeps of them.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use backend::Config;
use fantoccini::Locator;
use member_portal::i18n::{Locale, key, t};
use portal_tests::backend::{Backend, config};
use portal_tests::driver::{Browser, Engine};
use portal_tests::page::Page;
use portal_tests::proxy::Proxy;
use portal_tests::scroll::{self, Walk};
use serde_json::{Value, json};

use crate::journey::Member;
use crate::step;

const REWARDS: usize = 10_000;
/// The contract of issue 3; `docs/budgets.json` may be stricter.
const MOST_NODES: u64 = 1_500;
/// Firefox and WebKitGTK go only so far: the end of the list is the same code.
const FAR: usize = 1_000;

/// Ten thousand rewards, from the first to the last, and back to one of them.
pub(crate) async fn thousands(browser: &Browser) -> Result<Vec<String>> {
    let backend = Backend::start_with(Config {
        rewards: Some(REWARDS),
        portal: Some(portal_tests::portal()?),
        ..config("coffee")?
    })
    .await?;
    let proxy = Proxy::start(&backend.origin).await?;
    let mut page = Page::begin(browser, &proxy, "thousands", Locale::ZhCn).await?;
    let member = Member::of(&backend, "coffee", "three_expiries").await?;
    page.sign_in(&member.phone).await?;
    let outcome = through(&mut page, &member).await;
    step(&mut page, "scroll", outcome).await;
    let outcome = deep(&mut page).await;
    step(&mut page, "deep", outcome).await;
    let outcome = narrowed(&mut page, &member).await;
    step(&mut page, "narrowed", outcome).await;
    Ok(page.findings())
}

/// Addresses of all rewards, in the order of the catalogue, without the one that stands above the grid.
async fn addresses(member: &Member, most: usize, above: &str) -> Result<Vec<String>> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    while all.len() < most {
        let list = member.get(&format!("/rewards?limit=100{cursor}")).await?;
        let ids = list["data"].as_array().into_iter().flatten().filter_map(|one| one["id"].as_str());
        all.extend(ids.map(|id| format!("/rewards/{id}")).filter(|href| href != above));
        let Some(next) = list["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    Ok(all)
}

async fn through(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let whole = page.engine() == Engine::Chromium;
    let enough = if whole { usize::MAX >> 12 } else { FAR };
    page.open("/rewards").await?;
    page.see(".rgrid .rw").await?;
    let above = "const drop = document.querySelector('a.drop'); return drop ? drop.getAttribute('href') : ''";
    let above = page.script(above, vec![]).await?;
    let wanted =
        addresses(member, if whole { REWARDS } else { FAR + 100 }, above.as_str().unwrap_or_default())
            .await?;
    let begun = std::time::Instant::now();
    let walk = scroll::through(page.client(), enough, Duration::from_secs(240)).await?;
    let Walk { seen, nodes, steps, blank, skipped, .. } = &walk;
    println!(
        "    {} {} cards in {steps} steps and {:.0} s, {nodes} nodes at most, {blank} times blank",
        page.engine().name(),
        seen.len(),
        begun.elapsed().as_secs_f64()
    );
    page.same("nodes stay few", &(*nodes < MOST_NODES, *nodes), &(true, *nodes));
    page.same("where nothing came", skipped, &Vec::new());
    let places: Vec<u64> = seen.iter().map(|(place, _)| *place).collect();
    let gap = places.iter().zip(1..).find(|(place, wanted)| **place != *wanted);
    page.same("first card out of its place", &gap, &None);
    let wrong = seen.iter().zip(&wanted).find(|((_, shown), wanted)| shown != *wanted);
    page.same("first card that is another than the backend's", &wrong, &None);
    if whole {
        page.same("cards on screen on the way", &seen.len(), &wanted.len());
        page.shoot("end").await?;
    } else {
        ensure!(seen.len() >= FAR, "{} cards only", seen.len());
    }
    Ok(())
}

const AT: &str = "
    const cards = [...document.querySelectorAll('[role=listitem][aria-posinset]')];
    const here = cards.filter((one) => { const box = one.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; });
    const at = ({ left, top, width, height }) => document.elementFromPoint(left + width / 2, top + height / 2);
    const one = here.find((one) => one.contains(at(one.getBoundingClientRect())));
    if (!one) return false;
    for (const old of document.querySelectorAll('[data-e2e]')) old.removeAttribute('data-e2e');
    one.querySelector('a').setAttribute('data-e2e', '');
    return [one.querySelector('a').getAttribute('href'), Math.round(one.getBoundingClientRect().top)];";

/// A reward deep down is opened; the way back leads to the very same place, and so does another.
async fn deep(page: &mut Page<'_>) -> Result<()> {
    for round in ["first", "second"] {
        page.rest().await?;
        let before = page.until("a card deep down", AT, vec![]).await?;
        let deep = page.script("return scrollY", vec![]).await?.as_f64().unwrap_or_default();
        ensure!(deep > 20_000.0, "only {deep} px down");
        // A real press: WebKit's way back passes over what a script did by itself.
        page.client().find(Locator::Css("[data-e2e]")).await?.click().await?;
        page.arrive("/rewards/").await?;
        page.see("#redeem").await?;
        page.client().back().await?;
        page.see(".rgrid .rw").await?;
        page.rest().await?;
        let same = "
            const [href, top] = arguments[0];
            const one = document.querySelector(`.rgrid a[href='${href}']`);
            return !!one && Math.abs(one.closest('[role=listitem]').getBoundingClientRect().top - top) <= 2;";
        page.until(&format!("the same place after going back, {round} time"), same, vec![before]).await?;
        page.script("scrollBy({ top: -20 * innerHeight, behavior: 'instant' })", vec![]).await?;
    }
    Ok(())
}

/// What the list is narrowed to stands in the address: after a reload, and for whoever gets the link.
async fn narrowed(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let categories = member.get("/reward-categories").await?;
    let category = categories["data"][1]["id"].as_str().context("no category")?.to_owned();
    let address = format!("/rewards?category={category}&affordable=true&sort=cost_desc");
    page.open(&address).await?;
    page.see(".rgrid .rw").await?;
    let list =
        member.get(&format!("/rewards?category={category}&affordable=true&sort=cost_desc&limit=1")).await?;
    let first = format!("/rewards/{}", list["data"][0]["id"].as_str().unwrap_or_default());
    for when in ["opened", "reloaded"] {
        let place = page.place().await?;
        page.same(&format!("address, {when}"), &place, &address);
        let shown = page
            .until("the dearest", "return document.querySelector('.rgrid .rw').getAttribute('href')", vec![])
            .await?;
        page.same(&format!("first of the narrowed list, {when}"), &shown, &json!(first));
        let pressed = page
            .script("return document.querySelectorAll('.chips .chip[aria-pressed=true]').length", vec![])
            .await?;
        page.same(&format!("chips that are on, {when}"), &pressed, &json!(2));
        page.reload().await?;
        page.see(".rgrid .rw").await?;
    }
    Ok(())
}

/// Favourites, what was looked at lately, and the sheet of filters.
pub(crate) async fn keeping(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let (id, title, _) = member.reward().await?;
    let marked = async || -> Result<Vec<Value>> {
        let list = member.get("/rewards?favourite=true").await?;
        Ok(list["data"].as_array().cloned().unwrap_or_default())
    };
    page.open("/rewards?favourite=true").await?;
    page.read(t(key::REWARDS_EMPTY_FAVOURITES)).await?;
    page.check("favourites-empty").await?;

    page.open(&format!("/rewards/{id}")).await?;
    page.press(".fav").await?;
    page.see(".fav[aria-pressed=true]").await?;
    page.reload().await?;
    page.see(".fav[aria-pressed=true]").await?;
    let ids: Vec<Value> = marked().await?.iter().map(|one| one["id"].clone()).collect();
    page.same("favourites at the backend", &ids, &vec![json!(id)]);

    page.open("/rewards").await?;
    page.read(t(key::REWARDS_RECENT)).await?;
    page.see(&format!(".strip a[href='/rewards/{id}']")).await?;
    page.check("rewards-recent").await?;
    page.press_that(".chips .chip", t(key::REWARDS_FAVOURITES)).await?;
    page.arrive("/rewards?favourite=true").await?;
    page.see(&format!(".rgrid a[href='/rewards/{id}']")).await?;
    page.read(&title).await?;
    page.check("favourites").await?;

    page.press(&format!(".rgrid a[href='/rewards/{id}']")).await?;
    page.press(".fav").await?;
    page.see(".fav[aria-pressed=false]").await?;
    page.client().back().await?;
    page.read(t(key::REWARDS_EMPTY_FAVOURITES)).await?;
    page.same("favourites at the backend, none", &marked().await?.len(), &0);
    filters(page, member).await
}

async fn filters(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let tiers = member.get("/tiers").await?;
    let stores = member.get("/stores").await?;
    let narrow = member.get("/rewards?limit=100").await?;
    let kept = narrow["data"].as_array().into_iter().flatten().find_map(|one| one["min_tier"]["id"].as_str());
    let tier = tiers["data"].as_array().into_iter().flatten().find(|one| one["id"].as_str() == kept);
    let tier = tier.context("no reward is kept for a tier")?;
    let (tier_id, tier_name) =
        (tier["id"].as_str().unwrap_or_default(), tier["name"].as_str().unwrap_or_default());
    let store = stores["data"][0]["id"].as_str().unwrap_or_default();
    page.open("/rewards").await?;
    page.press("#narrow").await?;
    page.see("[role=dialog] .chip").await?;
    page.see("[role=dialog] select").await?;
    page.check("filters").await?;
    page.press_that("[role=dialog] .chip", tier_name).await?;
    page.arrive(&format!("/rewards?tier={tier_id}")).await?;
    let choose = "
        const field = document.querySelector('[role=dialog] select');
        field.value = arguments[0];
        field.dispatchEvent(new Event('change', { bubbles: true }));";
    page.script(choose, vec![json!(store)]).await?;
    let address = format!("/rewards?tier={tier_id}&store={store}");
    page.arrive(&address).await?;
    page.check("filters-on").await?;
    page.press("[role=dialog] .btn:not(.q)").await?;
    let list = member.get(&format!("/rewards?tier={tier_id}&store={store}")).await?;
    let total = list["total"].as_u64().context("no total")?;
    let shown = "return document.querySelectorAll('[role=dialog]').length === 0 && document.querySelectorAll('.rgrid .rw').length === arguments[0]";
    page.until("the narrowed list", shown, vec![json!(total.min(20))]).await?;
    page.reload().await?;
    page.until("the narrowed list, reloaded", shown, vec![json!(total.min(20))]).await?;
    let place = page.place().await?;
    page.same("filters after a reload", &place, &address);
    // Back from one of them, if there is one, and out of the filters by the sheet.
    page.press("#narrow").await?;
    page.press_that("[role=dialog] .btn.q", t(key::REWARDS_FILTER_RESET)).await?;
    page.until("no filter", "return location.search === ''", vec![]).await?;
    page.client().execute("document.activeElement.blur()", vec![]).await?;
    page.press("[role=dialog] .icbtn").await?;
    page.until(
        "the sheet is closed",
        "return document.querySelectorAll('[role=dialog]').length === 0",
        vec![],
    )
    .await
    .map(drop)
}

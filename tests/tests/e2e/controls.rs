//! What a hand does to the controls that no browser has: an order by keys and by dragging, panels that come and go, pictures.

use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::Locator;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction, TouchActions};
use fantoccini::key::Key;
use member_portal::i18n::{Locale, key, t};
use portal_tests::backend::Backend;
use portal_tests::driver::{Browser, Engine};
use portal_tests::page::Page;
use portal_tests::proxy::{Fault, Proxy};
use serde_json::{Value, json};

use crate::faults::is_in_parts;
use crate::journey::Member;
use crate::step;

const SURVEY: &str = "store-visit";
/// What is kept on the device of the answers.
const KEPT: &str = "
    const name = Object.keys(localStorage).find((name) => name.startsWith('portal.member.survey.'));
    return name ? JSON.parse(localStorage.getItem(name)).answers : null;";
/// The pieces of the first order, first to last.
const ORDER: &str = "return [...document.querySelectorAll('.rank')[0].children].map((one) => one.querySelector('.grow').textContent);";
/// The middles of a piece's handle and of another piece, in the window.
const WAY: &str = "
    const list = document.querySelectorAll('.rank')[0];
    list.scrollIntoView({ block: 'center', behavior: 'instant' });
    const middle = (one) => { const box = one.getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2]; };
    return [middle(list.children[arguments[0]].querySelector('.rank__g')), middle(list.children[arguments[1]])];";

fn definition() -> Value {
    json!({ "elements": [
        { "type": "text", "name": "word", "title": "说一句" },
        { "type": "ranking", "name": "order", "title": "排个先后", "choices": ["甲", "乙", "丙", "丁"] },
        { "type": "ranking", "name": "best", "title": "挑出最好的", "selectToRankEnabled": true, "choices": ["东", "西", "南"] },
        { "type": "paneldynamic", "name": "visits", "title": "去过几次", "maxPanelCount": 3,
          "templateElements": [{ "type": "text", "name": "when", "title": "什么时候" }] },
        { "type": "imagepicker", "name": "looks", "title": "哪几张好看", "multiSelect": true, "showLabel": true, "choices": [
            { "value": "one", "text": "第一张", "imageLink": "/media/surveys/autumn-cake.svg" },
            { "value": "two", "text": "第二张", "imageLink": "/media/surveys/store-visit.svg" },
        ] },
    ] })
}

pub(crate) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let backend = Backend::start_with_portal("coffee").await?;
    let proxy = Proxy::start(&backend.origin).await?;
    let mut page = Page::begin(browser, &proxy, "controls", Locale::ZhCn).await?;
    let member = Member::of(&backend, "coffee", "at_risk").await?;
    page.sign_in(&member.phone).await?;
    let path = format!("/surveys/{SURVEY}");
    let mut survey = member.get(&path).await?;
    survey["definition"] = definition();
    proxy.spoil(&format!("GET /api/v1{path}"), Fault::answer(200, "application/json", &survey.to_string()));
    let outcome = part(&mut page, &path).await;
    proxy.heal();
    step(&mut page, "part", outcome).await;
    proxy.spoil(&format!("GET /api/v1{path}"), Fault::answer(200, "application/json", &survey.to_string()));
    page.open(&path).await?;
    page.see("main.q:not([inert]) .rank").await?;
    let outcome = order(&mut page).await;
    step(&mut page, "order", outcome).await;
    let outcome = picks(&mut page).await;
    step(&mut page, "picks", outcome).await;
    let outcome = panels(&mut page).await;
    step(&mut page, "panels", outcome).await;
    let outcome = pictures(&mut page).await;
    step(&mut page, "pictures", outcome).await;
    page.check("controls").await?;
    Ok(page.findings())
}

/// The part with these controls does not come: what is answered beside them stays, and asked again, it does.
async fn part(page: &mut Page<'_>, path: &str) -> Result<()> {
    if !is_in_parts()? {
        return Ok(());
    }
    page.proxy.spoil("GET /part-survey-rare", Fault::Drop);
    page.open(path).await?;
    page.fill("main.q:not([inert]) input[type=text]", "一切都好").await?;
    page.read(t(key::ERROR_OFFLINE_TITLE)).await?;
    page.check("controls-missing").await?;
    page.proxy.heal();
    page.press_that("main.q .state button", t(key::ACTION_RETRY)).await?;
    page.see("main.q .rank").await?;
    page.rest().await?;
    page.same("controls that came late", &page.count("main.q .rank, main.q .pics, main.q .pane").await?, &3);
    kept(page, "word", json!("一切都好")).await
}

async fn ordered(page: &mut Page<'_>, after: &str, wanted: [&str; 4]) -> Result<()> {
    page.rest().await?;
    let shown = page.script(ORDER, vec![]).await?;
    page.same(&format!("the order after {after}"), &shown, &json!(wanted));
    kept(page, "order", json!(wanted)).await
}

/// Waits until an answer is kept as it should be.
async fn kept(page: &mut Page<'_>, name: &str, wanted: Value) -> Result<()> {
    let mut last = Value::Null;
    for _ in 0..40 {
        last = page.script(KEPT, vec![]).await?[name].clone();
        if last == wanted {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    page.same(&format!("kept of {name}"), &last, &wanted);
    Ok(())
}

async fn order(page: &mut Page<'_>) -> Result<()> {
    let down = "document.querySelectorAll('.rank')[0].children[0].querySelector('.icbtn--down')";
    page.script(&format!("{down}.focus()"), vec![]).await?;
    press_key(page, Key::Enter).await?;
    ordered(page, "a key", ["乙", "甲", "丙", "丁"]).await?;
    // The focus went with the piece, so the next press moves the same one.
    press_key(page, Key::Enter).await?;
    ordered(page, "the next", ["乙", "丙", "甲", "丁"]).await?;
    drag(page, 0, 3, false).await?;
    ordered(page, "dragging down", ["丙", "甲", "丁", "乙"]).await?;
    drag(page, 3, 0, page.engine() == Engine::Chromium).await?;
    ordered(page, "dragging up", ["乙", "丙", "甲", "丁"]).await
}

async fn press_key(page: &Page<'_>, key: Key) -> Result<()> {
    let active = page.client().active_element().await.context("nothing has the focus")?;
    active.send_keys(&char::from(key).to_string()).await?;
    Ok(())
}

/// Drags a piece by its handle over another one, with the mouse or a finger.
async fn drag(page: &Page<'_>, from: usize, to: usize, finger: bool) -> Result<()> {
    let way = page.script(WAY, vec![json!(from), json!(to)]).await?;
    let point =
        |at: usize| (way[at][0].as_f64().unwrap_or_default(), way[at][1].as_f64().unwrap_or_default());
    let ((x, y), (_, end)) = (point(0), point(1));
    // Past the middle, as a hand would.
    let end = end + if to > from { 8.0 } else { -8.0 };
    let move_to = |y: f64| PointerAction::MoveTo { duration: Some(Duration::from_millis(80)), x, y };
    let steps = [
        move_to(y),
        PointerAction::Down { button: MOUSE_BUTTON_LEFT },
        move_to(y + (end - y) / 3.0),
        move_to(y + (end - y) * 2.0 / 3.0),
        move_to(end),
        PointerAction::Up { button: MOUSE_BUTTON_LEFT },
    ];
    if finger {
        let touch = steps.into_iter().fold(TouchActions::new("finger".into()), InputSource::then);
        page.client().perform_actions(touch).await?;
    } else {
        let mouse = steps.into_iter().fold(MouseActions::new("mouse".into()), InputSource::then);
        page.client().perform_actions(mouse).await?;
    }
    page.client().release_actions().await?;
    Ok(())
}

/// Only what is picked is in order.
async fn picks(page: &mut Page<'_>) -> Result<()> {
    page.press_that(".rank__add", "西").await?;
    page.press_that(".rank__add", "东").await?;
    kept(page, "best", json!(["西", "东"])).await?;
    let out = "document.querySelectorAll('.rank')[1].children[0].querySelector('.icbtn').click()";
    page.script(out, vec![]).await?;
    kept(page, "best", json!(["东"])).await
}

/// A panel with something written in it goes only after a second word.
async fn panels(page: &mut Page<'_>) -> Result<()> {
    for (number, text) in ["周一", "周二"].into_iter().enumerate() {
        page.press("button.btn.q[id]").await?;
        page.until(
            "another panel",
            "return document.querySelectorAll('.pane').length > arguments[0]",
            vec![json!(number)],
        )
        .await?;
        page.rest().await?;
        let field = format!(".pane:nth-of-type({}) input", number + 1);
        let all = page.client().find_all(Locator::Css(".pane input")).await?;
        all.get(number).with_context(|| field)?.send_keys(text).await?;
    }
    kept(page, "visits", json!([{ "when": "周一" }, { "when": "周二" }])).await?;
    page.press(".pane .pane__x").await?;
    page.press(".pane__q .btn.q").await?;
    kept(page, "visits", json!([{ "when": "周一" }, { "when": "周二" }])).await?;
    page.press(".pane .pane__x").await?;
    page.press(".pane__q .btn.d").await?;
    kept(page, "visits", json!([{ "when": "周二" }])).await
}

async fn pictures(page: &mut Page<'_>) -> Result<()> {
    page.press_that(".pic", "第二张").await?;
    page.press_that(".pic", "第一张").await?;
    let mut last = Value::Null;
    for _ in 0..40 {
        last = page.script(KEPT, vec![]).await?["looks"].clone();
        if last.as_array().is_some_and(|all| all.len() == 2) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    page.same("pictures", &last, &json!(["two", "one"]));
    Ok(())
}

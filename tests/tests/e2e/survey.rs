//! Surveys: the flagship is answered to its end, and one that needs more than this version has says so.

use anyhow::{Context, Result, ensure};
use member_portal::domain::number::group;
use member_portal::i18n::{Locale, key, locale, t};
use portal_tests::page::Page;
use portal_tests::proxy::Fault;
use serde_json::{Value, json};

use crate::journey::Member;

/// Answers what is asked on the page and isn't answered: the last but one of a scale, the first of choices and lists, a day,
/// a few words. What an answer brings up is answered by the next call; returns how much there was.
const ANSWER: &str = "
    const main = document.querySelector('main.q');
    let done = 0;
    const all = (from, css) => [...from.querySelectorAll(css)].filter((one) => !one.disabled);
    const press = (input) => { (input.closest('label') || input).click(); done += 1; };
    for (const group of all(main, '[role=radiogroup], .mtable tbody tr')) {
        const inputs = all(group, 'input[type=radio]');
        if (inputs.length && !inputs.some((one) => one.checked)) press(inputs[Math.max(0, inputs.length - 2)]);
    }
    for (const group of all(main, '[role=group]')) {
        const inputs = all(group, 'input[type=checkbox]');
        if (inputs.length && !inputs.some((one) => one.checked)) press(inputs[0]);
    }
    for (const list of all(main, 'select')) {
        if (list.value || list.options.length < 2) continue;
        list.selectedIndex = 1;
        list.dispatchEvent(new Event('input', { bubbles: true }));
        list.dispatchEvent(new Event('change', { bubbles: true }));
        done += 1;
    }
    for (const day of all(main, 'input[type=date]')) {
        if (day.value) continue;
        day.value = '2026-08-10';
        day.dispatchEvent(new Event('input', { bubbles: true }));
        day.dispatchEvent(new Event('change', { bubbles: true }));
        done += 1;
    }
    return done;";
/// Rounds of answering on one page: an answer can bring up another question.
const ROUNDS: usize = 4;

const PAGES: usize = 20;

async fn all(member: &Member) -> Result<Vec<Value>> {
    Ok(member.get("/me/surveys").await?["data"].as_array().cloned().unwrap_or_default())
}

/// Answers everything on the page.
pub(crate) async fn fill(page: &mut Page<'_>) -> Result<()> {
    choose(page).await?;
    if page.count("main.q textarea").await? > 0 {
        page.fill("main.q textarea", "少一点糖，thanks!").await?;
    }
    Ok(())
}

/// The same, but for words.
pub(crate) async fn choose(page: &Page<'_>) -> Result<()> {
    page.rest().await?;
    for _ in 0..ROUNDS {
        if page.script(ANSWER, vec![]).await? == 0 {
            break;
        }
        page.rest().await?;
    }
    Ok(())
}

/// Waits for the page after the one with this heading, or for thanks.
pub(crate) async fn next(page: &Page<'_>, asked: &str) -> Result<()> {
    let next = "
        const head = [...document.querySelectorAll('h1')].find((one) => one.getClientRects().length > 0);
        return !!document.querySelector('.thx') || (head && head.textContent.trim() !== arguments[0]);";
    page.until("the next page", next, vec![json!(asked)]).await.map(drop)
}

pub(crate) async fn answer(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let before = member.balance().await?;
    let flagship =
        all(member).await?.into_iter().find(|one| one["status"] == "open").context("no open survey")?;
    let (id, worth) =
        (flagship["id"].as_str().unwrap_or_default(), flagship["reward_points"].as_i64().unwrap_or_default());
    page.open("/surveys").await?;
    page.see(".srvs").await?;
    page.check("surveys").await?;
    page.press(&format!("a[href='/surveys/{id}']")).await?;
    page.arrive(&format!("/surveys/{id}")).await?;
    page.see("main.q").await?;
    page.press(".foot .btn:not(.foot__back)").await?;
    page.see(".err:not(:empty)").await?;
    page.check("survey-missing").await?;
    let mut reloaded = false;
    for number in 1..=PAGES {
        fill(page).await?;
        if locale() == Locale::En {
            let text = page.text("main.q").await?;
            let chinese = text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
            page.same("Chinese words in an English survey", &chinese, &false);
        }
        page.check(&format!("survey-{number}")).await?;
        if number == 2 && !reloaded {
            reloaded = true;
            let asked = page.text("h1").await?;
            page.reload().await?;
            page.see("main.q").await?;
            let after = page.text("h1").await?;
            page.same("question after a reload", &after, &asked);
        }
        let asked = page.text("h1").await?;
        page.press(".foot .btn:not(.foot__back)").await?;
        next(page, &asked).await?;
        if page.count(".thx").await? > 0 {
            break;
        }
        ensure!(number < PAGES, "the survey does not end");
    }
    page.see(".thx .hero").await?;
    let shown = page.text(".thx .hero .num").await?;
    page.same("points on the thanks screen", &shown, &group(before + worth));
    page.check("thanks").await?;

    page.same("points after the survey", &member.balance().await?, &(before + worth));
    let earned = member.entries("survey").await?;
    let of_this: Vec<&Value> = earned.iter().filter(|entry| entry["source"]["id"] == id).collect();
    page.same("entries of this survey in the ledger", &of_this.len(), &1);
    if let Some(entry) = of_this.first() {
        page.same("its amount", &entry["amount"], &json!(worth));
    }
    let response = member.get(&format!("/surveys/{id}")).await?["response"].clone();
    page.same("state of the answers", &response["state"], &json!("submitted"));
    page.same(
        "answers in the database",
        &response["answers"].as_object().is_some_and(|one| one.len() >= 3),
        &true,
    );
    Ok(())
}

/// A survey with parts that this version does not know names them, and asks nothing.
pub(crate) async fn unsupported(page: &mut Page<'_>, member: &Member) -> Result<()> {
    let open =
        all(member).await?.into_iter().find(|one| one["status"] == "open").context("no open survey")?;
    let path = format!("/surveys/{}", open["id"].as_str().unwrap_or_default());
    let mut survey = member.get(&path).await?;
    let elements = survey["definition"]["pages"][0]["elements"].as_array_mut().context("no elements")?;
    elements.push(json!({ "type": "file", "name": "photo" }));
    let place = format!("GET /api/v1{path}");
    page.proxy.spoil(&place, Fault::answer(200, "application/json", &survey.to_string()));
    let outcome = async {
        page.open(&path).await?;
        page.read(t(key::SURVEY_UPDATE_TITLE)).await?;
        page.check("survey-update").await
    };
    let outcome = outcome.await;
    page.proxy.heal();
    outcome
}

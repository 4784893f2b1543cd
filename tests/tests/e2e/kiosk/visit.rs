//! What a member does besides: a survey whose points come once, and every other place that is within reach.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use member_portal::i18n::{key, t};
use serde_json::json;

use super::{FIELD, PAGES, SEND, SURVEY, Stand, marks};
use crate::survey;

/// The other screens that home leads to, and what is seen there.
const PLACES: [(&str, &str, &str); 4] = [
    ("a.tier", "/tier", "tier"),
    ("a.pts", "/points", "points"),
    (".k-tiles a[href='/wallet']", "/wallet", "wallet"),
    (".k-home .more", "/rewards", "rewards-more"),
];
const DOUBLE_TAP: Duration = Duration::from_millis(900);
const WORDS: &str = "Nice 73519";
const SLICE: &str = "1000";

/// A survey at a kiosk: everything on it can be touched, nothing of it stays on the device, the points come once.
pub(super) async fn survey(stand: &mut Stand<'_>) -> Result<()> {
    stand.by_phone().await?;
    let before = stand.member.balance().await?;
    let long = marks::history(&stand.page).await?;
    stand.marks.add(WORDS);
    stand.marks.add(&format!("/surveys/{SURVEY}"));
    stand.open_survey(SURVEY).await?;
    stand.look("survey").await?;
    stand.page.press(SEND).await?;
    stand.page.see(".err:not(:empty)").await?;
    stand.look("survey-missing").await?;
    for number in 1..=PAGES {
        stand.answer_page().await?;
        stand.measure(&format!("survey page {number}")).await?;
        marks::nothing_kept(&mut stand.page, "while it is answered").await?;
        let asked = stand.page.text("h1").await?;
        if stand.page.text(SEND).await? == t(key::SURVEY_SUBMIT) {
            // A second tap at once on the same place would be that of a double tap.
            tokio::time::sleep(DOUBLE_TAP).await;
        }
        stand.page.press(SEND).await?;
        survey::next(&stand.page, &asked).await?;
        if stand.page.count(".thx").await? > 0 {
            break;
        }
        ensure!(number < PAGES, "the survey does not end");
    }
    stand.page.see(".thx .hero").await?;
    stand.look("thanks").await?;
    let list = stand.member.get("/me/surveys").await?;
    let mut all = list["data"].as_array().into_iter().flatten();
    let worth = all.find(|one| one["id"] == SURVEY).and_then(|one| one["reward_points"].as_i64());
    stand.page.same("points", &stand.member.balance().await?, &(before + worth.context("no reward")?));
    stand.page.same("history while it serves (K1)", &marks::history(&stand.page).await?, &long);
    stand.end().await?;
    stand.wiped("a survey").await
}

impl Stand<'_> {
    /// Answers everything on a page; words are typed as slowly as by a hand, or they would be a scanner's.
    async fn answer_page(&mut self) -> Result<()> {
        survey::choose(&self.page).await?;
        if self.page.count(FIELD).await? > 0 {
            let script =
                format!("const one = document.querySelector('{FIELD}'); one.focus(); return one.value");
            if self.page.script(&script, vec![]).await? == "" {
                self.type_by_hand(WORDS).await?;
            }
        }
        Ok(())
    }
}

/// Every other place: large enough, nothing leads out, and the way back and home are there.
pub(super) async fn places(stand: &mut Stand<'_>) -> Result<()> {
    stand.by_phone().await?;
    for (way, path, screen) in PLACES {
        stand.page.press(way).await?;
        stand.page.arrive(path).await?;
        stand.look(screen).await?;
        stand.page.press(".k-bar__home").await?;
        stand.at_home().await?;
    }
    // What isn't for a shared screen isn't there: the own page, the member code, another device's question.
    for path in ["/me", "/code", "/device?user_code=BCDF-GHJK"] {
        let go = "
            const link = document.createElement('a');
            link.href = arguments[0];
            document.querySelector('main').append(link);
            link.click();";
        stand.page.script(go, vec![json!(path)]).await?;
        stand.page.read(t(key::NOTFOUND_TITLE)).await.with_context(|| format!("at {path}"))?;
        stand.page.press(".k-bar__home").await?;
        stand.at_home().await?;
    }
    stand.end().await
}

/// Out of hours nobody is invited; out of service nobody is served, and the one who is there is let go first.
pub(super) async fn service(stand: &mut Stand<'_>) -> Result<()> {
    stand.backend.set_kiosk_settings(json!({ "hours": { "from": "01:00", "to": "02:30" } })).await?;
    stand.timers(json!({ SLICE: 5 })).await?;
    stand.page.read(t(key::KIOSK_CLOSED_TITLE)).await?;
    stand.page.read("01:00–02:30").await?;
    stand.look("closed").await?;
    stand.backend.set_kiosk_settings(json!({ "hours": null })).await?;
    stand.fresh().await?;
    stand.by_phone().await?;
    stand.backend.revoke_devices().await?;
    stand.mark().await?;
    stand.timers(json!({ SLICE: 5 })).await?;
    stand.page.until("a new page", "return window.e2eOld === undefined && !!window.__portal", vec![]).await?;
    stand.page.read(t(key::KIOSK_SERVICE_TITLE)).await?;
    stand.marks.nowhere(&mut stand.page, "a revocation").await?;
    stand.look("service").await?;
    stand.page.press(".k-panel a.btn").await?;
    stand.page.see("#enrol").await?;
    let code = stand.backend.enrolment_code().await?;
    stand.mark().await?;
    stand.enrol(&code).await?;
    stand.begun_anew().await
}

//! K5: the screen brings its own keys, and everything can be done by keyboard as well.

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use member_portal::i18n::{fill, key, t};
use serde_json::{Value, json};

use super::Stand;

const NUMBER: usize = 11;
const SHOWN: &str =
    "return [...document.querySelectorAll('.mask i')].map((one) => one.textContent || '-').join('')";
/// What a key must be able to reach; numbered, so that it is known again.
const REACHABLE: &str = "
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex=\"0\"]')]
        .filter((one) => one.getClientRects().length > 0 && !one.disabled && !one.closest('[inert], #fail'))
        .filter((one) => one.type !== 'radio' || one.checked || !document.querySelector('[name=\"' + one.name + '\"]:checked'));
    document.activeElement.blur();
    all.forEach((one, at) => { one.dataset.tab = at; });
    return all.map((one) => one.tagName + ' ' + (one.textContent.trim() || one.id).slice(0, 16));";
const REACHED: &str = "
    const one = document.activeElement;
    return one && one.dataset.tab ? Number(one.dataset.tab) : null;";

/// Every control is reached by Tab alone, and no key holds the focus.
pub(super) async fn tab_walk(stand: &mut Stand<'_>, screen: &str) -> Result<()> {
    let all = stand.page.script(REACHABLE, vec![]).await?;
    let all = all.as_array().context("nothing to reach")?;
    ensure!(!all.is_empty(), "{screen}: nothing to reach");
    let mut missed: Vec<usize> = (0..all.len()).collect();
    for _ in 0..all.len() + 3 {
        stand.key(Key::Tab).await?;
        let at = stand.page.script(REACHED, vec![]).await?;
        missed.retain(|one| at.as_u64() != u64::try_from(*one).ok());
    }
    let missed: Vec<&Value> = missed.into_iter().map(|at| &all[at]).collect();
    stand.page.same(&format!("{screen}: out of reach of a key (K5)"), &missed, &Vec::new());
    Ok(())
}

pub(super) async fn walk(stand: &mut Stand<'_>) -> Result<()> {
    tab_walk(stand, "attract").await?;
    stand.page.press_that(".k-btn", t(key::KIOSK_WELCOME_PHONE)).await?;
    stand.page.see(".keypad").await?;
    stand.page.same(
        "fields that bring a keyboard up",
        &stand.page.count("input:not([type=checkbox])").await?,
        &0,
    );
    stand.look("keypad").await?;
    tab_walk(stand, "keypad").await?;
    number(stand).await?;
    left(stand).await?;
    signed_in(stand).await
}

async fn digits(stand: &Stand<'_>, digits: &str) -> Result<()> {
    for digit in digits.chars() {
        stand.page.press_that(".keypad button", &digit.to_string()).await?;
    }
    Ok(())
}

async fn shows(stand: &mut Stand<'_>, what: &str, wanted: &str) -> Result<()> {
    stand.page.same(what, &stand.page.script(SHOWN, vec![]).await?, &json!(wanted));
    Ok(())
}

/// Typed on the screen, a number is hidden as it grows; keys take back one digit, or all.
async fn number(stand: &mut Stand<'_>) -> Result<()> {
    digits(stand, "138001").await?;
    shows(stand, "a number half typed", "138--1-----").await?;
    stand.beats(2).await?;
    shows(stand, "a number half typed, two heartbeats later", "138--1-----").await?;
    stand.page.press(".keypad button:last-child").await?;
    shows(stand, "one digit taken back", "138-0------").await?;
    stand.page.press_that(".keypad .u", t(key::KIOSK_KEYS_CLEAR)).await?;
    shows(stand, "all taken back", "-----------").await?;
    digits(stand, "12345678901").await?;
    stand.page.press("main > .btn").await?;
    stand.page.read(t(key::SIGN_IN_PHONE_BAD)).await?;
    stand.page.press_that(".keypad .u", t(key::KIOSK_KEYS_CLEAR)).await?;
    let phone = stand.member.phone.clone();
    digits(stand, &phone).await?;
    let said = fill(key::KIOSK_PHONE_TYPED, &[("n", &NUMBER.to_string()), ("all", &NUMBER.to_string())]);
    stand
        .page
        .until(
            "what a reader hears",
            "return document.body.textContent.includes(arguments[0])",
            vec![json!(said)],
        )
        .await?;
    stand.page.press("main > .btn").await?;
    stand.page.read(t(key::SIGN_IN_AGREE_FIRST)).await?;
    stand.look("keypad-full").await
}

/// Somebody types a number and leaves: they are asked, and then it is gone.
async fn left(stand: &mut Stand<'_>) -> Result<()> {
    stand.pass(52_000).await?;
    stand.page.see("#k-more").await?;
    stand.mark().await?;
    stand.pass(26_000).await?;
    stand.begun_anew().await?;
    stand.wiped("a number left behind").await
}

/// The third way to sign in, by keys of a keyboard and of the screen.
async fn signed_in(stand: &mut Stand<'_>) -> Result<()> {
    stand.page.press_that(".k-btn", t(key::KIOSK_WELCOME_PHONE)).await?;
    stand.page.see(".keypad").await?;
    let phone = stand.member.phone.clone();
    digits(stand, &phone).await?;
    stand.page.press("#agree").await?;
    let _ = stand.page.proxy.take_code();
    stand.page.press("main > .btn").await?;
    stand.page.read(t(key::SIGN_IN_CODE_TITLE)).await?;
    stand.look("keypad-code").await?;
    let code = stand.page.proxy.take_code().context("no text message was sent")?;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    digits(stand, wrong).await?;
    stand.page.read(t(key::SIGN_IN_CODE_WRONG)).await?;
    digits(stand, &code).await?;
    stand.at_home().await?;
    tab_walk(stand, "home").await?;
    stand.end().await?;
    stand.wiped("a number and a code").await
}

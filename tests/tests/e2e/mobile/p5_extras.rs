//! P5: the code of the text message can be filled in by the browser; everything beyond that is an extra (`chromium_without`
//! and `--without` take the extras away).

use anyhow::{Context, Result};
use portal_tests::page::Page;
use serde_json::json;

use super::worker;
use crate::journey::Member;

const FIELDS: &str = "
    const one = document.querySelector(arguments[0]);
    return ['autocomplete', 'inputmode', 'type', 'maxlength'].map((name) => one.getAttribute(name));";

pub(super) async fn walk(page: &mut Page<'_>, member: &Member) -> Result<()> {
    page.open("/sign-in").await?;
    page.see("#phone").await?;
    let phone = page.script(FIELDS, vec![json!("#phone")]).await?;
    page.same("P5: how the number's field is filled in", &phone[0], &json!("tel"));
    let _ = page.proxy.take_code();
    page.fill("#phone", &member.phone).await?;
    page.press("#agree").await?;
    page.press("form .btn").await?;
    page.see("#otp").await?;
    let field = page.script(FIELDS, vec![json!("#otp")]).await?;
    page.same("P5: how the code's field is filled in", &field[0], &json!("one-time-code"));
    page.same("P5: the keyboard for the code", &field[1], &json!("numeric"));
    page.same("P5: code fields", &page.count("input[autocomplete='one-time-code']").await?, &1);
    // As the browser fills it in: the whole of it at once, and one event.
    let code = page.proxy.take_code().context("no text message was sent")?;
    let fill = "
        const [code] = arguments, field = document.querySelector('#otp');
        field.value = code;
        field.dispatchEvent(new Event('input', { bubbles: true }));";
    page.script(fill, vec![json!(code)]).await?;
    page.see(".tier").await?;
    // What a page does beside its screens is under way when the worker is; nothing of WeChat's comes here.
    worker::active(page).await?;
    let named = "return document.querySelectorAll(\"link[rel='manifest'][href='/manifest.webmanifest']\").length === 1";
    page.until("P5: what the installed app is called", named, vec![]).await?;
    page.same("W2: WeChat's script elsewhere", &page.proxy.sent("GET /jweixin.js"), &0);
    Ok(())
}

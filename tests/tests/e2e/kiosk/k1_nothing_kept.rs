//! K1: a kiosk comes to be by enrolment alone, keeps nothing while it serves, and nothing is left of whoever was there.

use anyhow::{Context, Result};
use fantoccini::key::Key;
use member_portal::i18n::{key, t};
use serde_json::json;

use super::{CODE, Stand, marks};

/// What an address can say in vain.
const FLAGS: [&str; 3] = ["/?kiosk=1", "/sign-in?channel=kiosk", "/?device=kiosk&enrolled=true"];
const CHANNEL: &str = "return document.documentElement.dataset.channel";

/// No flag makes a kiosk, no wrong code does; the right one does, pressed on the screen's own keys.
pub(super) async fn enrol(stand: &mut Stand<'_>) -> Result<()> {
    for flag in FLAGS {
        stand.page.open(flag).await?;
        stand.page.see("#phone").await?;
        let channel = stand.page.script(CHANNEL, vec![]).await?;
        stand.page.same(&format!("the channel of {flag}"), &channel, &json!("mobile"));
    }
    stand.page.open("/kiosk/enrol").await?;
    stand.page.see("#enrol").await?;
    stand.look("enrol").await?;
    stand.enrol("7Q-2").await?;
    stand.page.read(t(key::KIOSK_ENROL_SHORT)).await?;
    stand.enrol("XX7Q").await?;
    stand.page.read(t(key::KIOSK_ENROL_WRONG)).await?;
    stand.look("enrol-wrong").await?;
    stand.page.same("devices so far", &stand.backend.devices().await?.len(), &0);
    // A keyboard, where the installer has brought one, works as well; letters are as they are meant.
    stand.page.client().find(fantoccini::Locator::Css("#enrol")).await?.clear().await?;
    let code = stand.backend.enrolment_code().await?;
    stand.page.fill("#enrol", &code.to_lowercase()).await?;
    stand.mark().await?;
    stand.key(Key::Enter).await?;
    stand.begun_anew().await?;
    let channel = stand.page.script(CHANNEL, vec![]).await?;
    stand.page.same("the channel of a kiosk", &channel, &json!("kiosk"));
    let device = stand.backend.devices().await?.pop().context("no device")?;
    stand.page.same("the device", &device["status"], &json!("active"));
    stand.page.same(
        "what scripts see of the device (S1)",
        &stand.page.script("return document.cookie", vec![]).await?,
        &json!(""),
    );
    // The code was good once.
    stand.page.open("/kiosk/enrol").await?;
    stand.enrol(&code).await?;
    stand.page.read(t(key::KIOSK_ENROL_WRONG)).await?;
    stand.page.same("devices", &stand.backend.devices().await?.len(), &1);
    Ok(())
}

/// A whole visit: in by phone, a reward redeemed, out by the button; nothing is found of it anywhere.
pub(super) async fn walk(stand: &mut Stand<'_>) -> Result<()> {
    stand.look("attract").await?;
    let programme = stand.member.get("/programme").await?;
    let slogan = programme["brand"]["slogan"].as_str().context("no slogan")?;
    stand.page.same("the slogan", &stand.page.text("h1").await?, &slogan.to_owned());
    let long = marks::history(&stand.page).await?;
    stand.by_phone().await?;
    stand.look("home").await?;
    stand.marks.only_on_screen(&mut stand.page, "at home").await?;
    stand.page.press(".k-tiles .tile").await?;
    stand.page.see("a[href^='/rewards/']").await?;
    stand.look("rewards").await?;
    stand.page.press(".k-bar__home").await?;
    let before = stand.member.balance().await?;
    let cost = stand.open_reward().await?;
    stand.look("reward").await?;
    stand.page.press("#redeem").await?;
    stand.page.see("[role=dialog] .eq").await?;
    stand.look("sheet").await?;
    stand.page.press("[role=dialog] .btn:not(.q)").await?;
    stand.page.arrive("/vouchers/").await?;
    stand.page.see(".k-take svg.qr").await?;
    stand.look("voucher").await?;
    stand.page.same("points after redeeming", &stand.member.balance().await?, &(before - cost));
    let made = stand.member.redemptions().await?;
    stand.marks.add_redemption(made.first().context("no redemption")?);
    stand.marks.only_on_screen(&mut stand.page, "at a voucher").await?;
    stand.page.same("history while it serves", &marks::history(&stand.page).await?, &long);
    stand.end().await?;
    stand.wiped("the end").await?;
    stand.page.same("history after it", &marks::history(&stand.page).await?, &long);
    // Whoever goes back and forth finds nobody either.
    stand.page.client().back().await?;
    stand.page.client().forward().await?;
    stand.page.see(CODE).await?;
    stand.wiped("going back").await
}

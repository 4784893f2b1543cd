//! The lying screen: every screen looked at and measured, once.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Context, Result};
use member_portal::i18n::{Locale, key, t};
use portal_tests::backend::{Backend, now_by_hand};
use portal_tests::driver::Browser;
use portal_tests::page::Page;
use portal_tests::proxy::{Fault, Proxy};
use serde_json::json;

use super::{SURVEY, Stand, k5_touch};
use crate::step;

const IDLE: i64 = 52_000;
const REST: i64 = 26_000;
const EXPIRED: i64 = 121_000;
const SLICE: &str = "1000";
const FAREWELL: &str = "1500";

pub(crate) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let clock = now_by_hand();
    let backend = Backend::start_with_portal_by_hand("coffee", Arc::clone(&clock)).await?;
    let proxy = Proxy::start(&backend.origin).await?;
    let page = Page::begin(browser, &proxy, "wide", Locale::ZhCn).await?;
    let mut stand = Stand::new(page, &backend, &clock).await?;
    let outcome = enrol(&mut stand).await;
    let enrolled = outcome.is_ok();
    step(&mut stand.page, "enrol", outcome).await;
    if enrolled {
        stand.then("invitation", invitation).await;
        stand.then("keypad", keypad).await;
        stand.then("visit", visit).await;
        stand.then("ends", ends).await;
        stand.then("closed", closed).await;
    }
    Ok(stand.page.findings())
}

async fn enrol(stand: &mut Stand<'_>) -> Result<()> {
    stand.page.open("/kiosk/enrol").await?;
    stand.page.see("#enrol").await?;
    stand.look("enrol").await?;
    let code = stand.backend.enrolment_code().await?;
    stand.mark().await?;
    stand.enrol(&code).await?;
    stand.begun_anew().await
}

async fn invitation(stand: &mut Stand<'_>) -> Result<()> {
    stand.look("attract").await?;
    k5_touch::tab_walk(stand, "attract").await?;
    stand.page.press(".k-foot [aria-pressed]").await?;
    stand.look("attract-ease").await?;
    stand.page.press(".k-foot [aria-pressed]").await?;
    let code = stand.user_code().await?;
    stand.scan(&code).await?;
    stand.page.read(t(key::KIOSK_QR_SCANNED)).await?;
    stand.look("attract-scanned").await?;
    stand.clock.fetch_add(EXPIRED, Ordering::SeqCst);
    stand.page.read(t(key::KIOSK_QR_EXPIRED)).await?;
    stand.look("attract-expired").await?;
    stand.page.press(".k-qr__s .btn").await?;
    stand.decide(&stand.user_code().await?, false).await?;
    stand.page.read(t(key::KIOSK_QR_DENIED)).await?;
    stand.look("attract-denied").await?;
    stand.page.press_that(".k-btn", t(key::KIOSK_WELCOME_CARD)).await?;
    stand.page.see(".k-beam").await?;
    stand.look("card").await
}

async fn keypad(stand: &mut Stand<'_>) -> Result<()> {
    stand.page.press_that(".k-btn", t(key::KIOSK_WELCOME_PHONE)).await?;
    stand.page.see(".keypad").await?;
    let phone = stand.member.phone.clone();
    for digit in phone.chars() {
        stand.page.press_that(".keypad button", &digit.to_string()).await?;
    }
    stand.look("keypad").await?;
    k5_touch::tab_walk(stand, "keypad").await?;
    stand.page.press("#agree").await?;
    stand.page.press("main > .btn").await?;
    stand.page.read(t(key::SIGN_IN_CODE_TITLE)).await?;
    stand.look("keypad-code").await
}

async fn visit(stand: &mut Stand<'_>) -> Result<()> {
    stand.by_phone().await?;
    stand.look("home").await?;
    stand.page.press(".k-tiles .tile").await?;
    stand.page.see("a[href^='/rewards/']").await?;
    stand.look("rewards").await?;
    stand.page.press(".k-bar__home").await?;
    stand.open_reward().await?;
    stand.look("reward").await?;
    stand.page.press("#redeem").await?;
    stand.page.see("[role=dialog] .eq").await?;
    stand.look("sheet").await?;
    stand.page.press("[role=dialog] .btn:not(.q)").await?;
    stand.page.arrive("/vouchers/").await?;
    stand.page.see(".k-take svg.qr").await?;
    stand.look("voucher").await?;
    stand.page.press(".k-bar__home").await?;
    stand.open_survey(SURVEY).await?;
    stand.look("survey").await?;
    stand.pass(IDLE).await?;
    stand.page.see(".k-carry svg.qr").await?;
    stand.look("idle-carry").await?;
    stand.page.press("#k-out").await?;
    stand.begun_anew().await
}

async fn ends(stand: &mut Stand<'_>) -> Result<()> {
    stand.by_phone().await?;
    stand.pass(IDLE).await?;
    stand.page.see("#k-more").await?;
    stand.look("idle").await?;
    stand.mark().await?;
    stand.timers(json!({ FAREWELL: null })).await?;
    stand.pass(REST).await?;
    stand.page.read(t(key::KIOSK_IDLE_ENDED)).await?;
    stand.look("bye").await?;
    stand.held().await?;
    stand.begun_anew().await?;
    stand.by_phone().await?;
    stand.page.proxy.spoil("", Fault::Drop);
    stand.mark().await?;
    stand.page.press(".k-end").await?;
    stand.page.read(t(key::KIOSK_BYE_OFFLINE)).await?;
    stand.look("bye-offline").await?;
    stand.page.proxy.heal();
    stand.begun_anew().await?;
    stand.wiped("a wipe without a network").await
}

async fn closed(stand: &mut Stand<'_>) -> Result<()> {
    stand.backend.set_kiosk_settings(json!({ "hours": { "from": "22:00", "to": "02:30" } })).await?;
    stand.timers(json!({ SLICE: 5 })).await?;
    stand.page.read(t(key::KIOSK_CLOSED_TITLE)).await?;
    stand.look("closed").await?;
    stand.backend.revoke_devices().await?;
    stand.page.read(t(key::KIOSK_SERVICE_TITLE)).await?;
    stand.look("service").await?;
    let device = stand.backend.devices().await?.pop().context("no device")?;
    stand.page.same("the device", &device["status"], &json!("revoked"));
    Ok(())
}

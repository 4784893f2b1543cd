//! K3 on the member's phone: which screen asks, a way to say no, and what became of it. The kiosk is only its requests here.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Context, Result, ensure};
use member_portal::i18n::{Key, Locale, key, t};
use portal_tests::backend::{Backend, now_by_hand};
use portal_tests::driver::Browser;
use portal_tests::http::Api;
use portal_tests::page::Page;
use portal_tests::proxy::{Fault, Proxy};
use serde_json::{Value, json};

use crate::journey::{Member, enter};
use crate::step;

const AUTHORIZATIONS: &str = "/sessions/device-authorizations";
const YES: &str = ".device .btn:not(.q)";
const NO: &str = ".device .k-no";
const EXPIRED: i64 = 121_000;

/// A kiosk without a screen.
struct Kiosk(Api);

/// What it has asked for.
struct Asked {
    device_code: String,
    user_code: String,
}

impl Kiosk {
    async fn enrol(backend: &Backend) -> Result<Self> {
        let api = Api::new(&backend.origin);
        let body = json!({ "enrolment_code": backend.enrolment_code().await? });
        let keyed = api.with("Idempotency-Key", Some("5d1f6e0c-1a51-4a7c-9f0e-3a3f7a8f1c22"));
        let enrolled = keyed.post("/devices/enrolments", &body).await?;
        let cookie = enrolled.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        Ok(Self(api.with("Cookie", Some(cookie.context("no cookie")?))))
    }

    async fn ask(&self) -> Result<Asked> {
        let asked = self.0.send("POST", AUTHORIZATIONS, None).await?.json()?;
        let text = |name: &str| asked[name].as_str().map(str::to_owned).with_context(|| format!("no {name}"));
        Ok(Asked { device_code: text("device_code")?, user_code: text("user_code")? })
    }

    /// The status and the code of what it hears.
    async fn poll(&self, asked: &Asked) -> Result<(u16, Value)> {
        let body = json!({ "device_code": asked.device_code });
        let answer = self.0.post(&format!("{AUTHORIZATIONS}/poll"), &body).await?;
        Ok((answer.status, answer.json()?["code"].clone()))
    }
}

pub(crate) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let clock = now_by_hand();
    let backend = Backend::start_with_portal_by_hand("coffee", Arc::clone(&clock)).await?;
    let proxy = Proxy::start(&backend.origin).await?;
    let kiosk = Kiosk::enrol(&backend).await?;
    let member = Member::of(&backend, "coffee", "at_risk").await?;
    let other = Member::of(&backend, "coffee", "three_expiries").await?;
    let mut page = Page::begin(browser, &proxy, "phone", Locale::ZhCn).await?;
    let outcome = agreed(&mut page, &kiosk, &member).await;
    step(&mut page, "agreed", outcome).await;
    let outcome = denied(&mut page, &kiosk).await;
    step(&mut page, "denied", outcome).await;
    let outcome = taken(&mut page, &kiosk, &other).await;
    step(&mut page, "taken", outcome).await;
    // The last one, since the clock goes on.
    let asked = kiosk.ask().await?;
    let outcome = pending(&mut page, &asked.user_code).await;
    step(&mut page, "pending", outcome).await;
    clock.fetch_add(EXPIRED, Ordering::SeqCst);
    let outcome = expired(&mut page, &kiosk, &asked).await;
    step(&mut page, "expired", outcome).await;
    let mut all = page.findings();
    all.extend(elsewhere(browser, &kiosk).await?);
    Ok(all)
}

fn address(code: &str) -> String {
    format!("/device?user_code={code}")
}

async fn pending(page: &mut Page<'_>, code: &str) -> Result<()> {
    page.open(&address(code)).await?;
    page.see(NO).await
}

async fn says(page: &mut Page<'_>, title: Key, screen: &str) -> Result<()> {
    page.read(t(title)).await?;
    page.same("buttons that still answer", &page.count(NO).await?, &0);
    page.check(screen).await
}

/// Not signed in, the phone signs in first and comes back to the question; it names the screen, and is answered once.
async fn agreed(page: &mut Page<'_>, kiosk: &Kiosk, member: &Member) -> Result<()> {
    let asked = kiosk.ask().await?;
    page.open(&address(&asked.user_code)).await?;
    page.arrive("/sign-in").await?;
    page.see("#phone").await?;
    enter(page, &member.phone, false).await?;
    page.see(NO).await?;
    page.same("where it is asked", &page.place().await?, &address(&asked.user_code));
    let device = kiosk.0.get("/devices/current").await?.json()?;
    let store = device["store"]["name"].as_str().context("no store")?;
    for fact in [store, &asked.user_code, t(key::DEVICE_WARN)] {
        page.read(fact).await?;
    }
    page.read(
        &t(key::DEVICE_NUMBER_VALUE).replace("{n}", device["kiosk_number"].as_str().context("no number")?),
    )
    .await?;
    let high = "
        return ['.device .btn:not(.q)', '.device .k-no'].map((css) => document.querySelector(css).getBoundingClientRect())
            .map((box) => box.height >= 44 && box.width > 200);";
    let high = page.script(high, vec![]).await?;
    page.same("large ways to say yes and no", &high, &json!([true, true]));
    page.check("device").await?;
    page.same(
        "what the kiosk hears before",
        &kiosk.poll(&asked).await?,
        &(400, json!("authorization-pending")),
    );
    page.press(YES).await?;
    says(page, key::DEVICE_APPROVED_TITLE, "device-approved").await?;
    page.same("what the kiosk hears", &kiosk.poll(&asked).await?.0, &201);
    let again = kiosk.poll(&asked).await?;
    ensure!(again.0 == 400, "replayed: {again:?}");
    page.reload().await?;
    page.read(t(key::DEVICE_APPROVED_TITLE)).await
}

async fn denied(page: &mut Page<'_>, kiosk: &Kiosk) -> Result<()> {
    let asked = kiosk.ask().await?;
    pending(page, &asked.user_code).await?;
    // What doesn't get through is said, and can be said again.
    page.proxy
        .spoil("POST /api/v1/sessions/device-authorizations/", Fault::problem(503, "unavailable", None));
    page.press(NO).await?;
    page.see(".err:not(:empty)").await?;
    page.check("device-unheard").await?;
    page.proxy.heal();
    page.press(NO).await?;
    says(page, key::DEVICE_DENIED_TITLE, "device-denied").await?;
    page.same("what the kiosk hears", &kiosk.poll(&asked).await?, &(400, json!("access-denied")));
    Ok(())
}

/// Another phone was faster, while this one still asked.
async fn taken(page: &mut Page<'_>, kiosk: &Kiosk, other: &Member) -> Result<()> {
    let asked = kiosk.ask().await?;
    pending(page, &asked.user_code).await?;
    let path = format!("{AUTHORIZATIONS}/{}/approve", asked.user_code);
    ensure!(other.api.send("POST", &path, None).await?.status == 200, "the other phone");
    page.press(YES).await?;
    says(page, key::DEVICE_TAKEN_TITLE, "device-taken").await
}

/// It has stood open for too long; a no that comes late is answered as well.
async fn expired(page: &mut Page<'_>, kiosk: &Kiosk, asked: &Asked) -> Result<()> {
    page.press(NO).await?;
    says(page, key::DEVICE_EXPIRED_TITLE, "device-expired").await?;
    page.same("what the kiosk hears", &kiosk.poll(asked).await?, &(400, json!("expired-token")));
    page.open(&address("BCDF-GHJK")).await?;
    says(page, key::DEVICE_GONE_TITLE, "device-gone").await
}

/// The screen of one programme is scanned by a member of another: there is no such code there, and the screen waits on.
async fn elsewhere(browser: &Browser, kiosk: &Kiosk) -> Result<Vec<String>> {
    let backend = Backend::start_with_portal("milk-tea").await?;
    let proxy = Proxy::start(&backend.origin).await?;
    let stranger = Member::of(&backend, "milk-tea", "at_risk").await?;
    let mut page = Page::begin(browser, &proxy, "phone-elsewhere", Locale::ZhCn).await?;
    page.sign_in(&stranger.phone).await?;
    let asked = kiosk.ask().await?;
    page.open(&address(&asked.user_code)).await?;
    let outcome = says(&mut page, key::DEVICE_GONE_TITLE, "device-gone").await;
    step(&mut page, "elsewhere", outcome).await;
    page.same("what the kiosk hears", &kiosk.poll(&asked).await?, &(400, json!("authorization-pending")));
    Ok(page.findings())
}

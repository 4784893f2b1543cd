//! The portal end to end: three engines, four programmes, the real backend, a frozen clock.
//!
//! `PORTAL_E2E_ENGINES=chromium,firefox,webkit` chooses engines, `PORTAL_E2E_WITHOUT=locks,share` walks all of it with those
//! deleted from the window; pictures and logs are kept in `target/e2e`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "e2e/catalogue.rs"]
mod catalogue;
#[path = "e2e/clock.rs"]
mod clock;
#[path = "e2e/controls.rs"]
mod controls;
#[path = "e2e/faults.rs"]
mod faults;
#[path = "e2e/hooked.rs"]
mod hooked;
#[path = "e2e/journey.rs"]
mod journey;
#[path = "e2e/kiosk/mod.rs"]
mod kiosk;
#[path = "e2e/mobile/mod.rs"]
mod mobile;
#[path = "e2e/offers.rs"]
mod offers;
#[path = "e2e/places.rs"]
mod places;
#[path = "e2e/redeeming.rs"]
mod redeeming;
#[path = "e2e/responses.rs"]
mod responses;
#[path = "e2e/schedules.rs"]
mod schedules;
#[path = "e2e/stays.rs"]
mod stays;
#[path = "e2e/survey.rs"]
mod survey;
#[path = "e2e/tabs.rs"]
mod tabs;
#[path = "e2e/wallet.rs"]
mod wallet;
#[path = "e2e/wechat/mod.rs"]
mod wechat;
#[path = "e2e/without.rs"]
mod without;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use member_portal::i18n::Locale;
use portal_tests::backend::{Backend, now_by_hand};
use portal_tests::driver::{Browser, Engine, Screen, Setting};
use portal_tests::page::Page;
use portal_tests::proxy::Proxy;
use portal_tests::wechat as agents;

/// Requests that are told with a failed step.
const LAST: usize = 12;
/// Longest time for one programme in one engine.
const LIMIT: Duration = Duration::from_secs(420);

/// A browser that says nothing for so long is gone.
const LAST_WORDS: Duration = Duration::from_secs(20);

/// A backend with the built portal, and the proxy before it.
struct Stage {
    backend: Backend,
    proxy: Proxy,
}

impl Stage {
    async fn set(programme: &str) -> Result<Self> {
        let backend = Backend::start_with_portal(programme).await?;
        let proxy = Proxy::start(&backend.origin).await?;
        Ok(Self { backend, proxy })
    }
}

/// Notes a step that could not be finished, keeps a picture of it, and goes on.
async fn step(page: &mut Page<'_>, name: &str, outcome: Result<()>) {
    if let Err(error) = outcome {
        let requests = page.proxy.last_requests(LAST).join("\n      ");
        page.note(format!("{name}: {error:#}\n    last requests:\n      {requests}"));
        let _ = page.shoot(&format!("failed-{name}")).await;
    }
}

/// Walks through `test` in a new browser. WebKitGTK's process stops by itself now and then (a trap in GLib, not in the
/// page); only when the browser is gone afterwards, the walk begins once more, in another one.
fn run(engine: Engine, what: &str, setting: Setting, test: impl AsyncFn(&Browser) -> Result<Vec<String>>) {
    if !engine.is_wanted() {
        println!("{} is not wanted", engine.name());
        return;
    }
    let begun = Instant::now();
    println!("  {} {what}", engine.name());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let walk = async || {
        let browser = Browser::open_with(engine, setting)
            .await
            .unwrap_or_else(|error| panic!("{}: {error:#}", engine.name()));
        let outcome = tokio::time::timeout(LIMIT, test(&browser)).await;
        let outcome = outcome.unwrap_or_else(|_| Err(anyhow::anyhow!("longer than {LIMIT:?}")));
        let lives = tokio::time::timeout(LAST_WORDS, browser.client.execute("return true", vec![])).await;
        let lives = lives.is_ok_and(|answer| answer.is_ok());
        let _ = tokio::time::timeout(LAST_WORDS, browser.close()).await;
        (lives, outcome.unwrap_or_else(|error| vec![format!("{} {what}: {error:#}", engine.name())]))
    };
    let findings = runtime.block_on(async {
        let (lives, findings) = walk().await;
        if lives || findings.is_empty() {
            return findings;
        }
        println!("  {} {what}: the browser is gone ({}), once more", engine.name(), findings.join("; "));
        walk().await.1
    });
    println!("  {} {what}: {:.0} s", engine.name(), begun.elapsed().as_secs_f64());
    assert!(findings.is_empty(), "{} findings:\n\n{}\n", findings.len(), findings.join("\n"));
}

fn path_of(engine: Engine, programme: &'static str, locale: Locale, persona: &'static str) {
    run(engine, programme, Setting::default(), async |browser| {
        let stage = Stage::set(programme).await?;
        let mut page = Page::begin(browser, &stage.proxy, programme, locale).await?;
        journey::walk(&mut page, &stage.backend, programme, persona).await;
        Ok(page.findings())
    });
}

fn trouble(engine: Engine) {
    run(engine, "faults", Setting::default(), async |browser| {
        let clock = now_by_hand();
        let backend = Backend::start_with_portal_by_hand("coffee", Arc::clone(&clock)).await?;
        let proxy = Proxy::start(&backend.origin).await?;
        let mut page = Page::begin(browser, &proxy, "faults", Locale::ZhCn).await?;
        faults::walk(&mut page, &backend, &clock).await;
        Ok(page.findings())
    });
}

fn two_tabs(engine: Engine) {
    run(engine, "tabs", Setting::default(), async |browser| tabs::walk(browser).await);
}

fn answering(engine: Engine) {
    run(engine, "surveys", Setting::default(), async |browser| responses::walk(browser).await);
}

fn elsewhere(engine: Engine) {
    let setting = Setting { time_zone: Some(clock::ELSEWHERE), ..Setting::default() };
    run(engine, "clock", setting, async |browser| clock::walk(browser).await);
}

fn by_hand(engine: Engine) {
    run(engine, "controls", Setting::default(), async |browser| controls::walk(browser).await);
}

fn at_a_kiosk(engine: Engine) {
    let setting = Setting { screen: Screen::Kiosk, ..Setting::default() };
    run(engine, "kiosk", setting, async |browser| kiosk::walk(browser).await);
}

fn at_a_lying_kiosk(engine: Engine) {
    let setting = Setting { screen: Screen::KioskWide, ..Setting::default() };
    run(engine, "kiosk lying", setting, async |browser| kiosk::wide::walk(browser).await);
}

fn beside_a_kiosk(engine: Engine) {
    run(engine, "kiosk's phone", Setting::default(), async |browser| kiosk::phone::walk(browser).await);
}

fn in_wechat(engine: Engine) {
    let setting = Setting { agent: Some(agents::IOS), ..Setting::default() };
    run(engine, "wechat", setting, async |browser| wechat::walk(browser).await);
}

fn on_the_way(engine: Engine) {
    run(engine, "mobile", Setting::default(), async |browser| mobile::walk(browser).await);
}

fn offered_surveys(engine: Engine) {
    run(engine, "offers", Setting::default(), async |browser| offers::walk(browser).await);
}

fn staying(engine: Engine) {
    run(engine, "stays", Setting::default(), async |browser| stays::walk(browser).await);
}

fn thousands(engine: Engine) {
    run(engine, "thousands", Setting::default(), async |browser| catalogue::thousands(browser).await);
}

macro_rules! engine {
    ($name:ident, $engine:expr) => {
        mod $name {
            use super::{
                Engine, Locale, answering, at_a_kiosk, at_a_lying_kiosk, beside_a_kiosk, by_hand, elsewhere,
                in_wechat, offered_surveys, on_the_way, path_of, staying, thousands, trouble, two_tabs,
            };

            #[test]
            fn coffee() {
                path_of($engine, "coffee", Locale::ZhCn, "at_risk");
            }

            #[test]
            fn milk_tea() {
                path_of($engine, "milk-tea", Locale::ZhTw, "three_expiries");
            }

            #[test]
            fn sparkling() {
                path_of($engine, "sparkling", Locale::En, "three_expiries");
            }

            #[test]
            fn ice_tea() {
                path_of($engine, "ice-tea", Locale::ZhCn, "at_risk");
            }

            #[test]
            fn faults() {
                trouble($engine);
            }

            #[test]
            fn tabs() {
                two_tabs($engine);
            }

            #[test]
            fn surveys() {
                answering($engine);
            }

            #[test]
            fn controls() {
                by_hand($engine);
            }

            #[test]
            fn kiosk() {
                at_a_kiosk($engine);
            }

            #[test]
            fn kiosk_wide() {
                at_a_lying_kiosk($engine);
            }

            #[test]
            fn kiosk_phone() {
                beside_a_kiosk($engine);
            }

            #[test]
            fn wechat() {
                in_wechat($engine);
            }

            #[test]
            fn mobile() {
                on_the_way($engine);
            }

            #[test]
            fn clock() {
                elsewhere($engine);
            }

            #[test]
            fn offers() {
                offered_surveys($engine);
            }

            #[test]
            fn stays() {
                staying($engine);
            }

            #[test]
            fn ten_thousand_rewards() {
                thousands($engine);
            }
        }
    };
}

#[test]
fn chromium_without() {
    run(Engine::Chromium, "without", Setting::default(), async |browser| without::walk(browser).await);
}

#[test]
fn chromium_wechat_android() {
    let setting = Setting { agent: Some(agents::ANDROID), ..Setting::default() };
    run(Engine::Chromium, "wechat on Android", setting, async |browser| wechat::on_android(browser).await);
}

#[test]
fn chromium_fault_schedules() {
    run(Engine::Chromium, "schedules", Setting::default(), async |browser| schedules::walk(browser).await);
}

engine!(chromium, Engine::Chromium);
engine!(firefox, Engine::Firefox);
engine!(webkit, Engine::Webkit);

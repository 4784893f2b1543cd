//! Goes from screen to screen of a phone in Chromium in one page's life, and prints how much the page grows by that as one line of
//! JSON after `navigations: `. `cargo xtask bench` holds it against docs/budgets.json. The first argument says how often; before
//! that it goes half as often without measuring.

use std::time::Instant;

use anyhow::{Context, Result};
use member_portal::i18n::Locale;
use portal_tests::backend::{Backend, phone};
use portal_tests::driver::{Browser, Engine};
use portal_tests::page::Page;
use portal_tests::proxy::Proxy;
use portal_tests::soak::{LAP, Window, told};
use serde_json::{Value, json};

const PROGRAMME: &str = "coffee";
const OFTEN: u32 = 2000;
/// How often it is measured.
const SAMPLES: u32 = 20;

#[tokio::main]
async fn main() -> Result<()> {
    let often = std::env::args().nth(1).map(|one| one.parse::<u32>().context(one)).transpose()?;
    let backend = Backend::start_with_portal(PROGRAMME).await?;
    let proxy = Proxy::start(&backend.origin).await?;
    let browser = Browser::open(Engine::Chromium).await?;
    let outcome = bench(&browser, &proxy, often.unwrap_or(OFTEN)).await;
    browser.close().await;
    println!("navigations: {}", outcome?);
    Ok(())
}

async fn bench(browser: &Browser, proxy: &Proxy, often: u32) -> Result<Value> {
    let window = Window::new(browser).await?;
    let page = Page::begin(browser, proxy, "bench", Locale::ZhCn).await?;
    page.sign_in(&phone(PROGRAMME, "three_expiries")?).await?;
    page.open("/").await?;
    page.see("a.tier").await?;
    let laps = often.div_ceil(LAP);
    let step = laps.div_ceil(SAMPLES);
    let begun = Instant::now();
    // The browser goes on optimising what runs often, and the heap holds that code too: over the first thousand navigations it
    // grows by 6 %, over the three thousand after them by 1.5 %.
    let warm = laps.div_ceil(2);
    let (mut lap, laps) = (warm, warm + laps);
    let mut from = 0;
    while from < warm {
        let to = (from + step).min(warm);
        window
            .run(&format!("__soak.laps({from}, {to})"))
            .await
            .with_context(|| format!("laps {from} to {to}"))?;
        from = to;
    }
    let mut samples = vec![window.sample(0).await?];
    while lap < laps {
        let to = (lap + step).min(laps);
        let walk = window.run(&format!("__soak.laps({lap}, {to})")).await;
        walk.with_context(|| format!("laps {lap} to {to}"))?;
        lap = to;
        samples.push(window.sample((lap - warm) * LAP).await?);
    }
    let mut result = json!({ "navigations": (laps - warm) * LAP, "seconds": begun.elapsed().as_secs() });
    told("navigations", &samples, &mut result)?;
    let [heap, wasm, ..] = samples.last().context("no sample")?.figures;
    result["memory_bytes"] = json!(heap + wasm);
    Ok(result)
}

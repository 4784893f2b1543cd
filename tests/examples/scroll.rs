//! Scrolls through ten thousand rewards in Chromium on a processor that is slowed down four times, and prints what that
//! took as one line of JSON after `scroll: `. `cargo xtask bench` holds it against docs/budgets.json.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use backend::Config;
use member_portal::i18n::Locale;
use portal_tests::backend::{Backend, config, phone};
use portal_tests::driver::{Browser, Engine};
use portal_tests::page::Page;
use portal_tests::proxy::Proxy;
use portal_tests::scroll;
use serde_json::{Value, json};

const REWARDS: usize = 10_000;
const SLOWER: u32 = 4;
const LIMIT: Duration = Duration::from_secs(900);

#[tokio::main]
async fn main() -> Result<()> {
    let portal = Some(portal_tests::portal()?);
    let backend = Backend::start_with(Config { rewards: Some(REWARDS), portal, ..config("coffee")? }).await?;
    let proxy = Proxy::start(&backend.origin).await?;
    let browser = Browser::open(Engine::Chromium).await?;
    let outcome = bench(&browser, &proxy).await;
    browser.close().await;
    println!("scroll: {}", outcome?);
    Ok(())
}

async fn bench(browser: &Browser, proxy: &Proxy) -> Result<Value> {
    let page = Page::begin(browser, proxy, "bench", Locale::ZhCn).await?;
    page.sign_in(&phone("coffee", "three_expiries")?).await?;
    page.open("/rewards").await?;
    page.see(".rgrid .rw").await?;
    browser.devtools("Performance.enable", &json!({})).await?;
    browser.devtools("Emulation.setCPUThrottlingRate", &json!({ "rate": SLOWER })).await?;
    let begun = Instant::now();
    let walk = scroll::through(page.client(), usize::MAX >> 12, LIMIT).await?;
    let seconds = begun.elapsed().as_secs();
    browser.devtools("Emulation.setCPUThrottlingRate", &json!({ "rate": 1 })).await?;
    browser.devtools("HeapProfiler.collectGarbage", &json!({})).await?;
    let metrics = browser.devtools("Performance.getMetrics", &json!({})).await?;
    let metric = |name: &str| {
        let mut all = metrics["metrics"].as_array().into_iter().flatten();
        all.find(|one| one["name"] == name).and_then(|one| one["value"].as_f64()).context(name.to_owned())
    };
    // One of them may stand above the grid.
    ensure!(walk.seen.len() + 1 >= REWARDS, "only {} of {REWARDS} rewards came on screen", walk.seen.len());
    ensure!(walk.skipped.is_empty(), "nothing came at {:?} px", walk.skipped);
    let mut tasks = walk.long_tasks;
    tasks.sort_unstable();
    Ok(json!({
        "rewards": walk.seen.len(),
        "steps": walk.steps,
        "seconds": seconds,
        "elements": walk.nodes,
        "blank": walk.blank,
        "long_tasks": tasks.len(),
        "longest_task_ms": tasks.last().copied().unwrap_or_default(),
        "median_long_task_ms": tasks.get(tasks.len() / 2),
        "heap_bytes": metric("JSHeapUsedSize")?,
        "nodes_afterwards": metric("Nodes")?,
    }))
}

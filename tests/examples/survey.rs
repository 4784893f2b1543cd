//! Answers a survey of a hundred questions with a hundred conditions in Chromium on a processor that is slowed down four
//! times, and prints how long the screen took as one line of JSON after `screen: `. `cargo xtask bench` holds it against
//! docs/budgets.json.

use anyhow::{Context, Result, ensure};
use backend::Config;
use member_portal::i18n::Locale;
use portal_tests::backend::{Backend, config, phone};
use portal_tests::driver::{Browser, Engine};
use portal_tests::page::Page;
use portal_tests::proxy::Proxy;
use serde_json::{Value, json};

const QUESTIONS: usize = 100;
const SLOWER: u32 = 4;
const ANSWERS: u32 = 60;

/// Takes the first two choices in turn. From before the tap until the screen is laid out anew, with whatever was put off to
/// the next task.
const ANSWER: &str = "
    const [times] = arguments;
    const task = () => new Promise((go) => { const one = new MessageChannel(); one.port1.onmessage = go; one.port2.postMessage(0); });
    return (async () => {
        const took = [];
        for (let turn = 0; turn < times; turn += 1) {
            const input = document.querySelectorAll('main input[type=radio]')[turn % 2];
            const begun = performance.now();
            input.click();
            await task();
            document.body.getBoundingClientRect();
            took.push(performance.now() - begun);
            await new Promise((go) => setTimeout(go, 30));
        }
        return took;
    })();";

#[tokio::main]
async fn main() -> Result<()> {
    let portal = Some(portal_tests::portal()?);
    let config = Config { survey_questions: Some(QUESTIONS), portal, ..config("coffee")? };
    let backend = Backend::start_with(config).await?;
    let proxy = Proxy::start(&backend.origin).await?;
    let browser = Browser::open(Engine::Chromium).await?;
    let outcome = bench(&browser, &proxy).await;
    browser.close().await;
    println!("screen: {}", outcome?);
    Ok(())
}

async fn bench(browser: &Browser, proxy: &Proxy) -> Result<Value> {
    let page = Page::begin(browser, proxy, "bench", Locale::ZhCn).await?;
    page.sign_in(&phone("coffee", "three_expiries")?).await?;
    page.open("/surveys/long-survey").await?;
    page.see("main input[type=radio]").await?;
    let inputs = page.count("main input").await?;
    browser.devtools("Emulation.setCPUThrottlingRate", &json!({ "rate": SLOWER })).await?;
    let took = page.script(ANSWER, vec![ANSWERS.into()]).await?;
    let mut took: Vec<f64> = took.as_array().context("no times")?.iter().filter_map(Value::as_f64).collect();
    ensure!(took.len() == ANSWERS as usize, "{} of {ANSWERS} answers were taken", took.len());
    // The browser translates code when it runs for the first time.
    let first = took.remove(0);
    took.sort_by(f64::total_cmp);
    Ok(
        json!({ "inputs": inputs, "first_ms": first, "median_ms": took[took.len() / 2], "worst_ms": took[took.len() - 1] }),
    )
}

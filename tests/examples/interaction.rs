//! Uses the portal in Chromium on a processor that is slowed down four times, and prints how long it took from a tap until
//! what it asks for was laid out, as one line of JSON after `interaction: `. `cargo xtask bench` holds it against docs/budgets.json.

use anyhow::{Context, Result, ensure};
use member_portal::i18n::Locale;
use portal_tests::backend::{Backend, phone};
use portal_tests::driver::{Browser, Engine};
use portal_tests::page::Page;
use portal_tests::proxy::Proxy;
use serde_json::{Map, Value, json};

const PROGRAMME: &str = "coffee";
const SLOWER: u32 = 4;
/// How often each is done, so that p98 is not the worst of them.
const TIMES: usize = 100;
/// How often in one script, for which the driver has half a minute.
const BATCH: usize = 10;

/// Taps, and waits task by task until what was asked for stands; the layout counts, the pause afterwards doesn't: data that come
/// over the network are drawn in it.
const TAP: &str = "
    const [times, wanted] = arguments;
    const task = () => new Promise((go) => { const one = new MessageChannel(); one.port1.onmessage = go; one.port2.postMessage(0); });
    const pause = (ms) => new Promise((go) => setTimeout(go, ms));
    const one = (css) => document.querySelector(css);
    // The browser checks a box by itself; that the portal has taken the answer is seen by what it keeps, a little later.
    let before;
    const kept = () => localStorage.getItem(Object.keys(localStorage).find((name) => name.startsWith('portal.member.survey.')));
    const taps = {
        tabs: (turn) => {
            const tabs = [...document.querySelectorAll('nav.tabs a:not(.mid)')];
            const href = tabs[(turn + 1) % tabs.length].getAttribute('href');
            const lit = () => one(`nav.tabs a[href='${href}'][aria-current=page]`) && one('main');
            return [tabs[(turn + 1) % tabs.length], lit];
        },
        filter: (turn) => {
            const chips = document.querySelectorAll('.chips .chip');
            const at = turn % 2 ? 1 : 3;
            const was = chips[at].getAttribute('aria-pressed');
            return [chips[at], () => document.querySelectorAll('.chips .chip')[at].getAttribute('aria-pressed') !== was];
        },
        sheet: () => [one('#narrow'), () => one('#sheet h2, #sheet h1')],
        answer: (turn) => {
            const input = document.querySelectorAll('main input[type=checkbox]')[turn % 2];
            const was = input.checked;
            before = kept();
            return [input, () => input.checked !== was];
        },
    };
    const after = { answer: async () => {
        for (let tries = 0; kept() === before; tries += 1) {
            if (tries > 100) throw new Error('an answer is not kept');
            await pause(50);
        }
    }, sheet: async () => {
        document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
        for (let tries = 0; one('#sheet') && tries < 100; tries += 1) await pause(20);
    } };
    return (async () => {
        const took = [];
        for (let turn = 0; turn < times; turn += 1) {
            const [target, stands] = taps[wanted](turn);
            const begun = performance.now();
            target.click();
            do await task(); while (!stands() && performance.now() - begun < 5000);
            if (!stands()) throw new Error(`${wanted} ${turn}: nothing happened`);
            document.body.getBoundingClientRect();
            took.push(performance.now() - begun);
            await (after[wanted] || pause)(120);
            await pause(120);
        }
        return took;
    })();";

/// What is done, where, and what stands there before.
const WALKS: [(&str, &str, &str); 4] = [
    ("tabs", "/", "a.tier"),
    ("filter", "/rewards", ".rgrid .rw"),
    ("sheet", "/rewards", ".rgrid .rw"),
    ("answer", "/surveys/store-visit", "main input[type=checkbox]"),
];

#[tokio::main]
async fn main() -> Result<()> {
    let backend = Backend::start_with_portal(PROGRAMME).await?;
    let proxy = Proxy::start(&backend.origin).await?;
    let browser = Browser::open(Engine::Chromium).await?;
    let outcome = bench(&browser, &proxy).await;
    browser.close().await;
    println!("interaction: {}", outcome?);
    Ok(())
}

async fn bench(browser: &Browser, proxy: &Proxy) -> Result<Value> {
    let page = Page::begin(browser, proxy, "bench", Locale::ZhCn).await?;
    page.sign_in(&phone(PROGRAMME, "three_expiries")?).await?;
    let mut result = Map::new();
    for (name, place, seen) in WALKS {
        page.open(place).await?;
        page.see(seen).await?;
        browser.devtools("Emulation.setCPUThrottlingRate", &json!({ "rate": SLOWER })).await?;
        let mut took = Vec::new();
        while took.len() < TIMES {
            let some = page.script(TAP, vec![json!(BATCH), json!(name)]).await?;
            took.extend(some.as_array().context("no times")?.iter().filter_map(Value::as_f64));
        }
        browser.devtools("Emulation.setCPUThrottlingRate", &json!({ "rate": 1 })).await?;
        ensure!(took.len() == TIMES, "{} of {TIMES} taps were answered", took.len());
        // Code is translated when it runs for the first time, and each of the tabs is a first time.
        let first = took.drain(..4).fold(0.0, f64::max);
        took.sort_by(f64::total_cmp);
        let share = |percent: usize| took[(took.len() - 1) * percent / 100];
        result.insert(format!("{name}_p50_ms"), json!(share(50)));
        result.insert(format!("{name}_p98_ms"), json!(share(98)));
        result.insert(format!("{name}_first_ms"), json!(first));
    }
    Ok(Value::Object(result))
}

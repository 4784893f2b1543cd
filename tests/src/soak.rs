//! A kiosk or a phone that is used again and again, and whether anything grows by it.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::driver::Browser;

/// What every page gets before its own scripts: hands and eyes inside the page, so that nothing of the driver is counted,
/// and the programme's memory, which the page itself keeps to itself.
const HANDS: &str = "
(() => {
    const soak = window.__soak = { memory: null, ended: false };
    const keep = (made) => {
        const { memory } = (made.instance || made).exports;
        if (memory && !soak.memory) soak.memory = memory;
        return made;
    };
    for (const name of ['instantiate', 'instantiateStreaming']) {
        const whole = WebAssembly[name];
        WebAssembly[name] = (...all) => whole.apply(WebAssembly, all).then(keep);
    }
    const pause = (ms) => new Promise((go) => setTimeout(go, ms));
    const shown = (css) => [...document.querySelectorAll(css)].filter((one) => one.getClientRects().length > 0);
    const until = async (what, is) => {
        for (let tries = 0; tries < 900; tries += 1) {
            const found = is();
            if (found) return found;
            await pause(20);
        }
        throw new Error(`no ${what} at ${location.pathname}: ${document.body.innerText.slice(0, 300)}`);
    };
    const see = (css, which = 0) => until(css, () => shown(css)[which]);
    const tap = (one) => {
        one.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
        one.click();
    };
    const press = async (css) => tap(await see(css));
    const rest = () => until('rest', () => shown('.loading, .old, .btn[aria-busy=true]').length === 0
        && [...document.images].every((one) => one.loading === 'lazy' || one.complete));
    // Chromium drops changes of the address when there are more than 200 in ten seconds, and a navigation makes two.
    const breathe = () => pause(110);
    const arrive = async (path) => {
        await until(path, () => location.pathname === path && shown('main').length === 1 && !document.querySelector('.k-home'));
        await rest();
        await breathe();
    };
    const home = async () => {
        await see('.k-home .tier');
        await rest();
        await breathe();
    };
    const go = async (path) => {
        await press(`.k-home a[href^='${path}']`);
        await arrive(path);
    };
    const go_home = async () => {
        await press('.k-bar__home');
        await home();
    };
    const CARDS = '.app:not(.k-home) .rgrid a.rw';

    // Before anybody signs in, with the code and everything around it drawn.
    soak.invites = () => !soak.ended && soak.memory && shown('.k-qr svg.qr').length > 0 && shown('.k-offers .k-offer').length > 0
        && [...document.images].every((one) => one.complete);
    soak.enrol = async (code) => {
        await see('#enrol');
        for (const letter of code) tap(shown('.k-letters button').find((key) => key.textContent.trim() === letter));
        await press('form .btn');
    };
    // As the scanner types it.
    soak.sign_in = async (code) => {
        for (const key of [...code, 'Enter']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        await home();
    };
    soak.redeem = async (reward) => {
        await go('/rewards');
        await press(`${CARDS}[href='/rewards/${reward}']`);
        await arrive(`/rewards/${reward}`);
        await press('#redeem');
        await press('#sheet .sheet__end ~ .btn:not([aria-disabled=true]), #sheet .sheet__end .btn:not(.q):not([aria-disabled=true])');
        await see('.voucher');
        const [, id] = /^\\/vouchers\\/(.+)$/.exec(location.pathname);
        await rest();
        await go_home();
        return id;
    };
    soak.end = async () => {
        await press('.k-end');
        soak.ended = true;
    };
    // Through everything that a member can look at.
    soak.round = async (turn) => {
        await go('/rewards');
        const card = await see(CARDS, turn % 6);
        tap(card);
        await arrive(card.getAttribute('href'));
        await press('.pagehead .back');
        await arrive('/rewards');
        await go_home();
        for (const path of ['/wallet', '/surveys', '/points', '/tier']) {
            await go(path);
            await go_home();
        }
    };
    soak.rounds = async (from, to) => {
        for (let turn = from; turn < to; turn += 1) await soak.round(turn);
        await pause(300);
    };
    // From screen to screen on a phone, as links, the tab bar and the arrows lead; a lap is LAP navigations.
    const tab = async (path) => {
        await press(`nav.tabs a[href='${path}']`);
        await arrive(path);
    };
    const there_and_back = async (css, from, which = 0) => {
        const link = await see(css, which);
        tap(link);
        await arrive(link.getAttribute('href').replace(/[?].*/, ''));
        await press('.pagehead .back, header .icbtn.back');
        await arrive(from);
    };
    soak.lap = async (turn) => {
        await there_and_back('a.pts', '/');
        await there_and_back('a.tier', '/');
        await tab('/rewards');
        await there_and_back(CARDS, '/rewards', turn % 6);
        await tab('/surveys');
        await tab('/me');
        await tab('/');
    };
    soak.laps = async (from, to) => {
        for (let turn = from; turn < to; turn += 1) await soak.lap(turn);
        await pause(300);
    };
    // A session lasts fifteen minutes by the page's two clocks.
    soak.slow = () => {
        const steady = performance.now.bind(performance), wall = Date.now.bind(Date), then = [steady(), wall()];
        performance.now = () => then[0] + (steady() - then[0]) / 1000;
        Date.now = () => then[1] + (wall() - then[1]) / 1000;
    };
})();";

/// A page that doesn't answer for so long hangs.
const SILENCE: Duration = Duration::from_secs(180);
const PATIENCE: Duration = Duration::from_secs(60);

/// Navigations in a lap of a phone.
pub const LAP: u32 = 10;

/// What is measured, in this order.
pub const FIGURES: [&str; 6] = ["heap", "wasm", "nodes", "listeners", "documents", "renderer"];

/// What a page takes after so many sessions or rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// After how many.
    pub after: u32,
    /// Bytes of JavaScript's heap, bytes of the programme's memory, DOM nodes, listeners, documents, and the bytes that the
    /// renderer has for itself.
    pub figures: [f64; FIGURES.len()],
}

/// How a figure goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// At the first sample that counts.
    pub first: f64,
    /// At the last one.
    pub last: f64,
    /// The slope of the line through them (least squares): percent of the mean in a thousand.
    pub slope: f64,
    /// The standard error of the slope.
    pub error: f64,
}

/// The trend of a figure, without the first tenth, in which the browser warms up. `None` below three samples.
#[must_use]
pub fn trend(samples: &[Sample], figure: usize) -> Option<Trend> {
    let whole = samples.last()?.after;
    let counted: Vec<(f64, f64)> = samples
        .iter()
        .filter(|one| one.after * 10 > whole)
        .map(|one| (f64::from(one.after) / 1000.0, one.figures[figure]))
        .collect();
    let [(_, first), .., (_, last)] = counted[..] else { return None };
    let count = f64::from(u32::try_from(counted.len()).ok()?);
    if count < 3.0 {
        return None;
    }
    let mean = |of: fn(&(f64, f64)) -> f64| counted.iter().map(of).sum::<f64>() / count;
    let (x_mean, y_mean) = (mean(|one| one.0), mean(|one| one.1));
    let spread: f64 = counted.iter().map(|(x, _)| (x - x_mean).powi(2)).sum();
    let slope = counted.iter().map(|(x, y)| (x - x_mean) * (y - y_mean)).sum::<f64>() / spread;
    let beside: f64 = counted.iter().map(|(x, y)| (y - y_mean - slope * (x - x_mean)).powi(2)).sum();
    let error = (beside / (count - 2.0) / spread).sqrt();
    let percent = |value: f64| if y_mean == 0.0 { 0.0 } else { value / y_mean * 100.0 };
    Some(Trend { first, last, slope: percent(slope), error: percent(error) })
}

/// The window of a kiosk or a phone in Chromium.
pub struct Window<'a> {
    browser: &'a Browser,
}

impl<'a> Window<'a> {
    /// Prepares a window that no page of the portal has been in.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn new(browser: &'a Browser) -> Result<Self> {
        browser.devtools("Performance.enable", &json!({})).await?;
        let hands = json!({ "source": HANDS });
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", &hands).await?;
        Ok(Self { browser })
    }

    /// What `expression` comes to, also later; [`HANDS`] are `__soak`.
    ///
    /// # Errors
    /// When it throws or takes too long.
    pub async fn run(&self, expression: &str) -> Result<Value> {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let done = tokio::time::timeout(SILENCE, self.browser.devtools("Runtime.evaluate", &params)).await;
        let done = done.with_context(|| format!("the page hangs at {expression:.80}"))??;
        if !done["exceptionDetails"].is_null() {
            bail!("{expression:.80}: {}", done["exceptionDetails"]["exception"]["description"]);
        }
        Ok(done["result"]["value"].clone())
    }

    /// Waits for the invitation of a page that has been begun anew.
    ///
    /// # Errors
    /// When it doesn't come.
    pub async fn invitation(&self) -> Result<()> {
        let begun = Instant::now();
        loop {
            // Between two pages there is nothing to ask.
            let state = self.run("window.__soak && __soak.invites()").await;
            if matches!(state, Ok(Value::Bool(true))) {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                let text = self.run("document.body.innerText.slice(0, 400)").await;
                bail!("no invitation but {state:?}; on screen: {text:?}");
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// Lets the browser clear up, and measures.
    ///
    /// # Errors
    /// When the browser doesn't tell.
    pub async fn sample(&self, after: u32) -> Result<Sample> {
        for _ in 0..3 {
            self.browser.devtools("HeapProfiler.collectGarbage", &json!({})).await?;
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        let metrics = self.browser.devtools("Performance.getMetrics", &json!({})).await?;
        let metric = |name: &str| {
            let mut all = metrics["metrics"].as_array().into_iter().flatten();
            all.find(|one| one["name"] == name).and_then(|one| one["value"].as_f64()).context(name.to_owned())
        };
        let (heap, nodes) = (metric("JSHeapUsedSize")?, metric("Nodes")?);
        let (listeners, documents) = (metric("JSEventListeners")?, metric("Documents")?);
        let wasm = self.run("__soak.memory.buffer.byteLength").await?.as_f64().context("the memory")?;
        Ok(Sample { after, figures: [heap, wasm, nodes, listeners, documents, renderer()?] })
    }
}

/// Bytes that the largest renderer below this process has for itself.
fn renderer() -> Result<f64> {
    let mut processes = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let path = entry?.path();
        let Some(id) = path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()) else { continue };
        // It may have ended in the meantime.
        let Ok(status) = fs::read_to_string(path.join("status")) else { continue };
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next()?.parse::<u32>().ok())
        };
        let command = fs::read(path.join("cmdline")).unwrap_or_default();
        let renders = String::from_utf8_lossy(&command).contains("--type=renderer");
        processes.push((id, number("PPid:").unwrap_or_default(), number("RssAnon:"), renders));
    }
    let mut family = vec![std::process::id()];
    let mut at = 0;
    while let Some(parent) = family.get(at).copied() {
        family.extend(processes.iter().filter(|one| one.1 == parent).map(|one| one.0));
        at += 1;
    }
    let ours = processes.iter().filter(|one| one.3 && family.contains(&one.0));
    let kilobytes = ours.filter_map(|one| one.2).max().context("no renderer in /proc")?;
    Ok(f64::from(kilobytes) * 1024.0)
}

/// Prints each figure's way and puts it into the result, as `<what>_<figure>_first`, `_last` and `_percent`.
///
/// # Errors
/// When there are too few samples.
pub fn told(what: &str, samples: &[Sample], result: &mut Value) -> Result<()> {
    println!("  {what:<12}{:>14}{:>14}{:>14}{:>10}", "first", "last", "% per 1,000", "±");
    for (figure, name) in FIGURES.iter().enumerate() {
        let trend = trend(samples, figure).context("too few to say anything")?;
        let (first, last) = (trend.first.round(), trend.last.round());
        println!("  {name:<12}{first:>14}{last:>14}{:>14.2}{:>10.2}", trend.slope, trend.error);
        result[format!("{what}_{name}_first")] = json!(first);
        result[format!("{what}_{name}_last")] = json!(last);
        result[format!("{what}_{name}_percent")] = json!((trend.slope * 1000.0).round() / 1000.0);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(of: impl Fn(u32) -> f64) -> Vec<Sample> {
        (0..=20).map(|at| Sample { after: at * 50, figures: [of(at); FIGURES.len()] }).collect()
    }

    #[test]
    fn what_stays_has_no_slope() {
        let trend = trend(&samples(|_| 700.0), 0).unwrap();
        assert_eq!(trend, Trend { first: 700.0, last: 700.0, slope: 0.0, error: 0.0 });
        assert_eq!(super::trend(&samples(|_| 0.0), 0).unwrap().slope, 0.0);
    }

    #[test]
    fn what_grows_has_one_in_percent_of_a_thousand() {
        // 50 more in 1,000, 1,000 in the mean, and the first tenth doesn't count.
        let of = |at: u32| if at < 2 { 0.0 } else { 1000.0 + 2.5 * (f64::from(at) - 11.5) };
        let trend = trend(&samples(of), 3).unwrap();
        assert!((trend.slope - 5.0).abs() < 0.01, "{trend:?}");
        assert!(trend.error < 0.01, "{trend:?}");
        assert!(trend.first > 900.0);
    }

    #[test]
    fn noise_is_an_error() {
        let trend = trend(&samples(|at| if at % 2 == 0 { 990.0 } else { 1010.0 }), 0).unwrap();
        assert!(trend.slope.abs() < 2.0 * trend.error, "{trend:?}");
    }

    #[test]
    fn two_samples_say_nothing() {
        assert_eq!(trend(&samples(|_| 1.0)[18..20], 0), None);
        assert_eq!(trend(&[], 0), None);
    }
}

//! Scrolling through the whole catalogue as a thumb does, inside the page, and what was seen on the way.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use fantoccini::Client;
use serde_json::{Value, json};

/// Begins to scroll, a good half of the screen at a time, until the end has been in sight for a while or enough cards
/// were seen. Cards count when they are on screen; a step waits until the screen is filled.
const BEGIN: &str = "
    const [enough] = arguments;
    const walk = window.e2eWalk = { done: false, seen: [], nodes: 0, steps: 0, blank: 0, long: [], heap: 0, skipped: [] };
    const known = new Set();
    if (window.PerformanceObserver && (PerformanceObserver.supportedEntryTypes || []).includes('longtask')) {
        new PerformanceObserver((list) => { for (const one of list.getEntries()) walk.long.push(Math.round(one.duration)); })
            .observe({ type: 'longtask' });
    }
    const pause = (ms) => new Promise((go) => setTimeout(go, ms));
    const frame = () => new Promise((go) => requestAnimationFrame(() => setTimeout(go, 0)));
    const cards = () => [...document.querySelectorAll('[role=listitem][aria-posinset]')]
        .map((card) => ({ card, box: card.getBoundingClientRect() }))
        .filter(({ box }) => box.height > 0 && box.bottom > 1 && box.top < innerHeight - 1);
    const note = () => {
        walk.nodes = Math.max(walk.nodes, document.getElementsByTagName('*').length);
        if (performance.memory) walk.heap = Math.max(walk.heap, performance.memory.usedJSHeapSize);
        const here = cards().map(({ card }) => [Number(card.getAttribute('aria-posinset')), card.querySelector('a').getAttribute('href')]);
        here.sort((one, other) => one[0] - other[0]);
        for (const [place, href] of here) if (!known.has(place)) { known.add(place); walk.seen.push([place, href]); }
        return here.length;
    };
    const at_end = () => scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    // What may lie between two rows.
    const GAP = 120;
    const ended = () => [...document.querySelectorAll('p.rend')].some((one) => one.getBoundingClientRect().top < innerHeight);
    (async () => {
        let still = 0;
        while (still < 30 && walk.seen.length < enough) {
            await frame();
            note();
            // Blank: the rows at the bottom are not there yet, neither as cards nor as the end of the list.
            for (let wait = 0; !at_end() && !ended() && !cards().some(({ box }) => box.bottom > innerHeight - GAP); wait += 1) {
                if (wait === 0) walk.blank += 1;
                if (wait > 200) { walk.skipped.push(Math.round(scrollY)); break; }
                await pause(25);
                note();
            }
            if (at_end()) { still += 1; await pause(50); }
            else { still = 0; walk.steps += 1; scrollBy({ top: Math.round(innerHeight * 0.6), behavior: 'instant' }); }
        }
        walk.done = true;
    })();";

const STATE: &str =
    "const { done, seen, steps } = window.e2eWalk; return [done, seen.length, steps, Math.round(scrollY)]";

const RESULT: &str = "
    const { seen, nodes, steps, blank, long, heap, skipped } = window.e2eWalk;
    return { seen, nodes, steps, blank, long, heap, skipped };";

/// A page that doesn't answer for so long hangs.
const SILENCE: Duration = Duration::from_secs(180);

/// What was seen.
#[derive(Debug)]
pub struct Walk {
    /// Place in the list, from 1, and address of every card that was on screen, in the order in which they came.
    pub seen: Vec<(u64, String)>,
    /// The most elements that the document had at once.
    pub nodes: u64,
    /// How often it was scrolled.
    pub steps: u64,
    /// How often a part of the screen was blank at first.
    pub blank: u64,
    /// Durations of long tasks (over 50 ms), where the engine tells of them, in milliseconds.
    pub long_tasks: Vec<u64>,
    /// The largest heap of JavaScript, where the engine tells it, in bytes.
    pub heap: u64,
    /// Where it was scrolled on although nothing came, in CSS pixels.
    pub skipped: Vec<u64>,
}

/// Scrolls from where the page is to its end, or until `enough` cards were seen.
///
/// # Errors
/// When it isn't through in `limit`, or the page doesn't do as it is told.
pub async fn through(client: &Client, enough: usize, limit: Duration) -> Result<Walk> {
    client.execute(BEGIN, vec![json!(enough)]).await.context("scrolling")?;
    let begun = Instant::now();
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let state = tokio::time::timeout(SILENCE, client.execute(STATE, vec![])).await;
        let state = state.context("the page hangs")?.context("scrolling")?;
        if state[0] == true {
            break;
        }
        if begun.elapsed() > limit {
            bail!("not through in {limit:?}: {} cards, {} steps, at {} px", state[1], state[2], state[3]);
        }
    }
    read(&client.execute(RESULT, vec![]).await?)
}

fn read(result: &Value) -> Result<Walk> {
    let number = |name: &str| result[name].as_u64().unwrap_or_default();
    let numbers =
        |name: &str| result[name].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    let cards = result["seen"].as_array().context("no cards")?;
    let seen: Vec<(u64, String)> =
        cards.iter().filter_map(|one| Some((one[0].as_u64()?, one[1].as_str()?.to_owned()))).collect();
    ensure!(seen.len() == cards.len(), "a card without place or address");
    Ok(Walk {
        seen,
        nodes: number("nodes"),
        steps: number("steps"),
        blank: number("blank"),
        long_tasks: numbers("long"),
        heap: number("heap"),
        skipped: numbers("skipped"),
    })
}

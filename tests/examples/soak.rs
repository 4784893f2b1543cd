//! Uses a kiosk in Chromium again and again, and prints how much its page grows by that as one line of JSON after `soak: `.
//! `cargo xtask bench --soak` holds it against docs/budgets.json.
//!
//! Twice, as often as the first argument says (the second one says how often the second time): whole sessions, after each
//! of which the portal loads the page anew, and rounds through every screen in one session, which is one page's life.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use portal_tests::backend::{Backend, now_by_hand, phone};
use portal_tests::driver::{Browser, Engine, Screen, Setting};
use portal_tests::http::Api;
use portal_tests::soak::{Sample, Window, told};
use serde_json::{Value, json};

const PROGRAMME: &str = "coffee";
/// Something that both members have the points for.
const REWARD: &str = "iced-latte";
const OFTEN: u32 = 2000;
/// It is measured after so many at the latest.
const STEP: u32 = 25;
/// A member has another code every minute.
const MINUTE: i64 = 60_000;

/// The backend, and the members' phones.
struct World {
    backend: Backend,
    clock: Arc<AtomicI64>,
    phones: Vec<Api>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut numbers = std::env::args().skip(1).map(|one| one.parse::<u32>().context(one));
    let sessions = numbers.next().transpose()?.unwrap_or(OFTEN);
    let rounds = numbers.next().transpose()?.unwrap_or(sessions);
    let clock = now_by_hand();
    let backend = Backend::start_with_portal_by_hand(PROGRAMME, Arc::clone(&clock)).await?;
    let mut phones = Vec::new();
    for persona in ["at_risk", "three_expiries"] {
        phones.push(Api::new(&backend.origin).sign_in(&phone(PROGRAMME, persona)?).await?);
    }
    let world = World { backend, clock, phones };
    let upright = Setting { screen: Screen::Kiosk, ..Setting::default() };
    let browser = Browser::open_with(Engine::Chromium, upright).await?;
    let outcome = bench(&browser, &world, sessions, rounds).await;
    browser.close().await;
    println!("soak: {}", outcome?);
    Ok(())
}

async fn bench(browser: &Browser, world: &World, sessions: u32, rounds: u32) -> Result<Value> {
    let window = Window::new(browser).await?;
    browser.client.goto(&format!("{}/kiosk/enrol", world.backend.origin)).await?;
    window.run(&format!("__soak.enrol('{}')", world.backend.enrolment_code().await?)).await?;
    window.invitation().await?;
    let mut result = json!({ "sessions": sessions, "rounds": rounds });
    let taken = served(&window, world, sessions).await?;
    told("sessions", &taken, &mut result)?;
    let taken = walked(&window, world, rounds).await?;
    told("rounds", &taken, &mut result)?;
    Ok(result)
}

/// Sessions with a redemption, and a new page after each.
async fn served(window: &Window<'_>, world: &World, count: u32) -> Result<Vec<Sample>> {
    let step = (count / 20).clamp(1, STEP);
    let begun = Instant::now();
    let mut samples = vec![window.sample(0).await?];
    for turn in 0..count {
        let phone = world.sign_in(window, turn).await.with_context(|| format!("session {turn}"))?;
        let bought = window.run(&format!("__soak.redeem('{REWARD}')")).await?;
        window.run("__soak.end()").await?;
        window.invitation().await.with_context(|| format!("after session {turn}"))?;
        // So that the points are never used up.
        let voucher = bought.as_str().context("no voucher")?;
        let phone = phone.with("Idempotency-Key", Some(voucher));
        let back = phone.post(&format!("/me/redemptions/{voucher}/cancel"), &json!({})).await?;
        ensure!(back.status == 200, "cancelling {voucher}: {}", back.text());
        if (turn + 1).is_multiple_of(step) {
            samples.push(window.sample(turn + 1).await?);
        }
        progress("sessions", turn + 1, count, begun, &samples);
    }
    Ok(samples)
}

/// Rounds through every screen in one session.
async fn walked(window: &Window<'_>, world: &World, count: u32) -> Result<Vec<Sample>> {
    let step = (count / 20).clamp(1, STEP);
    let begun = Instant::now();
    world.sign_in(window, 0).await?;
    window.run("__soak.slow()").await?;
    let mut samples = vec![window.sample(0).await?];
    let mut turn = 0;
    while turn < count {
        let to = (turn + step).min(count);
        let walk = window.run(&format!("__soak.rounds({turn}, {to})")).await;
        walk.with_context(|| format!("rounds {turn} to {to}"))?;
        turn = to;
        samples.push(window.sample(turn).await?);
        progress("rounds", turn, count, begun, &samples);
    }
    Ok(samples)
}

impl World {
    /// Holds a member's code before the scanner; gives that member's phone.
    async fn sign_in(&self, window: &Window<'_>, turn: u32) -> Result<&Api> {
        self.clock.fetch_add(MINUTE, Ordering::SeqCst);
        let phone = &self.phones[turn as usize % self.phones.len()];
        let code = phone.get("/me/card-code").await?.json()?;
        let code = code["payload"].as_str().with_context(|| format!("no code in {code}"))?;
        window.run(&format!("__soak.sign_in('{code}')")).await?;
        Ok(phone)
    }
}

fn progress(what: &str, done: u32, of: u32, begun: Instant, samples: &[Sample]) {
    if done.is_multiple_of(100) || done == of {
        let figures = samples.last().map(|one| one.figures.map(f64::round)).unwrap_or_default();
        println!("  {done} of {of} {what}, {} s: {figures:?}", begun.elapsed().as_secs());
    }
}

//! Redeeming exactly once: the portal's own course and driver, over a network that fails as it is told, against the real
//! backend. After each schedule the backend is asked: one redemption an intent at most, a ledger that says what the member
//! was told, and nothing that stays open.
//!
//! `PORTAL_SCHEDULES` is how many random sequences are played (1,000 by default), `PORTAL_SEED` the seed of the first; the
//! seed of one that fails is printed, and `PORTAL_SEED=<it> PORTAL_SCHEDULES=1` plays it again. `PORTAL_WORKERS` is how many
//! are played at a time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "redeeming/meddling.rs"]
mod meddling;
#[path = "redeeming/person.rs"]
mod person;
#[path = "redeeming/run.rs"]
mod run;
#[path = "redeeming/schedule.rs"]
mod schedule;
#[path = "redeeming/sheet.rs"]
mod sheet;
#[path = "redeeming/stage.rs"]
mod stage;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::Result;
use member_portal::domain::redeeming::Promise;
use portal_tests::proxy::{Fault, Later, Stage as Moment};
use tokio::task::LocalSet;

use crate::run::{Figures, run};
use crate::schedule::{DAY, Kill, Schedule, faults};
use crate::stage::{LASTS, Stage};

/// Failures that are told in full.
const TOLD: usize = 3;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

const ALL: Promise = Promise { idempotent: true, deadline: true };
const NO_DEADLINE: Promise = Promise { idempotent: true, deadline: false };
const NO_KEYS: Promise = Promise { idempotent: false, deadline: true };
const NOTHING: Promise = Promise { idempotent: false, deadline: false };

fn without(promise: Promise) -> Vec<&'static str> {
    let keys = (!promise.idempotent).then_some("idempotency");
    keys.into_iter().chain((!promise.deadline).then_some("redemption-deadline")).collect()
}

struct Game {
    promise: Promise,
    schedules: Vec<Schedule>,
    next: AtomicUsize,
    figures: Mutex<Figures>,
    failures: Mutex<Vec<String>>,
}

impl Game {
    async fn work(&self) -> Result<()> {
        let mut kept: Option<Stage> = None;
        while let Some(schedule) = self.schedules.get(self.next.fetch_add(1, Ordering::SeqCst)) {
            let mut stage = match kept.take().filter(|stage| stage.used < LASTS) {
                Some(stage) => stage,
                None => Stage::set(&without(self.promise)).await?,
            };
            assert_eq!(stage.promise, self.promise);
            match run(&mut stage, schedule).await {
                Ok(figures) => {
                    self.figures.lock().unwrap().add(figures);
                    kept = Some(stage);
                }
                Err(error) => self.failures.lock().unwrap().push(format!("{error:#}")),
            }
        }
        Ok(())
    }
}

/// Plays all of them, several at a time, each worker with a backend of its own.
fn play(name: &str, promise: Promise, schedules: Vec<Schedule>) -> Figures {
    let begun = Instant::now();
    let game = Game {
        promise,
        schedules,
        next: AtomicUsize::new(0),
        figures: Mutex::default(),
        failures: Mutex::default(),
    };
    let workers = number("PORTAL_WORKERS", 12);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(LocalSet::new().run_until(game.work())).unwrap();
            });
        }
    });
    let figures = *game.figures.lock().unwrap();
    let failures = game.failures.into_inner().unwrap();
    println!("{name}: {figures:?} in {:.1} s", begun.elapsed().as_secs_f64());
    for failure in failures.iter().take(TOLD) {
        eprintln!("{failure}\n");
    }
    assert!(failures.is_empty(), "{name}: {} of {} failed", failures.len(), game.schedules.len());
    figures
}

#[test]
fn nothing_goes_wrong() {
    for promise in [ALL, NO_DEADLINE, NO_KEYS, NOTHING] {
        let figures = play("plain", promise, vec![Schedule::plain(promise)]);
        assert_eq!((figures.made, figures.killed), (1, 0));
    }
}

/// Each fault at each exchange: of an order that is answered, and of the look-ups and the second attempt after one that
/// was lost on its way there or on its way back.
fn alone(promise: Promise) -> Vec<Schedule> {
    let lost = [
        None,
        Some(Fault::Drop),
        Some(Fault::DropAnswer),
        Some(Fault::Late { until: Later::After(1), hangs: false }),
        promise.deadline.then_some(Fault::Late { until: Later::Asked, hangs: false }),
    ];
    let mut all = Vec::new();
    for (number, before) in lost.into_iter().enumerate() {
        let places = if number == 0 { 0..3 } else { 2..5 };
        if number > 0 && before.is_none() {
            continue;
        }
        for place in places {
            for fault in faults(promise) {
                let faults = before.iter().map(|fault| (1, fault.clone())).chain([(place, fault)]);
                all.push(Schedule { faults: faults.collect(), ..Schedule::plain(promise) });
            }
        }
    }
    all
}

/// A tab dies at each exchange and at each point of its way, with the network well and with one thing wrong.
fn killed(promise: Promise) -> Vec<Schedule> {
    let wrong = [
        vec![],
        vec![(1, Fault::Drop)],
        vec![(1, Fault::DropAnswer)],
        vec![(1, Fault::Late { until: Later::After(1), hangs: false })],
    ];
    let mut all = Vec::new();
    // A device whose clock is three days ahead starts, and hears nothing from the server but an empty answer.
    let empty = Fault::answer(200, "application/json", "{}");
    for kill in [Moment::Sent, Moment::Answered].map(|stage| Kill::Exchange(1, stage)) {
        let faults = vec![(1, Fault::DropAnswer), (2, empty.clone()), (3, empty.clone())];
        let plain = Schedule::plain(promise);
        all.push(Schedule { faults, kills: vec![kill], skew: 3 * DAY, ..plain });
    }
    for faults in wrong {
        let stages = [Moment::Sent, Moment::Answered];
        let exchanges = (0..4).flat_map(|place| stages.map(|stage| Kill::Exchange(place, stage)));
        for kill in exchanges.chain((0..60).map(Kill::Point)) {
            let plain = Schedule::plain(promise);
            all.push(Schedule { faults: faults.clone(), kills: vec![kill], ..plain });
        }
    }
    all
}

/// Two tabs have seen the price, and the second agrees when the first has come so far.
fn together(promise: Promise) -> Vec<Schedule> {
    let mut wrong = vec![
        vec![],
        // Both previews come first.
        vec![(2, Fault::Drop)],
        vec![(2, Fault::DropAnswer)],
        vec![(2, Fault::problem(429, "rate-limited", Some(3)))],
        vec![(2, Fault::Late { until: Later::After(1), hangs: false })],
        vec![(2, Fault::DropAnswer), (3, Fault::Drop)],
    ];
    if promise.idempotent {
        wrong.push(vec![(2, Fault::Again(Later::After(2)))]);
        wrong.push(vec![
            (2, Fault::problem(429, "rate-limited", None)),
            (4, Fault::Late { until: Later::After(2), hangs: false }),
        ]);
    }
    let mut all = Vec::new();
    for faults in wrong {
        for lag in (0..30).step_by(2) {
            for (leaves, thinks) in [(0, 0), (100, 0), (100, 60)] {
                let mut one = Schedule { faults: faults.clone(), tabs: 2, ..Schedule::plain(promise) };
                one.habits.lag = lag;
                one.habits.leaves = leaves;
                one.habits.thinks = thinks;
                all.push(one);
            }
        }
    }
    all
}

fn random(promise: Promise, share: u64, of: u64) -> Vec<Schedule> {
    let (seed, count) = (number("PORTAL_SEED", 1), number("PORTAL_SCHEDULES", 1_000));
    let mine = (0..count).map(|one| seed.wrapping_add(one)).filter(|seed| seed % of == share);
    mine.map(|seed| Schedule::random(seed, promise)).collect()
}

/// Plays `test` before a backend of its own.
fn alone_with(test: impl AsyncFnOnce(&Stage)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let test = async { test(&Stage::set(&[]).await.unwrap()).await };
    runtime.block_on(LocalSet::new().run_until(test));
}

#[test]
fn what_was_refused_stays_refused() {
    alone_with(meddling::a_refusal_stays_one);
}

#[test]
fn what_cannot_be_read_settles_nothing() {
    alone_with(meddling::what_cannot_be_read_settles_nothing);
}

#[test]
fn each_fault_alone() {
    play("each fault alone", ALL, alone(ALL));
}

#[test]
fn tabs_are_killed() {
    play("killed tabs", ALL, killed(ALL));
}

#[test]
fn two_tabs_press_at_once() {
    play("two tabs", ALL, together(ALL));
}

#[test]
fn random_sequences() {
    // A seed says by itself before which backend it is played.
    for (name, promise, shares) in [
        ("random", ALL, 0..7),
        ("random, without a deadline", NO_DEADLINE, 7..8),
        ("random, without keys", NO_KEYS, 8..9),
        ("random, without either", NOTHING, 9..10),
    ] {
        let schedules = shares.flat_map(|share| random(promise, share, 10)).collect::<Vec<_>>();
        if !schedules.is_empty() {
            play(name, promise, schedules);
        }
    }
}

#[test]
fn a_backend_that_knows_no_keys() {
    for promise in [NO_KEYS, NOTHING] {
        play("without keys, alone", promise, alone(promise));
    }
}

#[test]
fn a_backend_that_keeps_no_time() {
    play("without a deadline, alone", NO_DEADLINE, alone(NO_DEADLINE));
}

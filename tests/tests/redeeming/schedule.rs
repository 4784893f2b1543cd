//! What goes wrong when.

use std::time::Duration;

use member_portal::domain::redeeming::Promise;
use portal_tests::proxy::{Fault, Given, Later, Stage};

/// Numbers that look random and are the same for the same seed (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, count: u64) -> u64 {
        self.next() % count
    }

    fn index(&mut self, count: usize) -> usize {
        usize::try_from(self.below(count as u64)).unwrap_or_default()
    }

    fn one<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.index(all.len())].clone()
    }
}

/// What people do; chances in percent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    pub(crate) taps_twice: bool,
    /// That they leave a sheet that is open.
    pub(crate) leaves: u64,
    /// That they press what can be pressed.
    pub(crate) presses: u64,
    /// That they begin anew when it was not made.
    pub(crate) anew: u64,
    /// How long, in milliseconds, they look at the ledger before they say that it was not made.
    pub(crate) patience: i64,
    /// How many points behind the first tab's the second tab's member agrees.
    pub(crate) lag: usize,
    /// How long, in real milliseconds, they think about what they are told of a refusal: time for the other tab.
    pub(crate) thinks: u64,
}

/// When a tab is killed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kill {
    /// While this exchange is on its way.
    Exchange(usize, Stage),
    /// Before or after something that it asks of its world.
    Point(usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) seed: u64,
    pub(crate) faults: Vec<(usize, Fault)>,
    /// Tabs that take up where a killed one was are killed by what is left.
    pub(crate) kills: Vec<Kill>,
    pub(crate) tabs: usize,
    pub(crate) reward: (&'static str, i64),
    pub(crate) skew: i64,
    pub(crate) habits: Habits,
}

pub(crate) const DAY: i64 = 86_400_000;
/// Made at once; the last one by a partner, after some seconds.
const REWARDS: [(&str, i64); 4] =
    [("free-delivery", 500), ("gull-stickers", 600), ("upsize", 400), ("tasting-seat", 3_000)];

impl Schedule {
    /// Nothing goes wrong.
    pub(crate) fn plain(promise: Promise) -> Self {
        let patience = if promise.deadline { 130_000 } else { 700_000 };
        Self {
            seed: 0,
            faults: Vec::new(),
            kills: Vec::new(),
            tabs: 1,
            reward: REWARDS[0],
            skew: 0,
            habits: Habits { taps_twice: false, leaves: 0, presses: 0, anew: 0, patience, lag: 0, thinks: 0 },
        }
    }

    /// Whatever comes to mind.
    pub(crate) fn random(seed: u64, promise: Promise) -> Self {
        let mut rng = Rng(seed);
        let all = faults(promise);
        let count = [0, 1, 1, 2, 2, 3, 4, 6][rng.index(8)];
        // Around the order most of it happens.
        let places = [0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 7, 8];
        let faults = (0..count).map(|_| (rng.one(&places), rng.one(&all))).collect();
        let kills = [0, 0, 0, 1, 1, 2][rng.index(6)];
        let kills = (0..kills).map(|_| match rng.below(3) {
            0 => Kill::Point(rng.index(80)),
            1 => Kill::Exchange(rng.one(&places), Stage::Sent),
            _ => Kill::Exchange(rng.one(&places), Stage::Answered),
        });
        let plain = Self::plain(promise);
        Self {
            seed,
            faults,
            kills: kills.collect(),
            tabs: 1 + usize::from(rng.below(3) == 0),
            reward: rng.one(&[REWARDS[0], REWARDS[0], REWARDS[1], REWARDS[1], REWARDS[2], REWARDS[3]]),
            skew: rng.one(&[0, 0, 3 * DAY, -3 * DAY]),
            habits: Habits {
                taps_twice: rng.below(3) == 0,
                leaves: rng.one(&[0, 0, 20, 60]),
                presses: rng.one(&[0, 10, 50]),
                anew: rng.one(&[0, 30]),
                patience: plain.habits.patience,
                lag: rng.one(&[0, 0, 1, 2, 4, 6, 8, 10, 14, 20, 40]),
                thinks: rng.one(&[0, 0, 10, 60]),
            },
        }
    }
}

/// Everything that can happen to one exchange.
pub(crate) fn faults(promise: Promise) -> Vec<Fault> {
    let page = |status| Given::answer(status, "text/html", "<!doctype html><title>Gateway</title>");
    let mut all = vec![
        Fault::Drop,
        Fault::DropAnswer,
        Fault::Break,
        Fault::Cut,
        Fault::Answer(page(500)),
        Fault::Answer(page(502)),
        Fault::Answer(page(403)),
        Fault::Answer(page(429)),
        Fault::answer(200, "text/html", "<!doctype html><title>Sign in to this network</title>"),
        Fault::answer(200, "application/json", "{}"),
        Fault::problem(500, "internal", None),
        Fault::problem(503, "unavailable", Some(7)),
        Fault::problem(409, "in-progress", Some(1)),
        Fault::problem(429, "rate-limited", Some(5)),
        Fault::problem(401, "unauthenticated", None),
        Fault::Instead(page(500)),
        Fault::Instead(page(502)),
        Fault::Instead(Given::problem(503, "unavailable", Some(9))),
        Fault::Instead(Given::problem(409, "in-progress", None)),
        Fault::Instead(page(200)),
        Fault::Hang(Duration::from_secs(60)),
    ];
    let mut later = vec![Later::Before(1), Later::After(1), Later::After(2), Later::Before(3)];
    // What arrives after a day is refused by its time. Without that, no request is on its way for so long.
    later.extend(promise.deadline.then_some(Later::Asked));
    for until in later {
        all.push(Fault::Late { until, hangs: false });
        all.push(Fault::Late { until, hangs: true });
        // A network that repeats by itself needs a backend that knows keys again.
        if promise.idempotent {
            all.push(Fault::Again(until));
        }
    }
    all.extend(promise.idempotent.then_some(Fault::Twice));
    all
}

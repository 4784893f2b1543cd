//! What a seeded member does in twelve months: drawn first, so that it fits the tier and the balance the member is to have.

use super::rng::Rng;
use crate::clock::{DAY, Millis, add_months, day_end, day_start, local_date, month_start};
use crate::locale::Text;
use crate::programme::SeedMember;
use crate::rules::tier::{Activity, Basis, Standing, met, window_start};
use crate::rules::{accrual, expiry::Policy};
use crate::scene::Scene;
use chrono::{Datelike, NaiveDate};

/// How long ago the member with three expiry dates was in a store last.
pub(super) const JUST_NOW: Millis = DAY / 8;

/// What happens to a redemption after it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Used,
    /// Still to be used, or expired by now.
    Left,
    Cancelled,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Visit {
        store: String,
        title: Text,
        amount: i64,
        points: i64,
    },
    Redeem {
        reward: String,
        fate: Fate,
    },
    Bonus {
        amount: i64,
        expires_at: Option<Millis>,
    },
    Carried {
        amount: i64,
        expires_at: Option<Millis>,
    },
    /// Nothing older than this is to be left.
    Clear,
}

#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) at: Millis,
    pub(super) what: What,
}

/// Everything in the order of time.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) events: Vec<Event>,
    /// How many expiry dates the member is to end with, when that matters.
    pub(super) dates: Option<usize>,
}

pub(super) fn draw(scene: &Scene, seed: &SeedMember, standing: Standing, rng: &mut Rng) -> Plan {
    let mut visits = visits(scene, seed, standing, rng);
    fit_tier(scene, seed, standing, &mut visits, rng);
    if seed.persona == "three_expiries"
        && let Some(last) = visits.iter_mut().max_by_key(|event| event.at)
    {
        last.at = scene.now - JUST_NOW;
    }
    let mut events: Vec<Event> = visits;
    let start = day_start(add_months(local_date(scene.now, scene.zone()), -12), scene.zone()) + 11 * DAY / 24;
    let three = seed.persona == "three_expiries";
    let rolling = matches!(scene.programme.policy(), Policy::Rolling { .. });
    // Under a rolling policy every month has its own expiry date, so only the last three months may be left.
    let clear = (three && rolling).then(|| {
        let today = local_date(scene.now, scene.zone());
        month_start(add_months(today.with_day(1).unwrap_or(today), -2), scene.zone())
    });
    let (from, to) = match clear {
        Some(clear) => (scene.now - 300 * DAY, clear - 12 * DAY),
        None => (scene.now - 170 * DAY, scene.now - 4 * DAY),
    };
    let redeemed = redemptions(seed, from, to, &mut events);
    carry(scene, seed, start, &mut events);
    let earned = |since: Millis| -> i64 {
        let points = |event: &Event| match event.what {
            What::Visit { points, .. } if event.at >= since => points,
            _ => 0,
        };
        events.iter().map(points).sum()
    };
    if let Some(clear) = clear {
        let missing = seed.points_target - earned(clear);
        events.push(Event { at: clear, what: What::Clear });
        for back in 0..3 {
            let today = local_date(scene.now, scene.zone());
            let month = add_months(today.with_day(1).unwrap_or(today), -back);
            let at = (month_start(month, scene.zone()) + 6 * DAY + 30_000_000).min(scene.now - DAY);
            let amount = (missing / 3).max(20);
            events.push(Event { at, what: What::Bonus { amount, expires_at: None } });
        }
    } else {
        let spent: i64 =
            redeemed.iter().filter_map(|id| scene.programme.reward(id)).map(|r| r.cost_points).sum();
        let target = if three { seed.points_target * 95 / 100 } else { seed.points_target };
        balance(scene, target + spent - earned(0), start, &mut events, rng);
    }
    events.retain(|event| event.at < scene.now);
    events.sort_by_key(|event| event.at);
    Plan { events, dates: three.then_some(3) }
}

fn visits(scene: &Scene, seed: &SeedMember, standing: Standing, rng: &mut Rng) -> Vec<Event> {
    let programme = &scene.programme;
    let zone = scene.zone();
    let first = local_date(scene.now, zone);
    let mut events = Vec::new();
    for back in 0..12 {
        let until = add_months(first, -back);
        let days = (until - add_months(first, -back - 1)).num_days();
        for turn in 0..seed.visits_per_month {
            // Spread over the month, with some play, so that no month is empty and no two visits collide.
            let slot = days * turn / seed.visits_per_month.max(1);
            let play = rng.range(0, (days / seed.visits_per_month.max(1)).max(1));
            let date = until - chrono::Days::new(u64::try_from(slot + play + 1).unwrap_or(1));
            let at = day_start(date, zone) + rng.range(8 * 3600, 20 * 3600) * 1000;
            let item = &programme.menu[rng.index(programme.menu.len())];
            let count = (seed.average_spend * rng.range(60, 140) / 100 / item.price.max(1)).max(1);
            let title = match count {
                1 => item.name.clone(),
                n => Text::new(
                    format!("{} × {n}", item.name.zh_cn),
                    format!("{} × {n}", item.name.zh_tw),
                    format!("{} × {n}", item.name.en),
                ),
            };
            let amount = item.price * count;
            let level = if at >= standing.since { standing.level } else { standing.level.saturating_sub(1) };
            let points =
                accrual::for_order(programme.accrual, amount, programme.tiers[level].multiplier_permille);
            let store = programme.stores[rng.index(programme.stores.len().min(4))].id.clone();
            events.push(Event { at, what: What::Visit { store, title, amount, points } });
        }
    }
    events
}

fn activity(events: &[Event], from: Millis, until: Millis) -> Activity {
    let mut sum = Activity::default();
    for event in events.iter().filter(|event| event.at > from && event.at <= until) {
        if let What::Visit { amount, points, .. } = &event.what {
            sum.visits += 1;
            sum.spend += amount;
            sum.points_earned += points;
        }
    }
    sum
}

/// Leaves out visits until the member neither deserves a higher tier nor, when at risk, has secured the present one.
fn fit_tier(scene: &Scene, seed: &SeedMember, standing: Standing, visits: &mut Vec<Event>, rng: &mut Rng) {
    let levels = scene.programme.levels();
    let window = window_start(scene.now, scene.programme.tier_window_months, scene.zone());
    let too_much = |visits: &[Event]| {
        let year = activity(visits, window, scene.now);
        let higher =
            levels.iter().skip(standing.level + 1).any(|level| met(level.matching, &level.thresholds, &year));
        let level = &levels[standing.level];
        let period = activity(visits, standing.period_start, scene.now);
        let secured = seed.persona == "at_risk" && met(level.matching, &level.retain, &period);
        higher || secured
    };
    while too_much(visits) && !visits.is_empty() {
        visits.swap_remove(rng.index(visits.len()));
    }
}

/// The rewards of the seed file, spread over the time given; the last one is still to be used.
fn redemptions(seed: &SeedMember, from: Millis, to: Millis, events: &mut Vec<Event>) -> Vec<String> {
    let count = i64::try_from(seed.redeem.len()).unwrap_or(0);
    // One of them was first redeemed by mistake, and cancelled.
    if let Some(reward) = seed.redeem.first() {
        let what = What::Redeem { reward: reward.clone(), fate: Fate::Cancelled };
        events.push(Event { at: from + (to - from) / 3 - DAY, what });
    }
    let mut paid = Vec::new();
    for (index, reward) in seed.redeem.iter().enumerate() {
        let index = i64::try_from(index).unwrap_or(0);
        let at = from + (to - from) * (index + 1) / count.max(1);
        let fate = if index == 1 || index + 1 == count { Fate::Left } else { Fate::Used };
        paid.push(reward.clone());
        events.push(Event { at, what: What::Redeem { reward: reward.clone(), fate } });
    }
    paid
}

/// Points from before, part of which expired within the twelve months.
fn carry(scene: &Scene, seed: &SeedMember, start: Millis, events: &mut Vec<Event>) {
    let zone = scene.zone();
    let date = local_date(start, zone);
    let expires_at = match scene.programme.policy() {
        Policy::None => return,
        Policy::Calendar { .. } => NaiveDate::from_ymd_opt(date.year(), 12, 31).unwrap_or(date),
        Policy::Rolling { .. } => {
            let month = add_months(date.with_day(1).unwrap_or(date), 3);
            month.pred_opt().unwrap_or(month)
        }
    };
    let amount = (seed.points_target / 40 / 10 * 10).max(30);
    events.push(Event {
        at: start,
        what: What::Carried { amount, expires_at: Some(day_end(expires_at, zone)) },
    });
}

/// Makes up for a balance that is too low (`missing` above zero) or too high.
fn balance(scene: &Scene, missing: i64, start: Millis, events: &mut Vec<Event>, rng: &mut Rng) {
    let programme = &scene.programme;
    let counted = [Basis::PointsEarned, Basis::Interaction];
    let bonus_counts = programme
        .tiers
        .iter()
        .flat_map(|tier| &tier.thresholds)
        .any(|threshold| counted.contains(&threshold.basis));
    if missing > 0 && bonus_counts {
        events.push(Event { at: start, what: What::Carried { amount: missing, expires_at: None } });
    } else if missing > 0 {
        let today = local_date(scene.now, scene.zone());
        for back in 0..12 {
            let month = add_months(today.with_day(1).unwrap_or(today), -back);
            let at = month_start(month, scene.zone()) + 8 * DAY + rng.range(30_000, 60_000) * 1000;
            events.push(Event { at, what: What::Bonus { amount: missing / 12, expires_at: None } });
        }
    }
    let plain = |reward: &&crate::programme::Reward| {
        reward.stock.is_none()
            && reward.limit.is_none()
            && reward.min_tier.is_none()
            && reward.from_days.is_none()
            && reward.cost_money.is_none()
    };
    let mut excess = -missing;
    loop {
        let choices: Vec<_> =
            programme.rewards.iter().filter(plain).filter(|r| r.cost_points <= excess).collect();
        if choices.is_empty() {
            break;
        }
        let reward = choices[rng.index(choices.len())];
        excess -= reward.cost_points.max(1);
        let at = scene.now - rng.range(8, 200) * DAY - rng.range(0, 6 * 3600) * 1000;
        events.push(Event { at, what: What::Redeem { reward: reward.id.clone(), fate: Fate::Used } });
    }
}

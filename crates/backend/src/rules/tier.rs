//! Tiers: what counts towards them, when a member rises, keeps a level or falls.

use crate::clock::{Millis, add_months, day_end, local_date};
use chrono_tz::Tz;
use serde::Deserialize;

/// What a threshold is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Basis {
    Spend,
    Visits,
    PointsEarned,
    PointsSpent,
    Interaction,
}

impl Basis {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Spend => "spend",
            Self::Visits => "visits",
            Self::PointsEarned => "points_earned",
            Self::PointsSpent => "points_spent",
            Self::Interaction => "interaction",
        }
    }

    pub(crate) const fn unit(self) -> &'static str {
        match self {
            Self::Spend => "money",
            Self::Visits | Self::Interaction => "count",
            Self::PointsEarned | Self::PointsSpent => "points",
        }
    }
}

/// Whether one threshold is enough or all are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Match {
    Any,
    All,
}

impl Match {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
        }
    }
}

/// How much of a basis is needed: minor units of money, a count, or points.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Threshold {
    pub(crate) basis: Basis,
    pub(crate) required: i64,
}

/// What a member did within a span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Activity {
    pub(crate) spend: i64,
    pub(crate) visits: i64,
    pub(crate) points_earned: i64,
    pub(crate) points_spent: i64,
    pub(crate) interaction: i64,
}

impl Activity {
    pub(crate) const fn of(&self, basis: Basis) -> i64 {
        match basis {
            Basis::Spend => self.spend,
            Basis::Visits => self.visits,
            Basis::PointsEarned => self.points_earned,
            Basis::PointsSpent => self.points_spent,
            Basis::Interaction => self.interaction,
        }
    }
}

/// A level as the rules see it. Levels are listed by rising rank; the first is the base level.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    pub(crate) matching: Match,
    pub(crate) thresholds: Vec<Threshold>,
    pub(crate) retain: Vec<Threshold>,
}

/// Where a member stands: the level's index, since when, and the period at whose end it is judged again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) level: usize,
    pub(crate) since: Millis,
    pub(crate) period_start: Millis,
    /// The base level has no end.
    pub(crate) period_end: Option<Millis>,
}

/// Whether the activity satisfies the thresholds. No thresholds are always satisfied.
pub(crate) fn met(matching: Match, thresholds: &[Threshold], activity: &Activity) -> bool {
    let mut each = thresholds.iter().map(|threshold| activity.of(threshold.basis) >= threshold.required);
    thresholds.is_empty()
        || match matching {
            Match::Any => each.any(|ok| ok),
            Match::All => each.all(|ok| ok),
        }
}

/// The end of a judging period that begins at `start`.
pub(crate) fn period_end(start: Millis, months: u32, zone: Tz) -> Millis {
    day_end(add_months(local_date(start, zone), i32::try_from(months).unwrap_or(12)), zone)
}

/// Judges a member at `now`: keeps or lowers the level at each period's end that has passed, by one level at a time, and then
/// raises it to the highest level whose thresholds are met. `activity(from, until)` tells what happened after `from` up to `until`.
/// Gives what happened within the window that counts for a rise, too.
pub(crate) fn judge<E>(
    levels: &[Level],
    standing: Standing,
    now: Millis,
    months: u32,
    zone: Tz,
    mut activity: impl FnMut(Millis, Millis) -> Result<Activity, E>,
) -> Result<(Standing, Activity), E> {
    let mut standing = standing;
    while let Some(end) = standing.period_end.filter(|end| *end <= now) {
        let level = &levels[standing.level];
        let kept = met(level.matching, &level.retain, &activity(standing.period_start, end)?);
        if !kept {
            standing.level = standing.level.saturating_sub(1);
            standing.since = end;
        }
        standing.period_start = end;
        standing.period_end = (standing.level > 0).then(|| period_end(end, months, zone));
    }
    let window = activity(window_start(now, months, zone), now)?;
    let highest =
        levels.iter().enumerate().skip(standing.level + 1).rev().find(|(_, level)| {
            !level.thresholds.is_empty() && met(level.matching, &level.thresholds, &window)
        });
    if let Some((level, _)) = highest {
        standing = Standing {
            level,
            since: now,
            period_start: now,
            period_end: Some(period_end(now, months, zone)),
        };
    }
    Ok((standing, window))
}

/// Where the window begins that counts for a rise at `now`.
pub(crate) fn window_start(now: Millis, months: u32, zone: Tz) -> Millis {
    let start = add_months(local_date(now, zone), -i32::try_from(months).unwrap_or(12));
    crate::clock::day_start(start, zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;
    const NOW: Millis = 1_786_525_080_000;

    fn levels() -> Vec<Level> {
        let level = |spend, retain| Level {
            matching: Match::Any,
            thresholds: vec![Threshold { basis: Basis::Spend, required: spend }],
            retain: vec![Threshold { basis: Basis::Visits, required: retain }],
        };
        vec![
            Level { matching: Match::Any, thresholds: vec![], retain: vec![] },
            level(1000, 10),
            level(5000, 30),
        ]
    }

    fn judged(standing: Standing, now: Millis, spend: i64, visits: i64) -> Standing {
        let activity = Activity { spend, visits, ..Activity::default() };
        judge(&levels(), standing, now, 12, ZONE, |_, _| Ok::<_, ()>(activity)).unwrap().0
    }

    #[test]
    fn rises_at_once_and_falls_one_level_at_a_time() {
        let base = Standing { level: 0, since: 0, period_start: 0, period_end: None };
        assert_eq!(judged(base, NOW, 999, 0), base);
        let top = judged(base, NOW, 5000, 0);
        assert_eq!((top.level, top.since), (2, NOW));
        let end = top.period_end.unwrap();
        assert_eq!(judged(top, end - 1, 0, 0), top);
        let fallen = judged(top, end, 0, 0);
        assert_eq!((fallen.level, fallen.since, fallen.period_start), (1, end, end));
        let base_again = judged(fallen, fallen.period_end.unwrap(), 0, 0);
        assert_eq!((base_again.level, base_again.period_end), (0, None));
        let kept = judged(top, end, 0, 30);
        assert_eq!((kept.level, kept.since), (2, NOW));
    }

    #[test]
    fn all_needs_every_basis() {
        let thresholds = [
            Threshold { basis: Basis::Spend, required: 5 },
            Threshold { basis: Basis::Interaction, required: 1 },
        ];
        let half = Activity { spend: 9, ..Activity::default() };
        assert!(met(Match::Any, &thresholds, &half));
        assert!(!met(Match::All, &thresholds, &half));
        assert!(met(Match::All, &thresholds, &Activity { interaction: 1, ..half }));
    }

    proptest! {
        #[test]
        fn judging_twice_changes_nothing_and_never_skips_down(level in 0usize..3, ago in 0i64..1000, spend in 0i64..9000, visits in 0i64..50) {
            let start = NOW - ago * crate::clock::DAY;
            let standing = Standing { level, since: start, period_start: start, period_end: (level > 0).then(|| period_end(start, 12, ZONE)) };
            let once = judged(standing, NOW, spend, visits);
            prop_assert_eq!(judged(once, NOW, spend, visits), once);
            prop_assert!(once.period_end.is_none_or(|end| end > NOW));
            prop_assert_eq!(once.level == 0, once.period_end.is_none());
            if ago < 300 && spend < 1000 {
                prop_assert_eq!(once.level, level);
            }
        }
    }
}

//! The member's tier: where it stands, what it takes to rise and to keep it.

use crate::domain::date::Instant;

/// A tier by name and material.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TierRef {
    /// The backend's identifier.
    pub id: String,
    /// Name shown to members.
    pub name: String,
    /// Position, 1 is the lowest.
    pub rank: i64,
    /// What the card is made of: `plain`, `silver`, `gold`, `platinum`, `diamond`.
    pub material: String,
}

/// Whether one requirement is enough or all are needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Match {
    /// Any one is enough.
    #[default]
    Any,
    /// All are needed.
    All,
}

/// In what a requirement is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Minor units of the programme's currency.
    Money,
    /// Times.
    #[default]
    Count,
    /// Points.
    Points,
}

/// One basis of a tier: how much is needed and how much there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirement {
    /// `spend`, `visits`, `points_earned`, `points_spent`, `interaction`, or another word.
    pub basis: String,
    /// How it is counted.
    pub unit: Unit,
    /// What there is.
    pub current: i64,
    /// What is needed.
    pub required: i64,
    /// By when.
    pub by: Option<Instant>,
}

impl Requirement {
    /// What is missing, never negative.
    pub fn gap(&self) -> i64 {
        self.required.saturating_sub(self.current).max(0)
    }

    /// What there is of `scale`, in per cent from 0 to 100.
    pub fn percent_of(&self, scale: i64) -> i64 {
        (self.current.max(0).saturating_mul(100) / scale.max(1)).clamp(0, 100)
    }
}

/// A benefit of the tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Benefit {
    /// The backend's identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it gives.
    pub description: String,
    /// How to use it.
    pub how_to_use: String,
    /// `available`, `used`, `automatic`, `upcoming`, or another word.
    pub status: String,
    /// Until when it can be used.
    pub until: Option<Instant>,
    /// Its picture.
    pub image: Option<crate::domain::reward::Image>,
}

/// What it takes to reach or to keep a tier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Goal {
    /// The tier in question.
    pub tier: TierRef,
    /// Whether one requirement is enough.
    pub matching: Match,
    /// The requirements.
    pub requirements: Vec<Requirement>,
    /// By when, where there is a date.
    pub by: Option<Instant>,
}

impl Goal {
    /// What is still missing, as the shortest way: the nearest requirement when any is enough, each open one when all
    /// are needed; empty when nothing is missing.
    pub fn missing(&self) -> Vec<&Requirement> {
        let open: Vec<_> = self.requirements.iter().filter(|one| one.gap() > 0).collect();
        match self.matching {
            Match::All => open,
            Match::Any if open.len() < self.requirements.len() => Vec::new(),
            Match::Any => {
                let nearest = open.into_iter().max_by_key(|one| one.percent_of(one.required));
                nearest.into_iter().collect()
            }
        }
    }
}

/// The member's tier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TierStatus {
    /// Current tier.
    pub current: TierRef,
    /// Since when.
    pub since: Option<Instant>,
    /// What it takes to rise; none at the top.
    pub next: Option<Goal>,
    /// What it takes to stay; none where nothing is needed.
    pub retain: Option<Goal>,
    /// When it will be lost if nothing happens, and to what.
    pub downgrade: Option<(Option<Instant>, TierRef)>,
    /// Benefits.
    pub benefits: Vec<Benefit>,
}

/// One gauge of the tier card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gauge {
    /// Basis and figures; `required` is the end of the scale.
    pub basis: String,
    /// How it is counted.
    pub unit: Unit,
    /// What there is.
    pub current: i64,
    /// What keeps the tier.
    pub keep: Option<i64>,
    /// What reaches the next one.
    pub rise: Option<i64>,
    /// Fill in per cent.
    pub fill: i64,
    /// Place of the keep mark in per cent.
    pub keep_at: i64,
}

impl TierStatus {
    /// The gauges of the card: one for each basis that either goal names, rising ones first.
    pub fn gauges(&self) -> Vec<Gauge> {
        let rise = self.next.as_ref().map_or(&[][..], |goal| &goal.requirements);
        let keep = self.retain.as_ref().map_or(&[][..], |goal| &goal.requirements);
        let mut bases: Vec<&Requirement> = rise.iter().collect();
        bases.extend(keep.iter().filter(|one| rise.iter().all(|other| other.basis != one.basis)));
        bases
            .into_iter()
            .map(|one| {
                let rise = rise.iter().find(|other| other.basis == one.basis).map(|other| other.required);
                let keep = keep.iter().find(|other| other.basis == one.basis).map(|other| other.required);
                let scale = rise.unwrap_or(0).max(keep.unwrap_or(0));
                let scale = if rise.is_none() { scale.saturating_add(scale / 4) } else { scale };
                let keep_at =
                    keep.map_or(0, |keep| (keep.max(0).saturating_mul(100) / scale.max(1)).clamp(0, 100));
                Gauge {
                    basis: one.basis.clone(),
                    unit: one.unit,
                    current: one.current,
                    keep,
                    rise,
                    fill: one.percent_of(scale),
                    keep_at,
                }
            })
            .collect()
    }
}

/// A tier in the comparison of all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierLevel {
    /// Which.
    pub tier: TierRef,
    /// What it takes.
    pub thresholds: Vec<Requirement>,
    /// Points for the same purchase, in thousandths.
    pub multiplier_permille: i64,
    /// Benefits: identifier, title, value.
    pub benefits: Vec<(String, String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(basis: &str, current: i64, required: i64) -> Requirement {
        Requirement { basis: basis.into(), current, required, ..Requirement::default() }
    }

    fn goal(matching: Match, requirements: Vec<Requirement>) -> Goal {
        Goal { matching, requirements, ..Goal::default() }
    }

    #[test]
    fn the_shortest_way_is_the_nearest_requirement() {
        let any = goal(Match::Any, vec![need("spend", 1_880, 2_000), need("visits", 10, 24)]);
        assert_eq!(any.missing()[0].basis, "spend");
        assert_eq!(any.missing().len(), 1);
        let all = goal(Match::All, vec![need("spend", 1_880, 2_000), need("visits", 10, 24)]);
        assert_eq!(all.missing().len(), 2);
    }

    #[test]
    fn one_fulfilled_requirement_is_enough_where_any_is() {
        assert!(goal(Match::Any, vec![need("spend", 5, 2), need("visits", 1, 9)]).missing().is_empty());
        assert_eq!(goal(Match::All, vec![need("spend", 5, 2), need("visits", 1, 9)]).missing().len(), 1);
    }

    #[test]
    fn gauges_join_rising_and_keeping() {
        let status = TierStatus {
            next: Some(goal(Match::Any, vec![need("spend", 1_880, 2_000)])),
            retain: Some(goal(Match::All, vec![need("spend", 1_880, 1_200), need("visits", 10, 12)])),
            ..TierStatus::default()
        };
        let gauges = status.gauges();
        assert_eq!(gauges.len(), 2);
        assert_eq!((gauges[0].fill, gauges[0].keep_at, gauges[0].rise), (94, 60, Some(2_000)));
        assert_eq!((gauges[1].keep, gauges[1].rise), (Some(12), None));
    }

    #[test]
    fn figures_at_the_edge_of_the_type_do_not_overflow() {
        assert_eq!(need("spend", i64::MIN, i64::MAX).gap(), i64::MAX);
        assert_eq!(need("spend", i64::MAX, 1).percent_of(0), 100);
        assert_eq!(need("spend", -5, 0).percent_of(0), 0);
    }
}

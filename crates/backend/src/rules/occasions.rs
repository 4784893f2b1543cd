//! When a member is asked about what just happened: after a redemption or a visit, once for each (decision 13).

use crate::clock::{DAY, Millis};
use serde::Deserialize;

/// Nobody is asked about what is longer ago.
pub(crate) const FRESH: Millis = 7 * DAY;
/// Who goes every day isn't asked every time: a visit leads to an offer at most once in this time.
pub(crate) const VISIT_REST: Millis = DAY;

/// What can be an occasion to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// A redemption that is settled: issued or used.
    Redemption,
    /// A purchase in a store.
    Visit,
}

impl Kind {
    /// Its word in the contract and in the database.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Redemption => "redemption",
            Self::Visit => "visit",
        }
    }
}

/// Something that happened and led to nothing yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occasion<'a> {
    pub(crate) kind: Kind,
    pub(crate) at: Millis,
    /// The category of the reward, for a redemption.
    pub(crate) category: Option<&'a str>,
}

/// A survey that can be offered: it is open and the member has not answered it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<'a> {
    pub(crate) kind: Kind,
    /// Only for redemptions of this category; for all without one.
    pub(crate) category: Option<&'a str>,
}

impl Candidate<'_> {
    fn fits(&self, occasion: &Occasion<'_>) -> bool {
        self.kind == occasion.kind && self.category.is_none_or(|own| occasion.category == Some(own))
    }
}

/// The occasion to use and the survey to offer for it, as positions: the latest occasion that is due, and the first
/// survey that fits it, one for its category before one for all. `last_visit` is when a visit last led to an offer.
pub(crate) fn due(
    occasions: &[Occasion<'_>],
    surveys: &[Candidate<'_>],
    last_visit: Option<Millis>,
    now: Millis,
) -> Option<(usize, usize)> {
    let rested = last_visit.is_none_or(|last| now.saturating_sub(last) >= VISIT_REST);
    let due = |occasion: &Occasion<'_>| {
        let age = now.saturating_sub(occasion.at);
        (0..=FRESH).contains(&age) && (rested || occasion.kind != Kind::Visit)
    };
    let survey_for = |occasion: &Occasion<'_>| {
        let own = surveys.iter().position(|survey| survey.category.is_some() && survey.fits(occasion));
        own.or_else(|| surveys.iter().position(|survey| survey.fits(occasion)))
    };
    let found = occasions.iter().enumerate().filter(|(_, occasion)| due(occasion));
    let found = found.filter_map(|(index, occasion)| Some((occasion.at, index, survey_for(occasion)?)));
    found
        .max_by_key(|(at, index, _)| (*at, std::cmp::Reverse(*index)))
        .map(|(_, index, survey)| (index, survey))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_786_525_080_000;

    fn redemption(ago: Millis, category: &str) -> Occasion<'_> {
        Occasion { kind: Kind::Redemption, at: NOW - ago, category: Some(category) }
    }

    fn visit(ago: Millis) -> Occasion<'static> {
        Occasion { kind: Kind::Visit, at: NOW - ago, category: None }
    }

    const SURVEYS: [Candidate<'_>; 3] = [
        Candidate { kind: Kind::Redemption, category: None },
        Candidate { kind: Kind::Redemption, category: Some("drinks") },
        Candidate { kind: Kind::Visit, category: None },
    ];

    #[test]
    fn the_latest_comes_first_with_the_survey_for_it() {
        let one = |occasions: &[Occasion<'_>]| due(occasions, &SURVEYS, None, NOW);
        assert_eq!(one(&[]), None);
        assert_eq!(one(&[redemption(5, "drinks")]), Some((0, 1)));
        assert_eq!(one(&[redemption(5, "goods")]), Some((0, 0)));
        assert_eq!(one(&[visit(9), redemption(5, "goods"), visit(7)]), Some((1, 0)));
        assert_eq!(one(&[visit(5), redemption(5, "goods")]), Some((0, 2)));
        assert_eq!(due(&[visit(3), redemption(5, "goods")], &SURVEYS[..1], None, NOW), Some((1, 0)));
    }

    #[test]
    fn nothing_is_due_too_late_too_early_or_too_often() {
        let one = |occasion, last| due(&[occasion], &SURVEYS, last, NOW).is_some();
        assert!(one(visit(FRESH), None) && !one(visit(FRESH + 1), None) && !one(visit(-1), None));
        assert!(one(visit(1), Some(NOW - DAY)) && !one(visit(1), Some(NOW - DAY + 1)));
        assert!(one(redemption(1, "drinks"), Some(NOW)), "redemptions don't wait for visits");
        assert!(!one(Occasion { at: Millis::MIN, ..visit(0) }, Some(Millis::MAX)));
    }
}

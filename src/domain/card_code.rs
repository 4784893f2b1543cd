//! When the member code is shown, renewed and no longer worth showing.

use crate::domain::date::Instant;
use crate::domain::redemption::CardCode;

/// A code and when it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The code.
    pub code: CardCode,
    /// When it was given.
    pub at: Instant,
}

impl Held {
    /// A code that was kept at `since` and is shown while no backend can be asked. By the device's clock alone it can't be known
    /// whether the till still takes it, so that it counts as over.
    pub fn of_old(code: CardCode, since: Instant, now: Instant) -> Self {
        let until = code.valid_until.unwrap_or(since).min(now);
        Self { code: CardCode { valid_until: Some(until), ..code }, at: since }
    }

    /// When another is wanted: as long after as the backend said, but never after its end.
    pub fn due_at(&self) -> Instant {
        let wanted = self.at.plus_ms(self.code.refresh_after.saturating_mul(1000));
        self.code.valid_until.map_or(wanted, |until| wanted.min(until))
    }

    /// Whole seconds until another is wanted, begun ones counted; none when it is wanted now.
    pub fn seconds_left(&self, now: Instant) -> i64 {
        let left = self.due_at().0.saturating_sub(now.0);
        (left.max(0).saturating_add(999) / 1000).min(self.code.refresh_after)
    }

    /// What of that time is left, in per cent.
    pub fn percent_left(&self, now: Instant) -> i64 {
        let whole = self.due_at().0.saturating_sub(self.at.0).max(1);
        let left = self.due_at().0.saturating_sub(now.0).clamp(0, whole);
        left.saturating_mul(100) / whole
    }

    /// Whether the till refuses it by now.
    pub fn is_over(&self, now: Instant) -> bool {
        self.code.valid_until.is_some_and(|until| until <= now)
    }

    /// When it was known to be valid last.
    pub fn last_valid(&self, now: Instant) -> Instant {
        self.code.valid_until.map_or(self.at, |until| until.min(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn held(at: i64, refresh_after: i64, until: Option<i64>) -> Held {
        let code = CardCode { payload: "1".into(), valid_until: until.map(Instant), refresh_after };
        Held { code, at: Instant(at) }
    }

    #[test]
    fn an_old_one_is_never_shown_as_good() {
        let old = |until, now| Held::of_old(held(0, 45, until).code, Instant(1_000), Instant(now));
        for (until, now) in
            [(Some(61_000), 30_000), (Some(61_000), 90_000), (None, 30_000), (Some(61_000), 500)]
        {
            assert!(old(until, now).is_over(Instant(now)), "{until:?} {now}");
        }
        assert_eq!(old(Some(61_000), 90_000).last_valid(Instant(90_000)), Instant(61_000));
    }

    #[test]
    fn it_is_renewed_before_it_ends() {
        let one = held(1_000, 45, Some(61_000));
        assert_eq!(one.due_at(), Instant(46_000));
        assert_eq!(one.seconds_left(Instant(1_000)), 45);
        assert_eq!(one.seconds_left(Instant(1_001)), 45);
        assert_eq!(one.seconds_left(Instant(45_001)), 1);
        assert_eq!(one.seconds_left(Instant(46_000)), 0);
        assert!(!one.is_over(Instant(60_999)) && one.is_over(Instant(61_000)));
        assert_eq!(one.last_valid(Instant(50_000)), Instant(50_000));
        assert_eq!(one.last_valid(Instant(90_000)), Instant(61_000));
    }

    #[test]
    fn a_code_that_ends_sooner_than_it_is_renewed() {
        let one = held(0, 60, Some(20_000));
        assert_eq!(one.seconds_left(Instant(0)), 20);
        assert_eq!(one.percent_left(Instant(10_000)), 50);
        assert!(!held(0, 60, None).is_over(Instant(i64::MAX)));
    }

    proptest! {
        #[test]
        fn figures_stay_in_their_bounds(at: i64, after in 5..3600_i64, until: Option<i64>, now: i64) {
            let one = held(at, after, until);
            prop_assert!((0..=after).contains(&one.seconds_left(Instant(now))));
            prop_assert!((0..=100).contains(&one.percent_left(Instant(now))));
        }
    }
}

//! How long nobody has touched the screen, and what follows from it: nothing, a warning, the end (requirement K2; WCAG 2.2,
//! 2.2.1).

use crate::domain::kiosk::device::Settings;

/// What is due, with the seconds that are left until the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Somebody is there.
    Busy(i64),
    /// Somebody may have left.
    Warning {
        /// Seconds.
        left: i64,
        /// Whether there is more time to have; not when the backend ends the session.
        more: bool,
    },
    /// Everything is wiped.
    Over,
}

impl Phase {
    /// Seconds until the end.
    pub fn left(self) -> i64 {
        match self {
            Self::Busy(left) | Self::Warning { left, .. } => left,
            Self::Over => 0,
        }
    }
}

/// Moments are milliseconds of a clock that only goes forward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vigil {
    idle_ms: i64,
    warning_ms: i64,
    touched: i64,
    /// When the backend ends the session.
    ends: Option<i64>,
}

impl Vigil {
    /// Begins at `now` with a touch.
    pub fn new(settings: &Settings, now: i64) -> Self {
        Self {
            idle_ms: settings.idle_s * 1000,
            warning_ms: settings.warning_s * 1000,
            touched: now,
            ends: None,
        }
    }

    /// The session ends at `at` whatever is touched.
    #[must_use]
    pub fn until(self, at: Option<i64>) -> Self {
        Self { ends: at, ..self }
    }

    /// Somebody touched the screen. A warning is not answered by a mere touch: an elbow is no answer.
    pub fn touch(&mut self, now: i64) {
        if matches!(self.phase(now), Phase::Busy(_)) {
            self.touched = now.max(self.touched);
        }
    }

    /// Somebody asked for more time, any number of times.
    pub fn more(&mut self, now: i64) {
        if self.phase(now) != Phase::Over {
            self.touched = now.max(self.touched);
        }
    }

    /// What is due at `now`.
    pub fn phase(&self, now: i64) -> Phase {
        let by_touch = self.touched.saturating_add(self.idle_ms + self.warning_ms);
        let end = self.ends.map_or(by_touch, |ends| by_touch.min(ends));
        let left = end.saturating_sub(now);
        let seconds = left.saturating_add(999) / 1000;
        if left <= 0 {
            Phase::Over
        } else if left <= self.warning_ms {
            let fresh = now.saturating_add(self.warning_ms);
            Phase::Warning { left: seconds, more: self.ends.is_none_or(|ends| ends > fresh) }
        } else {
            Phase::Busy(seconds)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vigil() -> Vigil {
        Vigil::new(&Settings { idle_s: 50, warning_s: 25, ..Settings::default() }, 1_000)
    }

    #[test]
    fn idle_then_a_warning_then_the_end() {
        let vigil = vigil();
        assert_eq!(vigil.phase(1_000), Phase::Busy(75));
        assert_eq!(vigil.phase(50_999), Phase::Busy(26));
        assert_eq!(vigil.phase(51_000), Phase::Warning { left: 25, more: true });
        assert_eq!(vigil.phase(75_999), Phase::Warning { left: 1, more: true });
        assert_eq!(vigil.phase(76_000), Phase::Over);
        assert_eq!(vigil.phase(i64::MAX), Phase::Over);
    }

    #[test]
    fn more_time_is_given_ten_times_and_more() {
        let mut vigil = vigil();
        let mut now = 1_000;
        for _ in 0..12 {
            now += 60_000;
            vigil.touch(now);
            assert_eq!(vigil.phase(now).left(), 15, "a touch is no answer to a warning");
            vigil.more(now);
            assert_eq!(vigil.phase(now), Phase::Busy(75));
        }
        now += 75_000;
        vigil.more(now);
        assert_eq!(vigil.phase(now), Phase::Over, "it is too late");
    }

    #[test]
    fn the_end_of_the_session_is_told_and_offers_nothing() {
        let mut vigil = vigil().until(Some(100_000));
        vigil.touch(40_000);
        assert_eq!(vigil.phase(40_000), Phase::Busy(60));
        vigil.touch(74_000);
        assert_eq!(vigil.phase(76_000), Phase::Warning { left: 24, more: false });
        vigil.more(76_000);
        assert_eq!(vigil.phase(99_999), Phase::Warning { left: 1, more: false });
        assert_eq!(vigil.phase(100_000), Phase::Over);
    }

    proptest! {
        #[test]
        fn without_an_answer_it_always_ends_after_a_full_warning(
            touches in prop::collection::vec(0_i64..600_000, 0..40),
            idle_s in 10_i64..300,
            warning_s in 20_i64..120,
        ) {
            let mut vigil = Vigil::new(&Settings { idle_s, warning_s, ..Settings::default() }, 0);
            let mut touches = touches;
            touches.sort_unstable();
            let mut last = 0;
            for at in touches {
                if matches!(vigil.phase(at), Phase::Busy(_)) {
                    last = at;
                }
                vigil.touch(at);
            }
            let warned = (last..).step_by(1000).find(|at| !matches!(vigil.phase(*at), Phase::Busy(_))).unwrap();
            let over = (last..).step_by(1000).find(|at| vigil.phase(*at) == Phase::Over).unwrap();
            prop_assert_eq!(warned - last, idle_s * 1000);
            prop_assert_eq!(over - warned, warning_s * 1000);
        }
    }
}

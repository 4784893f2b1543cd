//! Which rewards a kiosk shows while nobody uses it: what anybody could have here and now, another choice every day.

use crate::clock::Millis;
use crate::ids;
use chrono::NaiveDate;

/// So many are shown.
pub(crate) const SHOWN: usize = 3;

/// What decides about one reward.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<'a> {
    pub(crate) id: &'a str,
    pub(crate) from: Option<Millis>,
    pub(crate) until: Option<Millis>,
    /// What is left; None when there is no limit.
    pub(crate) remaining: Option<i64>,
    /// Whether it can be used at the device's store.
    pub(crate) here: bool,
    /// Whether it takes a tier above the first.
    pub(crate) reserved: bool,
    /// Whether it costs less than it did.
    pub(crate) marked_down: bool,
}

impl Candidate<'_> {
    fn fits(&self, now: Millis) -> bool {
        self.here
            && !self.reserved
            && self.remaining.is_none_or(|left| left > 0)
            && self.from.is_none_or(|from| from <= now)
            && self.until.is_none_or(|until| now <= until)
    }
}

/// The positions of the rewards to show, marked-down ones first. The rest of the order is made up for the day and the device,
/// so that two that stand side by side don't show the same.
pub(crate) fn pick(candidates: &[Candidate<'_>], now: Millis, today: NaiveDate, device: &str) -> Vec<usize> {
    let day = today.to_string();
    let mut fitting: Vec<usize> = (0..candidates.len()).filter(|at| candidates[*at].fits(now)).collect();
    fitting.sort_by_cached_key(|at| {
        let candidate = &candidates[*at];
        let place = ids::digest(&[day.as_bytes(), device.as_bytes(), candidate.id.as_bytes()]);
        (!candidate.marked_down, place)
    });
    fitting.truncate(SHOWN);
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const NOW: Millis = 1_786_525_080_000;
    const PLAIN: Candidate<'_> = Candidate {
        id: "plain",
        from: None,
        until: None,
        remaining: None,
        here: true,
        reserved: false,
        marked_down: false,
    };

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 8, number).unwrap()
    }

    #[test]
    fn only_what_anybody_could_have_here_and_now() {
        let shown = |candidate| !pick(&[candidate], NOW, day(12), "d").is_empty();
        assert!(shown(PLAIN));
        assert!(shown(Candidate { from: Some(NOW), until: Some(NOW), remaining: Some(1), ..PLAIN }));
        for out in [
            Candidate { from: Some(NOW + 1), ..PLAIN },
            Candidate { until: Some(NOW - 1), ..PLAIN },
            Candidate { remaining: Some(0), ..PLAIN },
            Candidate { here: false, ..PLAIN },
            Candidate { reserved: true, ..PLAIN },
        ] {
            assert!(!shown(out), "{out:?}");
        }
    }

    #[test]
    fn marked_down_ones_lead_and_the_rest_changes_by_day_and_device() {
        let names: Vec<String> = (0..20).map(|number| format!("reward-{number}")).collect();
        let candidates: Vec<Candidate<'_>> = names
            .iter()
            .enumerate()
            .map(|(at, id)| Candidate { id, marked_down: at == 7, ..PLAIN })
            .collect();
        let choice = |number, device| pick(&candidates, NOW, day(number), device);
        let days: BTreeSet<Vec<usize>> = (1..=28).map(|number| choice(number, "d")).collect();
        assert!(days.len() > 20 && days.iter().all(|shown| shown.len() == SHOWN && shown[0] == 7));
        assert_eq!(choice(12, "d"), choice(12, "d"));
        assert_ne!(choice(12, "d"), choice(12, "e"));
        assert_eq!(pick(&candidates[..2], NOW, day(12), "d").len(), 2);
    }
}

//! The chart of the last months as geometry, in whole units of a drawing that is [`WIDTH`] wide.

use crate::domain::number::group;
use crate::domain::points::Month;

/// Width of the drawing.
pub const WIDTH: i64 = 350;
/// Where the bars stand, measured from the top.
pub const BASE: i64 = 104;

/// Room for a digit of the scale's labels at 12 units of type.
const DIGIT: i64 = 7;
/// What the scale ends at; twice the greatest half of it still is a number.
const GREATEST: i64 = 8_000_000_000_000_000_000;
/// Round numbers in tenths.
const STEPS: [i64; 10] = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80];

/// What is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// The scale's end, a round number.
    pub top: i64,
    /// Half of it, round as well.
    pub half: i64,
    /// Width that the bars may take; the scale's labels stand to the right of it.
    pub plot: i64,
    /// Bars of what was earned, as a path.
    pub earned: String,
    /// Bars of what was spent, as a path.
    pub spent: String,
    /// Number of each month and the middle of its place.
    pub labels: Vec<(i64, String)>,
}

impl Chart {
    /// The drawing of the months, oldest first.
    pub fn new(months: &[Month]) -> Self {
        let greatest = months.iter().map(|month| month.earned.max(month.spent)).max().unwrap_or_default();
        let half = half_scale(greatest);
        let top = half * 2;
        let plot = WIDTH - i64::try_from(group(top).chars().count()).unwrap_or_default() * DIGIT - 4;
        let place = plot / i64::try_from(months.len().max(1)).unwrap_or(1);
        let bar = (place * 3 / 10).clamp(1, 12);
        let left = (place - 2 * bar - 1) / 2;
        let mut chart = Self { top, half, plot, ..Self::default() };
        let mut x = 0;
        for month in months {
            push_bar(&mut chart.earned, x + left, bar, height(month.earned, top));
            push_bar(&mut chart.spent, x + left + bar + 1, bar, height(month.spent, top));
            let number = month.month.split('-').nth(1).unwrap_or_default().trim_start_matches('0');
            chart.labels.push((x + place / 2, number.into()));
            x += place;
        }
        chart
    }
}

/// The smallest round number of which the double is no less than `greatest`.
fn half_scale(greatest: i64) -> i64 {
    if greatest <= 0 {
        return 50;
    }
    let greatest = greatest.min(GREATEST);
    let wanted = greatest / 2 + greatest % 2;
    let mut unit: i64 = 1;
    loop {
        let whole = |step: i64| match unit {
            1 if step % 10 != 0 => 0,
            1 => step / 10,
            _ => unit / 10 * step,
        };
        if let Some(half) = STEPS.into_iter().map(whole).find(|half| *half >= wanted) {
            return half;
        }
        unit *= 10;
    }
}

/// At least two units, so that a little is not nothing.
fn height(value: i64, top: i64) -> i64 {
    match value.min(top) {
        ..=0 => 0,
        value if value < i64::MAX / BASE => (value * BASE / top).max(2),
        value => (value / (top / BASE)).clamp(2, BASE),
    }
}

fn push_bar(path: &mut String, x: i64, width: i64, height: i64) {
    if height == 0 {
        return;
    }
    let round = (width / 2).min(2);
    let mut push = |before: &str, number: i64| {
        path.push_str(before);
        path.push_str(&number.to_string());
    };
    push("M", x);
    push(" ", BASE);
    push("v", round - height);
    push("q0 ", -round);
    push(" ", round);
    push(" ", -round);
    push("h", width - 2 * round);
    push("q", round);
    push(" 0 ", round);
    push(" ", round);
    push("V", BASE);
    path.push('z');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn month(name: &str, earned: i64, spent: i64) -> Month {
        Month { month: name.into(), earned, spent, ..Month::default() }
    }

    #[test]
    fn scales_end_at_round_numbers() {
        for (greatest, half) in [
            (0, 50),
            (-7, 50),
            (1, 1),
            (3, 2),
            (13, 8),
            (17, 10),
            (21, 12),
            (942, 500),
            (2_200, 1_200),
            (2_401, 1_500),
            (1_000_000, 500_000),
            (i64::MAX, 4_000_000_000_000_000_000),
        ] {
            assert_eq!(half_scale(greatest), half, "{greatest}");
        }
    }

    #[test]
    fn bars_are_as_high_as_they_should_be() {
        let chart = Chart::new(&[month("2025-12", 0, 0), month("2026-01", 1_200, 1)]);
        assert_eq!((chart.top, chart.half, chart.plot), (1_200, 600, 311));
        assert_eq!(chart.earned, "M220 104v-102q0 -2 2 -2h8q2 0 2 2V104z");
        assert_eq!(chart.spent, "M233 104v0q0 -2 2 -2h8q2 0 2 2V104z");
        assert_eq!(chart.labels, [(77, "12".into()), (232, "1".into())]);
    }

    #[test]
    fn nothing_is_drawn_for_nothing() {
        let chart = Chart::new(&[month("2026-08", 0, -4)]);
        assert_eq!((chart.earned.as_str(), chart.spent.as_str(), chart.top), ("", "", 100));
        assert!(Chart::new(&[]).labels.is_empty());
    }

    proptest! {
        #[test]
        fn any_months_stay_inside(values in proptest::collection::vec((any::<i64>(), any::<i64>()), 0..25)) {
            let months: Vec<_> = values.into_iter().map(|(earned, spent)| month("2026-08", earned, spent)).collect();
            let chart = Chart::new(&months);
            prop_assert!(chart.half > 0 && chart.top == chart.half * 2);
            prop_assert!(chart.plot > 150 && chart.labels.iter().all(|(x, _)| (0..=chart.plot).contains(x)));
            for month in months {
                prop_assert!((0..=BASE).contains(&height(month.earned, chart.top)));
            }
        }

        #[test]
        fn a_scale_is_enough_and_not_too_much(greatest in 1..GREATEST) {
            let half = half_scale(greatest);
            prop_assert!(half * 2 >= greatest);
            prop_assert!(greatest < 10 || half <= greatest);
        }
    }
}

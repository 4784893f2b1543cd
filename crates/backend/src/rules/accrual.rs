//! How many points a purchase earns.

use serde::Deserialize;

/// The base rate of a programme: `points` for each full `per_amount` (minor units of money).
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Rate {
    pub(crate) points: i64,
    pub(crate) per_amount: i64,
}

/// Points for an order of `amount` minor units at a tier's multiplier in thousandths. Rounded down, never negative.
pub(crate) fn for_order(rate: Rate, amount: i64, multiplier_permille: i64) -> i64 {
    if rate.per_amount <= 0 || amount <= 0 || rate.points <= 0 || multiplier_permille <= 0 {
        return 0;
    }
    let points =
        i128::from(amount / rate.per_amount) * i128::from(rate.points) * i128::from(multiplier_permille)
            / 1000;
    i64::try_from(points).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn multiplies_and_rounds_down() {
        let rate = Rate { points: 1, per_amount: 100 };
        assert_eq!(for_order(rate, 3_299, 1000), 32);
        assert_eq!(for_order(rate, 3_300, 1500), 49);
        assert_eq!(for_order(rate, -1, 1500), 0);
        assert_eq!(for_order(Rate { points: 1, per_amount: 0 }, 100, 1000), 0);
    }

    proptest! {
        #[test]
        fn more_money_never_earns_less(a in 0i64..10_000_000, b in 0i64..10_000_000, m in 0i64..5000) {
            let rate = Rate { points: 3, per_amount: 100 };
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(for_order(rate, low, m) <= for_order(rate, high, m));
            prop_assert!(for_order(rate, low, m) >= 0);
        }
    }
}

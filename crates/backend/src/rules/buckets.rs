//! A member's points, kept apart by the date on which they expire and used first-expiring-first.

use crate::clock::Millis;
use serde::{Deserialize, Serialize};

/// Some points of one expiry date; no date means never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Portion {
    pub(crate) amount: i64,
    pub(crate) expires_at: Option<Millis>,
}

/// What a spend took from one bucket, and what it left there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) amount: i64,
    pub(crate) expires_at: Option<Millis>,
    pub(crate) remaining: i64,
}

/// The balance by expiry date, soonest first, never-expiring last.
///
/// Only the never-expiring bucket can be negative: that is a debt left by a correction, and it exists only while no
/// other bucket holds anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Buckets(Vec<Portion>);

fn order(expires_at: Option<Millis>) -> Millis {
    expires_at.unwrap_or(Millis::MAX)
}

impl Buckets {
    pub(crate) fn new(portions: impl IntoIterator<Item = Portion>) -> Self {
        let mut buckets = Self::default();
        for portion in portions {
            buckets.put(portion.amount, portion.expires_at);
        }
        buckets
    }

    pub(crate) fn portions(&self) -> &[Portion] {
        &self.0
    }

    pub(crate) fn balance(&self) -> i64 {
        self.0.iter().map(|portion| portion.amount).sum()
    }

    /// Adds points. A debt is paid first.
    pub(crate) fn credit(&mut self, amount: i64, expires_at: Option<Millis>) {
        let debt = self.0.last().map_or(0, |last| (-last.amount).max(0));
        let paid = debt.min(amount);
        self.put(paid, None);
        self.put(amount - paid, expires_at);
    }

    /// Takes `amount` from the buckets that expire first.
    ///
    /// # Errors
    /// The number of points that are missing; nothing is taken then.
    pub(crate) fn spend(&mut self, amount: i64) -> Result<Vec<Used>, i64> {
        let short = amount - self.balance();
        if short > 0 {
            return Err(short);
        }
        Ok(self.take(amount))
    }

    /// Removes what has expired at `now` and says what that was.
    pub(crate) fn expire(&mut self, now: Millis) -> Vec<Portion> {
        let gone = |portion: &Portion| portion.expires_at.is_some_and(|at| at <= now);
        let expired = self.0.iter().copied().filter(gone).collect();
        self.0.retain(|portion| !gone(portion));
        expired
    }

    /// Gives points back to the buckets they were taken from.
    pub(crate) fn restore(&mut self, portions: &[Portion]) {
        for portion in portions {
            self.credit(portion.amount, portion.expires_at);
        }
    }

    /// Applies a correction, which may leave a debt.
    pub(crate) fn adjust(&mut self, delta: i64, expires_at: Option<Millis>) -> Vec<Used> {
        if delta >= 0 {
            self.credit(delta, expires_at);
            return Vec::new();
        }
        let covered = self.balance().clamp(0, -delta);
        let used = self.take(covered);
        self.put(delta + covered, None);
        used
    }

    fn take(&mut self, amount: i64) -> Vec<Used> {
        let mut missing = amount;
        let mut used = Vec::new();
        for portion in &mut self.0 {
            let part = missing.min(portion.amount).max(0);
            if part > 0 {
                portion.amount -= part;
                missing -= part;
                used.push(Used { amount: part, expires_at: portion.expires_at, remaining: portion.amount });
            }
        }
        self.0.retain(|portion| portion.amount != 0);
        used
    }

    fn put(&mut self, amount: i64, expires_at: Option<Millis>) {
        if amount == 0 {
            return;
        }
        match self.0.binary_search_by_key(&order(expires_at), |portion| order(portion.expires_at)) {
            Ok(index) => {
                self.0[index].amount += amount;
                if self.0[index].amount == 0 {
                    self.0.remove(index);
                }
            }
            Err(index) => self.0.insert(index, Portion { amount, expires_at }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Step {
        Earn(i64, Option<Millis>),
        Spend(i64),
        Expire(Millis),
        Cancel(usize),
        Adjust(i64),
    }

    fn step() -> impl Strategy<Value = Step> {
        let date = prop_oneof![3 => (1i64..60).prop_map(Some), 1 => Just(None)];
        prop_oneof![
            4 => (1i64..1000, date).prop_map(|(amount, at)| Step::Earn(amount, at)),
            4 => (1i64..1500).prop_map(Step::Spend),
            2 => (0i64..60).prop_map(Step::Expire),
            2 => (0usize..8).prop_map(Step::Cancel),
            1 => (-800i64..800).prop_map(Step::Adjust),
        ]
    }

    proptest! {
        #[test]
        fn the_balance_is_the_sum_of_buckets_and_of_the_ledger(steps in prop::collection::vec(step(), 1..60)) {
            let mut buckets = Buckets::default();
            let mut ledger = 0i64;
            let mut spends: Vec<Vec<Portion>> = Vec::new();
            for step in steps {
                match step {
                    Step::Earn(amount, at) => {
                        buckets.credit(amount, at);
                        ledger += amount;
                    }
                    Step::Spend(amount) => {
                        let before = buckets.clone();
                        match buckets.spend(amount) {
                            Ok(used) => {
                                prop_assert!(buckets.balance() >= 0);
                                prop_assert_eq!(used.iter().map(|u| u.amount).sum::<i64>(), amount);
                                prop_assert!(used.is_sorted_by_key(|u| order(u.expires_at)));
                                ledger -= amount;
                                spends.push(used.iter().map(|u| Portion { amount: u.amount, expires_at: u.expires_at }).collect());
                            }
                            Err(short) => {
                                prop_assert_eq!(short, amount - before.balance());
                                prop_assert_eq!(&buckets, &before);
                            }
                        }
                    }
                    Step::Expire(now) => ledger -= buckets.expire(now).iter().map(|p| p.amount).sum::<i64>(),
                    Step::Cancel(index) => {
                        if index < spends.len() {
                            let spend = spends.swap_remove(index);
                            buckets.restore(&spend);
                            ledger += spend.iter().map(|p| p.amount).sum::<i64>();
                        }
                    }
                    Step::Adjust(delta) => {
                        buckets.adjust(delta, None);
                        ledger += delta;
                    }
                }
                prop_assert_eq!(buckets.balance(), ledger);
                prop_assert!(buckets.portions().iter().all(|p| p.amount != 0));
                prop_assert!(buckets.portions().is_sorted_by_key(|p| order(p.expires_at)));
                let debt = buckets.portions().iter().any(|p| p.amount < 0);
                prop_assert!(!debt || buckets.portions().len() == 1);
            }
        }

        #[test]
        fn cancelling_restores_the_original_buckets(
            portions in prop::collection::vec((1i64..500, prop::option::of(1i64..9)), 1..8),
            share in 0.0f64..1.0,
        ) {
            let mut buckets = Buckets::new(portions.into_iter().map(|(amount, expires_at)| Portion { amount, expires_at }));
            let before = buckets.clone();
            let amount = (buckets.balance() as f64 * share) as i64;
            let used = buckets.spend(amount).unwrap();
            let back: Vec<_> = used.iter().map(|u| Portion { amount: u.amount, expires_at: u.expires_at }).collect();
            buckets.restore(&back);
            prop_assert_eq!(buckets, before);
        }
    }

    #[test]
    fn a_debt_is_paid_before_anything_is_gained() {
        let mut buckets = Buckets::new([Portion { amount: 100, expires_at: Some(5) }]);
        let used = buckets.adjust(-250, None);
        assert_eq!(used, [Used { amount: 100, expires_at: Some(5), remaining: 0 }]);
        assert_eq!(buckets.balance(), -150);
        assert_eq!(buckets.spend(1), Err(151));
        buckets.credit(200, Some(9));
        assert_eq!(buckets.portions(), [Portion { amount: 50, expires_at: Some(9) }]);
    }
}

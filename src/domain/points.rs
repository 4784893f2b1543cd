//! Points: the balance, when parts of it expire, and the ledger.

use crate::domain::date::Instant;

/// Points that expire together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Points in the bucket.
    pub amount: i64,
    /// When they expire; never without it.
    pub at: Option<Instant>,
}

/// The member's balance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Points that can be spent now; negative after an adjustment.
    pub available: i64,
    /// Earned, not yet credited.
    pub pending: i64,
    /// Held by something unfinished.
    pub locked: i64,
    /// Buckets, soonest expiry first.
    pub expiring: Vec<Bucket>,
    /// The server's time of the figures.
    pub as_of: Option<Instant>,
}

impl Balance {
    /// The bucket that expires next, if any does.
    pub fn next_expiry(&self) -> Option<&Bucket> {
        self.expiring.iter().find(|bucket| bucket.at.is_some() && bucket.amount > 0)
    }

    /// Each bucket's share of the balance in thousandths, for drawing; at least `least` so that it can be seen.
    pub fn shares(&self, least: i64) -> Vec<i64> {
        let total: i64 = self.expiring.iter().map(|bucket| bucket.amount.max(0)).fold(0, i64::saturating_add);
        self.expiring
            .iter()
            .map(|bucket| {
                if total > 0 {
                    (bucket.amount.max(0) / (total / 1000).max(1)).clamp(least, 1000)
                } else {
                    least
                }
            })
            .collect()
    }
}

/// What an entry of the points ledger is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// Points earned.
    Earn,
    /// Points spent.
    Spend,
    /// Points that expired.
    Expire,
    /// Points given back.
    Refund,
    /// A correction by the programme.
    Adjust,
    /// A kind that this version doesn't know; shown with its reason and amount.
    Other,
}

impl EntryKind {
    /// The filters that the ledger offers, in order.
    pub const ALL: [Self; 5] = [Self::Earn, Self::Spend, Self::Expire, Self::Refund, Self::Adjust];

    /// The contract's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Earn => "earn",
            Self::Spend => "spend",
            Self::Expire => "expire",
            Self::Refund => "refund",
            Self::Adjust => "adjust",
            Self::Other => "other",
        }
    }

    /// From the contract's word.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.name() == word).unwrap_or(Self::Other)
    }
}

/// An entry of the points ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The backend's identifier.
    pub id: String,
    /// What it is.
    pub kind: EntryKind,
    /// Signed points.
    pub amount: i64,
    /// The balance after it.
    pub balance_after: i64,
    /// Why, in the member's language.
    pub reason: String,
    /// What caused it, by the contract's word (`order`, `redemption`, `survey`, …).
    pub source_kind: String,
    /// Title of what caused it.
    pub source_title: Option<String>,
    /// Name of the store.
    pub store: Option<String>,
    /// When it happened.
    pub occurred_at: Option<Instant>,
    /// When the points of this entry expire.
    pub expires_at: Option<Instant>,
    /// Buckets that a spend used.
    pub buckets_used: Vec<Bucket>,
}

/// One month of the ledger in sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Month {
    /// `2026-08`, in the programme's time zone.
    pub month: String,
    /// Points earned.
    pub earned: i64,
    /// Points spent.
    pub spent: i64,
    /// Points expired.
    pub expired: i64,
    /// Points given back.
    pub refunded: i64,
    /// Sum of the corrections, signed.
    pub adjusted: i64,
}

/// The last months of the ledger, and how many entries of each kind there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Oldest first.
    pub months: Vec<Month>,
    /// Number of entries: all, then in the order of [`EntryKind::ALL`].
    pub counts: [i64; 6],
}

/// A way to earn points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarningRule {
    /// Title.
    pub title: String,
    /// How it works.
    pub description: String,
    /// The contract's word (`purchase`, `survey`, …).
    pub kind: String,
    /// Points each time, or for each [`Self::per_amount`].
    pub points: Option<i64>,
    /// Money for which the points are given: minor units and ISO 4217 code.
    pub per_amount: Option<(i64, String)>,
    /// How the rule multiplies other points, in thousandths.
    pub multiplier_permille: Option<i64>,
    /// From when it holds.
    pub from: Option<Instant>,
    /// Until when it holds.
    pub until: Option<Instant>,
    /// The most that it brings, and in what: `day`, `week`, `month`, `year`, `once`.
    pub cap: Option<(i64, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balance(amounts: &[i64]) -> Balance {
        Balance {
            expiring: amounts.iter().map(|amount| Bucket { amount: *amount, at: None }).collect(),
            ..Balance::default()
        }
    }

    #[test]
    fn shares_are_visible_and_survive_any_amount() {
        assert_eq!(balance(&[620, 3_200, 9_020]).shares(40), [51, 266, 751]);
        assert_eq!(balance(&[-5, 0]).shares(40), [40, 40]);
        assert_eq!(balance(&[i64::MAX, i64::MAX, 1]).shares(10)[2], 10);
        assert!(balance(&[]).shares(10).is_empty());
    }

    #[test]
    fn an_unknown_kind_is_kept() {
        assert_eq!(EntryKind::parse("donate"), EntryKind::Other);
        assert_eq!(EntryKind::parse("refund"), EntryKind::Refund);
    }
}

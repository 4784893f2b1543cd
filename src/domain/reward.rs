//! The redemption catalogue.

use crate::domain::date::Instant;

/// A picture by address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// By day.
    pub url: String,
    /// By night, where it differs.
    pub url_dark: Option<String>,
    /// What it shows.
    pub alt: String,
}

/// Why a reward can't be redeemed now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The contract's problem code.
    pub code: String,
    /// The backend's words for it.
    pub detail: String,
}

/// Units left of a limited reward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stock {
    /// Units left.
    pub remaining: i64,
    /// Units there were.
    pub total: Option<i64>,
}

/// A reward of the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reward {
    /// The backend's identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// A second line.
    pub subtitle: String,
    /// What it is.
    pub description: String,
    /// Pictures, the first is shown in lists.
    pub images: Vec<Image>,
    /// Points of one.
    pub cost_points: i64,
    /// Points before the discount.
    pub list_cost_points: Option<i64>,
    /// Money besides the points: minor units and currency.
    pub cost_money: Option<(i64, String)>,
    /// Units left, without it unlimited.
    pub stock: Option<Stock>,
    /// From when.
    pub from: Option<Instant>,
    /// Until when.
    pub until: Option<Instant>,
    /// Lowest tier: name.
    pub min_tier: Option<String>,
    /// Per member: most and used.
    pub limit: Option<(i64, i64)>,
    /// Stores where it is given; empty when all of them do.
    pub store_ids: Vec<String>,
    /// Where it is given, in words.
    pub stores_label: String,
    /// Rules.
    pub terms: Vec<String>,
    /// Days for which the voucher is valid.
    pub voucher_valid_days: Option<i64>,
    /// Hours within which it can be cancelled.
    pub cancellable_hours: Option<i64>,
    /// Why it can't be redeemed; empty when it can.
    pub reasons: Vec<Reason>,
    /// Points missing.
    pub shortfall: Option<i64>,
}

impl Reward {
    /// Whether the backend says that this member can redeem it now.
    pub fn is_eligible(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Whether the reason `code` stands against it.
    pub fn has_reason(&self, code: &str) -> bool {
        self.reasons.iter().any(|reason| reason.code == code)
    }

    /// Share of the cost that the member has, in per cent, when only points are missing.
    pub fn saved_percent(&self) -> Option<i64> {
        let missing = self.shortfall.filter(|missing| *missing > 0)?;
        let cost = self.cost_points.max(1);
        Some((cost.saturating_sub(missing).max(0).saturating_mul(100) / cost).clamp(0, 100))
    }
}

/// A category and how many rewards are in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// The backend's identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// Rewards in it.
    pub count: i64,
    /// Of those, how many this member can redeem now.
    pub affordable: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saved_share_stays_between_nothing_and_all() {
        let reward =
            |cost_points, shortfall| Reward { cost_points, shortfall: Some(shortfall), ..Reward::default() };
        assert_eq!(reward(1000, 250).saved_percent(), Some(75));
        assert_eq!(reward(1000, 4000).saved_percent(), Some(0));
        assert_eq!(reward(0, 1).saved_percent(), Some(0));
        assert_eq!(reward(1000, 0).saved_percent(), None);
        assert_eq!(reward(i64::MAX, 1).saved_percent(), Some(1));
    }
}

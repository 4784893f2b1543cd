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
    /// Whether more than one can be had at once; a privilege can't.
    pub many: bool,
    /// Per member: most and used.
    pub limit: Option<(i64, i64)>,
    /// The contract's word for the time in which that counts; empty when it isn't told.
    pub limit_period: String,
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
    /// Whether the member marked it.
    pub favourite: bool,
}

/// What a card of the catalogue shows. Of a long list only this is kept in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// The backend's identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// The first picture.
    pub image: Option<Image>,
    /// Points of one.
    pub cost_points: i64,
    /// Points before the discount, where there is one.
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
    /// Points missing.
    pub shortfall: Option<i64>,
    /// Whether the member marked it.
    pub favourite: bool,
    against: Against,
}

/// The reasons against a reward, as far as a card tells them apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Against {
    stock: bool,
    points: bool,
    limit: bool,
    window: bool,
    tier: bool,
    other: bool,
}

/// How a reward stands for the member at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can be redeemed.
    Ready,
    /// None is left.
    SoldOut,
    /// So many points are missing.
    Short(i64),
    /// The member has had as many as one may.
    Limit,
    /// It opens then.
    Soon(Instant),
    /// Its time has passed.
    Over,
    /// It is for a higher tier.
    Tier,
    /// It can't be redeemed for another reason.
    Closed,
}

impl Card {
    /// How it stands at `now`.
    pub fn standing(&self, now: Instant) -> Standing {
        let against = self.against;
        let soon = self.from.filter(|from| *from > now);
        let over = self.until.is_some_and(|until| until <= now);
        // It was read before it opened: the clock has gone on since.
        let opened = against.window && soon.is_none() && self.from.is_some() && !over;
        if against.stock || self.stock.as_ref().is_some_and(|stock| stock.remaining <= 0) {
            Standing::SoldOut
        } else if over {
            Standing::Over
        } else if let Some(from) = soon {
            Standing::Soon(from)
        } else if let Some(missing) = self.shortfall.filter(|missing| *missing > 0) {
            Standing::Short(missing)
        } else if against.limit {
            Standing::Limit
        } else if against.tier {
            Standing::Tier
        } else if against.window && !opened {
            Standing::Over
        } else if against.points || against.other {
            Standing::Closed
        } else {
            Standing::Ready
        }
    }

    /// Share of the cost that the member has, in per cent, when only points are missing.
    pub fn saved_percent(&self) -> Option<i64> {
        saved_percent(self.cost_points, self.shortfall)
    }
}

impl From<Reward> for Card {
    fn from(reward: Reward) -> Self {
        let mut against = Against::default();
        for reason in &reward.reasons {
            match reason.code.as_str() {
                "out-of-stock" => against.stock = true,
                "insufficient-points" => against.points = true,
                "limit-reached" => against.limit = true,
                "not-in-window" => against.window = true,
                "tier-required" => against.tier = true,
                _ => against.other = true,
            }
        }
        Self {
            id: reward.id,
            title: reward.title,
            // It stands beside the words that name it.
            image: reward.images.into_iter().next().map(|image| Image { alt: String::new(), ..image }),
            cost_points: reward.cost_points,
            list_cost_points: reward.list_cost_points.filter(|before| *before > reward.cost_points),
            cost_money: reward.cost_money.filter(|(minor, _)| *minor > 0),
            stock: reward.stock,
            from: reward.from,
            until: reward.until,
            min_tier: reward.min_tier,
            shortfall: reward.shortfall,
            favourite: reward.favourite,
            against,
        }
    }
}

fn saved_percent(cost: i64, shortfall: Option<i64>) -> Option<i64> {
    let missing = shortfall.filter(|missing| *missing > 0)?;
    let cost = cost.max(1);
    Some((cost.saturating_sub(missing).max(0).saturating_mul(100) / cost).clamp(0, 100))
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

    /// How many can be redeemed at once with `balance` points: at least one, at most ten.
    pub fn most(&self, balance: Option<i64>) -> i64 {
        const MOST: i64 = 10;
        if !self.many {
            return 1;
        }
        let by_limit = self.limit.map_or(MOST, |(max, used)| max.saturating_sub(used));
        let by_stock = self.stock.as_ref().map_or(MOST, |stock| stock.remaining);
        let by_points = balance.map_or(MOST, |balance| balance / self.cost_points.max(1));
        by_limit.min(by_stock).min(by_points).clamp(1, MOST)
    }

    /// When it opens, if that is still to come.
    pub fn opens_after(&self, now: Instant) -> Option<Instant> {
        self.from.filter(|from| *from > now)
    }
}

/// Hours, minutes and seconds of a time that is left; `None` when it is over, or too far away to count the seconds.
pub fn countdown(milliseconds: i64) -> Option<[i64; 3]> {
    const FAR: i64 = 100 * 3600;
    let seconds = milliseconds.saturating_add(999) / 1000;
    let near = milliseconds > 0 && seconds < FAR;
    near.then_some([seconds / 3600, seconds / 60 % 60, seconds % 60])
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
    fn the_most_at_once_is_what_limit_stock_and_points_allow() {
        let reward = Reward { many: true, cost_points: 500, ..Reward::default() };
        assert_eq!(reward.most(None), 10);
        assert_eq!(reward.most(Some(1_700)), 3);
        assert_eq!(reward.most(Some(-5)), 1);
        assert_eq!(Reward { limit: Some((2, 1)), ..reward.clone() }.most(None), 1);
        assert_eq!(Reward { limit: Some((4, 1)), ..reward.clone() }.most(None), 3);
        let stock = Some(Stock { remaining: 2, total: None });
        assert_eq!(Reward { stock, ..reward.clone() }.most(None), 2);
        assert_eq!(Reward { many: false, ..reward }.most(None), 1);
    }

    #[test]
    fn the_last_second_is_counted_to_its_end() {
        assert_eq!(countdown(((2 * 60 + 14) * 60 + 36) * 1000), Some([2, 14, 36]));
        assert_eq!(countdown(1), Some([0, 0, 1]));
        assert_eq!(countdown(0), None);
        assert_eq!(countdown(-1), None);
        assert_eq!(countdown(i64::MAX), None);
    }

    #[test]
    fn saved_share_stays_between_nothing_and_all() {
        assert_eq!(saved_percent(1000, Some(250)), Some(75));
        assert_eq!(saved_percent(1000, Some(4000)), Some(0));
        assert_eq!(saved_percent(0, Some(1)), Some(0));
        assert_eq!(saved_percent(1000, Some(0)), None);
        assert_eq!(saved_percent(i64::MAX, Some(1)), Some(1));
    }

    #[test]
    fn a_card_stands_by_what_weighs_most_and_by_the_clock() {
        let at = |seconds: i64| Instant(seconds * 1000);
        let reason = |code: &str| Reason { code: code.into(), detail: String::new() };
        let card = |codes: &[&str], reward: Reward| {
            Card::from(Reward { reasons: codes.iter().map(|code| reason(code)).collect(), ..reward })
        };
        assert_eq!(card(&[], Reward::default()).standing(at(9)), Standing::Ready);
        assert_eq!(card(&["new-code"], Reward::default()).standing(at(9)), Standing::Closed);
        assert_eq!(card(&["tier-required"], Reward::default()).standing(at(9)), Standing::Tier);
        let short = Reward { shortfall: Some(320), ..Reward::default() };
        assert_eq!(card(&["insufficient-points"], short.clone()).standing(at(9)), Standing::Short(320));
        assert_eq!(card(&["out-of-stock", "insufficient-points"], short).standing(at(9)), Standing::SoldOut);
        let drop =
            card(&["not-in-window"], Reward { from: Some(at(20)), until: Some(at(30)), ..Reward::default() });
        assert_eq!(drop.standing(at(19)), Standing::Soon(at(20)));
        assert_eq!(drop.standing(at(20)), Standing::Ready);
        assert_eq!(drop.standing(at(30)), Standing::Over);
        assert_eq!(card(&["not-in-window"], Reward::default()).standing(at(9)), Standing::Over);
    }

    #[test]
    fn a_card_names_a_discount_only_where_there_is_one() {
        let card =
            |list| Card::from(Reward { cost_points: 500, list_cost_points: list, ..Reward::default() });
        assert_eq!(card(Some(800)).list_cost_points, Some(800));
        assert_eq!(card(Some(500)).list_cost_points, None);
    }
}

//! What a member can redeem, and why not.

use crate::clock::{DAY, Millis, day_start, local_date, month_start};
use crate::locale::{Locale, Text};
use crate::problem::{Code, Problem};
use crate::programme::{Limit, Reward};
use crate::scene::Scene;
use crate::store::redemptions::{Since, Used};
use crate::store::tiers::Settled;
use crate::store::{favourites, redemptions};
use chrono::{Datelike, NaiveDate};
use rusqlite::Connection;
use std::collections::{HashMap, HashSet};

/// One reason against redeeming.
#[derive(Clone, Debug)]
pub(crate) struct Reason {
    pub(crate) code: Code,
    pub(crate) detail: Text,
}

/// What decides about a member's redemptions, read at one moment.
pub(crate) struct Shopper {
    pub(crate) available: i64,
    pub(crate) tier: usize,
    stock: HashMap<String, i64>,
    used: HashMap<String, Used>,
    favourites: HashSet<String>,
}

/// What speaks against redeeming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// Opens at this time.
    NotYet(Millis),
    Ended,
    /// A tier at least as high as the one at this index.
    Tier(usize),
    /// So many are left.
    Stock(i64),
    Limit,
    /// So many points are missing.
    Points(i64),
}

/// From when to when a reward is on offer; an open side has no date.
pub(crate) fn window(scene: &Scene, reward: &Reward) -> (Option<Millis>, Option<Millis>) {
    (reward.from_days.map(|days| scene.opening(days)), reward.until_days.map(|days| scene.closing(days)))
}

/// Since when redemptions count towards the limits that there are.
fn limit_starts(scene: &Scene) -> Since {
    let today = local_date(scene.now, scene.zone());
    let new_year = NaiveDate::from_ymd_opt(today.year(), 1, 1).unwrap_or(today);
    Since {
        day: day_start(today, scene.zone()),
        month: month_start(today, scene.zone()),
        year: day_start(new_year, scene.zone()),
    }
}

fn local_day(scene: &Scene, at: Millis) -> Text {
    let date = local_date(at, scene.zone());
    let chinese = format!("{} 月 {} 日", date.month(), date.day());
    Text::new(chinese.clone(), chinese, date.format("%-d %B").to_string())
}

impl Shopper {
    /// Reads it all for a member who is settled, in as many queries for a large catalogue as for a small one.
    pub(crate) fn load(
        db: &Connection,
        scene: &Scene,
        member: &str,
        settled: &Settled,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            available: settled.buckets.balance(),
            tier: settled.standing.level,
            stock: redemptions::stock(db)?,
            used: redemptions::used(db, member, limit_starts(scene))?,
            favourites: favourites::all(db, member)?,
        })
    }

    /// Whether the member remembers it.
    pub(crate) fn remembers(&self, reward: &Reward) -> bool {
        self.favourites.contains(&reward.id)
    }

    /// What is left of a reward that is limited.
    pub(crate) fn remaining(&self, reward: &Reward) -> Option<i64> {
        reward.stock.as_ref().map(|stock| self.stock.get(&reward.id).copied().unwrap_or(stock.remaining))
    }

    /// How many the member has redeemed in the limit's period.
    pub(crate) fn used(&self, reward: &Reward) -> i64 {
        let period = reward.limit.as_ref().map(|limit| limit.period.as_str());
        self.used.get(&reward.id).map_or(0, |used| match period {
            Some("day") => used.day,
            Some("month") => used.month,
            Some("year") => used.year,
            _ => used.ever,
        })
    }

    /// The points that are missing for `quantity`.
    pub(crate) fn shortfall(&self, reward: &Reward, quantity: i64) -> Option<i64> {
        let short = reward.cost_points * quantity - self.available;
        (short > 0).then_some(short)
    }

    /// Everything that speaks against redeeming `quantity` now, the hardest to change first.
    pub(crate) fn obstacles(&self, scene: &Scene, reward: &Reward, quantity: i64) -> Vec<Obstacle> {
        let (from, until) = window(scene, reward);
        let early = from.filter(|from| scene.now < *from);
        let late = until.filter(|until| early.is_none() && scene.now > *until);
        let tier = reward.min_tier.as_deref().and_then(|id| scene.programme.tier_index(id));
        let tier = tier.filter(|tier| self.tier < *tier);
        let left = self.remaining(reward).filter(|left| *left < quantity);
        let limit = reward.limit.as_ref().filter(|limit| self.used(reward) + quantity > limit.max);
        [
            early.map(Obstacle::NotYet),
            late.map(|_| Obstacle::Ended),
            tier.map(Obstacle::Tier),
            left.map(Obstacle::Stock),
            limit.map(|_| Obstacle::Limit),
            self.shortfall(reward, quantity).map(Obstacle::Points),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The obstacles in words.
    pub(crate) fn reasons(&self, scene: &Scene, reward: &Reward, quantity: i64) -> Vec<Reason> {
        self.obstacles(scene, reward, quantity)
            .into_iter()
            .map(|obstacle| Reason { code: obstacle.code(), detail: obstacle.text(scene, reward) })
            .collect()
    }

    pub(crate) fn eligible(&self, scene: &Scene, reward: &Reward) -> bool {
        // What is known at once first: this is asked of the whole catalogue.
        self.shortfall(reward, 1).is_none() && self.obstacles(scene, reward, 1).is_empty()
    }
}

impl Obstacle {
    fn code(self) -> Code {
        match self {
            Self::NotYet(_) | Self::Ended => Code::NotInWindow,
            Self::Tier(_) => Code::TierRequired,
            Self::Stock(_) => Code::OutOfStock,
            Self::Limit => Code::LimitReached,
            Self::Points(_) => Code::InsufficientPoints,
        }
    }

    fn text(self, scene: &Scene, reward: &Reward) -> Text {
        match self {
            Self::NotYet(from) => {
                let day = local_day(scene, from);
                Text::new(
                    format!("{}开始兑换。", day.zh_cn),
                    format!("{}開始兌換。", day.zh_tw),
                    format!("Opens on {}.", day.en),
                )
            }
            Self::Ended => Text::new("兑换已结束。", "兌換已結束。", "This offer has ended."),
            Self::Tier(tier) => {
                let name = &scene.programme.tiers[tier].name;
                Text::new(
                    format!("{}及以上会员可兑。", name.zh_cn),
                    format!("{}以上會員可兌換。", name.zh_tw),
                    format!("For {} members and above.", name.en),
                )
            }
            Self::Stock(0) => Text::new("已经兑完了。", "已經兌完了。", "None left."),
            Self::Stock(left) => Text::new(
                format!("只剩 {left} 份。"),
                format!("只剩 {left} 份。"),
                format!("Only {left} left."),
            ),
            Self::Limit => reward.limit.as_ref().map(limit_text).unwrap_or_default(),
            Self::Points(short) => short_text(scene, short),
        }
    }
}

fn limit_text(limit: &Limit) -> Text {
    let max = limit.max;
    let (cn, tw, en) = match limit.period.as_str() {
        "day" => ("每天", "每天", "a day"),
        "month" => ("每月", "每月", "a month"),
        "year" => ("每年", "每年", "a year"),
        _ => ("", "", "in all"),
    };
    Text::new(
        format!("每人{cn}限兑 {max} 份，已达上限。"),
        format!("每人{tw}限兌 {max} 份，已達上限。"),
        format!("Limited to {max} {en} for each member; you have reached it."),
    )
}

fn short_text(scene: &Scene, short: i64) -> Text {
    let name = &scene.programme.points_name;
    Text::new(
        format!("还差 {short} {}。", name.zh_cn),
        format!("還差 {short} {}。", name.zh_tw),
        format!("{short} {} short.", name.en),
    )
}

/// The problem for the first reason.
pub(crate) fn refusal(reason: &Reason, shortfall: Option<i64>) -> Problem {
    let problem = Problem::new(reason.code).detail(reason.detail.clone());
    match shortfall.filter(|_| reason.code == Code::InsufficientPoints) {
        Some(short) => problem.extra("shortfall", short),
        None => problem,
    }
}

/// Which stores take a voucher, in words.
pub(crate) fn stores_label(scene: &Scene, reward: &Reward, locale: Locale) -> String {
    let Some(ids) = &reward.stores else {
        return match locale {
            Locale::ZhCn => "全部门店".into(),
            Locale::ZhTw => "全部門市".into(),
            Locale::En => "All stores".into(),
        };
    };
    let first =
        ids.first().and_then(|id| scene.programme.store(id)).map_or("", |store| store.name.get(locale));
    match (ids.len(), locale) {
        (0 | 1, _) => first.to_owned(),
        (n, Locale::ZhCn) => format!("{first}等 {n} 家门店"),
        (n, Locale::ZhTw) => format!("{first}等 {n} 家門市"),
        (n, Locale::En) => format!("{first} and {} more", n - 1),
    }
}

/// Until when a voucher issued now is good.
pub(crate) fn voucher_end(scene: &Scene, reward: &Reward) -> Millis {
    scene.end_of_day_in(reward.voucher_valid_days)
}

/// Until when a redemption made now can be cancelled.
pub(crate) fn cancellable_until(scene: &Scene, reward: &Reward) -> Option<Millis> {
    const HOUR: Millis = DAY / 24;
    (reward.cancellable_hours > 0)
        .then(|| (scene.now + reward.cancellable_hours * HOUR).min(voucher_end(scene, reward)))
}

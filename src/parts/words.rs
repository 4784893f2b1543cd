//! How figures of the domain are said.

use crate::domain::date::Instant;
use crate::domain::number::{group, money_parts};
use crate::domain::tier::Unit;
use crate::i18n::{fill, key, t};
use crate::platform::{clock, intl};
use crate::state::portal;

/// Money in minor units.
pub fn money(minor: i64, currency: &str) -> String {
    money_parts(minor, currency).text()
}

/// A requirement's figure in its unit: `¥1,880`, `10 次`, `3,200`.
pub fn figure(value: i64, unit: Unit, basis: &str) -> String {
    match unit {
        Unit::Money => portal().of(|programme| money(value, &programme.currency)),
        Unit::Count if basis == "visits" => fill(key::TIER_COUNT_VISITS, &[("n", &group(value))]),
        Unit::Count | Unit::Points => group(value),
    }
}

/// What a basis is called.
pub fn basis(word: &str) -> &'static str {
    t(match word {
        "spend" => key::TIER_BASIS_SPEND,
        "visits" => key::TIER_BASIS_VISITS,
        "points_earned" => key::TIER_BASIS_POINTS_EARNED,
        "points_spent" => key::TIER_BASIS_POINTS_SPENT,
        "interaction" => key::TIER_BASIS_INTERACTION,
        _ => key::TIER_BASIS_OTHER,
    })
}

/// 8月31日; with the year when it is another one than now.
pub fn day(at: Instant) -> String {
    let year = |at| intl::civil(at).map(|civil| civil.year);
    let style = if year(at) == year(clock::now()) { intl::Style::Day } else { intl::Style::Date };
    intl::show(at, style)
}

/// 16:58
pub fn time(at: Instant) -> String {
    intl::show(at, intl::Style::Time)
}

/// 8月31日 16:58
pub fn day_time(at: Instant) -> String {
    intl::show(at, intl::Style::DayTime)
}

/// How long is left: today, n days, over.
pub fn days_left(at: Instant) -> String {
    let now = clock::now();
    match intl::days_left(now, at) {
        _ if at <= now => t(key::POINTS_EXPIRED).into(),
        0 => t(key::POINTS_TODAY).into(),
        days => fill(key::POINTS_DAYS_LEFT, &[("n", &group(days))]),
    }
}

/// Whether it is so near that the member should be warned: three weeks.
pub fn is_soon(at: Instant) -> bool {
    is_within(at, 21)
}

/// Whether it comes within so many days.
pub fn is_within(at: Instant, days: i64) -> bool {
    (0..=days).contains(&intl::days_left(clock::now(), at))
}

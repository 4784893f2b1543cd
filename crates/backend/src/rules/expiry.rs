//! When points expire.

use crate::clock::{Millis, add_months, day_end, local_date};
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

/// The expiry policy of a programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// At the end of the month in which that many months have passed since earning.
    Rolling { months: u32 },
    /// At the end of the n-th calendar year after the year of earning; 0 is the end of the same year.
    Calendar { years: u32 },
    /// Never.
    None,
}

/// The instant at which points earned at `at` stop being usable, or nothing when they never do.
pub(crate) fn expires_at(policy: Policy, at: Millis, zone: Tz) -> Option<Millis> {
    let date = local_date(at, zone);
    let last_day = match policy {
        Policy::None => return None,
        Policy::Rolling { months } => {
            let next = add_months(
                date.with_day(1).unwrap_or(date),
                i32::try_from(months).unwrap_or(i32::MAX).saturating_add(1),
            );
            next.pred_opt().unwrap_or(next)
        }
        Policy::Calendar { years } => {
            let year = date.year().saturating_add(i32::try_from(years).unwrap_or(0));
            NaiveDate::from_ymd_opt(year, 12, 31)?
        }
    };
    Some(day_end(last_day, zone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::rfc3339;
    use proptest::prelude::*;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn at(text: &str) -> Millis {
        chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
    }

    #[test]
    fn follows_the_policy_in_the_programmes_zone() {
        let new_year = at("2026-12-31T16:30:00Z");
        let expiry = |policy, at| expires_at(policy, at, ZONE).map(rfc3339);
        assert_eq!(expiry(Policy::None, new_year), None);
        assert_eq!(expiry(Policy::Calendar { years: 1 }, new_year).as_deref(), Some("2028-12-31T15:59:59Z"));
        assert_eq!(
            expiry(Policy::Calendar { years: 0 }, at("2026-08-12T08:58:00Z")).as_deref(),
            Some("2026-12-31T15:59:59Z")
        );
        assert_eq!(
            expiry(Policy::Rolling { months: 12 }, at("2026-08-12T08:58:00Z")).as_deref(),
            Some("2027-08-31T15:59:59Z")
        );
        assert_eq!(
            expiry(Policy::Rolling { months: 1 }, at("2026-01-31T08:58:00Z")).as_deref(),
            Some("2026-02-28T15:59:59Z")
        );
    }

    proptest! {
        #[test]
        fn never_before_earning(at in 0i64..4_000_000_000_000, months in 0u32..60, years in 0u32..5) {
            for policy in [Policy::Rolling { months }, Policy::Calendar { years }] {
                prop_assert!(expires_at(policy, at, ZONE).is_some_and(|end| end + 1000 > at));
            }
        }
    }
}

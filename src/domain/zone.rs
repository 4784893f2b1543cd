//! Time zones whose clocks have not been changed for decades: no database of zones is needed for them.

use crate::domain::date::Instant;

/// 1992-01-01T00:00:00Z; the last summer time of any of them ended in 1991.
const SINCE: Instant = Instant(694_224_000_000);

/// IANA names and minutes ahead of UTC, from the tz database (2026a).
const STEADY: [(&str, i32); 16] = [
    ("Asia/Shanghai", 480),
    ("Asia/Hong_Kong", 480),
    ("Asia/Macau", 480),
    ("Asia/Taipei", 480),
    ("Asia/Singapore", 480),
    ("Asia/Kuala_Lumpur", 480),
    ("Asia/Manila", 480),
    ("Asia/Makassar", 480),
    ("Asia/Urumqi", 360),
    ("Asia/Bangkok", 420),
    ("Asia/Ho_Chi_Minh", 420),
    ("Asia/Jakarta", 420),
    ("Asia/Tokyo", 540),
    ("Asia/Seoul", 540),
    ("Asia/Dubai", 240),
    ("UTC", 0),
];

/// Minutes by which the zone is ahead of UTC at that time; `None` where only a database of zones can tell.
pub fn steady_offset(zone: &str, at: Instant) -> Option<i32> {
    let known = STEADY.iter().find(|(name, _)| *name == zone).filter(|_| at >= SINCE);
    known.map(|(_, minutes)| *minutes)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Offset, TimeZone};
    use chrono_tz::Tz;

    use super::*;

    const SIX_HOURS: usize = 6 * 3_600_000;

    #[test]
    fn they_are_as_the_database_has_them() {
        let until = DateTime::parse_from_rfc3339("2050-01-01T00:00:00Z").unwrap().timestamp_millis();
        for (name, minutes) in STEADY {
            let zone: Tz = name.parse().unwrap();
            for at in (SINCE.0..until).step_by(SIX_HOURS) {
                let there = zone.timestamp_millis_opt(at).unwrap();
                assert_eq!(there.offset().fix().local_minus_utc(), 60 * minutes, "{name} {there}");
                assert_eq!(steady_offset(name, Instant(at)), Some(minutes));
            }
        }
    }

    #[test]
    fn others_and_earlier_times_are_not_known() {
        let now = Instant::parse("2026-08-12T08:58:00Z").unwrap();
        assert_eq!(steady_offset("Europe/Berlin", now), None);
        assert_eq!(steady_offset("asia/shanghai", now), None);
        assert_eq!(steady_offset("", now), None);
        let summer = Instant::parse("1991-07-01T00:00:00Z").unwrap();
        assert_eq!(steady_offset("Asia/Shanghai", summer), None);
    }
}

//! The wall clock of the backend, which can be frozen or moved by hand, and the text form of its times.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// One day.
pub(crate) const DAY: Millis = 86_400_000;

/// Tells the time: the machine's, always the same one, or whatever a test says. Clones tell the same time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    /// The machine's, with the latest time told so far: a deadline that was told to have passed must not come back when
    /// the machine's clock is set.
    System(Arc<AtomicI64>),
    Frozen(Millis),
    ByHand(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock. What it tells never goes back.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System(Arc::new(AtomicI64::new(Millis::MIN))))
    }

    /// Always `at`.
    #[must_use]
    pub fn frozen(at: DateTime<Utc>) -> Self {
        Self(Source::Frozen(at.timestamp_millis()))
    }

    /// What `millis` holds: milliseconds since 1970-01-01T00:00:00Z. For tests, which move it.
    #[must_use]
    pub fn by_hand(millis: Arc<AtomicI64>) -> Self {
        Self(Source::ByHand(millis))
    }

    pub(crate) fn now(&self) -> Millis {
        match &self.0 {
            Source::System(latest) => {
                let now = Utc::now().timestamp_millis();
                latest.fetch_max(now, Ordering::SeqCst).max(now)
            }
            Source::Frozen(at) => *at,
            Source::ByHand(millis) => millis.load(Ordering::SeqCst),
        }
    }
}

fn utc(at: Millis) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at).unwrap_or_default()
}

/// RFC 3339 in UTC, as short as it can be without losing anything.
pub(crate) fn rfc3339(at: Millis) -> String {
    utc(at).to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// RFC 3339 in UTC, always with milliseconds.
pub(crate) fn rfc3339_millis(at: Millis) -> String {
    utc(at).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The calendar date in `zone`.
pub(crate) fn local_date(at: Millis, zone: Tz) -> NaiveDate {
    utc(at).with_timezone(&zone).date_naive()
}

/// Hours and minutes in `zone`.
pub(crate) fn local_time(at: Millis, zone: Tz) -> String {
    utc(at).with_timezone(&zone).format("%H:%M").to_string()
}

/// The first instant of `date` in `zone`.
pub(crate) fn day_start(date: NaiveDate, zone: Tz) -> Millis {
    let midnight = date.and_time(chrono::NaiveTime::MIN);
    match zone.from_local_datetime(&midnight).earliest() {
        Some(at) => at.timestamp_millis(),
        // A zone that skips midnight on a clock change: noon always exists, twelve hours off at most.
        None => midnight.and_utc().timestamp_millis(),
    }
}

/// The last second of `date` in `zone`.
pub(crate) fn day_end(date: NaiveDate, zone: Tz) -> Millis {
    day_start(date.checked_add_days(Days::new(1)).unwrap_or(date), zone) - 1000
}

/// The first instant of the month of `date` in `zone`.
pub(crate) fn month_start(date: NaiveDate, zone: Tz) -> Millis {
    day_start(date.with_day(1).unwrap_or(date), zone)
}

/// `date` with `months` added (or taken away), at the month's last day when the day does not exist there.
pub(crate) fn add_months(date: NaiveDate, months: i32) -> NaiveDate {
    let step = Months::new(months.unsigned_abs());
    if months < 0 { date.checked_sub_months(step) } else { date.checked_add_months(step) }.unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_local_midnight() {
        let zone = chrono_tz::Asia::Shanghai;
        let at = DateTime::parse_from_rfc3339("2026-08-12T17:30:00Z").unwrap().timestamp_millis();
        let date = local_date(at, zone);
        assert_eq!(date.to_string(), "2026-08-13");
        assert_eq!(rfc3339(day_start(date, zone)), "2026-08-12T16:00:00Z");
        assert_eq!(rfc3339(day_end(date, zone)), "2026-08-13T15:59:59Z");
        assert_eq!(rfc3339_millis(month_start(date, zone)), "2026-07-31T16:00:00.000Z");
        assert_eq!(add_months(NaiveDate::from_ymd_opt(2026, 1, 31).unwrap(), 1).to_string(), "2026-02-28");
    }
}

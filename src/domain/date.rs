//! Moments and what the calendar calls them. The only user of chrono.

use chrono::{DateTime, Datelike, Timelike};

const MS_PER_MINUTE: i64 = 60_000;
const MS_PER_DAY: i64 = 86_400_000;

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// Reads RFC 3339, with any offset and fraction; what is finer than a millisecond is cut. Anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(DateTime::parse_from_rfc3339(text).ok()?.timestamp_millis()))
    }

    /// RFC 3339 in UTC with milliseconds, as `2026-08-12T08:58:00.000Z`; `None` outside the years 0 to 9999.
    pub fn to_rfc3339(self) -> Option<String> {
        let civil = self.civil(0)?;
        if !(0..=9999).contains(&civil.year) {
            return None;
        }
        let mut text = String::with_capacity(24);
        push_digits(&mut text, civil.year.unsigned_abs(), 4);
        for (before, part) in [
            ('-', civil.month),
            ('-', civil.day),
            ('T', civil.hour),
            (':', civil.minute),
            (':', (self.0.rem_euclid(MS_PER_MINUTE) / 1000) as u32),
        ] {
            text.push(before);
            push_digits(&mut text, part, 2);
        }
        text.push('.');
        push_digits(&mut text, self.0.rem_euclid(1000) as u32, 3);
        text.push('Z');
        Some(text)
    }

    /// What calendar and clock show at an offset from UTC in minutes, east positive. `None` only some 260,000 years away.
    pub fn civil(self, offset_minutes: i32) -> Option<Civil> {
        let there = DateTime::from_timestamp_millis(self.at_offset(offset_minutes))?;
        Some(Civil {
            year: there.year(),
            month: there.month(),
            day: there.day(),
            hour: there.hour(),
            minute: there.minute(),
        })
    }

    /// The hour, 0 to 23, by which a greeting is chosen.
    pub fn greeting_hour(self, offset_minutes: i32) -> u32 {
        (self.at_offset(offset_minutes).rem_euclid(MS_PER_DAY) / (60 * MS_PER_MINUTE)) as u32
    }

    /// Minutes since midnight, `offset_minutes` east of UTC.
    pub fn minute_of_day(self, offset_minutes: i32) -> u32 {
        (self.at_offset(offset_minutes).rem_euclid(MS_PER_DAY) / MS_PER_MINUTE) as u32
    }

    /// The moment at which a clock in UTC shows this; outside the calendar it is the nearest one there is.
    pub fn from_civil(year: i64, month: i64, day: i64, hour: i64, minute: i64) -> Self {
        let part = |number: i64| u32::try_from(number).unwrap_or_default();
        let date = i32::try_from(year).ok().and_then(|year| {
            chrono::NaiveDate::from_ymd_opt(year, part(month).clamp(1, 12), part(day).clamp(1, 28))
        });
        let start = date
            .and_then(|date| date.and_hms_opt(0, 0, 0))
            .map_or(0, |date| date.and_utc().timestamp_millis());
        Self(start + (day.max(28) - 28) * MS_PER_DAY + (hour * 60 + minute) * MS_PER_MINUTE)
    }

    /// This moment plus some milliseconds.
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    fn at_offset(self, minutes: i32) -> i64 {
        self.0.saturating_add(i64::from(minutes) * MS_PER_MINUTE)
    }
}

/// How many midnights lie between two moments at an offset in minutes: 0 on the same day, negative when `to` is earlier.
pub fn days_between(from: Instant, to: Instant, offset_minutes: i32) -> i64 {
    let day = |moment: Instant| moment.at_offset(offset_minutes).div_euclid(MS_PER_DAY);
    day(to) - day(from)
}

/// A date and a time of day without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Civil {
    /// The year; 0 and below are years before our era.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
}

impl Civil {
    /// 16:58
    pub fn clock(self) -> String {
        let mut text = String::with_capacity(5);
        push_digits(&mut text, self.hour, 2);
        text.push(':');
        push_digits(&mut text, self.minute, 2);
        text
    }
}

fn push_digits(text: &mut String, value: u32, width: u32) {
    for place in (0..width).rev() {
        text.push((b'0' + (value / 10_u32.pow(place) % 10) as u8) as char);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHANGHAI: i32 = 480;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn reads_rfc_3339() {
        assert_eq!(at("1970-01-01T00:00:00Z"), Instant(0));
        assert_eq!(at("2026-08-12T16:58:00+08:00"), at("2026-08-12T08:58:00Z"));
        assert_eq!(at("2026-08-12T08:58:00.123456Z").0 % 1000, 123);
        assert_eq!(at("1969-12-31T23:59:59.999Z"), Instant(-1));
        for wrong in [
            "",
            "2026-08-12",
            "2026-08-12T08:58:00",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-08-12T25:00:00Z",
            "２０２６-08-12T08:58:00Z",
            "1786524000",
            "2026-08-12T08:58:00Zx",
        ] {
            assert_eq!(Instant::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn knows_leap_years() {
        let leap = at("2028-02-29T15:59:00Z");
        assert_eq!(leap.civil(SHANGHAI), Some(Civil { year: 2028, month: 2, day: 29, hour: 23, minute: 59 }));
        assert_eq!(days_between(leap, leap.plus_ms(60_000), SHANGHAI), 1);
        assert_eq!(days_between(at("2028-02-28T00:00:00Z"), at("2028-03-01T00:00:00Z"), 0), 2);
        assert_eq!(days_between(at("2026-02-28T00:00:00Z"), at("2026-03-01T00:00:00Z"), 0), 1);
        assert_eq!(Instant::parse("2100-02-29T00:00:00Z"), None);
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let (evening, midnight) = (at("2026-08-12T15:59:59Z"), at("2026-08-12T16:00:00Z"));
        assert_eq!(days_between(evening, midnight, SHANGHAI), 1);
        assert_eq!(days_between(midnight, evening, SHANGHAI), -1);
        assert_eq!(days_between(evening, midnight, 0), 0);
        assert_eq!(at("2026-08-12T08:58:00Z").greeting_hour(SHANGHAI), 16);
        assert_eq!(Instant(-1).greeting_hour(0), 23);
        assert_eq!(at("2026-08-12T08:58:00Z").minute_of_day(SHANGHAI), 16 * 60 + 58);
        assert_eq!(Instant(-1).minute_of_day(0), 1439);
    }

    #[test]
    fn the_far_ends_do_not_panic() {
        for end in [Instant(i64::MIN), Instant(i64::MAX)] {
            assert_eq!(end.civil(i32::MAX), None);
            assert_eq!(end.to_rfc3339(), None);
            assert!(end.greeting_hour(i32::MIN) < 24);
        }
        assert!(days_between(Instant(i64::MIN), Instant(i64::MAX), i32::MAX) > 0);
    }

    proptest! {
        #[test]
        fn text_round_trips(ms in -62_167_219_200_000_i64..253_402_300_800_000) {
            let text = Instant(ms).to_rfc3339().unwrap();
            prop_assert_eq!(Instant::parse(&text), Some(Instant(ms)));
        }

        #[test]
        fn civil_agrees_with_days(ms in -1_000_000_000_000_i64..10_000_000_000_000, offset in -720..=840) {
            let civil = Instant(ms).civil(offset).unwrap();
            let next = Instant(ms).plus_ms(MS_PER_DAY).civil(offset).unwrap();
            prop_assert_eq!(days_between(Instant(ms), Instant(ms).plus_ms(MS_PER_DAY), offset), 1);
            prop_assert_eq!((civil.hour, civil.minute), (next.hour, next.minute));
            prop_assert_eq!(civil.hour, Instant(ms).greeting_hour(offset));
            prop_assert!(next > civil);
        }

        #[test]
        fn parsing_never_panics(text in "\\PC{0,40}") {
            let _ = Instant::parse(&text);
        }
    }
}

//! What a shared device is told to do: when to ask whether somebody is still there, and when to be awake.

use std::ops::RangeInclusive;

/// Seconds without a touch before a device asks; 45 to 60 are kind.
pub(crate) const IDLE: RangeInclusive<i64> = 10..=3600;
/// Seconds that it then waits for an answer (WCAG 2.2, 2.2.1 asks for 20).
pub(crate) const WARNING: RangeInclusive<i64> = 20..=3600;
/// Seconds until it asks for its settings again.
pub(crate) const REFRESH: RangeInclusive<i64> = 10..=3600;
/// Characters of a kiosk's number.
const NUMBER: RangeInclusive<usize> = 1..=8;

/// The settings of one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) idle_seconds: i64,
    pub(crate) warning_seconds: i64,
    pub(crate) refresh_seconds: i64,
    /// None when it is always awake.
    pub(crate) hours: Option<Hours>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { idle_seconds: 50, warning_seconds: 25, refresh_seconds: 60, hours: None }
    }
}

/// From when to when a device is awake, every day in the programme's time zone; past midnight when `to` is earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hours {
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Hours {
    /// None unless both are times of day as `07:00`, and different.
    pub(crate) fn new(from: &str, to: &str) -> Option<Self> {
        let good = is_time(from) && is_time(to) && from != to;
        good.then(|| Self { from: from.to_owned(), to: to.to_owned() })
    }
}

fn is_time(text: &str) -> bool {
    let number =
        |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    match text.split_once(':').map(|(hours, minutes)| (number(hours), number(minutes))) {
        Some((Some(hours), Some(minutes))) => {
            text.len() == 5 && (0..24).contains(&hours) && (0..60).contains(&minutes)
        }
        _ => false,
    }
}

/// Whether a kiosk can have this number: what is printed on it, a few letters and digits.
pub(crate) fn is_number(text: &str) -> bool {
    NUMBER.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_two_different_times_of_day() {
        for (from, to) in [("07:00", "22:00"), ("18:30", "02:00"), ("00:00", "23:59")] {
            assert!(Hours::new(from, to).is_some(), "{from} {to}");
        }
        for bad in
            ["", "7:00", "24:00", "07:60", "07:0", "+7:00", "0700", "07:000", "-1:00", "07:00:00", "０７:00"]
        {
            assert!(Hours::new(bad, "22:00").is_none() && Hours::new("07:00", bad).is_none(), "{bad}");
        }
        assert!(Hours::new("07:00", "07:00").is_none());
    }

    #[test]
    fn numbers_are_short_and_plain() {
        assert!(["1", "01", "A12", "12345678"].into_iter().all(is_number));
        assert!(!["", "123456789", "0 1", "０1", "a/b"].into_iter().any(is_number));
    }

    #[test]
    fn what_a_device_is_told_at_first_is_within_bounds() {
        let settings = Settings::default();
        assert!(IDLE.contains(&settings.idle_seconds) && (45..=60).contains(&settings.idle_seconds));
        assert!(WARNING.contains(&settings.warning_seconds) && REFRESH.contains(&settings.refresh_seconds));
    }
}

//! The enrolled device: where it stands, and what it is told from afar.

use crate::domain::date::Instant;
use crate::domain::reward::Image;

/// The device as the backend knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The store in which it stands.
    pub store_id: String,
    /// The store's name.
    pub store: String,
    /// Its number within the store, as printed on it.
    pub number: String,
    /// What it is told.
    pub settings: Settings,
    /// What it shows to whoever passes by.
    pub offers: Vec<Offer>,
}

/// How the device is to behave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Seconds without a touch until it warns.
    pub idle_s: i64,
    /// Seconds for which it warns; at least 20 (WCAG 2.2, 2.2.1).
    pub warning_s: i64,
    /// Seconds until it asks for its settings again.
    pub refresh_s: i64,
    /// Minutes of the day from which and until which it is open; `None` for always.
    pub hours: Option<(u32, u32)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { idle_s: 50, warning_s: 25, refresh_s: 60, hours: None }
    }
}

impl Settings {
    /// With every number in the range in which a person can still use the screen.
    #[must_use]
    pub fn sane(self) -> Self {
        Self {
            idle_s: self.idle_s.clamp(10, 300),
            warning_s: self.warning_s.clamp(20, 120),
            refresh_s: self.refresh_s.clamp(10, 3600),
            hours: self.hours.filter(|(from, to)| from != to && *from < 1440 && *to <= 1440),
        }
    }

    /// Whether it is open at `minute` of the day; hours may pass midnight.
    pub fn is_open(&self, minute: u32) -> bool {
        match self.hours {
            Some((from, to)) if from < to => (from..to).contains(&minute),
            Some((from, to)) => minute >= from || minute < to,
            None => true,
        }
    }
}

/// Minutes of the day of a time like `07:30`; `24:00` is the end of the day.
pub fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |part: &str| (part.len() == 2).then(|| part.parse::<u32>().ok()).flatten();
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= 1440).then_some(all)
}

/// A reward that is shown to everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The reward.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Its picture.
    pub image: Option<Image>,
    /// Points.
    pub cost: i64,
    /// Points that it costs at other times, where it is marked down.
    pub list_cost: Option<i64>,
}

/// A session at the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// When the backend ends it in any case.
    pub until: Option<Instant>,
}

/// Who asks a member's phone to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The store in which it stands.
    pub store: String,
    /// Its number within the store.
    pub number: String,
    /// Where the question stands: `pending`, `approved`, `denied`, `expired`, `taken`, or what this version doesn't know.
    pub status: String,
    /// When it was asked.
    pub requested_at: Option<Instant>,
    /// Until when it can be answered.
    pub expires_at: Option<Instant>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_may_pass_midnight() {
        let at = |hours| Settings { hours, ..Settings::default() };
        let day = at(minutes("07:00").zip(minutes("22:00")));
        assert!(day.is_open(420) && day.is_open(1319) && !day.is_open(1320) && !day.is_open(0));
        let night = at(Some((1080, 120)));
        assert!(night.is_open(1439) && night.is_open(0) && !night.is_open(120) && !night.is_open(600));
        assert!(at(None).is_open(0));
    }

    #[test]
    fn times_that_are_none_are_refused() {
        assert_eq!(minutes("24:00"), Some(1440));
        for bad in ["7:00", "24:01", "12:60", "noon", "", "12", "-1:00", "１２:00"] {
            assert_eq!(minutes(bad), None, "{bad}");
        }
    }

    #[test]
    fn nobody_is_warned_for_less_than_twenty_seconds() {
        let harsh = Settings { idle_s: 0, warning_s: 3, refresh_s: 0, hours: Some((600, 600)) }.sane();
        assert_eq!(harsh, Settings { idle_s: 10, warning_s: 20, refresh_s: 10, hours: None });
    }
}

//! Dates as people write them; patterns and names of months are messages.

use super::{Key, fill, key, t};

/// How a point in time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// 8月31日
    Day,
    /// 2026年8月31日
    Date,
    /// 8月31日 16:58
    DayTime,
    /// 16:58
    Time,
    /// 8月
    Month,
}

impl Style {
    /// Its pattern, and whether the month's name is short in it; `None` where there is no date.
    fn pattern(self) -> Option<(Key, bool)> {
        match self {
            Self::Day => Some((key::DATE_DAY, false)),
            Self::Date => Some((key::DATE_DATE, false)),
            Self::DayTime => Some((key::DATE_DAY_TIME, true)),
            Self::Month => Some((key::DATE_MONTH, true)),
            Self::Time => None,
        }
    }
}

/// Year, month and day, with the time of day as a clock shows it, in the language in use.
pub fn show(style: Style, (year, month, day): (i32, u32, u32), clock: &str) -> String {
    let Some((pattern, is_short)) = style.pattern() else { return clock.into() };
    let name = t(key::DATE_MONTHS).split(',').nth((month as usize).wrapping_sub(1)).unwrap_or_default();
    // English names are cut after three letters; numbers have no more than two.
    let name = if is_short { name.get(..3).unwrap_or(name) } else { name };
    let (year, day) = (year.to_string(), day.to_string());
    fill(pattern, &[("y", &year), ("month", name), ("d", &day), ("time", clock)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Locale, set_locale};

    #[test]
    fn each_language_writes_them_its_own_way() {
        let all = [Style::Day, Style::Date, Style::DayTime, Style::Time, Style::Month];
        let chinese = ["8月31日", "2026年8月31日", "8月31日 16:58", "16:58", "8月"];
        let english = ["31 August", "31 August 2026", "31 Aug, 16:58", "16:58", "Aug"];
        for (locale, wanted) in [(Locale::ZhCn, chinese), (Locale::ZhTw, chinese), (Locale::En, english)] {
            set_locale(locale);
            assert_eq!(all.map(|style| show(style, (2026, 8, 31), "16:58")), wanted, "{locale:?}");
        }
    }

    #[test]
    fn each_month_has_a_name() {
        for locale in Locale::ALL {
            set_locale(locale);
            let names: Vec<_> = (1..=12).map(|month| show(Style::Month, (2026, month, 1), "00:00")).collect();
            assert!(
                names.iter().all(|name| *name != show(Style::Month, (2026, 13, 1), "00:00")),
                "{names:?}"
            );
            assert_eq!(t(key::DATE_MONTHS).split(',').count(), 12, "{locale:?}");
        }
    }
}

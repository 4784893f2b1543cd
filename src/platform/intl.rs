//! Dates as people write them: the browser's `Intl`, in the programme's time zone.

use crate::domain::date::{Civil, Instant};
use crate::i18n::{self, Locale};
use js_sys::{Object, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Format;

    // js-sys binds the constructor without `catch`, but a time zone that the engine doesn't know throws.
    #[wasm_bindgen(catch, constructor, js_namespace = Intl, js_class = "DateTimeFormat")]
    fn new(locale: &str, options: &Object) -> Result<Format, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn format(this: &Format, at: f64) -> Result<String, JsValue>;
}

/// How a point in time is written.
#[derive(Clone, Copy, PartialEq, Eq)]
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
    /// 08/31/2026, 16:58: for reading the zone, not for people.
    Digits,
}

impl Style {
    fn options(self) -> &'static [(&'static str, &'static str)] {
        const H: (&str, &str) = ("hour", "2-digit");
        const M: (&str, &str) = ("minute", "2-digit");
        const CYCLE: (&str, &str) = ("hourCycle", "h23");
        match self {
            Self::Day => &[("month", "long"), ("day", "numeric")],
            Self::Date => &[("year", "numeric"), ("month", "long"), ("day", "numeric")],
            Self::DayTime => &[("month", "short"), ("day", "numeric"), H, M, CYCLE],
            Self::Time => &[H, M, CYCLE],
            Self::Month => &[("month", "short")],
            Self::Digits => &[("year", "numeric"), ("month", "2-digit"), ("day", "2-digit"), H, M, CYCLE],
        }
    }
}

type Known = (Locale, Style, Rc<Format>);

thread_local! {
    static ZONE: RefCell<String> = const { RefCell::new(String::new()) };
    static FORMATS: RefCell<Vec<Known>> = const { RefCell::new(Vec::new()) };
}

/// Sets the programme's time zone (IANA name).
pub fn set_zone(zone: &str) {
    ZONE.with_borrow_mut(|known| zone.clone_into(known));
    FORMATS.with_borrow_mut(Vec::clear);
}

fn make(locale: &str, style: Style) -> Option<Format> {
    let options = Object::new();
    for (name, value) in style.options() {
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    let plain = Format::new(locale, &options).ok();
    let zone = ZONE.with_borrow(Clone::clone);
    let _ = Reflect::set(&options, &"timeZone".into(), &zone.as_str().into());
    Format::new(locale, &options).ok().or(plain)
}

fn formatter(style: Style) -> Option<Rc<Format>> {
    let locale = i18n::locale();
    let found = FORMATS.with_borrow(|known| {
        known.iter().find(|(l, s, _)| *l == locale && *s == style).map(|(.., format)| format.clone())
    });
    if found.is_some() {
        return found;
    }
    let tag = match (style, locale) {
        (Style::Digits, _) => "en-US",
        (_, Locale::En) => "en-GB",
        (_, other) => other.tag(),
    };
    let format = Rc::new(make(tag, style)?);
    FORMATS.with_borrow_mut(|known| known.push((locale, style, format.clone())));
    Some(format)
}

/// The point in time as people write it.
pub fn show(at: Instant, style: Style) -> String {
    formatter(style).and_then(|format| format.format(at.0 as f64).ok()).unwrap_or_default()
}

/// Minutes by which the programme's zone is ahead of UTC at that time.
pub fn offset_minutes(at: Instant) -> i32 {
    let text = show(at, Style::Digits);
    let mut parts = text.split(|letter: char| !letter.is_ascii_digit()).filter(|part| !part.is_empty());
    let mut next = || parts.next().and_then(|part| part.parse::<i64>().ok());
    // en-US is month, day, year in every engine; en-CA's order differs between them.
    let (Some(month), Some(day), Some(year), Some(hour), Some(minute)) =
        (next(), next(), next(), next(), next())
    else {
        return 0;
    };
    let there = Instant::from_civil(year, month, day, hour % 24, minute);
    i32::try_from((there.0 - at.0.div_euclid(60_000) * 60_000) / 60_000).unwrap_or_default()
}

/// Calendar and clock of the programme's zone.
pub fn civil(at: Instant) -> Option<Civil> {
    at.civil(offset_minutes(at))
}

/// Midnights between now and `at` in the programme's zone.
pub fn days_left(now: Instant, at: Instant) -> i64 {
    crate::domain::date::days_between(now, at, offset_minutes(at))
}

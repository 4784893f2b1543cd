//! Dates in the programme's time zone. The browser's `Intl` is asked only for zones that [`zone`] doesn't know: the first use
//! of it takes a slow phone a sixth of a second (decision 24).

use crate::domain::date::{Civil, Instant};
use crate::domain::zone;
use crate::i18n::date;
pub use crate::i18n::date::Style;
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

thread_local! {
    static ZONE: RefCell<String> = const { RefCell::new(String::new()) };
    static FORMAT: RefCell<Option<Rc<Format>>> = const { RefCell::new(None) };
}

/// Sets the programme's time zone (IANA name).
pub fn set_zone(zone: &str) {
    ZONE.with_borrow_mut(|known| zone.clone_into(known));
    FORMAT.set(None);
}

/// Writes 08/31/2026, 16:58 in the programme's zone; in the device's where the engine doesn't know that.
fn digits() -> Option<Rc<Format>> {
    if let Some(known) = FORMAT.with_borrow(Clone::clone) {
        return Some(known);
    }
    let options = Object::new();
    let set = |name: &str, value: &str| {
        let _ = Reflect::set(&options, &name.into(), &value.into());
    };
    for name in ["month", "day", "hour", "minute"] {
        set(name, "2-digit");
    }
    set("year", "numeric");
    set("hourCycle", "h23");
    ZONE.with_borrow(|zone| set("timeZone", zone));
    let format = Format::new("en-US", &options).or_else(|_| {
        let _ = Reflect::delete_property(&options, &"timeZone".into());
        Format::new("en-US", &options)
    });
    let format = Rc::new(format.ok()?);
    FORMAT.set(Some(format.clone()));
    Some(format)
}

/// The point in time as people write it.
pub fn show(at: Instant, style: Style) -> String {
    civil(at).map(|at| date::show(style, (at.year, at.month, at.day), &at.clock())).unwrap_or_default()
}

/// Minutes by which the programme's zone is ahead of UTC at that time.
pub fn offset_minutes(at: Instant) -> i32 {
    ZONE.with_borrow(|name| zone::steady_offset(name, at)).unwrap_or_else(|| asked_offset(at))
}

fn asked_offset(at: Instant) -> i32 {
    let text = digits().and_then(|format| format.format(at.0 as f64).ok()).unwrap_or_default();
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

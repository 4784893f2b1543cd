//! Moments as JavaScript's `Date` keeps them: milliseconds since 1970-01-01T00:00Z, NaN for none.
//!
//! A local time zone is a fixed number of minutes east of UTC.

use crate::js;
use crate::value::Value;

/// A day in milliseconds.
pub const DAY: f64 = 86_400_000.0;
const MINUTE: f64 = 60_000.0;
/// The furthest moment either way that `Date` can hold.
const FURTHEST: f64 = 8.64e15;

/// A moment taken apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fields {
    /// The year; 0 is 1 BC.
    pub year: f64,
    /// The month, 0 to 11.
    pub month: f64,
    /// The day of the month, from 1.
    pub day: f64,
    /// The hour, 0 to 23.
    pub hour: f64,
    /// The minute, 0 to 59.
    pub minute: f64,
    /// The second, 0 to 59.
    pub second: f64,
    /// The millisecond, 0 to 999.
    pub millisecond: f64,
}

/// The days from 1970-01-01 to a day; the month counts from 1.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The year, month (from 1) and day that is so many days after 1970-01-01.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

/// The day of the week of a moment, 0 for Sunday.
pub fn weekday(moment: f64, offset_minutes: i32) -> f64 {
    let days = (moment + f64::from(offset_minutes) * MINUTE).div_euclid(DAY);
    (days + 4.0).rem_euclid(7.0)
}

impl Fields {
    /// The fields of a moment in a time zone; `None` for NaN and beyond the furthest moment.
    pub fn of(moment: f64, offset_minutes: i32) -> Option<Self> {
        if moment.is_nan() || moment.abs() > FURTHEST {
            return None;
        }
        let local = moment + f64::from(offset_minutes) * MINUTE;
        let (year, month, day) = civil_from_days(local.div_euclid(DAY) as i64);
        let time = local.rem_euclid(DAY);
        Some(Self {
            year: year as f64,
            month: (month - 1) as f64,
            day: day as f64,
            hour: (time / 3_600_000.0).floor(),
            minute: (time / MINUTE).floor() % 60.0,
            second: (time / 1000.0).floor() % 60.0,
            millisecond: time % 1000.0,
        })
    }

    /// The moment of these fields; fields beyond their ranges carry over, as in JavaScript.
    pub fn moment(&self, offset_minutes: i32) -> f64 {
        const MONTHS: f64 = 4_800_000.0;
        let months = self.year.trunc() * 12.0 + self.month.trunc();
        if months.is_nan() || months.abs() > MONTHS {
            return f64::NAN;
        }
        let (year, month) = (months.div_euclid(12.0) as i64, months.rem_euclid(12.0) as i64);
        let days = days_from_civil(year, month + 1, 1) as f64 + self.day.trunc() - 1.0;
        let minutes = self.hour.trunc() * 60.0 + self.minute.trunc() - f64::from(offset_minutes);
        let moment = days * DAY + minutes * MINUTE + self.second.trunc() * 1000.0 + self.millisecond.trunc();
        if moment.abs() <= FURTHEST { moment } else { f64::NAN }
    }
}

fn push_padded(to: &mut String, number: f64, width: usize) {
    let digits = (number.abs() as u64).to_string();
    to.push_str(&"0".repeat(width.saturating_sub(digits.len())));
    to.push_str(&digits);
}

/// `YYYY-MM-DDTHH:MM:SS.mmmZ`, with a sign and six digits for a year that needs them; `None` for NaN.
pub fn to_iso(moment: f64) -> Option<String> {
    let fields = Fields::of(moment, 0)?;
    let mut text = String::with_capacity(24);
    if (0.0..10_000.0).contains(&fields.year) {
        push_padded(&mut text, fields.year, 4);
    } else {
        text.push(if fields.year < 0.0 { '-' } else { '+' });
        push_padded(&mut text, fields.year, 6);
    }
    for (separator, field, width) in [
        ('-', fields.month + 1.0, 2),
        ('-', fields.day, 2),
        ('T', fields.hour, 2),
        (':', fields.minute, 2),
        (':', fields.second, 2),
        ('.', fields.millisecond, 3),
    ] {
        text.push(separator);
        push_padded(&mut text, field, width);
    }
    text.push('Z');
    Some(text)
}

/// `YYYY-MM-DD`, or with the time `YYYY-MM-DDTHH:MM`, of a moment already moved into the local time zone, as the
/// inputs of a browser hold it; `None` for NaN.
pub fn to_local_text(local: f64, with_time: bool) -> Option<String> {
    let fields = Fields::of(local, 0)?;
    let mut text = js::number_text(fields.year);
    let time = [('T', fields.hour), (':', fields.minute)];
    let day = [('-', fields.month + 1.0), ('-', fields.day)];
    for (separator, field) in day.into_iter().chain(time.into_iter().filter(|_| with_time)) {
        text.push(separator);
        push_padded(&mut text, field, 2);
    }
    Some(text)
}

/// Adds `String(date)` as browsers print it. The zone's own name follows in brackets only where it is certain.
pub(crate) fn write_text(moment: f64, offset_minutes: i32, to: &mut String) {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let Some(fields) = Fields::of(moment, offset_minutes) else {
        to.push_str("Invalid Date");
        return;
    };
    to.push_str(DAYS.get(weekday(moment, offset_minutes) as usize).unwrap_or(&""));
    to.push(' ');
    to.push_str(MONTHS.get(fields.month as usize).unwrap_or(&""));
    to.push(' ');
    push_padded(to, fields.day, 2);
    to.push_str(if fields.year < 0.0 { " -" } else { " " });
    push_padded(to, fields.year, if fields.year < 0.0 { 6 } else { 4 });
    for (separator, field) in [(' ', fields.hour), (':', fields.minute), (':', fields.second)] {
        to.push(separator);
        push_padded(to, field, 2);
    }
    to.push_str(if offset_minutes < 0 { " GMT-" } else { " GMT+" });
    push_padded(to, f64::from(offset_minutes.unsigned_abs() / 60), 2);
    push_padded(to, f64::from(offset_minutes.unsigned_abs() % 60), 2);
    match offset_minutes {
        0 => to.push_str(" (Coordinated Universal Time)"),
        480 => to.push_str(" (China Standard Time)"),
        _ => {}
    }
}

/// `new Date(text)`: ISO 8601 as ECMAScript defines it, and three numbers with a time, which every browser reads;
/// NaN for everything else.
pub fn parse(text: &str, offset_minutes: i32) -> f64 {
    iso(text, offset_minutes).or_else(|| loose(text, offset_minutes)).unwrap_or(f64::NAN)
}

/// The date a function of SurveyJS makes of a value: a day without a time begins in the local time zone,
/// nothing is now.
pub fn create(value: &Value, offset_minutes: i32, now: f64) -> f64 {
    let moment = match value {
        _ if !js::truthy(value) => now,
        Value::String(text) => return create_from_text(text, offset_minutes),
        Value::Array(_) | Value::Object(_) => return parse(&js::to_text(value), offset_minutes),
        _ => js::to_number(value),
    };
    if moment.abs() <= FURTHEST { moment.trunc() } else { f64::NAN }
}

fn create_from_text(text: &str, offset_minutes: i32) -> f64 {
    let moment = parse(text, offset_minutes);
    let has_time = text.find('T') > Some(0);
    if has_time || moment.is_nan() || !has_day(text.as_bytes()) {
        return moment;
    }
    iso(&[text, "T00:00:00"].concat(), offset_minutes).unwrap_or(f64::NAN)
}

fn has_day(text: &[u8]) -> bool {
    text.windows(10).any(|window| {
        window
            .iter()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() })
    })
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn take(&mut self, of: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        of.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// A number of `least` to `most` digits.
    fn number(&mut self, least: usize, most: usize) -> Option<f64> {
        let length = self.0.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if length < least {
            return None;
        }
        let (digits, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(digits.iter().fold(0.0, |number, digit| number * 10.0 + f64::from(digit - b'0')))
    }

    fn within(&mut self, least: f64, most: f64) -> Option<f64> {
        self.number(2, 2).filter(|number| (least..=most).contains(number))
    }

    fn year(&mut self) -> Option<f64> {
        match self.take(b"+-") {
            Some(b'-') => self.number(6, 6).filter(|year| *year > 0.0).map(|year| -year),
            Some(_) => self.number(6, 6),
            None => self.number(4, 4),
        }
    }

    fn spaces(&mut self) -> bool {
        let before = self.0.len();
        self.0 = self.0.trim_ascii_start();
        self.0.len() < before
    }
}

fn iso(text: &str, offset_minutes: i32) -> Option<f64> {
    let mut from = Cursor(text.as_bytes());
    let year = from.year()?;
    let mut fields =
        Fields { year, month: 0.0, day: 1.0, hour: 0.0, minute: 0.0, second: 0.0, millisecond: 0.0 };
    if from.take(b"-").is_some() {
        fields.month = from.within(1.0, 12.0)? - 1.0;
        if from.take(b"-").is_some() {
            fields.day = from.within(1.0, 31.0)?;
        }
    }
    let offset_minutes = if from.take(b"Tt").is_some() {
        iso_time(&mut from, &mut fields)?;
        zone(&mut from, offset_minutes)?
    } else {
        0
    };
    from.0.is_empty().then(|| fields.moment(offset_minutes))
}

fn iso_time(from: &mut Cursor, fields: &mut Fields) -> Option<()> {
    fields.hour = from.within(0.0, 24.0)?;
    from.take(b":")?;
    fields.minute = from.within(0.0, 59.0)?;
    if from.take(b":").is_some() {
        fields.second = from.within(0.0, 59.0)?;
        fraction(from, fields)?;
    }
    let past_midnight = fields.minute + fields.second + fields.millisecond > 0.0;
    (fields.hour < 24.0 || !past_midnight).then_some(())
}

fn fraction(from: &mut Cursor, fields: &mut Fields) -> Option<()> {
    if from.take(b".").is_none() {
        return Some(());
    }
    let digits = from.0.len();
    let number = from.number(1, 3)?;
    let missing = 3_usize.saturating_sub(digits - from.0.len());
    fields.millisecond = number * [1.0, 10.0, 100.0].get(missing).copied().unwrap_or(1.0);
    while from.number(1, 1).is_some() {}
    Some(())
}

/// The offset written after a time, in minutes; the local one when there is none.
fn zone(from: &mut Cursor, local: i32) -> Option<i32> {
    let Some(sign) = from.take(b"Zz+-") else { return Some(local) };
    if matches!(sign, b'Z' | b'z') {
        return Some(0);
    }
    let hours = from.within(0.0, 23.0)?;
    from.take(b":");
    let minutes = (hours * 60.0 + from.within(0.0, 59.0)?) as i32;
    Some(if sign == b'-' { -minutes } else { minutes })
}

/// Year, month, day or month, day, year, between strokes or hyphens; a time of the day may follow.
fn loose(text: &str, offset_minutes: i32) -> Option<f64> {
    let mut from = Cursor(text.trim_ascii().as_bytes());
    let first = from.number(1, 6)?;
    let separator = from.take(b"-/")?;
    let second = from.number(1, 6)?;
    from.take(&[separator])?;
    let third = from.number(1, 6)?;
    let (year, month, day) =
        if (1.0..=31.0).contains(&first) { (third, first, second) } else { (first, second, third) };
    if !(1.0..=12.0).contains(&month) || !(1.0..=31.0).contains(&day) {
        return None;
    }
    let year = match year {
        0.0..=49.0 => year + 2000.0,
        50.0..=99.0 => year + 1900.0,
        _ => year,
    };
    let mut fields =
        Fields { year, month: month - 1.0, day, hour: 0.0, minute: 0.0, second: 0.0, millisecond: 0.0 };
    if from.spaces() {
        loose_time(&mut from, &mut fields)?;
    }
    from.0.is_empty().then(|| fields.moment(offset_minutes))
}

fn loose_time(from: &mut Cursor, fields: &mut Fields) -> Option<()> {
    fields.hour = from.number(1, 2).filter(|hour| *hour < 24.0)?;
    from.take(b":")?;
    fields.minute = from.number(1, 2).filter(|minute| *minute < 60.0)?;
    if from.take(b":").is_some() {
        fields.second = from.number(1, 2).filter(|second| *second < 60.0)?;
        fraction(from, fields)?;
    }
    Some(())
}

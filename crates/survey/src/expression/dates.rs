//! The functions for dates.

use super::arithmetic;
use super::evaluate::Run;
use crate::date::{self, DAY, Fields};
use crate::js;
use crate::value::Value;

/// What a function for dates gives; `Null` for one that nobody knows.
pub(super) fn call(run: &Run, name: &str, arguments: &[Value]) -> Value {
    let first = arguments.first().filter(|first| js::truthy(first));
    match name {
        "getDate" => first.map_or(Value::Null, |value| Value::Date(run.date(value))),
        "currentDate" => Value::Date(run.scope.now()),
        "today" => Value::Date(today(run, arguments)),
        "getYear" if arguments.len() == 1 => first.map_or(Value::Null, |value| year(run, run.date(value))),
        "currentYear" => year(run, run.scope.now()),
        "age" => first.map_or(Value::Null, |born| age(run, born, arguments)),
        "dateDiff" => date_difference(run, arguments),
        "dateAdd" => date_sum(run, arguments),
        "diffDays" if arguments.len() == 2 => days_between(run, arguments),
        "diffDays" => Value::Number(0.0),
        "year" | "month" | "day" | "weekday" => {
            let moment = first.map_or_else(|| today(run, &[]), |value| run.date(value));
            part(run, name, moment)
        }
        _ => Value::Null,
    }
}

impl Run<'_> {
    fn date(&self, value: &Value) -> f64 {
        date::create(value, self.offset_minutes, self.scope.now())
    }

    fn fields(&self, moment: f64) -> Option<Fields> {
        Fields::of(moment, self.offset_minutes)
    }
}

fn today(run: &Run, arguments: &[Value]) -> f64 {
    let Some(mut fields) = run.fields(run.scope.now()) else { return f64::NAN };
    (fields.hour, fields.minute, fields.second, fields.millisecond) = (0.0, 0.0, 0.0, 0.0);
    if let [days] = arguments {
        fields.day = moved(run, fields.day, days);
    }
    fields.moment(run.offset_minutes)
}

/// A field and what is added to it, by JavaScript's `+`: a text is put behind it.
fn moved(run: &Run, field: f64, by: &Value) -> f64 {
    js::to_number(&arithmetic::add(&Value::Number(field), by, run.offset_minutes))
}

fn year(run: &Run, moment: f64) -> Value {
    part(run, "year", moment)
}

fn part(run: &Run, name: &str, moment: f64) -> Value {
    let Some(fields) = run.fields(moment) else { return Value::Number(f64::NAN) };
    Value::Number(match name {
        "year" => fields.year,
        "month" => fields.month + 1.0,
        "day" => fields.day,
        _ => date::weekday(moment, run.offset_minutes),
    })
}

fn age(run: &Run, born: &Value, arguments: &[Value]) -> Value {
    let unit = arguments.get(1).filter(|unit| js::truthy(unit));
    match unit.map_or(Some("years"), Value::as_str) {
        Some("days") => Value::Number(0.0),
        unit => Value::Number(months_between(run, run.date(born), run.scope.now(), unit == Some("months"))),
    }
}

/// Whole months or years; a year that can't be known is 0, such a month NaN.
fn months_between(run: &Run, from: f64, to: f64, in_months: bool) -> f64 {
    let (Some(from), Some(to)) = (run.fields(from), run.fields(to)) else {
        return if in_months { f64::NAN } else { 0.0 };
    };
    let months =
        (to.year - from.year) * 12.0 + to.month - from.month - f64::from(u8::from(to.day < from.day));
    if in_months { months } else { (months / 12.0).trunc() }
}

fn date_difference(run: &Run, arguments: &[Value]) -> Value {
    let (from, to) = match arguments {
        [from, to, ..] if js::truthy(from) && js::truthy(to) => (run.date(from), run.date(to)),
        _ => return Value::Null,
    };
    let unit = arguments.get(2).filter(|unit| js::truthy(unit));
    let spans = |milliseconds: f64| Value::Number(((to - from).abs() / milliseconds).ceil());
    match unit.map_or(Some("days"), Value::as_str) {
        Some("days") => days_between(run, arguments),
        Some("hours") => spans(3_600_000.0),
        Some("minutes") => spans(60_000.0),
        Some("seconds") => spans(1000.0),
        unit => Value::Number(months_between(run, from, to, unit == Some("months"))),
    }
}

fn days_between(run: &Run, arguments: &[Value]) -> Value {
    let (from, to) = match arguments {
        [from, to, ..] if js::truthy(from) && js::truthy(to) => (run.date(from), run.date(to)),
        _ => return Value::Number(0.0),
    };
    Value::Number(((day_as_utc(run, to) - day_as_utc(run, from)).abs() / DAY).ceil())
}

/// `Date.UTC` of a local day, where the years 0 to 99 are in the twentieth century.
fn day_as_utc(run: &Run, moment: f64) -> f64 {
    let Some(mut fields) = run.fields(moment) else { return f64::NAN };
    if (0.0..100.0).contains(&fields.year) {
        fields.year += 1900.0;
    }
    (fields.hour, fields.minute, fields.second, fields.millisecond) = (0.0, 0.0, 0.0, 0.0);
    fields.moment(0)
}

fn date_sum(run: &Run, arguments: &[Value]) -> Value {
    let (moment, by) = match arguments {
        [date, by, ..] if js::truthy(date) && js::truthy(by) => (run.date(date), by),
        _ => return Value::Null,
    };
    let unit = arguments.get(2).filter(|unit| js::truthy(unit));
    let Some(mut fields) = run.fields(moment) else { return Value::Date(f64::NAN) };
    let field = match unit.map_or(Some("days"), Value::as_str) {
        Some("days") => &mut fields.day,
        Some("months") => &mut fields.month,
        Some("years") => &mut fields.year,
        Some("hours") => &mut fields.hour,
        Some("minutes") => &mut fields.minute,
        Some("seconds") => &mut fields.second,
        _ => return Value::Date(moment),
    };
    *field = moved(run, *field, by);
    Value::Date(fields.moment(run.offset_minutes))
}

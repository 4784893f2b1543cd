//! The functions of SurveyJS 3.1.1.

use super::evaluate::Run;
use super::{Operand, arithmetic, arrays, dates, operators};
use crate::js;
use crate::value::Value;
use std::cmp::Ordering;

const KNOWN: [&str; 32] = [
    "age",
    "avg",
    "avgInArray",
    "count",
    "countInArray",
    "currentDate",
    "currentYear",
    "dateAdd",
    "dateDiff",
    "day",
    "diffDays",
    "displayValue",
    "getComment",
    "getDate",
    "getYear",
    "iif",
    "isContainerReady",
    "isDisplayMode",
    "max",
    "maxInArray",
    "min",
    "minInArray",
    "month",
    "propertyValue",
    "round",
    "substring",
    "sum",
    "sumInArray",
    "today",
    "trunc",
    "weekday",
    "year",
];

pub(super) fn is_known(name: &str) -> bool {
    KNOWN.contains(&name)
}

/// Whether the first parameter is the list of records itself, also where a question shows only their values.
pub(super) fn wants_original(name: &str) -> bool {
    name.ends_with("InArray") && is_known(name)
}

/// What a function gives; `Null` for one that nobody knows.
pub(super) fn call(run: &Run, name: &str, arguments: &[Value], operands: &[Operand]) -> Value {
    match name {
        "sum" => sum(&flattened(arguments), run.offset_minutes),
        "min" => extreme(arguments, Ordering::Less, run.offset_minutes),
        "max" => extreme(arguments, Ordering::Greater, run.offset_minutes),
        "count" => Value::Number(flattened(arguments).len() as f64),
        "avg" => average(arguments, run.offset_minutes),
        "round" => Value::Number(round(&flattened(arguments))),
        "trunc" => Value::Number(truncate(&flattened(arguments))),
        "substring" => Value::String(substring(arguments)),
        "sumInArray" | "minInArray" | "maxInArray" | "countInArray" | "avgInArray" => {
            arrays::call(run, name, arguments, operands)
        }
        "displayValue" | "getComment" | "isContainerReady" | "isDisplayMode" | "propertyValue" => {
            ask(run, name, arguments, operands)
        }
        _ => dates::call(run, name, arguments),
    }
}

fn ask(run: &Run, name: &str, arguments: &[Value], operands: &[Operand]) -> Value {
    let raw: Vec<Option<&str>> = operands
        .iter()
        .map(|operand| match operand {
            Operand::Variable(variable) => Some(variable.name.as_str()),
            _ => None,
        })
        .collect();
    let without_survey = || if name == "isContainerReady" { Value::Bool(false) } else { Value::Null };
    run.scope.call(name, arguments, &raw).unwrap_or_else(without_survey)
}

/// All values, also those inside lists; texts that are numbers become numbers, nothing is left out.
fn flattened(arguments: &[Value]) -> Vec<Value> {
    let mut values = Vec::new();
    flatten(arguments, &mut values);
    values
}

fn flatten(arguments: &[Value], to: &mut Vec<Value>) {
    for argument in arguments {
        match argument {
            Value::Null => {}
            Value::Array(items) => flatten(items, to),
            value => {
                let number = js::get_number(value);
                to.push(if number.is_nan() { value.clone() } else { Value::Number(number) });
            }
        }
    }
}

fn sum(values: &[Value], offset_minutes: i32) -> Value {
    values.iter().fold(Value::Number(0.0), |sum, value| {
        let next = arithmetic::add(&sum, value, offset_minutes);
        arithmetic::corrected(&sum, value, next)
    })
}

fn average(arguments: &[Value], offset_minutes: i32) -> Value {
    let values = flattened(arguments);
    let count = values.len() as f64;
    Value::Number(if count > 0.0 { js::to_number(&sum(&values, offset_minutes)) / count } else { 0.0 })
}

fn extreme(arguments: &[Value], order: Ordering, offset_minutes: i32) -> Value {
    let mut values = flattened(arguments).into_iter();
    let first = values.next().unwrap_or_default();
    values.fold(first, |best, value| {
        if operators::compare(&value, &best, offset_minutes) == Some(order) { value } else { best }
    })
}

/// The first number and the second, which is `otherwise` when it is missing or nothing; `None` unless both are numbers.
fn number_and_precision(values: &[Value], otherwise: f64) -> Option<(f64, f64)> {
    let number = js::get_number(values.first()?);
    let precision = match values.get(1) {
        Some(precision) if js::truthy(precision) => js::get_number(precision),
        _ => otherwise,
    };
    (!number.is_nan() && !precision.is_nan()).then_some((number, precision))
}

fn round(values: &[Value]) -> f64 {
    let Some((number, precision)) = number_and_precision(values, 0.0) else { return f64::NAN };
    let power = arithmetic::power(10.0, precision);
    let scaled = (number * power) * (1.0 + f64::EPSILON);
    round_half_up(scaled) / power
}

/// `Math.round`: halves go up, also below zero.
fn round_half_up(number: f64) -> f64 {
    let down = number.floor();
    if number - down >= 0.5 { down + 1.0 } else { down }
}

/// The digits of a number as it is printed, up to so many after its first other character.
fn truncate(values: &[Value]) -> f64 {
    let Some((number, precision)) = number_and_precision(values, -1.0) else { return f64::NAN };
    let text = js::number_text(number);
    let sign = usize::from(text.starts_with('-'));
    let digits = |from: usize| text.bytes().skip(from).take_while(u8::is_ascii_digit).count();
    let whole = sign + digits(sign);
    let mut end = whole;
    if precision >= 0.0 && precision.fract() == 0.0 && precision < 1e21 && whole < text.len() {
        end += 1 + digits(whole + 1).min(precision as usize);
    }
    js::to_number(&Value::from(text.get(..end).unwrap_or_default()))
}

fn substring(arguments: &[Value]) -> String {
    let (Some(Value::String(text)), Some(start)) = (arguments.first(), arguments.get(1)) else {
        return String::new();
    };
    if !js::is_number(start) {
        return String::new();
    }
    let length = js::utf16_length(text);
    let place = |value: &Value| (js::to_number(value).max(0.0) as usize).min(length);
    let start = place(start);
    let end = arguments.get(2).filter(|end| js::is_number(end)).map_or(length, place);
    let (start, end) = (start.min(end), start.max(end));
    if text.is_ascii() {
        return text.get(start..end).unwrap_or_default().into();
    }
    let units: Vec<u16> = text.encode_utf16().skip(start).take(end - start).collect();
    String::from_utf16_lossy(&units)
}

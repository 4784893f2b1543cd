//! Sums, products and the logical operators, on any kinds of values.

use super::Binary;
use crate::js;
use crate::value::Value;
use std::borrow::Cow;

pub(super) fn apply(operator: Binary, left: Value, right: Value, offset_minutes: i32) -> Value {
    let left = filled(left, &right);
    let right = filled(right, &left);
    let numbers = || (js::to_number(&left), js::to_number(&right));
    match operator {
        Binary::Or => return if js::truthy(&left) { left } else { right },
        Binary::And => return if js::truthy(&left) { right } else { left },
        Binary::Plus => return plus(left, right, offset_minutes),
        Binary::Divide | Binary::Remainder if !js::truthy(&right) => return Value::Null,
        _ => {}
    }
    let (first, second) = numbers();
    Value::Number(match operator {
        Binary::Minus => rounded(first - second, decimals(&left).max(decimals(&right))),
        Binary::Multiply => rounded(first * second, decimals(&left) + decimals(&right)),
        Binary::Divide => first / second,
        Binary::Remainder => first % second,
        _ => power(first, second),
    })
}

/// An empty side becomes the neutral value of the other side's kind.
fn filled(value: Value, second: &Value) -> Value {
    if !js::is_empty(&value) {
        return value;
    }
    match (value, second) {
        (_, Value::Number(_)) => Value::Number(0.0),
        (Value::String(text), _) => Value::String(text),
        (_, Value::String(_)) => Value::String(String::new()),
        (_, Value::Array(_)) => Value::Array(Vec::new()),
        _ => Value::Number(0.0),
    }
}

/// `Math.pow`.
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    if exponent.is_nan() || base.abs() == 1.0 && exponent.is_infinite() {
        f64::NAN
    } else {
        base.powf(exponent)
    }
}

fn plus(left: Value, right: Value, offset_minutes: i32) -> Value {
    if !js::is_number(&left) || !js::is_number(&right) {
        match (left, right) {
            (Value::Array(mut left), Value::Array(right)) => {
                left.extend(right);
                return Value::Array(left);
            }
            (Value::Array(items), Value::Number(number)) | (Value::Number(number), Value::Array(items)) => {
                return Value::Number(sum_of_numbers(&items, number));
            }
            (Value::Array(items), Value::String(text)) => {
                let mut joined = joined(&items, offset_minutes);
                joined.push_str(&text);
                return Value::String(joined);
            }
            (Value::String(mut text), Value::Array(items)) => {
                text.push_str(&joined(&items, offset_minutes));
                return Value::String(text);
            }
            (left, right) => return add(&left, &right, offset_minutes),
        }
    }
    let is_text = matches!(left, Value::String(_)) || matches!(right, Value::String(_));
    let sum = add(&left, &right, offset_minutes);
    if is_text { sum } else { corrected(&left, &right, sum) }
}

fn joined(items: &[Value], offset_minutes: i32) -> String {
    let mut text = String::new();
    js::write_joined(items, ", ", offset_minutes, &mut text);
    text
}

fn sum_of_numbers(items: &[Value], last: f64) -> f64 {
    items.iter().filter_map(Value::as_f64).chain([last]).fold(0.0, |sum, number| {
        rounded(sum + number, decimals(&Value::Number(sum)).max(decimals(&Value::Number(number))))
    })
}

/// JavaScript's `+`.
pub(super) fn add(left: &Value, right: &Value, offset_minutes: i32) -> Value {
    let is_text = |value: &Value| !matches!(value, Value::Null | Value::Bool(_) | Value::Number(_));
    if is_text(left) || is_text(right) {
        let mut text = String::new();
        js::write_text(left, offset_minutes, &mut text);
        js::write_text(right, offset_minutes, &mut text);
        return Value::String(text);
    }
    Value::Number(js::to_number(left) + js::to_number(right))
}

/// A sum without the noise of binary fractions. A text can't be rounded: SurveyJS fails there.
pub(super) fn corrected(left: &Value, right: &Value, sum: Value) -> Value {
    let digits = decimals(left).max(decimals(right));
    match sum {
        Value::Number(sum) => Value::Number(rounded(sum, digits)),
        sum if digits == 0 => sum,
        _ => Value::Null,
    }
}

fn rounded(number: f64, digits: usize) -> f64 {
    if digits == 0 { number } else { js::parse_float(&js::to_fixed(number, digits)) }
}

/// How many digits a number has after its point.
fn decimals(value: &Value) -> usize {
    let text = match value {
        Value::Number(number) if number.fract() != 0.0 && number.is_finite() => js::number_text(*number),
        Value::String(_) | Value::Array(_) if js::is_number(value) => js::to_text(value),
        _ => return 0,
    };
    text.split('.').nth(1).map_or(0, js::utf16_length)
}

/// What JavaScript compares in place of a list or a record: their texts.
pub(super) fn primitive(value: &Value, offset_minutes: i32) -> Cow<'_, Value> {
    match value {
        Value::Array(_) | Value::Object(_) => {
            let mut text = String::new();
            js::write_text(value, offset_minutes, &mut text);
            Cow::Owned(Value::String(text))
        }
        value => Cow::Borrowed(value),
    }
}

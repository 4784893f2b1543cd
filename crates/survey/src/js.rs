//! JavaScript's conversions between kinds of values, and how SurveyJS decides that values are empty or equal.

use crate::date;
use crate::value::{Object, Value};
use std::cmp::Ordering;

/// What counts as the same when two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compare {
    /// Lists with the same items in another order are equal.
    pub ignore_order: bool,
    /// `A` and `a` differ.
    pub case_sensitive: bool,
    /// White space around a text doesn't count.
    pub trim: bool,
    /// `1` and `"1"` differ, as they do for a question.
    pub types_apart: bool,
}

/// SurveyJS's own defaults: in order, without regard to case, trimmed.
pub const STANDARD: Compare =
    Compare { ignore_order: false, case_sensitive: false, trim: true, types_apart: false };
/// As the operators of expressions compare: like `STANDARD`, but lists in any order.
pub const ANY_ORDER: Compare = Compare { ignore_order: true, ..STANDARD };
/// In order, letter by letter.
pub const EXACT: Compare = Compare { case_sensitive: true, trim: false, ..STANDARD };
/// As a question compares its answer with another one.
pub const STRICT: Compare = Compare { types_apart: true, ..EXACT };

impl Default for Compare {
    fn default() -> Self {
        STANDARD
    }
}

/// Whether a value is no answer: nothing, an empty text or list, NaN, or a record with nothing but such members.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(_) | Value::Date(_) => false,
        Value::Number(number) => number.is_nan(),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_empty),
    }
}

/// Whether two answers are the same: `"1"` is `1`, `"True"` is `true`, nothing is an empty text.
pub fn equals(left: &Value, right: &Value, how: Compare) -> bool {
    use Value::{Array, Bool, Date, Null, Number, Object, String};
    match (left, right) {
        (Null, Null) => true,
        (Null, String(text)) | (String(text), Null) => text.is_empty(),
        (Bool(left), Bool(right)) => left == right,
        (Number(left), Number(right)) | (Date(left), Date(right)) => left == right,
        (String(left), String(right)) => same_text(left, right, how),
        (Number(_), String(_) | Bool(_)) | (String(_) | Bool(_), Number(_)) if how.types_apart => false,
        (Number(number), String(text)) | (String(text), Number(number)) => number_is_text(*number, text),
        (Bool(bool), String(text)) | (String(text), Bool(bool)) => {
            text.to_lowercase() == if *bool { "true" } else { "false" }
        }
        (Bool(bool), Number(number)) | (Number(number), Bool(bool)) => *number == f64::from(u8::from(*bool)),
        (Array(left), Array(right)) => same_items(left, right, how),
        (Object(left), Object(right)) => same_members(left, right, how),
        (Array(items), Object(members)) | (Object(members), Array(items)) => {
            members.len() == items.len()
                && items.iter().enumerate().all(|(at, item)| {
                    members.get(&at.to_string()).is_some_and(|member| equals(item, member, how))
                })
        }
        _ => false,
    }
}

fn same_text(left: &str, right: &str, how: Compare) -> bool {
    let (left, right) = if how.trim { (trim(left), trim(right)) } else { (left, right) };
    left == right || !how.case_sensitive && left.to_lowercase() == right.to_lowercase()
}

/// A text that starts like a number may pass for it where JavaScript's stricter reading refuses or differs.
fn number_is_text(number: f64, text: &str) -> bool {
    if number.is_nan() || text.is_empty() {
        return false;
    }
    let strict = text_number(text);
    strict == number
        || !strict.is_nan()
            && parse_float(text) == number
            && parse_integer(text) == parse_integer(&number_text(number))
}

fn same_items(left: &[Value], right: &[Value], how: Compare) -> bool {
    if left.len() != right.len() {
        return false;
    }
    if !how.ignore_order {
        return left.iter().zip(right).all(|(left, right)| equals(left, right, how));
    }
    sorted(left).iter().zip(sorted(right)).all(|(left, right)| equals(left.1, right.1, how))
}

/// The items in the order of their texts, as `Array.prototype.sort` puts them.
fn sorted(items: &[Value]) -> Vec<(String, &Value)> {
    let mut sorted: Vec<_> = items
        .iter()
        .map(|item| if item.is_null() { ("null".into(), item) } else { (to_text(item), item) })
        .collect();
    sorted.sort_by(|left, right| compare_text(&left.0, &right.0));
    sorted
}

fn same_members(left: &Object, right: &Object, how: Compare) -> bool {
    left.len() == right.len()
        && left.iter().all(|(name, left)| right.get(name).is_some_and(|right| equals(left, right, how)))
}

/// The order of two texts in JavaScript, which counts in UTF-16.
pub fn compare_text(left: &str, right: &str) -> Ordering {
    if left.is_ascii() && right.is_ascii() {
        return left.cmp(right);
    }
    left.encode_utf16().cmp(right.encode_utf16())
}

/// `String(value)`: lists joined by commas, records as `[object Object]`, moments in UTC.
pub fn to_text(value: &Value) -> String {
    let mut text = String::new();
    write_text(value, 0, &mut text);
    text
}

/// Adds `String(value)`; moments are in the time zone that is `offset_minutes` east of UTC.
pub(crate) fn write_text(value: &Value, offset_minutes: i32, to: &mut String) {
    match value {
        Value::Null => to.push_str("null"),
        Value::Bool(true) => to.push_str("true"),
        Value::Bool(false) => to.push_str("false"),
        Value::Number(number) => to.push_str(&number_text(*number)),
        Value::String(text) => to.push_str(text),
        Value::Array(items) => write_joined(items, ",", offset_minutes, to),
        Value::Object(_) => to.push_str("[object Object]"),
        Value::Date(moment) => date::write_text(*moment, offset_minutes, to),
    }
}

/// Adds the texts of items with a separator between them; nothing is an empty text here.
pub(crate) fn write_joined(items: &[Value], separator: &str, offset_minutes: i32, to: &mut String) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            to.push_str(separator);
        }
        if !item.is_null() {
            write_text(item, offset_minutes, to);
        }
    }
}

/// `Number(value)`; NaN for what isn't one.
pub fn to_number(value: &Value) -> f64 {
    match value {
        Value::Null => 0.0,
        Value::Bool(bool) => f64::from(u8::from(*bool)),
        Value::Number(number) | Value::Date(number) => *number,
        Value::String(text) => text_number(text),
        Value::Array(_) => text_number(&to_text(value)),
        Value::Object(_) => f64::NAN,
    }
}

/// Whether `if (value)` holds.
pub fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(bool) => *bool,
        Value::Number(number) => *number != 0.0 && !number.is_nan(),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) | Value::Date(_) => true,
    }
}

/// Whether `value == true` holds.
pub fn is_true(value: &Value) -> bool {
    match value {
        Value::Null | Value::Object(_) | Value::Date(_) => false,
        _ => to_number(value) == 1.0,
    }
}

/// Whether SurveyJS takes a value for a number.
pub fn is_number(value: &Value) -> bool {
    !get_number(value).is_nan()
}

/// The number SurveyJS reads from a value, also `"1,5"`; NaN when it isn't a number.
pub fn get_number(value: &Value) -> f64 {
    match value {
        Value::Number(number) if number.is_finite() => *number,
        Value::String(text) => answer_number(text),
        // The comma between two items is never part of a number.
        Value::Array(items) if items.len() == 1 => {
            let text = to_text(value);
            finite(parse_float(&text), text_number(&text))
        }
        _ => f64::NAN,
    }
}

fn finite(loose: f64, strict: f64) -> f64 {
    if strict.is_finite() { loose } else { f64::NAN }
}

fn answer_number(text: &str) -> f64 {
    /// Longer runs of digits are card or telephone numbers, not quantities.
    const DIGITS: usize = 15;
    const HEXADECIMAL: usize = 32;
    let text = trim(text);
    if text.starts_with("0x") {
        return if utf16_length(text) > HEXADECIMAL { f64::NAN } else { parse_integer(text) };
    }
    let digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
    if text.is_empty() || digits_only && text.len() > DIGITS {
        return f64::NAN;
    }
    let signed_inside = text.rfind('-') > Some(0) || text.rfind('+') > Some(0);
    if !signed_inside && text.contains(['*', '^', '/', '%']) {
        return f64::NAN;
    }
    if text.bytes().filter(|byte| *byte == b',').count() == 1 {
        let text = text.replace(',', ".");
        return finite(parse_float(&text), text_number(&text));
    }
    finite(parse_float(text), text_number(text))
}

/// The length of a text as JavaScript counts it.
pub fn utf16_length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// A text without the white space around it, by JavaScript's list of white space.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

fn is_space(char: char) -> bool {
    char == '\u{feff}' || char.is_whitespace() && char != '\u{85}'
}

/// `Number(text)`.
fn text_number(text: &str) -> f64 {
    let text = trim(text);
    if text.is_empty() {
        return 0.0;
    }
    let radix = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 10,
    };
    if radix != 10 {
        let digits = text.get(2..).unwrap_or_default();
        let valid = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
        return if valid { in_radix(digits, radix) } else { f64::NAN };
    }
    let length = decimal_length(text.as_bytes());
    if length == text.len() { parse_float(text) } else { f64::NAN }
}

/// `parseFloat(text)`: as much of the text as is a decimal number.
pub(crate) fn parse_float(text: &str) -> f64 {
    let text = text.trim_start_matches(is_space);
    let number = text.get(..decimal_length(text.as_bytes())).unwrap_or_default();
    match number {
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ => number.parse().unwrap_or(f64::NAN),
    }
}

/// `parseInt(text)`: as many digits as there are, after `0x` hexadecimal ones.
fn parse_integer(text: &str) -> f64 {
    let text = text.trim_start_matches(is_space);
    let (sign, text) = match text.as_bytes().first() {
        Some(b'-') => (-1.0, text.get(1..).unwrap_or_default()),
        Some(b'+') => (1.0, text.get(1..).unwrap_or_default()),
        _ => (1.0, text),
    };
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (radix, text) = hexadecimal.map_or((10, text), |digits| (16, digits));
    let length = text.bytes().take_while(|byte| char::from(*byte).is_digit(radix)).count();
    sign * in_radix(text.get(..length).unwrap_or_default(), radix)
}

fn in_radix(digits: &str, radix: u32) -> f64 {
    if radix == 10 {
        return digits.parse().unwrap_or(f64::NAN);
    }
    match u128::from_str_radix(digits, radix) {
        Ok(number) => number as f64,
        Err(_) if digits.is_empty() => f64::NAN,
        Err(_) => digits
            .chars()
            .filter_map(|digit| digit.to_digit(radix))
            .fold(0.0, |number, digit| number * f64::from(radix) + f64::from(digit)),
    }
}

/// How many bytes at the start of a text are a decimal number.
pub(crate) fn decimal_length(text: &[u8]) -> usize {
    let digits = |from: usize| text.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    if text.get(sign..).is_some_and(|rest| rest.starts_with(b"Infinity")) {
        return sign + 8;
    }
    let whole = digits(sign);
    let mut end = sign + whole;
    if text.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if whole + fraction > 0 {
            end += 1 + fraction;
        }
    }
    if end == sign {
        return 0;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

/// A number as JavaScript prints it: the shortest digits that mean it, an exponent from 1e21 and below 1e-6.
pub fn number_text(number: f64) -> String {
    const WHOLE: f64 = 1e15;
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    if number.fract() == 0.0 && number.abs() < WHOLE {
        return (number as i64).to_string();
    }
    let scientific = format!("{:e}", number.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = mantissa.replace('.', "");
    let mut text = String::new();
    if number < 0.0 {
        text.push('-');
    }
    write_digits(&digits, exponent.parse().unwrap_or(0), &mut text);
    text
}

fn write_digits(digits: &str, exponent: i32, to: &mut String) {
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let point = exponent.saturating_add(1);
    if (count..=21).contains(&point) {
        to.push_str(digits);
        to.push_str(&zeros(point - count));
    } else if (1..=21).contains(&point) {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
        to.push_str(whole);
        to.push('.');
        to.push_str(fraction);
    } else if (-5..=0).contains(&point) {
        to.push_str("0.");
        to.push_str(&zeros(-point));
        to.push_str(digits);
    } else {
        let (first, others) = digits.split_at(1);
        to.push_str(first);
        if !others.is_empty() {
            to.push('.');
            to.push_str(others);
        }
        to.push_str(if exponent < 0 { "e-" } else { "e+" });
        to.push_str(&exponent.unsigned_abs().to_string());
    }
}

/// `number.toFixed(digits)`, with at most 100 digits; a half goes away from zero.
pub fn to_fixed(number: f64, digits: usize) -> String {
    const LARGE: f64 = 1e21;
    let digits = digits.min(100);
    if !number.is_finite() || number.abs() >= LARGE {
        return number_text(number);
    }
    let doubled = number * 2_f64.powi(digits as i32 + 1);
    let may_be_half = doubled.fract() == 0.0 && format!("{number:.*}", digits + 1).ends_with('5');
    let number = if may_be_half { f64::from_bits(number.to_bits() + 1) } else { number };
    let text = format!("{number:.digits$}");
    let is_zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    if is_zero && number == 0.0 { text.trim_start_matches('-').into() } else { text }
}

//! JSON in and out of the engine's values. The program has one JSON reader, which the engine doesn't know.

use crate::domain::quoted::put_text;
use miniserde::json;
use survey::{Object, Value, js};

/// Deeper values are dropped: no answer or definition is, and what is read must not exhaust the stack.
const MAX_DEPTH: usize = 96;

/// The engine's value of a JSON value.
pub fn from_json(value: &json::Value) -> Value {
    convert(value, MAX_DEPTH)
}

fn convert(value: &json::Value, depth: usize) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    match value {
        json::Value::Null => Value::Null,
        json::Value::Bool(value) => Value::Bool(*value),
        json::Value::Number(json::Number::U64(number)) => Value::Number(*number as f64),
        json::Value::Number(json::Number::I64(number)) => Value::Number(*number as f64),
        json::Value::Number(json::Number::F64(number)) => Value::Number(*number),
        json::Value::String(text) => Value::String(text.clone()),
        json::Value::Array(items) => {
            Value::Array(items.iter().map(|item| convert(item, depth - 1)).collect())
        }
        json::Value::Object(members) => {
            let member = |(name, member): (&String, &json::Value)| (name.clone(), convert(member, depth - 1));
            Value::Object(members.iter().map(member).collect::<Object>())
        }
    }
}

/// Reads a JSON text; `None` when it isn't one.
pub fn parse(text: &str) -> Option<Value> {
    json::from_str::<json::Value>(text).ok().map(|value| from_json(&value))
}

/// The value as JSON text; members are in the order of their names, so the same value gives the same text.
pub fn write(value: &Value) -> String {
    let mut out = String::new();
    put(value, &mut out, MAX_DEPTH);
    out
}

fn put(value: &Value, out: &mut String, depth: usize) {
    match value {
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) if number.is_finite() => out.push_str(&js::number_text(*number)),
        Value::String(text) => put_text(text, out),
        Value::Array(items) if depth > 0 => {
            let mut before = '[';
            for item in items {
                out.push(before);
                put(item, out, depth - 1);
                before = ',';
            }
            out.push_str(if before == '[' { "[]" } else { "]" });
        }
        Value::Object(members) if depth > 0 => {
            let mut before = '{';
            for (name, member) in members {
                out.push(before);
                put_text(name, out);
                out.push(':');
                put(member, out, depth - 1);
                before = ',';
            }
            out.push_str(if before == '{' { "{}" } else { "}" });
        }
        Value::Date(_) => put_text(&js::to_text(value), out),
        _ => out.push_str("null"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_what_it_reads() {
        let text = r#"{"a":[],"b":{},"c":[1,-2,2.5,true,null],"d":"\"\\\u0001\u000a语"}"#;
        assert_eq!(write(&parse(text).unwrap()), text);
        assert_eq!(write(&Value::Number(f64::NAN)), "null");
        assert!(parse("<html>").is_none());
    }

    #[test]
    fn what_is_too_deep_does_not_exhaust_the_stack() {
        let text = ["[".repeat(100_000), "]".repeat(100_000)].concat();
        assert!(write(&parse(&text).unwrap_or_default()).len() < 1000);
    }

    proptest! {
        /// The program's reader is exact for what people and surveys write: fifteen digits.
        #[test]
        fn any_text_and_number_comes_back(text in any::<String>(), digits in -999_999_999_999_999_i64..999_999_999_999_999,
            shift in 0..12_i32) {
            let value = Value::Array(vec![Value::from(text), Value::Number(digits as f64 / 10_f64.powi(shift))]);
            prop_assert_eq!(parse(&write(&value)), Some(value));
        }
    }
}

//! Writing of JSON. miniserde's own writer brings tables for numbers with a fraction, which the home screen never sends.

use crate::domain::quoted::put_text;
use miniserde::json::{Number, Value};

/// The value as text. A number that is not finite becomes `null`.
pub fn write(value: &Value) -> String {
    let mut out = String::new();
    put(value, &mut out);
    out
}

fn put(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(Number::I64(number)) => out.push_str(&number.to_string()),
        Value::Number(Number::U64(number)) => out.push_str(&number.to_string()),
        Value::Number(Number::F64(number)) if number.is_finite() => out.push_str(&fraction(*number)),
        Value::Number(Number::F64(_)) => out.push_str("null"),
        Value::String(text) => put_text(text, out),
        Value::Array(items) => {
            let mut before = '[';
            for item in items {
                out.push(before);
                put(item, out);
                before = ',';
            }
            out.push_str(if before == '[' { "[]" } else { "]" });
        }
        Value::Object(fields) => {
            let mut before = '{';
            for (name, item) in fields {
                out.push(before);
                put_text(name, out);
                out.push(':');
                put(item, out);
                before = ',';
            }
            out.push_str(if before == '{' { "{}" } else { "}" });
        }
    }
}

/// The browser knows how to write a number.
#[cfg(all(feature = "browser", target_family = "wasm"))]
fn fraction(number: f64) -> String {
    js_sys::Number::from(number).to_string_with_radix(10).map(String::from).unwrap_or_else(|_| "null".into())
}

#[cfg(not(all(feature = "browser", target_family = "wasm")))]
fn fraction(number: f64) -> String {
    miniserde::json::to_string(&number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::node::parse;
    use proptest::prelude::*;

    #[test]
    fn writes_what_it_reads() {
        let text =
            r#"{"a":[],"b":{},"c":[1,-2,18446744073709551615,2.5,true,null],"d":"\"\\\u0001\u000a语"}"#;
        let value = parse(text).unwrap();
        assert_eq!(write(&value), text);
        assert_eq!(write(&Value::Number(Number::F64(f64::NAN))), "null");
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in any::<String>(), name in any::<String>()) {
            let mut object = miniserde::json::Object::new();
            object.insert(name, Value::String(text));
            let value = Value::Object(object);
            prop_assert_eq!(format!("{:?}", parse(&write(&value))), format!("{:?}", Some(value)));
        }
    }
}

//! An expression, and after the last line end the values that it sees, as JSON.

#![no_main]

use libfuzzer_sys::fuzz_target;
use survey::expression::{Expression, Variables};
use survey::{Object, Value};

fuzz_target!(|data: &[u8]| {
    let whole = String::from_utf8_lossy(data);
    let (text, values) = whole.rsplit_once('\n').unwrap_or((&whole, ""));
    let Ok(expression) = Expression::parse(text) else { return };
    let _ = (expression.variables(), expression.unknown_functions());
    let _ = (expression.has_function(), expression.has_function_without_variables());
    let values = match serde_json::from_str(values) {
        Ok(Value::Object(values)) => values,
        _ => Object::new(),
    };
    let scope = Variables { values: &values, now: 1_772_000_000_000.0, offset_minutes: 480 };
    let _ = expression.is_true(&scope);
    assert!(serde_json::to_string(&expression.evaluate(&scope)).is_ok());
});

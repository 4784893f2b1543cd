//! What the binary operators do.

use super::evaluate::Run;
use super::{Binary, arithmetic};
use crate::date::{self, Fields};
use crate::js;
use crate::value::Value;
use std::cmp::Ordering;

/// One side of an operator.
pub(super) struct Side {
    pub(super) value: Value,
    /// Lists are equal only in the same order.
    pub(super) strict: bool,
    /// A question without an answer, which equals an empty list; `null` doesn't.
    pub(super) unanswered: bool,
}

impl From<Value> for Side {
    fn from(value: Value) -> Self {
        Self { value, strict: false, unanswered: false }
    }
}

pub(super) fn apply(operator: Binary, left: Side, right: Side, run: &Run) -> Value {
    match operator {
        Binary::LessOrEqual => Value::Bool(ordered(left, right, Ordering::Less, true, run)),
        Binary::GreaterOrEqual => Value::Bool(ordered(left, right, Ordering::Greater, true, run)),
        Binary::Less => Value::Bool(ordered(left, right, Ordering::Less, false, run)),
        Binary::Greater => Value::Bool(ordered(left, right, Ordering::Greater, false, run)),
        Binary::Equal => Value::Bool(equal(left, right, run)),
        Binary::NotEqual => Value::Bool(!equal(left, right, run)),
        Binary::Contains => Value::Bool(contains(&left.value, &right.value, run)),
        Binary::NotContains => Value::Bool(not_contains(&left.value, &right.value, run)),
        Binary::AnyOf => Value::Bool(any_of(&left.value, &right.value, run)),
        Binary::NoneOf => Value::Bool(!any_of(&left.value, &right.value, run)),
        Binary::AllOf => Value::Bool(all_of(&left.value, &right.value, run)),
        _ => arithmetic::apply(operator, left.value, right.value, run.offset_minutes),
    }
}

fn equal(mut left: Side, mut right: Side, run: &Run) -> bool {
    align_dates(&mut left.value, &mut right.value, run);
    let how = if left.strict || right.strict { js::STANDARD } else { js::ANY_ORDER };
    same(&left, &right, how)
}

fn same(left: &Side, right: &Side, how: js::Compare) -> bool {
    let unanswered = |side: &Side| side.unanswered || is_undefined(&side.value);
    unanswered(left) && is_empty_list(&right.value)
        || is_empty_list(&left.value) && unanswered(right)
        || same_values(&left.value, &right.value, how)
}

/// Equality where the text `undefined` means nothing at all.
fn same_values(left: &Value, right: &Value, how: js::Compare) -> bool {
    match (is_undefined(left), is_undefined(right)) {
        (false, false) => js::equals(left, right, how),
        (true, false) => js::equals(&Value::Null, right, how) || is_empty_list(right),
        (false, true) => js::equals(left, &Value::Null, how) || is_empty_list(left),
        (true, true) => true,
    }
}

fn is_undefined(value: &Value) -> bool {
    value.as_str() == Some("undefined")
}

fn is_empty_list(value: &Value) -> bool {
    value.as_array().is_some_and(<[Value]>::is_empty)
}

/// `<`, `>` and with `or_equal` also `<=`, `>=`; nothing is neither less nor greater.
fn ordered(mut left: Side, mut right: Side, order: Ordering, or_equal: bool, run: &Run) -> bool {
    align_dates(&mut left.value, &mut right.value, run);
    if or_equal && same(&left, &right, js::ANY_ORDER) {
        return true;
    }
    !left.value.is_null()
        && !right.value.is_null()
        && compare(&left.value, &right.value, run.offset_minutes) == Some(order)
}

/// The order JavaScript's `<` and `>` see: of texts as texts, of all else as numbers.
pub(super) fn compare(left: &Value, right: &Value, offset_minutes: i32) -> Option<Ordering> {
    let (left, right) =
        (arithmetic::primitive(left, offset_minutes), arithmetic::primitive(right, offset_minutes));
    if let (Value::String(left), Value::String(right)) = (&*left, &*right) {
        return Some(js::compare_text(left, right));
    }
    js::to_number(&left).partial_cmp(&js::to_number(&right))
}

/// Makes a date and a text comparable: the text becomes a date, and the date loses what the text doesn't say.
fn align_dates(left: &mut Value, right: &mut Value, run: &Run) {
    if matches!(left, Value::Date(_)) || matches!(right, Value::Date(_)) {
        align(left, right, run);
        align(right, left, run);
    }
}

fn align(value: &mut Value, second: &mut Value, run: &Run) {
    const MINUTES: usize = 17;
    const HOURS: usize = 14;
    const DAYS: usize = 11;
    let offset = run.offset_minutes;
    match (&mut *value, &mut *second) {
        (Value::String(text), Value::Date(second)) => {
            let mut moment = date::create(&Value::from(text.as_str()), offset, run.scope.now());
            *second = changed(*second, offset, |fields| fields.millisecond = 0.0);
            let has_time = Fields::of(*second, offset)
                .is_some_and(|fields| fields.hour > 0.0 || fields.minute > 0.0 || fields.second > 0.0);
            if !has_time {
                moment = changed(moment, offset, |fields| {
                    (fields.hour, fields.minute, fields.second) = (0.0, 0.0, 0.0);
                });
            }
            *value = Value::Date(moment);
        }
        (Value::Date(moment), Value::String(text)) => {
            let length = js::utf16_length(text);
            *moment = changed(*moment, offset, |fields| {
                if length < MINUTES {
                    (fields.second, fields.millisecond) = (0.0, 0.0);
                }
                if length < HOURS {
                    fields.minute = 0.0;
                }
                if length < DAYS {
                    fields.hour = 0.0;
                }
            });
        }
        _ => {}
    }
}

fn changed(moment: f64, offset_minutes: i32, change: impl FnOnce(&mut Fields)) -> f64 {
    let Some(mut fields) = Fields::of(moment, offset_minutes) else { return f64::NAN };
    change(&mut fields);
    fields.moment(offset_minutes)
}

fn contains(left: &Value, right: &Value, run: &Run) -> bool {
    contains_as(left, right, true, run)
}

fn not_contains(left: &Value, right: &Value, run: &Run) -> bool {
    !js::truthy(left) && !js::is_empty(right) || contains_as(left, right, false, run)
}

/// Whether a list has an item, or all items of a list; whether a text has a part. `wanted` is what then comes out:
/// but where there is nothing to look in or for, the answer is no to both questions.
fn contains_as(left: &Value, right: &Value, wanted: bool, run: &Run) -> bool {
    let Value::Array(items) = left else {
        let searchable = js::truthy(left) || matches!(left, Value::Bool(false) | Value::Number(0.0));
        return searchable && js::truthy(right) && has_part(left, right, run.offset_minutes) == wanted;
    };
    if items.is_empty() {
        return !wanted;
    }
    let has = |searched: &Value| items.iter().any(|item| same_values(item, searched, js::ANY_ORDER));
    let found = match right {
        Value::Array(searched) => searched.iter().all(has),
        searched => has(searched),
    };
    found == wanted
}

fn has_part(text: &Value, part: &Value, offset_minutes: i32) -> bool {
    let (mut whole, mut piece) = (String::new(), String::new());
    js::write_text(text, offset_minutes, &mut whole);
    js::write_text(part, offset_minutes, &mut piece);
    whole.to_lowercase().contains(&piece.to_lowercase())
}

fn any_of(left: &Value, right: &Value, run: &Run) -> bool {
    match (js::is_empty(left), js::is_empty(right)) {
        (true, nothing) => return nothing,
        (false, true) => return true,
        (false, false) => {}
    }
    match (left, right) {
        (Value::Array(_), Value::Array(searched)) => searched.iter().any(|item| contains(left, item, run)),
        (Value::Array(_), _) => contains(left, right, run),
        _ => contains(right, left, run),
    }
}

fn all_of(left: &Value, right: &Value, run: &Run) -> bool {
    if !js::truthy(left) && !js::is_empty(right) {
        return false;
    }
    match right {
        Value::Array(searched) => searched.iter().all(|item| contains(left, item, run)),
        _ => contains(left, right, run),
    }
}

//! Evaluation: every operand is evaluated, also where an operator could do without it, as SurveyJS does.

use super::operators::{self, Side};
use super::{Binary, Call, Operand, Scope, Unary, Variable, functions, json};
use crate::js;
use crate::value::Value;
use std::cell::Cell;

/// How many operands one evaluation may visit; filters of lists inside filters of lists would take forever.
const STEPS: u32 = 300_000;
/// How many filters may run inside one another. A filter can be a value that names itself.
const FILTERS: u8 = 3;

pub(super) fn evaluate(operand: &Operand, scope: &dyn Scope) -> Value {
    let steps = Cell::new(STEPS);
    Run { scope, offset_minutes: scope.offset_minutes(), steps: &steps, filters: FILTERS }.value(operand)
}

/// One evaluation.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) scope: &'a dyn Scope,
    pub(super) offset_minutes: i32,
    steps: &'a Cell<u32>,
    filters: u8,
}

impl Run<'_> {
    /// The same evaluation inside a filter; `None` when there are too many around it.
    pub(super) fn filter<'b>(&'b self, scope: &'b dyn Scope) -> Option<Run<'b>> {
        let filters = self.filters.checked_sub(1)?;
        Some(Run { scope, offset_minutes: self.offset_minutes, steps: self.steps, filters })
    }

    /// Pays for work; whether there was enough left.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let left = u32::try_from(steps).ok().and_then(|steps| self.steps.get().checked_sub(steps));
        self.steps.set(left.unwrap_or(0));
        left.is_some()
    }

    pub(super) fn value(&self, operand: &Operand) -> Value {
        if !self.spend(1) {
            return Value::Null;
        }
        match operand {
            Operand::Nothing => Value::Null,
            Operand::Text(text) | Operand::Word(text) => Value::String(text.clone()),
            Operand::Number(number) => Value::Number(*number),
            Operand::Bool(bool) => Value::Bool(*bool),
            Operand::Variable(variable) => self.variable(variable, false).value,
            Operand::Array(items) => Value::Array(items.iter().map(|item| self.value(item)).collect()),
            Operand::Call(call) if call.function == "iif" => self.choice(call).value,
            Operand::Call(call) => self.call(call),
            Operand::Unary(unary, operand) => self.unary(*unary, operand),
            Operand::Chain(first, others) => self.chain(first, others),
        }
    }

    fn unary(&self, unary: Unary, operand: &Operand) -> Value {
        let value = self.value(operand);
        Value::Bool(match unary {
            Unary::Negate => !js::truthy(&value),
            Unary::Empty => js::is_empty(&value),
            Unary::NotEmpty => !js::is_empty(&value),
        })
    }

    fn chain(&self, first: &Operand, others: &[(Binary, Operand)]) -> Value {
        let mut left = self.side(first);
        for (operator, operand) in others {
            let right = self.side(operand);
            if !self.can_compare(*operator, &left.value, &right.value) {
                return Value::Null;
            }
            left = Side::from(operators::apply(*operator, left, right, self));
        }
        left.value
    }

    /// The list operators look for each item of one list in the other.
    fn can_compare(&self, operator: Binary, left: &Value, right: &Value) -> bool {
        let (Value::Array(left), Value::Array(right)) = (left, right) else { return true };
        let pairs = if operator.level() == Binary::Contains.level() {
            left.len().saturating_mul(right.len())
        } else {
            left.len() + right.len()
        };
        self.spend(pairs / 16)
    }

    fn side(&self, operand: &Operand) -> Side {
        match operand {
            Operand::Variable(variable) if self.spend(1) => self.variable(variable, false),
            Operand::Call(call) if call.function == "iif" => Side { strict: false, ..self.choice(call) },
            operand => {
                let value = self.value(operand);
                let unanswered = value.is_null() && may_be_undefined(operand);
                Side { value, strict: false, unanswered }
            }
        }
    }

    /// The value of a variable. A name that nobody knows may be the inside of a JSON object.
    pub(super) fn variable(&self, variable: &Variable, original: bool) -> Side {
        let name = variable.name.as_str();
        let Some(found) = self.scope.lookup(name, original) else {
            let value = if name.ends_with(".length") { Value::Number(0.0) } else { json::object(name) };
            return Side::from(value);
        };
        if let Value::Array(items) = &found.value {
            self.spend(items.len() / 8);
        }
        let unanswered = found.value.is_null();
        let value = match found.value {
            Value::String(text) if !variable.as_it_is => answer(text),
            value => value,
        };
        Side { value, strict: found.strict, unanswered }
    }

    /// `iif`: both answers are evaluated, whatever the condition.
    fn choice(&self, call: &Call) -> Side {
        let mut sides = call.parameters.iter().map(|parameter| self.side(parameter));
        let (Some(condition), Some(yes)) = (sides.next(), sides.next()) else {
            return Side::from(Value::Null);
        };
        let no = sides.next().unwrap_or(Side { unanswered: true, ..Side::from(Value::Null) });
        if js::truthy(&condition.value) { yes } else { no }
    }

    fn call(&self, call: &Call) -> Value {
        let original = functions::wants_original(&call.function);
        let arguments: Vec<Value> = call
            .parameters
            .iter()
            .enumerate()
            .map(|(at, parameter)| match parameter {
                Operand::Variable(variable) => self.variable(variable, original && at == 0).value,
                parameter => self.value(parameter),
            })
            .collect();
        functions::call(self, &call.function, &arguments, &call.parameters)
    }
}

/// The functions that give `undefined` rather than `null` when they have nothing to give.
fn may_be_undefined(operand: &Operand) -> bool {
    let Operand::Call(call) = operand else { return false };
    matches!(
        call.function.as_str(),
        "min"
            | "max"
            | "minInArray"
            | "maxInArray"
            | "getYear"
            | "getComment"
            | "propertyValue"
            | "isDisplayMode"
            | "displayValue"
    )
}

/// A text answer as an expression sees it: `"true"` is a boolean, `"12"` a number (but `"012"` is not), and quotes
/// around it go.
fn answer(text: String) -> Value {
    if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        return Value::Bool(text.len() == 4);
    }
    let is_quote = |char| matches!(char, '\'' | '"');
    if let Some(inside) = text.strip_prefix(is_quote).and_then(|text| text.strip_suffix(is_quote)) {
        return Value::from(inside);
    }
    let bytes = text.as_bytes();
    let keeps_zero = bytes.first() == Some(&b'0')
        && !text.starts_with("0x")
        && bytes.get(1).is_some_and(|second| !matches!(second, b'.' | b','));
    let text = Value::String(text);
    let number = js::get_number(&text);
    if number.is_nan() || keeps_zero { text } else { Value::Number(number) }
}

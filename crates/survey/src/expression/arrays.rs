//! `sumInArray` and its like: over the records of a list, those that a filter lets through.

use super::evaluate::Run;
use super::variables::{self, Item};
use super::{Operand, arithmetic, operators, parse};
use crate::js;
use crate::value::Value;
use std::borrow::Cow;
use std::cmp::Ordering;

pub(super) fn call(run: &Run, name: &str, arguments: &[Value], operands: &[Operand]) -> Value {
    let query = Query::read(run, arguments, operands);
    match (name, query) {
        ("sumInArray", Some(query)) => query.sum(run),
        ("countInArray", Some(query)) => Value::Number(query.count(run)),
        ("minInArray", Some(query)) => query.extreme(run, Ordering::Less),
        ("maxInArray", Some(query)) => query.extreme(run, Ordering::Greater),
        ("avgInArray", Some(query)) => query.average(run),
        ("minInArray" | "maxInArray", None) => Value::Null,
        _ => Value::Number(0.0),
    }
}

/// What a call asks for.
struct Query<'a> {
    items: Vec<Cow<'a, Value>>,
    name: &'a str,
    /// The member that comes out, where it isn't the one that is compared.
    wanted: &'a str,
    filter: Filter,
}

enum Filter {
    All,
    None,
    Where(Operand),
}

impl<'a> Query<'a> {
    fn read(run: &Run, arguments: &'a [Value], operands: &[Operand]) -> Option<Self> {
        let (list, name) = match arguments {
            [list, Value::String(name), rest @ ..] if js::truthy(list) && rest.len() <= 2 => (list, name),
            _ => return None,
        };
        let named = match (arguments.get(2), operands.get(2)) {
            (Some(Value::String(text)), Some(Operand::Text(_) | Operand::Word(_))) => {
                Some(text).filter(|text| !text.contains(['{', '}', '>', '<', '=', '!']))
            }
            _ => None,
        };
        let at = if named.is_some() { 3 } else { 2 };
        let filter = Filter::read(run, arguments.get(at), operands.get(at));
        Some(Self { items: items(list), name, wanted: named.unwrap_or(name), filter })
    }

    /// The values that count, with their records.
    fn values<'b>(&'b self, run: &'b Run) -> impl Iterator<Item = (Value, &'b Value)> {
        self.items.iter().filter_map(|item| {
            let value = if js::truthy(item) { member(item, self.name) } else { Value::Null };
            (!js::is_empty(&value) && self.filter.passes(run, item)).then_some((value, &**item))
        })
    }

    fn count(&self, run: &Run) -> f64 {
        self.values(run).count() as f64
    }

    fn sum(&self, run: &Run) -> Value {
        let numbers = self.values(run).filter_map(|(value, _)| number(value));
        numbers.fold(Value::Number(0.0), |sum, value| {
            let next = arithmetic::add(&sum, &value, run.offset_minutes);
            arithmetic::corrected(&sum, &value, next)
        })
    }

    fn average(&self, run: &Run) -> Value {
        let count = self.count(run);
        Value::Number(if count == 0.0 { 0.0 } else { js::to_number(&self.sum(run)) / count })
    }

    fn extreme(&self, run: &Run, order: Ordering) -> Value {
        let mut best: Option<(Value, &Value)> = None;
        for (value, item) in self.values(run) {
            let Some(value) = number(value) else { continue };
            let better = best
                .as_ref()
                .is_none_or(|(best, _)| operators::compare(&value, best, run.offset_minutes) == Some(order));
            if better {
                best = Some((value, item));
            }
        }
        match best {
            Some((_, item)) if self.wanted != self.name => member(item, self.wanted),
            Some((value, _)) => value,
            None => Value::Null,
        }
    }
}

impl Filter {
    /// A filter is a text, or else the parameter itself, written out again.
    fn read(run: &Run, argument: Option<&Value>, operand: Option<&Operand>) -> Self {
        let written;
        let text = match (argument, operand) {
            (Some(Value::String(text)), _) if !text.is_empty() => text,
            (_, Some(operand)) if *operand != Operand::Nothing => {
                let mut text = String::new();
                operand.write(&mut text);
                written = text;
                &written
            }
            _ => return Self::All,
        };
        if !run.spend(text.len() / 8) {
            return Self::None;
        }
        match parse::parse(text) {
            Ok(operand) if is_asynchronous(&operand) => Self::All,
            Ok(operand) => Self::Where(operand),
            Err(_) => Self::None,
        }
    }

    fn passes(&self, run: &Run, item: &Value) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Where(operand) => {
                let scope = Item { item, around: run.scope };
                run.filter(&scope).is_some_and(|run| js::is_true(&run.value(operand)))
            }
        }
    }
}

/// SurveyJS leaves out a filter it would have to wait for.
fn is_asynchronous(operand: &Operand) -> bool {
    let mut found = false;
    operand.each(&mut |operand| {
        found |= matches!(operand, Operand::Call(call) if call.function == "displayValue");
    });
    found
}

/// A text counts when it is a number.
fn number(value: Value) -> Option<Value> {
    if value.as_str().is_none() {
        return Some(value);
    }
    let number = js::get_number(&value);
    (!number.is_nan()).then_some(Value::Number(number))
}

fn items(list: &Value) -> Vec<Cow<'_, Value>> {
    match list {
        Value::Array(items) => items.iter().map(Cow::Borrowed).collect(),
        Value::Object(members) => members.values().map(Cow::Borrowed).collect(),
        Value::String(text) => text.chars().map(|char| Cow::Owned(Value::String(char.into()))).collect(),
        _ => Vec::new(),
    }
}

/// A property of a value, as JavaScript's brackets find it.
fn member(value: &Value, name: &str) -> Value {
    match value {
        Value::Array(items) if name == "length" => Value::Number(items.len() as f64),
        Value::String(text) if name == "length" => Value::Number(js::utf16_length(text) as f64),
        Value::String(text) => {
            let at = name.parse().ok().filter(|at: &usize| at.to_string() == name);
            at.and_then(|at| text.chars().nth(at)).map_or(Value::Null, |char| Value::String(char.into()))
        }
        Value::Array(items) => variables::at(items, name).cloned().unwrap_or_default(),
        value => value.get(name).clone(),
    }
}

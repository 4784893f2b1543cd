//! Names in braces: `a.b[0].c` and what they find in plain values.

use super::{Found, Scope};
use crate::js;
use crate::value::{Object, Value};

/// A part of a name between dots, with the number in brackets at its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The name, without the index.
    pub name: String,
    /// The index; below zero it counts from the end.
    pub index: Option<f64>,
}

/// The steps of a name.
pub fn path(name: &str) -> Vec<Step> {
    name.split('.').map(step).collect()
}

fn step(text: &str) -> Step {
    let indexed = text.strip_suffix(']').and_then(|text| text.rsplit_once('[')).and_then(|(name, index)| {
        let index = js::get_number(&Value::from(index));
        (!index.is_nan()).then(|| Step { name: name.into(), index: Some(index) })
    });
    indexed.unwrap_or_else(|| Step { name: text.into(), index: None })
}

/// Follows steps into a value. Of names with dots in them the longest that exists is taken, letters count in either
/// case, and the `length` of lists and texts is theirs. `None` when there is no such thing; it may be `Null`.
pub fn resolve(root: &Value, path: &[Step]) -> Option<Value> {
    match root {
        Value::Object(members) => resolve_in(members, path),
        root => walk(Place::Value(root), path),
    }
}

/// The same from the members of a record.
pub fn resolve_in(members: &Object, path: &[Step]) -> Option<Value> {
    walk(Place::Members(members), path)
}

/// The item of a list; `None` beyond its ends and between two items.
pub fn item(value: &Value, index: f64) -> Option<&Value> {
    let items = value.as_array()?;
    let index = if index < 0.0 { items.len() as f64 + index } else { index };
    if index < 0.0 || index.fract() != 0.0 { None } else { items.get(index as usize) }
}

#[derive(Clone, Copy)]
enum Place<'a> {
    Members(&'a Object),
    Value(&'a Value),
    Length(usize),
}

fn walk(mut place: Place, mut path: &[Step]) -> Option<Value> {
    /// Every step may be tried with all that follow it.
    const STEPS: usize = 100;
    if path.len() > STEPS {
        return None;
    }
    while !path.is_empty() {
        let (found, steps) = longest(place, path)?;
        place = found;
        if let Some(index) = path.get(steps - 1).and_then(|step| step.index) {
            let Place::Value(list) = place else { return None };
            place = Place::Value(item(list, index)?);
        }
        path = path.get(steps..).unwrap_or_default();
    }
    Some(match place {
        Place::Members(members) => Value::Object(members.clone()),
        Place::Value(value) => value.clone(),
        Place::Length(length) => Value::Number(length as f64),
    })
}

/// What the longest name finds, and of how many steps that is. A name ends at the first index.
fn longest<'a>(place: Place<'a>, path: &[Step]) -> Option<(Place<'a>, usize)> {
    let most = path.iter().position(|step| step.index.is_some()).map_or(path.len(), |at| at + 1);
    (1..=most).rev().find_map(|steps| {
        let names: Vec<&str> = path.iter().take(steps).map(|step| step.name.as_str()).collect();
        member(place, &names.join(".")).map(|found| (found, steps))
    })
}

fn member<'a>(place: Place<'a>, name: &str) -> Option<Place<'a>> {
    let value = match place {
        Place::Members(members) => return named(members, name).map(Place::Value),
        Place::Value(value) => value,
        Place::Length(_) => return None,
    };
    match value {
        Value::Object(members) => named(members, name).map(Place::Value),
        Value::Array(items) if name == "length" => Some(Place::Length(items.len())),
        Value::String(text) if name == "length" && !text.is_empty() => {
            Some(Place::Length(js::utf16_length(text)))
        }
        Value::Array(items) => at(items, name).map(Place::Value),
        _ => None,
    }
}

/// The item whose index a name is, in the one spelling that JavaScript gives it.
pub(super) fn at<'a>(items: &'a [Value], name: &str) -> Option<&'a Value> {
    let index: usize = name.parse().ok()?;
    (index.to_string() == name).then(|| items.get(index)).flatten()
}

fn named<'a>(members: &'a Object, name: &str) -> Option<&'a Value> {
    if name.is_empty() {
        return None;
    }
    if let Some(value) = members.get(name) {
        return Some(value);
    }
    if name.is_ascii() {
        return members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    }
    let lower = name.to_lowercase();
    let found =
        members.iter().find(|(key, _)| key.to_lowercase() == lower && begins_alike(key, name, &lower));
    found.map(|(_, value)| value)
}

/// SurveyJS first looks whether the first letter is the name's in lower or in upper case, which not all letters have.
fn begins_alike(key: &str, name: &str, lower: &str) -> bool {
    let first = key.chars().next();
    let upper = name.chars().next().map(char::to_uppercase);
    first == lower.chars().next() || upper.is_some_and(|mut upper| upper.len() == 1 && upper.next() == first)
}

/// A scope of plain values. One that is `Null` is not there, as opposed to a question without an answer.
#[derive(Clone, Copy, Debug)]
pub struct Variables<'a> {
    /// The values by their names.
    pub values: &'a Object,
    /// The current moment, in milliseconds since 1970-01-01T00:00Z.
    pub now: f64,
    /// The local time zone, in minutes east of UTC.
    pub offset_minutes: i32,
}

impl Scope for Variables<'_> {
    fn lookup(&self, name: &str, _original: bool) -> Option<Found> {
        let name = name.strip_prefix('$').unwrap_or(name);
        let value = resolve_in(self.values, &path(name)).filter(|value| !value.is_null())?;
        Some(Found { value, strict: false })
    }

    fn now(&self) -> f64 {
        self.now
    }

    fn offset_minutes(&self) -> i32 {
        self.offset_minutes
    }
}

/// What the filter of a list sees: the item, and around it the questionnaire.
pub(super) struct Item<'a> {
    pub(super) item: &'a Value,
    pub(super) around: &'a dyn Scope,
}

impl Scope for Item<'_> {
    fn lookup(&self, name: &str, original: bool) -> Option<Found> {
        let own = resolve(self.item, &path(name.strip_prefix('$').unwrap_or(name)));
        match own {
            Some(value) => Some(Found { value, strict: false }),
            None => self.around.survey()?.lookup(name, original),
        }
    }

    fn now(&self) -> f64 {
        self.around.now()
    }

    fn offset_minutes(&self) -> i32 {
        self.around.offset_minutes()
    }

    fn call(&self, function: &str, arguments: &[Value], raw: &[Option<&str>]) -> Option<Value> {
        self.around.call(function, arguments, raw)
    }

    fn survey(&self) -> Option<&dyn Scope> {
        self.around.survey()
    }
}

//! What differs between two results of one case.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// Longest part of an error's text that tells kinds of difference apart.
const TELLING: usize = 26;

/// One difference between the library's result and ours.
pub(crate) struct Difference {
    /// What it is about, without names and numbers: cases with the same kind have, most often, the same cause.
    pub(crate) kind: String,
    /// Where in the result.
    pub(crate) place: String,
    /// The library's value there.
    pub(crate) library: Value,
    /// Ours.
    pub(crate) ours: Value,
}

/// How many states of the survey were compared: its end, and the stops on the way that both have told.
pub(crate) fn checkpoints(library: &Value, ours: &Value) -> usize {
    let told = |result: &Value| result["trace"].as_array().map_or(0, Vec::len);
    1 + told(library).min(told(ours))
}

/// Whether two values are the same: numbers by value, members of objects in any order.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|theirs| same(value, theirs)))
        }
        _ => one == other,
    }
}

/// All differences of a case, the weightiest first.
pub(crate) fn differences(case: &Value, library: &Value, ours: &Value) -> Vec<Difference> {
    let mut found = Found { types: types(&case["definition"]), sorted: marked(case), list: Vec::new() };
    let refused = ours.get("crash").or_else(|| ours.get("error"));
    if let Some(reason) = refused {
        found.push("refused", "", &Value::Null, reason);
        return found.list;
    }
    if let Some(first) = ours["unsupported"].as_array().and_then(|list| list.first()) {
        if case["expect_unsupported"] != true {
            let feature = first.get("feature").unwrap_or(first);
            found.push(&format!("unsupported {feature}"), "unsupported", &json!([]), &ours["unsupported"]);
        }
        return found.list;
    }
    if case["expect_unsupported"] == true {
        found.push("not refused", "unsupported", &Value::Null, &ours["unsupported"]);
        return found.list;
    }
    found.state("", library, ours);
    found.members("errors", &library["errors"], &ours["errors"]);
    found.details(&library["detail"], &ours["detail"]);
    found.trace(&library["trace"], &ours["trace"]);
    found.list
}

/// Whether the order of lists means nothing in this case.
fn marked(case: &Value) -> bool {
    case["random"] == true || case["unordered"] == true
}

struct Found {
    types: BTreeMap<String, String>,
    sorted: bool,
    list: Vec<Difference>,
}

impl Found {
    fn push(&mut self, kind: &str, place: &str, library: &Value, ours: &Value) {
        self.list.push(Difference {
            kind: kind.to_owned(),
            place: place.to_owned(),
            library: library.clone(),
            ours: ours.clone(),
        });
    }

    fn same(&self, one: &Value, other: &Value) -> bool {
        if self.sorted { same(&sorted(one), &sorted(other)) } else { same(one, other) }
    }

    /// What a survey shows and holds; a part that we don't tell isn't compared.
    fn state(&mut self, prefix: &str, library: &Value, ours: &Value) {
        for key in ["visible_questions", "visible_pages"] {
            self.names(&format!("{prefix}{key}"), &library[key], &ours[key]);
        }
        self.members(&format!("{prefix}data"), &library["data"], &ours["data"]);
    }

    fn names(&mut self, place: &str, library: &Value, ours: &Value) {
        if self.same(library, ours) {
            return;
        }
        let lacks = self.first_without(library, ours);
        let extra = self.first_without(ours, library);
        let kind = match (lacks, extra) {
            (None, None) => "in another order".to_owned(),
            (lacks, extra) => {
                let part = |word: &str, kind: Option<String>| kind.map(|kind| format!(" {word} {kind}"));
                let parts = [part("lacks", lacks), part("has too many:", extra)];
                parts.into_iter().flatten().collect()
            }
        };
        self.push(&format!("{place} {kind}"), place, library, ours);
    }

    /// The type of the first element that one list has and the other hasn't.
    fn first_without(&self, one: &Value, other: &Value) -> Option<String> {
        let others = other.as_array().map_or(&[][..], Vec::as_slice);
        let name = one.as_array()?.iter().find(|name| !others.contains(name))?;
        Some(self.kind_of(name.as_str().unwrap_or_default()))
    }

    fn kind_of(&self, name: &str) -> String {
        self.types.get(name).cloned().unwrap_or_else(|| "?".to_owned())
    }

    fn members(&mut self, place: &str, library: &Value, ours: &Value) {
        let empty = Map::new();
        let (theirs, own) = (library.as_object().unwrap_or(&empty), ours.as_object().unwrap_or(&empty));
        let names: BTreeSet<&String> = theirs.keys().chain(own.keys()).collect();
        for name in names {
            let (one, other) = (theirs.get(name), own.get(name));
            let (value, ours) = (one.unwrap_or(&Value::Null), other.unwrap_or(&Value::Null));
            if one.is_some() == other.is_some() && self.same(value, ours) {
                continue;
            }
            let how = match (one, other) {
                (Some(_), None) => "missing",
                (None, _) => "too many",
                _ => "differs",
            };
            let texts = if place == "errors" { told_apart(value, ours) } else { String::new() };
            let kind = format!("{place} {} {how}{texts}", self.kind_of(name));
            self.push(&kind, &format!("{place}.{name}"), value, ours);
        }
    }

    /// What both tell beyond the plain result.
    fn details(&mut self, library: &Value, ours: &Value) {
        for (key, value) in ours.as_object().into_iter().flatten() {
            let place = format!("detail.{key}");
            match library.get(key) {
                None => {}
                Some(theirs @ Value::Object(_)) => self.members(&place, theirs, value),
                Some(theirs) if self.same(theirs, value) => {}
                Some(theirs) => self.push(&place, &place, theirs, value),
            }
        }
    }

    /// The first stop on the way at which the surveys are not the same.
    fn trace(&mut self, library: &Value, ours: &Value) {
        let (Some(library), Some(ours)) = (library.as_array(), ours.as_array()) else { return };
        for (place, (theirs, own)) in library.iter().zip(ours).enumerate() {
            let before = self.list.len();
            self.state("trace ", theirs, own);
            for key in ["page", "state"] {
                if own.get(key).is_some_and(|value| !same(value, &theirs[key])) {
                    let kind = format!("trace {key}");
                    self.push(&kind, &kind, &theirs[key], &own[key]);
                }
            }
            if self.list.len() > before {
                for difference in &mut self.list[before..] {
                    difference.place = format!("{} after {place} steps", difference.place);
                }
                return;
            }
        }
    }
}

/// The first error of each side that the other lacks, shortened, with numbers left out.
fn told_apart(library: &Value, ours: &Value) -> String {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (theirs, own) = (list(library), list(ours));
    let first = |one: &[Value], other: &[Value]| {
        let text = one.iter().find(|text| !other.contains(text)).map(Value::to_string);
        text.map_or_else(|| "nothing".to_owned(), |text| shortened(&text))
    };
    format!(": {} / {}", first(&theirs, &own), first(&own, &theirs))
}

fn shortened(text: &str) -> String {
    let plain: String =
        text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    plain.replace("00", "0").chars().take(TELLING).collect()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(list) => {
            let mut list: Vec<Value> = list.iter().map(sorted).collect();
            list.sort_by_key(Value::to_string);
            Value::Array(list)
        }
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), sorted(value))).collect(),
        plain => plain.clone(),
    }
}

/// The types of a definition's elements by name, those in panels too.
fn types(definition: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(definition, &mut found);
    found
}

fn collect(value: &Value, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| collect(value, found)),
        Value::Object(map) => {
            if let (Some(Value::String(kind)), Some(Value::String(name))) = (map.get("type"), map.get("name"))
            {
                let input = map.get("inputType").and_then(Value::as_str);
                let kind = input.map_or_else(|| kind.clone(), |input| format!("{kind}:{input}"));
                found.entry(name.clone()).or_insert(kind);
            }
            let inner = |key: &str| key == "templateElements" || key == "columns";
            map.iter().filter(|(key, _)| !inner(key)).for_each(|(_, value)| collect(value, found));
        }
        _ => {}
    }
}

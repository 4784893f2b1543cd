//! The smallest case that still differs in the same way.

use serde_json::{Value, json};

use crate::compare::{Difference, differences};
use crate::deliberate::Deliberate;
use crate::programs::Programs;

/// Rounds at most; each takes one part away.
const ROUNDS: usize = 60;

/// Keys without which an element would be another one.
const KEPT: [&str; 3] = ["type", "name", "cellType"];

/// Prints a kind of difference with the smallest case found.
pub(crate) fn show(programs: &Programs, deliberate: &Deliberate, kind: &str, count: usize, line: &str) {
    let case: Value = serde_json::from_str(line).expect("a case is JSON");
    println!("\n{kind} ({count} cases), from {}", case["name"]);
    if kept(programs, deliberate, kind, std::slice::from_ref(&case))[0].is_none() {
        println!("  only with its members in this order: {line}");
        return;
    }
    let smallest = shrunken(programs, deliberate, kind, case);
    println!("  definition {}", smallest["definition"]);
    println!("  answers    {}", smallest["answers"]);
    println!("  steps      {}, locale {}, now {}", smallest["steps"], smallest["locale"], smallest["now"]);
    for difference in kept(programs, deliberate, kind, std::slice::from_ref(&smallest)).into_iter().flatten()
    {
        println!(
            "  {}\n    library {}\n    ours    {}",
            difference.place, difference.library, difference.ours
        );
    }
}

fn shrunken(programs: &Programs, deliberate: &Deliberate, kind: &str, mut case: Value) -> Value {
    for _ in 0..ROUNDS {
        let mut smaller = smaller(&case);
        let found = kept(programs, deliberate, kind, &smaller);
        let Some(place) = found.iter().position(Option::is_some) else { break };
        case = smaller.swap_remove(place);
    }
    case
}

/// For each case its first difference of this kind, if it has one.
fn kept(
    programs: &Programs,
    deliberate: &Deliberate,
    kind: &str,
    cases: &[Value],
) -> Vec<Option<Difference>> {
    let lines: Vec<String> = cases.iter().map(Value::to_string).collect();
    let results = programs.both(&lines);
    let first = |case: &Value, library: &Value, ours: &Value| {
        let all = differences(case, library, ours);
        all.into_iter().find(|one| alike(&one.kind, kind) && deliberate.explains(case, one).is_none())
    };
    let pairs = cases.iter().zip(&results);
    pairs
        .map(
            |(case, (library, ours))| {
                if library.get("crash").is_some() { None } else { first(case, library, ours) }
            },
        )
        .collect()
}

/// Kinds are alike when they are about the same part of the result and the same type of question.
fn alike(one: &str, other: &str) -> bool {
    one.split(' ').take(3).eq(other.split(' ').take(3))
}

/// Each case with one part taken away, the large parts first.
fn smaller(case: &Value) -> Vec<Value> {
    let with = |key: &str, value: Value| {
        let mut copy = case.clone();
        copy[key] = value;
        copy
    };
    let mut found = Vec::new();
    if case["locale"] != "" {
        found.push(with("locale", json!("")));
    }
    found.push(with("answers", json!({})));
    found.push(with("steps", json!([])));
    for key in ["steps", "answers", "definition"] {
        let mut paths = Vec::new();
        parts(&case[key], &mut Vec::new(), &mut paths);
        paths.sort_by_key(Vec::len);
        found.extend(paths.iter().map(|path| with(key, without(&case[key], path))));
    }
    found.retain(|smaller| smaller != case);
    found
}

#[derive(Clone)]
enum Part {
    Member(String),
    Item(usize),
}

/// The paths of all parts that can be taken away.
fn parts(value: &Value, path: &mut Vec<Part>, found: &mut Vec<Vec<Part>>) {
    let inner: Vec<(Part, &Value)> = match value {
        Value::Array(list) => {
            list.iter().enumerate().map(|(index, value)| (Part::Item(index), value)).collect()
        }
        Value::Object(map) => map.iter().map(|(name, value)| (Part::Member(name.clone()), value)).collect(),
        _ => return,
    };
    for (part, value) in inner {
        let removable = !matches!(&part, Part::Member(name) if KEPT.contains(&name.as_str()));
        path.push(part);
        if removable {
            found.push(path.clone());
        }
        parts(value, path, found);
        path.pop();
    }
}

fn without(value: &Value, path: &[Part]) -> Value {
    let mut copy = value.clone();
    let Some((last, way)) = path.split_last() else { return copy };
    let mut place = &mut copy;
    for part in way {
        place = match part {
            Part::Member(name) => &mut place[name.as_str()],
            Part::Item(index) => &mut place[*index],
        };
    }
    match (last, place) {
        (Part::Member(name), Value::Object(map)) => _ = map.remove(name),
        (Part::Item(index), Value::Array(list)) if *index < list.len() => _ = list.remove(*index),
        _ => {}
    }
    copy
}

//! The expression language alone: made-up expressions over made-up values, whose lines hold SurveyJS's own results.

use serde_json::{Value as Json, json};
use survey::expression::{Expression, Variables};
use survey::js::{self, Compare};
use survey::{Object, Value};

/// How many differences are printed.
const SHOWN: usize = 40;

/// Compares each line and fails when one differs.
pub(crate) fn compare_all(lines: &[String]) {
    let (mut compared, mut failing, mut different) = (0, 0, 0);
    for line in lines {
        let case: Json = serde_json::from_str(line).unwrap();
        let (ours, theirs) = (run(&case), expected(&case));
        compared += 1;
        if case.get("crash").is_some() {
            failing += 1;
        } else if !same(&ours, &theirs, tolerance(&case)) {
            different += 1;
            if different <= SHOWN {
                println!("{}\n  ours   {ours}\n  theirs {theirs}", described(&case));
            }
        }
    }
    println!("{compared} expressions, {different} differences; SurveyJS throws in {failing}");
    assert!(failing * 50 <= compared, "SurveyJS throws in too many");
    assert_eq!(different, 0);
}

/// What the line says of the library.
fn expected(case: &Json) -> Json {
    let part = |name: &str| case[name].clone();
    if case.get("flags").is_some() {
        return json!({"equal": part("equal"), "empty": part("empty"), "number": part("number"), "strict": part("strict"),
            "text": part("text"), "truthy": part("truthy")});
    }
    if case["ok"] == true {
        json!({"value": part("value"), "condition": part("condition"), "variables": part("variables"),
            "functions": part("functions"), "free": part("free")})
    } else {
        json!({"at": part("at")})
    }
}

/// Two values compared, and the left one converted.
fn compare(case: &Json, flags: &[Json]) -> Json {
    let value = |name: &str| serde_json::from_value::<Value>(case[name].clone()).unwrap();
    let flag = |at: usize| flags[at] == true;
    let how = Compare { ignore_order: flag(0), case_sensitive: flag(1), trim: flag(2), types_apart: flag(3) };
    let (left, right) = (value("left"), value("right"));
    json!({"equal": js::equals(&left, &right, how), "empty": js::is_empty(&left), "number": Value::Number(js::get_number(&left)),
        "strict": Value::Number(js::to_number(&left)), "text": js::to_text(&left), "truthy": js::truthy(&left)})
}

fn run(case: &Json) -> Json {
    if let Some(flags) = case["flags"].as_array() {
        return compare(case, flags);
    }
    let text = case["expression"].as_str().unwrap();
    let values: Object = serde_json::from_value(case["values"].clone()).unwrap();
    let scope = Variables {
        values: &values,
        now: case["now"].as_f64().unwrap(),
        offset_minutes: i32::try_from(case["offset"].as_i64().unwrap()).unwrap(),
    };
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) => {
            // `null` alone is no mistake to the library's parser, only nothing to run.
            let read = text.char_indices().nth(error.at).map_or(text, |(at, _)| &text[..at]);
            return json!({"at": if case["at"].is_null() { Json::Null } else { json!(read.encode_utf16().count()) }});
        }
    };
    let value: Value = expression.evaluate(&scope);
    json!({"value": value, "condition": expression.is_true(&scope), "variables": expression.variables(),
        "functions": expression.has_function(), "free": expression.has_function_without_variables()})
}

/// Powers are as exact as the platform's mathematics; in all else numbers may differ in the last digit, in which
/// `serde_json` may read them wrong.
fn tolerance(case: &Json) -> f64 {
    let text = case["expression"].as_str().unwrap_or_default().to_lowercase();
    if ["^", "power", "round"].iter().any(|part| text.contains(part)) { 1e-14 } else { f64::EPSILON }
}

fn same(ours: &Json, theirs: &Json, tolerance: f64) -> bool {
    match (ours, theirs) {
        (Json::Number(ours), Json::Number(theirs)) => {
            let (ours, theirs) = (ours.as_f64().unwrap(), theirs.as_f64().unwrap());
            ours == theirs || (ours - theirs).abs() <= tolerance * theirs.abs()
        }
        (Json::Array(ours), Json::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs, tolerance))
        }
        (Json::Object(ours), Json::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .all(|(name, ours)| theirs.get(name).is_some_and(|theirs| same(ours, theirs, tolerance)))
        }
        (ours, theirs) => ours == theirs,
    }
}

/// The expression with the values it may have read, or the two values.
fn described(case: &Json) -> String {
    let Some(text) = case["expression"].as_str() else {
        return format!("{} and {} by {}", case["left"], case["right"], case["flags"]);
    };
    let lower = text.to_lowercase();
    let values = case["values"].as_object().unwrap().iter();
    let read: Json = values
        .filter(|(name, _)| lower.contains(&name.to_lowercase()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    format!("{text}\n  with {read}")
}

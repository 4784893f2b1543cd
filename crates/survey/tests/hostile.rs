//! Definitions that mean harm: refused, or harmless, and soon.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::rc::Rc;
use std::time::{Duration, Instant};
use survey::{Definition, Environment, Form, Refused, Value};

/// Far more than any of these takes, and far less than a member waits; debug builds and slow machines included.
const SOON: Duration = Duration::from_secs(20);

fn value(json: Json) -> Value {
    serde_json::from_value(json).unwrap()
}

fn form(json: Json) -> Form {
    let definition = Definition::parse(&value(json)).unwrap();
    Form::new(Rc::new(definition), "", Environment { now: 0.0, offset_minutes: 0, seed: 1 })
}

fn refused(json: Json) -> Option<Refused> {
    Definition::parse(&value(json)).err()
}

fn soon<T>(run: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let made = run();
    assert!(begun.elapsed() < SOON, "it took {:?}", begun.elapsed());
    made
}

#[test]
fn ten_megabytes_are_refused_or_read_soon() {
    let text = "x".repeat(1000);
    let elements: Vec<Json> =
        (0..10_000).map(|at| json!({ "type": "text", "name": format!("q{at}"), "title": text })).collect();
    assert_eq!(soon(|| refused(json!({ "elements": elements }))), Some(Refused::TooLarge));
    let choices: Vec<Json> = (0..60_000).map(|at| json!({ "value": at, "text": "x".repeat(160) })).collect();
    let one = json!({ "elements": [{ "type": "checkbox", "name": "q", "choices": choices }] });
    assert_eq!(soon(|| refused(one)), Some(Refused::TooLarge));
    let long = json!({ "elements": [{ "type": "html", "name": "h", "html": "<b>".repeat(3_000_000) }] });
    soon(|| form(long).complete());
}

#[test]
fn many_members_in_the_wrong_order_are_read_soon() {
    let members: Vec<String> = (0..300_000).rev().map(|at| format!("\"{at:06}\":{at}")).collect();
    let text = format!("{{{},\"000007\":\"the last counts\"}}", members.join(","));
    let read: Value = soon(|| serde_json::from_str(&text)).unwrap();
    let object = read.as_object().unwrap();
    assert_eq!(object.len(), 300_000);
    assert_eq!(object.get("299999"), Some(&Value::Number(299_999.0)));
    assert_eq!(object.get("000007"), Some(&Value::from("the last counts")));
}

#[test]
fn panels_within_panels_end() {
    let mut element = json!({ "type": "text", "name": "q" });
    for at in 0..40 {
        element = json!({ "type": "panel", "name": format!("p{at}"), "elements": [element] });
    }
    assert_eq!(refused(json!({ "elements": [element] })), Some(Refused::TooDeep));
    let mut element = json!({ "type": "text", "name": "q" });
    for at in 0..8 {
        element = json!({ "type": "paneldynamic", "name": format!("p{at}"), "panelCount": 100, "templateElements": [element] });
    }
    assert_eq!(refused(json!({ "elements": [element] })), Some(Refused::TooDeep));
}

#[test]
fn rules_without_number_are_refused() {
    let calculated: Vec<Json> =
        (0..2_000).map(|at| json!({ "name": format!("c{at}"), "expression": "{a} + 1" })).collect();
    assert_eq!(refused(json!({ "calculatedValues": calculated })), Some(Refused::TooLarge));
    let triggers: Vec<Json> = (0..2_000)
        .map(|_| json!({ "type": "setvalue", "expression": "{a} = 1", "setToName": "a", "setValue": 2 }))
        .collect();
    assert_eq!(refused(json!({ "triggers": triggers })), Some(Refused::TooLarge));
    let validators: Vec<Json> = (0..6_000).map(|_| json!({ "type": "email" })).collect();
    let one = json!({ "elements": [{ "type": "text", "name": "q", "validators": validators }] });
    assert_eq!(refused(one), Some(Refused::TooLarge));
}

#[test]
fn patterns_that_never_end_end() {
    let validators: Vec<Json> =
        (0..20).map(|_| json!({ "type": "regex", "regex": "(a*)*\\1b", "text": "no" })).collect();
    let mut form = form(json!({ "elements": [{ "type": "text", "name": "q", "validators": validators }] }));
    let question = form.question("q").unwrap();
    soon(|| {
        form.answer(question, Value::from("a".repeat(200).as_str()));
        form.complete()
    });
}

#[test]
fn circles_end() {
    let elements = [
        json!({ "type": "text", "name": "a", "setValueExpression": "{b} + 1" }),
        json!({ "type": "text", "name": "b", "setValueExpression": "{a} + 1" }),
        json!({ "type": "text", "name": "c", "visibleIf": "{c} empty", "resetValueIf": "{c} notempty" }),
    ];
    let calculated = [
        json!({ "name": "x", "expression": "{y} + 1", "includeIntoResult": true }),
        json!({ "name": "y", "expression": "{x} + 1", "includeIntoResult": true }),
    ];
    let triggers =
        [json!({ "type": "setvalue", "expression": "{a} notempty", "setToName": "a", "setValue": "z" })];
    soon(|| {
        let mut form =
            form(json!({ "elements": elements, "calculatedValues": calculated, "triggers": triggers }));
        for name in ["a", "b", "c"] {
            let question = form.question(name).unwrap();
            form.answer(question, Value::from("1"));
        }
        form.complete()
    });
}

#[test]
fn a_script_stays_a_text() {
    let script = "<script>alert(1)</script><img src=x onerror=alert(1)>";
    let form = form(json!({ "elements": [
        { "type": "html", "name": "h", "html": script }, { "type": "text", "name": "q", "title": script },
    ] }));
    assert_eq!(
        form.title(form.question("q").unwrap()),
        script,
        "the engine gives texts, and makes nothing of them"
    );
}

fn json_like() -> impl Strategy<Value = Json> {
    let words = prop::sample::select(vec![
        "type",
        "name",
        "elements",
        "pages",
        "choices",
        "visibleIf",
        "panel",
        "paneldynamic",
        "matrixdropdown",
        "columns",
        "rows",
        "templateElements",
        "checkbox",
        "q",
        "{q} = 1",
        "{panel.q} notempty",
        "title",
        "value",
        "validators",
        "regex",
        "expression",
        "panelCount",
        "defaultValue",
        "triggers",
        "calculatedValues",
        "ranking",
        "choicesFromQuestion",
        "html",
        "rating",
        "multipletext",
        "items",
        "setValueExpression",
    ]);
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-3_i64..40).prop_map(Json::from),
        words.clone().prop_map(Json::from),
        "\\PC{0,8}".prop_map(Json::from),
    ];
    leaf.prop_recursive(6, 96, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::vec((words.clone(), inner), 0..7).prop_map(|members| {
                Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_that_is_read_panics(elements in prop::collection::vec(json_like(), 0..5), answers in json_like()) {
        let json = value(json!({ "elements": elements, "calculatedValues": answers.clone(), "triggers": answers.clone() }));
        if let Ok(definition) = Definition::parse(&json) {
            let mut form = Form::new(Rc::new(definition), "zh-cn", Environment { now: 0.0, offset_minutes: 480, seed: 7 });
            if let Some(data) = value(answers.clone()).as_object() {
                form.set_data(data);
            }
            for question in form.visible_questions() {
                if form.has(question) {
                    form.answer(question, value(answers.clone()));
                }
            }
            form.next_page();
            form.complete();
            form.complete_now();
            let _ = form.data();
        }
    }
}

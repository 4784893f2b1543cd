#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::form::testing::{data, form, question};

#[test]
fn panels_are_added_and_removed_within_their_limits() {
    let mut form = form(serde_json::json!({ "elements": [{
        "type": "paneldynamic", "name": "p", "panelCount": 1, "minPanelCount": 1, "maxPanelCount": 3,
        "defaultPanelValue": { "b": 1 }, "copyDefaultValueFromLastEntry": true,
        "templateTitle": "No. {panelIndex}: {panel.a}",
        "templateElements": [{ "type": "text", "name": "a" }, { "type": "text", "name": "b" }]
    }] }));
    let id = question(&form, "p");
    assert_eq!(data(&form), serde_json::json!({ "p": [{ "b": 1 }] }));
    assert!(!form.can_remove_panel(id));
    let first = form.entries(id)[0].clone();
    let inside = form.questions_of(first.panel.unwrap());
    form.answer(inside[0], Value::from("x"));
    assert!(form.add_panel(id) && form.add_panel(id));
    assert!(!form.can_add_panel(id) && !form.add_panel(id));
    let entry = serde_json::json!({ "a": "x", "b": 1 });
    assert_eq!(data(&form), serde_json::json!({ "p": [entry, entry, entry] }));
    let entries = form.entries(id);
    assert_eq!(entries[2].title, "No. 3: x");
    let inside = form.questions_of(entries[1].panel.unwrap());
    form.answer(inside[0], Value::from("y"));
    assert!(form.remove_panel(id, first.uid));
    assert!(!form.remove_panel(id, first.uid));
    assert_eq!(data(&form), serde_json::json!({ "p": [{ "a": "y", "b": 1 }, entry] }));
    assert_eq!(form.entries(id)[0].uid, entries[1].uid);
    assert_eq!(form.entries(id)[0].title, "No. 1: y");
}

#[test]
fn what_an_expression_counts_the_member_cannot_change() {
    let mut form = form(serde_json::json!({ "elements": [{ "type": "text", "name": "n" }, {
        "type": "paneldynamic", "name": "p", "panelCountExpression": "{n}",
        "templateElements": [{ "type": "text", "name": "a" }]
    }] }));
    let id = question(&form, "p");
    form.set_value("n", Value::from(2));
    assert_eq!(form.entries(id).len(), 2);
    assert!(!form.can_add_panel(id) && !form.can_remove_panel(id));
    form.set_value("n", Value::from(-1));
    assert!(form.entries(id).is_empty());
}

#[test]
fn fields_write_into_one_answer() {
    let mut form = form(serde_json::json!({ "elements": [{
        "type": "multipletext", "name": "m",
        "items": [{ "name": "a", "isRequired": true }, { "name": "b", "inputType": "number" }]
    }, { "type": "text", "name": "q", "title": "{m.a}" }] }));
    let id = question(&form, "m");
    let fields = form.fields(id);
    assert!(!form.validate());
    assert_eq!(form.errors(id).len(), 1);
    form.answer(fields[1], Value::from("5"));
    form.answer(fields[0], Value::from("x"));
    assert_eq!(data(&form), serde_json::json!({ "m": { "a": "x", "b": 5 } }));
    assert_eq!(form.title(question(&form, "q")), "x");
    assert!(form.validate());
    form.answer(fields[0], Value::Null);
    form.answer(fields[1], Value::Null);
    assert_eq!(data(&form), serde_json::json!({}));
}

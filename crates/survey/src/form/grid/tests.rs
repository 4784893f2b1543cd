#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::form::testing::{data, form, question};

#[test]
fn cells_write_into_one_answer_and_totals_follow() {
    let mut form = form(serde_json::json!({ "elements": [{
        "type": "matrixdropdown", "name": "m", "rows": ["tea", { "value": "milk", "text": "Milk" }],
        "columns": [
            { "name": "count", "cellType": "text", "inputType": "number", "totalType": "sum", "totalFormat": "{0} cups" },
            { "name": "why", "cellType": "comment", "visibleIf": "{row.count} > 1", "requiredIf": "{row.count} > 2" }
        ]
    }] }));
    let id = question(&form, "m");
    assert!(form.entries(id).is_empty());
    form.open(id);
    let rows = form.entries(id);
    assert_eq!((rows.len(), rows[1].title.as_str()), (2, "Milk"));
    assert!(!form.is_column_shown(id, 1));
    form.answer(rows[0].cells[0], Value::from("3"));
    form.answer(rows[1].cells[0], Value::from(2));
    assert!(form.is_column_shown(id, 1) && !form.is_column_required(id, 1));
    let expected = serde_json::json!({ "m": { "tea": { "count": 3 }, "milk": { "count": 2 } }, "m-total": { "count": 5 } });
    assert_eq!(data(&form), expected);
    assert_eq!(form.totals(id), ["5 cups", ""]);
    assert!(!form.validate());
    assert_eq!(form.errors(id).len(), 1);
    form.answer(rows[0].cells[1], Value::from("sweet"));
    assert!(form.validate());
}

#[test]
fn what_must_differ_is_marked_until_it_does() {
    let mut form = form(serde_json::json!({ "elements": [{
        "type": "matrixdropdown", "name": "m", "rows": [1, 2, 3], "choices": ["a", "b"],
        "columns": [{ "name": "c", "isUnique": true }]
    }] }));
    let id = question(&form, "m");
    form.open(id);
    let cells: Vec<Id> = form.entries(id).iter().map(|row| row.cells[0]).collect();
    form.answer(cells[0], Value::from("a"));
    form.answer(cells[2], Value::from("a"));
    assert!(!form.validate());
    assert_eq!(form.errors(id).len(), 2);
    form.answer(cells[2], Value::from("b"));
    assert!(form.errors(id).is_empty());
    assert!(form.validate());
}

#[test]
fn hidden_rows_lose_their_answers_at_the_end() {
    let mut form = form(serde_json::json!({ "elements": [{ "type": "text", "name": "q" }, {
        "type": "matrixdropdown", "name": "m", "rows": ["r1", "r2"], "rowsVisibleIf": "{q} != {item}",
        "columns": [{ "name": "a", "cellType": "text" }]
    }] }));
    let id = question(&form, "m");
    form.open(id);
    for row in form.entries(id) {
        form.answer(row.cells[0], row.name.clone());
    }
    form.set_value("q", Value::from("r1"));
    assert_eq!(form.entries(id).len(), 1);
    form.complete_now();
    assert_eq!(data(&form), serde_json::json!({ "q": "r1", "m": { "r2": { "a": "r2" } } }));
}

#[test]
fn rows_of_one_answer_or_several() {
    let mut form = form(serde_json::json!({ "elements": [{
        "type": "matrix", "name": "m", "cellType": "checkbox", "rows": ["r1", "r2"], "eachRowRequired": true,
        "columns": [1, 2, { "value": 9, "isExclusive": true }]
    }] }));
    let id = question(&form, "m");
    let row = Value::from("r1");
    form.answer_row(id, &row, &Value::from(1), true);
    form.answer_row(id, &row, &Value::from(2), true);
    assert_eq!(data(&form), serde_json::json!({ "m": { "r1": [1, 2] } }));
    assert!(!form.validate());
    form.answer_row(id, &row, &Value::from(9), true);
    form.answer_row(id, &Value::from("r2"), &Value::from(1), true);
    assert_eq!(data(&form), serde_json::json!({ "m": { "r1": [9], "r2": [1] } }));
    assert!(form.validate());
}

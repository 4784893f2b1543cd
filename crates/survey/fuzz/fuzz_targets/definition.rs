//! A definition, answers to it, changes and a language, through all that the engine does.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::rc::Rc;
use survey::{Definition, Environment, Form, Id, Value};
use survey_fuzz::values_of;

/// The most questions that are looked at after a change; the rest would only make the runs slow.
const LOOKS: usize = 40;

fuzz_target!(|data: &[u8]| {
    let [definition, answers, steps, language] = values_of(data);
    let Ok(definition) = Definition::parse(&definition) else { return };
    let _ = definition.unsupported();
    let environment = Environment { now: 1_772_000_000_000.0, offset_minutes: 480, seed: 7 };
    let mut form = Form::new(Rc::new(definition), language.as_str().unwrap_or_default(), environment);
    if let Some(answers) = answers.as_object() {
        form.set_data(answers);
    }
    look(&form);
    for step in steps.as_array().unwrap_or_default().iter().take(20) {
        take(&mut form, step);
    }
    look(&form);
    form.validate();
    look(&form);
    form.complete();
    form.complete_now();
    look(&form);
    assert!(serde_json::to_string(&form.data()).is_ok());
});

fn take(form: &mut Form, step: &Value) {
    let questions = form.visible_questions();
    match step {
        Value::Bool(true) => _ = form.next_page(),
        Value::Bool(false) => _ = form.previous_page(),
        Value::Number(page) => {
            let pages = form.visible_pages();
            if let Some(&page) = pages.get(*page as usize % pages.len().max(1)) {
                form.go_to(page);
                form.validate_page(page);
            }
        }
        Value::Array(pair) => match pair.as_slice() {
            [Value::String(name), value] => form.set_value(name, value.clone()),
            [Value::Number(place), value, ..] => {
                if let Some(&question) = questions.get(*place as usize % questions.len().max(1)) {
                    match value {
                        Value::String(comment) if pair.len() > 2 => form.change_comment(question, comment),
                        _ => form.change(question, value.clone()),
                    }
                }
            }
            _ => {}
        },
        _ => {}
    }
}

/// Asks for all that a page shows.
fn look(form: &Form) {
    let _ = (form.progress(), form.is_last_page(), form.may_complete_early(), form.completed_text());
    for page in form.visible_pages() {
        let _ = (form.title(page), form.elements(page));
    }
    for panel in form.visible_panels() {
        let _ = (form.title(panel), form.elements(panel), form.questions_of(panel));
    }
    for question in form.visible_questions().into_iter().take(LOOKS) {
        look_at(form, question);
        for entry in form.entries(question).into_iter().take(LOOKS) {
            entry.cells.into_iter().for_each(|cell| look_at(form, cell));
            entry
                .panel
                .into_iter()
                .flat_map(|panel| form.questions_of(panel))
                .for_each(|id| look_at(form, id));
        }
    }
}

fn look_at(form: &Form, question: Id) {
    let _ =
        (form.title(question), form.choices(question), form.errors(question), form.display_value(question));
    let _ = (form.is_enabled(question), form.is_required(question), form.is_empty(question));
}

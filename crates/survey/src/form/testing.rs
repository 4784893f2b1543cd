//! What tests of the form share.

#![allow(clippy::unwrap_used)]

use super::*;

/// A form of a definition that the engine knows all of.
pub(crate) fn form(definition: serde_json::Value) -> Form {
    seeded(definition, 1)
}

/// The same with a seed of its own.
pub(crate) fn seeded(definition: serde_json::Value, seed: u32) -> Form {
    let definition: Value = serde_json::from_value(definition).unwrap();
    let definition = Definition::parse(&definition).unwrap();
    assert!(definition.unsupported().is_empty());
    Form::new(Rc::new(definition), "", Environment { now: 0.0, offset_minutes: 0, seed })
}

pub(crate) fn data(form: &Form) -> serde_json::Value {
    serde_json::to_value(Value::Object(form.data())).unwrap()
}

pub(crate) fn question(form: &Form, name: &str) -> Id {
    form.by_name(name).unwrap()
}

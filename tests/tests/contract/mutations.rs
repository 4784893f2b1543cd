//! Backends differ and change: each example is bent at every place. Decoding never panics, and what still fits the
//! contract is still read.

use jsonschema::Validator;
use portal_tests::contract::{Contract, Example, Place};
use portal_tests::wire::{Decode, decode, decoder};
use serde_json::{Value, json};

/// Lists are bent in their first items only: the rest looks the same.
const ITEMS: usize = 2;
const LONG: usize = 10_000;
const BEYOND: &str = "a number beyond";

/// Every place of a document, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                places(inner, &place, found);
                found.push(place);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().take(ITEMS).enumerate() {
                places(inner, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn replacements(value: &Value) -> Vec<(&'static str, Value)> {
    let mut all = vec![
        ("null", Value::Null),
        ("an object", json!({ "unknown": [] })),
        ("a list", json!([1, "two", null])),
        ("a text", json!("something-new")),
        ("a number", json!(-7)),
        ("a fraction", json!(0.5)),
        ("true", json!(true)),
    ];
    match value {
        Value::String(_) => {
            all.push(("a long text", json!("长".repeat(LONG))));
            all.push(("an empty text", json!("")));
            all.push(("odd letters", json!("\u{0}\u{202e}<b>&\u{1f375}\"'{n}*")));
        }
        Value::Number(_) => {
            all.push(("the largest number", json!(i64::MAX)));
            all.push(("the smallest number", json!(i64::MIN)));
            all.push((BEYOND, json!(u64::MAX)));
            all.push(("zero", json!(0)));
        }
        Value::Array(_) => all.push(("an empty list", json!([]))),
        _ => {}
    }
    all
}

/// Leaves the member out that `pointer` names.
fn without(value: &Value, pointer: &str) -> Option<Value> {
    let (parent, name) = pointer.rsplit_once('/')?;
    let mut value = value.clone();
    let name = name.replace("~1", "/").replace("~0", "~");
    value.pointer_mut(parent)?.as_object_mut()?.remove(&name);
    Some(value)
}

/// Puts members that nobody knows into every object.
fn extended(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(extended);
            map.insert("x_unknown".into(), json!({ "deep": [{ "er": null }] }));
        }
        Value::Array(items) => items.iter_mut().for_each(extended),
        _ => {}
    }
}

struct Bender<'a> {
    example: &'a Example,
    decoder: Decode,
    validator: &'a Validator,
    tried: usize,
    wrong: Vec<String>,
}

impl Bender<'_> {
    fn attempt(&mut self, what: &str, value: &Value) {
        self.tried += 1;
        let text = value.to_string();
        let decoder = self.decoder;
        let outcome = std::panic::catch_unwind(|| decode(decoder, &text));
        let label = self.example.label();
        match outcome {
            Err(_) => self.wrong.push(format!("{label}, {what}: decoding panics")),
            // The schemas do not say how large an integer may be; `int64` is a note to people.
            Ok(Err(fault)) if !what.ends_with(BEYOND) && self.validator.is_valid(value) => {
                self.wrong
                    .push(format!("{label}, {what}: fits the contract, but {:?} can't be used", fault.field));
            }
            Ok(_) => {}
        }
    }

    fn bend(&mut self) {
        let value = &self.example.value;
        let mut everywhere = value.clone();
        extended(&mut everywhere);
        self.attempt("unknown members everywhere", &everywhere);
        let mut found = Vec::new();
        places(value, "", &mut found);
        for place in &found {
            if let Some(bent) = without(value, place) {
                self.attempt(&format!("without {place}"), &bent);
            }
            let Some(old) = value.pointer(place) else { continue };
            for (what, new) in replacements(old) {
                let mut bent = value.clone();
                if let Some(spot) = bent.pointer_mut(place) {
                    *spot = new;
                    self.attempt(&format!("{place} is {what}"), &bent);
                }
            }
        }
        let text = value.to_string();
        let step = (text.len() / 40).max(1);
        for cut in (0..text.len()).step_by(step).filter(|cut| text.is_char_boundary(*cut)) {
            let half = text[..cut].to_owned();
            let decoder = self.decoder;
            if std::panic::catch_unwind(move || decode(decoder, &half)).is_err() {
                self.wrong.push(format!("{}, cut at {cut}: decoding panics", self.example.label()));
            }
        }
    }
}

#[test]
fn bent_examples_never_panic_and_are_read_while_they_fit() {
    let contract = Contract::get();
    let (mut tried, mut wrong) = (0, Vec::new());
    for example in contract.examples().iter().filter(|example| example.implemented) {
        let Place::Response(200..300) = example.place else { continue };
        let Some(decoder) = decoder(&example.operation) else { continue };
        let validator = contract.validator(&example.schema).unwrap();
        let mut bender = Bender { example, decoder, validator: &validator, tried: 0, wrong: Vec::new() };
        bender.bend();
        tried += bender.tried;
        wrong.extend(bender.wrong);
    }
    assert!(tried > 10_000, "only {tried} were tried");
    let first: Vec<_> = wrong.iter().take(40).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), first.join("\n"));
}

//! Reading of a JSON document that someone else wrote: unknown fields are ignored, missing optional ones are `None`,
//! and a required one that can't be used is named.

use crate::api::json;
use crate::domain::date::Instant;
use miniserde::json::{Array, Number, Object, Value};

/// The field that can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Name of the field; empty for the document as a whole.
    pub field: &'static str,
}

/// Result of decoding.
pub type Decoded<T> = Result<T, Fault>;

/// A JSON object that is being read.
#[derive(Clone, Copy)]
pub struct Node<'a>(&'a Object);

impl<'a> Node<'a> {
    /// The document itself, which has to be an object.
    ///
    /// # Errors
    /// A fault with an empty name when it isn't.
    pub fn root(value: &'a Value) -> Decoded<Self> {
        match value {
            Value::Object(object) => Ok(Self(object)),
            _ => Err(Fault { field: "" }),
        }
    }

    /// The value of `field` as it stands; JSON's null counts as missing.
    pub fn value(self, field: &str) -> Option<&'a Value> {
        self.0.get(field).filter(|value| !matches!(value, Value::Null))
    }

    /// A text that has to be there.
    ///
    /// # Errors
    /// Missing, or not a text.
    pub fn text(self, field: &'static str) -> Decoded<String> {
        self.maybe_text(field).ok_or(Fault { field })
    }

    /// A text that may be missing.
    pub fn maybe_text(self, field: &str) -> Option<String> {
        match self.value(field)? {
            Value::String(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// A text, empty when missing.
    pub fn text_or_empty(self, field: &str) -> String {
        self.maybe_text(field).unwrap_or_default()
    }

    /// A whole number that has to be there.
    ///
    /// # Errors
    /// Missing, not a number, with a fraction, or too large.
    pub fn int(self, field: &'static str) -> Decoded<i64> {
        self.maybe_int(field).ok_or(Fault { field })
    }

    /// A whole number that may be missing.
    pub fn maybe_int(self, field: &str) -> Option<i64> {
        match self.value(field)? {
            Value::Number(Number::I64(number)) => Some(*number),
            Value::Number(Number::U64(number)) => i64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// A truth value, false when missing.
    pub fn flag(self, field: &str) -> bool {
        matches!(self.value(field), Some(Value::Bool(true)))
    }

    /// A point in time that may be missing; one that can't be read counts as missing.
    pub fn time(self, field: &str) -> Option<Instant> {
        match self.value(field)? {
            Value::String(text) => Instant::parse(text),
            _ => None,
        }
    }

    /// An object that has to be there.
    ///
    /// # Errors
    /// Missing, or not an object.
    pub fn child(self, field: &'static str) -> Decoded<Self> {
        self.maybe_child(field).ok_or(Fault { field })
    }

    /// An object that may be missing.
    pub fn maybe_child(self, field: &str) -> Option<Self> {
        match self.value(field)? {
            Value::Object(object) => Some(Self(object)),
            _ => None,
        }
    }

    fn items(self, field: &str) -> Option<&'a Array> {
        match self.value(field)? {
            Value::Array(array) => Some(array),
            _ => None,
        }
    }

    /// A list in which everything counts: one bad item spoils it. Missing is empty.
    ///
    /// # Errors
    /// The first bad item's fault.
    pub fn all<T>(self, field: &'static str, decode: impl Fn(Node<'a>) -> Decoded<T>) -> Decoded<Vec<T>> {
        let Some(items) = self.items(field) else { return Ok(Vec::new()) };
        items.iter().map(|item| Node::root(item).and_then(&decode)).collect()
    }

    /// A list to choose from: an item that can't be read is left out. Missing is empty.
    pub fn good<T>(self, field: &str, decode: impl Fn(Node<'a>) -> Decoded<T>) -> Vec<T> {
        let items = self.items(field).map_or(&[][..], |items| items.as_slice());
        items.iter().filter_map(|item| Node::root(item).and_then(&decode).ok()).collect()
    }

    /// A list of texts; other items are left out. Missing is empty.
    pub fn texts(self, field: &str) -> Vec<String> {
        let items = self.items(field).map_or(&[][..], |items| items.as_slice());
        items
            .iter()
            .filter_map(|item| match item {
                Value::String(text) => Some(text.clone()),
                _ => None,
            })
            .collect()
    }
}

/// Builds a JSON object to send.
#[derive(Default)]
pub struct Body(Object);

impl Body {
    /// An empty object.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a text.
    #[must_use]
    pub fn text(self, field: &str, text: &str) -> Self {
        self.value(field, Value::String(text.into()))
    }

    /// With a text, or without the field.
    #[must_use]
    pub fn maybe_text(self, field: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(field, text),
            None => self,
        }
    }

    /// With a whole number.
    #[must_use]
    pub fn int(self, field: &str, number: i64) -> Self {
        self.value(field, Value::Number(Number::I64(number)))
    }

    /// With any value.
    #[must_use]
    pub fn value(mut self, field: &str, value: Value) -> Self {
        self.0.insert(field.into(), value);
        self
    }

    /// As a value, to be put into another object.
    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    /// As text.
    pub fn json(self) -> String {
        json::write(&self.into_value())
    }
}

/// Parses a JSON text; `None` when it isn't one.
pub fn parse(text: &str) -> Option<Value> {
    miniserde::json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_is_there_and_names_what_is_not() {
        let value = parse(
            r#"{"a":"x","n":-7,"big":18446744073709551615,"f":1.5,"nil":null,"l":[{"n":1},{"n":"x"},3]}"#,
        )
        .unwrap();
        let node = Node::root(&value).unwrap();
        assert_eq!(node.text("a"), Ok("x".into()));
        assert_eq!(node.int("n"), Ok(-7));
        assert_eq!(node.int("big"), Err(Fault { field: "big" }));
        assert_eq!(node.int("f"), Err(Fault { field: "f" }));
        assert_eq!(node.text("nil"), Err(Fault { field: "nil" }));
        assert_eq!(node.good("l", |item| item.int("n")), [1]);
        assert_eq!(node.all("l", |item| item.int("n")), Err(Fault { field: "n" }));
        assert_eq!(node.all("none", |item| item.int("n")), Ok(vec![]));
    }

    #[test]
    fn markup_is_not_json() {
        assert!(parse("<!doctype html><title>502</title>").is_none());
        assert!(parse("").is_none());
        assert!(Node::root(&parse("[1]").unwrap()).is_err());
    }

    proptest! {
        #[test]
        fn what_is_sent_can_be_read(text in ".{0,40}", number: i64) {
            let json = Body::new().text("t", &text).int("n", number).json();
            let value = parse(&json).unwrap();
            let node = Node::root(&value).unwrap();
            prop_assert_eq!(node.text("t"), Ok(text));
            prop_assert_eq!(node.int("n"), Ok(number));
        }
    }
}

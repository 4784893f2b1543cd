//! Reading JSON bodies strictly: what is missing, wrong or unknown is named by JSON pointer.

use super::{App, BODY_LIMIT};
use crate::clock::Millis;
use crate::locale::Text;
use crate::problem::{Code, FieldError, Problem};
use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde_json::{Map, Value};
use std::ops::RangeInclusive;
use std::sync::Arc;

fn text(zh_cn: &str, zh_tw: &str, en: &str) -> Text {
    Text::new(zh_cn, zh_tw, en)
}

pub(crate) fn missing() -> Text {
    text("必填。", "必填。", "This is required.")
}

pub(crate) fn invalid() -> Text {
    text("格式或取值不正确。", "格式或值不正確。", "This value is not valid.")
}

fn unknown() -> Text {
    text("没有这个字段。", "沒有這個欄位。", "There is no such field.")
}

/// A body that is a JSON object, of `LIMIT` bytes at most.
pub(crate) struct JsonBody<const LIMIT: usize = BODY_LIMIT>(pub(crate) Map<String, Value>);

impl<const LIMIT: usize> FromRequest<Arc<App>> for JsonBody<LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Problem> {
        let headers = request.headers();
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if essence != "application/json" {
            return Err(Problem::new(Code::UnsupportedMediaType));
        }
        let announced =
            headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|length| length > LIMIT) {
            return Err(Problem::new(Code::PayloadTooLarge));
        }
        let bytes =
            to_bytes(request.into_body(), LIMIT).await.map_err(|_| Problem::new(Code::PayloadTooLarge))?;
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(map)) => Ok(Self(map)),
            Ok(_) => Err(Problem::new(Code::Validation)
                .error("", text("应为对象。", "應為物件。", "An object is needed."))),
            Err(error) => Err(Problem::new(Code::Malformed).detail(Text::new(
                format!("第 {} 行第 {} 列不是合法的 JSON。", error.line(), error.column()),
                format!("第 {} 行第 {} 欄不是合法的 JSON。", error.line(), error.column()),
                format!("Not JSON at line {}, column {}.", error.line(), error.column()),
            ))),
        }
    }
}

/// Takes the fields of an object one by one and collects everything that is wrong with them.
pub(crate) struct Fields {
    map: Map<String, Value>,
    prefix: String,
    errors: Vec<FieldError>,
}

impl Fields {
    pub(crate) fn new(map: Map<String, Value>) -> Self {
        Self::within(map, String::new())
    }

    /// The fields of an object inside another, whose pointer is `prefix`.
    pub(crate) fn within(map: Map<String, Value>, prefix: String) -> Self {
        Self { map, prefix, errors: Vec::new() }
    }

    pub(crate) fn refuse(&mut self, name: &str, detail: Text) {
        let name = name.replace('~', "~0").replace('/', "~1");
        self.errors.push(FieldError { pointer: format!("{}/{name}", self.prefix), detail });
    }

    /// Takes an optional field; null counts as absent.
    pub(crate) fn optional<T>(&mut self, name: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        let value = self.map.remove(name).filter(|value| !value.is_null())?;
        let read = read(&value);
        if read.is_none() {
            self.refuse(name, invalid());
        }
        read
    }

    /// Takes a required field. Nothing is returned only when an error has been noted.
    pub(crate) fn required<T>(&mut self, name: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        if !self.map.contains_key(name) {
            self.refuse(name, missing());
            return None;
        }
        if self.map.get(name).is_some_and(Value::is_null) {
            self.map.remove(name);
            self.refuse(name, invalid());
            return None;
        }
        self.optional(name, read)
    }

    /// Adds what was wrong in an object inside.
    pub(crate) fn absorb(&mut self, inner: Self) {
        self.errors.extend(inner.into_errors());
    }

    fn into_errors(mut self) -> Vec<FieldError> {
        let mut left: Vec<String> = self.map.keys().take(20).cloned().collect();
        left.sort();
        for name in left {
            let name: String = name.chars().take(64).collect();
            self.refuse(&name, unknown());
        }
        self.errors
    }

    /// The value built from the fields, unless something was wrong.
    ///
    /// # Errors
    /// A validation problem that names each field.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Problem> {
        let errors = self.into_errors();
        match value {
            Some(value) if errors.is_empty() => Ok(value),
            _ => Err(Problem::validation(errors)),
        }
    }
}

/// A string of `length` characters that passes `check`. Control characters never do.
pub(crate) fn string(
    length: RangeInclusive<usize>,
    check: fn(char) -> bool,
) -> impl FnOnce(&Value) -> Option<String> {
    move |value| {
        let text = value.as_str()?;
        let fits = length.contains(&text.chars().count());
        (fits && text.chars().all(|c| !c.is_control() && check(c))).then(|| text.to_owned())
    }
}

/// An identifier of the contract.
pub(crate) fn identifier(value: &Value) -> Option<String> {
    let text = string(1..=64, |c| c.is_ascii_alphanumeric() || c == '-' || c == '_')(value)?;
    text.starts_with(|c: char| c.is_ascii_alphanumeric()).then_some(text)
}

/// A UUID in lower case, as the contract writes it.
pub(crate) fn is_contract_uuid(text: &str) -> bool {
    crate::ids::is_uuid(text) && !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// A UUID.
pub(crate) fn uuid(value: &Value) -> Option<String> {
    value.as_str().filter(|text| is_contract_uuid(text)).map(str::to_owned)
}

/// A time in RFC 3339.
pub(crate) fn timestamp(value: &Value) -> Option<Millis> {
    let text = value.as_str().filter(|text| text.get(10..11).is_some_and(|t| t.eq_ignore_ascii_case("t")))?;
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| at.timestamp_millis())
}

/// A whole number in a range; JSON does not tell 1 from 1.0.
pub(crate) fn integer(range: RangeInclusive<i64>) -> impl FnOnce(&Value) -> Option<i64> {
    move |value| {
        let whole = |f: f64| (f.fract() == 0.0 && f.abs() < 9e15).then_some(f as i64);
        let number = value.as_i64().or_else(|| value.as_f64().and_then(whole))?;
        range.contains(&number).then_some(number)
    }
}

/// One of a few words.
pub(crate) fn one_of(words: &'static [&'static str]) -> impl FnOnce(&Value) -> Option<&'static str> {
    move |value| words.iter().find(|word| value.as_str() == Some(word)).copied()
}

/// Whether any text within holds a NUL, which is never meant.
pub(crate) fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        _ => false,
    }
}

/// How many objects and lists are inside one another.
pub(crate) fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

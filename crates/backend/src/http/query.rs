//! Reading query parameters strictly, and pages of lists.

use super::App;
use super::body::invalid;
use crate::ids;
use crate::problem::{FieldError, Problem};
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde_json::{Value, json};
use std::sync::Arc;

/// The parameters of a request, and what is wrong with them.
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

impl FromRequestParts<Arc<App>> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Problem> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map(|query| query.0);
        match pairs {
            Ok(pairs) => Ok(Self { pairs, errors: Vec::new() }),
            Err(_) => {
                Err(Problem::validation(vec![FieldError { pointer: String::new(), detail: invalid() }]))
            }
        }
    }
}

impl Params {
    /// Takes a parameter. Given twice it is as wrong as given badly.
    pub(crate) fn take<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let mut values = self.pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        let first = values.next()?;
        let value = if values.next().is_some() { None } else { read(first) };
        if value.is_none() {
            self.errors.push(FieldError { pointer: name.to_owned(), detail: invalid() });
        }
        value
    }

    /// One of a few words.
    pub(crate) fn word(&mut self, name: &str, words: &'static [&'static str]) -> Option<&'static str> {
        self.take(name, |value| words.iter().find(|word| **word == value).copied())
    }

    /// How many rows to answer, 20 unless told otherwise.
    pub(crate) fn limit(&mut self) -> usize {
        self.number("limit", 1, 100).and_then(|limit| usize::try_from(limit).ok()).unwrap_or(20)
    }

    pub(crate) fn number(&mut self, name: &str, low: i64, high: i64) -> Option<i64> {
        self.take(name, |value| {
            let digits = !value.is_empty() && value.len() <= 12 && value.bytes().all(|b| b.is_ascii_digit());
            value.parse().ok().filter(|number| digits && (low..=high).contains(number))
        })
    }

    /// Where a list goes on, for a list of rows with numbers.
    pub(crate) fn position(&mut self, list: &str) -> Option<i64> {
        self.cursor(list)?.parse().ok()
    }

    /// Where a list goes on.
    pub(crate) fn cursor(&mut self, list: &str) -> Option<String> {
        self.take("cursor", |value| {
            let text = String::from_utf8(ids::unhex(value).filter(|_| value.len() <= 512)?).ok()?;
            text.strip_prefix(list)?.strip_prefix(':').filter(|rest| !rest.is_empty()).map(str::to_owned)
        })
    }

    /// # Errors
    /// A validation problem that names each parameter that was wrong.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::validation(self.errors)) }
    }
}

fn cursor(list: &str, position: &str) -> String {
    ids::hex(format!("{list}:{position}").as_bytes())
}

/// A page of `rows`, which holds one row more than `limit` when the list goes on.
pub(crate) fn page<T>(
    list: &str,
    mut rows: Vec<T>,
    limit: usize,
    position: impl Fn(&T) -> String,
    view: impl Fn(&T) -> Value,
) -> Value {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| cursor(list, &position(row)));
    json!({"data": rows.iter().map(view).collect::<Vec<_>>(), "next_cursor": next})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &[(&str, &str)]) -> Params {
        Params { pairs: query.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(), errors: Vec::new() }
    }

    #[test]
    fn bad_and_repeated_parameters_are_refused() {
        for (query, good) in [
            (&[("limit", "5")][..], true),
            (&[("limit", "0")], false),
            (&[("limit", "101")], false),
            (&[("limit", "99999999999999999999")], false),
            (&[("limit", "+5")], false),
            (&[("limit", "")], false),
            (&[("limit", "5"), ("limit", "6")], false),
            (&[("other", "x")], true),
        ] {
            let mut params = params(query);
            params.limit();
            assert_eq!(params.finish().is_ok(), good, "{query:?}");
        }
    }

    #[test]
    fn cursors_belong_to_their_list() {
        let made = cursor("ledger", "41");
        assert_eq!(params(&[("cursor", &made)]).position("ledger"), Some(41));
        for bad in [cursor("rewards", "41"), "zz".into(), "é".into(), String::new(), cursor("ledger", "")] {
            let mut params = params(&[("cursor", &bad)]);
            assert_eq!(params.cursor("ledger"), None);
            assert!(params.finish().is_err(), "{bad}");
        }
    }
}

//! A questionnaire engine that reads SurveyJS definitions and behaves as SurveyJS's own library does, version 3.1.1: the same
//! visible pages and questions, the same errors in the same words, the same data. It knows no browser, asks no clock and draws
//! nothing; `serde` is its only dependency.
//!
//! [`Definition::parse`] reads a definition once. What the engine doesn't know it names with its path in
//! [`Definition::unsupported`]; such a survey should not be shown. A [`Form`] is one response under way: it holds the answers and
//! says, after each change, what is visible, enabled, required and wrong, which texts there are with answers put into them, where
//! the next page is, and what remains as data at the end.
//!
//! ```
//! use std::rc::Rc;
//! use survey::{Definition, Environment, Form, Value};
//!
//! let json: Value = serde_json::from_str(r#"{"elements": [
//!     {"type": "rating", "name": "score", "title": "How was it?", "isRequired": true},
//!     {"type": "comment", "name": "why", "title": "You said {score}. Why?", "visibleIf": "{score} < 4"}
//! ]}"#)?;
//! let definition = Definition::parse(&json).expect("it is small and not deep");
//! assert!(definition.unsupported().is_empty());
//!
//! let environment = Environment { now: 1_786_525_080_000.0, offset_minutes: 480, seed: 1 };
//! let mut form = Form::new(Rc::new(definition), "en", environment);
//! let score = form.question("score").expect("it is in the definition");
//!
//! assert!(!form.complete(), "an answer is required");
//! assert_eq!(form.errors(score)[0].text, "Response required.");
//!
//! form.answer(score, Value::from(2));
//! let why = form.question("why").expect("it is in the definition");
//! assert!(form.is_shown(why));
//! assert_eq!(form.title(why), "You said 2. Why?");
//!
//! assert!(form.complete());
//! assert_eq!(form.data().get("score"), Some(&Value::from(2)));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Definitions come from strangers. Size and depth are bounded ([`Refused`]), regular expressions and chains of changes end after a
//! fixed number of steps, texts stay texts: whoever draws them decides what markup means. Nothing in here panics on what it reads.
//!
//! Where it differs from the library on purpose is written down in `docs/survey-compatibility.md`. The program `survey-eval` (feature
//! `cli`) plays a case given as a line of JSON and prints what came of it, so that anyone can compare.

pub mod date;
pub mod definition;
pub mod expression;
pub mod form;
pub mod js;
mod messages;
mod parse;
pub mod regex;
pub mod value;

pub use definition::{Definition, Kind, Refused, Unsupported};
pub use form::{Environment, Fault, Form, Id, Severity};
pub use value::{Object, Value};

//! A questionnaire engine that reads SurveyJS definitions and behaves as SurveyJS's own library does: the same visible
//! questions, the same errors, the same data.

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

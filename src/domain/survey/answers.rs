//! What a member answered: checks while answering, and the JSON of drafts and submissions.

use miniserde::json::{Array, Number, Object, Value};

use super::vocabulary::whole;
use super::{Choice, Kind, Page, Question, Scalar, Survey};

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The value of a single choice.
    One(Scalar),
    /// The values of a multiple choice, in the order of choosing.
    Many(Vec<Scalar>),
    /// A point on a scale.
    Number(i64),
    /// Words.
    Text(String),
}

impl Answer {
    /// Whether it says nothing: no choice, or only blanks.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::One(_) | Self::Number(_) => false,
            Self::Many(values) => values.is_empty(),
            Self::Text(text) => text.trim().is_empty(),
        }
    }
}

/// Answers by the name of their question, in the order of the names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(Vec<(String, Answer)>);

impl Answers {
    /// The answer to a question; an empty one counts as none.
    pub fn get(&self, name: &str) -> Option<&Answer> {
        let at = self.find(name).ok()?;
        Some(&self.0[at].1).filter(|answer| !answer.is_empty())
    }

    /// Sets an answer, replacing the one before.
    pub fn set(&mut self, name: &str, answer: Answer) {
        match self.find(name) {
            Ok(at) => self.0[at].1 = answer,
            Err(at) => self.0.insert(at, (String::from(name), answer)),
        }
    }

    /// Takes an answer back.
    pub fn clear(&mut self, name: &str) {
        if let Ok(at) = self.find(name) {
            self.0.remove(at);
        }
    }

    /// Name and answer in the order of the names, without the empty ones.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.0.iter().filter(|(_, answer)| !answer.is_empty()).map(|(name, answer)| (name.as_str(), answer))
    }

    /// Whether nothing is answered.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name))
    }
}

/// What keeps a page from being left forwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Required and not answered.
    Missing,
    /// More choices than allowed.
    TooMany,
    /// Fewer choices than asked for.
    TooFew,
    /// More text than allowed.
    TooLong,
}

/// The names of the questions of a page that can't stay as they are, in the page's order, each with its reason.
pub fn errors(page: &Page, answers: &Answers) -> Vec<(String, Problem)> {
    let problem = |question: &Question| match (answers.get(&question.name), &question.kind) {
        (None, _) => question.required.then_some(Problem::Missing),
        (Some(Answer::Many(values)), Kind::Multiple { min, max, .. }) => {
            let count = values.len();
            if max.is_some_and(|max| count > max as usize) {
                Some(Problem::TooMany)
            } else if min.is_some_and(|min| count < min as usize) {
                Some(Problem::TooFew)
            } else {
                None
            }
        }
        (Some(Answer::Text(text)), Kind::Text { max_length: Some(max), .. }) => {
            (text.encode_utf16().count() > *max as usize).then_some(Problem::TooLong)
        }
        _ => None,
    };
    page.questions.iter().filter_map(|question| Some((question.name.clone(), problem(question)?))).collect()
}

/// How far along a page is, in percent: the share of the pages before it; 100 after the last.
pub fn progress(page_index: usize, pages: usize) -> u32 {
    match pages {
        0 => 100,
        _ => ((page_index.min(pages) as u64).saturating_mul(100) / pages as u64) as u32,
    }
}

/// The `answers` object of a draft or a submission. Empty answers are left out, as SurveyJS does.
pub fn to_json(answers: &Answers) -> Value {
    let mut object = Object::new();
    for (name, answer) in answers.iter() {
        let value = match answer {
            Answer::One(value) => scalar(value),
            Answer::Many(values) => {
                let mut array = Array::new();
                array.extend(values.iter().map(scalar));
                Value::Array(array)
            }
            Answer::Number(value) => number(*value),
            Answer::Text(text) => Value::String(text.clone()),
        };
        object.insert(String::from(name), value);
    }
    Value::Object(object)
}

/// Reads the answers of a draft, and the names of those that were dropped, wholly or in part: the definition may have
/// changed since.
pub fn from_json(survey: &Survey, json: &Value) -> (Answers, Vec<String>) {
    let mut answers = Answers::default();
    let mut dropped = Vec::new();
    let Value::Object(object) = json else {
        return (answers, dropped);
    };
    for (name, value) in object {
        if matches!(value, Value::Null) {
            continue;
        }
        let question = survey.questions().find(|question| question.name == *name);
        let (answer, complete) = question.map_or((None, false), |question| fit(&question.kind, value));
        if let Some(answer) = answer {
            answers.set(name, answer);
        }
        if !complete {
            dropped.push(name.clone());
        }
    }
    (answers, dropped)
}

/// What of a value answers a question of this kind, and whether that is all of it.
fn fit(kind: &Kind, value: &Value) -> (Option<Answer>, bool) {
    let answer = match (kind, value) {
        (Kind::Single { choices }, value) => chosen(choices, value).map(Answer::One),
        (Kind::Multiple { choices, .. }, Value::Array(list)) => {
            let mut values: Vec<Scalar> = Vec::new();
            for item in list {
                if let Some(value) = chosen(choices, item)
                    && !values.contains(&value)
                {
                    values.push(value);
                }
            }
            let complete = values.len() == list.len();
            return (Some(Answer::Many(values)).filter(|answer| !answer.is_empty()), complete);
        }
        (Kind::Rating { values, .. }, value) => {
            whole(value).filter(|point| values.iter().any(|rate| rate.value == *point)).map(Answer::Number)
        }
        (Kind::Text { .. }, Value::String(text)) => Some(Answer::Text(text.clone())),
        _ => None,
    };
    let complete = answer.is_some();
    (answer, complete)
}

/// The choice that a value means; like SurveyJS, `1` and `"1"` are the same choice.
fn chosen(choices: &[Choice], value: &Value) -> Option<Scalar> {
    let value = Scalar::read(value)?;
    let exact = choices.iter().find(|choice| choice.value == value);
    let found = exact.or_else(|| {
        let text = value.text();
        choices.iter().find(|choice| choice.value.text() == text)
    });
    Some(found?.value.clone())
}

fn scalar(value: &Scalar) -> Value {
    match value {
        Scalar::Text(text) => Value::String(text.clone()),
        Scalar::Number(value) => number(*value),
    }
}

fn number(value: i64) -> Value {
    Value::Number(u64::try_from(value).map_or(Number::I64(value), Number::U64))
}

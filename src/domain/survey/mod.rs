//! What a SurveyJS definition means to this version: single and multiple choice, rating and text.
//!
//! A definition that needs more is refused as a whole, and the refusal names every part of it: half a questionnaire
//! would collect wrong data. Texts are data, also when they contain markup; views set them as text, never as HTML.

mod answers;
mod draft;
mod parse;
mod vocabulary;

pub use answers::{Answer, Answers, Problem, errors, from_json, progress, to_json};
pub use draft::{Draft, Response, are_brief, are_long, face, kept_answers};
pub use parse::parse;

/// A questionnaire that can be shown completely.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Its own title, if the definition has one.
    pub title: Option<String>,
    /// The screens in order, none without a question.
    pub pages: Vec<Page>,
    /// What to say after submission, without markup.
    pub completed_text: Option<String>,
}

impl Survey {
    /// All questions in order.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.pages.iter().flat_map(|page| &page.questions)
    }
}

/// What is answered on one screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Heading; with one question per screen, the heading of the page that it came from.
    pub title: Option<String>,
    /// A line under the heading.
    pub description: Option<String>,
    /// At least one.
    pub questions: Vec<Question>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The key of its answer, unique in the survey.
    pub name: String,
    /// What is asked; the name where the definition has no title.
    pub title: String,
    /// A line under the question.
    pub description: Option<String>,
    /// Whether the survey can't be submitted without an answer.
    pub required: bool,
    /// How it is answered.
    pub kind: Kind,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of several.
    Single {
        /// At least one.
        choices: Vec<Choice>,
    },
    /// Any of several.
    Multiple {
        /// At least one.
        choices: Vec<Choice>,
        /// The fewest that make an answer.
        min: Option<u32>,
        /// The most.
        max: Option<u32>,
    },
    /// A point on a scale.
    Rating {
        /// The points, lowest first.
        values: Vec<Rate>,
        /// How the points are drawn.
        style: RatingStyle,
        /// What the lowest point means.
        min_text: Option<String>,
        /// What the highest point means.
        max_text: Option<String>,
    },
    /// Words.
    Text {
        /// Whether several lines are expected.
        multiline: bool,
        /// The most UTF-16 units, as the `maxlength` of a field counts them.
        max_length: Option<u32>,
    },
}

/// One of the answers to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is stored.
    pub value: Scalar,
    /// What is shown.
    pub text: String,
}

/// One point of a scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// What is stored.
    pub value: i64,
    /// What is shown.
    pub text: String,
}

/// How the points of a scale are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RatingStyle {
    /// Their labels.
    Numbers,
    /// Stars up to the point.
    Stars,
    /// Faces from sad to happy.
    Smileys,
}

/// The value of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// A JSON string.
    Text(String),
    /// A whole JSON number.
    Number(i64),
}

/// Why a definition can't be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// Everything that wasn't understood, front to back, what lies in panels last; at most 64 entries.
    pub what: Vec<Unknown>,
}

/// A part of a definition that isn't understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Where: `survey`, `pages[1]`, or `pages[1].elements[0] (q7)` with the question's name.
    pub path: String,
    /// What: an element type (`matrix`), a property (`visibleIf`), or a property and its value (`inputType: date`).
    pub feature: String,
}

#[cfg(test)]
mod tests;

//! A questionnaire as its definition says it: what a form is made from, and never changes.

use crate::expression::Expression;
use crate::js;
use crate::value::{NULL, Object, Value};
use std::rc::Rc;

/// What kind of element it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A page of the survey.
    Page,
    /// A group of elements.
    Panel,
    /// One line of text, a number, a date.
    Text,
    /// Several lines of text.
    Comment,
    /// One of several.
    Radiogroup,
    /// Any of several.
    Checkbox,
    /// One of a list that opens.
    Dropdown,
    /// Any of a list that opens.
    Tagbox,
    /// A point on a scale.
    Rating,
    /// Yes or no.
    Boolean,
    /// An order of preference.
    Ranking,
    /// One or any of several pictures.
    Imagepicker,
    /// One column for each row.
    Matrix,
    /// A question of its own in each cell.
    Matrixdropdown,
    /// Several short texts.
    Multipletext,
    /// The same panel as often as the member wants.
    Paneldynamic,
    /// A text of the survey's author.
    Html,
    /// A picture.
    Image,
    /// Something calculated.
    Expression,
}

impl Kind {
    pub(crate) fn from_type(name: &str) -> Option<Self> {
        Some(match name {
            "panel" => Self::Panel,
            "text" => Self::Text,
            "comment" => Self::Comment,
            "radiogroup" => Self::Radiogroup,
            "checkbox" => Self::Checkbox,
            "dropdown" => Self::Dropdown,
            "tagbox" => Self::Tagbox,
            "rating" => Self::Rating,
            "boolean" => Self::Boolean,
            "ranking" => Self::Ranking,
            "imagepicker" => Self::Imagepicker,
            "matrix" => Self::Matrix,
            "matrixdropdown" => Self::Matrixdropdown,
            "multipletext" => Self::Multipletext,
            "paneldynamic" => Self::Paneldynamic,
            "html" => Self::Html,
            "image" => Self::Image,
            "expression" => Self::Expression,
            _ => return None,
        })
    }

    /// Whether it groups elements instead of asking something.
    pub fn is_container(self) -> bool {
        matches!(self, Self::Page | Self::Panel)
    }

    /// Whether it has choices.
    pub fn is_select(self) -> bool {
        matches!(
            self,
            Self::Radiogroup
                | Self::Checkbox
                | Self::Dropdown
                | Self::Tagbox
                | Self::Ranking
                | Self::Imagepicker
        )
    }

    /// Whether its answer is a list of choices by SurveyJS's class (a picture picker may be, by its property).
    pub fn is_checkbox(self) -> bool {
        matches!(self, Self::Checkbox | Self::Tagbox | Self::Ranking)
    }

    /// Whether it shows something and asks nothing.
    pub fn is_static(self) -> bool {
        matches!(self, Self::Html | Self::Image)
    }
}

/// The properties of a part of a definition, by the names of SurveyJS 3.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Props(pub(crate) Object);

impl Props {
    /// A property; `Null` where it isn't set.
    pub fn get(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or(&NULL)
    }

    /// Whether it is set to something.
    pub fn has(&self, name: &str) -> bool {
        !self.get(name).is_null()
    }

    /// A switch.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        match self.get(name) {
            Value::Null => default,
            Value::Bool(on) => *on,
            Value::String(text) if text == "false" => false,
            other => js::truthy(other),
        }
    }

    /// A number; also one written as text.
    pub fn number(&self, name: &str, default: f64) -> f64 {
        match self.get(name) {
            Value::Number(number) => *number,
            Value::String(text) => {
                let number = js::get_number(&Value::from(text.as_str()));
                if number.is_nan() { default } else { number }
            }
            _ => default,
        }
    }

    /// A word; empty where it isn't set.
    pub fn word(&self, name: &str) -> &str {
        self.get(name).as_str().unwrap_or_default()
    }
}

/// A condition or a calculation of the definition. One that can't be parsed never runs, as in SurveyJS.
#[derive(Clone, Debug)]
pub struct Rule {
    pub(crate) name: &'static str,
    pub(crate) expression: Expression,
}

/// The conditions and calculations of a part of a definition.
#[derive(Clone, Debug, Default)]
pub struct Rules(pub(crate) Vec<Rc<Rule>>);

impl Rules {
    pub(crate) fn get(&self, name: &str) -> Option<Rc<Rule>> {
        self.0.iter().find(|rule| rule.name == name).cloned()
    }
}

/// A check of an answer.
#[derive(Clone, Debug)]
pub struct Validator {
    pub(crate) kind: ValidatorKind,
    pub(crate) props: Props,
    pub(crate) expression: Option<Expression>,
    pub(crate) regex: Option<crate::regex::Regex>,
}

/// What a validator looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValidatorKind {
    Numeric,
    Text,
    AnswerCount,
    Regex,
    Email,
    Expression,
}

/// One of the answers to choose from, a row, a column, or a point of a scale.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    pub(crate) value: Value,
    /// Its text, maybe in several languages.
    pub(crate) text: Value,
    pub(crate) props: Props,
    pub(crate) visible_if: Option<Expression>,
    pub(crate) enable_if: Option<Expression>,
    /// Whether the definition has a condition that can't be parsed: then nothing meets it.
    pub(crate) broken_visible: bool,
    pub(crate) broken_enable: bool,
}

/// A page, a panel or a question of the definition; a column of a matrix of questions, a field of several texts.
#[derive(Clone, Debug)]
pub struct Element {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) props: Props,
    pub(crate) rules: Rules,
    pub(crate) validators: Vec<Rc<Validator>>,
    /// The elements of a page, a panel or a dynamic panel; the columns of a matrix of questions; several texts.
    pub(crate) elements: Vec<Rc<Element>>,
    /// The choices, or the points of a scale.
    pub(crate) choices: Vec<Rc<Choice>>,
    pub(crate) rows: Vec<Rc<Choice>>,
    /// The columns of a simple matrix.
    pub(crate) columns: Vec<Rc<Choice>>,
}

impl Element {
    /// A page of a name, and nothing else.
    pub(crate) fn page(name: &str) -> Self {
        Self {
            name: name.into(),
            kind: Kind::Page,
            props: Props::default(),
            rules: Rules::default(),
            validators: Vec::new(),
            elements: Vec::new(),
            choices: Vec::new(),
            rows: Vec::new(),
            columns: Vec::new(),
        }
    }

    /// The key of its answer.
    pub(crate) fn value_name(&self) -> &str {
        match self.props.word("valueName") {
            "" => &self.name,
            name => name,
        }
    }
}

/// What happens when a condition becomes true.
#[derive(Clone, Debug)]
pub(crate) struct Trigger {
    pub(crate) kind: TriggerKind,
    pub(crate) props: Props,
    pub(crate) expression: Option<Expression>,
    pub(crate) broken: bool,
    pub(crate) run: Option<Expression>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TriggerKind {
    Complete,
    SetValue,
    CopyValue,
    Skip,
    RunExpression,
    Visible,
}

/// A value that an expression gives.
#[derive(Clone, Debug)]
pub(crate) struct Calculated {
    pub(crate) name: String,
    pub(crate) include: bool,
    pub(crate) expression: Option<Expression>,
}

/// A text that is chosen by a condition.
#[derive(Clone, Debug)]
pub(crate) struct Conditional {
    pub(crate) expression: Option<Expression>,
    pub(crate) html: Value,
}

/// A questionnaire that was read.
#[derive(Clone, Debug)]
pub struct Definition {
    pub(crate) props: Props,
    pub(crate) pages: Vec<Rc<Element>>,
    pub(crate) triggers: Vec<Trigger>,
    pub(crate) calculated: Vec<Calculated>,
    pub(crate) completed_html: Vec<Conditional>,
    pub(crate) unsupported: Vec<Unsupported>,
}

impl Definition {
    /// Everything of the definition that this engine can't do, front to back, at most 64 entries. A survey with an entry here
    /// must not be shown: it would collect other answers than its author means.
    pub fn unsupported(&self) -> &[Unsupported] {
        &self.unsupported
    }

    /// A property of the survey, such as `title`, by the names of SurveyJS 3.
    pub fn props(&self) -> &Props {
        &self.props
    }
}

/// A part of a definition that this engine can't do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// Where: `survey`, `pages[1]`, or `pages[1].elements[0] (q7)` with the question's name.
    pub path: String,
    /// What: an element type (`file`), a property (`choicesByUrl`), a property and its value (`inputType: color`), or a
    /// function of an expression (`visibleIf: shoeSize()`).
    pub feature: String,
}

/// Why a definition isn't read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It isn't an object.
    NotAnObject,
    /// More elements, choices, validators, triggers or calculated values than a questionnaire can have.
    TooLarge,
    /// Panels within panels without end.
    TooDeep,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::NotAnObject => "the definition is not an object",
            Self::TooLarge => {
                "the definition has more elements, choices or rules than a questionnaire can have"
            }
            Self::TooDeep => "panels are nested deeper than 31 levels",
        })
    }
}

impl std::error::Error for Refused {}

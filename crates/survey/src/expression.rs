//! The expression language of SurveyJS: conditions, calculated values, and the functions in them.

mod arithmetic;
mod arrays;
mod dates;
mod evaluate;
mod functions;
mod json;
mod operators;
mod parse;
mod variables;

use crate::js;
use crate::value::Value;
use std::fmt;

pub use variables::{Step, Variables, item, path, resolve, resolve_in};

/// An expression that has been read and can be evaluated any number of times.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    root: Operand,
}

/// A text that is no expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// How many characters in the text could still be the beginning of an expression.
    pub at: usize,
    /// What is wrong.
    pub reason: Reason,
}

/// Why a text is no expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It breaks the grammar, or it is nothing but `null`.
    Syntax,
    /// It has more than 100,000 characters.
    TooLong,
    /// More than 100 brackets, calls or negations are inside one another.
    TooDeep,
}

impl fmt::Display for ParseError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self.reason {
            Reason::Syntax => "not an expression, at character ",
            Reason::TooLong => "an expression of too many characters: ",
            Reason::TooDeep => "an expression nested too deep, at character ",
        })?;
        self.at.fmt(to)
    }
}

impl std::error::Error for ParseError {}

/// What a name in braces stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The value. `Null` is that of a question without an answer.
    pub value: Value,
    /// Whether lists count as equal only in the same order.
    pub strict: bool,
}

/// What an expression can see while it is evaluated.
pub trait Scope {
    /// The value of the whole text between braces, dots, indexes and `$` included; `#` at its beginning never gets here.
    ///
    /// `original` asks for a list of records where the question would otherwise show only their values.
    /// A name without a value may be `None`; one that ends in `.length` is 0 then.
    fn lookup(&self, name: &str, original: bool) -> Option<Found>;

    /// The current moment, in milliseconds since 1970-01-01T00:00Z.
    fn now(&self) -> f64;

    /// The local time zone, in minutes east of UTC.
    fn offset_minutes(&self) -> i32;

    /// A function that asks the questionnaire: `displayValue`, `getComment`, `isContainerReady`, `isDisplayMode` and
    /// `propertyValue`. An argument that is a variable has its name in `raw`. `None` where there is no questionnaire.
    fn call(&self, _function: &str, _arguments: &[Value], _raw: &[Option<&str>]) -> Option<Value> {
        None
    }

    /// The names of the whole questionnaire, which the filters of `sumInArray` and its like see besides the item's own.
    fn survey(&self) -> Option<&dyn Scope> {
        None
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Operand {
    /// `null` or `undefined`, and a right side that isn't there.
    Nothing,
    /// A text that stood in quotes.
    Text(String),
    /// A bare word, which is a text too.
    Word(String),
    Number(f64),
    Bool(bool),
    Variable(Variable),
    Array(Vec<Operand>),
    Call(Call),
    Unary(Unary, Box<Operand>),
    /// Binary operators from left to right, in the order in which they are applied.
    Chain(Box<Operand>, Vec<(Binary, Operand)>),
}

#[derive(Clone, Debug, PartialEq)]
struct Variable {
    name: String,
    /// `{#name}`: a text stays a text even when it looks like a number.
    as_it_is: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Call {
    function: String,
    parameters: Vec<Operand>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unary {
    Negate,
    Empty,
    NotEmpty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Binary {
    Or,
    And,
    LessOrEqual,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Less,
    Greater,
    Plus,
    Minus,
    Multiply,
    Divide,
    Remainder,
    Power,
    Contains,
    NotContains,
    AnyOf,
    AllOf,
    NoneOf,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// The text breaks the grammar of SurveyJS 3.1.1, is `null`, or exceeds the limits that `Reason` names.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        parse::parse(text).map(|root| Self { root })
    }

    /// The names in braces, in the order of the text, without `#`; a name used twice is there twice.
    pub fn variables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.root.each(&mut |operand| {
            if let Operand::Variable(variable) = operand {
                names.push(variable.name.as_str());
            }
        });
        names
    }

    /// The functions it calls, in the order of the text; one called twice is there twice.
    pub fn functions(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.root.each(&mut |operand| {
            if let Operand::Call(call) = operand {
                names.push(call.function.as_str());
            }
        });
        names
    }

    /// Whether it calls any function.
    pub fn has_function(&self) -> bool {
        !self.functions().is_empty()
    }

    /// Whether it calls a function without any variable among its parameters, so that its value can change by itself.
    pub fn has_function_without_variables(&self) -> bool {
        self.root.calls_without_variables()
    }

    /// The functions it calls that SurveyJS doesn't have; they give `Null`.
    pub fn unknown_functions(&self) -> Vec<&str> {
        self.functions().into_iter().filter(|name| !functions::is_known(name)).collect()
    }

    /// The value of the expression; `Null` also where SurveyJS would fail.
    pub fn evaluate(&self, scope: &dyn Scope) -> Value {
        evaluate::evaluate(&self.root, scope)
    }

    /// Whether it holds, as a condition: its value is `true`, or `1`, which is the same to JavaScript's `==`.
    pub fn is_true(&self, scope: &dyn Scope) -> bool {
        js::is_true(&self.evaluate(scope))
    }
}

impl Operand {
    /// Visits this operand and all inside it, in the order of the text.
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Operand)) {
        visit(self);
        match self {
            Self::Array(items) => items.iter().for_each(|item| item.each(visit)),
            Self::Call(call) => call.parameters.iter().for_each(|parameter| parameter.each(visit)),
            Self::Unary(_, operand) => operand.each(visit),
            Self::Chain(first, others) => {
                first.each(visit);
                others.iter().for_each(|(_, operand)| operand.each(visit));
            }
            _ => {}
        }
    }

    /// A call counts by the variables of its own parameters; calls inside them don't count again.
    fn calls_without_variables(&self) -> bool {
        match self {
            Self::Array(items) => items.iter().any(Self::calls_without_variables),
            Self::Call(call) => !call.parameters.iter().any(Self::has_variable),
            Self::Unary(_, operand) => operand.calls_without_variables(),
            Self::Chain(first, others) => {
                first.calls_without_variables()
                    || others.iter().any(|(_, operand)| operand.calls_without_variables())
            }
            _ => false,
        }
    }

    fn has_variable(&self) -> bool {
        let mut found = false;
        self.each(&mut |operand| found |= matches!(operand, Self::Variable(_)));
        found
    }

    /// Writes the operand as an expression, the way SurveyJS does it, for a filter that isn't in quotes.
    fn write(&self, to: &mut String) {
        match self {
            Self::Nothing => {}
            Self::Text(text) => {
                to.push('\'');
                to.push_str(text);
                to.push('\'');
            }
            Self::Word(word) => to.push_str(word),
            Self::Number(number) => to.push_str(&js::number_text(*number)),
            Self::Bool(bool) => to.push_str(if *bool { "true" } else { "false" }),
            Self::Variable(variable) => {
                to.push_str(if variable.as_it_is { "{#" } else { "{" });
                to.push_str(&variable.name);
                to.push('}');
            }
            Self::Array(items) => {
                to.push('[');
                Self::write_list(items, to);
                to.push(']');
            }
            Self::Call(call) => {
                to.push_str(&call.function);
                to.push('(');
                Self::write_list(&call.parameters, to);
                to.push(')');
            }
            Self::Unary(Unary::Negate, operand) => {
                to.push_str("! ");
                operand.write(to);
            }
            Self::Unary(unary, operand) => {
                operand.write(to);
                to.push_str(if *unary == Unary::Empty { " empty" } else { " notempty" });
            }
            Self::Chain(first, others) => {
                to.extend(others.iter().map(|_| '('));
                first.write(to);
                for (operator, operand) in others {
                    to.push(' ');
                    to.push_str(operator.sign());
                    to.push(' ');
                    operand.write(to);
                    to.push(')');
                }
            }
        }
    }

    fn write_list(operands: &[Operand], to: &mut String) {
        for (at, operand) in operands.iter().enumerate() {
            to.push_str(if at > 0 { ", " } else { "" });
            operand.write(to);
        }
    }
}

impl Binary {
    fn sign(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::LessOrEqual => "<=",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::Greater => ">",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Power => "^",
            Self::Contains => "contains",
            Self::NotContains => "notcontains",
            Self::AnyOf => "anyof",
            Self::AllOf => "allof",
            Self::NoneOf => "noneof",
        }
    }

    /// How tightly it binds; 0 is the loosest.
    fn level(self) -> u8 {
        match self {
            Self::Or => 0,
            Self::And => 1,
            Self::LessOrEqual
            | Self::GreaterOrEqual
            | Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::Greater => 2,
            Self::Plus | Self::Minus => 3,
            Self::Multiply | Self::Divide | Self::Remainder => 4,
            Self::Power => 5,
            Self::Contains | Self::NotContains | Self::AnyOf | Self::AllOf | Self::NoneOf => 6,
        }
    }
}

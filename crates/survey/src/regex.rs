//! Regular expressions with JavaScript's syntax and meaning, as `new RegExp(pattern, flags).test(text)` has them
//! with the flags "" and "i": ECMA-262 chapter 22.2 with the additions of its Annex B that browsers accept.
//!
//! Text is seen as UTF-16 code units, so a character outside the Basic Multilingual Plane counts as two.
//! A pattern without back-references and lookarounds is matched in time proportional to the text, whatever its
//! loops; any search stops at a fixed number of steps. Not supported: modifiers such as `(?i:a)` and `\u` escapes in
//! the names of groups.

mod class;
mod parse;
mod run;

use class::Set;
use std::fmt;

/// A compiled regular expression.
#[derive(Debug, Clone)]
pub struct Regex {
    code: Vec<Operation>,
    sets: Vec<Set>,
    /// How many positions a search keeps: two for each group, one for each loop that may turn without moving.
    slots: usize,
    /// How many lookarounds the pattern has.
    looks: usize,
    ignore_case: bool,
    /// Whether the pattern may refer back to a group; if not, what the groups hold decides nothing.
    references: bool,
}

/// Why a pattern can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// JavaScript would refuse the pattern too.
    Syntax {
        /// Where the pattern went wrong, in UTF-16 code units from its start.
        at: usize,
        /// What is wrong, in English.
        reason: &'static str,
    },
    /// The pattern is too long, nested too deeply, or counts too far.
    TooLarge,
    /// The pattern uses something this engine lacks.
    Unsupported {
        /// Where the pattern uses it, in UTF-16 code units from its start.
        at: usize,
    },
}

/// The search took more steps than are allowed, so whether the text matches is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooCostly;

/// One step of a program. Where it leads is relative to itself, so that a piece of program can be copied.
#[derive(Debug, Clone, Copy)]
enum Operation {
    /// Matches this code unit, after the position or, if `back`, before it.
    Unit { unit: u16, back: bool },
    /// Matches a code unit of a set.
    Set { index: u16, back: bool },
    /// The text's start.
    Start,
    /// The text's end.
    End,
    /// The edge of a word, or its absence.
    Boundary { negated: bool },
    /// Goes on at the next operation or `other` operations on; the next comes first if `greedy`.
    Split { other: u32, greedy: bool },
    /// Goes on this many operations away.
    Jump(i32),
    /// Repeats the next operation, which matches one unit, from `min` to `max` times.
    Run { min: u32, max: u32, greedy: bool },
    /// Tries what follows, up to `Accept`, without moving; goes on `skip` operations on.
    Look { skip: u32, index: u16, negated: bool },
    /// Keeps the position in a slot.
    Save(u32),
    /// Empties the slots from `from` up to `to`.
    Reset { from: u32, to: u32 },
    /// Fails if the position is the one kept in this slot.
    Moved(u32),
    /// Matches what the group matched.
    Reference { group: u32, back: bool },
    /// The end of the pattern or of a lookaround.
    Accept,
}

impl Regex {
    /// Compiles a pattern, given without slashes around it. `ignore_case` is the flag "i".
    pub fn new(pattern: &str, ignore_case: bool) -> Result<Regex, Error> {
        parse::compile(pattern, ignore_case)
    }

    /// Whether the pattern matches anywhere in the text. `TooCostly` after about a million steps.
    pub fn is_match(&self, text: &str) -> Result<bool, TooCostly> {
        run::search(self, text)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Syntax { at, reason } => write!(formatter, "{reason} at {at}"),
            Error::TooLarge => formatter.write_str("regular expression too large"),
            Error::Unsupported { at } => write!(formatter, "unsupported syntax at {at}"),
        }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for TooCostly {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("regular expression took too many steps")
    }
}

impl std::error::Error for TooCostly {}

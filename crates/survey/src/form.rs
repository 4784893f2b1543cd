//! A survey being answered: answers, and what follows from them.
//!
//! The order in which SurveyJS reacts to a change can be seen in the answers (a condition hides a question, which clears its
//! answer, which changes another condition). So this follows the library's flow step by step, and the differential tests hold it
//! to that.

mod cascade;
mod entries;
mod fields;
mod grid;
mod matrix;
mod navigation;

mod panels;
mod question;
mod random;
mod scope;
mod select;
mod start;
#[cfg(test)]
mod testing;
mod text;
mod triggers;
mod validate;
mod view;
mod visibility;

pub use entries::EntryView;
pub use validate::{Fault, Severity};
pub use view::{ChoiceView, LineView};

use crate::definition::{Choice, Definition, Element, Kind};
use crate::value::{Object, Value};
use litemap::LiteMap;
use std::cell::Cell;
use std::rc::Rc;

/// The number of a page, panel or question of a form, also of the questions in cells and dynamic panels. Those of cells and dynamic
/// panels go with them, and all answers set anew make others: [`Form::has`] says whether one is still there. A number that was
/// never given out is a mistake of the caller's, and panics.
pub type Id = usize;

/// What the device knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Environment {
    /// The time, in milliseconds since 1970-01-01T00:00Z.
    pub now: f64,
    /// The local time zone, in minutes east of Greenwich.
    pub offset_minutes: i32,
    /// What random orders are made from; the same number gives the same order.
    pub seed: u32,
}

/// A survey being answered.
pub struct Form {
    pub(crate) def: Rc<Definition>,
    pub(crate) locale: String,
    pub(crate) env: Environment,
    pub(crate) nodes: Vec<Node>,
    pub(crate) pages: Vec<Id>,
    /// Questions by the key of their answer, in the order of the survey; without those in cells and dynamic panels.
    pub(crate) by_value: LiteMap<String, Vec<Id>>,
    /// The same by the key in small letters.
    pub(crate) by_lower: LiteMap<String, Vec<Id>>,
    /// The first question of each name.
    pub(crate) by_name: LiteMap<String, Id>,
    pub(crate) data: Object,
    pub(crate) variables: Object,
    pub(crate) current: Option<Id>,
    /// The page that holds all others, where everything is asked on one.
    pub(crate) whole: Option<Id>,
    /// The element that is asked, where each is asked by itself.
    pub(crate) single: Option<Id>,
    /// Whether the first page is a start page, and whether it was left.
    pub(crate) started: bool,
    pub(crate) begun: bool,
    pub(crate) completed: bool,
    pub(crate) run: Running,
}

/// Where the reaction to a change is.
#[derive(Default)]
pub(crate) struct Running {
    pub(crate) loading: Loading,
    pub(crate) setting_data: bool,
    pub(crate) conditions: bool,
    pub(crate) changed_in_conditions: bool,
    pub(crate) rounds: u32,
    pub(crate) notify_after: bool,
    pub(crate) on_value_changed: bool,
    /// What changed since conditions ran last.
    pub(crate) keys: Option<Object>,
    pub(crate) triggers: bool,
    pub(crate) trigger_keys: Object,
    pub(crate) notify: Vec<String>,
    pub(crate) calculating: Vec<bool>,
    pub(crate) calculated: Vec<bool>,
    /// Triggers that allow to end the survey, each with the page on which it happened.
    pub(crate) completable: Vec<(usize, Option<Id>)>,
    pub(crate) skipped: Vec<(Id, Id)>,
    /// Pages that were left without an error.
    pub(crate) passed: Vec<Id>,
    /// How deep changes follow from changes; a survey that goes in circles is stopped.
    pub(crate) depth: u32,
    /// A dynamic panel whose panels an expression asked for before they were made.
    pub(crate) wanted: Cell<Option<Id>>,
    /// How many texts are being said within one another.
    pub(crate) saying: Cell<u32>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Loading {
    #[default]
    Reading,
    Elements,
    Conditions,
    Done,
}

/// Where a question's answer is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// In the survey.
    Survey,
    /// In an item (a panel, a row) of another question; the second is the item's own number.
    Item(Id, usize),
    /// As a member of the answer to another question.
    Field(Id),
}

/// A choice of a question on screen.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) choice: Rc<Choice>,
    pub(crate) special: Option<Special>,
    pub(crate) visible: Cell<bool>,
    pub(crate) enabled: Cell<bool>,
}

/// The choices that SurveyJS adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Special {
    Other,
    None,
    Refuse,
    DontKnow,
    SelectAll,
}

/// One panel of a dynamic panel, one row of a matrix of questions.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its own number, which stays when others go.
    pub(crate) uid: usize,
    /// Its panel, of a dynamic panel.
    pub(crate) panel: Option<Id>,
    /// Its questions, of a row.
    pub(crate) cells: Vec<Id>,
    /// Its row of the definition, of a matrix.
    pub(crate) row: Option<Rc<Item>>,
    /// Whether it is shown.
    pub(crate) visible: bool,
}

/// A page, panel or question.
pub(crate) struct Node {
    pub(crate) def: Rc<Element>,
    pub(crate) parent: Option<Id>,
    /// The question that this one is a part of.
    pub(crate) owner: Option<Id>,
    pub(crate) holder: Holder,
    pub(crate) children: Vec<Id>,
    pub(crate) visible: bool,
    pub(crate) read_only: bool,
    pub(crate) required: bool,
    /// What everyone was told last about its visibility.
    pub(crate) shown: Option<bool>,
    pub(crate) conditions: bool,
    /// Rules that are running, so that they don't run into themselves.
    pub(crate) rules: Vec<&'static str>,
    pub(crate) errors: Vec<Fault>,
    pub(crate) value: Value,
    pub(crate) comment: String,
    /// Whether somebody else than a default gave the value.
    pub(crate) direct: bool,
    pub(crate) by_default: bool,
    pub(crate) answered: bool,
    pub(crate) was_answered: Option<bool>,
    pub(crate) setting: bool,
    pub(crate) updating: bool,
    pub(crate) select: Select,
    /// The least and the most that a text may be, after its expressions.
    pub(crate) limits: (Value, Value),
    pub(crate) entries: Vec<Entry>,
    pub(crate) rows: Vec<Rc<Item>>,
    pub(crate) columns: Vec<Rc<Item>>,
    pub(crate) panels: panels::Panels,
    /// While an entry writes into the answer, the answer doesn't write into the entries.
    pub(crate) busy: bool,
    pub(crate) next_uid: usize,
    pub(crate) grid: grid::Grid,
}

/// What a question with choices knows beside its value.
#[derive(Default)]
pub(crate) struct Select {
    pub(crate) items: Vec<Rc<Item>>,
    pub(crate) filtered: Option<Vec<Rc<Item>>>,
    pub(crate) visible: Vec<Rc<Item>>,
    pub(crate) specials: Vec<Rc<Item>>,
    pub(crate) rendered: Value,
    pub(crate) other: String,
    pub(crate) previous_other: String,
    pub(crate) setting_other: bool,
    pub(crate) empty_comment: bool,
    pub(crate) depended: Vec<Id>,
    pub(crate) telling: bool,
    pub(crate) hidden_values: Vec<Value>,
    pub(crate) clearing: bool,
    pub(crate) by_user: bool,
    /// While it takes its answer for the first time, `other` isn't looked for in it.
    pub(crate) connecting: bool,
}

impl Item {
    pub(crate) fn new(choice: Rc<Choice>) -> Rc<Self> {
        Rc::new(Self { choice, special: None, visible: Cell::new(true), enabled: Cell::new(true) })
    }

    pub(crate) fn is_exclusive(&self) -> bool {
        matches!(self.special, Some(Special::None | Special::Refuse | Special::DontKnow))
            || self.choice.props.flag("isExclusive", false)
    }
}

impl Node {
    pub(crate) fn new(def: Rc<Element>, parent: Option<Id>, owner: Option<Id>, holder: Holder) -> Self {
        let props = &def.props;
        let (visible, read_only, required) =
            (props.flag("visible", true), props.flag("readOnly", false), props.flag("isRequired", false));
        Self {
            def,
            parent,
            owner,
            holder,
            children: Vec::new(),
            visible,
            read_only,
            required,
            shown: None,
            conditions: false,
            rules: Vec::new(),
            errors: Vec::new(),
            value: Value::Null,
            comment: String::new(),
            direct: false,
            by_default: false,
            answered: false,
            was_answered: None,
            setting: false,
            updating: false,
            select: Select::default(),
            limits: (Value::Null, Value::Null),
            entries: Vec::new(),
            rows: Vec::new(),
            columns: Vec::new(),
            panels: panels::Panels::default(),
            busy: false,
            next_uid: 0,
            grid: grid::Grid::default(),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.def.kind
    }
}

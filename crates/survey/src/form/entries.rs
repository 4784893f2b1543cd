//! Questions that consist of questions: what dynamic panels, matrices and several texts have in common.

use super::*;
use crate::expression::Step;
use scope::Answered;

/// A panel of a dynamic panel, or a row of a matrix, as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryView {
    /// Its own number, which stays when others go.
    pub uid: usize,
    /// The key of a row; `Null` of a panel.
    pub name: Value,
    /// Its heading, with answers in it.
    pub title: String,
    /// Its panel, of a dynamic panel.
    pub panel: Option<Id>,
    /// Its questions, of a row; one for each column, visible or not.
    pub cells: Vec<Id>,
}

impl Form {
    /// The visible panels of a dynamic panel, or rows of a matrix of questions.
    pub fn entries(&self, id: Id) -> Vec<EntryView> {
        self.nodes[id]
            .entries
            .iter()
            .filter(|entry| self.is_entry_visible(entry))
            .map(|entry| EntryView {
                uid: entry.uid,
                name: entry.row.as_ref().map(|row| row.choice.value.clone()).unwrap_or_default(),
                title: self.entry_title(id, entry.uid),
                panel: entry.panel,
                cells: entry.cells.clone(),
            })
            .collect()
    }

    /// Whether a panel or a row is shown.
    pub(crate) fn is_entry_visible(&self, entry: &Entry) -> bool {
        entry.visible && entry.panel.is_none_or(|panel| self.nodes[panel].visible)
    }

    fn entry_title(&self, id: Id, uid: usize) -> String {
        match self.nodes[id].kind() {
            Kind::Paneldynamic => self.panel_title(id, uid),
            _ => self.row_title(id, uid),
        }
    }

    pub(crate) fn entry(&self, owner: Id, uid: usize) -> Option<&Entry> {
        self.nodes[owner].entries.iter().find(|entry| entry.uid == uid)
    }

    pub(crate) fn entry_index(&self, owner: Id, uid: usize) -> Option<usize> {
        self.nodes[owner].entries.iter().position(|entry| entry.uid == uid)
    }

    /// The questions of an entry.
    pub(crate) fn entry_questions(&self, owner: Id, uid: usize) -> Vec<Id> {
        let mut list = self.entry(owner, uid).map(|entry| entry.cells.clone()).unwrap_or_default();
        if let Some(panel) = self.panel_of(owner, uid) {
            self.questions_in(panel, false, &mut list);
        }
        list
    }

    /// An answer within an entry changed.
    pub(crate) fn entry_set_value(&mut self, owner: Id, uid: usize, name: &str, value: Value) {
        match self.nodes[owner].kind() {
            Kind::Paneldynamic => self.panel_set_value(owner, uid, name, value),
            _ => self.row_set_value(owner, uid, name, value),
        }
    }

    /// A comment within an entry changed; it is kept like an answer, under a key of its own.
    pub(crate) fn entry_set_comment(&mut self, owner: Id, uid: usize, name: &str, comment: &str) {
        let key = question::comment_key(name);
        let value = if comment.is_empty() { Value::Null } else { Value::from(comment) };
        self.entry_set_value(owner, uid, &key, value);
    }

    /// What an entry holds under a name.
    pub(crate) fn entry_held(&self, owner: Id, uid: usize, name: &str) -> Value {
        match self.nodes[owner].kind() {
            Kind::Paneldynamic => self.panel_data(owner, uid).get(name).clone(),
            _ => self.row_values(owner, uid).remove(name).unwrap_or_default(),
        }
    }

    /// What a name means within an entry.
    pub(crate) fn entry_lookup(
        &self,
        owner: Id,
        uid: usize,
        steps: &[Step],
        root: bool,
        original: bool,
    ) -> Option<Answered> {
        match self.nodes[owner].kind() {
            Kind::Paneldynamic => self.panel_lookup(owner, uid, steps, root, original),
            _ => self.row_lookup(owner, uid, steps, root, original),
        }
    }

    /// What a name means within the answer to a question that consists of questions. `None`: look as in any other question.
    pub(crate) fn composite_lookup(
        &self,
        id: Id,
        steps: &[Step],
        index: Option<f64>,
        root: bool,
        original: bool,
    ) -> Option<Option<Answered>> {
        match self.nodes[id].kind() {
            Kind::Paneldynamic => self.panels_lookup(id, steps, index, root, original),
            Kind::Matrixdropdown => Some(self.grid_lookup(id, steps, original)),
            Kind::Matrix => Some(self.matrix_lookup(id, steps)),
            _ => self.fields_lookup(id, steps, index, root, original),
        }
    }

    pub(crate) fn display_composite(&self, id: Id, value: &Value) -> Value {
        match self.nodes[id].kind() {
            Kind::Paneldynamic => self.panels_display(id, value),
            Kind::Matrixdropdown => self.grid_display(id, value),
            Kind::Matrix => self.matrix_display(id, value),
            _ => self.fields_display(id, value),
        }
    }

    /// Every question within a question.
    pub(crate) fn nested_questions(&self, id: Id) -> Vec<Id> {
        let mut list = self.nodes[id].children.clone();
        for entry in &self.nodes[id].entries {
            list.extend(self.entry_questions(id, entry.uid));
        }
        list
    }

    pub(crate) fn entries_on_any_changed(&mut self, id: Id, name: &str, question: &str) {
        match self.nodes[id].kind() {
            Kind::Paneldynamic => return self.panels_on_any_changed(id, name, question),
            Kind::Matrixdropdown => return self.grid_on_any_changed(id, name, question),
            Kind::Multipletext => return,
            _ => {}
        }
        for nested in self.nested_questions(id) {
            self.on_any_value_changed(nested, name, question);
        }
    }

    /// What is wrong with the questions within a question, as they were checked last.
    pub(crate) fn nested_faults(&self, id: Id, faults: &mut Vec<Fault>) {
        for child in &self.nodes[id].children {
            faults.extend(self.all_faults(*child));
        }
        let grid = self.nodes[id].kind() == Kind::Matrixdropdown;
        for entry in self.nodes[id].entries.iter().filter(|entry| grid || self.is_entry_visible(entry)) {
            for nested in self.entry_questions(id, entry.uid) {
                faults.extend(self.all_faults(nested));
            }
        }
    }

    /// Whether the questions within a question have no faults, without keeping any.
    pub(crate) fn is_nested_valid(&self, id: Id) -> bool {
        self.nested_questions(id).into_iter().all(|nested| {
            let faults = self.faults(nested, false);
            !faults.iter().any(|fault| fault.severity == Severity::Error) && self.is_nested_valid(nested)
        })
    }

    /// Checks the questions within a question. Whether nothing is wrong with them.
    pub(crate) fn validate_nested(&mut self, id: Id, check: &mut validate::Check) -> bool {
        match self.nodes[id].kind() {
            Kind::Paneldynamic => self.panels_validate(id, check),
            Kind::Matrixdropdown => self.grid_validate(id, check),
            Kind::Multipletext => self.fields_validate(id, check),
            _ => true,
        }
    }

    /// `runTriggers` within entries.
    pub(crate) fn run_entry_triggers(&mut self, id: Id, name: &str, keys: &Object) {
        match self.nodes[id].kind() {
            Kind::Paneldynamic => self.panels_run_triggers(id, name, keys),
            _ => self.grid_run_triggers(id, name, keys),
        }
    }
}

//! A matrix with a question in each cell.
//!
//! The library makes the rows when somebody asks for them first: the screen, a check, an expression. Until then cells have no
//! defaults and no conditions.

mod change;
mod lookup;
#[cfg(test)]
mod tests;

use super::*;
use crate::definition::Element;
use crate::expression::Expression;
use crate::js;
use crate::messages;
use question::is_blank;

/// What a matrix of questions knows beside its answer.
#[derive(Default)]
pub(crate) struct Grid {
    /// What the cells of each column are made from.
    columns: Vec<Rc<Element>>,
    /// What the total of each column is, where it has one.
    totals: Vec<Option<Expression>>,
    total_values: Object,
    /// Columns that `columnsVisibleIf` hides.
    hidden: Vec<bool>,
    made: bool,
    making: bool,
    /// Whether rules that look at the number of their row know which rows are seen.
    numbered: bool,
    /// A row writes into the answer, which doesn't write into the rows.
    writing: bool,
    /// Rows that are set by the answer, whose cells don't write into it.
    setting: Vec<usize>,
    /// The answer changed before there were rows.
    unseen: bool,
    totalling: bool,
}

impl Grid {
    /// Rows are made. Whether they weren't before.
    pub(super) fn remember(&mut self) -> bool {
        !std::mem::replace(&mut self.made, true)
    }

    /// Rows have to be made again.
    pub(super) fn forget(&mut self) {
        self.made = false;
    }
}

/// Stands for the row of totals.
pub(crate) const TOTALS: usize = usize::MAX;

impl Form {
    /// What a matrix of questions has from the start.
    pub(crate) fn prepare_grid(&mut self, id: Id) {
        let def = Rc::clone(&self.nodes[id].def);
        let columns: Vec<_> = def.elements.iter().map(|column| self.cell_of(column, &def.choices)).collect();
        let grid = &mut self.nodes[id].grid;
        grid.totals = columns.iter().map(|column| total(column)).collect();
        grid.hidden = vec![false; columns.len()];
        grid.columns = columns;
    }

    /// What the cells of a column are made from.
    fn cell_of(&self, column: &Rc<Element>, choices: &[Rc<Choice>]) -> Rc<Element> {
        let column = panels::copied(column);
        if !column.kind.is_select() {
            return column;
        }
        let mut cell = Element::clone(&column);
        if cell.choices.is_empty() {
            cell.choices = choices.to_vec();
        }
        let others = self.def.props.flag("storeOthersAsComment", true);
        cell.props.0.insert(String::from("storeOthersAsComment"), Value::Bool(others));
        Rc::new(cell)
    }

    /// Makes the rows of the matrices on a page, as its screen does.
    pub fn open_page(&mut self, page: Id) {
        let mut list = Vec::new();
        self.questions_in(page, false, &mut list);
        let mut nested = Vec::new();
        for id in list {
            nested.push(id);
            nested.extend(self.nested_questions(id));
        }
        for id in nested {
            if self.nodes[id].kind() == Kind::Matrixdropdown {
                self.make_rows(id);
            }
        }
    }

    /// Makes the rows of a matrix, as its screen does.
    pub fn open(&mut self, id: Id) {
        match self.nodes[id].kind() {
            Kind::Matrixdropdown => self.make_rows(id),
            Kind::Matrix => self.make_matrix_rows(id),
            _ => {}
        }
    }

    pub(crate) fn rows_are_made(&self, id: Id) -> bool {
        self.nodes[id].grid.made
    }

    /// `generateVisibleRowsIfNeeded`
    pub(crate) fn make_rows(&mut self, id: Id) {
        if self.nodes[id].grid.made || self.nodes[id].grid.making || self.run.loading == Loading::Reading {
            return;
        }
        self.nodes[id].grid.making = true;
        let mut entries = Vec::new();
        for row in self.nodes[id].rows.clone() {
            if !is_blank(&row.choice.value) {
                entries.push(self.make_row(id, row));
            }
        }
        self.nodes[id].entries = entries;
        let grid = &mut self.nodes[id].grid;
        grid.making = false;
        grid.made = true;
        self.run_rows_condition(id);
        if std::mem::take(&mut self.nodes[id].grid.unseen) {
            self.run_triggers_of_new_rows(id);
        }
        self.merge_rows(id);
        self.number_rows(id);
        self.update_answered(id);
    }

    fn make_row(&mut self, id: Id, row: Rc<Item>) -> Entry {
        let uid = self.nodes[id].next_uid;
        self.nodes[id].next_uid += 1;
        let value = self.nodes[id].value.get(&js::to_text(&row.choice.value)).clone();
        self.nodes[id].entries.push(Entry {
            uid,
            panel: None,
            cells: Vec::new(),
            row: Some(row),
            visible: true,
        });
        self.nodes[id].grid.setting.push(uid);
        for column in self.nodes[id].grid.columns.clone() {
            let cell = self.add(&column, None, Some(id), Holder::Item(id, uid));
            // The library sets it once before the cell belongs to a row.
            self.nodes[cell].direct = !is_blank(column.props.get("defaultValue"));
            match column.kind {
                kind if kind.is_select() => self.update_visible_choices(cell),
                Kind::Text => self.set_limits(cell),
                _ => {}
            }
            self.connect_question(cell);
            if let Some(entry) = self.nodes[id].entries.last_mut() {
                entry.cells.push(cell);
            }
            let given = value.get(&column.name).clone();
            if !js::is_empty(&given) {
                self.set_question(cell, given);
                let comment = value.get(&question::comment_key(&column.name));
                if !js::is_empty(comment) {
                    self.set_comment_of(cell, &js::to_text(comment));
                }
            }
        }
        self.nodes[id].grid.setting.pop();
        let made = self.nodes[id].entries.pop();
        made.unwrap_or(Entry { uid, panel: None, cells: Vec::new(), row: None, visible: true })
    }

    fn run_triggers_of_new_rows(&mut self, id: Id) {
        for at in 0..self.nodes[id].entries.len() {
            let uid = self.nodes[id].entries[at].uid;
            let Some(data) = self
                .row_data(id, uid)
                .as_object()
                .filter(|data| !js::is_empty(&Value::Object((*data).clone())))
            else {
                continue;
            };
            let keys = data.iter().map(|(name, value)| (["row.", name].concat(), value.clone())).collect();
            for cell in self.nodes[id].entries[at].cells.clone() {
                self.run_question_triggers(cell, "", &keys);
            }
        }
    }

    /// What numbers the rows have is told again when other rows are seen.
    pub(super) fn number_again(&mut self, id: Id) {
        if self.nodes[id].grid.made && !self.nodes[id].grid.numbered {
            self.number_rows(id);
        }
    }

    /// `updateRowsVisibleIndexes`: rules of cells that look at the number of their row.
    fn number_rows(&mut self, id: Id) {
        self.nodes[id].grid.numbered = true;
        let shown: Vec<Vec<Id>> = self.nodes[id]
            .entries
            .iter()
            .filter(|entry| entry.visible)
            .map(|entry| entry.cells.clone())
            .collect();
        for (at, cells) in shown.into_iter().enumerate() {
            let keys = Object::from_iter([(String::from(ROW_NUMBER), Value::Number((at + 1) as f64))]);
            for cell in cells {
                self.run_question_triggers(cell, ROW_NUMBER, &keys);
            }
        }
    }

    /// Whether it isn't hidden for want of rows.
    pub(crate) fn grid_has_rows(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        if !node.def.props.flag("hideIfRowsEmpty", false) {
            return true;
        }
        if !node.grid.made {
            self.run.wanted.set(Some(id));
            return node.rows.iter().any(|row| !is_blank(&row.choice.value));
        }
        node.entries.iter().any(|entry| entry.visible)
    }

    pub(crate) fn row_title(&self, id: Id, uid: usize) -> String {
        let row = self.entry(id, uid).and_then(|entry| entry.row.clone());
        row.map(|row| self.choice_text(id, &row)).unwrap_or_default()
    }

    /// `getIsAnswered`
    pub(crate) fn grid_is_answered(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        let cells = node.entries.iter().flat_map(|entry| &entry.cells);
        !self.question_is_empty(id)
            && node.grid.made
            && cells.into_iter().all(|cell| self.nodes[*cell].answered || !self.is_visible(*cell))
    }

    /// The key of a row.
    pub(crate) fn row_name(&self, id: Id, uid: usize) -> Value {
        let row = self.entry(id, uid).and_then(|entry| entry.row.as_ref());
        row.map(|row| row.choice.value.clone()).unwrap_or_default()
    }

    pub(crate) fn is_row_enabled(&self, id: Id, uid: usize) -> bool {
        self.entry(id, uid).and_then(|entry| entry.row.as_ref()).is_none_or(|row| row.enabled.get())
    }

    /// The columns with their headings, hidden ones too, so that they are as many as a row's cells.
    pub(crate) fn grid_columns(&self, id: Id) -> Vec<LineView> {
        let node = &self.nodes[id];
        node.grid
            .columns
            .iter()
            .map(|column| {
                let title = self.localized(id, column.props.get("title"));
                LineView {
                    value: Value::from(column.name.as_str()),
                    text: if title.is_empty() { column.name.clone() } else { title },
                    enabled: true,
                }
            })
            .collect()
    }

    /// Whether a column is shown: not hidden by itself or by a condition, and with a visible cell.
    pub fn is_column_shown(&self, id: Id, at: usize) -> bool {
        let node = &self.nodes[id];
        let Some(column) = node.grid.columns.get(at) else { return false };
        let own = column.rules.get("visibleIf").is_some();
        let hidden = node.grid.hidden.get(at).copied().unwrap_or_default();
        let cell = |entry: &Entry| entry.cells.get(at).is_some_and(|cell| self.is_visible(*cell));
        column.props.flag("visible", true) && !hidden && (!own || node.entries.iter().any(cell))
    }

    /// Whether every cell of a column must be answered, which its heading says.
    pub fn is_column_required(&self, id: Id, at: usize) -> bool {
        let node = &self.nodes[id];
        let Some(column) = node.grid.columns.get(at) else { return false };
        let cell = |entry: &Entry| entry.cells.get(at).is_some_and(|cell| self.nodes[*cell].required);
        column.props.flag("isRequired", false)
            || column.rules.get("requiredIf").is_some()
                && !node.entries.is_empty()
                && node.entries.iter().all(cell)
    }

    /// What stands below each column; empty where it has no total.
    pub fn totals(&self, id: Id) -> Vec<String> {
        let node = &self.nodes[id];
        node.grid
            .columns
            .iter()
            .map(|column| {
                let value = node.grid.total_values.get(&column.name).cloned().unwrap_or_default();
                if is_blank(&value) { String::new() } else { self.total_text(id, column, &value) }
            })
            .collect()
    }

    fn total_text(&self, id: Id, column: &Element, value: &Value) -> String {
        let mut props = crate::definition::Props::default();
        for (from, to) in TOTAL_PROPS {
            props.0.insert(String::from(to), column.props.get(from).clone());
        }
        let text = text::number_format(&props, value, &self.locale);
        let format = self.localized(id, column.props.get("totalFormat"));
        if format.is_empty() { text } else { messages::fill(&format, &[&text]) }
    }

    /// `validateElementCore`, before the question itself is checked.
    pub(crate) fn grid_validate(&mut self, id: Id, check: &mut validate::Check) -> bool {
        self.make_rows(id);
        self.number_again(id);
        let mut valid = true;
        let rows: Vec<Vec<Id>> = self.nodes[id]
            .entries
            .iter()
            .filter(|entry| entry.visible)
            .map(|entry| entry.cells.clone())
            .collect();
        for cell in rows.into_iter().flatten() {
            if self.is_visible(cell) && !(check.changed && self.question_is_empty(cell)) {
                valid &= self.validate_question(cell, check);
            }
        }
        for at in 0..self.nodes[id].grid.columns.len() {
            valid &= !self.mark_repeated(id, at);
        }
        valid
    }

    /// `getDuplicatedRowAndShowErrors` of a column whose answers must differ. Whether some don't.
    pub(super) fn mark_repeated(&mut self, id: Id, at: usize) -> bool {
        if !self.nodes[id].grid.columns[at].props.flag("isUnique", false) {
            return false;
        }
        let cells: Vec<Id> =
            self.nodes[id].entries.iter().filter_map(|entry| entry.cells.get(at).copied()).collect();
        let key = |form: &Self, cell: Id| {
            let value = &form.nodes[cell].value;
            (!is_blank(value)).then(|| js::to_text(value).to_lowercase())
        };
        let keys: Vec<_> = cells.iter().map(|cell| key(self, *cell)).collect();
        let text = self.own_text(id, "keyDuplicationError", messages::KEY_DUPLICATION);
        let mut some = false;
        for (at, cell) in cells.iter().enumerate() {
            let repeated = keys[at].is_some() && keys.iter().filter(|key| **key == keys[at]).count() > 1;
            let errors = &mut self.nodes[*cell].errors;
            let known = errors.iter().any(|fault| fault.text == text);
            if repeated && !known {
                errors.push(Fault::new(text.clone()));
            } else if !repeated && known {
                errors.retain(|fault| fault.text != text);
            }
            some |= repeated;
        }
        some
    }
}

/// The name for the number of a row among those that are seen.
const ROW_NUMBER: &str = "visibleRowIndex";
/// How totals are written: the names of a column, and of an expression.
const TOTAL_PROPS: [(&str, &str); 4] = [
    ("totalDisplayStyle", "displayStyle"),
    ("totalCurrency", "currency"),
    ("totalMaximumFractionDigits", "maximumFractionDigits"),
    ("totalMinimumFractionDigits", "minimumFractionDigits"),
];

/// `getTotalExpression`
fn total(column: &Element) -> Option<Expression> {
    let own = column.props.word("totalExpression");
    if !own.is_empty() {
        return Expression::parse(own).ok();
    }
    let kind = column.props.word("totalType");
    if !matches!(kind, "sum" | "min" | "max" | "count" | "avg") {
        return None;
    }
    Expression::parse(&[kind, "InArray({matrix}, '", &column.name, "')"].concat()).ok()
}

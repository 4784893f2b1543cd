//! A matrix with one answer, or several, in each row.

use super::*;
use crate::expression::{Step, resolve};
use crate::js;
use crate::messages;
use question::is_blank;
use scope::Answered;

impl Form {
    fn has_many(&self, id: Id) -> bool {
        self.nodes[id].def.props.word("cellType") == "checkbox"
    }

    fn shown_rows(&self, id: Id) -> impl Iterator<Item = &Rc<Item>> {
        self.nodes[id].rows.iter().filter(|row| row.visible.get() && !is_blank(&row.choice.value))
    }

    /// Whether it isn't hidden for want of rows.
    pub(crate) fn matrix_has_rows(&self, id: Id) -> bool {
        !self.nodes[id].def.props.flag("hideIfRowsEmpty", false) || self.shown_rows(id).next().is_some()
    }

    /// The visible rows.
    pub fn rows(&self, id: Id) -> Vec<LineView> {
        self.shown_rows(id).map(|row| self.line(id, row)).collect()
    }

    /// The visible columns.
    pub fn columns(&self, id: Id) -> Vec<LineView> {
        if self.nodes[id].kind() == Kind::Matrixdropdown {
            return self.grid_columns(id);
        }
        self.nodes[id]
            .columns
            .iter()
            .filter(|column| column.visible.get())
            .map(|one| self.line(id, one))
            .collect()
    }

    fn line(&self, id: Id, item: &Item) -> LineView {
        LineView {
            value: item.choice.value.clone(),
            text: self.choice_text(id, item),
            enabled: item.enabled.get(),
        }
    }

    /// What a cell says, where it says something of its own.
    pub fn cell_text(&self, id: Id, row: &Value, column: &Value) -> String {
        let cells = self.nodes[id].def.props.get("cells");
        let (row, column) = (js::to_text(row), js::to_text(column));
        let own = self.localized(id, cells.get(&row).get(&column));
        if own.is_empty() { self.localized(id, cells.get("default").get(&column)) } else { own }
    }

    /// What is answered in a row.
    pub fn row_value(&self, id: Id, row: &Value) -> &Value {
        self.nodes[id].value.get(&js::to_text(row))
    }

    /// Whether a cell is taken.
    pub fn is_taken(&self, id: Id, row: &Value, column: &Value) -> bool {
        match self.row_value(id, row) {
            Value::Array(taken) => taken.iter().any(|one| Self::same(one, column)),
            taken => !taken.is_null() && js::equals(taken, column, js::STANDARD),
        }
    }

    /// The member takes a cell, or leaves it where a row has several.
    pub fn answer_row(&mut self, id: Id, row: &Value, column: &Value, on: bool) {
        let enabled = self.nodes[id].rows.iter().any(|item| item.choice.value == *row && item.enabled.get());
        if self.is_read_only(id) || !enabled {
            return;
        }
        let taken = self.row_value(id, row).clone();
        let value = if self.has_many(id) { self.row_list(id, taken, column, on) } else { column.clone() };
        let mut answers = self.nodes[id].value.as_object().cloned().unwrap_or_default();
        if is_blank(&value) {
            answers.remove(&js::to_text(row));
        } else {
            answers.insert(js::to_text(row), value);
        }
        self.set_question(id, Value::Object(answers));
    }

    fn row_list(&self, id: Id, taken: Value, column: &Value, on: bool) -> Value {
        let exclusive = |value: &Value| {
            self.nodes[id].columns.iter().any(|one| one.choice.value == *value && one.is_exclusive())
        };
        let mut list = match taken {
            Value::Array(items) => items,
            _ => Vec::new(),
        };
        if !on {
            list.retain(|one| one != column);
        } else if exclusive(column) {
            list = vec![column.clone()];
        } else {
            list.retain(|one| !exclusive(one) && one != column);
            list.push(column.clone());
        }
        Value::Array(list)
    }

    /// `convertToCorrectValue`: one answer or several, as the matrix has it.
    pub(crate) fn matrix_value(&self, id: Id, value: Value) -> Value {
        let many = self.has_many(id);
        match value {
            Value::Object(rows) => Value::Object(
                rows.into_iter()
                    .filter_map(|(row, taken)| {
                        let taken = match taken {
                            Value::Array(items) if !many => items.into_iter().next()?,
                            Value::Array(items) => Value::Array(items),
                            one if many => Value::Array(vec![one]),
                            one => one,
                        };
                        Some((row, taken))
                    })
                    .collect(),
            ),
            other => other,
        }
    }

    /// `getMatrixRows`: rows that are made write what they have into the answer.
    pub(crate) fn make_matrix_rows(&mut self, id: Id) {
        if !self.nodes[id].grid.remember() {
            return;
        }
        let node = &self.nodes[id];
        let answered = |row: &Rc<Item>| !is_blank(node.value.get(&js::to_text(&row.choice.value)));
        if node.rows.iter().any(answered) {
            let value = node.value.clone();
            self.replace_value(id, value);
        }
    }

    /// `getIsAnswered`
    pub(crate) fn matrix_is_answered(&mut self, id: Id) -> bool {
        if self.question_is_empty(id) {
            return false;
        }
        self.make_matrix_rows(id);
        let node = &self.nodes[id];
        self.shown_rows(id).all(|row| !is_blank(node.value.get(&js::to_text(&row.choice.value))))
    }

    pub(crate) fn matrix_run_condition(&mut self, id: Id) {
        self.run_lines_enabled(id);
        let rows = self.run_lines(id, true);
        let columns = self.run_lines(id, false);
        if rows || columns {
            self.nodes[id].grid.forget();
            if columns && self.clears_on_hidden(id) {
                self.matrix_clear(id, false, true);
            }
            if self.nodes[id].def.props.flag("hideIfRowsEmpty", false) {
                self.make_matrix_rows(id);
                self.question_visible_changed(id);
            }
        }
    }

    pub(crate) fn run_lines_enabled(&self, id: Id) {
        for row in &self.nodes[id].rows {
            let enabled = match &row.choice.enable_if {
                _ if row.choice.broken_enable => false,
                Some(rule) => self.is_true(rule, scope::At::Choice(id, row.choice.value.clone())),
                None => true,
            };
            row.enabled.set(enabled);
        }
    }

    /// The conditions of rows or columns. Whether one came or went.
    pub(crate) fn run_lines(&self, id: Id, rows: bool) -> bool {
        let node = &self.nodes[id];
        let key = if rows { "rowsVisibleIf" } else { "columnsVisibleIf" };
        let common = node.def.rules.get(key);
        let broken = common.is_none() && !node.def.props.word(key).is_empty();
        let mut changed = false;
        for item in if rows { &node.rows } else { &node.columns } {
            let choice = &item.choice;
            let rule = choice.visible_if.as_ref().or(common.as_ref().map(|rule| &rule.expression));
            let visible = match rule {
                _ if choice.broken_visible || broken && choice.visible_if.is_none() => false,
                Some(rule) => self.is_true(rule, scope::At::Choice(id, choice.value.clone())),
                None => true,
            };
            changed |= item.visible.replace(visible) != visible;
        }
        changed
    }

    /// `clearInvisibleValuesInRowsAndColumns`, without the rows that nobody knows.
    pub(crate) fn matrix_clear(&mut self, id: Id, in_rows: bool, in_columns: bool) {
        if self.question_is_empty(id) {
            return;
        }
        let Value::Object(mut answers) = self.nodes[id].value.clone() else { return };
        let seen = |value: &Value| {
            let columns = &self.nodes[id].columns;
            self.item_by_value(columns, value).is_some_and(|column| column.visible.get())
        };
        for row in &self.nodes[id].rows {
            let key = js::to_text(&row.choice.value);
            let Some(taken) = answers.get(&key).filter(|taken| js::truthy(taken)) else { continue };
            if in_rows && !row.visible.get() {
                answers.remove(&key);
            } else if in_columns {
                let kept = match taken {
                    Value::Array(items) if self.has_many(id) => {
                        Some(Value::Array(items.iter().filter(|one| seen(one)).cloned().collect()))
                            .filter(|kept| !js::is_empty(kept))
                    }
                    one => seen(one).then(|| one.clone()),
                };
                match kept {
                    Some(kept) => _ = answers.insert(key, kept),
                    None => _ = answers.remove(&key),
                }
            }
        }
        let answers = Value::Object(answers);
        if !Self::same(&answers, &self.nodes[id].value) {
            self.set_question(id, answers);
        }
    }

    /// `{name.row}`; the whole answer is looked up in the survey's data.
    pub(crate) fn matrix_lookup(&self, id: Id, steps: &[Step]) -> Option<Answered> {
        if steps.is_empty() {
            return None;
        }
        let last = steps.iter().position(|step| step.index.is_some()).unwrap_or(steps.len() - 1);
        for end in 0..=last {
            let name = scope::join(&steps[..=end]).to_lowercase();
            let row =
                self.nodes[id].rows.iter().find(|row| js::to_text(&row.choice.value).to_lowercase() == name);
            if let Some(row) = row {
                if end + 1 == steps.len() {
                    let value = self.row_value(id, &row.choice.value).clone();
                    let text = self.column_text(id, &value);
                    return Some(Answered { text: Some(text), ..Answered::plain(value) });
                }
                break;
            }
        }
        resolve(&self.nodes[id].value, steps).map(Answered::plain)
    }

    fn column_text(&self, id: Id, value: &Value) -> String {
        let columns = &self.nodes[id].columns;
        let exact = columns.iter().find(|column| column.choice.value == *value);
        let found = exact.or_else(|| columns.iter().find(|column| Self::same(&column.choice.value, value)));
        match found {
            Some(column) => self.choice_text(id, column),
            None if value.is_null() => String::new(),
            None => js::to_text(value),
        }
    }

    pub(crate) fn matrix_display(&self, id: Id, value: &Value) -> Value {
        let Value::Object(rows) = value else { return value.clone() };
        let text = |items: &[Rc<Item>], value: &Value| match self.item_by_value(items, value) {
            Some(item) => Value::String(self.choice_text(id, item)),
            None => value.clone(),
        };
        let node = &self.nodes[id];
        Value::Object(
            rows.iter()
                .map(|(row, taken)| {
                    let row = text(&node.rows, &Value::from(row.as_str()));
                    let taken = match taken {
                        Value::Array(items) => {
                            Value::Array(items.iter().map(|one| text(&node.columns, one)).collect())
                        }
                        one => text(&node.columns, one),
                    };
                    (js::to_text(&row), taken)
                })
                .collect(),
        )
    }

    pub(crate) fn matrix_faults(&self, id: Id, changed: bool, faults: &mut Vec<Fault>) {
        let node = &self.nodes[id];
        let (every, unique) =
            (node.def.props.flag("eachRowRequired", false), node.def.props.flag("eachRowUnique", false));
        if changed && node.errors.is_empty() || !every && !unique {
            return;
        }
        let (mut missing, mut twice) = (false, false);
        let mut taken = Vec::new();
        for row in self.shown_rows(id) {
            let value = self.row_value(id, &row.choice.value);
            if is_blank(value) {
                missing |= every;
                continue;
            }
            let text = js::to_text(value);
            twice |= unique && taken.contains(&text);
            taken.push(text);
        }
        if missing {
            faults.push(Fault::new(self.said(messages::REQUIRED_IN_ROWS)));
        }
        if twice {
            faults.push(Fault::new(self.said(messages::UNIQUE_IN_ROWS)));
        }
    }
}

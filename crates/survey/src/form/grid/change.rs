//! Changes: from the answer into the rows, from a cell into the answer, and the conditions of rows, cells and columns.

use super::*;

/// How often conditions and totals run because of each other.
const ROUNDS: usize = 3;

impl Form {
    /// The answers of a row, in the answer.
    pub(crate) fn row_data(&self, owner: Id, uid: usize) -> &Value {
        if self.nodes[owner].grid.making {
            return question::nothing();
        }
        self.nodes[owner].value.get(&js::to_text(&self.row_name(owner, uid)))
    }

    /// `getAllValues`: what the cells have, and what else the answer holds for the row.
    pub(crate) fn row_values(&self, owner: Id, uid: usize) -> Object {
        let mut values = self.cell_values(owner, uid);
        if let Some(data) = self.row_data(owner, uid).as_object() {
            for (name, value) in data {
                if !values.contains_key(name) {
                    values.insert(name.clone(), value.clone());
                }
            }
        }
        values
    }

    fn cell_values(&self, owner: Id, uid: usize) -> Object {
        let mut values = Object::new();
        let comments = self.def.props.flag("storeOthersAsComment", true);
        let Some(entry) = self.entry(owner, uid) else { return values };
        for cell in &entry.cells {
            let node = &self.nodes[*cell];
            if !self.question_is_empty(*cell) {
                values.insert(node.def.name.clone(), node.value.clone());
            }
            let comment = self.comment_of(*cell);
            if comments && !comment.is_empty() {
                values.insert(question::comment_key(&node.def.name), Value::String(comment));
            }
        }
        values
    }

    /// `setQuestionValue`, after the value itself is set.
    pub(crate) fn grid_follow_value(&mut self, id: Id) {
        if self.nodes[id].grid.writing || !self.nodes[id].grid.made {
            return;
        }
        self.nodes[id].grid.writing = true;
        let uids: Vec<usize> = self.nodes[id].entries.iter().map(|entry| entry.uid).collect();
        for uid in uids {
            let data = self.row_data(id, uid).clone();
            self.row_from_value(id, uid, &data);
        }
        self.nodes[id].grid.writing = false;
        self.update_answered(id);
    }

    fn row_from_value(&mut self, owner: Id, uid: usize, data: &Value) {
        self.nodes[owner].grid.setting.push(uid);
        for cell in self.entry_questions(owner, uid) {
            let name = self.value_name(cell);
            let old = self.comment_of(cell);
            let comment = scope::value_text(data.get(&question::comment_key(&name)));
            let value = data.get(&name).clone();
            self.update_from_survey(cell, value.clone(), false);
            if !comment.is_empty() || old == self.comment_of(cell) {
                self.nodes[cell].comment = comment;
            }
            self.on_survey_value_changed(cell, &value);
        }
        self.nodes[owner].grid.setting.pop();
    }

    /// `setValue` and `setComment` of a row.
    pub(crate) fn row_set_value(&mut self, owner: Id, uid: usize, name: &str, value: Value) {
        if self.nodes[owner].grid.setting.contains(&uid) {
            return;
        }
        let cells = self.entry_questions(owner, uid);
        let cell = |form: &Self, name: &str| cells.iter().any(|cell| form.nodes[*cell].def.name == name);
        let base = name.strip_suffix("-Comment").filter(|base| !cell(self, name) && cell(self, base));
        let known = base.is_some() || cell(self, name);
        let deleting = value.is_null() && (!known || base.is_some());
        self.tidy_cell(owner, uid, base.unwrap_or(name), base.is_some());
        let row = self.cell_values(owner, uid);
        self.number_again(owner);
        self.write_row(owner, uid, name, row, deleting);
        let trigger = ["row.", base.unwrap_or(name)].concat();
        let value = match base {
            Some(base) => cells
                .iter()
                .find(|cell| self.nodes[**cell].def.name == base)
                .map_or(Value::Null, |cell| self.nodes[*cell].value.clone()),
            None => value,
        };
        let keys = Object::from_iter([(trigger.clone(), value)]);
        for cell in &cells {
            self.run_question_triggers(*cell, &trigger, &keys);
        }
        for cell in cells {
            self.on_any_value_changed(cell, "row", "");
        }
        let column = self.nodes[owner].grid.columns.iter().position(|column| column.name == name);
        if let Some(at) = column
            && self.def.props.word("checkErrorsMode") == "onValueChanged"
        {
            self.mark_repeated(owner, at);
        }
    }

    /// `onCellValueChanging`: an answer of nothing but spaces is none, and a comment that isn't kept goes.
    fn tidy_cell(&mut self, owner: Id, uid: usize, name: &str, is_comment: bool) {
        let cells = self.entry_questions(owner, uid);
        let Some(cell) = cells.into_iter().find(|cell| self.nodes[*cell].def.name == name) else { return };
        self.nodes[owner].grid.setting.push(uid);
        if is_comment {
            if !self.def.props.flag("storeOthersAsComment", true) {
                self.set_comment_of(cell, "");
            }
        } else if self.question_is_empty(cell) && !Self::same(&self.nodes[cell].value, &Value::Null) {
            self.set_question(cell, Value::Null);
        }
        self.nodes[owner].grid.setting.pop();
    }

    /// `updateItemValue`
    fn write_row(&mut self, owner: Id, uid: usize, name: &str, row: Object, deleting: bool) {
        let value = self.with_row(owner, uid, name, row, deleting, self.written_value(owner));
        if Self::same(&value, &self.nodes[owner].value) {
            return;
        }
        self.nodes[owner].grid.writing = true;
        self.set_new_value(owner, value);
        self.nodes[owner].grid.writing = false;
        let column = self.nodes[owner].grid.columns.iter().position(|column| column.name == name);
        if let Some(at) = column
            && self.nodes[owner].grid.columns[at].props.flag("isUnique", false)
        {
            self.forget_repeated(owner, at);
        }
    }

    /// What is unique again has no error of that sort any more.
    fn forget_repeated(&mut self, id: Id, at: usize) {
        let text = self.own_text(id, "keyDuplicationError", messages::KEY_DUPLICATION);
        let cells: Vec<Id> =
            self.nodes[id].entries.iter().filter_map(|entry| entry.cells.get(at).copied()).collect();
        for cell in &cells {
            let value = js::to_text(&self.nodes[*cell].value).to_lowercase();
            let count = cells
                .iter()
                .filter(|other| js::to_text(&self.nodes[**other].value).to_lowercase() == value)
                .count();
            if count < 2 || self.question_is_empty(*cell) {
                self.nodes[*cell].errors.retain(|fault| fault.text != text);
            }
        }
    }

    /// `createNewValue`: the answer that rows write into. A list takes nothing.
    fn written_value(&self, id: Id) -> Value {
        match &self.nodes[id].value {
            value if js::truthy(value) => value.clone(),
            _ => Value::Object(Object::new()),
        }
    }

    /// `getNewValueOnRowChanged`
    fn with_row(
        &self,
        owner: Id,
        uid: usize,
        name: &str,
        row: Object,
        deleting: bool,
        value: Value,
    ) -> Value {
        let key = js::to_text(&self.row_name(owner, uid));
        // The library loses what follows when the answer became empty once.
        let Value::Object(mut answers) = value else { return value };
        let mut members = match answers.get(&key) {
            Some(Value::Object(members)) => members.clone(),
            // A row that is no record takes no members.
            Some(other) if js::truthy(other) => return Value::Object(answers),
            _ => Object::new(),
        };
        if deleting {
            members.remove(name);
        }
        for cell in self.entry_questions(owner, uid) {
            members.remove(self.nodes[cell].def.value_name());
        }
        members.extend(row.into_iter().filter(|(_, value)| !is_blank(value)));
        if !members.is_empty() {
            answers.insert(key, Value::Object(members));
            return Value::Object(answers);
        }
        answers.remove(&key);
        if answers.is_empty() { Value::Null } else { Value::Object(answers) }
    }

    /// `updateValueOnRowsGeneration`: what the cells have by default goes into the answer.
    pub(super) fn merge_rows(&mut self, id: Id) {
        let old = self.written_value(id);
        let mut value = old.clone();
        if !self.nodes[id].entries.is_empty() {
            self.number_again(id);
        }
        for at in 0..self.nodes[id].entries.len() {
            let uid = self.nodes[id].entries[at].uid;
            let row = self.cell_values(id, uid);
            if !Self::same(self.row_data(id, uid), &Value::Object(row.clone())) {
                value = self.with_row(id, uid, "", row, false, value);
            }
        }
        let unchanged = match &old {
            Value::Object(answers) if answers.is_empty() => value.is_null(),
            old => Self::same(old, &value),
        };
        if unchanged {
            return;
        }
        self.nodes[id].grid.writing = true;
        self.set_new_value(id, value);
        self.nodes[id].grid.writing = false;
    }

    pub(crate) fn grid_run_condition(&mut self, id: Id) {
        self.run_columns(id);
        let mut rows_changed = false;
        for _ in 0..ROUNDS {
            let before = self.nodes[id].grid.total_values.clone();
            rows_changed |= self.run_rows_condition(id);
            self.run_totals(id);
            if js::equals(
                &Value::Object(before),
                &Value::Object(self.nodes[id].grid.total_values.clone()),
                js::STANDARD,
            ) {
                break;
            }
        }
        if rows_changed && self.clears_on_hidden(id) {
            self.grid_clear_invisible(id);
        }
        self.number_again(id);
        if self.nodes[id].def.props.flag("hideIfRowsEmpty", false) {
            self.question_visible_changed(id);
        }
    }

    fn run_columns(&mut self, id: Id) {
        let rule = self.nodes[id].def.rules.get("columnsVisibleIf");
        let broken = rule.is_none() && !self.nodes[id].def.props.word("columnsVisibleIf").is_empty();
        for at in 0..self.nodes[id].grid.columns.len() {
            let name = Value::from(self.nodes[id].grid.columns[at].name.as_str());
            let shown = match &rule {
                Some(rule) => self.is_true(&rule.expression, scope::At::Choice(id, name)),
                None => !broken,
            };
            self.nodes[id].grid.hidden[at] = !shown;
        }
    }

    /// The conditions of rows and of what is in them. Whether a row came or went.
    pub(super) fn run_rows_condition(&mut self, id: Id) -> bool {
        let common = self.nodes[id].def.rules.get("rowsVisibleIf");
        let broken = common.is_none() && !self.nodes[id].def.props.word("rowsVisibleIf").is_empty();
        let mut changed = false;
        for at in 0..self.nodes[id].entries.len() {
            let Some(entry) = self.nodes[id].entries.get(at) else { break };
            let (uid, before, row, cells) =
                (entry.uid, entry.visible, entry.row.clone(), entry.cells.clone());
            let Some(row) = row else { continue };
            let place = || scope::At::Entry(id, uid);
            let mut visible = !broken && !row.choice.broken_visible;
            for rule in common.iter().map(|rule| &rule.expression).chain(&row.choice.visible_if) {
                visible = visible && js::is_true(&self.evaluate_anew(rule, place()));
            }
            if let Some(entry) = self.nodes[id].entries.get_mut(at) {
                entry.visible = visible;
            }
            if before != visible {
                changed = true;
                self.nodes[id].grid.numbered = false;
            }
            if let Some(rule) = &row.choice.enable_if {
                row.enabled.set(js::is_true(&self.evaluate_anew(rule, place())));
            }
            for cell in cells {
                self.run_question_condition(cell);
            }
        }
        changed
    }

    /// `runTotalsCondition`: each total that is another one than before is told.
    fn run_totals(&mut self, id: Id) {
        if self.nodes[id].grid.totals.iter().all(Option::is_none) || self.nodes[id].grid.totalling {
            return;
        }
        self.nodes[id].grid.totalling = true;
        for _ in 0..ROUNDS {
            let before = self.nodes[id].grid.total_values.clone();
            for at in 0..self.nodes[id].grid.columns.len() {
                self.run_total(id, at);
            }
            if js::equals(
                &Value::Object(before),
                &Value::Object(self.nodes[id].grid.total_values.clone()),
                js::STANDARD,
            ) {
                break;
            }
        }
        self.nodes[id].grid.totalling = false;
    }

    fn run_total(&mut self, id: Id, at: usize) {
        let grid = &self.nodes[id].grid;
        let Some(rule) = grid.totals.get(at).cloned().flatten() else { return };
        let name = grid.columns[at].name.clone();
        let value = self.plain_value(self.evaluate(&rule, scope::At::Entry(id, TOTALS)));
        let old = self.nodes[id].grid.total_values.get(&name).unwrap_or(question::nothing());
        if Self::same(old, &value) {
            return;
        }
        let totals = &mut self.nodes[id].grid.total_values;
        if is_blank(&value) {
            totals.remove(&name);
        } else {
            totals.insert(name, value);
        }
        let key = [&self.value_name(id), "-total"].concat();
        let value = Value::Object(self.nodes[id].grid.total_values.clone());
        self.hold(self.nodes[id].holder, &key, value, "");
    }

    /// `clearInvisibleValuesInRows`
    pub(crate) fn grid_clear_invisible(&mut self, id: Id) {
        if self.question_is_empty(id) {
            return;
        }
        self.make_rows(id);
        self.number_again(id);
        let filtered = self.nodes[id].entries.iter().any(|entry| !entry.visible);
        if filtered && self.by_value_name(self.nodes[id].def.value_name(), false).len() < 2 {
            let value = self.grid_filtered_data(id);
            self.set_question(id, value);
        }
    }

    /// `getFilteredData`: the answers of the rows that are seen.
    pub(crate) fn grid_filtered_data(&self, id: Id) -> Value {
        if self.question_is_empty(id) || !self.nodes[id].grid.made {
            return self.nodes[id].value.clone();
        }
        let rows = self.nodes[id].entries.iter().filter(|entry| entry.visible);
        Value::Object(
            rows.map(|entry| {
                let name = js::to_text(&self.row_name(id, entry.uid));
                (name, Value::Object(self.cell_values(id, entry.uid)))
            })
            .filter(|(_, row)| !js::is_empty(row))
            .collect(),
        )
    }

    /// `onAnyValueChanged`
    pub(crate) fn grid_on_any_changed(&mut self, id: Id, name: &str, question: &str) {
        if !self.nodes[id].grid.made {
            if name == self.nodes[id].def.value_name() {
                self.nodes[id].grid.unseen = true;
            }
            return;
        }
        for cell in self.nested_questions(id) {
            self.on_any_value_changed(cell, name, question);
        }
    }

    /// `runTriggers` within the rows that are seen.
    pub(crate) fn grid_run_triggers(&mut self, id: Id, name: &str, keys: &Object) {
        let rows: Vec<Vec<Id>> = self.nodes[id]
            .entries
            .iter()
            .filter(|entry| entry.visible)
            .map(|entry| entry.cells.clone())
            .collect();
        for cell in rows.into_iter().flatten() {
            self.run_question_triggers(cell, name, keys);
        }
    }
}

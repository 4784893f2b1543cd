//! The answer to one question: how it is set and where it is kept. Defaults, rules and comments are in the folder.

mod accept;
mod comment;
mod defaults;
mod rules;

use super::*;
use crate::js;
use crate::{date, value::NULL};

impl Form {
    pub(crate) fn value_name(&self, id: Id) -> String {
        String::from(self.nodes[id].def.value_name())
    }

    /// `isEmpty`
    pub(crate) fn question_is_empty(&self, id: Id) -> bool {
        match self.nodes[id].kind() {
            Kind::Paneldynamic => self.panels_are_empty(id),
            _ => is_blank(&self.nodes[id].value),
        }
    }

    /// The member's change, or a rule's: `question.value = …`.
    pub(crate) fn set_question(&mut self, id: Id, value: Value) {
        match self.nodes[id].kind() {
            Kind::Text => {
                let value = self.correct_text(id, value);
                self.set_new_value(id, value);
            }
            kind if kind.is_checkbox() => self.set_checkbox(id, value),
            kind if kind.is_select() => {
                let value = self.value_of_data(id, value);
                self.set_new_value(id, value);
            }
            Kind::Paneldynamic => self.panels_set_new_value(id, value),
            _ => self.set_new_value(id, value),
        }
    }

    /// `setNewValue` of every question.
    pub(crate) fn set_new_value(&mut self, id: Id, value: Value) {
        if self.run.depth > MAX_DEPTH {
            return;
        }
        let old = &self.nodes[id].value;
        if Self::same(&value, old) || !self.is_acceptable(id, &value) {
            return;
        }
        self.take_new_value(id, value);
    }

    /// The value was changed in its place: it counts as new even though it is the same.
    pub(crate) fn replace_value(&mut self, id: Id, value: Value) {
        if self.run.depth <= MAX_DEPTH {
            self.nodes[id].value = value.clone();
            self.take_new_value(id, value);
        }
    }

    fn take_new_value(&mut self, id: Id, value: Value) {
        self.run.depth += 1;
        let node = &mut self.nodes[id];
        node.was_answered = Some(node.answered);
        node.setting = true;
        let value = self.to_data(id, value);
        self.set_value_core(id, value);
        let node = &mut self.nodes[id];
        node.setting = false;
        node.was_answered = None;
        self.run.depth -= 1;
    }

    pub(crate) fn set_value_core(&mut self, id: Id, value: Value) {
        self.set_question_value(id, value);
        if self.can_set_to_survey(id) {
            let name = self.value_name(id);
            let value = self.nodes[id].value.clone();
            let question = self.nodes[id].def.name.clone();
            self.hold(self.nodes[id].holder, &name, value, &question);
        }
        if std::mem::take(&mut self.nodes[id].select.empty_comment) {
            let name = self.value_name(id);
            self.hold_comment(self.nodes[id].holder, &name, "");
        }
    }

    fn can_set_to_survey(&self, id: Id) -> bool {
        match self.nodes[id].kind() {
            Kind::Text => !self.is_min_max(id) || !self.is_below(id) && !self.is_above(id),
            Kind::Multipletext => !self.nodes[id].busy,
            _ => true,
        }
    }

    /// Writes an answer where it is kept.
    pub(crate) fn hold(&mut self, holder: Holder, name: &str, value: Value, question: &str) {
        match holder {
            Holder::Survey => self.set_data_value(name, value, cascade::Told::No, question),
            Holder::Item(owner, uid) => self.entry_set_value(owner, uid, name, value),
            Holder::Field(owner) => self.field_set_value(owner, name, value),
        }
    }

    pub(crate) fn held(&self, holder: Holder, name: &str) -> Value {
        match holder {
            Holder::Survey => self.data.get(name).cloned().unwrap_or_default(),
            Holder::Item(owner, uid) => self.entry_held(owner, uid, name),
            Holder::Field(owner) => self.nodes[owner].value.get(name).clone(),
        }
    }

    /// `setQuestionValue`
    pub(crate) fn set_question_value(&mut self, id: Id, value: Value) {
        let kind = self.nodes[id].kind();
        if self.panels_keep_value(id) {
            return;
        }
        let value = match kind {
            Kind::Boolean => self.boolean_value(id, value),
            Kind::Matrix => self.matrix_value(id, value),
            Kind::Text => join_list(value, ", "),
            Kind::Comment => join_list(value, "\n"),
            Kind::Paneldynamic => self.panels_kept_list(id, value),
            _ => value,
        };
        if kind.is_select() {
            if Self::same(&self.nodes[id].value, &value) {
                return;
            }
            let rendered = self.rendered_from_data(id, value.clone());
            self.set_rendered(id, rendered, false);
        }
        self.set_question_value_core(id, value);
        if kind.is_select() {
            self.tell_depended(id);
            let has_other = !self.other_value(id).is_empty();
            if !self.has_comment_area(id) && !self.is_other_selected(id) && has_other {
                let node = &mut self.nodes[id];
                node.select.empty_comment = true;
                node.select.other.clear();
                node.comment.clear();
            }
        }
        match kind {
            Kind::Paneldynamic => self.panels_follow_value(id),
            Kind::Matrixdropdown => self.grid_follow_value(id),
            Kind::Multipletext => self.fields_follow_value(id),
            _ => {}
        }
    }

    fn set_question_value_core(&mut self, id: Id, value: Value) {
        let same = Self::same(&self.nodes[id].value, &value);
        let node = &self.nodes[id];
        let parent_by_default = match node.holder {
            Holder::Item(owner, _) | Holder::Field(owner) => self.nodes[owner].by_default,
            Holder::Survey => false,
        };
        let node = &mut self.nodes[id];
        if !same && !node.by_default && !parent_by_default {
            node.direct = true;
        }
        node.value = value;
        self.update_answered(id);
    }

    pub(crate) fn update_answered(&mut self, id: Id) {
        self.nodes[id].answered = match self.nodes[id].kind() {
            Kind::Paneldynamic => self.panels_are_answered(id),
            Kind::Multipletext => self.fields_are_answered(id),
            Kind::Matrixdropdown => self.grid_is_answered(id),
            Kind::Matrix => self.matrix_is_answered(id),
            _ => !self.question_is_empty(id),
        };
    }

    /// The survey has another answer than the question: `updateValueFromSurvey`.
    pub(crate) fn update_from_survey(&mut self, id: Id, value: Value, clear: bool) {
        let kind = self.nodes[id].kind();
        let mut value = value;
        let mut comment = Value::Null;
        if kind.is_select() {
            (value, comment) = self.split_other(id, value);
        }
        self.update_from_survey_core(id, value.clone(), clear);
        if js::truthy(&comment) {
            self.nodes[id].updating = true;
            self.set_new_comment(id, &js::to_text(&comment));
            // What is kept stays what it was, also when it is no text.
            if self.nodes[id].holder == Holder::Survey && comment.as_str().is_none() {
                self.data.insert(comment_key(&self.value_name(id)), comment);
            }
            self.nodes[id].updating = false;
        }
        if kind.is_checkbox() {
            self.nodes[id].select.hidden_values.clear();
        }
        if kind == Kind::Ranking && js::truthy(&value) {
            self.nodes[id].select.by_user = true;
        }
    }

    fn update_from_survey_core(&mut self, id: Id, value: Value, clear: bool) {
        if !self.is_acceptable(id, &value) {
            return;
        }
        let empty = is_blank(&value);
        self.nodes[id].updating = true;
        let by_rule = self.nodes[id].def.rules.get("defaultValueExpression").is_some();
        if !empty && by_rule {
            let ran = self.run_default_rule(id, &mut |form, found| {
                let by_default = Self::same(&value, &form.to_question_value(id, found));
                form.update_from_survey_last(id, value.clone(), by_default);
            });
            if !ran {
                let default = self.nodes[id].def.props.get("defaultValue").clone();
                let by_default = Self::same(&value, &default);
                self.update_from_survey_last(id, value, by_default);
            }
        } else {
            let nested = self.nodes[id].holder != Holder::Survey;
            self.update_from_survey_last(id, value, nested);
            if clear && empty {
                self.nodes[id].direct = false;
            }
        }
        self.nodes[id].updating = false;
        self.update_depended(id);
        self.update_answered(id);
    }

    fn update_from_survey_last(&mut self, id: Id, value: Value, by_default: bool) {
        self.nodes[id].by_default = by_default;
        let value = if self.nodes[id].kind().is_select() { self.value_of_data(id, value) } else { value };
        let same = Self::same(&self.nodes[id].value, &value);
        self.set_question_value(id, value);
        if !same && self.run.setting_data && !self.nodes[id].errors.is_empty() {
            self.validate_question(id, &mut validate::Check::changed());
        }
        self.nodes[id].by_default = false;
    }

    /// `clearValue`
    pub(crate) fn clear_value(&mut self, id: Id, keep_comment: bool) {
        if !self.nodes[id].value.is_null() {
            self.set_question(id, Value::Null);
        }
        if !keep_comment && !self.comment_of(id).is_empty() {
            self.set_comment_of(id, "");
        }
        self.nodes[id].direct = false;
    }

    /// `initDataFromSurvey`
    pub(crate) fn init_from_holder(&mut self, id: Id) {
        let name = self.value_name(id);
        let value = self.held(self.nodes[id].holder, &name);
        let reading = matches!(self.run.loading, Loading::Reading);
        if !js::is_empty(&value) || !reading {
            self.update_from_survey(id, value, false);
        }
        self.init_comment(id);
    }

    /// The survey's answer to it changed: `onSurveyValueChanged`.
    pub(crate) fn on_survey_value_changed(&mut self, id: Id, value: &Value) {
        match self.nodes[id].kind() {
            Kind::Paneldynamic => self.panels_on_survey_value(id, value),
            kind if kind.is_select() => {
                self.tell_depended(id);
                if kind == Kind::Ranking {
                    self.sync_ranking(id);
                }
            }
            _ => {}
        }
    }
}

/// How deep changes may follow from changes.
pub(crate) const MAX_DEPTH: u32 = 40;

/// `isValueEmpty` of a survey's element: spaces are nothing.
pub(crate) fn is_blank(value: &Value) -> bool {
    match value {
        Value::String(text) => text.trim().is_empty(),
        other => js::is_empty(other),
    }
}

/// The key of a comment.
pub(crate) fn comment_key(name: &str) -> String {
    [name, "-Comment"].concat()
}

/// Nothing, where a look-up needs something to point at.
pub(crate) fn nothing() -> &'static Value {
    &NULL
}

fn join_list(value: Value, separator: &str) -> Value {
    match value {
        Value::Array(items) => Value::String(items.iter().map(js_item).collect::<Vec<_>>().join(separator)),
        other => other,
    }
}

/// How an item of a list reads when the list is joined.
fn js_item(item: &Value) -> String {
    if item.is_null() { String::new() } else { js::to_text(item) }
}

fn round_to_precision(value: Value, precision: f64) -> Value {
    match value {
        Value::Number(number) if number == f64::INFINITY => Value::Null,
        Value::Number(number) if precision >= 0.0 && !number.is_nan() => {
            Value::Number(js::to_fixed(number, precision as usize).parse().unwrap_or(number))
        }
        other => other,
    }
}

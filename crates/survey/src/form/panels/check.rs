//! What is wrong within panels, and what hiding does there.

use super::*;
use crate::messages;

impl Form {
    /// Whether the panels change their answer themselves, so that it isn't checked.
    pub(crate) fn panels_skip_check(&self, id: Id) -> bool {
        let panels = &self.nodes[id].panels;
        let asked =
            |id: &Id| !self.nodes[*id].kind().is_static() && self.nodes[*id].kind() != Kind::Expression;
        let by_member = panels.changing.as_ref().is_some_and(|list| list.iter().any(asked));
        panels.internal && !by_member || panels.building
    }

    /// `validateElementCore`, before the question itself is checked.
    pub(crate) fn panels_validate(&mut self, id: Id, check: &mut validate::Check) -> bool {
        let mut keys = Vec::new();
        if let Some(changing) = self.nodes[id].panels.changing.clone() {
            let mut valid = true;
            for question in &changing {
                valid &= self.validate_question(*question, check);
            }
            for panel in self.panel_ids(id, false) {
                valid &= !self.is_key_repeated(id, panel, &mut keys, Some(&changing), check);
            }
            return valid;
        }
        self.build_panels(id);
        let mut valid = true;
        for panel in self.panel_ids(id, true) {
            valid &= self.validate_container(panel, check);
            valid &= !self.is_key_repeated(id, panel, &mut keys, None, check);
        }
        valid
    }

    /// `isValueDuplicated`
    fn is_key_repeated(
        &mut self,
        id: Id,
        panel: Id,
        known: &mut Vec<Value>,
        changing: Option<&[Id]>,
        check: &mut validate::Check,
    ) -> bool {
        let key = self.nodes[id].def.props.word("keyName");
        if key.is_empty() {
            return false;
        }
        let mut list = Vec::new();
        self.questions_in(panel, false, &mut list);
        let found = list.into_iter().find(|question| self.nodes[*question].def.value_name() == key);
        let Some(question) = found.filter(|question| !self.question_is_empty(*question)) else {
            return false;
        };
        if changing.is_some_and(|changing| !changing.contains(&question)) {
            self.validate_question(question, check);
        }
        let value = self.nodes[question].value.clone();
        if !known.iter().any(|other| loosely_equal(&value, other)) {
            known.push(value);
            return false;
        }
        if check.keep {
            let text = self.own_text(id, "keyDuplicationError", messages::KEY_DUPLICATION);
            self.nodes[question].errors.push(Fault::new(text));
        }
        true
    }

    pub(crate) fn panels_are_answered(&self, id: Id) -> bool {
        !self.panels_are_empty(id)
            && self.panel_ids(id, true).into_iter().all(|panel| {
                let mut list = Vec::new();
                self.questions_in(panel, true, &mut list);
                list.into_iter().all(|question| self.nodes[question].answered)
            })
    }

    /// The question is hidden, and keeps its own answer.
    pub(crate) fn panels_hidden(&mut self, id: Id) {
        self.clear_in_panels(id, "onHiddenContainer");
    }

    /// `clearValueIfInvisible`, before the question's own answer.
    pub(crate) fn panels_clear_invisible(&mut self, id: Id, reason: &str) {
        let reason = if reason == "onHidden" { "onHiddenContainer" } else { reason };
        self.clear_in_panels(id, reason);
    }

    fn clear_in_panels(&mut self, id: Id, reason: &str) {
        for panel in self.panel_ids(id, false) {
            let mut list = Vec::new();
            self.questions_in(panel, false, &mut list);
            self.nodes[id].panels.writing.clear();
            for question in list {
                if self.nodes[question].visible && !self.is_visible(panel) {
                    continue;
                }
                self.clear_value_if_invisible(question, reason);
                let name = self.value_name(question);
                self.nodes[id].panels.writing.retain(|(known, _)| *known != name);
            }
        }
        self.nodes[id].panels.writing.clear();
    }
}

/// `==` of JavaScript, for keys.
fn loosely_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Array(_) | Value::Object(_), Value::Array(_) | Value::Object(_)) => false,
        (Value::String(left), Value::String(right)) => left == right,
        (Value::Array(_) | Value::Object(_), Value::String(text))
        | (Value::String(text), Value::Array(_) | Value::Object(_)) => {
            let other = if matches!(left, Value::String(_)) { right } else { left };
            js::to_text(other) == *text
        }
        _ => js::to_number(left) == js::to_number(right),
    }
}

//! Answers that are no choice any more go, and come back with their choice.

use super::*;

impl Form {
    /// `clearIncorrectValues`: answers that are no choice any more go.
    pub(crate) fn clear_incorrect_values(&mut self, id: Id) {
        let node = &self.nodes[id];
        if !node.kind().is_select() {
            return;
        }
        let keeps = self.def.props.flag("keepIncorrectValues", false)
            || node.def.props.flag("keepIncorrectValues", false);
        let some = !keeps && !self.question_is_empty(id)
            || node.kind().is_checkbox() && !node.select.hidden_values.is_empty();
        if !some || self.by_value_name(node.def.value_name(), false).len() > 1 {
            return;
        }
        match node.kind() {
            kind if kind.is_checkbox() => self.clear_incorrect_list(id, false),
            Kind::Imagepicker if node.def.props.flag("multiSelect", false) => {
                self.clear_incorrect_pictures(id)
            }
            _ => {
                if self.can_clear_unknown(id, &node.value) {
                    self.clear_value(id, true);
                }
            }
        }
    }

    pub(super) fn can_clear_unknown(&self, id: Id, value: &Value) -> bool {
        if !self.stores_others_as_comment(id) && self.is_other_selected(id) {
            return false;
        }
        match value {
            Value::Array(items) => items.iter().any(|item| self.has_unknown_item(id, item, true, true, true)),
            one => self.has_unknown_item(id, one, true, true, true),
        }
    }

    pub(super) fn clear_disabled(&mut self, id: Id) {
        if self.nodes[id].kind().is_checkbox() {
            self.clear_incorrect_list(id, true);
        } else if self.is_disabled_value(id, &self.nodes[id].value) {
            self.clear_value(id, true);
        }
    }

    pub(super) fn is_disabled_value(&self, id: Id, value: &Value) -> bool {
        self.item_by_value(&self.filtered(id), value).is_some_and(|item| !item.enabled.get())
    }

    pub(super) fn clear_incorrect_pictures(&mut self, id: Id) {
        let Value::Array(items) = self.nodes[id].value.clone() else {
            if js::truthy(&self.nodes[id].value) {
                self.clear_value(id, true);
            }
            return;
        };
        let kept: Vec<Value> =
            items.iter().filter(|item| !self.has_unknown(id, item, true, true)).cloned().collect();
        if kept.len() == items.len() {
            return;
        }
        if kept.is_empty() {
            self.clear_value(id, true);
        } else {
            self.set_question(id, Value::Array(kept));
        }
    }

    /// `clearIncorrectAndDisabledValues`: what goes comes back when its choice does.
    pub(super) fn clear_incorrect_list(&mut self, id: Id, disabled: bool) {
        let restored = self.restore_hidden(id);
        let value = self.nodes[id].value.clone();
        if !js::truthy(&value) && restored.is_empty() {
            return;
        }
        let items = match value {
            Value::Array(items) if !items.is_empty() => items,
            _ => {
                if !disabled {
                    self.nodes[id].select.clearing = true;
                    self.clear_value(id, true);
                    self.nodes[id].select.clearing = false;
                }
                if restored.is_empty() {
                    return;
                }
                Vec::new()
            }
        };
        let mut kept = Vec::new();
        let mut changed = !restored.is_empty();
        for item in items {
            let plain = self.unwrap(id, &item);
            let unknown = self.can_clear_unknown(id, &plain);
            if !disabled && !unknown || disabled && !self.is_disabled_value(id, &plain) {
                kept.push(item);
            } else {
                changed = true;
                if unknown {
                    self.nodes[id].select.hidden_values.push(item);
                }
            }
        }
        kept.extend(restored);
        if !changed {
            return;
        }
        self.nodes[id].select.clearing = true;
        if kept.is_empty() {
            self.clear_value(id, true);
        } else {
            self.set_question(id, Value::Array(kept));
        }
        self.nodes[id].select.clearing = false;
    }

    pub(super) fn restore_hidden(&mut self, id: Id) -> Vec<Value> {
        let mut restored = Vec::new();
        for item in self.visible_choices(id).to_vec() {
            if item.special == Some(Special::SelectAll) {
                continue;
            }
            let value = &item.choice.value;
            let hidden = &self.nodes[id].select.hidden_values;
            if let Some(at) = hidden.iter().position(|hidden| js::equals(hidden, value, js::STANDARD)) {
                if !self.is_item_selected(id, &item) {
                    restored.push(value.clone());
                }
                self.nodes[id].select.hidden_values.remove(at);
            }
        }
        restored
    }
}

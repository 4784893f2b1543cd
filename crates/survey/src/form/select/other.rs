//! The choice with a text of its own.

use super::*;

impl Form {
    pub(crate) fn stores_others_as_comment(&self, id: Id) -> bool {
        if self.has_comment_area(id) || !self.member(id).is_empty() {
            return false;
        }
        match self.nodes[id].def.props.get("storeOthersAsComment") {
            Value::Bool(own) => *own,
            _ => self.def.props.flag("storeOthersAsComment", true),
        }
    }

    pub(crate) fn other_value(&self, id: Id) -> String {
        if self.stores_others_as_comment(id) {
            self.comment_of(id)
        } else {
            self.nodes[id].select.other.clone()
        }
    }

    pub(crate) fn remember_other(&mut self, id: Id, text: &str) {
        let old = self.other_value(id);
        if old != text {
            self.nodes[id].select.previous_other = old;
        }
    }

    /// `otherValue = …`
    pub(crate) fn set_other_value(&mut self, id: Id, text: &str) {
        let text = if text.trim().is_empty() { "" } else { text };
        if self.nodes[id].select.setting_other || self.other_value(id) == text {
            return;
        }
        self.remember_other(id, text);
        self.nodes[id].select.setting_other = true;
        if self.stores_others_as_comment(id) {
            self.set_new_comment(id, text);
        } else {
            self.nodes[id].select.other = String::from(text);
            if self.is_other_selected(id) {
                let value = self.value_on_setting_other(id, text);
                self.set_question(id, value);
            }
        }
        self.nodes[id].select.setting_other = false;
        self.tell_depended(id);
    }

    pub(super) fn value_on_setting_other(&mut self, id: Id, text: &str) -> Value {
        let value = self.rendered_to_data(id, self.nodes[id].select.rendered.clone());
        if self.has_comment_area(id) {
            return value;
        }
        let text = Value::from(text);
        match self.item_by_value(self.visible_choices(id), &text) {
            Some(item) if item.special.is_none() => {}
            _ => return value,
        }
        self.nodes[id].select.other.clear();
        match value {
            Value::Array(mut items) => {
                items.retain(|item| !is_other(item));
                if !items.contains(&text) {
                    items.push(text);
                }
                Value::Array(items)
            }
            _ => text,
        }
    }

    pub(crate) fn is_other_selected(&self, id: Id) -> bool {
        self.shows_other(id) && is_other(&self.nodes[id].select.rendered)
    }

    pub(crate) fn set_default_unknown(&mut self, id: Id, value: Value) {
        let Value::Array(items) = value else {
            self.set_rendered(id, Value::from(OTHER), true);
            self.set_other_value(id, &js::to_text(&value));
            return;
        };
        if !self.has_active_choices(id) {
            self.nodes[id].select.hidden_values = items.clone();
            self.set_question(id, Value::Array(items));
            return;
        }
        let mut taken = Vec::new();
        let mut other = String::new();
        for item in items {
            let item = self.unwrap(id, &item);
            if !self.has_unknown(id, &item, false, true) {
                taken.push(item);
            } else if other.is_empty() {
                other = js::to_text(&item);
                taken.push(Value::from(OTHER));
            }
        }
        self.set_rendered(id, Value::Array(taken), true);
        self.set_other_value(id, &other);
    }

    /// `updateValueFromSurvey` of a question with `other`: what is no choice goes into its text.
    pub(crate) fn split_other(&self, id: Id, value: Value) -> (Value, Value) {
        let looks = !self.nodes[id].select.connecting && self.stores_others_as_comment(id);
        if !looks || !self.shows_other(id) || self.active(id).is_empty() {
            return (value, Value::Null);
        }
        if !self.has_unknown(id, &value, false, true) || is_other(&value) {
            let name = self.value_name(id);
            return (value, self.held(self.nodes[id].holder, &question::comment_key(&name)));
        }
        match value {
            Value::Array(mut items) if self.nodes[id].kind().is_checkbox() => {
                let unknown =
                    items.iter().position(|item| self.has_unknown_item(id, item, false, false, false));
                let Some(at) = unknown else { return (Value::Array(items), Value::Null) };
                let text = std::mem::replace(&mut items[at], Value::from(OTHER));
                (Value::Array(items), text)
            }
            value if self.nodes[id].kind().is_checkbox() => (value, Value::Null),
            value => (Value::from(OTHER), value),
        }
    }

    /// `clearUnusedValues`: a text beside `other` that isn't taken.
    pub(crate) fn clear_unused(&mut self, id: Id) {
        match self.nodes[id].kind() {
            kind if kind.is_select() && !self.is_other_selected(id) => {
                self.set_other_value(id, "");
            }
            _ => {}
        }
    }
}

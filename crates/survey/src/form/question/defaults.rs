//! Answers that the definition gives.

use super::*;

impl Form {
    /// `updateValueWithDefaults`
    pub(crate) fn update_value_with_defaults(&mut self, id: Id) {
        if self.run.loading == Loading::Reading
            || self.is_default_empty(id)
            || !self.question_is_empty(id)
            || self.clears_on_hidden(id) && !self.is_visible(id)
        {
            return;
        }
        self.set_default_value(id);
    }

    pub(crate) fn is_default_empty(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        if node.def.props.has("defaultValueExpression")
            || node.def.rules.get("defaultValueExpression").is_some()
        {
            return false;
        }
        match node.kind() {
            Kind::Paneldynamic => self.panels_default_is_empty(id),
            _ => is_blank(node.def.props.get("defaultValue")),
        }
    }

    pub(crate) fn set_default_value(&mut self, id: Id) {
        match self.nodes[id].kind() {
            Kind::Boolean => return self.boolean_default(id),
            Kind::Paneldynamic => return self.panels_default(id),
            _ => {}
        }
        self.set_default_value_core(id);
    }

    pub(crate) fn set_default_value_core(&mut self, id: Id) {
        let mut set = |form: &mut Self, found: Value| {
            let value = form.to_question_value(id, found);
            form.default_into_value(id, value);
        };
        if !self.run_default_rule(id, &mut set) {
            let value = self.nodes[id].def.props.get("defaultValue").clone();
            let value = if self.nodes[id].kind().is_checkbox() { self.wrap_all(id, value) } else { value };
            set(self, value);
        }
    }

    pub(super) fn default_into_value(&mut self, id: Id, value: Value) {
        let value = match self.nodes[id].kind() {
            Kind::Text => join_list(value, ", "),
            Kind::Comment => join_list(value, "\n"),
            _ => value,
        };
        if Self::same(&self.nodes[id].value, &value) {
            return;
        }
        if self.nodes[id].kind().is_select()
            && !is_blank(&value)
            && self.shows_other(id)
            && self.has_unknown(id, &value, true, true)
        {
            self.set_default_unknown(id, value);
        } else {
            self.set_question(id, value);
        }
    }

    /// Runs `defaultValueExpression`; what it gives is a default.
    pub(super) fn run_default_rule(&mut self, id: Id, set: &mut dyn FnMut(&mut Self, Value)) -> bool {
        self.with_rule(id, "defaultValueExpression", &mut |form, found| {
            let found = match found {
                Value::Null => form.nodes[id].def.props.get("defaultValue").clone(),
                found => found,
            };
            form.nodes[id].by_default = true;
            set(form, found);
            form.nodes[id].by_default = false;
        })
    }
}

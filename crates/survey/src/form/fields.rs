//! Several short texts in one question.

use super::*;
use crate::definition::{Element, Props, Rules};
use crate::expression::Step;
use question::is_blank;
use scope::Answered;

/// What a field takes from its definition.
const PROPS: [&str; 9] = [
    "isRequired",
    "inputType",
    "placeholder",
    "title",
    "maxLength",
    "inputSize",
    "requiredErrorText",
    "minValueExpression",
    "maxValueExpression",
];
const RULES: [&str; 3] = ["defaultValueExpression", "minValueExpression", "maxValueExpression"];

impl Form {
    /// Makes the fields.
    pub(crate) fn prepare_fields(&mut self, id: Id) {
        let def = Rc::clone(&self.nodes[id].def);
        for field in &def.elements {
            let mut props = Object::new();
            for key in PROPS.iter().chain(&RULES) {
                props.insert(String::from(*key), field.props.get(key).clone());
            }
            let default = def.props.get("defaultValue").get(&field.name);
            props.insert(String::from("defaultValue"), default.clone());
            let rules = field.rules.0.iter().filter(|rule| RULES.contains(&rule.name)).cloned().collect();
            let element = Element { props: Props(props), rules: Rules(rules), ..Element::clone(field) };
            let child = self.add(&Rc::new(element), None, Some(id), Holder::Field(id));
            self.nodes[id].children.push(child);
        }
    }

    /// The fields of several texts, in order.
    pub fn fields(&self, id: Id) -> Vec<Id> {
        match self.nodes[id].kind() {
            Kind::Multipletext => self.nodes[id].children.clone(),
            _ => Vec::new(),
        }
    }

    /// `{name.field}`; the whole answer is looked up in the survey's data.
    pub(crate) fn fields_lookup(
        &self,
        id: Id,
        steps: &[Step],
        _index: Option<f64>,
        _root: bool,
        original: bool,
    ) -> Option<Option<Answered>> {
        Some(self.shortest_lookup(steps, original, &|name| {
            self.nodes[id].children.iter().copied().find(|field| self.nodes[*field].def.name == name)
        }))
    }

    pub(crate) fn fields_display(&self, id: Id, value: &Value) -> Value {
        let mut shown = Object::new();
        for field in &self.nodes[id].children {
            let value = value.get(&self.nodes[*field].def.name);
            if !crate::js::is_empty(value) {
                shown.insert(self.title_of(*field), self.display_value_of(*field, value));
            }
        }
        Value::Object(shown)
    }

    pub(crate) fn fields_validate(&mut self, id: Id, check: &mut validate::Check) -> bool {
        let mut valid = true;
        for field in self.nodes[id].children.clone() {
            if !check.changed || !self.question_is_empty(field) {
                valid &= self.validate_question(field, check);
            }
        }
        valid
    }

    pub(crate) fn fields_are_answered(&self, id: Id) -> bool {
        !is_blank(&self.nodes[id].value)
            && self.nodes[id].children.iter().all(|field| self.nodes[*field].answered)
    }

    /// `setMultipleTextValue`
    pub(crate) fn field_set_value(&mut self, owner: Id, name: &str, value: Value) {
        let known = matches!(self.nodes[owner].value, Value::Object(_));
        let mut object = self.nodes[owner].value.as_object().cloned().unwrap_or_default();
        if is_blank(&value) {
            object.remove(name);
        } else {
            object.insert(String::from(name), value);
        }
        if known {
            let value = if object.is_empty() { Value::Null } else { Value::Object(object) };
            self.replace_value(owner, value);
        } else {
            self.set_new_value(owner, Value::Object(object));
        }
    }

    pub(crate) fn fields_follow_value(&mut self, id: Id) {
        for field in self.nodes[id].children.clone() {
            let value = self.nodes[id].value.get(&self.nodes[field].def.name).clone();
            self.update_from_survey(field, value, false);
        }
        self.update_answered(id);
    }

    pub(crate) fn fields_run_condition(&mut self, id: Id) {
        for field in self.nodes[id].children.clone() {
            self.run_question_condition(field);
        }
    }
}

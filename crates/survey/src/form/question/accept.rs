//! Which answers a question takes, and in which form.

use super::*;

impl Form {
    /// `checkIsValueCorrect`
    pub(super) fn is_acceptable(&self, id: Id, value: &Value) -> bool {
        is_blank(value)
            || match self.nodes[id].kind() {
                Kind::Matrix | Kind::Matrixdropdown | Kind::Multipletext => {
                    matches!(value, Value::Object(_))
                }
                Kind::Paneldynamic => matches!(value, Value::Array(_)),
                _ => true,
            }
    }

    /// `valueToData`
    pub(super) fn to_data(&self, id: Id, value: Value) -> Value {
        match self.nodes[id].kind() {
            Kind::Imagepicker => value,
            Kind::Rating => self.rating_value(id, value),
            kind if kind.is_checkbox() => self.wrap_all(id, value),
            kind if kind.is_select() => match value {
                Value::Array(items) => items.into_iter().next().unwrap_or_default(),
                other => other,
            },
            _ => value,
        }
    }

    /// A point of a scale as the scale has it, or as a number.
    pub(super) fn rating_value(&self, id: Id, value: Value) -> Value {
        let node = &self.nodes[id];
        if !node.select.items.is_empty() && !node.def.props.flag("autoGenerate", false) {
            let item = self.item_by_value(&node.select.items, &value).filter(|item| item.visible.get());
            return item.map_or(value, |item| item.choice.value.clone());
        }
        if value.is_null() || js::to_number(&value).is_nan() {
            return value;
        }
        let number = js::parse_float(&js::to_text(&value));
        if number.is_nan() { Value::Null } else { Value::Number(number) }
    }

    pub(super) fn boolean_value(&self, id: Id, value: Value) -> Value {
        let props = &self.nodes[id].def.props;
        match &value {
            Value::String(text) if text == "true" && props.get("valueTrue").as_str() != Some("true") => {
                Value::Bool(true)
            }
            Value::String(text) if text == "false" && props.get("valueFalse").as_str() != Some("false") => {
                Value::Bool(false)
            }
            Value::String(text) if text == "indeterminate" => Value::Null,
            _ => value,
        }
    }

    pub(super) fn boolean_default(&mut self, id: Id) {
        let props = self.nodes[id].def.props.clone();
        let default = match props.get("defaultValue") {
            Value::Bool(true) => Value::from("true"),
            Value::Bool(false) => Value::from("false"),
            other => other.clone(),
        };
        let is =
            |word: &str, own: &Value| default.as_str() == Some(word) || !own.is_null() && default == *own;
        if is("true", props.get("valueTrue")) {
            self.set_question(id, self.boolean_answer(id, true));
        }
        if is("false", props.get("valueFalse")) {
            self.set_question(id, self.boolean_answer(id, false));
        }
        if default.is_null() || default.as_str() == Some("indeterminate") {
            self.set_question(id, Value::Null);
        }
    }

    /// What yes or no is stored as.
    pub(crate) fn boolean_answer(&self, id: Id, yes: bool) -> Value {
        let key = if yes { "valueTrue" } else { "valueFalse" };
        match self.nodes[id].def.props.get(key) {
            Value::Null => Value::Bool(yes),
            own => own.clone(),
        }
    }

    /// A number that was typed is a number.
    pub(super) fn correct_text(&self, id: Id, value: Value) -> Value {
        if !js::truthy(&value) {
            return value;
        }
        match self.nodes[id].def.props.word("inputType") {
            "number" | "range" if js::is_number(&value) => Value::Number(js::get_number(&value)),
            "number" | "range" => Value::from(""),
            _ => value,
        }
    }
}

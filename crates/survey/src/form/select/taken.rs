//! What is taken of the choices: as the survey holds it, and as a member sees it.

use super::*;

impl Form {
    /// The choice that a value means.
    pub(crate) fn item_by_value<'a>(&self, items: &'a [Rc<Item>], value: &Value) -> Option<&'a Rc<Item>> {
        let value = match value {
            Value::Object(_) if !is_blank(value.get("value")) => value.get("value"),
            other => other,
        };
        let empty = js::is_empty(value);
        items.iter().find(|item| {
            empty && js::is_empty(&item.choice.value) || js::equals(&item.choice.value, value, js::EXACT)
        })
    }

    /// `valueFromData`: the value as the choice has it.
    pub(crate) fn value_of_data(&self, id: Id, value: Value) -> Value {
        if !self.nodes[id].kind().is_checkbox() {
            return self.one_from_data(id, value);
        }
        match value {
            Value::Array(items) => Value::Array(
                items
                    .into_iter()
                    .map(|value| match self.item_by_value(self.visible_choices(id), &value) {
                        Some(item) => self.wrap(id, item.choice.value.clone()),
                        None => value,
                    })
                    .collect(),
            ),
            value if !js::truthy(&value) => value,
            value => Value::Array(vec![self.one_from_data(id, value)]),
        }
    }

    pub(super) fn one_from_data(&self, id: Id, value: Value) -> Value {
        match self.item_by_value(&self.active(id), &value) {
            Some(item) => item.choice.value.clone(),
            None => value,
        }
    }

    /// The name of a member that each value of the list is kept in, if the definition wants that.
    pub(super) fn member(&self, id: Id) -> &str {
        match self.nodes[id].kind() {
            kind if kind.is_checkbox() => self.nodes[id].def.props.word("valuePropertyName"),
            _ => "",
        }
    }

    pub(super) fn wrap(&self, id: Id, value: Value) -> Value {
        match self.member(id) {
            "" => value,
            name if value.as_object().is_some_and(|object| object.contains_key(name)) => value,
            name => Value::Object(Object::from_iter([(String::from(name), value)])),
        }
    }

    pub(crate) fn wrap_all(&self, id: Id, value: Value) -> Value {
        match value {
            value if js::is_empty(&value) => value,
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.wrap(id, item)).collect()),
            one => Value::Array(vec![self.wrap(id, one)]),
        }
    }

    pub(crate) fn unwrap(&self, id: Id, value: &Value) -> Value {
        match self.member(id) {
            "" => value.clone(),
            name => match value {
                Value::Object(object) => object.get(name).cloned().unwrap_or_default(),
                other => other.clone(),
            },
        }
    }

    pub(super) fn unwrap_all(&self, id: Id, value: Value) -> Value {
        match value {
            Value::Array(items) => Value::Array(items.iter().map(|item| self.unwrap(id, item)).collect()),
            other => other,
        }
    }

    /// What a member sees of the value: `other` in place of what only stands in the answer.
    pub(crate) fn rendered_from_data(&mut self, id: Id, value: Value) -> Value {
        let value = match value {
            Value::Array(_) => self.unwrap_all(id, value),
            Value::Object(_) if !is_blank(value.get("value")) => {
                match self.item_by_value(self.visible_choices(id), &value) {
                    Some(_) => value.get("value").clone(),
                    None => value,
                }
            }
            other => other,
        };
        if self.nodes[id].kind() == Kind::Imagepicker {
            return value;
        }
        if self.stores_others_as_comment(id) || !self.shows_other(id) {
            return value;
        }
        if self.nodes[id].kind().is_checkbox() {
            return self.rendered_list(id, value);
        }
        if !self.has_unknown(id, &value, true, false) {
            return self.value_of_data(id, value);
        }
        self.set_other_value(id, &js::to_text(&value));
        Value::from(OTHER)
    }

    pub(super) fn rendered_list(&mut self, id: Id, value: Value) -> Value {
        let Value::Array(mut items) = value else { return Value::Array(Vec::new()) };
        if !self.has_active_choices(id) {
            return Value::Array(items);
        }
        for item in &mut items {
            if is_other(item) {
                break;
            }
            if self.has_unknown_item(id, item, true, false, false) {
                let text = js::to_text(item);
                self.set_other_value(id, &text);
                *item = Value::from(OTHER);
                break;
            }
        }
        Value::Array(items)
    }

    pub(super) fn has_active_choices(&mut self, id: Id) -> bool {
        if self.visible_choices(id).is_empty() {
            self.on_visible_choices_changed(id);
        }
        self.visible_choices(id).iter().any(|item| item.special.is_none())
    }

    /// `renderedValue = …`
    pub(crate) fn set_rendered(&mut self, id: Id, value: Value, change: bool) {
        self.nodes[id].select.rendered = value.clone();
        if change && !self.is_read_only(id) {
            let data = self.rendered_to_data(id, value);
            if !Self::same(&data, &self.nodes[id].value) {
                self.set_question(id, data);
            }
        }
        if change && self.shows_other(id) && !self.is_other_selected(id) {
            self.set_other_value(id, "");
        }
    }

    pub(super) fn rendered_to_data(&self, id: Id, value: Value) -> Value {
        if self.stores_others_as_comment(id) { value } else { self.validated_value(id, value) }
    }

    /// `renderedValueToDataCore`: the text in place of `other`.
    pub(crate) fn validated_value(&self, id: Id, value: Value) -> Value {
        let other = self.other_value(id);
        let replace =
            !other.trim().is_empty() && self.has_unknown(id, &Value::from(other.as_str()), true, false);
        match value {
            Value::Array(items) => Value::Array(
                items
                    .into_iter()
                    .map(|item| {
                        if replace && is_other(&item) {
                            self.wrap(id, Value::from(other.as_str()))
                        } else {
                            self.wrap(id, item)
                        }
                    })
                    .collect(),
            ),
            value if replace && is_other(&value) => Value::from(other.as_str()),
            // Without an answer too, what is checked of a list is a list.
            value if self.nodes[id].kind().is_checkbox() && is_blank(&value) => Value::Array(Vec::new()),
            value => value,
        }
    }

    /// `isItemSelected`
    pub(crate) fn is_item_selected(&self, id: Id, item: &Item) -> bool {
        let node = &self.nodes[id];
        if item.special == Some(Special::Other) {
            return self.is_other_selected(id);
        }
        let value = &item.choice.value;
        match node.kind() {
            Kind::Imagepicker => {
                if item.choice.props.word("imageLink").is_empty()
                    && item.choice.props.get("imageLink").as_object().is_none()
                {
                    return false;
                }
                match &node.value {
                    Value::Array(items) => items.iter().any(|taken| Self::same(taken, value)),
                    taken => !is_blank(taken) && Self::same(taken, value),
                }
            }
            Kind::Ranking if !node.def.props.flag("selectToRankEnabled", false) => true,
            kind if kind.is_checkbox() => {
                if item.special == Some(Special::SelectAll) {
                    return self.all_selected(id);
                }
                let taken = node.select.rendered.as_array().unwrap_or_default();
                taken.iter().any(|taken| Self::same(taken, value))
            }
            _ => node.select.rendered == *value,
        }
    }

    /// Whether every choice that can be taken is.
    pub(crate) fn all_selected(&self, id: Id) -> bool {
        let exclusive = self
            .visible_choices(id)
            .iter()
            .any(|item| item.is_exclusive() && self.is_item_selected(id, item));
        let taken = self.unwrap_all(id, self.nodes[id].value.clone());
        let taken = taken.as_array().unwrap_or_default();
        let mut choices =
            self.visible_choices(id).iter().filter(|item| is_plain(item) && item.enabled.get()).peekable();
        !exclusive && choices.peek().is_some() && choices.all(|item| taken.contains(&item.choice.value))
    }

    /// `hasUnknownValue`
    pub(crate) fn has_unknown(&self, id: Id, value: &Value, other: bool, filtered: bool) -> bool {
        match value {
            Value::Array(items) => {
                items.iter().any(|item| self.has_unknown_item(id, item, other, filtered, false))
            }
            one => self.has_unknown_item(id, one, other, filtered, false),
        }
    }

    pub(super) fn has_unknown_item(
        &self,
        id: Id,
        value: &Value,
        other: bool,
        filtered: bool,
        empty: bool,
    ) -> bool {
        let value = &self.unwrap(id, value);
        if !empty && is_blank(value) || other && is_other(value) {
            return false;
        }
        if !self.is_unknown_here(id, value, filtered) {
            return false;
        }
        // Another question with the same answer may have the choice.
        if self.nodes[id].def.props.word("valueName").is_empty() {
            return true;
        }
        let same = self.by_value_name(self.nodes[id].def.value_name(), false);
        !same.iter().any(|shared| {
            *shared != id
                && self.nodes[*shared].kind().is_select()
                && !self.is_unknown_here(*shared, value, filtered)
        })
    }

    pub(super) fn is_unknown_here(&self, id: Id, value: &Value, filtered: bool) -> bool {
        // An order shows none of them, and keeps them where the definition has them nevertheless.
        let known =
            [("showNoneItem", "none"), ("showRefuseItem", "refused"), ("showDontKnowItem", "dontknow")];
        let props = &self.nodes[id].def.props;
        if known.iter().any(|(key, word)| value.as_str() == Some(*word) && props.flag(key, false)) {
            return false;
        }
        let choices = if filtered { self.filtered(id) } else { self.active(id) };
        self.item_by_value(&choices, value).is_none()
    }

    /// `setNewValue` of a list of choices.
    pub(crate) fn set_checkbox(&mut self, id: Id, value: Value) {
        if !self.nodes[id].select.clearing {
            self.nodes[id].select.hidden_values.clear();
        }
        let value = self.value_of_data(id, value);
        let list = |value: &Value| match value {
            Value::Array(items) => items.clone(),
            value if js::truthy(value) => vec![value.clone()],
            _ => Vec::new(),
        };
        let (old, mut new) = (list(&self.nodes[id].value), list(&value));
        if Self::same(&Value::Array(old.clone()), &Value::Array(new.clone())) {
            return;
        }
        self.keep_exclusive(id, &old, &mut new);
        let value = self.value_of_data(id, Value::Array(new));
        self.set_new_value(id, value);
    }

    /// A choice that excludes all others stays alone, or goes when another one is taken.
    pub(super) fn keep_exclusive(&self, id: Id, old: &[Value], new: &mut Vec<Value>) {
        let exclusive: Vec<Value> = self
            .visible_choices(id)
            .iter()
            .filter(|item| item.is_exclusive())
            .map(|item| item.choice.value.clone())
            .collect();
        let last = |list: &[Value], among: &[Value]| {
            list.iter().enumerate().rev().find_map(|(at, value)| {
                let value = self.unwrap(id, value);
                among.contains(&value).then_some((at, value))
            })
        };
        if exclusive.is_empty() {
            return;
        }
        match (last(old, &exclusive), last(new, &exclusive)) {
            (Some((_, before)), Some((at, now))) if before == now && !new.is_empty() => {
                new.remove(at);
            }
            (Some((_, before)), _) => {
                if let Some((at, _)) = last(new, &[before])
                    && at + 1 < new.len()
                {
                    new.remove(at);
                }
            }
            (None, Some((_, now))) if new.len() > 1 => {
                *new = vec![self.wrap(id, now)];
            }
            _ => {}
        }
    }
}

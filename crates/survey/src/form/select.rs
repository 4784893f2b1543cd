//! Questions with choices: which there are, which are taken, and what becomes of answers that are no choice any more.

use super::*;
use crate::js;
use question::is_blank;
use std::cmp::Ordering;

impl Form {
    pub(crate) fn prepare_select(&mut self, id: Id) {
        let def = Rc::clone(&self.nodes[id].def);
        let mut items: Vec<Rc<Item>> = def.choices.iter().cloned().map(Item::new).collect();
        let (least, most) = (def.props.number("choicesMin", 0.0), def.props.number("choicesMax", 0.0));
        if def.kind == Kind::Dropdown && most > least {
            let step = def.props.number("choicesStep", 1.0).max(1.0);
            let mut value = least;
            while value <= most && items.len() < 1_000 {
                items.push(self.add_choice_item(Value::Number(value), Value::Null));
                value += step;
            }
        }
        let mut specials = Vec::new();
        if def.kind.is_select() && !matches!(def.kind, Kind::Imagepicker | Kind::Ranking) {
            let mut add = |on: bool, special: Special, value: &str| {
                if on {
                    let choice = Rc::new(Choice { value: Value::from(value), ..Choice::default() });
                    let (visible, enabled) = (Cell::new(true), Cell::new(true));
                    specials.push(Rc::new(Item { choice, special: Some(special), visible, enabled }));
                }
            };
            let on = |key: &str| def.props.flag(key, false);
            let all = matches!(def.kind, Kind::Checkbox | Kind::Tagbox);
            add(all && on("showSelectAllItem"), Special::SelectAll, "");
            add(on("showNoneItem"), Special::None, "none");
            add(on("showRefuseItem"), Special::Refuse, "refused");
            add(on("showDontKnowItem"), Special::DontKnow, "dontknow");
            add(on("showOtherItem"), Special::Other, OTHER);
        }
        let select = &mut self.nodes[id].select;
        select.items = items;
        select.specials = specials;
    }

    /// The choices on screen.
    pub(crate) fn visible_choices(&self, id: Id) -> &[Rc<Item>] {
        &self.nodes[id].select.visible
    }

    fn special(&self, id: Id, special: Special) -> Option<&Rc<Item>> {
        self.nodes[id].select.specials.iter().find(|item| item.special == Some(special))
    }

    pub(crate) fn shows_other(&self, id: Id) -> bool {
        self.special(id, Special::Other).is_some()
    }

    /// The question that the choices come from, and whether it is one with choices.
    fn carry_forward(&self, id: Id) -> Option<(Id, bool)> {
        let node = &self.nodes[id];
        let from = node.def.props.word("choicesFromQuestion");
        if from.is_empty() {
            return None;
        }
        let found = self.find_beside(id, from).filter(|found| *found != id)?;
        match self.nodes[found].kind() {
            kind if kind.is_select() => Some((found, true)),
            Kind::Paneldynamic => Some((found, false)),
            _ => None,
        }
    }

    /// `activeChoices`
    fn active(&self, id: Id) -> Vec<Rc<Item>> {
        match self.carry_forward(id) {
            Some((from, true)) => self.choices_of(id, from),
            Some((from, false)) => self.choices_of_entries(id, from),
            None => self.nodes[id].select.items.clone(),
        }
    }

    fn remember_dependence(&mut self, id: Id) {
        if let Some((from, _)) = self.carry_forward(id)
            && !self.nodes[from].select.depended.contains(&id)
        {
            self.nodes[from].select.depended.push(id);
        }
    }

    fn choices_of(&self, id: Id, from: Id) -> Vec<Rc<Item>> {
        let mode = self.nodes[id].def.props.word("choicesFromQuestionMode");
        let mut list = Vec::new();
        for item in self.visible_choices(from) {
            if item.special.is_some() {
                continue;
            }
            let taken = self.is_item_selected(from, item);
            if mode != "selected" && mode != "unselected" || taken == (mode == "selected") {
                list.push(Item::new(Rc::clone(&item.choice)));
            }
        }
        let other = self.other_value(from);
        if mode == "selected" && !self.shows_other(id) && self.is_other_selected(from) && !other.is_empty() {
            list.push(self.add_choice_item(Value::from(OTHER), Value::String(other)));
        }
        list
    }

    fn choices_of_entries(&self, id: Id, from: Id) -> Vec<Rc<Item>> {
        let props = &self.nodes[id].def.props;
        let (key, text) = (props.word("choiceValuesFromQuestion"), props.word("choiceTextsFromQuestion"));
        let mut list = Vec::new();
        for entry in self.nodes[from].value.as_array().unwrap_or_default() {
            let Some(object) = entry.as_object() else { continue };
            let first =
                if key.is_empty() { self.first_key_of(from, object) } else { Some(String::from(key)) };
            let Some(value) = first.and_then(|key| object.get(&key)).filter(|value| !is_blank(value)) else {
                continue;
            };
            let text = if text.is_empty() { Value::Null } else { entry.get(text).clone() };
            list.push(self.add_choice_item(value.clone(), text));
        }
        list
    }

    pub(crate) fn filtered(&self, id: Id) -> Vec<Rc<Item>> {
        self.nodes[id].select.filtered.clone().unwrap_or_else(|| self.active(id))
    }

    pub(crate) fn choices_for_hiding(&self, id: Id) -> Vec<Rc<Item>> {
        if self.carry_forward(id).is_some() {
            self.nodes[id].select.visible.clone()
        } else {
            self.filtered(id)
        }
    }

    /// `updateVisibleChoices`
    pub(crate) fn update_visible_choices(&mut self, id: Id) {
        self.remember_dependence(id);
        let mut list = self.filtered(id);
        match self.nodes[id].def.props.word("choicesOrder").to_lowercase().as_str() {
            "asc" => list.sort_by(|a, b| compare_choices(&self.choice_text(id, a), &self.choice_text(id, b))),
            "desc" => {
                list.sort_by(|a, b| compare_choices(&self.choice_text(id, b), &self.choice_text(id, a)))
            }
            "random" => shuffle(&mut list, self.env.seed.wrapping_add(id as u32)),
            _ => {}
        }
        let (head, tail): (Vec<_>, Vec<_>) = self.nodes[id]
            .select
            .specials
            .iter()
            .cloned()
            .partition(|item| item.special == Some(Special::SelectAll));
        list.splice(0..0, head);
        list.extend(tail);
        self.nodes[id].select.visible = list;
    }

    /// `onVisibleChoicesChanged`
    pub(crate) fn on_visible_choices_changed(&mut self, id: Id) {
        if self.run.loading == Loading::Reading {
            return;
        }
        self.update_visible_choices(id);
        if is_other(&self.nodes[id].select.rendered) {
            let rendered = self.rendered_from_data(id, self.nodes[id].value.clone());
            self.set_rendered(id, rendered, false);
        }
        self.question_visible_changed(id);
        self.tell_depended(id);
        if self.nodes[id].kind() == Kind::Ranking {
            self.ranking_choices_changed(id);
        }
    }

    /// Questions that take their choices from this one look again.
    pub(crate) fn tell_depended(&mut self, id: Id) {
        let select = &self.nodes[id].select;
        if self.run.loading == Loading::Reading || select.telling || select.connecting {
            return;
        }
        self.nodes[id].select.telling = true;
        self.update_depended(id);
        self.nodes[id].select.telling = false;
    }

    pub(crate) fn update_depended(&mut self, id: Id) {
        for depended in self.nodes[id].select.depended.clone() {
            self.on_visible_choices_changed(depended);
            self.clear_incorrect_values(depended);
        }
    }

    /// `runItemsEnableCondition`
    pub(crate) fn run_items_enabled(&mut self, id: Id) {
        let common = self.nodes[id].def.rules.get("choicesEnableIf");
        let has_common = !self.nodes[id].def.props.word("choicesEnableIf").is_empty();
        let full = self.is_full(id);
        let mut changed = false;
        for item in self.active(id) {
            let rule = item.choice.enable_if.as_ref().or(common.as_ref().map(|rule| &rule.expression));
            let broken = item.choice.broken_enable
                || item.choice.enable_if.is_none() && has_common && common.is_none();
            let mut enabled = match rule {
                _ if broken => false,
                Some(rule) => self.is_true(rule, scope::At::Choice(id, item.choice.value.clone())),
                None => true,
            };
            if self.nodes[id].kind().is_checkbox() {
                enabled = enabled && (!full || self.is_item_selected(id, &item));
            }
            changed |= item.enabled.replace(enabled) != enabled;
        }
        if changed && self.def.props.flag("clearDisabledChoices", false) {
            self.clear_disabled(id);
        }
        if self.nodes[id].kind().is_checkbox()
            && let Some(other) = self.special(id, Special::Other)
        {
            other.enabled.set(self.is_other_selected(id) || !full);
        }
    }

    /// Whether as many choices are taken as can be.
    fn is_full(&self, id: Id) -> bool {
        let most = self.nodes[id].def.props.number("maxSelectedChoices", 0.0);
        let least = self.nodes[id].def.props.number("minSelectedChoices", 0.0);
        let most = if most > 0.0 && least > most { least.max(most) } else { most };
        most >= 1.0 && self.nodes[id].value.as_array().map_or(0, <[Value]>::len) as f64 >= most
    }

    /// `runItemsCondition`
    pub(crate) fn run_items_visible(&mut self, id: Id) {
        self.remember_dependence(id);
        let common = self.nodes[id].def.rules.get("choicesVisibleIf");
        let has_common = !self.nodes[id].def.props.word("choicesVisibleIf").is_empty();
        let active = self.active(id);
        let mut filtered = Vec::new();
        let mut changed = false;
        // While the conditions run, an unfinished list of choices is what there is, as in SurveyJS.
        self.nodes[id].select.filtered = Some(Vec::new());
        for item in &active {
            let rule = item.choice.visible_if.as_ref().or(common.as_ref().map(|rule| &rule.expression));
            let broken = item.choice.broken_visible
                || item.choice.visible_if.is_none() && has_common && common.is_none();
            let visible = match rule {
                _ if broken => false,
                Some(rule) => self.is_true(rule, scope::At::Choice(id, item.choice.value.clone())),
                None => true,
            };
            if visible {
                filtered.push(Rc::clone(item));
            }
            changed |= item.visible.replace(visible) != visible;
        }
        let all = filtered.len() == active.len();
        self.nodes[id].select.filtered = (!all).then_some(filtered);
        if !changed && self.carry_forward(id).is_some() {
            let shown = self.visible_choices(id);
            changed = shown.len() != active.len()
                || shown.iter().zip(&active).any(|(a, b)| a.choice.value != b.choice.value);
        }
        if changed {
            self.on_visible_choices_changed(id);
            self.clear_incorrect_values(id);
        }
    }

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

    fn one_from_data(&self, id: Id, value: Value) -> Value {
        match self.item_by_value(&self.active(id), &value) {
            Some(item) => item.choice.value.clone(),
            None => value,
        }
    }

    /// The name of a member that each value of the list is kept in, if the definition wants that.
    fn member(&self, id: Id) -> &str {
        match self.nodes[id].kind() {
            kind if kind.is_checkbox() => self.nodes[id].def.props.word("valuePropertyName"),
            _ => "",
        }
    }

    fn wrap(&self, id: Id, value: Value) -> Value {
        match self.member(id) {
            "" => value,
            name if value.as_object().is_some_and(|object| object.contains_key(name)) => value,
            name => Value::Object(Object::from([(String::from(name), value)])),
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

    fn unwrap_all(&self, id: Id, value: Value) -> Value {
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

    fn rendered_list(&mut self, id: Id, value: Value) -> Value {
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

    fn has_active_choices(&mut self, id: Id) -> bool {
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

    fn rendered_to_data(&self, id: Id, value: Value) -> Value {
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

    fn value_on_setting_other(&mut self, id: Id, text: &str) -> Value {
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

    fn has_unknown_item(&self, id: Id, value: &Value, other: bool, filtered: bool, empty: bool) -> bool {
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

    fn is_unknown_here(&self, id: Id, value: &Value, filtered: bool) -> bool {
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
    fn keep_exclusive(&self, id: Id, old: &[Value], new: &mut Vec<Value>) {
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

    fn can_clear_unknown(&self, id: Id, value: &Value) -> bool {
        if !self.stores_others_as_comment(id) && self.is_other_selected(id) {
            return false;
        }
        match value {
            Value::Array(items) => items.iter().any(|item| self.has_unknown_item(id, item, true, true, true)),
            one => self.has_unknown_item(id, one, true, true, true),
        }
    }

    fn clear_disabled(&mut self, id: Id) {
        if self.nodes[id].kind().is_checkbox() {
            self.clear_incorrect_list(id, true);
        } else if self.is_disabled_value(id, &self.nodes[id].value) {
            self.clear_value(id, true);
        }
    }

    fn is_disabled_value(&self, id: Id, value: &Value) -> bool {
        self.item_by_value(&self.filtered(id), value).is_some_and(|item| !item.enabled.get())
    }

    fn clear_incorrect_pictures(&mut self, id: Id) {
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
    fn clear_incorrect_list(&mut self, id: Id, disabled: bool) {
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

    fn restore_hidden(&mut self, id: Id) -> Vec<Value> {
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

    /// `clearUnusedValues`: a text beside `other` that isn't taken.
    pub(crate) fn clear_unused(&mut self, id: Id) {
        match self.nodes[id].kind() {
            kind if kind.is_select() && !self.is_other_selected(id) => {
                self.set_other_value(id, "");
            }
            _ => {}
        }
    }

    /// Points of a scale that have conditions.
    pub(crate) fn run_rates(&mut self, id: Id) {
        let mut changed = false;
        for item in self.nodes[id].select.items.clone() {
            let visible = match &item.choice.visible_if {
                _ if item.choice.broken_visible => false,
                Some(rule) => self.is_true(rule, scope::At::Choice(id, item.choice.value.clone())),
                None => true,
            };
            changed |= item.visible.replace(visible) != visible;
        }
        if changed && !self.question_is_empty(id) && !self.is_read_only(id) {
            let items = self.nodes[id].select.items.clone();
            if self.item_by_value(&items, &self.nodes[id].value).is_some_and(|item| !item.visible.get()) {
                self.clear_value(id, false);
            }
        }
    }

    fn ranking_choices_changed(&mut self, id: Id) {
        let choosing = self.nodes[id].def.props.flag("selectToRankEnabled", false);
        let carried = self.carry_forward(id).is_some() && !self.nodes[id].select.by_user;
        if carried && !choosing && !self.nodes[id].def.props.has("defaultValue") {
            self.set_question(id, Value::Array(Vec::new()));
        }
        if self.visible_choices(id).len() == 1 && !choosing {
            let only = self.visible_choices(id)[0].choice.value.clone();
            self.set_question(id, Value::Array(Vec::new()));
            // SurveyJS puts it into the answer without telling anybody.
            self.nodes[id].value = Value::Array(vec![only]);
            return;
        }
        if !self.question_is_empty(id) && !choosing {
            self.sync_ranking(id);
        }
    }

    /// An order has every visible choice once.
    pub(crate) fn sync_ranking(&mut self, id: Id) {
        let value = &self.nodes[id].value;
        if self.nodes[id].def.props.flag("selectToRankEnabled", false) || !js::truthy(value) {
            return;
        }
        if self.question_is_empty(id) {
            return;
        }
        let visible = self.visible_choices(id).to_vec();
        let mut order: Vec<Value> = Vec::new();
        for value in self.nodes[id].value.as_array().unwrap_or_default() {
            if self.item_by_value(&visible, value).is_some() && !order.contains(value) {
                order.push(value.clone());
            }
        }
        for item in &visible {
            if !order.contains(&item.choice.value) {
                order.push(item.choice.value.clone());
            }
        }
        let order = Value::Array(order);
        if !Self::same(&self.nodes[id].value, &order) {
            self.set_question(id, order);
        }
    }
}

/// The value of the choice with a text of its own.
pub(crate) const OTHER: &str = "other";

pub(crate) fn is_other(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| item.as_str() == Some(OTHER)),
        one => one.as_str() == Some(OTHER),
    }
}

fn is_plain(item: &Item) -> bool {
    item.special.is_none() && !item.is_exclusive()
}

/// `Helpers.compareStrings`: numbers within texts count as numbers where the texts begin to differ.
fn compare_choices(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim(), b.trim());
    if a.is_empty() || b.is_empty() || a == b {
        return a.len().min(1).cmp(&b.len().min(1));
    }
    for ((at, left), right) in a.char_indices().zip(b.chars()) {
        if left.is_ascii_digit() && right.is_ascii_digit() {
            let number = |text: &str| {
                let rest = text.get(at..).unwrap_or_default();
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                js::get_number(&Value::from(rest.get(..end).unwrap_or_default()))
            };
            let (left, right) = (number(a), number(b));
            if let Some(order) = left.partial_cmp(&right).filter(|order| order.is_ne()) {
                return order;
            }
            break;
        }
        if left != right {
            break;
        }
    }
    js::compare_text(a, b)
}

/// An order that the seed decides.
fn shuffle(items: &mut [Rc<Item>], seed: u32) {
    let mut state = seed;
    let mut random = || {
        state = state.wrapping_add(0x6D2B_79F5);
        let mut t = state;
        t = (t ^ (t >> 15)).wrapping_mul(t | 1);
        t ^= t.wrapping_add((t ^ (t >> 7)).wrapping_mul(t | 61));
        t ^ (t >> 14)
    };
    for at in (1..items.len()).rev() {
        let other = random() as usize % (at + 1);
        items.swap(at, other);
    }
}

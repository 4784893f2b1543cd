//! Questions with choices: which there are, which are on screen and which can be taken. What is taken is in the folder.

mod clear;
mod other;
mod ranking;
mod taken;

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
            "random" => random::shuffle(&mut list, self.env.seed.wrapping_add(id as u32), random::of_item),
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

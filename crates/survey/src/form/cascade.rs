//! What follows from an answer: conditions, calculated values, triggers, questions that share it.

use super::*;
use crate::js;
use question::{comment_key, is_blank};

/// Whether the others are told of a new value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// Not yet: they are.
    No,
    /// They know.
    Yes,
}

/// How often conditions run again because they changed answers.
const MAX_ROUNDS: u32 = 10;
/// How often triggers run again because they changed answers.
const MAX_TRIGGER_ROUNDS: u32 = 3;

impl Form {
    /// The answers so far, with what is calculated for them.
    pub fn data(&self) -> Object {
        let mut data = self.data.clone();
        for calculated in &self.def.calculated {
            if calculated.include && !calculated.name.is_empty() {
                let value = self.variable(&calculated.name);
                if !value.is_null() {
                    data.insert(calculated.name.clone(), value);
                }
            }
        }
        data
    }

    /// Replaces all answers, as a stored response does when it is opened again.
    pub fn set_data(&mut self, data: &Object) {
        self.data = data.iter().map(|(name, value)| (String::from(name.trim()), value.clone())).collect();
        self.run.setting_data = true;
        self.update_all();
        for id in self.questions() {
            let value = self.held(Holder::Survey, &self.value_name(id));
            self.on_survey_value_changed(id, &value);
        }
        self.notify_any_changed("", "");
        self.run.setting_data = false;
        self.run_conditions();
        self.update_all();
    }

    fn update_all(&mut self) {
        for id in self.questions() {
            let name = self.value_name(id);
            let value = self.held(Holder::Survey, &name);
            self.update_from_survey(id, value, false);
            if self.needs_comment(id) {
                self.init_comment(id);
            }
        }
    }

    /// Answers by the key of the answer, as `survey.setValue` does.
    pub fn set_value(&mut self, name: &str, value: Value) {
        self.set_data_value(name, value, Told::No, "");
    }

    pub(crate) fn set_data_value(&mut self, name: &str, value: Value, told: Told, question: &str) {
        if name == "__proto__" || self.run.depth > question::MAX_DEPTH {
            return;
        }
        let old = self.data.get(name).cloned().unwrap_or_default();
        if equal_to_stored(&value, &old) {
            return;
        }
        if js::is_empty(&value) {
            self.data.remove(name);
        } else {
            self.data.insert(String::from(name), value.clone());
        }
        let same = told == Told::Yes || Self::same(&value, &old);
        self.run.depth += 1;
        self.update_question_value(name, &value);
        if !same {
            self.run.notify.push(String::from(name));
            self.triggers_and_conditions(name, &value, &old, None);
            if self.run.notify.iter().any(|waiting| waiting == name) {
                let question = if question.is_empty() { name } else { question };
                self.notify_value_changed(name, &value, question);
                self.run.notify.retain(|waiting| waiting != name);
            }
        }
        self.run.depth -= 1;
    }

    fn update_question_value(&mut self, name: &str, value: &Value) {
        if self.run.loading == Loading::Reading {
            return;
        }
        for id in self.by_value_name(name, false).to_vec() {
            if !Self::same(&self.nodes[id].value, value) {
                // SurveyJS changes the stored list itself when it finds what is no choice in it.
                if self.nodes[id].kind().is_checkbox() && matches!(value, Value::Array(_)) {
                    let split = self.split_other(id, value.clone()).0;
                    if self.data.contains_key(name) {
                        self.data.insert(String::from(name), split);
                    }
                }
                self.update_from_survey(id, value.clone(), false);
            }
        }
    }

    pub(crate) fn set_data_comment(&mut self, name: &str, comment: &str) {
        let key = comment_key(name);
        let old = self.data.get(&key).cloned().unwrap_or_else(|| Value::from(""));
        let value = Value::from(comment);
        if Self::same(&value, &old) || self.run.depth > question::MAX_DEPTH {
            return;
        }
        if is_blank(&value) {
            self.data.remove(&key);
        } else {
            self.data.insert(key.clone(), value.clone());
        }
        self.run.depth += 1;
        for id in self.by_value_name(name, false).to_vec() {
            self.nodes[id].comment = String::from(comment);
            self.validate_on_value_changed(id);
        }
        self.triggers_and_conditions(&key, &value, &old, Some(name));
        if let Some(id) = self.by_value_name(name, false).first().copied() {
            self.set_comment_of(id, comment);
        }
        self.run.depth -= 1;
    }

    fn notify_value_changed(&mut self, name: &str, value: &Value, question: &str) {
        if self.run.loading == Loading::Reading {
            return;
        }
        for id in self.by_value_name(name, false).to_vec() {
            self.validate_on_value_changed(id);
            self.on_survey_value_changed(id, value);
        }
        self.notify_any_changed(name, question);
    }

    /// Every question hears that something changed.
    pub(crate) fn notify_any_changed(&mut self, name: &str, question: &str) {
        if self.run.loading == Loading::Elements {
            return;
        }
        if self.run.conditions {
            self.run.notify_after = true;
            return;
        }
        for id in self.questions() {
            self.on_any_value_changed(id, name, question);
        }
    }

    pub(crate) fn on_any_value_changed(&mut self, id: Id, name: &str, question: &str) {
        self.validate_dependent(id, name);
        match self.nodes[id].kind() {
            kind if kind.is_select() => {
                let from = self.nodes[id].def.props.word("choicesFromQuestion");
                if !name.is_empty() && !from.is_empty() && (name == from || question == from) {
                    self.on_visible_choices_changed(id);
                    self.clear_incorrect_values(id);
                }
            }
            Kind::Paneldynamic | Kind::Matrixdropdown | Kind::Multipletext => {
                self.entries_on_any_changed(id, name, question);
            }
            _ => {}
        }
    }

    fn triggers_and_conditions(&mut self, name: &str, value: &Value, old: &Value, related: Option<&str>) {
        let mut keys = Object::new();
        keys.insert(String::from(name), triggers::change(value, old));
        if let Some(related) = related {
            let now = self.held(Holder::Survey, related);
            keys.insert(String::from(related), triggers::change(&now, &now));
            self.run.keys.get_or_insert_default().insert(String::from(related), now);
        }
        self.conditions_on_value_changed(name, value);
        self.check_triggers(keys, triggers::When::Value, Some(related.unwrap_or(name)));
    }

    pub(crate) fn conditions_on_value_changed(&mut self, name: &str, value: &Value) {
        self.run.keys.get_or_insert_default().insert(String::from(name), value.clone());
        if self.run.conditions {
            self.run.changed_in_conditions = true;
            return;
        }
        self.run.on_value_changed = true;
        self.run_conditions();
        self.run.on_value_changed = false;
        self.run_questions_triggers(name);
        self.run.keys = None;
    }

    fn run_questions_triggers(&mut self, name: &str) {
        if self.is_display_mode() {
            return;
        }
        for id in self.questions() {
            if self.has_triggers(id) {
                let keys = self.run.keys.clone().unwrap_or_default();
                self.run_question_triggers(id, name, &keys);
            }
        }
    }

    /// Runs every condition, and again while they change answers.
    pub(crate) fn run_conditions(&mut self) {
        if self.completed || self.run.loading == Loading::Elements || self.run.conditions {
            return;
        }
        loop {
            self.run.conditions = true;
            self.run_conditions_once();
            self.build_wanted();
            self.run.conditions = false;
            if !std::mem::take(&mut self.run.changed_in_conditions) || self.run.rounds >= MAX_ROUNDS {
                break;
            }
            self.run.rounds += 1;
        }
        self.run.rounds = 0;
        if std::mem::take(&mut self.run.notify_after) {
            self.notify_any_changed("", "");
        }
        if !self.run.on_value_changed {
            self.run.keys = None;
        }
    }

    fn run_conditions_once(&mut self) {
        self.run.calculated.fill(false);
        for at in 0..self.def.calculated.len() {
            self.calculate(at);
        }
        for page in self.pages.clone() {
            self.run_element_condition(page);
        }
    }

    pub(crate) fn run_element_condition(&mut self, id: Id) {
        if !self.nodes[id].kind().is_container() {
            return self.run_question_condition(id);
        }
        let before = self.is_visible(id);
        self.nodes[id].conditions = true;
        for child in self.nodes[id].children.clone() {
            self.run_element_condition(child);
        }
        self.run_own_conditions(id);
        let after = self.is_visible(id);
        self.nodes[id].conditions = false;
        if before != after {
            self.child_visibility_changed(id);
        }
    }

    fn calculate(&mut self, at: usize) {
        if self.run.calculated[at] {
            return;
        }
        let def = Rc::clone(&self.def);
        let item = &def.calculated[at];
        if let Some(expression) = &item.expression
            && !item.name.is_empty()
            && !self.run.calculating[at]
        {
            self.run.calculating[at] = true;
            let names = expression.variables();
            for (other, found) in def.calculated.iter().enumerate() {
                if other != at && names.iter().any(|name| *name == found.name) {
                    self.calculate(other);
                }
            }
            let value = self.evaluate_anew(expression, scope::At::Survey);
            let old = self.variable(&item.name);
            let nothing = old.is_null() && value.as_array().is_some_and(<[Value]>::is_empty);
            if !nothing && !js::equals(&value, &old, js::EXACT) {
                self.set_variable(&item.name, value);
            }
            self.run.calculating[at] = false;
        }
        self.run.calculated[at] = true;
    }

    /// A value that expressions can use and that is no answer; `Null` where there is none.
    pub fn variable(&self, name: &str) -> Value {
        self.variables.get(&name.to_lowercase()).cloned().unwrap_or_default()
    }

    /// Sets a value that expressions can use and that is no answer.
    pub fn set_variable(&mut self, name: &str, value: Value) {
        if name.is_empty() {
            return;
        }
        let old = self.variable(name);
        self.data.remove(name);
        let name = name.to_lowercase();
        self.variables.insert(name.clone(), value.clone());
        self.notify_any_changed(&name, "");
        if !js::equals(&old, &value, js::STANDARD) {
            self.conditions_on_value_changed(&name, &value);
            let keys = Object::from_iter([(name.clone(), triggers::change(&value, &old))]);
            self.check_triggers(keys, triggers::When::Value, Some(&name));
        }
    }

    pub(crate) fn check_triggers(&mut self, keys: Object, when: triggers::When, name: Option<&str>) {
        if self.completed || self.def.triggers.is_empty() || self.is_display_mode() {
            return;
        }
        if self.run.triggers {
            self.run.trigger_keys.extend(keys);
            return;
        }
        let invalid = when != triggers::When::Complete
            && name.is_some_and(|name| {
                self.has_strict_trigger()
                    && self
                        .by_value_name(name, false)
                        .first()
                        .copied()
                        .is_some_and(|id| !self.validate_question(id, &mut validate::Check::silent()))
            });
        self.run.triggers = true;
        self.run.trigger_keys = keys;
        let mut before = self.run.trigger_keys.clone();
        for _ in 0..MAX_TRIGGER_ROUNDS {
            self.run_triggers(when, invalid);
            let now = self.run.trigger_keys.clone();
            if self.completed
                || js::equals(&Value::Object(before.clone()), &Value::Object(now.clone()), js::STANDARD)
            {
                break;
            }
            self.run.trigger_keys = now
                .into_iter()
                .filter(|(name, value)| {
                    let old = before.get(name).unwrap_or(question::nothing());
                    !js::equals(value, old, js::STANDARD)
                })
                .collect();
            before = self.run.trigger_keys.clone();
        }
        self.run.triggers = false;
    }
}

/// `isValueEqual`: an empty text is no answer.
fn equal_to_stored(new: &Value, old: &Value) -> bool {
    let none = |value: &Value| value.is_null() || value.as_str() == Some("");
    if none(new) || none(old) {
        return none(new) && none(old);
    }
    js::equals(new, old, js::STRICT)
}

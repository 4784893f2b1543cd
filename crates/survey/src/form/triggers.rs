//! Triggers of the survey, and when a rule has to run at all.

use super::*;
use crate::definition::{Trigger, TriggerKind};
use crate::expression::Expression;

/// What made triggers run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// An answer.
    Value,
    /// The next page.
    Page,
    /// The end of the survey.
    Complete,
}

impl Form {
    pub(crate) fn has_strict_trigger(&self) -> bool {
        self.def.triggers.iter().any(needs_valid_question)
    }

    pub(crate) fn run_triggers(&mut self, when: When, invalid: bool) {
        let def = Rc::clone(&self.def);
        for (at, trigger) in def.triggers.iter().enumerate() {
            if !(invalid && needs_valid_question(trigger)) {
                self.check_trigger(at, trigger, when);
            }
        }
    }

    fn check_trigger(&mut self, at: usize, trigger: &Trigger, when: When) {
        let word = |key: &str| trigger.props.word(key);
        let on_page = when != When::Value;
        let fits = match trigger.kind {
            TriggerKind::SetValue => !on_page && !word("setToName").is_empty(),
            TriggerKind::CopyValue => {
                !on_page && !word("setToName").is_empty() && !word("fromName").is_empty()
            }
            TriggerKind::Skip | TriggerKind::RunExpression => !on_page,
            TriggerKind::Complete | TriggerKind::Visible => true,
        };
        // SurveyJS runs none of its triggers at the end of the survey.
        if !fits || when == When::Complete {
            return;
        }
        let keys = self.run.trigger_keys.clone();
        let own = matches!(trigger.kind, TriggerKind::SetValue | TriggerKind::CopyValue)
            && keys.len() == 1
            && keys.contains_key(word("setToName"));
        if own || trigger.broken {
            return;
        }
        let mut names = trigger.expression.as_ref().map(Expression::variables).unwrap_or_default();
        if trigger.kind == TriggerKind::CopyValue {
            names.push(word("fromName"));
        }
        let function = trigger.expression.as_ref().is_some_and(Expression::has_function_without_variables);
        if !function && !names.is_empty() && !any_changed(&keys, &names) {
            return;
        }
        let holds = match &trigger.expression {
            Some(expression) => self.evaluate_anew(expression, scope::At::Survey) == Value::Bool(true),
            None if trigger.kind == TriggerKind::CopyValue => true,
            None => return,
        };
        if holds {
            self.fire(at, trigger, when);
        } else {
            self.not_fired(at, trigger);
        }
    }

    fn fire(&mut self, at: usize, trigger: &Trigger, when: When) {
        let word = |key: &str| trigger.props.word(key);
        match trigger.kind {
            TriggerKind::Complete if when == When::Page => self.complete_now(),
            TriggerKind::Complete => {
                self.run.completable.retain(|(known, _)| *known != at);
                self.run.completable.push((at, self.current));
            }
            TriggerKind::SetValue => {
                let value = trigger.props.get("setValue").clone();
                if trigger.props.flag("isVariable", false) {
                    self.set_variable(word("setToName"), value);
                } else {
                    self.set_by_name(word("setToName"), value);
                }
            }
            TriggerKind::CopyValue => {
                let shown = trigger.props.flag("copyDisplayValue", false);
                if let Some(value) = self.value_by_name(word("fromName"), shown) {
                    self.set_by_name(word("setToName"), value);
                }
            }
            TriggerKind::Skip => self.skip_to(word("gotoName")),
            TriggerKind::RunExpression => {
                let Some(run) = &trigger.run else { return };
                let value = self.evaluate(run, scope::At::Survey);
                if !word("setToName").is_empty() && !value.is_null() {
                    let value = self.plain_value(value);
                    self.set_by_name(word("setToName"), value);
                }
            }
            TriggerKind::Visible => self.show_named(trigger, true),
        }
    }

    fn not_fired(&mut self, at: usize, trigger: &Trigger) {
        match trigger.kind {
            TriggerKind::Complete => self.run.completable.retain(|(known, _)| *known != at),
            TriggerKind::Visible => self.show_named(trigger, false),
            _ => {}
        }
    }

    fn show_named(&mut self, trigger: &Trigger, visible: bool) {
        let names = |key: &str| -> Vec<String> {
            let list = trigger.props.get(key).as_array().unwrap_or_default();
            list.iter().filter_map(|name| name.as_str().map(String::from)).collect()
        };
        for name in names("pages") {
            if let Some(id) = self.pages.iter().copied().find(|id| self.nodes[*id].def.name == name) {
                self.set_visible(id, visible);
            }
        }
        for name in names("questions") {
            if let Some(id) = self.by_name(&name) {
                self.set_visible(id, visible);
            }
        }
    }

    /// Answers the question of a value name, or keeps the answer for none.
    fn set_by_name(&mut self, name: &str, value: Value) {
        if name.is_empty() {
            return;
        }
        match self.find_question(name) {
            Some(id) => self.set_question(id, value),
            None if !name.contains('.') => self.set_value(name, value),
            None => {}
        }
    }

    /// Whether a trigger allows to end the survey on this page.
    pub fn may_complete_early(&self) -> bool {
        self.run.completable.iter().any(|(_, page)| *page == self.current)
    }
}

fn needs_valid_question(trigger: &Trigger) -> bool {
    matches!(trigger.kind, TriggerKind::Complete | TriggerKind::Skip)
}

/// What a trigger hears of a change.
pub(crate) fn change(new: &Value, old: &Value) -> Value {
    Value::Object(Object::from_iter([
        (String::from("newValue"), new.clone()),
        (String::from("oldValue"), old.clone()),
    ]))
}

/// Whether an expression can't give anything else than before.
pub(crate) fn can_skip(expression: &Expression, keys: &Object) -> bool {
    if expression.has_function_without_variables() {
        return false;
    }
    let names = expression.variables();
    !names.is_empty() && !any_changed(keys, &names)
}

/// Whether a rule that sets an answer runs for these changes.
pub(crate) fn may_run(expression: &Expression, second: Option<&Expression>, keys: &Object) -> bool {
    let sort = |expression: &Expression| {
        if expression.has_function_without_variables() {
            return Sort::Always;
        }
        let names = expression.variables();
        if names.is_empty() {
            Sort::Always
        } else if any_changed(keys, &names) {
            Sort::Changed
        } else {
            Sort::Unchanged
        }
    };
    match (sort(expression), second) {
        (Sort::Changed, _) => true,
        (first, None) => first == Sort::Always,
        (_, Some(second)) => sort(second) != Sort::Unchanged,
    }
}

#[derive(PartialEq, Eq)]
enum Sort {
    Changed,
    Unchanged,
    Always,
}

/// Whether one of the names an expression uses has changed.
pub(crate) fn any_changed(keys: &Object, names: &[&str]) -> bool {
    names.iter().any(|name| {
        let lower = name.to_lowercase();
        if keys.contains_key(*name) || keys.contains_key(&lower) {
            return true;
        }
        if let Some(base) = first_part(name).strip_suffix("-unwrapped")
            && (keys.contains_key(base) || keys.contains_key(&base.to_lowercase()))
        {
            return true;
        }
        let Some(first) = first_key(keys, name) else { return false };
        match keys.get(first) {
            None | Some(Value::Null) => false,
            Some(Value::Object(change))
                if change.contains_key("newValue") && change.contains_key("oldValue") =>
            {
                let at = |key: &str| {
                    let root = Object::from_iter([(
                        String::from(first),
                        change.get(key).cloned().unwrap_or_default(),
                    )]);
                    scope::resolve_plain(&Value::Object(root), name)
                };
                !crate::js::equals(
                    &at("oldValue"),
                    &at("newValue"),
                    crate::js::Compare { trim: false, ..crate::js::STANDARD },
                )
            }
            Some(_) => true,
        }
    })
}

fn first_part(name: &str) -> &str {
    without_index(name.split('.').next().unwrap_or_default())
}

fn without_index(part: &str) -> &str {
    match part.rfind('[') {
        Some(at) if part.ends_with(']') => &part[..at],
        _ => part,
    }
}

/// The key that the beginning of a dotted name is.
fn first_key<'a>(keys: &'a Object, name: &str) -> Option<&'a str> {
    let mut path = String::new();
    for part in name.split('.') {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(without_index(part));
        let lower = path.to_lowercase();
        let found = keys.keys().find(|key| **key == path).or_else(|| keys.keys().find(|key| **key == lower));
        if let Some(found) = found {
            return Some(found);
        }
    }
    None
}

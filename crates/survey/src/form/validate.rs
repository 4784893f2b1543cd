//! What is wrong with the answers: when it is looked for, and of what. What each kind and validator asks is in the folder.

mod kinds;
mod validators;

use super::*;
use crate::definition::{Validator, ValidatorKind};
use crate::messages::{self, say};
use crate::{date, js};
use question::is_blank;

/// How serious a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The page can't be left.
    Error,
    /// The member should look again.
    Warning,
    /// Something to know.
    Info,
}

/// Something wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What to say, in the survey's language.
    pub text: String,
    /// How serious it is.
    pub severity: Severity,
}

impl Fault {
    pub(crate) fn new(text: String) -> Self {
        Self { text, severity: Severity::Error }
    }
}

/// How a question is checked.
pub(crate) struct Check {
    /// Whether it is because its answer changed.
    pub(crate) changed: bool,
    /// Whether the faults are kept, to be shown.
    pub(crate) keep: bool,
}

impl Check {
    pub(crate) fn shown() -> Self {
        Self { changed: false, keep: true }
    }

    pub(crate) fn changed() -> Self {
        Self { changed: true, keep: true }
    }

    pub(crate) fn silent() -> Self {
        Self { changed: false, keep: false }
    }
}

impl Form {
    /// Checks every visible page. Whether nothing keeps the survey from ending.
    pub fn validate(&mut self) -> bool {
        self.build_wanted();
        let mut valid = true;
        for page in self.visible_pages() {
            valid &= self.validate_page(page);
        }
        valid
    }

    /// Checks a page. Whether nothing keeps it from being left.
    pub fn validate_page(&mut self, page: Id) -> bool {
        self.validate_container(page, &mut Check::shown())
    }

    pub(crate) fn validate_container(&mut self, id: Id, check: &mut Check) -> bool {
        let mut valid = true;
        for child in self.nodes[id].children.clone() {
            if !self.is_visible(child) {
                continue;
            }
            valid &= if self.nodes[child].kind().is_container() {
                self.validate_container(child, check)
            } else {
                self.validate_question(child, check)
            };
        }
        let faults = self.container_faults(id);
        valid &= faults.is_empty();
        if check.keep {
            self.nodes[id].errors = faults;
        }
        valid
    }

    /// A panel that needs one answer and has none.
    fn container_faults(&self, id: Id) -> Vec<Fault> {
        if !self.nodes[id].required || self.is_read_only(id) {
            return Vec::new();
        }
        let mut list = Vec::new();
        self.questions_in(id, true, &mut list);
        if list.is_empty() || list.iter().any(|id| !self.question_is_empty(*id)) {
            return Vec::new();
        }
        let text = self.own_text(id, "requiredErrorText", messages::REQUIRED_IN_PANEL);
        vec![Fault::new(self.process(&scope::At::Element(id), &text))]
    }

    /// Checks a question. Whether nothing is wrong with its answer.
    pub(crate) fn validate_question(&mut self, id: Id, check: &mut Check) -> bool {
        if self.nodes[id].kind().is_select() && !check.changed && self.clear_if_invisible(id) != "none" {
            self.clear_incorrect_values(id);
        }
        if self.nodes[id].kind() == Kind::Paneldynamic && self.panels_skip_check(id) {
            return true;
        }
        let nested = self.validate_nested(id, check);
        let faults = self.faults(id, check.changed);
        let valid = nested && !faults.iter().any(|fault| fault.severity == Severity::Error);
        if check.keep {
            self.nodes[id].errors = faults;
        }
        valid
    }

    /// Whether the questions of a container have no faults, without keeping any.
    pub(crate) fn is_silently_valid(&self, container: Id) -> bool {
        let mut list = Vec::new();
        self.questions_in(container, false, &mut list);
        list.iter().all(|id| {
            let faults = self.faults(*id, false);
            !faults.iter().any(|fault| fault.severity == Severity::Error) && self.is_nested_valid(*id)
        })
    }

    /// What is wrong with the answer to a question by itself.
    pub(crate) fn faults(&self, id: Id, changed: bool) -> Vec<Fault> {
        let node = &self.nodes[id];
        let mut faults = Vec::new();
        if !self.is_visible(id) || self.is_read_only(id) && node.kind() != Kind::Expression {
            return faults;
        }
        if (!changed || node.was_answered == Some(true)) && self.is_missing(id) {
            faults.push(Fault::new(self.own_text(id, "requiredErrorText", messages::REQUIRED)));
        }
        match node.kind() {
            Kind::Text => self.text_faults(id, changed, &mut faults),
            kind if kind.is_select() => self.select_faults(id, changed, &mut faults),
            Kind::Matrix => self.matrix_faults(id, changed, &mut faults),
            _ => {}
        }
        if faults.is_empty() {
            self.validator_faults(id, &mut faults);
        }
        for fault in &mut faults {
            if fault.text.contains('{') {
                fault.text = self.process(&scope::At::Element(id), &fault.text);
            }
        }
        faults
    }

    /// `hasRequiredError`
    pub(crate) fn is_missing(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        let can = !node.kind().is_static() && node.kind() != Kind::Expression;
        can && node.required && self.question_is_empty(id)
    }

    /// A text of the definition, or the engine's own.
    pub(crate) fn own_text(&self, id: Id, key: &str, message: messages::Message) -> String {
        let own = self.pure(self.nodes[id].def.props.get(key));
        if own.is_empty() { say(message, &self.locale, &[]) } else { own }
    }

    /// An answer changed: what was wrong with it is looked at again.
    pub(crate) fn validate_on_value_changed(&mut self, id: Id) {
        let always = self.def.props.word("checkErrorsMode") == "onValueChanged";
        if always || !self.all_faults(id).is_empty() {
            self.validate_question(id, &mut Check::changed());
            return;
        }
        let mut parent = self.nodes[id].parent;
        while let Some(at) = parent {
            if !self.nodes[at].errors.is_empty() {
                self.nodes[at].errors = self.container_faults(at);
                return;
            }
            parent = self.nodes[at].parent;
        }
    }

    /// An answer that this question's validators look at changed.
    pub(crate) fn validate_dependent(&mut self, id: Id, name: &str) {
        if name.is_empty() || self.nodes[id].def.validators.is_empty() || self.all_faults(id).is_empty() {
            return;
        }
        let own = self.value_name(id);
        let prefix = [name, "."].concat();
        let depends = self.nodes[id].def.validators.iter().any(|validator| {
            validator.expression.as_ref().is_some_and(|expression| {
                expression
                    .variables()
                    .iter()
                    .any(|used| *used != own && (*used == name || used.starts_with(&prefix)))
            })
        });
        if depends {
            self.validate_question(id, &mut Check::changed());
        }
    }

    /// What is wrong with a question and with what it consists of, as it was checked last.
    pub(crate) fn all_faults(&self, id: Id) -> Vec<Fault> {
        let mut faults = self.nodes[id].errors.clone();
        self.nested_faults(id, &mut faults);
        faults
    }

    pub(crate) fn has_errors_in(&self, container: Id) -> bool {
        let node = &self.nodes[container];
        let error = |fault: &Fault| fault.severity == Severity::Error;
        node.errors.iter().any(error)
            || node.children.iter().any(|child| {
                self.is_visible(*child)
                    && if self.nodes[*child].kind().is_container() {
                        self.has_errors_in(*child)
                    } else {
                        self.all_faults(*child).iter().any(error)
                    }
            })
    }
}

//! What is wrong with the answers.

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

    fn select_faults(&self, id: Id, changed: bool, faults: &mut Vec<Fault>) {
        let node = &self.nodes[id];
        let unsaid = self.is_other_selected(id) && self.other_value(id).is_empty();
        if unsaid && (!changed || !node.select.previous_other.is_empty()) {
            faults.push(Fault::new(self.own_text(id, "otherErrorText", messages::OTHER_REQUIRED)));
        }
        if !changed && node.kind().is_checkbox() {
            let least = self.least_choices(id);
            let count = node.value.as_array().map_or(0, <[Value]>::len);
            let alone = count == 1
                && self
                    .visible_choices(id)
                    .iter()
                    .any(|item| item.is_exclusive() && self.is_item_selected(id, item));
            if least >= 1.0 && !alone && (count as f64) < least {
                let text = say(messages::MIN_SELECT, &self.locale, &[&js::number_text(least)]);
                faults.push(Fault::new(text));
            }
        }
    }

    fn least_choices(&self, id: Id) -> f64 {
        let props = &self.nodes[id].def.props;
        let (least, most) =
            (props.number("minSelectedChoices", 0.0), props.number("maxSelectedChoices", 0.0));
        if most > 0.0 && least > most { most } else { least }
    }

    fn text_faults(&self, id: Id, changed: bool, faults: &mut Vec<Fault>) {
        let node = &self.nodes[id];
        let props = &node.def.props;
        let kind = props.word("inputType");
        let mode = match props.word("textUpdateMode") {
            "" | "default" => self.def.props.word("textUpdateMode"),
            own => own,
        };
        if changed && mode == "onTyping" {
            return;
        }
        let mut limit = |low: bool| {
            let (key, message) =
                if low { ("minErrorText", messages::MIN) } else { ("maxErrorText", messages::MAX) };
            let value = if low { &node.limits.0 } else { &node.limits.1 };
            let shown = match kind {
                "date" => {
                    let day = date::create(value, self.env.offset_minutes, self.env.now);
                    let mut text = String::new();
                    date::write_text(day, self.env.offset_minutes, &mut text);
                    text.truncate(DAY_TEXT);
                    text
                }
                "datetime-local" => {
                    let moment = date::create(value, self.env.offset_minutes, self.env.now);
                    let mut text = String::new();
                    date::write_text(moment, self.env.offset_minutes, &mut text);
                    text
                }
                _ => js::to_text(value),
            };
            faults.push(Fault::new(messages::fill(&self.own_text(id, key, message), &[&shown])));
        };
        if self.is_below(id) {
            limit(true);
        }
        if self.is_above(id) {
            limit(false);
        }
        if kind == "number" && !self.fits_step(id) {
            let text = self.own_text(id, "stepErrorText", messages::STEP);
            faults.push(Fault::new(messages::fill(&text, &[&js::to_text(props.get("step"))])));
        }
        let checked = node.def.validators.iter().any(|validator| validator.kind == ValidatorKind::Email);
        if kind == "email" && !checked && js::truthy(&node.value) && !is_email(&js::to_text(&node.value)) {
            faults.push(Fault::new(say(messages::EMAIL, &self.locale, &[])));
        }
    }

    pub(crate) fn is_below(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        !is_blank(&node.limits.0)
            && !self.question_is_empty(id)
            && self.compares(id, &node.value, &node.limits.0) == Some(std::cmp::Ordering::Less)
    }

    pub(crate) fn is_above(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        !is_blank(&node.limits.1)
            && !self.question_is_empty(id)
            && self.compares(id, &node.value, &node.limits.1) == Some(std::cmp::Ordering::Greater)
    }

    /// How JavaScript orders an answer and a limit.
    fn compares(&self, id: Id, value: &Value, limit: &Value) -> Option<std::cmp::Ordering> {
        if matches!(self.nodes[id].def.props.word("inputType"), "date" | "datetime-local") {
            let moment = |value: &Value| date::create(value, self.env.offset_minutes, self.env.now);
            return moment(value).partial_cmp(&moment(limit));
        }
        match (value, limit) {
            (Value::String(value), Value::String(_) | Value::Array(_)) => {
                Some(value.encode_utf16().cmp(js::to_text(limit).encode_utf16()))
            }
            _ => js::to_number(value).partial_cmp(&js::to_number(limit)),
        }
    }

    fn fits_step(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        let step = node.def.props.get("step");
        if self.question_is_empty(id) || is_blank(step) || !js::is_number(step) || !js::is_number(&node.value)
        {
            return true;
        }
        let (mut value, mut step) = (js::get_number(&node.value), js::get_number(step));
        let round = |number: f64| (number + 0.5).floor();
        let mut power = 1.0;
        while (round(step * power) / power != step || round(value * power) / power != value) && power < 1e6 {
            power *= 10.0;
        }
        value = round(value * power);
        step = round(step * power);
        !(step > 0.0 && value % step != 0.0)
    }

    fn validator_faults(&self, id: Id, faults: &mut Vec<Fault>) {
        let node = &self.nodes[id];
        if node.def.validators.is_empty() {
            return;
        }
        let value = if node.kind().is_select() {
            self.validated_value(id, node.value.clone())
        } else {
            node.value.clone()
        };
        for validator in &node.def.validators {
            if let Some(text) = self.check(id, validator, &value) {
                let severity = match validator.props.word("notificationType") {
                    "warning" => Severity::Warning,
                    "info" => Severity::Info,
                    _ => Severity::Error,
                };
                faults.push(Fault { text, severity });
            }
        }
    }

    /// What a validator says of a value; `None` where it is content.
    fn check(&self, id: Id, validator: &Validator, value: &Value) -> Option<String> {
        let props = &validator.props;
        let own = self.pure(props.get("text"));
        let or = |message: messages::Message, with: &[&str]| {
            Some(if own.is_empty() { say(message, &self.locale, with) } else { own.clone() })
        };
        let limit = |key: &str| {
            props.get(key).as_f64().or_else(|| {
                let value = props.get(key);
                (js::is_number(value) && !value.is_null()).then(|| js::get_number(value))
            })
        };
        match validator.kind {
            ValidatorKind::Numeric => {
                if is_blank(value) {
                    return None;
                }
                if !js::is_number(value) {
                    return or(messages::NUMERIC, &[]);
                }
                let number = js::get_number(value);
                let (least, most) = (limit("minValue"), limit("maxValue"));
                let fine =
                    least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most);
                if fine {
                    return None;
                }
                let title = say(messages::VALUE, &self.locale, &[]);
                let text = |number: Option<f64>| number.map(js::number_text).unwrap_or_default();
                match (least, most) {
                    (Some(_), Some(_)) => or(messages::NUMERIC_MIN_MAX, &[&title, &text(least), &text(most)]),
                    (Some(_), None) => or(messages::NUMERIC_MIN, &[&title, &text(least)]),
                    _ => or(messages::NUMERIC_MAX, &[&title, &text(most)]),
                }
            }
            ValidatorKind::Text => {
                if is_blank(value) {
                    return None;
                }
                if !props.flag("allowDigits", true)
                    && js::to_text(value).ends_with(|c: char| c.is_ascii_digit())
                {
                    return or(messages::NO_DIGITS, &[]);
                }
                // Only texts and lists have a length in JavaScript.
                let length = match value {
                    Value::String(text) => js::utf16_length(text) as f64,
                    Value::Array(items) => items.len() as f64,
                    _ => return None,
                };
                let (least, most) = (limit("minLength").unwrap_or(0.0), limit("maxLength").unwrap_or(0.0));
                if !(least > 0.0 && length < least || most > 0.0 && length > most) {
                    return None;
                }
                let (low, high) = (js::number_text(least), js::number_text(most));
                match (least > 0.0, most > 0.0) {
                    (true, true) => or(messages::TEXT_MIN_MAX, &[&low, &high]),
                    (true, false) => or(messages::TEXT_MIN, &[&low]),
                    _ => or(messages::TEXT_MAX, &[&high]),
                }
            }
            ValidatorKind::AnswerCount => {
                let count = value.as_array().map(<[Value]>::len).filter(|count| *count > 0)? as f64;
                let (least, most) = (limit("minCount").unwrap_or(0.0), limit("maxCount").unwrap_or(0.0));
                if least != 0.0 && count < least {
                    return or(messages::MIN_SELECT, &[&js::number_text(least)]);
                }
                if most != 0.0 && count > most {
                    return or(messages::MAX_SELECT, &[&js::number_text(most)]);
                }
                None
            }
            ValidatorKind::Regex => {
                let regex = validator.regex.as_ref()?;
                if is_blank(value) {
                    return None;
                }
                // A pattern that takes for ever is left to the backend.
                let fails = |value: &Value| !regex.is_match(&js::to_text(value)).unwrap_or(true);
                let items = value.as_array().unwrap_or_default();
                (items.iter().any(fails) || fails(value)).then_some(own)
            }
            ValidatorKind::Email => {
                if !js::truthy(value) || is_email(&js::to_text(value)) {
                    return None;
                }
                or(messages::EMAIL, &[])
            }
            ValidatorKind::Expression => {
                let text = props.word("expression");
                if text.is_empty() {
                    return None;
                }
                let holds = validator
                    .expression
                    .as_ref()
                    .is_some_and(|expression| self.is_true(expression, scope::At::Element(id)));
                if holds { None } else { or(messages::EXPRESSION, &[text]) }
            }
        }
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

/// `Wed Aug 12 2026`: what JavaScript writes of a day.
const DAY_TEXT: usize = 15;

/// An address as SurveyJS accepts it.
fn is_email(text: &str) -> bool {
    const STOP: &str = "<>()[].,;:@\"";
    let word = |text: &str| !text.is_empty() && !text.chars().any(|c| STOP.contains(c) || c.is_whitespace());
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let quoted = local.len() > 2
        && local.starts_with('"')
        && local.ends_with('"')
        && !local.contains(['\n', '\r', '\u{2028}', '\u{2029}']);
    let local = quoted || local.split('.').all(word);
    let host = |text: &str| {
        !text.is_empty() && !text.chars().any(|c| STOP.contains(c) || c == '=' || c.is_whitespace())
    };
    let mut parts = domain.split('.').rev();
    let last = parts.next().unwrap_or_default();
    local && host(last) && js::utf16_length(last) >= 2 && parts.clone().next().is_some() && parts.all(host)
}

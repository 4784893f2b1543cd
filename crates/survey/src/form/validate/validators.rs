//! The validators that a definition adds.

use super::*;

impl Form {
    pub(super) fn validator_faults(&self, id: Id, faults: &mut Vec<Fault>) {
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
    pub(super) fn check(&self, id: Id, validator: &Validator, value: &Value) -> Option<String> {
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
}

/// An address as SurveyJS accepts it.
pub(super) fn is_email(text: &str) -> bool {
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

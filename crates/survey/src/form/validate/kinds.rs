//! What each kind of question asks of its answer.

use super::validators::is_email;
use super::*;

impl Form {
    pub(super) fn select_faults(&self, id: Id, changed: bool, faults: &mut Vec<Fault>) {
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

    pub(super) fn least_choices(&self, id: Id) -> f64 {
        let props = &self.nodes[id].def.props;
        let (least, most) =
            (props.number("minSelectedChoices", 0.0), props.number("maxSelectedChoices", 0.0));
        if most > 0.0 && least > most { most } else { least }
    }

    pub(super) fn text_faults(&self, id: Id, changed: bool, faults: &mut Vec<Fault>) {
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
    pub(super) fn compares(&self, id: Id, value: &Value, limit: &Value) -> Option<std::cmp::Ordering> {
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

    pub(super) fn fits_step(&self, id: Id) -> bool {
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
}

/// `Wed Aug 12 2026`: what JavaScript writes of a day.
const DAY_TEXT: usize = 15;

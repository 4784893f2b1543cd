//! What conditions and expressions do to a question.

use super::*;

impl Form {
    /// `runCondition` of a question.
    pub(crate) fn run_question_condition(&mut self, id: Id) {
        self.run_own_conditions(id);
        match self.nodes[id].kind() {
            kind if kind.is_select() => {
                self.run_items_enabled(id);
                self.run_items_visible(id);
            }
            Kind::Rating => self.run_rates(id),
            Kind::Text => {
                let rules = &self.nodes[id].def.rules;
                if rules.get("minValueExpression").is_some() || rules.get("maxValueExpression").is_some() {
                    self.set_limits(id);
                }
            }
            Kind::Expression => self.run_expression(id),
            Kind::Matrix => self.matrix_run_condition(id),
            Kind::Matrixdropdown => self.grid_run_condition(id),
            Kind::Multipletext => self.fields_run_condition(id),
            Kind::Paneldynamic => self.panels_run_condition(id),
            _ => {}
        }
        let free = !self.clears_on_hidden(id) || self.is_visible_in_survey(id);
        if !self.nodes[id].direct && free {
            self.run_default_rule(id, &mut |form, found| form.set_by_rule(id, found));
        }
    }

    /// `runExpressionSetValue`
    pub(crate) fn set_by_rule(&mut self, id: Id, found: Value) {
        let value = self.to_question_value(id, found);
        if !Self::same(&self.nodes[id].value, &value) {
            self.set_question(id, value);
        }
    }

    pub(super) fn run_expression(&mut self, id: Id) {
        let Some(rule) = self.nodes[id].def.rules.get("expression") else { return };
        let running = self.nodes[id].rules.contains(&"expression");
        if running || self.completed || self.is_read_only(id) || self.can_skip(id, "expression") {
            return;
        }
        self.nodes[id].rules.push("expression");
        let value = self.evaluate(&rule.expression, scope::At::Element(id));
        let value = round_to_precision(value, self.nodes[id].def.props.number("precision", -1.0));
        if !Self::same(&self.nodes[id].value, &value) {
            self.set_question(id, value);
        }
        self.nodes[id].rules.retain(|running| *running != "expression");
    }

    /// What an expression gives, as an answer: a date becomes text.
    pub(crate) fn to_question_value(&self, id: Id, value: Value) -> Value {
        let Value::Date(at) = value else { return value };
        let local = at + f64::from(self.env.offset_minutes) * 60_000.0;
        let with_time = self.nodes[id].def.props.word("inputType").starts_with("datetime");
        date::to_local_text(local, with_time).map(Value::String).unwrap_or_default()
    }

    /// Whether anything in it sets an answer because of others.
    pub(crate) fn has_triggers(&self, id: Id) -> bool {
        let rules = &self.nodes[id].def.rules;
        let own = ["resetValueIf", "setValueIf", "setValueExpression"];
        matches!(self.nodes[id].kind(), Kind::Matrixdropdown | Kind::Paneldynamic | Kind::Multipletext)
            || own.iter().any(|rule| rules.get(rule).is_some())
    }

    /// `resetValueIf`, `setValueIf` and `setValueExpression`, for what changed.
    pub(crate) fn run_question_triggers(&mut self, id: Id, name: &str, keys: &Object) {
        let node = &self.nodes[id];
        if node.setting {
            return;
        }
        if let Some(owner) = node.owner
            && self.nodes[owner].def.value_name() == name
        {
            return;
        }
        let rules = node.def.rules.clone();
        if let Some(rule) = rules.get("resetValueIf")
            && !self.question_is_empty(id)
            && triggers::may_run(&rule.expression, None, keys)
        {
            self.with_rule(id, "resetValueIf", &mut |form, found| {
                if found == Value::Bool(true) {
                    if form.is_default_empty(id) {
                        form.clear_value(id, false);
                    } else {
                        form.set_default_value(id);
                    }
                }
            });
        }
        let set = rules.get("setValueExpression");
        let has_condition = !self.nodes[id].def.props.word("setValueIf").is_empty();
        if let Some(rule) = rules.get("setValueIf")
            && triggers::may_run(&rule.expression, set.as_ref().map(|rule| &rule.expression), keys)
        {
            self.with_rule(id, "setValueIf", &mut |form, found| {
                if !js::truthy(&found) {
                    return;
                }
                if form.nodes[id].def.props.word("setValueExpression").is_empty() {
                    form.clear_value(id, false);
                } else {
                    form.with_rule(id, "setValueExpression", &mut |form, found| form.set_by_rule(id, found));
                }
            });
        }
        if let Some(rule) = set
            && !has_condition
            && triggers::may_run(&rule.expression, None, keys)
        {
            self.with_rule(id, "setValueExpression", &mut |form, found| form.set_by_rule(id, found));
        }
        match self.nodes[id].kind() {
            Kind::Matrixdropdown | Kind::Paneldynamic => self.run_entry_triggers(id, name, keys),
            _ => {}
        }
    }

    pub(crate) fn is_min_max(&self, id: Id) -> bool {
        let kind = self.nodes[id].def.props.word("inputType");
        matches!(kind, "number" | "range" | "date" | "datetime-local" | "time" | "month" | "week")
    }

    /// The limits of a text, after its expressions.
    pub(crate) fn set_limits(&mut self, id: Id) {
        let is_date = matches!(self.nodes[id].def.props.word("inputType"), "date" | "datetime-local");
        let fits = self.is_min_max(id);
        let plain = |key: &str| {
            let value = self.nodes[id].def.props.get(key);
            let numeric = matches!(self.nodes[id].def.props.word("inputType"), "number" | "range");
            if fits && (is_blank(value) || js::is_number(value) == numeric) {
                value.clone()
            } else {
                Value::Null
            }
        };
        let (least, most) = (plain("min"), plain("max"));
        let keep = |form: &mut Self, low: bool, value: Value| {
            let value =
                if !low && is_date && !js::truthy(&value) { Value::from("2999-12-31") } else { value };
            let value = form.to_question_value(id, value);
            let limits = &mut form.nodes[id].limits;
            if low {
                limits.0 = value;
            } else {
                limits.1 = value;
            }
        };
        if !self.with_rule(id, "minValueExpression", &mut |form, value| keep(form, true, value)) {
            keep(self, true, least);
        }
        if !self.with_rule(id, "maxValueExpression", &mut |form, value| keep(form, false, value)) {
            keep(self, false, most);
        }
    }
}

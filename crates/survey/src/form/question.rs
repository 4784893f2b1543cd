//! The answer to one question: how it is set, where it is kept, what it is at first.

use super::*;
use crate::js;
use crate::{date, value::NULL};

impl Form {
    pub(crate) fn value_name(&self, id: Id) -> String {
        String::from(self.nodes[id].def.value_name())
    }

    /// `isEmpty`
    pub(crate) fn question_is_empty(&self, id: Id) -> bool {
        match self.nodes[id].kind() {
            Kind::Paneldynamic => self.panels_are_empty(id),
            _ => is_blank(&self.nodes[id].value),
        }
    }

    /// The member's change, or a rule's: `question.value = …`.
    pub(crate) fn set_question(&mut self, id: Id, value: Value) {
        match self.nodes[id].kind() {
            Kind::Text => {
                let value = self.correct_text(id, value);
                self.set_new_value(id, value);
            }
            kind if kind.is_checkbox() => self.set_checkbox(id, value),
            kind if kind.is_select() => {
                let value = self.value_of_data(id, value);
                self.set_new_value(id, value);
            }
            Kind::Paneldynamic => self.panels_set_new_value(id, value),
            _ => self.set_new_value(id, value),
        }
    }

    /// `setNewValue` of every question.
    pub(crate) fn set_new_value(&mut self, id: Id, value: Value) {
        if self.run.depth > MAX_DEPTH {
            return;
        }
        let old = &self.nodes[id].value;
        if Self::same(&value, old) || !self.is_acceptable(id, &value) {
            return;
        }
        self.take_new_value(id, value);
    }

    /// The value was changed in its place: it counts as new even though it is the same.
    pub(crate) fn replace_value(&mut self, id: Id, value: Value) {
        if self.run.depth <= MAX_DEPTH {
            self.nodes[id].value = value.clone();
            self.take_new_value(id, value);
        }
    }

    fn take_new_value(&mut self, id: Id, value: Value) {
        self.run.depth += 1;
        let node = &mut self.nodes[id];
        node.was_answered = Some(node.answered);
        node.setting = true;
        let value = self.to_data(id, value);
        self.set_value_core(id, value);
        let node = &mut self.nodes[id];
        node.setting = false;
        node.was_answered = None;
        self.run.depth -= 1;
    }

    /// `checkIsValueCorrect`
    fn is_acceptable(&self, id: Id, value: &Value) -> bool {
        is_blank(value)
            || match self.nodes[id].kind() {
                Kind::Matrix | Kind::Matrixdropdown | Kind::Multipletext => {
                    matches!(value, Value::Object(_))
                }
                Kind::Paneldynamic => matches!(value, Value::Array(_)),
                _ => true,
            }
    }

    /// `valueToData`
    fn to_data(&self, id: Id, value: Value) -> Value {
        match self.nodes[id].kind() {
            Kind::Imagepicker => value,
            Kind::Rating => self.rating_value(id, value),
            kind if kind.is_checkbox() => self.wrap_all(id, value),
            kind if kind.is_select() => match value {
                Value::Array(items) => items.into_iter().next().unwrap_or_default(),
                other => other,
            },
            _ => value,
        }
    }

    /// A point of a scale as the scale has it, or as a number.
    fn rating_value(&self, id: Id, value: Value) -> Value {
        let node = &self.nodes[id];
        if !node.select.items.is_empty() && !node.def.props.flag("autoGenerate", false) {
            let item = self.item_by_value(&node.select.items, &value).filter(|item| item.visible.get());
            return item.map_or(value, |item| item.choice.value.clone());
        }
        if value.is_null() || js::to_number(&value).is_nan() {
            return value;
        }
        let number = js::parse_float(&js::to_text(&value));
        if number.is_nan() { Value::Null } else { Value::Number(number) }
    }

    pub(crate) fn set_value_core(&mut self, id: Id, value: Value) {
        self.set_question_value(id, value);
        if self.can_set_to_survey(id) {
            let name = self.value_name(id);
            let value = self.nodes[id].value.clone();
            let question = self.nodes[id].def.name.clone();
            self.hold(self.nodes[id].holder, &name, value, &question);
        }
        if std::mem::take(&mut self.nodes[id].select.empty_comment) {
            let name = self.value_name(id);
            self.hold_comment(self.nodes[id].holder, &name, "");
        }
    }

    fn can_set_to_survey(&self, id: Id) -> bool {
        match self.nodes[id].kind() {
            Kind::Text => !self.is_min_max(id) || !self.is_below(id) && !self.is_above(id),
            Kind::Multipletext => !self.nodes[id].busy,
            _ => true,
        }
    }

    /// Writes an answer where it is kept.
    pub(crate) fn hold(&mut self, holder: Holder, name: &str, value: Value, question: &str) {
        match holder {
            Holder::Survey => self.set_data_value(name, value, cascade::Told::No, question),
            Holder::Item(owner, uid) => self.entry_set_value(owner, uid, name, value),
            Holder::Field(owner) => self.field_set_value(owner, name, value),
        }
    }

    fn hold_comment(&mut self, holder: Holder, name: &str, comment: &str) {
        match holder {
            Holder::Survey => self.set_data_comment(name, comment),
            Holder::Item(owner, uid) => self.entry_set_comment(owner, uid, name, comment),
            Holder::Field(_) => {}
        }
    }

    pub(crate) fn held(&self, holder: Holder, name: &str) -> Value {
        match holder {
            Holder::Survey => self.data.get(name).cloned().unwrap_or_default(),
            Holder::Item(owner, uid) => self.entry_held(owner, uid, name),
            Holder::Field(owner) => self.nodes[owner].value.get(name).clone(),
        }
    }

    pub(crate) fn held_comment(&self, holder: Holder, name: &str) -> String {
        let value = match holder {
            Holder::Survey => self.data.get(&comment_key(name)).cloned().unwrap_or_default(),
            Holder::Item(owner, uid) => self.entry_held(owner, uid, &comment_key(name)),
            Holder::Field(_) => Value::Null,
        };
        if js::truthy(&value) { js::to_text(&value) } else { String::new() }
    }

    /// `setQuestionValue`
    pub(crate) fn set_question_value(&mut self, id: Id, value: Value) {
        let kind = self.nodes[id].kind();
        if self.panels_keep_value(id) {
            return;
        }
        let value = match kind {
            Kind::Boolean => self.boolean_value(id, value),
            Kind::Matrix => self.matrix_value(id, value),
            Kind::Text => join_list(value, ", "),
            Kind::Comment => join_list(value, "\n"),
            Kind::Paneldynamic => self.panels_kept_list(id, value),
            _ => value,
        };
        if kind.is_select() {
            if Self::same(&self.nodes[id].value, &value) {
                return;
            }
            let rendered = self.rendered_from_data(id, value.clone());
            self.set_rendered(id, rendered, false);
        }
        self.set_question_value_core(id, value);
        if kind.is_select() {
            self.tell_depended(id);
            let has_other = !self.other_value(id).is_empty();
            if !self.has_comment_area(id) && !self.is_other_selected(id) && has_other {
                let node = &mut self.nodes[id];
                node.select.empty_comment = true;
                node.select.other.clear();
                node.comment.clear();
            }
        }
        match kind {
            Kind::Paneldynamic => self.panels_follow_value(id),
            Kind::Matrixdropdown => self.grid_follow_value(id),
            Kind::Multipletext => self.fields_follow_value(id),
            _ => {}
        }
    }

    fn set_question_value_core(&mut self, id: Id, value: Value) {
        let same = Self::same(&self.nodes[id].value, &value);
        let node = &self.nodes[id];
        let parent_by_default = match node.holder {
            Holder::Item(owner, _) | Holder::Field(owner) => self.nodes[owner].by_default,
            Holder::Survey => false,
        };
        let node = &mut self.nodes[id];
        if !same && !node.by_default && !parent_by_default {
            node.direct = true;
        }
        node.value = value;
        self.update_answered(id);
    }

    pub(crate) fn update_answered(&mut self, id: Id) {
        self.nodes[id].answered = match self.nodes[id].kind() {
            Kind::Paneldynamic => self.panels_are_answered(id),
            Kind::Multipletext => self.fields_are_answered(id),
            Kind::Matrixdropdown => self.grid_is_answered(id),
            Kind::Matrix => self.matrix_is_answered(id),
            _ => !self.question_is_empty(id),
        };
    }

    /// The survey has another answer than the question: `updateValueFromSurvey`.
    pub(crate) fn update_from_survey(&mut self, id: Id, value: Value, clear: bool) {
        let kind = self.nodes[id].kind();
        let mut value = value;
        let mut comment = Value::Null;
        if kind.is_select() {
            (value, comment) = self.split_other(id, value);
        }
        self.update_from_survey_core(id, value.clone(), clear);
        if js::truthy(&comment) {
            self.nodes[id].updating = true;
            self.set_new_comment(id, &js::to_text(&comment));
            // What is kept stays what it was, also when it is no text.
            if self.nodes[id].holder == Holder::Survey && comment.as_str().is_none() {
                self.data.insert(comment_key(&self.value_name(id)), comment);
            }
            self.nodes[id].updating = false;
        }
        if kind.is_checkbox() {
            self.nodes[id].select.hidden_values.clear();
        }
        if kind == Kind::Ranking && js::truthy(&value) {
            self.nodes[id].select.by_user = true;
        }
    }

    fn update_from_survey_core(&mut self, id: Id, value: Value, clear: bool) {
        if !self.is_acceptable(id, &value) {
            return;
        }
        let empty = is_blank(&value);
        self.nodes[id].updating = true;
        let by_rule = self.nodes[id].def.rules.get("defaultValueExpression").is_some();
        if !empty && by_rule {
            let ran = self.run_default_rule(id, &mut |form, found| {
                let by_default = Self::same(&value, &form.to_question_value(id, found));
                form.update_from_survey_last(id, value.clone(), by_default);
            });
            if !ran {
                let default = self.nodes[id].def.props.get("defaultValue").clone();
                let by_default = Self::same(&value, &default);
                self.update_from_survey_last(id, value, by_default);
            }
        } else {
            let nested = self.nodes[id].holder != Holder::Survey;
            self.update_from_survey_last(id, value, nested);
            if clear && empty {
                self.nodes[id].direct = false;
            }
        }
        self.nodes[id].updating = false;
        self.update_depended(id);
        self.update_answered(id);
    }

    fn update_from_survey_last(&mut self, id: Id, value: Value, by_default: bool) {
        self.nodes[id].by_default = by_default;
        let value = if self.nodes[id].kind().is_select() { self.value_of_data(id, value) } else { value };
        let same = Self::same(&self.nodes[id].value, &value);
        self.set_question_value(id, value);
        if !same && self.run.setting_data && !self.nodes[id].errors.is_empty() {
            self.validate_question(id, &mut validate::Check::changed());
        }
        self.nodes[id].by_default = false;
    }

    /// `clearValue`
    pub(crate) fn clear_value(&mut self, id: Id, keep_comment: bool) {
        if !self.nodes[id].value.is_null() {
            self.set_question(id, Value::Null);
        }
        if !keep_comment && !self.comment_of(id).is_empty() {
            self.set_comment_of(id, "");
        }
        self.nodes[id].direct = false;
    }

    /// `comment = …`
    pub(crate) fn set_comment_of(&mut self, id: Id, comment: &str) {
        let comment = if comment.trim().is_empty() { "" } else { comment };
        if self.comment_of(id) != comment {
            self.set_new_comment(id, comment);
        }
    }

    pub(crate) fn comment_of(&self, id: Id) -> String {
        let node = &self.nodes[id];
        if node.kind().is_select()
            && !self.has_comment_area(id)
            && (!node.select.other.is_empty() || !self.stores_others_as_comment(id))
        {
            return node.select.other.clone();
        }
        node.comment.clone()
    }

    pub(crate) fn has_comment_area(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        let kind = node.kind();
        let can = kind.is_select()
            || matches!(
                kind,
                Kind::Boolean | Kind::Rating | Kind::Matrix | Kind::Matrixdropdown | Kind::Paneldynamic
            );
        can && node.def.props.flag("showCommentArea", false)
    }

    pub(crate) fn set_new_comment(&mut self, id: Id, comment: &str) {
        if self.nodes[id].kind().is_select()
            && self.is_other_selected(id)
            && self.stores_others_as_comment(id)
        {
            self.remember_other(id, comment);
        }
        if self.nodes[id].comment == comment {
            return;
        }
        self.nodes[id].comment = String::from(comment);
        let name = self.value_name(id);
        self.hold_comment(self.nodes[id].holder, &name, comment);
    }

    /// `initDataFromSurvey`
    pub(crate) fn init_from_holder(&mut self, id: Id) {
        let name = self.value_name(id);
        let value = self.held(self.nodes[id].holder, &name);
        let reading = matches!(self.run.loading, Loading::Reading);
        if !js::is_empty(&value) || !reading {
            self.update_from_survey(id, value, false);
        }
        self.init_comment(id);
    }

    pub(crate) fn init_comment(&mut self, id: Id) {
        let name = self.value_name(id);
        let comment = if self.needs_comment(id) {
            self.held_comment(self.nodes[id].holder, &name)
        } else {
            String::new()
        };
        self.nodes[id].comment = comment;
    }

    /// `requireUpdateCommentValue`
    pub(crate) fn needs_comment(&self, id: Id) -> bool {
        self.has_comment_area(id) || self.shows_other(id)
    }

    /// `updateValueWithDefaults`
    pub(crate) fn update_value_with_defaults(&mut self, id: Id) {
        if self.run.loading == Loading::Reading
            || self.is_default_empty(id)
            || !self.question_is_empty(id)
            || self.clears_on_hidden(id) && !self.is_visible(id)
        {
            return;
        }
        self.set_default_value(id);
    }

    pub(crate) fn is_default_empty(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        if node.def.props.has("defaultValueExpression")
            || node.def.rules.get("defaultValueExpression").is_some()
        {
            return false;
        }
        match node.kind() {
            Kind::Paneldynamic => self.panels_default_is_empty(id),
            _ => is_blank(node.def.props.get("defaultValue")),
        }
    }

    pub(crate) fn set_default_value(&mut self, id: Id) {
        match self.nodes[id].kind() {
            Kind::Boolean => return self.boolean_default(id),
            Kind::Paneldynamic => return self.panels_default(id),
            _ => {}
        }
        self.set_default_value_core(id);
    }

    pub(crate) fn set_default_value_core(&mut self, id: Id) {
        let mut set = |form: &mut Self, found: Value| {
            let value = form.to_question_value(id, found);
            form.default_into_value(id, value);
        };
        if !self.run_default_rule(id, &mut set) {
            let value = self.nodes[id].def.props.get("defaultValue").clone();
            let value = if self.nodes[id].kind().is_checkbox() { self.wrap_all(id, value) } else { value };
            set(self, value);
        }
    }

    fn default_into_value(&mut self, id: Id, value: Value) {
        let value = match self.nodes[id].kind() {
            Kind::Text => join_list(value, ", "),
            Kind::Comment => join_list(value, "\n"),
            _ => value,
        };
        if Self::same(&self.nodes[id].value, &value) {
            return;
        }
        if self.nodes[id].kind().is_select()
            && !is_blank(&value)
            && self.shows_other(id)
            && self.has_unknown(id, &value, true, true)
        {
            self.set_default_unknown(id, value);
        } else {
            self.set_question(id, value);
        }
    }

    /// Runs `defaultValueExpression`; what it gives is a default.
    fn run_default_rule(&mut self, id: Id, set: &mut dyn FnMut(&mut Self, Value)) -> bool {
        self.with_rule(id, "defaultValueExpression", &mut |form, found| {
            let found = match found {
                Value::Null => form.nodes[id].def.props.get("defaultValue").clone(),
                found => found,
            };
            form.nodes[id].by_default = true;
            set(form, found);
            form.nodes[id].by_default = false;
        })
    }

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

    fn run_expression(&mut self, id: Id) {
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

    /// The survey's answer to it changed: `onSurveyValueChanged`.
    pub(crate) fn on_survey_value_changed(&mut self, id: Id, value: &Value) {
        match self.nodes[id].kind() {
            Kind::Paneldynamic => self.panels_on_survey_value(id, value),
            kind if kind.is_select() => {
                self.tell_depended(id);
                if kind == Kind::Ranking {
                    self.sync_ranking(id);
                }
            }
            _ => {}
        }
    }

    fn boolean_value(&self, id: Id, value: Value) -> Value {
        let props = &self.nodes[id].def.props;
        match &value {
            Value::String(text) if text == "true" && props.get("valueTrue").as_str() != Some("true") => {
                Value::Bool(true)
            }
            Value::String(text) if text == "false" && props.get("valueFalse").as_str() != Some("false") => {
                Value::Bool(false)
            }
            Value::String(text) if text == "indeterminate" => Value::Null,
            _ => value,
        }
    }

    fn boolean_default(&mut self, id: Id) {
        let props = self.nodes[id].def.props.clone();
        let default = match props.get("defaultValue") {
            Value::Bool(true) => Value::from("true"),
            Value::Bool(false) => Value::from("false"),
            other => other.clone(),
        };
        let is =
            |word: &str, own: &Value| default.as_str() == Some(word) || !own.is_null() && default == *own;
        if is("true", props.get("valueTrue")) {
            self.set_question(id, self.boolean_answer(id, true));
        }
        if is("false", props.get("valueFalse")) {
            self.set_question(id, self.boolean_answer(id, false));
        }
        if default.is_null() || default.as_str() == Some("indeterminate") {
            self.set_question(id, Value::Null);
        }
    }

    /// What yes or no is stored as.
    pub(crate) fn boolean_answer(&self, id: Id, yes: bool) -> Value {
        let key = if yes { "valueTrue" } else { "valueFalse" };
        match self.nodes[id].def.props.get(key) {
            Value::Null => Value::Bool(yes),
            own => own.clone(),
        }
    }

    /// A number that was typed is a number.
    fn correct_text(&self, id: Id, value: Value) -> Value {
        if !js::truthy(&value) {
            return value;
        }
        match self.nodes[id].def.props.word("inputType") {
            "number" | "range" if js::is_number(&value) => Value::Number(js::get_number(&value)),
            "number" | "range" => Value::from(""),
            _ => value,
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

/// How deep changes may follow from changes.
pub(crate) const MAX_DEPTH: u32 = 40;

/// `isValueEmpty` of a survey's element: spaces are nothing.
pub(crate) fn is_blank(value: &Value) -> bool {
    match value {
        Value::String(text) => text.trim().is_empty(),
        other => js::is_empty(other),
    }
}

/// The key of a comment.
pub(crate) fn comment_key(name: &str) -> String {
    [name, "-Comment"].concat()
}

fn join_list(value: Value, separator: &str) -> Value {
    match value {
        Value::Array(items) => Value::String(items.iter().map(js_item).collect::<Vec<_>>().join(separator)),
        other => other,
    }
}

/// How an item of a list reads when the list is joined.
fn js_item(item: &Value) -> String {
    if item.is_null() { String::new() } else { js::to_text(item) }
}

fn round_to_precision(value: Value, precision: f64) -> Value {
    match value {
        Value::Number(number) if number == f64::INFINITY => Value::Null,
        Value::Number(number) if precision >= 0.0 && !number.is_nan() => {
            Value::Number(js::to_fixed(number, precision as usize).parse().unwrap_or(number))
        }
        other => other,
    }
}

/// Nothing, where a look-up needs something to point at.
pub(crate) fn nothing() -> &'static Value {
    &NULL
}

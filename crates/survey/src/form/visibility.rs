//! What is on screen, what can be answered, and what hiding does.

use super::*;

impl Form {
    /// Whether it is visible by itself: a container needs something visible in it.
    pub(crate) fn is_visible(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        if node.kind().is_container() {
            return node.visible && node.children.iter().any(|child| self.is_visible(*child));
        }
        match node.kind() {
            kind if kind.is_select() && node.visible && node.def.props.flag("hideIfChoicesEmpty", false) => {
                !self.choices_for_hiding(id).is_empty()
            }
            Kind::Matrix => node.visible && self.matrix_has_rows(id),
            Kind::Matrixdropdown => node.visible && self.grid_has_rows(id),
            _ => node.visible,
        }
    }

    /// Whether everything around it is visible.
    pub(crate) fn is_parent_visible(&self, id: Id) -> bool {
        if let Some(owner) = self.nodes[id].owner
            && !self.is_visible(owner)
        {
            return false;
        }
        let mut parent = self.nodes[id].parent;
        while let Some(at) = parent {
            if !self.is_visible(at) {
                return false;
            }
            parent = self.nodes[at].parent;
        }
        true
    }

    pub(crate) fn is_visible_in_survey(&self, id: Id) -> bool {
        self.is_visible(id) && self.is_parent_visible(id)
    }

    pub(crate) fn is_read_only(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        node.read_only
            || node.parent.is_some_and(|parent| self.is_read_only(parent))
            || node.owner.is_some_and(|owner| self.is_read_only(owner))
            || matches!(node.holder, Holder::Item(owner, uid) if !self.is_row_enabled(owner, uid))
            || self.is_display_mode()
    }

    pub(crate) fn is_display_mode(&self) -> bool {
        self.def.props.flag("readOnly", false) || self.def.props.word("mode") == "display"
    }

    /// `visibleIf`, `enableIf` and `requiredIf`.
    pub(crate) fn run_own_conditions(&mut self, id: Id) {
        self.run_condition(id, "visibleIf", |form, id, value| {
            form.set_visible(id, value == Value::Bool(true));
        });
        self.run_condition(id, "enableIf", |form, id, value| {
            form.set_read_only(id, value == Value::Bool(false));
        });
        self.run_condition(id, "requiredIf", |form, id, value| {
            form.set_required(id, value == Value::Bool(true));
        });
    }

    fn run_condition(&mut self, id: Id, rule: &'static str, set: fn(&mut Self, Id, Value)) {
        if self.nodes[id].def.rules.get(rule).is_none() || self.can_skip(id, rule) {
            return;
        }
        self.with_rule(id, rule, &mut |form, value| set(form, id, value));
    }

    /// Whether nothing that a rule looks at has changed.
    pub(crate) fn can_skip(&self, id: Id, rule: &str) -> bool {
        let Some(keys) = self.run.keys.as_ref().filter(|_| self.run.on_value_changed) else { return false };
        let Some(rule) = self.nodes[id].def.rules.get(rule) else { return false };
        let beside = match self.nodes[id].holder {
            Holder::Item(owner, _) if self.nodes[owner].kind() == Kind::Paneldynamic => {
                self.panel_keys(owner, keys)
            }
            Holder::Item(owner, uid) => self.row_keys(owner, uid, keys),
            Holder::Survey | Holder::Field(_) => Object::new(),
        };
        let skips = |keys: &Object| super::triggers::can_skip(&rule.expression, keys);
        skips(keys) && (beside.is_empty() || skips(&beside))
    }

    /// Runs a rule and does something with what it gives. False where there is none that can run.
    pub(crate) fn with_rule(
        &mut self,
        id: Id,
        rule: &'static str,
        then: &mut dyn FnMut(&mut Self, Value),
    ) -> bool {
        let Some(found) = self.nodes[id].def.rules.get(rule) else { return false };
        if !self.nodes[id].rules.contains(&rule) {
            self.nodes[id].rules.push(rule);
            let value = self.evaluate_anew(&found.expression, scope::At::Element(id));
            then(self, value);
            self.nodes[id].rules.retain(|running| *running != rule);
        }
        true
    }

    pub(crate) fn set_visible(&mut self, id: Id, visible: bool) {
        if self.nodes[id].visible == visible {
            return;
        }
        self.nodes[id].visible = visible;
        self.tell_parent(id);
        if self.nodes[id].kind().is_container() {
            self.container_visible_changed(id);
        } else {
            self.question_shown_core(id);
            self.question_visibility_changed(id);
        }
    }

    fn set_read_only(&mut self, id: Id, read_only: bool) {
        let changed = std::mem::replace(&mut self.nodes[id].read_only, read_only) != read_only;
        if read_only {
            self.nodes[id].errors.clear();
        }
        if changed {
            self.enabled_changed(id);
        }
    }

    /// `onReadOnlyChanged`: a matrix makes its rows.
    fn enabled_changed(&mut self, id: Id) {
        if self.nodes[id].kind() == Kind::Matrixdropdown {
            self.make_rows(id);
        }
        for child in self.nodes[id].children.clone() {
            if self.nodes[id].kind().is_container() {
                self.enabled_changed(child);
            }
        }
    }

    fn set_required(&mut self, id: Id, required: bool) {
        if self.nodes[id].required == required {
            return;
        }
        self.nodes[id].required = required;
        if !required && !self.nodes[id].errors.is_empty() && !self.nodes[id].kind().is_container() {
            self.validate_question(id, &mut validate::Check::shown());
        }
    }

    /// `onVisibleChanged` of a question.
    pub(crate) fn question_visible_changed(&mut self, id: Id) {
        let before = self.nodes[id].shown;
        self.question_shown_core(id);
        let after = self.nodes[id].shown;
        if before.is_some() && before != after {
            self.question_visibility_changed(id);
        }
    }

    fn question_shown_core(&mut self, id: Id) {
        let now = self.is_visible(id);
        if self.nodes[id].shown != Some(now) {
            self.nodes[id].shown = Some(now);
            self.tell_parent(id);
        }
        if !now {
            self.nodes[id].errors.clear();
        }
    }

    /// `notifySurveyVisibilityChanged`.
    fn question_visibility_changed(&mut self, id: Id) {
        if !self.can_update_on_visible_changed() {
            return;
        }
        let on_hidden = self.clears_on_hidden(id);
        if !self.nodes[id].visible {
            self.clear_on_hiding(id, on_hidden);
        }
        if on_hidden && self.is_visible_in_survey(id) {
            self.update_value_with_defaults(id);
        }
    }

    fn can_update_on_visible_changed(&self) -> bool {
        self.run.loading != Loading::Reading && !self.run.setting_data
    }

    fn clear_on_hiding(&mut self, id: Id, on_hidden: bool) {
        if on_hidden {
            self.clear_value_if_invisible(id, "onHidden");
        } else if self.nodes[id].kind() == Kind::Paneldynamic {
            self.panels_hidden(id);
        }
    }

    fn tell_parent(&mut self, id: Id) {
        if let Some(parent) = self.nodes[id].parent {
            self.child_visibility_changed_up(parent);
        }
    }

    /// A container looks again whether it is visible, and so does what it is in.
    pub(crate) fn child_visibility_changed_up(&mut self, id: Id) {
        self.child_visibility_changed(id);
        if let Some(parent) = self.nodes[id].parent {
            self.child_visibility_changed_up(parent);
        }
    }

    pub(crate) fn child_visibility_changed(&mut self, id: Id) {
        if self.nodes[id].conditions {
            return;
        }
        if self.is_visible(id) != self.nodes[id].shown.unwrap_or(true) {
            self.container_visible_changed(id);
        }
    }

    /// `onVisibleChanged` of a page or a panel.
    fn container_visible_changed(&mut self, id: Id) {
        let now = self.is_visible(id);
        if self.nodes[id].shown != Some(now) {
            self.nodes[id].shown = Some(now);
            self.tell_parent(id);
        }
        if self.can_update_on_visible_changed() {
            let mut list = Vec::new();
            self.questions_in(id, false, &mut list);
            let now = self.is_visible(id);
            for question in list {
                if now {
                    self.update_value_with_defaults(question);
                } else {
                    self.clear_value_if_invisible(question, "onHiddenContainer");
                }
            }
        }
        if self.nodes[id].kind() == Kind::Page && self.run.loading == Loading::Done {
            let now = self.is_visible(id);
            if now && self.current.is_none() || self.current == Some(id) {
                self.update_current_page();
            }
        }
    }

    /// How the answer to a hidden question is treated: `none`, `onComplete`, `onHidden`, `onHiddenContainer`.
    pub(crate) fn clear_if_invisible(&self, id: Id) -> &str {
        match self.nodes[id].def.props.word("clearIfInvisible") {
            "" | "default" => match self.def.props.get("clearInvisibleValues") {
                Value::String(mode) => mode,
                Value::Bool(false) => "none",
                _ => "onComplete",
            },
            own => own,
        }
    }

    pub(crate) fn clears_on_hidden(&self, id: Id) -> bool {
        !matches!(self.clear_if_invisible(id), "none" | "onComplete")
    }

    pub(crate) fn clear_value_if_invisible(&mut self, id: Id, reason: &str) {
        if self.nodes[id].kind() == Kind::Paneldynamic {
            self.panels_clear_invisible(id, reason);
        }
        let mode = self.clear_if_invisible(id);
        if mode == "none"
            || reason == "onHidden" && mode == "onComplete"
            || reason == "onHiddenContainer" && mode != reason
        {
            return;
        }
        self.clear_value_if_invisible_core(id, reason);
        match self.nodes[id].kind() {
            kind if kind.is_select() => self.clear_incorrect_values(id),
            Kind::Matrix => self.matrix_clear(id, true, true),
            Kind::Matrixdropdown => self.grid_clear_invisible(id),
            _ => {}
        }
    }

    pub(crate) fn clear_value_if_invisible_core(&mut self, id: Id, reason: &str) {
        if self.can_clear_as_invisible(id, reason) {
            self.clear_value(id, false);
        }
    }

    pub(crate) fn can_clear_as_invisible(&self, id: Id, reason: &str) -> bool {
        if reason == "onHiddenContainer" && !self.is_parent_visible(id) {
            return true;
        }
        if self.is_visible_in_survey(id) {
            return false;
        }
        if self.started && self.page_of(id) == self.pages.first().copied() {
            return false;
        }
        let same = self.by_value_name(self.nodes[id].def.value_name(), false);
        !same.iter().any(|other| {
            same.len() > 1
                && *other != id
                && self.nodes[*other].owner == self.nodes[id].owner
                && self.is_visible(*other)
                && self.is_parent_visible(*other)
        })
    }

    pub(crate) fn page_of(&self, id: Id) -> Option<Id> {
        let mut at = id;
        loop {
            let node = &self.nodes[at];
            match node.parent.or(node.owner) {
                Some(next) => at = next,
                None => return (node.kind() == Kind::Page).then_some(at),
            }
        }
    }
}

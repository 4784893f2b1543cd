//! Changes: from the answer into the panels, from a panel into the answer.

use super::*;

impl Form {
    pub(crate) fn panels_set_new_value(&mut self, id: Id, value: Value) {
        if !self.nodes[id].panels.adding {
            return self.set_new_value(id, value);
        }
        if !Self::same(&value, &self.nodes[id].value) && matches!(value, Value::Array(_) | Value::Null) {
            self.nodes[id].panels.added_value = true;
            self.nodes[id].value = value;
        }
    }

    /// A list that is taken back leaves an empty list.
    pub(crate) fn panels_kept_list(&self, id: Id, value: Value) -> Value {
        match (&self.nodes[id].value, &value) {
            (Value::Array(_), value) if !js::truthy(value) => Value::Array(Vec::new()),
            _ => value,
        }
    }

    /// Whether the answer doesn't take a new value now.
    pub(crate) fn panels_keep_value(&self, id: Id) -> bool {
        self.nodes[id].panels.by_value
    }

    /// `setQuestionValue`, after the value itself is set.
    pub(crate) fn panels_follow_value(&mut self, id: Id) {
        self.count_follows_value(id);
        if !self.nodes[id].panels.writing.iter().any(|(_, times)| *times > 0) {
            for (uid, panel) in self.numbered_panels(id) {
                self.panel_from_value(id, uid, panel);
            }
        }
        self.update_answered(id);
    }

    fn numbered_panels(&self, id: Id) -> Vec<(usize, Id)> {
        self.nodes[id].entries.iter().filter_map(|entry| Some((entry.uid, entry.panel?))).collect()
    }

    /// `setPanelCountBasedOnValue`
    fn count_follows_value(&mut self, id: Id) {
        if self.nodes[id].panels.internal {
            return;
        }
        let length = self.nodes[id].value.as_array().map_or(0, <[Value]>::len);
        let count = if length == 0 { self.nodes[id].panels.count } else { length };
        self.nodes[id].panels.by_value = true;
        self.set_panel_count(id, count);
        self.nodes[id].panels.by_value = false;
    }

    fn panel_from_value(&mut self, owner: Id, uid: usize, panel: Id) {
        let mut list = Vec::new();
        self.questions_in(panel, false, &mut list);
        let data = self.panel_data(owner, uid).clone();
        for id in list {
            let name = self.value_name(id);
            self.update_from_survey(id, data.get(&name).clone(), false);
            self.nodes[id].comment = scope::value_text(data.get(&question::comment_key(&name)));
        }
    }

    pub(crate) fn panels_on_survey_value(&mut self, id: Id, value: &Value) {
        let panels = self.numbered_panels(id);
        // Of the survey's own answers only those that all are replaced are `undefined`; others are `null`.
        let gone = value.is_null() && (self.run.setting_data || self.nodes[id].holder != Holder::Survey);
        if gone && panels.iter().all(|(_, panel)| self.panel_value(*panel).is_empty()) {
            return;
        }
        for (uid, panel) in panels {
            let mut list = Vec::new();
            self.questions_in(panel, false, &mut list);
            let data = self.panel_data(id, uid).clone();
            for question in list {
                let name = self.value_name(question);
                self.on_survey_value_changed(question, data.get(&name));
            }
        }
        if gone {
            self.fit_value_to_count(id);
        }
    }

    /// `getPanelItemData`: a panel that is being made is the next one.
    pub(crate) fn panel_data(&self, owner: Id, uid: usize) -> &Value {
        let node = &self.nodes[owner];
        let at = self.entry_index(owner, uid).unwrap_or(node.entries.len());
        node.value.as_array().and_then(|list| list.get(at)).unwrap_or(question::nothing())
    }

    /// `setValue` of a panel's item.
    pub(crate) fn panel_set_value(&mut self, owner: Id, uid: usize, name: &str, value: Value) {
        if self.nodes[owner].panels.sharing.contains(&uid)
            || js::equals(&value, self.panel_data(owner, uid).get(name), js::EXACT)
        {
            return;
        }
        self.share_in_panel(owner, uid, name, &value);
        self.write_into_value(owner, uid, name, &value);
        self.run_item_triggers(owner, uid, name, value);
    }

    /// `updateSharedQuestionsValue`
    fn share_in_panel(&mut self, owner: Id, uid: usize, name: &str, value: &Value) {
        let same: Vec<Id> = self
            .entry_questions(owner, uid)
            .into_iter()
            .filter(|id| self.nodes[*id].def.value_name() == name)
            .collect();
        if same.len() < 2 {
            return;
        }
        for id in same {
            if !js::equals(&self.nodes[id].value, value, js::STANDARD) {
                self.nodes[owner].panels.sharing.push(uid);
                self.update_from_survey(id, value.clone(), false);
                self.nodes[owner].panels.sharing.pop();
            }
        }
    }

    /// `updateItemValue`
    fn write_into_value(&mut self, owner: Id, uid: usize, name: &str, value: &Value) {
        self.count_writing(owner, name, true);
        let length = self.nodes[owner].entries.len();
        let index = self.entry_index(owner, uid);
        let at = index.unwrap_or(length);
        let mut list = self.nodes[owner].value.as_array().map(<[Value]>::to_vec).unwrap_or_default();
        while list.len() < length.max(at + 1) {
            list.push(Value::Object(Object::new()));
        }
        let kept = |place: &Value| js::truthy(place) && place.as_object().is_none() && is_blank(value);
        if let Some(place) = list.get_mut(at).filter(|place| !kept(place)) {
            let mut object = place.as_object().cloned().unwrap_or_default();
            if is_blank(value) {
                object.remove(name);
            } else {
                object.insert(String::from(name), value.clone());
            }
            *place = Value::Object(object);
        }
        if index.is_some() {
            let key = name.strip_suffix(COMMENT).unwrap_or(name);
            let found = self
                .entry_questions(owner, uid)
                .into_iter()
                .find(|id| self.nodes[*id].def.value_name() == key);
            self.nodes[owner].panels.changing.get_or_insert_default().extend(found);
        }
        self.set_question(owner, Value::Array(list));
        self.nodes[owner].panels.changing = None;
        self.count_writing(owner, name, false);
    }

    fn count_writing(&mut self, owner: Id, name: &str, more: bool) {
        let writing = &mut self.nodes[owner].panels.writing;
        let at = writing.iter().position(|(known, _)| known == name);
        match (at, more) {
            (Some(at), true) => writing[at].1 += 1,
            (None, true) => writing.push((String::from(name), 1)),
            // The library forgets a key too early, except where one is left.
            (Some(at), false) if writing[at].1 == 2 => writing[at].1 = 1,
            (Some(at), false) => _ = writing.remove(at),
            (None, false) => {}
        }
    }

    /// `runTriggersOnSetValue`
    fn run_item_triggers(&mut self, owner: Id, uid: usize, name: &str, value: Value) {
        let questions = self.entry_questions(owner, uid);
        let (name, value) = match name.strip_suffix(COMMENT) {
            None => (name, value),
            Some(name) => {
                let found = questions.iter().find(|id| self.nodes[**id].def.name == name);
                (name, found.map_or(value, |id| self.nodes[*id].value.clone()))
            }
        };
        let trigger = ["panel.", name].concat();
        let keys = Object::from_iter([(trigger.clone(), value)]);
        for id in questions {
            self.run_question_triggers(id, &trigger, &keys);
        }
        if self.nodes[owner].def.props.word("valueName").is_empty() {
            return;
        }
        let Some(at) = self.entry_index(owner, uid) else { return };
        for other in self.by_value_name(&self.value_name(owner), false).to_vec() {
            if other == owner || self.nodes[other].kind() != Kind::Paneldynamic {
                continue;
            }
            self.build_panels(other);
            let Some(panel) = self.panel_ids(other, true).get(at).copied() else { continue };
            let mut list = Vec::new();
            self.questions_in(panel, false, &mut list);
            for id in list {
                self.run_question_triggers(id, &trigger, &keys);
            }
        }
    }

    /// `runTriggers` within the panels.
    pub(crate) fn panels_run_triggers(&mut self, id: Id, name: &str, keys: &Object) {
        if name.is_empty() && keys.is_empty() {
            return;
        }
        for panel in self.panel_ids(id, true) {
            let mut list = Vec::new();
            self.questions_in(panel, false, &mut list);
            for question in list {
                self.run_question_triggers(question, name, keys);
            }
        }
    }

    /// `runConditionCore`, after the question's own conditions.
    pub(crate) fn panels_run_condition(&mut self, id: Id) {
        self.with_rule(id, "panelCountExpression", &mut |form, value| {
            let (least, most) = form.panel_limits(id);
            let count = js::get_number(&value).floor();
            let count = if count > 0.0 { count.min(MAX_ENTRIES as f64) as usize } else { 0 };
            form.set_panel_count(id, count.max(least).min(most));
        });
        let before = self.nodes[id].panels.internal;
        self.nodes[id].panels.internal = true;
        for panel in self.panel_ids(id, false) {
            self.run_element_condition(panel);
        }
        self.nodes[id].panels.internal = before;
    }

    pub(crate) fn panels_on_any_changed(&mut self, id: Id, name: &str, question: &str) {
        if !self.nodes[id].panels.built && name == self.nodes[id].def.value_name() {
            self.nodes[id].panels.unseen = true;
        }
        for panel in self.panel_ids(id, false) {
            let mut list = Vec::new();
            self.questions_in(panel, false, &mut list);
            for nested in &list {
                self.on_any_value_changed(*nested, name, question);
            }
            for nested in &list {
                self.on_any_value_changed(*nested, "panel", "");
            }
        }
    }
}

/// The end of a comment's key.
const COMMENT: &str = "-Comment";

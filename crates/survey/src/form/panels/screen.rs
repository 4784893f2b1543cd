//! What a screen needs of dynamic panels.

use super::*;

impl Form {
    /// Whether the member can add a panel.
    pub fn can_add_panel(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        node.kind() == Kind::Paneldynamic
            && node.def.props.word("panelCountExpression").is_empty()
            && node.def.props.flag("allowAddPanel", true)
            && !self.is_read_only(id)
            && self.panel_count(id) < self.panel_limits(id).1
            && self.nodes.len() <= MAX_NODES
    }

    /// The member adds a panel at the end. Whether there is one more.
    pub fn add_panel(&mut self, id: Id) -> bool {
        if !self.can_add_panel(id) {
            return false;
        }
        self.build_panels(id);
        let before = self.nodes[id].entries.len();
        self.set_panel_count(id, before + 1);
        let count = self.nodes[id].entries.len();
        let props = self.nodes[id].def.props.clone();
        let list = self.nodes[id].value.as_array().filter(|list| list.len() == count).map(<[Value]>::to_vec);
        if let Some(mut list) = list
            && count > before
        {
            let given = props.get("defaultPanelValue");
            let given = given.as_object().filter(|_| !is_blank(given)).cloned();
            let copies = props.flag("copyDefaultValueFromLastEntry", false) && count > 1;
            let last = before.checked_sub(1).and_then(|at| list.get(at)).and_then(Value::as_object).cloned();
            let changed = given.is_some() || copies;
            if let Some(place) = list.get_mut(before) {
                let mut object = place.as_object().cloned().unwrap_or_default();
                object.extend(given.unwrap_or_default());
                object.extend(last.filter(|_| copies).unwrap_or_default());
                *place = Value::Object(object);
            }
            if changed {
                self.replace_value(id, Value::Array(list));
            }
        }
        count > before
    }

    /// Whether the member can remove a panel.
    pub fn can_remove_panel(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        node.kind() == Kind::Paneldynamic
            && node.def.props.word("panelCountExpression").is_empty()
            && node.def.props.flag("allowRemovePanel", true)
            && !self.is_read_only(id)
            && self.panel_count(id) > self.panel_limits(id).0
    }

    /// The member removes a visible panel, by the number of its [`EntryView`]. Whether it is gone.
    pub fn remove_panel(&mut self, id: Id, uid: usize) -> bool {
        let panel = self.panel_of(id, uid).filter(|panel| self.nodes[*panel].visible);
        let Some(at) = self.entry_index(id, uid) else { return false };
        if panel.is_none() || !self.can_remove_panel(id) {
            return false;
        }
        self.nodes[id].entries.remove(at);
        self.nodes[id].panels.count = self.nodes[id].entries.len();
        let list = self.nodes[id].value.as_array().filter(|list| at < list.len()).map(<[Value]>::to_vec);
        if let Some(mut list) = list {
            list.remove(at);
            self.replace_internally(id, Value::Array(list));
        }
        true
    }

    pub(crate) fn panel_title(&self, id: Id, uid: usize) -> String {
        let text = self.pure(self.nodes[id].def.props.get("templateTitle"));
        if text.is_empty() { text } else { self.process(&scope::At::Entry(id, uid), &text) }
    }

    pub(crate) fn panels_display(&self, id: Id, value: &Value) -> Value {
        let Value::Array(items) = value else { return value.clone() };
        let panels = self.panel_ids(id, false);
        let shown = |(at, item): (usize, &Value)| match (item, panels.get(at)) {
            (Value::Object(members), Some(panel)) => {
                Value::Object(self.display_panel(id, *panel, at, members))
            }
            _ => item.clone(),
        };
        Value::Array(items.iter().enumerate().map(shown).collect())
    }

    fn display_panel(&self, id: Id, panel: Id, at: usize, members: &Object) -> Object {
        let mut list = Vec::new();
        self.questions_in(panel, false, &mut list);
        let mut shown = Object::new();
        for (key, value) in members {
            let own = list.iter().copied().find(|nested| self.nodes[*nested].def.value_name() == key);
            match own.or_else(|| self.shared_question(id, key, at)) {
                Some(question) => {
                    shown.insert(self.plain_title(question), self.display_value_of(question, value));
                }
                None => _ = shown.insert(key.clone(), value.clone()),
            }
        }
        shown
    }

    /// The question of a name in the panel at the same place of another dynamic panel with the same answer.
    fn shared_question(&self, id: Id, name: &str, at: usize) -> Option<Id> {
        let value_name = self.nodes[id].def.props.word("valueName");
        if value_name.is_empty() {
            return None;
        }
        self.by_value_name(value_name, false).iter().copied().find_map(|other| {
            let panel = *self.panel_ids(other, false).get(at)?;
            let mut list = Vec::new();
            self.questions_in(panel, false, &mut list);
            list.into_iter().find(|question| self.nodes[*question].def.name == name)
        })
    }
}

//! What names mean within panels and of panels.

use super::*;
use crate::expression::{Step, resolve};
use scope::Answered;

impl Form {
    /// `{panel.name}`, `{prevPanel.name}`, `{parentPanel.name}`, `{panelIndex}` and their like.
    pub(crate) fn panel_lookup(
        &self,
        owner: Id,
        uid: usize,
        steps: &[Step],
        root: bool,
        original: bool,
    ) -> Option<Answered> {
        let (first, rest) = steps.split_first()?;
        let name = first.name.to_lowercase();
        if rest.is_empty()
            && let Some(number) = self.panel_number(owner, uid, &name)
        {
            return Some(Answered::plain(Value::Number(number)));
        }
        if !rest.is_empty() {
            match name.as_str() {
                "prevpanel" => return self.beside_lookup(owner, uid, false, steps, root, original),
                "nextpanel" => return self.beside_lookup(owner, uid, true, steps, root, original),
                "parentpanel" => {
                    if let Holder::Item(outer, number) = self.nodes[owner].holder
                        && self.nodes[outer].kind() == Kind::Paneldynamic
                    {
                        return self.panel_lookup(outer, number, &as_panel(steps), true, original);
                    }
                }
                _ => {}
            }
        }
        let steps = match name.as_str() {
            "panel" => rest,
            _ if root => return None,
            _ => steps,
        };
        if steps.is_empty() {
            return None;
        }
        if let Some(found) = self.question_of_panel(owner, uid, steps, original) {
            return Some(found);
        }
        let data = self.panel_data(owner, uid);
        if root && let Some(found) = self.bound_lookup(owner, uid, steps, data, original) {
            return Some(found);
        }
        resolve(data, steps).map(Answered::plain)
    }

    fn panel_number(&self, owner: Id, uid: usize, name: &str) -> Option<f64> {
        let visible = match name {
            "panelindex" => false,
            "visiblepanelindex" => true,
            _ => return None,
        };
        Some(self.panel_position(owner, uid, visible).map_or(-1.0, |at| at as f64))
    }

    /// Which panel in order it is, from 0.
    fn panel_position(&self, owner: Id, uid: usize, visible: bool) -> Option<usize> {
        let panel = self.panel_of(owner, uid)?;
        self.panel_ids(owner, visible).iter().position(|known| *known == panel)
    }

    fn beside_lookup(
        &self,
        owner: Id,
        uid: usize,
        after: bool,
        steps: &[Step],
        root: bool,
        original: bool,
    ) -> Option<Answered> {
        let at = self.panel_position(owner, uid, true);
        let at = match (at, after) {
            (at, true) => Some(at.map_or(0, |at| at + 1)),
            (at, false) => at.and_then(|at| at.checked_sub(1)),
        };
        let panel = at.and_then(|at| self.panel_ids(owner, true).get(at).copied());
        let Some(Holder::Item(_, other)) = panel.map(|panel| self.nodes[panel].holder) else {
            return Some(Answered::plain(Value::Null));
        };
        self.panel_lookup(owner, other, &as_panel(steps), root, original)
    }

    /// The names that may mean something else within a panel after a change: `getContextKeys`.
    pub(crate) fn panel_keys(&self, owner: Id, keys: &Object) -> Object {
        let mut names = vec!["panelIndex", "panelindex", "visiblePanelIndex", "visiblepanelindex"];
        let mut container = Some(owner);
        while let Some(id) = container {
            if keys.contains_key(self.nodes[id].def.value_name()) {
                names.extend(["panel", "prevPanel", "prevpanel", "nextPanel", "nextpanel"]);
                names.extend(["parentPanel", "parentpanel"]);
                break;
            }
            container = match self.nodes[id].holder {
                Holder::Item(outer, _) => Some(outer),
                _ => None,
            };
        }
        names.into_iter().map(|name| (String::from(name), Value::Bool(true))).collect()
    }

    /// The question of the panel that the shortest beginning of a name is, and in its answer what the rest says.
    fn question_of_panel(&self, owner: Id, uid: usize, steps: &[Step], original: bool) -> Option<Answered> {
        let questions = self.entry_questions(owner, uid);
        self.shortest_lookup(steps, original, &|name| {
            let lower = name.to_lowercase();
            questions.iter().copied().find(|id| self.nodes[*id].def.value_name().to_lowercase() == lower)
        })
    }

    /// As [`Form::questions_lookup`], but the shortest name that is one counts.
    pub(crate) fn shortest_lookup(
        &self,
        steps: &[Step],
        original: bool,
        find: &dyn Fn(&str) -> Option<Id>,
    ) -> Option<Answered> {
        let last = steps.iter().position(|step| step.index.is_some()).unwrap_or(steps.len().checked_sub(1)?);
        for end in 0..=last {
            let (head, rest) = steps.split_at_checked(end + 1)?;
            if let Some(id) = find(&scope::join(head)) {
                let index = head.last().and_then(|step| step.index);
                return self.question_lookup(id, rest, index, false, original);
            }
        }
        None
    }

    /// `getValueFromBindedQuestions`: another question with the same answer may know the name.
    fn bound_lookup(
        &self,
        owner: Id,
        uid: usize,
        steps: &[Step],
        data: &Value,
        original: bool,
    ) -> Option<Answered> {
        let at = self.entry_index(owner, uid).unwrap_or(self.nodes[owner].entries.len()) as f64;
        for id in self.questions_of_same_value(owner) {
            if let [only] = steps
                && self.nodes[id].def.props.word("valuePropertyName") == only.name
                && let Some(value) = data.as_object().and_then(|object| object.get(&only.name))
            {
                let mut found = Answered::plain(value.clone());
                found.question = Some(id);
                return Some(found);
            }
            let found = self.question_lookup(id, steps, Some(at), false, original);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn questions_of_same_value(&self, id: Id) -> Vec<Id> {
        let name = self.nodes[id].def.value_name();
        let others = |list: Vec<Id>| -> Vec<Id> {
            list.into_iter()
                .filter(|other| *other != id && self.nodes[*other].def.value_name() == name)
                .collect()
        };
        let mut list = Vec::new();
        if let Some(parent) = self.nodes[id].parent.filter(|parent| self.nodes[*parent].kind() == Kind::Panel)
        {
            self.questions_in(parent, false, &mut list);
        }
        let list = others(list);
        if list.is_empty() { others(self.by_value_name(name, false).to_vec()) } else { list }
    }

    /// `{name[0].x}`, `{name}`, `{name.length}`
    pub(crate) fn panels_lookup(
        &self,
        id: Id,
        steps: &[Step],
        index: Option<f64>,
        _root: bool,
        original: bool,
    ) -> Option<Option<Answered>> {
        let node = &self.nodes[id];
        if let Some(at) = index.filter(|at| *at > -1.0) {
            if !node.panels.built {
                self.run.wanted.set(Some(id));
                let item = node.value.as_array().and_then(|list| list.get(at as usize));
                let found = item.filter(|_| !steps.is_empty()).and_then(|item| resolve(item, steps));
                return Some(found.map(Answered::plain));
            }
            let entry = node.entries.get(at as usize).filter(|_| at >= 0.0 && at.fract() == 0.0);
            return Some(entry.and_then(|entry| self.panel_lookup(id, entry.uid, steps, false, original)));
        }
        if self.question_is_empty(id) {
            return Some(steps.is_empty().then(|| Answered::plain(Value::Null)));
        }
        None
    }
}

/// The same name as it is said within the panel itself.
fn as_panel(steps: &[Step]) -> Vec<Step> {
    let mut steps = steps.to_vec();
    if let Some(first) = steps.first_mut() {
        first.name = String::from("panel");
    }
    steps
}

//! Dynamic panels: the same panel as often as the member wants.
//!
//! The library makes the panels of a page when the page is shown first. Until then only their number is known.

mod change;
mod check;
mod lookup;
mod screen;
#[cfg(test)]
mod tests;

use super::*;
use crate::definition::{Element, Rule, Rules};
use crate::js;
use question::is_blank;

/// What a dynamic panel knows beside its answer.
#[derive(Default)]
pub(crate) struct Panels {
    /// What each panel is made from.
    template: Option<Rc<Element>>,
    /// How many panels there are without an answer, and before they are made.
    count: usize,
    /// Whether the panels were made.
    built: bool,
    /// Whether the page was shown.
    rendered: bool,
    building: bool,
    /// The answer is changed by the panels themselves.
    internal: bool,
    /// The number of panels follows the answer.
    by_value: bool,
    /// Panels are being made: what they write is collected.
    adding: bool,
    added_value: bool,
    /// The panel that is being made and isn't in the list yet.
    making: Option<(usize, Id)>,
    /// The questions whose change changes the answer.
    changing: Option<Vec<Id>>,
    /// How often each key is being written.
    writing: Vec<(String, u32)>,
    /// Panels that tell a new value to their questions of the same key.
    sharing: Vec<usize>,
    /// The answer changed before there were panels.
    unseen: bool,
}

/// The most panels of a dynamic panel: `settings.panel.maxPanelCount`.
const MAX_PANELS: f64 = 100.0;
/// Panels that an answer may have, so that a stored answer can't fill the memory.
const MAX_ENTRIES: usize = 1_000;
/// Pages, panels and questions in all.
const MAX_NODES: usize = 60_000;

impl Form {
    /// What a dynamic panel has from the start.
    pub(crate) fn prepare_panels(&mut self, id: Id) {
        let def = Rc::clone(&self.nodes[id].def);
        let mut props = Object::new();
        for (from, to) in [("templateTitle", "title"), ("templateDescription", "description")] {
            props.insert(String::from(to), def.props.get(from).clone());
        }
        let visible = def.rules.get("templateVisibleIf");
        let rules = visible
            .map(|rule| Rc::new(Rule { name: "visibleIf", expression: rule.expression.clone() }))
            .into_iter()
            .collect();
        let template = Element {
            name: String::new(),
            kind: Kind::Panel,
            props: crate::definition::Props(props),
            rules: Rules(rules),
            validators: Vec::new(),
            elements: def.elements.iter().map(copied).collect(),
            choices: Vec::new(),
            rows: Vec::new(),
            columns: Vec::new(),
        };
        let panels = &mut self.nodes[id].panels;
        panels.template = Some(Rc::new(template));
        panels.count = def.props.number("panelCount", 0.0).max(0.0) as usize;
    }

    pub(crate) fn panels_on_survey_load(&mut self, id: Id) {
        let (least, most) = self.panel_limits(id);
        let panels = &mut self.nodes[id].panels;
        panels.count = if panels.count < least { least } else { panels.count.min(most) };
    }

    /// `minPanelCount` and `maxPanelCount`
    fn panel_limits(&self, id: Id) -> (usize, usize) {
        let props = &self.nodes[id].def.props;
        let least = props.number("minPanelCount", 0.0).max(0.0);
        let most = props.number("maxPanelCount", MAX_PANELS);
        let most = if most <= 0.0 { 1.0 } else { most.min(MAX_PANELS) };
        (least.min(MAX_ENTRIES as f64) as usize, most as usize)
    }

    /// `panelCount`
    pub(crate) fn panel_count(&self, id: Id) -> usize {
        let panels = &self.nodes[id].panels;
        if panels.built || panels.rendered { self.nodes[id].entries.len() } else { panels.count }
    }

    /// The page or panel is shown for the first time: `onFirstRendering`.
    pub(crate) fn render(&mut self, container: Id) {
        let mut list = Vec::new();
        self.questions_in(container, false, &mut list);
        for id in list {
            if self.nodes[id].kind() == Kind::Paneldynamic && !self.nodes[id].panels.rendered {
                self.nodes[id].panels.rendered = true;
                self.build_panels(id);
            }
        }
    }

    /// `buildPanelsFirstTime`
    pub(crate) fn build_panels(&mut self, id: Id) {
        let panels = &mut self.nodes[id].panels;
        if panels.built || self.run.loading == Loading::Reading {
            return;
        }
        panels.built = true;
        panels.building = true;
        if panels.count > 0 {
            let count = panels.count;
            self.set_panel_count(id, count);
        }
        for panel in self.panel_ids(id, false) {
            self.connect(panel);
        }
        if std::mem::take(&mut self.nodes[id].panels.unseen) {
            self.run_triggers_of_new_panels(id);
        }
        self.nodes[id].panels.building = false;
    }

    /// Makes the panels that an expression asked for. Whether there are some now.
    pub(crate) fn build_wanted(&mut self) -> bool {
        let Some(id) = self.run.wanted.take() else { return false };
        if self.nodes[id].kind() == Kind::Matrixdropdown {
            let made = self.rows_are_made(id);
            self.make_rows(id);
            return self.rows_are_made(id) && !made;
        }
        let built = self.nodes[id].panels.built;
        self.build_panels(id);
        self.nodes[id].panels.built && !built
    }

    fn run_triggers_of_new_panels(&mut self, id: Id) {
        let entries: Vec<usize> = self.nodes[id].entries.iter().map(|entry| entry.uid).collect();
        for uid in entries {
            let Some(data) = self.panel_data(id, uid).as_object().filter(|data| !data.is_empty()) else {
                continue;
            };
            let keys = data.iter().map(|(name, value)| (["panel.", name].concat(), value.clone())).collect();
            for question in self.entry_questions(id, uid) {
                self.run_question_triggers(question, "", &keys);
            }
        }
    }

    /// The panels' own nodes in order.
    pub(crate) fn panel_ids(&self, id: Id, visible: bool) -> Vec<Id> {
        let panels = self.nodes[id].entries.iter().filter_map(|entry| entry.panel);
        panels.filter(|panel| !visible || self.nodes[*panel].visible).collect()
    }

    /// The panel of a number, also the one that is being made.
    pub(crate) fn panel_of(&self, owner: Id, uid: usize) -> Option<Id> {
        let making = self.nodes[owner].panels.making.filter(|(known, _)| *known == uid);
        self.entry(owner, uid).and_then(|entry| entry.panel).or(making.map(|(_, panel)| panel))
    }

    /// `createNewPanel`
    fn make_panel(&mut self, id: Id) -> Option<Entry> {
        let template = self.nodes[id].panels.template.clone()?;
        if self.nodes.len() > MAX_NODES || self.nodes[id].entries.len() >= MAX_ENTRIES {
            return None;
        }
        let uid = self.nodes[id].next_uid;
        self.nodes[id].next_uid += 1;
        let panel = self.add(&template, None, Some(id), Holder::Item(id, uid));
        self.nodes[id].panels.making = Some((uid, panel));
        self.load_new(panel);
        self.connect(panel);
        self.nodes[id].panels.making = None;
        Some(Entry { uid, panel: Some(panel), cells: Vec::new(), row: None, visible: true })
    }

    /// What elements do by themselves, before they belong to the survey.
    fn load_new(&mut self, container: Id) {
        for child in self.nodes[container].children.clone() {
            match self.nodes[child].kind() {
                kind if kind.is_container() => self.load_new(child),
                kind if kind.is_select() => self.update_visible_choices(child),
                Kind::Text => self.set_limits(child),
                Kind::Paneldynamic => self.panels_on_survey_load(child),
                _ => {}
            }
        }
        self.child_visibility_changed(container);
    }

    /// `setSurveyImpl`: the questions of a panel take their answers from it.
    pub(crate) fn connect(&mut self, container: Id) {
        let mut list = Vec::new();
        self.questions_in(container, false, &mut list);
        for id in list {
            self.connect_question(id);
        }
    }

    /// `setSurveyImpl` of a question that is made while the survey runs.
    pub(crate) fn connect_question(&mut self, id: Id) {
        self.nodes[id].select.connecting = true;
        self.init_from_holder(id);
        let value = self.nodes[id].value.clone();
        self.on_survey_value_changed(id, &value);
        self.update_value_with_defaults(id);
        self.update_answered(id);
        self.run_question_condition(id);
        self.nodes[id].select.connecting = false;
        for field in self.nodes[id].children.clone() {
            self.connect_question(field);
        }
        for panel in self.panel_ids(id, false) {
            self.connect(panel);
        }
    }

    /// `panelCount = …`
    pub(crate) fn set_panel_count(&mut self, id: Id, count: usize) {
        let count = count.min(MAX_ENTRIES);
        let (least, most) = self.panel_limits(id);
        let panels = &mut self.nodes[id].panels;
        if !panels.built && !panels.rendered {
            panels.count = if count < least { least } else { count.min(most) };
            return;
        }
        if count == self.nodes[id].entries.len() {
            return;
        }
        let old = self.nodes[id].value.clone();
        let panels = &mut self.nodes[id].panels;
        panels.adding = true;
        panels.added_value = false;
        while self.nodes[id].entries.len() < count {
            let Some(entry) = self.make_panel(id) else { break };
            let panel = entry.panel;
            self.nodes[id].entries.push(entry);
            if let Some(panel) = panel {
                self.render(panel);
            }
        }
        self.nodes[id].entries.truncate(count);
        self.end_adding(id, old);
        self.fit_value_to_count(id);
        self.run_question_condition(id);
    }

    /// `setValueAfterPanelsCreating`
    fn end_adding(&mut self, id: Id, old: Value) {
        self.nodes[id].panels.adding = false;
        if self.nodes[id].panels.added_value {
            let value = std::mem::replace(&mut self.nodes[id].value, old);
            self.set_internally(id, value);
        }
    }

    fn set_internally(&mut self, id: Id, value: Value) {
        self.nodes[id].panels.internal = true;
        self.set_question(id, value);
        self.nodes[id].panels.internal = false;
    }

    /// The answer was changed in its place; everyone hears of it.
    fn replace_internally(&mut self, id: Id, value: Value) {
        self.nodes[id].panels.internal = true;
        self.replace_value(id, value);
        self.nodes[id].panels.internal = false;
    }

    /// `setValueBasedOnPanelCount`
    fn fit_value_to_count(&mut self, id: Id) {
        let stored = self.nodes[id].value.as_array().map(<[Value]>::to_vec);
        let known = stored.is_some();
        let mut list = stored.unwrap_or_default();
        let count = self.nodes[id].entries.len();
        if list.len() == count {
            return;
        }
        for at in list.len()..count {
            let panel = self.nodes[id].entries.get(at).and_then(|entry| entry.panel);
            list.push(Value::Object(panel.map(|panel| self.panel_value(panel)).unwrap_or_default()));
        }
        list.truncate(count);
        if known {
            self.replace_internally(id, Value::Array(list));
        } else {
            self.set_internally(id, Value::Array(list));
        }
    }

    /// What the questions of a panel have for answers.
    fn panel_value(&self, panel: Id) -> Object {
        let mut list = Vec::new();
        self.questions_in(panel, false, &mut list);
        let mut object = Object::new();
        for id in list {
            if self.question_is_empty(id) {
                continue;
            }
            let name = self.value_name(id);
            let comment = self.held_comment(self.nodes[id].holder, &name);
            if !comment.is_empty() {
                object.insert(question::comment_key(&name), Value::String(comment));
            }
            object.insert(name, self.nodes[id].value.clone());
        }
        if object.values().all(js::is_empty) { Object::new() } else { object }
    }

    /// Its answer, where an empty list or panels without answers are none.
    pub(crate) fn panels_are_empty(&self, id: Id) -> bool {
        let Value::Array(items) = &self.nodes[id].value else { return true };
        items.iter().all(|item| match item {
            Value::Object(members) => members.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::String(text) => text.is_empty(),
            _ => true,
        })
    }

    pub(crate) fn panels_default_is_empty(&self, id: Id) -> bool {
        let props = &self.nodes[id].def.props;
        is_blank(props.get("defaultValue")) && is_blank(props.get("defaultPanelValue"))
    }

    pub(crate) fn panels_default(&mut self, id: Id) {
        let props = &self.nodes[id].def.props;
        let each = props.get("defaultPanelValue");
        if is_blank(each) || !is_blank(props.get("defaultValue")) {
            return self.set_default_value_core(id);
        }
        let count = self.panel_count(id);
        if self.question_is_empty(id) && count > 0 {
            let list = vec![each.clone(); count.min(MAX_ENTRIES)];
            self.set_question(id, Value::Array(list));
        }
    }

    /// The key whose values are choices of another question that names none: the first one.
    pub(crate) fn first_key_of(&self, id: Id, object: &Object) -> Option<String> {
        let template = self.nodes[id].panels.template.as_ref();
        let named = template.and_then(|template| first_known(&template.elements, object));
        named.or_else(|| object.keys().next().cloned())
    }
}

/// An element as a panel has it: the library copies the template by writing it as JSON, which leaves out what it
/// doesn't write of some kinds.
pub(super) fn copied(element: &Rc<Element>) -> Rc<Element> {
    let lost: &[&str] = match element.kind {
        Kind::Expression => &EXPRESSION_LOSES,
        Kind::Ranking => &RANKING_LOSES,
        Kind::Html | Kind::Image => &["isRequired"],
        Kind::Boolean => &["label"],
        Kind::Panel => &[],
        _ => return Rc::clone(element),
    };
    let mut copy = Element::clone(element);
    for key in lost {
        copy.props.0.remove(*key);
    }
    copy.rules.0.retain(|rule| !lost.contains(&rule.name));
    if copy.kind.is_container() {
        copy.elements = copy.elements.iter().map(copied).collect();
    }
    Rc::new(copy)
}

const EXPRESSION_LOSES: [&str; 10] = [
    "enableIf",
    "isRequired",
    "readOnly",
    "requiredErrorText",
    "resetValueIf",
    "setValueIf",
    "setValueExpression",
    "defaultValueExpression",
    "defaultValue",
    "requiredIf",
];
const RANKING_LOSES: [&str; 9] = [
    "showOtherItem",
    "otherText",
    "otherErrorText",
    "storeOthersAsComment",
    "showNoneItem",
    "showRefuseItem",
    "showDontKnowItem",
    "noneText",
    "showSelectAllItem",
];

/// The key of the first question that an object has an answer to.
fn first_known(elements: &[Rc<Element>], object: &Object) -> Option<String> {
    elements.iter().find_map(|element| {
        if element.kind.is_container() {
            return first_known(&element.elements, object);
        }
        let name = element.value_name();
        object.contains_key(name).then(|| String::from(name))
    })
}

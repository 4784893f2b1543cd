//! What a screen needs: what is asked, what is answered, and the member's changes.

use super::*;
use crate::messages;

/// A choice as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ChoiceView {
    /// What it stores.
    pub value: Value,
    /// What it says.
    pub text: String,
    /// Whether it is taken.
    pub selected: bool,
    /// Whether it can be taken.
    pub enabled: bool,
    /// Whether it is the one that takes or leaves all others.
    pub all: bool,
    /// Whether it asks for a text of its own.
    pub other: bool,
    /// The address of its picture; empty where it has none.
    pub image: String,
}

/// A row or a column of a matrix as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct LineView {
    /// What it stores, or the key that it stores under.
    pub value: Value,
    /// What it says.
    pub text: String,
    /// Whether it can be answered.
    pub enabled: bool,
}

impl Form {
    /// What the elements of a page or a panel are, in order, the visible ones.
    pub fn elements(&self, container: Id) -> Vec<Id> {
        self.nodes[container].children.iter().copied().filter(|id| self.is_visible(*id)).collect()
    }

    /// What a page or a panel holds, in order, also what isn't visible now.
    pub fn contents(&self, container: Id) -> &[Id] {
        &self.nodes[container].children
    }

    /// Whether there is such an element: one of a form that was made anew may be gone.
    pub fn has(&self, id: Id) -> bool {
        id < self.nodes.len()
    }

    /// Whether it is visible by itself, whatever is around it.
    pub fn is_shown(&self, id: Id) -> bool {
        self.is_visible(id)
    }

    /// Every visible question in order, with those in panels, without those in cells and dynamic panels.
    pub fn visible_questions(&self) -> Vec<Id> {
        let mut list = Vec::new();
        for page in self.pages.iter().filter(|page| self.is_visible(**page)) {
            self.questions_in(*page, true, &mut list);
        }
        list
    }

    /// The visible questions of a page or a panel, with those in panels.
    pub fn questions_of(&self, container: Id) -> Vec<Id> {
        let mut list = Vec::new();
        self.questions_in(container, true, &mut list);
        list
    }

    /// Its name.
    pub fn name(&self, id: Id) -> &str {
        &self.nodes[id].def.name
    }

    /// What kind of element it is.
    pub fn kind(&self, id: Id) -> Kind {
        self.nodes[id].kind()
    }

    /// Its properties, by the names of SurveyJS 3.
    pub fn props(&self, id: Id) -> &crate::definition::Props {
        &self.nodes[id].def.props
    }

    /// A text of its definition, in the survey's language and with answers in it; empty where there is none.
    pub fn text(&self, id: Id, property: &str) -> String {
        self.localized(id, self.nodes[id].def.props.get(property))
    }

    /// Its heading: the title, or the name of a question that has none.
    pub fn title(&self, id: Id) -> String {
        self.title_of(id)
    }

    /// Whether it must be answered.
    pub fn is_required(&self, id: Id) -> bool {
        self.nodes[id].required
    }

    /// Whether it can be answered.
    pub fn is_enabled(&self, id: Id) -> bool {
        !self.is_read_only(id)
    }

    /// What is wrong with it, and with what it consists of, since it was checked last.
    pub fn errors(&self, id: Id) -> Vec<Fault> {
        self.all_faults(id)
    }

    /// What is wrong with it by itself.
    pub fn own_errors(&self, id: Id) -> &[Fault] {
        &self.nodes[id].errors
    }

    /// Its answer.
    pub fn value(&self, id: Id) -> &Value {
        &self.nodes[id].value
    }

    /// Whether it has no answer.
    pub fn is_empty(&self, id: Id) -> bool {
        self.question_is_empty(id)
    }

    /// How its answer is said.
    pub fn display_value(&self, id: Id) -> String {
        scope::value_text(&self.display_value_of(id, &self.nodes[id].value))
    }

    /// The first question of a name.
    pub fn question(&self, name: &str) -> Option<Id> {
        self.by_name(name)
    }

    /// The questions whose answer is kept under a name: the value name, or else the question's own.
    pub fn questions_of_answer(&self, name: &str) -> &[Id] {
        self.by_value_name(name, false)
    }

    /// The visible panels in order, with those in panels.
    pub fn visible_panels(&self) -> Vec<Id> {
        let mut list = Vec::new();
        for page in self.pages.iter().filter(|page| self.is_visible(**page)) {
            self.panels_in(*page, &mut list);
        }
        list
    }

    fn panels_in(&self, container: Id, list: &mut Vec<Id>) {
        for child in &self.nodes[container].children {
            if self.nodes[*child].kind().is_container() && self.is_visible(*child) {
                list.push(*child);
                self.panels_in(*child, list);
            }
        }
    }

    /// Whether the start page is on screen.
    pub fn is_at_start(&self) -> bool {
        self.started && !self.begun
    }

    /// Leaves the start page without checking it, for answers that were begun before.
    pub fn resume(&mut self) {
        self.begun = true;
    }

    /// A program changes an answer, also one that the member can't change.
    pub fn change(&mut self, id: Id, value: Value) {
        self.set_question(id, value);
    }

    /// A program changes a comment.
    pub fn change_comment(&mut self, id: Id, comment: &str) {
        self.set_comment_of(id, comment);
    }

    /// The member answers, or takes the answer back with `Null`.
    pub fn answer(&mut self, id: Id, value: Value) {
        if !self.is_read_only(id) {
            self.set_question(id, value);
        }
    }

    /// The member takes or leaves a choice of a list.
    pub fn choose(&mut self, id: Id, value: &Value, on: bool) {
        if self.is_read_only(id) {
            return;
        }
        let Some(item) = self.visible_choices(id).iter().find(|item| item.choice.value == *value).cloned()
        else {
            return;
        };
        if !self.nodes[id].kind().is_checkbox()
            && !matches!(self.nodes[id].value, Value::Array(_))
            && !self.takes_many(id)
        {
            self.set_rendered(id, if on { value.clone() } else { Value::Null }, true);
            return;
        }
        if item.special == Some(Special::SelectAll) {
            return self.choose_all(id, on);
        }
        let taken = if self.nodes[id].kind() == Kind::Imagepicker {
            self.nodes[id].value.clone()
        } else {
            self.nodes[id].select.rendered.clone()
        };
        let mut list = match taken {
            Value::Array(items) => items,
            _ => Vec::new(),
        };
        if item.is_exclusive() {
            list = if on { vec![value.clone()] } else { Vec::new() };
        } else if on {
            if !list.contains(value) {
                list.push(value.clone());
            }
        } else {
            list.retain(|known| known != value);
        }
        if self.nodes[id].kind() == Kind::Imagepicker {
            self.set_question(id, Value::Array(list));
        } else {
            self.set_rendered(id, Value::Array(list), true);
        }
    }

    fn choose_all(&mut self, id: Id, on: bool) {
        let choices = self.visible_choices(id).to_vec();
        let list = choices
            .iter()
            .filter(|item| item.special.is_none() && !item.is_exclusive())
            .filter(|item| {
                let taken = self.is_item_selected(id, item);
                if on { item.enabled.get() || taken } else { !item.enabled.get() && taken }
            })
            .map(|item| item.choice.value.clone())
            .collect();
        self.set_rendered(id, Value::Array(list), true);
    }

    /// Whether several of its choices can be taken.
    pub fn takes_many(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        node.kind().is_checkbox()
            || node.kind() == Kind::Imagepicker && node.def.props.flag("multiSelect", false)
    }

    /// Its choices in order, or the points of its scale.
    pub fn choices(&self, id: Id) -> Vec<ChoiceView> {
        if self.nodes[id].kind() == Kind::Rating {
            return self
                .rates(id)
                .into_iter()
                .map(|(value, text)| ChoiceView {
                    selected: Self::same(&value, &self.nodes[id].value),
                    value,
                    text,
                    enabled: true,
                    all: false,
                    other: false,
                    image: String::new(),
                })
                .collect();
        }
        self.visible_choices(id)
            .iter()
            .map(|item| ChoiceView {
                value: item.choice.value.clone(),
                text: self.choice_text(id, item),
                selected: self.is_item_selected(id, item),
                enabled: item.enabled.get(),
                all: item.special == Some(Special::SelectAll),
                other: item.special == Some(Special::Other),
                image: self.pure(item.choice.props.get("imageLink")),
            })
            .collect()
    }

    /// Whether its choices can be others later, or can be taken no more: by conditions, as they are another question's, by answers
    /// in their texts, or as there is a most. Otherwise only the answer makes a difference.
    pub fn has_changing_choices(&self, id: Id) -> bool {
        let def = &self.nodes[id].def;
        let has = |name: &str| def.props.has(name);
        def.rules.get("choicesVisibleIf").is_some()
            || def.rules.get("choicesEnableIf").is_some()
            || ["choicesFromQuestion", "maxSelectedChoices", "choicesVisibleIf", "choicesEnableIf"]
                .into_iter()
                .any(has)
            || def.choices.iter().any(|choice| {
                let conditions = choice.visible_if.is_some() || choice.enable_if.is_some();
                conditions || choice.broken_visible || choice.broken_enable || has_gap(&choice.text)
            })
            || ["otherText", "noneText", "refuseText", "dontKnowText", "selectAllText"]
                .into_iter()
                .any(|name| has_gap(def.props.get(name)))
    }

    /// Whether the choice with a text of its own is taken.
    pub fn other_is_chosen(&self, id: Id) -> bool {
        self.is_other_selected(id)
    }

    /// The text of the choice with a text of its own.
    pub fn other_text(&self, id: Id) -> String {
        self.other_value(id)
    }

    /// The member writes the text of that choice.
    pub fn set_other_text(&mut self, id: Id, text: &str) {
        if !self.is_read_only(id) {
            self.set_other_value(id, text);
        }
    }

    /// The comment beside the answer, and its heading, where the definition wants one.
    pub fn comment(&self, id: Id) -> Option<(String, String)> {
        self.has_comment_area(id).then(|| (self.comment_title(id), self.comment_of(id)))
    }

    /// The member comments.
    pub fn set_comment(&mut self, id: Id, comment: &str) {
        if !self.is_read_only(id) {
            self.set_comment_of(id, comment);
        }
    }

    /// What yes or no stores.
    pub fn boolean_value_of(&self, id: Id, yes: bool) -> Value {
        self.boolean_answer(id, yes)
    }

    /// What yes or no says.
    pub fn boolean_text(&self, id: Id, yes: bool) -> String {
        self.boolean_label(id, yes)
    }

    /// The least and the most that a text may be, after its expressions; `Null` where there is no limit.
    pub fn limits(&self, id: Id) -> (&Value, &Value) {
        let limits = &self.nodes[id].limits;
        (&limits.0, &limits.1)
    }

    /// The most characters of a text; 0 where there is no limit.
    pub fn max_length(&self, id: Id) -> u32 {
        let own = self.nodes[id].def.props.number("maxLength", -1.0);
        let most = if own < 0.0 { self.def.props.number("maxTextLength", 0.0) } else { own };
        if most > 0.0 && most < f64::from(u32::MAX) { most as u32 } else { 0 }
    }

    /// The most characters of a comment or of the text of a choice; 0 where there is no limit.
    pub fn max_comment_length(&self) -> u32 {
        let most = self.def.props.number("maxCommentLength", 0.0);
        if most > 0.0 && most < f64::from(u32::MAX) { most as u32 } else { 0 }
    }

    /// The error text for a row or a cell.
    pub(crate) fn said(&self, message: messages::Message) -> String {
        messages::say(message, &self.locale, &[])
    }
}

/// Whether a text, in any language, has a place for an answer.
fn has_gap(text: &Value) -> bool {
    match text {
        Value::String(text) => text.contains('{'),
        Value::Object(texts) => texts.values().any(has_gap),
        _ => false,
    }
}

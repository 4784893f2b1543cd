//! What an expression sees: the answer to `{name}` from where it stands.

use super::*;
use crate::expression::{Expression, Found, Scope, Step, path, resolve, resolve_in};
use crate::js;

/// Where an expression stands.
#[derive(Clone, Debug)]
pub(crate) enum At {
    /// At the survey itself.
    Survey,
    /// At a page, a panel or a question.
    Element(Id),
    /// At a choice of a question.
    Choice(Id, Value),
    /// At an item of a question: a panel, a row.
    Entry(Id, usize),
}

struct View<'a> {
    form: &'a Form,
    at: At,
    /// What the survey itself sees; that has none.
    root: Option<&'a View<'a>>,
}

impl Scope for View<'_> {
    fn lookup(&self, name: &str, original: bool) -> Option<Found> {
        self.form.lookup(&self.at, name, original).map(|found| found.found)
    }

    fn now(&self) -> f64 {
        self.form.env.now
    }

    fn offset_minutes(&self) -> i32 {
        self.form.env.offset_minutes
    }

    fn call(&self, function: &str, arguments: &[Value], raw: &[Option<&str>]) -> Option<Value> {
        self.form.call(&self.at, function, arguments, raw)
    }

    fn survey(&self) -> Option<&dyn Scope> {
        self.root.map(|root| root as &dyn Scope)
    }
}

/// What was found, and the question that it is the answer to.
pub(crate) struct Answered {
    pub(crate) found: Found,
    pub(crate) question: Option<Id>,
    /// How it reads, where that is neither the value nor the question's to say.
    pub(crate) text: Option<String>,
}

impl Answered {
    pub(crate) fn plain(value: Value) -> Self {
        Self { found: Found { value, strict: false }, question: None, text: None }
    }
}

/// A value that a name means, from the values alone.
pub(crate) fn resolve_plain(root: &Value, name: &str) -> Value {
    resolve(root, &path(name)).unwrap_or_default()
}

impl Form {
    pub(crate) fn evaluate(&self, expression: &Expression, at: At) -> Value {
        let root = View { form: self, at: At::Survey, root: None };
        expression.evaluate(&View { form: self, at, root: Some(&root) })
    }

    /// What an expression gives when the rows and panels that it asks for are there.
    pub(crate) fn evaluate_anew(&mut self, expression: &Expression, at: At) -> Value {
        let mut value = self.evaluate(expression, at.clone());
        while self.build_wanted() {
            value = self.evaluate(expression, at.clone());
        }
        value
    }

    pub(crate) fn is_true(&self, expression: &Expression, at: At) -> bool {
        let root = View { form: self, at: At::Survey, root: None };
        expression.is_true(&View { form: self, at, root: Some(&root) })
    }

    /// A value as an answer: dates become text.
    pub(crate) fn plain_value(&self, value: Value) -> Value {
        match value {
            Value::Date(at) => {
                let local = at + f64::from(self.env.offset_minutes) * 60_000.0;
                crate::date::to_local_text(local, false).map(Value::String).unwrap_or_default()
            }
            other => other,
        }
    }

    /// `ValueGetter.getValueInfo`: from where the expression stands outwards to the survey.
    pub(crate) fn lookup(&self, at: &At, name: &str, original: bool) -> Option<Answered> {
        let steps = path(name);
        let mut place = Some(at.clone());
        while let Some(here) = place {
            let found = match &here {
                At::Survey => self.survey_lookup(&steps, original),
                At::Element(id) if self.nodes[*id].kind().is_container() => None,
                At::Element(id) => self.question_lookup(*id, &steps, None, true, original),
                At::Choice(id, value) => self.choice_lookup(*id, value, &steps, original),
                At::Entry(id, uid) => self.entry_lookup(*id, *uid, &steps, true, original),
            };
            if found.is_some() {
                return found;
            }
            place = self.outwards(&here);
        }
        name.ends_with(".length").then(|| Answered::plain(Value::from(0)))
    }

    fn outwards(&self, at: &At) -> Option<At> {
        match at {
            At::Survey => None,
            At::Choice(id, _) => Some(At::Element(*id)),
            At::Element(id) => Some(match self.nodes[*id].holder {
                Holder::Survey => At::Survey,
                Holder::Item(owner, uid) => At::Entry(owner, uid),
                Holder::Field(_) => At::Survey,
            }),
            At::Entry(id, _) => Some(At::Element(*id)),
        }
    }

    fn survey_lookup(&self, steps: &[Step], original: bool) -> Option<Answered> {
        if let [only] = steps
            && let Some(value) = self.built_in(&only.name)
        {
            return Some(Answered::plain(value));
        }
        if let Some(value) = resolve_in(&self.variables, steps) {
            return Some(Answered::plain(value));
        }
        if let Some(found) = self.questions_lookup(steps, original, &|name| {
            let name = name.strip_suffix("-unwrapped").unwrap_or(name);
            self.by_value_name(name, true).first().copied()
        }) {
            return Some(found);
        }
        resolve_in(&self.data, steps).map(Answered::plain)
    }

    fn built_in(&self, name: &str) -> Option<Value> {
        let count = |number: usize| Some(Value::Number(number as f64));
        match name.to_lowercase().as_str() {
            "pageno" => {
                let at = self.visible_pages().iter().position(|page| Some(*page) == self.current);
                count(at.map_or(0, |at| at + 1))
            }
            "pagecount" => count(self.visible_pages().len()),
            "questioncount"
            | "correctedanswers"
            | "correctanswers"
            | "correctedanswercount"
            | "incorrectedanswers"
            | "incorrectanswers"
            | "incorrectedanswercount" => count(0),
            "locale" => Some(Value::from(if self.locale.is_empty() { "en" } else { self.locale.as_str() })),
            _ => None,
        }
    }

    /// The question that the longest beginning of a name is, and in its answer what the rest says.
    pub(crate) fn questions_lookup(
        &self,
        steps: &[Step],
        original: bool,
        find: &dyn Fn(&str) -> Option<Id>,
    ) -> Option<Answered> {
        let last = steps.iter().position(|step| step.index.is_some()).unwrap_or(steps.len().checked_sub(1)?);
        for end in (0..=last).rev() {
            let name = join(&steps[..=end]);
            if let Some(id) = find(&name) {
                return self.question_lookup(id, &steps[end + 1..], steps[end].index, false, original);
            }
        }
        None
    }

    /// What a question answers to the rest of a name.
    pub(crate) fn question_lookup(
        &self,
        id: Id,
        steps: &[Step],
        index: Option<f64>,
        root: bool,
        original: bool,
    ) -> Option<Answered> {
        match self.nodes[id].kind() {
            Kind::Paneldynamic | Kind::Matrixdropdown | Kind::Matrix | Kind::Multipletext => {
                if let Some(found) = self.composite_lookup(id, steps, index, root, original) {
                    return found;
                }
            }
            _ => {}
        }
        self.simple_lookup(id, steps, index, original)
    }

    pub(crate) fn simple_lookup(
        &self,
        id: Id,
        steps: &[Step],
        index: Option<f64>,
        original: bool,
    ) -> Option<Answered> {
        let node = &self.nodes[id];
        if steps.is_empty() || steps.len() == 1 && steps[0].name == "self" {
            let value = match (self.filtered_value(id, original), index) {
                (Value::Array(items), Some(at)) if at > -1.0 => {
                    items.get(at as usize).cloned().unwrap_or_default()
                }
                (value, _) => value,
            };
            let strict = node.kind() == Kind::Ranking;
            return Some(Answered { found: Found { value, strict }, question: Some(id), text: None });
        }
        if steps.len() > 1
            && steps[0].name == "panel"
            && let Some(parent) = node.parent.filter(|parent| self.nodes[*parent].kind() == Kind::Panel)
        {
            let mut list = Vec::new();
            self.questions_in(parent, false, &mut list);
            return self.questions_lookup(&steps[1..], original, &|name| {
                let lower = name.to_lowercase();
                list.iter().copied().find(|id| self.nodes[*id].def.value_name().to_lowercase() == lower)
            });
        }
        if self.question_is_empty(id) {
            return None;
        }
        let value = match index {
            Some(at) if at >= 0.0 => node.value.as_array()?.get(at as usize)?,
            _ => &node.value,
        };
        resolve(value, steps).map(Answered::plain)
    }

    /// `getFilteredValue`
    pub(crate) fn filtered_value(&self, id: Id, original: bool) -> Value {
        let node = &self.nodes[id];
        // A list of choices without any is an empty list.
        if !js::truthy(&node.value) && self.takes_many(id) {
            return Value::Array(Vec::new());
        }
        match node.kind() {
            kind if kind.is_checkbox()
                && !node.def.props.word("valuePropertyName").is_empty()
                && !original =>
            {
                node.select.rendered.clone()
            }
            kind if kind.is_select() && !kind.is_checkbox() => match &node.value {
                Value::Object(_) if !question::is_blank(node.value.get("value")) => {
                    node.value.get("value").clone()
                }
                value => value.clone(),
            },
            _ => node.value.clone(),
        }
    }

    fn choice_lookup(&self, id: Id, value: &Value, steps: &[Step], original: bool) -> Option<Answered> {
        if let [only] = steps
            && matches!(only.name.to_lowercase().as_str(), "item" | "choice" | "self")
        {
            return Some(Answered::plain(value.clone()));
        }
        if self.nodes[id].kind().is_container() {
            return None;
        }
        self.question_lookup(id, steps, None, true, original)
    }

    /// The question whose answer a name means; only where it means the whole answer.
    pub(crate) fn find_question(&self, name: &str) -> Option<Id> {
        self.lookup(&At::Survey, name, false)?.question
    }

    /// A value by name, or how it reads.
    pub(crate) fn value_by_name(&self, name: &str, shown: bool) -> Option<Value> {
        let found = self.lookup(&At::Survey, name, false)?;
        match found.question.filter(|_| shown) {
            Some(id) => Some(self.display_value_of(id, &found.found.value)),
            None => Some(found.found.value),
        }
    }

    /// The question of a name that another question means.
    pub(crate) fn find_beside(&self, id: Id, name: &str) -> Option<Id> {
        if let Holder::Item(owner, uid) = self.nodes[id].holder {
            let prefix = if self.nodes[owner].kind() == Kind::Paneldynamic { "panel." } else { "row." };
            if let Some(name) = name.strip_prefix(prefix) {
                return self
                    .entry_questions(owner, uid)
                    .into_iter()
                    .find(|question| self.nodes[*question].def.name == name);
            }
        }
        self.by_name(name)
    }

    fn call(&self, at: &At, function: &str, arguments: &[Value], raw: &[Option<&str>]) -> Option<Value> {
        let name = |at: usize| -> Option<String> {
            arguments.get(at).and_then(|value| value.as_str().map(String::from))
        };
        match function {
            "isDisplayMode" => Some(Value::Bool(self.is_display_mode())),
            "displayValue" => {
                let found = self.find_by_any_name(at, &name(0)?)?;
                let value = arguments.get(1).filter(|value| !value.is_null());
                Some(match value {
                    Some(value) => self.display_value_of(found, value),
                    None => self.display_value_of(found, &self.nodes[found].value.clone()),
                })
            }
            "isContainerReady" => {
                let name = name(0)?;
                Some(Value::Bool(self.is_container_ready(at, &name)))
            }
            "getComment" => {
                let found = self.find_by_any_name(at, &name(0)?)?;
                Some(Value::String(self.comment_of(found)))
            }
            _ => {
                let _ = raw;
                None
            }
        }
    }

    /// The question that a function names: the nearest of that name, from where the function stands outwards.
    fn find_by_any_name(&self, at: &At, name: &str) -> Option<Id> {
        let own = match at {
            At::Element(id) | At::Choice(id, _) => Some(*id),
            _ => None,
        };
        let mut next = own;
        while let Some((id, parent)) = next.and_then(|id| Some((id, self.nodes[id].parent?))) {
            let mut list = Vec::new();
            self.questions_in(parent, false, &mut list);
            if let Some(found) = list.into_iter().find(|id| self.nodes[*id].def.name == name) {
                return Some(found);
            }
            next = match self.nodes[id].holder {
                Holder::Item(owner, _) => Some(owner),
                _ => None,
            };
        }
        let entry = match at {
            At::Entry(owner, uid) => Some((*owner, *uid)),
            _ => own.and_then(|id| match self.nodes[id].holder {
                Holder::Item(owner, uid) => Some((owner, uid)),
                _ => None,
            }),
        };
        if let Some((owner, uid)) = entry {
            let beside = self.entry_questions(owner, uid);
            if let Some(found) = beside.into_iter().find(|id| self.nodes[*id].def.name == name) {
                return Some(found);
            }
        }
        self.by_name(name)
    }

    fn is_container_ready(&self, at: &At, name: &str) -> bool {
        let Some(container) = self.container_by_name(at, name) else { return false };
        let mut list = Vec::new();
        self.questions_in(container, true, &mut list);
        self.is_silently_valid(container) && !list.is_empty() || self.is_silently_valid(container)
    }

    fn container_by_name(&self, _at: &At, name: &str) -> Option<Id> {
        (0..self.nodes.len())
            .find(|id| self.nodes[*id].kind().is_container() && self.nodes[*id].def.name == name)
    }
}

pub(crate) fn join(steps: &[Step]) -> String {
    let mut name = String::new();
    for (at, step) in steps.iter().enumerate() {
        if at > 0 {
            name.push('.');
        }
        name.push_str(&step.name);
    }
    name
}

/// How a value reads in a text.
pub(crate) fn value_text(value: &Value) -> String {
    let nothing = js::is_empty(value) && !matches!(value, Value::Object(_));
    if nothing { String::new() } else { js::to_text(value) }
}

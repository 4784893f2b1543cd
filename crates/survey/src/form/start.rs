//! From a definition to a form.

use super::*;
use crate::js;

impl Form {
    /// A form without answers, in a language (`zh-cn`; empty for the definition's own).
    pub fn new(def: Rc<Definition>, locale: &str, env: Environment) -> Self {
        let locale = if locale.is_empty() { def.props.word("locale") } else { locale };
        let mut form = Self {
            locale: if locale == "en" { String::new() } else { locale.to_lowercase() },
            env,
            nodes: Vec::new(),
            pages: Vec::new(),
            by_value: LiteMap::new(),
            by_lower: LiteMap::new(),
            by_name: LiteMap::new(),
            data: Object::new(),
            variables: Object::new(),
            current: None,
            whole: None,
            single: None,
            started: false,
            begun: false,
            completed: false,
            run: Running::default(),
            def,
        };
        let def = Rc::clone(&form.def);
        form.started = def.props.flag("firstPageIsStartPage", false) && def.pages.len() > 1;
        form.run.calculating = vec![false; def.calculated.len()];
        form.run.calculated = vec![false; def.calculated.len()];
        for page in &def.pages {
            let id = form.add(page, None, None, Holder::Survey);
            form.pages.push(id);
        }
        form.index();
        if def.props.word("questionsOnPageMode") == "singlePage" || def.props.flag("isSinglePage", false) {
            form.put_on_one_page();
        }
        form.load();
        form
    }

    fn put_on_one_page(&mut self) {
        let pages = self.pages[usize::from(self.started)..].to_vec();
        let whole = self.nodes.len();
        for page in &pages {
            self.nodes[*page].parent = Some(whole);
        }
        let mut node = Node::new(Rc::new(Element::page("single-page")), None, None, Holder::Survey);
        node.children = pages;
        self.nodes.push(node);
        self.whole = Some(whole);
    }

    /// The time has gone on.
    pub fn set_now(&mut self, now: f64) {
        self.env.now = now;
    }

    /// Makes the nodes of an element and of all within it.
    pub(crate) fn add(
        &mut self,
        def: &Rc<Element>,
        parent: Option<Id>,
        owner: Option<Id>,
        holder: Holder,
    ) -> Id {
        let id = self.nodes.len();
        self.nodes.push(Node::new(Rc::clone(def), parent, owner, holder));
        if def.kind.is_container() {
            for child in &def.elements {
                let child = self.add(child, Some(id), owner, holder);
                self.nodes[id].children.push(child);
            }
            let asked = |props: &crate::definition::Props| props.word("questionOrder").to_lowercase();
            let mixed = match asked(&def.props).as_str() {
                "random" => true,
                "initial" => false,
                _ => asked(&self.def.props) == "random",
            };
            if mixed {
                random::shuffle(&mut self.nodes[id].children, self.env.seed.wrapping_add(id as u32), |_| {
                    Some("")
                });
            }
        } else {
            self.prepare(id);
        }
        id
    }

    /// What a question has from the start.
    fn prepare(&mut self, id: Id) {
        let def = Rc::clone(&self.nodes[id].def);
        if def.kind.is_select() || def.kind == Kind::Rating {
            self.prepare_select(id);
        }
        let items = |list: &[Rc<Choice>]| list.iter().cloned().map(Item::new).collect::<Vec<_>>();
        let mut rows = items(&def.rows);
        if def.props.word("rowOrder").eq_ignore_ascii_case("random") {
            random::shuffle(&mut rows, self.env.seed.wrapping_add(id as u32), random::of_item);
        }
        self.nodes[id].rows = rows;
        self.nodes[id].columns = items(&def.columns);
        match def.kind {
            Kind::Paneldynamic => self.prepare_panels(id),
            Kind::Multipletext => self.prepare_fields(id),
            Kind::Matrixdropdown => self.prepare_grid(id),
            _ => {}
        }
    }

    fn index(&mut self) {
        for id in self.questions() {
            let name = String::from(self.nodes[id].def.value_name());
            self.by_lower.entry(name.to_lowercase()).or_default().push(id);
            self.by_value.entry(name).or_default().push(id);
            let name = self.nodes[id].def.name.clone();
            self.by_name.entry(name).or_insert(id);
        }
    }

    fn load(&mut self) {
        self.run.loading = Loading::Elements;
        for id in self.questions() {
            if self.nodes[id].kind().is_select() {
                self.update_visible_choices(id);
            }
        }
        for page in self.pages.clone() {
            self.on_survey_load(page);
        }
        self.run.loading = Loading::Conditions;
        self.run_conditions();
        self.notify_any_changed("", "");
        self.run.loading = Loading::Done;
        if let Some(start) = self.pages.first().copied().filter(|_| self.started) {
            self.render(start);
        }
        self.update_current_page();
    }

    fn on_survey_load(&mut self, id: Id) {
        if self.nodes[id].kind().is_container() {
            for child in self.nodes[id].children.clone() {
                self.on_survey_load(child);
            }
            self.child_visibility_changed_up(id);
        } else {
            self.question_on_survey_load(id);
        }
    }

    pub(crate) fn question_on_survey_load(&mut self, id: Id) {
        let kind = self.nodes[id].kind();
        if kind.is_select() {
            self.on_visible_choices_changed(id);
        }
        match kind {
            Kind::Paneldynamic => self.panels_on_survey_load(id),
            Kind::Multipletext => {
                for field in self.fields(id) {
                    self.question_on_survey_load(field);
                }
            }
            _ => {}
        }
        self.update_value_with_defaults(id);
        if self.question_is_empty(id) {
            self.init_from_holder(id);
        }
        if kind == Kind::Ranking {
            self.sync_ranking(id);
        }
        if kind == Kind::Text {
            self.set_limits(id);
        }
    }

    /// Every question of the survey in order, without those in cells and dynamic panels.
    pub(crate) fn questions(&self) -> Vec<Id> {
        let mut list = Vec::new();
        for page in &self.pages {
            self.questions_in(*page, false, &mut list);
        }
        list
    }

    pub(crate) fn questions_in(&self, container: Id, visible: bool, list: &mut Vec<Id>) {
        for child in &self.nodes[container].children {
            if visible && !self.is_visible(*child) {
                continue;
            }
            if self.nodes[*child].kind().is_container() {
                self.questions_in(*child, visible, list);
            } else {
                list.push(*child);
            }
        }
    }

    /// The questions of a value name; the case doesn't matter if `loose`.
    pub(crate) fn by_value_name(&self, name: &str, loose: bool) -> &[Id] {
        let exact = self.by_value.get(name);
        let found = exact.or_else(|| loose.then(|| self.by_lower.get(&name.to_lowercase())).flatten());
        found.map(Vec::as_slice).unwrap_or_default()
    }

    /// The first question of a name.
    pub(crate) fn by_name(&self, name: &str) -> Option<Id> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn add_choice_item(&self, value: Value, text: Value) -> Rc<Item> {
        Item::new(Rc::new(Choice { value, text, ..Choice::default() }))
    }

    /// Whether two values are the same for a question: order, case, spaces and types count.
    pub(crate) fn same(a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Array(items), Value::Null) | (Value::Null, Value::Array(items)) => items.is_empty(),
            _ => js::equals(a, b, js::STRICT),
        }
    }
}

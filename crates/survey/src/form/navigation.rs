//! Pages: which there are, which one is asked, and the end.

use super::*;
use triggers::When;

impl Form {
    /// All pages in order, hidden ones too, without the start page.
    pub fn pages(&self) -> &[Id] {
        self.pages.get(usize::from(self.started)..).unwrap_or_default()
    }

    /// The pages that are asked, in order; without a start page.
    pub fn visible_pages(&self) -> Vec<Id> {
        if let Some(whole) = self.whole {
            return vec![whole];
        }
        self.pages.iter().copied().filter(|id| self.is_page_listed(*id)).collect()
    }

    fn is_page_listed(&self, id: Id) -> bool {
        self.is_visible(id) && !(self.started && self.pages.first() == Some(&id))
    }

    /// The page that is asked; none where nothing is visible.
    pub fn current_page(&self) -> Option<Id> {
        self.current
    }

    /// What is asked at a time: the elements of the page, or one of them where the definition asks each by itself.
    pub fn current_elements(&self) -> Vec<Id> {
        match (self.single, self.current) {
            (Some(single), _) => vec![single],
            (None, Some(page)) => self.elements(page),
            (None, None) => Vec::new(),
        }
    }

    fn show_page(&mut self, page: Option<Id>) {
        let old = std::mem::replace(&mut self.current, page);
        if let Some(page) = page {
            self.render(page);
        }
        // SurveyJS looks whether the page that is left is fine, which takes back answers that are no choice any more.
        if let Some(old) = old.filter(|old| page != Some(*old) && !self.run.passed.contains(old))
            && self.validate_container(old, &mut validate::Check::silent())
        {
            self.run.passed.push(old);
        }
    }

    /// Goes to a page, if it is visible.
    pub fn go_to(&mut self, page: Id) {
        if self.is_page_listed(page) {
            self.show_page(Some(page));
            if self.is_one_by_one() {
                self.single = self.elements(page).first().copied();
            }
        }
    }

    /// Goes to an element that is asked by itself, or to the page that it is on.
    pub fn go_to_element(&mut self, element: Id) {
        let Some(page) = self.page_of(element) else { return };
        self.go_to(page);
        if self.is_one_by_one() {
            let mut top = element;
            while let Some(parent) =
                self.nodes[top].parent.or(self.nodes[top].owner).filter(|parent| *parent != page)
            {
                top = parent;
            }
            if self.single_elements().contains(&top) {
                self.single = Some(top);
            }
        }
    }

    /// Whether each element is asked by itself.
    fn is_one_by_one(&self) -> bool {
        matches!(
            self.def.props.word("questionsOnPageMode"),
            "questionPerPage" | "questionOnPage" | "inputPerPage"
        )
    }

    /// The elements that are asked one by one.
    fn single_elements(&self) -> Vec<Id> {
        self.visible_pages().into_iter().flat_map(|page| self.elements(page)).collect()
    }

    /// Where the member is, and how many steps there are: elements or pages.
    pub fn steps(&self) -> (usize, usize) {
        let (list, at) = if self.is_one_by_one() {
            (self.single_elements(), self.single)
        } else {
            (self.visible_pages(), self.current)
        };
        (list.iter().position(|id| Some(*id) == at).unwrap_or_default(), list.len())
    }

    /// Whether there is nothing before what is asked.
    pub fn is_first_page(&self) -> bool {
        self.steps().0 == 0
    }

    pub(crate) fn update_current_page(&mut self) {
        self.update_page();
        if self.is_one_by_one() {
            self.update_single();
        }
    }

    /// The element asked is gone: the next one in its place.
    fn update_single(&mut self) {
        let list = self.single_elements();
        if let Some(single) = self.single {
            if list.contains(&single) {
                return;
            }
            let order = self.pages.iter().flat_map(|page| self.nodes[*page].children.clone());
            let after: Vec<Id> = order.skip_while(|id| *id != single).collect();
            self.single = after.into_iter().find(|id| list.contains(id)).or(list.last().copied());
        } else {
            self.single = list.first().copied();
        }
        if let Some(page) = self.single.and_then(|single| self.page_of(single)) {
            self.show_page(Some(page));
        }
    }

    fn update_page(&mut self) {
        if self.whole.is_some() {
            self.show_page(self.whole);
            return;
        }
        if self.current.is_some_and(|page| self.is_page_listed(page)) {
            return;
        }
        self.show_page(self.visible_pages().first().copied());
    }

    /// Whether the page asked is the last one.
    pub fn is_last_page(&self) -> bool {
        let (at, count) = self.steps();
        self.current.is_some() && at + 1 == count
    }

    fn next_single(&mut self, single: Id) -> bool {
        let list = self.single_elements();
        let Some(at) = list.iter().position(|id| *id == single) else { return false };
        let check = &mut validate::Check::shown();
        let container = self.nodes[single].kind().is_container();
        let valid = if container {
            self.validate_container(single, check)
        } else {
            self.validate_question(single, check)
        };
        let Some(next) = list.get(at + 1).filter(|_| valid).copied() else { return false };
        let mut keys = Object::new();
        let questions = if container { self.questions_of(single) } else { vec![single] };
        for id in questions {
            keys.insert(self.nodes[id].def.name.clone(), self.nodes[id].value.clone());
        }
        let name = self.nodes[single].def.name.clone();
        self.check_triggers(keys, When::Page, Some(&name));
        if !self.completed && self.single == Some(single) {
            self.go_to_element(next);
        }
        true
    }

    /// To the next page, if this one has no errors; from the start page to the first. Whether it went; the errors are in
    /// [`Form::errors`].
    pub fn next_page(&mut self) -> bool {
        if self.is_at_start() {
            let start = self.pages[0];
            self.begun = self.validate_page(start);
            return self.begun;
        }
        let Some(page) = self.current else { return false };
        if let Some(single) = self.single {
            return self.next_single(single);
        }
        if self.is_last_page() {
            return false;
        }
        let lenient = self.def.props.word("checkErrorsMode") == "onComplete" || self.is_display_mode();
        if !lenient && !self.validate_page(page) {
            return false;
        }
        self.check_page_triggers(When::Page);
        if self.completed {
            return true;
        }
        if self.current == Some(page) {
            let pages = self.visible_pages();
            if let Some(at) = pages.iter().position(|id| *id == page)
                && let Some(next) = pages.get(at + 1)
            {
                self.show_page(Some(*next));
            }
        }
        true
    }

    /// To the page before, or to where a trigger skipped from. Whether it went.
    pub fn previous_page(&mut self) -> bool {
        let Some(page) = self.current else { return false };
        if let Some(at) = self.run.skipped.iter().position(|(_, to)| *to == page) {
            let (from, _) = self.run.skipped.remove(at);
            if self.is_page_listed(from) {
                self.show_page(Some(from));
                return true;
            }
        }
        let (list, here) = match self.single {
            Some(single) => (self.single_elements(), single),
            None => (self.visible_pages(), page),
        };
        match list.iter().position(|id| *id == here) {
            Some(at) if at > 0 => {
                match self.single {
                    Some(_) => self.go_to_element(list[at - 1]),
                    None => self.show_page(Some(list[at - 1])),
                }
                true
            }
            _ => false,
        }
    }

    pub(crate) fn skip_to(&mut self, name: &str) {
        let lower = name.to_lowercase();
        let found = self.by_name(name).or_else(|| {
            self.questions().into_iter().find(|id| self.nodes[*id].def.name.to_lowercase() == lower)
        });
        let Some(question) = found.filter(|id| self.is_visible(*id)) else { return };
        // A default answer may lead away from the first page before it was shown.
        let from = self.current.or_else(|| self.visible_pages().first().copied());
        if let (Some(from), Some(to)) = (from, self.page_of(question)) {
            self.run.skipped.push((from, to));
            self.go_to_element(question);
        }
    }

    fn check_page_triggers(&mut self, when: When) {
        let mut keys = Object::new();
        if let Some(page) = self.current {
            let mut list = Vec::new();
            self.questions_in(page, false, &mut list);
            for id in list {
                let name = self.value_name(id);
                let value = self.held(Holder::Survey, &name);
                keys.insert(name, value);
            }
        }
        for calculated in &self.def.calculated {
            keys.insert(calculated.name.clone(), self.variable(&calculated.name));
        }
        self.check_triggers(keys, when, None);
    }

    /// Ends the survey whatever its errors: answers to hidden questions are removed as the definition says.
    pub fn complete_now(&mut self) {
        if self.completed {
            return;
        }
        self.check_page_triggers(When::Complete);
        self.completed = true;
        for id in self.questions() {
            self.clear_unused(id);
        }
        let reason = match self.def.props.get("clearInvisibleValues") {
            Value::String(mode) if mode == "none" => "none",
            _ => "onComplete",
        };
        for id in self.questions() {
            self.clear_value_if_invisible(id, reason);
        }
    }

    /// Ends the survey if no visible page has an error. Whether it did; otherwise the first page with errors is asked.
    pub fn complete(&mut self) -> bool {
        if !self.validate() {
            let first = self.visible_pages().into_iter().find(|page| self.has_errors_in(*page));
            if first.is_some() {
                self.show_page(first);
            }
            return false;
        }
        self.complete_now();
        true
    }

    /// Whether it was ended.
    pub fn is_completed(&self) -> bool {
        self.completed
    }

    /// How much of it is answered, from 0 to 100: what there is of the visible questions.
    pub fn progress(&self) -> u32 {
        let mut all = 0_u32;
        let mut answered = 0_u32;
        for page in self.visible_pages() {
            let mut list = Vec::new();
            self.questions_in(page, true, &mut list);
            for id in list {
                let kind = self.nodes[id].kind();
                if !kind.is_static() && kind != Kind::Expression {
                    all += 1;
                    answered += u32::from(!self.question_is_empty(id));
                }
            }
        }
        (answered * 100).checked_div(all).unwrap_or(100)
    }
}

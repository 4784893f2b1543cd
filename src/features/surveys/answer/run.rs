//! What happens while a survey is answered: the form, its pages, and the way between them.

use super::{Opened, keeping};
use crate::api::wire::surveys::{Receipt, SurveyPaper};
use crate::domain::channel::Channel;
use crate::domain::member::Member;
use crate::domain::survey::{
    Draft, Object, Place, Progress, Response, Resumed, Spare, minutes_left, plain, progress,
};
use crate::features::surveys::drafts;
use crate::features::surveys::sending;
use crate::i18n;
use crate::platform::locks::Guard;
use crate::platform::{clock, random, storage};
use crate::state::{Portal, Query, portal};
use ::survey::{Definition, Environment, Form, Id, Severity};
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen::JsCast;

/// A start page is the first page, and pages come before everything that is on them.
const START: Id = 0;

/// Where answering stands.
#[derive(Clone, PartialEq)]
pub(super) enum Stage {
    /// Questions are on screen.
    Asking,
    /// Another tab has the survey.
    Elsewhere,
    /// Another device wrote something that this one didn't know: the member chooses.
    Conflict(Response),
    /// Submitted, and not sent yet.
    Waiting,
    /// Sent, with what came of it.
    Thanks(Receipt),
    /// It had been sent before, from elsewhere.
    Already,
}

/// The survey under way. Copying it copies the handle.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) portal: Portal,
    pub(super) id: StoredValue<String>,
    pub(super) name: StoredValue<String>,
    pub(super) paper: StoredValue<SurveyPaper>,
    pub(super) member: StoredValue<Member>,
    pub(super) query: Query<Opened>,
    pub(super) visit: super::Visit,
    definition: StoredValue<Rc<Definition>, LocalStorage>,
    pub(super) form: StoredValue<Form, LocalStorage>,
    /// Rises with every change of the form.
    version: RwSignal<u32>,
    page: Memo<Option<Id>>,
    pub(super) furthest: RwSignal<Option<Id>>,
    pub(super) turned: StoredValue<i64>,
    pub(super) draft: StoredValue<Draft>,
    /// Whether the form holds something that the draft doesn't.
    pub(super) dirty: StoredValue<bool>,
    /// What was kept last, by this tab.
    pub(super) kept: StoredValue<Option<String>>,
    /// How often something changed, so that only the last of several pauses counts.
    pub(super) turn: StoredValue<u32>,
    /// Whether a draft is on its way.
    pub(super) sending: StoredValue<bool>,
    /// Whether the backend has another definition by now.
    pub(super) stale: StoredValue<bool>,
    pub(super) guard: StoredValue<Option<Guard>, LocalStorage>,
    /// The answers may be changed here; not while another tab may have the survey.
    pub(super) ours: RwSignal<bool>,
    /// Whether the survey isn't the one that was answered before.
    pub(super) changed: RwSignal<bool>,
    /// Whether it is being sent.
    pub(super) busy: RwSignal<bool>,
    /// Why it wasn't sent.
    pub(super) failure: RwSignal<Option<String>>,
    /// Whether the backend answers, and can't take it now.
    pub(super) troubled: RwSignal<bool>,
    /// Where it stands.
    pub(super) stage: RwSignal<Stage>,
}

impl Run {
    pub(super) fn new(
        id: &str,
        opened: Opened,
        definition: Rc<Definition>,
        query: Query<Opened>,
        visit: super::Visit,
    ) -> Self {
        let Opened { paper, member } = opened;
        let portal = portal();
        let name = drafts::name(&member.id, id);
        let on_device = if portal.channel == Channel::Kiosk { None } else { storage::read(&name) };
        let kept = on_device.clone().or_else(|| visit.memory.get_value());
        let resumed = Draft::resume(paper.revision, kept.as_deref(), paper.response.as_ref(), random::uuid);
        let (mut draft, other) = match resumed {
            Resumed::One(draft) => (draft, None),
            Resumed::Two(draft, other) => (draft, Some(other)),
        };
        let changed = draft.adapt(paper.revision, &paper.definition);
        let form = form_of(&definition, &draft);
        let stage = match other {
            Some(other) => Stage::Conflict(other),
            None if draft.closed => Stage::Waiting,
            None => Stage::Asking,
        };
        let form = StoredValue::new_local(form);
        let version = RwSignal::new(0);
        let page = Memo::new(move |_| {
            version.track();
            form.with_value(page_of)
        });
        let run = Self {
            portal,
            id: StoredValue::new(id.into()),
            name: StoredValue::new(name),
            paper: StoredValue::new(paper),
            member: StoredValue::new(member),
            query,
            visit,
            definition: StoredValue::new_local(definition),
            form,
            version,
            page,
            furthest: RwSignal::new(form.with_value(|form| {
                let last = draft.furthest.as_str();
                let last = form.pages().iter().copied().find(|page| form.name(*page) == last);
                page_of(form).max(last)
            })),
            turned: StoredValue::new(i64::MIN / 2),
            draft: StoredValue::new(draft),
            dirty: StoredValue::new(false),
            kept: StoredValue::new(on_device),
            turn: StoredValue::new(0),
            sending: StoredValue::new(false),
            stale: StoredValue::new(false),
            guard: StoredValue::new_local(None),
            ours: RwSignal::new(false),
            changed: RwSignal::new(changed),
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
            troubled: RwSignal::new(false),
            stage: RwSignal::new(stage),
        };
        sending::attend(Some(id));
        run.find_trail();
        keeping::begin(run);
        on_cleanup(move || {
            sending::attend(None);
            run.leave();
        });
        run
    }

    /// Looks at the form; not tracked. Within `f` nothing may change it.
    pub(super) fn peek<T>(self, f: impl FnOnce(&Form) -> T) -> T {
        self.form.with_value(f)
    }

    /// Looks at the form, again whenever anything of it changed. Within `f` nothing may change it.
    pub(super) fn with<T>(self, f: impl FnOnce(&Form) -> T) -> T {
        self.version.track();
        self.form.with_value(f)
    }

    /// The member changes something: it is kept, and sent after a pause.
    pub(super) fn change(self, f: impl FnOnce(&mut Form)) {
        let asking = self.stage.try_with_untracked(|stage| *stage == Stage::Asking) == Some(true);
        if !asking || self.busy.try_get_untracked() != Some(false) || self.touch(f).is_none() {
            return;
        }
        self.dirty.try_set_value(true);
        let _ = self.failure.try_set(None);
        self.keep_soon();
    }

    /// Changes the form without an answer being another.
    pub(super) fn touch<T>(self, f: impl FnOnce(&mut Form) -> T) -> Option<T> {
        let now = clock::now().0 as f64;
        let given = self.form.try_update_value(|form| {
            form.set_now(now);
            f(form)
        });
        let _ = self.version.try_update(|version| *version = version.wrapping_add(1));
        given
    }

    /// The page on screen; none where nothing is asked.
    pub(super) fn page(self) -> Memo<Option<Id>> {
        self.page
    }

    /// What the survey is called.
    pub(super) fn title(self) -> String {
        let listed = self.paper.with_value(|paper| paper.title.clone());
        if listed.is_empty() { self.peek(|form| plain(&form.survey_text("title"))) } else { listed }
    }

    /// A text of the survey itself, as of a button; `otherwise` where the definition has none.
    pub(super) fn text(self, name: &str, otherwise: &'static str) -> String {
        let own = self.peek(|form| plain(&form.survey_text(name)));
        if own.is_empty() { otherwise.into() } else { own }
    }

    pub(super) fn reward(self) -> i64 {
        self.paper.with_value(|paper| paper.reward_points)
    }

    pub(super) fn member(self) -> Member {
        self.member.get_value()
    }

    /// What to say when it was sent, without markup.
    pub(super) fn completed_text(self) -> String {
        self.peek(|form| plain(&form.completed_text()))
    }

    /// Answers that the definition doesn't ask for any more.
    pub(super) fn spare(self) -> Vec<Spare> {
        self.draft.with_value(|draft| draft.spare.clone())
    }

    /// How many questions have an answer among these, for a person: what is calculated isn't one.
    pub(super) fn count(self, answers: &Object) -> usize {
        let asked = |form: &Form, name: &str| {
            form.questions_of_answer(name).iter().any(|id| form.kind(*id) != ::survey::Kind::Expression)
        };
        self.peek(|form| answers.keys().filter(|name| asked(form, name)).count())
    }

    /// Whether the start page is on screen; tracked.
    pub(super) fn is_at_start(self) -> bool {
        self.with(Form::is_at_start)
    }

    /// Whether going on ends the survey, as far as can be known: pages behind may depend on what isn't answered yet; tracked.
    pub(super) fn ends_here(self) -> bool {
        self.with(|form| ends(form) && !may_grow(form))
    }

    /// Whether the page asks more than one question; tracked.
    pub(super) fn asks_several(self) -> bool {
        self.with(|form| page_of(form).is_some_and(|page| form.questions_of(page).len() > 1))
    }

    /// How far it is; tracked.
    pub(super) fn progress(self) -> Progress {
        let furthest = self.furthest.get();
        self.with(|form| progress(form, furthest))
    }

    /// Minutes that the rest takes, about; tracked.
    pub(super) fn minutes_left(self) -> i64 {
        let minutes = self.paper.with_value(|paper| paper.minutes);
        if minutes > 0 { minutes_left(self.progress(), minutes) } else { 0 }
    }

    /// Whether there is a page before; tracked.
    pub(super) fn has_before(self) -> bool {
        let wanted = self.definition.with_value(|definition| definition.props().flag("showPrevButton", true));
        self.with(|form| {
            if !wanted {
                return false;
            }
            let page = form.current_page();
            !form.is_at_start() && page.is_some() && form.visible_pages().first().copied() != page
        })
    }

    /// Something else is on screen from here on.
    pub(super) fn show(self, stage: Stage) {
        let_go();
        let _ = self.stage.try_set(stage);
    }

    /// Puts the form back to the draft, after something came from elsewhere or the end was refused.
    pub(super) fn restore(self) {
        let form = self
            .definition
            .with_value(|definition| self.draft.with_value(|draft| form_of(definition, draft)));
        self.dirty.set_value(false);
        self.touch(|known| *known = form);
        let page = self.peek(page_of);
        self.furthest.update(|furthest| *furthest = (*furthest).max(page));
    }
}

/// What has the focus loses it, so that it says what it has to say before it goes.
pub(super) fn let_go() {
    let active = web_sys::window().and_then(|window| window.document()?.active_element());
    if let Some(active) = active.and_then(|active| active.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = active.blur();
    }
}

/// The form of a draft, at its page.
fn form_of(definition: &Rc<Definition>, draft: &Draft) -> Form {
    let seed =
        draft.uuid.bytes().fold(0_u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(u32::from(byte)));
    let offset = -js_sys::Date::new_0().get_timezone_offset();
    let environment = Environment { now: clock::now().0 as f64, offset_minutes: offset as i32, seed };
    let mut form = Form::new(Rc::clone(definition), language(), environment);
    if draft.answers.is_empty() {
        return form;
    }
    form.set_data(&draft.answers);
    if form.is_at_start() {
        form.resume();
    }
    let pages = form.visible_pages();
    let page = match &draft.place {
        Place::Page(name) => pages.iter().copied().find(|page| form.name(*page) == name),
        Place::Number(number) => pages.get(*number).or(pages.last()).copied(),
        Place::Open => None,
    };
    let open = || pages.iter().copied().find(|page| is_open(&form, *page));
    if let Some(page) = page.or_else(open) {
        form.go_to(page);
    }
    form
}

/// The language of the definition's texts. In SurveyJS `en` means what a text says by default, whatever its language; a region
/// of it gets the English text where there is one.
fn language() -> &'static str {
    match i18n::locale().tag() {
        "en" => "en-US",
        other => other,
    }
}

/// Whether a page has a question without an answer.
fn is_open(form: &Form, page: Id) -> bool {
    let asks = |id: &Id| !form.kind(*id).is_static() && form.kind(*id) != ::survey::Kind::Expression;
    form.questions_of(page).iter().filter(|id| asks(id)).any(|id| form.is_empty(*id))
}

pub(super) fn page_of(form: &Form) -> Option<Id> {
    if form.is_at_start() { Some(START) } else { form.current_page() }
}

pub(super) fn ends(form: &Form) -> bool {
    form.is_last_page() || form.may_complete_early()
}

/// Whether the page on screen has something open, and there are pages behind it that are hidden.
fn may_grow(form: &Form) -> bool {
    let Some(page) = form.current_page() else { return false };
    form.pages().iter().any(|other| *other > page) && !form.may_complete_early() && is_open(form, page)
}

pub(super) fn first_fault(form: &Form, page: Id) -> Option<Id> {
    let is_faulty = |id: &Id| form.errors(*id).iter().any(|fault| fault.severity == Severity::Error);
    form.questions_of(page).into_iter().find(is_faulty)
}

//! What happens while a survey is answered.

use super::{Opened, read};
use crate::api::error::ApiError;
use crate::api::wire::surveys::{Receipt, SurveyPaper, receipt};
use crate::api::{client, endpoint};
use crate::domain::channel::Channel;
use crate::domain::member::Member;
use crate::domain::survey::{Answer, Draft, Problem, Survey, errors};
use crate::features::surveys::drafts;
use crate::i18n::{key, t};
use crate::parts::failure::line;
use crate::platform::{clock, dom, random, storage, timer};
use crate::state::{Portal, Query, portal, session};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// A draft is sent when the member has paused for so long.
const IDLE_MS: i32 = 2_000;
/// Taps this close together are one gesture.
const DOUBLE_TAP_MS: i64 = 300;

/// How answering ended.
#[derive(Clone, PartialEq)]
pub(super) enum End {
    /// Sent, with what came of it.
    Thanks(Receipt),
    /// It had been sent before, from elsewhere.
    Already,
}

/// The survey under way. Copying it copies the handle.
#[derive(Clone, Copy)]
pub(super) struct Run {
    portal: Portal,
    id: StoredValue<String>,
    name: StoredValue<String>,
    paper: StoredValue<SurveyPaper>,
    member: StoredValue<Member>,
    query: Query<Opened>,
    memory: StoredValue<Option<String>>,
    turn: StoredValue<u32>,
    turned: StoredValue<i64>,
    draft: RwSignal<Draft>,
    /// What is asked.
    pub(super) survey: StoredValue<Survey>,
    /// The page on screen.
    pub(super) page: RwSignal<usize>,
    /// Whether the survey isn't the one that was answered before.
    pub(super) changed: RwSignal<bool>,
    /// What keeps the page from being left.
    pub(super) faults: RwSignal<Vec<(String, Problem)>>,
    /// Whether it is being sent.
    pub(super) busy: RwSignal<bool>,
    /// Why it wasn't sent.
    pub(super) failure: RwSignal<Option<String>>,
    /// How it ended.
    pub(super) end: RwSignal<Option<End>>,
}

/// Forgets what is kept of the answers.
pub(super) fn forget(id: &str, member: &Member, memory: StoredValue<Option<String>>) {
    storage::remove(&drafts::name(&member.id, id));
    let _ = memory.try_set_value(None);
}

impl Run {
    pub(super) fn new(
        id: &str,
        paper: SurveyPaper,
        survey: Survey,
        member: Member,
        query: Query<Opened>,
        memory: StoredValue<Option<String>>,
    ) -> Self {
        let name = drafts::name(&member.id, id);
        let kept = memory.get_value().or_else(|| storage::read(&name));
        let (draft, changed) =
            Draft::resume(&survey, paper.revision, kept.as_deref(), paper.response.as_ref(), random::uuid);
        let run = Self {
            portal: portal(),
            id: StoredValue::new(id.into()),
            name: StoredValue::new(name),
            paper: StoredValue::new(paper),
            member: StoredValue::new(member),
            query,
            memory,
            turn: StoredValue::new(0),
            turned: StoredValue::new(0),
            page: RwSignal::new(draft.page),
            draft: RwSignal::new(draft),
            survey: StoredValue::new(survey),
            changed: RwSignal::new(changed),
            faults: RwSignal::new(Vec::new()),
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
            end: RwSignal::new(None),
        };
        on_cleanup(move || run.leave());
        run
    }

    pub(super) fn title(self) -> String {
        self.paper.with_value(|paper| paper.title.clone())
    }

    pub(super) fn reward(self) -> i64 {
        self.paper.with_value(|paper| paper.reward_points)
    }

    pub(super) fn member(self) -> Member {
        self.member.get_value()
    }

    pub(super) fn pages(self) -> usize {
        self.survey.with_value(|survey| survey.pages.len())
    }

    /// The answer to a question; tracked.
    pub(super) fn get(self, name: &str) -> Option<Answer> {
        self.draft.with(|draft| draft.answers.get(name).cloned())
    }

    /// Answers a question, or takes its answer back.
    pub(super) fn answer(self, name: &str, answer: Option<Answer>) {
        self.draft.update(|draft| {
            match answer {
                Some(answer) => draft.answers.set(name, answer),
                None => draft.answers.clear(name),
            }
            draft.unsent = true;
        });
        self.faults.update(|faults| faults.retain(|(known, _)| known != name));
        self.failure.set(None);
        self.keep();
        let turn = self.turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        });
        spawn_local(async move {
            timer::sleep(IDLE_MS).await;
            if turn.is_some() && self.turn.try_get_value() == turn {
                self.send_draft().await;
            }
        });
    }

    fn keep(self) {
        let text = self.draft.with_untracked(Draft::to_text);
        self.name.with_value(|name| storage::write(name, &text));
        self.memory.set_value(Some(text));
    }

    /// Where the draft is kept, and the draft itself, if the backend lacks some of it.
    fn unsent(self) -> Option<(String, String, Draft)> {
        let over = self.end.try_get_untracked()?.is_some();
        let draft = self.draft.try_get_untracked().filter(|draft| draft.unsent && !over)?;
        Some((self.id.try_get_value()?, self.name.try_get_value()?, draft))
    }

    async fn send_draft(self) {
        let Some((id, name, draft)) = self.unsent() else { return };
        if self.busy.try_get_untracked() == Some(false) && drafts::send(&id, &name, draft.clone()).await {
            let _ = self.draft.try_update(|now| {
                if *now == draft {
                    now.unsent = false;
                }
            });
        }
    }

    /// The screen goes: what wasn't sent yet is sent now, or waits on the device.
    fn leave(self) {
        let Some((id, name, draft)) = self.unsent().filter(|(_, _, draft)| !draft.answers.is_empty()) else {
            return;
        };
        // The end of a session has wiped it. It waits for the same member, but not on a screen that everybody uses.
        if self.portal.channel != Channel::Kiosk {
            storage::write(&name, &draft.to_text());
        }
        spawn_local(async move {
            drafts::send(&id, &name, draft).await;
        });
    }

    fn turn_to(self, page: usize, faults: Vec<(String, Problem)>) {
        self.failure.set(None);
        self.changed.set(false);
        self.turned.set_value(clock::now().0);
        self.draft.update(|draft| draft.page = page);
        if self.draft.with_untracked(|draft| !draft.answers.is_empty()) {
            self.keep();
        }
        self.page.set(page);
        self.faults.set(faults);
        spawn_local(async move {
            // The page is drawn in the microtask after this one.
            timer::sleep(0).await;
            if self.faults.try_with_untracked(Vec::is_empty) == Some(true) {
                dom::scroll_to(0.0);
                dom::focus(super::HEADING);
            } else {
                self.show_fault();
            }
        });
    }

    /// Moves the focus to the first question that can't stay as it is.
    fn show_fault(self) {
        let at = self.page.try_get_untracked().unwrap_or_default();
        let first = self.faults.try_with_untracked(|faults| faults.first().map(|(name, _)| name.clone()));
        let Some(name) = first.flatten() else { return };
        let index = self.survey.try_with_value(|survey| {
            survey.pages.get(at).and_then(|page| page.questions.iter().position(|one| one.name == name))
        });
        if let Some(index) = index.flatten() {
            dom::reveal(&super::question::id("#t", index));
            dom::focus(&super::question::id("#f", index));
        }
    }

    /// To the page before.
    pub(super) fn backward(self) {
        let at = self.page.get_untracked();
        if at > 0 && !self.busy.get_untracked() {
            self.turn_to(at - 1, Vec::new());
        }
    }

    /// To the next page, or sends it.
    pub(super) fn forward(self, event: &MouseEvent) {
        let at = self.page.get_untracked();
        // The second tap of a double tap would send a page that nobody has read.
        let again = event.detail() > 1 && clock::now().0 - self.turned.get_value() < DOUBLE_TAP_MS;
        if self.busy.get_untracked() || again && at + 1 == self.pages() {
            return;
        }
        let faults = self.faults_of(at);
        if !faults.is_empty() {
            self.faults.set(faults);
            self.show_fault();
        } else if at + 1 < self.pages() {
            self.turn_to(at + 1, Vec::new());
        } else {
            self.submit();
        }
    }

    fn faults_of(self, at: usize) -> Vec<(String, Problem)> {
        let of = |survey: &Survey| {
            let page = survey.pages.get(at);
            page.map(|page| self.draft.with_untracked(|draft| errors(page, &draft.answers)))
                .unwrap_or_default()
        };
        self.survey.with_value(of)
    }

    fn submit(self) {
        let first =
            self.survey.with_value(|survey| self.draft.with_untracked(|draft| draft.first_fault(survey)));
        if let Some(page) = first {
            self.turn_to(page, self.faults_of(page));
            return;
        }
        self.busy.set(true);
        self.failure.set(None);
        self.keep();
        spawn_local(async move {
            self.send().await;
            let _ = self.busy.try_set(false);
        });
    }

    async fn send(self) {
        let (id, member, draft) = (self.id.get_value(), self.member.get_value(), self.draft.get_untracked());
        let (portal, memory) = (self.portal, self.memory);
        let reply = client::put(endpoint::survey_response(&id, &draft.uuid), draft.to_body(true)).await;
        match reply.and_then(|reply| reply.decode(receipt)) {
            Ok(receipt) => {
                forget(&id, &member, memory);
                let _ = self.end.try_set(Some(End::Thanks(receipt)));
                portal.overview.load();
            }
            Err(error) if error.code() == "already-submitted" => {
                forget(&id, &member, memory);
                let _ = self.end.try_set(Some(End::Already));
                portal.overview.load();
            }
            Err(error) if error.code() == "revision-conflict" => self.reread(&id, error).await,
            Err(error) if error.is_signed_out() => session::ended(),
            Err(error) => self.fail(&error),
        }
    }

    /// Reads the definition again; the answers that still fit come along.
    async fn reread(self, id: &str, conflict: ApiError) {
        match read(self.portal, id).await {
            Ok(opened) if self.paper.try_with_value(|paper| *paper != opened.paper) == Some(true) => {
                // What is kept goes on under the new definition; there is no draft of the old one to send.
                let _ = self.draft.try_update(|draft| draft.unsent = false);
                self.query.put(opened);
            }
            Ok(_) => self.fail(&conflict),
            Err(error) => self.fail(&error),
        }
    }

    fn fail(self, error: &ApiError) {
        let mut text = String::from(t(key::SURVEY_NOT_SENT));
        text.push(' ');
        text.push_str(&line(error));
        let _ = self.failure.try_set(Some(text));
    }
}

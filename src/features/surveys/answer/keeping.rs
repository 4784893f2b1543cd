//! Drafts: kept on the device at every change, sent to the backend after a pause, and written by one tab only.
//!
//! A tab that has the survey on screen holds a lock. Where that is of no use (a tab that sleeps, a browser without locks) the
//! text on the device decides: who writes must have read, or written, what stands there. A tab that finds something else
//! leaves it alone.

use super::run::{Run, Stage};
use super::{Opened, read};
use crate::api::error::ApiError;
use crate::domain::channel::Channel;
use crate::domain::survey::{Draft, Place, Response, Spare, progress};
use crate::features::surveys::drafts;
use crate::platform::{clock, idle, locks, random, storage, timer};
use ::survey::Form;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// A change is kept when the browser has nothing to do, at the latest after so long.
const KEEP_MS: i32 = 300;
/// A draft is sent when the member has paused for so long.
const IDLE_MS: i32 = 2_000;
/// Where a tab says that it has the survey, and doesn't let go of it within this time, it is there.
const TAKEN_MS: i32 = 400;
/// Where none says so, it is only about one that ends at this moment, or a browser that is slow.
const FREE_MS: i32 = 3_000;
/// Longer than a tab needs that is asked to give it up.
const YIELD_MS: i32 = 2_000;
/// A lost answer, and then somebody else: more is a quarrel that the member has to decide.
const MEETINGS: u32 = 3;

/// The tab that asked for the survey last.
const WRITER: &str = "portal.member.writer.";

fn writer(run: Run) -> String {
    let mut name = String::from(WRITER);
    run.id.with_value(|id| name.push_str(id));
    name
}

fn lock(run: Run) -> String {
    let mut name = String::from("survey.");
    run.name.with_value(|kept| name.push_str(kept));
    name
}

/// Makes sure that this tab is the only one, and listens to what could lose answers.
pub(super) fn begin(run: Run) {
    let hidden = move |_| {
        run.flush();
        if run.portal.online.try_get_untracked() == Some(true) {
            run.retry();
        }
    };
    let listeners = [
        window_event_listener_untyped("pagehide", move |_| {
            run.flush();
            run.unclaim();
        }),
        // The browser may have kept the page for the way back.
        window_event_listener_untyped("pageshow", move |_| run.reclaim()),
        window_event_listener_untyped("visibilitychange", hidden),
        window_event_listener_untyped("online", move |_| run.retry()),
        window_event_listener_untyped("popstate", move |_| run.popped()),
        window_event_listener_untyped("storage", move |_| run.look_around()),
    ];
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    if run.portal.channel == Channel::Kiosk {
        run.ours.set(true);
        return begun(run);
    }
    let forced = run.visit.forced.get_value();
    run.visit.forced.set_value(false);
    spawn_local(async move {
        let name = lock(run);
        let is_taken = storage::read(&writer(run)).is_some();
        let patience = if is_taken { TAKEN_MS } else { FREE_MS };
        let guard = timer::within(patience, locks::hold(&name)).await.flatten();
        let is_free = guard.is_some() || forced || !is_taken;
        if run.guard.try_update_value(|held| *held = guard).is_none() {
            return;
        }
        if !is_free {
            run.show(Stage::Elsewhere);
            return;
        }
        run.claim();
        begun(run);
    });
}

/// The survey is this tab's.
fn begun(run: Run) {
    if run.stage.try_get_untracked() == Some(Stage::Waiting) {
        run.retry();
    }
    if run.dirty.try_get_value() == Some(true) || run.changed.try_get_untracked() == Some(true) {
        run.keep_soon();
    }
}

impl Run {
    /// Keeps what changed as soon as there is time, and sends it when the member pauses.
    pub(super) fn keep_soon(self) {
        let turn = self.turn.try_update_value(|turn| {
            *turn = turn.wrapping_add(1);
            *turn
        });
        spawn_local(async move {
            timer::within(KEEP_MS, idle::idle()).await;
            self.flush();
            timer::sleep(IDLE_MS).await;
            if turn.is_some() && self.turn.try_get_value() == turn {
                self.send_draft().await;
            }
        });
    }

    /// The page is another one: kept with the answers, where there are any.
    pub(super) fn turn_page(self) {
        let begun = self.dirty.get_value() || self.draft.with_value(|draft| !draft.answers.is_empty());
        if begun {
            self.settle();
            self.write();
        }
    }

    /// Brings the form's answers into the draft.
    pub(super) fn settle(self) -> Option<()> {
        let page = self.page().try_get_untracked()?;
        let place = self.form.try_with_value(|form| page.map(|page| Place::Page(form.name(page).into())))?;
        let changed = if self.dirty.try_get_value()? {
            self.dirty.try_set_value(false);
            Some(self.form.try_with_value(|form| (form.data(), said(form)))?)
        } else {
            None
        };
        let furthest = self.furthest.try_get_untracked()?;
        let (far, last) = self.form.try_with_value(|form| {
            (progress(form, furthest), furthest.map(|page| String::from(form.name(page))))
        })?;
        self.draft.try_update_value(|draft| {
            draft.place = place.unwrap_or_default();
            (draft.progress, draft.furthest) = (far, last.unwrap_or_default());
            if let Some((answers, said)) = changed {
                (draft.answers, draft.said) = (answers, said);
                (draft.unsent, draft.changed_at) = (true, clock::now().0);
            }
        })
    }

    /// Keeps what isn't kept yet, at once.
    pub(super) fn flush(self) -> Option<()> {
        if self.dirty.try_get_value()? && self.stage.try_with_untracked(|stage| *stage == Stage::Asking)? {
            self.settle()?;
            self.write()?;
        }
        Some(())
    }

    /// Writes the draft down.
    pub(super) fn write(self) -> Option<()> {
        let text = self.draft.try_with_value(Draft::to_text)?;
        self.visit.memory.try_set_value(Some(text.clone()));
        if self.portal.channel == Channel::Kiosk || !self.ours.try_get_untracked()? {
            return Some(());
        }
        let name = self.name.try_get_value()?;
        let (stored, known) = (storage::read(&name), self.kept.try_get_value()?);
        if stored == known {
            if storage::write(&name, &text) {
                self.kept.try_set_value(Some(text));
            }
        } else if stored.is_some() {
            self.give_up();
        }
        Some(())
    }

    /// Writes down which tab has it, so that one that sleeps knows when it wakes.
    fn claim(self) {
        let tab = self.visit.tab.try_update_value(|tab| tab.get_or_insert_with(random::uuid).clone());
        if let Some(tab) = tab {
            storage::write(&writer(self), &tab);
        }
        let _ = self.ours.try_set(true);
    }

    /// The page goes, or the screen.
    fn unclaim(self) {
        let is_shared = self.portal.channel == Channel::Kiosk;
        if is_shared || self.ours.try_get_untracked() != Some(true) {
            return;
        }
        let writer = writer(self);
        if storage::read(&writer) == self.visit.tab.try_get_value().flatten() {
            storage::remove(&writer);
        }
    }

    /// The page is back: it has the survey again, unless another tab has taken it meanwhile.
    fn reclaim(self) {
        if self.ours.try_get_untracked() != Some(true) || self.portal.channel == Channel::Kiosk {
            return;
        }
        let stored = self.name.try_get_value().and_then(|name| storage::read(&name));
        if storage::read(&writer(self)).is_some() || stored != self.kept.try_get_value().flatten() {
            self.look_around();
            return;
        }
        self.claim();
    }

    /// Another tab has taken the survey over.
    fn give_up(self) {
        let _ = self.ours.try_set(false);
        self.guard.try_update_value(Option::take);
        self.show(Stage::Elsewhere);
    }

    /// Another tab wrote something: maybe it asks for the survey, maybe it has sent it.
    fn look_around(self) {
        if self.ours.try_get_untracked() != Some(true) || self.portal.channel == Channel::Kiosk {
            return;
        }
        let asked = storage::read(&writer(self));
        if asked.is_some() && asked != self.visit.tab.try_get_value().flatten() {
            self.flush();
            self.give_up();
        }
    }

    /// The member goes on here; the other tab writes down what it has.
    pub(super) fn take_over(self) {
        if self.busy.try_get_untracked() != Some(false) {
            return;
        }
        self.busy.set(true);
        let tab = random::uuid();
        self.visit.tab.set_value(Some(tab.clone()));
        storage::write(&writer(self), &tab);
        spawn_local(async move {
            let name = lock(self);
            drop(timer::within(YIELD_MS, locks::hold(&name)).await);
            self.visit.forced.try_set_value(true);
            self.visit.memory.try_set_value(None);
            // Another draft may be on the backend by now, too.
            if let Some(id) = self.id.try_get_value()
                && let Ok(opened) = read(self.portal, &id).await
            {
                self.query.put(opened);
            }
            let _ = self.visit.again.try_update(|again| *again += 1);
        });
    }

    /// Forgets what is kept of the answers.
    pub(super) fn forget(self) {
        let kept = self.kept.try_get_value().flatten();
        if let Some(name) = self.name.try_get_value()
            && storage::read(&name) == kept
        {
            storage::remove(&name);
        }
        self.kept.try_set_value(None);
        self.visit.memory.try_set_value(None);
    }

    /// The network may be back.
    pub(super) fn retry(self) {
        match self.stage.try_get_untracked() {
            Some(Stage::Waiting) => self.send_again(),
            Some(Stage::Asking) => spawn_local(async move {
                self.send_draft().await;
            }),
            _ => {}
        }
    }

    /// Sends what the backend lacks.
    async fn send_draft(self) -> Option<()> {
        self.flush()?;
        let idle = !self.sending.try_get_value()? && !self.busy.try_get_untracked()?;
        let mine = self.ours.try_get_untracked()? && !self.stale.try_get_value()?;
        if !idle || !mine || self.stage.try_get_untracked()? != Stage::Asking {
            return None;
        }
        self.sending.try_set_value(true);
        for _ in 0..MEETINGS {
            // What was never answered is nobody's business.
            let is_due = |draft: &Draft| {
                draft.unsent && !draft.closed && (draft.base.is_some() || !draft.answers.is_empty())
            };
            if !self.draft.try_with_value(is_due)? {
                break;
            }
            match self.put().await {
                Err(error) if error.code() == "draft-conflict" => {
                    if !self.meet().await? {
                        break;
                    }
                }
                answer => {
                    self.heard(answer);
                    break;
                }
            }
        }
        self.sending.try_set_value(false);
        Some(())
    }

    /// Sends the draft as it stands. What was sent is known afterwards, also when no answer comes.
    pub(super) async fn put(self) -> Result<crate::api::wire::surveys::Receipt, ApiError> {
        self.draft.try_update_value(Draft::try_now);
        self.write();
        if self.ours.try_get_untracked() != Some(true) {
            // Another tab has it, and sends it.
            return Err(ApiError::Offline);
        }
        let (Some(draft), Some(id), Some(member)) =
            (self.draft.try_get_value(), self.id.try_get_value(), self.member.try_get_value())
        else {
            return Err(ApiError::Offline);
        };
        let receipt = drafts::put(&member.id, &id, &draft).await?;
        self.draft.try_update_value(|now| {
            now.base = receipt.version.or(now.base);
            now.unsent &= now.answers != draft.answers;
        });
        Ok(receipt)
    }

    fn heard(self, answer: Result<crate::api::wire::surveys::Receipt, ApiError>) {
        // A submission under way, or what came of it, decides by itself.
        let asking = self.stage.try_with_untracked(|stage| *stage == Stage::Asking) == Some(true);
        if !asking || self.busy.try_get_untracked() != Some(false) {
            return;
        }
        match answer {
            Ok(receipt) if receipt.submitted => self.sent_elsewhere(),
            Ok(_) => {
                self.write();
            }
            Err(error) if error.code() == "already-submitted" => self.sent_elsewhere(),
            Err(error) if error.code() == "revision-conflict" => {
                self.stale.try_set_value(true);
            }
            // It stays unsent, and is sent with the next change or when the network is back.
            Err(_) => {}
        }
    }

    /// It was submitted from elsewhere: there is nothing to go on with.
    pub(super) fn sent_elsewhere(self) {
        self.forget();
        crate::features::surveys::forget_list();
        self.show(Stage::Already);
        self.portal.overview.load();
    }

    /// The backend has something that this device didn't know of. Whether it was our own, so that the next attempt may
    /// follow on it; otherwise the member chooses.
    pub(super) async fn meet(self) -> Option<bool> {
        let id = self.id.try_get_value()?;
        let Ok(opened) = read(self.portal, &id).await else { return Some(false) };
        let Some(stored) = opened.paper.response else {
            self.draft.try_update_value(|draft| draft.base = None)?;
            return Some(true);
        };
        if stored.submitted && self.draft.try_with_value(|draft| draft.uuid != stored.client_uuid)? {
            self.sent_elsewhere();
            return Some(false);
        }
        let ours =
            self.draft.try_with_value(|draft| draft.wrote(&stored) || draft.answers == stored.answers)?;
        if ours || stored.submitted {
            self.draft.try_update_value(|draft| draft.base = stored.version)?;
            return Some(true);
        }
        self.settle()?;
        self.write();
        self.show(Stage::Conflict(stored));
        Some(false)
    }

    /// The member keeps what is on this device.
    pub(super) fn choose_mine(self, stored: &Response) {
        self.draft.update_value(|draft| {
            draft.base = stored.version;
            draft.unsent = true;
        });
        self.write();
        if self.draft.with_value(|draft| draft.closed) {
            self.show(Stage::Waiting);
            self.send_again();
        } else {
            self.restore();
            self.show(Stage::Asking);
            self.keep_soon();
        }
    }

    /// The member goes on with what the backend has.
    pub(super) fn choose_theirs(self, stored: &Response) {
        let (revision, definition) =
            self.paper.with_value(|paper| (paper.revision, paper.definition.clone()));
        self.draft.update_value(|draft| {
            let way = (std::mem::take(&mut draft.trail), draft.depth);
            *draft = Draft::of(stored);
            draft.adapt(revision, &definition);
            (draft.trail, draft.depth) = way;
        });
        self.restore();
        self.write();
        self.show(Stage::Asking);
    }

    /// The backend has another definition: reads it, and goes on with what fits. Whether that is so.
    pub(super) fn reread_if_stale(self) -> bool {
        if self.stale.get_value() {
            self.reread();
        }
        self.stale.get_value()
    }

    /// Reads the definition again; the answers that still fit come along.
    pub(super) fn reread(self) {
        self.settle();
        self.draft.update_value(|draft| draft.closed = false);
        self.write();
        self.busy.set(true);
        spawn_local(async move {
            if let Some(id) = self.id.try_get_value() {
                match read(self.portal, &id).await {
                    Ok(opened) => self.renew(opened),
                    Err(error) => self.fail(&error),
                }
            }
            let _ = self.busy.try_set(false);
        });
    }

    fn renew(self, opened: Opened) {
        // There is no draft of the old definition to send.
        self.stale.try_set_value(false);
        let _ = self.ours.try_set(false);
        self.guard.try_update_value(Option::take);
        self.visit.forced.try_set_value(true);
        self.query.put(opened);
        let _ = self.visit.again.try_update(|again| *again += 1);
    }

    /// The screen goes: what wasn't sent yet is sent now, or waits on the device.
    pub(super) fn leave(self) -> Option<()> {
        let mine = self.ours.try_get_untracked()?;
        self.flush();
        self.guard.try_update_value(Option::take);
        self.unclaim();
        let over = self.stage.try_with_untracked(|stage| *stage != Stage::Asking)?;
        let (id, member, draft) =
            (self.id.try_get_value()?, self.member.try_get_value()?, self.draft.try_get_value()?);
        if mine && !over && draft.unsent && !draft.closed && !draft.answers.is_empty() {
            spawn_local(async move {
                drafts::send(&member.id, &id, draft).await;
            });
        }
        Some(())
    }
}

/// What was asked and answered, in words: what can be told of an answer when the definition has no place for it any more.
fn said(form: &Form) -> Vec<Spare> {
    let told = |id: ::survey::Id| {
        let own = form.props(id).word("valueName");
        let name = if own.is_empty() { form.name(id) } else { own };
        Spare {
            name: name.into(),
            title: form.title(id),
            text: form.display_value(id),
            value: Default::default(),
        }
    };
    form.visible_questions().into_iter().filter(|id| !form.is_empty(*id)).map(told).collect()
}

//! Submitting exactly once: kept as submitted before it is sent, sent until the backend has said what became of it, always with
//! the same identifier, so that the backend gives the same receipt again.

use super::run::{Run, Stage};
use crate::api::error::ApiError;
use crate::api::wire::surveys::Receipt;
use crate::domain::survey::Draft;
use crate::features::surveys::drafts;
use crate::i18n::{key, t};
use crate::parts::failure::line;
use crate::platform::{clock, timer};
use crate::state::session;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The first pause before it is sent again, and the longest, in milliseconds.
const FIRST_MS: i32 = 2_000;
const LONGEST_MS: i32 = 60_000;
/// A lost answer, and then somebody else: more is a quarrel that the member has to decide.
const MEETINGS: u32 = 3;

impl Run {
    /// The form is over: its answers go.
    pub(super) fn submit(self) {
        let answers = self.peek(::survey::Form::data);
        self.dirty.set_value(false);
        self.draft.update_value(|draft| {
            draft.answers = answers;
            (draft.unsent, draft.closed, draft.changed_at) = (true, true, clock::now().0);
        });
        // Before it is sent, so that it survives whatever happens now.
        self.write();
        self.failure.set(None);
        self.send_again();
    }

    /// Sends it until it is known what became of it.
    pub(super) fn send_again(self) {
        if self.busy.get_untracked() || self.ours.try_get_untracked() != Some(true) {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let again = self.attempt().await;
            let _ = self.busy.try_set(false);
            if let Some(Some(pause)) = again {
                self.later(pause);
            }
        });
    }

    /// Tries again after a pause, unless something else tried before.
    fn later(self, pause: i32) {
        let turn = self.turn.try_update_value(|turn| {
            *turn = turn.wrapping_add(1);
            *turn
        });
        spawn_local(async move {
            timer::sleep(pause).await;
            let is_last = turn.is_some() && self.turn.try_get_value() == turn;
            if is_last && self.stage.try_get_untracked() == Some(Stage::Waiting) {
                self.send_again();
            }
        });
    }

    /// One attempt; the pause before the next one, if there should be one.
    async fn attempt(self) -> Option<Option<i32>> {
        for _ in 0..MEETINGS {
            match self.put().await {
                Ok(receipt) if receipt.submitted => {
                    self.done(receipt);
                    return None;
                }
                Ok(_) => return Some(self.wait(None)),
                Err(_) if self.ours.try_get_untracked() != Some(true) => return None,
                Err(error) => match error.code() {
                    "already-submitted" => {
                        self.sent_elsewhere();
                        return None;
                    }
                    "draft-conflict" => match self.meet().await {
                        Some(true) => {}
                        _ => return self.stays().then(|| self.wait(None)),
                    },
                    "revision-conflict" => {
                        self.reopen();
                        let _ = self.busy.try_set(false);
                        self.reread();
                        return None;
                    }
                    _ if error.is_signed_out() => {
                        session::ended();
                        return None;
                    }
                    _ if drafts::may_help(&error) => {
                        let _ = self.troubled.try_set(matches!(error, ApiError::Problem(_)));
                        return Some(self.wait(error.retry_after()));
                    }
                    _ => {
                        self.reopen();
                        self.fail(&error);
                        return None;
                    }
                },
            }
        }
        Some(self.wait(None))
    }

    /// Whether it is still to be sent, rather than for the member to decide about.
    fn stays(self) -> bool {
        self.stage.try_with_untracked(|stage| matches!(stage, Stage::Asking | Stage::Waiting)) == Some(true)
    }

    /// It couldn't be sent: it waits, and the member sees it. The pause before the next attempt.
    fn wait(self, asked: Option<i64>) -> Option<i32> {
        if self.stage.try_get_untracked()? != Stage::Waiting {
            self.show(Stage::Waiting);
            self.visit.pause.try_set_value(FIRST_MS);
        }
        let pause = self.visit.pause.try_update_value(|pause| {
            let now = (*pause).clamp(FIRST_MS, LONGEST_MS);
            *pause = now.saturating_mul(2).min(LONGEST_MS);
            now
        })?;
        let asked =
            asked.and_then(|seconds| i32::try_from(seconds.saturating_mul(1_000)).ok()).unwrap_or_default();
        Some(pause.max(asked))
    }

    fn done(self, receipt: Receipt) {
        self.forget();
        crate::features::surveys::forget_list();
        // One entry is left of the way through the survey: back leads to where the member came from.
        super::trail::back(self.entries());
        self.show(Stage::Thanks(receipt));
        self.portal.overview.load();
    }

    /// The backend refuses it as it is: the member can change it again.
    fn reopen(self) {
        self.draft.try_update_value(|draft: &mut Draft| draft.closed = false);
        self.write();
        self.restore();
        self.show(Stage::Asking);
    }

    /// Says why it wasn't sent.
    pub(super) fn fail(self, error: &ApiError) {
        let mut text = String::from(t(key::SURVEY_NOT_SENT));
        // A Chinese full stop brings its own room.
        if text.ends_with('.') {
            text.push(' ');
        }
        text.push_str(&line(error));
        let _ = self.failure.try_set(Some(text));
    }
}

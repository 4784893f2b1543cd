//! The way through a survey: forward, back, and to what has to be put right; the browser's history follows it.

use super::run::{Run, Stage, ends, first_fault, let_go, page_of};
use super::trail;
use crate::platform::{clock, dom, timer};
use ::survey::Form;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Taps this close together are one gesture.
const DOUBLE_TAP_MS: i64 = 300;

impl Run {
    pub(super) fn place_name(self) -> String {
        self.peek(|form| page_of(form).map(|page| String::from(form.name(page)))).unwrap_or_default()
    }

    /// Takes up the way through the history, or begins a new one here.
    pub(super) fn find_trail(self) {
        let (depth, page) = (trail::depth(), self.place_name());
        self.draft.update_value(|draft| {
            let at = usize::try_from(depth - draft.depth).ok();
            if at.and_then(|at| draft.trail.get(at)) != Some(&page) {
                draft.depth = depth;
                draft.walk(0, &page);
            }
        });
    }

    /// How many entries of the history are within the survey before this one.
    pub(super) fn entries(self) -> i64 {
        let depth = self.draft.try_with_value(|draft| draft.depth).unwrap_or_default();
        (trail::depth() - depth).max(0)
    }

    /// Whether the member came from within the app.
    pub(super) fn came_from(self) -> bool {
        self.draft.with_value(|draft| draft.depth > 0)
    }

    /// The browser went through the history.
    pub(super) fn popped(self) {
        if self.stage.try_with_untracked(|stage| *stage == Stage::Asking) != Some(true) {
            return;
        }
        let at = usize::try_from(trail::depth() - self.draft.with_value(|draft| draft.depth)).ok();
        let Some(name) = at.and_then(|at| self.draft.with_value(|draft| draft.trail.get(at).cloned())) else {
            return;
        };
        let busy = self.busy.get_untracked();
        let_go();
        let moved = self.touch(|form| {
            let before = page_of(form);
            let target = form.visible_pages().into_iter().find(|page| form.name(*page) == name);
            match target.filter(|_| !busy && !form.is_at_start()) {
                Some(page) => form.go_to(page),
                // It isn't asked any more.
                None if !busy => drop(form.previous_page()),
                None => {}
            }
            page_of(form) != before
        });
        if moved == Some(true) {
            self.arrive();
        }
    }

    /// To the page before.
    pub(super) fn backward(self) {
        if self.busy.get_untracked() || self.reread_if_stale() {
            return;
        }
        if self.entries() > 0 {
            // The answer to it is `popped`.
            trail::back(1);
            return;
        }
        if self.touch(Form::previous_page) == Some(true) {
            let (page, depth) = (self.place_name(), trail::depth());
            self.draft.update_value(|draft| {
                draft.depth = depth;
                draft.walk(0, &page);
            });
            self.arrive();
        }
    }

    /// To the next page, or sends it.
    pub(super) fn forward(self, event: &MouseEvent) {
        // The second tap of a double tap would send a page that nobody has read.
        let again = event.detail() > 1 && clock::onward() - self.turned.get_value() < DOUBLE_TAP_MS;
        if self.busy.get_untracked() || again && self.peek(ends) || self.reread_if_stale() {
            return;
        }
        if self.peek(|form| !form.is_at_start() && ends(form)) {
            return self.finish();
        }
        let before = self.peek(page_of);
        let went = self.touch(Form::next_page);
        if self.peek(Form::is_completed) {
            // A trigger ended it.
            self.submit();
        } else if went == Some(true) && self.peek(page_of) != before {
            self.step();
        } else {
            self.show_fault();
        }
    }

    /// The form says that it is over.
    pub(super) fn finish(self) {
        let early = self.peek(|form| form.may_complete_early() && !form.is_last_page());
        // The place, and the words of the answers before the end removes any.
        self.settle();
        // Whatever comes of it, what was answered last is kept.
        self.write();
        let before = self.peek(Form::current_page);
        let done = self.touch(|form| {
            if !early {
                return form.complete();
            }
            let valid = form.current_page().is_none_or(|page| form.validate_page(page));
            if valid {
                form.complete_now();
            }
            valid
        });
        if done == Some(true) {
            self.submit();
        } else if self.peek(Form::current_page) != before {
            self.step();
        } else {
            self.show_fault();
        }
    }

    /// Another page was reached: a new entry of the history, where there may be one.
    pub(super) fn step(self) {
        let at = usize::try_from(self.entries()).unwrap_or_default();
        if self.portal.channel.keeps_history() {
            trail::push();
        }
        let page = self.place_name();
        self.draft.update_value(|draft| draft.walk(at + 1, &page));
        self.arrive();
    }

    /// Another page is on screen.
    pub(super) fn arrive(self) {
        self.failure.set(None);
        self.changed.set(false);
        self.turned.set_value(clock::onward());
        let page = self.peek(page_of);
        self.furthest.update(|furthest| *furthest = (*furthest).max(page));
        self.turn_page();
        let faulty = page.is_some_and(|page| self.peek(|form| first_fault(form, page)).is_some());
        spawn_local(async move {
            // The page is drawn in the microtask after this one.
            timer::sleep(0).await;
            if faulty {
                self.show_fault();
            } else {
                dom::scroll_to(0.0);
                dom::focus(super::HEADING);
            }
        });
    }

    /// Moves the focus to the first question that can't stay as it is.
    pub(super) fn show_fault(self) {
        spawn_local(async {
            // What is wrong is drawn in the microtask after this one.
            timer::sleep(0).await;
            super::question::show_fault();
        });
    }
}

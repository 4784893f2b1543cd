//! Screens that stay: what a tab shows is put aside when it is left, and put back as it was when it is returned to
//! (decision 25).

use crate::domain::route::Tab;
use crate::state::{Status, portal};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

/// What happens to a screen that may stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Another screen comes. `false`: this one can't stay, and is made anew the next time.
    Left,
    /// It is about to be put back. `false`: it isn't what would be made now.
    Returns,
    /// It was painted again: what may be older than it is elsewhere is read.
    Seen,
}

/// What a piece of a screen does in its moments.
type Hook = Rc<dyn Fn(Moment) -> bool>;

thread_local! {
    /// Of each tab, in the order in which they were made.
    static HOOKS: RefCell<[Vec<Hook>; 4]> = const { RefCell::new([const { Vec::new() }; 4]) };
}

/// A tab's screen, for its pieces. Copying it copies the handle.
#[derive(Clone, Copy)]
pub struct Stay {
    tab: Tab,
    shown: RwSignal<bool>,
}

impl Stay {
    /// Of a screen that isn't there yet.
    pub fn new(tab: Tab) -> Self {
        Self { tab, shown: RwSignal::new(false) }
    }

    /// It is made anew, and stands on screen.
    pub fn begin(self) {
        self.shown.set(true);
    }

    /// Tells its pieces, in the order in which they were made, until one declines; whether none did.
    pub fn tell(self, moment: Moment) -> bool {
        if moment != Moment::Seen {
            self.shown.set(moment == Moment::Returns);
        }
        let hook = |at: usize| HOOKS.with_borrow(|all| all[self.tab as usize].get(at).cloned());
        let mut at = 0;
        while let Some(hook) = hook(at) {
            if !hook(moment) {
                return false;
            }
            at += 1;
        }
        true
    }

    /// Whether it is on screen; tracked.
    pub fn is_shown(self) -> bool {
        self.shown.get()
    }

    /// The same, without tracking.
    pub fn is_shown_now(self) -> bool {
        self.shown.get_untracked()
    }
}

/// Calls `run` in the moments of the screen that is being made, for as long as the piece that asks is there.
pub fn follow(run: impl Fn(Moment) -> bool + 'static) {
    fn add(run: Hook) {
        let Some(Stay { tab, .. }) = portal().stay else { return };
        let tab = tab as usize;
        let here = Rc::as_ptr(&run).addr();
        HOOKS.with_borrow_mut(|all| all[tab].push(run));
        on_cleanup(move || {
            HOOKS.with_borrow_mut(|all| all[tab].retain(|hook| Rc::as_ptr(hook).addr() != here));
        });
    }
    add(Rc::new(run));
}

/// The screen stays only while a query has its value and nothing is wrong with it.
pub fn while_well(status: RwSignal<Status>) {
    follow(move |moment| {
        let is_well = |status: &Status| status.known_at.is_some() && status.fault.is_none();
        moment != Moment::Left || status.with_untracked(is_well)
    });
}

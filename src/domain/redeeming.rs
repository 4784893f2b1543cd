//! The course of one redemption, from looking at what it costs to knowing what became of it. It decides; a driver does
//! what it asks for and tells it what came of that. Nothing here sends.
//!
//! Points are money, so three rules hold for every order of events:
//! - an order has one key, and only that key is ever sent for it;
//! - what was sent is over only when somebody knows: the backend, or the ledger and the member;
//! - without a backend that knows keys again, nothing is sent twice.

use crate::domain::date::Instant;
use crate::domain::redemption::Preview;

mod intent;
mod terms;

pub use intent::{Intent, Outcome, VALID_MS};
pub use terms::{Event, Promise, Refusal, Source, Step, Task};

/// Longest pause between two looks, in milliseconds.
const LONGEST_PAUSE_MS: i32 = 30_000;
/// Pause before the ledger is read again, in milliseconds.
const LEDGER_PAUSE_MS: i32 = 15_000;

/// The course of one redemption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    promise: Promise,
    step: Step,
    /// The key of the order that isn't settled; never more than one.
    key: Option<String>,
    /// Whether the member has agreed on this page and not left since: only then the very same is sent again by itself.
    agreed: bool,
    /// Whether a screen looks at it.
    watched: bool,
    /// Whether the backend said that it hasn't heard of it.
    missing: bool,
    looks: u32,
    preview: Option<Preview>,
    refusal: Option<Refusal>,
    found: Option<Vec<Instant>>,
    sure: bool,
    shown: i64,
    changed: bool,
    told: bool,
}

impl Course {
    /// Begins with the preview; `shown` is what the member has seen it to cost.
    pub fn new(promise: Promise, shown: i64) -> Self {
        Self {
            promise,
            step: Step::Looking,
            key: None,
            agreed: false,
            watched: true,
            missing: false,
            looks: 0,
            preview: None,
            refusal: None,
            found: None,
            sure: false,
            shown,
            changed: false,
            told: false,
        }
    }

    /// Takes up an order of which nobody knows what became. The driver begins with [`Self::task`].
    pub fn resume(promise: Promise, key: String, shown: i64) -> Self {
        Self { step: Step::Checking, key: Some(key), watched: false, ..Self::new(promise, shown) }
    }

    /// What has to be done first.
    pub fn task(&self) -> Task {
        match (&self.key, self.promise.idempotent) {
            (Some(key), true) => Task::Join(key.clone()),
            (Some(key), false) => Task::ReadLedger(key.clone()),
            (None, _) => Task::Look,
        }
    }

    /// Where it stands.
    pub fn step(&self) -> Step {
        self.step
    }

    /// The key of the order that isn't settled.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// What it would cost.
    pub fn preview(&self) -> Option<&Preview> {
        self.preview.as_ref()
    }

    /// Why it doesn't go on.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// When the ledger took as many points since the order began; `None` while it isn't read.
    pub fn found(&self) -> Option<&[Instant]> {
        self.found.as_deref()
    }

    /// Whether it costs something else than what the member saw before.
    pub fn has_changed(&self) -> bool {
        self.changed
    }

    /// Whether an answer was lost, now or before.
    pub fn was_lost(&self) -> bool {
        self.looks > 0
    }

    /// Whether it is sent and nobody knows what became of it.
    pub fn is_open(&self) -> bool {
        matches!(self.step, Step::Sending | Step::Confirming | Step::Checking | Step::Asking)
    }

    /// Whether the very same may be sent again by the member's own decision, once it isn't being looked up.
    pub fn may_send_again(&self) -> bool {
        self.promise.idempotent && self.is_open() && self.missing
    }

    /// Whether the member may say that it was not made: only beside a ledger that was read when it couldn't arrive any more.
    pub fn may_deny(&self) -> bool {
        self.found.is_some() && self.sure
    }

    /// Whether it counts as made because the member said so: there is nothing to show.
    pub fn is_told(&self) -> bool {
        self.told
    }

    /// Whether it was left; what is open goes on without a view.
    pub fn is_left(&self) -> bool {
        !self.watched || self.step == Step::Closed
    }

    /// Somebody looks at it again.
    pub fn attend(&mut self) {
        self.watched = true;
    }

    /// Takes an event. One that doesn't belong to where the course stands changes nothing: a second tap, a late answer.
    pub fn on(&mut self, event: Event) -> Task {
        match (self.step, event) {
            (Step::Looking, Event::Looked(preview)) => {
                self.changed |= preview.cost_points != self.shown;
                self.shown = preview.cost_points;
                self.preview = Some(*preview);
                self.to(Step::Ready)
            }
            (Step::Looking, Event::NotLooked(refusal)) => self.stop(Step::Blocked, refusal),
            (Step::Blocked | Step::NotMade, Event::Look) => self.look(),
            (Step::Ready, Event::Agree(key)) => {
                self.to(Step::Keeping);
                self.changed = false;
                self.agreed = true;
                self.key = Some(key.clone());
                Task::Keep(key)
            }
            (Step::Keeping, Event::Kept) if self.watched => self.send(),
            // Left before anything was sent.
            (Step::Keeping, Event::Kept) => {
                self.to(Step::Closed);
                self.key.take().map_or(Task::Nothing, |key| Task::Settle(key, Outcome::NotMade))
            }
            (Step::Keeping, Event::Joined(key)) => {
                // What was agreed to here may be another order.
                self.agreed = false;
                self.key = Some(key.clone());
                self.to(Step::Checking);
                if self.promise.idempotent { Task::Join(key) } else { Task::ReadLedger(key) }
            }
            (Step::Keeping | Step::Sending | Step::Checking, Event::Made(id)) => {
                self.key = None;
                self.to(Step::Made);
                Task::Show(id)
            }
            // The member has said so in another tab.
            (Step::Keeping | Step::Sending | Step::Checking, Event::Told(true)) => {
                self.key = None;
                self.told = true;
                self.to(Step::Made)
            }
            (Step::Sending | Step::Checking, Event::Refused(refusal)) => self.refused(refusal),
            (Step::Keeping, Event::Lost(refusal)) => {
                self.key = None;
                self.stop(Step::Blocked, refusal)
            }
            (Step::Sending | Step::Checking, Event::Lost(refusal)) => self.lost(refusal),
            (Step::Confirming, Event::Due(look)) if look == self.looks => self.check(),
            (Step::Confirming, Event::Check) => {
                self.looks += 1;
                self.check()
            }
            (Step::Checking, Event::NotFound) => {
                self.missing = true;
                if self.agreed && self.looks < 6 { self.send() } else { self.pause(None) }
            }
            (Step::Sending | Step::Checking, Event::Expired) => {
                self.key = None;
                self.to(Step::NotMade)
            }
            (Step::Confirming, Event::Again) if self.missing => self.send(),
            (Step::Checking, Event::Ledger(found, sure)) => {
                self.found = Some(found);
                self.sure = sure;
                self.to(Step::Asking);
                if sure {
                    return Task::Nothing;
                }
                self.looks += 1;
                Task::Pause(self.looks, LEDGER_PAUSE_MS)
            }
            (Step::Checking, Event::NoLedger(refusal)) => self.stop(Step::Asking, refusal),
            (Step::Asking, Event::Due(look)) if look == self.looks => self.read_ledger(),
            (Step::Asking, Event::Check) => {
                self.looks += 1;
                self.read_ledger()
            }
            (Step::Asking, Event::Told(made)) if made || self.may_deny() => {
                self.told = made;
                self.to(if made { Step::Made } else { Step::NotMade });
                let outcome = if made { Outcome::Told } else { Outcome::NotMade };
                self.key.take().map_or(Task::Nothing, |key| Task::Settle(key, outcome))
            }
            (Step::Held, Event::Again) => self.send(),
            (Step::Held, Event::Dismiss | Event::Leave) => {
                self.to(Step::Closed);
                self.key.take().map_or(Task::Nothing, |key| Task::Settle(key, Outcome::NotMade))
            }
            (
                Step::Looking | Step::Blocked | Step::Ready | Step::NotMade | Step::Made,
                Event::Dismiss | Event::Leave,
            ) => self.to(Step::Closed),
            (
                Step::Keeping | Step::Sending | Step::Confirming | Step::Checking | Step::Asking,
                Event::Leave,
            ) => {
                (self.agreed, self.watched) = (false, false);
                Task::Nothing
            }
            _ => Task::Nothing,
        }
    }

    fn to(&mut self, step: Step) -> Task {
        self.step = step;
        self.refusal = None;
        Task::Nothing
    }

    fn stop(&mut self, step: Step, refusal: Refusal) -> Task {
        self.step = step;
        self.refusal = Some(refusal);
        Task::Nothing
    }

    fn look(&mut self) -> Task {
        (self.looks, self.missing, self.found, self.sure) = (0, false, None, false);
        self.to(Step::Looking);
        Task::Look
    }

    fn send(&mut self) -> Task {
        self.to(Step::Sending);
        self.key.clone().map_or(Task::Nothing, Task::Send)
    }

    fn check(&mut self) -> Task {
        self.to(Step::Checking);
        self.key.clone().map_or(Task::Nothing, Task::Check)
    }

    fn read_ledger(&mut self) -> Task {
        self.to(Step::Checking);
        self.key.clone().map_or(Task::Nothing, Task::ReadLedger)
    }

    fn lost(&mut self, refusal: Refusal) -> Task {
        if !self.promise.idempotent {
            return self.read_ledger();
        }
        let wait = refusal.wait;
        self.refusal = Some(refusal);
        self.pause(wait)
    }

    /// Pauses before the next look: twice as long as before, never shorter than the backend asks for.
    fn pause(&mut self, wait: Option<i64>) -> Task {
        self.step = Step::Confirming;
        self.looks += 1;
        let own = 500_i32.saturating_mul(1 << self.looks.min(6)).min(LONGEST_PAUSE_MS);
        let asked = wait.map_or(0, |seconds| i32::try_from(seconds.saturating_mul(1000)).unwrap_or(i32::MAX));
        Task::Pause(self.looks, own.max(asked.min(120_000)))
    }

    fn refused(&mut self, refusal: Refusal) -> Task {
        // Of this attempt it is certain; of one before it, nobody knows. Only what a rule decided is kept under the key.
        if self.looks > 0 && refusal.source != Source::Backend(409) {
            return self.lost(refusal);
        }
        if refusal.again {
            if self.watched {
                return self.stop(Step::Held, refusal);
            }
            // Nobody is there to send it again.
            self.stop(Step::NotMade, refusal);
            return self.key.take().map_or(Task::Nothing, |key| Task::Settle(key, Outcome::NotMade));
        }
        self.key = None;
        if refusal.code == "price-changed" && self.watched {
            self.changed = true;
            return self.look();
        }
        let to = if refusal.code == "intent-expired" { Step::NotMade } else { Step::Blocked };
        self.stop(to, refusal)
    }
}

#[cfg(test)]
#[path = "redeeming/tests.rs"]
mod tests;

//! The course of one redemption, from looking at what it costs to knowing what became of it. It decides; the view asks
//! and answers. Nothing here sends.

use crate::domain::redemption::Preview;

/// Where the course stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Asking what it would cost.
    Looking,
    /// It can't go on; nothing was spent.
    Blocked,
    /// The member sees what it costs.
    Ready,
    /// Sent, and no answer yet.
    Sending,
    /// Not made for now; the very same may be sent again.
    Held,
    /// The answer was lost: nobody knows whether it was made.
    Unknown,
    /// Asking what became of it.
    Checking,
    /// The backend has never heard of it.
    Missing,
    /// Made.
    Made,
    /// Left. What isn't known stays kept on the device.
    Closed,
}

/// Why something wasn't done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The contract's code, empty where there is none.
    pub code: String,
    /// What the member is told.
    pub words: String,
    /// Seconds to wait before asking again.
    pub wait: Option<i64>,
    /// Whether asking again can help.
    pub again: bool,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The preview is here.
    Looked(Box<Preview>),
    /// The preview isn't to be had.
    NotLooked(Refusal),
    /// The member asks for the preview again.
    Look,
    /// The member agrees; with a key that was never used.
    Agree(String),
    /// It was made: its identifier.
    Made(String),
    /// It wasn't made, for a reason that the backend gave.
    Refused(Refusal),
    /// No usable answer.
    Lost(Refusal),
    /// The member asks what became of it.
    Check,
    /// The backend has never heard of it.
    NotFound,
    /// The member sends the very same again.
    Again,
    /// The member drops what the backend never heard of.
    GiveUp,
    /// A tap beside the sheet, or Escape.
    Dismiss,
    /// The cross.
    Leave,
}

/// What has to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Nothing.
    Nothing,
    /// Ask for the preview.
    Look,
    /// Send under this key.
    Send(String),
    /// Ask what became of this key.
    Check(String),
    /// This key was not used and isn't needed any more.
    Forget(String),
    /// Show the redemption.
    Show(String),
}

/// The course of one redemption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    step: Step,
    /// The key of the attempt that isn't settled; never more than one.
    key: Option<String>,
    preview: Option<Preview>,
    refusal: Option<Refusal>,
    shown: i64,
    changed: bool,
}

impl Course {
    /// Begins with the preview; `shown` is what the member has seen it to cost.
    pub fn new(shown: i64) -> Self {
        Self { step: Step::Looking, key: None, preview: None, refusal: None, shown, changed: false }
    }

    /// Takes up an attempt of which nobody knows what became.
    pub fn resume(key: String, shown: i64) -> Self {
        Self { step: Step::Unknown, key: Some(key), ..Self::new(shown) }
    }

    /// Where it stands.
    pub fn step(&self) -> Step {
        self.step
    }

    /// What it would cost.
    pub fn preview(&self) -> Option<&Preview> {
        self.preview.as_ref()
    }

    /// Why it doesn't go on.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// Whether it costs something else than what the member saw before.
    pub fn has_changed(&self) -> bool {
        self.changed
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
            (Step::Blocked, Event::Look) => self.look(),
            (Step::Ready, Event::Agree(key)) => {
                self.key = Some(key);
                self.send()
            }
            (Step::Sending | Step::Checking, Event::Made(id)) => {
                self.key = None;
                self.step = Step::Made;
                Task::Show(id)
            }
            (Step::Sending, Event::Refused(refusal)) => self.refused(refusal),
            (Step::Sending | Step::Checking, Event::Lost(refusal)) => self.stop(Step::Unknown, refusal),
            (Step::Unknown | Step::Missing, Event::Check) => self.check(),
            (Step::Checking, Event::NotFound) => self.to(Step::Missing),
            (Step::Held | Step::Missing, Event::Again) => self.send(),
            (Step::Missing, Event::GiveUp) | (Step::Held, Event::Dismiss | Event::Leave) => {
                self.step = Step::Closed;
                self.key.take().map_or(Task::Nothing, Task::Forget)
            }
            (Step::Looking | Step::Blocked | Step::Ready, Event::Dismiss | Event::Leave)
            | (Step::Unknown | Step::Missing, Event::Leave) => self.to(Step::Closed),
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
        self.to(Step::Looking);
        Task::Look
    }

    fn send(&mut self) -> Task {
        self.to(Step::Sending);
        self.changed = false;
        self.key.clone().map_or(Task::Nothing, Task::Send)
    }

    fn check(&mut self) -> Task {
        self.to(Step::Checking);
        self.key.clone().map_or(Task::Nothing, Task::Check)
    }

    fn refused(&mut self, refusal: Refusal) -> Task {
        match refusal.code.as_str() {
            "rate-limited" => self.stop(Step::Held, refusal),
            "price-changed" => {
                self.key = None;
                self.changed = true;
                self.look()
            }
            _ => {
                self.key = None;
                self.stop(Step::Blocked, refusal)
            }
        }
    }
}

#[cfg(test)]
#[path = "redeeming_tests.rs"]
mod tests;

//! Where a course can stand, what can happen to it, and what it asks for.

use super::Outcome;
use crate::domain::date::Instant;
use crate::domain::redemption::Preview;

/// What the backend promises about redemptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// It knows a key again and answers as it did the first time.
    pub idempotent: bool,
    /// It refuses an order that arrives after its time.
    pub deadline: bool,
}

/// Where the course stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Asking what it would cost.
    Looking,
    /// It can't go on; nothing was spent.
    Blocked,
    /// The member sees what it costs.
    Ready,
    /// Being kept on the device, before anything is sent.
    Keeping,
    /// Sent, and no answer yet.
    Sending,
    /// Not made for now; the very same may be sent again.
    Held,
    /// The answer was lost. It is looked up again and again, by itself.
    Confirming,
    /// Being looked up.
    Checking,
    /// The answer was lost, and the backend doesn't know keys again: the ledger says what it can, the member decides.
    Asking,
    /// It is certain that it was not made, and it can't be any more.
    NotMade,
    /// Made.
    Made,
    /// Left, with nothing open.
    Closed,
}

/// Where a refusal comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// The backend wasn't reached.
    #[default]
    Offline,
    /// No answer in time.
    Timeout,
    /// An answer that can't be used.
    Malformed,
    /// The backend, with this HTTP status.
    Backend(u16),
}

/// Why something wasn't done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// Where it comes from.
    pub source: Source,
    /// The contract's code, empty where there is none.
    pub code: String,
    /// The backend's words.
    pub detail: String,
    /// Points that are missing.
    pub missing: Option<i64>,
    /// Seconds to wait before asking again.
    pub wait: Option<i64>,
    /// Whether the very same may be sent again: it was not made, and nothing speaks against it for good.
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
    /// It is kept; it may be sent.
    Kept,
    /// The same reward is on its way already, under this key: from another tab, or from before a reload.
    Joined(String),
    /// It was made: its identifier.
    Made(String),
    /// It wasn't made, for a reason that the backend gave.
    Refused(Refusal),
    /// No usable answer.
    Lost(Refusal),
    /// The pause that began at this look is over.
    Due(u32),
    /// The member asks what became of it, or the network is back.
    Check,
    /// The backend has never heard of it; it may still arrive.
    NotFound,
    /// The backend has never heard of it, and its time is over.
    Expired,
    /// When the ledger took as many points since the order began, and whether the order can't arrive any more.
    Ledger(Vec<Instant>, bool),
    /// The ledger isn't to be had.
    NoLedger(Refusal),
    /// The member says whether it was made.
    Told(bool),
    /// The member sends the very same again.
    Again,
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
    /// Keep it on the device under this key.
    Keep(String),
    /// Wait until whoever sends this key is done, and read what came of it.
    Join(String),
    /// Send under this key.
    Send(String),
    /// Ask what became of this key.
    Check(String),
    /// Pause: the number of the look, and milliseconds.
    Pause(u32, i32),
    /// Read the ledger for an order that can't be looked up.
    ReadLedger(String),
    /// This key is over.
    Settle(String, Outcome),
    /// Show the redemption.
    Show(String),
}

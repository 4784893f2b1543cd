//! WeChat's bridge, wrapped once: its script comes from our own origin and only there, every call has a time limit, and each
//! ends in one of five ways (requirements W2 and W3).

pub mod bridge;
pub mod sdk;

use crate::domain::channel::Host;
use crate::platform::dom;
use crate::platform::reach::{self, text, window};

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    /// Done.
    Done(T),
    /// The person changed their mind.
    Cancelled,
    /// The host won't or can't; with its reason, which is for logs and rules, not for people.
    Refused(String),
    /// Nothing was heard in time. What comes later is ignored.
    NoAnswer,
    /// There is no such bridge, or it can't do this.
    Absent,
}

impl<T> Outcome<T> {
    /// With another value.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Done(value) => Outcome::Done(make(value)),
            Self::Cancelled => Outcome::Cancelled,
            Self::Refused(reason) => Outcome::Refused(reason),
            Self::NoAnswer => Outcome::NoAnswer,
            Self::Absent => Outcome::Absent,
        }
    }

    /// Whether it was done.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

/// What the app around the page can do for it, as far as it is known now.
pub fn host() -> Host {
    Host::detect(&dom::user_agent(), &text(&window(), "__wxjs_environment"))
}

/// The address in use.
pub fn address() -> String {
    text(&reach::get(&window(), "location"), "href")
}

/// The address at which the page was entered, whatever the portal has made of it since; the one in use where the browser
/// doesn't tell.
pub fn entry() -> String {
    let window = window();
    let known = text(&reach::get(&window, "__portal"), "entry");
    if !known.is_empty() {
        return known;
    }
    let timing = reach::get(&window, "performance");
    let list = reach::call(&timing, "getEntriesByType", Some(&"navigation".into())).unwrap_or_default();
    let name = text(&reach::get(&list, "0"), "name");
    let origin = text(&reach::get(&window, "location"), "origin");
    if name.starts_with(&origin) { name } else { address() }
}

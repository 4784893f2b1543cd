//! What the app knows while it runs: the programme, the session, cached records, notices.

pub mod look;
pub mod nav;
pub mod offers;
pub mod portal;
pub mod query;
pub mod redemptions;
pub mod session;
pub mod toast;

use leptos::prelude::*;

pub use portal::{Portal, portal};
pub use query::{Query, Slot, Status};

/// Runs `run` now, and again whenever a signal that it reads changes.
///
/// Each closure that is handed to `Effect::new` brings machinery of its own; these share theirs.
pub fn effect(run: impl FnMut() + 'static) {
    fn boxed(mut run: Box<dyn FnMut()>) {
        Effect::new(move |_: Option<()>| run());
    }
    boxed(Box::new(run));
}

//! What the app knows while it runs: the programme, the session, cached records, notices.

pub mod intents;
pub mod look;
pub mod nav;
pub mod portal;
pub mod query;
pub mod session;
pub mod toast;

pub use portal::{Portal, portal};
pub use query::{Query, Slot};

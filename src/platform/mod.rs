//! What browsers do badly, wrapped once each.

pub mod clock;
pub mod dom;
pub mod idle;
pub mod intl;
pub mod network;
pub mod random;
pub mod storage;
pub mod timer;
pub mod wake_lock;

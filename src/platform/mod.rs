//! What browsers do badly, wrapped once each.

pub mod clock;
pub mod database;
pub mod dom;
pub mod download;
pub mod idle;
pub mod intl;
pub mod leave;
pub mod locks;
pub mod network;
pub mod random;
pub mod reach;
pub mod scanner;
pub mod share;
pub mod storage;
pub mod timer;
pub mod touch;
pub mod viewport;
pub mod wake_lock;
pub mod watchdog;
pub mod wipe;

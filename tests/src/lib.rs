//! Shared harness of the contract and end-to-end tests: the contract as a checker, the reference backend in this
//! process, a proxy that can spoil one exchange, and three browser engines.

pub mod axe;
pub mod backend;
pub mod contract;
pub mod driver;
pub mod http;
pub mod page;
pub mod proxy;
pub mod shots;
pub mod wire;

use std::path::{Path, PathBuf};

/// A file or directory of the repository.
#[must_use]
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The wall clock of every backend of the tests.
pub const NOW: &str = "2026-08-12T08:58:00Z";

/// The seeded programmes.
pub const PROGRAMMES: [&str; 4] = ["coffee", "milk-tea", "sparkling", "ice-tea"];

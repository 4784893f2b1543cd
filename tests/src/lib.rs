//! Shared harness of the contract and end-to-end tests: the contract as a checker, the reference backend in this
//! process, a proxy that can spoil any exchange, a portal without a browser, and three browser engines.

pub mod axe;
pub mod backend;
pub mod contract;
pub mod decode;
pub mod driver;
pub mod http;
pub mod page;
pub mod proxy;
pub mod scroll;
pub mod shots;
pub mod soak;
pub mod wire;
pub mod world;

use std::path::{Path, PathBuf};

/// A file or directory of the repository.
#[must_use]
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The built portal: `dist/`, or the directory that `PORTAL_DIST` names.
///
/// # Errors
/// When it is not built.
pub fn portal() -> anyhow::Result<PathBuf> {
    let dist = std::env::var_os("PORTAL_DIST").map_or_else(|| project("dist"), PathBuf::from);
    anyhow::ensure!(dist.join("index.html").is_file(), "dist/ is not built: run `cargo xtask build`");
    Ok(dist)
}

/// The wall clock of every backend of the tests.
pub const NOW: &str = "2026-08-12T08:58:00Z";

/// [`NOW`] in milliseconds since 1970.
pub const NOW_MILLIS: i64 = 1_786_525_080_000;

/// The seeded programmes.
pub const PROGRAMMES: [&str; 4] = ["coffee", "milk-tea", "sparkling", "ice-tea"];

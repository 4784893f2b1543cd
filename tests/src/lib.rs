//! Shared harness of the contract and end-to-end tests: the contract as a checker, the reference backend in this
//! process, a proxy that can spoil any exchange, a portal without a browser, and three browser engines.

pub mod axe;
pub mod backend;
pub mod contract;
pub mod decode;
pub mod dist;
pub mod driver;
pub mod http;
pub mod lacking;
pub mod logs;
pub mod page;
pub mod proxy;
pub mod scroll;
pub mod shots;
pub mod soak;
pub mod wechat;
pub mod wire;
pub mod world;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A file or directory of the repository.
#[must_use]
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The built portal: `dist/`, or the directory that `PORTAL_DIST` names; where `PORTAL_E2E_WITHOUT` names something, a copy
/// whose page goes without it.
///
/// # Errors
/// When it is not built, or can't be copied.
pub fn portal() -> anyhow::Result<PathBuf> {
    static LESS: OnceLock<anyhow::Result<PathBuf>> = OnceLock::new();
    let dist = std::env::var_os("PORTAL_DIST").map_or_else(|| project("dist"), PathBuf::from);
    anyhow::ensure!(dist.join("index.html").is_file(), "dist/ is not built: run `cargo xtask build`");
    match std::env::var("PORTAL_E2E_WITHOUT") {
        Ok(names) if !names.trim().is_empty() => match LESS.get_or_init(|| dist::without(&dist, &names)) {
            Ok(copy) => Ok(copy.clone()),
            Err(error) => anyhow::bail!("PORTAL_E2E_WITHOUT: {error:#}"),
        },
        _ => Ok(dist),
    }
}

/// The wall clock of every backend of the tests.
pub const NOW: &str = "2026-08-12T08:58:00Z";

/// [`NOW`] in milliseconds since 1970.
pub const NOW_MILLIS: i64 = 1_786_525_080_000;

/// The seeded programmes.
pub const PROGRAMMES: [&str; 4] = ["coffee", "milk-tea", "sparkling", "ice-tea"];

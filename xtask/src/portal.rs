//! The portal's build: Trunk for development; for release the split programme, its page, precompressed files. Both with the
//! service worker.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest, Sha256};

use crate::compress;
use crate::page;
use crate::project::{Project, run};
use crate::split;
use crate::tools::{Need, hex};
use crate::worker;

/// How the portal is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Small: the standard library is built for size, and a panic is a bare trap.
    Release,
    /// As small as stable Rust makes it, with the messages of panics.
    Diagnostic,
    /// Quick to build.
    Dev,
}

impl Mode {
    /// What cargo is told besides.
    pub(crate) fn envs(self) -> &'static [(&'static str, &'static str)] {
        if self == Self::Release { &SMALL } else { &[] }
    }

    /// Features of the portal that is cut into parts.
    pub(crate) fn features(self) -> &'static str {
        if self == Self::Diagnostic { "split,diagnostic" } else { "split" }
    }

    /// What `dist` was made from.
    fn stamp(self) -> &'static str {
        if self == Self::Diagnostic { "target/diagnostic.stamp" } else { "target/portal.stamp" }
    }

    /// The tools that it takes.
    pub(crate) fn need(self) -> Need {
        if self == Self::Dev { Need::DEV } else { Need::BUILD }
    }

    /// Where the portal is built to. What tells of its faults is never in the way of what members get.
    pub(crate) fn dist(self) -> &'static str {
        if self == Self::Diagnostic { "target/diagnostic" } else { "dist" }
    }
}

/// The engines that the style sheets are lowered for; docs/ARCHITECTURE.md says why these.
const TARGETS: &str = "chrome >= 86, firefox >= 79, safari >= 13, ios_saf >= 13";

/// Unstable parts of the pinned stable toolchain, for the release build of the portal only.
const SMALL: [(&str, &str); 5] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
    ("CARGO_UNSTABLE_PANIC_IMMEDIATE_ABORT", "true"),
    ("CARGO_PROFILE_RELEASE_PANIC", "immediate-abort"),
];

const SOURCES: [&str; 18] = [
    "src",
    "style",
    "public",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    "rust-toolchain.toml",
    "tools/npm/package-lock.json",
    "xtask/src/portal.rs",
    "xtask/src/compress.rs",
    "xtask/src/page.rs",
    "xtask/src/split.rs",
    "xtask/src/split",
    "xtask/src/wasm.rs",
    "xtask/src/wasm",
    "xtask/src/worker.rs",
];

/// The sheet of the screens in parts, which the page doesn't wait for.
pub(crate) const LATER: &str = "target/style/later.css";

/// Bundles, lowers and minifies the two sheets of style/ into target/style.
///
/// # Errors
/// When a sheet has a fault.
pub(crate) fn css(project: &Project) -> anyhow::Result<()> {
    fs::create_dir_all(project.path("target/style"))?;
    for sheet in ["style/main.css", "style/later.css"] {
        let mut bundle = project.command("lightningcss");
        bundle.args(["--bundle", "--minify", "--targets", TARGETS, sheet]);
        run(bundle.args(["--output-file", &format!("target/{sheet}")]))?;
    }
    Ok(())
}

/// Builds dist/, or `target/diagnostic/`, unless it is there, made from these very sources in this mode.
///
/// # Errors
/// When a step of the build fails.
pub(crate) fn build(project: &Project, mode: Mode) -> anyhow::Result<()> {
    let dist = project.path(mode.dist());
    let stamp = project.path(mode.stamp());
    let inputs = fingerprint(project, mode)?;
    if dist.join("index.html").is_file() && fs::read_to_string(&stamp).is_ok_and(|old| old == inputs) {
        println!("{}/ is up to date", mode.dist());
        return Ok(());
    }
    // A build that is cut off must not be taken for a whole one.
    let _ = fs::remove_file(&stamp);
    // Trunk wants the files before its own hook has made them; the release page and loader name them too.
    css(project)?;

    match mode {
        Mode::Dev => {
            let mut trunk = project.command("trunk");
            run(trunk.env("XTASK", env::current_exe()?).env_remove("NO_COLOR").args(["build", "--locked"]))?;
            worker::write(project, &dist)?;
        }
        Mode::Release | Mode::Diagnostic => {
            println!("building the portal for size: 2-5 minutes on two cores when dependencies changed");
            // Whoever serves dist/ meanwhile keeps a whole portal.
            let next = project.path("target/portal.dist");
            let _ = fs::remove_dir_all(&next);
            fs::create_dir_all(&next)?;
            let programme = split::build(project, mode, &next)?;
            page::write(project, &programme, &next)?;
            worker::write(project, &next)?;
            if mode == Mode::Release {
                println!("compressing dist/ (brotli at its best takes up to a minute)");
                compress::folder(&next)?;
            }
            let _ = fs::remove_dir_all(&dist);
            fs::rename(&next, &dist)?;
        }
    }
    fs::write(&stamp, inputs)?;
    Ok(())
}

/// A file that the page loads. Its name follows its bytes, so that it may be kept for a year.
pub(crate) struct Asset {
    /// Name in dist/.
    pub(crate) name: String,
    /// For `integrity` attributes.
    pub(crate) integrity: String,
}

impl Asset {
    /// Writes `bytes` as `<stem>-<16 hexadecimal digits>.<extension>`.
    ///
    /// # Errors
    /// When the file can't be written.
    pub(crate) fn place(dist: &Path, stem: &str, extension: &str, bytes: &[u8]) -> anyhow::Result<Self> {
        let hash = Sha256::digest(bytes);
        let name = format!("{stem}-{}.{extension}", hex(&hash[..8]));
        fs::write(dist.join(&name), bytes).with_context(|| name.clone())?;
        Ok(Self { name, integrity: integrity(bytes) })
    }
}

/// The sum of a text as browsers hold it against an `integrity` attribute or a content policy.
pub(crate) fn integrity(bytes: &[u8]) -> String {
    format!("sha256-{}", base64(&Sha256::digest(bytes)))
}

/// One hash over the mode and all that the build reads.
fn fingerprint(project: &Project, mode: Mode) -> anyhow::Result<String> {
    let mut files = Vec::new();
    for source in SOURCES {
        collect(&project.path(source), &mut files)?;
    }
    files.sort();
    let mut hash = Sha256::new();
    hash.update(format!("{mode:?} {TARGETS} {SMALL:?}"));
    for file in files {
        hash.update(file.as_os_str().as_encoded_bytes());
        let content = fs::read(&file)?;
        hash.update(content.len().to_le_bytes());
        hash.update(content);
    }
    Ok(hex(&hash.finalize()))
}

fn collect(path: &Path, into: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), into)?;
        }
    } else if path.is_file() {
        into.push(path.to_owned());
    }
    Ok(())
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0, |word, byte| word << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = word >> (18 - 6 * place) & 63;
            text.push(if place > chunk.len() { '=' } else { char::from(ALPHABET[digit]) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_follow_the_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let one = Asset::place(dir.path(), "app", "js", b"glue").unwrap();
        let other = Asset::place(dir.path(), "app", "js", b"glue!").unwrap();
        assert_eq!(one.name, format!("app-{}.js", hex(&Sha256::digest("glue")[..8])));
        assert!(one.name != other.name && one.integrity != other.integrity);
        assert!(one.integrity.starts_with("sha256-") && one.integrity.len() == 51);
        assert_eq!(fs::read(dir.path().join(one.name)).unwrap(), b"glue");
    }
}

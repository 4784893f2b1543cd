//! The portal's build: CSS, Trunk, names and integrity of the results, precompressed files.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use sha2::{Digest, Sha256, Sha384};

use crate::compress;
use crate::project::{Project, run};
use crate::tools::hex;

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

/// The engines that the style sheet is lowered for; docs/ARCHITECTURE.md says why these.
const TARGETS: &str = "chrome >= 86, firefox >= 79, safari >= 13, ios_saf >= 13";

/// Unstable parts of the pinned stable toolchain, for the release build of the portal only.
const SMALL: [(&str, &str); 5] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
    ("CARGO_UNSTABLE_PANIC_IMMEDIATE_ABORT", "true"),
    ("CARGO_PROFILE_RELEASE_PANIC", "immediate-abort"),
];

const SOURCES: [&str; 12] = [
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
];

/// Bundles, lowers and minifies style/main.css into target/style/main.css.
///
/// # Errors
/// When the style sheet has a fault.
pub(crate) fn css(project: &Project) -> anyhow::Result<()> {
    fs::create_dir_all(project.path("target/style"))?;
    let mut bundle = project.command("lightningcss");
    bundle.args(["--bundle", "--minify", "--targets", TARGETS, "style/main.css"]);
    run(bundle.args(["--output-file", "target/style/main.css"]))
}

/// Builds dist/ unless it is there, made from these very sources in this mode.
///
/// # Errors
/// When a step of the build fails.
pub(crate) fn build(project: &Project, mode: Mode) -> anyhow::Result<()> {
    let dist = project.path("dist");
    let stamp = project.path("target/portal.stamp");
    let inputs = fingerprint(project, mode)?;
    if dist.join("index.html").is_file() && fs::read_to_string(&stamp).is_ok_and(|old| old == inputs) {
        println!("dist/ is up to date");
        return Ok(());
    }
    // A build that is cut off must not be taken for a whole one.
    let _ = fs::remove_file(&stamp);
    // Trunk wants the file before its own hook has made it.
    css(project)?;

    let mut trunk = project.command("trunk");
    trunk.env("XTASK", env::current_exe()?).env_remove("NO_COLOR").args(["build", "--locked"]);
    if mode != Mode::Dev {
        println!("building the portal for size: 2-5 minutes on two cores when dependencies changed");
        trunk.arg("--release");
    }
    if mode == Mode::Release {
        trunk.envs(SMALL);
    }
    run(&mut trunk)?;
    if mode != Mode::Dev {
        finish(&dist)?;
        println!("compressing dist/ (brotli at its best takes up to a minute)");
        compress::folder(&dist)?;
    }
    fs::write(&stamp, inputs)?;
    Ok(())
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

/// Names glue and module after their final bytes, and writes their integrity into the page.
///
/// Trunk names both after the module as the compiler left it: another wasm-opt would give other bytes under a name
/// that browsers and caches keep for a year.
fn finish(dist: &Path) -> anyhow::Result<()> {
    let page = dist.join("index.html");
    let mut html = fs::read_to_string(&page).context("Trunk left no dist/index.html")?;
    let glue = rename(dist, &mut html, ".js")?;
    let module = rename(dist, &mut html, "_bg.wasm")?;

    let fetch = format!("{}')", module.name);
    let checked = format!("{}',{{integrity:'{}'}})", module.name, module.integrity);
    replace_once(&mut html, &fetch, &checked).context("Trunk.toml: pattern_script fetches the module")?;
    let link = format!("{}\"", glue.name);
    let checked = format!("{}\" integrity=\"{}\"", glue.name, glue.integrity);
    replace_once(&mut html, &link, &checked).context("Trunk.toml: pattern_preload names the glue")?;
    fs::write(page, html)?;
    Ok(())
}

struct Named {
    name: String,
    integrity: String,
}

fn rename(dist: &Path, html: &mut String, ending: &str) -> anyhow::Result<Named> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dist)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(ending) && html.contains(&name) {
            found.push(name);
        }
    }
    let [old] = found.as_slice() else {
        bail!("one *{ending} expected in dist/, named by its page: {found:?}")
    };
    let bytes = fs::read(dist.join(old))?;
    let stem = old.trim_end_matches(ending).rsplit_once('-').context("Trunk's filehash is off")?.0;
    let name = format!("{stem}-{}{ending}", hex(&Sha256::digest(&bytes)[..8]));
    fs::rename(dist.join(old), dist.join(&name))?;
    *html = html.replace(old.as_str(), &name);
    Ok(Named { name, integrity: format!("sha384-{}", base64(&Sha384::digest(&bytes))) })
}

fn replace_once(text: &mut String, from: &str, to: &str) -> anyhow::Result<()> {
    let times = text.matches(from).count();
    if times != 1 {
        bail!("{from} occurs {times} times in the page, not once");
    }
    *text = text.replacen(from, to, 1);
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
    fn names_follow_the_final_bytes_and_the_page_checks_them() {
        let dir = tempfile::tempdir().unwrap();
        let page = "<link rel=\"modulepreload\" href=\"/app-1f.js\"><script>import init from '/app-1f.js';\
                    init({module_or_path:fetch('/app-1f_bg.wasm')});</script>";
        fs::write(dir.path().join("index.html"), page).unwrap();
        fs::write(dir.path().join("app-1f.js"), "glue").unwrap();
        fs::write(dir.path().join("app-1f_bg.wasm"), "module").unwrap();
        finish(dir.path()).unwrap();

        let html = fs::read_to_string(dir.path().join("index.html")).unwrap();
        let module = format!("app-{}_bg.wasm", hex(&Sha256::digest("module")[..8]));
        let glue = format!("app-{}.js", hex(&Sha256::digest("glue")[..8]));
        assert!(dir.path().join(&module).is_file() && dir.path().join(&glue).is_file());
        assert!(html.contains(&format!("fetch('/{module}',{{integrity:'sha384-")), "{html}");
        assert!(html.contains(&format!("href=\"/{glue}\" integrity=\"sha384-")), "{html}");
        assert!(html.contains(&format!("import init from '/{glue}'")) && !html.contains("-1f"), "{html}");
    }

    #[test]
    fn a_page_that_loads_in_another_way_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("index.html"), "<p>no script</p>").unwrap();
        assert!(finish(dir.path()).is_err());
    }
}

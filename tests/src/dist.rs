//! Copies of the built portal that a test changes: another version, a broken one, one without what an engine has.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha384, Sha512};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::{lacking, portal};

const INDEX: &str = "index.html";
const WORKER: &str = "sw.js";
/// Digits of the worker's version, between quotes.
const VERSION: usize = 12;
/// Files in which others are named.
const TEXTS: [&str; 6] = ["html", "js", "css", "json", "webmanifest", "svg"];
const PACKED: [&str; 2] = ["br", "gz"];

/// A copy that is gone when this is dropped. Who serves it has read it before.
pub struct Dist {
    folder: TempDir,
}

impl Dist {
    /// A copy of what [`portal`] gives.
    ///
    /// # Errors
    /// When the portal is not built, or can't be copied.
    pub fn copy() -> Result<Self> {
        Self::of(&portal()?)
    }

    /// A copy of a folder.
    ///
    /// # Errors
    /// When it can't be copied.
    pub fn of(folder: &Path) -> Result<Self> {
        let copy = tempfile::tempdir()?;
        copy_all(folder, copy.path()).with_context(|| folder.display().to_string())?;
        Ok(Self { folder: copy })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The copy stays where it is, for as long as the tests' folder does.
    #[must_use]
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }

    /// Writes a file; the packed forms of what was there go.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> Result<()> {
        for form in PACKED {
            let _ = fs::remove_file(self.path().join(format!("{name}.{form}")));
        }
        fs::write(self.path().join(name), bytes).with_context(|| name.to_owned())
    }

    /// The text of a file.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn read(&self, name: &str) -> Result<String> {
        fs::read_to_string(self.path().join(name)).with_context(|| name.to_owned())
    }

    /// Removes a file in all its forms.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn remove(&self, name: &str) -> Result<()> {
        for form in PACKED {
            let _ = fs::remove_file(self.path().join(format!("{name}.{form}")));
        }
        fs::remove_file(self.path().join(name)).with_context(|| name.to_owned())
    }

    /// Runs a script of the portal's own before everything else in the page.
    ///
    /// # Errors
    /// When the page has no head, or can't be written.
    pub fn begin_with(&self, name: &str, script: &str) -> Result<()> {
        self.write(name, script)?;
        let page = self.read(INDEX)?;
        let (before, after) = page.split_once("<head>").context("the page has no head")?;
        self.write(INDEX, format!("{before}<head><script src=\"/{name}\"></script>{after}"))
    }

    /// The one file of the folder itself that begins and ends so.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn file(&self, begin: &str, end: &str) -> Result<String> {
        let all = self.files()?;
        let mut found = all.into_iter().filter(|name| name.starts_with(begin) && name.ends_with(end));
        let first = found.next().with_context(|| format!("no file {begin}…{end}"))?;
        ensure!(found.next().is_none(), "more than one file {begin}…{end}");
        Ok(first)
    }

    /// Names of the files of the folder itself, without packed forms.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn files(&self) -> Result<Vec<String>> {
        let entries = fs::read_dir(self.path())?.filter_map(std::result::Result::ok);
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<_> =
            names.filter(|name| !PACKED.iter().any(|form| name.ends_with(&format!(".{form}")))).collect();
        names.sort();
        Ok(names)
    }

    /// Names of the scripts, sheets and modules that are named by their content.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn hashed(&self) -> Result<Vec<String>> {
        let code = |name: &String| [".js", ".css", ".wasm"].iter().any(|end| name.ends_with(end));
        Ok(self.files()?.into_iter().filter(|name| code(name) && renamed(name, "").is_some()).collect())
    }

    /// Puts something before everything in a file that others name by its sum, and keeps them in agreement.
    ///
    /// # Errors
    /// When there is no such file, or it can't be written.
    pub fn begin_file_with(&self, name: &str, text: &str) -> Result<()> {
        let old = self.read(name)?;
        let new = format!("{text}{old}");
        let sums = vec![(integrities(old.as_bytes()), integrities(new.as_bytes()))];
        self.write(name, new)?;
        self.agree(sums)
    }

    /// Leaves half of a file; who names it by its sum names it by the old one.
    ///
    /// # Errors
    /// As [`Self::begin_file_with`].
    pub fn cut(&self, name: &str) -> Result<()> {
        let bytes = fs::read(self.path().join(name)).with_context(|| name.to_owned())?;
        self.write(name, &bytes[..bytes.len() / 2])
    }

    /// Makes it another version: every file whose name follows its content is called otherwise, wherever it is named, and
    /// the page says `version` in `<meta name="e2e">`.
    ///
    /// # Errors
    /// When nothing has such a name, or a file can't be written.
    pub fn next(&self, version: &str) -> Result<()> {
        let mut names = BTreeMap::new();
        for name in self.files()? {
            if let Some(other) = renamed(&name, version) {
                names.insert(name, other);
            }
        }
        ensure!(names.len() > 1, "no file is named by its content");
        for (name, other) in &names {
            for form in ["", ".br", ".gz"] {
                let from = self.path().join(format!("{name}{form}"));
                if from.is_file() {
                    fs::rename(from, self.path().join(format!("{other}{form}")))?;
                }
            }
        }
        let mut sums = Vec::new();
        for name in self.texts()? {
            let old = fs::read(self.path().join(&name))?;
            let mut text = String::from_utf8(old.clone()).with_context(|| name.clone())?;
            // The page's own scripts name the files without a slash as well.
            for (name, other) in &names {
                text = text.replace(name, other);
            }
            if name == WORKER {
                text = another_version(&text, version)?;
            }
            if name == INDEX {
                let mark = format!("<head><meta name=\"e2e\" content=\"{version}\">");
                text = text.replacen("<head>", &mark, 1);
            }
            if text.as_bytes() != old {
                sums.push((integrities(&old), integrities(text.as_bytes())));
                self.write(&name, text)?;
            }
        }
        self.agree(sums)
    }

    /// What was changed is named by its sum elsewhere, whose sum changes with that.
    fn agree(&self, mut sums: Vec<([String; 3], [String; 3])>) -> Result<()> {
        for _ in 0..4 {
            let mut more = Vec::new();
            for name in self.texts()? {
                let old = self.read(&name)?;
                let pairs = sums.iter().flat_map(|(old, new)| old.iter().zip(new));
                let text = pairs.fold(old.clone(), |text, (old, new)| text.replace(old, new));
                if text != old {
                    more.push((integrities(old.as_bytes()), integrities(text.as_bytes())));
                    self.write(&name, text)?;
                }
            }
            if more.is_empty() {
                return Ok(());
            }
            sums = more;
        }
        bail!("the sums of the files depend on each other")
    }

    fn texts(&self) -> Result<Vec<String>> {
        let is_text = |name: &String| name.rsplit('.').next().is_some_and(|kind| TEXTS.contains(&kind));
        Ok(self.files()?.into_iter().filter(is_text).collect())
    }
}

/// The portal's files alone, on a port of their own.
pub struct Files {
    /// `http://127.0.0.1:<port>`
    pub origin: String,
    task: JoinHandle<()>,
}

impl Drop for Files {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Files {
    /// Serves them as the backend does.
    ///
    /// # Errors
    /// When they can't be read, or no port is free.
    pub async fn serve(dist: &Dist) -> Result<Self> {
        let router = backend::portal_files::router(dist.path(), backend::media::LANDSCAPE)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("the files are no longer served: {error}");
            }
        });
        Ok(Self { origin, task })
    }
}

/// A copy of the built portal that lacks what `PORTAL_E2E_WITHOUT` names; stays until the machine is tidied.
pub(crate) fn without(dist: &Path, names: &str) -> Result<PathBuf> {
    let copy = Dist::of(dist)?;
    copy.begin_with("without.js", &lacking::script(&lacking::parse(names)?))?;
    Ok(copy.keep())
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy_all(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// `app-0123456789abcdef.js` with the digits turned, by as many as the version says: whatever was named so is kept for a year.
/// `None` for a name without them. Trunk puts `_bg` behind them.
fn renamed(name: &str, version: &str) -> Option<String> {
    let (stem, kind) = name.split_once('.')?;
    let (stem, tail) = stem.strip_suffix("_bg").map_or((stem, ""), |stem| (stem, "_bg"));
    let (begin, hash) = stem.rsplit_once('-')?;
    let is_hash =
        (12..=16).contains(&hash.len()) && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hash {
        return None;
    }
    let sum: usize = version.bytes().map(usize::from).sum();
    let (before, after) = hash.split_at(sum % (hash.len() - 1) + 1);
    Some(format!("{begin}-{after}{before}{tail}.{kind}"))
}

/// The worker with the digits of its version turned as well: the first text of so many hexadecimal digits.
fn another_version(worker: &str, number: &str) -> Result<String> {
    let is_version = |text: &&str| {
        text.len() == VERSION && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let version = worker.split(['"', '\'', '`']).find(is_version).context("the worker has no version")?;
    let sum: usize = number.bytes().map(usize::from).sum();
    let (before, after) = version.split_at(sum % (VERSION - 1) + 1);
    Ok(worker.replace(version, &format!("{after}{before}")))
}

fn integrities(bytes: &[u8]) -> [String; 3] {
    [
        format!("sha256-{}", STANDARD.encode(Sha256::digest(bytes))),
        format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes))),
        format!("sha512-{}", STANDARD.encode(Sha512::digest(bytes))),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn made() -> Dist {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let glue = "import('/part-00000000000000a1.wasm')";
        put("part-00000000000000a1.wasm", "part");
        put("app-00000000000000b2.js", glue);
        put("app-00000000000000b2.js.br", "packed");
        let sum = &integrities(glue.as_bytes())[0];
        put("index.html", &format!("<head><script src=/app-00000000000000b2.js integrity={sum}></script>"));
        put("index.html.gz", "packed");
        Dist::of(folder.path()).unwrap()
    }

    #[test]
    fn another_version_has_other_names_and_sums_that_fit() {
        let dist = made();
        dist.next("2").unwrap();
        let files = dist.files().unwrap();
        assert_eq!(files, ["app-00000000b2000000.js", "index.html", "part-00000000a1000000.wasm"]);
        let glue = dist.read("app-00000000b2000000.js").unwrap();
        assert_eq!(glue, "import('/part-00000000a1000000.wasm')");
        let page = dist.read("index.html").unwrap();
        assert!(page.contains("/app-00000000b2000000.js") && page.contains("content=\"2\""), "{page}");
        assert!(page.contains(&integrities(glue.as_bytes())[0]), "{page}");
        assert!(!dist.path().join("index.html.gz").exists());
        assert!(!dist.path().join("app-00000000b2000000.js.br").exists());
    }

    #[test]
    fn a_first_script_is_first() {
        let dist = made();
        dist.begin_with("one.js", "1").unwrap();
        assert!(dist.read("index.html").unwrap().starts_with("<head><script src=\"/one.js\"></script>"));
        assert!(!dist.path().join("index.html.gz").exists());
    }
}

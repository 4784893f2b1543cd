//! What the page doesn't load: the service worker with the names of the files that it keeps, and WeChat's script.
//! docs/decisions/0018-service-worker.md says what the worker does.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use crate::project::{Project, run};
use crate::tools::hex;

const SOURCE: &str = "src/boot/worker.js";
/// WeChat's own script as npm has it; it makes the global `wx`.
const BRIDGE: &str = "tools/npm/node_modules/weixin-js-sdk/index.js";
/// What is needed first without a network: the sheet, what parts share, and what is shown at a till.
const FIRST: [&str; 10] = [
    "later-",
    "part-beside-",
    "part-first-",
    "part-catalogue-",
    "part-invited-",
    "part-asked-",
    "part-offered-",
    "part-shared-",
    "part-code-",
    "part-wallet-",
];
/// No worker ever runs on the only screen that needs it.
const SHARED_SCREEN: &str = "part-kiosk-";

/// Writes `sw.js` and `jweixin.js` into a `dist` that is complete otherwise.
///
/// # Errors
/// When the page names no script of its own, or esbuild fails.
pub(crate) fn write(project: &Project, dist: &Path) -> anyhow::Result<()> {
    let page = fs::read_to_string(dist.join("index.html")).context("index.html")?;
    let names = fs::read_dir(dist)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let (home, later) = sort(names, &page)?;
    let body = fs::read_to_string(project.path(SOURCE)).context(SOURCE)?;
    let source = project.path("target/worker.js");
    fs::write(&source, with_names(&body, &page, &home, &later))?;
    let mut esbuild = project.command("esbuild");
    // Without a format of its own it keeps the names at the top: who looks into it finds VERSION.
    esbuild.args(["--minify", "--target=es2019", "--log-level=warning"]);
    run(esbuild.arg(&source).arg(format!("--outfile={}", dist.join("sw.js").display())))?;

    let mut esbuild = project.command("esbuild");
    esbuild.args([BRIDGE, "--bundle", "--minify", "--format=iife", "--global-name=wx", "--target=es2015"]);
    esbuild.args(["--banner:js=/*! weixin-js-sdk, MIT licence */", "--log-level=warning"]);
    run(esbuild.arg(format!("--outfile={}", dist.join("jweixin.js").display())))
}

/// Addresses of what the page names, its script first, and of the other files whose names follow their bytes.
fn sort(names: Vec<String>, page: &str) -> anyhow::Result<(Vec<String>, Vec<String>)> {
    let mut hashed: Vec<String> = names.into_iter().filter(|name| is_hashed(name)).collect();
    hashed.sort();
    let (mut home, mut later): (Vec<_>, Vec<_>) = hashed.into_iter().partition(|name| page.contains(name));
    home.sort_by_key(|name| !name.ends_with(".js"));
    if !home.first().is_some_and(|name| name.ends_with(".js")) {
        bail!("index.html names no script whose name follows its bytes");
    }
    later.retain(|name| !name.starts_with(SHARED_SCREEN));
    later.sort_by_key(|name| FIRST.iter().position(|first| name.starts_with(first)).unwrap_or(FIRST.len()));
    let address = |names: Vec<String>| names.into_iter().map(|name| format!("/{name}")).collect();
    Ok((address(home), address(later)))
}

/// `main-0123456789abcdef.css`, `app-0123456789abcdef_bg.wasm`; Trunk's hash loses leading zeros.
fn is_hashed(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    let hash = stem.strip_suffix("_bg").unwrap_or(stem).rsplit_once('-').map_or("", |(_, hash)| hash);
    ["js", "css", "wasm"].contains(&extension)
        && (12..=16).contains(&hash.len())
        && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The worker behind what it keeps. Its version is another whenever the page, a file or the worker is.
fn with_names(body: &str, page: &str, home: &[String], later: &[String]) -> String {
    let list = |names: &[String]| names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(",");
    let (home, later) = (list(home), list(later));
    let mut hash = Sha256::new();
    for text in [body, page, &home, &later] {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    }
    let version = hex(&hash.finalize()[..6]);
    format!("const VERSION='{version}',HOME=[{home}],LATER=[{later}];\n{body}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_the_page_names_is_first_and_the_kiosk_is_left_out() {
        let names = [
            "part-me-0123456789abcdef.wasm",
            "part-kiosk-0123456789abcdef.wasm",
            "later-0123456789abcdef.css",
            "app-0123456789abcdef.wasm",
            "app-0123456789abcde0.js",
            "app-0123456789abcde0.js.br",
            "config.json",
            "watchdog.js",
        ];
        let names: Vec<String> = names.map(str::to_owned).to_vec();
        let page = "app-0123456789abcdef.wasm app-0123456789abcde0.js";
        let (home, later) = sort(names.clone(), page).unwrap();
        assert_eq!(home, ["/app-0123456789abcde0.js", "/app-0123456789abcdef.wasm"]);
        assert_eq!(later, ["/later-0123456789abcdef.css", "/part-me-0123456789abcdef.wasm"]);
        assert!(sort(names, "nothing").is_err());
    }

    #[test]
    fn names_with_a_hash_are_told_from_others() {
        for name in
            ["a-0123456789ab.js", "member-portal-0123456789abcdef_bg.wasm", "main-0123456789abcdef.css"]
        {
            assert!(is_hashed(name), "{name}");
        }
        for name in
            ["watchdog.js", "a-0123456789ag.js", "a-012345.js", "a-0123456789ab.js.br", "0123456789ab.js"]
        {
            assert!(!is_hashed(name), "{name}");
        }
    }

    #[test]
    fn a_version_follows_all_that_is_served() {
        let names = ["/a-0123456789ab.js".to_owned()];
        let text = with_names("body", "page", &names, &[]);
        assert!(text.starts_with("const VERSION='") && text.ends_with("LATER=[];\nbody"), "{text}");
        assert!(text.contains("HOME=['/a-0123456789ab.js']"), "{text}");
        let others = [
            with_names("body!", "page", &names, &[]),
            with_names("body", "page!", &names, &[]),
            with_names("body", "page", &[], &names),
        ];
        assert!(others.iter().all(|other| other.split(',').next() != text.split(',').next()));
    }
}

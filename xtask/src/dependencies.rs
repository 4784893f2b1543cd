//! Dependencies that a Cargo.toml names and its sources do not use.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::project::Project;

/// The workspace's packages as `cargo metadata` describes them.
///
/// # Errors
/// When cargo can't read a manifest.
pub(crate) fn packages(project: &Project) -> anyhow::Result<Vec<Value>> {
    let output =
        project.command("cargo").args(["metadata", "--no-deps", "--format-version", "1"]).output()?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    let mut metadata: Value = serde_json::from_slice(&output.stdout)?;
    match metadata["packages"].take() {
        Value::Array(packages) => Ok(packages),
        _ => bail!("cargo metadata names no packages"),
    }
}

/// Checks that each dependency of each package occurs in the package's sources.
///
/// # Errors
/// With one line per unused dependency.
pub(crate) fn check(project: &Project) -> anyhow::Result<()> {
    let packages = packages(project)?;
    let roots: Vec<PathBuf> = packages.iter().filter_map(|p| folder(p).ok()).collect();
    let mut unused = Vec::new();
    let mut seen = 0;
    for package in &packages {
        let own = folder(package)?;
        let mut words = BTreeSet::new();
        for dir in ["src", "tests", "benches", "examples"] {
            collect(&own.join(dir), &roots, &mut words)?;
        }
        words.extend(fs::read_to_string(own.join("build.rs")).iter().flat_map(|text| names(text)));
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let name =
                dependency["rename"].as_str().or_else(|| dependency["name"].as_str()).unwrap_or_default();
            seen += 1;
            if !words.contains(&name.replace('-', "_")) {
                unused.push(format!("{}: {name}", package["name"].as_str().unwrap_or_default()));
            }
        }
    }
    if !unused.is_empty() {
        bail!("dependencies that no source uses:\n{}", unused.join("\n"));
    }
    println!("all {seen} dependencies of {} packages are used", packages.len());
    Ok(())
}

fn folder(package: &Value) -> anyhow::Result<PathBuf> {
    let manifest = package["manifest_path"].as_str().context("a package without a manifest")?;
    Ok(Path::new(manifest).parent().context("a manifest without a folder")?.to_owned())
}

fn collect(dir: &Path, packages: &[PathBuf], words: &mut BTreeSet<String>) -> anyhow::Result<()> {
    if !dir.is_dir() || packages.iter().any(|root| root.starts_with(dir)) {
        return Ok(());
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            if !path.join("Cargo.toml").is_file() {
                collect(&path, packages, words)?;
            }
        } else if path.extension().is_some_and(|e| e == "rs") {
            words.extend(names(&fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

/// The identifiers of a source text that stand before `::` or `!`, or follow `use` or `extern crate`.
fn names(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let mut before = "";
        let mut rest = line;
        while let Some(start) = rest.find(|c: char| c.is_alphabetic() || c == '_') {
            rest = &rest[start..];
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if after.starts_with("::") || after.starts_with('!') || before == "use" || before == "crate" {
                found.push(word.to_owned());
            }
            (before, rest) = (word, after);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_told_from_a_mention() {
        let found = names(
            "use anyhow::bail;\nlet x = serde_json::json!({});\n// clap::Args\nlet rand = 1;\nuse leptos;",
        );
        assert!(
            ["anyhow", "serde_json", "json", "leptos"].iter().all(|n| found.contains(&(*n).to_owned())),
            "{found:?}"
        );
        assert!(!found.iter().any(|n| n == "clap" || n == "rand"), "{found:?}");
    }
}

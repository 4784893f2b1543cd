//! The size of what the home screen loads first, and of the parts that come later.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use super::table::{Table, budgets};
use crate::compress;
use crate::project::Project;

/// The page names them, and loads them in the windows of kiosks, or in engines that can't run the portal, only.
const NOT_HOMES: [&str; 2] = ["watchdog.js", "plain.js"];

/// The figures alone, held against their budgets.
///
/// # Errors
/// When there is no build, or something is over its budget.
pub(crate) fn check(project: &Project) -> anyhow::Result<()> {
    let mut table = Table::default();
    add(project, &mut table)?;
    table.hold()
}

/// Prints raw, gzip and brotli bytes of index.html, of the code it names, and of what it doesn't name; adds the brotli bytes.
///
/// # Errors
/// When there is no build.
pub(crate) fn add(project: &Project, table: &mut Table) -> anyhow::Result<()> {
    let dist = project.path("dist");
    let html = fs::read_to_string(dist.join("index.html")).context("no dist/index.html: build first")?;
    let mut first = vec!["index.html".to_owned()];
    let mut later = Vec::new();
    for entry in fs::read_dir(&dist)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let code = [".js", ".wasm", ".css"].iter().any(|kind| name.ends_with(kind));
        if code && html.contains(&name) && !NOT_HOMES.contains(&&*name) {
            first.push(name);
        } else if [".wasm", ".css"].iter().any(|kind| name.ends_with(kind)) && !name.starts_with("plain") {
            later.push(name);
        }
    }
    first[1..].sort();
    later.sort();
    for kind in [".js", ".wasm"] {
        if !first.iter().any(|name| name.ends_with(kind)) {
            bail!("dist/index.html names no {kind} file of dist/: this would measure too little");
        }
    }

    let home = weigh(&dist, "first load of the home screen (bytes)", &first)?;
    let total = home.iter().map(|(_, size)| size).sum::<usize>();
    let what = "index.html with its style, glue and wasm, brotli (bytes)";
    let figures = [("brotli_bytes".to_owned(), what.to_owned(), total as f64)];
    table.add("first load of the home screen", &figures, &budgets(project, "home_first_load")?);

    let parts = weigh(&dist, "what other screens load (bytes)", &later)?;
    let figure = |(name, size): &(String, usize)| {
        let stem = name.rsplit_once('-').map_or(name.as_str(), |(stem, _)| stem);
        (stem.to_owned(), format!("{stem}, brotli (bytes)"), *size as f64)
    };
    let figures: Vec<_> = parts.iter().map(figure).collect();
    let mut budgets = budgets(project, "parts")?;
    // One goal for all of them.
    let goal = budgets["goal"].clone();
    budgets["goal"] = figures.iter().map(|(stem, ..)| (stem.clone(), goal.clone())).collect();
    if let Some((stem, ..)) = figures.iter().find(|(stem, ..)| !budgets[stem].is_number()) {
        bail!("docs/budgets.json: parts has no budget for {stem}");
    }
    table.add("parts", &figures, &budgets);
    Ok(())
}

/// Prints raw, gzip and brotli bytes of each file; gives the last.
fn weigh(dist: &Path, title: &str, names: &[String]) -> anyhow::Result<Vec<(String, usize)>> {
    println!("\n{title:<46}{:>10}{:>10}{:>10}", "raw", "gzip", "brotli");
    let mut weighed = Vec::new();
    for name in names {
        let plain = fs::read(dist.join(name))?;
        let packed = |suffix: &str| fs::read(dist.join(format!("{name}.{suffix}")));
        let gzip = packed("gz").or_else(|_| compress::gzip(&plain).map_err(std::io::Error::other))?;
        let brotli = packed("br").or_else(|_| compress::brotli(&plain).map_err(std::io::Error::other))?;
        println!("{name:<46}{:>10}{:>10}{:>10}", plain.len(), gzip.len(), brotli.len());
        weighed.push((name.clone(), brotli.len()));
    }
    Ok(weighed)
}

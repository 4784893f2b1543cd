//! The size of what the home screen loads first, against docs/budgets.json, and of the parts that come later.

pub(crate) mod measured;

/// The page names them, and loads them in the windows of kiosks, or in engines that can't run the portal, only.
const NOT_HOMES: [&str; 2] = ["watchdog.js", "plain.js"];

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use crate::compress;
use crate::project::Project;

/// Prints raw, gzip and brotli bytes of index.html, of the code and style it names, and of the parts it doesn't name.
///
/// # Errors
/// When there is no build, or the total is over the budget.
pub(crate) fn run(project: &Project) -> anyhow::Result<()> {
    let budgets: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(project.path("docs/budgets.json"))?)?;
    let budget = budgets["home_first_load"]["brotli_bytes"]
        .as_u64()
        .context("docs/budgets.json: home_first_load.brotli_bytes is not a number")?;

    let dist = project.path("dist");
    let html = fs::read_to_string(dist.join("index.html")).context("no dist/index.html: build first")?;
    let mut names = vec!["index.html".to_owned()];
    for entry in fs::read_dir(&dist)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let code = [".js", ".wasm", ".css"].iter().any(|kind| name.ends_with(kind));
        if code && html.contains(&name) && !NOT_HOMES.contains(&&*name) {
            names.push(name);
        }
    }
    names[1..].sort();
    for kind in [".js", ".wasm", ".css"] {
        if !names.iter().any(|name| name.ends_with(kind)) {
            bail!("dist/index.html names no {kind} file of dist/: this would measure too little");
        }
    }

    let total = table(&dist, "first load of the home screen (bytes)", &names)?;
    println!("{:<46}{:>10}{:>10}{:>10}", "total", total[0], total[1], total[2]);
    println!("{:<46}{:>10}{:>10}{budget:>10}", "budget", "", "");

    let mut parts = Vec::new();
    for entry in fs::read_dir(&dist)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if [".wasm", ".css"].iter().any(|kind| name.ends_with(kind)) && !names.contains(&name) {
            parts.push(name);
        }
    }
    parts.sort();
    table(&dist, "parts that other screens load (bytes)", &parts)?;

    if total[2] as u64 > budget {
        bail!("the home screen's first load is {} bytes over its budget", total[2] as u64 - budget);
    }
    Ok(())
}

/// Prints raw, gzip and brotli bytes of each file; gives their sums.
fn table(dist: &Path, title: &str, names: &[String]) -> anyhow::Result<[usize; 3]> {
    println!("\n{title:<46}{:>10}{:>10}{:>10}", "raw", "gzip", "brotli");
    let mut total = [0_usize; 3];
    for name in names {
        let plain = fs::read(dist.join(name))?;
        let packed = |suffix: &str| fs::read(dist.join(format!("{name}.{suffix}")));
        let gzip = packed("gz").or_else(|_| compress::gzip(&plain).map_err(std::io::Error::other))?;
        let brotli = packed("br").or_else(|_| compress::brotli(&plain).map_err(std::io::Error::other))?;
        let sizes = [plain.len(), gzip.len(), brotli.len()];
        println!("{name:<46}{:>10}{:>10}{:>10}", sizes[0], sizes[1], sizes[2]);
        for (sum, size) in total.iter_mut().zip(sizes) {
            *sum += size;
        }
    }
    Ok(total)
}

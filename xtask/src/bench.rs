//! The size of what the home screen loads first, against docs/budgets.json.

use std::fs;

use anyhow::{Context, bail};

use crate::compress;
use crate::project::Project;

/// Prints raw, gzip and brotli bytes of index.html and of the code and style it names.
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
        if code && html.contains(&name) {
            names.push(name);
        }
    }
    names[1..].sort();
    for kind in [".js", ".wasm", ".css"] {
        if !names.iter().any(|name| name.ends_with(kind)) {
            bail!("dist/index.html names no {kind} file of dist/: this would measure too little");
        }
    }

    println!("\n{:<46}{:>10}{:>10}{:>10}", "first load of the home screen (bytes)", "raw", "gzip", "brotli");
    let mut total = [0_usize; 3];
    for name in &names {
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
    println!("{:<46}{:>10}{:>10}{:>10}", "total", total[0], total[1], total[2]);
    println!("{:<46}{:>10}{:>10}{budget:>10}", "budget", "", "");
    if total[2] as u64 > budget {
        bail!("the home screen's first load is {} bytes over its budget", total[2] as u64 - budget);
    }
    Ok(())
}

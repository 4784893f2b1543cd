//! What each crate costs in the main module, before the last optimisation takes the names away.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Context;

use crate::project::Project;
use crate::wasm;

/// The main module with the names of its functions.
const NAMED: &str = "target/portal/app_bg.wasm";
const RECORD: &str = "docs/size.md";
/// What the record replaces, up to the end of the file.
const MARK: &str = "## The main module by crate";

/// Prints how many functions and bytes of code each crate has; with `record` also into docs/size.md.
///
/// # Errors
/// When the portal was not built here, or its module has no names.
pub(crate) fn tell(project: &Project, record: bool) -> anyhow::Result<()> {
    let module = fs::read(project.path(NAMED)).with_context(|| format!("{NAMED}: build first"))?;
    let functions = wasm::functions(&module)?;
    let mut crates: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (name, bytes) in &functions {
        let (count, sum) = crates.entry(crate_of(name)).or_default();
        *count += 1;
        *sum += bytes;
    }
    let total: usize = crates.values().map(|(_, bytes)| bytes).sum();
    let mut sorted: Vec<_> = crates.into_iter().collect();
    sorted.sort_by_key(|(_, (_, bytes))| std::cmp::Reverse(*bytes));

    println!(
        "\n{:<46}{:>10}{:>10}{:>10}",
        "the main module by crate, before wasm-opt", "functions", "bytes", "%"
    );
    let mut text = format!("{MARK}\n\n| crate | functions | bytes of code | % |\n|---|---|---|---|\n");
    for (name, (count, bytes)) in &sorted {
        let percent = *bytes as f64 * 100.0 / total as f64;
        if percent >= 0.2 {
            println!("{name:<46}{count:>10}{bytes:>10}{percent:>10.1}");
            text.push_str(&format!("| {name} | {count} | {bytes} | {percent:.1} |\n"));
        }
    }
    println!("{:<46}{:>10}{total:>10}", "total", functions.len());
    text.push_str(&format!("| total | {} | {total} | |\n", functions.len()));
    if record {
        let path = project.path(RECORD);
        let page = fs::read_to_string(&path).context(RECORD)?;
        let (before, _) = page.split_once(MARK).with_context(|| format!("{RECORD} has no `{MARK}`"))?;
        fs::write(&path, format!("{before}{text}"))?;
    }
    Ok(())
}

/// The crate whose source a function is written in: the first that its name names. A generic one counts there, whoever uses it.
fn crate_of(mangled: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(mangled));
    let path = name.trim_start_matches(['<', '&', '(', '[', '*']);
    let path = path.strip_prefix("mut ").or(path.strip_prefix("dyn ")).unwrap_or(path);
    let first = path.split("::").next().unwrap_or_default();
    let is_word = first.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_word && path.contains("::") { first.to_owned() } else { "others".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_belongs_to_where_it_is_written() {
        assert_eq!(crate_of("_RNvCs1234_7mycrate3foo"), "mycrate");
        assert_eq!(crate_of("<alloc::vec::Vec<u8> as core::fmt::Debug>::fmt"), "alloc");
        assert_eq!(crate_of("memcpy"), "others");
    }
}

//! The direction of dependencies between the portal's folders, and words that must not occur in it.
//!
//! `domain ← api ← redeeming ← state ← parts ← features ← app`; `ui` and `i18n` are leaves; `platform` knows `domain` and `i18n`; a
//! feature never knows another, and shares through `parts`. The engine of surveys (`crates/survey`) is as large as home, so only
//! the part that answers surveys may name it, and what home uses of them doesn't.

use std::fs;
use std::path::Path;

use anyhow::bail;

use crate::project::Project;

/// Folder, and the folders that it must not know.
const FORBIDDEN: [(&str, &[&str]); 9] = [
    ("domain", &["api", "app", "features", "i18n", "parts", "platform", "redeeming", "state", "ui"]),
    ("platform", &["api", "app", "features", "parts", "redeeming", "state", "ui"]),
    ("i18n", &["api", "app", "features", "parts", "platform", "redeeming", "state", "ui"]),
    ("ui", &["api", "app", "features", "parts", "redeeming", "state"]),
    ("api", &["app", "features", "parts", "redeeming", "state", "ui"]),
    ("redeeming", &["app", "features", "parts", "platform", "state", "ui"]),
    ("state", &["app", "features", "parts", "ui"]),
    ("parts", &["app", "features"]),
    ("features", &["app"]),
];

/// The modules that may name the engine of surveys.
const ANSWERING: [&[&str]; 3] = [&["domain", "survey"], &["features", "surveys"], &["ui", "numeral"]];

/// Ways of putting text into the page as HTML: a reward's title is data, never markup.
const MARKUP: [&str; 4] = ["inner_html", "outer_html", "insert_adjacent_html", "document.write"];

/// Checks all of src/.
///
/// # Errors
/// With one line per finding.
pub(crate) fn check(project: &Project) -> anyhow::Result<()> {
    let mut findings = Vec::new();
    let mut files = 0;
    walk(&project.path("src"), &mut Vec::new(), &mut |module, text| {
        files += 1;
        findings.extend(review(module, text));
    })?;
    if files == 0 {
        bail!("src/ holds no Rust file: nothing was checked");
    }
    if !findings.is_empty() {
        bail!("{}", findings.join("\n"));
    }
    println!("{files} files keep the direction of dependencies");
    Ok(())
}

/// Calls `see` with the module path (`["features", "home", "page"]`) and text of each file.
///
/// # Errors
/// When something can't be read.
pub(crate) fn walk(
    dir: &Path,
    module: &mut Vec<String>,
    see: &mut impl FnMut(&[String], &str),
) -> anyhow::Result<()> {
    let mut entries = fs::read_dir(dir)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        let Some(stem) = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()) else { continue };
        if path.is_dir() {
            module.push(stem);
            walk(&path, module, see)?;
            module.pop();
        } else if path.extension().is_some_and(|e| e == "rs") {
            let named = !["mod", "lib", "main"].contains(&stem.as_str());
            if named {
                module.push(stem);
            }
            see(module, &fs::read_to_string(&path)?);
            if named {
                module.pop();
            }
        }
    }
    Ok(())
}

fn review(module: &[String], text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let place = module.join("::");
    for (number, line) in text.lines().enumerate() {
        if let Some(word) = MARKUP.iter().find(|word| code(line).contains(*word)) {
            findings.push(format!("{place} line {}: {word}", number + 1));
        }
    }
    let within = |allowed: &&[&str]| {
        module.len() >= allowed.len() && module.iter().zip(allowed.iter()).all(|(own, name)| own == name)
    };
    let answers = ANSWERING.iter().any(within);
    if !answers && let Some(number) = text.lines().position(|line| names_engine(code(line))) {
        findings.push(format!("{place} line {}: names the engine of surveys", number + 1));
    }
    let Some(folder) = module.first() else { return findings };
    let forbidden = FORBIDDEN.iter().find(|(name, _)| name == folder).map_or(&[][..], |(_, list)| list);
    let mut known = Vec::new();
    for target in imports(module, text) {
        let Some(top) = target.first() else { continue };
        if forbidden.contains(&top.as_str()) && !known.contains(top) {
            known.push(top.clone());
            findings.push(format!("{place} must not know {top} (it names {})", target.join("::")));
        }
        let others = folder == "features" && top == "features" && module.len() > 1;
        if others && target.get(1).is_some_and(|other| *other != module[1]) {
            findings.push(format!("{place} must not know another feature (it names {})", target.join("::")));
        }
    }
    findings
}

/// Whether a line names the crate: `survey::…` that isn't the end of another path.
fn names_engine(line: &str) -> bool {
    line.match_indices("survey::").any(|(at, _)| {
        let before = &line[..at];
        let rooted = before.strip_suffix("::").unwrap_or(before);
        let root = !rooted.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        // `wire::{survey::…}` and the like would need the whole file; the compiler knows those.
        root && (rooted.len() < before.len() || before.trim_start().starts_with("use "))
    })
}

fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// The absolute module paths (two segments are enough) that `crate::…` and `super::…` in a file lead to.
pub(crate) fn imports(module: &[String], text: &str) -> Vec<Vec<String>> {
    let text: String = text.lines().map(|line| format!("{} ", code(line))).collect();
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        if !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            expand(&text[at + "crate::".len()..], &[], &mut found);
        }
    }
    for (at, _) in text.match_indices("super::") {
        if text[..at].ends_with("super::") || text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
        {
            continue;
        }
        let mut rest = &text[at..];
        let mut base = module;
        while let Some(after) = rest.strip_prefix("super::") {
            (rest, base) = (after, &base[..base.len().saturating_sub(1)]);
        }
        expand(rest, base, &mut found);
    }
    found
}

/// Adds `base` followed by the path at the start of `rest`, one for each name of an outer `{…}`.
fn expand(rest: &str, base: &[String], found: &mut Vec<Vec<String>>) {
    let rest = rest.trim_start();
    if let Some(group) = rest.strip_prefix('{') {
        let mut depth = 0_usize;
        let mut start = 0;
        for (at, c) in group.char_indices() {
            let ends = depth == 0 && (c == ',' || c == '}');
            if ends && !group[start..at].trim().is_empty() {
                expand(&group[start..at], base, found);
            }
            match c {
                '}' if depth == 0 => return,
                ',' if ends => start = at + 1,
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
        }
        return;
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let mut path = base.to_vec();
    path.push(rest[..end].to_owned());
    match rest[end..].strip_prefix("::") {
        Some(more) if path.len() < 3 => expand(more, &path, found),
        _ => found.push(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(module: &str, text: &str) -> usize {
        let module: Vec<String> = module.split("::").map(str::to_owned).collect();
        review(&module, text).len()
    }

    #[test]
    fn directions_are_kept() {
        assert_eq!(findings("features::home::page", "use crate::state::Member;\nuse super::card::Card;"), 0);
        assert_eq!(findings("features::home::page", "use crate::features::home::card;"), 0);
        assert_eq!(findings("domain::date", "use super::number::group; // not crate::api"), 0);
        assert_eq!(findings("app::shell", "use crate::{api, features::{home, tier}, ui};"), 0);
    }

    #[test]
    fn only_answering_names_the_engine() {
        assert_eq!(findings("domain::survey::fit", "use survey::{Form, Value};"), 0);
        assert_eq!(findings("features::surveys::answer::run", "use ::survey::Form;"), 0);
        assert_eq!(findings("api::wire::surveys", "use crate::domain::survey::Value;"), 0);
        assert_eq!(findings("features::home", "use survey::Form;"), 1);
        assert_eq!(findings("state::portal", "fn f() { ::survey::Value::Null }"), 1);
    }

    #[test]
    fn wrong_directions_are_found() {
        assert_eq!(findings("domain::date", "use crate::api::wire;"), 1);
        assert_eq!(findings("ui::sheet", "use crate::{domain::date, state::{self, Member}};"), 1);
        assert_eq!(findings("features::home::page", "use crate::features::{home::card, tier};"), 1);
        assert_eq!(findings("features::home::page", "use super::super::tier::page;"), 1);
        assert_eq!(findings("features::home", "fn f() { super::tier::page() }"), 1);
        assert_eq!(findings("features::home::page", "view! { <p inner_html=title /> }"), 1);
        assert_eq!(findings("state::cache", "let x = crate::app::x();"), 1);
    }
}

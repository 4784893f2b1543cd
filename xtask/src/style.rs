//! The two sheets: style/main.css holds all that the main module draws, and what style/later.css brings changes nothing of
//! it. Neither holds a class that nothing has, nor the sprite an icon.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use crate::architecture::imports;
use crate::project::Project;

/// Modules that are in the main module with all that they name.
const ROOTS: [&[&str]; 3] = [&["app"], &["features", "home"], &["features", "not_found"]];
/// Modules of views, of which the main module holds what it calls.
const SHARED: [&str; 2] = ["parts", "ui"];
/// What else puts classes into the page, and after which words.
const PAGE: [(&str, &str, char); 2] =
    [("index.html", "class=\"", '"'), ("src/boot/boot.js", "classList.add('", '\'')];
/// Literals after these are names of icons, of a message's values, of the crate's features.
const OTHER: [&str; 7] = ["icon(", "icon_small(", "symbol(", "symbol_small(", "icon: ", "[(", "feature = "];
const SPRITE: &str = "src/ui/icons.svg";
const SYMBOLS: &str = "src/parts/symbols.rs";
/// Icons, further away from the word, that have the name of a class.
const HOMONYMS: [&str; 2] = ["search", "gift"];
/// Classes that are put together from a kind or a width.
const MADE_UP: [&str; 2] = ["sk--", "w-"];

/// Checks style/ against src/.
///
/// # Errors
/// With one line per finding.
pub(crate) fn check(project: &Project) -> anyhow::Result<()> {
    let first = selectors(&project.path("style"), "main.css")?;
    let later = selectors(&project.path("style"), "later.css")?;
    let mut modules = Vec::new();
    read(&project.path("src"), &mut Vec::new(), &mut modules)?;
    let mut all = HashSet::new();
    for (file, before, end) in PAGE {
        let text = fs::read_to_string(project.path(file)).context(file)?;
        let values = text.split(before).skip(1).filter_map(|rest| rest.split(end).next());
        all.extend(values.flat_map(words).map(str::to_owned));
    }
    let mut main = all.clone();
    main.extend(drawn_first(&modules).into_iter().flat_map(literals));
    main.retain(|word| !HOMONYMS.contains(&word.as_str()));
    all.extend(modules.iter().flat_map(|module| literals(&module.text)));

    let mut findings = review(&first, &later, &main, &all);
    let html = fs::read_to_string(project.path("index.html"))?;
    let sprite = fs::read_to_string(project.path(SPRITE)).context(SPRITE)?;
    let texts = modules.iter().map(|module| module.text.as_str()).chain([html.as_str()]).collect::<String>();
    findings.extend(icons(&sprite, &texts));
    if !findings.is_empty() {
        bail!("{}", findings.join("\n"));
    }
    println!("{} selectors in the first sheet, {} in the later one", first.len(), later.len());
    Ok(())
}

fn review(first: &[String], later: &[String], main: &HashSet<String>, all: &HashSet<String>) -> Vec<String> {
    let of = |sheet: &[String]| -> BTreeSet<String> {
        sheet.iter().flat_map(|selector| classes(selector)).map(str::to_owned).collect()
    };
    let (in_first, in_later) = (of(first), of(later));
    let mut findings = Vec::new();
    for class in in_later.difference(&in_first).filter(|class| main.contains(*class)) {
        findings
            .push(format!("style/later.css: the main module draws .{class}, and main.css doesn't have it"));
    }
    for selector in later {
        let known = classes(selector).all(|class| main.contains(class));
        if known && selector != "::placeholder" {
            findings.push(format!("style/later.css: `{selector}` fits what the main module draws"));
        }
    }
    for class in in_first.union(&in_later) {
        if !all.contains(class) && !MADE_UP.iter().any(|start| class.starts_with(start)) {
            findings.push(format!("style: nothing has the class .{class}"));
        }
    }
    findings
}

/// An icon of the sprite that nothing names, or one that is drawn and not there.
fn icons(sprite: &str, texts: &str) -> Vec<String> {
    let there: BTreeSet<&str> =
        sprite.split("id=\"i-").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let unused = there
        .iter()
        .filter(|name| !texts.contains(&format!("\"{name}\"")) && !texts.contains(&format!("#i-{name}\"")))
        .map(|name| format!("{SPRITE}: nothing draws {name}"));
    let drawn = ["icon(\"", "icon_small(\""].iter().flat_map(|call| texts.split(call).skip(1));
    let missing = drawn
        .filter_map(|rest| rest.split('"').next())
        .filter(|name| !there.contains(name))
        .map(|name| format!("{SPRITE}: {name} is missing"));
    let symbols = ["symbol(\"", "symbol_small(\""].iter().flat_map(|call| texts.split(call).skip(1));
    let nowhere = symbols
        .filter_map(|rest| rest.split('"').next())
        .filter(|name| !there.contains(name) && !texts.contains(&format!("\"{name}\" =>")))
        .map(|name| format!("{SYMBOLS}: {name} is missing"));
    unused.chain(missing).chain(nowhere).collect()
}

/// All selectors of a sheet and of what it imports, without those of key frames.
fn selectors(folder: &Path, sheet: &str) -> anyhow::Result<Vec<String>> {
    let text = without_comments(&fs::read_to_string(folder.join(sheet)).with_context(|| sheet.to_owned())?);
    let mut found = Vec::new();
    let mut blocks: Vec<bool> = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let before = text[start..at].trim();
        match c {
            ';' => {
                if let Some(name) = before.strip_prefix("@import \"") {
                    found.extend(selectors(folder, name.trim_end_matches('"'))?);
                }
            }
            '{' => {
                let frames = before.starts_with("@keyframes");
                if !before.starts_with('@') && blocks.iter().all(|inside| !inside) {
                    found.extend(listed(before));
                }
                blocks.push(frames);
            }
            '}' => drop(blocks.pop()),
            _ => continue,
        }
        start = at + 1;
    }
    Ok(found)
}

/// The selectors of a list; a comma inside of `:not(…)` doesn't part them.
fn listed(list: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let parts = list.split(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts.map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn without_comments(css: &str) -> String {
    let mut parts = css.split("/*");
    let mut text = parts.next().unwrap_or_default().to_owned();
    parts.for_each(|part| text.push_str(part.split_once("*/").map_or("", |(_, rest)| rest)));
    text
}

fn classes(selector: &str) -> impl Iterator<Item = &str> {
    selector.split('.').skip(1).filter_map(|rest| words(rest).next().filter(|word| rest.starts_with(word)))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').filter(|word| !word.is_empty())
}

struct Module {
    path: Vec<String>,
    /// Without comments and tests.
    text: String,
}

fn read(dir: &Path, path: &mut Vec<String>, into: &mut Vec<Module>) -> anyhow::Result<()> {
    crate::architecture::walk(dir, path, &mut |path, text| {
        let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let text = lines.collect::<Vec<_>>().join("\n");
        into.push(Module { path: path.to_vec(), text });
    })
}

/// The text of the main module's views: its own modules, and each function of shared ones that it calls.
fn drawn_first(modules: &[Module]) -> Vec<&str> {
    let mut drawn: Vec<(&Module, &str)> = Vec::new();
    for module in modules {
        let whole = ROOTS.iter().any(|root| {
            root.len() <= module.path.len() && root.iter().zip(&module.path).all(|(a, b)| a == b)
        });
        if whole {
            drawn.push((module, &module.text));
        }
    }
    let mut at = 0;
    while let Some(&(module, text)) = drawn.get(at) {
        at += 1;
        for other in modules.iter().filter(|other| {
            SHARED.iter().any(|folder| other.path.first().is_some_and(|first| first == folder))
        }) {
            let named = imports(&module.path, &module.text);
            for (name, function) in functions(&other.text) {
                // `ui` gives out what its modules have.
                let imported = std::ptr::eq(module, other)
                    || named.iter().any(|path| {
                        path[0] == other.path[0]
                            && (path[0] == "ui" || path.get(1) == other.path.get(1))
                            && path.get(2).is_none_or(|last| last == name || path[0] == "ui")
                    });
                let called = calls(text, name);
                if imported && called && !drawn.iter().any(|(_, known)| std::ptr::eq(*known, function)) {
                    drawn.push((other, function));
                }
            }
        }
    }
    drawn.into_iter().map(|(_, text)| text).collect()
}

fn calls(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
            && after.starts_with(['(', ')', ',', '<'])
    })
}

/// Name and text of each function that stands at the left margin.
fn functions(text: &str) -> Vec<(&str, &str)> {
    let starts: Vec<usize> = text
        .match_indices('\n')
        .map(|(at, _)| at + 1)
        .filter(|at| {
            text[*at..].starts_with("fn ")
                || (text[*at..].starts_with("pub") && head(&text[*at..]).contains("fn "))
        })
        .collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let whole = starts.iter().zip(ends).map(|(start, end)| &text[*start..end]);
    whole.filter_map(|text| Some((words(head(text).split_once("fn ")?.1).next()?, text))).collect()
}

fn head(text: &str) -> &str {
    text.split(['(', '\n', '<'])
        .next()
        .filter(|head| head.contains("fn "))
        .unwrap_or_else(|| text.lines().next().unwrap_or_default())
}

/// The words of all string literals that may be classes.
fn literals(text: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    for line in text.lines() {
        let parts: Vec<&str> = line.split('"').collect();
        for pair in parts.chunks_exact(2) {
            if !OTHER.iter().any(|before| pair[0].ends_with(before)) {
                found.extend(pair[1].split_whitespace().map(str::to_owned));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn set(words: &[&str]) -> HashSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_sheet_is_read_with_its_imports() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("b.css"), ".b:not(.c, .d) > i,\n.e { color: red }\n").unwrap();
        let a = "/* .x { */ @import \"b.css\";\n@media (a) { .f { margin: 0 } }\n@keyframes k { 50% { opacity: 1 } }";
        fs::write(dir.path().join("a.css"), a).unwrap();
        assert_eq!(selectors(dir.path(), "a.css").unwrap(), [".b:not(.c, .d) > i", ".e", ".f"]);
        assert_eq!(classes("[data-x] .b:not(.c--d) > i").collect::<Vec<_>>(), ["b", "c--d"]);
    }

    #[test]
    fn what_home_needs_stays_in_the_first_sheet() {
        let first = [".btn".to_owned(), ".home .pts".to_owned()];
        let later = |selector: &str| [selector.to_owned()];
        let all = set(&["btn", "home", "pts", "sheet"]);
        let main = set(&["btn", "home", "pts"]);
        assert!(review(&first, &later(".sheet .btn"), &main, &all).is_empty());
        assert_eq!(review(&first, &later(".home .btn"), &main, &all).len(), 1);
        assert_eq!(review(&first[..1], &later(".pts"), &main, &all).len(), 2);
        assert_eq!(review(&first, &later(".unknown"), &main, &all).len(), 1);
    }

    #[test]
    fn the_sprite_has_what_is_drawn() {
        let sprite = "<symbol id=\"i-a\"/><symbol id=\"i-b\"/><symbol id=\"i-c\"/>";
        let texts = "icon(\"a\") <use href=\"#i-b\" /> icon_small(\"d\") symbol(\"a\") symbol(\"e\") symbol(\"f\") \"e\" => 0";
        let found = icons(sprite, texts);
        let expected = [
            "src/ui/icons.svg: nothing draws c",
            "src/ui/icons.svg: d is missing",
            "src/parts/symbols.rs: f is missing",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn only_what_is_called_counts() {
        let module = |path: &[&str], text: &str| Module {
            path: path.iter().map(|part| (*part).to_owned()).collect(),
            text: text.to_owned(),
        };
        let modules = [
            module(&["features", "home"], "use crate::parts::card::small;\nfn page() { small(\"home\") }"),
            module(&["features", "rewards"], "use crate::parts::card::large;\nfn page() { large() }"),
            module(
                &["parts", "card"],
                "\nuse a;\n\npub fn small() {\n inner(\"s\") }\n\npub(super) fn large() { \"l\" }\n\nfn inner<T>() { \"i\" }\n",
            ),
        ];
        let drawn: HashSet<String> = drawn_first(&modules).into_iter().flat_map(literals).collect();
        assert_eq!(drawn, set(&["home", "s", "i"]));
    }
}

//! Differences that are meant.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::compare::Difference;

/// The list in `tests/survey/deliberate.json`. Each entry has an `id`, a `reason` and what it is recognised by: all that it
/// names must hold. `kind` begins the difference's kind; `name` begins the case's name; `definition`, `library` and `ours`
/// are parts of the text of the definition, of the library's value and of ours; `mark` is a flag of the case. Of a thousand
/// comparisons it explains `most` at most.
pub(crate) struct Deliberate(Vec<Value>);

impl Deliberate {
    /// Reads the list.
    pub(crate) fn read() -> Self {
        let path = portal_tests::project("tests/survey/deliberate.json");
        let text = fs::read_to_string(&path).expect("the list of deliberate differences");
        let list: Vec<Value> = serde_json::from_str(&text).expect("the list is JSON");
        for entry in &list {
            assert!(entry["id"].is_string() && entry["reason"].is_string(), "no id or reason: {entry}");
            assert!(
                entry.as_object().is_some_and(|entry| entry.len() > 2),
                "it explains everything: {entry}"
            );
        }
        Self(list)
    }

    /// The entries that explain more than they may.
    pub(crate) fn overdone(&self, meant: &BTreeMap<String, usize>, comparisons: usize) -> Vec<&str> {
        let over = |entry: &&Value| {
            let count = entry["id"].as_str().and_then(|id| meant.get(id)).copied().unwrap_or_default();
            entry["most"].as_u64().is_some_and(|most| count * 1000 > most as usize * comparisons)
        };
        self.0.iter().filter(over).filter_map(|entry| entry["id"].as_str()).collect()
    }

    /// The entry that a difference is meant by.
    pub(crate) fn explains(&self, case: &Value, difference: &Difference) -> Option<&str> {
        let entry = self.0.iter().find(|entry| explains(entry, case, difference))?;
        entry["id"].as_str()
    }
}

fn explains(entry: &Value, case: &Value, difference: &Difference) -> bool {
    let holds = |key: &str, test: &dyn Fn(&str) -> bool| entry[key].as_str().is_none_or(test);
    holds("kind", &|begin| difference.kind.starts_with(begin))
        && holds("name", &|begin| case["name"].as_str().is_some_and(|name| name.starts_with(begin)))
        && holds("definition", &|part| case["definition"].to_string().contains(part))
        && holds("library", &|part| difference.library.to_string().contains(part))
        && holds("ours", &|part| difference.ours.to_string().contains(part))
        && holds("mark", &|mark| case[mark] == true)
}

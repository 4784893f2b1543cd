//! Ten thousand rewards, scrolled to the end on a slow processor: what that takes, against docs/budgets.json.

use std::fs;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::project::{Project, run_seeing};

/// Begins the line that the bench prints.
const RESULT: &str = "scroll: ";
/// What has a budget, and how it is called.
const BUDGETS: [(&str, &str); 4] = [
    ("elements", "elements in the document at most"),
    ("long_tasks", "tasks over 50 ms, processor slowed down four times"),
    ("longest_task_ms", "longest task (ms)"),
    ("heap_bytes", "JavaScript heap afterwards (bytes)"),
];

/// Runs it in Chromium, with the dist/ that is there.
///
/// # Errors
/// When a reward doesn't come on screen, or something is over its budget.
pub(crate) fn run(project: &Project) -> anyhow::Result<()> {
    let budgets: Value = serde_json::from_str(&fs::read_to_string(project.path("docs/budgets.json"))?)?;
    let budgets = &budgets["scroll_10000"];
    println!("\nscrolling through 10,000 rewards in Chromium (some minutes)");
    let mut result = None;
    let mut bench = project.command("cargo");
    bench.args(["run", "--quiet", "--locked", "-p", "portal-tests", "--example", "scroll"]);
    run_seeing(&mut bench, |line| {
        if let Some(json) = line.strip_prefix(RESULT) {
            result = serde_json::from_str::<Value>(json).ok();
        }
    })?;
    let result = result.context("the bench prints no result")?;
    let over = compare(&result, budgets)?;
    if !over.is_empty() {
        bail!("over the budget of docs/budgets.json: {}", over.join(", "));
    }
    Ok(())
}

/// Prints each figure beside its budget; gives the names of those that are over.
fn compare(result: &Value, budgets: &Value) -> anyhow::Result<Vec<String>> {
    println!("\n{:<56}{:>12}{:>12}", "scrolling through 10,000 rewards", "measured", "budget");
    let mut over = Vec::new();
    for (name, what) in BUDGETS {
        // Without a long task there is no longest one.
        let measured = if result[name].is_null() { 0.0 } else { result[name].as_f64().context(name)? };
        let budget =
            budgets[name].as_f64().with_context(|| format!("docs/budgets.json: scroll_10000.{name}"))?;
        println!("{what:<56}{measured:>12}{budget:>12}");
        if measured > budget {
            over.push(format!("{what}: {measured}"));
        }
    }
    Ok(over)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_over_is_named() {
        let budgets =
            json!({ "elements": 1500, "long_tasks": 10, "longest_task_ms": 200, "heap_bytes": 1000 });
        let good = json!({ "elements": 1500, "long_tasks": 0, "longest_task_ms": null, "heap_bytes": 12 });
        assert!(compare(&good, &budgets).unwrap().is_empty());
        let bad = json!({ "elements": 1501, "long_tasks": 3, "longest_task_ms": 60, "heap_bytes": 12 });
        assert_eq!(compare(&bad, &budgets).unwrap(), ["elements in the document at most: 1501"]);
        assert!(compare(&json!({ "elements": "many" }), &budgets).is_err());
        assert!(compare(&good, &json!({})).is_err());
    }

    #[test]
    fn the_budgets_are_there() {
        let project = Project::find().unwrap();
        let budgets: Value =
            serde_json::from_str(&fs::read_to_string(project.path("docs/budgets.json")).unwrap()).unwrap();
        for (name, _) in BUDGETS {
            assert!(budgets["scroll_10000"][name].is_u64(), "{name}");
        }
        assert!(budgets["scroll_10000"]["elements"].as_u64() <= Some(1500));
    }
}

//! Programs that measure something and print it as one line of JSON, held against docs/budgets.json.

use std::fs;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::project::{Project, run_seeing};

/// A program that measures.
pub(crate) struct Bench {
    /// What it does, said before it runs.
    what: &'static str,
    /// The heading of its figures.
    title: &'static str,
    /// What cargo is told.
    cargo: &'static [&'static str],
    /// Begins the line that it prints.
    result: &'static str,
    /// Where its budgets are.
    budgets: &'static str,
    /// What has a budget, and how it is called.
    figures: &'static [(&'static str, &'static str)],
}

/// Ten thousand rewards, scrolled to the end on a slow processor.
const SCROLL: Bench = Bench {
    what: "scrolling through 10,000 rewards in Chromium (some minutes)",
    title: "scrolling through 10,000 rewards",
    cargo: &["run", "--quiet", "--locked", "-p", "portal-tests", "--example", "scroll"],
    result: "scroll: ",
    budgets: "scroll_10000",
    figures: &[
        ("elements", "elements in the document at most"),
        ("long_tasks", "tasks over 50 ms, processor slowed down four times"),
        ("longest_task_ms", "longest task (ms)"),
        ("heap_bytes", "JavaScript heap afterwards (bytes)"),
    ],
};

/// A definition of a megabyte, and a hundred conditions, without a browser.
const SURVEY: Bench = Bench {
    what: "reading a survey of 1 MB and answering one of 100 conditions, natively",
    title: "survey engine",
    cargo: &["run", "--quiet", "--profile", "server", "--locked", "-p", "survey", "--example", "speed"],
    result: "survey: ",
    budgets: "survey_engine",
    figures: &[
        ("parse_ms", "reading a definition of 1 MB (ms)"),
        ("react_ms", "one answer, 100 conditions (ms)"),
    ],
};

/// An answer on a page of a hundred questions, on a slow processor.
const SCREEN: Bench = Bench {
    what: "answering a survey of 100 questions with 100 conditions in Chromium",
    title: "a survey of 100 questions and 100 conditions",
    cargo: &["run", "--quiet", "--locked", "-p", "portal-tests", "--example", "survey"],
    result: "screen: ",
    budgets: "survey_screen",
    figures: &[
        ("median_ms", "from the answer to the drawn screen, slowed down four times, median (ms)"),
        ("worst_ms", "the slowest of them (ms)"),
        ("first_ms", "the very first, for which the browser still translates code (ms)"),
    ],
};

/// A kiosk that is used again and again.
const SOAK: Bench = Bench {
    what: "a kiosk used again and again in Chromium (hours)",
    title: "a kiosk, growth in percent per 1,000",
    cargo: &["run", "--quiet", "--locked", "-p", "portal-tests", "--example", "soak", "--"],
    result: "soak: ",
    budgets: "soak_kiosk",
    figures: &[
        ("sessions_heap_percent", "sessions, the page loaded anew after each: JavaScript heap"),
        ("sessions_wasm_percent", "the programme's memory"),
        ("sessions_nodes_percent", "DOM nodes"),
        ("sessions_listeners_percent", "listeners"),
        ("rounds_heap_percent", "rounds through every screen in one page's life: JavaScript heap"),
        ("rounds_wasm_percent", "the programme's memory"),
        ("rounds_nodes_percent", "DOM nodes"),
        ("rounds_listeners_percent", "listeners"),
    ],
};

/// Runs all but the soak, with the dist/ that is there.
///
/// # Errors
/// When one can't measure, or something is over its budget.
pub(crate) fn run(project: &Project) -> anyhow::Result<()> {
    run_these(project, &[SURVEY, SCREEN, SCROLL], &[])
}

/// Runs the soak: so many sessions, and so many rounds in one page's life.
///
/// # Errors
/// As [`run`].
pub(crate) fn soak(project: &Project, sessions: u32) -> anyhow::Result<()> {
    run_these(project, &[SOAK], &[sessions.to_string()])
}

fn run_these(project: &Project, benches: &[Bench], more: &[String]) -> anyhow::Result<()> {
    let budgets: Value = serde_json::from_str(&fs::read_to_string(project.path("docs/budgets.json"))?)?;
    let mut over = Vec::new();
    for bench in benches {
        over.extend(bench.run(project, more, &budgets[bench.budgets])?);
    }
    if !over.is_empty() {
        bail!("over the budget of docs/budgets.json: {}", over.join(", "));
    }
    Ok(())
}

impl Bench {
    fn run(&self, project: &Project, more: &[String], budgets: &Value) -> anyhow::Result<Vec<String>> {
        println!("\n{}", self.what);
        let mut result = None;
        let mut command = project.command("cargo");
        command.args(self.cargo).args(more);
        run_seeing(&mut command, |line| {
            if let Some(json) = line.strip_prefix(self.result) {
                result = serde_json::from_str::<Value>(json).ok();
            }
        })?;
        self.compare(&result.context("the bench prints no result")?, budgets)
    }

    /// Prints each figure beside its budget; gives the names of those that are over.
    fn compare(&self, result: &Value, budgets: &Value) -> anyhow::Result<Vec<String>> {
        println!("\n{:<76}{:>12}{:>12}", self.title, "measured", "budget");
        let mut over = Vec::new();
        for (name, what) in self.figures {
            // Without a long task there is no longest one.
            let measured = if result[name].is_null() { 0.0 } else { result[name].as_f64().context(*name)? };
            let budget = budgets[name]
                .as_f64()
                .with_context(|| format!("docs/budgets.json: {}.{name}", self.budgets))?;
            println!("{what:<76}{measured:>12.1}{budget:>12}");
            if measured > budget {
                over.push(format!("{what}: {measured}"));
            }
        }
        Ok(over)
    }
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
        assert!(SCROLL.compare(&good, &budgets).unwrap().is_empty());
        let bad = json!({ "elements": 1501, "long_tasks": 3, "longest_task_ms": 60, "heap_bytes": 12 });
        assert_eq!(SCROLL.compare(&bad, &budgets).unwrap(), ["elements in the document at most: 1501"]);
        assert!(SCROLL.compare(&json!({ "elements": "many" }), &budgets).is_err());
        assert!(SCROLL.compare(&good, &json!({})).is_err());
    }

    #[test]
    fn the_budgets_are_there() {
        let project = Project::find().unwrap();
        let budgets: Value =
            serde_json::from_str(&fs::read_to_string(project.path("docs/budgets.json")).unwrap()).unwrap();
        for bench in [SCROLL, SURVEY, SCREEN, SOAK] {
            for (name, _) in bench.figures {
                assert!(budgets[bench.budgets][name].is_u64(), "{}.{name}", bench.budgets);
            }
        }
        assert!(budgets["scroll_10000"]["elements"].as_u64() <= Some(1500));
    }
}

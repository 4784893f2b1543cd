//! Figures beside what they may be and what they should be, as they are printed and as docs/performance.md keeps them.

use std::fs;

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::project::Project;

const BUDGETS: &str = "docs/budgets.json";
const RECORD: &str = "docs/performance.md";
/// What the record replaces, up to the end of the file.
const MARK: &str = "## The last run that was recorded";

/// One figure.
#[derive(Debug)]
pub(crate) struct Row {
    /// What it is, with its unit.
    what: String,
    measured: f64,
    /// More is a fault.
    budget: Option<f64>,
    /// What it is to become.
    goal: Option<f64>,
}

/// The figures of a run, in groups with a heading.
#[derive(Default)]
pub(crate) struct Table {
    groups: Vec<(String, Vec<Row>)>,
}

/// What docs/budgets.json says of a group of figures.
///
/// # Errors
/// When there is no such file, or no such group in it.
pub(crate) fn budgets(project: &Project, group: &str) -> anyhow::Result<Value> {
    let text = fs::read_to_string(project.path(BUDGETS)).context(BUDGETS)?;
    let all: Value = serde_json::from_str(&text).context(BUDGETS)?;
    all.get(group).cloned().with_context(|| format!("{BUDGETS} has no {group}"))
}

impl Table {
    /// Prints a group, each figure with its name in `budgets`, what it is, and its value, and keeps it.
    pub(crate) fn add(&mut self, title: &str, figures: &[(String, String, f64)], budgets: &Value) {
        println!("\n{title:<84}{:>12}{:>12}{:>12}", "measured", "budget", "goal");
        let mut rows = Vec::new();
        for (name, what, measured) in figures {
            let (budget, goal) = (budgets[name].as_f64(), budgets["goal"][name].as_f64());
            let row = Row { what: what.clone(), measured: *measured, budget, goal };
            println!(
                "{:<84}{:>12}{:>12}{:>12}",
                row.what,
                shown(Some(*measured)),
                shown(budget),
                shown(goal)
            );
            rows.push(row);
        }
        self.groups.push((title.to_owned(), rows));
    }

    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.groups.iter().flat_map(|(_, rows)| rows)
    }

    /// # Errors
    /// When something is over its budget; names it.
    pub(crate) fn hold(&self) -> anyhow::Result<()> {
        let over = self.over();
        ensure!(over.is_empty(), "over the budget of {BUDGETS}:\n  {}", over.join("\n  "));
        Ok(())
    }

    fn over(&self) -> Vec<String> {
        let over = self.rows().filter(|row| row.budget.is_some_and(|budget| row.measured > budget));
        over.map(|row| format!("{}: {} of {}", row.what, shown(Some(row.measured)), shown(row.budget)))
            .collect()
    }

    /// What is within its budget, but not where it is to be.
    pub(crate) fn short(&self) -> Vec<String> {
        let short = self.rows().filter(|row| row.goal.is_some_and(|goal| row.measured > goal));
        short
            .map(|row| format!("{}: {}, not {}", row.what, shown(Some(row.measured)), shown(row.goal)))
            .collect()
    }

    /// Replaces the last run in docs/performance.md by this one.
    ///
    /// # Errors
    /// When the file has no place for it, or can't be written.
    pub(crate) fn record(&self, project: &Project) -> anyhow::Result<()> {
        let path = project.path(RECORD);
        let text = fs::read_to_string(&path).context(RECORD)?;
        let (before, _) = text.split_once(MARK).with_context(|| format!("{RECORD} has no `{MARK}`"))?;
        let date = project.ask("date", &["-u", "+%Y-%m-%d"]).context("no date")?;
        let commit = project.ask("git", &["rev-parse", "--short", "HEAD"]).context("no commit")?;
        fs::write(&path, format!("{before}{MARK}\n{date}, commit {commit}.\n{}", self.markdown()))?;
        println!("\n{RECORD} has this run");
        Ok(())
    }

    fn markdown(&self) -> String {
        let mut text = String::new();
        for (title, rows) in &self.groups {
            text.push_str(&format!("\n| {title} | measured | budget | goal |\n|---|---|---|---|\n"));
            for row in rows {
                let goal = match row.goal {
                    Some(goal) if row.measured > goal => format!("**{}**", shown(row.goal)),
                    _ => shown(row.goal),
                };
                let (measured, budget) = (shown(Some(row.measured)), shown(row.budget));
                text.push_str(&format!("| {} | {measured} | {budget} | {goal} |\n", row.what));
            }
        }
        text
    }
}

/// Whole numbers as they are, others with as many digits as say something.
fn shown(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(value) if value.fract() == 0.0 => format!("{value:.0}"),
        Some(value) if value.abs() < 10.0 => format!("{value:.2}"),
        Some(value) => format!("{value:.1}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_over_and_what_is_not_there_yet_is_named() {
        let figure = |name: &str, value: f64| (name.to_owned(), format!("the {name}"), value);
        let budgets = json!({ "a": 10, "b": 10, "goal": { "a": 2, "b": 12 } });
        let mut table = Table::default();
        table.add("some", &[figure("a", 9.5), figure("b", 11.0), figure("c", 1e9)], &budgets);
        assert_eq!(table.over(), ["the b: 11 of 10"]);
        assert_eq!(table.short(), ["the a: 9.50, not 2"]);
        let lines = table.markdown();
        assert!(
            lines.contains("| the a | 9.50 | 10 | **2** |")
                && lines.contains("| the c | 1000000000 | - | - |")
        );
    }
}

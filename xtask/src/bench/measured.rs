//! Programs that measure something and print it as one line of JSON, held against docs/budgets.json.

use anyhow::Context;
use serde_json::Value;

use super::table::{Table, budgets};
use crate::project::{Project, run as run_command, run_seeing};

/// A program that measures.
pub(crate) struct Bench {
    /// How it is chosen.
    pub(crate) name: &'static str,
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
    /// What is told, and how it is called. A figure without a budget is only told.
    figures: &'static [(&'static str, &'static str)],
    /// What has to be there before.
    before: fn(&Project) -> anyhow::Result<()>,
}

fn nothing(_: &Project) -> anyhow::Result<()> {
    Ok(())
}

/// Ten thousand rewards, scrolled to the end on a slow processor.
const SCROLL: Bench = Bench {
    name: "scroll",
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
    before: nothing,
};

/// A definition of a megabyte, and a hundred conditions, without a browser.
const SURVEY: Bench = Bench {
    name: "survey",
    what: "reading a survey of 1 MB and answering one of 100 conditions, natively",
    title: "survey engine",
    cargo: &["run", "--quiet", "--profile", "server", "--locked", "-p", "survey", "--example", "speed"],
    result: "survey: ",
    budgets: "survey_engine",
    figures: &[
        ("parse_ms", "reading a definition of 1 MB (ms)"),
        ("react_ms", "one answer, 100 conditions (ms)"),
    ],
    before: nothing,
};

/// An answer on a page of a hundred questions, on a slow processor.
const SCREEN: Bench = Bench {
    name: "screen",
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
    before: nothing,
};

/// A kiosk that is used again and again.
pub(crate) const SOAK: Bench = Bench {
    name: "soak",
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
    before: nothing,
};

/// From a tap to what it asks for, on a slow processor.
const INTERACTION: Bench = Bench {
    name: "interaction",
    what: "tabs, filters, sheets and answers in Chromium",
    title: "from the tap to the laid out screen, processor slowed down four times",
    cargo: &["run", "--quiet", "--locked", "-p", "portal-tests", "--example", "interaction"],
    result: "interaction: ",
    budgets: "interaction",
    figures: &[
        ("tabs_p50_ms", "another tab, p50 (ms)"),
        ("tabs_p98_ms", "another tab, p98 (ms)"),
        ("tabs_first_ms", "another tab for the first time, for which the browser still translates code (ms)"),
        ("filter_p50_ms", "another filter of the catalogue, p50 (ms)"),
        ("filter_p98_ms", "another filter of the catalogue, p98 (ms)"),
        ("sheet_p50_ms", "opening a sheet, p50 (ms)"),
        ("sheet_p98_ms", "opening a sheet, p98 (ms)"),
        ("answer_p50_ms", "an answer of a survey, p50 (ms)"),
        ("answer_p98_ms", "an answer of a survey, p98 (ms)"),
    ],
    before: nothing,
};

/// Two thousand navigations in one page's life.
const NAVIGATIONS: Bench = Bench {
    name: "navigations",
    what: "2,000 navigations on a phone in one page's life in Chromium, after 1,000 others (some minutes)",
    title: "2,000 navigations after 1,000 others, growth in percent per 1,000",
    cargo: &["run", "--quiet", "--locked", "-p", "portal-tests", "--example", "navigations"],
    result: "navigations: ",
    budgets: "navigations",
    figures: &[
        ("navigations_heap_percent", "JavaScript heap (% per 1,000)"),
        ("navigations_wasm_percent", "the programme's memory (% per 1,000)"),
        ("navigations_nodes_percent", "DOM nodes (% per 1,000)"),
        ("navigations_listeners_percent", "listeners (% per 1,000)"),
        ("memory_bytes", "JavaScript heap and the programme's memory afterwards (bytes)"),
    ],
    before: nothing,
};

/// Home's data out of a large database, asked for by another process.
const LOAD: Bench = Bench {
    name: "load",
    what: "home's data with 100,000 members and 10 million ledger entries (the first time it fills 7 GB: some minutes)",
    title: "home's data from the reference backend, 10 million ledger entries",
    cargo: &["run", "--quiet", "--profile", "server", "--locked", "-p", "backend", "--example", "load"],
    result: "load: ",
    budgets: "load",
    figures: &[
        ("one_full_median_us", "one connection, median (µs)"),
        ("one_full_p98_us", "one connection, p98 (µs)"),
        ("one_full_p999_us", "one connection, p99.9 (µs)"),
        ("one_times_small", "one connection, median: times that of a database a thousandth as large"),
        ("sixteen_full_median_us", "16 connections, median (µs)"),
        ("sixteen_full_answer_us", "16 connections, time per answer (µs)"),
        ("sixteen_times_small", "16 connections, median: times that of a database a thousandth as large"),
    ],
    before: |project| {
        run_command(project.command("cargo").args([
            "build",
            "--quiet",
            "--profile",
            "server",
            "--locked",
            "-p",
            "backend",
        ]))
    },
};

/// Lighthouse over the portal and the reference pages.
const LIGHTHOUSE: Bench = Bench {
    name: "lighthouse",
    what: "Lighthouse, mobile, over home, rewards, a survey, the kiosk and the reference pages (half an hour)",
    title: "Lighthouse, mobile, medians",
    cargo: &["run", "--quiet", "--locked", "-p", "portal-tests", "--example", "lighthouse", "--"],
    result: "lighthouse: ",
    budgets: "lighthouse",
    figures: &[
        ("home_fcp_ms", "home, first contentful paint (ms)"),
        ("home_lcp_ms", "home, largest contentful paint (ms)"),
        ("home_tbt_ms", "home, total blocking time (ms)"),
        ("home_tti_ms", "home, interactive (ms)"),
        ("home_cls", "home, layout shift"),
        ("home_requests", "home, requests until it is complete, pictures apart"),
        ("home_transfer_bytes", "home, code and style until it is complete (bytes)"),
        ("home_heap_bytes", "home, JavaScript heap (bytes)"),
        ("home_repeat_lcp_ms", "home on a repeat visit, largest contentful paint (ms)"),
        ("home_fcp_to_preact", "home to the Preact page: first contentful paint (ratio)"),
        ("home_lcp_to_preact", "home to the Preact page: largest contentful paint (ratio)"),
        ("home_tti_to_preact", "home to the Preact page: interactive (ratio)"),
        ("home_transfer_to_preact", "home to the Preact page: code and style (ratio)"),
        ("home_tbt_beyond_preact_ms", "home, total blocking time beyond that of the Preact page (ms)"),
        ("home_fcp_to_vue", "home to the Vue page: first contentful paint (ratio)"),
        ("home_lcp_to_vue", "home to the Vue page: largest contentful paint (ratio)"),
        ("home_tti_to_vue", "home to the Vue page: interactive (ratio)"),
        ("home_transfer_to_vue", "home to the Vue page: code and style (ratio)"),
        ("rewards_fcp_ms", "rewards, first contentful paint (ms)"),
        ("rewards_lcp_ms", "rewards, largest contentful paint (ms)"),
        ("rewards_tbt_ms", "rewards, total blocking time (ms)"),
        ("rewards_cls", "rewards, layout shift"),
        ("survey_fcp_ms", "a survey, first contentful paint (ms)"),
        ("survey_lcp_ms", "a survey, largest contentful paint (ms)"),
        ("survey_tbt_ms", "a survey, total blocking time (ms)"),
        ("survey_cls", "a survey, layout shift"),
        ("kiosk_fcp_ms", "the kiosk's invitation, first contentful paint (ms)"),
        ("kiosk_lcp_ms", "the kiosk's invitation, largest contentful paint (ms)"),
        ("kiosk_tbt_ms", "the kiosk's invitation, total blocking time (ms)"),
        ("home_missing", "home, points short of 100 in accessibility, best practices and SEO together"),
        ("rewards_missing", "rewards, the same"),
        ("survey_missing", "a survey, the same"),
        ("kiosk_missing", "the kiosk, the same"),
        ("home_devtools_lcp_ms", "home, each request delayed for itself: largest contentful paint (ms)"),
        ("home_devtools_tbt_ms", "home, each request delayed for itself: total blocking time (ms)"),
        ("rewards_devtools_lcp_ms", "rewards, the same: largest contentful paint (ms)"),
        ("survey_devtools_lcp_ms", "a survey, the same: largest contentful paint (ms)"),
        ("kiosk_devtools_lcp_ms", "the kiosk, the same: largest contentful paint (ms)"),
        ("home_performance", "home, performance score"),
        ("rewards_performance", "rewards, performance score"),
        ("survey_performance", "a survey, performance score"),
        ("kiosk_performance", "the kiosk, performance score"),
        ("preact_tbt_ms", "the Preact page, total blocking time (ms)"),
        ("preact_lcp_ms", "the Preact page, largest contentful paint (ms)"),
        ("vue_lcp_ms", "the Vue page, largest contentful paint (ms)"),
    ],
    before: |project| run_command(project.command("node").args(["bench/build.mjs", "target/reference"])),
};

/// All but the soak, in their order.
pub(crate) const BENCHES: [Bench; 7] = [SURVEY, SCREEN, SCROLL, INTERACTION, NAVIGATIONS, LOAD, LIGHTHOUSE];

impl Bench {
    /// Runs it with the dist/ that is there, and adds its figures.
    ///
    /// # Errors
    /// When it can't measure, or says too little.
    pub(crate) fn run(&self, project: &Project, more: &[String], table: &mut Table) -> anyhow::Result<()> {
        println!("\n{}", self.what);
        (self.before)(project)?;
        let mut result = None;
        let mut command = project.command("cargo");
        command.args(self.cargo).args(more);
        run_seeing(&mut command, |line| {
            if let Some(json) = line.strip_prefix(self.result) {
                result = serde_json::from_str::<Value>(json).ok();
            }
        })?;
        let figures = self.figures(&result.context("the bench prints no result")?)?;
        table.add(self.title, &figures, &budgets(project, self.budgets)?);
        Ok(())
    }

    /// Each figure with its name, what it is, and its value.
    fn figures(&self, result: &Value) -> anyhow::Result<Vec<(String, String, f64)>> {
        let figure = |(name, what): &(&str, &str)| {
            let value = result[*name].as_f64().with_context(|| (*name).to_owned())?;
            anyhow::Ok(((*name).to_owned(), (*what).to_owned(), value))
        };
        self.figures.iter().map(figure).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn every_figure_has_to_be_told() {
        let good = json!({ "elements": 1500, "long_tasks": 0, "longest_task_ms": 0, "heap_bytes": 12 });
        let told = SCROLL.figures(&good).unwrap();
        assert_eq!(told.iter().map(|(_, _, value)| *value).collect::<Vec<_>>(), [1500.0, 0.0, 0.0, 12.0]);
        assert!(SCROLL.figures(&json!({ "elements": "many" })).is_err());
        assert!(SCROLL.figures(&json!({})).is_err());
        let null = json!({ "elements": 1500, "long_tasks": 0, "longest_task_ms": null, "heap_bytes": 12 });
        assert!(SCROLL.figures(&null).is_err(), "what was not measured is not nothing");
    }

    #[test]
    fn the_budgets_are_there() {
        let project = Project::find().unwrap();
        for bench in BENCHES.iter().chain([&SOAK]) {
            let budgets = budgets(&project, bench.budgets).unwrap();
            let known = |name: &String| bench.figures.iter().any(|(figure, _)| figure == name);
            for group in [&budgets, &budgets["goal"]] {
                let names = group.as_object().into_iter().flatten().filter(|(_, value)| value.is_number());
                for (name, _) in names {
                    assert!(known(name), "{}.{name} is no figure", bench.budgets);
                }
            }
            assert!(bench.figures.iter().any(|(name, _)| budgets[*name].is_number()), "{}", bench.budgets);
        }
        assert!(budgets(&project, "scroll_10000").unwrap()["elements"].as_u64() <= Some(1500));
    }
}

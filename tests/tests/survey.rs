//! The survey engine against the library whose definitions it reads: made-up answers to hand-written and to made-up
//! definitions, put to `survey-core` and to `survey-eval`, whose results must be the same. Before that its expressions alone,
//! and its regular expressions.
//!
//! `SURVEY_SEED` is the seed of what is made up, `SURVEY_CASES` how many cases of made-up definitions there are (3,000 by
//! default), `SURVEY_PER` how many made-up cases each hand-written definition gets (6), `SURVEY_ONLY` a part of the names of
//! the hand-written definitions to be played, alone, `SURVEY_SHOWN` how many kinds of difference are shown with their
//! smallest case (6), `SURVEY_CONTROLS=1` adds steps that go through a question's control.
//!
//! Differences that are meant are listed, with the reason, in `tests/survey/deliberate.json`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "survey/compare.rs"]
mod compare;
#[path = "survey/deliberate.rs"]
mod deliberate;
#[path = "survey/expressions.rs"]
mod expressions;
#[path = "survey/programs.rs"]
mod programs;
#[path = "survey/regexes.rs"]
mod regexes;
#[path = "survey/shrink.rs"]
mod shrink;

use std::collections::BTreeMap;
use std::env;
use std::time::Instant;

use serde_json::Value;

use crate::compare::{Difference, checkpoints, differences};
use crate::deliberate::Deliberate;
use crate::programs::Programs;

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Whether all cases are played.
fn plays_all() -> bool {
    ["SURVEY_ONLY", "SURVEY_CASES", "SURVEY_PER"].iter().all(|name| env::var(name).is_err())
}

/// What came of a set of cases.
#[derive(Default)]
struct Tally {
    cases: usize,
    comparisons: usize,
    /// Cases at which the library itself throws; there is nothing to compare with.
    thrown: usize,
    /// How often each deliberate difference was met.
    meant: BTreeMap<String, usize>,
    /// By kind of difference: how many cases, and the shortest of them.
    kinds: BTreeMap<String, (usize, String)>,
}

impl Tally {
    fn add(&mut self, line: &str, library: &Value, ours: &Value, deliberate: &Deliberate) {
        self.cases += 1;
        if library.get("crash").is_some() {
            self.thrown += 1;
            return;
        }
        self.comparisons += checkpoints(library, ours);
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        let mut counted = false;
        for difference in differences(&case, library, ours) {
            if let Some(id) = deliberate.explains(&case, &difference) {
                *self.meant.entry(id.to_owned()).or_default() += 1;
            } else if !counted {
                counted = true;
                self.note(difference, line);
            }
        }
    }

    fn note(&mut self, difference: Difference, line: &str) {
        let entry = self.kinds.entry(difference.kind).or_insert_with(|| (0, line.to_owned()));
        entry.0 += 1;
        if line.len() < entry.1.len() {
            line.clone_into(&mut entry.1);
        }
    }

    fn differing(&self) -> usize {
        self.kinds.values().map(|(count, _)| count).sum()
    }

    fn print(&self, name: &str, begun: Instant) {
        println!(
            "{name}: {} cases, {} comparisons, {} differ, {} at which the library throws, {:.0} s",
            self.cases,
            self.comparisons,
            self.differing(),
            self.thrown,
            begun.elapsed().as_secs_f64()
        );
        self.meant.iter().for_each(|(id, count)| println!("  {count:6} meant: {id}"));
        let mut kinds: Vec<_> = self.kinds.iter().map(|(kind, (count, _))| (count, kind)).collect();
        kinds.sort_by(|one, other| other.cmp(one));
        kinds.iter().take(60).for_each(|(count, kind)| println!("  {count:6} {kind}"));
    }
}

/// Plays the cases and fails, with the smallest case of the commonest kinds, when one differs from the library's result and
/// isn't meant to.
fn play(name: &str, lines: &[String]) {
    let begun = Instant::now();
    let programs = Programs::ready();
    let deliberate = Deliberate::read();
    let results = programs.both(lines);
    let mut tally = Tally::default();
    for (line, (library, ours)) in lines.iter().zip(&results) {
        tally.add(line, library, ours, &deliberate);
    }
    tally.print(name, begun);
    assert!(!plays_all() || tally.comparisons > 6_000, "{name}: only {} comparisons", tally.comparisons);
    assert!(tally.thrown * 20 <= tally.cases, "{name}: the library throws at too many cases");
    let overdone = deliberate.overdone(&tally.meant, tally.comparisons);
    assert!(overdone.is_empty(), "{name}: explain too much: {overdone:?}");
    if tally.differing() == 0 {
        return;
    }
    let mut kinds: Vec<_> = tally.kinds.iter().collect();
    kinds.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    for (kind, (count, line)) in kinds.into_iter().take(number("SURVEY_SHOWN", 6) as usize) {
        shrink::show(&programs, &deliberate, kind, *count, line);
    }
    panic!("{name}: {} results differ from the library's", tally.differing());
}

/// Made-up lines that hold the results of the library, or of JavaScript itself.
fn made_up(script: &str, count: &str) -> Vec<String> {
    let seed = number("SURVEY_SEED", 1).to_string();
    let lines = programs::cases(script, &["--count", count, "--seed", &seed]);
    assert_eq!(lines.len().to_string(), count);
    lines
}

#[test]
fn seeds_need_nothing_that_is_missing() {
    let mut read = 0;
    for programme in portal_tests::PROGRAMMES {
        let path = portal_tests::project(&format!("crates/backend/seeds/surveys/{programme}.json"));
        let text = std::fs::read_to_string(&path).expect("the questionnaires of a programme");
        let surveys: Vec<Value> = serde_json::from_str(&text).expect("they are JSON");
        for survey in surveys {
            let definition = serde_json::from_value(survey["definition"].clone()).expect("a definition");
            let definition = survey::Definition::parse(&definition).expect("it is read");
            assert!(definition.unsupported().is_empty(), "{}: {:?}", survey["id"], definition.unsupported());
            read += 1;
        }
    }
    assert!(read >= 4 * 5, "only {read} questionnaires");
}

#[test]
fn expressions() {
    expressions::compare_all(&made_up("generate-expressions.mjs", "5000"));
}

#[test]
fn regular_expressions() {
    regexes::compare_all(&made_up("regexes.mjs", "20000"));
}

#[test]
fn written_definitions() {
    let per = number("SURVEY_PER", 6).to_string();
    let seed = number("SURVEY_SEED", 1).to_string();
    let only = env::var("SURVEY_ONLY").unwrap_or_default();
    let lines = programs::cases("cases.mjs", &["--per", &per, "--seed", &seed, "--only", &only]);
    assert!(!only.is_empty() || lines.len() > 1000, "only {} cases", lines.len());
    play("written definitions", &lines);
}

#[test]
fn made_up_definitions() {
    if env::var("SURVEY_ONLY").is_ok_and(|only| !only.is_empty()) {
        return;
    }
    let count = number("SURVEY_CASES", 3_000).to_string();
    play("made-up definitions", &made_up("generate.mjs", &count));
}

//! The two programs that answer a case: the library in node, and ours.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::{Value, json};

/// Cases that one run of the library takes; a new process each time keeps its memory small.
const BATCH: usize = 400;

fn folder() -> PathBuf {
    portal_tests::project("tests/survey")
}

/// The lines that one of the scripts in `tests/survey` makes up.
pub(crate) fn cases(script: &str, arguments: &[&str]) -> Vec<String> {
    let mut command = Command::new("node");
    command.arg(folder().join(script)).args(arguments);
    if std::env::var("SURVEY_CONTROLS").is_ok_and(|value| value == "1") {
        command.arg("--controls");
    }
    let output = command.stderr(Stdio::inherit()).output().expect("node is there");
    assert!(output.status.success(), "{script} failed");
    lines(output.stdout)
}

fn lines(output: Vec<u8>) -> Vec<String> {
    let text = String::from_utf8(output).expect("a program prints UTF-8");
    text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
}

/// Both programs, built and found.
pub(crate) struct Programs {
    ours: PathBuf,
}

impl Programs {
    /// Builds `survey-eval` where this very test was built.
    pub(crate) fn ready() -> Self {
        let own = std::env::current_exe().expect("the test has a file");
        let profile = own.ancestors().nth(2).expect("target/<profile>/deps/<test>");
        let target = profile.parent().expect("target/<profile>");
        let status = Command::new(env!("CARGO"))
            .args([
                "build",
                "--quiet",
                "--locked",
                "--package",
                "survey",
                "--features",
                "cli",
                "--target-dir",
            ])
            .arg(target)
            .current_dir(portal_tests::project("."))
            .status();
        assert!(status.expect("cargo is there").success(), "survey-eval was not built");
        Self { ours: target.join("debug").join(format!("survey-eval{}", std::env::consts::EXE_SUFFIX)) }
    }

    /// The library's result and ours for each case. As many processes as the machine has processors share the work.
    pub(crate) fn both(&self, cases: &[String]) -> Vec<(Value, Value)> {
        let ours = self.ours(cases);
        let batches: Vec<&[String]> = cases.chunks(BATCH).collect();
        let workers = thread::available_parallelism().map_or(2, usize::from).min(batches.len().max(1));
        let mut library = vec![Vec::new(); batches.len()];
        thread::scope(|scope| {
            let batches = &batches;
            let handles: Vec<_> = (0..workers)
                .map(|worker| {
                    scope.spawn(move || {
                        let own = batches.iter().enumerate().skip(worker).step_by(workers);
                        own.map(|(place, batch)| (place, self.library(batch))).collect::<Vec<_>>()
                    })
                })
                .collect();
            for (place, results) in handles.into_iter().flat_map(|handle| handle.join().expect("a worker")) {
                library[place] = results;
            }
        });
        library.into_iter().flatten().zip(ours).collect()
    }

    fn library(&self, cases: &[String]) -> Vec<Value> {
        // Where a definition names no language the library writes numbers and dates in the machine's.
        let mut node = Command::new("node");
        let results = run(node.arg(folder().join("oracle.mjs")).env("LC_ALL", "en_US.UTF-8"), cases);
        assert_eq!(results.len(), cases.len(), "the library answers each case");
        results
    }

    /// Ours; where the program ends early, the cases left have that for a result.
    fn ours(&self, cases: &[String]) -> Vec<Value> {
        let mut results = run(Command::new(Path::new(&self.ours)).arg("--detail"), cases);
        if results.len() < cases.len() {
            eprintln!("survey-eval ended at {}", cases[results.len()]);
            results.resize(cases.len(), json!({ "crash": "survey-eval ended" }));
        }
        results
    }
}

fn run(command: &mut Command, cases: &[String]) -> Vec<Value> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut input = child.stdin.take().expect("its input");
    let text = cases.join("\n") + "\n";
    let output = thread::scope(|scope| {
        // A program that ends early leaves its input unread; what it printed says where.
        scope.spawn(move || _ = input.write_all(text.as_bytes()));
        child.wait_with_output().expect("its output")
    });
    lines(output.stdout).iter().map(|line| serde_json::from_str(line).expect("a result is JSON")).collect()
}

//! `cargo xtask test`: every check, as named steps that don't stop each other.

use std::env;
use std::fs::{self, File};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use clap::Args;

use crate::portal::{self, Mode};
use crate::project::{Project, run as run_command, run_seeing};
use crate::tools::{self, Need};
use crate::{architecture, bench, contract, dependencies, style};

/// Options of `test`.
#[derive(Args)]
pub(crate) struct Options {
    /// Only what takes a minute or two: nothing that needs the built portal, a browser or schemathesis.
    #[arg(long)]
    quick: bool,
    /// Only the steps with these names.
    #[arg(long, value_name = "STEP", value_delimiter = ',', conflicts_with = "quick")]
    only: Vec<String>,
    /// How many cases schemathesis makes up per operation and phase.
    #[arg(long, default_value_t = 30)]
    examples: u32,
    /// The end-to-end tests go without these, as in browsers that lack them: service-worker, share, webauthn, wake-lock,
    /// locks, indexed-db, or all; separated by commas.
    #[arg(long, value_name = "NAMES")]
    without: Option<String>,
}

struct Step {
    name: &'static str,
    what: &'static str,
    quick: bool,
    need: Need,
    run: fn(&mut Context<'_>) -> anyhow::Result<()>,
}

struct Context<'a> {
    project: &'a Project,
    examples: u32,
    without: Option<&'a str>,
    /// The result lines of cargo's test programs, as they are.
    results: Vec<String>,
}

const RUST: Need = Need { rust: true, ..Need::NOTHING };
const NPM: Need = Need { npm: true, ..Need::NOTHING };
const HOST: Need = Need { host: true, ..Need::NOTHING };
const RUST_AND_NPM: Need = Need { rust: true, npm: true, ..Need::NOTHING };
const PYTHON: Need = Need { rust: true, python: true, ..Need::NOTHING };

const STEPS: [Step; 19] = [
    Step { name: "format", what: "rustfmt", quick: true, need: RUST, run: format },
    Step {
        name: "architecture",
        what: "direction of dependencies, no markup from data",
        quick: true,
        need: Need::NOTHING,
        run: |c| architecture::check(c.project),
    },
    Step {
        name: "style",
        what: "the first sheet holds what home needs, none a class that nothing has",
        quick: true,
        need: Need::NOTHING,
        run: |c| style::check(c.project),
    },
    Step {
        name: "dependencies",
        what: "none is unused",
        quick: true,
        need: Need::NOTHING,
        run: |c| dependencies::check(c.project),
    },
    Step {
        name: "scripts",
        what: "boot script, service worker, plain page, watchdog",
        quick: true,
        need: NPM,
        run: boot_script,
    },
    Step {
        name: "contract-lint",
        what: "api/openapi.yaml",
        quick: true,
        need: NPM,
        run: |c| contract::lint(c.project),
    },
    Step {
        name: "clippy",
        what: "backend, tools, tests, the portal's pure half",
        quick: true,
        need: RUST,
        run: clippy,
    },
    Step {
        name: "clippy-wasm",
        what: "the portal as the browser gets it",
        quick: true,
        need: RUST,
        run: clippy_wasm,
    },
    Step { name: "unit", what: "rules, wire, colours, backend, tools", quick: true, need: RUST, run: unit },
    Step {
        name: "contract",
        what: "examples and answers against the contract",
        quick: true,
        need: RUST,
        run: contract_tests,
    },
    Step {
        name: "redeeming",
        what: "a thousand ways in which a redemption can go wrong, without a browser",
        quick: false,
        need: RUST,
        run: |c| c.cargo_test(&["-p", "portal-tests", "--test", "redeeming"], &["--nocapture"]),
    },
    Step {
        name: "survey",
        what: "the survey engine against SurveyJS's own library",
        quick: false,
        need: RUST_AND_NPM,
        run: |c| {
            c.cargo_test(&["-p", "portal-tests", "--test", "survey"], &["--test-threads=1", "--nocapture"])
        },
    },
    Step {
        name: "host",
        what: "the host mini program: types, lint, tests in a simulator",
        quick: true,
        need: HOST,
        run: |c| {
            let mut npm = c.project.command("npm");
            run_command(npm.current_dir(c.project.path(tools::HOST)).args(["run", "check"]))
        },
    },
    Step { name: "build", what: "the portal, release", quick: false, need: Need::BUILD, run: build },
    Step { name: "size", what: "the home screen's first load", quick: false, need: Need::BUILD, run: size },
    Step {
        name: "deploy",
        what: "nginx with deploy/nginx.conf answers as the reference backend does",
        quick: false,
        need: Need { nginx: true, ..Need::BUILD },
        run: |c| {
            portal::build(c.project, Mode::Release)?;
            c.cargo_test(&["-p", "portal-tests", "--test", "deploy"], &[])
        },
    },
    Step {
        name: "diagnostic",
        what: "the diagnostic build tells where a planted panic is",
        quick: false,
        need: Need { browsers: true, ..Need::BUILD },
        run: diagnostic,
    },
    Step {
        name: "schemathesis",
        what: "the backend against the contract",
        quick: false,
        need: PYTHON,
        run: |c| contract::fuzz(c.project, c.examples),
    },
    Step {
        name: "e2e",
        what: "three engines, four programmes",
        quick: false,
        need: Need::ALL,
        run: end_to_end,
    },
];

/// Runs the chosen steps and sums them up.
///
/// # Errors
/// When a step's name is unknown or a tool can't be installed; a failing step is in the exit code.
pub(crate) fn run(project: &Project, options: &Options) -> anyhow::Result<ExitCode> {
    if let Some(unknown) =
        options.only.iter().find(|name| STEPS.iter().all(|step| step.name != name.as_str()))
    {
        let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        bail!("no step is called {unknown}; there are {}", names.join(", "));
    }
    let chosen: Vec<&Step> = STEPS
        .iter()
        .filter(|step| !options.quick || step.quick)
        .filter(|step| options.only.is_empty() || options.only.iter().any(|name| name == step.name))
        .collect();
    tools::ensure(project, chosen.iter().fold(Need::NOTHING, |need, step| need.or(step.need)))?;

    let mut context = Context {
        project,
        examples: options.examples,
        without: options.without.as_deref(),
        results: Vec::new(),
    };
    let mut outcomes = Vec::new();
    for step in chosen {
        println!("\n== {}: {}", step.name, step.what);
        let begun = Instant::now();
        let outcome = (step.run)(&mut context);
        let took = begun.elapsed();
        match &outcome {
            Ok(()) => println!("== {} passed in {}", step.name, seconds(took)),
            Err(error) => println!("{error:#}\n== {} FAILED after {}", step.name, seconds(took)),
        }
        outcomes.push((step.name, took, outcome.is_ok()));
    }
    Ok(summary(&context.results, &outcomes))
}

fn summary(results: &[String], outcomes: &[(&str, Duration, bool)]) -> ExitCode {
    if !results.is_empty() {
        println!("\ncargo test:");
        results.iter().for_each(|line| println!("  {line}"));
    }
    println!("\nsteps:");
    for (name, took, passed) in outcomes {
        println!("  {} {name} ({})", if *passed { "ok    " } else { "FAILED" }, seconds(*took));
    }
    let passed = outcomes.iter().filter(|(_, _, passed)| *passed).count();
    let failed = outcomes.len() - passed;
    println!("\n{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

impl Context<'_> {
    fn cargo(&self, args: &[&str]) -> anyhow::Result<()> {
        run_command(self.project.command("cargo").args(args))
    }

    /// `cargo test`, whose result lines are kept for the end. Cargo goes on after a failing test program.
    fn cargo_test(&mut self, args: &[&str], after: &[&str]) -> anyhow::Result<()> {
        let mut command = self.test_command(args, after);
        run_seeing(&mut command, |line| self.keep_result(args, line))
    }

    fn test_command(&self, args: &[&str], after: &[&str]) -> Command {
        let mut command = self.project.command("cargo");
        command.args(["test", "--locked", "--no-fail-fast"]).args(args);
        if let Some(names) = self.without {
            command.env("PORTAL_E2E_WITHOUT", names);
        }
        if !after.is_empty() {
            command.arg("--").args(after);
        }
        command
    }

    fn keep_result(&mut self, args: &[&str], line: &str) {
        let label = args.iter().skip_while(|arg| **arg != "-p").nth(1).copied().unwrap_or("workspace");
        if line.starts_with("test result:") && !line.contains(" 0 passed; 0 failed; 0 ignored") {
            self.results.push(format!("{label}: {line}"));
        }
    }
}

fn format(c: &mut Context<'_>) -> anyhow::Result<()> {
    c.cargo(&["fmt", "--all", "--check"])
}

fn clippy(c: &mut Context<'_>) -> anyhow::Result<()> {
    c.cargo(&[
        "clippy",
        "--locked",
        "--workspace",
        "--exclude",
        "member-portal",
        "--features",
        "survey/cli",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ])?;
    c.cargo(&[
        "clippy",
        "--locked",
        "-p",
        "member-portal",
        "--no-default-features",
        "--lib",
        "--tests",
        "--",
        "-D",
        "warnings",
    ])
}

fn clippy_wasm(c: &mut Context<'_>) -> anyhow::Result<()> {
    c.cargo(&[
        "clippy",
        "--locked",
        "-p",
        "member-portal",
        "--target",
        "wasm32-unknown-unknown",
        "--",
        "-D",
        "warnings",
    ])
}

fn boot_script(c: &mut Context<'_>) -> anyhow::Result<()> {
    let listed = |folder: &str, ending: &str| -> anyhow::Result<Vec<String>> {
        let names = std::fs::read_dir(c.project.path(folder))?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let mut files: Vec<String> = names
            .iter()
            .filter(|name| name.ends_with(ending))
            .map(|name| format!("{folder}/{name}"))
            .collect();
        files.sort();
        Ok(files)
    };
    for script in listed("src/boot", ".js")?.into_iter().chain(listed("public", ".js")?) {
        run_command(c.project.command("node").args(["--check", &script]))?;
    }
    run_command(c.project.command("node").arg("--test").args(listed("tests/scripts", ".test.mjs")?))
}

fn unit(c: &mut Context<'_>) -> anyhow::Result<()> {
    let outcomes = [
        c.cargo_test(&["-p", "member-portal", "--no-default-features"], &[]),
        c.cargo_test(&["-p", "survey"], &[]),
        c.cargo_test(&["-p", "backend"], &[]),
        c.cargo_test(&["-p", "xtask"], &[]),
    ];
    outcomes.into_iter().collect()
}

/// All test programs of the tests crate except those that have a step of their own.
fn contract_tests(c: &mut Context<'_>) -> anyhow::Result<()> {
    let mut args = vec!["-p".to_owned(), "portal-tests".to_owned(), "--lib".to_owned()];
    let packages = dependencies::packages(c.project)?;
    let targets = packages.iter().filter(|package| package["name"] == "portal-tests");
    for target in targets.flat_map(|package| package["targets"].as_array()).flatten() {
        let name = target["name"].as_str().unwrap_or_default();
        let apart = name != "contract" && STEPS.iter().any(|step| step.name == name);
        if target["kind"][0] == "test" && !apart {
            args.extend(["--test".to_owned(), name.to_owned()]);
        }
    }
    if args.len() == 3 {
        bail!("the tests crate has no contract test");
    }
    c.cargo_test(&args.iter().map(String::as_str).collect::<Vec<_>>(), &[])
}

fn build(c: &mut Context<'_>) -> anyhow::Result<()> {
    portal::build(c.project, Mode::Release)
}

fn diagnostic(c: &mut Context<'_>) -> anyhow::Result<()> {
    portal::build(c.project, Mode::Diagnostic)?;
    let args = ["-p", "portal-tests", "--test", "diagnostic"];
    let mut command = c.test_command(&args, &["--test-threads=1"]);
    command.env("PORTAL_DIST", c.project.path(Mode::Diagnostic.dist()));
    run_seeing(&mut command, |line| c.keep_result(&args, line))
}

fn size(c: &mut Context<'_>) -> anyhow::Result<()> {
    portal::build(c.project, Mode::Release)?;
    bench::check_size(c.project)
}

/// The harness starts the drivers and the backends itself; PORTAL_E2E_ENGINES chooses among the engines. Two browsers at a time:
/// each waits more than it works. What is said beside Chromium is told when that is through.
fn end_to_end(c: &mut Context<'_>) -> anyhow::Result<()> {
    portal::build(c.project, Mode::Release)?;
    println!(
        "engines: {} (several minutes each)",
        env::var("PORTAL_E2E_ENGINES").unwrap_or_else(|_| "chromium,firefox,webkit".to_owned())
    );
    const E2E: [&str; 4] = ["-p", "portal-tests", "--test", "e2e"];
    const ONE_BY_ONE: [&str; 2] = ["--test-threads=1", "--nocapture"];
    c.cargo_test(&[&E2E[..], &["--no-run"]].concat(), &[])?;
    let path = c.project.path("target/e2e-beside.log");
    let log = File::create(&path).with_context(|| path.display().to_string())?;
    let mut others = c.test_command(&E2E, &[&["firefox", "webkit"][..], &ONE_BY_ONE].concat());
    let mut others = others.stdout(log.try_clone()?).stderr(log).spawn().context("can't start cargo")?;
    let chromium =
        c.cargo_test(&E2E, &[&["--skip", "firefox", "--skip", "webkit"][..], &ONE_BY_ONE].concat());
    let ended = others.wait()?;
    for line in String::from_utf8_lossy(&fs::read(&path)?).lines() {
        println!("{line}");
        c.keep_result(&E2E, line);
    }
    chromium?;
    ensure!(ended.success(), "Firefox or WebKitGTK failed ({ended})");
    Ok(())
}

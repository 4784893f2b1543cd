//! The project's commands: `cargo xtask start | test | build | bench`.
//!
//! Each prints the commands that it runs; what is already there is not installed or built again.

mod architecture;
mod bench;
mod compress;
mod contract;
mod dependencies;
mod http;
mod page;
mod portal;
mod project;
mod split;
mod start;
mod style;
mod test;
mod tools;
mod wasm;
mod worker;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::portal::Mode;
use crate::project::Project;
use crate::tools::Need;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's commands")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing, build, and run the seeded backend of every programme.
    Start(start::Options),
    /// Check everything: format, lints, contract, unit, property and end-to-end tests.
    Test(test::Options),
    /// Build the portal into dist/, or, with --diagnostic, into target/diagnostic/.
    Build(BuildOptions),
    /// Print what the portal weighs and how quick it is, against docs/budgets.json.
    Bench(bench::Options),
    /// Bundle the sheets of style/ into target/style (Trunk calls this before each build).
    Css,
    /// Install the tools and stop.
    Tools {
        /// Also what only the tests need: browsers, drivers, schemathesis.
        #[arg(long)]
        test: bool,
    },
}

#[derive(Args)]
struct BuildOptions {
    /// Unoptimised and quick to build.
    #[arg(long)]
    dev: bool,
    /// Optimised, but keeps the messages of panics and the names of functions; into target/diagnostic/.
    #[arg(long, conflicts_with = "dev")]
    diagnostic: bool,
}

impl BuildOptions {
    fn mode(&self) -> Mode {
        match (self.dev, self.diagnostic) {
            (true, _) => Mode::Dev,
            (_, true) => Mode::Diagnostic,
            _ => Mode::Release,
        }
    }
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nxtask failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let project = Project::find()?;
    match cli.command {
        Command::Start(options) => start::run(&project, &options)?,
        Command::Test(options) => return test::run(&project, &options),
        Command::Build(options) => {
            tools::ensure(&project, options.mode().need())?;
            portal::build(&project, options.mode())?;
        }
        Command::Bench(options) => bench::run(&project, &options)?,
        Command::Css => {
            tools::ensure(&project, Need { npm: true, ..Need::NOTHING })?;
            portal::css(&project)?;
        }
        Command::Tools { test } => tools::ensure(&project, if test { Need::ALL } else { Need::BUILD })?,
    }
    Ok(ExitCode::SUCCESS)
}

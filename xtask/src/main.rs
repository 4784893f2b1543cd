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
    /// Build the portal into dist/.
    Build(BuildOptions),
    /// Print what the home screen loads first and what scrolling through 10,000 rewards takes, against their budgets.
    Bench(BenchOptions),
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
    /// Optimised, but keeps panic messages and the function names in them.
    #[arg(long, conflicts_with = "dev")]
    diagnostic: bool,
}

#[derive(Args)]
struct BenchOptions {
    /// Instead: whether a kiosk grows that is used again and again. Takes hours.
    #[arg(long)]
    soak: bool,
    /// How many sessions, and how many rounds in one page's life.
    #[arg(long, requires = "soak", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(4..))]
    sessions: u32,
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
            tools::ensure(&project, Need::BUILD)?;
            portal::build(&project, options.mode())?;
        }
        Command::Bench(options) => {
            tools::ensure(&project, Need { browsers: true, ..Need::BUILD })?;
            portal::build(&project, Mode::Release)?;
            if options.soak {
                bench::measured::soak(&project, options.sessions)?;
                return Ok(ExitCode::SUCCESS);
            }
            bench::run(&project)?;
            bench::measured::run(&project)?;
        }
        Command::Css => {
            tools::ensure(&project, Need { npm: true, ..Need::NOTHING })?;
            portal::css(&project)?;
        }
        Command::Tools { test } => tools::ensure(&project, if test { Need::ALL } else { Need::BUILD })?,
    }
    Ok(ExitCode::SUCCESS)
}

//! What the portal weighs and how quick it is, against docs/budgets.json.

mod crates;
mod measured;
mod size;
mod table;

use anyhow::bail;
use clap::Args;

use crate::portal::{self, Mode};
use crate::project::Project;
use crate::tools::{self, Need};

pub(crate) use size::check as check_size;
use table::Table;

/// Options of `bench`.
#[derive(Args)]
pub(crate) struct Options {
    /// Only these of sizes, survey, screen, scroll, interaction, navigations, load, lighthouse.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Also whether a kiosk grows that is used again and again. Takes hours.
    #[arg(long)]
    soak: bool,
    /// How many sessions, and how many rounds in one page's life.
    #[arg(long, requires = "soak", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(4..))]
    sessions: u32,
    /// How often Lighthouse looks at each page.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Put the figures into docs/performance.md, and those of the crates into docs/size.md.
    #[arg(long)]
    record: bool,
}

/// Measures, prints, and compares.
///
/// # Errors
/// When something can't be measured, or is over its budget.
pub(crate) fn run(project: &Project, options: &Options) -> anyhow::Result<()> {
    let names: Vec<_> = measured::BENCHES.iter().map(|bench| bench.name).chain(["sizes"]).collect();
    if let Some(unknown) = options.only.iter().find(|name| !names.contains(&name.as_str())) {
        bail!("nothing is called {unknown}; there are {}", names.join(", "));
    }
    tools::ensure(project, Need { browsers: true, bench: true, ..Need::BUILD })?;
    portal::build(project, Mode::Release)?;

    let wanted = |name: &str| options.only.is_empty() || options.only.iter().any(|one| one == name);
    let mut table = Table::default();
    if wanted("sizes") {
        size::add(project, &mut table)?;
        crates::tell(project, options.record)?;
    }
    for bench in measured::BENCHES.iter().filter(|bench| wanted(bench.name)) {
        let more = if bench.name == "lighthouse" { vec![options.runs.to_string()] } else { Vec::new() };
        bench.run(project, &more, &mut table)?;
    }
    if options.soak {
        measured::SOAK.run(project, &[options.sessions.to_string()], &mut table)?;
    }
    let short = table.short();
    if !short.is_empty() {
        println!("\nnot where it is to be:\n  {}", short.join("\n  "));
    }
    if options.record {
        table.record(project)?;
    }
    table.hold()
}

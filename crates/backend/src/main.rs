//! The reference backend as a program.

use anyhow::{Context, Result};
use backend::{Backend, Clock, Config, Limits};
use chrono::{DateTime, Utc};
use clap::{Parser, ValueEnum};
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Reference backend of the member portal: REST over an embedded SQLite database.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The database file, made when it is missing; `:memory:` keeps nothing
    #[arg(long, value_name = "PATH", default_value = ":memory:")]
    database: PathBuf,
    /// The programme: coffee, milk-tea, sparkling or ice-tea
    #[arg(long, value_name = "ID", default_value = "coffee")]
    programme: String,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8101")]
    listen: SocketAddr,
    /// Freezes the clock, for example at 2026-08-12T08:58:00Z
    #[arg(long, value_name = "RFC3339")]
    now: Option<DateTime<Utc>>,
    /// Fills a new database with sample members and their last twelve months
    #[arg(long)]
    seed: bool,
    /// Tells the codes of text messages in the log and in a header; never in production
    #[arg(long)]
    demo: bool,
    /// The built portal to serve at /
    #[arg(long, value_name = "DIR")]
    portal: Option<PathBuf>,
    /// Believes X-Forwarded-For and X-Forwarded-Proto of a proxy in front
    #[arg(long)]
    behind_proxy: bool,
    /// Serves the same backend here too, with cookies of their own, to try phone and kiosk in one browser (development)
    #[arg(long, value_name = "ADDRESS")]
    kiosk: Option<SocketAddr>,
    /// Fills the catalogue up to so many rewards, to try it at scale
    #[arg(long, value_name = "N")]
    rewards: Option<usize>,
    /// Adds a survey of so many questions, each with a condition, to try it at scale
    #[arg(long, value_name = "N")]
    survey_questions: Option<usize>,
    /// Leaves a feature out, to try clients against lesser backends; may be repeated
    #[arg(long, value_name = "FEATURE")]
    without: Vec<String>,
    /// How often codes may be asked for and tried; `relaxed` is for automated tests
    #[arg(long, value_enum, default_value_t = RateLimits::Strict)]
    rate_limits: RateLimits,
    /// Prints a code that enrols a kiosk of a store, and ends. It works once, within a day; the backend may run meanwhile
    #[arg(long, value_name = "STORE/NUMBER", requires = "database")]
    new_enrolment: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum RateLimits {
    Strict,
    Relaxed,
}

#[tokio::main]
async fn main() -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(std::io::stdout().is_terminal()).init();
    let arguments = Arguments::parse();
    let config = Config {
        database: arguments.database,
        programme: arguments.programme,
        clock: arguments.now.map_or_else(Clock::system, Clock::frozen),
        seed: arguments.seed,
        demo: arguments.demo,
        behind_proxy: arguments.behind_proxy,
        portal: arguments.portal,
        kiosk: arguments.kiosk,
        rewards: arguments.rewards,
        survey_questions: arguments.survey_questions,
        without: arguments.without,
        limits: match arguments.rate_limits {
            RateLimits::Strict => Limits::default(),
            RateLimits::Relaxed => Limits::relaxed(),
        },
    };
    if let Some(kiosk) = arguments.new_enrolment {
        let (store, number) = kiosk.split_once('/').context("a kiosk is named as STORE/NUMBER")?;
        println!("{}", Backend::open(&config)?.new_enrolment(store, number)?);
        return Ok(());
    }
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("listening on {}", arguments.listen))?;
    tracing::info!(programme = config.programme, address = %listener.local_addr()?, "serving");
    backend::serve_until(listener, config, async {
        // Without a handler for the signal there is nothing to wait for but the end of the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
    .await
}

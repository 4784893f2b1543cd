//! The reference backend as a program.

use anyhow::{Context, Result};
use backend::{Backend, Clock, Config, Limits, WechatSettings};
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
    #[command(flatten)]
    wechat: Wechat,
    /// Prints a code that enrols a kiosk of a store, and ends. It works once, within a day; the backend may run meanwhile
    #[arg(long, value_name = "STORE/NUMBER", requires = "database")]
    new_enrolment: Option<String>,
}

/// WeChat. Secrets come by the environment only, as WECHAT_SECRET and WECHAT_ACCOUNT_SECRET: everybody on the machine sees a command line.
#[derive(clap::Args)]
struct Wechat {
    /// The app id of the mini program; with --demo and without it a stand-in answers for WeChat
    #[arg(long, value_name = "ID", env = "WECHAT_APP_ID")]
    wechat_app_id: Option<String>,
    /// The app id of the official account, for pages opened without the mini program and for the JSSDK
    #[arg(long, value_name = "ID", env = "WECHAT_ACCOUNT_APP_ID", requires = "wechat_app_id")]
    wechat_account_app_id: Option<String>,
    /// Where WeChat's interface is, when it isn't https://api.weixin.qq.com
    #[arg(long, value_name = "URL", env = "WECHAT_API", requires = "wechat_app_id")]
    wechat_api: Option<String>,
    /// Where a browser agrees to be known, when it isn't at https://open.weixin.qq.com
    #[arg(long, value_name = "URL", env = "WECHAT_AUTHORIZE", requires = "wechat_app_id")]
    wechat_authorize: Option<String>,
    /// The chain's payment service, which signs for the merchant; without it nothing is paid in WeChat
    #[arg(long, value_name = "URL", env = "WECHAT_PAY", requires = "wechat_app_id")]
    wechat_pay: Option<String>,
}

impl Wechat {
    fn settings(self) -> Result<Option<WechatSettings>> {
        let secret = |name: &str| std::env::var(name).with_context(|| format!("{name} is not set"));
        let Some(app_id) = self.wechat_app_id else { return Ok(None) };
        let usual = WechatSettings::new(app_id, secret("WECHAT_SECRET")?);
        let account = self.wechat_account_app_id;
        Ok(Some(WechatSettings {
            account: account.map(|id| anyhow::Ok((id, secret("WECHAT_ACCOUNT_SECRET")?))).transpose()?,
            api: self.wechat_api.unwrap_or(usual.api),
            authorize: self.wechat_authorize.unwrap_or(usual.authorize),
            pay: self.wechat_pay,
            ..usual
        }))
    }
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
        wechat: arguments.wechat.settings()?,
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

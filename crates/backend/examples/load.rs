//! How fast home's data are answered when there are many members: the backend as a process of its own, over a database at the
//! size of a large chain, and this one keeping its connections busy. Each request is another member's. Prints one line of JSON
//! after `load: `; `cargo xtask bench` holds it against docs/budgets.json.

use anyhow::{Context, Result, ensure};
use axum::body::Bytes;
use axum::http::Request;
use axum::http::header::{ACCEPT_ENCODING, ACCEPT_LANGUAGE, COOKIE};
use backend::Crowd;
use clap::Parser;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Map, Value};
use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const PROGRAMME: &str = "coffee";
/// How many connections are kept busy, and what the figures are called.
const LOADS: [(usize, &str); 2] = [(1, "one"), (16, "sixteen")];
/// The other database is so many times smaller; its members have as long a history.
const SMALLER: usize = 1000;
const START: Duration = Duration::from_secs(60);
/// The databases take turns, so that whatever else the machine does meets both.
const ROUNDS: u32 = 6;
const WARMING: Duration = Duration::from_secs(2);
/// From one member to the next; a prime, so that everybody comes before anybody comes again.
const STRIDE: usize = 7_368_787;
/// What browsers accept.
const ENCODING: &str = "gzip, deflate, br";

/// How fast home's data are answered when there are many members.
#[derive(Parser)]
struct Arguments {
    /// How many members there are
    #[arg(long, default_value_t = 100_000)]
    members: usize,
    /// How many entries the ledger has, at least
    #[arg(long, default_value_t = 10_000_000)]
    entries: usize,
    /// For how long each figure is measured
    #[arg(long, default_value_t = 12)]
    seconds: u32,
    /// Where the filled databases are kept, for the next time
    #[arg(long, value_name = "DIR", default_value = "target/load")]
    directory: PathBuf,
}

/// A backend that ends when this is dropped.
struct Backend {
    process: Child,
    asked: Arc<Asked>,
}

impl Drop for Backend {
    fn drop(&mut self) {
        if self.process.kill().is_ok() {
            // Nothing is left to be done about one that does not end.
            let _ = self.process.wait();
        }
    }
}

/// What is asked of a backend.
struct Asked {
    overview: String,
    crowd: Crowd,
    next: AtomicUsize,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let program = build()?;
    let sizes = [
        ("small", arguments.members.div_ceil(SMALLER), arguments.entries.div_ceil(SMALLER)),
        ("full", arguments.members, arguments.entries),
    ];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut result = Map::new();
    let mut backends = Vec::new();
    for (name, members, entries) in sizes {
        let crowd = Crowd { programme: PROGRAMME.into(), members, entries };
        eprintln!("a database of {members} members and {entries} entries; a new one takes minutes");
        let begun = Instant::now();
        let path = crowd.ready(&arguments.directory)?;
        // Where it is asked all day, it is in memory.
        let bytes = io::copy(&mut File::open(&path)?, &mut io::sink())?;
        eprintln!("{} after {:.0} s", path.display(), begun.elapsed().as_secs_f64());
        result.insert(format!("{name}_bytes"), bytes.into());
        backends.push(runtime.block_on(Backend::start(&program, &path, crowd))?);
    }
    result.insert("members".into(), arguments.members.into());
    result.insert("entries".into(), arguments.entries.into());
    for backend in &backends {
        runtime.block_on(backend.measure(LOADS[1].0, WARMING))?;
    }
    for (connections, load) in LOADS {
        let span = Duration::from_secs(u64::from(arguments.seconds)) / ROUNDS;
        let mut all = [Measured::default(), Measured::default()];
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let mut medians = [0.0; 2];
            for ((backend, all), median) in backends.iter().zip(&mut all).zip(&mut medians) {
                let mut measured = runtime.block_on(backend.measure(connections, span))?;
                measured.times.sort_unstable();
                *median = measured.at(500);
                all.add(measured);
            }
            times.push(medians[1] / medians[0]);
        }
        for ((name, ..), mut measured) in sizes.into_iter().zip(all) {
            measured.tell(&format!("{load}_{name}"), &mut result);
        }
        times.sort_by(f64::total_cmp);
        result.insert(format!("{load}_times_small"), times[times.len() / 2].into());
    }
    println!("load: {}", Value::Object(result));
    Ok(())
}

/// The backend as it is delivered; it is beside this program, but may be an older one.
fn build() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments =
        ["build", "--quiet", "--locked", "-p", "backend", "--profile", "server", "--bin", "backend"];
    let status = Command::new(cargo).args(arguments).status().context("cargo")?;
    ensure!(status.success(), "the backend can't be built");
    let own = std::env::current_exe()?;
    let folder = own.parent().and_then(Path::parent).context("this program is in no folder of examples")?;
    Ok(folder.join(format!("backend{}", std::env::consts::EXE_SUFFIX)))
}

/// How long each answer took, and over how long they came.
#[derive(Default)]
struct Measured {
    times: Vec<Duration>,
    took: Duration,
}

impl Measured {
    fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.took += other.took;
    }

    /// So many of a thousand answers took at most as many microseconds, when the times are sorted.
    fn at(&self, permille: usize) -> f64 {
        let last = self.times.len().saturating_sub(1);
        self.times.get(last * permille / 1000).map_or(0.0, |time| time.as_secs_f64() * 1e6)
    }

    /// Puts the figures among the results.
    fn tell(&mut self, name: &str, result: &mut Map<String, Value>) {
        self.times.sort_unstable();
        let per_second = self.times.len() as f64 / self.took.as_secs_f64();
        for (figure, value) in [
            ("median_us", self.at(500)),
            ("p98_us", self.at(980)),
            ("p999_us", self.at(999)),
            ("requests_per_s", per_second),
            // The same, for a budget: the less, the better.
            ("answer_us", 1e6 / per_second),
        ] {
            result.insert(format!("{name}_{figure}"), value.round().into());
        }
    }
}

impl Backend {
    async fn start(program: &Path, database: &Path, crowd: Crowd) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let process = Command::new(program)
            .args(["--programme", PROGRAMME, "--now", Crowd::NOW, "--listen", &address, "--database"])
            .arg(database)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::inherit())
            .spawn()
            .with_context(|| program.display().to_string())?;
        let overview = format!("http://{address}/api/v1/me/overview");
        let backend = Self { process, asked: Arc::new(Asked { overview, crowd, next: AtomicUsize::new(0) }) };
        let begun = Instant::now();
        while let Err(error) = backend.asked.check().await {
            ensure!(begun.elapsed() < START, "the backend does not answer: {error:#}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(backend)
    }

    /// Keeps so many connections busy for a while.
    async fn measure(&self, connections: usize, span: Duration) -> Result<Measured> {
        let begun = Instant::now();
        let mut tasks = JoinSet::new();
        for _ in 0..connections {
            let asked = Arc::clone(&self.asked);
            tasks.spawn(async move { asked.keep_asking(begun + span).await });
        }
        let mut measured = Measured::default();
        while let Some(times) = tasks.join_next().await {
            measured.times.extend(times??);
        }
        measured.took = begun.elapsed();
        Ok(measured)
    }
}

impl Asked {
    /// Another member each time, as a browser asks; in an order that the database does not have.
    fn request(&self) -> Result<Request<Empty<Bytes>>> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let token = self.crowd.token(turn.wrapping_mul(STRIDE) % self.crowd.members);
        let request = Request::get(&self.overview).header(COOKIE, format!("session-{PROGRAMME}={token}"));
        let request = request.header(ACCEPT_LANGUAGE, "zh-CN").header(ACCEPT_ENCODING, ENCODING);
        Ok(request.body(Empty::new())?)
    }

    async fn check(&self) -> Result<()> {
        let mut request = self.request()?;
        request.headers_mut().remove(ACCEPT_ENCODING);
        let response = pool().request(request).await?;
        ensure!(response.status() == 200, "{}", response.status());
        let body: Value = serde_json::from_slice(&response.into_body().collect().await?.to_bytes())?;
        ensure!(body["me"]["id"].is_string() && body["points"]["available"].is_u64(), "{body}");
        Ok(())
    }

    /// How long each answer took, over one connection.
    async fn keep_asking(&self, end: Instant) -> Result<Vec<Duration>> {
        let pool = pool();
        let mut times = Vec::new();
        while Instant::now() < end {
            let request = self.request()?;
            let begun = Instant::now();
            let response = pool.request(request).await?;
            ensure!(response.status() == 200, "{}", response.status());
            response.into_body().collect().await?;
            times.push(begun.elapsed());
        }
        Ok(times)
    }
}

/// One connection that is kept.
fn pool() -> Client<HttpConnector, Empty<Bytes>> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}

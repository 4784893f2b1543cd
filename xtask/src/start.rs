//! `cargo xtask start`: the portal, and one seeded backend per programme, until Ctrl-C.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use crate::http;
use crate::portal::{self, Mode};
use crate::project::{Project, run as run_command};
use crate::tools;

/// The programmes, in the order of their ports.
pub(crate) const PROGRAMMES: [&str; 4] = ["coffee", "milk-tea", "sparkling", "ice-tea"];

/// Options of `start`.
#[derive(Args)]
pub(crate) struct Options {
    /// Build portal and backend without optimisation.
    #[arg(long)]
    debug: bool,
    /// Freeze the clock, for instance at 2026-08-12T08:58:00Z. Databases are then kept apart from the ordinary ones.
    #[arg(long, value_name = "RFC 3339")]
    now: Option<String>,
    /// The port of the first programme; the others follow.
    #[arg(long, value_name = "PORT", default_value_t = 8101)]
    port_base: u16,
    /// Forget what was done in the databases and seed them again.
    #[arg(long)]
    fresh: bool,
}

/// Builds what changed and runs the four backends.
///
/// # Errors
/// When a tool, the build or a backend fails.
pub(crate) fn run(project: &Project, options: &Options) -> anyhow::Result<()> {
    for index in 0..PROGRAMMES.len() {
        let address = address(options, index)?;
        TcpListener::bind(address).with_context(|| {
            format!("{address} is taken: stop what runs there, or give another --port-base")
        })?;
    }
    let mode = if options.debug { Mode::Dev } else { Mode::Release };
    tools::ensure(project, mode.need())?;
    portal::build(project, mode)?;
    let backend = build_backend(project, options.debug)?;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(project, options, &backend))
}

/// Compiles the backend and says where it is.
///
/// # Errors
/// When it does not compile.
pub(crate) fn build_backend(project: &Project, debug: bool) -> anyhow::Result<PathBuf> {
    let (profile, folder) = if debug { ("dev", "debug") } else { ("server", "server") };
    println!("building the backend (the first time 2-4 minutes on two cores)");
    run_command(project.command("cargo").args([
        "build",
        "--locked",
        "-p",
        "backend",
        "--bin",
        "backend",
        "--profile",
        profile,
    ]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| project.path("target"), PathBuf::from);
    Ok(target.join(folder).join("backend"))
}

/// Waits until a backend answers for its programme; `alive` fails when there is nothing left to wait for.
///
/// # Errors
/// When it does not answer within a minute, or `alive` fails.
pub(crate) fn wait_for(at: SocketAddr, mut alive: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        alive()?;
        match http::ask(at, "GET", "/api/v1/programme", None) {
            Ok(answer) if answer.status == 200 => return Ok(()),
            _ if begun.elapsed() < Duration::from_secs(60) => thread::sleep(Duration::from_millis(50)),
            Ok(answer) => bail!("{at} answers {}: {}", answer.status, answer.body),
            Err(error) => return Err(error.context(format!("{at} does not answer"))),
        }
    }
}

/// Where a browser can be a kiosk while it is a phone at the programme's own address: the port is ten above.
fn kiosk_of(at: SocketAddr) -> SocketAddr {
    SocketAddr::new(at.ip(), at.port().saturating_add(10))
}

fn address(options: &Options, index: usize) -> anyhow::Result<SocketAddr> {
    let port = options.port_base.checked_add(u16::try_from(index)?).context("--port-base is too large")?;
    Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}

async fn serve(project: &Project, options: &Options, backend: &std::path::Path) -> anyhow::Result<()> {
    fs::create_dir_all(project.path("data"))?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut children = Vec::new();
    for (index, programme) in PROGRAMMES.iter().enumerate() {
        children.push(spawn(project, options, backend, programme, address(options, index)?)?);
    }
    let mut addresses = Vec::new();
    for (index, child) in children.iter_mut().enumerate() {
        let at = address(options, index)?;
        wait_for(at, || still_runs(child, PROGRAMMES[index]))?;
        addresses.push(at);
    }
    print_table(project, &addresses)?;
    loop {
        tokio::select! {
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
            () = tokio::time::sleep(Duration::from_millis(500)) => {
                for (child, programme) in children.iter_mut().zip(PROGRAMMES) {
                    still_runs(child, programme)?;
                }
            }
        }
    }
    println!("\nstopping");
    Ok(())
}

fn still_runs(child: &mut Child, programme: &str) -> anyhow::Result<()> {
    match child.try_wait()? {
        None => Ok(()),
        Some(status) => bail!("the backend of {programme} stopped by itself ({status}); its reason is above"),
    }
}

fn spawn(
    project: &Project,
    options: &Options,
    backend: &std::path::Path,
    programme: &str,
    at: SocketAddr,
) -> anyhow::Result<Child> {
    let suffix = options.now.as_ref().map_or_else(String::new, |now| format!("-{}", now.replace(':', "")));
    let database = format!("data/{programme}{suffix}.sqlite");
    if options.fresh {
        for file in [database.clone(), format!("{database}-wal"), format!("{database}-shm")] {
            let _ = fs::remove_file(project.path(file));
        }
    }
    let mut args = vec!["--programme".to_owned(), programme.to_owned(), "--database".to_owned(), database];
    args.extend(["--listen".to_owned(), at.to_string(), "--portal".to_owned(), "dist".to_owned()]);
    args.extend(["--kiosk".to_owned(), kiosk_of(at).to_string(), "--demo".to_owned()]);
    args.push("--seed".to_owned());
    if let Some(now) = &options.now {
        args.extend(["--now".to_owned(), now.clone()]);
    }
    println!("$ backend {}", args.join(" "));
    Command::new(backend)
        .args(args)
        .current_dir(&project.root)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("starting {}", backend.display()))
}

fn print_table(project: &Project, addresses: &[SocketAddr]) -> anyhow::Result<()> {
    println!("\nThe portal is running. Open an address in a phone-sized browser window.\n");
    for (programme, at) in PROGRAMMES.iter().zip(addresses) {
        let file = project.path(format!("crates/backend/seeds/{programme}.json"));
        let seed: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
        println!("{} ({programme})", seed["name"]["zh-CN"].as_str().unwrap_or(programme));
        println!("    mobile, WeChat  http://{at}/");
        println!("    WeChat's entry  http://{at}/demo/wechat");
        println!(
            "    kiosk           http://{}/kiosk/enrol  and type {}",
            kiosk_of(*at),
            enrolment_code(*at)?
        );
        for member in seed["members"].as_array().into_iter().flatten() {
            println!(
                "    {}  {}  {}",
                member["phone"].as_str().unwrap_or_default(),
                member["display_name"].as_str().unwrap_or_default(),
                persona(member["persona"].as_str().unwrap_or_default()),
            );
        }
    }
    println!(
        "\nWeChat knows the mobile address by its user agent; its entry stands in for the mini program and signs in without it. The kiosk address makes a browser a kiosk by the code beside it, which\n\
         works once; the browser is the kiosk from then on, and `--fresh` makes it forget. There are new codes at each start.\n\
         Sign in with a phone number above (any other joins as a new member). The code of the text message is printed\n\
         below when it is asked for. Databases are in data/; `--fresh` seeds them again. Ctrl-C stops all four.\n"
    );
    Ok(())
}

/// A code that enrols a kiosk of the programme's first store.
fn enrolment_code(at: SocketAddr) -> anyhow::Result<String> {
    let made = http::ask(at, "POST", "/demo/enrolment-codes", Some("{}"))?.json()?;
    made["enrolment_code"].as_str().map(str::to_owned).with_context(|| format!("no code: {made}"))
}

fn persona(id: &str) -> &str {
    match id {
        "at_risk" => "about to be downgraded",
        "three_expiries" => "points that expire on three dates",
        "new" => "new, with nothing yet",
        other => other,
    }
}

//! The contract file itself, and the reference backend against it.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Stdio};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::http;
use crate::project::{Project, run};
use crate::start;
use crate::tools;

/// The contract names the cookies as they are over HTTPS.
const HTTPS: &str = "X-Forwarded-Proto: https";

/// The frozen time of every end-to-end and contract test.
pub(crate) const NOW: &str = "2026-08-12T08:58:00Z";

const PROGRAMME: &str = "coffee";
/// They end the session that all other operations are tried with, so they come last, each with a session of its own.
const ENDING: [&str; 3] = ["deleteSession", "deleteCurrentSession", "deleteAllSessions"];
/// They stand beside the base and answer with pages and redirects; the backend's own tests try them.
const PAGES: [&str; 3] = ["enterFromWechat", "authorizeInWechat", "finishWechatAuthorization"];
/// They find nothing by a code that is made up, so they have a pass more, with the code of a device that asks.
const PAIRING: [&str; 3] =
    ["getDeviceAuthorization", "approveDeviceAuthorization", "denyDeviceAuthorization"];

/// Lints api/openapi.yaml.
///
/// # Errors
/// When redocly finds an error or a warning.
pub(crate) fn lint(project: &Project) -> anyhow::Result<()> {
    let mut redocly = project.command("redocly");
    redocly.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    redocly.args(["lint", "api/openapi.yaml", "--format", "stylish", "--max-problems", "50"]);
    for config in ["redocly.yaml", "api/redocly.yaml"] {
        if project.path(config).is_file() {
            redocly.args(["--config", config]);
        }
    }
    run(&mut redocly)
}

/// Runs schemathesis over the implemented operations of a freshly seeded backend, deterministically.
///
/// # Errors
/// When it finds anything, or the backend does not start.
pub(crate) fn fuzz(project: &Project, examples: u32) -> anyhow::Result<()> {
    let work = project.path("target/schemathesis");
    fs::create_dir_all(&work)?;
    let program = start::build_backend(project, true)?;
    let backend = Backend::start(project, &program)?;
    let device = enrol(backend.at)?;
    let user_code = begin_sign_in(backend.at, &device)?;
    let mut passes = vec![(Vec::new(), None), (PAIRING.to_vec(), Some(("path.user_code", user_code)))];
    passes.extend(ENDING.map(|operation| (vec![operation], None)));
    let mut found = Vec::new();
    for (pass, (only, known)) in passes.iter().enumerate() {
        let (token, member) = sign_in(project, backend.at, pass)?;
        // An id that is made up would be another member's, and nothing but 401.
        let mut known: Vec<_> = known.iter().cloned().collect();
        known.push(("header.X-Member-Id", member));
        fs::write(work.join("schemathesis.toml"), settings(&token, &device, &known))?;
        let mut fuzzer = project.command(tools::schemathesis(project));
        fuzzer
            .current_dir(&work)
            .env("PYTHONHASHSEED", "0")
            .arg("run")
            .arg(project.path("api/openapi.yaml"))
            .args(["--url", &format!("http://{}/api/v1", backend.at)])
            .args(["--checks", "all", "--phases", "examples,coverage,fuzzing", "--workers", "1"])
            .args(["--max-examples", &examples.to_string(), "--generation-deterministic"])
            .args(["--request-timeout", "10", "--no-color"])
            .args(["--report", "junit", "--report-junit-path", &format!("pass-{pass}.xml")])
            .args(["--header", "X-Member-Portal: 1", "--header", HTTPS]);
        if only.is_empty() {
            fuzzer.args(["--include-by", "/x-implemented == true"]).args(
                ENDING.iter().chain(&PAGES).flat_map(|operation| ["--exclude-operation-id", operation]),
            );
        } else {
            fuzzer.args(only.iter().flat_map(|operation| ["--include-operation-id", operation]));
        }
        if let Err(error) = run(&mut fuzzer) {
            found.push(error.to_string());
        }
    }
    if !found.is_empty() {
        bail!("schemathesis found something in {} of {} passes (see above)", found.len(), passes.len());
    }
    Ok(())
}

/// How schemathesis signs in and is a device, and which answers to well-formed requests the contract itself asks for: a stale
/// `If-Match` is 412, a missing one 428, a key with another body or a cursor of another list 422, and a poll that isn't
/// over 400.
fn settings(token: &str, device: &str, known: &[(&str, String)]) -> String {
    let good = r#""2xx", "3xx", "401", "403", "404", "409", "412", "422", "429""#;
    let known: String = known.iter().map(|(name, value)| format!("\"{name}\" = \"{value}\"\n")).collect();
    format!(
        "[parameters]\n{known}\n[auth.openapi.bearerToken]\nbearer = \"{token}\"\n\n[auth.openapi.deviceCookie]\napi_key = \"{device}\"\n\n\
         [checks]\npositive_data_acceptance.expected-statuses = [{good}]\n\
         missing_required_header.expected-statuses = [\"400\", \"401\", \"403\", \"406\", \"422\", \"428\"]\n\n\
         [[operations]]\ninclude-operation-id = \"pollDeviceAuthorization\"\n\
         checks.positive_data_acceptance.expected-statuses = [{good}, \"400\"]\n"
    )
}

struct Backend {
    child: Child,
    at: SocketAddr,
}

impl Backend {
    fn start(project: &Project, program: &std::path::Path) -> anyhow::Result<Self> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let at = free.local_addr()?;
        drop(free);
        let log = File::create(project.path("target/schemathesis/backend.log"))?;
        let mut command = project.command(program);
        command.args(["--programme", PROGRAMME, "--database", ":memory:", "--seed", "--demo", "--now", NOW]);
        command.args(["--listen", &at.to_string(), "--rate-limits", "relaxed", "--behind-proxy"]);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut backend = Self { child: command.spawn()?, at };
        start::wait_for(at, || match backend.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("the backend stopped ({status}): see target/schemathesis/backend.log"),
        })?;
        Ok(backend)
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Signs in as a demo member, each pass as another one: some passes end every session of theirs. The token and the member's id.
fn sign_in(project: &Project, at: SocketAddr, pass: usize) -> anyhow::Result<(String, String)> {
    let seed: Value = serde_json::from_str(&fs::read_to_string(
        project.path(format!("crates/backend/seeds/{PROGRAMME}.json")),
    )?)?;
    let known = seed["members"][pass]["phone"].as_str().map(str::to_owned);
    let phone = known.unwrap_or_else(|| format!("1380013{:04}", 9000 + pass));
    let ask = json!({ "phone": phone }).to_string();
    let sent = http::ask(at, "POST", "/api/v1/sessions/sms-codes", Some(&ask))?;
    let code = sent.header("x-demo-code").with_context(|| format!("no demo code: {}", sent.body))?;
    let create =
        json!({ "phone": phone, "code": code, "terms_version": seed["terms_version"], "mode": "bearer" });
    let session = http::ask(at, "POST", "/api/v1/sessions", Some(&create.to_string()))?.json()?;
    let token = session["token"].as_str().with_context(|| format!("no token: {session}"))?;
    let me = http::ask_with(at, "GET", "/api/v1/me", &[&format!("Authorization: Bearer {token}")], None)?
        .json()?;
    let id = me["id"].as_str().with_context(|| format!("no id: {me}"))?;
    Ok((token.to_owned(), id.to_owned()))
}

/// Enrols a device by a code of the demonstration; its cookie's value.
fn enrol(at: SocketAddr) -> anyhow::Result<String> {
    let code = http::ask(at, "POST", "/demo/enrolment-codes", Some("{}"))?.json()?["enrolment_code"].clone();
    let body = json!({ "enrolment_code": code }).to_string();
    let key = "Idempotency-Key: 5b0f2c1e-7d64-4c0e-9a35-0f6b7b1d2a10";
    let made = http::ask_with(at, "POST", "/api/v1/devices/enrolments", &[HTTPS, key], Some(&body))?;
    let cookie = made.header("set-cookie").and_then(|cookie| cookie.strip_prefix("__Host-device="));
    let value = cookie.and_then(|cookie| cookie.split(';').next());
    value.map(str::to_owned).with_context(|| format!("not enrolled: {}", made.body))
}

/// Lets a device ask to be signed in; the code that it shows.
fn begin_sign_in(at: SocketAddr, device: &str) -> anyhow::Result<String> {
    let cookie = format!("Cookie: __Host-device={device}");
    let begun =
        http::ask_with(at, "POST", "/api/v1/sessions/device-authorizations", &[HTTPS, &cookie], None)?
            .json()?;
    begun["user_code"].as_str().map(str::to_owned).with_context(|| format!("no code: {begun}"))
}

//! Runs Lighthouse over the built portal and the reference pages of `bench/`, all served alike by the reference backend, and
//! prints the medians as one line of JSON after `lighthouse: `. `cargo xtask bench` has built the pages and holds the figures
//! against docs/budgets.json. The first argument says how often, the second one where the reference pages are.

use std::io::{Seek, Write};
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use backend::Config;
use portal_tests::backend::{Backend, config, phone};
use portal_tests::contract::BASE;
use portal_tests::http::Api;
use portal_tests::project;
use serde_json::{Map, Value, json};
use tokio::process::Command;

const PROGRAMME: &str = "coffee";
const RUNS: u32 = 5;
/// Under which the kiosk is enrolled.
const KEY: &str = "6f0d1c1e-5a43-4a1f-9d6c-0d5c1f2b3a4d";
/// What each page's medians are held against, or are printed for.
const FIGURES: [&str; 9] = [
    "performance",
    "fcp_ms",
    "lcp_ms",
    "tbt_ms",
    "tti_ms",
    "cls",
    "requests",
    "transfer_bytes",
    "heap_bytes",
];
const QUALITY: [&str; 3] = ["accessibility", "best_practices", "seo"];

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let runs = arguments.next().map(|one| one.parse::<u32>().context(one)).transpose()?.unwrap_or(RUNS);
    let reference = arguments.next().map_or_else(|| project("target/reference"), PathBuf::from);

    let portal = Backend::start_with_portal(PROGRAMME).await?;
    let member = cookie(&portal).await?;
    let kiosk = Api::new(&portal.origin).enrol(&portal.enrolment_code().await?, KEY).await?;
    let kiosk = header(&kiosk)?;
    let mut pages = vec![
        page("home", &portal.origin, "/", &member, false),
        page("home_repeat", &portal.origin, "/", &member, true),
        page("rewards", &portal.origin, "/rewards", &member, false),
        page("survey", &portal.origin, "/surveys/store-visit", &member, false),
        page("kiosk", &portal.origin, "/sign-in", &kiosk, false),
    ];
    // A kiosk signs out whoever was there, which nobody was, and asks whether a member agreed yet (RFC 8628).
    let refused = json!({
        format!("{BASE}/sessions/current"): 401,
        format!("{BASE}/sessions/device-authorizations/poll"): 400,
    });
    for page in pages.iter_mut().filter(|page| page["name"] == "kiosk") {
        page["refused"] = refused.clone();
    }
    // Where each request waits for its own time, as on a real network.
    for name in ["home", "rewards", "survey", "kiosk"] {
        let mut same = pages.iter().find(|page| page["name"] == name).cloned().context(name)?;
        same["name"] = json!(format!("{name}_devtools"));
        same["throttling"] = json!("devtools");
        pages.push(same);
    }
    let mut references = Vec::new();
    for name in ["preact", "vue"] {
        let folder = Some(reference.join(name));
        let backend = Backend::start_with(Config { portal: folder, ..config(PROGRAMME)? }).await?;
        pages.push(page(name, &backend.origin, "/", &cookie(&backend).await?, false));
        references.push(backend);
    }
    let plan = json!({ "chromium": "/usr/bin/chromium", "runs": runs, "pages": pages });
    println!("lighthouse: {}", told(&measure(&plan).await?)?);
    Ok(())
}

fn page(name: &str, origin: &str, path: &str, cookie: &str, repeat: bool) -> Value {
    // Simulated throttling doesn't know what a worker answers.
    let throttling = if repeat { "devtools" } else { "simulate" };
    json!({ "name": name, "url": format!("{origin}{path}"), "cookie": cookie, "throttling": throttling, "repeat": repeat })
}

/// A member's session, as a browser keeps it.
async fn cookie(backend: &Backend) -> Result<String> {
    let api = Api::new(&backend.origin);
    let phone = phone(PROGRAMME, "three_expiries")?;
    let sent = api.post("/sessions/sms-codes", &json!({ "phone": phone })).await?;
    let code = sent.header("x-demo-code").context("no X-Demo-Code")?;
    let terms = api.get("/programme").await?.json()?["terms_version"].clone();
    let made =
        api.post("/sessions", &json!({ "phone": phone, "code": code, "terms_version": terms })).await?;
    ensure!(made.status == 201, "{}", made.text());
    header(&api.with_cookie(&made))
}

fn header(api: &Api) -> Result<String> {
    let cookie = api.headers.iter().find(|(name, _)| name == "Cookie");
    Ok(cookie.context("no cookie")?.1.clone())
}

async fn measure(plan: &Value) -> Result<Value> {
    let mut input = tempfile::tempfile()?;
    input.write_all(plan.to_string().as_bytes())?;
    input.rewind()?;
    let mut node = Command::new("node");
    node.arg(project("bench/lighthouse.mjs")).stdin(input).stdout(Stdio::piped());
    let output = node.kill_on_drop(true).spawn().context("node")?.wait_with_output().await?;
    if !output.status.success() {
        bail!("bench/lighthouse.mjs failed ({})", output.status);
    }
    let text = String::from_utf8(output.stdout)?;
    let line = text.lines().find_map(|line| line.strip_prefix("lighthouse: ")).context("no result")?;
    Ok(serde_json::from_str(line)?)
}

/// `<page>_<figure>` for each, what is missing to a hundred where nothing may be, and home beside the reference pages.
fn told(medians: &Value) -> Result<Value> {
    let mut all = Map::new();
    for (page, figures) in medians.as_object().context("no pages")? {
        for figure in FIGURES {
            ensure!(figures[figure].is_number(), "{page} has no {figure}");
            all.insert(format!("{page}_{figure}"), figures[figure].clone());
        }
        let missing: f64 =
            QUALITY.iter().map(|name| 100.0 - figures[name].as_f64().unwrap_or_default()).sum();
        all.insert(format!("{page}_missing"), json!(missing));
        println!("{page}: {figures}");
    }
    let of =
        |page: &str, figure: &str| medians[page][figure].as_f64().with_context(|| format!("{page} {figure}"));
    // Not a ratio: in a quiet hour the reference page blocks nothing.
    let beyond = of("home", "tbt_ms")? - of("preact", "tbt_ms")?;
    all.insert("home_tbt_beyond_preact_ms".to_owned(), json!(beyond.max(0.0)));
    for reference in ["preact", "vue"] {
        for figure in ["fcp_ms", "lcp_ms", "tti_ms", "transfer_bytes"] {
            let ratio = of("home", figure)? / of(reference, figure)?;
            let name = figure.trim_end_matches("_ms").trim_end_matches("_bytes");
            all.insert(format!("home_{name}_to_{reference}"), json!((ratio * 100.0).round() / 100.0));
        }
    }
    Ok(Value::Object(all))
}

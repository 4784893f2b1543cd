//! W7: the page is asked for again each time, files that are named by their content are kept for a year, and what is not there
//! is no page.

use anyhow::{Context, Result, ensure};
use http_body_util::Full;
use hyper::Request;
use portal_tests::dist::Dist;
use portal_tests::http::{Answer, exchange, pool};
use portal_tests::page::Page;

use super::Stand;

const YEAR: &str = "public, max-age=31536000, immutable";
/// Screens are the page; these are asked for again as well.
const PAGES: [&str; 4] = ["/", "/index.html", "/rewards", "/vouchers/1"];
const LOOSE: [&str; 3] = ["/config.json", "/manifest.webmanifest", "/robots.txt"];
/// They are there once the portal can be installed and runs where there is no WebAssembly.
const NEW: [&str; 4] = ["/sw.js", "/plain.html", "/plain.js", "/jweixin.js"];

async fn get(page: &Page<'_>, path: &str) -> Result<Answer> {
    let request = Request::get(format!("{}{path}", page.proxy.origin)).body(Full::default())?;
    exchange(&pool(), request).await
}

pub(super) async fn walk(stand: &mut Stand<'_>) -> Result<()> {
    let page = &mut stand.page;
    page.proxy.serve("/jweixin.js", None);
    for path in PAGES {
        let answer = get(page, path).await?;
        page.same(&format!("W7: {path}"), &answer.header("cache-control"), &Some("no-cache"));
        let policy = answer.header("content-security-policy").unwrap_or_default();
        let strict =
            policy.contains("script-src 'self' 'wasm-unsafe-eval'") && !policy.contains("unsafe-inline");
        page.same(&format!("W7: the policy of {path}"), &(strict, policy), &(true, policy));
    }
    for path in LOOSE.iter().chain(&NEW) {
        let answer = get(page, path).await?;
        page.same(
            &format!("W7: {path}"),
            &(answer.status, answer.header("cache-control")),
            &(200, Some("no-cache")),
        );
    }
    let dist = Dist::copy()?;
    let mut kept = 0;
    for name in dist.files()? {
        let answer = get(page, &format!("/{name}")).await?;
        if answer.header("cache-control") == Some(YEAR) {
            kept += 1;
            ensure!(name.contains('-'), "W7: {name} is kept and not named by its content");
        }
        let kind = answer.header("content-type").unwrap_or_default().to_owned();
        let code = [".js", ".wasm", ".css"].iter().any(|end| name.ends_with(end));
        page.same(&format!("W7: {name} is HTML"), &(code && kind.starts_with("text/html")), &false);
        if name.ends_with(".wasm") {
            page.same(&format!("W7: the kind of {name}"), &kind, &"application/wasm".to_owned());
        }
    }
    page.same("W7: files that are kept for a year", &(kept >= 3, kept), &(true, kept));
    let glue = dist.files()?.into_iter().find(|name| name.ends_with(".wasm")).context("no module")?;
    for gone in [glue.replace(".wasm", "0.wasm"), "gone-0123456789abcdef.js".to_owned()] {
        let answer = get(page, &format!("/{gone}")).await?;
        let html = answer.header("content-type").unwrap_or_default().starts_with("text/html");
        page.same(&format!("W7: {gone}, which is not there"), &(answer.status, html), &(404, false));
    }
    Ok(())
}

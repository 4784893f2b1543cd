//! The diagnostic build tells where a panic is, in three engines. `PORTAL_DIST` names that build.

#![allow(clippy::unwrap_used, clippy::panic)]

use anyhow::{Result, ensure};
use member_portal::i18n::Locale;
use portal_tests::backend::{Backend, phone};
use portal_tests::dist::Dist;
use portal_tests::driver::{Browser, Engine};
use portal_tests::page::Page;
use portal_tests::proxy::Proxy;

const PROGRAMME: &str = "coffee";

/// Keeps what the console is told.
const LISTEN: &str = "
    window.said = [];
    const error = console.error;
    console.error = (...all) => { window.said.push(all.join(' ')); error.apply(console, all); };";

async fn fault(engine: Engine) -> Result<()> {
    let dist = Dist::copy()?;
    dist.begin_with("listen.js", LISTEN)?;
    let config =
        backend::Config { portal: Some(dist.path().to_owned()), ..portal_tests::backend::config(PROGRAMME)? };
    let backend = Backend::start_with(config).await?;
    let proxy = Proxy::start(&backend.origin).await?;
    let browser = Browser::open(engine).await?;
    let outcome = told(&browser, &proxy).await;
    browser.close().await;
    outcome
}

async fn told(browser: &Browser, proxy: &Proxy) -> Result<()> {
    let page = Page::begin(browser, proxy, "diagnostic", Locale::ZhCn).await?;
    page.sign_in(&phone(PROGRAMME, "three_expiries")?).await?;
    // Cut into parts as the release is.
    page.open("/rewards").await?;
    page.see(".rgrid .rw").await?;
    page.client().goto(&format!("{}/#planted-panic", proxy.origin)).await?;
    page.see("#fail:not([hidden])").await?;
    let said = page.script("return window.said.join('\\n')", vec![]).await?;
    let said = said.as_str().unwrap_or_default();
    let message = said.contains("a planted fault") && said.contains("src/app/planted.rs");
    ensure!(message, "no message with its place: {said}");
    let stack = said.split_once("Stack:").map(|(_, stack)| stack).unwrap_or_default();
    ensure!(stack.contains("planted_fault"), "the stack doesn't name the function: {said}");
    println!("{}: {said}", browser.engine.name());
    Ok(())
}

fn run(engine: Engine) {
    if !engine.is_wanted() {
        println!("{} is not wanted", engine.name());
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(fault(engine)).unwrap_or_else(|error| panic!("{}: {error:#}", engine.name()));
}

#[test]
fn chromium_tells_where_it_panicked() {
    run(Engine::Chromium);
}

#[test]
fn firefox_tells_where_it_panicked() {
    run(Engine::Firefox);
}

#[test]
fn webkit_tells_where_it_panicked() {
    run(Engine::Webkit);
}

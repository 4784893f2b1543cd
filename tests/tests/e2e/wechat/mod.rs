//! Inside WeChat, as far as it can be had here (W1 to W8): its user agents, its environment, a JSSDK that behaves as asked, and
//! nothing that its web view lacks. W9, the host, has tests of its own in `hosts/wechat-mini-program`.

mod w1_ticket;
mod w2_bridge;
mod w3_handoff;
mod w4_signature;
mod w5_boot;
mod w6_keyboard;
mod w7_headers;
mod w8_without;

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use member_portal::i18n::Locale;
use portal_tests::driver::{Browser, Engine};
use portal_tests::http::Api;
use portal_tests::lacking::{self, Lacking};
use portal_tests::page::Page;
use portal_tests::proxy::Proxy;
use portal_tests::wechat::{Manner, environment};
use serde_json::{Value, json};

use crate::hooked::{Hooked, LOADS, begin_with, jssdk};
use crate::journey::Member;
use crate::step;

/// Signs what the development gateway signs with.
const TICKET: &str = "development-jsapi-ticket";
/// What its web view on iOS lacks.
const LACKS: [Lacking; 4] = [Lacking::ServiceWorker, Lacking::Share, Lacking::WebAuthn, Lacking::WakeLock];

/// The stand-in of the JSSDK has to know where the page was entered.
const ENTRY: &str = "window.__entry = location.href;";

/// A member in WeChat.
pub(crate) struct Stand<'a> {
    pub(crate) page: Page<'a>,
    pub(crate) hooked: &'a Hooked,
    pub(crate) member: Member,
    /// Stands for a person's code of `wx.login`.
    login: String,
}

/// What a page begins with here, and after that `more`; WeChat's own browser has no environment.
fn first(environment: &str, more: &str) -> String {
    format!("{LOADS}\n{environment}\n{}\n{more}", lacking::script(&LACKS))
}

/// All of it in one browser; each walk has an origin of its own.
pub(crate) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let hooked = Hooked::set("coffee").await?;
    let mut findings = Vec::new();
    macro_rules! then {
        ($name:literal, $walk:path) => {
            findings.extend(on_a_stand(browser, &hooked, $name, async |stand| $walk(stand).await).await);
        };
    }
    then!("W1", w1_ticket::walk);
    then!("W5", w5_boot::walk);
    then!("W7", w7_headers::walk);
    // No WeChat is made of this engine: that the page boots and is let in is enough.
    if browser.engine == Engine::Firefox {
        return Ok(findings);
    }
    then!("W2", w2_bridge::walk);
    then!("W3", w3_handoff::walk);
    then!("W4", w4_signature::walk);
    then!("W6", w6_keyboard::walk);
    then!("W8", w8_without::walk);
    Ok(findings)
}

/// What another platform's WeChat does otherwise.
pub(crate) async fn on_android(browser: &Browser) -> Result<Vec<String>> {
    let hooked = Hooked::set("coffee").await?;
    Ok(on_a_stand(browser, &hooked, "W4", async |stand| w4_signature::android(stand).await).await)
}

async fn on_a_stand(
    browser: &Browser,
    hooked: &Hooked,
    name: &str,
    walk: impl AsyncFn(&mut Stand<'_>) -> Result<()>,
) -> Vec<String> {
    let begun = Instant::now();
    let engine = browser.engine.name();
    let label = format!("wechat-{}", name.to_lowercase());
    let whole = async {
        let proxy = Proxy::start(&hooked.backend.origin).await?;
        begin_with(&proxy, &first(environment(), ""));
        jssdk(&proxy, &Manner::default().script());
        let page = Page::begin(browser, &proxy, &label, Locale::ZhCn).await?;
        let member = Member::of(&hooked.backend, "coffee", "at_risk").await?;
        let login = format!("dev-{engine}-{name}");
        let mut stand = Stand { page, hooked, member, login };
        let outcome = walk(&mut stand).await;
        stand.page.proxy.heal();
        step(&mut stand.page, name, outcome).await;
        anyhow::Ok(stand.page.findings())
    };
    let found = whole.await.unwrap_or_else(|error| vec![format!("{engine} wechat {name}: {error:#}")]);
    println!("    {engine} wechat {name}: {:.0} s", begun.elapsed().as_secs_f64());
    found
}

impl Stand<'_> {
    /// A ticket of the member, as the host mini program gets it: at the first time with the number that WeChat tells.
    pub(crate) async fn ticket(&self) -> Result<String> {
        let api = Api::new(&self.hooked.backend.origin);
        let mut made = api.post("/wechat/tickets", &json!({ "code": self.login })).await?;
        if made.status == 409 {
            let terms = api.get("/programme").await?.json()?["terms_version"].clone();
            let phone = format!("phone-{}", self.member.phone);
            let body = json!({ "code": self.login, "phone_code": phone, "terms_version": terms });
            made = api.post("/wechat/tickets", &body).await?;
        }
        ensure!(made.status == 201, "the ticket: {} {}", made.status, made.text());
        made.json()?["ticket"].as_str().map(str::to_owned).context("no ticket")
    }

    /// Comes in by a ticket, as the web view does.
    pub(crate) async fn enter(&self, to: &str) -> Result<String> {
        let ticket = self.ticket().await?;
        let to: String = to.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let address = format!("{}/wx/enter?ticket={ticket}&to={to}", self.page.proxy.origin);
        self.page.client().goto(&address).await?;
        Ok(ticket)
    }

    /// From here on pages get a JSSDK of this manner.
    pub(crate) fn behaves(&self, manner: &Manner) {
        jssdk(self.page.proxy, &manner.script());
    }

    /// From here on pages begin with this after what WeChat puts there.
    pub(crate) fn begins(&self, more: &str) {
        begin_with(self.page.proxy, &first(environment(), more));
    }

    /// From here on pages are in WeChat's own browser, without a mini program, and begin with this.
    pub(crate) fn outside(&self, more: &str) {
        begin_with(self.page.proxy, &first(ENTRY, more));
    }

    /// Waits until a page has told of `what` more often than `before`; gives the last of them.
    pub(crate) async fn told(&self, what: &str, before: usize) -> Result<Value> {
        for _ in 0..150 {
            let mut all = self.page.proxy.told(what);
            if all.len() > before {
                return Ok(all.pop().unwrap_or_default());
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        anyhow::bail!("nothing was told of {what}")
    }
}

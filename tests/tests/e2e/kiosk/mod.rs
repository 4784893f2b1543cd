//! The store's shared screen: enrolled once, then signed in at by its three ways, used and wiped, over and over.
//!
//! Every full page load at a kiosk begins with a sign-out, so a member's screens are reached by pressing what leads there.

mod k1_nothing_kept;
mod k2_idle;
mod k3_phone;
mod k4_scanner;
mod k5_touch;
mod k6_watchdog;
mod k7_offline;
mod marks;
pub(crate) mod phone;
mod visit;
pub(crate) mod wide;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use member_portal::i18n::{Locale, key, t};
use portal_tests::backend::{Backend, now_by_hand};
use portal_tests::driver::Browser;
use portal_tests::page::Page;
use portal_tests::proxy::Proxy;
use serde_json::{Value, json};

use crate::journey::Member;
use crate::step;

use self::marks::Marks;

/// Nobody else is called that.
const NAME: &str = "Quillon 琥珀 7351";
const PERSONA: &str = "three_expiries";
/// A member code is good once, and there is another one a minute later.
const MINUTE_MS: i64 = 60_000;
/// The code that a phone scans.
const CODE: &str = ".k-qr svg.qr";
/// What stands there once the backend has told of the device.
const OFFERS: &str = ".k-offers li.on";
/// A page with matrices, scales, lists and fields of every kind.
const SURVEY: &str = "service-check";
const FIELD: &str = "main.q textarea";
const SEND: &str = ".foot .btn:not(.foot__back)";
const PAGES: usize = 12;

/// What can be touched and is smaller than a finger: 44 px each way (WCAG 2.2, 2.5.5), 60 on the keypads.
const SMALL: &str = "
    const box = (one) => (one.closest('label') || one).getBoundingClientRect();
    return [...document.querySelectorAll('a, button, select, textarea, input, [role=button], summary')]
        .filter((one) => one.getClientRects().length > 0 && !one.disabled && !one.closest('#fail'))
        .filter((one) => Math.min(box(one).width, box(one).height) < (one.closest('.keypad, .k-letters') ? 59.5 : 43.5))
        .map((one) => one.tagName + '.' + one.className + ' ' + one.textContent.trim().slice(0, 12) + ' '
            + Math.round(box(one).width) + 'x' + Math.round(box(one).height));";
/// What would lead out of the page, or fill a field from what the browser knows of somebody.
const LEAKS: &str = "
    const shown = (one) => one.getClientRects().length > 0;
    const out = [...document.querySelectorAll('a')].filter(shown)
        .filter((one) => one.target || one.download || new URL(one.href, location).origin !== location.origin)
        .map((one) => 'leads out: ' + one.outerHTML.slice(0, 120));
    const kinds = 'input:not([type]), textarea, ' + ['text', 'search', 'tel', 'email', 'url', 'number', 'password']
        .map((kind) => 'input[type=' + kind + ']').join();
    const fills = [...document.querySelectorAll(kinds)].filter(shown)
        .filter((one) => one.autocomplete !== 'off').map((one) => 'may be filled in: ' + one.outerHTML.slice(0, 120));
    return out.concat(fills);";

/// Moves the device's clock on, of which the screen counts every step. The programme says at once that it lives.
const PASS: &str = "
    if (!window.e2ePass) {
        const clock = (window.wrappedJSObject || window).Date, real = clock.now.bind(clock);
        window.e2eShift = 0;
        clock.now = () => real() + window.e2eShift;
        window.e2ePass = (time) => { window.e2eShift += time; window.__portal.alive(); };
    }
    window.e2ePass(arguments[0]);";
/// Pauses of so many milliseconds last otherwise, or until they are let go.
const TIMERS: &str = "
    if (!window.e2eHeld) {
        const real = window.setTimeout.bind(window);
        window.e2eHeld = [];
        window.setTimeout = (run, time, ...rest) => {
            const pause = window.e2ePauses[time];
            if (pause === null) return window.e2eHeld.push(() => run(...rest));
            return real(run, pause === undefined ? time : pause, ...rest);
        };
    }
    window.e2ePauses = arguments[0];";
const BY_HAND: Duration = Duration::from_millis(120);

/// A kiosk, its store's backend, and the member who comes by.
pub(crate) struct Stand<'a> {
    pub(crate) page: Page<'a>,
    pub(crate) backend: &'a Backend,
    pub(crate) clock: &'a AtomicI64,
    pub(crate) member: Member,
    marks: Marks,
}

/// The upright screen.
pub(crate) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let clock = now_by_hand();
    let backend = Backend::start_with_portal_by_hand("coffee", Arc::clone(&clock)).await?;
    let proxy = Proxy::start(&backend.origin).await?;
    let page = Page::begin(browser, &proxy, "kiosk", Locale::ZhCn).await?;
    let mut stand = Stand::new(page, &backend, &clock).await?;
    let outcome = k1_nothing_kept::enrol(&mut stand).await;
    let enrolled = outcome.is_ok();
    step(&mut stand.page, "k1-enrol", outcome).await;
    if !enrolled {
        return Ok(stand.page.findings());
    }
    stand.then("k1-nothing-kept", k1_nothing_kept::walk).await;
    stand.then("k2-idle", k2_idle::walk).await;
    stand.then("k3-phone", k3_phone::walk).await;
    stand.then("k4-scanner", k4_scanner::walk).await;
    stand.then("k5-touch", k5_touch::walk).await;
    stand.then("k6-watchdog", k6_watchdog::walk).await;
    stand.then("k7-offline", k7_offline::walk).await;
    stand.then("visit-survey", visit::survey).await;
    stand.then("visit-places", visit::places).await;
    stand.then("visit-service", visit::service).await;
    Ok(stand.page.findings())
}

impl<'a> Stand<'a> {
    async fn new(page: Page<'a>, backend: &'a Backend, clock: &'a AtomicI64) -> Result<Self> {
        let member = Member::of(backend, "coffee", PERSONA).await?;
        let body = json!({ "display_name": NAME }).to_string();
        let known = member.api.get("/me").await?;
        let version = known.header("etag").context("no version")?.to_owned();
        let named = member.api.with("If-Match", Some(&version)).send("PATCH", "/me", Some(body)).await?;
        ensure!(named.status == 200, "the name: {}", named.text());
        let marks = Marks::of(&member).await?;
        Ok(Self { page, backend, clock, member, marks })
    }

    /// One walk that begins before the invitation, whatever became of the one before.
    async fn then(&mut self, name: &str, walk: impl AsyncFn(&mut Self) -> Result<()>) {
        let begun = Instant::now();
        let outcome = match self.fresh().await {
            Ok(()) => walk(self).await,
            Err(error) => Err(error),
        };
        step(&mut self.page, name, outcome).await;
        self.page.proxy.heal();
        let engine = self.page.engine().name();
        println!("    {engine} kiosk {name}: {:.0} s", begun.elapsed().as_secs_f64());
    }

    async fn fresh(&mut self) -> Result<()> {
        self.page.proxy.heal();
        self.page.open("/sign-in").await?;
        self.page.see(OFFERS).await?;
        self.page.see(CODE).await
    }

    /// Presses the keys on screen that an enrolment code needs.
    pub(crate) async fn enrol(&self, code: &str) -> Result<()> {
        for letter in code.chars() {
            self.page.press_that(".k-letters button", &letter.to_string()).await?;
        }
        self.page.press("form .btn").await
    }

    /// The code beneath the QR code.
    pub(crate) async fn user_code(&self) -> Result<String> {
        self.page.see(CODE).await?;
        self.page.text(".k-qr__c").await
    }

    /// The member's phone opens the code, as it does when it has scanned it.
    pub(crate) async fn scan(&self, code: &str) -> Result<Value> {
        self.member.get(&format!("/sessions/device-authorizations/{code}")).await
    }

    /// What the member's phone answers to the question.
    pub(crate) async fn decide(&self, code: &str, yes: bool) -> Result<u16> {
        let word = if yes { "approve" } else { "deny" };
        let path = format!("/sessions/device-authorizations/{code}/{word}");
        Ok(self.member.api.send("POST", &path, None).await?.status)
    }

    /// Signs in by the phone, which is agreed to at once.
    pub(crate) async fn by_phone(&self) -> Result<()> {
        let code = self.user_code().await?;
        let status = self.decide(&code, true).await?;
        ensure!(status == 200, "agreeing to {code}: {status}");
        self.at_home().await
    }

    /// A member code that nobody has used yet.
    pub(crate) async fn card(&self) -> Result<String> {
        self.clock.fetch_add(MINUTE_MS, Ordering::SeqCst);
        let shown = self.member.get("/me/card-code").await?;
        Ok(shown["payload"].as_str().context("no code")?.to_owned())
    }

    /// The member's start is on screen.
    pub(crate) async fn at_home(&self) -> Result<()> {
        self.page.see(".k-home .tier").await?;
        self.page.read(NAME).await
    }

    /// The way to a reward near the beginning of the list that costs points alone; gives what it costs.
    pub(crate) async fn open_reward(&self) -> Result<i64> {
        let list = self.member.get("/rewards?affordable=true&limit=20").await?;
        let free = |one: &&Value| one["eligibility"]["status"] == "eligible" && one["cost_money"].is_null();
        let one =
            list["data"].as_array().into_iter().flatten().find(free).context("nothing can be afforded")?;
        self.page.press(".k-tiles .tile").await?;
        self.page.press(&format!("a[href='/rewards/{}']", one["id"].as_str().context("no id")?)).await?;
        self.page.see("#redeem").await?;
        one["cost_points"].as_i64().context("no cost")
    }

    /// The way to a survey's first page, from the member's start.
    pub(crate) async fn open_survey(&self, id: &str) -> Result<()> {
        self.page.press(".k-tiles a[href='/surveys']").await?;
        self.page.see(".srvs").await?;
        self.page.press(&format!("a[href='/surveys/{id}']")).await?;
        self.page.see("main.q").await
    }

    /// The invitation of a page that was loaded anew.
    pub(crate) async fn begun_anew(&self) -> Result<()> {
        self.page
            .until("a new page", "return window.e2eOld === undefined && !!window.__portal", vec![])
            .await?;
        self.page.see(OFFERS).await?;
        self.page.see(CODE).await
    }

    /// Marks the page, so that it can be told from the one after it.
    pub(crate) async fn mark(&self) -> Result<()> {
        self.page.script("window.e2eOld = true", vec![]).await.map(drop)
    }

    /// Ends the session by its button; a new page invites afterwards.
    pub(crate) async fn end(&self) -> Result<()> {
        self.mark().await?;
        self.page.press(".k-end").await?;
        self.begun_anew().await
    }

    /// Looks at a screen as everywhere, and measures what can be touched.
    pub(crate) async fn look(&mut self, screen: &str) -> Result<()> {
        self.page.check(screen).await?;
        self.measure(screen).await
    }

    /// What can be touched is large enough and leads nowhere else.
    pub(crate) async fn measure(&mut self, screen: &str) -> Result<()> {
        let small = self.page.script(SMALL, vec![]).await?;
        self.page.same(&format!("{screen}: too small to touch (K5)"), &small, &json!([]));
        let leaks = self.page.script(LEAKS, vec![]).await?;
        self.page.same(&format!("{screen}: what leads out or fills in (K1)"), &leaks, &json!([]));
        Ok(())
    }

    /// Presses a key of a keyboard, wherever the focus is.
    pub(crate) async fn key(&self, key: Key) -> Result<()> {
        let active = self.page.client().active_element().await.context("nothing has the focus")?;
        Ok(active.send_keys(&char::from(key).to_string()).await?)
    }

    /// Types into what has the focus, as slowly as a hand.
    pub(crate) async fn type_by_hand(&self, text: &str) -> Result<()> {
        for letter in text.chars() {
            self.page.client().active_element().await?.send_keys(&letter.to_string()).await?;
            tokio::time::sleep(BY_HAND).await;
        }
        Ok(())
    }

    /// Lets time pass for the page, in milliseconds.
    pub(crate) async fn pass(&self, milliseconds: i64) -> Result<()> {
        self.page.script(PASS, vec![json!(milliseconds)]).await.map(drop)
    }

    /// From here on pauses of the page last otherwise: `null` until [`Self::held`].
    pub(crate) async fn timers(&self, pauses: Value) -> Result<()> {
        self.page.script(TIMERS, vec![pauses]).await.map(drop)
    }

    /// Waits until the page pauses for what [`Self::timers`] holds, and lets it go on.
    pub(crate) async fn held(&self) -> Result<()> {
        self.page.until("a pause", "return window.e2eHeld.length > 0", vec![]).await?;
        self.page.script("for (const run of window.e2eHeld.splice(0)) run();", vec![]).await.map(drop)
    }

    /// Waits until a request has been sent so often since `from`.
    pub(crate) async fn requests(&self, place: &str, from: usize, count: usize) -> Result<()> {
        for _ in 0..150 {
            if self.sent(place) >= from + count {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        anyhow::bail!("{place} was not sent {count} times")
    }

    /// How often a request was sent so far.
    pub(crate) fn sent(&self, place: &str) -> usize {
        let begins = |line: &&String| line.split(" [").next().is_some_and(|line| line.starts_with(place));
        self.page.proxy.last_requests(usize::MAX).iter().filter(begins).count()
    }

    /// Nothing of the member is left, the backend has ended the session, and the screen says what it promises.
    pub(crate) async fn wiped(&mut self, after: &str) -> Result<()> {
        self.marks.nowhere(&mut self.page, after).await?;
        let status = "return (async () => (await fetch('/api/v1/me')).status)()";
        let status = self.page.script(status, vec![]).await?;
        self.page.same(&format!("the session after {after}"), &status, &json!(401));
        self.page.read(t(key::KIOSK_WELCOME_WIPED)).await
    }
}

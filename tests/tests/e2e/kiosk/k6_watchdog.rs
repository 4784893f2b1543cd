//! K6: a page that has crashed, shows nothing or stands still is begun anew, ever more rarely; a new version comes when nobody
//! is there.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http_body_util::Full;
use member_portal::i18n::{key, t};
use portal_tests::http::{exchange, pool};
use portal_tests::proxy::Fault;
use serde_json::json;

use super::Stand;

const PAGE: &str = "GET / ";
const BEAT: &str = "POST /api/v1/devices/current/heartbeats";
const CONFIG: &str = "GET /config.json";
/// Pauses of the watchdog before the page is begun anew, in milliseconds: at first, then, at most; and when it isn't served.
const PAUSES: [&str; 3] = ["3000", "10000", "900000"];
const UNSERVED: &str = "5000";
/// A slice of the pause between two heartbeats.
const SLICE: &str = "1000";
/// Longer than the watchdog waits for a sign of life, or for a start, in milliseconds.
const ALIVE: Duration = Duration::from_millis(800);
const SILENT: i64 = 31_000;
const STUCK: i64 = 46_000;

/// `(module (func (export "f") unreachable))`, called as the programme is: from a timer.
const TRAP: &str = "
    const page = window.wrappedJSObject || window;
    const code = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11];
    const bytes = new page.Uint8Array(code.length);
    code.forEach((byte, index) => { bytes[index] = byte; });
    page.setTimeout(new page.WebAssembly.Instance(new page.WebAssembly.Module(bytes)).exports.f, 0);";
/// Both clocks of the device go on by so much.
const LATER: &str = "
    const [time] = arguments, page = window.wrappedJSObject || window;
    for (const clock of [page.Date, page.performance]) {
        const real = clock.now.bind(clock);
        clock.now = () => real() + time;
    }";

pub(super) async fn walk(stand: &mut Stand<'_>) -> Result<()> {
    crashed(stand).await?;
    blank(stand).await?;
    silent(stand).await?;
    stuck(stand).await?;
    stand.page.script("window.name = 'kiosk 0 '", vec![]).await?;
    deployed(stand).await
}

impl Stand<'_> {
    /// Why the watchdog has begun the page anew last, and how often so far.
    async fn record(&mut self, wanted: &str) -> Result<()> {
        self.begun_anew().await?;
        let name = self.page.script("return window.name", vec![]).await?;
        self.page.same("what the watchdog remembers (K6)", &name, &json!(wanted));
        Ok(())
    }

    /// Rounds of heartbeats from here on, without the pauses between them.
    pub(super) async fn beats(&self, count: usize) -> Result<()> {
        let before = self.sent(BEAT);
        self.timers(json!({ SLICE: 5 })).await?;
        self.requests(BEAT, before, count).await?;
        self.timers(json!({})).await
    }
}

/// The programme traps in the midst of a visit: at once nothing of it is on screen, then the page begins anew with nobody.
async fn crashed(stand: &mut Stand<'_>) -> Result<()> {
    stand.by_phone().await?;
    stand.mark().await?;
    stand.timers(json!({ PAUSES[0]: null })).await?;
    stand.page.script(TRAP, vec![]).await?;
    stand.page.see("#fail").await?;
    stand.page.until("the pause before a new start", "return window.e2eHeld.length > 0", vec![]).await?;
    stand.marks.nowhere(&mut stand.page, "a crash, before the page begins anew").await?;
    let beats = stand.sent(BEAT);
    stand.held().await?;
    stand.record("kiosk 1 B-03").await?;
    stand.wiped("a crash").await?;
    stand.requests(BEAT, beats, 1).await?;
    let device = stand.backend.devices().await?.pop().context("no device")?;
    let told = (&device["heartbeat"]["reloads"], &device["heartbeat"]["last_error"]);
    stand.page.same("what the backend hears of it", &told, &(&json!(1), &json!("B-03")));
    Ok(())
}

/// Nothing is to be seen, and the pause is longer the second time.
async fn blank(stand: &mut Stand<'_>) -> Result<()> {
    stand.mark().await?;
    stand.timers(json!({ PAUSES[1]: null })).await?;
    stand.page.script("document.getElementById('app').style.display = 'none'", vec![]).await?;
    stand.held().await?;
    stand.record("kiosk 2 blank").await
}

/// The programme says nothing; after many times the pause is a quarter of an hour, and without a server nothing is thrown away.
async fn silent(stand: &mut Stand<'_>) -> Result<()> {
    stand.mark().await?;
    // It has said once that it lives.
    tokio::time::sleep(ALIVE).await;
    stand.timers(json!({ PAUSES[2]: null, UNSERVED: 50 })).await?;
    stand.page.script("window.name = 'kiosk 40 blank'; window.__portal.alive = () => {}", vec![]).await?;
    stand.page.script(LATER, vec![json!(SILENT)]).await?;
    stand.page.proxy.spoil(CONFIG, Fault::answer(503, "text/plain", "later"));
    stand.held().await?;
    stand.requests(CONFIG, stand.sent(CONFIG), 2).await?;
    let old = stand.page.script("return !!window.e2eOld", vec![]).await?;
    stand.page.same("the page while nothing is served", &old, &json!(true));
    stand.page.proxy.heal();
    stand.record("kiosk 41 silent").await
}

/// The programme never comes up, since an answer never comes; then the backend has no time. Both are tried again.
async fn stuck(stand: &mut Stand<'_>) -> Result<()> {
    for (fault, why) in [
        (Fault::Hang(Duration::from_secs(60)), "kiosk 42 stuck"),
        (Fault::problem(503, "unavailable", None), "kiosk 43 stopped"),
    ] {
        stand.page.proxy.spoil("GET /api/v1/programme", fault);
        stand.page.script("window.e2eOld = true; location.reload()", vec![]).await?;
        let ready = "return window.e2eOld === undefined && !!(window.__portal && window.__portal.alive)";
        stand.page.until("a new page", ready, vec![]).await?;
        if why.ends_with("stopped") {
            stand.page.see(".land").await?;
            stand.look("stopped").await?;
        }
        stand.mark().await?;
        stand.timers(json!({ PAUSES[2]: null })).await?;
        stand.page.script(LATER, vec![json!(STUCK)]).await?;
        stand.page.until("the pause", "return window.e2eHeld.length > 0", vec![]).await?;
        stand.page.proxy.heal();
        stand.held().await?;
        stand.record(why).await?;
    }
    Ok(())
}

/// The file names of another build stand in the page that is served from here on.
async fn deploy(stand: &Stand<'_>) -> Result<()> {
    let request = hyper::Request::get(format!("{}/", stand.page.proxy.origin)).body(Full::default())?;
    let page = exchange(&pool(), request).await?.text();
    let at = page.find("member-portal-").context("no version in the page")?;
    let version = &page[at..at + 20];
    let other = format!("{}0000zz", &version[..14]);
    ensure!(version != other, "the same version");
    stand.page.proxy.spoil(PAGE, Fault::answer(200, "text/html", &page.replace(version, &other)));
    Ok(())
}

async fn still_there(stand: &mut Stand<'_>, when: &str) -> Result<()> {
    let old = stand.page.script("return !!window.e2eOld", vec![]).await?;
    stand.page.same(&format!("the page after a new version, {when} (K6)"), &old, &json!(true));
    Ok(())
}

/// A new version is there: whoever is served goes on, whoever types a number too; the invitation alone takes it, and once.
async fn deployed(stand: &mut Stand<'_>) -> Result<()> {
    stand.by_phone().await?;
    stand.mark().await?;
    stand.beats(1).await?;
    deploy(stand).await?;
    stand.beats(2).await?;
    still_there(stand, "during a visit").await?;
    stand.at_home().await?;
    let beats = stand.sent(BEAT);
    stand.end().await?;
    stand.requests(BEAT, beats, 1).await?;
    // Back to the old one, which is another one again.
    stand.page.proxy.heal();
    stand.page.press_that(".k-btn", t(key::KIOSK_WELCOME_PHONE)).await?;
    stand.page.see(".keypad").await?;
    stand.mark().await?;
    stand.beats(2).await?;
    still_there(stand, "at the keypad").await?;
    stand.page.press(".k-hint").await?;
    stand.timers(json!({ SLICE: 5 })).await?;
    stand.begun_anew().await?;
    stand.mark().await?;
    stand.beats(3).await?;
    still_there(stand, "once it is in use").await
}

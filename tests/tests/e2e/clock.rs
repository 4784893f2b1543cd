//! Deadlines are the server's: right with the device's clock three days off, and in another time zone.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant as Stopwatch, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use member_portal::domain::date::{Civil, Instant, days_between};
use member_portal::i18n::{Locale, fill, key, t};
use portal_tests::backend::Backend;
use portal_tests::driver::Browser;
use portal_tests::page::Page;
use portal_tests::proxy::{Fault, Proxy};
use serde_json::{Value, json};

use crate::journey::{Member, buy};
use crate::step;

/// Half an hour off, an ocean away: 10½ or 11½ hours behind the programme.
pub(crate) const ELSEWHERE: &str = "America/St_Johns";
/// Minutes by which the programme's zone, Asia/Shanghai, is ahead of UTC.
const PROGRAMME_ZONE: i32 = 480;
const DAY: i64 = 86_400_000;
/// The programme with a limited reward that opens in three days.
const PROGRAMME: &str = "sparkling";
const CODE: &str = "GET /api/v1/me/card-code";

/// Which hands the server's clock has.
struct Server {
    millis: Arc<AtomicI64>,
    ticking: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ticking.abort();
    }
}

impl Server {
    /// A clock that runs, so far off this machine's.
    fn off_by(difference: i64) -> Self {
        let real = move || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_millis()).unwrap_or_default() + difference
        };
        let millis = Arc::new(AtomicI64::new(real()));
        let hands = Arc::clone(&millis);
        let ticking = tokio::spawn(async move {
            loop {
                hands.store(real(), Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        Self { millis, ticking }
    }

    fn now(&self) -> Instant {
        Instant(self.millis.load(Ordering::SeqCst))
    }
}

/// Everything in one browser, with the server three days behind the device and three days ahead of it.
pub(crate) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let zone = "return Intl.DateTimeFormat().resolvedOptions().timeZone";
    let zone = browser.client.execute(zone, vec![]).await?;
    ensure!(zone == ELSEWHERE, "the device is in {zone}");
    let mut findings = Vec::new();
    for days in [-3, 3] {
        let server = Server::off_by(days * DAY);
        let backend = Backend::start_with_portal_by_hand(PROGRAMME, Arc::clone(&server.millis)).await?;
        let proxy = Proxy::start(&backend.origin).await?;
        let mut page = Page::begin(browser, &proxy, "clock", Locale::ZhCn).await?;
        let member = Member::of(&backend, PROGRAMME, "three_expiries").await?;
        page.sign_in(&member.phone).await?;
        println!("    {} the server's clock is {days:+} days off the device's", browser.engine.name());
        let outcome = coupons(&mut page, &member, &server).await;
        step(&mut page, &format!("coupons {days:+}"), outcome).await;
        let outcome = opening(&mut page, &member, &server).await;
        step(&mut page, &format!("opening {days:+}"), outcome).await;
        let outcome = voucher(&mut page, &member, &server).await;
        step(&mut page, &format!("voucher {days:+}"), outcome).await;
        let outcome = code(&mut page, &member, &server).await;
        page.proxy.heal();
        step(&mut page, &format!("code {days:+}"), outcome).await;
        findings.extend(page.findings().into_iter().map(|one| format!("{days:+} days: {one}")));
    }
    Ok(findings)
}

fn moment(value: &Value) -> Result<Instant> {
    value.as_str().and_then(Instant::parse).with_context(|| format!("no moment: {value}"))
}

fn there(at: Instant) -> Result<Civil> {
    at.civil(PROGRAMME_ZONE).context("no date")
}

/// As the portal writes a date: with the year when it is not this one.
fn day(server: &Server, at: Instant) -> Result<String> {
    let (then, now) = (there(at)?, there(server.now())?);
    let day = format!("{}月{}日", then.month, then.day);
    Ok(if then.year == now.year { day } else { format!("{}年{day}", then.year) })
}

fn day_time(at: Instant) -> Result<String> {
    let Civil { month, day, hour, minute, .. } = there(at)?;
    Ok(format!("{month}月{day}日 {hour:02}:{minute:02}"))
}

/// Coupons: the date on which each ends, and how many days are left near the end.
async fn coupons(page: &mut Page<'_>, member: &Member, server: &Server) -> Result<()> {
    let list = member.get("/me/coupons?status=available").await?;
    let all = list["data"].as_array().context("no coupons")?;
    ensure!(!all.is_empty(), "the member has no coupon");
    for one in all.iter().take(2) {
        let until = moment(&one["valid_until"])?;
        page.open(&format!("/coupons/{}", one["id"].as_str().unwrap_or_default())).await?;
        page.read(&fill(key::WALLET_EXPIRES, &[("date", &day(server, until)?)])).await?;
        let left = days_between(server.now(), until, PROGRAMME_ZONE);
        let text = page.text("main").await?;
        let says = text.contains(&fill(key::POINTS_DAYS_LEFT, &[("n", &left.to_string())]));
        page.same(&format!("says that {left} days are left"), &says, &(1..=7).contains(&left));
    }
    Ok(())
}

/// The reward that opens in three days: date and time as the programme's clock shows them, and the seconds until then.
async fn opening(page: &mut Page<'_>, member: &Member, server: &Server) -> Result<()> {
    let list = member.get("/rewards?limit=100").await?;
    let opens = |one: &&Value| {
        moment(&one["window"]["from"]).is_ok_and(|from| {
            let left = from.0 - server.now().0;
            0 < left && left < 99 * 3_600_000
        })
    };
    let reward = list["data"].as_array().into_iter().flatten().find(opens).context("nothing opens soon")?;
    let from = moment(&reward["window"]["from"])?;
    let title = reward["title"].as_str().context("no title")?;
    page.open(&format!("/rewards?q={}", title.replace(' ', "%20"))).await?;
    page.see(".drop").await?;
    let card = page.text(".drop").await?;
    let opens = fill(key::REASON_NOT_IN_WINDOW, &[("date", &day_time(from)?)]);
    page.same("says when it opens", &(card.contains(&opens), &card), &(true, &card));
    count_down(page, server, from).await?;
    page.open(&format!("/rewards/{}", reward["id"].as_str().unwrap_or_default())).await?;
    page.read(&day_time(from)?).await?;
    count_down(page, server, from).await
}

async fn count_down(page: &mut Page<'_>, server: &Server, from: Instant) -> Result<()> {
    let shown = page.text("[role=timer]").await?;
    let left = (from.0 - server.now().0 + 999) / 1000;
    let numbers = shown.split(|letter: char| !letter.is_ascii_digit()).filter_map(|part| part.parse().ok());
    let (days, hours, minutes, seconds) = match numbers.collect::<Vec<i64>>()[..] {
        [days, hours, minutes, seconds] => (days, hours, minutes, seconds),
        [hours, minutes, seconds] => (0, hours, minutes, seconds),
        _ => anyhow::bail!("no count-down: {shown}"),
    };
    let counted = (days * 24 + hours) * 3600 + minutes * 60 + seconds;
    page.same(
        "seconds until it opens, give or take three",
        &((counted - left).abs() <= 3, counted),
        &(true, counted),
    );
    Ok(())
}

/// A voucher: until when it can be used, and until when it can be cancelled.
async fn voucher(page: &mut Page<'_>, member: &Member, server: &Server) -> Result<()> {
    let (id, _, _) = member.reward().await?;
    buy(page, &id).await?;
    let made = member.redemptions().await?;
    let newest = made.first().context("no redemption")?;
    let until = moment(&newest["voucher"]["valid_until"])?;
    page.read(&day(server, until)?).await?;
    if let Ok(cancel) = moment(&newest["cancellable_until"]) {
        page.read(&fill(
            key::VOUCHER_CANCEL_UNTIL,
            &[("date", &day_time(cancel)?), ("points", &points(member).await?)],
        ))
        .await?;
    }
    Ok(())
}

async fn points(member: &Member) -> Result<String> {
    let name = member.get("/programme").await?["points_terms"]["name"].clone();
    name.as_str().map(str::to_owned).context("points have no name")
}

/// The member code: renewed when the backend wants it, and with no network it says until when it was good.
async fn code(page: &mut Page<'_>, member: &Member, server: &Server) -> Result<()> {
    page.open("/code").await?;
    page.see("svg.qr").await?;
    let (shown, left) = loop {
        let shown = page.text(".codebox__t").await?;
        let (on_screen, given) = (page.text(".codebox__n").await?, member.get("/me/card-code").await?);
        // Not the one that has just taken its place.
        if given["payload"] == on_screen.replace(char::is_whitespace, "") {
            break (shown, (moment(&given["valid_until"])?.0 - server.now().0) / 1000);
        }
    };
    let seconds: i64 = shown.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(-1);
    page.same(
        "seconds until the next code, give or take two",
        &((seconds - left).abs() <= 2, seconds),
        &(true, seconds),
    );

    // One that is to be renewed after four seconds is asked for again after four seconds, and then it is another one.
    let until = server.now().plus_ms(60_000);
    let short = json!({
        "payload": "6238041774193625", "formats": ["qr", "code128"], "refresh_after": 4,
        "valid_until": until.to_rfc3339(),
    });
    page.proxy.spoil(CODE, Fault::answer(200, "application/json", &short.to_string()));
    page.open("/code").await?;
    page.read("6238 0417 7419 3625").await?;
    page.proxy.heal();
    let begun = Stopwatch::now();
    page.until(
        "the next code",
        "return !document.querySelector('.codebox__n').textContent.replace(/\\s/g, '').startsWith('62380417')",
        vec![],
    )
    .await?;
    let took = begun.elapsed();
    page.same("renewed in time", &(took < Duration::from_secs(7), took), &(true, took));

    // The next one doesn't come: the one before stays, with the time until which it was good by the programme's clock.
    let until = server.now().plus_ms(3_000);
    let over = json!({
        "payload": "6238041774193625", "formats": ["qr", "code128"], "refresh_after": 3,
        "valid_until": until.to_rfc3339(),
    });
    page.proxy.spoil(CODE, Fault::answer(200, "application/json", &over.to_string()));
    page.open("/code").await?;
    page.read("6238 0417 7419 3625").await?;
    page.proxy.spoil(CODE, Fault::Drop);
    let Civil { hour, minute, .. } = there(until)?;
    page.read(&fill(key::CODE_EXPIRED, &[("time", &format!("{hour:02}:{minute:02}"))])).await?;
    page.see(".codebox.stale").await?;
    page.see("svg.qr").await?;
    page.read(t(key::CODE_RENEW)).await
}

//! Seeded schedules of faults in a browser: whatever is lost, late, doubled, broken or killed, there is at most one
//! redemption for an intent, the ledger holds what the member was told, and in the end nothing is open.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use member_portal::i18n::{Locale, fill, key, t};
use portal_tests::backend::{Backend, now_by_hand};
use portal_tests::driver::Browser;
use portal_tests::page::Page;
use portal_tests::proxy::{Fault, Gate, Given, Later, Proxy, Stage};
use serde_json::{Value, json};
use tokio::sync::oneshot::Receiver;

use crate::journey::Member;

const SCHEDULES: u64 = 48;
/// `PORTAL_E2E_SEED=17` plays that one only.
const SEED: &str = "PORTAL_E2E_SEED";
/// As quick as the portal lets itself be told to give up.
const CONFIG: &str = r#"{"api":"/api/v1","timeouts":{"read_ms":600,"write_ms":800}}"#;
/// Longer than an order is good for, with what clocks may differ by, in milliseconds.
const AFTERWARDS: i64 = 300_000;
/// For how long a person stays before the sheet.
const STAYS: Duration = Duration::from_secs(9);
/// A reward without limit or stock that can be cancelled.
const REWARD: &str = "butter-croissant";

/// SplitMix64.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn later(&mut self) -> Later {
        match self.below(4) {
            0 => Later::Before(1),
            1 => Later::After(1),
            2 => Later::In(Duration::from_millis(300)),
            _ => Later::Asked,
        }
    }

    fn refusal(&mut self) -> Given {
        match self.below(6) {
            0 => Given::problem(500, "internal", None),
            1 => Given::answer(502, "text/html", "<h1>Bad gateway</h1>"),
            2 => Given::problem(503, "unavailable", Some(1)),
            3 => Given::problem(409, "in-progress", Some(1)),
            4 => Given::problem(429, "rate-limited", Some(1)),
            _ => Given::answer(200, "text/html", "<html>Sign in to this network</html>"),
        }
    }

    fn fault(&mut self) -> Fault {
        match self.below(11) {
            0 => Fault::Drop,
            1 => Fault::DropAnswer,
            2 => Fault::Hang(Duration::from_secs(2)),
            3 => Fault::Late { until: self.later(), hangs: false },
            4 => Fault::Late { until: self.later(), hangs: true },
            5 => Fault::Twice,
            6 => Fault::Again(self.later()),
            7 => Fault::Break,
            8 => Fault::Cut,
            9 => Fault::Answer(self.refusal()),
            _ => match self.refusal() {
                // What was done isn't denied: those two say that nothing was.
                given if matches!(given.status, 409 | 429) => Fault::DropAnswer,
                given => Fault::Instead(given),
            },
        }
    }
}

/// How a tab ends.
#[derive(Debug)]
enum Kill {
    /// Another address is opened in it.
    Leave(usize, Stage),
    /// It is closed.
    Close(usize, Stage),
}

/// One schedule. The first ones do one thing to one exchange each, the others come from the seed.
fn schedule(seed: u64) -> (Vec<(usize, Fault)>, Option<Kill>) {
    let gone = Duration::from_secs(2);
    let one = |exchange: usize, fault: Fault| (vec![(exchange, fault)], None);
    let kill = |kill: Kill| (Vec::new(), Some(kill));
    match seed {
        0 => one(0, Fault::Drop),
        1 => one(0, Fault::Hang(gone)),
        2 => one(0, Fault::answer(502, "text/html", "<h1>502</h1>")),
        3 => one(1, Fault::Drop),
        4 => one(1, Fault::DropAnswer),
        5 => one(1, Fault::Hang(gone)),
        6 => one(1, Fault::Late { until: Later::After(1), hangs: true }),
        7 => one(1, Fault::Twice),
        8 => one(1, Fault::Cut),
        9 => one(1, Fault::Break),
        10 => one(1, Fault::problem(503, "unavailable", Some(1))),
        11 => one(1, Fault::problem(429, "rate-limited", Some(1))),
        12 => one(1, Fault::problem(409, "in-progress", Some(1))),
        13 => one(1, Fault::Instead(Given::problem(500, "internal", None))),
        14 => (vec![(1, Fault::DropAnswer), (2, Fault::Drop), (3, Fault::Cut)], None),
        15 => (vec![(1, Fault::Drop), (2, Fault::Hang(gone)), (3, Fault::DropAnswer)], None),
        16 => kill(Kill::Leave(0, Stage::Sent)),
        17 => kill(Kill::Leave(1, Stage::Sent)),
        18 => kill(Kill::Leave(1, Stage::Answered)),
        19 => kill(Kill::Close(1, Stage::Sent)),
        20 => kill(Kill::Close(1, Stage::Answered)),
        21 => (vec![(1, Fault::DropAnswer)], Some(Kill::Leave(2, Stage::Sent))),
        22 => (vec![(1, Fault::Drop)], Some(Kill::Close(2, Stage::Answered))),
        _ => {
            let mut rng = Rng(seed);
            let mut faults = Vec::new();
            for exchange in 0..6 {
                if rng.chance(if exchange == 1 { 80 } else { 45 }) {
                    faults.push((exchange, rng.fault()));
                }
            }
            let kill = rng.chance(35).then(|| {
                let at = usize::try_from(1 + rng.below(3)).unwrap_or(1);
                let stage = if rng.chance(50) { Stage::Sent } else { Stage::Answered };
                if rng.chance(50) { Kill::Leave(at, stage) } else { Kill::Close(at, stage) }
            });
            (faults, kill)
        }
    }
}

/// What the sheet shows, and with an argument a press on what it offers there.
const SHEET: &str = "
    const [words, act] = arguments;
    if (location.pathname.startsWith('/vouchers/')) return 'made ' + location.pathname.slice(10);
    const sheet = document.querySelector('[role=dialog]');
    if (!sheet) return 'closed';
    const open = (button) => button.getAttribute('aria-disabled') !== 'true' && !button.disabled;
    const find = (word) => [...sheet.querySelectorAll('button')].find((one) => one.textContent.includes(word));
    const press = (button, name) => {
        if (!button || !open(button)) return 'busy';
        if (act) button.click();
        return name;
    };
    if (sheet.querySelector('.loading')) return 'busy';
    if (sheet.querySelector('.eq')) return press(sheet.querySelector('.btn:not(.q)'), 'quote');
    if (sheet.textContent.includes(words.not_made)) return 'not-made';
    if (find(words.check)) return press(find(words.check), 'doubt');
    if (find(words.retry)) return press(find(words.retry), 'retry');
    // A retry that isn't open yet counts down instead.
    return sheet.querySelector('.note--warn') && find(words.close) ? 'blocked' : 'busy';";

/// What the member was told in the end.
#[derive(Debug, PartialEq)]
enum Told {
    /// Here is the voucher of this redemption.
    Made(String),
    /// Nothing was made.
    NotMade,
    /// Nothing yet, or the tab was killed.
    Nothing,
}

struct Stand<'a> {
    page: Page<'a>,
    member: Member,
    clock: Arc<AtomicI64>,
    words: Value,
    cost: i64,
}

/// All schedules in one browser.
pub(crate) async fn walk(browser: &Browser) -> Result<Vec<String>> {
    let clock = now_by_hand();
    let backend = Backend::start_with_portal_by_hand("coffee", Arc::clone(&clock)).await?;
    let proxy = Proxy::start(&backend.origin).await?;
    let page = Page::begin(browser, &proxy, "schedules", Locale::ZhCn).await?;
    let member = Member::of(&backend, "coffee", "three_expiries").await?;
    page.sign_in(&member.phone).await?;
    let points = member.get("/programme").await?["points_terms"]["name"].clone();
    let points = points.as_str().context("points have no name")?.to_owned();
    let words = json!({
        "not_made": fill(key::REDEEM_UNKNOWN_NOT_MADE, &[("points", &points)]),
        "check": t(key::REDEEM_UNKNOWN_CHECK), "retry": t(key::ACTION_RETRY),
        "close": t(key::ACTION_CLOSE),
    });
    let reward = member.get(&format!("/rewards/{REWARD}")).await?;
    let cost = reward["cost_points"].as_i64().context("no cost")?;
    let mut stand = Stand { page, member, clock, words, cost };
    let only: Option<u64> = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    let (mut made, mut killed) = (0, 0);
    for seed in 0..SCHEDULES {
        if only.is_some_and(|only| only != seed) {
            continue;
        }
        let begun = Instant::now();
        let (faults, kill) = schedule(seed);
        let label = format!("schedule {seed}: {faults:?} {kill:?}");
        let outcome = stand.play(seed, faults, kill.as_ref()).await;
        killed += usize::from(kill.is_some());
        match &outcome {
            Ok((told, count)) => {
                made += count;
                println!("    {label}: {told:?} in {:.1} s", begun.elapsed().as_secs_f64());
            }
            Err(error) => {
                let requests = stand.page.proxy.last_requests(40).join("\n      ");
                stand.page.note(format!("{label}: {error:#}\n      {requests}"));
                let _ = stand.page.shoot(&format!("failed-{seed}")).await;
            }
        }
    }
    println!("    {SCHEDULES} schedules, {made} redemptions made, {killed} tabs killed");
    if only.is_none() {
        ensure!(made > 10 && made < 48, "{made} of {SCHEDULES} were made: the schedules don't try much");
    }
    // Answers are broken on purpose, and killed tabs say nothing.
    Ok(stand.page.findings())
}

impl Stand<'_> {
    async fn play(
        &mut self,
        seed: u64,
        faults: Vec<(usize, Fault)>,
        kill: Option<&Kill>,
    ) -> Result<(Told, usize)> {
        let page = &self.page;
        page.proxy.heal();
        page.proxy.spoil("GET /config.json", Fault::answer(200, "application/json", CONFIG));
        let before = self.member.balance().await?;
        let had = keys(&self.member.redemptions().await?);
        let known: Vec<Value> =
            page.intents().await?.into_iter().map(|intent| intent["client_ref"].clone()).collect();
        page.open(&format!("/rewards/{REWARD}")).await?;
        page.see("#redeem").await?;
        page.proxy.schedule(faults);
        let stopped = kill.map(|kill| match kill {
            Kill::Leave(at, stage) | Kill::Close(at, stage) => page.proxy.stop(*at, *stage),
        });
        let told = self.person(seed, kill, stopped).await?;

        // Everything that is late arrives, the time of every order is over, and the portal is opened again.
        page.proxy.deliver().await;
        page.proxy.heal();
        page.proxy.spoil("GET /config.json", Fault::answer(200, "application/json", CONFIG));
        self.clock.fetch_add(AFTERWARDS, Ordering::SeqCst);
        page.open("/wallet").await?;
        let settled = Instant::now();
        let all = loop {
            let all = page.intents().await?;
            if all.iter().all(|intent| !intent["settled"].is_null()) {
                break all;
            }
            ensure!(settled.elapsed() < Duration::from_secs(10), "an intent stays open: {all:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        self.judge(&told, before, &had, &known, &all).await
    }

    /// A person before the sheet, until they know, are gone, or have had enough.
    async fn person(
        &self,
        seed: u64,
        kill: Option<&Kill>,
        mut stopped: Option<Receiver<Gate>>,
    ) -> Result<Told> {
        let page = &self.page;
        let mut rng = Rng(seed ^ 0xA11CE);
        page.script("document.querySelector('#redeem').click()", vec![]).await?;
        let begun = Instant::now();
        let mut agreed = false;
        loop {
            if let Some(gate) = stopped.as_mut().and_then(|stopped| stopped.try_recv().ok()) {
                self.end_tab(kill).await?;
                drop(gate);
                return Ok(Told::Nothing);
            }
            // Most wait for a while before they press anything.
            let act = rng.chance(50);
            let state = page.script(SHEET, vec![self.words.clone(), json!(act)]).await?;
            let state = state.as_str().unwrap_or_default().to_owned();
            match state.split(' ').collect::<Vec<_>>()[..] {
                ["made", id] => return Ok(Told::Made(id.to_owned())),
                ["not-made" | "blocked"] => return Ok(Told::NotMade),
                ["quote"] if act => {
                    ensure!(!agreed, "the sheet asks to agree a second time");
                    agreed = true;
                }
                _ => {}
            }
            if begun.elapsed() > STAYS {
                return Ok(Told::Nothing);
            }
            tokio::time::sleep(Duration::from_millis(if state == "doubt" { 350 } else { 60 })).await;
        }
    }

    async fn end_tab(&self, kill: Option<&Kill>) -> Result<()> {
        let client = self.page.client();
        match kill {
            Some(Kill::Close(..)) => {
                let [old, new] = self.page.browser().second().await?;
                client.switch_to_window(old).await?;
                client.close_window().await?;
                client.switch_to_window(new).await?;
                client.goto(&format!("{}/robots.txt", self.page.proxy.origin)).await?;
            }
            _ => client.goto(&format!("{}/robots.txt", self.page.proxy.origin)).await?,
        }
        Ok(())
    }

    /// Compares the backend with what is kept on the device and what was said.
    async fn judge(
        &self,
        told: &Told,
        before: i64,
        had: &[Value],
        known: &[Value],
        all: &[Value],
    ) -> Result<(Told, usize)> {
        let redemptions = self.member.redemptions().await?;
        let made: Vec<&Value> = redemptions.iter().filter(|one| !had.contains(&one["client_ref"])).collect();
        let intents: Vec<&Value> = all.iter().filter(|one| !known.contains(&one["client_ref"])).collect();
        ensure!(intents.len() <= 1, "one press, {} intents: {intents:?}", intents.len());
        ensure!(made.len() <= intents.len(), "{} redemptions for {} intents", made.len(), intents.len());
        let sent = self.page.proxy.orders();
        for intent in &intents {
            let own: Vec<_> = made.iter().filter(|one| one["client_ref"] == intent["client_ref"]).collect();
            let kept = (intent["outcome"].as_str().unwrap_or_default(), &intent["redemption_id"]);
            match (kept, own.as_slice()) {
                (("made", id), [one]) => ensure!(one["id"] == *id, "kept {id}, made {}", one["id"]),
                (("not-made", _), []) => {}
                (_, own) => anyhow::bail!("kept {kept:?}, made {own:?}"),
            }
            ensure!(
                sent.iter().all(|key| intent["client_ref"] == key.as_str()),
                "another key was sent than the intent's: {sent:?}"
            );
        }
        match told {
            Told::Made(id) => ensure!(
                matches!(made.as_slice(), [one] if one["id"] == id.as_str()),
                "the member sees {id}; made: {made:?}"
            ),
            Told::NotMade => {
                ensure!(made.is_empty(), "the member was told that nothing was made; made: {made:?}")
            }
            Told::Nothing => {}
        }
        let count = i64::try_from(made.len())?;
        let after = self.member.balance().await?;
        ensure!(after == before - count * self.cost, "{before} points, {count} made, {after} left");
        let spent = self.member.entries("redemption").await?;
        for one in &made {
            let of_it: Vec<_> = spent.iter().filter(|entry| entry["source"]["id"] == one["id"]).collect();
            ensure!(
                of_it.len() == 1 && of_it[0]["amount"] == -self.cost,
                "entries of {}: {of_it:?}",
                one["id"]
            );
            // The points are needed again.
            let id = one["id"].as_str().unwrap_or_default();
            let key = format!(
                "{:08x}-0000-4000-8000-000000000000",
                self.clock.load(Ordering::SeqCst) & 0xFFFF_FFFF
            );
            let cancel = self.member.api.with("Idempotency-Key", Some(&key));
            let answer = cancel.send("POST", &format!("/me/redemptions/{id}/cancel"), None).await?;
            ensure!(answer.status == 200, "cancelling: {}", answer.text());
        }
        let told = match told {
            Told::Made(id) => Told::Made(id.clone()),
            Told::NotMade => Told::NotMade,
            Told::Nothing => Told::Nothing,
        };
        Ok((told, made.len()))
    }
}

fn keys(redemptions: &[Value]) -> Vec<Value> {
    redemptions.iter().map(|one| one["client_ref"].clone()).collect()
}

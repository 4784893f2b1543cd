//! Plays a schedule and compares what the backend has with what the member was told.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use member_portal::domain::redeeming::{Intent, Outcome};
use portal_tests::proxy::Gate;
use portal_tests::world::{Device, Tab};
use serde_json::Value;
use tokio::sync::oneshot::Receiver;
use tokio::sync::oneshot::error::TryRecvError;
use tokio::task::JoinSet;

use crate::person::{Door, Person};
use crate::schedule::{Habits, Kill, Rng, Schedule};
use crate::sheet::{Record, Sheet};
use crate::stage::{Account, Stage};

const MOMENT: Duration = Duration::from_millis(2);
/// In this time of the backend's clock everything is settled, in milliseconds.
const BOUND_MS: i64 = 45 * 60_000;
const HOUR_MS: i64 = 60 * 60_000;
/// No schedule really takes longer.
const LIMIT: Duration = Duration::from_secs(60);

/// What a schedule came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) schedules: usize,
    pub(crate) made: usize,
    pub(crate) killed: usize,
    pub(crate) exchanges: usize,
}

impl Figures {
    pub(crate) fn add(&mut self, other: Self) {
        self.schedules += other.schedules;
        self.made += other.made;
        self.killed += other.killed;
        self.exchanges += other.exchanges;
    }
}

/// A tab with everything that runs in it.
struct Running {
    tab: Rc<Tab>,
    tasks: Rc<RefCell<JoinSet<()>>>,
}

impl Running {
    fn new(device: &Rc<Device>, name: &str) -> Self {
        Self { tab: Tab::new(device, name), tasks: Rc::default() }
    }

    fn seat(&self, person: Person) {
        self.tasks.borrow_mut().spawn_local(person.live());
    }

    /// Whether nothing more happens in it.
    fn is_done(&self) -> bool {
        let mut tasks = self.tasks.borrow_mut();
        while tasks.try_join_next().is_some() {}
        tasks.is_empty()
    }

    /// Everything in it is dropped where it stands.
    async fn kill(self) {
        self.tab.device.log(format!("{} is killed at point {}", self.tab.name, self.tab.points()));
        let mut tasks = self.tasks.take();
        tasks.shutdown().await;
    }
}

struct Play<'a> {
    schedule: &'a Schedule,
    device: Rc<Device>,
    record: Rc<Record>,
    door: Rc<Door>,
    tabs: Vec<Running>,
    stops: Vec<Receiver<Gate>>,
    points: Vec<usize>,
    killed: usize,
    begun: i64,
}

fn open(device: &Device) -> Vec<Intent> {
    device.intents().into_iter().filter(|intent| intent.settled.is_none()).collect()
}

impl Play<'_> {
    fn begin(&mut self) {
        let schedule = self.schedule;
        self.door.wanted.set(schedule.tabs);
        let mut first = None;
        for number in 0..schedule.tabs {
            let running = Running::new(&self.device, ["A", "B"][number]);
            let (reward, cost) = schedule.reward;
            let sheet = Sheet::open(&running.tab, &running.tasks, &self.record, reward, cost);
            let leader = first.get_or_insert_with(|| Rc::clone(&sheet));
            let leader = (number > 0).then(|| Rc::clone(leader));
            let door = Rc::clone(&self.door);
            let rng = RefCell::new(Rng(schedule.seed.wrapping_mul(31).wrapping_add(number as u64)));
            running.seat(Person { sheet, habits: schedule.habits, rng, door, first: leader });
            self.tabs.push(running);
        }
        self.arm();
    }

    /// The portal starts: every intent that is open is taken up.
    fn restart(&mut self) -> Running {
        let name = format!("R{}", self.killed);
        let running = Running::new(&self.device, &name);
        for intent in open(&self.device) {
            self.device.log(format!("{name} takes up {}", intent.client_ref));
            let sheet = Sheet::resume(&running.tab, &running.tasks, &self.record, intent);
            let habits = Habits { anew: 0, leaves: 0, ..self.schedule.habits };
            let rng = RefCell::new(Rng(self.schedule.seed.wrapping_add(self.killed as u64)));
            let door = Rc::default();
            running.seat(Person { sheet, habits, rng, door, first: None });
        }
        running
    }

    fn arm(&mut self) {
        if let (Some(first), Some(point)) = (self.tabs.first(), self.points.pop()) {
            first.tab.dies_at(point);
        }
    }

    /// Whether the first tab has to die now; what is stopped goes on when that is dropped.
    fn dies(&mut self) -> Option<Option<Gate>> {
        let mut stopped = None;
        self.stops.retain_mut(|stop| match stop.try_recv() {
            Ok(gate) if stopped.is_none() => {
                stopped = Some(gate);
                false
            }
            Ok(_) | Err(TryRecvError::Closed) => false,
            Err(TryRecvError::Empty) => true,
        });
        if stopped.is_some() {
            return Some(stopped);
        }
        self.tabs.first().is_some_and(|first| first.tab.is_dying()).then_some(None)
    }

    async fn until_done(&mut self) -> Result<()> {
        loop {
            tokio::time::sleep(MOMENT).await;
            if let Some(gate) = self.dies() {
                self.tabs.remove(0).kill().await;
                self.door.broken.set(true);
                self.killed += 1;
                let next = self.restart();
                self.tabs.insert(0, next);
                drop(gate);
                self.arm();
            }
            if self.tabs.iter().all(Running::is_done) {
                return Ok(());
            }
            ensure!(self.device.time() - self.begun < BOUND_MS, "it is not settled in time");
        }
    }

    async fn end(&mut self) {
        for running in std::mem::take(&mut self.tabs) {
            let mut tasks = running.tasks.take();
            tasks.shutdown().await;
        }
    }
}

/// Plays one schedule on a stage.
pub(crate) async fn run(stage: &mut Stage, schedule: &Schedule) -> Result<Figures> {
    let somebody = &stage.people[stage.used % stage.people.len()];
    stage.used += 1;
    let proxy = Rc::clone(&stage.proxy);
    let before = somebody.account_before().await.context("before")?;
    proxy.schedule(schedule.faults.iter().cloned());
    let device = Device::new(
        Rc::clone(&proxy),
        somebody.member.clone(),
        stage.promise,
        stage.clock.clone(),
        schedule.skew,
    );
    let (mut stops, mut points) = (Vec::new(), Vec::new());
    for kill in schedule.kills.iter().rev() {
        match kill {
            Kill::Exchange(exchange, stage) => stops.push(proxy.stop(*exchange, *stage)),
            Kill::Point(point) => points.push(*point),
        }
    }
    let begun = device.time();
    let mut play = Play {
        schedule,
        device: Rc::clone(&device),
        record: Rc::default(),
        door: Rc::default(),
        tabs: Vec::new(),
        stops,
        points,
        killed: 0,
        begun,
    };
    play.begin();
    let record = Rc::clone(&play.record);
    let outcome = async {
        let played = async {
            play.until_done().await.context("while it fails")?;
            proxy.heal();
            play.end().await;
            // The network is well: at the next start everything is settled, and soon.
            play.begun = device.time();
            if !open(&device).is_empty() {
                let next = play.restart();
                play.tabs.push(next);
                play.until_done().await.context("after it was healed")?;
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(LIMIT, played).await.context("it takes too long")??;
        ensure!(open(&device).is_empty(), "an intent is open for good");
        let exchanges = proxy.last_requests(usize::MAX).len();
        let orders = proxy.orders();
        // Whatever is still on its way arrives, and time goes by.
        proxy.deliver().await;
        device.pass(HOUR_MS);
        proxy.deliver().await;
        let after = somebody.account().await.context("after")?;
        let made = compare(schedule, &record, &device, &before, &after)?;
        somebody.remember(after);
        sent_once(&orders, &record, &device)?;
        let wrong = proxy.take_faults();
        ensure!(wrong.is_empty(), "answers that don't fit the contract: {wrong:?}");
        Ok(Figures { schedules: 1, made, killed: play.killed, exchanges })
    }
    .await;
    proxy.heal();
    play.end().await;
    proxy.deliver().await;
    outcome.map_err(|error| {
        let lines = |lines: Vec<String>| lines.join("\n    ");
        let told = record.told.borrow().iter().map(|told| format!("{told:?}")).collect();
        let kept = device.intents().iter().map(|intent| format!("{intent:?}")).collect();
        anyhow::anyhow!(
            "{error:#}\n  {schedule:?}\n    {}\n  requests:\n    {}\n  told:\n    {}\n  kept:\n    {}",
            lines(device.story()),
            lines(proxy.last_requests(usize::MAX)),
            lines(told),
            lines(kept),
        )
    })
}

/// Without a backend that knows keys again, nothing is sent more often than the member wanted.
fn sent_once(orders: &[String], record: &Record, device: &Device) -> Result<()> {
    if device.promise.idempotent {
        return Ok(());
    }
    let times = |keys: &[String], key: &String| keys.iter().filter(|one| *one == key).count();
    for key in orders {
        let (sent, again) = (times(orders, key), times(&record.again.borrow(), key));
        ensure!(sent <= 1 + again, "{key} was sent {sent} times, and the member wanted {}", 1 + again);
    }
    Ok(())
}

/// The key under which the device keeps a redemption.
fn kept_for(device: &Device, id: &str) -> Option<String> {
    let is_it = |intent: &Intent| matches!(&intent.settled, Some((_, Outcome::Made(made))) if made == id);
    device.intents().into_iter().find(is_it).map(|intent| intent.client_ref)
}

/// Keys of which a member said that they were made.
fn told_only(record: &Record, device: &Device) -> Vec<String> {
    let told = record.told.borrow();
    let told = told.iter().filter(|told| told.made && told.id.is_none()).filter_map(|told| told.key.clone());
    let intents = device.intents();
    let kept = intents.into_iter().filter(|intent| matches!(intent.settled, Some((_, Outcome::Told))));
    let all = told.chain(kept.map(|intent| intent.client_ref)).collect::<BTreeSet<_>>();
    all.into_iter().collect()
}

/// Compares; returns how many were made.
fn compare(
    schedule: &Schedule,
    record: &Record,
    device: &Device,
    before: &Account,
    after: &Account,
) -> Result<usize> {
    let (entries, redemptions) = after.since(before);
    let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    let mut keys = BTreeMap::<String, String>::new();
    let mut guessed = told_only(record, device);
    for row in &redemptions {
        let (mut key, id) = (text(row, "client_ref"), text(row, "id"));
        if !device.promise.idempotent {
            // It keeps no key: one that was shown belongs to the order that it was shown for, any other one to an order of
            // which the member said that it was made.
            let known = kept_for(device, &id).or_else(|| guessed.pop());
            key = known.with_context(|| format!("nobody knows of {row}"))?;
        }
        ensure!(record.agreed.borrow().contains(&key), "nobody agreed to {row}");
        ensure!(row["status"] == "issued", "what was made is {}", row["status"]);
        ensure!(keys.insert(key.clone(), id).is_none(), "{key} was made twice");
    }
    // What people were told, on whichever screen, and what the device has settled.
    let (mut made, mut not_made) = (BTreeSet::new(), BTreeSet::new());
    let shown = |id: &str| {
        let found = keys.iter().find(|(_, one)| *one == id).map(|(key, _)| key.clone());
        found.with_context(|| format!("the redemption {id} was shown and is not there"))
    };
    for told in record.told.borrow().iter() {
        match (&told.id, &told.key) {
            (Some(id), _) => made.insert(shown(id)?),
            (None, Some(key)) if told.made => made.insert(key.clone()),
            (None, Some(key)) => not_made.insert(key.clone()),
            (None, None) => bail!("something was told of nothing"),
        };
    }
    for intent in device.intents() {
        match intent.settled.map(|(_, outcome)| outcome) {
            Some(Outcome::Made(id)) => {
                ensure!(shown(&id)? == intent.client_ref, "{} was settled with another's", intent.client_ref);
                made.insert(intent.client_ref)
            }
            Some(Outcome::Told) => made.insert(intent.client_ref),
            Some(Outcome::NotMade) => not_made.insert(intent.client_ref),
            None => bail!("{} is open", intent.client_ref),
        };
    }
    let really = keys.keys().cloned().collect::<BTreeSet<_>>();
    ensure!(made == really, "told made: {made:?}; made: {really:?}");
    let both = not_made.intersection(&really).collect::<Vec<_>>();
    ensure!(both.is_empty(), "told not made, and made: {both:?}");
    let cost = -schedule.reward.1;
    let spent = vec![(cost, "spend".to_owned()); really.len()];
    ensure!(entries == spent, "the ledger says {entries:?}, and {} were made at {cost}", really.len());
    // Whoever saw the price before anything was settled has agreed to the same thing as the other tab.
    let once = device.promise.idempotent && !record.anew.get();
    ensure!(!once || really.len() <= 1, "two tabs made two: {really:?}");
    Ok(really.len())
}

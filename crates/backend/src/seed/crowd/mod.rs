//! A crowd: as many members as one likes with as long a history, to measure the backend at the size of a large chain.
//!
//! The rules are those of live traffic, and so are the rows that are left. Only the way there is shorter: everybody's points
//! are kept in memory, nothing is looked up, and the indexes are made at the end.

use super::rng::Rng;
use crate::catalogue::{cancellable_until, voucher_end};
use crate::clock::{DAY, Millis};
use crate::http::context::token_hash;
use crate::ids;
use crate::locale::Text;
use crate::programme::{MenuItem, Programme, Reward, Survey, sources};
use crate::rules::buckets::{Buckets, Portion};
use crate::rules::occasions::{FRESH, Kind};
use crate::rules::tier::{Activity, Standing, met, period_end, window_start};
use crate::rules::{accrual, expiry};
use crate::scene::Scene;
use crate::store::coupons::{self, Coupon};
use crate::store::ledger::{self, Cause, Movement};
use crate::store::members::{self, Consent, Member};
use crate::store::offers::{self, Occasion};
use crate::store::redemptions::{self, Redemption};
use crate::store::sessions::{self, Session};
use crate::store::surveys::{self, Response};
use crate::store::{MIGRATIONS, favourites, migrate, tiers};
use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, params};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The time at which everybody's history ends.
const NOW: Millis = 1_786_525_080_000;
/// How long it is.
const SPAN: Millis = 3 * 365 * DAY;
/// How often members come, as turns from one time to the next: the tenth that comes most, the four tenths in the middle, and
/// the other half.
const REGULAR: usize = 1;
const USUAL: usize = 4;
const RARE: usize = 10;
/// How many turns it takes until everybody has come once on average.
const TURNS: usize = 4;
/// How long sessions last from now, so that none ends while it is measured.
const SESSION_LIFE: Millis = 60 * DAY;

/// Members with their history in a database of their own.
#[derive(Clone, Debug)]
pub struct Crowd {
    /// One of [`crate::programme_ids`].
    pub programme: String,
    /// How many members there are.
    pub members: usize,
    /// How many entries the ledger has at least.
    pub entries: usize,
}

impl Crowd {
    /// When the history ends, as `--now` takes it.
    pub const NOW: &str = "2026-08-12T08:58:00Z";

    /// Fills a database in `directory`, unless it is there already, and tells where it is. It is filled anew when anything that
    /// it is made of has changed, and takes the place of the one before. Blocks.
    ///
    /// # Errors
    /// When there is no such programme, a size is zero, or the file can't be written.
    pub fn ready(&self, directory: &Path) -> Result<PathBuf> {
        ensure!(self.members > 0 && self.entries > 0, "a crowd has members and entries");
        let programme = Arc::new(Programme::load(&self.programme)?);
        let mut parts: Vec<&[u8]> = vec![include_bytes!("crowd.rs")];
        parts.extend(MIGRATIONS.iter().map(|script| script.as_bytes()));
        parts.extend(sources(&self.programme).map(str::as_bytes));
        let stem = format!("crowd-{}-{}-{}", self.programme, self.members, self.entries);
        let name = format!("{stem}-{}.sqlite", &ids::hex(&ids::digest(&parts))[..12]);
        fs::create_dir_all(directory).with_context(|| format!("the directory {}", directory.display()))?;
        let path = directory.join(&name);
        if path.exists() {
            forget_visits(&path)?;
            return Ok(path);
        }
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&format!("{stem}-")) {
                fs::remove_file(entry.path())?;
            }
        }
        let part = directory.join(format!("{name}.part"));
        self.fill(&part, programme).with_context(|| format!("filling {}", part.display()))?;
        File::open(&part)?.sync_all()?;
        fs::rename(&part, &path)?;
        Ok(path)
    }

    /// The token of the session of the member with a number, counted from zero.
    #[must_use]
    pub fn token(&self, member: usize) -> String {
        ids::stable(&["crowd", &self.programme, &member.to_string()])
    }

    fn fill(&self, path: &Path, programme: Arc<Programme>) -> Result<()> {
        let mut connection = Connection::open(path)?;
        // Whatever goes wrong, the file is thrown away.
        connection.pragma_update(None, "journal_mode", "OFF")?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "foreign_keys", false)?;
        connection.pragma_update(None, "cache_size", -1_500_000)?;
        connection.pragma_update(None, "threads", 2)?;
        connection.set_prepared_statement_cache_capacity(64);
        migrate(&mut connection)?;
        self.fill_in(&connection, programme)?;
        Ok(())
    }

    fn fill_in(&self, db: &Connection, programme: Arc<Programme>) -> Result<()> {
        let indexes: Vec<(String, String)> = db
            .prepare(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid",
            )?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (name, _) in &indexes {
            db.execute_batch(&format!("DROP INDEX {name}"))?;
        }
        db.execute_batch("BEGIN")?;
        crate::prepare(db, &programme, NOW, false)?;
        let scene = Scene { programme, anchor: NOW, now: NOW };
        self.write(db, &scene)?;
        db.execute_batch("COMMIT")?;
        for (_, sql) in &indexes {
            db.execute_batch(sql)?;
        }
        Ok(())
    }

    fn write(&self, db: &Connection, scene: &Scene) -> rusqlite::Result<()> {
        let mut people: Vec<Person> = (0..self.members).map(|number| Person::new(scene, number)).collect();
        for (number, person) in people.iter().enumerate() {
            person.join(db, scene, &self.token(number))?;
        }
        let turns = (self.entries * TURNS).div_ceil(self.members);
        let turn = SPAN / i64::try_from(turns).unwrap_or(i64::MAX).max(1);
        let mut writer = Writer::new(db, scene);
        for number in 0..turns {
            let from = NOW - SPAN + turn * i64::try_from(number).unwrap_or(0);
            for person in &mut people {
                if (number + person.phase).is_multiple_of(person.every) {
                    let at = from + writer.rng.range(0, turn);
                    writer.come(person, at)?;
                }
            }
        }
        people.sort_by(|one, other| one.id.cmp(&other.id));
        people.iter_mut().try_for_each(|person| writer.leave(person))
    }
}

/// Sessions as if nobody had been here since the history ended.
fn forget_visits(path: &Path) -> Result<()> {
    let db = Connection::open(path)?;
    db.execute("UPDATE sessions SET last_seen_at = created_at WHERE last_seen_at <> created_at", [])?;
    Ok(())
}

/// A UUID in the order of numbers, so that the largest indexes are written from one end to the other.
fn ordered(number: i64) -> String {
    format!("{number:08x}-0000-4000-8000-000000000000")
}

struct Person {
    id: String,
    phone: String,
    joined_at: Millis,
    every: usize,
    phase: usize,
    /// What is usually spent, in thousandths of a single drink.
    appetite: i64,
    buckets: Buckets,
    last: Millis,
    answered: bool,
    /// Within the window that counts for a rise.
    year: Activity,
}

impl Person {
    fn new(scene: &Scene, number: usize) -> Self {
        let phone = (15_000_000_000 + number).to_string();
        let mut rng = Rng::named(&["crowd", &phone]);
        let every = match number % 10 {
            0 => REGULAR,
            1..5 => USUAL,
            _ => RARE,
        };
        Self {
            id: ids::stable(&["member", &scene.programme.id, &phone]),
            phone,
            joined_at: NOW - SPAN - rng.range(1, 400) * DAY,
            every,
            phase: rng.index(every),
            appetite: rng.range(600, 2600),
            buckets: Buckets::default(),
            last: 0,
            answered: false,
            year: Activity::default(),
        }
    }

    fn join(&self, db: &Connection, scene: &Scene, token: &str) -> rusqlite::Result<()> {
        let programme = &scene.programme;
        let mut rng = Rng::named(&["crowd member", &self.phone]);
        let member = Member {
            id: self.id.clone(),
            phone: self.phone.clone(),
            display_name: format!("会员 {}", &self.phone[5..]),
            birthday: (rng.index(2) == 0)
                .then(|| format!("{}-0{}-1{}", rng.range(1960, 2005), rng.range(1, 10), rng.range(0, 10))),
            locale: Some("zh-CN".into()),
            theme: "system".into(),
            personalisation: true,
            card_secret: rng.bytes::<32>().to_vec(),
            joined_at: self.joined_at,
        };
        members::insert(db, &member, &programme.tiers[0].id)?;
        for purpose in ["service", "personalisation", "messages"] {
            let version = programme.terms_version.clone();
            let granted = purpose == "service" || rng.index(3) > 0;
            let consent = Consent { purpose: purpose.into(), granted, version, at: self.joined_at };
            members::set_consent(db, &self.id, &consent)?;
        }
        let began = NOW - rng.range(1, 30) * DAY;
        let session = Session {
            id: ids::stable(&["session", &self.id]),
            member_id: self.id.clone(),
            channel: "mobile".into(),
            device: Some("iPhone · Safari".into()),
            created_at: began,
            last_seen_at: began,
            expires_at: NOW + SESSION_LIFE,
            device_id: None,
        };
        sessions::insert(db, &session, &token_hash(token))?;
        for _ in 0..rng.index(3) {
            let reward = &programme.rewards[rng.index(programme.rewards.len())];
            favourites::add(db, &self.id, &reward.id, NOW - rng.range(1, 300) * DAY)?;
        }
        if let Some(offer) = programme.coupon_offers.get(rng.index(2 * programme.coupon_offers.len().max(1)))
        {
            let at = NOW - rng.range(1, 60) * DAY;
            let coupon = Coupon {
                seq: 0,
                id: ids::stable(&["coupon", &self.id, &offer.id]),
                offer_id: offer.id.clone(),
                code: ids::voucher_code(rng.bytes()),
                used_at: (rng.index(2) == 0).then_some(at + DAY / 2),
                given_at: None,
                valid_from: at,
                valid_until: Scene { now: at, ..scene.clone() }.end_of_day_in(offer.valid_days),
                offered: None,
            };
            coupons::claim(db, &self.id, &coupon)?;
        }
        Ok(())
    }

    /// The highest tier that the year deserves, for a period that has begun some time ago.
    fn standing(&self, scene: &Scene, rng: &mut Rng) -> Standing {
        let (months, zone) = (scene.programme.tier_window_months, scene.zone());
        let levels = scene.programme.levels();
        let deserved = |level: usize| met(levels[level].matching, &levels[level].thresholds, &self.year);
        let level = (1..levels.len()).rev().find(|level| deserved(*level)).unwrap_or(0);
        if level == 0 {
            let start = self.joined_at;
            return Standing { level, since: start, period_start: start, period_end: None };
        }
        let start = NOW - rng.range(1, 27 * i64::from(months)) * DAY;
        Standing {
            level,
            since: start,
            period_start: start,
            period_end: Some(period_end(start, months, zone)),
        }
    }
}

struct Writer<'a> {
    db: &'a Connection,
    scene: &'a Scene,
    rng: Rng,
    /// The number of the latest entry of the ledger.
    seq: i64,
    /// What redeeming needs nothing but points for.
    rewards: Vec<&'a Reward>,
    /// For everybody.
    survey: Option<&'a Survey>,
    /// After a visit.
    asked: Option<&'a Survey>,
    /// Since when activity counts for a rise.
    window: Millis,
}

impl<'a> Writer<'a> {
    fn new(db: &'a Connection, scene: &'a Scene) -> Self {
        let programme = &scene.programme;
        let plain = |reward: &&Reward| {
            reward.stock.is_none()
                && reward.limit.is_none()
                && reward.min_tier.is_none()
                && reward.from_days.is_none()
                && reward.until_days.is_none()
                && reward.cost_money.is_none()
                && reward.issue.is_none()
                && reward.cost_points > 0
        };
        let after_visit =
            |survey: &&Survey| survey.occasion.as_ref().is_some_and(|one| one.kind == Kind::Visit);
        Self {
            db,
            scene,
            rng: Rng::named(&["crowd", &programme.id]),
            seq: 0,
            rewards: programme.rewards.iter().filter(plain).collect(),
            survey: programme.surveys.iter().find(|survey| survey.occasion.is_none()),
            asked: programme.surveys.iter().find(after_visit),
            window: window_start(NOW, programme.tier_window_months, scene.zone()),
        }
    }

    /// Whatever a member does at a time.
    fn come(&mut self, person: &mut Person, at: Millis) -> rusqlite::Result<()> {
        self.expire(person, at)?;
        match self.rng.range(0, 100) {
            0..20 => {
                let reward = self.rewards.get(self.rng.index(self.rewards.len())).copied();
                match reward.filter(|reward| reward.cost_points <= person.buckets.balance()) {
                    Some(reward) => self.redeem(person, reward, at),
                    None => self.visit(person, at),
                }
            }
            20..28 => self.bonus(person, at),
            28..30 if !person.answered => self.answer(person, at),
            _ => self.visit(person, at),
        }
    }

    fn append(
        &mut self,
        person: &mut Person,
        at: Millis,
        movement: &Movement<'_>,
        cause: &Cause<'_>,
    ) -> rusqlite::Result<()> {
        self.seq += 1;
        person.last = at;
        let named = (self.seq, &*ordered(self.seq));
        ledger::append(self.db, named, &person.id, at, person.buckets.balance(), movement, cause)
    }

    /// As `ledger::expire`.
    fn expire(&mut self, person: &mut Person, now: Millis) -> rusqlite::Result<()> {
        let dates = person.buckets.portions().iter().filter_map(|portion| portion.expires_at);
        let due: Vec<Millis> = dates.filter(|at| *at <= now).collect();
        let cause = Cause { reason: "expiry", kind: "expiry", id: None, title: None, store: None };
        for date in due {
            for portion in person.buckets.expire(date) {
                let (kind, expires_at) = ("expire", portion.expires_at);
                let movement = Movement { kind, amount: -portion.amount, expires_at, used: Some(&[portion]) };
                self.append(person, date.max(person.last), &movement, &cause)?;
            }
        }
        Ok(())
    }

    fn earn(
        &mut self,
        person: &mut Person,
        at: Millis,
        amount: i64,
        cause: &Cause<'_>,
    ) -> rusqlite::Result<()> {
        let expires_at = expiry::expires_at(self.scene.programme.policy(), at, self.scene.zone());
        person.buckets.credit(amount, expires_at);
        if at > self.window {
            person.year.points_earned += amount;
            person.year.interaction += i64::from(cause.kind != "order");
        }
        self.append(person, at, &Movement { kind: "earn", amount, expires_at, used: None }, cause)
    }

    fn visit(&mut self, person: &mut Person, at: Millis) -> rusqlite::Result<()> {
        let programme = &self.scene.programme;
        let MenuItem { name, price } = &programme.menu[self.rng.index(programme.menu.len())];
        let count = (person.appetite * self.rng.range(500, 1500) / 1_000_000).max(1);
        let title = match count {
            1 => name.clone(),
            n => Text::new(
                format!("{} × {n}", name.zh_cn),
                format!("{} × {n}", name.zh_tw),
                format!("{} × {n}", name.en),
            ),
        };
        let store = &programme.stores[self.rng.index(programme.stores.len())].id;
        let amount = price * count;
        let id = ordered(self.seq);
        self.db
            .prepare_cached(
                "INSERT INTO orders (id, member_id, store_id, title, amount, occurred_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![id, person.id, store, title.zh_cn, amount, at])?;
        if at > self.window {
            person.year.visits += 1;
            person.year.spend += amount;
        }
        let points = accrual::for_order(programme.accrual, amount, programme.tiers[0].multiplier_permille);
        let cause =
            Cause { reason: "order", kind: "order", id: Some(&id), title: Some(&title), store: Some(store) };
        self.earn(person, at, points, &cause)?;
        self.ask(person, at)
    }

    /// One visit in five leads to an offer. What is about to be too old to ask about was mostly let pass.
    fn ask(&mut self, person: &Person, at: Millis) -> rusqlite::Result<()> {
        let fresh = at > NOW - FRESH;
        let offered = self.rng.index(5) == 0;
        if offered || fresh && self.rng.index(4) > 0 {
            let occasion = Occasion {
                kind: Kind::Visit,
                id: ordered(self.seq),
                at,
                reward_id: None,
                title: None,
                store_id: None,
            };
            let survey = self.asked.filter(|_| offered).map(|survey| survey.id.as_str());
            offers::take(self.db, &person.id, &occasion, survey, at)?;
        }
        Ok(())
    }

    fn bonus(&mut self, person: &mut Person, at: Millis) -> rusqlite::Result<()> {
        let title = super::history::bonus_title();
        let (id, title) = (Some("member-day"), Some(&title));
        let cause = Cause { reason: "campaign", kind: "campaign", id, title, store: None };
        let amount = 50 + 10 * self.rng.range(0, 20);
        self.earn(person, at, amount, &cause)
    }

    fn answer(&mut self, person: &mut Person, at: Millis) -> rusqlite::Result<()> {
        let Some(survey) = self.survey else { return Ok(()) };
        person.answered = true;
        let cause = Cause {
            reason: "survey",
            kind: "survey",
            id: Some(&survey.id),
            title: Some(&survey.title),
            store: None,
        };
        self.earn(person, at, survey.reward_points, &cause)?;
        let response = Response {
            client_uuid: ids::stable(&["response", &person.id]),
            revision: survey.revision,
            submitted: true,
            answers: "{}".into(),
            submitted_at: Some(at),
            points_awarded: survey.reward_points,
            balance_after: Some(person.buckets.balance()),
            version: 1,
            updated_at: at,
        };
        surveys::put(self.db, &person.id, &survey.id, &response)
    }

    fn redeem(&mut self, person: &mut Person, reward: &Reward, at: Millis) -> rusqlite::Result<()> {
        let Ok(used) = person.buckets.spend(reward.cost_points) else { return Ok(()) };
        let used: Vec<Portion> =
            used.iter().map(|used| Portion { amount: used.amount, expires_at: used.expires_at }).collect();
        if at > self.window {
            person.year.points_spent += reward.cost_points;
        }
        let id = ordered(self.seq);
        let cause = Cause {
            reason: "redemption",
            kind: "redemption",
            id: Some(&id),
            title: Some(&reward.title),
            store: None,
        };
        let movement =
            Movement { kind: "spend", amount: -reward.cost_points, expires_at: None, used: Some(&used) };
        self.append(person, at, &movement, &cause)?;
        let scene = Scene { now: at, ..self.scene.clone() };
        let valid_until = voucher_end(&scene, reward);
        let used_at = (at + self.rng.range(1, 200) * (DAY / 24)).min(valid_until - 1);
        let used_at = (used_at <= NOW && self.rng.index(5) > 0).then_some(used_at);
        let redemption = Redemption {
            seq: 0,
            client_ref: ids::stable(&["client", &id]),
            id,
            member_id: person.id.clone(),
            status: if used_at.is_some() { "used" } else { "issued" }.to_owned(),
            reward_id: reward.id.clone(),
            quantity: 1,
            cost_points: reward.cost_points,
            store_id: None,
            buckets_used: used,
            voucher_code: ids::voucher_code(self.rng.bytes()),
            valid_until,
            cancellable_until: cancellable_until(&scene, reward),
            balance_after: person.buckets.balance(),
            created_at: at,
            money: None,
            paid_at: None,
            due_at: None,
            issued_at: Some(at),
            used_at,
            refunded_at: None,
            refusal: None,
        };
        redemptions::insert(self.db, &redemption)
    }

    /// The member as of now, with nothing left to settle.
    fn leave(&mut self, person: &mut Person) -> rusqlite::Result<()> {
        self.expire(person, NOW)?;
        ledger::save(self.db, &person.id, &person.buckets)?;
        let standing = person.standing(self.scene, &mut self.rng);
        tiers::save(self.db, self.scene, &person.id, standing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::programme::programme_ids;
    use crate::store::Db;

    #[test]
    fn a_crowd_is_settled_and_its_points_add_up() {
        let directory = tempfile::tempdir().unwrap();
        for programme in programme_ids() {
            let crowd = Crowd { programme: programme.into(), members: 40, entries: 4000 };
            let path = crowd.ready(directory.path()).unwrap();
            let db = Db::open(&path).unwrap();
            let programme = Arc::new(Programme::load(programme).unwrap());
            let scene = Scene { programme, anchor: NOW, now: NOW };
            let mut levels = vec![0; scene.programme.tiers.len()];
            let mut entries = 0;
            db.transact(|tx| -> rusqlite::Result<()> {
                for number in 0..crowd.members {
                    let session = sessions::find(tx, &token_hash(&crowd.token(number)), NOW)?.unwrap();
                    let member = &session.member_id;
                    let before = tiers::standing(tx, &scene, member)?;
                    let history = ledger::entries(tx, member, None, None, 10_000)?;
                    assert_eq!(tiers::settle(tx, &scene, member)?.standing, before);
                    assert_eq!(ledger::entries(tx, member, None, None, 10_000)?.len(), history.len());
                    assert!(history.is_sorted_by(|a, b| a.occurred_at >= b.occurred_at));
                    assert!(history.iter().all(|entry| entry.occurred_at <= NOW));
                    let mut balance = 0;
                    for entry in history.iter().rev() {
                        balance += entry.amount;
                        assert_eq!((balance, balance >= 0), (entry.balance_after, true));
                    }
                    assert_eq!(ledger::buckets(tx, member)?.balance(), balance);
                    levels[before.level] += 1;
                    entries += history.len();
                }
                let one = |sql: &str| tx.query_row(sql, [], |row| row.get::<_, i64>(0));
                assert_eq!(one("SELECT COUNT(*) FROM pragma_foreign_key_check")?, 0);
                assert!(one("SELECT COUNT(*) FROM redemptions")? > 100);
                assert!(one("SELECT COUNT(*) FROM survey_offers")? > 100);
                Ok(())
            })
            .unwrap();
            assert!((4000..5000).contains(&entries), "{entries}");
            assert!(levels.iter().filter(|count| **count > 0).count() > 1, "{levels:?}");
        }
    }

    #[test]
    fn it_is_filled_once_with_every_index() {
        let directory = tempfile::tempdir().unwrap();
        let crowd = Crowd { programme: "coffee".into(), members: 3, entries: 30 };
        let schema = |path: &Path| {
            let db = Connection::open(path).unwrap();
            let mut query = db.prepare("SELECT sql FROM sqlite_master ORDER BY type, name").unwrap();
            query
                .query_map([], |row| row.get(0))
                .unwrap()
                .collect::<rusqlite::Result<Vec<Option<String>>>>()
                .unwrap()
        };
        let stale = directory.path().join("crowd-coffee-3-30-000000000000.sqlite");
        drop(Db::open(&stale).unwrap());
        let fresh = schema(&stale);
        let path = crowd.ready(directory.path()).unwrap();
        assert!(!stale.exists());
        assert_eq!(schema(&path), fresh);
        let made = fs::metadata(&path).unwrap().modified().unwrap();
        assert_eq!(crowd.ready(directory.path()).unwrap(), path);
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), made);
    }
}

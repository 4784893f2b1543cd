//! What the crowd does.

use super::NOW;
use super::person::Person;
use crate::catalogue::{cancellable_until, voucher_end};
use crate::clock::{DAY, Millis};
use crate::ids;
use crate::locale::Text;
use crate::programme::{MenuItem, Reward, Survey};
use crate::rules::buckets::Portion;
use crate::rules::occasions::{FRESH, Kind};
use crate::rules::tier::window_start;
use crate::rules::{accrual, expiry};
use crate::scene::Scene;
use crate::seed::rng::Rng;
use crate::store::ledger::{self, Cause, Movement};
use crate::store::offers::{self, Occasion};
use crate::store::redemptions::{self, Redemption};
use crate::store::surveys::{self, Response};
use crate::store::tiers;
use rusqlite::{Connection, params};

/// A UUID in the order of numbers, so that the largest indexes are written from one end to the other.
fn ordered(number: i64) -> String {
    format!("{number:08x}-0000-4000-8000-000000000000")
}

/// Writes what the crowd does, in the order of time.
pub(super) struct Writer<'a> {
    db: &'a Connection,
    scene: &'a Scene,
    pub(super) rng: Rng,
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
    pub(super) fn new(db: &'a Connection, scene: &'a Scene) -> Self {
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
    pub(super) fn come(&mut self, person: &mut Person, at: Millis) -> rusqlite::Result<()> {
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
        let title = crate::seed::history::bonus_title();
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
    pub(super) fn leave(&mut self, person: &mut Person) -> rusqlite::Result<()> {
        self.expire(person, NOW)?;
        ledger::save(self.db, &person.id, &person.buckets)?;
        let standing = person.standing(self.scene, &mut self.rng);
        tiers::save(self.db, self.scene, &person.id, standing)
    }
}

//! Writes a drawn plan into the database through the same rules that live traffic goes through.

use super::plan::{Event, Fate, Plan, What};
use super::rng::Rng;
use crate::clock::{DAY, Millis, add_months, day_end, local_date};
use crate::ids;
use crate::locale::Text;
use crate::scene::Scene;
use crate::store::ledger::{self, Cause};
use crate::store::redemptions::{self, Redemption};
use rusqlite::{Connection, params};

/// How long after redeeming a voucher is used.
const USED_AFTER: Millis = 95 * 60_000;

struct Writer<'a> {
    db: &'a Connection,
    scene: &'a Scene,
    member: &'a str,
    rng: &'a mut Rng,
    count: usize,
    /// Redemptions that could not be afforded when they were due.
    waiting: Vec<(String, Fate)>,
    /// Refunds to come, by time.
    refunds: Vec<(Millis, Redemption)>,
}

pub(super) fn bonus_title() -> Text {
    Text::new("会员日加赠", "會員日加贈", "Member day bonus")
}

pub(super) fn write(
    db: &Connection,
    scene: &Scene,
    member: &str,
    plan: &Plan,
    rng: &mut Rng,
) -> rusqlite::Result<()> {
    let mut writer = Writer { db, scene, member, rng, count: 0, waiting: Vec::new(), refunds: Vec::new() };
    for event in &plan.events {
        writer.event(event)?;
    }
    writer.catch_up(scene.now)?;
    // After everything else, or the ledger would not be in the order of time.
    let last: Millis = db.query_row(
        "SELECT COALESCE(MAX(occurred_at), 0) FROM ledger WHERE member_id = ?1",
        [member],
        |row| row.get(0),
    )?;
    let late = writer.at((scene.now - DAY - DAY / 24).max(last + 60_000).min(scene.now));
    writer.retry(&late)?;
    if let Some(dates) = plan.dates {
        writer.fill_dates(&late, dates)?;
    }
    Ok(())
}

impl Writer<'_> {
    fn at(&self, now: Millis) -> Scene {
        Scene { now, ..self.scene.clone() }
    }

    fn event(&mut self, event: &Event) -> rusqlite::Result<()> {
        self.catch_up(event.at)?;
        let scene = self.at(event.at);
        ledger::expire(self.db, &scene, self.member)?;
        match &event.what {
            What::Visit { store, title, amount, points } => {
                self.visit(&scene, store, title, *amount, *points)
            }
            What::Redeem { reward, fate } => {
                if !self.redeem(&scene, reward, *fate)? {
                    self.waiting.push((reward.clone(), *fate));
                }
                Ok(())
            }
            What::Bonus { amount, expires_at } => self.bonus(&scene, *amount, *expires_at),
            What::Carried { amount, expires_at } => {
                let policy =
                    crate::rules::expiry::expires_at(scene.programme.policy(), scene.now, scene.zone());
                let cause =
                    Cause { reason: "carried", kind: "adjustment", id: None, title: None, store: None };
                ledger::adjust(self.db, &scene, self.member, *amount, expires_at.or(policy), &cause)
                    .map(|_| ())
            }
            What::Clear => self.clear(&scene),
        }
    }

    fn visit(
        &mut self,
        scene: &Scene,
        store: &str,
        title: &Text,
        amount: i64,
        points: i64,
    ) -> rusqlite::Result<()> {
        self.count += 1;
        let id = ids::stable(&["order", self.member, &self.count.to_string()]);
        self.db.execute(
            "INSERT INTO orders (id, member_id, store_id, title, amount, occurred_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![id, self.member, store, title.zh_cn, amount, scene.now],
        )?;
        let cause =
            Cause { reason: "order", kind: "order", id: Some(&id), title: Some(title), store: Some(store) };
        if points > 0 {
            ledger::earn(self.db, scene, self.member, points, None, &cause)?;
        }
        self.retry(scene)
    }

    fn bonus(&mut self, scene: &Scene, amount: i64, expires_at: Option<Millis>) -> rusqlite::Result<()> {
        let title = bonus_title();
        let cause = Cause {
            reason: "campaign",
            kind: "campaign",
            id: Some("member-day"),
            title: Some(&title),
            store: None,
        };
        ledger::earn(self.db, scene, self.member, amount, expires_at, &cause).map(|_| ())
    }

    /// Makes a redemption when the balance allows it.
    fn redeem(&mut self, scene: &Scene, reward: &str, fate: Fate) -> rusqlite::Result<bool> {
        let Some(reward) = scene.programme.reward(reward) else { return Ok(true) };
        self.count += 1;
        let id = ids::stable(&["redemption", self.member, &self.count.to_string()]);
        let cause = Cause {
            reason: "redemption",
            kind: "redemption",
            id: Some(&id),
            title: Some(&reward.title),
            store: None,
        };
        let Ok((buckets_used, balance_after)) =
            ledger::spend(self.db, scene, self.member, reward.cost_points, &cause)?
        else {
            return Ok(false);
        };
        let redemption = Redemption {
            seq: 0,
            client_ref: ids::stable(&["client", &id]),
            id,
            member_id: self.member.to_owned(),
            status: if fate == Fate::Used { "used" } else { "issued" }.to_owned(),
            reward_id: reward.id.clone(),
            quantity: 1,
            cost_points: reward.cost_points,
            store_id: None,
            buckets_used,
            voucher_code: ids::voucher_code(self.rng.bytes()),
            valid_until: crate::catalogue::voucher_end(scene, reward),
            cancellable_until: crate::catalogue::cancellable_until(scene, reward),
            balance_after,
            created_at: scene.now,
            money: None,
            paid_at: None,
            due_at: None,
            issued_at: Some(scene.now),
            used_at: (fate == Fate::Used).then(|| (scene.now + USED_AFTER).min(self.scene.now)),
            refunded_at: None,
            refusal: None,
        };
        redemptions::insert(self.db, &redemption)?;
        if fate == Fate::Cancelled {
            self.refunds.push((scene.now + 40 * 60_000, redemption));
        }
        Ok(true)
    }

    fn retry(&mut self, scene: &Scene) -> rusqlite::Result<()> {
        for (reward, fate) in std::mem::take(&mut self.waiting) {
            if !self.redeem(scene, &reward, fate)? {
                self.waiting.push((reward, fate));
            }
        }
        Ok(())
    }

    /// Cancels what is due to be cancelled before `now`.
    fn catch_up(&mut self, now: Millis) -> rusqlite::Result<()> {
        while let Some(index) = self.refunds.iter().position(|(at, _)| *at <= now) {
            let (at, redemption) = self.refunds.remove(index);
            let scene = self.at(at);
            let title = scene.programme.reward(&redemption.reward_id).map(|reward| reward.title.clone());
            let cause = Cause {
                reason: "cancellation",
                kind: "cancellation",
                id: Some(&redemption.id),
                title: title.as_ref(),
                store: None,
            };
            let balance = ledger::refund(self.db, &scene, self.member, &redemption.buckets_used, &cause)?;
            redemptions::save(self.db, &redemption.cancelled(at, balance))?;
        }
        Ok(())
    }

    /// Spends what can be spent, and corrects away the small rest.
    fn clear(&mut self, scene: &Scene) -> rusqlite::Result<()> {
        self.waiting.clear();
        loop {
            let balance = ledger::buckets(self.db, self.member)?.balance();
            let choices: Vec<String> = scene
                .programme
                .rewards
                .iter()
                .filter(|r| r.cost_points <= balance && r.cost_points > 0)
                .filter(|r| {
                    r.stock.is_none() && r.limit.is_none() && r.min_tier.is_none() && r.from_days.is_none()
                })
                .map(|r| r.id.clone())
                .collect();
            if choices.is_empty() {
                let cause =
                    Cause { reason: "adjustment", kind: "adjustment", id: None, title: None, store: None };
                if balance != 0 {
                    ledger::adjust(self.db, scene, self.member, -balance, None, &cause)?;
                }
                return Ok(());
            }
            let reward = choices[self.rng.index(choices.len())].clone();
            self.redeem(scene, &reward, Fate::Used)?;
        }
    }

    /// Gives short-lived points until the balance lies on as many dates as are wanted.
    fn fill_dates(&mut self, scene: &Scene, dates: usize) -> rusqlite::Result<()> {
        let today = local_date(self.scene.now, self.scene.zone());
        for months in [0, 2, 4] {
            let buckets = ledger::buckets(self.db, self.member)?;
            if buckets.portions().len() >= dates {
                break;
            }
            let next = add_months(chrono::Datelike::with_day(&today, 1).unwrap_or(today), months + 1);
            let last = next.pred_opt().unwrap_or(next);
            let amount = (buckets.balance() / 20 / 10 * 10).max(50);
            self.bonus(scene, amount, Some(day_end(last, self.scene.zone())))?;
        }
        Ok(())
    }
}

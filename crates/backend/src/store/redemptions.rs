//! Redemptions and the stock they take from.

use crate::clock::Millis;
use crate::rules::buckets::Portion;
use crate::store::ledger::from_json;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::HashMap;

#[derive(Clone, Debug)]
pub(crate) struct Redemption {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) member_id: String,
    pub(crate) client_ref: String,
    /// As stored; `expired` is only ever derived.
    pub(crate) status: String,
    pub(crate) reward_id: String,
    pub(crate) quantity: i64,
    pub(crate) cost_points: i64,
    pub(crate) store_id: Option<String>,
    pub(crate) buckets_used: Vec<Portion>,
    /// Told from `issued` on.
    pub(crate) voucher_code: String,
    pub(crate) valid_until: Millis,
    pub(crate) cancellable_until: Option<Millis>,
    pub(crate) balance_after: i64,
    pub(crate) created_at: Millis,
    /// Minor units of money to pay online before it is issued.
    pub(crate) money: Option<i64>,
    pub(crate) paid_at: Option<Millis>,
    /// While pending: when it is rejected for want of money, or else issued.
    pub(crate) due_at: Option<Millis>,
    pub(crate) issued_at: Option<Millis>,
    pub(crate) used_at: Option<Millis>,
    pub(crate) refunded_at: Option<Millis>,
    pub(crate) refusal: Option<Refusal>,
}

/// Why a redemption was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nobody paid in time.
    Unpaid,
    /// The payment failed.
    Declined,
    /// The partner could not issue it.
    Partner,
}

impl Refusal {
    const fn word(self) -> &'static str {
        match self {
            Self::Unpaid => "unpaid",
            Self::Declined => "declined",
            Self::Partner => "partner",
        }
    }
}

const FIELDS: &str = "seq, id, member_id, client_ref, status, reward_id, quantity, cost_points, store_id, buckets_used, \
                      voucher_code, valid_until, cancellable_until, balance_after, created_at, money, paid_at, due_at, \
                      issued_at, used_at, refunded_at, refusal";

fn redemption(row: &Row<'_>) -> rusqlite::Result<Redemption> {
    let used: String = row.get(9)?;
    let refusal: Option<String> = row.get(21)?;
    let known = [Refusal::Unpaid, Refusal::Declined, Refusal::Partner];
    Ok(Redemption {
        seq: row.get(0)?,
        id: row.get(1)?,
        member_id: row.get(2)?,
        client_ref: row.get(3)?,
        status: row.get(4)?,
        reward_id: row.get(5)?,
        quantity: row.get(6)?,
        cost_points: row.get(7)?,
        store_id: row.get(8)?,
        buckets_used: serde_json::from_str(&used).map_err(|error| from_json(9, error))?,
        voucher_code: row.get(10)?,
        valid_until: row.get(11)?,
        cancellable_until: row.get(12)?,
        balance_after: row.get(13)?,
        created_at: row.get(14)?,
        money: row.get(15)?,
        paid_at: row.get(16)?,
        due_at: row.get(17)?,
        issued_at: row.get(18)?,
        used_at: row.get(19)?,
        refunded_at: row.get(20)?,
        refusal: refusal.and_then(|word| known.into_iter().find(|refusal| refusal.word() == word)),
    })
}

impl Redemption {
    /// The status at `now`.
    pub(crate) fn status_at(&self, now: Millis) -> &str {
        if self.status == "issued" && self.valid_until <= now { "expired" } else { &self.status }
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.status == "pending"
    }

    /// Whether it is pending because money is still to be paid.
    pub(crate) fn awaits_payment(&self) -> bool {
        self.is_pending() && self.money.is_some() && self.paid_at.is_none()
    }

    /// Whether the member can cancel it: before the money is paid, and then within the time the reward allows; never while a
    /// partner is at work on it.
    pub(crate) fn cancellable_at(&self, now: Millis) -> bool {
        self.awaits_payment()
            || self.status_at(now) == "issued" && self.cancellable_until.is_some_and(|until| now < until)
    }

    /// It as cancelled at `at`, with the balance that followed.
    pub(crate) fn cancelled(self, at: Millis, balance_after: i64) -> Self {
        let status = "cancelled".to_owned();
        Self { status, balance_after, refunded_at: Some(at), due_at: None, ..self }
    }

    /// It as rejected at `at`, with the balance that followed.
    pub(crate) fn rejected(self, at: Millis, balance_after: i64, why: Refusal) -> Self {
        let status = "rejected".to_owned();
        Self { status, balance_after, refunded_at: Some(at), due_at: None, refusal: Some(why), ..self }
    }

    /// It as issued at `at`.
    pub(crate) fn issued(self, at: Millis) -> Self {
        Self { status: "issued".to_owned(), issued_at: Some(at), due_at: None, ..self }
    }

    /// It as used at `at`.
    pub(crate) fn used(self, at: Millis) -> Self {
        Self { status: "used".to_owned(), used_at: Some(at), ..self }
    }
}

/// Stores a redemption; its `seq` is chosen here.
pub(crate) fn insert(db: &Connection, redemption: &Redemption) -> rusqlite::Result<()> {
    let used = serde_json::to_string(&redemption.buckets_used)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    db.prepare_cached(
        "INSERT INTO redemptions (id, member_id, client_ref, status, reward_id, quantity, cost_points, store_id, buckets_used,
            voucher_code, valid_until, cancellable_until, balance_after, created_at, money, paid_at, due_at, issued_at, used_at,
            refunded_at, refusal)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
    )?
    .execute(params![
            redemption.id,
            redemption.member_id,
            redemption.client_ref,
            redemption.status,
            redemption.reward_id,
            redemption.quantity,
            redemption.cost_points,
            redemption.store_id,
            used,
            redemption.voucher_code,
            redemption.valid_until,
            redemption.cancellable_until,
            redemption.balance_after,
            redemption.created_at,
            redemption.money,
            redemption.paid_at,
            redemption.due_at,
            redemption.issued_at,
            redemption.used_at,
            redemption.refunded_at,
            redemption.refusal.map(Refusal::word),
        ])?;
    Ok(())
}

/// Stores what can change about a redemption.
pub(crate) fn save(db: &Connection, redemption: &Redemption) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE redemptions SET status = ?2, valid_until = ?3, cancellable_until = ?4, balance_after = ?5, paid_at = ?6,
            due_at = ?7, issued_at = ?8, used_at = ?9, refunded_at = ?10, refusal = ?11
         WHERE id = ?1",
    )?
    .execute(params![
            redemption.id,
            redemption.status,
            redemption.valid_until,
            redemption.cancellable_until,
            redemption.balance_after,
            redemption.paid_at,
            redemption.due_at,
            redemption.issued_at,
            redemption.used_at,
            redemption.refunded_at,
            redemption.refusal.map(Refusal::word),
        ])?;
    Ok(())
}

pub(crate) fn get(db: &Connection, member: &str, id: &str) -> rusqlite::Result<Option<Redemption>> {
    Ok(by_id(db, id)?.filter(|redemption| redemption.member_id == member))
}

/// Anybody's redemption.
pub(crate) fn by_id(db: &Connection, id: &str) -> rusqlite::Result<Option<Redemption>> {
    let sql = format!("SELECT {FIELDS} FROM redemptions WHERE id = ?1");
    db.prepare_cached(&sql)?.query_row([id], redemption).optional()
}

/// Anybody's redemption by the code of its voucher.
pub(crate) fn by_code(db: &Connection, code: &str) -> rusqlite::Result<Option<Redemption>> {
    let sql = format!("SELECT {FIELDS} FROM redemptions WHERE voucher_code = ?1");
    db.prepare_cached(&sql)?.query_row([code], redemption).optional()
}

/// Everybody's pending redemptions that are due by `now`, in the order in which they fell due.
pub(crate) fn due(db: &Connection, now: Millis) -> rusqlite::Result<Vec<Redemption>> {
    let sql = format!(
        "SELECT {FIELDS} FROM redemptions WHERE status = 'pending' AND due_at <= ?1 ORDER BY due_at, seq"
    );
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map([now], redemption)?;
    rows.collect()
}

/// What to list: a status (also `expired`), one client reference, entries older than a position.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) status: Option<String>,
    pub(crate) client_ref: Option<String>,
    pub(crate) before: Option<i64>,
}

/// A member's redemptions, newest first.
pub(crate) fn list(
    db: &Connection,
    member: &str,
    filter: &Filter,
    now: Millis,
    limit: usize,
) -> rusqlite::Result<Vec<Redemption>> {
    let sql = format!(
        "SELECT {FIELDS} FROM redemptions
         WHERE member_id = ?1 AND seq < ?2 AND (?3 IS NULL OR client_ref = ?3)
           AND (?4 IS NULL OR ?4 = CASE WHEN status = 'issued' AND valid_until <= ?5 THEN 'expired' ELSE status END)
         ORDER BY seq DESC LIMIT ?6"
    );
    let mut query = db.prepare_cached(&sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let before = filter.before.unwrap_or(i64::MAX);
    let rows =
        query.query_map(params![member, before, filter.client_ref, filter.status, now, limit], redemption)?;
    rows.collect()
}

/// When the periods of limits began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Since {
    pub(crate) day: Millis,
    pub(crate) month: Millis,
    pub(crate) year: Millis,
}

/// How many of a reward a member has redeemed in each period.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    pub(crate) day: i64,
    pub(crate) month: i64,
    pub(crate) year: i64,
    pub(crate) ever: i64,
}

/// What the member has redeemed of each reward, not counting what was undone.
pub(crate) fn used(db: &Connection, member: &str, since: Since) -> rusqlite::Result<HashMap<String, Used>> {
    let mut query = db.prepare_cached(
        "SELECT reward_id, COALESCE(SUM(quantity) FILTER (WHERE created_at >= ?2), 0),
                COALESCE(SUM(quantity) FILTER (WHERE created_at >= ?3), 0),
                COALESCE(SUM(quantity) FILTER (WHERE created_at >= ?4), 0), SUM(quantity)
         FROM redemptions WHERE member_id = ?1 AND status NOT IN ('cancelled', 'rejected', 'refunded') GROUP BY reward_id",
    )?;
    let rows = query.query_map(params![member, since.day, since.month, since.year], |row| {
        let used = Used { day: row.get(1)?, month: row.get(2)?, year: row.get(3)?, ever: row.get(4)? };
        Ok((row.get(0)?, used))
    })?;
    rows.collect()
}

/// What is left of each reward that is limited.
pub(crate) fn stock(db: &Connection) -> rusqlite::Result<HashMap<String, i64>> {
    let mut query = db.prepare_cached("SELECT reward_id, remaining FROM stock")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// Sets the first stock of a reward, unless it has one.
pub(crate) fn init_stock(db: &Connection, reward: &str, remaining: i64) -> rusqlite::Result<()> {
    db.execute(
        "INSERT OR IGNORE INTO stock (reward_id, remaining) VALUES (?1, ?2)",
        params![reward, remaining],
    )?;
    Ok(())
}

/// Takes from the stock when there is enough of it; tells whether there was.
pub(crate) fn take_stock(db: &Connection, reward: &str, quantity: i64) -> rusqlite::Result<bool> {
    let taken = db.execute(
        "UPDATE stock SET remaining = remaining - ?2 WHERE reward_id = ?1 AND remaining >= ?2",
        params![reward, quantity],
    )?;
    Ok(taken == 1)
}

/// Puts back what a redemption took that was undone. A reward without a limit has nothing to put back to.
pub(crate) fn return_stock(db: &Connection, reward: &str, quantity: i64) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE stock SET remaining = remaining + ?2 WHERE reward_id = ?1",
        params![reward, quantity],
    )?;
    Ok(())
}

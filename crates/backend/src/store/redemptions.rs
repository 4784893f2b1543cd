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
    pub(crate) voucher_code: String,
    pub(crate) valid_until: Millis,
    pub(crate) cancellable_until: Option<Millis>,
    pub(crate) balance_after: i64,
    pub(crate) created_at: Millis,
}

const FIELDS: &str = "seq, id, member_id, client_ref, status, reward_id, quantity, cost_points, store_id, buckets_used, \
                      voucher_code, valid_until, cancellable_until, balance_after, created_at";

fn redemption(row: &Row<'_>) -> rusqlite::Result<Redemption> {
    let used: String = row.get(9)?;
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
    })
}

impl Redemption {
    /// The status at `now`.
    pub(crate) fn status_at(&self, now: Millis) -> &str {
        if self.status == "issued" && self.valid_until <= now { "expired" } else { &self.status }
    }

    pub(crate) fn cancellable_at(&self, now: Millis) -> bool {
        self.status_at(now) == "issued" && self.cancellable_until.is_some_and(|until| now < until)
    }
}

/// Stores a redemption; its `seq` is chosen here.
pub(crate) fn insert(db: &Connection, redemption: &Redemption) -> rusqlite::Result<()> {
    let used = serde_json::to_string(&redemption.buckets_used)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    db.execute(
        "INSERT INTO redemptions (id, member_id, client_ref, status, reward_id, quantity, cost_points, store_id, buckets_used,
            voucher_code, valid_until, cancellable_until, balance_after, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        params![
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
        ],
    )?;
    Ok(())
}

pub(crate) fn get(db: &Connection, member: &str, id: &str) -> rusqlite::Result<Option<Redemption>> {
    let sql = format!("SELECT {FIELDS} FROM redemptions WHERE member_id = ?1 AND id = ?2");
    db.prepare_cached(&sql)?.query_row([member, id], redemption).optional()
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

/// Marks a redemption as cancelled, with the balance that followed.
pub(crate) fn set_cancelled(db: &Connection, id: &str, balance_after: i64) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE redemptions SET status = 'cancelled', balance_after = ?2 WHERE id = ?1",
        params![id, balance_after],
    )?;
    Ok(())
}

/// How many of a reward the member has redeemed since `from`, not counting what was undone.
pub(crate) fn used_since(db: &Connection, member: &str, reward: &str, from: Millis) -> rusqlite::Result<i64> {
    db.prepare_cached(
        "SELECT COALESCE(SUM(quantity), 0) FROM redemptions
         WHERE member_id = ?1 AND reward_id = ?2 AND created_at >= ?3 AND status NOT IN ('cancelled', 'rejected', 'refunded')",
    )?
    .query_row(params![member, reward, from], |row| row.get(0))
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

/// Puts back what a cancelled redemption took. A reward without a limit has nothing to put back to.
pub(crate) fn return_stock(db: &Connection, reward: &str, quantity: i64) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE stock SET remaining = remaining + ?2 WHERE reward_id = ?1",
        params![reward, quantity],
    )?;
    Ok(())
}

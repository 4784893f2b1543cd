//! Coupons on their way from one member to another.

use crate::clock::Millis;
use rusqlite::{Connection, OptionalExtension, params};

#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    pub(crate) id: String,
    pub(crate) coupon_id: String,
    pub(crate) giver_id: String,
    pub(crate) message: Option<String>,
    pub(crate) created_at: Millis,
    pub(crate) expires_at: Millis,
    pub(crate) outcome: Option<Outcome>,
}

/// How a transfer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// By this member.
    Accepted(String),
    Returned,
}

impl Transfer {
    /// How it has ended by `now`; nothing while it is open.
    pub(crate) fn outcome_at(&self, now: Millis) -> Option<&Outcome> {
        const OVER: &Outcome = &Outcome::Returned;
        self.outcome.as_ref().or_else(|| (self.expires_at <= now).then_some(OVER))
    }

    /// Its word in the contract.
    pub(crate) fn status_at(&self, now: Millis) -> &'static str {
        match self.outcome_at(now) {
            None => "offered",
            Some(Outcome::Accepted(_)) => "accepted",
            Some(Outcome::Returned) => "returned",
        }
    }

    /// Whether `member` has taken the coupon.
    pub(crate) fn accepted_by(&self, member: &str) -> bool {
        matches!(&self.outcome, Some(Outcome::Accepted(taker)) if taker == member)
    }
}

/// Stores an open transfer. The coupon must have none: one whose time is up has to be returned before.
pub(crate) fn insert(db: &Connection, transfer: &Transfer) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO coupon_transfers (id, coupon_id, giver_id, message, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            transfer.id,
            transfer.coupon_id,
            transfer.giver_id,
            transfer.message,
            transfer.created_at,
            transfer.expires_at
        ],
    )?;
    Ok(())
}

pub(crate) fn get(db: &Connection, id: &str) -> rusqlite::Result<Option<Transfer>> {
    db.prepare_cached(
        "SELECT id, coupon_id, giver_id, message, created_at, expires_at, outcome, taker_id FROM coupon_transfers WHERE id = ?1",
    )?
    .query_row([id], |row| {
        let outcome: Option<String> = row.get(6)?;
        let taker: Option<String> = row.get(7)?;
        Ok(Transfer {
            id: row.get(0)?,
            coupon_id: row.get(1)?,
            giver_id: row.get(2)?,
            message: row.get(3)?,
            created_at: row.get(4)?,
            expires_at: row.get(5)?,
            outcome: outcome.map(|_| taker.map_or(Outcome::Returned, Outcome::Accepted)),
        })
    })
    .optional()
}

/// Ends an open transfer; tells whether it was open.
pub(crate) fn close(db: &Connection, id: &str, outcome: &Outcome) -> rusqlite::Result<bool> {
    let (word, taker) = match outcome {
        Outcome::Accepted(taker) => ("accepted", Some(taker)),
        Outcome::Returned => ("returned", None),
    };
    let closed = db.execute(
        "UPDATE coupon_transfers SET outcome = ?2, taker_id = ?3 WHERE id = ?1 AND outcome IS NULL",
        params![id, word, taker],
    )?;
    Ok(closed == 1)
}

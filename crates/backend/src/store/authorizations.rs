//! Requests of devices to be signed in by a phone. Of the device's code only the hash is kept.

use crate::clock::{DAY, Millis};
use crate::rules::authorizations::{Decision, Request};
use rusqlite::{Connection, OptionalExtension, Row, params};

#[derive(Clone, Debug)]
pub(crate) struct Authorization {
    pub(crate) user_code: String,
    pub(crate) device_id: String,
    pub(crate) created_at: Millis,
    pub(crate) expires_at: Millis,
    /// The member who opened it first.
    pub(crate) scanned_by: Option<String>,
    pub(crate) decided: Option<(Decision, String)>,
    pub(crate) collected: bool,
}

impl Authorization {
    /// What the rules look at.
    pub(crate) fn at(&self, now: Millis) -> Request<'_> {
        Request {
            decided: self.decided.as_ref().map(|(decision, by)| (*decision, by.as_str())),
            collected: self.collected,
            over: self.expires_at <= now,
        }
    }
}

const FIELDS: &str = "user_code, device_id, created_at, expires_at, scanned_by, decision, decided_by, collected_at IS NOT NULL";

fn authorization(row: &Row<'_>) -> rusqlite::Result<Authorization> {
    let (decision, by): (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
    let decided = decision.zip(by).map(|(word, by)| {
        let approved = word == Decision::Approved.name();
        (if approved { Decision::Approved } else { Decision::Denied }, by)
    });
    Ok(Authorization {
        user_code: row.get(0)?,
        device_id: row.get(1)?,
        created_at: row.get(2)?,
        expires_at: row.get(3)?,
        scanned_by: row.get(4)?,
        decided,
        collected: row.get(7)?,
    })
}

/// Stores a new request. It takes the place of the device's earlier ones that nobody has opened; a day later all is forgotten.
pub(crate) fn insert(
    db: &Connection,
    authorization: &Authorization,
    device_code_hash: &[u8; 32],
) -> rusqlite::Result<()> {
    let Authorization { user_code, device_id, created_at, expires_at, .. } = authorization;
    db.execute("DELETE FROM device_authorizations WHERE created_at < ?1", [created_at - DAY])?;
    db.execute(
        "UPDATE device_authorizations SET expires_at = MIN(expires_at, ?2)
         WHERE device_id = ?1 AND scanned_by IS NULL AND decision IS NULL",
        params![device_id, created_at],
    )?;
    db.execute(
        "INSERT INTO device_authorizations (device_code_hash, user_code, device_id, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![device_code_hash, user_code, device_id, created_at, expires_at],
    )?;
    Ok(())
}

/// The request that a device polls for; nobody else's.
pub(crate) fn of_device(
    db: &Connection,
    device: &str,
    device_code_hash: &[u8; 32],
) -> rusqlite::Result<Option<Authorization>> {
    let sql =
        format!("SELECT {FIELDS} FROM device_authorizations WHERE device_code_hash = ?1 AND device_id = ?2");
    db.prepare_cached(&sql)?.query_row(params![device_code_hash, device], authorization).optional()
}

pub(crate) fn by_user_code(db: &Connection, user_code: &str) -> rusqlite::Result<Option<Authorization>> {
    let sql = format!("SELECT {FIELDS} FROM device_authorizations WHERE user_code = ?1");
    db.prepare_cached(&sql)?.query_row([user_code], authorization).optional()
}

/// Notes who opened it, unless somebody did before.
pub(crate) fn scan(db: &Connection, user_code: &str, member: &str) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE device_authorizations SET scanned_by = ?2 WHERE user_code = ?1 AND scanned_by IS NULL",
        [user_code, member],
    )?;
    Ok(())
}

pub(crate) fn decide(
    db: &Connection,
    user_code: &str,
    decision: Decision,
    member: &str,
) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE device_authorizations SET decision = ?2, decided_by = ?3 WHERE user_code = ?1",
        [user_code, decision.name(), member],
    )?;
    Ok(())
}

/// Notes that the device has got its session.
pub(crate) fn collect(db: &Connection, user_code: &str, now: Millis) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE device_authorizations SET collected_at = ?2 WHERE user_code = ?1",
        params![user_code, now],
    )?;
    Ok(())
}

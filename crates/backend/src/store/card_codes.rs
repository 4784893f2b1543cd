//! Member codes that were shown, so that a kiosk's scanner finds whose it is and each signs in once.

use crate::clock::Millis;
use crate::rules::card_codes::{STEPS_A_DAY, Shown};
use rusqlite::{Connection, params};

/// Keeps a code for a day; showing it again changes nothing.
pub(crate) fn show(db: &Connection, member: &str, step: i64, payload: &str) -> rusqlite::Result<()> {
    db.execute("DELETE FROM card_codes WHERE step < ?1", [step - STEPS_A_DAY])?;
    db.execute(
        "INSERT OR IGNORE INTO card_codes (member_id, step, payload) VALUES (?1, ?2, ?3)",
        params![member, step, payload],
    )?;
    Ok(())
}

/// Every code with these digits.
pub(crate) fn shown(db: &Connection, payload: &str) -> rusqlite::Result<Vec<Shown>> {
    let mut query =
        db.prepare_cached("SELECT member_id, step, used_at IS NOT NULL FROM card_codes WHERE payload = ?1")?;
    let rows = query.query_map([payload], |row| {
        Ok(Shown { member_id: row.get(0)?, step: row.get(1)?, used: row.get(2)? })
    })?;
    rows.collect()
}

pub(crate) fn use_up(db: &Connection, code: &Shown, now: Millis) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE card_codes SET used_at = ?3 WHERE member_id = ?1 AND step = ?2",
        params![code.member_id, code.step, now],
    )?;
    Ok(())
}

//! The rewards that members remember.

use crate::clock::Millis;
use rusqlite::{Connection, params};
use std::collections::HashSet;

/// The ids of a member's favourites. Some may be of rewards that are no longer in the catalogue.
pub(crate) fn all(db: &Connection, member: &str) -> rusqlite::Result<HashSet<String>> {
    let mut query = db.prepare_cached("SELECT reward_id FROM favourites WHERE member_id = ?1")?;
    let rows = query.query_map([member], |row| row.get(0))?;
    rows.collect()
}

pub(crate) fn add(db: &Connection, member: &str, reward: &str, now: Millis) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR IGNORE INTO favourites (member_id, reward_id, added_at) VALUES (?1, ?2, ?3)",
    )?
    .execute(params![member, reward, now])?;
    Ok(())
}

/// Tells whether it was one.
pub(crate) fn remove(db: &Connection, member: &str, reward: &str) -> rusqlite::Result<bool> {
    let removed = db
        .prepare_cached("DELETE FROM favourites WHERE member_id = ?1 AND reward_id = ?2")?
        .execute([member, reward])?;
    Ok(removed > 0)
}

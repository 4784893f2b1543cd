//! Sessions: only the hash of a token is kept.

use crate::clock::Millis;
use rusqlite::{Connection, OptionalExtension, Row, params};

#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) member_id: String,
    pub(crate) channel: String,
    pub(crate) device: Option<String>,
    pub(crate) created_at: Millis,
    pub(crate) last_seen_at: Millis,
    pub(crate) expires_at: Millis,
    /// The shared device that it is good on; none for a session of the member's own.
    pub(crate) device_id: Option<String>,
}

const FIELDS: &str = "id, member_id, channel, device, created_at, last_seen_at, expires_at, device_id";
const MINUTE: Millis = 60_000;

fn session(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: row.get(0)?,
        member_id: row.get(1)?,
        channel: row.get(2)?,
        device: row.get(3)?,
        created_at: row.get(4)?,
        last_seen_at: row.get(5)?,
        expires_at: row.get(6)?,
        device_id: row.get(7)?,
    })
}

pub(crate) fn insert(db: &Connection, session: &Session, token_hash: &[u8; 32]) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO sessions (id, member_id, token_hash, channel, device, created_at, last_seen_at, expires_at,
            device_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            session.id,
            session.member_id,
            token_hash,
            session.channel,
            session.device,
            session.created_at,
            session.last_seen_at,
            session.expires_at,
            session.device_id
        ],
    )?;
    Ok(())
}

/// The live session of a token; notes that it was seen, at most once a minute.
pub(crate) fn find(db: &Connection, token_hash: &[u8; 32], now: Millis) -> rusqlite::Result<Option<Session>> {
    let sql = format!("SELECT {FIELDS} FROM sessions WHERE token_hash = ?1 AND expires_at > ?2");
    let found = db.prepare_cached(&sql)?.query_row(params![token_hash, now], session).optional()?;
    if let Some(session) = found.as_ref().filter(|session| now - session.last_seen_at >= MINUTE) {
        db.execute("UPDATE sessions SET last_seen_at = ?2 WHERE id = ?1", params![session.id, now])?;
    }
    Ok(found)
}

/// A member's live sessions, newest first.
pub(crate) fn list(db: &Connection, member: &str, now: Millis) -> rusqlite::Result<Vec<Session>> {
    let sql = format!(
        "SELECT {FIELDS} FROM sessions WHERE member_id = ?1 AND expires_at > ?2 ORDER BY created_at DESC, rowid DESC LIMIT 100"
    );
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map(params![member, now], session)?;
    rows.collect()
}

/// Ends one session of a member; tells whether there was one.
pub(crate) fn delete(db: &Connection, member: &str, id: &str) -> rusqlite::Result<bool> {
    Ok(db.execute("DELETE FROM sessions WHERE member_id = ?1 AND id = ?2", [member, id])? > 0)
}

/// Ends all sessions of a member.
pub(crate) fn delete_all(db: &Connection, member: &str) -> rusqlite::Result<()> {
    db.execute("DELETE FROM sessions WHERE member_id = ?1", [member])?;
    Ok(())
}

/// Ends the session of a token, if there is one.
pub(crate) fn delete_by_token(db: &Connection, token_hash: &[u8; 32]) -> rusqlite::Result<()> {
    db.execute("DELETE FROM sessions WHERE token_hash = ?1", [token_hash])?;
    Ok(())
}

/// Ends what goes on at a shared device.
pub(crate) fn delete_of_device(db: &Connection, device: &str) -> rusqlite::Result<()> {
    db.execute("DELETE FROM sessions WHERE device_id = ?1", [device])?;
    Ok(())
}

/// Forgets sessions that ended by themselves.
pub(crate) fn delete_expired(db: &Connection, now: Millis) -> rusqlite::Result<()> {
    db.execute("DELETE FROM sessions WHERE expires_at <= ?1", [now])?;
    Ok(())
}

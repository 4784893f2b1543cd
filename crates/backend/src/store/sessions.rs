//! Sessions: only the hash of a token is kept.

use crate::clock::Millis;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
/// How many are written at a time; others wait meanwhile.
const VISITS: usize = 256;

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
    db.prepare_cached(
        "INSERT INTO sessions (id, member_id, token_hash, channel, device, created_at, last_seen_at, expires_at,
            device_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
            session.id,
            session.member_id,
            token_hash,
            session.channel,
            session.device,
            session.created_at,
            session.last_seen_at,
            session.expires_at,
            session.device_id
        ])?;
    Ok(())
}

/// The live session of a token.
pub(crate) fn find(db: &Connection, token_hash: &[u8; 32], now: Millis) -> rusqlite::Result<Option<Session>> {
    let sql = format!("SELECT {FIELDS} FROM sessions WHERE token_hash = ?1 AND expires_at > ?2");
    db.prepare_cached(&sql)?.query_row(params![token_hash, now], session).optional()
}

/// Sessions that were seen and the time, until it is written down: many at a time, so that nobody who only reads has to write.
#[derive(Debug, Default)]
pub(crate) struct Visits(Mutex<HashMap<String, Millis>>);

impl Visits {
    fn waiting(&self) -> MutexGuard<'_, HashMap<String, Millis>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a session was seen, at most once a minute. Tells whether it is the first that waits, so that somebody has to
    /// see to the writing.
    pub(crate) fn note(&self, session: &Session, now: Millis) -> bool {
        if now - session.last_seen_at < MINUTE {
            return false;
        }
        let mut waiting = self.waiting();
        let first = waiting.is_empty();
        waiting.insert(session.id.clone(), now);
        first
    }

    /// Gives up what waits. It is noted anew when its session is seen again.
    pub(crate) fn forget(&self) {
        self.waiting().clear();
    }

    /// Writes some of what waits; tells whether that was all.
    pub(crate) fn write(&self, db: &Connection) -> rusqlite::Result<bool> {
        let (some, all) = {
            let mut waiting = self.waiting();
            let some: Vec<String> = waiting.keys().take(VISITS).cloned().collect();
            let some: Vec<_> = some.into_iter().filter_map(|id| waiting.remove_entry(&id)).collect();
            (some, waiting.is_empty())
        };
        let mut update = db.prepare_cached("UPDATE sessions SET last_seen_at = ?2 WHERE id = ?1")?;
        for (id, at) in some {
            update.execute(params![id, at])?;
        }
        Ok(all)
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Db;
    use std::path::Path;

    #[test]
    fn visits_are_noted_once_a_minute_and_written_together() {
        let session = |number: usize| Session {
            id: format!("s{number}"),
            member_id: "m".into(),
            channel: "mobile".into(),
            device: None,
            created_at: 0,
            last_seen_at: 0,
            expires_at: 10 * MINUTE,
            device_id: None,
        };
        let visits = Visits::default();
        let db = Db::open(Path::new(":memory:")).unwrap();
        db.transact(|tx| -> rusqlite::Result<()> {
            tx.execute_batch(
                "INSERT INTO members (id, phone, display_name, card_secret, tier_id, tier_since, period_start, joined_at)
                     VALUES ('m', '1', 'Wei', x'00', 'silver', 0, 0, 0);",
            )?;
            for number in 0..VISITS + 2 {
                let mut hash = [0; 32];
                hash[..8].copy_from_slice(&number.to_be_bytes());
                insert(tx, &session(number), &hash)?;
            }
            Ok(())
        })
        .unwrap();
        assert!(!visits.note(&session(0), MINUTE - 1));
        assert!(visits.note(&session(0), MINUTE));
        assert!((0..=VISITS).all(|number| !visits.note(&session(number), 2 * MINUTE)));
        let seen = |at: Millis| {
            let sql = "SELECT COUNT(*) FROM sessions WHERE last_seen_at = ?1";
            let count = db.transact(|tx| tx.query_row(sql, [at], |row| row.get(0)));
            usize::try_from(count.unwrap_or(-1)).unwrap()
        };
        assert!(!db.transact(|tx| visits.write(tx)).unwrap());
        assert_eq!(seen(2 * MINUTE), VISITS);
        assert!(db.transact(|tx| visits.write(tx)).unwrap());
        assert_eq!((seen(2 * MINUTE), seen(0)), (VISITS + 1, 1));
        visits.note(&session(3), 3 * MINUTE);
        visits.forget();
        assert!(visits.note(&session(3), 4 * MINUTE));
    }
}

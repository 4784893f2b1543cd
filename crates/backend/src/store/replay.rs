//! First answers to requests with an `Idempotency-Key`, kept so that a repeat gets the same one.

use crate::clock::Millis;
use rusqlite::{Connection, OptionalExtension, params};

/// An answer as it was first given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// The `Content-Language` of the body.
    pub(crate) language: String,
}

/// What is known about a key.
pub(crate) enum Known {
    New,
    /// It was used for the same request.
    Same(Answer),
    /// It was used for another request.
    Other,
}

const KEPT: Millis = 90 * crate::clock::DAY;

pub(crate) fn look_up(
    db: &Connection,
    member: &str,
    key: &str,
    fingerprint: &[u8; 32],
) -> rusqlite::Result<Known> {
    let found = db
        .prepare_cached(
            "SELECT fingerprint, status, body, language FROM idempotency WHERE member_id = ?1 AND key = ?2",
        )?
        .query_row([member, key], |row| {
            let stored: [u8; 32] = row.get(0)?;
            Ok((stored, Answer { status: row.get(1)?, body: row.get(2)?, language: row.get(3)? }))
        })
        .optional()?;
    Ok(match found {
        None => Known::New,
        Some((stored, answer)) if stored == *fingerprint => Known::Same(answer),
        Some(_) => Known::Other,
    })
}

pub(crate) fn remember(
    db: &Connection,
    member: &str,
    key: &str,
    fingerprint: &[u8; 32],
    answer: &Answer,
    now: Millis,
) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO idempotency (member_id, key, fingerprint, status, body, language, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![member, key, fingerprint, answer.status, answer.body, answer.language, now],
    )?;
    Ok(())
}

/// Forgets answers that nobody will ask for again.
pub(crate) fn prune(db: &Connection, now: Millis) -> rusqlite::Result<()> {
    db.execute("DELETE FROM idempotency WHERE created_at < ?1", [now - KEPT])?;
    Ok(())
}

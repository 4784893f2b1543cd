//! Passkeys: of each the public key only, which is no secret.

use crate::clock::Millis;
use rusqlite::{Connection, OptionalExtension, Row, params};

#[derive(Clone, Debug)]
pub(crate) struct Passkey {
    pub(crate) id: String,
    pub(crate) member_id: String,
    pub(crate) rp_id: String,
    pub(crate) credential_id: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
    pub(crate) counter: u32,
    /// With commas between.
    pub(crate) transports: String,
    pub(crate) name: String,
    pub(crate) created_at: Millis,
    pub(crate) last_used_at: Option<Millis>,
}

const FIELDS: &str =
    "id, member_id, rp_id, credential_id, public_key, counter, transports, name, created_at, last_used_at";

fn passkey(row: &Row<'_>) -> rusqlite::Result<Passkey> {
    Ok(Passkey {
        id: row.get(0)?,
        member_id: row.get(1)?,
        rp_id: row.get(2)?,
        credential_id: row.get(3)?,
        public_key: row.get(4)?,
        counter: row.get(5)?,
        transports: row.get(6)?,
        name: row.get(7)?,
        created_at: row.get(8)?,
        last_used_at: row.get(9)?,
    })
}

/// What passkeys call a member.
pub(crate) fn handle(db: &Connection, member: &str) -> rusqlite::Result<Option<[u8; 32]>> {
    db.prepare_cached("SELECT handle FROM passkey_handles WHERE member_id = ?1")?
        .query_row([member], |row| row.get(0))
        .optional()
}

pub(crate) fn insert_handle(db: &Connection, member: &str, handle: &[u8; 32]) -> rusqlite::Result<()> {
    db.execute("INSERT INTO passkey_handles (member_id, handle) VALUES (?1, ?2)", params![member, handle])?;
    Ok(())
}

/// A member's passkeys, newest first.
pub(crate) fn list(db: &Connection, member: &str) -> rusqlite::Result<Vec<Passkey>> {
    let sql = format!("SELECT {FIELDS} FROM passkeys WHERE member_id = ?1 ORDER BY created_at DESC, id");
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map([member], passkey)?;
    rows.collect()
}

pub(crate) fn by_credential(db: &Connection, credential: &[u8]) -> rusqlite::Result<Option<Passkey>> {
    let sql = format!("SELECT {FIELDS} FROM passkeys WHERE credential_id = ?1");
    db.prepare_cached(&sql)?.query_row([credential], passkey).optional()
}

/// Stores one; tells whether there was none with its credential.
pub(crate) fn insert(db: &Connection, one: &Passkey) -> rusqlite::Result<bool> {
    let rows = db.execute(
        "INSERT OR IGNORE INTO passkeys (id, member_id, rp_id, credential_id, public_key, counter, transports, name,
            created_at, last_used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            one.id,
            one.member_id,
            one.rp_id,
            one.credential_id,
            one.public_key,
            one.counter,
            one.transports,
            one.name,
            one.created_at,
            one.last_used_at
        ],
    )?;
    Ok(rows > 0)
}

/// Notes that one was used.
pub(crate) fn used(db: &Connection, id: &str, counter: u32, now: Millis) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE passkeys SET counter = ?2, last_used_at = ?3 WHERE id = ?1",
        params![id, counter, now],
    )?;
    Ok(())
}

/// Removes one of a member; tells whether there was one.
pub(crate) fn delete(db: &Connection, member: &str, id: &str) -> rusqlite::Result<bool> {
    Ok(db.execute("DELETE FROM passkeys WHERE member_id = ?1 AND id = ?2", [member, id])? > 0)
}

//! Identities of WeChat, and what is on its way between WeChat and the portal. Of tickets, cookies and handoffs only hashes are kept.

use crate::clock::Millis;
use crate::rules::wechat::{RESULT_LIFE, is_good, is_readable};
use rusqlite::{Connection, OptionalExtension, params};

/// How WeChat names a person to one mini program or official account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) app_id: String,
    pub(crate) openid: String,
}

pub(crate) fn member_of(db: &Connection, identity: &Identity) -> rusqlite::Result<Option<String>> {
    db.prepare_cached("SELECT member_id FROM wechat_identities WHERE app_id = ?1 AND openid = ?2")?
        .query_row([&identity.app_id, &identity.openid], |row| row.get(0))
        .optional()
}

/// Links an identity to a member, unless it is somebody's already.
pub(crate) fn link(db: &Connection, identity: &Identity, member: &str, now: Millis) -> rusqlite::Result<()> {
    db.execute(
        "INSERT OR IGNORE INTO wechat_identities (app_id, openid, member_id, linked_at) VALUES (?1, ?2, ?3, ?4)",
        params![identity.app_id, identity.openid, member, now],
    )?;
    Ok(())
}

/// Stores a ticket, and forgets those whose time is up.
pub(crate) fn insert_ticket(
    db: &Connection,
    hash: &[u8; 32],
    member: &str,
    now: Millis,
    expires_at: Millis,
) -> rusqlite::Result<()> {
    db.execute("DELETE FROM wechat_tickets WHERE expires_at <= ?1", [now])?;
    db.execute(
        "INSERT INTO wechat_tickets (ticket_hash, member_id, expires_at) VALUES (?1, ?2, ?3)",
        params![hash, member, expires_at],
    )?;
    Ok(())
}

/// Uses a ticket up; the member whom it signs in, when it is good.
pub(crate) fn take_ticket(db: &Connection, hash: &[u8; 32], now: Millis) -> rusqlite::Result<Option<String>> {
    let taken: Option<(String, Millis)> = db
        .prepare_cached("DELETE FROM wechat_tickets WHERE ticket_hash = ?1 RETURNING member_id, expires_at")?
        .query_row([hash], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(taken.filter(|(_, expires_at)| is_good(*expires_at, now)).map(|(member, _)| member))
}

/// Keeps an identity for whoever signs in next in the browser that has the cookie, and forgets those whose time is up.
pub(crate) fn insert_link(
    db: &Connection,
    hash: &[u8; 32],
    identity: &Identity,
    now: Millis,
    expires_at: Millis,
) -> rusqlite::Result<()> {
    db.execute("DELETE FROM wechat_links WHERE expires_at <= ?1", [now])?;
    db.execute(
        "INSERT INTO wechat_links (token_hash, app_id, openid, expires_at) VALUES (?1, ?2, ?3, ?4)",
        params![hash, identity.app_id, identity.openid, expires_at],
    )?;
    Ok(())
}

/// The identity that waits in a browser, once.
pub(crate) fn take_link(db: &Connection, hash: &[u8; 32], now: Millis) -> rusqlite::Result<Option<Identity>> {
    let taken: Option<(Identity, Millis)> = db
        .prepare_cached(
            "DELETE FROM wechat_links WHERE token_hash = ?1 RETURNING app_id, openid, expires_at",
        )?
        .query_row([hash], |row| Ok((Identity { app_id: row.get(0)?, openid: row.get(1)? }, row.get(2)?)))
        .optional()?;
    Ok(taken.filter(|(_, expires_at)| is_good(*expires_at, now)).map(|(identity, _)| identity))
}

/// Something that a native page does for a member.
#[derive(Clone, Debug)]
pub(crate) struct Handoff {
    pub(crate) member_id: String,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) result: Option<String>,
    pub(crate) expires_at: Millis,
}

impl Handoff {
    pub(crate) fn is_pending(&self) -> bool {
        self.status == "pending"
    }
}

/// Stores a handoff, and forgets those that can't be looked at any more.
pub(crate) fn insert_handoff(
    db: &Connection,
    hash: &[u8; 32],
    handoff: &Handoff,
    now: Millis,
) -> rusqlite::Result<()> {
    db.execute("DELETE FROM wechat_handoffs WHERE expires_at <= ?1", [now - RESULT_LIFE])?;
    db.execute(
        "INSERT INTO wechat_handoffs (id_hash, member_id, kind, status, result, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![hash, handoff.member_id, handoff.kind, handoff.status, handoff.result, handoff.expires_at],
    )?;
    Ok(())
}

/// A handoff, as long as it can be looked at.
pub(crate) fn handoff(db: &Connection, hash: &[u8; 32], now: Millis) -> rusqlite::Result<Option<Handoff>> {
    let found = db
        .prepare_cached(
            "SELECT member_id, kind, status, result, expires_at FROM wechat_handoffs WHERE id_hash = ?1",
        )?
        .query_row([hash], |row| {
            Ok(Handoff {
                member_id: row.get(0)?,
                kind: row.get(1)?,
                status: row.get(2)?,
                result: row.get(3)?,
                expires_at: row.get(4)?,
            })
        })
        .optional()?;
    Ok(found.filter(|one| is_readable(one.is_pending(), one.expires_at, now)))
}

/// Notes what came of a handoff.
pub(crate) fn finish_handoff(
    db: &Connection,
    hash: &[u8; 32],
    status: &str,
    result: Option<&str>,
) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE wechat_handoffs SET status = ?2, result = ?3 WHERE id_hash = ?1",
        params![hash, status, result],
    )?;
    Ok(())
}

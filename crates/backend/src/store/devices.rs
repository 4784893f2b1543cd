//! Shared devices and the codes that make them: only hashes of tokens and codes are kept.

use crate::clock::{DAY, Millis};
use crate::rules::kiosk::{Hours, Settings};
use rusqlite::{Connection, OptionalExtension, Row, params};

#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) id: String,
    pub(crate) store_id: String,
    /// As printed on it.
    pub(crate) number: String,
    pub(crate) enrolled_at: Millis,
    /// When its browser was last given the cookie.
    pub(crate) renewed_at: Millis,
    pub(crate) revoked_at: Option<Millis>,
    pub(crate) settings: Settings,
}

/// What a device last said of itself.
#[derive(Clone, Debug)]
pub(crate) struct Heartbeat {
    pub(crate) at: Millis,
    /// A JSON object.
    pub(crate) text: String,
}

const FIELDS: &str = "id, store_id, kiosk_number, enrolled_at, renewed_at, revoked_at, idle_seconds, warning_seconds, \
                      refresh_seconds, hours_from, hours_to, heartbeat_at, heartbeat";

fn device(row: &Row<'_>) -> rusqlite::Result<Device> {
    let (from, to): (Option<String>, Option<String>) = (row.get(9)?, row.get(10)?);
    Ok(Device {
        id: row.get(0)?,
        store_id: row.get(1)?,
        number: row.get(2)?,
        enrolled_at: row.get(3)?,
        renewed_at: row.get(4)?,
        revoked_at: row.get(5)?,
        settings: Settings {
            idle_seconds: row.get(6)?,
            warning_seconds: row.get(7)?,
            refresh_seconds: row.get(8)?,
            hours: from.zip(to).map(|(from, to)| Hours { from, to }),
        },
    })
}

pub(crate) fn insert(db: &Connection, device: &Device, token_hash: &[u8; 32]) -> rusqlite::Result<()> {
    let Settings { idle_seconds, warning_seconds, refresh_seconds, hours } = &device.settings;
    db.execute(
        "INSERT INTO devices (id, token_hash, store_id, kiosk_number, enrolled_at, renewed_at, idle_seconds,
            warning_seconds, refresh_seconds, hours_from, hours_to)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            device.id,
            token_hash,
            device.store_id,
            device.number,
            device.enrolled_at,
            device.renewed_at,
            idle_seconds,
            warning_seconds,
            refresh_seconds,
            hours.as_ref().map(|hours| &hours.from),
            hours.as_ref().map(|hours| &hours.to),
        ],
    )?;
    Ok(())
}

/// The device of a token, also one that was revoked.
pub(crate) fn find(db: &Connection, token_hash: &[u8; 32]) -> rusqlite::Result<Option<Device>> {
    let sql = format!("SELECT {FIELDS} FROM devices WHERE token_hash = ?1");
    db.prepare_cached(&sql)?.query_row([token_hash], device).optional()
}

pub(crate) fn get(db: &Connection, id: &str) -> rusqlite::Result<Option<Device>> {
    let sql = format!("SELECT {FIELDS} FROM devices WHERE id = ?1");
    db.prepare_cached(&sql)?.query_row([id], device).optional()
}

/// All devices with their last heartbeat, in the order in which they were enrolled.
pub(crate) fn list(db: &Connection) -> rusqlite::Result<Vec<(Device, Option<Heartbeat>)>> {
    let sql = format!("SELECT {FIELDS} FROM devices ORDER BY enrolled_at, rowid");
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map([], |row| {
        let (at, text): (Option<Millis>, Option<String>) = (row.get(11)?, row.get(12)?);
        Ok((device(row)?, at.zip(text).map(|(at, text)| Heartbeat { at, text })))
    })?;
    rows.collect()
}

/// Ends a device with everything that goes on at it. Once is enough.
pub(crate) fn revoke(db: &Connection, id: &str, now: Millis) -> rusqlite::Result<()> {
    db.execute("UPDATE devices SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL", params![id, now])?;
    db.execute("DELETE FROM sessions WHERE device_id = ?1", [id])?;
    db.execute(
        "UPDATE device_authorizations SET expires_at = MIN(expires_at, ?2) WHERE device_id = ?1",
        params![id, now],
    )?;
    Ok(())
}

pub(crate) fn set_settings(db: &Connection, id: &str, settings: &Settings) -> rusqlite::Result<()> {
    let hours = settings.hours.as_ref();
    db.execute(
        "UPDATE devices SET idle_seconds = ?2, warning_seconds = ?3, refresh_seconds = ?4, hours_from = ?5, hours_to = ?6
         WHERE id = ?1",
        params![
            id,
            settings.idle_seconds,
            settings.warning_seconds,
            settings.refresh_seconds,
            hours.map(|hours| &hours.from),
            hours.map(|hours| &hours.to),
        ],
    )?;
    Ok(())
}

/// Keeps a heartbeat in place of the one before.
pub(crate) fn beat(db: &Connection, id: &str, heartbeat: &Heartbeat) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE devices SET heartbeat_at = ?2, heartbeat = ?3 WHERE id = ?1",
        params![id, heartbeat.at, heartbeat.text],
    )?;
    Ok(())
}

/// Notes that its browser was given the cookie anew.
pub(crate) fn renew(db: &Connection, id: &str, now: Millis) -> rusqlite::Result<()> {
    db.execute("UPDATE devices SET renewed_at = ?2 WHERE id = ?1", params![id, now])?;
    Ok(())
}

/// A code by which one device can be enrolled.
#[derive(Clone, Debug)]
pub(crate) struct EnrolmentCode {
    pub(crate) store_id: String,
    pub(crate) number: String,
    pub(crate) expires_at: Millis,
    pub(crate) used: Option<Used>,
}

/// What a code was used for.
#[derive(Clone, Debug)]
pub(crate) struct Used {
    pub(crate) device_id: String,
    /// Of the request's idempotency key.
    pub(crate) key_hash: [u8; 32],
    /// What the token was made with, besides code and key.
    pub(crate) salt: [u8; 32],
}

/// Stores a fresh code, and forgets those that nobody used in a month.
pub(crate) fn insert_code(
    db: &Connection,
    code_hash: &[u8; 32],
    code: &EnrolmentCode,
    now: Millis,
) -> rusqlite::Result<()> {
    db.execute("DELETE FROM enrolment_codes WHERE device_id IS NULL AND expires_at < ?1", [now - 30 * DAY])?;
    db.execute(
        "INSERT INTO enrolment_codes (code_hash, store_id, kiosk_number, expires_at) VALUES (?1, ?2, ?3, ?4)",
        params![code_hash, code.store_id, code.number, code.expires_at],
    )?;
    Ok(())
}

pub(crate) fn code(db: &Connection, code_hash: &[u8; 32]) -> rusqlite::Result<Option<EnrolmentCode>> {
    db.prepare_cached(
        "SELECT store_id, kiosk_number, expires_at, device_id, key_hash, salt FROM enrolment_codes WHERE code_hash = ?1",
    )?
    .query_row([code_hash], |row| {
        let device: Option<String> = row.get(3)?;
        let used = match device {
            Some(device_id) => Some(Used { device_id, key_hash: row.get(4)?, salt: row.get(5)? }),
            None => None,
        };
        Ok(EnrolmentCode { store_id: row.get(0)?, number: row.get(1)?, expires_at: row.get(2)?, used })
    })
    .optional()
}

/// Whether a key was used with a code that is not this one.
pub(crate) fn is_key_of_another(
    db: &Connection,
    key_hash: &[u8; 32],
    code_hash: &[u8; 32],
) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM enrolment_codes WHERE key_hash = ?1 AND code_hash <> ?2")?
        .exists(params![key_hash, code_hash])
}

pub(crate) fn use_code(db: &Connection, code_hash: &[u8; 32], used: &Used) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE enrolment_codes SET device_id = ?2, key_hash = ?3, salt = ?4 WHERE code_hash = ?1",
        params![code_hash, used.device_id, used.key_hash, used.salt],
    )?;
    Ok(())
}

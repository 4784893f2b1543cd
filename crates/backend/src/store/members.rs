//! Who the members are, what they chose and what they agreed to.

use crate::clock::Millis;
use rusqlite::{Connection, OptionalExtension, params};

/// A member's own data.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) phone: String,
    pub(crate) display_name: String,
    pub(crate) birthday: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) theme: String,
    pub(crate) personalisation: bool,
    pub(crate) card_secret: Vec<u8>,
    pub(crate) joined_at: Millis,
}

/// What a member agreed to, or not.
#[derive(Clone, Debug)]
pub(crate) struct Consent {
    pub(crate) purpose: String,
    pub(crate) granted: bool,
    pub(crate) version: String,
    pub(crate) at: Millis,
}

pub(crate) fn id_by_phone(db: &Connection, phone: &str) -> rusqlite::Result<Option<String>> {
    db.query_row("SELECT id FROM members WHERE phone = ?1", [phone], |row| row.get(0)).optional()
}

/// Adds a member at the base tier.
pub(crate) fn insert(db: &Connection, member: &Member, base_tier: &str) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO members (id, phone, display_name, birthday, locale, theme, personalisation, card_secret, tier_id,
            tier_since, period_start, joined_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?10)",
    )?
    .execute(params![
            member.id,
            member.phone,
            member.display_name,
            member.birthday,
            member.locale,
            member.theme,
            member.personalisation,
            member.card_secret,
            base_tier,
            member.joined_at,
        ])?;
    Ok(())
}

pub(crate) fn get(db: &Connection, id: &str) -> rusqlite::Result<Member> {
    db.prepare_cached(
        "SELECT id, phone, display_name, birthday, locale, theme, personalisation, card_secret, joined_at
         FROM members WHERE id = ?1",
    )?
    .query_row([id], |row| {
        Ok(Member {
            id: row.get(0)?,
            phone: row.get(1)?,
            display_name: row.get(2)?,
            birthday: row.get(3)?,
            locale: row.get(4)?,
            theme: row.get(5)?,
            personalisation: row.get(6)?,
            card_secret: row.get(7)?,
            joined_at: row.get(8)?,
        })
    })
}

/// Stores what a member may change about themself.
pub(crate) fn update(db: &Connection, member: &Member) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE members SET display_name = ?2, birthday = ?3, locale = ?4, theme = ?5, personalisation = ?6 WHERE id = ?1",
        params![member.id, member.display_name, member.birthday, member.locale, member.theme, member.personalisation],
    )?;
    Ok(())
}

pub(crate) fn consents(db: &Connection, member: &str) -> rusqlite::Result<Vec<Consent>> {
    let mut query = db.prepare_cached(
        "SELECT purpose, granted, version, at FROM consents WHERE member_id = ?1 ORDER BY purpose",
    )?;
    let rows = query.query_map([member], |row| {
        Ok(Consent { purpose: row.get(0)?, granted: row.get(1)?, version: row.get(2)?, at: row.get(3)? })
    })?;
    rows.collect()
}

pub(crate) fn set_consent(db: &Connection, member: &str, consent: &Consent) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO consents (member_id, purpose, granted, version, at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![member, consent.purpose, consent.granted, consent.version, consent.at])?;
    Ok(())
}

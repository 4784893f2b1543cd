//! The coupons that members have: claimed, or given by friends.

use crate::clock::Millis;
use rusqlite::{Connection, OptionalExtension, Row, params};

#[derive(Clone, Debug)]
pub(crate) struct Coupon {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) offer_id: String,
    pub(crate) code: String,
    pub(crate) used_at: Option<Millis>,
    pub(crate) given_at: Option<Millis>,
    pub(crate) valid_from: Millis,
    pub(crate) valid_until: Millis,
    /// The transfer that nobody has answered yet. Its time may be up.
    pub(crate) offered: Option<Offered>,
}

/// A coupon's way to a friend.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    pub(crate) id: String,
    pub(crate) expires_at: Millis,
}

/// A coupon with its transfer; the columns of `coupon`.
const SELECT: &str = "SELECT c.seq, c.id, c.offer_id, c.code, c.used_at, c.given_at, c.valid_from, c.valid_until, t.id, t.expires_at
     FROM coupons c LEFT JOIN coupon_transfers t ON t.coupon_id = c.id AND t.outcome IS NULL";

fn coupon(row: &Row<'_>) -> rusqlite::Result<Coupon> {
    let offered: Option<String> = row.get(8)?;
    let offered = match offered {
        Some(id) => Some(Offered { id, expires_at: row.get(9)? }),
        None => None,
    };
    Ok(Coupon {
        seq: row.get(0)?,
        id: row.get(1)?,
        offer_id: row.get(2)?,
        code: row.get(3)?,
        used_at: row.get(4)?,
        given_at: row.get(5)?,
        valid_from: row.get(6)?,
        valid_until: row.get(7)?,
        offered,
    })
}

impl Coupon {
    /// The transfer it is on at `now`.
    pub(crate) fn on_its_way(&self, now: Millis) -> Option<&Offered> {
        self.offered.as_ref().filter(|offered| now < offered.expires_at)
    }

    pub(crate) fn status_at(&self, now: Millis) -> &'static str {
        if self.used_at.is_some() {
            "used"
        } else if self.given_at.is_some() {
            "given"
        } else if self.valid_until <= now {
            "expired"
        } else if self.on_its_way(now).is_some() {
            "transferring"
        } else {
            "available"
        }
    }
}

/// Stores a coupon; its `seq` is chosen here.
pub(crate) fn insert(db: &Connection, member: &str, coupon: &Coupon) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO coupons (id, member_id, offer_id, code, used_at, given_at, valid_from, valid_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        coupon.id,
        member,
        coupon.offer_id,
        coupon.code,
        coupon.used_at,
        coupon.given_at,
        coupon.valid_from,
        coupon.valid_until
    ])?;
    Ok(())
}

/// Stores a coupon that the member claims, which works once for an offer.
pub(crate) fn claim(db: &Connection, member: &str, coupon: &Coupon) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO coupon_claims (member_id, offer_id, claimed_at) VALUES (?1, ?2, ?3)")?
        .execute(params![member, coupon.offer_id, coupon.valid_from])?;
    insert(db, member, coupon)
}

/// Whether the member has claimed the offer before.
pub(crate) fn claimed(db: &Connection, member: &str, offer: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM coupon_claims WHERE member_id = ?1 AND offer_id = ?2)")?
        .query_row([member, offer], |row| row.get(0))
}

/// A member's coupons of one status or of all, newest first.
pub(crate) fn list(
    db: &Connection,
    member: &str,
    status: Option<&str>,
    before: Option<i64>,
    now: Millis,
    limit: usize,
) -> rusqlite::Result<Vec<Coupon>> {
    let sql = format!("{SELECT} WHERE c.member_id = ?1 AND c.seq < ?2 ORDER BY c.seq DESC");
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map(params![member, before.unwrap_or(i64::MAX)], coupon)?;
    let wanted = |row: &rusqlite::Result<Coupon>| {
        row.as_ref().map_or(true, |coupon| status.is_none_or(|status| status == coupon.status_at(now)))
    };
    rows.filter(wanted).take(limit).collect()
}

/// A coupon of the member.
pub(crate) fn get(db: &Connection, member: &str, id: &str) -> rusqlite::Result<Option<Coupon>> {
    let sql = format!("{SELECT} WHERE c.member_id = ?1 AND c.id = ?2");
    db.prepare_cached(&sql)?.query_row([member, id], coupon).optional()
}

/// A coupon, whoever has it.
pub(crate) fn find(db: &Connection, id: &str) -> rusqlite::Result<Option<Coupon>> {
    let sql = format!("{SELECT} WHERE c.id = ?1");
    db.prepare_cached(&sql)?.query_row([id], coupon).optional()
}

/// Marks a coupon as given away.
pub(crate) fn set_given(db: &Connection, id: &str, now: Millis) -> rusqlite::Result<()> {
    db.execute("UPDATE coupons SET given_at = ?2 WHERE id = ?1", params![id, now])?;
    Ok(())
}

/// What a till is told about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Till {
    Unknown,
    /// Used before, expired, on its way to a friend or given away.
    Unusable,
    Used,
}

/// Uses the coupon with a code, if it is available.
pub(crate) fn use_code(db: &Connection, code: &str, now: Millis) -> rusqlite::Result<Till> {
    let sql = format!("{SELECT} WHERE c.code = ?1");
    let found = db.prepare_cached(&sql)?.query_row([code], coupon).optional()?;
    let Some(coupon) = found else { return Ok(Till::Unknown) };
    if coupon.status_at(now) != "available" || now < coupon.valid_from {
        return Ok(Till::Unusable);
    }
    db.execute("UPDATE coupons SET used_at = ?2 WHERE id = ?1", params![coupon.id, now])?;
    Ok(Till::Used)
}

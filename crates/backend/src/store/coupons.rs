//! Coupons that members claimed.

use crate::clock::Millis;
use rusqlite::{Connection, Row, params};

#[derive(Clone, Debug)]
pub(crate) struct Coupon {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) offer_id: String,
    pub(crate) code: String,
    pub(crate) used_at: Option<Millis>,
    pub(crate) valid_from: Millis,
    pub(crate) valid_until: Millis,
}

fn coupon(row: &Row<'_>) -> rusqlite::Result<Coupon> {
    Ok(Coupon {
        seq: row.get(0)?,
        id: row.get(1)?,
        offer_id: row.get(2)?,
        code: row.get(3)?,
        used_at: row.get(4)?,
        valid_from: row.get(5)?,
        valid_until: row.get(6)?,
    })
}

impl Coupon {
    pub(crate) fn status_at(&self, now: Millis) -> &'static str {
        if self.used_at.is_some() {
            "used"
        } else if self.valid_until <= now {
            "expired"
        } else {
            "available"
        }
    }
}

/// Stores a claimed coupon; its `seq` is chosen here.
pub(crate) fn insert(db: &Connection, member: &str, coupon: &Coupon) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO coupons (id, member_id, offer_id, code, used_at, valid_from, valid_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            coupon.id,
            member,
            coupon.offer_id,
            coupon.code,
            coupon.used_at,
            coupon.valid_from,
            coupon.valid_until
        ],
    )?;
    Ok(())
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
    let mut query = db.prepare_cached(
        "SELECT seq, id, offer_id, code, used_at, valid_from, valid_until FROM coupons
         WHERE member_id = ?1 AND seq < ?2
           AND (?3 IS NULL OR ?3 = CASE WHEN used_at IS NOT NULL THEN 'used' WHEN valid_until <= ?4 THEN 'expired'
                ELSE 'available' END)
         ORDER BY seq DESC LIMIT ?5",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_map(params![member, before.unwrap_or(i64::MAX), status, now, limit], coupon)?;
    rows.collect()
}

/// Whether the member has claimed the offer before.
pub(crate) fn claimed(db: &Connection, member: &str, offer: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM coupons WHERE member_id = ?1 AND offer_id = ?2)")?
        .query_row([member, offer], |row| row.get(0))
}

//! What a member did, and the tier that follows from it.

use crate::clock::Millis;
use crate::rules::buckets::Buckets;
use crate::rules::tier::{Activity, Standing, judge};
use crate::scene::Scene;
use crate::store::{ledger, pending};
use rusqlite::{Connection, params};

/// What a member did after `from`, up to and including `until`.
pub(crate) fn activity(
    db: &Connection,
    member: &str,
    from: Millis,
    until: Millis,
) -> rusqlite::Result<Activity> {
    let (visits, spend) = db
        .prepare_cached(
            "SELECT COUNT(*), COALESCE(SUM(amount), 0) FROM orders
             WHERE member_id = ?1 AND occurred_at > ?2 AND occurred_at <= ?3",
        )?
        .query_row(params![member, from, until], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (points_earned, points_spent, interaction) = db
        .prepare_cached(
            "SELECT COALESCE(SUM(amount) FILTER (WHERE type = 'earn'), 0),
                    COALESCE(-SUM(amount) FILTER (WHERE type IN ('spend', 'refund')), 0),
                    COUNT(*) FILTER (WHERE type = 'earn' AND source_kind <> 'order')
             FROM ledger WHERE member_id = ?1 AND occurred_at > ?2 AND occurred_at <= ?3",
        )?
        .query_row(params![member, from, until], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(Activity { spend, visits, points_earned, points_spent, interaction })
}

/// The member's standing as last judged.
pub(crate) fn standing(db: &Connection, scene: &Scene, member: &str) -> rusqlite::Result<Standing> {
    db.prepare_cached("SELECT tier_id, tier_since, period_start, period_end FROM members WHERE id = ?1")?
        .query_row([member], |row| {
            let id: String = row.get(0)?;
            Ok(Standing {
                level: scene.programme.tier_index(&id).unwrap_or(0),
                since: row.get(1)?,
                period_start: row.get(2)?,
                period_end: row.get(3)?,
            })
        })
}

pub(crate) fn save(db: &Connection, scene: &Scene, member: &str, standing: Standing) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE members SET tier_id = ?2, tier_since = ?3, period_start = ?4, period_end = ?5 WHERE id = ?1",
    )?
    .execute(params![
        member,
        scene.programme.tiers[standing.level].id,
        standing.since,
        standing.period_start,
        standing.period_end
    ])?;
    Ok(())
}

/// A member as of now.
#[derive(Clone, Debug)]
pub(crate) struct Settled {
    pub(crate) standing: Standing,
    /// Within the window that counts for a rise.
    pub(crate) window: Activity,
    pub(crate) buckets: Buckets,
}

/// Brings a member up to now: settles what was pending, expires points, judges the tier. Every piece of work on a member begins
/// with it.
pub(crate) fn settle(db: &Connection, scene: &Scene, member: &str) -> rusqlite::Result<Settled> {
    pending::settle_due(db, scene)?;
    let buckets = ledger::expire(db, scene, member)?;
    let before = standing(db, scene, member)?;
    let months = scene.programme.tier_window_months;
    let (standing, window) =
        judge(&scene.programme.levels(), before, scene.now, months, scene.zone(), |from, until| {
            activity(db, member, from, until)
        })?;
    if standing != before {
        save(db, scene, member, standing)?;
    }
    Ok(Settled { standing, window, buckets })
}

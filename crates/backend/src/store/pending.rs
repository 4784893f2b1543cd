//! Redemptions that wait, and how the wait ends: by itself when it is due, or by whoever pays or issues before.
//!
//! Points and stock are taken when a redemption is made, so a wait that ends well changes no balance, and one that does not puts
//! everything back. Both happen within the transaction that finds it due, dated at the moment it was.

use crate::clock::Millis;
use crate::scene::Scene;
use crate::store::ledger::{self, Cause};
use crate::store::redemptions::{self, Redemption, Refusal};
use rusqlite::Connection;

/// Ends every wait that is over: what is unpaid is rejected, what a partner issues is issued. For all members, because the
/// stock that comes back is everybody's.
pub(crate) fn settle_due(db: &Connection, scene: &Scene) -> rusqlite::Result<()> {
    for redemption in redemptions::due(db, scene.now)? {
        let at = redemption.due_at.unwrap_or(scene.now);
        if redemption.awaits_payment() {
            reject(db, scene, redemption, at, Refusal::Unpaid)?;
        } else {
            redemptions::save(db, &redemption.issued(at))?;
        }
    }
    Ok(())
}

/// Rejects a redemption at `at`: points, stock and limit are as before it.
pub(crate) fn reject(
    db: &Connection,
    scene: &Scene,
    redemption: Redemption,
    at: Millis,
    why: Refusal,
) -> rusqlite::Result<Redemption> {
    let balance = give_back(db, scene, &redemption, at, "rejection")?;
    let redemption = redemption.rejected(at, balance, why);
    redemptions::save(db, &redemption)?;
    Ok(redemption)
}

/// Puts points and stock back where a redemption took them from, at `at`. Returns the balance that follows: what came back
/// to a bucket whose date has passed expires at once.
pub(crate) fn give_back(
    db: &Connection,
    scene: &Scene,
    redemption: &Redemption,
    at: Millis,
    reason: &str,
) -> rusqlite::Result<i64> {
    let member = &redemption.member_id;
    // What expired before comes before, and the ledger stays in the order of time.
    let scene = Scene { now: at.max(ledger::latest(db, member)?), ..scene.clone() };
    ledger::expire(db, &scene, member)?;
    let cause = Cause {
        reason,
        kind: "cancellation",
        id: Some(&redemption.id),
        title: scene.programme.reward(&redemption.reward_id).map(|reward| &reward.title),
        store: redemption.store_id.as_deref(),
    };
    ledger::refund(db, &scene, member, &redemption.buckets_used, &cause)?;
    redemptions::return_stock(db, &redemption.reward_id, redemption.quantity)?;
    ledger::expire(db, &scene, member)?;
    Ok(ledger::buckets(db, member)?.balance())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Db;

    #[test]
    fn redemptions_of_the_first_version_are_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("old.sqlite");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(include_str!("../../migrations/0001_initial.sql")).unwrap();
        old.execute_batch(
            "INSERT INTO members (id, phone, display_name, card_secret, tier_id, tier_since, period_start, joined_at)
                 VALUES ('m', '1', 'Wei', x'00', 'silver', 0, 0, 0);
             INSERT INTO redemptions (seq, id, member_id, client_ref, status, reward_id, quantity, cost_points, buckets_used,
                 voucher_code, valid_until, balance_after, created_at)
                 VALUES (7, 'a', 'm', 'x', 'issued', 'r', 1, 5, '[]', 'A', 90, 0, 10),
                        (9, 'b', 'm', 'y', 'cancelled', 'r', 1, 5, '[]', 'B', 90, 5, 20);
             INSERT INTO ledger (id, member_id, type, amount, balance_after, reason, source_kind, source_id, occurred_at)
                 VALUES ('l', 'm', 'refund', 5, 5, 'cancellation', 'cancellation', 'b', 30);
             PRAGMA user_version = 1;",
        )
        .unwrap();
        drop(old);
        let db = Db::open(&path).unwrap();
        db.transact(|tx| -> rusqlite::Result<()> {
            let issued = redemptions::by_id(tx, "a")?.unwrap();
            assert_eq!((issued.seq, issued.issued_at, issued.refunded_at), (7, Some(10), None));
            let cancelled = redemptions::by_code(tx, "B")?.unwrap();
            assert_eq!((cancelled.seq, cancelled.refunded_at, cancelled.due_at), (9, Some(30), None));
            redemptions::insert(
                tx,
                &Redemption { id: "c".into(), client_ref: "z".into(), voucher_code: "C".into(), ..issued },
            )?;
            assert_eq!(redemptions::by_id(tx, "c")?.unwrap().seq, 10);
            Ok(())
        })
        .unwrap();
    }
}

use super::*;
use crate::programme::{Programme, programme_ids};
use crate::store::{Db, ledger, redemptions};
use std::path::Path;
use std::sync::Arc;

const NOW: Millis = 1_786_525_080_000;

fn seeded(id: &str) -> (Db, Scene) {
    let db = Db::open(Path::new(":memory:")).unwrap();
    let programme = Arc::new(Programme::load(id).unwrap());
    let scene = Scene { programme, anchor: NOW, now: NOW };
    db.transact(|tx| fill(tx, &scene)).unwrap();
    (db, scene)
}

fn dump(db: &Db, table: &str) -> Vec<String> {
    db.transact(|tx| {
        let mut query = tx.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))?;
        let columns = query.column_count();
        let rows = query.query_map([], |row| {
            (0..columns).map(|i| Ok(format!("{:?}", row.get_ref(i)?))).collect::<rusqlite::Result<Vec<_>>>()
        })?;
        rows.map(|row| Ok(row?.join("|"))).collect::<rusqlite::Result<Vec<_>>>()
    })
    .unwrap()
}

#[test]
fn seeding_twice_gives_the_same_rows() {
    let (a, _) = seeded("coffee");
    let (b, _) = seeded("coffee");
    for table in ["members", "orders", "ledger", "buckets", "redemptions", "coupons", "consents"] {
        assert_eq!(dump(&a, table), dump(&b, table), "{table}");
    }
}

#[test]
fn each_persona_is_as_promised() {
    for id in programme_ids() {
        let (db, scene) = seeded(id);
        for seed in &scene.programme.members {
            db.transact(|tx| {
                let member = members::id_by_phone(tx, &seed.phone)?.unwrap();
                let before = tiers::standing(tx, &scene, &member)?;
                let standing = tiers::settle(tx, &scene, &member)?.standing;
                let name = format!("{id} {}", seed.persona);
                assert_eq!(before, standing, "{name}: judged otherwise");
                assert_eq!(scene.programme.tiers[standing.level].id, seed.tier, "{name}");
                let entries = ledger::entries(tx, &member, None, None, 10_000)?;
                let buckets = ledger::buckets(tx, &member)?;
                assert_eq!(entries.iter().map(|e| e.amount).sum::<i64>(), buckets.balance(), "{name}");
                assert!(
                    entries.is_sorted_by(|a, b| a.occurred_at >= b.occurred_at),
                    "{name}: order of the ledger"
                );
                let mut balance = 0;
                for entry in entries.iter().rev() {
                    balance += entry.amount;
                    assert_eq!(balance, entry.balance_after, "{name}");
                    assert!(balance >= 0, "{name}");
                }
                if seed.persona == "new" {
                    assert!(entries.is_empty());
                    return Ok(());
                }
                assert!((balance - seed.points_target).abs() * 5 <= seed.points_target, "{name}: {balance}");
                for kind in ["earn", "spend", "expire", "refund"] {
                    assert!(entries.iter().any(|e| e.kind == kind), "{name}: {kind}");
                }
                if seed.persona == "three_expiries" {
                    assert_eq!(buckets.portions().len(), 3, "{name}: {buckets:?}");
                    assert!(buckets.portions().iter().all(|p| p.expires_at.is_some()), "{name}");
                } else {
                    let level = &scene.programme.levels()[standing.level];
                    let done = tiers::activity(tx, &member, standing.period_start, NOW)?;
                    assert!(
                        !crate::rules::tier::met(level.matching, &level.retain, &done),
                        "{name}: {done:?}"
                    );
                    assert!(standing.period_end.unwrap() - NOW < 30 * DAY);
                }
                assert!(
                    !redemptions::list(tx, &member, &redemptions::Filter::default(), NOW, 50)?.is_empty()
                );
                let cheap = |r: &&crate::programme::Reward| {
                    r.stock.is_none()
                        && r.limit.is_none()
                        && r.min_tier.is_none()
                        && r.stores.is_none()
                        && r.from_days.is_none()
                        && r.until_days.is_none()
                        && r.cost_money.is_none()
                };
                let cheapest =
                    scene.programme.rewards.iter().filter(cheap).map(|r| r.cost_points).min().unwrap();
                assert!(cheapest <= balance, "{name} can afford nothing");
                Ok::<_, rusqlite::Error>(())
            })
            .unwrap();
        }
    }
}

use super::*;
use crate::http::context::token_hash;
use crate::programme::programme_ids;
use crate::store::{Db, ledger, sessions, tiers};

#[test]
fn a_crowd_is_settled_and_its_points_add_up() {
    let directory = tempfile::tempdir().unwrap();
    for programme in programme_ids() {
        let crowd = Crowd { programme: programme.into(), members: 40, entries: 4000 };
        let path = crowd.ready(directory.path()).unwrap();
        let db = Db::open(&path).unwrap();
        let programme = Arc::new(Programme::load(programme).unwrap());
        let scene = Scene { programme, anchor: NOW, now: NOW };
        let mut levels = vec![0; scene.programme.tiers.len()];
        let mut entries = 0;
        db.transact(|tx| -> rusqlite::Result<()> {
            for number in 0..crowd.members {
                let session = sessions::find(tx, &token_hash(&crowd.token(number)), NOW)?.unwrap();
                let member = &session.member_id;
                let before = tiers::standing(tx, &scene, member)?;
                let history = ledger::entries(tx, member, None, None, 10_000)?;
                assert_eq!(tiers::settle(tx, &scene, member)?.standing, before);
                assert_eq!(ledger::entries(tx, member, None, None, 10_000)?.len(), history.len());
                assert!(history.is_sorted_by(|a, b| a.occurred_at >= b.occurred_at));
                assert!(history.iter().all(|entry| entry.occurred_at <= NOW));
                let mut balance = 0;
                for entry in history.iter().rev() {
                    balance += entry.amount;
                    assert_eq!((balance, balance >= 0), (entry.balance_after, true));
                }
                assert_eq!(ledger::buckets(tx, member)?.balance(), balance);
                levels[before.level] += 1;
                entries += history.len();
            }
            let one = |sql: &str| tx.query_row(sql, [], |row| row.get::<_, i64>(0));
            assert_eq!(one("SELECT COUNT(*) FROM pragma_foreign_key_check")?, 0);
            assert!(one("SELECT COUNT(*) FROM redemptions")? > 100);
            assert!(one("SELECT COUNT(*) FROM survey_offers")? > 100);
            Ok(())
        })
        .unwrap();
        assert!((4000..5000).contains(&entries), "{entries}");
        assert!(levels.iter().filter(|count| **count > 0).count() > 1, "{levels:?}");
    }
}

#[test]
fn it_is_filled_once_with_every_index() {
    let directory = tempfile::tempdir().unwrap();
    let crowd = Crowd { programme: "coffee".into(), members: 3, entries: 30 };
    let schema = |path: &Path| {
        let db = Connection::open(path).unwrap();
        let mut query = db.prepare("SELECT sql FROM sqlite_master ORDER BY type, name").unwrap();
        query
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<rusqlite::Result<Vec<Option<String>>>>()
            .unwrap()
    };
    let stale = directory.path().join("crowd-coffee-3-30-000000000000.sqlite");
    drop(Db::open(&stale).unwrap());
    let fresh = schema(&stale);
    let path = crowd.ready(directory.path()).unwrap();
    assert!(!stale.exists());
    assert_eq!(schema(&path), fresh);
    let made = fs::metadata(&path).unwrap().modified().unwrap();
    assert_eq!(crowd.ready(directory.path()).unwrap(), path);
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), made);
}

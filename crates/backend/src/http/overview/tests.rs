//! How home's data are found: no statement may read more the more members there are, or sort what a member did in all the years.

use crate::clock::{DAY, Millis, rfc3339};
use crate::http::context::token_hash;
use crate::store::{members, sessions};
use crate::{Backend, Clock, Config};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use rusqlite::{Connection, Transaction};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tower::ServiceExt;

const HOME: &str = "/api/v1/me/overview";
const NOW: Millis = 1_786_525_080_000;
/// As large as the catalogue at most.
const SMALL: [&str; 1] = ["stock"];
/// One row for each thing that a member did.
const HISTORY: [&str; 3] = ["orders", "ledger", "redemptions"];

/// The seeded members, each with a session whose token is the phone number.
struct House {
    backend: Backend,
    router: Router,
    millis: Arc<AtomicI64>,
    phones: Vec<String>,
}

impl House {
    fn open(directory: &Path) -> Self {
        let millis = Arc::new(AtomicI64::new(NOW));
        let clock = Clock::by_hand(Arc::clone(&millis));
        let config = Config { database: directory.join("data.sqlite"), clock, ..Config::new("coffee") };
        let backend = Backend::open(&config).unwrap();
        let members = &backend.app.programme.members;
        let phones: Vec<String> = members.iter().map(|member| member.phone.clone()).collect();
        let sign_in = |tx: &Transaction<'_>, phone: &String| {
            let session = sessions::Session {
                id: phone.clone(),
                member_id: members::id_by_phone(tx, phone)?.unwrap(),
                channel: "mobile".into(),
                device: None,
                created_at: NOW,
                last_seen_at: NOW,
                expires_at: NOW + 5000 * DAY,
                device_id: None,
            };
            sessions::insert(tx, &session, &token_hash(phone))
        };
        backend.app.db.transact(|tx| phones.iter().try_for_each(|phone| sign_in(tx, phone))).unwrap();
        Self { router: backend.router().unwrap(), backend, millis, phones }
    }

    async fn get(&self, phone: &str, path: &str) -> Value {
        let request = Request::get(path).header("authorization", format!("Bearer {phone}"));
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{path}");
        serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap()
    }

    async fn all_come_home(&self) {
        for phone in &self.phones {
            self.get(phone, HOME).await;
        }
    }
}

/// Every statement that runs for home: when nothing is due, and when everything is.
async fn statements(house: &House) -> BTreeSet<String> {
    let db = &house.backend.app.db;
    let seen = db.watch();
    house.all_come_home().await;
    // On an ordinary day home has nothing to write, and does not wait for whoever writes.
    let quiet = ["SELECT", "BEGIN DEFERRED", "ROLLBACK"];
    let loud = |sql: &&String| !quiet.iter().any(|word| sql.starts_with(word));
    assert_eq!(seen.lock().unwrap().iter().find(loud), None);
    // Years later points have expired, tiers are judged again, and a partner and a payment were waited for.
    let wait = "UPDATE redemptions SET status = 'pending', due_at = ?1, issued_at = NULL, used_at = NULL,
                    money = CASE WHEN seq % 2 = 0 THEN 5 END
                WHERE status IN ('issued', 'used')";
    db.transact(|tx| tx.execute(wait, [NOW + DAY])).unwrap();
    seen.lock().unwrap().remove(wait);
    house.millis.store(NOW + 1200 * DAY, Ordering::SeqCst);
    house.all_come_home().await;
    while !db.transact(|tx| house.backend.app.visits.write(tx)).unwrap() {}
    std::mem::take(&mut *seen.lock().unwrap())
}

/// What is wrong with how SQLite goes about the statements.
fn faults(db: &Connection, statements: &BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for sql in statements
        .iter()
        .filter(|sql| !["BEGIN", "COMMIT", "ROLLBACK"].iter().any(|word| sql.starts_with(word)))
    {
        let mut explain = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let mut steps = explain.raw_query();
        while let Some(step) = steps.next().unwrap() {
            let step: String = step.get(3).unwrap();
            let table = step.split(' ').nth(1).unwrap_or_default();
            let scans = step.starts_with("SCAN ") && step != "SCAN CONSTANT ROW" && !SMALL.contains(&table);
            let sorts = step.starts_with("USE TEMP B-TREE");
            let builds = step.contains(" AUTOMATIC ");
            // All the years of a member may be added up, but only within an index.
            let wanders =
                HISTORY.contains(&table) && step.contains("(member_id=?)") && !step.contains(" COVERING ");
            if scans || sorts || builds || wanders {
                faults.push(format!("{step}: {sql}"));
            }
        }
    }
    faults
}

#[tokio::test]
async fn home_is_found_by_indexes() {
    let directory = tempfile::tempdir().unwrap();
    let house = House::open(directory.path());
    let statements = statements(&house).await;
    for begins in [
        "SELECT",
        "INSERT INTO ledger",
        "UPDATE members SET tier_id",
        "UPDATE redemptions",
        "UPDATE sessions",
    ] {
        assert!(statements.iter().any(|sql| sql.starts_with(begins)), "{begins}: {statements:#?}");
    }
    house
        .backend
        .app
        .db
        .transact(|tx| {
            assert_eq!(faults(tx, &statements), Vec::<String>::new());
            // Without any of these indexes it would be noticed.
            for index in [
                "orders_member",
                "ledger_activity",
                "redemptions_limit",
                "redemptions_settled",
                "redemptions_due",
            ] {
                let sql: String =
                    tx.query_row("SELECT sql FROM sqlite_master WHERE name = ?1", [index], |row| row.get(0))?;
                tx.execute_batch(&format!("DROP INDEX {index}"))?;
                assert!(!faults(tx, &statements).is_empty(), "{index}");
                tx.execute_batch(&sql)?;
            }
            assert_eq!(faults(tx, &statements), Vec::<String>::new());
            Ok::<_, rusqlite::Error>(())
        })
        .unwrap();
}

#[tokio::test]
async fn who_was_here_is_written_a_little_later() {
    let directory = tempfile::tempdir().unwrap();
    let house = House::open(directory.path());
    let [one, other, ..] = &house.phones[..] else { panic!("{:?}", house.phones) };
    house.millis.store(NOW + DAY, Ordering::SeqCst);
    house.get(one, HOME).await;
    // Whoever asks is told at once.
    let list = house.get(other, "/api/v1/sessions").await;
    assert_eq!(list["data"][0]["last_seen_at"], rfc3339(NOW + DAY));
    house.millis.store(NOW + 2 * DAY, Ordering::SeqCst);
    house.all_come_home().await;
    let everybody = i64::try_from(house.phones.len()).unwrap();
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let sql = "SELECT COUNT(*) FROM sessions WHERE last_seen_at = ?1";
        let count = |tx: &Transaction<'_>| tx.query_row(sql, [NOW + 2 * DAY], |row| row.get::<_, i64>(0));
        if house.backend.app.db.read(move |tx| Ok(count(tx)?)).await.unwrap() == everybody {
            return;
        }
    }
    panic!("nobody wrote down who was here");
}

//! The database: one SQLite file (or memory), one connection, short transactions.
//!
//! Nearly every read of a member may have to write (points that have expired since), so all work goes through one connection and
//! takes the write lock at its beginning; no request can see or leave a half-done state.

pub(crate) mod authorizations;
pub(crate) mod card_codes;
pub(crate) mod coupons;
pub(crate) mod devices;
pub(crate) mod favourites;
pub(crate) mod ledger;
pub(crate) mod members;
pub(crate) mod offers;
pub(crate) mod passkeys;
pub(crate) mod pending;
pub(crate) mod redemptions;
pub(crate) mod replay;
pub(crate) mod sessions;
pub(crate) mod surveys;
pub(crate) mod tiers;
pub(crate) mod transfers;
pub(crate) mod wechat;

use crate::problem::Problem;
use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_initial.sql"),
    include_str!("../../migrations/0002_redemptions.sql"),
    include_str!("../../migrations/0003_coupons_favourites.sql"),
    include_str!("../../migrations/0004_survey_offers.sql"),
    include_str!("../../migrations/0005_devices.sql"),
    include_str!("../../migrations/0006_wechat.sql"),
    include_str!("../../migrations/0007_passkeys.sql"),
];

/// A handle on the database; clones share the connection.
#[derive(Clone)]
pub(crate) struct Db(Arc<Mutex<Connection>>);

impl Db {
    /// Opens a file, or `:memory:`, and brings its tables up to date.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let mut connection = if path == Path::new(":memory:") {
            Connection::open_in_memory()?
        } else {
            if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                std::fs::create_dir_all(parent)
                    .with_context(|| format!("the directory {}", parent.display()))?;
            }
            Connection::open(path).with_context(|| format!("the database {}", path.display()))?
        };
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(128);
        migrate(&mut connection)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic inside a transaction rolls it back, so what the mutex guards is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` in a transaction, which is kept when `work` succeeds. Blocks.
    pub(crate) fn transact<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    /// As `transact`, on a thread that may block.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let db = self.clone();
        tokio::task::spawn_blocking(move || db.transact(work)).await.map_err(Problem::internal)?
    }
}

fn migrate(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let version = usize::try_from(version).context("the database's version")?;
    ensure!(version <= MIGRATIONS.len(), "the database is of a newer version ({version}) than this program");
    for script in &MIGRATIONS[version..] {
        transaction.execute_batch(script)?;
    }
    transaction.pragma_update(None, "user_version", i64::try_from(MIGRATIONS.len())?)?;
    transaction.commit()?;
    Ok(())
}

/// Reads a remark about the database itself.
pub(crate) fn meta(db: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    db.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()
}

/// Writes a remark about the database itself.
pub(crate) fn set_meta(db: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", params![key, value])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_migrated_once_and_a_newer_one_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/er/data.sqlite");
        let db = Db::open(&path).unwrap();
        db.transact(|tx| set_meta(tx, "programme", "coffee")).unwrap();
        drop(db);
        let db = Db::open(&path).unwrap();
        assert_eq!(db.transact(|tx| meta(tx, "programme")).unwrap().as_deref(), Some("coffee"));
        db.lock().pragma_update(None, "user_version", 99).unwrap();
        drop(db);
        assert!(Db::open(&path).is_err());
    }

    #[test]
    fn what_an_earlier_version_stored_is_kept() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        for script in &MIGRATIONS[..2] {
            connection.execute_batch(script).unwrap();
        }
        connection
            .execute_batch(
                "INSERT INTO members (id, phone, display_name, card_secret, tier_id, tier_since, period_start, joined_at)
                 VALUES ('m', '1', 'M', x'00', 't', 0, 0, 0);
                 INSERT INTO coupons (seq, id, member_id, offer_id, code, used_at, valid_from, valid_until)
                 VALUES (4, 'a', 'm', 'x', 'CODE4', NULL, 10, 90), (9, 'b', 'm', 'y', 'CODE9', 50, 20, 90);
                 INSERT INTO survey_responses (member_id, survey_id, client_uuid, revision, state, answers, updated_at)
                 VALUES ('m', 's', 'u', 1, 'draft', '{}', 7);
                 INSERT INTO sessions (id, member_id, token_hash, channel, created_at, last_seen_at, expires_at)
                 VALUES ('own', 'm', x'01', 'mobile', 0, 0, 90), ('shared', 'm', x'02', 'kiosk', 0, 0, 90);
                 PRAGMA user_version = 2;",
            )
            .unwrap();
        migrate(&mut connection).unwrap();
        let draft = surveys::get(&connection, "m", "s").unwrap().unwrap();
        assert_eq!((draft.version, draft.updated_at), (1, 7));
        // A session that began at a kiosk before devices were known would be good anywhere.
        let live = sessions::list(&connection, "m", 60).unwrap();
        let live: Vec<_> = live.iter().map(|one| (one.id.as_str(), one.device_id.as_deref())).collect();
        assert_eq!(live, [("own", None)]);
        let rows = coupons::list(&connection, "m", None, None, 60, 10).unwrap();
        let rows: Vec<_> = rows.iter().map(|row| (row.seq, row.code.as_str(), row.status_at(60))).collect();
        assert_eq!(rows, [(9, "CODE9", "used"), (4, "CODE4", "available")]);
        assert!(
            coupons::claimed(&connection, "m", "x").unwrap()
                && coupons::claimed(&connection, "m", "y").unwrap()
        );
        // A second one of the same offer can be had, but not claimed; numbers go on where they were.
        let another = coupons::Coupon {
            id: "c".into(),
            code: "CODE10".into(),
            ..coupons::get(&connection, "m", "a").unwrap().unwrap()
        };
        assert!(coupons::claim(&connection, "m", &another).is_err());
        coupons::insert(&connection, "m", &another).unwrap();
        assert_eq!(coupons::get(&connection, "m", "c").unwrap().unwrap().seq, 10);
        let broken: i64 = connection
            .query_row("SELECT COUNT(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(broken, 0);
    }

    #[test]
    fn a_failure_keeps_nothing() {
        let db = Db::open(Path::new(":memory:")).unwrap();
        let failed = db.transact(|tx| {
            set_meta(tx, "a", "b")?;
            Err::<(), _>(rusqlite::Error::InvalidQuery)
        });
        assert!(failed.is_err());
        assert_eq!(db.transact(|tx| meta(tx, "a")).unwrap(), None);
    }
}

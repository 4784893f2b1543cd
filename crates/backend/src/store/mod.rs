//! The database: one SQLite file (or memory), one connection, short transactions.
//!
//! Nearly every read of a member may have to write (points that have expired since), so all work goes through one connection and
//! takes the write lock at its beginning; no request can see or leave a half-done state.

pub(crate) mod coupons;
pub(crate) mod ledger;
pub(crate) mod members;
pub(crate) mod redemptions;
pub(crate) mod replay;
pub(crate) mod sessions;
pub(crate) mod surveys;
pub(crate) mod tiers;

use crate::problem::Problem;
use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const MIGRATIONS: [&str; 1] = [include_str!("../../migrations/0001_initial.sql")];

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

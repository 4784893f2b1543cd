//! The database: one SQLite file (or memory), short transactions. One connection writes; beside it others read.
//!
//! Nearly every read of a member may have to write (points that have expired since), so work goes through the connection that
//! writes and takes the write lock at its beginning; no request can see or leave a half-done state. Home is read so often that
//! it goes another way (`Db::read`): beside the writer, on the state that the last transaction left, and only when something
//! turns out to be due it is done again by the writer.

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
use rusqlite::config::DbConfig;
#[cfg(test)]
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};
#[cfg(test)]
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_initial.sql"),
    include_str!("../../migrations/0002_redemptions.sql"),
    include_str!("../../migrations/0003_coupons_favourites.sql"),
    include_str!("../../migrations/0004_survey_offers.sql"),
    include_str!("../../migrations/0005_devices.sql"),
    include_str!("../../migrations/0006_wechat.sql"),
    include_str!("../../migrations/0007_passkeys.sql"),
    include_str!("../../migrations/0008_home.sql"),
];
/// How long a connection waits for another program that writes.
const BUSY: Duration = Duration::from_secs(10);
/// How many statements a connection keeps prepared.
const STATEMENTS: usize = 128;

/// So many connections read at most.
const READERS: usize = 8;

/// A handle on the database; clones share its connections.
#[derive(Clone)]
pub(crate) struct Db(Arc<Connections>);

struct Connections {
    /// None for a database in memory, which only one connection can have. Closed first: the last one puts the log away, and
    /// must be able to write.
    readers: Option<Readers>,
    writer: Mutex<Connection>,
}

struct Readers {
    idle: Mutex<Vec<Connection>>,
    /// One for each connection.
    turns: Arc<Semaphore>,
}

impl Readers {
    fn open(path: &Path) -> Result<Self> {
        let count = std::thread::available_parallelism().map_or(2, |cores| (2 * cores.get()).min(READERS));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = |_| {
            let connection = Connection::open_with_flags(path, flags)?;
            set_up(&connection)?;
            Ok(connection)
        };
        let idle = (0..count).map(open).collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(Self { idle: Mutex::new(idle), turns: Arc::new(Semaphore::new(count)) })
    }

    /// One that is idle, as whoever has a turn is sure to find.
    fn lend(&self) -> Result<Lent<'_>, Problem> {
        let connection = locked(&self.idle).pop();
        let connection = connection.ok_or_else(|| Problem::internal("no connection for a turn"))?;
        Ok(Lent { readers: self, connection: Some(connection) })
    }
}

/// A connection that comes back whatever happens.
struct Lent<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        locked(&self.readers.idle).extend(self.connection.take());
    }
}

/// The connection that writes, kept from writing until this is dropped.
struct Reading<'a>(MutexGuard<'a, Connection>);

impl<'a> Reading<'a> {
    fn begin(connection: MutexGuard<'a, Connection>) -> rusqlite::Result<Self> {
        connection.pragma_update(None, "query_only", true)?;
        Ok(Self(connection))
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.pragma_update(None, "query_only", false) {
            tracing::error!(%error, "the database stays closed to writing");
        }
    }
}

/// What is the same for those that read and the one that writes.
fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Else statements that are kept are planned anew whenever they are asked about another member.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic inside a transaction rolls it back, so what the mutex guards is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Db {
    /// Opens a file, or `:memory:`, and brings its tables up to date.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let in_memory = path == Path::new(":memory:");
        let mut writer = if in_memory {
            Connection::open_in_memory()?
        } else {
            if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                std::fs::create_dir_all(parent)
                    .with_context(|| format!("the directory {}", parent.display()))?;
            }
            Connection::open(path).with_context(|| format!("the database {}", path.display()))?
        };
        writer.pragma_update(None, "journal_mode", "WAL")?;
        writer.pragma_update(None, "synchronous", "NORMAL")?;
        writer.pragma_update(None, "foreign_keys", true)?;
        set_up(&writer)?;
        migrate(&mut writer)?;
        let readers = if in_memory { None } else { Some(Readers::open(path)?) };
        Ok(Self(Arc::new(Connections { readers, writer: Mutex::new(writer) })))
    }

    /// Runs `work` in a transaction, which is kept when `work` succeeds. Blocks.
    pub(crate) fn transact<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = locked(&self.0.writer);
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
        tokio::task::spawn_blocking(move || db.write(work)).await.map_err(Problem::internal)?
    }

    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
        self.transact(work).map_err(|problem| match problem.wants_to_write() {
            true => Problem::internal("the database can't be written"),
            false => problem,
        })
    }

    /// Runs `work` on what the last transaction left, without waiting for the one under way. When it tries to write, it is
    /// done again as by `run`.
    ///
    /// Not for a lookup that lets somebody conclude that nothing can follow (decision 11): what is being written now would
    /// follow.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&Transaction<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = match &self.0.readers {
            Some(readers) => {
                Some(Arc::clone(&readers.turns).acquire_owned().await.map_err(Problem::internal)?)
            }
            None => None,
        };
        let db = self.clone();
        let both = move || {
            let seen = db.look(&work);
            drop(turn);
            match seen {
                Err(problem) if problem.wants_to_write() => db.write(work),
                seen => seen,
            }
        };
        tokio::task::spawn_blocking(both).await.map_err(Problem::internal)?
    }

    /// The statements that run from now on, as they are prepared.
    #[cfg(test)]
    pub(crate) fn watch(&self) -> Arc<Mutex<BTreeSet<String>>> {
        let seen = Arc::new(Mutex::new(BTreeSet::new()));
        let watch = |connection: &mut Connection| {
            let seen = Arc::clone(&seen);
            let note = move |event: TraceEvent<'_>| {
                if let TraceEvent::Stmt(statement, _) = event {
                    locked(&seen).insert(statement.sql().into_owned());
                }
            };
            connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note)).unwrap();
        };
        watch(&mut locked(&self.0.writer));
        if let Some(readers) = &self.0.readers {
            locked(&readers.idle).iter_mut().for_each(watch);
        }
        seen
    }

    fn look<T>(&self, work: impl Fn(&Transaction<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
        let look = |connection: &mut Connection| {
            // Rolled back, since there is nothing to keep.
            work(&connection.transaction_with_behavior(TransactionBehavior::Deferred)?)
        };
        match &self.0.readers {
            Some(readers) => {
                look(readers.lend()?.connection.as_mut().ok_or_else(|| Problem::internal("lent"))?)
            }
            None => look(&mut Reading::begin(locked(&self.0.writer))?.0),
        }
    }
}

/// Brings the tables up to date.
pub(crate) fn migrate(connection: &mut Connection) -> Result<()> {
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
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    #[test]
    fn a_file_is_migrated_once_and_a_newer_one_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/er/data.sqlite");
        let db = Db::open(&path).unwrap();
        db.transact(|tx| set_meta(tx, "programme", "coffee")).unwrap();
        drop(db);
        let db = Db::open(&path).unwrap();
        assert_eq!(db.transact(|tx| meta(tx, "programme")).unwrap().as_deref(), Some("coffee"));
        locked(&db.0.writer).pragma_update(None, "user_version", 99).unwrap();
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

    fn kept(db: &Db, key: &str) -> Option<String> {
        db.transact(|tx| meta(tx, key)).unwrap()
    }

    #[tokio::test]
    async fn reading_goes_on_beside_the_writer() {
        let directory = tempfile::tempdir().unwrap();
        let db = Db::open(&directory.path().join("data.sqlite")).unwrap();
        let (began, has_begun) = mpsc::channel();
        let (end, may_end) = mpsc::channel();
        let other = db.clone();
        let writer = std::thread::spawn(move || {
            other.transact(|tx| {
                set_meta(tx, "a", "b")?;
                began.send(()).unwrap();
                may_end.recv().unwrap();
                Ok::<_, rusqlite::Error>(())
            })
        });
        has_begun.recv().unwrap();
        // More of them than there are connections.
        for _ in 0..3 * READERS {
            assert_eq!(db.read(|tx| Ok(meta(tx, "a")?)).await.unwrap(), None);
        }
        end.send(()).unwrap();
        writer.join().unwrap().unwrap();
        assert_eq!(db.read(|tx| Ok(meta(tx, "a")?)).await.unwrap().as_deref(), Some("b"));
    }

    #[tokio::test]
    async fn a_read_that_has_to_write_is_done_again_by_the_writer() {
        let directory = tempfile::tempdir().unwrap();
        for path in [Path::new(":memory:"), &directory.path().join("data.sqlite")] {
            let db = Db::open(path).unwrap();
            let times = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&times);
            let work = move |tx: &Transaction<'_>| {
                let before = meta(tx, "a")?;
                counted.fetch_add(1, Ordering::SeqCst);
                if before.is_none() {
                    set_meta(tx, "a", "b")?;
                }
                Ok(before)
            };
            assert_eq!(db.read(work.clone()).await.unwrap(), None);
            assert_eq!((times.load(Ordering::SeqCst), kept(&db, "a").as_deref()), (2, Some("b")));
            assert_eq!(db.read(work).await.unwrap().as_deref(), Some("b"));
            assert_eq!(times.load(Ordering::SeqCst), 3);
            // Nor does a panic close the database, or take a connection away.
            for _ in 0..2 * READERS {
                assert!(db.read(|_| -> Result<(), Problem> { panic!("broken on purpose") }).await.is_err());
            }
            assert!(db.read(|tx| Ok(meta(tx, "a")?)).await.unwrap().is_some());
            db.transact(|tx| set_meta(tx, "a", "c")).unwrap();
        }
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

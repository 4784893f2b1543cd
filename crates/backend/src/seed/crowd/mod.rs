//! A crowd: as many members as one likes with as long a history, to measure the backend at the size of a large chain.
//!
//! The rules are those of live traffic, and so are the rows that are left. Only the way there is shorter: everybody's points
//! are kept in memory, nothing is looked up, and the indexes are made at the end.

mod person;
#[cfg(test)]
mod tests;
mod writer;

use crate::clock::{DAY, Millis};
use crate::ids;
use crate::programme::{Programme, sources};
use crate::scene::Scene;
use crate::store::{MIGRATIONS, migrate};
use anyhow::{Context, Result, ensure};
use person::Person;
use rusqlite::Connection;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use writer::Writer;

/// The time at which everybody's history ends.
const NOW: Millis = 1_786_525_080_000;
/// How long it is.
const SPAN: Millis = 3 * 365 * DAY;
/// How many turns it takes until everybody has come once on average.
const TURNS: usize = 4;

/// Members with their history in a database of their own.
#[derive(Clone, Debug)]
pub struct Crowd {
    /// One of [`crate::programme_ids`].
    pub programme: String,
    /// How many members there are.
    pub members: usize,
    /// How many entries the ledger has at least.
    pub entries: usize,
}

impl Crowd {
    /// When the history ends, as `--now` takes it.
    pub const NOW: &str = "2026-08-12T08:58:00Z";

    /// Fills a database in `directory`, unless it is there already, and tells where it is. It is filled anew when anything that
    /// it is made of has changed, and takes the place of the one before. Blocks.
    ///
    /// # Errors
    /// When there is no such programme, a size is zero, or the file can't be written.
    pub fn ready(&self, directory: &Path) -> Result<PathBuf> {
        ensure!(self.members > 0 && self.entries > 0, "a crowd has members and entries");
        let programme = Arc::new(Programme::load(&self.programme)?);
        let mut parts: Vec<&[u8]> =
            vec![include_bytes!("mod.rs"), include_bytes!("person.rs"), include_bytes!("writer.rs")];
        parts.extend(MIGRATIONS.iter().map(|script| script.as_bytes()));
        parts.extend(sources(&self.programme).map(str::as_bytes));
        let stem = format!("crowd-{}-{}-{}", self.programme, self.members, self.entries);
        let name = format!("{stem}-{}.sqlite", &ids::hex(&ids::digest(&parts))[..12]);
        fs::create_dir_all(directory).with_context(|| format!("the directory {}", directory.display()))?;
        let path = directory.join(&name);
        if path.exists() {
            forget_visits(&path)?;
            return Ok(path);
        }
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&format!("{stem}-")) {
                fs::remove_file(entry.path())?;
            }
        }
        let part = directory.join(format!("{name}.part"));
        self.fill(&part, programme).with_context(|| format!("filling {}", part.display()))?;
        File::open(&part)?.sync_all()?;
        fs::rename(&part, &path)?;
        Ok(path)
    }

    /// The token of the session of the member with a number, counted from zero.
    #[must_use]
    pub fn token(&self, member: usize) -> String {
        ids::stable(&["crowd", &self.programme, &member.to_string()])
    }

    fn fill(&self, path: &Path, programme: Arc<Programme>) -> Result<()> {
        let mut connection = Connection::open(path)?;
        // Whatever goes wrong, the file is thrown away.
        connection.pragma_update(None, "journal_mode", "OFF")?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "foreign_keys", false)?;
        connection.pragma_update(None, "cache_size", -1_500_000)?;
        connection.pragma_update(None, "threads", 2)?;
        connection.set_prepared_statement_cache_capacity(64);
        migrate(&mut connection)?;
        self.fill_in(&connection, programme)?;
        Ok(())
    }

    fn fill_in(&self, db: &Connection, programme: Arc<Programme>) -> Result<()> {
        let indexes: Vec<(String, String)> = db
            .prepare(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid",
            )?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (name, _) in &indexes {
            db.execute_batch(&format!("DROP INDEX {name}"))?;
        }
        db.execute_batch("BEGIN")?;
        crate::prepare(db, &programme, NOW, false)?;
        let scene = Scene { programme, anchor: NOW, now: NOW };
        self.write(db, &scene)?;
        db.execute_batch("COMMIT")?;
        for (_, sql) in &indexes {
            db.execute_batch(sql)?;
        }
        Ok(())
    }

    fn write(&self, db: &Connection, scene: &Scene) -> rusqlite::Result<()> {
        let mut people: Vec<Person> = (0..self.members).map(|number| Person::new(scene, number)).collect();
        for (number, person) in people.iter().enumerate() {
            person.join(db, scene, &self.token(number))?;
        }
        let turns = (self.entries * TURNS).div_ceil(self.members);
        let turn = SPAN / i64::try_from(turns).unwrap_or(i64::MAX).max(1);
        let mut writer = Writer::new(db, scene);
        for number in 0..turns {
            let from = NOW - SPAN + turn * i64::try_from(number).unwrap_or(0);
            for person in &mut people {
                if (number + person.phase).is_multiple_of(person.every) {
                    let at = from + writer.rng.range(0, turn);
                    writer.come(person, at)?;
                }
            }
        }
        people.sort_by(|one, other| one.id.cmp(&other.id));
        people.iter_mut().try_for_each(|person| writer.leave(person))
    }
}

/// Sessions as if nobody had been here since the history ended.
fn forget_visits(path: &Path) -> Result<()> {
    let db = Connection::open(path)?;
    db.execute("UPDATE sessions SET last_seen_at = created_at WHERE last_seen_at <> created_at", [])?;
    Ok(())
}

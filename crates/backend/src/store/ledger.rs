//! Points: the buckets by expiry date and the ledger that explains them. They change together or not at all.

use crate::clock::Millis;
use crate::ids;
use crate::locale::Text;
use crate::rules::buckets::{Buckets, Portion, Used};
use crate::rules::expiry;
use crate::scene::Scene;
use rusqlite::{Connection, Row, params, types::Type};

const NEVER: Millis = Millis::MAX;

/// Why points moved: what the ledger entry says and points to.
#[derive(Clone, Debug)]
pub(crate) struct Cause<'a> {
    /// A key of `http::ledger_text`.
    pub(crate) reason: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) id: Option<&'a str>,
    pub(crate) title: Option<&'a Text>,
    pub(crate) store: Option<&'a str>,
}

/// An entry as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) amount: i64,
    pub(crate) balance_after: i64,
    pub(crate) reason: String,
    pub(crate) source_kind: String,
    pub(crate) source_id: Option<String>,
    pub(crate) source_title: Option<Text>,
    pub(crate) store_id: Option<String>,
    pub(crate) occurred_at: Millis,
    pub(crate) expires_at: Option<Millis>,
    pub(crate) buckets_used: Option<Vec<Portion>>,
}

pub(crate) fn buckets(db: &Connection, member: &str) -> rusqlite::Result<Buckets> {
    let mut query = db.prepare_cached(
        "SELECT expires_at, remaining FROM buckets WHERE member_id = ?1 ORDER BY expires_at",
    )?;
    let rows = query.query_map([member], |row| {
        let at: Millis = row.get(0)?;
        Ok(Portion { amount: row.get(1)?, expires_at: (at != NEVER).then_some(at) })
    })?;
    Ok(Buckets::new(rows.collect::<rusqlite::Result<Vec<_>>>()?))
}

pub(crate) fn save(db: &Connection, member: &str, buckets: &Buckets) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM buckets WHERE member_id = ?1")?.execute([member])?;
    let mut insert =
        db.prepare_cached("INSERT INTO buckets (member_id, expires_at, remaining) VALUES (?1, ?2, ?3)")?;
    for portion in buckets.portions() {
        insert.execute(params![member, portion.expires_at.unwrap_or(NEVER), portion.amount])?;
    }
    Ok(())
}

/// What is common to every movement of points.
pub(crate) struct Movement<'a> {
    pub(crate) kind: &'static str,
    pub(crate) amount: i64,
    pub(crate) expires_at: Option<Millis>,
    pub(crate) used: Option<&'a [Portion]>,
}

fn write(
    db: &Connection,
    member: &str,
    at: Millis,
    buckets: &Buckets,
    movement: &Movement<'_>,
    cause: &Cause<'_>,
) -> rusqlite::Result<i64> {
    let seq: i64 =
        db.prepare_cached("SELECT COALESCE(MAX(seq), 0) + 1 FROM ledger")?.query_row([], |row| row.get(0))?;
    let id = ids::stable(&["ledger", member, &seq.to_string()]);
    append(db, (seq, &id), member, at, buckets.balance(), movement, cause)?;
    save(db, member, buckets)?;
    Ok(buckets.balance())
}

/// Writes an entry under a number and a name that are free. The member's buckets are the caller's to keep in step.
pub(crate) fn append(
    db: &Connection,
    (seq, id): (i64, &str),
    member: &str,
    at: Millis,
    balance_after: i64,
    movement: &Movement<'_>,
    cause: &Cause<'_>,
) -> rusqlite::Result<()> {
    let json = |value: Option<&Text>| value.map(serde_json::to_string).transpose().map_err(to_sql);
    let used = movement.used.map(serde_json::to_string).transpose().map_err(to_sql)?;
    db.prepare_cached(
        "INSERT INTO ledger (seq, id, member_id, type, amount, balance_after, reason, source_kind, source_id, source_title,
            store_id, occurred_at, expires_at, buckets_used)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        seq,
        id,
        member,
        movement.kind,
        movement.amount,
        balance_after,
        cause.reason,
        cause.kind,
        cause.id,
        json(cause.title)?,
        cause.store,
        at,
        movement.expires_at,
        used,
    ])?;
    Ok(())
}

fn to_sql(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}

fn portions(used: &[Used]) -> Vec<Portion> {
    used.iter().map(|used| Portion { amount: used.amount, expires_at: used.expires_at }).collect()
}

/// When the member's latest entry was made; 0 without any.
pub(crate) fn latest(db: &Connection, member: &str) -> rusqlite::Result<Millis> {
    db.prepare_cached("SELECT COALESCE(MAX(occurred_at), 0) FROM ledger WHERE member_id = ?1")?
        .query_row([member], |row| row.get(0))
}

/// Turns what has expired by now into `expire` entries, each dated at its expiry. Returns what is left.
pub(crate) fn expire(db: &Connection, scene: &Scene, member: &str) -> rusqlite::Result<Buckets> {
    let mut buckets = buckets(db, member)?;
    let before = buckets.clone();
    let expired = buckets.expire(scene.now);
    if expired.is_empty() {
        return Ok(buckets);
    }
    let last = latest(db, member)?;
    let cause = Cause { reason: "expiry", kind: "expiry", id: None, title: None, store: None };
    let mut remaining = before;
    for portion in expired {
        let at = portion.expires_at.unwrap_or(scene.now);
        remaining.expire(at);
        let used = [portion];
        let movement = Movement {
            kind: "expire",
            amount: -portion.amount,
            expires_at: portion.expires_at,
            used: Some(&used),
        };
        write(db, member, at.max(last), &remaining, &movement, &cause)?;
    }
    Ok(buckets)
}

/// Credits earned points, which expire at `expires_at` or by the programme's policy. Returns the new balance.
pub(crate) fn earn(
    db: &Connection,
    scene: &Scene,
    member: &str,
    amount: i64,
    expires_at: Option<Millis>,
    cause: &Cause<'_>,
) -> rusqlite::Result<i64> {
    let expires_at =
        expires_at.or_else(|| expiry::expires_at(scene.programme.policy(), scene.now, scene.zone()));
    let mut buckets = buckets(db, member)?;
    buckets.credit(amount, expires_at);
    let movement = Movement { kind: "earn", amount, expires_at, used: None };
    write(db, member, scene.now, &buckets, &movement, cause)
}

/// Takes points for something, soonest expiry first. `Err` inside is how many are missing; nothing has changed then.
pub(crate) fn spend(
    db: &Connection,
    scene: &Scene,
    member: &str,
    amount: i64,
    cause: &Cause<'_>,
) -> rusqlite::Result<Result<(Vec<Portion>, i64), i64>> {
    let mut buckets = buckets(db, member)?;
    let used = match buckets.spend(amount) {
        Ok(used) => portions(&used),
        Err(short) => return Ok(Err(short)),
    };
    let movement = Movement { kind: "spend", amount: -amount, expires_at: None, used: Some(&used) };
    let balance = write(db, member, scene.now, &buckets, &movement, cause)?;
    Ok(Ok((used, balance)))
}

/// Gives spent points back to the buckets they came from. Returns the new balance, before anything of it expires.
pub(crate) fn refund(
    db: &Connection,
    scene: &Scene,
    member: &str,
    used: &[Portion],
    cause: &Cause<'_>,
) -> rusqlite::Result<i64> {
    let mut buckets = buckets(db, member)?;
    buckets.restore(used);
    let amount = used.iter().map(|portion| portion.amount).sum();
    let movement = Movement { kind: "refund", amount, expires_at: None, used: Some(used) };
    write(db, member, scene.now, &buckets, &movement, cause)
}

/// Corrects a balance by hand; it may fall below zero. What is added expires at `expires_at`.
pub(crate) fn adjust(
    db: &Connection,
    scene: &Scene,
    member: &str,
    delta: i64,
    expires_at: Option<Millis>,
    cause: &Cause<'_>,
) -> rusqlite::Result<i64> {
    let mut buckets = buckets(db, member)?;
    let used = portions(&buckets.adjust(delta, expires_at));
    let movement =
        Movement { kind: "adjust", amount: delta, expires_at, used: (!used.is_empty()).then_some(&used[..]) };
    write(db, member, scene.now, &buckets, &movement, cause)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let json = |index: usize, text: Option<String>| -> rusqlite::Result<Option<serde_json::Value>> {
        text.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| from_json(index, error))
    };
    let title = json(8, row.get(8)?)?.map(serde_json::from_value).transpose().map_err(|e| from_json(8, e))?;
    let used =
        json(12, row.get(12)?)?.map(serde_json::from_value).transpose().map_err(|e| from_json(12, e))?;
    Ok(Entry {
        seq: row.get(0)?,
        id: row.get(1)?,
        kind: row.get(2)?,
        amount: row.get(3)?,
        balance_after: row.get(4)?,
        reason: row.get(5)?,
        source_kind: row.get(6)?,
        source_id: row.get(7)?,
        source_title: title,
        store_id: row.get(9)?,
        occurred_at: row.get(10)?,
        expires_at: row.get(11)?,
        buckets_used: used,
    })
}

pub(crate) fn from_json(index: usize, error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
}

/// Entries older than `before` (newest first), of one type or of all.
pub(crate) fn entries(
    db: &Connection,
    member: &str,
    kind: Option<&str>,
    before: Option<i64>,
    limit: usize,
) -> rusqlite::Result<Vec<Entry>> {
    let mut query = db.prepare_cached(
        "SELECT seq, id, type, amount, balance_after, reason, source_kind, source_id, source_title, store_id, occurred_at,
            expires_at, buckets_used
         FROM ledger WHERE member_id = ?1 AND (?2 IS NULL OR type = ?2) AND seq < ?3 ORDER BY seq DESC LIMIT ?4",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_map(params![member, kind, before.unwrap_or(i64::MAX), limit], entry)?;
    rows.collect()
}

/// All movements since `from`, as (type, amount, when).
pub(crate) fn movements(
    db: &Connection,
    member: &str,
    from: Millis,
) -> rusqlite::Result<Vec<(String, i64, Millis)>> {
    let mut query = db.prepare_cached(
        "SELECT type, amount, occurred_at FROM ledger WHERE member_id = ?1 AND occurred_at >= ?2",
    )?;
    let rows = query.query_map(params![member, from], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.collect()
}

/// How many entries there are of each type.
pub(crate) fn counts(db: &Connection, member: &str) -> rusqlite::Result<Vec<(String, i64)>> {
    let mut query =
        db.prepare_cached("SELECT type, COUNT(*) FROM ledger WHERE member_id = ?1 GROUP BY type")?;
    let rows = query.query_map([member], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// All points ever earned.
pub(crate) fn lifetime(db: &Connection, member: &str) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT COALESCE(SUM(amount), 0) FROM ledger WHERE member_id = ?1 AND type = 'earn'")?
        .query_row([member], |row| row.get(0))
}

//! Answers to surveys: at most one response of a member to each.

use crate::clock::Millis;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) client_uuid: String,
    pub(crate) revision: i64,
    pub(crate) submitted: bool,
    /// A JSON object.
    pub(crate) answers: String,
    pub(crate) submitted_at: Option<Millis>,
    pub(crate) points_awarded: i64,
    pub(crate) balance_after: Option<i64>,
    /// From 1; rises with everything that is stored.
    pub(crate) version: i64,
    pub(crate) updated_at: Millis,
}

/// How far a member is with a survey.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    pub(crate) submitted: bool,
    pub(crate) submitted_at: Option<Millis>,
    pub(crate) points_awarded: i64,
}

/// How far a member is with all surveys that were begun.
pub(crate) fn progress(db: &Connection, member: &str) -> rusqlite::Result<HashMap<String, Progress>> {
    let mut query = db.prepare_cached(
        "SELECT survey_id, state, submitted_at, points_awarded FROM survey_responses WHERE member_id = ?1",
    )?;
    let rows = query.query_map([member], |row| {
        let state: String = row.get(1)?;
        let submitted = state == "submitted";
        Ok((row.get(0)?, Progress { submitted, submitted_at: row.get(2)?, points_awarded: row.get(3)? }))
    })?;
    rows.collect()
}

pub(crate) fn get(db: &Connection, member: &str, survey: &str) -> rusqlite::Result<Option<Response>> {
    db.prepare_cached(
        "SELECT client_uuid, revision, state, answers, submitted_at, points_awarded, balance_after, version,
                updated_at
         FROM survey_responses WHERE member_id = ?1 AND survey_id = ?2",
    )?
    .query_row([member, survey], |row| {
        let state: String = row.get(2)?;
        Ok(Response {
            client_uuid: row.get(0)?,
            revision: row.get(1)?,
            submitted: state == "submitted",
            answers: row.get(3)?,
            submitted_at: row.get(4)?,
            points_awarded: row.get(5)?,
            balance_after: row.get(6)?,
            version: row.get(7)?,
            updated_at: row.get(8)?,
        })
    })
    .optional()
}

/// Stores a draft or a submission in place of the draft before it.
pub(crate) fn put(db: &Connection, member: &str, survey: &str, response: &Response) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO survey_responses (member_id, survey_id, client_uuid, revision, state, answers, submitted_at,
            points_awarded, balance_after, version, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
            member,
            survey,
            response.client_uuid,
            response.revision,
            if response.submitted { "submitted" } else { "draft" },
            response.answers,
            response.submitted_at,
            response.points_awarded,
            response.balance_after,
            response.version,
            response.updated_at,
        ])?;
    Ok(())
}

//! Occasions to ask a member, and what was made of them.

use crate::clock::Millis;
use crate::locale::Text;
use crate::rules::occasions::Kind;
use crate::store::ledger::from_json;
use rusqlite::{Connection, params};
use std::collections::HashMap;

/// Something that happened and led to nothing yet.
#[derive(Clone, Debug)]
pub(crate) struct Occasion {
    pub(crate) kind: Kind,
    /// The redemption, or the ledger's entry for the purchase.
    pub(crate) id: String,
    pub(crate) at: Millis,
    /// Of a redemption.
    pub(crate) reward_id: Option<String>,
    /// What was bought on a visit.
    pub(crate) title: Option<Text>,
    pub(crate) store_id: Option<String>,
}

/// Settled redemptions and purchases in stores since `since` that led to nothing yet, newest first. A redemption counts
/// from when it was used, or else issued.
pub(crate) fn open(db: &Connection, member: &str, since: Millis) -> rusqlite::Result<Vec<Occasion>> {
    let mut query = db.prepare_cached(
        "SELECT 'redemption', id, COALESCE(used_at, issued_at) AS at, reward_id, NULL, store_id FROM redemptions
         WHERE member_id = ?1 AND status IN ('issued', 'used') AND COALESCE(used_at, issued_at) >= ?2
           AND NOT EXISTS (SELECT 1 FROM survey_offers AS done WHERE done.member_id = ?1
                           AND done.occasion = 'redemption' AND done.occasion_id = redemptions.id)
         UNION ALL
         SELECT 'visit', id, occurred_at, NULL, source_title, store_id FROM ledger
         WHERE member_id = ?1 AND type = 'earn' AND source_kind = 'order' AND store_id IS NOT NULL AND occurred_at >= ?2
           AND NOT EXISTS (SELECT 1 FROM survey_offers AS done WHERE done.member_id = ?1
                           AND done.occasion = 'visit' AND done.occasion_id = ledger.id)
         ORDER BY at DESC",
    )?;
    let rows = query.query_map(params![member, since], |row| {
        let kind: String = row.get(0)?;
        let title: Option<String> = row.get(4)?;
        Ok(Occasion {
            kind: if kind == Kind::Visit.name() { Kind::Visit } else { Kind::Redemption },
            id: row.get(1)?,
            at: row.get(2)?,
            reward_id: row.get(3)?,
            title: title
                .map(|text| serde_json::from_str(&text))
                .transpose()
                .map_err(|error| from_json(4, error))?,
            store_id: row.get(5)?,
        })
    })?;
    rows.collect()
}

/// When surveys were last offered to a member.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offered {
    /// Of any survey after a visit.
    pub(crate) after_visit: Option<Millis>,
    by_survey: HashMap<String, Millis>,
}

impl Offered {
    pub(crate) fn load(db: &Connection, member: &str) -> rusqlite::Result<Self> {
        let mut query = db.prepare_cached(
            "SELECT occasion, survey_id, offered_at FROM survey_offers WHERE member_id = ?1 AND survey_id IS NOT NULL",
        )?;
        let mut rows = query.query([member])?;
        let mut offered = Self::default();
        while let Some(row) = rows.next()? {
            let (occasion, survey, at): (String, String, Millis) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if occasion == Kind::Visit.name() {
                offered.after_visit = offered.after_visit.max(Some(at));
            }
            offered.by_survey.entry(survey).and_modify(|last| *last = at.max(*last)).or_insert(at);
        }
        Ok(offered)
    }

    pub(crate) fn at(&self, survey: &str) -> Option<Millis> {
        self.by_survey.get(survey).copied()
    }
}

/// Uses an occasion up: for a survey that is offered now, or without one to let it pass. It fails for one that was used.
pub(crate) fn take(
    db: &Connection,
    member: &str,
    occasion: &Occasion,
    survey: Option<&str>,
    now: Millis,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO survey_offers (member_id, occasion, occasion_id, survey_id, offered_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![member, occasion.kind.name(), occasion.id, survey, now])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Db;
    use std::path::Path;

    #[test]
    fn an_occasion_is_used_once() {
        let db = Db::open(Path::new(":memory:")).unwrap();
        db.transact(|tx| -> rusqlite::Result<()> {
            tx.execute_batch(
                "INSERT INTO members (id, phone, display_name, card_secret, tier_id, tier_since, period_start, joined_at)
                     VALUES ('m', '1', 'Wei', x'00', 'silver', 0, 0, 0);
                 INSERT INTO redemptions (id, member_id, client_ref, status, reward_id, quantity, cost_points, buckets_used,
                     voucher_code, valid_until, balance_after, created_at, due_at, issued_at, used_at)
                     VALUES ('issued', 'm', 'a', 'issued', 'r', 1, 5, '[]', 'A', 90, 0, 10, NULL, 12, NULL),
                            ('used', 'm', 'b', 'used', 'r', 1, 5, '[]', 'B', 90, 0, 2, NULL, 3, 20),
                            ('old', 'm', 'c', 'issued', 'r', 1, 5, '[]', 'C', 90, 0, 2, NULL, 3, NULL),
                            ('pending', 'm', 'd', 'pending', 'r', 1, 5, '[]', 'D', 90, 0, 10, 99, NULL, NULL),
                            ('cancelled', 'm', 'e', 'cancelled', 'r', 1, 5, '[]', 'E', 90, 0, 10, NULL, 11, NULL);
                 INSERT INTO ledger (id, member_id, type, amount, balance_after, reason, source_kind, source_id, store_id,
                     occurred_at)
                     VALUES ('bought', 'm', 'earn', 5, 5, 'order', 'order', 'o', 's', 15),
                            ('ordered', 'm', 'earn', 5, 5, 'order', 'order', 'p', NULL, 16),
                            ('survey', 'm', 'earn', 5, 5, 'survey', 'survey', 'q', NULL, 17);",
            )?;
            let found = open(tx, "m", 10)?;
            let ids: Vec<_> = found.iter().map(|one| (one.id.as_str(), one.at)).collect();
            assert_eq!(ids, [("used", 20), ("bought", 15), ("issued", 12)]);
            assert!(open(tx, "somebody", 0)?.is_empty());
            take(tx, "m", &found[1], Some("survey"), 30)?;
            take(tx, "m", &found[2], None, 31)?;
            assert!(take(tx, "m", &found[1], Some("other"), 32).is_err());
            assert_eq!(open(tx, "m", 10)?.len(), 1);
            let offered = Offered::load(tx, "m")?;
            assert_eq!((offered.after_visit, offered.at("survey")), (Some(30), Some(30)));
            assert_eq!(offered.at("other"), None);
            Ok(())
        })
        .unwrap();
    }
}

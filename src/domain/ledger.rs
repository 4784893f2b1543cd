//! The points ledger by months.

use crate::domain::date::Instant;
use crate::domain::points::{Entry, EntryKind, Month};
use std::ops::Range;

/// Entries that lie in the same month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerMonth {
    /// Year and month of the calendar; none for entries without a date.
    pub month: Option<(i32, u32)>,
    /// A moment in it, for its name.
    pub at: Option<Instant>,
    /// Which entries of the list.
    pub entries: Range<usize>,
    /// What came in.
    pub came: i64,
    /// What went out, not negative.
    pub went: i64,
    /// Whether all entries of the month are in the list.
    pub complete: bool,
}

/// Groups a list that is sorted by time. `more` says that the list goes on; `offset` gives the minutes by which the
/// programme's zone is ahead of UTC. An entry without a date stays with those before it.
pub fn by_month(entries: &[Entry], more: bool, offset: &dyn Fn(Instant) -> i32) -> Vec<LedgerMonth> {
    let mut months: Vec<LedgerMonth> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let civil = entry.occurred_at.and_then(|at| at.civil(offset(at)));
        let month = civil.map(|civil| (civil.year, civil.month));
        if months.last().is_none_or(|last| month.is_some() && last.month != month) {
            months.push(LedgerMonth {
                month,
                at: entry.occurred_at,
                entries: index..index,
                came: 0,
                went: 0,
                complete: true,
            });
        }
        if let Some(last) = months.last_mut() {
            last.entries.end = index + 1;
            last.came = last.came.saturating_add(entry.amount.max(0));
            last.went = last.went.saturating_sub(entry.amount.min(0));
        }
    }
    if let Some(last) = months.last_mut() {
        last.complete = !more;
    }
    months
}

/// The contract's word for a month: `2026-08`.
pub fn month_word((year, month): (i32, u32)) -> String {
    let mut word = year.to_string();
    word.push_str(if month < 10 { "-0" } else { "-" });
    word.push_str(&month.to_string());
    word
}

/// Year and month of the contract's word.
pub fn parse_month(word: &str) -> Option<(i32, u32)> {
    let (year, month) = word.split_once('-')?;
    Some((year.parse().ok()?, month.parse().ok().filter(|month| (1..=12).contains(month))?))
}

impl Month {
    /// What came in and what went out in entries of the kind, or in all of them.
    pub fn flows(&self, kind: Option<EntryKind>) -> (i64, i64) {
        let (added, taken) = (self.adjusted.max(0), self.adjusted.saturating_neg().max(0));
        match kind {
            None => (
                self.earned.saturating_add(self.refunded).saturating_add(added),
                self.spent.saturating_add(self.expired).saturating_add(taken),
            ),
            Some(EntryKind::Earn) => (self.earned, 0),
            Some(EntryKind::Refund) => (self.refunded, 0),
            Some(EntryKind::Spend) => (0, self.spent),
            Some(EntryKind::Expire) => (0, self.expired),
            Some(EntryKind::Adjust) => (added, taken),
            Some(EntryKind::Other) => (0, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHANGHAI: i32 = 480;

    fn entry(at: &str, amount: i64) -> Entry {
        Entry {
            id: at.into(),
            kind: EntryKind::Earn,
            amount,
            balance_after: 0,
            reason: String::new(),
            source_kind: String::new(),
            source_title: None,
            store: None,
            occurred_at: Instant::parse(at),
            expires_at: None,
            buckets_used: Vec::new(),
        }
    }

    #[test]
    fn a_month_begins_at_midnight_of_the_programmes_zone() {
        let list = [
            entry("2026-08-12T01:21:00Z", 376),
            entry("2026-07-31T16:00:00Z", -200),
            entry("2026-07-31T15:59:59Z", 12),
            entry("2025-07-01T00:00:00Z", 1),
        ];
        let months = by_month(&list, true, &|_| SHANGHAI);
        let heads: Vec<_> =
            months.iter().map(|one| (one.month, one.entries.clone(), one.came, one.went)).collect();
        assert_eq!(
            heads,
            [
                (Some((2026, 8)), 0..2, 376, 200),
                (Some((2026, 7)), 2..3, 12, 0),
                (Some((2025, 7)), 3..4, 1, 0)
            ]
        );
        assert_eq!(months.iter().map(|one| one.complete).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(by_month(&list, false, &|_| 0)[0].entries, 0..1);
    }

    #[test]
    fn an_entry_without_a_date_is_not_lost() {
        let list =
            [entry("?", 5), entry("2026-08-12T01:21:00Z", 1), entry("?", i64::MIN), entry("?", i64::MIN)];
        let months = by_month(&list, false, &|_| SHANGHAI);
        assert_eq!(months.iter().map(|one| one.entries.clone()).collect::<Vec<_>>(), [0..1, 1..4]);
        assert_eq!(months[1].went, i64::MAX);
        assert!(by_month(&[], true, &|_| 0).is_empty());
    }

    #[test]
    fn months_by_their_words() {
        assert_eq!(month_word((2026, 8)), "2026-08");
        assert_eq!(month_word((2026, 12)), "2026-12");
        assert_eq!(parse_month("2026-08"), Some((2026, 8)));
        for wrong in ["2026", "2026-13", "x-1", ""] {
            assert_eq!(parse_month(wrong), None);
        }
    }

    #[test]
    fn flows_follow_the_filter() {
        let month = Month {
            month: "2026-08".into(),
            earned: 436,
            spent: 2_200,
            expired: 30,
            refunded: 506,
            adjusted: -5,
        };
        assert_eq!(month.flows(None), (942, 2_235));
        assert_eq!(month.flows(Some(EntryKind::Adjust)), (0, 5));
        assert_eq!(month.flows(Some(EntryKind::Expire)), (0, 30));
    }
}

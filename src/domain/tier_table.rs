//! The comparison of all tiers as rows.

use crate::domain::tier::{Requirement, TierLevel};

/// The benefit that says in words what the multiplier says as a number.
const MULTIPLIER: &str = "multiplier";

/// A row; each has a cell for every tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// What it takes on one basis, by the contract's word.
    Threshold(String, Vec<Option<Requirement>>),
    /// Points for the same purchase, in thousandths.
    Multiplier(Vec<i64>),
    /// A benefit's title, and its value where the tier has it.
    Benefit(String, Vec<Option<String>>),
}

/// The rows: thresholds, the multiplier unless it is the same everywhere and nothing, then the benefits. A benefit that
/// tiers call differently has the name that it has in the tier `current`, else in the lowest that has it.
pub fn rows(levels: &[TierLevel], current: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut bases: Vec<&str> = Vec::new();
    for one in levels.iter().flat_map(|level| &level.thresholds) {
        if one.required > 0 && !bases.contains(&one.basis.as_str()) {
            bases.push(&one.basis);
        }
    }
    for basis in bases {
        let cell = |level: &TierLevel| {
            level.thresholds.iter().find(|one| one.basis == basis && one.required > 0).cloned()
        };
        rows.push(Row::Threshold(basis.into(), levels.iter().map(cell).collect()));
    }
    let multiplies = levels.iter().any(|level| level.multiplier_permille != 1000);
    if multiplies {
        rows.push(Row::Multiplier(levels.iter().map(|level| level.multiplier_permille).collect()));
    }
    let mut benefits: Vec<&str> = Vec::new();
    for (id, ..) in levels.iter().flat_map(|level| &level.benefits) {
        let told = multiplies && id == MULTIPLIER;
        if !told && !benefits.contains(&id.as_str()) {
            benefits.push(id);
        }
    }
    for id in benefits {
        let own = |level: &TierLevel| level.benefits.iter().find(|(other, ..)| other == id).cloned();
        let mine = levels.iter().find(|level| level.tier.id == current).and_then(own);
        let title = mine.or_else(|| levels.iter().find_map(own)).map(|(_, title, _)| title);
        let cells = levels.iter().map(|level| own(level).map(|(.., value)| value)).collect();
        rows.push(Row::Benefit(title.unwrap_or_default(), cells));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tier::TierRef;

    fn level(id: &str, spend: i64, multiplier_permille: i64, benefits: &[(&str, &str, &str)]) -> TierLevel {
        let own = |(id, title, value): &(&str, &str, &str)| ((*id).into(), (*title).into(), (*value).into());
        TierLevel {
            tier: TierRef { id: id.into(), ..TierRef::default() },
            thresholds: vec![Requirement {
                basis: "spend".into(),
                required: spend,
                ..Requirement::default()
            }],
            multiplier_permille,
            benefits: benefits.iter().map(own).collect(),
        }
    }

    #[test]
    fn every_row_has_a_cell_for_every_tier() {
        let levels = [
            level("silver", 0, 1000, &[("multiplier", "倍率", "1×"), ("birthday", "小蛋糕", "有")]),
            level("gold", 1200, 1200, &[("birthday", "生日饮品", "饮品券"), ("priority", "优先制作", "有")]),
        ];
        let table = rows(&levels, "gold");
        let [Row::Threshold(basis, needs), Row::Multiplier(rates), birthday, priority] = table.as_slice()
        else {
            panic!("{table:?}");
        };
        assert_eq!((basis.as_str(), needs[0].is_none(), needs[1].is_some()), ("spend", true, true));
        assert_eq!(rates, &[1000, 1200]);
        assert_eq!(
            *birthday,
            Row::Benefit("生日饮品".into(), vec![Some("有".into()), Some("饮品券".into())])
        );
        assert_eq!(*priority, Row::Benefit("优先制作".into(), vec![None, Some("有".into())]));
    }

    #[test]
    fn a_multiplier_that_changes_nothing_is_left_out() {
        let levels = [level("a", 0, 1000, &[]), level("b", 0, 1000, &[])];
        assert!(rows(&levels, "a").is_empty());
        assert!(rows(&[], "a").is_empty());
    }
}

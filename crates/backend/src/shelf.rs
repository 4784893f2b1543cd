//! Where rewards are, so that finding, ordering and searching them doesn't depend on how many there are.

use crate::locale::Text;
use crate::programme::Reward;
use anyhow::{Result, ensure};
use std::cmp::Reverse;
use std::collections::HashMap;

/// An order of the catalogue. Ties are in the programme's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Recommended,
    CostAsc,
    CostDesc,
    Newest,
}

impl Sort {
    pub(crate) const ALL: [Self; 4] = [Self::Recommended, Self::CostAsc, Self::CostDesc, Self::Newest];

    /// Its word in the contract.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Recommended => "recommended",
            Self::CostAsc => "cost_asc",
            Self::CostDesc => "cost_desc",
            Self::Newest => "newest",
        }
    }
}

/// A limited reward that opens within so many days of the start leads the programme's order.
const SOON_DAYS: i64 = 2;

/// Between texts that are searched as one; no search can contain it.
const SEPARATOR: char = '\0';

/// Made once for a catalogue, which doesn't change while the backend runs.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    positions: HashMap<String, usize>,
    orders: [Vec<usize>; 4],
    texts: Vec<String>,
}

impl Shelf {
    /// # Errors
    /// When two rewards have the same id.
    pub(crate) fn new(rewards: &[Reward]) -> Result<Self> {
        let positions: HashMap<String, usize> =
            rewards.iter().enumerate().map(|(position, reward)| (reward.id.clone(), position)).collect();
        ensure!(positions.len() == rewards.len(), "two rewards have the same id");
        let orders = Sort::ALL.map(|sort| {
            let mut order: Vec<usize> = (0..rewards.len()).collect();
            match sort {
                // A limited reward that opens in a day or two is what everybody should see.
                Sort::Recommended => {
                    let is_next = |reward: &Reward| {
                        reward.stock.is_some() && matches!(reward.from_days, Some(1..=SOON_DAYS))
                    };
                    if let Some(at) = rewards.iter().position(is_next) {
                        order[..=at].rotate_right(1);
                    }
                }
                Sort::CostAsc => order.sort_by_key(|at| rewards[*at].cost_points),
                Sort::CostDesc => order.sort_by_key(|at| Reverse(rewards[*at].cost_points)),
                Sort::Newest => order.sort_by_key(|at| Reverse(rewards[*at].from_days.unwrap_or(i64::MIN))),
            }
            order
        });
        let texts =
            rewards.iter().map(|reward| searched(&[&reward.title, &reward.subtitle, &reward.description]));
        Ok(Self { positions, orders, texts: texts.collect() })
    }

    /// Where a reward is in the programme's list.
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        self.positions.get(id).copied()
    }

    /// All positions in an order.
    pub(crate) fn order(&self, sort: Sort) -> &[usize] {
        &self.orders[sort as usize]
    }

    /// Whether a text of the reward contains `needle`, which is in lower case.
    pub(crate) fn mentions(&self, position: usize, needle: &str) -> bool {
        self.texts.get(position).is_some_and(|text| text.contains(needle))
    }
}

fn searched(texts: &[&Text]) -> String {
    let mut all = String::new();
    for text in texts.iter().flat_map(|text| [&text.zh_cn, &text.zh_tw, &text.en]) {
        all.push_str(&text.to_lowercase());
        all.push(SEPARATOR);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::programme::Programme;

    #[test]
    fn orders_hold_every_reward_once_and_searches_stay_within_a_text() {
        let programme = Programme::load("coffee").unwrap();
        for sort in Sort::ALL {
            let mut order = programme.shelf.order(sort).to_vec();
            order.sort_unstable();
            assert_eq!(order, (0..programme.rewards.len()).collect::<Vec<_>>(), "{}", sort.name());
        }
        let first = &programme.rewards[0];
        assert_eq!(programme.shelf.position(&first.id), Some(0));
        assert_eq!(programme.shelf.position("nobody"), None);
        assert!(programme.shelf.mentions(0, &first.title.en.to_lowercase()));
        let across = format!("{}{}", first.title.zh_cn, first.title.zh_tw);
        assert!(!programme.shelf.mentions(0, &across));
    }
}

//! A catalogue as large as one likes, made of the programme's own rewards.

use super::rng::Rng;
use crate::locale::Text;
use crate::programme::{Reward, Stock};

/// Adds variants until there are `wanted` rewards. The same rewards and number give the same catalogue, always.
pub(crate) fn fill_up(rewards: &mut Vec<Reward>, wanted: usize) {
    let own = rewards.len();
    for at in own..wanted {
        let variant = variant(&rewards[at % own], at / own + 1);
        rewards.push(variant);
    }
}

/// The variant of a reward with a number: another price, stock and age, under its own name.
fn variant(original: &Reward, number: usize) -> Reward {
    let id = format!("{}-no{number}", original.id);
    let mut rng = Rng::named(&["variant", &id]);
    let cost_points = (original.cost_points * rng.range(60, 190) / 1000 * 10).max(10);
    let title = &original.title;
    Reward {
        id,
        title: Text::new(
            format!("{} {number} 号", title.zh_cn),
            format!("{} {number} 號", title.zh_tw),
            format!("{} No. {number}", title.en),
        ),
        cost_points,
        list_cost_points: original.list_cost_points.map(|list| cost_points + list - original.cost_points),
        stock: original
            .stock
            .as_ref()
            .map(|stock| Stock { total: stock.total, remaining: rng.range(0, stock.total + 1) }),
        from_days: original.from_days.or_else(|| (rng.index(4) == 0).then(|| -rng.range(1, 400))),
        pictured_as: Some(original.id.clone()),
        ..original.clone()
    }
}

#[cfg(test)]
mod tests {
    use crate::programme::{Programme, programme_ids};

    #[test]
    fn variants_are_many_different_and_always_the_same() {
        for id in programme_ids() {
            let small = Programme::load(id).unwrap();
            let large = Programme::load_filled(id, 10_000).unwrap();
            let again = Programme::load_filled(id, 10_000).unwrap();
            assert_eq!(large.rewards.len(), 10_000);
            assert_eq!(format!("{:?}", large.rewards), format!("{:?}", again.rewards));
            for (one, other) in small.rewards.iter().zip(&large.rewards) {
                assert_eq!(format!("{one:?}"), format!("{other:?}"));
            }
            let mut titles: Vec<&str> =
                large.rewards.iter().map(|reward| reward.title.zh_cn.as_str()).collect();
            titles.sort_unstable();
            titles.dedup();
            assert_eq!(titles.len(), 10_000, "{id}: titles");
            for reward in &large.rewards[small.rewards.len()..] {
                assert!(reward.id.len() <= 64 && reward.cost_points >= 10, "{}", reward.id);
                assert!(small.reward(reward.picture_id()).is_some(), "{}", reward.id);
                assert!(
                    reward.list_cost_points.is_none_or(|list| list > reward.cost_points),
                    "{}",
                    reward.id
                );
            }
            assert_eq!(Programme::load_filled(id, 3).unwrap().rewards.len(), small.rewards.len());
        }
    }
}

//! Rewards and their categories.

use crate::api::node::{Decoded, Node};
use crate::domain::reward::{Card, Category, Image, Reason, Reward, Stock};

/// `Image`; only an address that a page may load is taken.
///
/// # Errors
/// Without a usable `url`.
pub fn image(node: Node<'_>) -> Decoded<Image> {
    const FAULT: crate::api::node::Fault = crate::api::node::Fault { field: "url" };
    let usable =
        |url: &String| url.starts_with('/') || url.starts_with("https://") || url.starts_with("http://");
    Ok(Image {
        url: Some(node.text("url")?).filter(usable).ok_or(FAULT)?,
        url_dark: node.maybe_text("url_dark").filter(usable),
        alt: node.text_or_empty("alt"),
    })
}

/// `Reward`
///
/// # Errors
/// Without `id`, `title` or `cost_points`.
pub fn reward(node: Node<'_>) -> Decoded<Reward> {
    let window = node.maybe_child("window");
    let stores = node.maybe_child("stores");
    let eligibility = node.maybe_child("eligibility");
    let some_stores = stores.is_some_and(|one| one.maybe_text("scope").as_deref() == Some("some"));
    let mut reward = Reward {
        id: node.text("id")?,
        title: node.text("title")?,
        subtitle: node.text_or_empty("subtitle"),
        description: node.text_or_empty("description"),
        images: node.good("images", image),
        cost_points: node.int("cost_points")?,
        list_cost_points: node.maybe_int("list_cost_points"),
        cost_money: node
            .maybe_child("cost_money")
            .and_then(|money| money.maybe_int("amount").zip(money.maybe_text("currency"))),
        stock: node.maybe_child("stock").and_then(|stock| {
            Some(Stock { remaining: stock.maybe_int("remaining")?, total: stock.maybe_int("total") })
        }),
        from: window.and_then(|one| one.time("from")),
        until: window.and_then(|one| one.time("until")),
        min_tier: node.maybe_child("min_tier").and_then(|tier| tier.maybe_text("name")),
        many: node.maybe_text("kind").is_none_or(|kind| kind != "privilege"),
        limit: node
            .maybe_child("per_member_limit")
            .and_then(|limit| Some((limit.maybe_int("max")?, limit.maybe_int("used").unwrap_or_default()))),
        limit_period: node
            .maybe_child("per_member_limit")
            .map(|limit| limit.text_or_empty("period"))
            .unwrap_or_default(),
        store_ids: stores.filter(|_| some_stores).map(|one| one.texts("ids")).unwrap_or_default(),
        stores_label: stores.map(|one| one.text_or_empty("label")).unwrap_or_default(),
        terms: node.texts("terms"),
        voucher_valid_days: node.maybe_int("voucher_valid_days"),
        cancellable_hours: node.maybe_int("cancellable_hours"),
        reasons: Vec::new(),
        shortfall: None,
        favourite: node.flag("favourite"),
    };
    if let Some(eligibility) = eligibility {
        reward.shortfall = eligibility.maybe_int("shortfall");
        reward.reasons = eligibility.good("reasons", |one| {
            Ok(Reason { code: one.text("code")?, detail: one.text_or_empty("detail") })
        });
        let refused = eligibility.maybe_text("status").is_some_and(|status| status != "eligible");
        if refused && reward.reasons.is_empty() {
            reward.reasons.push(Reason { code: String::new(), detail: String::new() });
        }
    }
    Ok(reward)
}

/// `Reward`, of which a card is all that is wanted
///
/// # Errors
/// As for [`reward`].
pub fn card(node: Node<'_>) -> Decoded<Card> {
    reward(node).map(Card::from)
}

/// `TierDefinition`: identifier and name
///
/// # Errors
/// Without `id` or `name`.
pub fn tier_name(node: Node<'_>) -> Decoded<(String, String)> {
    Ok((node.text("id")?, node.text("name")?))
}

/// `RewardCategory`
///
/// # Errors
/// Without `id` or `name`.
pub fn category(node: Node<'_>) -> Decoded<Category> {
    Ok(Category {
        id: node.text("id")?,
        name: node.text("name")?,
        count: node.maybe_int("count").unwrap_or_default(),
        affordable: node.maybe_int("affordable_count").unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::node::parse;

    fn read(json: &str) -> Decoded<Reward> {
        let value = parse(json).unwrap();
        reward(Node::root(&value).unwrap())
    }

    #[test]
    fn the_least_that_a_backend_gives_is_enough() {
        let reward = read(r#"{"id":"a","title":"冰拿铁","cost_points":2200}"#).unwrap();
        assert!(reward.is_eligible());
        assert!(reward.images.is_empty() && reward.stock.is_none());
    }

    #[test]
    fn a_refusal_without_reasons_is_still_a_refusal() {
        let reward =
            read(r#"{"id":"a","title":"b","cost_points":1,"eligibility":{"status":"paused"}}"#).unwrap();
        assert!(!reward.is_eligible());
    }

    #[test]
    fn scripts_are_not_pictures() {
        let reward = read(
            r#"{"id":"a","title":"b","cost_points":1,"images":[{"url":"javascript:alert(1)"},{"url":"/media/a.svg","url_dark":"data:x"}]}"#,
        )
        .unwrap();
        assert_eq!(reward.images, [Image { url: "/media/a.svg".into(), url_dark: None, alt: String::new() }]);
    }
}

//! Programme, member, tier, stores.

use crate::api::node::{Decoded, Node};
use crate::api::wire::catalogue::image;
use crate::domain::member::Member;
use crate::domain::programme::{Brand, Programme, Store};
use crate::domain::tier::{Benefit, Goal, Match, Requirement, TierLevel, TierRef, TierStatus, Unit};

/// `Programme`
///
/// # Errors
/// Without `id` or `name`.
pub fn programme(node: Node<'_>) -> Decoded<Programme> {
    let look = node.maybe_child("brand");
    let brand = look.map_or_else(Brand::default, |look| {
        let landscape = look.maybe_child("landscape");
        Brand {
            primary: look.text_or_empty("primary"),
            accent: look.text_or_empty("accent"),
            mood: look.text_or_empty("mood"),
            shape: look.text_or_empty("shape"),
            slogan: look.text_or_empty("slogan"),
            logo: look.maybe_text("logo"),
            landscape: landscape.and_then(|one| one.maybe_text("light")),
            landscape_dark: landscape.and_then(|one| one.maybe_text("dark")),
            engraving: look.maybe_text("engraving"),
        }
    });
    Ok(Programme {
        id: node.text("id")?,
        name: node.text("name")?,
        brand,
        timezone: node.maybe_text("timezone").unwrap_or_else(|| "UTC".into()),
        currency: node.maybe_text("currency").unwrap_or_else(|| "CNY".into()),
        points_name: node
            .maybe_child("points_terms")
            .map(|terms| terms.text_or_empty("name"))
            .unwrap_or_default(),
        locales: node.texts("locales"),
        features: node.texts("features"),
        expiry_description: node
            .maybe_child("expiry_policy")
            .map(|policy| policy.text_or_empty("description"))
            .unwrap_or_default(),
        terms_version: node.text_or_empty("terms_version"),
        terms_url: node.maybe_text("terms_url"),
        privacy_url: node.maybe_text("privacy_url"),
        support_phone: node.maybe_text("support_phone"),
        server_time: node.time("server_time"),
        device_channel: node.maybe_child("device").and_then(|device| device.maybe_text("channel")),
    })
}

/// `Member`
///
/// # Errors
/// Without `id`.
pub fn member(node: Node<'_>) -> Decoded<Member> {
    Ok(Member {
        id: node.text("id")?,
        display_name: node.text_or_empty("display_name"),
        phone_masked: node.text_or_empty("phone_masked"),
    })
}

fn tier_ref(node: Node<'_>) -> Decoded<TierRef> {
    Ok(TierRef {
        id: node.text("id")?,
        name: node.text("name")?,
        rank: node.maybe_int("rank").unwrap_or(1),
        material: node.maybe_text("material").unwrap_or_else(|| "plain".into()),
    })
}

fn unit(node: Node<'_>) -> Unit {
    match node.maybe_text("unit").as_deref() {
        Some("money") => Unit::Money,
        Some("points") => Unit::Points,
        _ => Unit::Count,
    }
}

fn requirement(node: Node<'_>) -> Decoded<Requirement> {
    Ok(Requirement {
        basis: node.text("basis")?,
        unit: unit(node),
        current: node.maybe_int("current").unwrap_or_default(),
        required: node.int("required")?,
        by: node.time("by"),
    })
}

fn matching(node: Node<'_>) -> Match {
    if node.maybe_text("match").as_deref() == Some("all") { Match::All } else { Match::Any }
}

fn goal(node: Node<'_>, tier: TierRef) -> Decoded<Goal> {
    let requirements = node.all("requirements", requirement)?;
    let by = node.time("by").or_else(|| requirements.iter().find_map(|one| one.by));
    Ok(Goal { tier, matching: matching(node), requirements, by })
}

fn benefit(node: Node<'_>) -> Decoded<Benefit> {
    Ok(Benefit {
        id: node.text("id")?,
        title: node.text("title")?,
        description: node.text_or_empty("description"),
        how_to_use: node.text_or_empty("how_to_use"),
        status: node.text_or_empty("status"),
        until: node.time("until"),
        image: node.maybe_child("image").and_then(|one| image(one).ok()),
    })
}

/// `TierStatus`
///
/// # Errors
/// Without the current tier, or with a goal that can't be read.
pub fn tier_status(node: Node<'_>) -> Decoded<TierStatus> {
    let current = node.child("current")?;
    let tier = tier_ref(current)?;
    let next = match node.maybe_child("next") {
        Some(next) => Some(goal(next, tier_ref(next.child("tier")?)?)?),
        None => None,
    };
    let retain = match node.maybe_child("retain") {
        Some(retain) => Some(goal(retain, tier.clone())?),
        None => None,
    };
    let downgrade = node
        .good("risks", |risk| Ok((risk.text_or_empty("kind"), risk.time("at"), tier_ref(risk.child("to")?)?)))
        .into_iter()
        .find(|(kind, ..)| kind == "downgrade")
        .map(|(_, at, to)| (at, to));
    Ok(TierStatus {
        current: tier,
        since: current.time("since"),
        next: next.filter(|goal| !goal.requirements.is_empty()),
        retain: retain.filter(|goal| !goal.requirements.is_empty()),
        downgrade,
        benefits: node.good("benefits", benefit),
    })
}

/// `TierLevel`
///
/// # Errors
/// Without `id` or `name`.
pub fn tier_level(node: Node<'_>) -> Decoded<TierLevel> {
    Ok(TierLevel {
        tier: tier_ref(node)?,
        thresholds: node.good("thresholds", requirement),
        multiplier_permille: node.maybe_int("multiplier_permille").unwrap_or(1000),
        benefits: node.good("benefits", |one| {
            Ok((one.text("id")?, one.text_or_empty("title"), one.text_or_empty("value")))
        }),
    })
}

/// `Store`
///
/// # Errors
/// Without `id` or `name`.
pub fn store(node: Node<'_>) -> Decoded<Store> {
    let hours = node.maybe_child("hours");
    Ok(Store {
        id: node.text("id")?,
        name: node.text("name")?,
        address: node.text_or_empty("address"),
        hours: hours.and_then(|hours| hours.maybe_text("open").zip(hours.maybe_text("close"))),
    })
}

//! The members that a seeded database begins with: who they are, and twelve months of what they did.

pub(crate) mod catalogue;
pub(crate) mod crowd;
mod history;
mod plan;
mod rng;
pub(crate) mod surveys;

use crate::clock::{DAY, Millis};
use crate::ids;
use crate::programme::SeedMember;
use crate::rules::occasions::FRESH;
use crate::rules::tier::{Standing, period_end};
use crate::scene::Scene;
use crate::store::coupons::{self, Coupon};
use crate::store::members::{self, Consent, Member};
use crate::store::{offers, tiers};
use rng::Rng;
use rusqlite::Connection;

/// Days until the period of the member who is about to be downgraded ends.
const AT_RISK_DAYS: i64 = 19;

/// Fills an empty database. The same programme and time give the same rows, always.
pub(crate) fn fill(db: &Connection, scene: &Scene) -> rusqlite::Result<()> {
    scene.programme.members.iter().try_for_each(|seed| fill_member(db, scene, seed))
}

fn fill_member(db: &Connection, scene: &Scene, seed: &SeedMember) -> rusqlite::Result<()> {
    let programme = &scene.programme;
    let mut rng = Rng::named(&[&programme.id, &seed.phone]);
    let id = ids::stable(&["member", &programme.id, &seed.phone]);
    let joined_at = scene.now - seed.joined_days_ago * DAY;
    let member = Member {
        id: id.clone(),
        phone: seed.phone.clone(),
        display_name: seed.display_name.clone(),
        birthday: seed.birthday.clone(),
        locale: Some(seed.locale.clone()),
        theme: "system".into(),
        personalisation: true,
        card_secret: rng.bytes::<32>().to_vec(),
        joined_at,
    };
    members::insert(db, &member, &programme.tiers[0].id)?;
    for (purpose, granted) in
        [("service", true), ("personalisation", true), ("messages", seed.persona != "new")]
    {
        let version = programme.terms_version.clone();
        members::set_consent(db, &id, &Consent { purpose: purpose.into(), granted, version, at: joined_at })?;
    }
    let standing = standing(scene, seed, joined_at);
    tiers::save(db, scene, &id, standing)?;
    if seed.persona != "new" {
        let plan = plan::draw(scene, seed, standing, &mut rng);
        history::write(db, scene, &id, &plan, &mut rng)?;
        let_pass(db, scene, &id)?;
        claims(db, scene, seed, &id, &mut rng)?;
    }
    Ok(())
}

/// Surveys about what happened were offered when it did; only what is freshest is left to ask about.
fn let_pass(db: &Connection, scene: &Scene, member: &str) -> rusqlite::Result<()> {
    let open = offers::open(db, member, scene.now - FRESH)?;
    open.iter()
        .filter(|one| one.at < scene.now - plan::JUST_NOW)
        .try_for_each(|one| offers::take(db, member, one, None, one.at))
}

/// Where the member stands today.
fn standing(scene: &Scene, seed: &SeedMember, joined_at: Millis) -> Standing {
    let level = scene.programme.tier_index(&seed.tier).unwrap_or(0);
    let (months, zone) = (scene.programme.tier_window_months, scene.zone());
    if level == 0 {
        return Standing { level, since: joined_at, period_start: joined_at, period_end: None };
    }
    let since = (scene.now - seed.tier_since_days_ago * DAY).max(joined_at);
    if seed.persona == "at_risk" {
        let end = scene.end_of_day_in(AT_RISK_DAYS);
        let period_start = crate::rules::tier::window_start(end, months, zone);
        return Standing { level, since, period_start, period_end: Some(end) };
    }
    let mut period_start = since;
    while period_end(period_start, months, zone) <= scene.now {
        period_start = period_end(period_start, months, zone);
    }
    Standing { level, since, period_start, period_end: Some(period_end(period_start, months, zone)) }
}

fn claims(
    db: &Connection,
    scene: &Scene,
    seed: &SeedMember,
    member: &str,
    rng: &mut Rng,
) -> rusqlite::Result<()> {
    for (index, offer) in seed.coupons.iter().filter_map(|id| scene.programme.offer(id)).enumerate() {
        let claimed = scene.now - (3 + 2 * i64::try_from(index).unwrap_or(0)) * DAY;
        let coupon = Coupon {
            seq: 0,
            id: ids::stable(&["coupon", member, &offer.id]),
            offer_id: offer.id.clone(),
            code: ids::voucher_code(rng.bytes()),
            used_at: (index == 1).then_some(scene.now - DAY),
            given_at: None,
            valid_from: claimed,
            valid_until: Scene { now: claimed, ..scene.clone() }.end_of_day_in(offer.valid_days),
            offered: None,
        };
        coupons::claim(db, member, &coupon)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;

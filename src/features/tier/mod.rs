//! The tier: where the member stands, what rises or keeps it, what it gives, and how the others compare.

mod benefits;
mod compare;
mod paths;

use crate::api::wire::surveys::Overview;
use crate::api::{client, endpoint, wire};
use crate::domain::route::Route;
use crate::domain::tier::{TierLevel, TierStatus};
use crate::i18n::{fill, key, t};
use crate::parts::frame::{back, landscape};
use crate::parts::remote::remote;
use crate::parts::tier_card::{Corner, tier_card};
use crate::parts::words;
use crate::state::{Query, look, portal};
use crate::ui::{Build, bone, icon_small};
use leptos::prelude::*;

/// The screen.
pub fn page() -> AnyView {
    let portal = portal();
    look::set_title(portal, t(key::TIER_TITLE));
    let tiers = Query::new(|| async {
        let reply = client::get(endpoint::tiers()).await?;
        Ok(reply.decode(|node| wire::page(node, wire::account::tier_level))?.data)
    });
    view! {
        <div class="app notab">
            <header class="scene">
                {landscape("scene__art")} <div class="row row--back">
                    {back(Route::Home)} <h1 class="grow title--l" tabindex="-1">
                        {t(key::TIER_TITLE)}
                    </h1>
                </div>
            </header>
            <main id="main" class="under">
                {remote(
                    portal.overview,
                    bones,
                    move |overview: Overview| content(&overview.tier, tiers),
                )}
            </main>
        </div>
    }
    .built()
}

fn bones() -> AnyView {
    let row = || {
        view! {
            <li class="ben">
                <span class="shelf"></span>
                <div>{bone("t", 6)}{bone("s", 10)}</div>
                <span></span>
            </li>
        }
        .built()
    };
    view! {
        <div class="tier big" data-material="plain">
            {bone("h", 6)}
            {bone("t", 8)}
            <div class="gauge">{bone("t", 4)}{bone("t", 10)}</div>
        </div>
        <section class="sec">
            <div class="sec__h">{bone("h", 6)}</div>
            <ul class="bens">{row()}{row()}{row()}</ul>
        </section>
    }
    .built()
}

fn content(status: &TierStatus, tiers: Query<Vec<TierLevel>>) -> AnyView {
    view! {
        <div class="tier big" data-material=status.current.material.clone()>
            {tier_card(status, &Corner::Logo)}
        </div>
        {downgrade(status)}
        {paths::paths(status)}
        {benefits::section(status)}
        {compare::section(tiers, status.current.id.clone())}
    }
    .built()
}

/// What happens if the tier isn't kept.
fn downgrade(status: &TierStatus) -> AnyView {
    let Some((at, to)) = &status.downgrade else { return ().into_any() };
    let text = match at {
        Some(at) => fill(key::TIER_DOWNGRADE, &[("date", &words::day(*at)), ("tier", &to.name)]),
        None => fill(key::TIER_DOWNGRADE_UNDATED, &[("tier", &to.name)]),
    };
    view! {
        <p class="note note--warn">
            {icon_small("alert")} <span>{text}</span>
        </p>
    }
    .built()
}

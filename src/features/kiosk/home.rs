//! The member's own start at a shared screen: the same four answers as on a phone, and four large ways on.

use super::run::Kiosk;
use crate::api::wire::surveys::Overview;
use crate::domain::number::group;
use crate::domain::route::{CatalogueFilter, Route};
use crate::i18n::{fill, key, t};
use crate::parts::frame::{landscape, logo};
use crate::parts::ledger::balance_panel;
use crate::parts::remote::remote;
use crate::parts::reward_card::{picture, small_card};
use crate::parts::tier_card::{Corner, outlook, tier_card};
use crate::state::look;
use crate::ui::{Build, bone, icon, live};
use leptos::prelude::*;

/// The screen.
pub(super) fn page(kiosk: Kiosk) -> AnyView {
    let portal = kiosk.portal;
    look::set_title(portal, t(key::TAB_HOME));
    let brand = portal.of(|programme| programme.name.clone());
    let hello = live(move || match portal.overview.known() {
        Some(overview) => fill(key::KIOSK_HOME_HELLO, &[("name", &overview.member.display_name)]).into_any(),
        None => view! { <i class="bone" aria-hidden="true"></i> }.built(),
    });
    view! {
        <div class="app k k-home">
            <main id="main">
                <div class="k-home__l">
                    <header class="scene">
                        {landscape("scene__art")} <div class="k-hello">
                            {logo()} <div class="grow">
                                <p class="s">{brand}</p>
                                <h1 class="hello" tabindex="-1">
                                    {hello}
                                </h1>
                            </div>
                        </div>
                    </header>
                    {remote(portal.overview, bones, |overview| mine(&overview))}
                </div>
                <div class="k-home__r">
                    <h2 class="k-home__q">{t(key::KIOSK_HOME_TODO)}</h2>
                    {live(move || portal.overview.known().map(|overview| ways(kiosk, &overview)).into_any())}
                </div>
            </main>
        </div>
    }
    .built()
}

fn bones() -> AnyView {
    view! { {bone("block", 10)}{bone("t", 10)}{bone("block", 10)} }.built()
}

fn mine(overview: &Overview) -> AnyView {
    view! {
        <a class="tier" data-material=overview.tier.current.material.clone() href=Route::Tier.href()>
            {tier_card(&overview.tier, &Corner::Benefits)}
        </a>
        {outlook(&overview.tier)}
        <a class="panel pts" href=Route::Points { kind: None }.href()>
            {balance_panel(&overview.points)}
        </a>
    }
    .built()
}

fn tile(route: &Route, title: String, text: String, shown: AnyView) -> AnyView {
    view! {
        <a class="tile" href=route.href()>
            <b>{title}</b>
            <span>{text}</span>
            {shown}
        </a>
    }
    .built()
}

fn ways(kiosk: Kiosk, overview: &Overview) -> AnyView {
    let portal = kiosk.portal;
    let points = portal.points_name();
    let filter = CatalogueFilter { affordable: true, ..CatalogueFilter::default() };
    let ready = overview.rewards.total.filter(|_| overview.rewards.data.iter().any(|one| one.is_eligible()));
    let (catalogue, said) = match ready {
        Some(total) => (Route::Rewards(filter), fill(key::KIOSK_HOME_READY, &[("n", &group(total))])),
        None => (Route::Rewards(CatalogueFilter::default()), t(key::HOME_CATALOGUE).to_owned()),
    };
    let first = overview.rewards.data.first();
    let rewards = tile(
        &catalogue,
        t(key::KIOSK_HOME_REWARDS).into(),
        said,
        picture(first.and_then(|one| one.images.first())),
    );
    let wallet = tile(
        &Route::Wallet { past: false },
        t(key::KIOSK_HOME_WALLET).into(),
        t(key::KIOSK_HOME_WALLET_TEXT).into(),
        icon("ticket"),
    );
    let surveys = (portal.has("surveys") && !overview.surveys.is_empty()).then(|| {
        tile(
            &Route::Surveys,
            t(key::KIOSK_HOME_SURVEYS).into(),
            fill(key::KIOSK_HOME_SURVEYS_TEXT, &[("points", &points)]),
            icon("star"),
        )
    });
    let ledger = tile(
        &Route::Points { kind: None },
        fill(key::KIOSK_HOME_POINTS, &[("points", &points)]),
        t(key::KIOSK_HOME_POINTS_TEXT).into(),
        icon("clock"),
    );
    let cards = overview.rewards.data.iter().take(3).map(|reward| small_card(reward, &points)).collect_view();
    let goods = (!overview.rewards.data.is_empty()).then(|| {
        view! {
            <section class="sec">
                <div class="sec__h">
                    <h2>{t(if ready.is_some() { key::HOME_READY } else { key::HOME_SAVE_UP })}</h2>
                    <a class="more" href=catalogue.href()>
                        {t(key::HOME_CATALOGUE)}
                        {icon("right")}
                    </a>
                </div>
                <ul class="rgrid three">{cards}</ul>
            </section>
        }
    });
    view! {
        <div class="k-tiles">{rewards} {wallet} {surveys} {ledger}</div>
        {goods}
    }
    .built()
}

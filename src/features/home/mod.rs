//! Home answers four questions: who am I, what have I, what can I get, what should I do.

mod bones;
mod next;

use crate::api::wire::surveys::Overview;
use crate::domain::number::group;
use crate::domain::route::{CatalogueFilter, Route, Tab};
use crate::i18n::{fill, key, t};
use crate::parts::frame::{landscape, logo, tabbed};
use crate::parts::ledger::balance_panel;
use crate::parts::remote::remote;
use crate::parts::reward_card::small_card;
use crate::parts::tier_card::{Corner, outlook, tier_card};
use crate::platform::{clock, intl, timer};
use crate::state::{look, portal, stay};
use crate::ui::{Build, icon, live};
use leptos::prelude::*;
use std::cell::Cell;
use wasm_bindgen_futures::spawn_local;

/// The screen, with what may come below it.
pub fn page(below: AnyView) -> AnyView {
    let portal = portal();
    look::set_title(portal, t(key::TAB_HOME));
    stay::while_well(portal.overview.status());
    let body = view! {
        <main id="main" class="home">
            {remote(portal.overview, bones::bones, |overview| content(&overview))} {below}
        </main>
    }
    .built();
    tabbed(Tab::Home, "app", head(), body)
}

fn head() -> AnyView {
    let portal = portal();
    let name = portal.of(|programme| programme.name.clone());
    let greeting = move || match portal.overview.known() {
        Some(overview) => view! { <span>{greet(&overview.member.display_name)}</span> }.built(),
        None if portal.overview.status().with(|status| status.fault.is_some()) => {
            view! { <span>{greet("")}</span> }.built()
        }
        None => view! {
            <span class="vh">{t(key::LOADING_PAGE)}</span>
            <i class="bone" aria-hidden="true"></i>
        }
        .built(),
    };
    view! {
        <header class="scene">
            {landscape("scene__art")} <div class="row">
                <div class="grow">
                    <p class="brandline">{logo()}{name}</p>
                    <h1 class="hello" tabindex="-1">
                        {live(greeting)}
                    </h1>
                </div>
            </div>
        </header>
    }
    .built()
}

fn greet(name: &str) -> String {
    let now = clock::now();
    let message = match now.greeting_hour(intl::offset_minutes(now)) {
        5..=10 => key::HELLO_MORNING,
        11..=12 => key::HELLO_NOON,
        13..=17 => key::HELLO_AFTERNOON,
        _ => key::HELLO_EVENING,
    };
    fill(message, &[("name", if name.is_empty() { t(key::HELLO_NOBODY) } else { name })])
}

fn content(overview: &Overview) -> AnyView {
    view! {
        <a class="tier" data-material=overview.tier.current.material.clone() href=Route::Tier.href()>
            {tier_card(&overview.tier, &Corner::Benefits)}
        </a>
        {outlook(&overview.tier)}
        <a class="panel pts" href=Route::Points { kind: None }.href()>
            {balance_panel(&overview.points)}
        </a>
        {below_balance(overview)}
    }
    .built()
}

thread_local! {
    /// Whether home was on screen before in this page's life.
    static SEEN: Cell<bool> = const { Cell::new(false) };
}

/// What can be had and done. Where the page has only just begun it has a task of its own, behind the first frame.
fn below_balance(overview: &Overview) -> AnyView {
    if SEEN.replace(true) {
        return offerings(overview);
    }
    let due = RwSignal::new(false);
    spawn_local(async move {
        timer::painted().await;
        let _ = due.try_set(true);
    });
    let overview = overview.clone();
    live(move || if due.get() { offerings(&overview) } else { bones::below() })
}

fn offerings(overview: &Overview) -> AnyView {
    view! {
        {rewards(overview)}
        {next::next(overview)}
    }
    .built()
}

fn rewards(overview: &Overview) -> AnyView {
    if overview.rewards.data.is_empty() {
        return ().into_any();
    }
    let ready = overview.rewards.data.iter().any(|reward| reward.is_eligible());
    let (title, more, filter) = match overview.rewards.total {
        Some(total) if ready => (
            key::HOME_READY,
            fill(key::HOME_ALL, &[("n", &group(total))]),
            CatalogueFilter { affordable: true, ..CatalogueFilter::default() },
        ),
        _ => (
            if ready { key::HOME_READY } else { key::HOME_SAVE_UP },
            t(key::HOME_CATALOGUE).to_string(),
            CatalogueFilter::default(),
        ),
    };
    let points = portal().points_name();
    let cards = overview.rewards.data.iter().take(3).map(|reward| small_card(reward, &points)).collect_view();
    view! {
        <section class="sec">
            <div class="sec__h">
                <h2>{t(title)}</h2>
                <a class="more" href=Route::Rewards(filter).href()>
                    {more}
                    {icon("right")}
                </a>
            </div>
            <ul class="rgrid three">{cards}</ul>
        </section>
    }
    .built()
}

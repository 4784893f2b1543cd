//! The member's own page: who, what is there, how it looks and sounds, and the way out.

mod leave;
mod passkeys;
mod settings;

use crate::api::wire::surveys::Overview;
use crate::domain::number::group;
use crate::domain::route::{CatalogueFilter, Route, Tab};
use crate::domain::tier::{Requirement, TierStatus, Unit};
use crate::i18n::{fill, key, t};
use crate::parts::frame::{landscape, tabbed};
use crate::parts::remote::remote;
use crate::parts::symbols::symbol;
use crate::parts::words;
use crate::platform::wechat::{self, bridge};
use crate::state::stay::{self, Moment};
use crate::state::{look, memo, portal};
use crate::ui::{Build, bone, icon, icon_small, live, rich};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The screen.
pub fn page() -> AnyView {
    let portal = portal();
    look::set_title(portal, t(key::ME_TITLE));
    let asked = RwSignal::new(false);
    let keys = RwSignal::new(false);
    stay::while_well(portal.overview.status());
    // What lies above it goes with its entry of the history.
    stay::follow(move |moment| moment != Moment::Left || !(asked.get_untracked() || keys.get_untracked()));
    let body = view! {
        <main id="main" class="under under--l">
            {remote(portal.overview, bones, |overview| standing(&overview))}
            {places()}
            {settings::settings(keys)}
            {leave::item(asked)}
        </main>
    }
    .built();
    view! {
        <div inert=move || asked.get() || keys.get()>{tabbed(Tab::Me, "app", head(), body)}</div>
        {move || asked.get().then(|| leave::ask(asked))}
        {move || keys.get().then(|| passkeys::keys(keys))}
    }
    .built()
}

fn head() -> AnyView {
    let portal = portal();
    let member = memo(move |_| portal.overview.known().map(|overview| overview.member));
    let mark = move || member.get().map(|member| member.initial());
    let name = move || match member.get() {
        Some(member) if !member.display_name.is_empty() => member.display_name,
        Some(_) => t(key::HELLO_NOBODY).into(),
        None => t(key::ME_TITLE).into(),
    };
    let phone = move || member.get().map(|member| member.phone_masked);
    view! {
        <header class="scene">
            {landscape("scene__art")} <div class="row">
                <span class="ava" aria-hidden="true">
                    {mark}
                </span>
                <div class="grow">
                    <h1 class="hello" tabindex="-1">
                        {name}
                    </h1>
                    <p class="s num">{phone}</p>
                </div>
            </div>
        </header>
    }
    .built()
}

fn bones() -> AnyView {
    let figure = || view! { <div>{bone("s", 3)}{bone("h", 4)}</div> }.built();
    view! {
        <div class="tier slim" data-material="plain">
            {bone("h", 6)}
        </div>
        <div class="split three mt-5">{figure()}{figure()}{figure()}</div>
    }
    .built()
}

fn standing(overview: &Overview) -> AnyView {
    let ready = CatalogueFilter { affordable: true, ..CatalogueFilter::default() };
    let points = group(overview.points.available);
    let benefits = group(overview.tier.benefits.len() as i64);
    let ready = overview
        .rewards
        .total
        .map(|total| figure(t(key::ME_READY).into(), group(total), Route::Rewards(ready).href()));
    view! {
        {slim(&overview.tier)}
        <dl class="split split--links three mt-5">
            {figure(portal().points_name(), points, Route::Points { kind: None }.href())} {ready}
            {figure(t(key::ME_BENEFITS).into(), benefits, Route::Tier.href())}
        </dl>
    }
    .built()
}

fn figure(name: String, value: String, href: String) -> AnyView {
    let mut label = name.clone();
    label.push(' ');
    label.push_str(&value);
    view! {
        <div>
            <dt>{name}</dt>
            <dd class="num">
                <a href=href aria-label=label>
                    {value}
                </a>
            </dd>
        </div>
    }
    .built()
}

/// The tier in one line, with the shortest way up.
fn slim(status: &TierStatus) -> AnyView {
    let next = status.next.as_ref().and_then(|goal| goal.missing().first().map(|one| gap(one)));
    let word = match next {
        Some(value) => fill(key::ME_RISE, &[("value", &value)]),
        None if status.next.is_none() => t(key::TIER_TOP).into(),
        None => fill(key::TIER_BENEFITS, &[("n", &group(status.benefits.len() as i64))]),
    };
    view! {
        <a class="tier slim" data-material=status.current.material.clone() href=Route::Tier.href()>
            <span class="tier__motif" aria-hidden="true"></span>
            <div class="row">
                <h2 class="tier__name grow">{status.current.name.clone()}</h2>
                <span class="tier__go">{word} {icon("right")}</span>
            </div>
        </a>
    }
    .built()
}

fn gap(one: &Requirement) -> String {
    let mut text = words::figure(one.gap(), one.unit, &one.basis);
    if one.unit == Unit::Points {
        text.push(' ');
        text.push_str(&portal().points_name());
    }
    text
}

/// The places that have no tab of their own, and the survey that waits.
fn places() -> AnyView {
    let portal = portal();
    let surveys = move || {
        let waiting = portal.overview.known().and_then(|overview| overview.surveys.into_iter().next());
        let waiting = waiting.filter(|survey| survey.is_open() && survey.reward_points > 0);
        waiting.map(|survey| {
            let n = group(survey.reward_points);
            let said = rich(key::SURVEY_REWARD, &[("n", &n), ("points", &portal.points_name())]);
            view! { <span class="s muted">{said}</span> }
        })
    };
    let quiet = || ().into_any();
    let surveys = portal
        .has("surveys")
        .then(|| place(Route::Surveys, "star", t(key::ME_SURVEYS).into(), surveys.into_any()));
    let earn = portal.has("earning-rules").then(|| {
        let name = fill(key::EARN_TITLE, &[("points", &portal.points_name())]);
        place(Route::Earn, "cup", name, quiet())
    });
    let scan = (portal.channel.has_host() && portal.has("device-sign-in"))
        .then(|| place(Route::Device { code: String::new() }, "scan", t(key::ME_SCAN).into(), quiet()));
    view! {
        <ul class="list">
            {place(Route::Wallet { past: false }, "ticket", t(key::ME_WALLET).into(), quiet())}
            {place(Route::Tier, "heart", t(key::ME_TIER).into(), quiet())} {surveys} {earn} {scan}
        </ul>
        {host_page()}
    }
    .built()
}

/// The way back to the page of the app around the portal that it was opened from.
fn host_page() -> AnyView {
    if !wechat::host().pages {
        return ().into_any();
    }
    let (busy, stayed) = (RwSignal::new(false), RwSignal::new(false));
    stay::follow(move |moment| moment != Moment::Left || !stayed.get_untracked());
    let press = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let left = bridge::navigate_back().await.is_done() || !bridge::is_visible();
            let _ = stayed.try_set(!left);
            let _ = busy.try_set(false);
        });
    };
    view! {
        <ul class="list">
            <li>
                <button
                    type="button"
                    id="host"
                    class="item"
                    aria-disabled=move || busy.get().then_some("true")
                    on:click=press
                >
                    {icon("left")}
                    <span class="grow">{t(key::ME_HOST)}</span>
                </button>
            </li>
        </ul>
        <div role="alert">
            {live(move || {
                let note = || view! { <p class="note mt-3">{icon_small("info")}<span>{t(key::ME_HOST_NOT)}</span></p> };
                stayed.get().then(note).into_any()
            })}
        </div>
    }
    .built()
}

fn place(route: Route, mark: &str, name: String, aside: AnyView) -> AnyView {
    view! {
        <li>
            <a class="item" href=route.href()>
                {symbol(mark)}
                <span class="grow">{name}</span>
                {aside}
                {icon_small("right")}
            </a>
        </li>
    }
    .built()
}

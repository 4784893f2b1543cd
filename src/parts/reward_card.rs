//! A reward on home, and its picture anywhere.

use crate::domain::reward::{Image, Reward};
use crate::domain::route::Route;
use crate::platform::readers;
use crate::state::portal;
use crate::ui::{Build, amount};
use leptos::prelude::*;

/// A picture on its shelf. It stands beside the words that name it, so it is silent.
pub fn picture(image: Option<&Image>) -> AnyView {
    drawn(image, "lazy")
}

/// A picture that is on screen from the start: it doesn't wait for the layout.
pub fn first_picture(image: Option<&Image>) -> AnyView {
    drawn(image, "eager")
}

fn drawn(image: Option<&Image>, loading: &'static str) -> AnyView {
    let portal = portal();
    let Some(image) = image.cloned() else { return ().into_any() };
    let failed = RwSignal::new(None);
    let is_there = move || {
        readers::forget_when_gone();
        failed.get() != Some(portal.again.get())
    };
    let src = move || {
        let dark = portal.dark.get();
        is_there().then(|| image.url_dark.clone().filter(|_| dark).unwrap_or_else(|| image.url.clone()))
    };
    let fail = move |_| {
        let _ = failed.try_set(Some(portal.again.get_untracked()));
    };
    view! { <img class="ill" src=src hidden=move || !is_there() alt="" loading=loading decoding="async" on:error=fail /> }
        .built()
}

/// A reward on home, one of three.
pub fn small_card(reward: &Reward, points: &str) -> AnyView {
    view! {
        <li>
            <a class="rw" href=Route::Reward(reward.id.clone()).href()>
                <span class="shelf">{first_picture(reward.images.first())}</span>
                <p class="rw__n">{reward.title.clone()}</p>
                <p class="rw__c">
                    <span>{amount(reward.cost_points, points)}</span>
                </p>
            </a>
        </li>
    }
    .built()
}

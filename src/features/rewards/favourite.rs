//! The heart: marks a reward at once, and takes it back when the backend won't have it.

use crate::api::error::ApiError;
use crate::api::node::Body;
use crate::api::{client, endpoint};
use crate::features::rewards::shelf;
use crate::i18n::{key, t};
use crate::parts::failure::line;
use crate::state::{Portal, session, toast};
use crate::ui::{Build, icon};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

async fn tell(id: &str, marked: bool) -> Result<(), ApiError> {
    let place = endpoint::favourite(id);
    let told =
        if marked { client::put(place, Body::new().json()).await } else { client::delete(place).await };
    told.map(drop)
}

/// The button, for a reward that is marked or not when its answer comes. Nothing where the backend has no favourites.
pub(super) fn heart(portal: Portal, id: String, marked: bool) -> AnyView {
    if !portal.has("favourites") {
        return ().into_any();
    }
    let toasts = toast::toasts();
    let wish = RwSignal::new(marked);
    let told = StoredValue::new(marked);
    let busy = StoredValue::new(false);
    let press = move |_| {
        wish.update(|wish| *wish = !*wish);
        if busy.get_value() {
            return;
        }
        busy.set_value(true);
        let id = id.clone();
        spawn_local(async move {
            // One request at a time; what was tapped meanwhile follows, if it is still another.
            while let Some((now, known)) = wish.try_get_untracked().zip(told.try_get_value()) {
                if now == known {
                    break;
                }
                match tell(&id, now).await {
                    Ok(()) => {
                        shelf::mark(&id, now);
                        let _ = told.try_set_value(now);
                    }
                    Err(error) => {
                        let _ = wish.try_set(known);
                        match error {
                            error if error.is_signed_out() => session::ended(),
                            ApiError::Problem(problem) if problem.status == 409 => {
                                toasts.show(line(&ApiError::Problem(problem)));
                            }
                            _ if now => toasts.show(t(key::REWARD_FAVOURITE_FAILED)),
                            _ => toasts.show(t(key::REWARD_UNFAVOURITE_FAILED)),
                        }
                        break;
                    }
                }
            }
            let _ = busy.try_set_value(false);
        });
    };
    view! {
        <button
            type="button"
            class="icbtn fav"
            aria-label=t(key::REWARD_FAVOURITE)
            aria-pressed=move || if wish.get() { "true" } else { "false" }
            on:click=press
        >
            {icon("heart")}
        </button>
    }
    .built()
}

//! A query on screen: bones while it waits, its value, or its failure; the last known value with its time in between.

use crate::i18n::{fill, key, t};
use crate::parts::failure::{failure, line};
use crate::parts::words;
use crate::state::stay::Stay;
use crate::state::{Portal, Query, Status, effect, portal};
use crate::ui::{Build, icon_small, live, loading};
use leptos::prelude::*;
use std::cell::Cell;
use std::sync::Arc;

/// Shows a query. The value's view is drawn anew when another value comes.
pub fn remote<T>(
    query: Query<T>,
    bones: fn() -> AnyView,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let draw = move || query.known().map(&show);
    frame(Box::new(draw), query.status(), Arc::new(move || query.load()), bones)
}

/// All that doesn't depend on the value's type.
fn frame(
    draw: Box<dyn Fn() -> Option<AnyView> + Send + Sync>,
    status: RwSignal<Status>,
    load: Arc<dyn Fn() + Send + Sync>,
    bones: fn() -> AnyView,
) -> AnyView {
    let portal = portal();
    let back = load.clone();
    let number = next_number();
    effect(move || {
        portal.again.track();
        // Several screens may show the same; the one that is there asks.
        if portal.is_on_stage() && status.with_untracked(|status| status.fault.is_some()) {
            back();
        }
    });
    // What is old is said once, above the first of it that is on screen.
    effect(move || {
        let stale = portal.stay.is_none_or(Stay::is_shown)
            && status.with(|status| status.known_at.is_some() && status.fault.is_some());
        mark(portal, number, stale);
    });
    on_cleanup(move || mark(portal, number, false));
    let waiting = move || {
        let load = load.clone();
        live(move || match status.with(|status| status.fault.clone()) {
            Some(error) => {
                let load = load.clone();
                failure(&error, move || load())
            }
            None => loading(bones()),
        })
    };
    let note = move || match status.get() {
        Status { known_at: Some(at), fault: Some(error), .. }
            if portal.stale.with(|stale| stale.first() == Some(&number)) =>
        {
            let said = line(&error);
            let stale = fill(key::ERROR_STALE, &[("time", &words::time(at))]);
            view! {
                <div class="offbar" role="status" title=said>
                    {icon_small("offline")}
                    <span class="grow">{stale}</span>
                    <button type="button" on:click=move |_| portal.again.update(|turn| *turn += 1)>
                        {t(key::OFFLINE_RETRY)}
                    </button>
                </div>
            }
            .built()
        }
        _ => ().into_any(),
    };
    view! {
        {live(note)}
        {live(move || draw().unwrap_or_else(&waiting))}
    }
    .built()
}

thread_local! {
    static COUNT: Cell<u32> = const { Cell::new(0) };
}

/// Frames are numbered in the order of the page.
fn next_number() -> u32 {
    COUNT.set(COUNT.get() + 1);
    COUNT.get()
}

fn mark(portal: Portal, number: u32, stale: bool) {
    if portal.stale.try_with_untracked(|all| all.contains(&number)) == Some(!stale) {
        let _ = portal.stale.try_update(|all| {
            all.retain(|one| *one != number);
            if stale {
                let at = all.partition_point(|one| *one < number);
                all.insert(at, number);
            }
        });
    }
}

//! A query on screen: bones while it waits, its value, or its failure; the last known value with its time in between.

use crate::i18n::{fill, key, t};
use crate::parts::failure::{failure, line};
use crate::parts::words;
use crate::state::{Query, Status};
use crate::ui::{Build, icon_small, live, loading};
use leptos::prelude::*;
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
    let again = load.clone();
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
        Status { known_at: Some(at), fault: Some(error), .. } => {
            let said = line(&error);
            let stale = fill(key::ERROR_STALE, &[("time", &words::time(at))]);
            let again = again.clone();
            view! {
                <div class="offbar" role="status" title=said>
                    {icon_small("offline")}
                    <span class="grow">{stale}</span>
                    <button type="button" on:click=move |_| again()>
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

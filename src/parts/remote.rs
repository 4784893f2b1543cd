//! A query on screen: bones while it waits, its value, or its failure; the last known value with its time in between.

use crate::i18n::{fill, key, t};
use crate::parts::failure::{failure, line};
use crate::parts::words;
use crate::state::{Query, Slot};
use crate::ui::{icon_small, loading};
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
    let value = Memo::new(move |_| query.known());
    let show = Arc::new(show);
    let body = move || match value.get() {
        Some(value) => show(value),
        None => (move || match query.slot() {
            Slot::Failed(error, None) => failure(&error, move || query.load()),
            _ => loading(bones()),
        })
        .into_any(),
    };
    let note = move || match query.slot() {
        Slot::Failed(error, Some((_, at))) => {
            let said = line(&error);
            let stale = fill(key::ERROR_STALE, &[("time", &words::time(at))]);
            view! {
                <div class="offbar" role="status" title=said>
                    {icon_small("offline")}
                    <span class="grow">{stale}</span>
                    <button type="button" on:click=move |_| query.load()>
                        {t(key::OFFLINE_RETRY)}
                    </button>
                </div>
            }
            .into_any()
        }
        _ => ().into_any(),
    };
    view! {
        {note}
        {body}
    }
    .into_any()
}

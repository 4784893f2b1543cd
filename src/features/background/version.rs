//! A new version of the portal: fetched beside the old one, offered between two tasks, taken when the member says so.

use crate::api::client;
use crate::domain::route::Route;
use crate::i18n::{key, t};
use crate::platform::idle::{idle, saves_data, touched};
use crate::platform::worker::{self, Worker};
use crate::platform::{clock, dom};
use crate::state::nav::{Nav, nav};
use crate::state::{Portal, portal};
use crate::ui::{Build, icon_small, live};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// A newer version is looked for once an hour at most, in milliseconds.
const LOOK_MS: i64 = 3_600_000;

/// How it stands with the version in use.
#[derive(Clone, Copy)]
pub(super) struct Versions {
    portal: Portal,
    worker: StoredValue<Option<Worker>, LocalStorage>,
    /// A newer one is here and waits.
    newer: RwSignal<bool>,
    looked_at: StoredValue<i64>,
    leaving: RwSignal<bool>,
}

impl Versions {
    /// Registers the service worker.
    pub(super) fn new() -> Self {
        let versions = Self {
            portal: portal(),
            worker: StoredValue::new_local(None),
            newer: RwSignal::new(false),
            looked_at: StoredValue::new(clock::onward()),
            leaving: RwSignal::new(false),
        };
        spawn_local(async move {
            let Some(worker) = worker::register(move || versions.found()).await else { return };
            let _ = versions.worker.try_set_value(Some(worker.clone()));
            if !saves_data() {
                touched().await;
                idle().await;
                worker.fill().await;
            }
        });
        versions
    }

    /// A newer one waits. A page that is of that version itself, since it came from the network, has nothing to gain from a load.
    fn found(self) {
        spawn_local(async move {
            let Ok(file) = client::file(worker::FILE).await else { return };
            if !worker::is_of_this_page(&file) {
                let _ = self.newer.try_set(true);
            } else if let Some(Some(worker)) = self.worker.try_get_value() {
                worker.activate();
            }
        });
    }

    /// Looks for a newer one, unless that was just done.
    pub(super) fn look(self) {
        let now = clock::onward();
        let due = self.looked_at.try_get_value().is_some_and(|at| now.saturating_sub(at) >= LOOK_MS);
        let Some(Some(worker)) = self.worker.try_get_value().filter(|_| due) else { return };
        self.looked_at.set_value(now);
        spawn_local(async move { worker.look().await });
    }

    /// The offer, where nobody is in the middle of anything.
    pub(super) fn offer(self) -> AnyView {
        let nav = nav();
        let between = Memo::new(move |_| is_between_tasks(&nav.route()));
        live(move || {
            self.portal.locale.track();
            if self.newer.get() && between.get() { self.bar(nav) } else { ().into_any() }
        })
    }

    fn bar(self, nav: Nav) -> AnyView {
        let take = move |_| {
            if self.leaving.get_untracked() {
                return;
            }
            self.leaving.set(true);
            spawn_local(async move {
                if let Some(Some(worker)) = self.worker.try_get_value() {
                    worker.take_over().await;
                }
                dom::reload_at(&nav.peek().href());
            });
        };
        let busy = move || self.leaving.get().then_some("true");
        view! {
            <div class="update" role="status">
                {icon_small("refresh")}
                <span class="grow">{t(key::UPDATE_READY)}</span>
                <button type="button" on:click=move |_| self.newer.set(false)>
                    {t(key::UPDATE_LATER)}
                </button>
                <button type="button" class="update__go" aria-disabled=busy aria-busy=busy on:click=take>
                    {t(key::UPDATE_NOW)}
                </button>
            </div>
        }
        .built()
    }
}

/// Whether a load of the page would lose nothing: nothing is typed, answered or confirmed on these screens.
fn is_between_tasks(route: &Route) -> bool {
    matches!(
        route,
        Route::Home
            | Route::Me
            | Route::Tier
            | Route::Points { .. }
            | Route::Rewards(_)
            | Route::Wallet { .. }
    )
}

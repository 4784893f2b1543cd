//! The catalogue: what can be had for points, what of it now, and what is missing for the rest.

mod confirm;
pub mod detail;
mod facts;
mod filters;
mod list;
mod reasons;
mod redeem;

use crate::api::{client, endpoint, wire};
use crate::domain::number::group;
use crate::domain::reward::Category;
use crate::domain::route::{CatalogueFilter, Route};
use crate::i18n::{fill, key, t};
use crate::parts::frame::{Tab, tabbed};
use crate::parts::remote::remote;
use crate::state::nav::{self, Nav};
use crate::state::{Portal, Query, look, portal};
use crate::ui::amount;
use leptos::prelude::*;

/// The catalogue on screen. What it is narrowed to stands in the address and nowhere else.
#[derive(Clone, Copy)]
struct Catalogue {
    portal: Portal,
    nav: Nav,
    filter: Memo<CatalogueFilter>,
    shelf: Query<list::Shelf>,
    categories: Query<Vec<Category>>,
    /// Whether the next page is on its way.
    more_busy: RwSignal<bool>,
    /// Why it didn't come.
    more_fault: RwSignal<Option<String>>,
}

impl Catalogue {
    /// Narrows to something else.
    fn narrow(self, change: impl FnOnce(&mut CatalogueFilter)) {
        let mut filter = self.filter.get_untracked();
        change(&mut filter);
        self.nav.replace(&Route::Rewards(filter));
    }

    /// Whether the list on screen is another one than the member asked for; tracked.
    fn is_old(self) -> bool {
        self.shelf.known().is_some_and(|shelf| self.filter.with(|filter| *filter != shelf.filter))
    }
}

/// The screen.
pub fn page() -> AnyView {
    let (portal, nav) = (portal(), nav::nav());
    look::set_title(portal, t(key::REWARDS_TITLE));
    let filter = Memo::new(move |before: Option<&CatalogueFilter>| match nav.route() {
        Route::Rewards(filter) => filter,
        // On the way to another screen this one stays as it is.
        _ => before.cloned().unwrap_or_default(),
    });
    let catalogue = Catalogue {
        portal,
        nav,
        filter,
        shelf: list::query(portal, filter),
        categories: Query::new(|| async {
            let reply = client::get(endpoint::reward_categories()).await?;
            Ok(reply.decode(|node| wire::page(node, wire::catalogue::category))?.data)
        }),
        more_busy: RwSignal::new(false),
        more_fault: RwSignal::new(None),
    };
    let body = view! {
        <main id="main">
            {head(portal)} {filters::toolbar(catalogue)} {filters::chips(catalogue)} {count(catalogue)}
            <div
                class=move || if catalogue.is_old() { "old" } else { "" }
                aria-busy=move || catalogue.is_old().then_some("true")
            >
                {remote(catalogue.shelf, list::bones, move |shelf| list::view(catalogue, &shelf))}
            </div>
        </main>
    }
    .into_any();
    tabbed(Tab::Rewards, "app", ().into_any(), body)
}

fn head(portal: Portal) -> AnyView {
    let balance = move || {
        let available = portal.overview.known()?.points.available;
        Some(view! { <p>{amount(available, &portal.points_name())}</p> })
    };
    view! {
        <div class="titlebar">
            <h1 class="grow" tabindex="-1">
                {t(key::REWARDS_TITLE)}
            </h1>
            {balance}
        </div>
    }
    .into_any()
}

fn count(catalogue: Catalogue) -> AnyView {
    let words = move || {
        let total = catalogue.shelf.known()?.page.total?;
        Some(fill(key::REWARDS_COUNT, &[("n", &group(total))]))
    };
    view! {
        <p class="s muted mt-3 rcount" role="status">
            {words}
        </p>
    }
    .into_any()
}

//! The catalogue: what can be had for points, what of it now, and what is missing for the rest.

mod card;
mod choices;
mod confirm;
pub mod detail;
mod drop;
mod facts;
mod favourite;
mod filters;
mod grid;
mod list;
mod narrowing;
mod quote;
mod reasons;
mod recent;
mod shelf;

use crate::api::{client, endpoint, wire};
use crate::domain::number::group;
use crate::domain::programme::Store;
use crate::domain::reward::Category;
use crate::domain::route::{CatalogueFilter, Route, Tab};
use crate::i18n::{fill, key, t};
use crate::parts::frame::tabbed;
use crate::parts::remote::remote;
use crate::state::nav::{self, Nav};
use crate::state::stay::{self, Moment, Stay};
use crate::state::{Portal, Query, look, memo, portal};
use crate::ui::{Build, amount, live};
use leptos::prelude::*;

/// The catalogue on screen. What it is narrowed to stands in the address and nowhere else.
#[derive(Clone, Copy)]
struct Catalogue {
    portal: Portal,
    nav: Nav,
    filter: Memo<CatalogueFilter>,
    shelf: Query<shelf::Head>,
    /// How long the list is so far.
    extent: RwSignal<shelf::Extent>,
    categories: Query<Vec<Category>>,
    /// Identifiers and names.
    tiers: Query<Vec<(String, String)>>,
    stores: Query<Vec<Store>>,
    /// Whether the sheet with store and tier is open.
    narrowing: RwSignal<bool>,
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

    /// Everything, in the same order.
    fn clear(self) {
        self.narrow(|filter| *filter = filter.cleared());
    }

    /// Whether the list on screen is another one than the member asked for; tracked.
    fn is_old(self) -> bool {
        self.shelf.known().is_some_and(|shelf| self.filter.with(|filter| *filter != shelf.filter))
    }
}

/// The stores, by name.
fn stores() -> Query<Vec<Store>> {
    Query::idle(|| async {
        let reply = client::get(endpoint::stores()).await?;
        Ok(reply.decode(|node| wire::page(node, wire::account::store))?.data)
    })
}

/// What the address asks for, as far as the programme has it.
fn asked(portal: Portal, mut filter: CatalogueFilter) -> CatalogueFilter {
    filter.favourites &= portal.has("favourites");
    filter.store = filter.store.filter(|_| portal.has("stores"));
    filter
}

/// The screen.
pub fn page() -> AnyView {
    let (portal, nav) = (portal(), nav::nav());
    look::set_title(portal, t(key::REWARDS_TITLE));
    let filter = memo(move |before: Option<&CatalogueFilter>| match nav.route() {
        Route::Rewards(filter) if portal.stay.is_none_or(Stay::is_shown) => asked(portal, filter),
        // On the way to another screen, and put aside, this one stays as it is.
        _ => before.cloned().unwrap_or_default(),
    });
    let extent = RwSignal::new(shelf::Extent::default());
    let catalogue = Catalogue {
        portal,
        nav,
        filter,
        shelf: list::query(portal, filter, extent),
        extent,
        categories: Query::new(|| async {
            let reply = client::get(endpoint::reward_categories()).await?;
            Ok(reply.decode(|node| wire::page(node, wire::catalogue::category))?.data)
        }),
        tiers: Query::idle(|| async {
            let reply = client::get(endpoint::tiers()).await?;
            Ok(reply.decode(|node| wire::page(node, wire::catalogue::tier_name))?.data)
        }),
        stores: stores(),
        narrowing: RwSignal::new(false),
        more_busy: RwSignal::new(false),
        more_fault: RwSignal::new(None),
    };
    stay::while_well(catalogue.shelf.status());
    stay::follow(move |moment| {
        match moment {
            // What lies above it goes with its entry of the history.
            Moment::Left => {
                return !catalogue.narrowing.get_untracked()
                    && catalogue.more_fault.with_untracked(Option::is_none);
            }
            Moment::Returns => {
                // What failed while nobody looked is tried again where the end comes near.
                catalogue.more_fault.set(None);
                return list::is_kept(catalogue);
            }
            Moment::Seen => catalogue.categories.load(),
        }
        true
    });
    let body = view! {
        <main id="main">
            {head(portal)} {filters::toolbar(catalogue)} {filters::chips(catalogue)} {recent::strip(catalogue)}
            {count(catalogue)}
            <div
                class=move || if catalogue.is_old() { "old" } else { "" }
                aria-busy=move || catalogue.is_old().then_some("true")
            >
                {remote(catalogue.shelf, list::bones, move |head| list::view(catalogue, &head))}
            </div>
        </main>
    }
    .built();
    view! {
        <div inert=move || catalogue.narrowing.get()>{tabbed(Tab::Rewards, "app", ().into_any(), body)}</div>
        {live(move || if catalogue.narrowing.get() { narrowing::view(catalogue) } else { ().into_any() })}
    }
    .built()
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
    .built()
}

fn count(catalogue: Catalogue) -> AnyView {
    let words = move || {
        let total = catalogue
            .extent
            .with(|extent| extent.total)
            .filter(|total| *total > 0 && catalogue.shelf.is_known())?;
        Some(fill(key::REWARDS_COUNT, &[("n", &group(total))]))
    };
    view! {
        <p class="s muted mt-3 rcount" role="status">
            {words}
        </p>
    }
    .built()
}

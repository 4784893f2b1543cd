//! The list of rewards: its first page, the ones that follow, and what is said when there is nothing.

use crate::api::error::ApiError;
use crate::api::wire::{self, Page};
use crate::api::{client, endpoint};
use crate::domain::number::group;
use crate::domain::reward::Card;
use crate::domain::route::{CatalogueFilter, Route};
use crate::features::rewards::shelf::{self, Extent, Head};
use crate::features::rewards::{Catalogue, drop, grid};
use crate::i18n::{fill, key, t};
use crate::parts::failure::line;
use crate::state::stay::{self, Moment};
use crate::state::{Portal, Query, effect, memo, session};
use crate::ui::{Build, Notice, bone, live, notice};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

const FIRST: usize = 20;
const PAGE: u8 = 50;
/// The most that the contract gives at once: when the end came on screen before the next page.
const MOST: u8 = 100;
/// The most identifiers that are asked for at once.
const SOME: usize = 20;

async fn read(filter: &CatalogueFilter, limit: u8, cursor: Option<&str>) -> Result<Page<Card>, ApiError> {
    match client::get(endpoint::rewards(filter, limit, cursor)).await {
        Ok(reply) => reply.decode(|node| wire::page(node, wire::catalogue::card)),
        // The address may hold what never was a category, a tier or a store: then there is nothing of it.
        Err(ApiError::Problem(problem))
            if cursor.is_none() && filter.is_narrow() && matches!(problem.status, 400 | 404 | 422) =>
        {
            Ok(Page { total: Some(0), ..Page::default() })
        }
        Err(error) => Err(error),
    }
}

/// Reads some rewards as they are now; what is gone is missing.
///
/// # Errors
/// See [`ApiError`].
pub(super) async fn read_some(ids: &[&str]) -> Result<Vec<Card>, ApiError> {
    let reply =
        client::get(endpoint::rewards_by_ids(&crate::domain::recent::write(ids.iter().copied()))).await?;
    let mut cards = reply.decode(|node| wire::page(node, wire::catalogue::card))?.data;
    cards.retain(|card| ids.contains(&card.id.as_str()));
    Ok(cards)
}

/// The list; it is read again when the filter changes, and what is known stays until the other one is here.
pub(super) fn query(portal: Portal, filter: Memo<CatalogueFilter>, extent: RwSignal<Extent>) -> Query<Head> {
    let length = StoredValue::new(FIRST);
    let query = Query::idle(move || {
        let wanted = filter.try_get_untracked().unwrap_or_default();
        let limit = u8::try_from(length.try_get_value().unwrap_or_default()).unwrap_or(MOST).min(MOST);
        async move {
            let page = read(&wanted, limit, None).await?;
            // Meanwhile the member may have asked for another list, or left.
            if filter.try_get_untracked().as_ref() != Some(&wanted) {
                return Ok(Head::default());
            }
            let head = shelf::begin(wanted, page);
            let _ = extent.try_set(shelf::extent());
            Ok(head)
        }
    });
    let member = memo(move |_| portal.overview.known().map(|overview| overview.member.id));
    if let Some(head) = shelf::kept(member.get_untracked().as_deref(), &filter.get_untracked()) {
        extent.set(shelf::extent());
        query.put(head);
    } else {
        shelf::forget();
    }
    effect(move || {
        if member.get().is_some_and(|member| shelf::belongs_to(&member)) {
            extent.set(shelf::extent());
            query.load();
        }
    });
    let read_as_long = move |cards: usize| {
        length.set_value((cards + 1).max(FIRST));
        if cards >= usize::from(MOST) {
            renew(extent);
        } else {
            query.load();
        }
    };
    Effect::new(move |before: Option<CatalogueFilter>| {
        let now = filter.get();
        if before.as_ref() != Some(&now) {
            let is_back = before.is_none() && query.peek().is_some();
            read_as_long(if is_back { shelf::extent().cards } else { 0 });
        }
        now
    });
    stay::follow(move |moment| {
        if moment == Moment::Seen {
            read_as_long(shelf::extent().cards);
        }
        true
    });
    query
}

/// Whether the list that is asked for is the one that was put aside; what was marked elsewhere is put right.
pub(super) fn is_kept(catalogue: Catalogue) -> bool {
    let member = catalogue.portal.overview.peek().map(|overview| overview.member.id);
    let kept = shelf::kept(member.as_deref(), &catalogue.filter.get_untracked());
    catalogue.extent.set(shelf::extent());
    kept.is_some() && kept == catalogue.shelf.peek()
}

/// A list that is too long to be read again: what is on screen is.
fn renew(extent: RwSignal<Extent>) {
    let row = crate::state::nav::remembered_scroll() / shelf::layout().grid.pitch.max(1.0);
    let first = (row as usize).saturating_sub(1).saturating_mul(shelf::layout().grid.columns.max(1));
    let ids = shelf::each(first..(first + SOME).min(shelf::extent().cards), |card| card.id.clone());
    spawn_local(async move {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        if let Ok(cards) = read_some(&ids).await {
            shelf::renew(cards);
            let _ = extent.try_set(shelf::extent());
        }
    });
}

/// The shape of what comes.
pub(super) fn bones() -> AnyView {
    let card = |_| {
        view! {
            <li>
                <span class="shelf"></span>
                <p class="rw__n">{bone("t", 6)}</p>
                <p class="rw__c">{bone("t", 4)}</p>
            </li>
        }
    };
    view! { <ul class="rgrid mt-5">{(0..6).map(card).collect_view()}</ul> }.built()
}

/// The list.
pub(super) fn view(catalogue: Catalogue, head: &Head) -> AnyView {
    if head.is_empty {
        return empty(catalogue, &head.filter);
    }
    view! {
        {head.drop.as_ref().map(drop::drop_card)}
        {grid::view(catalogue)}
        {end(catalogue)}
    }
    .built()
}

fn empty(catalogue: Catalogue, filter: &CatalogueFilter) -> AnyView {
    let only = |other: CatalogueFilter| CatalogueFilter { sort: filter.sort, ..other } == *filter;
    let word = filter.query.clone();
    let only_word = only(CatalogueFilter { query: word.clone(), ..CatalogueFilter::default() });
    let fewer = (!word.is_empty() && !only_word).then(|| {
        let press = move |_| {
            let query = word.clone();
            catalogue.narrow(move |filter| *filter = CatalogueFilter { query, ..filter.cleared() });
        };
        view! {
            <button type="button" class="btn" on:click=press>
                {t(key::REWARDS_FEWER)}
            </button>
        }
    });
    let (icon, title, text) = if fewer.is_some() {
        ("search", key::REWARDS_EMPTY, key::REWARDS_EMPTY_NARROW_TEXT)
    } else if !filter.query.is_empty() {
        ("search", key::REWARDS_EMPTY, key::REWARDS_EMPTY_TEXT)
    } else if only(CatalogueFilter { favourites: true, ..CatalogueFilter::default() }) {
        ("heart", key::REWARDS_EMPTY_FAVOURITES, key::REWARDS_EMPTY_FAVOURITES_TEXT)
    } else if only(CatalogueFilter { affordable: true, ..CatalogueFilter::default() }) {
        ("gift", key::REWARDS_EMPTY_AFFORDABLE, key::REWARDS_EMPTY_AFFORDABLE_TEXT)
    } else if filter.is_narrow() {
        ("search", key::REWARDS_EMPTY, key::REWARDS_EMPTY_NARROW_TEXT)
    } else {
        ("gift", key::REWARDS_EMPTY_ALL, key::REWARDS_EMPTY_ALL_TEXT)
    };
    let action = if filter.is_narrow() {
        view! {
            {fewer}
            <button type="button" class="btn q" on:click=move |_| catalogue.clear()>
                {t(key::REWARDS_SHOW_ALL)}
            </button>
        }
        .built()
    } else if catalogue.portal.has("earning-rules") {
        view! {
            <a class="btn q" href=Route::Earn.href()>
                {t(key::REASON_INSUFFICIENT_POINTS_NEXT)}
            </a>
        }
        .built()
    } else {
        ().into_any()
    };
    notice(Notice { icon, title: t(title).into(), text: t(text).into(), safe: None, alert: false }, action)
}

/// Below the grid: that more is coming, that it didn't come, or that this is all.
fn end(catalogue: Catalogue) -> AnyView {
    let (busy, fault) = (catalogue.more_busy, catalogue.more_fault);
    let more = Memo::new(move |_| catalogue.extent.with(|extent| extent.more));
    let button = move || {
        let label = if fault.with(Option::is_some) {
            t(key::ACTION_RETRY)
        } else if busy.get() {
            t(key::REWARDS_MORE_BUSY)
        } else {
            t(key::ACTION_MORE)
        };
        let wait = busy.get().then(|| view! { <span class="btn__busy"></span> });
        view! {
            {wait}
            {label}
        }
        .built()
    };
    let said = move || {
        fault.get().map(|why| {
            view! {
                <p>{t(key::REWARDS_MORE_FAILED)}</p>
                <p class="s muted">{why}</p>
            }
        })
    };
    live(move || {
        if !more.get() {
            let total = catalogue.extent.with(|extent| extent.cards);
            // A list that is seen as a whole needs no word about its end.
            let words = (total > FIRST).then(|| fill(key::REWARDS_END, &[("n", &count(catalogue))]));
            return view! { <p class="s muted rend">{words}</p> }.built();
        }
        view! {
            <div class="rend">
                <div role="alert">{said}</div>
                <button
                    type="button"
                    class="btn q"
                    aria-disabled=move || busy.get().then_some("true")
                    aria-busy=move || busy.get().then_some("true")
                    on:click=move |_| load(catalogue, PAGE)
                >
                    {button}
                </button>
            </div>
        }
        .built()
    })
}

fn count(catalogue: Catalogue) -> String {
    catalogue.extent.with(|extent| group(extent.total.unwrap_or(extent.cards as i64)))
}

/// The end is near: loads on by itself, unless the last time failed.
pub(super) fn go_on(catalogue: Catalogue, is_late: bool) {
    if catalogue.more_fault.with_untracked(Option::is_none) {
        load(catalogue, if is_late { MOST } else { PAGE });
    }
}

/// Loads one page, one at a time.
fn load(catalogue: Catalogue, limit: u8) {
    let Some(cursor) = shelf::next() else { return };
    let list_is_moving = catalogue.shelf.status().with_untracked(|status| status.refreshing);
    if list_is_moving || catalogue.more_busy.get_untracked() || untrack(|| catalogue.is_old()) {
        return;
    }
    catalogue.more_busy.set(true);
    catalogue.more_fault.set(None);
    let filter = catalogue.filter.get_untracked();
    spawn_local(async move {
        let page = read(&filter, limit, Some(&cursor)).await;
        // Given back means that the screen is gone.
        if catalogue.more_busy.try_set(false).is_some() {
            return;
        }
        match page {
            // Meanwhile it may have become another list.
            Ok(page) => {
                if shelf::next().as_ref() == Some(&cursor) && catalogue.filter.get_untracked() == filter {
                    shelf::add(page);
                    catalogue.extent.set(shelf::extent());
                }
            }
            Err(error) if error.is_signed_out() => session::ended(),
            Err(error) => catalogue.more_fault.set(Some(line(&error))),
        }
    });
}

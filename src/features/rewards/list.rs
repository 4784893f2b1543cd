//! The grid of rewards, page by page, with the one that opens soon above it.

use crate::api::error::ApiError;
use crate::api::wire::{self, Page};
use crate::api::{client, endpoint};
use crate::domain::date::Instant;
use crate::domain::number::group;
use crate::domain::reward::{Reward, countdown};
use crate::domain::route::{CatalogueFilter, Route};
use crate::features::rewards::Catalogue;
use crate::i18n::{Locale, fill, key, locale, t};
use crate::parts::failure::line;
use crate::parts::reward_card::{card, picture};
use crate::parts::words;
use crate::platform::{clock, timer};
use crate::state::{Portal, Query, session};
use crate::ui::{Notice, bone, notice};
use leptos::prelude::*;
use std::cell::RefCell;
use wasm_bindgen_futures::spawn_local;

const PAGE: u8 = 20;
/// The most that the contract gives at once.
const MOST: usize = 100;

/// The rewards that were read, and for what.
#[derive(Clone, PartialEq)]
pub(super) struct Shelf {
    pub(super) filter: CatalogueFilter,
    pub(super) page: Page<Reward>,
}

/// What was on screen, for whom and in which language.
type Left = (String, Locale, Shelf);

thread_local! {
    // Coming back from a reward finds the list as long as it was, so that the scroll position fits again.
    static LEFT: RefCell<Option<Left>> = const { RefCell::new(None) };
}

async fn read(filter: CatalogueFilter, limit: u8, cursor: Option<String>) -> Result<Shelf, ApiError> {
    let reply = client::get(endpoint::rewards(&filter, limit, cursor.as_deref())).await?;
    let page = reply.decode(|node| wire::page(node, wire::catalogue::reward))?;
    Ok(Shelf { filter, page })
}

fn member(portal: Portal) -> Option<String> {
    portal.overview.peek().map(|overview| overview.member.id)
}

/// The list; it is read again when the filter changes, and what is known stays until the other one is here.
pub(super) fn query(portal: Portal, filter: Memo<CatalogueFilter>) -> Query<Shelf> {
    let length = StoredValue::new(usize::from(PAGE));
    let shelf = Query::idle(move || {
        let filter = filter.try_get_untracked().unwrap_or_default();
        let length = length.try_get_value().unwrap_or_default().clamp(usize::from(PAGE), MOST);
        read(filter, u8::try_from(length).unwrap_or(PAGE), None)
    });
    let wanted = filter.get_untracked();
    let left = LEFT.with_borrow(|left| left.clone()).filter(|(whose, tongue, shelf)| {
        member(portal).as_ref() == Some(whose) && *tongue == locale() && shelf.filter == wanted
    });
    if let Some((.., left)) = left {
        length.set_value(left.page.data.len());
        shelf.put(left);
    }
    Effect::new(move |before: Option<CatalogueFilter>| {
        let now = filter.get();
        match before {
            Some(before) if before == now => {}
            Some(_) => {
                length.set_value(usize::from(PAGE));
                shelf.load();
            }
            None => shelf.load(),
        }
        now
    });
    shelf
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
    view! { <ul class="rgrid mt-5">{(0..6).map(card).collect_view()}</ul> }.into_any()
}

/// The list.
pub(super) fn view(catalogue: Catalogue, shelf: &Shelf) -> AnyView {
    if let Some(member) = member(catalogue.portal) {
        LEFT.set(Some((member, locale(), shelf.clone())));
    }
    if shelf.page.data.is_empty() {
        return empty(catalogue, &shelf.filter);
    }
    let now = clock::now();
    let soon = shelf.page.data.iter().find_map(|reward| {
        let from = reward.opens_after(now)?;
        let special = reward.stock.is_some() || countdown(from.0 - now.0).is_some();
        special.then_some((reward, from))
    });
    let in_grid = |reward: &&Reward| soon.is_none_or(|(soon, _)| soon.id != reward.id);
    let cards = shelf.page.data.iter().filter(in_grid).map(card).collect_view();
    view! {
        {soon.map(|(reward, from)| drop_card(catalogue, reward, from))}
        <ul class="rgrid mt-5">{cards}</ul>
        {shelf.page.next_cursor.is_some().then(|| more(catalogue))}
    }
    .into_any()
}

fn empty(catalogue: Catalogue, filter: &CatalogueFilter) -> AnyView {
    let (icon, title, text) = if !filter.query.is_empty() {
        ("search", key::REWARDS_EMPTY, key::REWARDS_EMPTY_TEXT)
    } else if filter.affordable {
        ("gift", key::REWARDS_EMPTY_AFFORDABLE, key::REWARDS_EMPTY_AFFORDABLE_TEXT)
    } else {
        ("gift", key::REWARDS_EMPTY_ALL, key::REWARDS_EMPTY_ALL_TEXT)
    };
    let narrowed = CatalogueFilter { sort: filter.sort, ..CatalogueFilter::default() } != *filter;
    let action = if narrowed {
        let press = move |_| {
            catalogue.narrow(|filter| *filter = CatalogueFilter { sort: filter.sort, ..Default::default() });
        };
        view! {
            <button type="button" class="btn q" on:click=press>
                {t(key::REWARDS_SHOW_ALL)}
            </button>
        }
        .into_any()
    } else if catalogue.portal.has("earning-rules") {
        view! {
            <a class="btn q" href=Route::Earn.href()>
                {t(key::REASON_INSUFFICIENT_POINTS_NEXT)}
            </a>
        }
        .into_any()
    } else {
        ().into_any()
    };
    notice(Notice { icon, title: t(title).into(), text: t(text).into(), safe: None, alert: false }, action)
}

fn more(catalogue: Catalogue) -> AnyView {
    let busy = catalogue.more_busy;
    view! {
        <p class="err" role="alert">
            {move || catalogue.more_fault.get()}
        </p>
        <button
            type="button"
            class="btn q mt-5"
            aria-disabled=move || busy.get().then_some("true")
            aria-busy=move || busy.get().then_some("true")
            on:click=move |_| load_more(catalogue)
        >
            {t(key::ACTION_MORE)}
        </button>
    }
    .into_any()
}

fn load_more(catalogue: Catalogue) {
    let Some(shelf) = catalogue.shelf.peek() else { return };
    let Some(cursor) = shelf.page.next_cursor.clone() else { return };
    if catalogue.more_busy.get_untracked() || untrack(|| catalogue.is_old()) {
        return;
    }
    catalogue.more_busy.set(true);
    catalogue.more_fault.set(None);
    spawn_local(async move {
        let next = read(shelf.filter.clone(), PAGE, Some(cursor)).await;
        // Given back means that the screen is gone.
        if catalogue.more_busy.try_set(false).is_some() {
            return;
        }
        match next {
            // Meanwhile it may have become another list.
            Ok(next) => {
                if catalogue.shelf.peek().as_ref() == Some(&shelf) {
                    catalogue.shelf.put(join(shelf, next));
                }
            }
            Err(error) if error.is_signed_out() => session::ended(),
            Err(error) => catalogue.more_fault.set(Some(line(&error))),
        }
    });
}

/// A list may move between two pages; what is there already isn't shown twice.
fn join(mut shelf: Shelf, next: Shelf) -> Shelf {
    for reward in next.page.data {
        if shelf.page.data.iter().all(|known| known.id != reward.id) {
            shelf.page.data.push(reward);
        }
    }
    shelf.page.next_cursor = next.page.next_cursor;
    shelf.page.total = next.page.total.or(shelf.page.total);
    shelf
}

/// A limited reward that opens at a time.
fn drop_card(catalogue: Catalogue, reward: &Reward, from: Instant) -> AnyView {
    let left = RwSignal::new(from.0 - clock::now().0);
    let ticker = timer::every(1000, move || {
        let now = from.0 - clock::now().0;
        let before = left.try_get_untracked();
        let _ = left.try_set(now);
        if now <= 0 && before.is_some_and(|before| before > 0) {
            catalogue.shelf.load();
        }
    });
    let ticker = StoredValue::new_local(ticker);
    on_cleanup(move || drop(ticker.try_update_value(Option::take)));
    let two = |number: i64| {
        let mut text = number.to_string();
        if number < 10 {
            text.insert(0, '0');
        }
        text
    };
    let clock = move || {
        countdown(left.get()).map(|[hours, minutes, seconds]| {
            view! {
                <p class="num drop__cd" role="timer">
                    <b>{two(hours)}</b>
                    ":"
                    <b>{two(minutes)}</b>
                    ":"
                    <b>{two(seconds)}</b>
                </p>
            }
        })
    };
    let stock = match &reward.stock {
        Some(stock) => match stock.total {
            Some(total) => {
                let values = [("total", group(total)), ("n", group(stock.remaining))];
                fill(key::REWARDS_DROP_STOCK, &values.each_ref().map(|(name, text)| (*name, text.as_str())))
            }
            None => fill(key::REWARDS_LEFT, &[("n", &group(stock.remaining))]),
        },
        None => t(key::REWARDS_SOON).into(),
    };
    view! {
        <a class="drop" href=Route::Reward(reward.id.clone()).href()>
            <div class="drop__t">
                <p class="s">{stock}</p>
                <h2>{reward.title.clone()}</h2>
                {clock}
                <p class="s">{fill(key::REASON_NOT_IN_WINDOW, &[("date", &words::day_time(from))])}</p>
            </div>
            <span class="drop__p">{picture(reward.images.first())}</span>
        </a>
    }
    .into_any()
}

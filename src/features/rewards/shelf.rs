//! The list in memory: what the cards show of every reward that was read. It outlives the screen, so that coming back
//! finds list and place again, however far they had been scrolled.

use crate::api::wire::Page;
use crate::domain::date::Instant;
use crate::domain::reward::{Card, countdown};
use crate::domain::route::CatalogueFilter;
use crate::domain::window::Grid;
use crate::i18n::{Locale, locale};
use crate::platform::clock;
use litemap::LiteMap;
use std::cell::RefCell;
use std::ops::Range;

/// How far back a page is searched for what it has already brought: a list may move between two pages.
const OVERLAP: usize = 200;

/// How the grid was laid out, and by what.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Layout {
    /// Columns, and the height of a row with its gap.
    pub(super) grid: Grid,
    /// Width of the grid and size of the text; nothing was measured while they are 0.
    pub(super) by: (f64, f64),
}

#[derive(Default)]
struct Shelf {
    whose: Option<String>,
    tongue: Locale,
    filter: CatalogueFilter,
    cards: Vec<Card>,
    drop: Option<Card>,
    next: Option<String>,
    total: Option<i64>,
    layout: Layout,
    revision: u32,
    /// How often single cards were renewed, by their place.
    renewed: LiteMap<usize, u32>,
}

thread_local! {
    static SHELF: RefCell<Shelf> = RefCell::new(Shelf::default());
}

/// What is drawn once for a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Head {
    /// What the list is narrowed to.
    pub(super) filter: CatalogueFilter,
    /// What opens at a time, above the grid.
    pub(super) drop: Option<Card>,
    /// Whether there is nothing.
    pub(super) is_empty: bool,
}

/// How long the list is; it changes with every page.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Extent {
    /// Cards that were read.
    pub(super) cards: usize,
    /// Rewards that there are, with what opens at a time.
    pub(super) total: Option<i64>,
    /// Cards of the whole grid, -1 when nobody knows.
    pub(super) size: i64,
    /// Whether there is another page.
    pub(super) more: bool,
}

impl Shelf {
    fn touch(&mut self, at: usize) {
        *self.renewed.entry(at).or_default() += 1;
    }

    fn head(&self) -> Head {
        let is_empty = self.cards.is_empty() && self.drop.is_none();
        Head { filter: self.filter.clone(), drop: self.drop.clone(), is_empty }
    }
}

/// What the list is, if it is this member's, in this language and for this filter.
pub(super) fn kept(member: Option<&str>, filter: &CatalogueFilter) -> Option<Head> {
    SHELF.with_borrow(|shelf| {
        let same =
            shelf.whose.as_deref() == Some(member?) && shelf.tongue == locale() && shelf.filter == *filter;
        (same && shelf.revision > 0).then(|| shelf.head())
    })
}

/// Throws it away; how the grid was laid out still holds.
pub(super) fn forget() {
    SHELF.with_borrow_mut(|shelf| *shelf = Shelf { layout: shelf.layout, ..Shelf::default() });
}

/// Notes whose the list is, as soon as that is known. Whether it was somebody else's, and is thrown away.
pub(super) fn belongs_to(member: &str) -> bool {
    let was_others = SHELF.with_borrow(|shelf| shelf.whose.as_deref().is_some_and(|whose| whose != member));
    if was_others {
        forget();
    }
    SHELF.with_borrow_mut(|shelf| shelf.whose = Some(member.into()));
    was_others
}

/// How long it is.
pub(super) fn extent() -> Extent {
    SHELF.with_borrow(|shelf| Extent {
        cards: shelf.cards.len(),
        total: shelf.total,
        size: shelf.total.map_or(-1, |total| total - i64::from(shelf.drop.is_some())),
        more: shelf.next.is_some(),
    })
}

/// A limited reward that opens soon, or one whose seconds can be counted.
fn opens_soon(card: &Card, now: Instant) -> bool {
    card.from
        .filter(|from| *from > now)
        .is_some_and(|from| card.stock.is_some() || countdown(from.0 - now.0).is_some())
}

/// Begins the list anew with its first page.
pub(super) fn begin(filter: CatalogueFilter, mut page: Page<Card>) -> Head {
    let now = clock::now();
    let at = page.data.iter().position(|card| opens_soon(card, now));
    let drop = at.map(|at| page.data.remove(at));
    SHELF.with_borrow_mut(|shelf| {
        let same = shelf.filter == filter && shelf.cards == page.data && shelf.tongue == locale();
        if !same || shelf.revision == 0 {
            shelf.revision += 1;
            shelf.renewed.clear();
            shelf.cards = page.data;
        }
        shelf.tongue = locale();
        shelf.filter = filter;
        shelf.drop = drop;
        shelf.next = page.next_cursor;
        shelf.total = page.total;
        shelf.head()
    })
}

/// Adds a page. What is there already isn't shown twice.
pub(super) fn add(page: Page<Card>) {
    SHELF.with_borrow_mut(|shelf| {
        for card in page.data {
            let known =
                shelf.cards.iter().rev().take(OVERLAP).chain(&shelf.drop).any(|one| one.id == card.id);
            if !known {
                shelf.cards.push(card);
            }
        }
        shelf.next = page.next_cursor;
        shelf.total = page.total.or(shelf.total);
    });
}

/// Where the next page begins.
pub(super) fn next() -> Option<String> {
    SHELF.with_borrow(|shelf| shelf.next.clone())
}

/// Calls `with` for some cards.
pub(super) fn each<T>(cells: Range<usize>, with: impl FnMut(&Card) -> T) -> Vec<T> {
    SHELF.with_borrow(|shelf| shelf.cards.get(cells).unwrap_or_default().iter().map(with).collect())
}

/// Puts newer cards in the place of those that are there.
pub(super) fn renew(cards: Vec<Card>) {
    SHELF.with_borrow_mut(|shelf| {
        for card in cards {
            let at = shelf.cards.iter().position(|known| known.id == card.id && *known != card);
            if let Some(at) = at {
                shelf.cards[at] = card;
                shelf.touch(at);
            }
        }
    });
}

/// Changes with what stands in these places: with the list as a whole, and with single cards.
pub(super) fn revision(cells: Range<usize>) -> (u32, u32) {
    SHELF.with_borrow(|shelf| {
        let place = |at: usize| shelf.renewed.find_index(&at).unwrap_or_else(|next| next);
        let renewed = shelf.renewed.get_indexed_range(place(cells.start)..place(cells.end));
        (shelf.revision, renewed.map_or(0, |renewed| renewed.values().sum()))
    })
}

/// Follows the member's mark: a list of favourites loses what isn't one any more.
pub(super) fn mark(id: &str, favourite: bool) {
    SHELF.with_borrow_mut(|shelf| {
        let Some(at) = shelf.cards.iter().position(|card| card.id == id) else { return };
        if shelf.filter.favourites && !favourite {
            shelf.cards.remove(at);
            shelf.total = shelf.total.map(|total| total - 1);
            shelf.revision += 1;
        } else if let Some(card) = shelf.cards.get_mut(at) {
            card.favourite = favourite;
            shelf.touch(at);
        }
    });
}

/// How the grid was laid out the last time.
pub(super) fn layout() -> Layout {
    SHELF.with_borrow(|shelf| shelf.layout)
}

/// Keeps how the grid is laid out.
pub(super) fn keep_layout(layout: Layout) {
    SHELF.with_borrow_mut(|shelf| shelf.layout = layout);
}

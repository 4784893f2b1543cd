//! The ledger: by kind, by month, a page at a time.

use super::entry;
use crate::api::error::ApiError;
use crate::api::wire::{self, Page};
use crate::api::{client, endpoint};
use crate::domain::date::Instant;
use crate::domain::ledger::{LedgerMonth, by_month, month_word, parse_month};
use crate::domain::number::{group, signed};
use crate::domain::points::{Entry, EntryKind, Summary};
use crate::domain::route::Route;
use crate::i18n::{Key, fill, key, t};
use crate::parts::failure;
use crate::parts::remote::remote;
use crate::platform::{clock, dom, intl, timer};
use crate::state::{Query, memo, nav, portal, session};
use crate::ui::{Build, Notice, bone, icon_small, notice};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The ledger on screen.
#[derive(Clone, Copy)]
pub(super) struct Ledger {
    kind: Memo<Option<EntryKind>>,
    entries: Query<Page<Entry>>,
    summary: Query<Summary>,
    /// Identifiers of the entries that are open.
    pub(super) open: RwSignal<Vec<String>>,
    busy: RwSignal<bool>,
    failed: RwSignal<Option<ApiError>>,
}

async fn fetch(kind: Option<EntryKind>, cursor: Option<String>) -> Result<Page<Entry>, ApiError> {
    let reply = client::get(endpoint::transactions(kind, cursor.as_deref())).await?;
    reply.decode(|node| wire::strict_page(node, wire::points::entry))
}

impl Ledger {
    fn new(summary: Query<Summary>) -> Self {
        let nav = nav::nav();
        let kind = memo(move |_| match nav.route() {
            Route::Points { kind: Some(word) } => {
                Some(EntryKind::parse(&word)).filter(|kind| *kind != EntryKind::Other)
            }
            _ => None,
        });
        let entries = Query::new(move || fetch(kind.get_untracked(), None));
        let ledger = Self {
            kind,
            entries,
            summary,
            open: RwSignal::new(Vec::new()),
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
        };
        Effect::new(move |before: Option<Option<EntryKind>>| {
            let kind = kind.get();
            if before.is_some_and(|before| before != kind) {
                ledger.open.set(Vec::new());
                ledger.failed.set(None);
                entries.clear();
                entries.load();
            }
            kind
        });
        ledger
    }

    /// Reads the next page. A second press while it is on its way does nothing.
    fn more(self) {
        let Some(cursor) = self.entries.peek().and_then(|page| page.next_cursor) else { return };
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failed.set(None);
        let kind = self.kind.get_untracked();
        spawn_local(async move {
            let answer = fetch(kind, Some(cursor.clone())).await;
            // The screen may be gone, or show another kind by now.
            if self.busy.try_set(false).is_some() || self.kind.get_untracked() != kind {
                return;
            }
            match answer {
                Ok(page) => self.append(page, &cursor).await,
                Err(error) if error.is_signed_out() => session::ended(),
                Err(error) => self.failed.set(Some(error)),
            }
        });
    }

    async fn append(self, page: Page<Entry>, cursor: &str) {
        let Some(mut known) =
            self.entries.peek().filter(|known| known.next_cursor.as_deref() == Some(cursor))
        else {
            return;
        };
        let first = known.data.len();
        let new = page.data.into_iter().filter(|new| known.data.iter().all(|old| old.id != new.id));
        let new: Vec<_> = new.collect();
        known.data.extend(new);
        known.next_cursor = page.next_cursor;
        self.entries.put(known);
        // The entries are drawn in the microtask after this one.
        timer::sleep(0).await;
        let mut selector = String::from("[data-entry=\"");
        selector.push_str(&first.to_string());
        selector.push_str("\"]");
        dom::focus(&selector);
    }
}

/// The section.
pub(super) fn section(summary: Query<Summary>) -> AnyView {
    let ledger = Ledger::new(summary);
    view! {
        <section class="sec">
            <h2 class="vh">{t(key::POINTS_LEDGER)}</h2>
            {chips(ledger)}
            {remote(ledger.entries, bones, move |page| list(ledger, &page))}
        </section>
    }
    .built()
}

fn bones() -> AnyView {
    let row = |_| {
        view! {
            <li class="li">
                <span class="glyph"></span>
                <span class="grow">{bone("t", 8)}{bone("s", 6)}</span>
                {bone("t", 3)}
            </li>
        }
    };
    view! {
        <p class="lmonth">{bone("t", 3)}</p>
        <ul>{(0..10).map(row).collect_view()}</ul>
    }
    .built()
}

fn chips(ledger: Ledger) -> AnyView {
    const WORDS: [Key; 6] = [
        key::POINTS_KIND_ALL,
        key::POINTS_KIND_EARN,
        key::POINTS_KIND_SPEND,
        key::POINTS_KIND_EXPIRE,
        key::POINTS_KIND_REFUND,
        key::POINTS_KIND_ADJUST,
    ];
    let nav = nav::nav();
    let chip = |(index, word): (usize, Key)| {
        let kind = index.checked_sub(1).and_then(|index| EntryKind::ALL.get(index).copied());
        let count = move || {
            let count = ledger.summary.known().and_then(|summary| summary.counts.get(index).copied());
            count.map(|count| view! { <span class="num">{group(count)}</span> })
        };
        let pressed = move || if ledger.kind.get() == kind { "true" } else { "false" };
        let press = move |_| {
            nav.replace(&Route::Points { kind: kind.map(|kind| kind.name().into()) });
        };
        view! {
            <button type="button" class="chip" aria-pressed=pressed on:click=press>
                {t(word)}
                " "
                {count}
            </button>
        }
        .built()
    };
    let chips = WORDS.into_iter().enumerate().map(chip).collect_view();
    view! {
        <div class="chips" role="group" aria-label=t(key::POINTS_FILTER)>
            {chips}
        </div>
    }
    .built()
}

fn list(ledger: Ledger, page: &Page<Entry>) -> AnyView {
    if page.data.is_empty() {
        return empty(ledger.kind.get_untracked());
    }
    let months = by_month(&page.data, page.next_cursor.is_some(), &intl::offset_minutes);
    let group = |one: &LedgerMonth| {
        let range = one.entries.clone();
        let entries = page.data.get(range.clone()).unwrap_or_default();
        let rows =
            entries.iter().zip(range).map(|(one, index)| entry::row(ledger, one, index)).collect_view();
        view! {
            {month_head(ledger, one)}
            <ul>{rows}</ul>
        }
        .built()
    };
    view! {
        {months.iter().map(group).collect_view()}
        {page.next_cursor.is_some().then(|| more_button(ledger))}
    }
    .built()
}

fn month_head(ledger: Ledger, month: &LedgerMonth) -> AnyView {
    let (word, came, went, complete) = (month.month.map(month_word), month.came, month.went, month.complete);
    let name = word.as_deref().map(month_name).unwrap_or_default();
    let sums = move || {
        let (came, went) = if complete {
            (came, went)
        } else {
            let summary = ledger.summary.known()?;
            let known = summary.months.iter().find(|one| Some(&one.month) == word.as_ref())?;
            known.flows(ledger.kind.get())
        };
        let sum = |value: i64| (value != 0).then(|| view! { <span class="num">{signed(value)}</span> });
        Some(view! { <span>{sum(came)} " " {sum(went.saturating_neg())}</span> })
    };
    view! {
        <div class="lmonth">
            <h3>{if name.is_empty() { t(key::POINTS_KIND_OTHER).into() } else { name }}</h3>
            {sums}
        </div>
    }
    .built()
}

/// A month by the contract's word as people say it; with the year when it is another one than now.
pub(super) fn month_name(word: &str) -> String {
    let Some((year, month)) = parse_month(word) else { return word.into() };
    // The middle of the month is in it in every zone.
    let middle = Instant::from_civil(year.into(), month.into(), 15, 12, 0);
    let name = intl::show(middle, intl::Style::Month);
    if intl::civil(clock::now()).is_some_and(|now| now.year == year) {
        return name;
    }
    fill(key::POINTS_MONTH_OF, &[("year", &year.to_string()), ("month", &name)])
}

fn more_button(ledger: Ledger) -> AnyView {
    let busy = move || ledger.busy.get().then_some("true");
    let failed = move || {
        ledger.failed.get().map(|error| {
            view! {
                <p class="note note--bad" role="alert">
                    {icon_small("alert")}
                    <span>{failure::line(&error)}</span>
                </p>
            }
        })
    };
    view! {
        {failed}
        <button
            type="button"
            class="btn q mt-4"
            aria-disabled=busy
            aria-busy=busy
            on:click=move |_| ledger.more()
        >
            {t(key::ACTION_MORE)}
        </button>
    }
    .built()
}

fn empty(kind: Option<EntryKind>) -> AnyView {
    let link = |route: Route, text: String| {
        view! {
            <a class="btn q" href=route.href()>
                {text}
            </a>
        }
        .built()
    };
    let say = |title, text, action| {
        let said =
            Notice { icon: "clock", title: t(title).into(), text: t(text).into(), safe: None, alert: false };
        notice(said, action)
    };
    if kind.is_some() {
        let nav = nav::nav();
        let all = view! {
            <button type="button" class="btn q" on:click=move |_| nav.replace(&Route::Points { kind: None })>
                {t(key::REWARDS_SHOW_ALL)}
            </button>
        }
        .built();
        return say(key::POINTS_EMPTY_KIND, key::POINTS_EMPTY_KIND_TEXT, all);
    }
    let portal = portal();
    let action = if portal.has("earning-rules") {
        link(Route::Earn, fill(key::EARN_TITLE, &[("points", &portal.points_name())]))
    } else {
        ().into_any()
    };
    say(key::POINTS_EMPTY, key::POINTS_EMPTY_TEXT, action)
}

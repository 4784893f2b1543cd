//! An order of preference: dragged, or moved step by step.

use super::{Place, each, focus_later, key_of, part};
use crate::domain::survey::Value;
use crate::i18n::{fill, key, t};
use crate::parts::symbols::symbol;
use crate::ui::{Build, icon, live};
use leptos::ev::PointerEvent;
use leptos::html::Ol;
use leptos::prelude::*;
use survey::{Form, Id};
use web_sys::Element;

/// A choice, under its key.
#[derive(Clone, Debug, Default, PartialEq)]
struct Piece {
    key: String,
    value: Value,
    text: String,
}

/// What is ranked, best first, and what isn't yet.
#[derive(Clone, Debug, Default, PartialEq)]
struct Order {
    ranked: Vec<Piece>,
    rest: Vec<Piece>,
    answered: bool,
}

impl Order {
    fn of(form: &Form, id: Id) -> Self {
        let mut rest: Vec<Piece> = form
            .choices(id)
            .into_iter()
            .map(|choice| Piece { key: key_of(&choice), value: choice.value, text: choice.text })
            .collect();
        let mut ranked = Vec::new();
        for value in form.value(id).as_array().unwrap_or_default() {
            if let Some(at) = rest.iter().position(|piece| piece.value == *value) {
                ranked.push(rest.remove(at));
            }
        }
        let answered = !ranked.is_empty();
        if !form.props(id).flag("selectToRankEnabled", false) {
            ranked.append(&mut rest);
        }
        Self { ranked, rest, answered }
    }
}

/// What happens in one question. Copying it copies the handle.
#[derive(Clone, Copy)]
struct Rank {
    place: Place,
    order: Memo<Order>,
    /// The order while something is dragged.
    dragged: RwSignal<Option<Vec<Piece>>>,
    held: RwSignal<Option<String>>,
    list: NodeRef<Ol>,
    said: RwSignal<String>,
    /// Whether choices are taken one by one.
    picks: bool,
}

impl Rank {
    fn pieces(self) -> Vec<Piece> {
        self.dragged.get().unwrap_or_else(|| self.order.with(|order| order.ranked.clone()))
    }

    fn peek(self) -> Vec<Piece> {
        untrack(|| self.pieces())
    }

    /// Where a choice stands, from 0, and what it says.
    fn find(self, key: &str) -> Option<(usize, Piece)> {
        self.pieces().into_iter().enumerate().find(|(_, piece)| piece.key == key)
    }

    fn answer(self, pieces: Vec<Piece>) {
        self.dragged.set(None);
        let list: Vec<Value> = pieces.into_iter().map(|piece| piece.value).collect();
        self.place.answer(if list.is_empty() { Value::Null } else { Value::Array(list) });
    }

    fn tell(self, key: &str) {
        let total = self.peek().len().to_string();
        if let Some((at, piece)) = untrack(|| self.find(key)) {
            let place = (at + 1).to_string();
            let values = [("item", piece.text.as_str()), ("n", &place), ("total", &total)];
            self.said.set(fill(key::SURVEY_RANK_SAID, &values));
        }
    }

    /// One place up or down.
    fn step(self, key: &str, up: bool, button: &str) {
        let mut pieces = self.peek();
        let Some(at) = pieces.iter().position(|piece| piece.key == key) else { return };
        let to = if up { at.checked_sub(1) } else { Some(at + 1).filter(|to| *to < pieces.len()) };
        let Some(to) = to else { return };
        pieces.swap(at, to);
        self.answer(pieces);
        self.tell(key);
        // What is moved in the page loses the focus.
        focus_later(["#", button].concat());
    }

    fn add(self, key: &str) {
        let mut pieces = self.peek();
        let rest = self.order.with_untracked(|order| order.rest.clone());
        let most = self.place.number("maxSelectedChoices") as usize;
        if most > 0 && pieces.len() >= most {
            self.said.set(fill(key::SURVEY_FULL, &[("n", &most.to_string())]));
            return;
        }
        pieces.extend(rest.into_iter().find(|piece| piece.key == key));
        self.answer(pieces);
        self.tell(key);
        self.focus_on_next();
    }

    fn remove(self, key: &str) {
        let mut pieces = self.peek();
        let Some(at) = pieces.iter().position(|piece| piece.key == key) else { return };
        let piece = pieces.remove(at);
        self.answer(pieces);
        self.said.set(fill(key::SURVEY_RANK_OUT, &[("item", &piece.text)]));
        self.focus_on_next();
    }

    /// What had the focus went: to what can be added next, or to the order.
    fn focus_on_next(self) {
        let done = self.order.with_untracked(|order| order.rest.is_empty());
        let next = if done { " .rank button" } else { " .rank__add" };
        focus_later(["#", &self.place.element("q"), next].concat());
    }

    fn grab(self, event: &PointerEvent, key: &str) {
        if self.place.off().get_untracked() || event.button() != 0 {
            return;
        }
        event.prevent_default();
        // The list has the pointer, as the piece is taken out of the page and put in again.
        if let Some(list) = self.list.get_untracked() {
            let _ = list.set_pointer_capture(event.pointer_id());
        }
        self.held.set(Some(key.into()));
        self.dragged.set(Some(self.peek()));
    }

    fn drag(self, event: &PointerEvent) {
        let Some(held) = self.held.get_untracked() else { return };
        let mut pieces = self.peek();
        let Some(from) = pieces.iter().position(|piece| piece.key == held) else { return };
        let Some(list) = self.list.get_untracked() else { return };
        let y = f64::from(event.client_y());
        let to =
            middles(&list).into_iter().enumerate().filter(|(at, middle)| *at != from && *middle < y).count();
        if to != from && to < pieces.len() {
            let piece = pieces.remove(from);
            pieces.insert(to, piece);
            self.dragged.set(Some(pieces));
        }
    }

    fn release(self, keep: bool) {
        let Some(held) = self.held.get_untracked() else { return };
        self.held.set(None);
        let pieces = self.peek();
        self.dragged.set(None);
        let moved = self.order.with_untracked(|order| order.ranked != pieces);
        if keep && moved {
            self.answer(pieces);
            self.tell(&held);
        }
    }
}

/// The heights in the window at which the pieces of a list have their middles.
fn middles(list: &Element) -> Vec<f64> {
    let children = std::iter::successors(list.first_element_child(), Element::next_element_sibling);
    children
        .map(|child| {
            let place = child.get_bounding_client_rect();
            place.top() + place.height() / 2.0
        })
        .collect()
}

pub(super) fn ranking(place: Place) -> AnyView {
    let rank = Rank {
        place,
        order: place.read(Order::of),
        dragged: RwSignal::new(None),
        held: RwSignal::new(None),
        list: NodeRef::new(),
        said: RwSignal::new(String::new()),
        picks: place.flag("selectToRankEnabled"),
    };
    let keys = move || rank.pieces().into_iter().map(|piece| piece.key).collect::<Vec<_>>();
    let keys = Memo::new(move |_| keys());
    view! {
        <div
            role="group"
            aria-labelledby=place.named()
            aria-describedby=place.described()
            aria-disabled=place.off_mark()
        >
            <ol
                class="rank"
                node_ref=rank.list
                on:pointermove=move |event| rank.drag(&event)
                on:pointerup=move |_| rank.release(true)
                on:pointercancel=move |_| rank.release(false)
            >
                {each(move || keys.get(), move |key| piece(rank, key))}
            </ol>
            {rank.picks.then(|| rest(rank))}
            {(!rank.picks).then(|| keep(rank))}
        </div>
        <p class="vh" aria-live="polite">
            {move || rank.said.get()}
        </p>
    }
    .built()
}

/// A number for the elements of a piece, which stays while it moves.
fn number_of(rank: Rank, key: &str) -> usize {
    let choices = rank.place.peek(|form, id| form.choices(id));
    choices.iter().position(|choice| key_of(choice) == key).unwrap_or_default()
}

fn piece(rank: Rank, key: String) -> AnyView {
    let text = untrack(|| rank.find(&key)).map(|(_, piece)| piece.text).unwrap_or_default();
    let number = number_of(rank, &key);
    let key = StoredValue::new(key);
    let at = move || key.with_value(|key| rank.find(key)).map(|(at, _)| at + 1).unwrap_or_default();
    let at = Memo::new(move |_| at());
    let class = move || {
        let held = rank.held.with(|held| key.with_value(|key| held.as_ref() == Some(key)));
        if held { "rank__p held" } else { "rank__p" }
    };
    let grab = move |event: PointerEvent| key.with_value(|key| rank.grab(&event, key));
    let out = rank.picks.then(|| {
        view! {
            <button
                type="button"
                class="icbtn"
                disabled=rank.place.off()
                aria-label=fill(key::SURVEY_RANK_REMOVE, &[("item", &text)])
                on:click=move |_| key.with_value(|key| rank.remove(key))
            >
                {icon("close")}
            </button>
        }
    });
    let shown = move || {
        if rank.order.with(|order| order.answered) { at.get().to_string() } else { String::from("–") }
    };
    view! {
        <li class=class>
            <span class="rank__g" aria-hidden="true" on:pointerdown=grab>
                <svg viewBox="0 0 24 24" class="ic">
                    <path d="M9 6v.1M15 6v.1M9 12v.1M15 12v.1M9 18v.1M15 18v.1"></path>
                </svg>
            </span>
            <span class="rank__n num">{shown}</span>
            <span class="grow">{text.clone()}</span>
            {out}
            {arrow(rank, key, number, at, true, &text)}
            {arrow(rank, key, number, at, false, &text)}
        </li>
    }
    .built()
}

fn arrow(
    rank: Rank,
    key: StoredValue<String>,
    number: usize,
    at: Memo<usize>,
    up: bool,
    text: &str,
) -> AnyView {
    let name = part(if up { "u" } else { "w" }, rank.place.id, Some(number));
    let label = fill(if up { key::SURVEY_RANK_UP } else { key::SURVEY_RANK_DOWN }, &[("item", text)]);
    // It keeps the focus at the end of its way, so it isn't taken out of the order of tabs there.
    let end = move || if up { at.get() == 1 } else { at.get() == rank.pieces().len() };
    let off = rank.place.off();
    let ended = Signal::derive(move || (off.get() || end()).then_some("true"));
    let button = name.clone();
    let press = move |_| {
        if ended.get_untracked().is_none() {
            key.with_value(|key| rank.step(key, up, &button));
        }
    };
    view! {
        <button
            id=name
            type="button"
            class=if up { "icbtn" } else { "icbtn icbtn--down" }
            aria-label=label
            aria-disabled=ended
            on:click=press
        >
            {symbol("up")}
        </button>
    }
    .built()
}

/// What can be added to the order.
fn rest(rank: Rank) -> AnyView {
    let keys = Memo::new(move |_| {
        rank.order.with(|order| order.rest.iter().map(|piece| piece.key.clone()).collect::<Vec<_>>())
    });
    let one = move |key: String| {
        let text = rank.order.with_untracked(|order| {
            order.rest.iter().find(|piece| piece.key == key).map(|piece| piece.text.clone())
        });
        view! {
            <li>
                <button
                    type="button"
                    class="opt rank__add"
                    disabled=rank.place.off()
                    on:click=move |_| rank.add(&key)
                >
                    <span>{text}</span>
                    {symbol("plus")}
                </button>
            </li>
        }
        .built()
    };
    let hint = move || {
        if keys.with(Vec::is_empty) { ().into_any() } else { t(key::SURVEY_RANK_REST).into_any() }
    };
    view! {
        <p class="s muted rank__h">{live(hint)}</p>
        <ul class="opts rank__rest">{each(move || keys.get(), one)}</ul>
    }
    .built()
}

/// The order as it stands may be the answer.
fn keep(rank: Rank) -> AnyView {
    live(move || {
        if rank.order.with(|order| order.answered) {
            return ().into_any();
        }
        let press = move |_| {
            rank.answer(rank.peek());
            rank.focus_on_next();
        };
        view! {
            <button type="button" class="btn q sm rank__k" disabled=rank.place.off() on:click=press>
                {t(key::SURVEY_RANK_KEEP)}
            </button>
        }
        .built()
    })
}

//! The same panel as often as the member wants.

use super::super::question::{contents, reachable};
use super::{Place, each, focus_later, part};
use crate::i18n::{fill, key, t};
use crate::parts::symbols::symbol_small;
use crate::ui::{Build, live};
use leptos::prelude::*;
use survey::form::EntryView;
use survey::{Form, Id};

/// The panels, each with its number.
type Entries = Memo<Vec<(usize, String, Id)>>;

fn read(form: &Form, id: Id) -> Vec<(usize, String, Id)> {
    let one = |entry: EntryView| Some((entry.uid, entry.title, entry.panel?));
    form.entries(id).into_iter().filter_map(one).collect()
}

/// The panel is another one when the answers came anew.
fn key_of((uid, _, panel): &(usize, String, Id)) -> String {
    [&uid.to_string(), ".", &panel.to_string()].concat()
}

pub(super) fn panels(place: Place) -> AnyView {
    let entries: Entries = place.read(read);
    let keys = Memo::new(move |_| entries.with(|entries| entries.iter().map(key_of).collect::<Vec<_>>()));
    let asked = RwSignal::new(None::<usize>);
    let addable = place.read(Form::can_add_panel);
    let none = move || match place.text("noEntriesText").filter(|_| keys.with(Vec::is_empty)) {
        Some(text) => view! { <p class="s muted">{text}</p> }.built(),
        None => ().into_any(),
    };
    view! {
        <div role="group" aria-labelledby=place.named() aria-describedby=place.described()>
            {live(none)}
            {each(move || keys.get(), move |key| entry(place, entries, asked, &key))}
            {live(move || if addable.get() { untrack(|| add(place)) } else { ().into_any() })}
            <p class="qd s muted" role="status">
                {move || count(place, entries)}
            </p>
        </div>
    }
    .built()
}

/// How many there are, once there can be another number of them.
fn count(place: Place, entries: Entries) -> Option<String> {
    let free = place.peek(|form, id| {
        form.props(id).flag("allowAddPanel", true) || form.props(id).flag("allowRemovePanel", true)
    });
    let mut said = fill(key::SURVEY_PANEL_COUNT, &[("n", &entries.with(Vec::len).to_string())]);
    let most = place.number("maxPanelCount");
    if most > 0 {
        said.push_str(&fill(key::SURVEY_PANEL_MOST, &[("n", &most.to_string())]));
    }
    free.then_some(said)
}

fn add(place: Place) -> AnyView {
    let press = move |_| {
        let before: Vec<usize> = place.peek(read).into_iter().map(|(uid, ..)| uid).collect();
        place.change(|form, id| _ = form.add_panel(id));
        let new = place.peek(read).into_iter().find(|(uid, ..)| !before.contains(uid));
        if let Some((uid, ..)) = new {
            focus_later(reachable(&["#", &part("p", place.id, Some(uid))].concat()));
        }
    };
    view! {
        <button id=place.element("a") type="button" class="btn q" on:click=press>
            {symbol_small("plus")}
            {place.text("addPanelText").unwrap_or_else(|| t(key::SURVEY_PANEL_ADD).into())}
        </button>
    }
    .built()
}

/// One panel; `asked` is the one whose removal waits for a second word.
fn entry(place: Place, entries: Entries, asked: RwSignal<Option<usize>>, key: &str) -> AnyView {
    let found = entries.with_untracked(|entries| entries.iter().find(|entry| key_of(entry) == key).cloned());
    let Some((uid, _, panel)) = found else { return ().into_any() };
    let title = Memo::new(move |_| {
        entries.with(|entries| {
            let at = entries.iter().position(|(known, ..)| *known == uid).unwrap_or_default();
            let own = entries.get(at).map(|(_, title, _)| title.clone()).filter(|title| !title.is_empty());
            own.unwrap_or_else(|| fill(key::SURVEY_PANEL_NTH, &[("n", &(at + 1).to_string())]))
        })
    });
    let removable = place.read(Form::can_remove_panel);
    let name = part("h", place.id, Some(uid));
    let remove = move || {
        if removable.get() {
            let asks = asked.get() == Some(uid);
            untrack(|| if asks { confirm(place, asked, uid) } else { bin(place, asked, uid, panel) })
        } else {
            ().into_any()
        }
    };
    let level = Signal::derive(|| 4_u8);
    view! {
        <section id=part("p", place.id, Some(uid)) class="panel pane" aria-labelledby=name.clone()>
            <h3 id=name.clone() class="qf qf--l">
                {move || title.get()}
            </h3>
            {contents(place.run, panel, level, level)}
            {live(remove)}
        </section>
    }
    .built()
}

fn remove(place: Place, asked: RwSignal<Option<usize>>, uid: usize) {
    asked.set(None);
    place.change(|form, id| _ = form.remove_panel(id, uid));
    focus_later(if place.peek(Form::can_add_panel) {
        ["#", &place.element("a")].concat()
    } else {
        ["#", &place.element("q"), " .pane button"].concat()
    });
}

fn bin(place: Place, asked: RwSignal<Option<usize>>, uid: usize, panel: Id) -> AnyView {
    let press = move |_| {
        let written = place
            .run
            .peek(|form| form.questions_of(panel).into_iter().any(|question| !form.is_empty(question)));
        if written {
            asked.set(Some(uid));
            focus_later(["#", &part("y", place.id, Some(uid))].concat());
        } else {
            remove(place, asked, uid);
        }
    };
    let named = [&part("b", place.id, Some(uid)), " ", &part("h", place.id, Some(uid))].concat();
    view! {
        <button
            id=part("b", place.id, Some(uid))
            type="button"
            class="btn t sm pane__x"
            aria-labelledby=named
            on:click=press
        >
            {place.text("removePanelText").unwrap_or_else(|| t(key::SURVEY_PANEL_REMOVE).into())}
        </button>
    }
    .built()
}

/// What was written goes with the panel: only after a second word.
fn confirm(place: Place, asked: RwSignal<Option<usize>>, uid: usize) -> AnyView {
    let text = place.text("confirmDeleteText").unwrap_or_else(|| t(key::SURVEY_PANEL_ASK).into());
    let said = part("s", place.id, Some(uid));
    let keep = move |_| {
        asked.set(None);
        focus_later(["#", &part("b", place.id, Some(uid))].concat());
    };
    view! {
        <div class="pane__q" role="group" aria-labelledby=said.clone()>
            <p id=said.clone()>{text}</p>
            <div class="row">
                <button type="button" class="btn q sm" on:click=keep>
                    {t(key::SURVEY_PANEL_KEEP)}
                </button>
                <button
                    id=part("y", place.id, Some(uid))
                    type="button"
                    class="btn d sm"
                    aria-describedby=said.clone()
                    on:click=move |_| remove(place, asked, uid)
                >
                    {t(key::SURVEY_PANEL_REMOVE)}
                </button>
            </div>
        </div>
    }
    .built()
}

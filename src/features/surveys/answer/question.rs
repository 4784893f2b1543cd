//! The elements of a page: headings, questions with their controls, panels.

use super::controls::{Look, Place, comment, control, focus_on, watch};
use super::run::Run;
use crate::i18n::{fill, key, t};
use crate::platform::dom;
use crate::state::effect;
use crate::ui::{Build, live};
use leptos::prelude::*;
use survey::{Form, Id, Kind};

/// What can have the focus in a question.
const REACHABLE: [&str; 5] = [
    "input:not([disabled])",
    "select:not([disabled])",
    "textarea",
    "button:not([disabled])",
    "[tabindex='0']",
];
/// The first thing on the page that has to be put right.
const FAULT: &str = "main.q .err:not(:empty)";

/// How the title of a question is drawn.
pub(super) enum Title {
    /// As a heading of this level; 1 is the heading of the screen.
    Heading(Signal<u8>),
    /// As the name of a field among others.
    Field,
    /// Not at all: other elements, whose names the place has, say it.
    Elsewhere,
}

/// The visible elements of a page. Unless the page has a heading of its own (`headed`), the first title is the screen's heading.
pub(super) fn elements(run: Run, page: Id, headed: bool) -> AnyView {
    let level = |level: u8| Signal::derive(move || level);
    contents(run, page, level(if headed { 2 } else { 1 }), level(2))
}

/// Moves the focus to the first thing on the page that has to be put right. Whether there is one.
pub(super) fn show_fault() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    let fault = document.and_then(|document| document.query_selector(FAULT).ok()?);
    let Some(question) = fault.and_then(|fault| fault.closest(".ask").ok()?) else { return false };
    let mut question_id = String::from("#");
    question_id.push_str(&question.id());
    dom::reveal(&question_id);
    let wrong = [" [aria-invalid='true'] input:not([disabled])", " [aria-invalid='true']:not([role])"];
    let wrong = wrong.map(|wrong| [&question_id, wrong].concat()).join(",");
    let is_there = question.query_selector(&wrong).is_ok_and(|found| found.is_some());
    focus_on(&if is_there { wrong } else { reachable(&question_id) });
    true
}

/// The first control within what `around` selects.
pub(super) fn reachable(around: &str) -> String {
    let mut selector = String::new();
    for one in REACHABLE {
        if !selector.is_empty() {
            selector.push(',');
        }
        selector.push_str(around);
        selector.push(' ');
        selector.push_str(one);
    }
    selector
}

/// The elements of a page or a panel. All have their place; those that aren't visible are empty there, so that one that comes
/// or goes moves no other.
pub(super) fn contents(run: Run, container: Id, first: Signal<u8>, rest: Signal<u8>) -> AnyView {
    let heading = watch(run, container, first_titled);
    let drawn = StoredValue::new(false);
    effect(move || drawn.set_value(true));
    let one = |id: Id| {
        let shown = watch(run, id, Form::is_shown);
        let level = Signal::derive(move || if heading.get() == Some(id) { first.get() } else { rest.get() });
        live(
            move || {
                if shown.get() { untrack(|| any(run, id, level, drawn.get_value())) } else { ().into_any() }
            },
        )
    };
    run.peek(|form| form.contents(container).to_vec()).into_iter().map(one).collect_view().into_any()
}

fn first_titled(form: &Form, container: Id) -> Option<Id> {
    form.elements(container).into_iter().find(|id| !form.kind(*id).is_static())
}

fn any(run: Run, id: Id, level: Signal<u8>, late: bool) -> AnyView {
    if run.peek(|form| form.kind(id)).is_container() {
        panel(run, id, level, late)
    } else {
        question(Place::new(run, id, None), Title::Heading(level), late)
    }
}

/// A group of elements.
fn panel(run: Run, id: Id, level: Signal<u8>, late: bool) -> AnyView {
    let place = Place::new(run, id, None);
    let titled = place.peek(|form, id| !form.title(id).is_empty());
    if !titled {
        return view! {
            <div id=place.element("q") class=class_of("ask", late)>
                {contents(run, id, level, level)}
                {said(place)}
            </div>
        }
        .built();
    }
    let below = Signal::derive(move || level.get() + 1);
    view! {
        <section id=place.element("q") class=class_of("ask sub", late) aria-labelledby=place.element("t")>
            {title(place, Title::Heading(level), "qt qt--p")}
            {description(place)}
            {said(place)}
            {contents(run, id, below, below)}
        </section>
    }
    .built()
}

fn class_of(class: &'static str, late: bool) -> String {
    let mut class = String::from(class);
    if late {
        class.push_str(" ask--in");
    }
    class
}

/// A question; `late` says that it comes to a page that is on screen.
pub(super) fn question(place: Place, how: Title, late: bool) -> AnyView {
    let kind = place.kind();
    let bare = matches!(how, Title::Elsewhere);
    let class = match how {
        Title::Field => "ask ask--f",
        Title::Elsewhere => "ask ask--c",
        Title::Heading(_) if kind == Kind::Expression => "ask ask--x",
        Title::Heading(_) => "ask",
    };
    if kind.is_static() {
        let class = class_of(class, late);
        return view! {
            <div id=place.element("q") class=class>
                {control(place)}
            </div>
        }
        .built();
    }
    let small = if matches!(how, Title::Heading(_)) { "qt qt--s" } else { "qf" };
    // What is longer than the screen says above itself what is wrong with it.
    let (above, below) =
        if is_composite(kind) { (Some(said(place)), None) } else { (None, Some(said(place))) };
    view! {
        <div id=place.element("q") class=class_of(class, late)>
            {(!bare).then(|| title(place, how, small))}
            {(!bare).then(|| description(place))}
            {above}
            {control(place)}
            {below}
            {comment(place)}
        </div>
    }
    .built()
}

/// What is wrong with the answer, and what else there is to say about it.
fn said(place: Place) -> AnyView {
    let notes = move || {
        let notes = place.look.with(|look| look.notes.clone());
        if notes.is_empty() {
            ().into_any()
        } else {
            view! {
                <p class="s muted" role="status">
                    {notes}
                </p>
            }
            .built()
        }
    };
    view! {
        <p id=place.element("e") class="err" role="alert">
            {move || place.look.with(|look| look.faults.clone())}
        </p>
        {live(notes)}
    }
    .built()
}

/// The line below the title; an element without words where there is none, as controls name it.
fn description(place: Place) -> AnyView {
    view! {
        <p id=place.element("d") class="qd s muted">
            {move || place.look.with(|look| look.description.clone())}
        </p>
    }
    .built()
}

fn title(place: Place, how: Title, class: &'static str) -> AnyView {
    let name = place.element("t");
    let hidden = place.word("titleLocation") == "hidden";
    let words = move || {
        let (title, hints) = place.look.with(|look| (look.title.clone(), hints(place, look)));
        let hints = hints.join(" · ");
        let hints = (!hints.is_empty()).then(|| view! { " " <span class="s muted">{hints}</span> });
        view! {
            {title}
            {hints}
        }
        .built()
    };
    let level = match how {
        Title::Heading(level) => level,
        _ => {
            let field = matches!(place.kind(), Kind::Text | Kind::Comment | Kind::Dropdown);
            let class = if hidden { "vh" } else { class };
            return view! {
                <label id=name class=class for=field.then(|| place.element("f"))>
                    {live(words)}
                </label>
            }
            .built();
        }
    };
    live(move || {
        let name = name.clone();
        let level = level.get();
        let class = match (hidden, level) {
            (true, _) => "vh",
            (_, 1) => "qt",
            _ => class,
        };
        let words = live(words);
        match level {
            1 => view! { <h1 id=name class=class tabindex="-1">{words}</h1> }.into_any(),
            2 => view! { <h2 id=name class=class>{words}</h2> }.into_any(),
            3 => view! { <h3 id=name class=class>{words}</h3> }.into_any(),
            _ => view! { <h4 id=name class=class>{words}</h4> }.into_any(),
        }
    })
}

/// What a member needs to know before answering.
fn hints(place: Place, look: &Look) -> Vec<String> {
    let kind = place.kind();
    let mut hints = Vec::new();
    let number = |n: u32| n.to_string();
    if place.peek(|form, id| form.takes_many(id)) && kind != Kind::Ranking {
        let (least, most) = (place.number("minSelectedChoices"), place.number("maxSelectedChoices"));
        match (least, most) {
            // The questionnaire has its own words for it.
            _ if !look.description.is_empty() => {}
            (_, 1..) => hints.push(fill(key::SURVEY_MANY_HINT_MAX, &[("n", &number(most))])),
            (2.., _) => hints.push(fill(key::SURVEY_TOO_FEW, &[("n", &number(least))])),
            _ => hints.push(t(key::SURVEY_MANY_HINT).into()),
        }
    }
    if kind == Kind::Ranking && !place.flag("selectToRankEnabled") {
        hints.push(t(key::SURVEY_RANK_HINT).into());
    }
    if !look.enabled {
        hints.push(t(key::SURVEY_LOCKED).into());
    } else if !look.required && !is_composite(kind) {
        hints.push(t(key::SURVEY_OPTIONAL).into());
    }
    hints
}

/// Whether its parts say what is optional, or nothing is asked.
fn is_composite(kind: Kind) -> bool {
    use Kind::{Expression, Matrix, Matrixdropdown, Multipletext, Page, Panel, Paneldynamic};
    matches!(kind, Expression | Matrix | Matrixdropdown | Multipletext | Page | Panel | Paneldynamic)
}

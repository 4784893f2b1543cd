//! The controls of a survey, one for each kind of question: native inputs, drawn over.

mod choices;
mod dropdown;
mod grid;
mod matrix;
mod panels;
mod pictures;
mod ranking;
mod rare;
mod scale;
mod shown;
mod text;
mod writing;

pub(super) use rare::ahead;
pub(super) use writing::comment;

use super::run::Run;
use crate::domain::channel::Channel;
use crate::domain::survey::{Value, plain, write};
use crate::i18n::{key, t};
use crate::platform::{timer, viewport};
use crate::state::portal;
use crate::ui::Build;
use leptos::prelude::*;
use std::sync::Arc;
use survey::form::ChoiceView;
use survey::{Form, Id, Kind, Severity};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;

/// What is around the control of a question.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Look {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) required: bool,
    pub(super) enabled: bool,
    /// What keeps the page from being left, one to a line.
    pub(super) faults: String,
    /// What else there is to say about the answer, one to a line.
    pub(super) notes: String,
    /// The heading of the comment beside the answer, where there is one.
    pub(super) comment: Option<String>,
}

impl Look {
    fn of(form: &Form, id: Id) -> Self {
        let (mut faults, mut notes) = (String::new(), String::new());
        let own = form.own_errors(id);
        let told = match form.kind(id) {
            // That nothing is answered says also that rows are missing.
            Kind::Matrix => own.len().min(1),
            // Its parts say it.
            Kind::Multipletext if form.errors(id).len() > own.len() => 0,
            _ => own.len(),
        };
        for fault in own.iter().take(told) {
            let lines = if fault.severity == Severity::Error { &mut faults } else { &mut notes };
            if !lines.is_empty() {
                lines.push('\n');
            }
            // A validator may have no words of its own; something is wrong all the same.
            lines.push_str(if fault.text.trim().is_empty() { t(key::SURVEY_WRONG) } else { &fault.text });
        }
        Self {
            title: words(form.title(id)),
            description: words(form.text(id, "description")),
            required: form.is_required(id),
            enabled: form.is_enabled(id),
            faults,
            notes,
            comment: form.comment(id).map(|(title, _)| title),
        }
    }
}

/// A text of the definition, which may have markup.
fn words(text: String) -> String {
    if text.contains(['<', '&']) { plain(&text) } else { text }
}

/// A question on screen: what every control needs. Copying it copies the handle.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) run: Run,
    pub(super) id: Id,
    pub(super) look: Memo<Look>,
    /// The elements that name the control, where the question's title isn't drawn.
    names: StoredValue<Option<String>>,
}

/// An attribute that is there or not.
pub(super) type Mark = Signal<Option<&'static str>>;

impl Place {
    pub(super) fn new(run: Run, id: Id, names: Option<String>) -> Self {
        Self { run, id, look: watch(run, id, Look::of), names: StoredValue::new(names) }
    }

    pub(super) fn kind(self) -> Kind {
        self.run.peek(|form| form.kind(self.id))
    }

    /// Something of the form that is drawn again when it is another one.
    pub(super) fn read<T>(self, read: impl Fn(&Form, Id) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: Default + PartialEq + Send + Sync + 'static,
    {
        watch(self.run, self.id, read)
    }

    pub(super) fn peek<T>(self, read: impl FnOnce(&Form, Id) -> T) -> T {
        self.run.peek(|form| read(form, self.id))
    }

    pub(super) fn change(self, change: impl FnOnce(&mut Form, Id)) {
        self.run.change(|form| change(form, self.id));
    }

    pub(super) fn answer(self, value: Value) {
        self.change(|form, id| form.answer(id, value));
    }

    /// A word of the definition; empty where it isn't set.
    pub(super) fn word(self, property: &str) -> String {
        self.peek(|form, id| form.props(id).word(property).into())
    }

    /// What a browser may fill in: what the definition says, and nothing on a shared screen.
    pub(super) fn filled_in(self) -> Option<String> {
        if self.run.portal.channel == Channel::Kiosk {
            return Some("off".into());
        }
        Some(self.word("autocomplete")).filter(|word| !word.is_empty())
    }

    pub(super) fn flag(self, property: &str) -> bool {
        self.peek(|form, id| form.props(id).flag(property, false))
    }

    pub(super) fn number(self, property: &str) -> u32 {
        self.peek(|form, id| form.props(id).number(property, 0.0)).clamp(0.0, 100_000.0) as u32
    }

    /// A text of the definition, if there is one.
    pub(super) fn text(self, property: &str) -> Option<String> {
        Some(self.peek(|form, id| form.text(id, property))).filter(|text| !text.is_empty())
    }

    /// The name of an element that belongs to the question.
    pub(super) fn element(self, kind: &str) -> String {
        element(kind, self.id)
    }

    /// What names the control.
    pub(super) fn named(self) -> String {
        self.names.get_value().unwrap_or_else(|| self.element("t"))
    }

    /// What names a part of the control that has a name of its own.
    pub(super) fn named_with(self, part: &str) -> String {
        let mut named = self.named();
        named.push(' ');
        named.push_str(part);
        named
    }

    /// What describes the control.
    pub(super) fn described(self) -> String {
        let mut described = String::new();
        if self.names.with_value(Option::is_none) {
            described.push_str(&self.element("d"));
            described.push(' ');
        }
        described.push_str(&self.element("e"));
        described
    }

    pub(super) fn required(self) -> Mark {
        Signal::derive(move || self.look.with(|look| look.required.then_some("true")))
    }

    pub(super) fn invalid(self) -> Mark {
        Signal::derive(move || self.look.with(|look| (!look.faults.is_empty()).then_some("true")))
    }

    /// Whether it can't be answered now.
    pub(super) fn off(self) -> Signal<bool> {
        Signal::derive(move || self.look.with(|look| !look.enabled))
    }

    /// The same as an attribute.
    pub(super) fn off_mark(self) -> Mark {
        Signal::derive(move || self.look.with(|look| (!look.enabled).then_some("true")))
    }
}

type Read<T> = Box<dyn Fn(&Form, Id) -> T + Send + Sync>;

/// Something of an element that is drawn again when it is another one. When all answers come anew, an element of a cell or a
/// panel may be gone before its view is.
pub(super) fn watch<T>(run: Run, id: Id, read: impl Fn(&Form, Id) -> T + Send + Sync + 'static) -> Memo<T>
where
    T: Default + PartialEq + Send + Sync + 'static,
{
    let read: Read<T> = Box::new(read);
    Memo::new(move |_| run.with(|form| if form.has(id) { read(form, id) } else { T::default() }))
}

/// The name of an element that belongs to a question: `q` all of it, `t` its title, `d` its description, `f` its field, `e` its
/// error.
pub(super) fn element(kind: &str, id: Id) -> String {
    part(kind, id, None)
}

/// The name of a part of such an element.
fn part(kind: &str, id: Id, part: Option<usize>) -> String {
    let mut name = String::from(kind);
    name.push_str(&id.to_string());
    if let Some(part) = part {
        name.push('-');
        name.push_str(&part.to_string());
    }
    name
}

/// The control of a question.
pub(super) fn control(place: Place) -> AnyView {
    match place.kind() {
        Kind::Page | Kind::Panel => ().into_any(),
        Kind::Text => text::text(place),
        Kind::Comment => writing::answer(place),
        Kind::Radiogroup => choices::one(place),
        Kind::Checkbox => choices::any(place),
        Kind::Tagbox => choices::tags(place),
        Kind::Boolean => choices::boolean(place),
        Kind::Dropdown => dropdown::dropdown(place),
        Kind::Rating => scale::rating(place),
        Kind::Ranking
        | Kind::Imagepicker
        | Kind::Matrix
        | Kind::Matrixdropdown
        | Kind::Multipletext
        | Kind::Paneldynamic => rare::control(place),
        Kind::Html => shown::html(place),
        Kind::Image => shown::image(place),
        Kind::Expression => shown::expression(place),
    }
}

/// A list in which what stays keeps its elements, and with them focus and what is typed. Of equal keys only the first is drawn.
fn each(
    keys: impl Fn() -> Vec<String> + Send + Sync + 'static,
    draw: impl Fn(String) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let keys: Box<dyn Fn() -> Vec<String> + Send + Sync> = Box::new(keys);
    let draw: Arc<dyn Fn(String) -> AnyView + Send + Sync> = Arc::new(draw);
    view! { <For each=keys key=|key: &String| key.clone() children=move |key| untrack(|| draw(key)) /> }
        .built()
}

/// What tells a choice from the others.
fn key_of(choice: &ChoiceView) -> String {
    let mut key = write(&choice.value);
    key.push('\n');
    key.push_str(&choice.text);
    key
}

/// The choices of a question, each under its key.
type Choices = Memo<Vec<(String, ChoiceView)>>;

fn choices_of(place: Place) -> Choices {
    let read = |form: &Form, id: Id| -> Vec<(String, ChoiceView)> {
        form.choices(id).into_iter().map(|choice| (key_of(&choice), choice)).collect()
    };
    if place.peek(|form, id| form.has_changing_choices(id)) {
        return place.read(read);
    }
    // A page has hundreds of choices, and most of them change with nothing but the answer.
    let answer = place.read(|form, id| (form.value(id).clone(), form.other_is_chosen(id)));
    Memo::new(move |_| {
        // One that is only tracked is never made.
        answer.with(|_| ());
        place.peek(|form, id| if form.has(id) { read(form, id) } else { Vec::new() })
    })
}

fn keys_of<T>(list: &[(String, T)]) -> Vec<String> {
    list.iter().map(|(key, _)| key.clone()).collect()
}

/// One of the choices, as it is now.
fn choice_of<T: Default>(choices: Choices, key: &str, of: impl FnOnce(&ChoiceView) -> T) -> T {
    choices
        .try_with(|list| list.iter().find(|(known, _)| known == key).map(|(_, choice)| of(choice)))
        .flatten()
        .unwrap_or_default()
}

/// Moves the focus after the page has been drawn again, and the page so far that it is seen.
fn focus_later(selector: String) {
    spawn_local(async move {
        timer::sleep(0).await;
        focus_on(&selector);
    });
}

/// Moves the focus, and the page so far that it is seen.
pub(super) fn focus_on(selector: &str) {
    let document = web_sys::window().and_then(|window| window.document());
    let element = document.and_then(|document| document.query_selector(selector).ok()?);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// How wide the column of questions is, in rem; what is written in it grows with it.
fn width(channel: Channel) -> f64 {
    let (column, gutters) = if channel == Channel::Kiosk { (33.0, 3.0) } else { (30.0, 2.5) };
    let window = web_sys::window().and_then(|window| window.inner_width().ok()?.as_f64()).unwrap_or_default();
    (window / viewport::text_size().max(1.0)).min(column) - gutters
}

/// Whether there is room for a table: a heading of its rows and so many columns of `each` rem. It isn't drawn on a phone, where it
/// would have to be scrolled sideways.
fn has_room(columns: usize, each: f64) -> Signal<bool> {
    const PHONE: f64 = 26.0;
    const HEADING: f64 = 7.5;
    let channel = portal().channel;
    let fits = move || width(channel) >= (HEADING + each * columns as f64).max(PHONE);
    let room = RwSignal::new(fits());
    let watch = viewport::watch(move || {
        let now = fits();
        if room.try_get_untracked().is_some_and(|before| before != now) {
            room.set(now);
        }
    });
    let watch = StoredValue::new_local(watch);
    on_cleanup(move || drop(watch.try_update_value(Option::take)));
    room.into()
}

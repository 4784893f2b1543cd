//! One of several, any of several, yes or no.

use super::{Choices, Mark, Place, choice_of, choices_of, each, focus_later, keys_of, writing};
use crate::domain::survey::{Value, is_long};
use crate::i18n::{fill, key, t};
use crate::ui::{Build, icon_small, live};
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use survey::js::{EXACT, equals};
use survey::{Form, Kind};

/// A tag list of more choices than these has a field to find one.
const MANY: usize = 12;

/// What an option is drawn from: kind of input, the name that radios share, and the choice.
#[derive(Clone, Copy)]
pub(super) struct Options {
    pub(super) place: Place,
    pub(super) choices: Choices,
    pub(super) many: bool,
    /// Whether the last key that was pressed in the list was an arrow, which chooses on its way.
    arrow: StoredValue<bool>,
}

impl Options {
    pub(super) fn new(place: Place) -> Self {
        let many = place.peek(|form, id| form.takes_many(id));
        Self { place, choices: choices_of(place), many, arrow: StoredValue::new(false) }
    }

    /// The list, with what each choice looks like.
    pub(super) fn list(self, draw: fn(Self, String) -> AnyView) -> AnyView {
        let keys = Memo::new(move |_| self.choices.with(|list| keys_of(list)));
        each(move || keys.get(), move |key| draw(self, key))
    }

    /// The input of a choice, hidden behind what is drawn beside it.
    pub(super) fn input(self, key: &str) -> AnyView {
        let (chosen, asked, answered) = (String::from(key), String::from(key), String::from(key));
        let checked = Signal::derive(move || choice_of(self.choices, &chosen, |choice| choice.selected));
        let off = self.place.off();
        let disabled =
            Signal::derive(move || off.get() || !choice_of(self.choices, &asked, |choice| choice.enabled));
        view! {
            <input
                class="vh"
                type=if self.many { "checkbox" } else { "radio" }
                name=self.place.element("r")
                disabled=disabled
                prop:checked=checked
                on:change:target=move |event| self.take(&answered, event.target().checked())
            />
        }
        .built()
    }

    pub(super) fn text(self, key: &str) -> String {
        self.choices
            .with_untracked(|list| {
                list.iter().find(|(known, _)| known == key).map(|(_, choice)| choice.text.clone())
            })
            .unwrap_or_default()
    }

    fn take(self, key: &str, on: bool) {
        let found = self.choices.with_untracked(|list| {
            list.iter()
                .find(|(known, _)| known == key)
                .map(|(_, choice)| (choice.value.clone(), choice.other))
        });
        let Some((value, other)) = found else { return };
        if self.place.kind() == Kind::Rating {
            return self.place.answer(value);
        }
        self.place.change(|form, id| form.choose(id, &value, on));
        if other && on && !self.arrow.get_value() {
            let mut field = String::from("#");
            field.push_str(&self.place.element("o"));
            focus_later(field);
        }
    }

    pub(super) fn pressed(self, event: &KeyboardEvent) {
        self.arrow.set_value(event.key().starts_with("Arrow"));
    }

    pub(super) fn touched(self) {
        self.arrow.set_value(false);
    }

    /// What stands below the choices: the text of one of them, and why others can't be taken.
    pub(super) fn below(self) -> AnyView {
        let other = other(self.place, self.choices);
        let most = if self.many { self.place.number("maxSelectedChoices") } else { 0 };
        let taken =
            move || self.choices.with(|list| list.iter().filter(|(_, choice)| choice.selected).count());
        let full = move || {
            let full = most > 0 && taken() >= most as usize;
            full.then(|| fill(key::SURVEY_FULL, &[("n", &most.to_string())]))
        };
        let full = (most > 1).then(|| {
            view! {
                <p class="qd s muted" role="status">
                    {full}
                </p>
            }
        });
        view! {
            {other}
            {full}
        }
        .built()
    }
}

/// The text of the choice that asks for one, while it is taken.
pub(super) fn other(place: Place, choices: Choices) -> AnyView {
    let asked = place.read(Form::other_is_chosen);
    let named = Memo::new(move |_| {
        let text = choices.with(|list| {
            list.iter()
                .find(|(_, choice)| choice.other && choice.selected)
                .map(|(_, choice)| choice.text.clone())
        });
        text.filter(|_| asked.get())
    });
    live(move || match named.get() {
        Some(text) => writing::other(place, text),
        None => ().into_any(),
    })
}

fn class_of(place: Place, choices: Choices) -> &'static str {
    let columns = place.peek(|form, id| form.props(id).number("colCount", 0.0));
    let long = choices.with_untracked(|list| list.iter().any(|(_, choice)| is_long(&choice.text)));
    if long || columns == 1.0 { "opts one" } else { "opts" }
}

/// A choice with its words.
pub(super) fn option(options: Options, key: String) -> AnyView {
    let text = options.text(&key);
    let off = off_class(options, &key, "opt");
    view! {
        <label class=off>
            {options.input(&key)} <span>{text}</span> {icon_small("check")}
        </label>
    }
    .built()
}

/// The class of a choice, with ` off` behind it while it can't be taken.
pub(super) fn off_class(options: Options, key: &str, class: &'static str) -> Signal<String> {
    let key = String::from(key);
    let off = options.place.off();
    Signal::derive(move || {
        let mut class = String::from(class);
        if off.get() || !choice_of(options.choices, &key, |choice| choice.enabled) {
            class.push_str(" off");
        }
        class
    })
}

/// The frame of choices of which one is taken.
pub(super) fn radios(place: Place, class: String, named: String, invalid: Mark, inputs: AnyView) -> AnyView {
    view! {
        <div
            class=class
            role="radiogroup"
            aria-labelledby=named
            aria-describedby=place.described()
            aria-required=place.required()
            aria-invalid=invalid
            aria-disabled=place.off_mark()
        >
            {inputs}
        </div>
    }
    .built()
}

/// The frame of choices of which any can be taken.
pub(super) fn group(place: Place, class: String, named: String, inputs: AnyView) -> AnyView {
    view! {
        <div
            class=class
            role="group"
            aria-labelledby=named
            aria-describedby=place.described()
            aria-disabled=place.off_mark()
        >
            {inputs}
        </div>
    }
    .built()
}

/// A list of choices, in the frame that fits it.
pub(super) fn frame(options: Options, class: &str, draw: fn(Options, String) -> AnyView) -> AnyView {
    let place = options.place;
    let list = options.list(draw);
    let list = if options.many {
        group(place, class.into(), place.named(), list)
    } else {
        radios(place, class.into(), place.named(), place.invalid(), list)
    };
    let pressed = move |event: KeyboardEvent| options.pressed(&event);
    let touched = move |_: PointerEvent| options.touched();
    view! {
        <div on:keydown=pressed on:pointerdown=touched>
            {list}
        </div>
        {options.below()}
    }
    .built()
}

pub(super) fn one(place: Place) -> AnyView {
    let options = Options::new(place);
    let class = class_of(place, options.choices);
    let clear = (place.flag("showClearButton") || place.flag("allowClear")).then(|| clear(place));
    view! {
        {frame(options, class, option)}
        {clear}
    }
    .built()
}

/// Takes an answer back.
fn clear(place: Place) -> AnyView {
    let answered = place.read(|form, id| !form.is_empty(id));
    live(move || {
        if !answered.get() {
            return ().into_any();
        }
        let press = move |_| {
            place.answer(Value::Null);
            let mut question = String::from("#");
            question.push_str(&place.element("q"));
            question.push_str(" input");
            focus_later(question);
        };
        view! {
            <button type="button" class="btn t sm" on:click=press>
                {t(key::SURVEY_CLEAR)}
            </button>
        }
        .built()
    })
}

pub(super) fn any(place: Place) -> AnyView {
    let options = Options::new(place);
    frame(options, class_of(place, options.choices), option)
}

/// Any of many: with a field to find one, and a list that doesn't fill the page.
pub(super) fn tags(place: Place) -> AnyView {
    let options = Options::new(place);
    let count = options.choices.with_untracked(Vec::len);
    if count <= MANY {
        return frame(options, class_of(place, options.choices), option);
    }
    let wanted = RwSignal::new(String::new());
    let fits = move |text: &str| wanted.with(|wanted| text.to_lowercase().contains(wanted.trim()));
    let found = Memo::new(move |_| {
        options.choices.with(|list| list.iter().filter(|(_, choice)| fits(&choice.text)).count())
    });
    let keys = Memo::new(move |_| options.choices.with(|list| keys_of(list)));
    let draw = move |key: String| {
        let text = options.text(&key);
        let hidden = Signal::derive(move || !fits(&text));
        view! { <div hidden=hidden>{option(options, key)}</div> }.built()
    };
    let list = group(place, "opts one tags".into(), place.named(), each(move || keys.get(), draw));
    let hint = fill(key::SURVEY_FILTER, &[("n", &count.to_string())]);
    let told = move || {
        let some = wanted.with(|wanted| !wanted.trim().is_empty());
        some.then(|| fill(key::SURVEY_FOUND, &[("n", &found.get().to_string())]))
    };
    view! {
        <label class="search tags__find">
            {icon_small("search")}
            <span class="vh">{hint.clone()}</span>
            <input
                type="search"
                placeholder=hint
                autocomplete="off"
                on:input:target=move |event| wanted.set(event.target().value().to_lowercase())
            />
        </label>
        <p class="qd s muted" role="status">
            {told}
        </p>
        {list}
        {picked(options)}
        {options.below()}
    }
    .built()
}

/// What was taken from a long list.
fn picked(options: Options) -> AnyView {
    let texts = Memo::new(move |_| {
        options.choices.with(|list| {
            let taken = list.iter().filter(|(_, choice)| choice.selected && !choice.all);
            taken.map(|(_, choice)| choice.text.clone()).collect::<Vec<_>>()
        })
    });
    let one = |text: String| view! { <li>{text}</li> };
    let list = move || texts.get().into_iter().map(one).collect_view().into_any();
    view! {
        <ul class="picked s" aria-hidden="true">
            {live(list)}
        </ul>
    }
    .built()
}

/// Yes or no, in words of the definition.
pub(super) fn boolean(place: Place) -> AnyView {
    let mode = match place.word("displayMode") {
        mode if mode.is_empty() => place.word("renderAs"),
        mode => mode,
    };
    if mode == "checkbox" || mode == "switch" {
        return tick(place, mode == "switch");
    }
    let mut order = [true, false];
    if place.flag("swapOrder") {
        order.reverse();
    }
    let long = order.iter().any(|yes| is_long(&place.peek(|form, id| form.boolean_text(id, *yes))));
    let inputs = order.map(|yes| yes_or_no(place, yes)).collect_view().into_any();
    let class = if long { "opts one" } else { "opts" };
    radios(place, class.into(), place.named(), place.invalid(), inputs)
}

fn is_answer(form: &Form, id: survey::Id, yes: bool) -> bool {
    equals(form.value(id), &form.boolean_value_of(id, yes), EXACT)
}

fn yes_or_no(place: Place, yes: bool) -> AnyView {
    let text = place.peek(|form, id| form.boolean_text(id, yes));
    let checked = place.read(move |form, id| is_answer(form, id, yes));
    view! {
        <label class="opt opt--big">
            <input
                class="vh"
                type="radio"
                name=place.element("r")
                disabled=place.off()
                prop:checked=checked
                on:change=move |_| place.change(|form, id| {
                    let value = form.boolean_value_of(id, yes);
                    form.answer(id, value);
                })
            />
            <span>{text}</span>
            {icon_small("check")}
        </label>
    }
    .built()
}

/// A single box or switch: on is yes.
fn tick(place: Place, switch: bool) -> AnyView {
    let checked = place.read(|form, id| is_answer(form, id, true));
    // A switch says how it stands, a box what it means.
    let text = place.read(move |form, id| form.boolean_text(id, !switch || is_answer(form, id, true)));
    let set = move |on: bool| {
        place.change(|form, id| {
            let value = form.boolean_value_of(id, on);
            form.answer(id, value);
        });
    };
    let role: Option<&'static str> = switch.then_some("switch");
    let required: Mark = place.required();
    view! {
        <label class=if switch { "tick switch" } else { "tick" }>
            <input
                type="checkbox"
                role=role
                disabled=place.off()
                aria-labelledby=place.named()
                aria-describedby=place.described()
                aria-required=required.get_untracked().filter(|_| !switch)
                aria-invalid=place.invalid()
                prop:checked=checked
                on:change:target=move |event| set(event.target().checked())
            />
            <span>{move || text.get()}</span>
        </label>
    }
    .built()
}

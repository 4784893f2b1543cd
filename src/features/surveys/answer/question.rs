//! One question with its control: native inputs, drawn over.

use super::run::Run;
use crate::domain::survey::{
    Answer, Choice, Kind, Problem, Question, Rate, RatingStyle, are_brief, are_long, face,
};
use crate::i18n::{fill, key, t};
use crate::ui::icon_small;
use leptos::prelude::*;

/// Eyes and mouths from sad to happy.
const FACES: [(&str, &str); 5] = [
    (EYES, "M15 35q9-9 18 0"),
    (EYES, "M16 33q8-4 16 0"),
    (EYES, "M16 33h16"),
    (EYES, "M16 31q8 6 16 0"),
    ("M14.5 20q2.5-4 5 0M28.5 20q2.5-4 5 0", "M14 29q10 14 20 0z"),
];
const EYES: &str = "M17.5 18.5v2M30.5 18.5v2";
const STAR: &str = "m12 4 2.4 5.1 5.6.7-4.1 3.9 1.1 5.5-5-2.7-5 2.7 1.1-5.5L4 9.8l5.6-.7z";

/// The name of an element that belongs to the question `index` of the page: `t` its title, `f` its first control, `e`
/// its error.
pub(super) fn id(kind: &str, index: usize) -> String {
    let mut id = String::from(kind);
    id.push_str(&index.to_string());
    id
}

/// What every control needs.
#[derive(Clone, Copy)]
struct Place {
    run: Run,
    index: usize,
    name: StoredValue<String>,
}

impl Place {
    fn get(self) -> Option<Answer> {
        self.name.with_value(|name| self.run.get(name))
    }

    fn set(self, answer: Option<Answer>) {
        self.name.with_value(|name| self.run.answer(name, answer));
    }

    fn problem(self) -> Option<Problem> {
        self.name.with_value(|name| {
            self.run.faults.with(|faults| faults.iter().find(|(known, _)| known == name).map(|(_, why)| *why))
        })
    }

    fn id(self, kind: &str) -> String {
        id(kind, self.index)
    }

    /// The name of an input: only the first one of a question has it.
    fn input_id(self, at: usize) -> Option<String> {
        (at == 0).then(|| self.id("f"))
    }
}

/// The question; `first` says that its title is the screen's heading.
pub(super) fn question(run: Run, index: usize, question: &Question, first: bool) -> AnyView {
    let place = Place { run, index, name: StoredValue::new(question.name.clone()) };
    let control = match &question.kind {
        Kind::Single { choices } => {
            let class = if are_long(choices) { "opts one" } else { "opts" };
            radios(place, class, question.required, singles(place, choices))
        }
        Kind::Multiple { choices, .. } => multiples(place, choices),
        Kind::Rating { values, style, min_text, max_text } => {
            let ends = [min_text.as_deref(), max_text.as_deref()];
            rating(place, question.required, values, *style, ends)
        }
        Kind::Text { multiline, max_length } => words(place, question.required, *multiline, *max_length),
    };
    let kind = question.kind.clone();
    let fault = move || place.problem().map(|problem| why(problem, &kind));
    view! {
        {heading(place, question, first)}
        {question.description.clone().map(|text| view! { <p class="s muted">{text}</p> })}
        {control}
        <p id=place.id("e") class="err" role="alert">
            {fault}
        </p>
    }
    .into_any()
}

fn heading(place: Place, question: &Question, first: bool) -> AnyView {
    let many = match question.kind {
        Kind::Multiple { max: Some(max), .. } => {
            Some(fill(key::SURVEY_MANY_HINT_MAX, &[("n", &max.to_string())]))
        }
        Kind::Multiple { .. } if question.description.is_none() => Some(t(key::SURVEY_MANY_HINT).to_string()),
        _ => None,
    };
    let optional = (!question.required).then(|| t(key::SURVEY_OPTIONAL).to_string());
    let hints = many.into_iter().chain(optional);
    let hints = hints.map(|text| view! { " " <span class="s muted">{text}</span> }).collect_view();
    let title = question.title.clone();
    if first {
        view! {
            <h1 id=place.id("t") class="qt" tabindex="-1">
                {title}
                {hints}
            </h1>
        }
        .into_any()
    } else {
        view! {
            <h2 id=place.id("t") class="qt qt--s">
                {title}
                {hints}
            </h2>
        }
        .into_any()
    }
}

fn why(problem: Problem, kind: &Kind) -> String {
    let limit = |limit: &Option<u32>| limit.unwrap_or_default().to_string();
    match (problem, kind) {
        (Problem::TooMany, Kind::Multiple { max, .. }) => fill(key::SURVEY_TOO_MANY, &[("n", &limit(max))]),
        (Problem::TooFew, Kind::Multiple { min, .. }) => fill(key::SURVEY_TOO_FEW, &[("n", &limit(min))]),
        (Problem::TooLong, Kind::Text { max_length, .. }) => {
            fill(key::SURVEY_TOO_LONG, &[("n", &limit(max_length))])
        }
        (_, Kind::Text { .. }) => t(key::SURVEY_REQUIRED_TEXT).into(),
        _ => t(key::SURVEY_REQUIRED).into(),
    }
}

/// The frame of inputs of which one is chosen.
fn radios(place: Place, class: &'static str, required: bool, inputs: AnyView) -> AnyView {
    view! {
        <div
            class=class
            role="radiogroup"
            aria-labelledby=place.id("t")
            aria-describedby=place.id("e")
            aria-required=required.then_some("true")
            aria-invalid=move || place.problem().is_some().then_some("true")
        >
            {inputs}
        </div>
    }
    .into_any()
}

/// One input of a group, hidden behind what is drawn beside it.
fn radio(place: Place, at: usize, answer: Answer) -> AnyView {
    let chosen = untrack(|| place.get()) == Some(answer.clone());
    view! {
        <input
            id=place.input_id(at)
            class="vh"
            type="radio"
            name=place.id("q")
            checked=chosen
            on:change=move |_| place.set(Some(answer.clone()))
        />
    }
    .into_any()
}

fn option(input: AnyView, text: String) -> AnyView {
    view! {
        <label class="opt">
            {input} <span>{text}</span> {icon_small("check")}
        </label>
    }
    .into_any()
}

fn singles(place: Place, choices: &[Choice]) -> AnyView {
    let one = |(at, choice): (usize, &Choice)| {
        option(radio(place, at, Answer::One(choice.value.clone())), choice.text.clone())
    };
    choices.iter().enumerate().map(one).collect_view().into_any()
}

fn multiples(place: Place, choices: &[Choice]) -> AnyView {
    let one = |(at, choice): (usize, &Choice)| {
        let value = choice.value.clone();
        let chosen = matches!(untrack(|| place.get()), Some(Answer::Many(values)) if values.contains(&value));
        let change = move |on: bool| {
            let mut values = match untrack(|| place.get()) {
                Some(Answer::Many(values)) => values,
                _ => Vec::new(),
            };
            values.retain(|known| *known != value);
            if on {
                values.push(value.clone());
            }
            place.set((!values.is_empty()).then_some(Answer::Many(values)));
        };
        let input = view! {
            <input
                id=place.input_id(at)
                class="vh"
                type="checkbox"
                checked=chosen
                on:change:target=move |event| change(event.target().checked())
            />
        };
        option(input.into_any(), choice.text.clone())
    };
    let class = if are_long(choices) { "opts one" } else { "opts" };
    view! {
        <div class=class role="group" aria-labelledby=place.id("t") aria-describedby=place.id("e")>
            {choices.iter().enumerate().map(one).collect_view()}
        </div>
    }
    .into_any()
}

fn rating(
    place: Place,
    required: bool,
    values: &[Rate],
    style: RatingStyle,
    ends: [Option<&str>; 2],
) -> AnyView {
    let draw = |one: fn(Place, usize, &Rate) -> AnyView| {
        values.iter().enumerate().map(|(at, rate)| one(place, at, rate)).collect_view().into_any()
    };
    let scale = match style {
        RatingStyle::Smileys => return faces(place, required, values, ends),
        RatingStyle::Stars if values.len() > 6 => radios(place, "stars stars--many", required, draw(star)),
        RatingStyle::Stars => radios(place, "stars", required, draw(star)),
        RatingStyle::Numbers if are_brief(values) => radios(place, "nps", required, draw(number)),
        RatingStyle::Numbers => radios(place, "opts one", required, draw(named)),
    };
    let marks = style == RatingStyle::Numbers;
    let end = |text: Option<&str>, rate: Option<&Rate>| {
        let mut said =
            rate.filter(|_| marks && text.is_some()).map(|rate| rate.text.clone()).unwrap_or_default();
        if !said.is_empty() {
            said.push(' ');
        }
        said.push_str(text.unwrap_or_default());
        view! { <span>{said}</span> }
    };
    let [low, high] = ends;
    let ends = (low.is_some() || high.is_some()).then(|| {
        view! {
            <p class="row row--between s muted nps__ends">
                {end(low, values.first())} {end(high, values.last())}
            </p>
        }
    });
    view! {
        {scale}
        {ends}
    }
    .into_any()
}

fn number(place: Place, at: usize, rate: &Rate) -> AnyView {
    view! {
        <label class="num">
            {radio(place, at, Answer::Number(rate.value))} <span>{rate.text.clone()}</span>
        </label>
    }
    .into_any()
}

fn named(place: Place, at: usize, rate: &Rate) -> AnyView {
    option(radio(place, at, Answer::Number(rate.value)), rate.text.clone())
}

fn star(place: Place, at: usize, rate: &Rate) -> AnyView {
    let value = rate.value;
    let lit = move || match place.get() {
        Some(Answer::Number(chosen)) if chosen >= value => "on",
        _ => "",
    };
    let own = rate.text != value.to_string();
    let said = if own { rate.text.clone() } else { fill(key::SURVEY_STAR, &[("n", &rate.text)]) };
    view! {
        <label class=lit>
            {radio(place, at, Answer::Number(value))} <svg viewBox="0 0 24 24" aria-hidden="true">
                <path d=STAR></path>
            </svg> <span class="vh">{said}</span>
        </label>
    }
    .into_any()
}

fn faces(place: Place, required: bool, values: &[Rate], ends: [Option<&str>; 2]) -> AnyView {
    let count = values.len();
    let one = |(at, rate): (usize, &Rate)| {
        let look = face(at, count);
        let end = match at {
            0 => ends[0],
            _ if at + 1 == count => ends[1],
            _ => None,
        };
        let word = match look {
            0 => key::SURVEY_FACE_1,
            1 => key::SURVEY_FACE_2,
            2 => key::SURVEY_FACE_3,
            3 => key::SURVEY_FACE_4,
            _ => key::SURVEY_FACE_5,
        };
        // More than five share faces, and then also words: their own texts tell them apart.
        let own = count > FACES.len() || rate.text != rate.value.to_string();
        let said = end.unwrap_or(if own { &rate.text } else { t(word) }).to_string();
        let (eyes, mouth) = FACES[look];
        view! {
            <label>
                {radio(place, at, Answer::Number(rate.value))} <svg viewBox="0 0 48 48" aria-hidden="true">
                    <circle class="f" cx="24" cy="24" r="21"></circle>
                    <path class="e" d=eyes></path>
                    <path class="m" d=mouth></path>
                </svg> <span>{said}</span>
            </label>
        }
    };
    let class = match count {
        2 => "faces faces--2",
        3 => "faces faces--3",
        4 => "faces faces--4",
        _ => "faces",
    };
    radios(place, class, required, values.iter().enumerate().map(one).collect_view().into_any())
}

fn words(place: Place, required: bool, multiline: bool, limit: Option<u32>) -> AnyView {
    let text = match untrack(|| place.get()) {
        Some(Answer::Text(text)) => text,
        _ => String::new(),
    };
    let typed = move |text: String| place.set((!text.is_empty()).then_some(Answer::Text(text)));
    let bad = move || place.problem().is_some();
    let limit = limit.map(|limit| limit.to_string());
    let input = if multiline {
        view! {
            <textarea
                id=place.id("f")
                rows="4"
                maxlength=limit
                aria-labelledby=place.id("t")
                aria-describedby=place.id("e")
                aria-required=required.then_some("true")
                aria-invalid=move || bad().then_some("true")
                prop:value=text
                on:input:target=move |event| typed(event.target().value())
            ></textarea>
        }
        .into_any()
    } else {
        view! {
            <input
                id=place.id("f")
                type="text"
                maxlength=limit
                aria-labelledby=place.id("t")
                aria-describedby=place.id("e")
                aria-required=required.then_some("true")
                aria-invalid=move || bad().then_some("true")
                prop:value=text
                on:input:target=move |event| typed(event.target().value())
            />
        }
        .into_any()
    };
    view! { <div class=move || if bad() { "field err" } else { "field" }>{input}</div> }.into_any()
}

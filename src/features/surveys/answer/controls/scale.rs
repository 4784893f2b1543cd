//! Points of a scale: numbers, stars, faces, words.

use super::choices::{Options, frame, off_class, option};
use super::{Place, choice_of, dropdown};
use crate::domain::survey::{face, is_brief};
use crate::i18n::{fill, key, t};
use crate::ui::Build;
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

pub(super) fn rating(place: Place) -> AnyView {
    if place.word("displayMode") == "dropdown" {
        return dropdown::dropdown(place);
    }
    let options = Options::new(place);
    let (count, brief) = options
        .choices
        .with_untracked(|list| (list.len(), list.iter().all(|(_, choice)| is_brief(&choice.text))));
    let scale = match place.word("rateType").as_str() {
        "smileys" => return frame(options, faces_class(count), smiley),
        "stars" if count > 6 => frame(options, "stars stars--many", star),
        "stars" => frame(options, "stars", star),
        _ if brief => frame(options, scale_class(count), number),
        _ => frame(options, "opts one", option),
    };
    view! {
        {scale}
        {ends(options)}
    }
    .built()
}

fn faces_class(count: usize) -> &'static str {
    match count {
        2 => "faces faces--2",
        3 => "faces faces--3",
        4 => "faces faces--4",
        _ => "faces",
    }
}

/// Rows of equal boxes, as even as the number of points allows: 0 to 10 is six and five.
pub(super) fn scale_class(count: usize) -> &'static str {
    match count {
        0..=2 => "nps nps--2",
        3 => "nps nps--3",
        4 | 7 | 8 => "nps nps--4",
        5 | 9 | 10 => "nps nps--5",
        _ => "nps",
    }
}

/// What the ends of a scale mean.
fn ends(options: Options) -> AnyView {
    let place = options.place;
    let (low, high) = (place.text("minRateDescription"), place.text("maxRateDescription"));
    if low.is_none() && high.is_none() {
        return ().into_any();
    }
    let stars = place.word("rateType") == "stars";
    let points = options.choices.with_untracked(|list| {
        let text =
            |end: Option<&(String, _)>| end.map(|(_, choice): &(_, super::ChoiceView)| choice.text.clone());
        (text(list.first()), text(list.last()))
    });
    let end = |text: Option<String>, point: Option<String>| {
        let mut said = point.filter(|_| !stars && text.is_some()).unwrap_or_default();
        if !said.is_empty() {
            said.push(' ');
        }
        said.push_str(text.as_deref().unwrap_or_default());
        view! { <span>{said}</span> }
    };
    view! {
        <p class="row row--between s muted nps__ends">
            {end(low, points.0)} {end(high, points.1)}
        </p>
    }
    .built()
}

fn number(options: Options, key: String) -> AnyView {
    view! {
        <label class=off_class(options, &key, "num")>
            {options.input(&key)} <span>{options.text(&key)}</span>
        </label>
    }
    .built()
}

fn position(options: Options, key: &str) -> (usize, usize) {
    options.choices.with_untracked(|list| {
        (list.iter().position(|(known, _)| known == key).unwrap_or_default(), list.len())
    })
}

fn star(options: Options, key: String) -> AnyView {
    let (at, _) = position(options, &key);
    let lit = move || {
        let chosen = options.choices.with(|list| list.iter().position(|(_, choice)| choice.selected));
        if chosen.is_some_and(|chosen| chosen >= at) { "on" } else { "" }
    };
    let text = options.text(&key);
    let plain = choice_of(options.choices, &key, |choice| choice.value.as_f64().is_some());
    let plain = plain && text.parse::<f64>().is_ok();
    let said = if plain { fill(key::SURVEY_STAR, &[("n", &text)]) } else { text };
    view! {
        <label class=lit>
            {options.input(&key)} <svg viewBox="0 0 24 24" aria-hidden="true">
                <path d=STAR></path>
            </svg> <span class="vh">{said}</span>
        </label>
    }
    .built()
}

fn smiley(options: Options, key: String) -> AnyView {
    let (at, count) = position(options, &key);
    let look = face(at, count);
    let place = options.place;
    let (low, high) = (place.text("minRateDescription"), place.text("maxRateDescription"));
    // Where the questionnaire has words for the ends, ours stay out of sight: they may be of another language.
    let ended = low.is_some() || high.is_some();
    let end = match at {
        0 => low,
        _ if at + 1 == count => high,
        _ => None,
    };
    let word = match look {
        0 => key::SURVEY_FACE_1,
        1 => key::SURVEY_FACE_2,
        2 => key::SURVEY_FACE_3,
        3 => key::SURVEY_FACE_4,
        _ => key::SURVEY_FACE_5,
    };
    let text = options.text(&key);
    // More than five share faces, and then also words: their own texts tell them apart.
    let own = count > FACES.len() || text.parse::<f64>().is_err();
    let hidden = ended && end.is_none() && !own;
    let said = end.unwrap_or_else(|| if own { text } else { t(word).into() });
    let (eyes, mouth) = FACES.get(look).copied().unwrap_or(FACES[2]);
    view! {
        <label>
            {options.input(&key)} <svg viewBox="0 0 48 48" aria-hidden="true">
                <circle class="f" cx="24" cy="24" r="21"></circle>
                <path class="e" d=eyes></path>
                <path class="m" d=mouth></path>
            </svg> <span class=hidden.then_some("vh")>{said}</span>
        </label>
    }
    .built()
}

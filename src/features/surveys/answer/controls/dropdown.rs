//! One of a list that the browser opens.

use super::choices::other;
use super::{Choices, Place, choice_of, choices_of, each, focus_later, keys_of};
use crate::domain::survey::Value;
use crate::i18n::{key, t};
use crate::ui::Build;
use leptos::prelude::*;
use survey::Kind;

pub(super) fn dropdown(place: Place) -> AnyView {
    let choices = choices_of(place);
    let keys = Memo::new(move |_| choices.with(|list| keys_of(list)));
    let nothing = Memo::new(move |_| choices.with(|list| !list.iter().any(|(_, choice)| choice.selected)));
    let empty = place.text("placeholder").unwrap_or_else(|| t(key::SURVEY_CHOOSE).into());
    let class = move || if place.invalid().get().is_some() { "field err" } else { "field" };
    view! {
        <div class=class>
            <select
                id=place.element("f")
                disabled=place.off()
                aria-labelledby=place.named()
                aria-describedby=place.described()
                aria-required=place.required()
                aria-invalid=place.invalid()
                on:change:target=move |event| take(place, choices, &event.target().value())
            >
                <option value="" prop:selected=nothing>
                    {empty}
                </option>
                {each(move || keys.get(), move |key| option(choices, key))}
            </select>
        </div>
        {other(place, choices)}
    }
    .built()
}

fn option(choices: Choices, key: String) -> AnyView {
    let (chosen, asked) = (key.clone(), key.clone());
    let selected = Signal::derive(move || choice_of(choices, &chosen, |choice| choice.selected));
    let disabled = Signal::derive(move || !choice_of(choices, &asked, |choice| choice.enabled));
    let text = choices.with_untracked(|list| {
        list.iter().find(|(known, _)| *known == key).map(|(_, choice)| choice.text.clone())
    });
    view! {
        <option value=key disabled=disabled prop:selected=selected>
            {text}
        </option>
    }
    .built()
}

fn take(place: Place, choices: Choices, key: &str) {
    let found = choices.with_untracked(|list| {
        list.iter().find(|(known, _)| known == key).map(|(_, choice)| (choice.value.clone(), choice.other))
    });
    let Some((value, other)) = found else { return place.answer(Value::Null) };
    if place.kind() == Kind::Rating {
        return place.answer(value);
    }
    place.change(|form, id| form.choose(id, &value, true));
    // An arrow key chooses on its way through a closed list, so the text is offered and not forced.
    if other && is_touch() {
        let mut field = String::from("#");
        field.push_str(&place.element("o"));
        focus_later(field);
    }
}

/// Whether the list is one that covers the page while it is open, and is left by choosing.
fn is_touch() -> bool {
    let query = web_sys::window().and_then(|window| window.match_media("(pointer: coarse)").ok()?);
    query.is_some_and(|query| query.matches())
}

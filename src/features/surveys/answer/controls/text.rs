//! One line: text, a number, a date, a time.

use super::writing::{follow, shown};
use super::{Place, part};
use crate::domain::survey::Value;
use crate::i18n::{self, key, t};
use crate::ui::numeral::written;
use crate::ui::{Build, live};
use leptos::html::Input;
use leptos::prelude::*;
use survey::js::get_number;

/// Kinds of input that browsers have, as the definition names them.
const NATIVE: [&str; 9] =
    ["date", "datetime-local", "email", "month", "password", "tel", "time", "url", "week"];
/// Of those, the ones that browsers limit.
const LIMITED: [&str; 5] = ["date", "datetime-local", "month", "time", "week"];

fn number(text: &str) -> Option<Value> {
    written(text).map(Value::from)
}

pub(super) fn text(place: Place) -> AnyView {
    let kind = place.word("inputType");
    if kind == "range" {
        return range(place);
    }
    let numeric = kind == "number";
    let native = NATIVE.iter().find(|native| **native == kind).copied().unwrap_or("text");
    // A field of numbers proper changes by the wheel, and hides what it can't read.
    let mode = numeric.then(|| {
        let negative = place.peek(|form, id| get_number(form.limits(id).0) < 0.0);
        if negative { "text" } else { "decimal" }
    });
    let node = NodeRef::<Input>::new();
    let first = place.peek(|form, id| shown(form.value(id)));
    let typed = StoredValue::new(first.clone());
    let odd = RwSignal::new(false);
    follow(place.read(|form, id| shown(form.value(id))), typed, move |text| {
        odd.set(false);
        if let Some(node) = node.get_untracked() {
            node.set_value(&text);
        }
    });
    let meant = move |text: &str| {
        if numeric {
            number(text).unwrap_or_default()
        } else if text.is_empty() {
            Value::Null
        } else {
            Value::from(text)
        }
    };
    let write = move |text: String| {
        let value = meant(&text);
        if !value.is_null() {
            odd.set(false);
        }
        place.answer(value);
        typed.set_value(place.peek(|form, id| shown(form.value(id))));
    };
    let leave = move |text: String| {
        // The browser tells it of its end, too, when it goes with its screen while it has the focus.
        if node.try_get_untracked().flatten().is_none() {
            return;
        }
        let is_odd = numeric && !text.trim().is_empty() && number(&text).is_none();
        odd.set(is_odd);
        // A rule may have made something else of it.
        let said = place.peek(|form, id| shown(form.value(id)));
        if let Some(node) = node.get_untracked()
            && !is_odd
            && shown(&meant(&text)) != said
        {
            node.set_value(&said);
        }
    };
    let invalid = Signal::derive(move || if odd.get() { Some("true") } else { place.invalid().get() });
    let list = suggestions(place);
    let limited = LIMITED.contains(&native);
    let limit = place.peek(|form, id| form.max_length(id));
    let class = move || if invalid.get().is_some() { "field err" } else { "field" };
    let wrong = move || {
        if odd.get() { t(key::SURVEY_NUMBER).into_any() } else { ().into_any() }
    };
    view! {
        <div class=class>
            <input
                id=place.element("f")
                type=native
                inputmode=mode
                placeholder=place.text("placeholder")
                autocomplete=place.filled_in()
                list=(!list.is_empty()).then(|| place.element("n"))
                maxlength=(limit > 0).then(|| limit.to_string())
                min=limited.then(|| limit_of(place, false))
                max=limited.then(|| limit_of(place, true))
                step=step_of(place).filter(|_| limited)
                readonly=place.off()
                aria-labelledby=place.named()
                aria-describedby=place.described()
                aria-required=place.required()
                aria-invalid=invalid
                prop:value=first
                node_ref=node
                on:input:target=move |event| write(event.target().value())
                on:change:target=move |event| leave(event.target().value())
            />
        </div>
        {numeric.then(|| view! { <p class="err" role="alert">{live(wrong)}</p> })}
        {datalist(place, list)}
    }
    .built()
}

/// The least or the most that it may be.
fn limit_of(place: Place, most: bool) -> Signal<Option<String>> {
    let limits = place.read(|form, id| {
        let (least, most) = form.limits(id);
        (shown(least), shown(most))
    });
    Signal::derive(move || {
        let (least, highest) = limits.get();
        Some(if most { highest } else { least }).filter(|text| !text.is_empty())
    })
}

fn step_of(place: Place) -> Option<String> {
    let step = place.peek(|form, id| shown(form.props(id).get("step")));
    Some(step).filter(|step| !step.is_empty())
}

/// What the definition suggests to write.
fn suggestions(place: Place) -> Vec<String> {
    let list = place.peek(|form, id| form.props(id).get("dataList").clone());
    let tag = i18n::locale().tag();
    let list = match &list {
        Value::Object(texts) => texts
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(tag))
            .map(|(_, list)| list)
            .or_else(|| texts.get("default")),
        list => Some(list),
    };
    list.and_then(Value::as_array).unwrap_or_default().iter().map(shown).collect()
}

fn datalist(place: Place, list: Vec<String>) -> AnyView {
    if list.is_empty() {
        return ().into_any();
    }
    let options = list.into_iter().map(|text| view! { <option value=text></option> }).collect_view();
    view! { <datalist id=place.element("n")>{options}</datalist> }.built()
}

/// A number by feeling, with what it is beside it.
fn range(place: Place) -> AnyView {
    let said = place.read(|form, id| shown(form.value(id)));
    let node = NodeRef::<Input>::new();
    let first = place.peek(|form, id| shown(form.value(id)));
    let typed = StoredValue::new(first.clone());
    follow(said, typed, move |text| {
        if let Some(node) = node.get_untracked() {
            node.set_value(&text);
        }
    });
    let write = move |text: String| {
        place.answer(number(&text).unwrap_or_default());
        typed.set_value(place.peek(|form, id| shown(form.value(id))));
    };
    let name = part("f", place.id, None);
    let output = move || {
        let said = said.get();
        if said.is_empty() {
            view! { <span class="s muted">{t(key::SURVEY_UNTOUCHED)}</span> }.built()
        } else {
            view! { <span class="num">{said}</span> }.built()
        }
    };
    let spoken = Signal::derive(move || {
        let said = said.get();
        Some(if said.is_empty() { t(key::SURVEY_UNTOUCHED).into() } else { said })
    });
    view! {
        <div class=move || if said.with(String::is_empty) { "slide slide--none" } else { "slide" }>
            <input
                id=name.clone()
                type="range"
                min=limit_of(place, false)
                max=limit_of(place, true)
                step=step_of(place)
                disabled=place.off()
                aria-labelledby=place.named()
                aria-describedby=place.described()
                aria-invalid=place.invalid()
                aria-valuetext=spoken
                prop:value=first
                node_ref=node
                on:input:target=move |event| write(event.target().value())
            />
            <output for=name>
                {live(output)}
            </output>
        </div>
    }
    .built()
}

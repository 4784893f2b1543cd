//! Words of the member's own: comments, the text of a choice, what stands beside an answer.

use super::Place;
use crate::i18n::{fill, key};
use crate::state::effect;
use crate::ui::live;
use leptos::html::Textarea;
use leptos::prelude::*;
use survey::js::{to_text, utf16_length};
use survey::{Form, Id, Value};

/// From so many characters left on, readers are told how many there are.
const NEAR: usize = 20;

/// A field for words.
pub(super) struct Words {
    /// The name of its element.
    pub(super) name: String,
    /// What names it: elements, or words.
    pub(super) named: Result<String, String>,
    pub(super) placeholder: Option<String>,
    pub(super) lines: u32,
    /// The most UTF-16 units; 0 where there is no limit.
    pub(super) limit: u32,
    pub(super) required: bool,
    pub(super) read: fn(&Form, Id) -> String,
    pub(super) write: fn(&mut Form, Id, &str),
}

/// The text of an answer.
pub(super) fn shown(value: &Value) -> String {
    if value.is_null() { String::new() } else { to_text(value) }
}

/// Calls `put` when the form has another text than the field: because a rule changed it, not because it was typed.
pub(super) fn follow(said: Memo<String>, typed: StoredValue<String>, put: impl Fn(String) + 'static) {
    effect(move || {
        let said = said.get();
        if typed.with_value(|typed| *typed != said) {
            typed.set_value(said.clone());
            put(said);
        }
    });
}

/// The field of a question that asks for words.
pub(super) fn answer(place: Place) -> AnyView {
    let words = Words {
        name: place.element("f"),
        named: Ok(place.named()),
        placeholder: place.text("placeholder"),
        lines: match place.number("rows") {
            0 => 4,
            rows => rows.clamp(2, 12),
        },
        limit: place.peek(|form, id| form.max_length(id)),
        required: true,
        read: |form, id| shown(form.value(id)),
        write: |form, id, text| {
            form.answer(id, if text.is_empty() { Value::Null } else { Value::from(text) });
        },
    };
    field(place, words)
}

/// The text of the choice that asks for one.
pub(super) fn other(place: Place, named: String) -> AnyView {
    let words = Words {
        name: place.element("o"),
        named: Err(named),
        placeholder: place.text("otherPlaceholder"),
        lines: 1,
        limit: place.peek(|form, _| form.max_comment_length()),
        required: true,
        read: Form::other_text,
        write: Form::set_other_text,
    };
    field(place, words)
}

/// The comment beside an answer, where the definition wants one.
pub(in super::super) fn comment(place: Place) -> AnyView {
    let title = Memo::new(move |_| place.look.with(|look| look.comment.clone()));
    live(move || {
        let Some(title) = title.get() else { return ().into_any() };
        let name = place.element("l");
        let words = Words {
            name: place.element("c"),
            named: Ok(place.named_with(&name)),
            placeholder: place.text("commentPlaceholder"),
            lines: 2,
            limit: place.peek(|form, _| form.max_comment_length()),
            required: false,
            read: |form, id| form.comment(id).map(|(_, comment)| comment).unwrap_or_default(),
            write: Form::set_comment,
        };
        view! {
            <label id=name class="qf" for=place.element("c")>
                {title}
            </label>
            {field(place, words)}
        }
        .into_any()
    })
}

/// The field, which grows with what is written; with a limit, it says how much is left.
pub(super) fn field(place: Place, words: Words) -> AnyView {
    let Words { name, named, placeholder, lines, limit, required, read, write } = words;
    let node = NodeRef::<Textarea>::new();
    let said = place.read(read);
    let first = place.peek(read);
    let typed = StoredValue::new(first.clone());
    let grown = RwSignal::new(first.clone());
    follow(said, typed, move |text| {
        if let Some(node) = node.get_untracked() {
            node.set_value(&text);
        }
        grown.set(text);
    });
    let write = move |text: String| {
        place.change(|form, id| write(form, id, &text));
        typed.set_value(place.peek(read));
        grown.set(text);
    };
    let leave = move |text: String| {
        // The browser tells it of its end, too, when it goes with its screen while it has the focus.
        if node.try_get_untracked().flatten().is_none() {
            return;
        }
        // A rule may have made something else of it.
        let said = place.peek(read);
        if let Some(node) = node.get_untracked()
            && text != said
        {
            node.set_value(&said);
            grown.set(said);
        }
    };
    let (labelledby, label) = match named {
        Ok(elements) => (Some(elements), None),
        Err(words) => (None, Some(words)),
    };
    let class = move || if place.invalid().get().is_some() { "field err" } else { "field" };
    let required = Signal::derive(move || place.required().get().filter(|_| required));
    view! {
        <div class=class>
            <div class="grows" data-text=move || grown.get()>
                <textarea
                    id=name
                    rows=lines.to_string()
                    maxlength=(limit > 0).then(|| limit.to_string())
                    placeholder=placeholder
                    autocomplete=place.filled_in()
                    readonly=place.off()
                    aria-labelledby=labelledby
                    aria-label=label
                    aria-describedby=place.described()
                    aria-required=required
                    aria-invalid=place.invalid()
                    prop:value=first
                    node_ref=node
                    on:input:target=move |event| write(event.target().value())
                    on:change:target=move |event| leave(event.target().value())
                ></textarea>
            </div>
        </div>
        {(limit > 0).then(|| counter(grown, limit as usize))}
    }
    .into_any()
}

fn counter(text: RwSignal<String>, limit: usize) -> AnyView {
    let used = Memo::new(move |_| text.with(|text| utf16_length(text)));
    let shown = move || {
        let mut shown = used.get().to_string();
        shown.push('/');
        shown.push_str(&limit.to_string());
        shown
    };
    // In steps of five: not with every key.
    let left = Memo::new(move |_| {
        let left = limit.saturating_sub(used.get());
        (left <= NEAR).then(|| left.div_ceil(5) * 5)
    });
    let told = move || left.get().map(|left| fill(key::SURVEY_LEFT, &[("n", &left.to_string())]));
    view! {
        <p class="counter s muted num" aria-hidden="true">
            {shown}
        </p>
        <p class="vh" role="status">
            {told}
        </p>
    }
    .into_any()
}

//! What asks nothing: texts, pictures, and what was calculated.

use super::Place;
use crate::ui::markup::{Block, blocks};
use crate::ui::{Build, live};
use leptos::prelude::*;
use survey::Form;

/// A text of the survey's author, as text.
pub(super) fn html(place: Place) -> AnyView {
    let text = place.read(|form, id| form.text(id, "html"));
    let drawn = move || {
        let mut views = Vec::new();
        let mut items = Vec::new();
        for block in blocks(&text.get()) {
            let (text, class) = match block {
                Block::Item(text) => {
                    items.push(view! { <li>{text}</li> });
                    continue;
                }
                Block::Heading(text) => (text, Some("prose__h")),
                Block::Text(text) => (text, None),
            };
            if !items.is_empty() {
                views.push(view! { <ul class="prose__l">{std::mem::take(&mut items)}</ul> }.built());
            }
            views.push(view! { <p class=class>{text}</p> }.built());
        }
        if !items.is_empty() {
            views.push(view! { <ul class="prose__l">{items}</ul> }.built());
        }
        views.collect_view().into_any()
    };
    view! { <div class="prose">{live(drawn)}</div> }.built()
}

/// A picture of the survey's author.
pub(super) fn image(place: Place) -> AnyView {
    let address = place.read(|form, id| form.text(id, "imageLink"));
    let alt = place.text("altText").or_else(|| place.text("title")).unwrap_or_default();
    let size = |name: &str| {
        let size = place.peek(|form, id| form.props(id).number(name, 0.0));
        (size >= 1.0).then(|| size.to_string())
    };
    let (width, height) = (size("imageWidth"), size("imageHeight"));
    let class = match place.word("imageFit").as_str() {
        "cover" => "qimg qimg--cover",
        _ => "qimg",
    };
    let gone = RwSignal::new(false);
    live(move || {
        let address = address.get();
        if gone.get() || address.is_empty() {
            return view! { <p class="pic__gone">{alt.clone()}</p> }.built();
        }
        view! {
            <img
                class=class
                src=address
                alt=alt.clone()
                width=width.clone()
                height=height.clone()
                on:error=move |_| gone.set(true)
            />
        }
        .built()
    })
}

/// Something calculated, told when it changes.
pub(super) fn expression(place: Place) -> AnyView {
    let said = place.read(Form::display_value);
    view! {
        <output class="calc num" aria-live="polite" aria-labelledby=place.named()>
            {move || said.get()}
        </output>
    }
    .built()
}

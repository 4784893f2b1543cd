//! Choices that are pictures.

use super::Place;
use super::choices::{Options, frame, off_class};
use crate::ui::{Build, icon_small, live};
use leptos::prelude::*;

pub(super) fn pictures(place: Place) -> AnyView {
    frame(Options::new(place), "pics", card)
}

fn card(options: Options, key: String) -> AnyView {
    let text = options.text(&key);
    let image = super::choice_of(options.choices, &key, |choice| choice.image.clone());
    let gone = RwSignal::new(image.is_empty());
    let labelled = options.place.flag("showLabel");
    let (alt, said) = (text.clone(), text);
    let picture = move || {
        if gone.get() {
            return view! { <span class="pic__gone">{alt.clone()}</span> }.built();
        }
        // With words below it, the picture says nothing more.
        let alt = if labelled { String::new() } else { alt.clone() };
        view! {
            <img class="pic__i" src=image.clone() alt=alt loading="lazy" on:error=move |_| gone.set(true) />
        }
        .built()
    };
    let label = move || {
        if labelled && !gone.get() {
            view! { <span class="pic__t">{said.clone()}</span> }.built()
        } else {
            ().into_any()
        }
    };
    view! {
        <label class=off_class(options, &key, "opt pic")>
            {options.input(&key)} <span class="pic__b">{live(picture)} {live(label)}</span> {icon_small("check")}
        </label>
    }
    .built()
}

//! The controls that few surveys have, in a part of their own.

use super::{Place, grid, matrix, panels, pictures, ranking};
use crate::api::error::ApiError;
use crate::parts::failure::failure;
use crate::platform::part::part;
use crate::ui::{Build, bone, live};
use leptos::prelude::*;
use std::cell::Cell;
use survey::{Kind, Value};
use wasm_bindgen_futures::spawn_local;

/// Draws the control of a question.
type Draw = fn(Place) -> AnyView;

/// What the definition calls their kinds.
const KINDS: [&str; 7] =
    ["ranking", "imagepicker", "matrix", "matrixdropdown", "matrixdynamic", "multipletext", "paneldynamic"];

thread_local! {
    static HERE: Cell<Option<Draw>> = const { Cell::new(None) };
}

part!(survey_rare() -> Draw, |place| match place.kind() {
    Kind::Ranking => ranking::ranking(place),
    Kind::Imagepicker => pictures::pictures(place),
    Kind::Matrix => matrix::matrix(place),
    Kind::Matrixdropdown => grid::grid(place),
    Kind::Multipletext => grid::fields(place),
    Kind::Paneldynamic => panels::panels(place),
    _ => ().into_any(),
});

/// Fetches them where a definition asks for one, so that they are here before its page is.
pub(in super::super) fn ahead(definition: &Value) {
    if HERE.get().is_none() && names_one(definition) {
        spawn_local(async {
            load().await;
        });
    }
}

fn names_one(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(names_one),
        Value::Object(fields) => fields.iter().any(|(name, value)| match value {
            Value::String(kind) => name == "type" && KINDS.contains(&kind.as_str()),
            other => names_one(other),
        }),
        _ => false,
    }
}

async fn load() -> Option<Draw> {
    let draw = survey_rare().await.ok();
    HERE.set(HERE.get().or(draw));
    draw
}

/// The control, as soon as its code is here; a retry where that can't be had. Answers are the form's, so that nothing is lost.
pub(super) fn control(place: Place) -> AnyView {
    if let Some(draw) = HERE.get() {
        return draw(place);
    }
    let fetched = RwSignal::new(None);
    let fetch = move || {
        let _ = fetched.try_set(None);
        spawn_local(async move {
            let draw = load().await;
            let _ = fetched.try_set(Some(draw));
        });
    };
    fetch();
    live(move || match fetched.get() {
        None => view! { <div class="loading" aria-hidden="true">{bone("t", 10)}{bone("t", 8)}</div> }.built(),
        Some(Some(draw)) => untrack(|| draw(place)),
        Some(None) => failure(&ApiError::Offline, fetch),
    })
}

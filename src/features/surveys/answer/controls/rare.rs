//! The controls that few surveys have, in a part of their own.

use super::{Place, grid, matrix, panels, pictures, ranking};
use crate::api::error::ApiError;
use crate::parts::failure::failure;
use crate::platform::part::part;
use crate::ui::{Build, bone, live};
use leptos::prelude::*;
use survey::{Kind, Value};
use wasm_bindgen_futures::spawn_local;

/// Draws the control of a question.
type Draw = fn(Place) -> AnyView;

/// What the definition calls their kinds.
const KINDS: [&str; 7] =
    ["ranking", "imagepicker", "matrix", "matrixdropdown", "matrixdynamic", "multipletext", "paneldynamic"];

/// How it stands with their code.
#[derive(Clone, Copy)]
enum Code {
    Missing,
    Asked,
    Here(Draw),
    Failed,
}

thread_local! {
    /// One for all of them, so that one retry is, too.
    static CODE: ArcRwSignal<Code> = ArcRwSignal::new(Code::Missing);
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
    if names_one(definition) {
        fetch_missing();
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

fn code() -> ArcRwSignal<Code> {
    CODE.with(Clone::clone)
}

fn fetch_missing() {
    if matches!(code().get_untracked(), Code::Missing | Code::Failed) {
        fetch();
    }
}

fn fetch() {
    code().set(Code::Asked);
    spawn_local(async {
        code().set(survey_rare().await.map_or(Code::Failed, Code::Here));
    });
}

/// The control, as soon as its code is here; a retry where that can't be had. Answers are the form's, so that nothing is lost.
pub(super) fn control(place: Place) -> AnyView {
    fetch_missing();
    let code = code();
    live(move || match code.get() {
        Code::Missing | Code::Asked => {
            view! { <div class="loading" aria-hidden="true">{bone("t", 10)}{bone("t", 8)}</div> }.built()
        }
        Code::Here(draw) => untrack(|| draw(place)),
        Code::Failed => failure(&ApiError::Offline, fetch),
    })
}

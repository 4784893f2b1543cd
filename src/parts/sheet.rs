//! A sheet from below: the focus stays in it while it is open and goes back to where it came from.

use crate::platform::{dom, layer};
use crate::state::portal;
use crate::ui::Build;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlElement};

const REACHABLE: &str = "#sheet a[href],#sheet button:not([disabled]),#sheet input,#sheet select";

/// The sheet, which is named by the element `#sheet-title` inside it. `close` is asked by Escape, by a tap beside it and by the
/// browser's way back, and decides itself whether it may. When the sheet goes, the focus goes to `opener`.
///
/// Whoever shows it sets `inert` on the rest of the screen.
pub fn sheet(opener: &'static str, close: Callback<()>, body: AnyView) -> AnyView {
    Effect::new(move |_| dom::focus("#sheet"));
    let layer = portal().channel.keeps_history().then(|| {
        layer::open(move || {
            let _ = close.try_run(());
        })
    });
    let layer = StoredValue::new_local(layer);
    on_cleanup(move || drop(layer.try_update_value(Option::take)));
    on_cleanup(move || {
        // What opened it is inert until the screen has been drawn again.
        spawn_local(async move {
            crate::platform::timer::sleep(0).await;
            dom::focus(opener);
        });
    });
    let press = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" => {
            event.prevent_default();
            close.run(());
        }
        "Tab" => keep_inside(&event),
        _ => {}
    };
    view! {
        <div class="scrim" on:click=move |_| close.run(())></div>
        <section
            id="sheet"
            class="sheet"
            role="dialog"
            aria-modal="true"
            aria-labelledby="sheet-title"
            tabindex="-1"
            on:keydown=press
        >
            {body}
        </section>
    }
    .built()
}

fn keep_inside(event: &KeyboardEvent) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let Ok(all) = document.query_selector_all(REACHABLE) else { return };
    let at = |index: u32| all.item(index).and_then(|node| node.dyn_into::<HtmlElement>().ok());
    let (first, last) = (at(0), at(all.length().saturating_sub(1)));
    let here = document.active_element();
    let is = |element: &Option<HtmlElement>| {
        here.as_ref().is_some_and(|here| element.as_ref().is_some_and(|one| here == one.as_ref() as &Element))
    };
    let outside = here.as_ref().is_none_or(|here| here.id() == "sheet");
    let target = match event.shift_key() {
        true if outside || is(&first) => last,
        false if is(&last) => first,
        _ => return,
    };
    if let Some(target) = target {
        event.prevent_default();
        let _ = target.focus();
    }
}

//! Links of the page go through the app, unless the browser is asked for something else: a new tab, a download, another
//! site.

use crate::domain::route::Route;
use crate::platform::{dom, layer, transition};
use crate::state::nav::{self, Nav};
use wasm_bindgen::prelude::*;
use web_sys::{Element, MouseEvent};

/// Follows links and the browser's history for as long as the page lives. `expect` is told where a finger on a link will lead.
pub(super) fn follow(nav: Nav, expect: impl Fn(&Route) + 'static) {
    let Some(window) = web_sys::window() else { return };
    if let Ok(history) = window.history() {
        let _ = history.set_scroll_restoration(web_sys::ScrollRestoration::Manual);
    }
    let pop = Closure::<dyn Fn()>::new(move || nav.follow());
    let _ = window.add_event_listener_with_callback("popstate", pop.as_ref().unchecked_ref());
    pop.forget();
    let hide = Closure::<dyn Fn()>::new(nav::remember_scroll);
    let _ = window.add_event_listener_with_callback("pagehide", hide.as_ref().unchecked_ref());
    hide.forget();
    let press = Closure::<dyn Fn(MouseEvent)>::new(move |event: MouseEvent| {
        if let Some(href) = inner_link(&event) {
            expect(&Route::at(&href));
        }
    });
    let _ = window.add_event_listener_with_callback("pointerdown", press.as_ref().unchecked_ref());
    press.forget();
    let click = Closure::<dyn Fn(MouseEvent)>::new(move |event: MouseEvent| {
        let Some(href) = inner_link(&event) else { return };
        event.prevent_default();
        // What lies above a screen gives its entry up at once, so the place can't wait for a picture of it. From one tab to the
        // next nothing moves: what stays is there at once.
        if layer::is_entry() || nav.peek().tab().is_some() && Route::at(&href).tab().is_some() {
            nav.go_to(&href);
            // Before the new screen is painted, or it flashes up from the middle.
            dom::scroll_to(nav::remembered_scroll());
        } else {
            transition::shift(move || nav.go_to(&href));
        }
    });
    let _ = window.add_event_listener_with_callback("click", click.as_ref().unchecked_ref());
    click.forget();
}

/// The place that a click, or the press before it, leads to.
fn inner_link(event: &MouseEvent) -> Option<String> {
    let plain = event.button() == 0
        && !(event.ctrl_key()
            || event.meta_key()
            || event.shift_key()
            || event.alt_key()
            || event.default_prevented());
    let target: Element = event.target().filter(|_| plain)?.dyn_into().ok()?;
    let link = target.closest("a[href]").ok()??;
    let href = link.get_attribute("href")?;
    let ours = href.starts_with('/') && !href.starts_with("//");
    let elsewhere =
        link.has_attribute("target") || link.has_attribute("download") || href.starts_with("/media/");
    (ours && !elsewhere).then_some(href)
}

/// After another screen is drawn: scrolls to where it was left and moves the focus to its heading, so that readers hear
/// where they are.
pub(super) fn arrived(first: bool) {
    dom::scroll_to(nav::remembered_scroll());
    if !first {
        dom::focus("h1[tabindex]");
    }
}

//! What is around every screen of a member: the way out with the time left, the warning, the farewell.

use super::run::{Ending, Kiosk, Step};
use super::{bye, idle};
use crate::domain::kiosk::vigil::Phase;
use crate::domain::route::Route;
use crate::i18n::{fill, key, t};
use crate::platform::{timer, touch};
use crate::state::{effect, memo};
use crate::ui::{Build, icon, live, ring};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// In the last seconds the way out says so by its colour, too.
const SOON_S: i64 = 30;
/// What covers everything else.
const COVER: &str = "k-idle";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cover {
    None,
    Idle,
    Bye,
}

/// The frame.
pub(super) fn view(kiosk: Kiosk) -> AnyView {
    let cover = Memo::new(move |_| match (kiosk.ending.get(), kiosk.phase.get()) {
        (Ending::No, Phase::Warning { .. }) if is_watched(kiosk) => Cover::Idle,
        (Ending::No, _) => Cover::None,
        _ => Cover::Bye,
    });
    let place = kiosk.nav;
    effect(move || {
        cover.track();
        kiosk.step.track();
        place.route();
        spawn_local(async move {
            // What is covered by then is on screen in the microtask after this one.
            timer::sleep(0).await;
            touch::leave_only(COVER, cover.try_get_untracked() != Some(Cover::None));
        });
    });
    let at_home = memo(move |_| place.route() == Route::Home);
    // Nothing lies before home.
    effect(move || {
        if at_home.get() {
            place.keep_no_history();
        }
    });
    live(move || {
        kiosk.portal.locale.track();
        view! {
            {live(move || if kiosk.signed_in.get() { bar(kiosk, at_home) } else { ().into_any() })}
            {live(move || match cover.get() {
                Cover::None => ().into_any(),
                Cover::Idle => idle::view(kiosk),
                Cover::Bye => bye::view(kiosk),
            })}
        }
        .built()
    })
}

/// Whether somebody's own things are on screen, so that they are asked before they are wiped.
fn is_watched(kiosk: Kiosk) -> bool {
    kiosk.signed_in.get() || kiosk.step.get() == Step::Phone
}

fn bar(kiosk: Kiosk, at_home: Memo<bool>) -> AnyView {
    view! {
        <nav class=move || if at_home.get() { "k-bar k-bar--clear" } else { "k-bar" } aria-label=t(key::APP_TABS)>
            <a class="k-bar__home" href=Route::Home.href()>
                {icon("home")}
                {t(key::TAB_HOME)}
            </a>
            <span class="grow"></span>
            {end_button(kiosk)}
        </nav>
    }
    .built()
}

/// The way out, with the time until it is taken by itself.
pub(super) fn end_button(kiosk: Kiosk) -> AnyView {
    let left = Memo::new(move |_| kiosk.phase.get().left());
    let settings = kiosk.settings();
    let whole = (settings.idle_s + settings.warning_s).max(1);
    let clock = move || {
        let left = left.get().max(0);
        let mut text = (left / 60).to_string();
        text.push_str(if left % 60 < 10 { ":0" } else { ":" });
        text.push_str(&(left % 60).to_string());
        text
    };
    let said = move || fill(key::KIOSK_LEFT, &[("n", &left.get().max(0).to_string())]);
    view! {
        <button
            type="button"
            class=move || if left.get() <= SOON_S { "k-end soon" } else { "k-end" }
            on:click=move |_| kiosk.end(false)
        >
            {ring(move || left.get() * 100 / whole)}
            <span>{t(key::KIOSK_END)}</span>
            <span class="num muted" role="timer" aria-label=said>
                {clock}
            </span>
        </button>
    }
    .built()
}

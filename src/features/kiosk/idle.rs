//! The warning before the end. It covers everything: whoever comes by sees nothing of the member.

use super::attract::head;
use super::run::Kiosk;
use crate::domain::kiosk::vigil::Phase;
use crate::domain::route::Route;
use crate::i18n::{fill, key, t};
use crate::parts::codes;
use crate::parts::frame::landscape;
use crate::platform::{dom, share};
use crate::ui::{Build, live, ring};
use leptos::prelude::*;

/// The warning.
pub(super) fn view(kiosk: Kiosk) -> AnyView {
    let left = Memo::new(move |_| kiosk.phase.get().left());
    let more = Memo::new(move |_| !matches!(kiosk.phase.get(), Phase::Warning { more: false, .. }));
    let whole = kiosk.settings().warning_s.max(1);
    let points = kiosk.portal.points_name();
    let text = move || t(if more.get() { key::KIOSK_IDLE_TEXT } else { key::KIOSK_IDLE_LAST });
    let go_on = live(move || {
        if !more.get() {
            return ().into_any();
        }
        view! {
            <button id="k-more" type="button" class="btn" on:click=move |_| go_on_from_here(kiosk)>
                {t(key::KIOSK_IDLE_MORE)}
            </button>
        }
        .built()
    });
    Effect::new(move |_| dom::focus(if more.get_untracked() { "#k-more" } else { "#k-out" }));
    view! {
        <div class="k-idle" role="alertdialog" aria-modal="true" aria-labelledby="k-still" aria-describedby="k-why">
            {head(kiosk)} {landscape("k-scene")} <div class="k-panel ki">
                <div class="ki-r">
                    {ring(move || left.get() * 100 / whole)}
                    <p role="timer">
                        <b class="num">{move || left.get()}</b>
                        <span>{t(key::KIOSK_IDLE_SECONDS)}</span>
                    </p>
                </div>
                <h1 id="k-still">{t(key::KIOSK_IDLE_TITLE)}</h1>
                <p id="k-why">
                    {text} <br /> {fill(key::KIOSK_IDLE_SAFE, &[("points", &points)])}
                </p>
                {carry(kiosk)} {go_on}
                <button id="k-out" type="button" class="btn q" on:click=move |_| kiosk.end(false)>
                    {t(key::KIOSK_END)}
                </button>
            </div>
        </div>
    }
    .built()
}

fn go_on_from_here(kiosk: Kiosk) {
    kiosk.more();
    dom::focus("h1[tabindex]");
}

/// What was begun can be finished on the member's own phone: answers are on the backend by now, and a reward is where it was. The
/// code holds the address of the place and nothing of the member.
fn carry(kiosk: Kiosk) -> AnyView {
    let place = kiosk.nav.peek();
    let begun = matches!(place, Route::Survey(_) | Route::Reward(_)) && kiosk.signed_in.get_untracked();
    if !begun {
        return ().into_any();
    }
    view! {
        <div class="k-carry">
            <div class="codebox">{codes::qr_with("qr", key::KIOSK_IDLE_CARRY, &share::whole(&place.href()))}</div>
            <p>{t(key::KIOSK_IDLE_CARRY)}</p>
        </div>
    }
    .built()
}

//! Signing in by the member code under the scanner. It is read on every screen before a sign-in; this one says how.

use super::attract::head;
use super::run::{Kiosk, Step};
use crate::i18n::{key, t};
use crate::parts::frame::landscape;
use crate::parts::symbols::symbol;
use crate::platform::dom;
use crate::state::look;
use crate::ui::Build;
use leptos::prelude::*;

/// The screen.
pub(super) fn page(kiosk: Kiosk) -> AnyView {
    look::set_title(kiosk.portal, t(key::KIOSK_CARD_TITLE));
    Effect::new(|_| dom::focus("h1[tabindex]"));
    let said = move || {
        if kiosk.signing.get() { t(key::KIOSK_CARD_BUSY) } else { t(key::KIOSK_CARD_TEXT) }
    };
    view! {
        <div class="app k k-attract k-tall">
            {head(kiosk)} {landscape("k-scene")} <main id="main" class="k-panel k-ask">
                <h1 tabindex="-1">{t(key::KIOSK_CARD_TITLE)}</h1>
                <p role="status">{said}</p>
                <div class="k-beam">
                    {symbol("scan")}
                </div>
                <p class="err" role="alert">
                    {move || kiosk.scan_fault.get()}
                </p>
                <button type="button" class="btn q" on:click=move |_| kiosk.turn_to(Step::Invite)>
                    {t(key::ACTION_BACK)}
                </button>
            </main>
        </div>
    }
    .built()
}

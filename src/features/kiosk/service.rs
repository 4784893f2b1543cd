//! The device is not enrolled, or no more: it serves nobody until it is.

use super::attract::head;
use super::run::Kiosk;
use crate::domain::route::Route;
use crate::i18n::{fill, key, t};
use crate::parts::frame::landscape;
use crate::parts::symbols::symbol;
use crate::platform::dom;
use crate::state::look;
use crate::ui::Build;
use leptos::prelude::*;

/// The screen.
pub(super) fn page(kiosk: Kiosk) -> AnyView {
    look::set_title(kiosk.portal, t(key::KIOSK_SERVICE_TITLE));
    let device = kiosk.device.get_untracked().map(|device| {
        let number = fill(key::DEVICE_NUMBER_VALUE, &[("n", &device.number)]);
        view! {
            <dl class="facts">
                <div>
                    <dt>{t(key::DEVICE_STORE)}</dt>
                    <dd>{device.store}</dd>
                </div>
                <div>
                    <dt>{t(key::DEVICE_NUMBER)}</dt>
                    <dd>{number}</dd>
                </div>
            </dl>
        }
    });
    view! {
        <div class="app k k-attract k-tall">
            {head(kiosk)} {landscape("k-scene")} <main id="main" class="k-panel k-ask">
                <h1 tabindex="-1">{t(key::KIOSK_SERVICE_TITLE)}</h1>
                <p role="status">{t(key::KIOSK_SERVICE_TEXT)}</p>
                <div class="k-beam bad">{symbol("screen")}</div>
                {device}
                <a class="btn" href=Route::Enrol.href()>
                    {t(key::KIOSK_SERVICE_ENROL)}
                </a>
                <button
                    type="button"
                    class="btn q"
                    on:click=|_| dom::reload_at(&Route::SignIn { next: None }.href())
                >
                    {t(key::ACTION_RETRY)}
                </button>
            </main>
        </div>
    }
    .built()
}

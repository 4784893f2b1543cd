//! The farewell, which covers everything while the screen is wiped.

use super::attract::head;
use super::run::{Ending, Kiosk};
use crate::i18n::{key, t};
use crate::parts::frame::landscape;
use crate::ui::{Build, icon, live};
use leptos::prelude::*;

/// The farewell.
pub(super) fn view(kiosk: Kiosk) -> AnyView {
    view! {
        <div class="k-idle">
            {head(kiosk)} {landscape("k-scene")} <div class="k-panel ki" role="status">
                {live(move || match kiosk.ending.get() {
                    Ending::Unheard => said("offline", t(key::KIOSK_QR_OFFLINE), t(key::KIOSK_BYE_OFFLINE)),
                    Ending::Wiping(true) => {
                        said("check", t(key::KIOSK_BYE_TITLE), t(key::KIOSK_IDLE_ENDED))
                    }
                    _ => said("check", t(key::KIOSK_BYE_TITLE), t(key::KIOSK_BYE_TEXT)),
                })}
            </div>
        </div>
    }
    .built()
}

fn said(picture: &str, title: &'static str, text: &'static str) -> AnyView {
    view! {
        <div class="ok-ring">{icon(picture)}</div>
        <h1>{title}</h1>
        <p>{text}</p>
    }
    .built()
}

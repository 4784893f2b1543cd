//! Signing in by the app around the page, which knows who is there.

use crate::api::client;
use crate::domain::config::AuthMode;
use crate::domain::wechat::{oauth, portal_page};
use crate::features::sign_in::Form;
use crate::i18n::{key, t};
use crate::platform::reach::{call, get, set, text, window};
use crate::platform::timer;
use crate::platform::wechat::{self, bridge};
use crate::state::portal;
use crate::ui::{icon_small, live};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Kept for as long as the window: who comes back from WeChat to the sign-in is nobody's member yet.
const ASKED: &str = "portal.host_asked";
/// For so long after a press another does nothing, in milliseconds.
const LEAVING_MS: i32 = 4_000;

/// The way; nothing where there is no such app, or its word doesn't reach the backend.
pub(super) fn way(form: Form) -> AnyView {
    let portal = portal();
    if !portal.channel.has_host() || !portal.has("wechat") || client::auth_mode() != AuthMode::Cookie {
        return ().into_any();
    }
    let kept = get(&window(), "sessionStorage");
    let came_back = !text(&kept, ASKED).is_empty();
    if came_back {
        call(&kept, "removeItem", Some(&ASKED.into()));
    }
    let said = RwSignal::new(came_back.then(|| t(key::SIGN_IN_WECHAT_NEW)));
    let busy = RwSignal::new(false);
    let press = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        said.set(None);
        let to = form.next.get_value().unwrap_or_else(|| "/".into());
        spawn_local(async move {
            if !wechat::host().pages {
                set(&get(&window(), "sessionStorage"), ASKED, &"1".into());
                call(&get(&window(), "location"), "assign", Some(&oauth(&to).into()));
                timer::sleep(LEAVING_MS).await;
            } else if !bridge::relaunch(&portal_page(&to)).await.is_done() && bridge::is_visible() {
                let _ = said.try_set(Some(t(key::SIGN_IN_WECHAT_NOT)));
            }
            let _ = busy.try_set(false);
        });
    };
    let waiting = move || busy.get().then_some("true");
    // Asking again would lead here again.
    let button = (!came_back).then(|| {
        view! {
            <button type="button" id="host" class="btn q mt-3" aria-disabled=waiting aria-busy=waiting on:click=press>
                {t(key::SIGN_IN_WECHAT)}
            </button>
        }
    });
    view! {
        {button}
        <div role="alert">
            {live(move || {
                let note = |text| view! { <p class="note mt-3">{icon_small("info")}<span>{text}</span></p> };
                said.get().map(note).into_any()
            })}
        </div>
    }
    .into_any()
}

//! Signing out: asked once, because the device forgets the member.

use crate::i18n::{key, t};
use crate::parts::sheet::sheet;
use crate::platform::dom;
use crate::state::session;
use crate::ui::{Build, icon};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

pub(super) fn item(asked: RwSignal<bool>) -> AnyView {
    view! {
        <ul class="list">
            <li>
                <button
                    id="sign-out"
                    type="button"
                    class="item"
                    aria-haspopup="dialog"
                    on:click=move |_| asked.set(true)
                >
                    <span class="dang">{icon("exit")}</span>
                    <span class="grow dang">{t(key::ME_SIGN_OUT)}</span>
                </button>
            </li>
        </ul>
    }
    .built()
}

pub(super) fn ask(asked: RwSignal<bool>) -> AnyView {
    let busy = RwSignal::new(false);
    let close = Callback::new(move |()| {
        if !busy.get_untracked() {
            asked.set(false);
        }
    });
    let leave = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            session::sign_out().await;
            // Loading the page anew forgets what is in memory as well.
            dom::reload_at("/sign-in");
        });
    };
    let waiting = move || busy.get().then_some("true");
    let body = view! {
        <h2 id="sheet-title" class="title--xl">
            {t(key::ME_SIGN_OUT_ASK)}
        </h2>
        <p class="muted mt-2">{t(key::ME_SIGN_OUT_TEXT)}</p>
        <button type="button" class="btn mt-4" aria-disabled=waiting aria-busy=waiting on:click=leave>
            {t(key::ME_SIGN_OUT)}
        </button>
        <button
            type="button"
            class="btn q mt-3"
            aria-disabled=waiting
            on:click=move |_| close.run(())
        >
            {t(key::ME_SIGN_OUT_STAY)}
        </button>
    }
    .built();
    sheet("#sign-out", close, body)
}

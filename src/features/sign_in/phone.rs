//! First step: the phone number.

use crate::domain::phone::{format_typed, normalise};
use crate::features::sign_in::{Form, contexts, host, passkey};
use crate::i18n::{key, t};
use crate::parts::failure::sign_in_line;
use crate::platform::dom;
use crate::state::session;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

pub(super) fn step(form: Form) -> AnyView {
    let (portal, _) = contexts();
    let fault = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let (terms, privacy) =
        portal.of(|programme| (programme.terms_url.clone(), programme.privacy_url.clone()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let Some(number) = normalise(&form.phone.get_untracked()) else {
            fault.set(Some(t(key::SIGN_IN_PHONE_BAD).into()));
            dom::focus("#phone");
            return;
        };
        if !form.agreed.get_untracked() {
            fault.set(Some(t(key::SIGN_IN_AGREE_FIRST).into()));
            dom::focus("#agree");
            return;
        }
        fault.set(None);
        busy.set(true);
        spawn_local(async move {
            match session::ask_code(&number).await {
                Ok(seconds) => {
                    form.resend_in.set(seconds);
                    form.sent_to.set(Some(number));
                }
                Err(error) => {
                    let _ = fault.try_set(Some(sign_in_line(&error)));
                }
            }
            let _ = busy.try_set(false);
        });
    };
    let bad_phone = move || fault.get().is_some_and(|text| text == t(key::SIGN_IN_PHONE_BAD));
    let gift = form.next.with_value(|next| next.as_deref().is_some_and(|next| next.starts_with("/gifts/")));
    let lead = t(if gift { key::SIGN_IN_GIFT } else { key::SIGN_IN_LEAD });
    view! {
        <form on:submit=submit novalidate=true>
            <h1 class="bigt" tabindex="-1">
                {t(key::SIGN_IN_TITLE)}
            </h1>
            <p class="lead muted">{lead}</p>
            <label class=move || if bad_phone() { "field mt-4 err" } else { "field mt-4" }>
                <span>{t(key::SIGN_IN_PHONE)}</span>
                <input
                    id="phone"
                    name="phone"
                    type="tel"
                    inputmode="tel"
                    autocomplete="tel"
                    maxlength="24"
                    aria-describedby="fault"
                    aria-invalid=move || bad_phone().then_some("true")
                    prop:value=move || form.phone.get()
                    on:input:target=move |event| {
                        form.phone.set(format_typed(&event.target().value()));
                        fault.set(None);
                    }
                />
            </label>
            <label class="tick mt-3">
                <input
                    id="agree"
                    type="checkbox"
                    prop:checked=move || form.agreed.get()
                    on:change:target=move |event| {
                        form.agreed.set(event.target().checked());
                        fault.set(None);
                    }
                />
                <span>
                    {t(key::SIGN_IN_AGREE)} {document(terms, t(key::SIGN_IN_TERMS))} {t(key::SIGN_IN_AND)}
                    {document(privacy, t(key::SIGN_IN_PRIVACY))}
                </span>
            </label>
            <p id="fault" class="err" role="alert">
                {move || fault.get()}
            </p>
            <button class="btn mt-4" aria-disabled=move || busy.get().then_some("true")>
                {t(key::SIGN_IN_SEND)}
            </button>
            {host::way(form)}
            {passkey::way(form, fault)}
        </form>
    }
    .into_any()
}

/// A document of the programme: a link where it has an address.
fn document(address: Option<String>, name: &'static str) -> AnyView {
    match address.filter(|address| address.starts_with("https://") || address.starts_with('/')) {
        Some(address) => view! {
            <a class="bi" href=address target="_blank" rel="noopener">
                {name}
            </a>
        }
        .into_any(),
        None => view! { <b>{name}</b> }.into_any(),
    }
}

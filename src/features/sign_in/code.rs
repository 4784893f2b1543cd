//! Second step: the code.

use crate::domain::phone::format_typed;
use crate::features::sign_in::{Form, contexts, enter};
use crate::i18n::{key, t};
use crate::parts::failure::sign_in_line;
use crate::platform::{dom, otp, timer};
use crate::state::{session, toast};
use crate::ui::{rich, ring};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

const LENGTH: usize = 6;

pub(super) fn step(form: Form, number: String) -> AnyView {
    let (portal, nav) = contexts();
    let toasts = toast::toasts();
    let code = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let number = StoredValue::new(number);
    let version = portal.of(|programme| programme.terms_version.clone());
    let version = StoredValue::new(version);
    let full = StoredValue::new(form.resend_in.get_untracked().max(1));
    count_down(form);

    let send = move || {
        let typed = code.get_untracked();
        if busy.get_untracked() {
            return;
        }
        if typed.len() != LENGTH {
            fault.set(Some(t(key::SIGN_IN_CODE_SHORT).into()));
            dom::focus("#otp");
            return;
        }
        fault.set(None);
        busy.set(true);
        spawn_local(async move {
            match session::sign_in(&number.get_value(), &typed, &version.get_value()).await {
                Ok(()) => {
                    // A question that waits for an answer is welcome enough.
                    if !form
                        .next
                        .with_value(|next| next.as_deref().is_some_and(|next| next.starts_with("/device")))
                    {
                        toasts.show(t(key::SIGN_IN_WELCOME));
                    }
                    enter(portal, nav, form);
                }
                Err(error) => {
                    let _ = fault.try_set(Some(sign_in_line(&error)));
                    if error.code() == "code-incorrect" {
                        let _ = code.try_set(String::new());
                    }
                    dom::focus("#otp");
                }
            }
            let _ = busy.try_set(false);
        });
    };
    let typed = move |text: String| {
        let digits: String = text.chars().filter_map(digit).take(LENGTH).collect();
        let complete = digits.len() == LENGTH && digits != code.get_untracked();
        code.set(digits);
        if complete {
            send();
        } else {
            fault.set(None);
        }
    };
    let message = StoredValue::new_local(otp::wait(move |text| {
        if code.try_with_untracked(String::is_empty) == Some(true) {
            typed(text);
        }
    }));
    on_cleanup(move || drop(message.try_update_value(Option::take)));
    let asking = StoredValue::new(false);
    let resend = move |_| {
        if asking.get_value() || form.resend_in.get_untracked() > 0 {
            return;
        }
        asking.set_value(true);
        let number = number.get_value();
        spawn_local(async move {
            match session::ask_code(&number).await {
                Ok(seconds) => {
                    let _ = fault.try_set(None);
                    let _ = full.try_set_value(seconds.max(1));
                    form.resend_in.set(seconds);
                }
                Err(error) => {
                    let _ = fault.try_set(Some(sign_in_line(&error)));
                }
            }
            let _ = asking.try_set_value(false);
        });
    };
    let cells = move || {
        let digits = code.get();
        let cell = |index: usize| match digits.chars().nth(index) {
            Some(digit) => view! { <i class="num" aria-hidden="true">{digit.to_string()}</i> }.into_any(),
            None if index == digits.len() => view! { <i class="on" aria-hidden="true"></i> }.into_any(),
            None => view! { <i aria-hidden="true"></i> }.into_any(),
        };
        (0..LENGTH).map(cell).collect_view()
    };
    let wait = move || {
        let left = form.resend_in.get();
        if left == 0 {
            view! {
                <button type="button" class="linkbtn" on:click=resend>
                    {t(key::SIGN_IN_RESEND)}
                </button>
            }
            .into_any()
        } else {
            let said = rich(key::SIGN_IN_RESEND_IN, &[("n", &left.to_string())]);
            view! {
                {ring(move || left * 100 / full.get_value().max(1))}
                <span>{said}</span>
            }
            .into_any()
        }
    };
    Effect::new(move |_| dom::focus("#otp"));
    view! {
        <form
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
            novalidate=true
        >
            <h1 class="bigt" tabindex="-1">
                {t(key::SIGN_IN_CODE_TITLE)}
            </h1>
            <p class="row lead">
                <span class="grow">
                    {rich(key::SIGN_IN_SENT_TO, &[("phone", &national(&number.get_value()))])}
                </span>
                <button type="button" class="linkbtn" on:click=move |_| form.sent_to.set(None)>
                    {t(key::SIGN_IN_CHANGE)}
                </button>
            </p>
            <label class=move || if fault.get().is_some() { "otp err" } else { "otp" }>
                <span class="vh">{t(key::SIGN_IN_CODE)}</span>
                <input
                    id="otp"
                    name="code"
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    maxlength="12"
                    aria-describedby="fault"
                    aria-invalid=move || fault.get().is_some().then_some("true")
                    prop:value=move || code.get()
                    on:input:target=move |event| typed(event.target().value())
                />
                {cells}
            </label>
            <p id="fault" class="err" role="alert">
                {move || fault.get()}
            </p>
            <p class="row s muted mt-3">{wait}</p>
            <button class="btn mt-4" aria-disabled=move || busy.get().then_some("true")>
                {t(key::SIGN_IN_SUBMIT)}
            </button>
        </form>
    }
    .into_any()
}

/// A number as people at home write it.
fn national(number: &str) -> String {
    format_typed(number.strip_prefix("+86").unwrap_or(number))
}

/// A digit, also one typed in full width.
fn digit(letter: char) -> Option<char> {
    match letter {
        '0'..='9' => Some(letter),
        '０'..='９' => char::from_digit(u32::from(letter) - u32::from('０'), 10),
        _ => None,
    }
}

fn count_down(form: Form) {
    let ticker = timer::every(1000, move || {
        let _ = form.resend_in.try_update(|left| *left = (*left - 1).max(0));
    });
    let ticker = StoredValue::new_local(ticker);
    on_cleanup(move || drop(ticker.try_update_value(Option::take)));
}

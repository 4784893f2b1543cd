//! Signing in by phone number, with keys on the screen: the number is hidden while it is typed.

use super::frame;
use super::keypad::{Press, digits};
use super::run::{Kiosk, Step};
use super::sign;
use crate::domain::kiosk::mask::{Cell, cells};
use crate::domain::phone::{format_typed, normalise};
use crate::i18n::{fill, key, t};
use crate::parts::failure::sign_in_line;
use crate::parts::frame::{landscape, logo};
use crate::parts::symbols::symbol_small;
use crate::platform::reach::text;
use crate::platform::{dom, timer};
use crate::state::{look, session};
use crate::ui::{icon, live, rich, ring};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Digits of a mainland mobile number.
const NUMBER: usize = 11;
/// Digits of the code.
const CODE: usize = 6;

#[derive(Clone, Copy)]
struct Form {
    kiosk: Kiosk,
    number: RwSignal<String>,
    code: RwSignal<String>,
    agreed: RwSignal<bool>,
    sent: RwSignal<bool>,
    resend_in: RwSignal<i64>,
    fault: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
}

/// The screen.
pub(super) fn page(kiosk: Kiosk) -> AnyView {
    look::set_title(kiosk.portal, t(key::KIOSK_PHONE_TITLE));
    let form = Form {
        kiosk,
        number: RwSignal::new(String::new()),
        code: RwSignal::new(String::new()),
        agreed: RwSignal::new(false),
        sent: RwSignal::new(false),
        resend_in: RwSignal::new(0),
        fault: RwSignal::new(None),
        busy: RwSignal::new(false),
    };
    kiosk.typed.set_value(Some(Callback::new(move |text: String| {
        for digit in text.chars().filter(char::is_ascii_digit) {
            form.press(Press::Letter(digit));
        }
    })));
    Effect::new(|_| dom::focus("h1[tabindex]"));
    let keys = window_event_listener_untyped("keydown", move |event| {
        if text(&event, "key") == "Backspace" {
            form.press(Press::Back);
        }
    });
    let ticker = timer::every(1000, move || {
        let _ = form.resend_in.try_update(|left| *left = (*left - 1).max(0));
    });
    let ticker = StoredValue::new_local(ticker);
    on_cleanup(move || {
        kiosk.typed.set_value(None);
        keys.remove();
        drop(ticker.try_update_value(Option::take));
    });
    let name = kiosk.portal.of(|programme| programme.name.clone());
    view! {
        <div class="app k kk">
            <header class="scene">
                {landscape("scene__art")}
                <div class="k-top">{logo()}<b class="grow">{name}</b>{frame::end_button(kiosk)}</div>
            </header>
            <main id="main" class="k-panel">
                {live(move || if form.sent.get() { code_step(form) } else { number_step(form) })}
            </main>
        </div>
    }
    .into_any()
}

impl Form {
    fn press(self, press: Press) {
        if self.busy.get_untracked() {
            return;
        }
        self.fault.set(None);
        if self.sent.get_untracked() {
            self.code.update(|code| press.apply(code, CODE));
            if self.code.with_untracked(|code| code.len() == CODE) && matches!(press, Press::Letter(_)) {
                self.sign_in();
            }
        } else {
            self.number.update(|number| press.apply(number, NUMBER));
        }
    }

    fn ask(self) {
        let Some(number) = normalise(&self.number.get_untracked()) else {
            self.fault.set(Some(t(key::SIGN_IN_PHONE_BAD).into()));
            return;
        };
        if !self.agreed.get_untracked() {
            self.fault.set(Some(t(key::SIGN_IN_AGREE_FIRST).into()));
            return;
        }
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.fault.set(None);
        spawn_local(async move {
            match session::ask_code(&number).await {
                Ok(seconds) => {
                    let _ = self.resend_in.try_set(seconds);
                    let _ = self.code.try_set(String::new());
                    let _ = self.sent.try_set(true);
                }
                Err(error) => {
                    let _ = self.fault.try_set(Some(sign_in_line(&error)));
                }
            }
            let _ = self.busy.try_set(false);
        });
    }

    fn sign_in(self) {
        let Some(number) = normalise(&self.number.get_untracked()) else { return };
        if self.code.with_untracked(|code| code.len() != CODE) {
            self.fault.set(Some(t(key::SIGN_IN_CODE_SHORT).into()));
            return;
        }
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let code = self.code.get_untracked();
        spawn_local(async move {
            if let Err(error) = sign::by_phone(self.kiosk, &number, &code).await {
                let _ = self.fault.try_set(Some(sign_in_line(&error)));
                let _ = self.code.try_set(String::new());
            }
            let _ = self.busy.try_set(false);
        });
    }
}

/// The places of the number, as they are seen; readers hear how many are typed, never which.
fn masked(form: Form) -> AnyView {
    let said = move || {
        let typed = form.number.with(String::len).to_string();
        fill(key::KIOSK_PHONE_TYPED, &[("n", &typed), ("all", &NUMBER.to_string())])
    };
    let groups = move || {
        let all = form.number.with(|number| cells(number, NUMBER));
        [&all[..3], &all[3..7], &all[7..]]
            .map(|group| {
                let cell = |cell: &Cell| match *cell {
                    Cell::Shown(digit) => view! { <i>{digit.to_string()}</i> }.into_any(),
                    Cell::Hidden => view! { <i class="hid"></i> }.into_any(),
                    Cell::Next => view! { <i class="e on"></i> }.into_any(),
                    Cell::Empty => view! { <i class="e"></i> }.into_any(),
                };
                view! { <span aria-hidden="true">{group.iter().map(cell).collect_view()}</span> }
            })
            .into_iter()
            .collect_view()
    };
    view! {
        <p class="vh" role="status">{said}</p>
        <p class="mask num" aria-hidden="true">{groups}</p>
    }
    .into_any()
}

fn number_step(form: Form) -> AnyView {
    let kiosk = form.kiosk;
    let missing = move || NUMBER - form.number.with(String::len).min(NUMBER);
    let label = move || match missing() {
        0 => t(key::SIGN_IN_SEND).to_owned(),
        missing => fill(key::KIOSK_PHONE_MISSING, &[("n", &missing.to_string())]),
    };
    view! {
        <button type="button" class="k-hint" on:click=move |_| kiosk.turn_to(Step::Invite)>
            {icon("qr")}
            <span>{t(key::KIOSK_PHONE_HINT)}</span>
            {icon("right")}
        </button>
        <h1 class="bigt" tabindex="-1">{t(key::KIOSK_PHONE_TITLE)}</h1>
        <p class="muted row">{symbol_small("lock")}<span>{t(key::KIOSK_PHONE_MASKED)}</span></p>
        {masked(form)}
        {digits(Callback::new(move |press| form.press(press)))}
        <label class="tick">
            <input
                id="agree"
                type="checkbox"
                prop:checked=move || form.agreed.get()
                on:change:target=move |event| {
                    form.agreed.set(event.target().checked());
                    form.fault.set(None);
                }
            />
            // Nobody leaves a shared screen for a document: the names are no links here.
            <span>
                {t(key::SIGN_IN_AGREE)} <b>{t(key::SIGN_IN_TERMS)}</b> {t(key::SIGN_IN_AND)}
                <b>{t(key::SIGN_IN_PRIVACY)}</b>
            </span>
        </label>
        <p class="err" role="alert">{move || form.fault.get()}</p>
        <button
            type="button"
            class="btn"
            aria-disabled=move || (missing() > 0 || form.busy.get()).then_some("true")
            on:click=move |_| form.ask()
        >
            {label}
        </button>
    }
    .into_any()
}

fn code_step(form: Form) -> AnyView {
    let shown = form.number.with_untracked(|number| format_typed(number));
    let tail: String = shown.chars().skip(shown.chars().count().saturating_sub(4)).collect();
    let mut masked = String::from("*** **** ");
    masked.push_str(&tail);
    let full = form.resend_in.get_untracked().max(1);
    let wait = live(move || match form.resend_in.get() {
        0 => view! {
            <button type="button" class="linkbtn" on:click=move |_| form.ask()>
                {t(key::SIGN_IN_RESEND)}
            </button>
        }
        .into_any(),
        left => {
            let said = rich(key::SIGN_IN_RESEND_IN, &[("n", &left.to_string())]);
            view! { {ring(move || form.resend_in.get() * 100 / full)}<span>{said}</span> }.into_any()
        }
    });
    let places = move || {
        let code = form.code.get();
        let cell = |at: usize| match code.chars().nth(at) {
            Some(digit) => view! { <i>{digit.to_string()}</i> }.into_any(),
            None if at == code.len() => view! { <i class="e on"></i> }.into_any(),
            None => view! { <i class="e"></i> }.into_any(),
        };
        (0..CODE).map(cell).collect_view()
    };
    let said = move || {
        let typed = form.code.with(String::len).to_string();
        fill(key::KIOSK_PHONE_TYPED, &[("n", &typed), ("all", &CODE.to_string())])
    };
    let change = move |_| {
        form.fault.set(None);
        form.sent.set(false);
    };
    view! {
        <h1 class="bigt" tabindex="-1">{t(key::SIGN_IN_CODE_TITLE)}</h1>
        <p class="muted row">
            <span class="grow">{rich(key::SIGN_IN_SENT_TO, &[("phone", &masked)])}</span>
            <button type="button" class="linkbtn" on:click=change>{t(key::SIGN_IN_CHANGE)}</button>
        </p>
        <p class="vh" role="status">{said}</p>
        <p class=move || if form.fault.get().is_some() { "mask num err" } else { "mask num" } aria-hidden="true"><span>{places}</span></p>
        {digits(Callback::new(move |press| form.press(press)))}
        <p class="row s muted">{wait}</p>
        <p class="err" role="alert">{move || form.fault.get()}</p>
        <button
            type="button"
            class="btn"
            aria-disabled=move || (form.busy.get() || form.code.with(|code| code.len() < CODE)).then_some("true")
            on:click=move |_| form.sign_in()
        >
            {t(key::SIGN_IN_SUBMIT)}
        </button>
    }
    .into_any()
}

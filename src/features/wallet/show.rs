//! The code for the till: on its card, over the whole screen, and what is said once it was used.

use crate::domain::date::Instant;
use crate::i18n::{fill, key, t};
use crate::parts::symbols::symbol_small;
use crate::parts::{codes, words};
use crate::platform::{dom, layer, timer, wake_lock};
use crate::state::{effect, portal};
use crate::ui::{Build, icon, icon_small, live};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// How something to use stands, whatever it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It can be used.
    Ready,
    /// It was used.
    Done,
    /// Neither.
    Other,
}

/// The code on screen. Copying it copies the handle.
#[derive(Clone, Copy)]
pub(super) struct Show {
    /// Whether it covers the screen.
    full: RwSignal<bool>,
    /// Whether it was used while it was on screen.
    thanked: RwSignal<bool>,
}

impl Show {
    /// Watches `one`, a tracked reading of what is on screen.
    pub(super) fn new(one: impl Fn() -> Option<Use> + 'static) -> Self {
        let show = Self { full: RwSignal::new(false), thanked: RwSignal::new(false) };
        let before = StoredValue::new(None);
        effect(move || {
            let now = one();
            let was = before.get_value();
            before.set_value(now);
            if was == Some(Use::Ready) && now.is_some_and(|now| now != Use::Ready) {
                show.thanked.set(now == Some(Use::Done));
                show.shrink();
            }
        });
        let layer = StoredValue::new_local(None);
        let keeps_history = portal().channel.keeps_history();
        effect(move || {
            let open = show.full.get() && keeps_history;
            layer.set_value(open.then(|| layer::open(move || show.shrink())));
        });
        on_cleanup(move || drop(layer.try_update_value(Option::take)));
        show
    }

    /// Back to its card. What had the focus may be gone with the code.
    fn shrink(self) {
        if self.full.try_get_untracked() == Some(true) {
            let _ = self.full.try_set(false);
            spawn_local(async {
                timer::sleep(0).await;
                dom::focus("h1[tabindex]");
                dom::focus("#show");
            });
        }
    }

    /// The class of the screen; tracked.
    pub(super) fn class(self) -> &'static str {
        if self.full.get() { "app notab show" } else { "app notab" }
    }

    /// Escape leaves the whole screen.
    pub(super) fn key(self, event: &KeyboardEvent) {
        if event.key() == "Escape" {
            self.shrink();
        }
    }

    /// What readers are told about where it stands; tracked.
    pub(super) fn said(self, status: Option<&'static str>) -> Option<&'static str> {
        if self.thanked.get() { Some(t(key::VOUCHER_THANKS)) } else { status }
    }

    /// The code in all its forms, with the screen kept on; where there is none, what to say in the store.
    pub(super) fn code(self, title: &str, code: &str) -> AnyView {
        if code.is_empty() {
            return view! {
                <div class="codebox">
                    <p>{t(key::VOUCHER_NO_CODE)}</p>
                </div>
            }
            .built();
        }
        let light = StoredValue::new_local(wake_lock::keep_on());
        on_cleanup(move || drop(light.try_update_value(Option::take)));
        let label = move || {
            let full = self.full.get();
            let (name, word) =
                if full { ("close", key::VOUCHER_SHRINK) } else { ("qr", key::VOUCHER_ENLARGE) };
            view! {
                {icon_small(name)}
                {t(word)}
            }
        };
        let press = move |_| {
            self.full.update(|full| *full = !*full);
            dom::scroll_to(0.0);
        };
        view! {
            <div class="codebox">
                <h1 class="codebox__h">{title.to_string()}</h1>
                {codes::qr("qr", code)} {codes::digits(code)} {codes::bars(code)}
                <p class="s codebox__t row row--center mt-3">{symbol_small("sun")} {t(key::CODE_BRIGHT)}</p>
                <button type="button" id="show" class="btn q mt-3" on:click=press>
                    {live(move || label().into_any())}
                </button>
            </div>
        }
        .built()
    }

    /// What stands in the code's place once it was used.
    pub(super) fn used(self, at: Option<Instant>) -> AnyView {
        let class = move || if self.thanked.get() { "usedup usedup--now" } else { "usedup" };
        let title =
            move || t(if self.thanked.get() { key::VOUCHER_THANKS } else { key::VOUCHER_STATUS_USED });
        let time = at.map(|at| {
            view! { <p class="s muted">{fill(key::VOUCHER_USED_AT, &[("date", &words::day_time(at))])}</p> }
        });
        view! {
            <div class=class>
                <span class="ok-ring">{icon("check")}</span>
                <p class="title--l mt-3">
                    <b>{live(move || title().into_any())}</b>
                </p>
                {time}
            </div>
        }
        .built()
    }
}

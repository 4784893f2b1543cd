//! Cancelling a redemption: asked once more in a sheet, and sent with one key until its end is known.

use crate::api::error::ApiError;
use crate::api::{client, endpoint, wire};
use crate::domain::number::group;
use crate::domain::redemption::Redemption;
use crate::features::wallet::face::note;
use crate::i18n::{fill, key, t};
use crate::parts::failure::line;
use crate::parts::sheet::sheet;
use crate::platform::{clock, dom, random, timer};
use crate::state::toast::{self, Toasts};
use crate::state::{Portal, Query, portal, session};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The sheet and what it does.
#[derive(Clone, Copy)]
pub(super) struct Cancel {
    portal: Portal,
    toasts: Toasts,
    id: StoredValue<String>,
    query: Query<Redemption>,
    open: RwSignal<bool>,
    busy: RwSignal<bool>,
    /// What went wrong, and what is safe.
    fault: RwSignal<Option<(String, String)>>,
    /// The key of an attempt whose end isn't known: trying again must be the same attempt.
    attempt: StoredValue<Option<String>>,
}

impl Cancel {
    pub(super) fn new(id: String, query: Query<Redemption>) -> Self {
        Self {
            portal: portal(),
            toasts: toast::toasts(),
            id: StoredValue::new(id),
            query,
            open: RwSignal::new(false),
            busy: RwSignal::new(false),
            fault: RwSignal::new(None),
            attempt: StoredValue::new(None),
        }
    }

    /// Whether the sheet is open; tracked.
    pub(super) fn is_open(self) -> bool {
        self.open.get()
    }

    /// What opens the sheet.
    pub(super) fn button(self) -> AnyView {
        let press = move |_| {
            self.fault.set(None);
            self.open.set(true);
        };
        view! {
            <button type="button" id="cancel" class="btn q mt-5" on:click=press>
                {t(key::VOUCHER_CANCEL)}
            </button>
        }
        .into_any()
    }

    /// The sheet, while it is open.
    pub(super) fn sheet(self) -> AnyView {
        let view = move || self.open.get().then(|| sheet("#cancel", self.closing(), self.question()));
        view.into_any()
    }

    fn closing(self) -> Callback<()> {
        Callback::new(move |()| {
            if !self.busy.get_untracked() {
                self.shut();
            }
        })
    }

    fn question(self) -> AnyView {
        let cost = self.query.peek().map(|one| one.cost_points).unwrap_or_default();
        let points = self.portal.points_name();
        let text = fill(key::VOUCHER_CANCEL_TEXT, &[("n", &group(cost)), ("points", &points)]);
        let fault = move || self.fault.get().map(|(what, safe)| note(what, safe));
        let busy = move || self.busy.get().then_some("true");
        let label =
            move || t(if self.busy.get() { key::VOUCHER_CANCELLING } else { key::VOUCHER_CANCEL_YES });
        view! {
            <h2 id="sheet-title" class="title--xl">
                {t(key::VOUCHER_CANCEL_ASK)}
            </h2>
            <p class="muted mt-2">{text}</p>
            {fault}
            <div class="row mt-5">
                <button
                    type="button"
                    class="btn q"
                    aria-disabled=busy
                    on:click=move |_| self.closing().run(())
                >
                    {t(key::VOUCHER_CANCEL_KEEP)}
                </button>
                <button
                    type="button"
                    class="btn d"
                    aria-disabled=busy
                    aria-busy=busy
                    on:click=move |_| self.send()
                >
                    {label}
                </button>
            </div>
        }
        .into_any()
    }

    fn send(self) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.fault.set(None);
        let attempt = self.attempt.get_value().unwrap_or_else(random::uuid);
        self.attempt.set_value(Some(attempt.clone()));
        let endpoint = endpoint::cancel_redemption(&self.id.get_value());
        spawn_local(async move {
            let reply = client::post(endpoint, String::new(), Some(&attempt)).await;
            let answer = reply.and_then(|reply| reply.decode(wire::wallet::redemption));
            let _ = self.busy.try_set(false);
            match answer {
                Ok(redemption) => self.done(redemption),
                Err(error) => self.failed(&error),
            }
        });
    }

    fn done(self, redemption: Redemption) {
        let values = [("n", &*group(redemption.cost_points)), ("points", &*self.portal.points_name())];
        self.toasts.show(fill(key::VOUCHER_CANCELLED, &values));
        self.portal.overview.load();
        let _ = self.attempt.try_set_value(None);
        self.query.put(redemption);
        self.shut();
    }

    /// Closes the sheet. Where its button is gone the focus goes to the heading.
    fn shut(self) {
        if self.open.try_set(false).is_some() {
            return;
        }
        let gone = self.query.peek().is_none_or(|one| !one.cancellable_at(clock::now()));
        spawn_local(async move {
            timer::sleep(0).await;
            if gone {
                dom::focus("h1[tabindex]");
            }
        });
    }

    fn failed(self, error: &ApiError) {
        if error.is_signed_out() {
            session::ended();
            return;
        }
        let points = self.portal.points_name();
        let values = [("points", points.as_str())];
        let safe = if error.is_unknown() {
            key::VOUCHER_CANCEL_UNKNOWN
        } else {
            let _ = self.attempt.try_set_value(None);
            if error.code() == "not-cancellable" {
                self.query.load();
            }
            key::VOUCHER_CANCEL_KEPT
        };
        let _ = self.fault.try_set(Some((line(error), fill(safe, &values))));
    }
}

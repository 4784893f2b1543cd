//! Cancelling a redemption: asked once more in a sheet, and sent with one key until its end is known.

use crate::api::error::ApiError;
use crate::api::{endpoint, wire};
use crate::domain::number::group;
use crate::domain::redemption::{Redemption, Status};
use crate::features::wallet::{face, voucher};
use crate::i18n::{fill, key, t};
use crate::parts::attempt::Attempt;
use crate::parts::failure::line;
use crate::parts::sheet::sheet;
use crate::platform::{clock, dom, timer};
use crate::state::toast::{self, Toasts};
use crate::state::{Portal, Query, portal, session};
use crate::ui::live;
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
    attempt: Attempt,
}

impl Cancel {
    pub(super) fn new(id: String, query: Query<Redemption>) -> Self {
        Self {
            portal: portal(),
            toasts: toast::toasts(),
            id: StoredValue::new(id),
            query,
            open: RwSignal::new(false),
            attempt: Attempt::new(),
        }
    }

    /// Whether the sheet is open; tracked.
    pub(super) fn is_open(self) -> bool {
        self.open.get()
    }

    /// What opens the sheet.
    pub(super) fn button(self) -> AnyView {
        let press = move |_| {
            self.attempt.hush();
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
        live(move || self.open.get().then(|| sheet("#cancel", self.closing(), self.question())).into_any())
    }

    fn closing(self) -> Callback<()> {
        Callback::new(move |()| {
            if !self.attempt.is_busy() {
                self.shut();
            }
        })
    }

    /// What comes back, and where to.
    fn question(self) -> AnyView {
        let points = self.portal.points_name();
        let (cost, used) =
            self.query.peek().map(|one| (one.cost_points, one.buckets_used)).unwrap_or_default();
        let text = fill(key::VOUCHER_CANCEL_TEXT, &[("n", &group(cost)), ("points", &points)]);
        let to = face::buckets(&used).map(|list| {
            view! { <p class="mt-2">{fill(key::VOUCHER_CANCEL_TO, &[("list", &list)])}</p> }
        });
        let lost = face::lost(&used, clock::now()).map(|text| view! { <p class="warn mt-2">{text}</p> });
        let keep = (key::VOUCHER_CANCEL_KEEP, self.closing());
        let words = [key::VOUCHER_CANCEL_YES, key::VOUCHER_CANCELLING];
        let send = Callback::new(move |()| self.send());
        view! {
            <h2 id="sheet-title" class="title--xl">
                {t(key::VOUCHER_CANCEL_ASK)}
            </h2>
            <p class="mt-2">{text}</p>
            {to}
            {lost}
            <p class="s muted mt-2">{t(key::VOUCHER_CANCEL_LIMIT)}</p>
            {self.attempt.note()}
            {self.attempt.choice(keep, "btn d", words, send)}
        }
        .into_any()
    }

    fn send(self) {
        if !self.attempt.begin() {
            return;
        }
        let id = self.id.get_value();
        spawn_local(async move {
            let reply = self.attempt.post(endpoint::cancel_redemption(&id), String::new()).await;
            let mut answer = reply.and_then(|reply| reply.decode(wire::wallet::redemption));
            if let Err(error) = &answer
                && !error.is_signed_out()
            {
                // The answer is lost, or it was refused for what happened meanwhile: read what is true.
                match voucher::read(id).await {
                    Ok(one) if one.status == Status::Cancelled => answer = Ok(one),
                    Ok(one) => self.query.put(one),
                    Err(_) => {}
                }
            }
            self.attempt.end(answer.as_ref().err());
            match answer {
                Ok(redemption) => self.done(redemption),
                Err(error) if error.is_signed_out() => session::ended(),
                Err(error) => self.failed(&error),
            }
        });
    }

    fn done(self, redemption: Redemption) {
        let values = [("n", &*group(redemption.cost_points)), ("points", &*self.portal.points_name())];
        self.toasts.show(fill(key::VOUCHER_CANCELLED, &values));
        self.portal.overview.load();
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
        let points = self.portal.points_name();
        let safe = if error.is_unknown() { key::VOUCHER_CANCEL_UNKNOWN } else { key::VOUCHER_CANCEL_KEPT };
        self.attempt.say(line(error), fill(safe, &[("points", &points)]));
    }
}

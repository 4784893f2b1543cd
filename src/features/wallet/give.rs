//! Giving a coupon to a friend: a sheet with room for a few words, and one transfer however often it is pressed.

use crate::api::error::ApiError;
use crate::api::node::Body;
use crate::api::{endpoint, wire};
use crate::domain::redemption::Coupon;
use crate::features::wallet::coupon::find;
use crate::i18n::{key, t};
use crate::parts::attempt::Attempt;
use crate::parts::failure::line;
use crate::parts::sheet::sheet;
use crate::platform::{dom, timer};
use crate::state::{Portal, Query, portal, session};
use crate::ui::live;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The sheet and what it does. Copying it copies the handle.
#[derive(Clone, Copy)]
pub(super) struct Give {
    portal: Portal,
    id: StoredValue<String>,
    /// The coupon.
    pub(super) query: Query<Coupon>,
    message: RwSignal<String>,
    open: RwSignal<bool>,
    attempt: Attempt,
}

impl Give {
    pub(super) fn new(id: String, query: Query<Coupon>) -> Self {
        Self {
            portal: portal(),
            id: StoredValue::new(id),
            query,
            message: RwSignal::new(String::new()),
            open: RwSignal::new(false),
            attempt: Attempt::new(),
        }
    }

    /// Whether coupons can be given to friends here.
    pub(super) fn is_possible(self) -> bool {
        self.portal.has("coupon-transfers") && self.portal.channel.can_give()
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
            <button type="button" id="give" class="btn q mt-5" on:click=press>
                {t(key::GIFT_GIVE)}
            </button>
        }
        .into_any()
    }

    /// The sheet, while it is open.
    pub(super) fn sheet(self) -> AnyView {
        live(move || self.open.get().then(|| sheet("#give", self.closing(), self.form())).into_any())
    }

    fn closing(self) -> Callback<()> {
        Callback::new(move |()| {
            if !self.attempt.is_busy() {
                let _ = self.open.try_set(false);
            }
        })
    }

    fn form(self) -> AnyView {
        let later = (key::GIFT_NOT_NOW, self.closing());
        let send = Callback::new(move |()| self.send());
        view! {
            <h2 id="sheet-title" class="title--xl">
                {t(key::GIFT_GIVE)}
            </h2>
            <p class="muted mt-2">{t(key::GIFT_HOW)}</p>
            <label class="field mt-4">
                <span>{t(key::GIFT_MESSAGE)}</span>
                <input
                    type="text"
                    maxlength="60"
                    placeholder=t(key::GIFT_MESSAGE_HINT)
                    prop:value=self.message.get_untracked()
                    on:input=move |event| self.message.set(event_target_value(&event))
                />
            </label>
            {self.attempt.note()}
            {self.attempt.choice(later, "btn", [key::GIFT_MAKE, key::GIFT_MAKING], send)}
        }
        .into_any()
    }

    fn send(self) {
        if !self.attempt.begin() {
            return;
        }
        let id = self.id.get_value();
        let message = self.message.get_untracked();
        let message = Some(message.trim()).filter(|text| !text.is_empty());
        let body = Body::new().maybe_text("message", message).json();
        spawn_local(async move {
            let reply = self.attempt.post(endpoint::give_coupon(&id), body).await;
            let answer = reply.and_then(|reply| reply.decode(wire::wallet::transfer));
            if answer.as_ref().is_err_and(ApiError::is_signed_out) {
                return session::ended();
            }
            // Made or not, or nobody knows: the coupon itself tells.
            let there = find(id).await;
            let made = there.as_ref().is_ok_and(|one| one.transfer.is_some());
            self.attempt.end(answer.as_ref().err().filter(|_| !made));
            match (&answer, there) {
                (_, Ok(one)) => self.query.put(one),
                (Ok(_), Err(_)) => self.query.load(),
                _ => {}
            }
            match answer {
                Err(error) if !made => {
                    let safe = if error.is_unknown() { key::GIFT_MAKE_UNKNOWN } else { key::GIFT_MAKE_NOT };
                    self.attempt.say(line(&error), t(safe).into());
                }
                _ => {
                    let _ = self.open.try_set(false);
                    timer::sleep(0).await;
                    dom::scroll_to(0.0);
                    dom::focus("#gift");
                }
            }
        });
    }
}

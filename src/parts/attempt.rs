//! Something that must happen at most once: one press at a time, and one key until its end is known.

use crate::api::client;
use crate::api::endpoint::Endpoint;
use crate::api::error::ApiError;
use crate::api::exchange::Reply;
use crate::i18n::{Key, t};
use crate::parts::coupon::note;
use crate::platform::random;
use crate::ui::{Build, live};
use leptos::prelude::*;

/// An action of the member and how it stands. Copying it copies the handle.
#[derive(Clone, Copy)]
pub struct Attempt {
    busy: RwSignal<bool>,
    /// What went wrong, and what is safe.
    fault: RwSignal<Option<(String, String)>>,
    /// The key of an attempt whose end isn't known: trying again must be the same attempt.
    key: StoredValue<Option<String>>,
}

impl Attempt {
    /// Nothing was tried yet.
    pub fn new() -> Self {
        Self { busy: RwSignal::new(false), fault: RwSignal::new(None), key: StoredValue::new(None) }
    }

    /// Begins; false while it is under way already.
    pub fn begin(self) -> bool {
        if self.busy.try_get_untracked() != Some(false) {
            return false;
        }
        let _ = self.fault.try_set(None);
        let _ = self.busy.try_set(true);
        true
    }

    /// Sends, with the key of the attempt before if its end isn't known.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn post(self, endpoint: Endpoint, body: String) -> Result<Reply, ApiError> {
        let key = self.key.try_get_value().flatten().unwrap_or_else(random::uuid);
        let _ = self.key.try_set_value(Some(key.clone()));
        client::post(endpoint, body, Some(&key)).await
    }

    /// Ends, well or not. Where nobody knows, the key stays.
    pub fn end(self, error: Option<&ApiError>) {
        if !error.is_some_and(ApiError::is_unknown) {
            let _ = self.key.try_set_value(None);
        }
        let _ = self.busy.try_set(false);
    }

    /// Says what went wrong, and what is safe.
    pub fn say(self, what: String, safe: String) {
        let _ = self.fault.try_set(Some((what, safe)));
    }

    /// Forgets what went wrong.
    pub fn hush(self) {
        let _ = self.fault.try_set(None);
    }

    /// Whether it is under way, without tracking.
    pub fn is_busy(self) -> bool {
        self.busy.get_untracked()
    }

    /// For `aria-busy` and `aria-disabled`; tracked.
    pub fn busy(self) -> Option<&'static str> {
        self.busy.get().then_some("true")
    }

    /// The two buttons below a sheet: one leaves it, the other acts, in the colour of `class`, with another word while
    /// it is under way.
    pub fn choice(
        self,
        (stay, leave): (Key, Callback<()>),
        class: &'static str,
        [word, under_way]: [Key; 2],
        act: Callback<()>,
    ) -> AnyView {
        let label = live(move || t(if self.busy().is_some() { under_way } else { word }).into_any());
        view! {
            <div class="row mt-5">
                <button
                    type="button"
                    class="btn q"
                    aria-disabled=move || self.busy()
                    on:click=move |_| leave.run(())
                >
                    {t(stay)}
                </button>
                <button
                    type="button"
                    class=class
                    aria-disabled=move || self.busy()
                    aria-busy=move || self.busy()
                    on:click=move |_| act.run(())
                >
                    {label}
                </button>
            </div>
        }
        .built()
    }

    /// What went wrong, where something did.
    pub fn note(self) -> AnyView {
        live(move || self.fault.get().map(|(what, safe)| note(what, safe)).into_any())
    }
}

impl Default for Attempt {
    fn default() -> Self {
        Self::new()
    }
}

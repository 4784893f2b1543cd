//! One resource of the backend as a signal: waiting, here, or failed with the last known value.

use crate::api::error::ApiError;
use crate::domain::date::Instant;
use crate::platform::clock;
use crate::state::session;
use leptos::prelude::*;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// Where a query stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot<T> {
    /// Nothing yet.
    Waiting,
    /// Here, since when, and whether a newer one is on its way.
    Ready(T, Instant, bool),
    /// It failed; with what was known before and since when.
    Failed(ApiError, Option<(T, Instant)>),
}

type Run<T> = Rc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<T, ApiError>>>>>;

/// How it stands with a query, whatever it reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// Since when the value is known; `None` when nothing is.
    pub known_at: Option<Instant>,
    /// Whether a newer value is on its way.
    pub refreshing: bool,
    /// Why the last reading failed.
    pub fault: Option<ApiError>,
}

/// A resource that can be read again. Copying it copies the handle.
///
/// What does not depend on the value's type is apart from it: all of it would be in the program once for each type.
pub struct Query<T: 'static> {
    value: RwSignal<Option<T>>,
    status: RwSignal<Status>,
    turn: StoredValue<u32>,
    run: StoredValue<Run<T>, LocalStorage>,
}

impl<T> Clone for Query<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Query<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Query<T> {
    /// A query that hasn't been started.
    pub fn idle<F, R>(run: F) -> Self
    where
        F: Fn() -> R + 'static,
        R: Future<Output = Result<T, ApiError>> + 'static,
    {
        Self {
            value: RwSignal::new(None),
            status: RwSignal::new(Status::default()),
            turn: StoredValue::new(0),
            run: StoredValue::new_local(Rc::new(move || Box::pin(run()))),
        }
    }

    /// A query that starts at once.
    pub fn new<F, R>(run: F) -> Self
    where
        F: Fn() -> R + 'static,
        R: Future<Output = Result<T, ApiError>> + 'static,
    {
        let query = Self::idle(run);
        query.load();
        query
    }

    /// Reads it again; what is known stays until the answer is here. An answer to an older call is dropped.
    pub fn load(self) {
        let Some(turn) = begin(self.turn, self.status) else { return };
        let Some(run) = self.run.try_get_value() else { return };
        let answer = run();
        spawn_local(async move {
            let answer = answer.await;
            if self.turn.try_get_value() == Some(turn) {
                match answer {
                    Ok(value) => self.keep(value),
                    Err(error) => failed(self.status, error),
                }
            }
        });
    }

    /// The value is drawn anew only when it is another.
    fn keep(self, value: T) {
        let is_same = self.value.try_with_untracked(|known| known.as_ref() == Some(&value));
        if is_same == Some(false) {
            let _ = self.value.try_set(Some(value));
        }
        arrived(self.status);
    }

    /// Puts a value that came by another way.
    pub fn put(self, value: T) {
        next_turn(self.turn);
        self.keep(value);
    }

    /// Forgets everything.
    pub fn clear(self) {
        next_turn(self.turn);
        let _ = self.value.try_set(None);
        let _ = self.status.try_set(Status::default());
    }

    /// Where it stands; tracked.
    pub fn slot(self) -> Slot<T> {
        let status = self.status.get();
        let known = self.value.get().zip(status.known_at);
        match (status.fault, known) {
            (Some(error), known) => Slot::Failed(error, known),
            (None, Some((value, at))) => Slot::Ready(value, at, status.refreshing),
            (None, None) => Slot::Waiting,
        }
    }

    /// The same without the value.
    pub fn status(self) -> RwSignal<Status> {
        self.status
    }

    /// The last known value; tracked.
    pub fn known(self) -> Option<T> {
        self.value.get()
    }

    /// Whether a value is known; tracked.
    pub fn is_known(self) -> bool {
        self.value.with(Option::is_some)
    }

    /// The last known value, without tracking.
    pub fn peek(self) -> Option<T> {
        self.value.get_untracked()
    }

    /// The last known value, if the query is still there, without tracking.
    pub fn try_peek(self) -> Option<T> {
        self.value.try_get_untracked()?
    }

    /// Whether nothing was ever read, without tracking.
    pub fn is_waiting(self) -> bool {
        self.status.with_untracked(|status| status.known_at.is_none() && status.fault.is_none())
    }
}

/// The number of the call that begins; `None` when the query is gone.
fn begin(turn: StoredValue<u32>, status: RwSignal<Status>) -> Option<u32> {
    let turn = next_turn(turn)?;
    let _ = status.try_update(|status| {
        status.refreshing = status.known_at.is_some();
        status.fault = None;
    });
    Some(turn)
}

fn next_turn(turn: StoredValue<u32>) -> Option<u32> {
    turn.try_update_value(|turn| {
        *turn += 1;
        *turn
    })
}

fn arrived(status: RwSignal<Status>) {
    let _ = status.try_set(Status { known_at: Some(clock::now()), refreshing: false, fault: None });
}

fn failed(status: RwSignal<Status>, error: ApiError) {
    if error.is_signed_out() {
        session::ended();
        return;
    }
    let _ = status.try_update(|status| {
        status.refreshing = false;
        status.fault = Some(error);
    });
}

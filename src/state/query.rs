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

/// A resource that can be read again. Copying it copies the handle.
pub struct Query<T: 'static> {
    slot: RwSignal<Slot<T>>,
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
            slot: RwSignal::new(Slot::Waiting),
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
        let Some(turn) = self.turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        }) else {
            return;
        };
        self.slot.update(|slot| match slot {
            Slot::Ready(.., refreshing) => *refreshing = true,
            Slot::Failed(_, known) => {
                *slot = known.take().map_or(Slot::Waiting, |(value, at)| Slot::Ready(value, at, true));
            }
            Slot::Waiting => {}
        });
        let Some(run) = self.run.try_get_value() else { return };
        let answer = run();
        spawn_local(async move {
            let answer = answer.await;
            if self.turn.try_get_value() == Some(turn) {
                self.settle(answer);
            }
        });
    }

    fn settle(self, answer: Result<T, ApiError>) {
        if let Err(error) = &answer
            && error.is_signed_out()
        {
            session::ended();
            return;
        }
        let _ = self.slot.try_update(|slot| {
            let known = match std::mem::replace(slot, Slot::Waiting) {
                Slot::Ready(value, at, _) => Some((value, at)),
                Slot::Failed(_, known) => known,
                Slot::Waiting => None,
            };
            *slot = match answer {
                Ok(value) => Slot::Ready(value, clock::now(), false),
                Err(error) => Slot::Failed(error, known),
            };
        });
    }

    /// Puts a value that came by another way.
    pub fn put(self, value: T) {
        let _ = self.turn.try_update_value(|turn| *turn += 1);
        let _ = self.slot.try_set(Slot::Ready(value, clock::now(), false));
    }

    /// Forgets everything.
    pub fn clear(self) {
        let _ = self.turn.try_update_value(|turn| *turn += 1);
        let _ = self.slot.try_set(Slot::Waiting);
    }

    /// Where it stands; tracked.
    pub fn slot(self) -> Slot<T> {
        self.slot.get()
    }

    /// The last known value; tracked.
    pub fn known(self) -> Option<T> {
        self.slot.with(|slot| match slot {
            Slot::Ready(value, ..) | Slot::Failed(_, Some((value, _))) => Some(value.clone()),
            _ => None,
        })
    }

    /// The last known value, without tracking.
    pub fn peek(self) -> Option<T> {
        untrack(|| self.known())
    }

    /// Whether nothing was ever read, without tracking.
    pub fn is_waiting(self) -> bool {
        self.slot.with_untracked(|slot| matches!(slot, Slot::Waiting))
    }
}

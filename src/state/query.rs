//! One resource of the backend as a signal: waiting, here, or failed with the last known value.

use crate::api::error::ApiError;
use crate::api::kept;
use crate::domain::date::Instant;
use crate::platform::{clock, readers, timer};
use crate::state::session;
use leptos::prelude::*;
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use wasm_bindgen_futures::spawn_local;

/// After so long what is kept is shown until the answer comes, in milliseconds.
const PATIENCE_MS: i32 = 2_500;

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

/// Puts a value that came where it is shown.
type Keep = Box<dyn FnOnce()>;
type Answer = Pin<Box<dyn Future<Output = Result<Keep, ApiError>>>>;
type Run = Rc<dyn Fn() -> Answer>;

/// Tells whoever waits that nobody needs the answer any more: whether that is so, and who waits.
type Left = Rc<RefCell<(bool, Option<Waker>)>>;

/// How it stands with a query, whatever it reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// Since when the value is known; `None` when nothing is.
    pub known_at: Option<Instant>,
    /// Whether a value is on its way.
    pub refreshing: bool,
    /// Why the last reading failed.
    pub fault: Option<ApiError>,
}

/// A resource that can be read again. Copying it copies the handle.
///
/// What does not depend on the value's type is apart from it: all of it would be in the program once for each type.
pub struct Query<T: 'static> {
    value: RwSignal<Option<T>>,
    reading: Reading,
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
        let value = RwSignal::new(None);
        let run = move || -> Answer {
            let answer = run();
            Box::pin(async move {
                let new = answer.await?;
                Ok(Box::new(move || show(value, new)) as Keep)
            })
        };
        Self { value, reading: Reading::new(Rc::new(run)) }
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

    /// Reads it again; what is known stays until the answer is here. An answer to an older call is dropped, and when the screen
    /// is left the request is ended. Where nothing is known and the answer is late or can't be had, what is kept is shown.
    pub fn load(self) {
        self.reading.load();
    }

    /// Puts a value that came by another way.
    pub fn put(self, value: T) {
        next_turn(self.reading.turn);
        show(self.value, value);
        arrived(self.reading.status);
    }

    /// Forgets everything.
    pub fn clear(self) {
        next_turn(self.reading.turn);
        let _ = self.value.try_set(None);
        let _ = self.reading.status.try_set(Status::default());
    }

    /// Where it stands; tracked.
    pub fn slot(self) -> Slot<T> {
        readers::forget_when_gone();
        let status = self.reading.status.get();
        let known = self.value.get().zip(status.known_at);
        match (status.fault, known) {
            (Some(error), known) => Slot::Failed(error, known),
            (None, Some((value, at))) => Slot::Ready(value, at, status.refreshing),
            (None, None) => Slot::Waiting,
        }
    }

    /// The same without the value.
    pub fn status(self) -> RwSignal<Status> {
        self.reading.status
    }

    /// The last known value; tracked.
    pub fn known(self) -> Option<T> {
        readers::forget_when_gone();
        self.value.get()
    }

    /// Whether a value is known; tracked.
    pub fn is_known(self) -> bool {
        readers::forget_when_gone();
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

    /// Whether it was never asked for, without tracking.
    pub fn is_idle(self) -> bool {
        self.reading.status.with_untracked(|status| *status == Status::default())
    }
}

/// The value is drawn anew only when it is another.
fn show<T: PartialEq + Send + Sync + 'static>(value: RwSignal<Option<T>>, new: T) {
    let is_same = value.try_with_untracked(|known| known.as_ref() == Some(&new));
    if is_same == Some(false) {
        let _ = value.try_set(Some(new));
    }
}

/// How a query is read, whatever it reads.
#[derive(Clone, Copy)]
struct Reading {
    status: RwSignal<Status>,
    turn: StoredValue<u32>,
    run: StoredValue<Run, LocalStorage>,
    left: StoredValue<Left, LocalStorage>,
}

impl Reading {
    fn new(run: Run) -> Self {
        Self {
            status: RwSignal::new(Status::default()),
            turn: StoredValue::new(0),
            run: StoredValue::new_local(run),
            left: StoredValue::new_local(left_with_screen()),
        }
    }

    fn load(self) {
        let Some(turn) = begin(self.turn, self.status) else { return };
        let (Some(run), Some(left)) = (self.run.try_get_value(), self.left.try_get_value()) else { return };
        spawn_local(async move {
            let mut answer = run();
            let mut quick = None;
            if self.is_new() {
                let patient = timer::within(PATIENCE_MS, answer.as_mut());
                let Some(answer) = unless_left(&left, patient).await else { return };
                quick = answer;
                if quick.is_none() {
                    self.show_kept(turn, &run, ApiError::Timeout);
                }
            }
            let answer = match quick {
                Some(answer) => Some(answer),
                None => unless_left(&left, answer).await,
            };
            let Some(answer) = answer else { return };
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            match answer {
                Ok(keep) => {
                    keep();
                    arrived(self.status);
                }
                Err(error) => {
                    if matches!(error, ApiError::Offline | ApiError::Timeout) {
                        self.show_kept(turn, &run, error.clone());
                    }
                    failed(self.status, error);
                }
            }
        });
    }

    /// Whether nothing is known yet.
    fn is_new(self) -> bool {
        self.status.try_with_untracked(|status| status.known_at.is_none()) == Some(true)
    }

    /// Shows what is kept where nothing else is known, and why it isn't newer.
    fn show_kept(self, turn: u32, run: &Run, why: ApiError) {
        if !self.is_new() || self.turn.try_get_value() != Some(turn) {
            return;
        }
        if let Some((keep, since)) = kept::read(|| run()) {
            keep();
            let _ = self.status.try_set(Status { known_at: Some(since), refreshing: true, fault: Some(why) });
        }
    }
}

/// The number of the call that begins; `None` when the query is gone.
fn begin(turn: StoredValue<u32>, status: RwSignal<Status>) -> Option<u32> {
    let turn = next_turn(turn)?;
    let _ = status.try_update(|status| {
        status.refreshing = true;
        // That what is on screen is old stays true until a newer one is here.
        if status.known_at.is_none() {
            status.fault = None;
        }
    });
    Some(turn)
}

fn next_turn(turn: StoredValue<u32>) -> Option<u32> {
    turn.try_update_value(|turn| {
        *turn += 1;
        *turn
    })
}

/// Is told when the screen that asks is left.
fn left_with_screen() -> Left {
    let left = Left::default();
    let told = StoredValue::new_local(left.clone());
    on_cleanup(move || {
        let Some(told) = told.try_get_value() else { return };
        let (gone, waiting) = &mut *told.borrow_mut();
        *gone = true;
        if let Some(waker) = waiting.take() {
            waker.wake();
        }
    });
    left
}

/// What `work` comes to; `None` as soon as nobody needs it. Dropping it ends the request.
async fn unless_left<T>(left: &Left, work: impl Future<Output = T>) -> Option<T> {
    let mut work = std::pin::pin!(work);
    poll_fn(move |context| {
        let (gone, waiting) = &mut *left.borrow_mut();
        if *gone {
            return Poll::Ready(None);
        }
        *waiting = Some(context.waker().clone());
        work.as_mut().poll(context).map(Some)
    })
    .await
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

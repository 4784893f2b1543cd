//! What the app knows while it runs: the programme, the session, cached records, notices.

pub mod host;
pub mod look;
pub mod nav;
pub mod offers;
pub mod portal;
pub mod query;
pub mod redemptions;
pub mod session;
pub mod stay;
pub mod toast;

use crate::platform::readers;
use leptos::prelude::*;
use std::cell::RefCell;

pub use portal::{Portal, portal};
pub use query::{Query, Slot, Status};

thread_local! {
    static OWNER: RefCell<Option<Owner>> = const { RefCell::new(None) };
}

/// Runs `make` where what it makes lives as long as the page, not as long as the screen that began it.
pub fn lasting<T>(make: impl FnOnce() -> T) -> T {
    let owner = OWNER.with_borrow_mut(|kept| {
        // A new root makes itself the current owner; the screen's own has to stay that.
        let new = || {
            let outer = Owner::current();
            let owner = Owner::new_root(None);
            if let Some(outer) = outer {
                outer.set();
            }
            owner
        };
        kept.get_or_insert_with(new).clone()
    });
    owner.with(make)
}

/// Runs `run` now, and again whenever a signal that it reads changes.
///
/// Each closure that is handed to `Effect::new` brings machinery of its own; these share theirs.
pub fn effect(run: impl FnMut() + 'static) {
    fn boxed(mut run: Box<dyn FnMut()>) {
        Effect::new(move |_: Option<()>| {
            readers::forget_when_gone();
            run();
        });
    }
    boxed(Box::new(run));
}

/// A value that follows the signals that `read` reads, and tells its own readers only when it is another one. It gets the value
/// before. For what reads signals that outlive the screen; `Memo::new` does for the others.
pub fn memo<T>(read: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo::new(move |before| {
        readers::forget_when_gone();
        read(before)
    })
}

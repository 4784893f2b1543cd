//! Tabs of one browser wait for each other: by the Web Locks API, and where that is missing by a lease, which ends by itself
//! when its tab dies. It is in a database, whose transactions no other tab comes between; where there is none, in storage, of which
//! some engines tell other tabs late.

use crate::platform::database::{self, Swap};
use crate::platform::{clock, random, storage, timer};
use js_sys::{Function, Promise, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

const LEASE: &str = "portal.member.lease.";
/// Longer than any request under a lease may take.
const LEASE_MS: i64 = 30_000;
/// A tab that is asleep may hold a lock: nobody waits for it longer than a request may take.
const PATIENCE_MS: i32 = 30_000;
/// After this long a written lease is read back: another tab may have written at the same time.
const SETTLE_MS: i32 = 400;
const LOOK_MS: i32 = 120;

/// Others wait while it lives.
pub enum Guard {
    /// Ends a Web Lock.
    Lock(Function),
    /// A lease in the database: name and owner.
    Lease(String, String),
    /// A lease in storage: name and owner.
    Stored(String, String),
    /// Neither is to be had: this tab is alone with what it keeps.
    Alone,
}

impl Drop for Guard {
    fn drop(&mut self) {
        match self {
            Self::Lock(release) => {
                let _ = release.call0(&JsValue::UNDEFINED);
            }
            Self::Lease(name, owner) => {
                let (name, owner) = (std::mem::take(name), std::mem::take(owner));
                spawn_local(async move {
                    let own = |held: Option<String>| {
                        held.is_some_and(|held| parse(&held).is_some_and(|it| it.0 == owner))
                    };
                    let _ = database::swap_lease(&name, |held| own(held).then(String::new)).await;
                });
            }
            Self::Stored(name, owner) => {
                if read(name).is_some_and(|(held, _)| held == *owner) {
                    storage::remove(name);
                }
            }
            Self::Alone => {}
        }
    }
}

/// Waits until no other tab holds `name`, and holds it; `None` when that takes too long.
pub async fn hold(name: &str) -> Option<Guard> {
    timer::within(PATIENCE_MS, async {
        match web_lock(name).await {
            Some(guard) => guard,
            None => lease(name).await,
        }
    })
    .await
}

async fn web_lock(name: &str) -> Option<Guard> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object)?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    // The lock is held for as long as the promise that the callback gives is open.
    let release: Rc<RefCell<Option<Function>>> = Rc::default();
    let keep = Rc::clone(&release);
    let held = Promise::new(&mut move |resolve, _| {
        keep.replace(Some(resolve));
    });
    let guard = Guard::Lock(release.take()?);
    let mut asked = Ok(JsValue::UNDEFINED);
    let given = Promise::new(&mut |resolve, reject| {
        let held = held.clone();
        let callback = Closure::once_into_js(move || {
            let _ = resolve.call0(&JsValue::UNDEFINED);
            held
        });
        let mut full = String::from("portal.");
        full.push_str(name);
        asked = request.call2(&locks, &full.into(), &callback);
        // Refused: in a page that isn't secure, or that is going away.
        if let Some(promise) = asked.as_ref().ok().and_then(|answer| answer.dyn_ref::<Promise>()) {
            let refused = Closure::once(move |reason: JsValue| {
                let _ = reject.call1(&JsValue::UNDEFINED, &reason);
            });
            let _ = promise.catch(&refused);
            // Freed by the browser's own collector.
            let _ = refused.into_js_value();
        }
    });
    asked.ok()?;
    JsFuture::from(given).await.ok()?;
    Some(guard)
}

/// Who holds a lease, and until when by the device's clock.
fn parse(text: &str) -> Option<(&str, i64)> {
    let (owner, until) = text.split_once(' ')?;
    Some((owner, until.parse().ok()?))
}

fn read(name: &str) -> Option<(String, i64)> {
    let text = storage::read(name)?;
    let (owner, until) = parse(&text)?;
    Some((owner.to_owned(), until))
}

/// Whether a lease still runs. One that reaches further than a lease does was written by a clock that was set back since.
fn runs(until: i64, now: i64) -> bool {
    (now..=now + LEASE_MS).contains(&until)
}

async fn lease(name: &str) -> Guard {
    let owner = random::uuid();
    loop {
        let now = clock::device().0;
        let mut text = owner.clone();
        text.push(' ');
        text.push_str(&(now + LEASE_MS).to_string());
        let free =
            |held: Option<String>| !held.is_some_and(|held| parse(&held).is_some_and(|it| runs(it.1, now)));
        match database::swap_lease(name, |held| free(held).then_some(text)).await {
            Swap::Made => return Guard::Lease(name.to_owned(), owner),
            // A lease in storage beside one in a database that is slow would be two.
            Swap::Left | Swap::Asleep => timer::sleep(LOOK_MS).await,
            Swap::Nowhere => return stored_lease(name, owner).await,
        }
    }
}

async fn stored_lease(name: &str, owner: String) -> Guard {
    let mut full = String::from(LEASE);
    full.push_str(name);
    loop {
        let now = clock::device().0;
        if !read(&full).is_some_and(|(_, until)| runs(until, now)) {
            let mut text = owner.clone();
            text.push(' ');
            text.push_str(&(now + LEASE_MS).to_string());
            if !storage::write(&full, &text) {
                return Guard::Alone;
            }
            timer::sleep(SETTLE_MS).await;
            if read(&full).is_some_and(|(held, _)| held == owner) {
                return Guard::Stored(full, owner);
            }
        }
        timer::sleep(LOOK_MS).await;
    }
}

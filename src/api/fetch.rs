//! The browser's fetch: the same question that is under way already is not asked again, and what nobody waits for any more is
//! ended.

use crate::api::error::ApiError;
use crate::api::exchange::Answer;
use crate::platform::reach;
use js_sys::Promise;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestInit, Response};

/// A body that is larger than any the contract allows is not read to its end.
const LARGEST_BODY: usize = 4 << 20;

thread_local! {
    static UNDER_WAY: RefCell<Vec<UnderWay>> = const { RefCell::new(Vec::new()) };
    /// Counts the beginnings and ends of writes: an answer that may be older than a write is not shared with who asks after it.
    static WRITES: Cell<u32> = const { Cell::new(0) };
}

/// A read that is under way, by address and language.
struct UnderWay {
    what: String,
    writes: u32,
    response: Promise,
    abort: Weak<Abort>,
}

/// Ends an exchange when the last who waits for it is gone.
struct Abort(Option<AbortController>, Cell<bool>);

impl Drop for Abort {
    fn drop(&mut self) {
        if let Some(controller) = self.0.as_ref().filter(|_| !self.1.get()) {
            controller.abort();
        }
    }
}

/// Changes something on the backend as long as it lives.
pub(super) struct Write;

impl Write {
    pub(super) fn begin() -> Self {
        WRITES.set(WRITES.get().wrapping_add(1));
        // What was asked for before may be of the one who is signed out by this.
        reach::set(&reach::get(&reach::window(), "__portal"), "early", &JsValue::UNDEFINED);
        Self
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        WRITES.set(WRITES.get().wrapping_add(1));
    }
}

/// What the boot script has asked for already, while the programme was on its way. It is handed out once.
pub(super) fn early(address: &str, language: Option<&str>) -> Option<Promise> {
    let boot = reach::get(&reach::window(), "__portal");
    let asked = reach::get(&boot, "early");
    let response = reach::get(&asked, address).dyn_into::<Promise>().ok()?;
    reach::set(&asked, address, &JsValue::UNDEFINED);
    language.is_none_or(|language| reach::text(&boot, "locale") == language).then_some(response)
}

/// Asks, and reads the answer to its end. `shared` names a read that others may be waiting for, too.
pub(super) async fn exchange(
    address: &str,
    options: &RequestInit,
    shared: Option<String>,
    early: Option<Promise>,
) -> Result<Answer, ApiError> {
    let (response, abort) =
        under_way(shared.as_deref()).map_or_else(|| begin(address, options, shared.clone(), early), Ok)?;
    let response = JsFuture::from(response).await;
    if let Some(what) = &shared {
        UNDER_WAY.with_borrow_mut(|all| all.retain(|one| one.what != *what));
    }
    let response: Response =
        response.map_err(|_| ApiError::Offline)?.dyn_into().map_err(|_| ApiError::Offline)?;
    // The body can be read once.
    let own = if Rc::strong_count(&abort) > 1 { response.clone().ok() } else { None };
    let answer = read(own.unwrap_or(response)).await;
    abort.1.set(true);
    answer
}

fn under_way(what: Option<&str>) -> Option<(Promise, Rc<Abort>)> {
    let what = what?;
    UNDER_WAY.with_borrow(|all| {
        let one = all.iter().find(|one| one.what == what && one.writes == WRITES.get())?;
        Some((one.response.clone(), one.abort.upgrade()?))
    })
}

fn begin(
    address: &str,
    options: &RequestInit,
    shared: Option<String>,
    early: Option<Promise>,
) -> Result<(Promise, Rc<Abort>), ApiError> {
    let window = web_sys::window().ok_or(ApiError::Offline)?;
    let controller = AbortController::new().ok();
    if let Some(controller) = &controller {
        options.set_signal(Some(&controller.signal()));
    }
    let response = early.unwrap_or_else(|| window.fetch_with_str_and_init(address, options));
    let abort = Rc::new(Abort(controller, Cell::new(false)));
    if let Some(what) = shared {
        let one =
            UnderWay { what, writes: WRITES.get(), response: response.clone(), abort: Rc::downgrade(&abort) };
        UNDER_WAY.with_borrow_mut(|all| {
            all.retain(|one| one.abort.strong_count() > 0);
            all.push(one);
        });
    }
    Ok((response, abort))
}

async fn read(response: Response) -> Result<Answer, ApiError> {
    let header = |name: &str| response.headers().get(name).ok().flatten();
    let status = response.status();
    let (server_time, retry_after) = (header("X-Server-Time"), header("Retry-After"));
    let mut body = String::new();
    if status != 204 {
        let text = response.text().map_err(|_| ApiError::Offline)?;
        let text = JsFuture::from(text).await.map_err(|_| ApiError::Offline)?;
        body = text.as_string().filter(|text| text.len() <= LARGEST_BODY).ok_or(ApiError::Malformed(""))?;
    }
    Ok(Answer { status, server_time, retry_after, body })
}

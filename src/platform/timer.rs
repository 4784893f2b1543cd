//! Waiting.

use js_sys::Promise;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Resolves after `milliseconds`.
pub async fn sleep(milliseconds: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
        }
    });
    let _ = JsFuture::from(promise).await;
}

/// How long the next frame is waited for, in milliseconds: a page that nobody sees draws none.
const FRAME_MS: i32 = 100;

/// Resolves when what is drawn by now is on screen, or after a tenth of a second.
pub async fn painted() {
    let promise = Promise::new(&mut |resolve, _| {
        let _ = web_sys::window().map(|window| window.request_animation_frame(&resolve));
    });
    within(FRAME_MS, JsFuture::from(promise)).await;
    // A frame is asked for before it is drawn.
    sleep(0).await;
}

/// What `work` gives, or `None` when it takes longer than `milliseconds`.
pub async fn within<T>(milliseconds: i32, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut limit) = (pin!(work), pin!(sleep(milliseconds)));
    poll_fn(move |context| match work.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => limit.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Calls `tick` every `milliseconds` until the returned guard is dropped; not while the page is hidden.
pub fn every(milliseconds: i32, tick: impl Fn() + 'static) -> Option<Ticker> {
    let window = web_sys::window()?;
    let document = window.document()?;
    let callback = Closure::<dyn Fn()>::new(move || {
        if !document.hidden() {
            tick();
        }
    });
    let id = window
        .set_interval_with_callback_and_timeout_and_arguments_0(
            callback.as_ref().unchecked_ref(),
            milliseconds,
        )
        .ok()?;
    Some(Ticker { id, _callback: callback })
}

/// Stops its timer when dropped.
pub struct Ticker {
    id: i32,
    _callback: Closure<dyn Fn()>,
}

impl Drop for Ticker {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            window.clear_interval_with_handle(self.id);
        }
    }
}

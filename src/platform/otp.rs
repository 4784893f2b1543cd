//! The code of a text message, where the browser can hand it over (WebOTP). The message has to name the portal's host in its
//! last line: `@member.example #123456`.

use crate::platform::reach::{call, get, set, settled, text, window};
use js_sys::{Array, Object};
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

/// Waits for a message until it is dropped.
pub struct Waiting(AbortController);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Calls `got` with the code of the message that comes; `None` where the browser can't read messages.
pub fn wait(got: impl Fn(String) + 'static) -> Option<Waiting> {
    let window = window();
    if !get(&window, "OTPCredential").is_function() {
        return None;
    }
    let stop = AbortController::new().ok()?;
    let (otp, wish) = (Object::new(), Object::new());
    set(&otp, "transport", &Array::of1(&"sms".into()));
    set(&wish, "otp", &otp);
    set(&wish, "signal", &stop.signal());
    let asked = call(&get(&get(&window, "navigator"), "credentials"), "get", Some(&wish));
    spawn_local(async move {
        if let Some(credential) = settled(asked).await {
            got(text(&credential, "code"));
        }
    });
    Some(Waiting(stop))
}

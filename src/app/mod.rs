//! Composes the features: starting, the shell, the way between screens.

mod boot;
mod links;
mod screens;
mod shell;
mod stopped;

use wasm_bindgen_futures::spawn_local;

/// Starts the portal in the page. A build with debug assertions says in the console where it panics; a release build
/// keeps no messages, and the boot script shows the plain reload screen for both.
pub fn start() {
    #[cfg(debug_assertions)]
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into());
    }));
    spawn_local(boot::run());
}

//! Composes the features: starting, the shell, the way between screens.

mod boot;
mod links;
#[cfg(feature = "diagnostic")]
mod planted;
mod screens;
mod shell;
mod stage;
mod stopped;

use wasm_bindgen_futures::spawn_local;

/// Room for all that is ever alive at the same time on a member's phone, in bytes. Taken at once, memory grows neither in home's start,
/// where each time costs the glue its views, nor page by page over a day. The system backs what is used of it only.
const ROOM: usize = 640 * 1024;

/// Starts the portal in the page. Development and diagnostic builds say in the console where they panic; a release build
/// keeps no messages, and the boot script shows the plain reload screen for all of them.
pub fn start() {
    #[cfg(any(debug_assertions, feature = "diagnostic"))]
    console_error_panic_hook::set_once();
    drop(std::hint::black_box(Vec::<u8>::with_capacity(ROOM)));
    spawn_local(async {
        boot::run().await;
        #[cfg(feature = "diagnostic")]
        planted::panic_if_asked();
    });
}

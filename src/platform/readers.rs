//! What has read a signal and is gone.

use leptos::prelude::on_cleanup;
use leptos::reactive::graph::{Observer, Subscriber};

/// Called while something reads signals: when its owner is cleared up, the signals forget it.
///
/// reactive_graph 0.2.16 keeps an entry in a signal for each reader that is gone, until that signal changes. Signals that live
/// as long as the page and hardly ever change would keep one for every screen that was ever shown.
pub fn forget_when_gone() {
    if let Some(reader) = Observer::get() {
        on_cleanup(move || reader.clear_sources(&reader));
    }
}

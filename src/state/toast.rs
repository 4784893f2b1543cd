//! Short notices that go away by themselves.

use crate::platform::timer;
use crate::state::portal;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

const SHOWN_MS: i32 = 5_000;

/// The notices on screen.
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<(u32, String)>>,
    count: StoredValue<u32>,
}

impl Toasts {
    /// None yet.
    pub fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), count: StoredValue::new(0) }
    }

    /// What is on screen; tracked.
    pub fn list(self) -> Vec<(u32, String)> {
        self.list.get()
    }

    /// Shows `text` for some seconds.
    pub fn show(self, text: impl Into<String>) {
        let id = self.count.try_update_value(|count| {
            *count += 1;
            *count
        });
        let (Some(id), text) = (id, text.into()) else { return };
        let _ = self.list.try_update(|list| {
            list.retain(|(_, known)| *known != text);
            list.push((id, text));
        });
        spawn_local(async move {
            timer::sleep(SHOWN_MS).await;
            let _ = self.list.try_update(|list| list.retain(|(known, _)| *known != id));
        });
    }
}

impl Default for Toasts {
    fn default() -> Self {
        Self::new()
    }
}

/// The notices.
pub fn toasts() -> Toasts {
    portal().toasts
}

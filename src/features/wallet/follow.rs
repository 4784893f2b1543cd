//! Reading again what can change by itself, no oftener than it is worth.

use crate::domain::date::Instant;
use crate::domain::wallet::Pace;
use crate::platform::{clock, timer};
use crate::state::{Portal, Query, Status};
use leptos::prelude::*;

/// How often it is looked at whether something is due.
const TICK_MS: i32 = 1_000;

/// When something was read last by the device, how often since it last changed its pace, and that pace.
type Asked = (Instant, usize, Pace);

/// Reads `query` again as its pace says, while the page is visible and there is a network. A page that comes back reads
/// once, however long it was away.
pub(super) fn follow<T: Clone + PartialEq + Send + Sync + 'static>(
    portal: Portal,
    query: Query<T>,
    pace: fn(&T) -> Pace,
) {
    let pace = Box::new(move || query.peek().map(|one| pace(&one)));
    watch(portal, query.status(), pace, Box::new(move || query.load()));
}

fn watch(portal: Portal, status: RwSignal<Status>, pace: Box<dyn Fn() -> Option<Pace>>, load: Box<dyn Fn()>) {
    let asked: StoredValue<Option<Asked>> = StoredValue::new(None);
    let ticker = timer::every(TICK_MS, move || {
        let Some(pace) = pace().filter(|_| portal.online.get_untracked()) else { return };
        let (busy, held) = status.with_untracked(|status| {
            let held = status.fault.as_ref().and_then(|fault| fault.retry_after());
            (status.refreshing, held.unwrap_or_default() * 1000)
        });
        let now = clock::device();
        let (since, times, before) = asked.get_value().unwrap_or((now, 0, pace));
        let (since, times) = if before == pace { (since, times) } else { (now, 0) };
        // A device clock that was set back must not stop it.
        let gone = now.0.saturating_sub(since.0);
        let due = pace.wait_ms(times).is_some_and(|wait| gone >= wait.max(held) || gone < 0);
        let read = due && !busy;
        asked.set_value(Some(if read { (now, times + 1, pace) } else { (since, times, pace) }));
        if read {
            load();
        }
    });
    let ticker = StoredValue::new_local(ticker);
    on_cleanup(move || drop(ticker.try_update_value(Option::take)));
}

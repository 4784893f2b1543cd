//! The shell around every screen: the way between them, the offline bar, the notices.

use crate::app::links;
use crate::app::screens::{Screens, resume};
use crate::app::stage::Stage;
use crate::domain::channel::Channel;
use crate::domain::route::Route;
use crate::i18n::{Key, key, t};
use crate::platform::{dom, network, timer};
use crate::state::nav::Nav;
use crate::state::{Portal, effect, look, session};
use crate::ui::{Build, icon_small, live};
use leptos::__reexports::send_wrapper::SendWrapper;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// How long home waits for its data, in milliseconds: the page's own shell is on screen meanwhile, and has its shape.
const DATA_MS: i32 = 100;

/// The whole app. Tells the page when the first screen stands.
pub(super) fn shell(portal: Portal) -> AnyView {
    let (nav, toasts) = (portal.nav, portal.toasts);
    provide_context(portal);
    session::follow_end();
    look::follow(portal);
    network::watch(move |online| {
        let was = portal.online.try_get_untracked();
        let _ = portal.online.try_set(online);
        if online && was == Some(false) {
            toasts.show(t(key::OFFLINE_BACK));
            let _ = portal.again.try_update(|turn| *turn += 1);
            if !portal.overview.is_idle() {
                portal.overview.load();
            }
        }
    });
    network::watch_slow(move |slow| {
        let _ = portal.slow.try_set(slow);
    });
    let screens = Screens::new(portal);
    // As long as the page: what takes it apart would only be bytes.
    let mut stage = SendWrapper::new(Box::leak(Box::new(Stage::new(portal, screens))));
    links::follow(nav, move |route| screens.expect(route));
    screens.start_background(&nav.peek());
    let place = Memo::new_with_compare(move |_| nav.route(), |old, new| !same_screen(old, new));
    let first = StoredValue::new(true);
    let begun = first_screen(portal, nav);
    effect(move || {
        portal.locale.track();
        if !begun.get() {
            return;
        }
        // A screen whose part is on its way has neither its height nor its heading yet.
        if !place.with(|place| screens.has(place)) {
            return;
        }
        let was_first = first.get_value();
        first.set_value(false);
        spawn_local(async move {
            // The new screen is drawn in the microtask after this one; its height is needed to scroll.
            timer::sleep(0).await;
            links::arrived(was_first);
        });
    });
    effect(move || {
        if place.with(|place| *place == Route::Home) && portal.overview.is_known() {
            screens.fetch_ahead();
        }
    });
    let resumed = Memo::new(move |_| portal.overview.is_known());
    effect(move || {
        if resumed.get() {
            resume(portal, toasts);
        }
    });
    view! {
        <a class="skip" href="#main">
            {move || {
                portal.locale.track();
                t(key::APP_SKIP)
            }}
        </a>
        {live(move || match (portal.online.get(), portal.slow.get()) {
            (true, false) => ().into_any(),
            (true, true) => bar(key::OFFLINE_SLOW),
            (false, _) => bar(key::OFFLINE_BAR_PLAIN),
        })}
        {live(move || {
            portal.locale.track();
            if !begun.get() {
                return ().into_any();
            }
            let place = place.get();
            read_home(portal, &place);
            stage.draw(&place)
        })}
        {screens.frame()}
        <div class="toasts" aria-live="polite">
            {live(move || toasts.list().into_iter().map(|(_, text)| toast(text)).collect_view().into_any())}
        </div>
    }
    .built()
}

/// Whether the first screen is to be drawn. It has a task of its own, so that a finger is heard between the two; and home is drawn
/// once, with its data, where they are about to be here.
fn first_screen(portal: Portal, nav: Nav) -> RwSignal<bool> {
    let begun = RwSignal::new(false);
    let first = nav.peek();
    let patience = if first == Route::Home && portal.channel != Channel::Kiosk { DATA_MS } else { 0 };
    read_home(portal, &first);
    effect(move || {
        let settled =
            portal.overview.status().with(|status| status.known_at.is_some() || status.fault.is_some());
        // Who isn't signed in is sent elsewhere.
        if settled || nav.route() != first {
            begin(begun, 0);
        }
    });
    effect(move || {
        if begun.get() {
            // After what is drawn in this very task, and before it is painted.
            spawn_local(async { dom::tell_started() });
        }
    });
    begin(begun, patience);
    begun
}

fn begin(begun: RwSignal<bool>, after: i32) {
    spawn_local(async move {
        timer::sleep(after).await;
        if begun.try_get_untracked() == Some(false) {
            let _ = begun.try_set(true);
        }
    });
}

/// Every screen of a member's shows something of home's data.
fn read_home(portal: Portal, route: &Route) {
    if !route.is_public() && portal.overview.is_idle() {
        portal.overview.load();
    }
}

fn same_screen(old: Option<&Route>, new: Option<&Route>) -> bool {
    matches!((old, new), (Some(old), Some(new)) if old.same_screen(new))
}

fn bar(said: Key) -> AnyView {
    view! {
        <div class="offbar" role="status">
            {icon_small("offline")}
            <span class="grow">{t(said)}</span>
        </div>
    }
    .built()
}

fn toast(text: String) -> AnyView {
    view! {
        <div class="toast">
            {icon_small("check")}
            {text}
        </div>
    }
    .built()
}

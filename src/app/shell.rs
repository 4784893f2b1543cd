//! The shell around every screen: the way between them, the offline bar, the notices.

use crate::app::links;
use crate::app::screens::{Screens, resume};
use crate::domain::route::Route;
use crate::i18n::{Key, key, t};
use crate::platform::{network, timer};
use crate::state::nav::Nav;
use crate::state::toast::Toasts;
use crate::state::{Portal, effect, look, session};
use crate::ui::{Build, icon_small, live};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The whole app.
pub(super) fn shell(portal: Portal) -> AnyView {
    let nav = Nav::new();
    let toasts = Toasts::new();
    provide_context(portal);
    provide_context(nav);
    provide_context(toasts);
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
    links::follow(nav, move |route| screens.expect(route));
    screens.start_background(&nav.peek());
    let place = Memo::new_with_compare(move |_| nav.route(), |old, new| !same_screen(old, new));
    let first = StoredValue::new(true);
    effect(move || {
        portal.locale.track();
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
            screen(screens, portal, &place.get())
        })}
        {screens.frame()}
        <div class="toasts" aria-live="polite">
            {live(move || toasts.list().into_iter().map(|(_, text)| toast(text)).collect_view().into_any())}
        </div>
    }
    .built()
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

fn screen(screens: Screens, portal: Portal, route: &Route) -> AnyView {
    if !route.is_public() && portal.overview.is_idle() {
        portal.overview.load();
    }
    screens.draw(route)
}

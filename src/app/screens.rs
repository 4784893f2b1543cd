//! Which screens are in the programme from the start, and which come in a part of their own when they are needed.
//!
//! A part gives a plain function back, so that a screen is always built at once and below the right owner. Nothing here
//! may name a feature outside the body of its part's split point: that would pull its code into the main module.

use crate::api::error::ApiError;
use crate::domain::channel::Channel;
use crate::domain::route::Route;
use crate::features;
use crate::parts::failure::failure;
use crate::parts::frame::page_head;
use crate::platform::network::is_online;
use crate::platform::part::{NotLoaded, part};
use crate::platform::{dom, idle, storage, timer};
use crate::state::toast::Toasts;
use crate::state::{Portal, redemptions};
use crate::ui::{Build, bone, live, loading};
use leptos::prelude::*;
use std::future::Future;
use std::pin::Pin;
use wasm_bindgen_futures::spawn_local;

/// Builds the screen of a route that belongs to its part.
type Page = fn(&Route) -> AnyView;

/// How long the first screen has the network for itself, in milliseconds.
const BACKGROUND_MS: i32 = 2_000;

/// The split point of a part that draws screens.
macro_rules! screen {
    ($name:ident, $page:expr) => {
        part!($name() -> Page, $page);
    };
}

screen!(sign_in, |route| {
    let next = if let Route::SignIn { next } = route { next.clone() } else { None };
    features::sign_in::page(next)
});

screen!(points, |route| match route {
    Route::Tier => features::tier::page(),
    Route::Earn => features::points::earn::page(),
    _ => features::points::page(),
});

screen!(rewards, |_| features::rewards::page());

screen!(reward, |route| match route {
    Route::Reward(id) => features::rewards::detail::page(id.clone()),
    _ => features::not_found::page(),
});

screen!(wallet, |_| features::wallet::page());

screen!(voucher, |route| match route {
    Route::Home => features::offers::page(),
    Route::Voucher(id) => features::wallet::voucher::page(id.clone()),
    Route::Coupon(id) => features::wallet::coupon::page(id.clone()),
    _ => features::not_found::page(),
});

screen!(linked, |route| match route {
    Route::Gift(id) => features::gift::page(id.clone()),
    Route::Device { code } => features::device::page(code.clone()),
    _ => features::not_found::page(),
});

screen!(code, |_| features::code::page());

screen!(surveys, |_| features::surveys::page());

screen!(survey, |route| match route {
    Route::Survey(id) => features::surveys::answer::page(id.clone()),
    _ => features::not_found::page(),
});

screen!(me, |_| features::me::page());

screen!(kiosk, |route| match route {
    Route::SignIn { .. } => features::kiosk::welcome(),
    Route::Home => features::kiosk::home(),
    Route::Enrol => features::kiosk::enrolment(),
    _ => features::kiosk::frame(),
});

screen!(background, |_| {
    features::wechat::start();
    features::background::start()
});

part!(redeeming(portal: Portal, toasts: Toasts) -> (), redemptions::resume(portal, toasts));

/// Takes up the redemptions that were open when the page was left. Where nothing is kept, nothing is loaded for it.
pub(super) fn resume(portal: Portal, toasts: Toasts) {
    if storage::read(storage::OPEN_INTENTS).is_some() {
        spawn_local(async move {
            // Without the part they are taken up by the next screen that shows them.
            let _ = redeeming(portal, toasts).await;
        });
    }
}

/// A part of the programme.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    SignIn,
    Rewards,
    Reward,
    Points,
    Wallet,
    Code,
    Voucher,
    Me,
    Surveys,
    Survey,
    /// What somebody else's link or screen leads to.
    Linked,
    /// What runs beside the screens on a member's own device.
    Background,
    Kiosk,
}

/// In the order in which a member is likely to need them, with the feature that the programme must have.
const LATER: [(Part, Option<&str>); 9] = [
    (Part::Rewards, None),
    (Part::Voucher, None),
    (Part::Reward, None),
    (Part::Code, Some("card-code")),
    (Part::Points, None),
    (Part::Wallet, None),
    (Part::Me, None),
    (Part::Surveys, Some("surveys")),
    (Part::Survey, Some("surveys")),
];

impl Part {
    /// The part of a screen; `None` for what is in the main module, or in nobody's.
    fn of(portal: Portal, route: &Route) -> Option<Self> {
        let shared = portal.channel == Channel::Kiosk;
        Some(match route {
            Route::Enrol => Self::Kiosk,
            Route::SignIn { .. } | Route::Home if shared => Self::Kiosk,
            Route::Me | Route::Code | Route::Device { .. } if shared => return None,
            Route::SignIn { .. } => Self::SignIn,
            Route::Tier | Route::Points { .. } => Self::Points,
            Route::Earn if portal.has("earning-rules") => Self::Points,
            Route::Rewards(_) => Self::Rewards,
            Route::Reward(_) => Self::Reward,
            Route::Wallet { .. } => Self::Wallet,
            Route::Voucher(_) => Self::Voucher,
            Route::Coupon(_) if portal.has("coupons") => Self::Voucher,
            Route::Gift(_) if portal.has("coupon-transfers") && portal.channel.can_give() => Self::Linked,
            Route::Code if portal.has("card-code") => Self::Code,
            Route::Surveys if portal.has("surveys") => Self::Surveys,
            Route::Survey(_) if portal.has("surveys") => Self::Survey,
            Route::Me => Self::Me,
            Route::Device { .. } if portal.has("device-sign-in") => Self::Linked,
            _ => return None,
        })
    }

    fn fetch(self) -> Pin<Box<dyn Future<Output = Result<Page, NotLoaded>>>> {
        match self {
            Self::SignIn => Box::pin(sign_in()),
            Self::Points => Box::pin(points()),
            Self::Rewards => Box::pin(rewards()),
            Self::Reward => Box::pin(reward()),
            Self::Wallet => Box::pin(wallet()),
            Self::Voucher => Box::pin(voucher()),
            Self::Code => Box::pin(code()),
            Self::Linked => Box::pin(linked()),
            Self::Surveys => Box::pin(surveys()),
            Self::Survey => Box::pin(survey()),
            Self::Me => Box::pin(me()),
            Self::Background => Box::pin(background()),
            Self::Kiosk => Box::pin(kiosk()),
        }
    }
}

/// The parts that are here. Copying it copies the handle.
#[derive(Clone, Copy)]
pub(super) struct Screens {
    portal: Portal,
    here: [RwSignal<Option<Page>>; Part::Kiosk as usize + 1],
    fetching_ahead: StoredValue<bool>,
}

impl Screens {
    /// None of the parts is here.
    pub(super) fn new(portal: Portal) -> Self {
        let here = std::array::from_fn(|_| RwSignal::new(None));
        Self { portal, here, fetching_ahead: StoredValue::new(false) }
    }

    fn slot(self, part: Part) -> RwSignal<Option<Page>> {
        self.here[part as usize]
    }

    /// Whether the screen of a route can be built at once; tracked.
    pub(super) fn has(self, route: &Route) -> bool {
        Part::of(self.portal, route).is_none_or(|part| self.slot(part).with(Option::is_some))
    }

    /// The screen of a route, or bones until its part is here; tracked.
    pub(super) fn draw(self, route: &Route) -> AnyView {
        match Part::of(self.portal, route) {
            Some(part) => match self.slot(part).get() {
                Some(page) => page(route),
                None => self.wait(part, route.href()),
            },
            None if *route == Route::Home => features::home::page(self.offer()),
            None => features::not_found::page(),
        }
    }

    /// What is around every screen: on a shared one its part's own answer to a place that isn't its, on others what runs beside
    /// the screens.
    pub(super) fn frame(self) -> AnyView {
        let shared = self.portal.channel == Channel::Kiosk;
        let slot = self.slot(if shared { Part::Kiosk } else { Part::Background });
        live(move || slot.get().map_or_else(|| ().into_any(), |page| page(&Route::NotFound)))
    }

    /// Loads what runs beside the screens once the first of them had its time and the browser is idle, but not where a kiosk is
    /// about to be made.
    pub(super) fn start_background(self, place: &Route) {
        if self.portal.channel == Channel::Kiosk || *place == Route::Enrol {
            return;
        }
        spawn_local(async move {
            timer::sleep(BACKGROUND_MS).await;
            idle::idle().await;
            self.load(Part::Background).await;
        });
    }

    /// What home shows when a survey is offered. It comes with the voucher, which can be followed by the same.
    fn offer(self) -> AnyView {
        let slot = self.slot(Part::Voucher);
        live(move || slot.get().map_or_else(|| ().into_any(), |page| page(&Route::Home)))
    }

    fn wait(self, part: Part, href: String) -> AnyView {
        let failed = RwSignal::new(false);
        let tries = StoredValue::new(0_u8);
        let href = StoredValue::new(href);
        let load = move || {
            tries.update_value(|tries| *tries += 1);
            if tries.get_value() > 2 && is_online() {
                // The server has other files than this page knows of: only the page itself, read anew, can help.
                dom::reload_at(&href.get_value());
                return;
            }
            failed.set(false);
            spawn_local(async move {
                if !self.load(part).await {
                    let _ = failed.try_set(true);
                }
            });
        };
        load();
        let body = live(move || {
            if failed.get() {
                failure(&ApiError::Offline, load)
            } else {
                loading(view! { {bone("h", 6)}{bone("t", 10)}{bone("t", 8)} }.built())
            }
        });
        view! {
            <div class="app notab">
                {page_head(&self.portal.of(|programme| programme.name.clone()), Route::Home, ().into_any())}
                <main id="main">{body}</main>
            </div>
        }
        .built()
    }

    async fn load(self, part: Part) -> bool {
        let page = part.fetch().await;
        if let Ok(page) = page {
            let slot = self.slot(part);
            if slot.try_with_untracked(Option::is_none) == Some(true) {
                let _ = slot.try_set(Some(page));
            }
            true
        } else {
            false
        }
    }

    /// Loads the part of a screen that is about to be asked for.
    pub(super) fn expect(self, route: &Route) {
        let missing =
            Part::of(self.portal, route).filter(|part| self.slot(*part).with_untracked(Option::is_none));
        if let Some(part) = missing {
            spawn_local(async move {
                self.load(part).await;
            });
        }
    }

    /// The next time home is on screen, what it leads to is fetched from the beginning.
    fn begin_again(self) {
        let _ = self.fetching_ahead.try_set_value(false);
    }

    /// Loads what home leads to, one part after the other, whenever the browser is idle, as soon as somebody is there. Who saves
    /// data only gets what offers a survey, and only when one is due.
    pub(super) fn fetch_ahead(self) {
        let due = self.portal.offer_due.get();
        if self.fetching_ahead.get_value() || idle::saves_data() && !due {
            return;
        }
        self.fetching_ahead.set_value(true);
        spawn_local(async move {
            // An offer that is due is a piece of home, but not before its pictures.
            if due {
                timer::sleep(BACKGROUND_MS).await;
                idle::idle().await;
                if !self.load(Part::Voucher).await {
                    return self.begin_again();
                }
            }
            if idle::saves_data() {
                return;
            }
            idle::touched().await;
            for (part, feature) in LATER {
                if feature.is_some_and(|feature| !self.portal.has(feature)) {
                    continue;
                }
                idle::idle().await;
                if !self.load(part).await {
                    return self.begin_again();
                }
            }
        });
    }
}

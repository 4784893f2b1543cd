//! What the screen knows while it runs: its device, who is there, how long nobody has touched it.

use super::{heartbeat, sign};
use crate::api::error::ApiError;
use crate::api::{client, endpoint, wire};
use crate::domain::date::Instant;
use crate::domain::kiosk::device::{Device, Settings};
use crate::domain::kiosk::scan::Reading;
use crate::domain::kiosk::vigil::{Phase, Vigil};
use crate::domain::route::Route;
use crate::i18n::{self, Locale, key, t};
use crate::platform::{clock, dom, intl, scanner, timer, touch, watchdog, wipe};
use crate::state::nav::{self, Nav};
use crate::state::toast::{self, Toasts};
use crate::state::{Portal, lasting, portal, session};
use leptos::prelude::*;
use std::cell::Cell;
use wasm_bindgen_futures::spawn_local;

const TICK_MS: i32 = 500;
/// How long the farewell is shown, in milliseconds.
const FAREWELL_MS: i32 = 1_500;
/// How long the device's own part of a wipe is waited for, in milliseconds.
const WIPE_MS: i32 = 1_500;
/// How long a sign-out is waited for before it counts as one without a network, in milliseconds.
const PATIENCE_MS: i32 = 6_000;
/// Pause before the backend is told of a sign-out again, in milliseconds.
const AGAIN_MS: i32 = 3_000;

/// Where somebody is who has not signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Before the invitation.
    Invite,
    /// Shows a member code to the scanner.
    Card,
    /// Types a phone number, then a code.
    Phone,
}

/// How far the end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Nobody ends anything.
    No,
    /// The wipe runs; with whether nobody was there.
    Wiping(bool),
    /// Wiped, and the backend hasn't heard of it.
    Unheard,
}

/// The screen. Copying it copies the handle.
#[derive(Clone, Copy)]
pub(super) struct Kiosk {
    pub(super) portal: Portal,
    pub(super) nav: Nav,
    pub(super) toasts: Toasts,
    /// The device; `None` until the backend has told.
    pub(super) device: RwSignal<Option<Device>>,
    /// Whether the backend doesn't know the device, or no more.
    pub(super) gone: RwSignal<bool>,
    /// Whether the backend answered when it was asked last.
    pub(super) reached: RwSignal<bool>,
    /// Whether a member is signed in.
    pub(super) signed_in: RwSignal<bool>,
    pub(super) step: RwSignal<Step>,
    /// Larger text, stronger contrast, everything within reach from a wheelchair.
    pub(super) ease: RwSignal<bool>,
    pub(super) phase: RwSignal<Phase>,
    pub(super) ending: RwSignal<Ending>,
    /// Whether a code that was scanned is being turned into a session.
    pub(super) signing: RwSignal<bool>,
    /// What is wrong with what was scanned.
    pub(super) scan_fault: RwSignal<Option<String>>,
    /// Letters typed on a keyboard with no field in focus.
    pub(super) typed: StoredValue<Option<Callback<String>>>,
    vigil: StoredValue<Vigil>,
    /// The language before anybody chose another.
    own_locale: Locale,
}

thread_local! {
    static KIOSK: Cell<Option<Kiosk>> = const { Cell::new(None) };
}

/// The screen; the first call begins it.
pub(super) fn kiosk() -> Kiosk {
    KIOSK.get().unwrap_or_else(|| {
        let (portal, nav, toasts) = (portal(), nav::nav(), toast::toasts());
        let kiosk = lasting(|| Kiosk::new(portal, nav, toasts));
        KIOSK.set(Some(kiosk));
        kiosk.begin();
        kiosk
    })
}

impl Kiosk {
    fn new(portal: Portal, nav: Nav, toasts: Toasts) -> Self {
        let vigil = Vigil::new(&Settings::default(), clock::onward());
        Self {
            portal,
            nav,
            toasts,
            device: RwSignal::new(None),
            gone: RwSignal::new(false),
            reached: RwSignal::new(true),
            signed_in: RwSignal::new(false),
            step: RwSignal::new(Step::Invite),
            ease: RwSignal::new(false),
            phase: RwSignal::new(vigil.phase(clock::onward())),
            ending: RwSignal::new(Ending::No),
            signing: RwSignal::new(false),
            scan_fault: RwSignal::new(None),
            typed: StoredValue::new(None),
            vigil: StoredValue::new(vigil),
            own_locale: i18n::locale(),
        }
    }

    fn begin(self) {
        dom::add_root_class("kiosk");
        self.nav.keep_no_history();
        watchdog::begin();
        touch::tame();
        touch::watch(move || self.vigil.update_value(|vigil| vigil.touch(clock::onward())));
        scanner::listen(
            move |reading| self.scanned(reading),
            move |text| {
                if let Some(typed) = self.typed.get_value() {
                    typed.run(text.to_owned());
                }
            },
        );
        session::on_end(Callback::new(move |()| self.session_ended()));
        heartbeat::begin(self);
        // It runs as long as the page.
        std::mem::forget(timer::every(TICK_MS, move || self.tick()));
    }

    /// Asks the backend for the device; whether it answered.
    pub(super) async fn refresh(self) -> Result<(), ApiError> {
        let answer = client::get(endpoint::current_device()).await;
        match answer.and_then(|reply| reply.decode(wire::devices::device)) {
            Ok(device) => {
                self.portal.store_here.set(Some(device.store_id.clone()));
                self.hear(true);
                if self.gone.get_untracked() {
                    self.gone.set(false);
                }
                if self.device.with_untracked(|known| known.as_ref() != Some(&device)) {
                    self.device.set(Some(device));
                }
                Ok(())
            }
            Err(error) => {
                if error.is_signed_out() {
                    self.lose();
                } else {
                    self.hear(!error.is_unknown());
                }
                Err(error)
            }
        }
    }

    /// Whether the backend answers. A member's screens go by it; the invitation says it in the code's place.
    fn hear(self, reached: bool) {
        self.reached.set(reached);
        let online = reached || !self.signed_in.get_untracked();
        if self.portal.online.get_untracked() != online {
            self.portal.online.set(online);
        }
    }

    /// The backend has taken the device out of service.
    pub(super) fn lose(self) {
        self.hear(true);
        if self.signed_in.get_untracked() {
            self.end(false);
        } else {
            self.step.set(Step::Invite);
            self.gone.set(true);
        }
    }

    pub(super) fn settings(self) -> Settings {
        self.device
            .with_untracked(|device| device.as_ref().map(|device| device.settings.clone()))
            .unwrap_or_default()
    }

    /// Whether it is time to serve.
    pub(super) fn is_open(self) -> bool {
        let now = clock::now();
        self.settings().is_open(now.minute_of_day(intl::offset_minutes(now)))
    }

    /// Whether what is on screen belongs to somebody.
    fn is_private(self) -> bool {
        self.signed_in.get_untracked() || self.step.get_untracked() == Step::Phone
    }

    /// Whether the screen is as the next person should find it.
    fn is_fresh(self) -> bool {
        !self.is_private()
            && self.step.get_untracked() == Step::Invite
            && !self.ease.get_untracked()
            && i18n::locale() == self.own_locale
    }

    fn tick(self) {
        watchdog::alive();
        if self.ending.get_untracked() != Ending::No {
            return;
        }
        // The browser says so by itself when a cable is pulled.
        if !self.signed_in.get_untracked() && !self.portal.online.get_untracked() {
            self.portal.online.set(true);
        }
        let now = clock::onward();
        if self.is_fresh() {
            self.watch(None);
            return;
        }
        let phase = self.vigil.with_value(|vigil| vigil.phase(now));
        if self.phase.get_untracked() != phase {
            self.phase.set(phase);
        }
        match phase {
            Phase::Over => self.end(true),
            // Nothing is lost with a language that somebody has chosen.
            Phase::Warning { .. } if !self.is_private() => self.end(true),
            _ => {}
        }
    }

    /// Counts from now on; a session ends at `until` in any case.
    fn watch(self, until: Option<Instant>) {
        let now = clock::onward();
        let ends = until.map(|until| now + (until.0 - clock::now().0));
        let vigil = Vigil::new(&self.settings(), now).until(ends);
        self.vigil.set_value(vigil);
    }

    /// Somebody is there and wants to go on.
    pub(super) fn more(self) {
        let now = clock::onward();
        self.vigil.update_value(|vigil| vigil.more(now));
        self.phase.set(self.vigil.with_value(|vigil| vigil.phase(now)));
    }

    /// A member is signed in.
    pub(super) fn enter(self, until: Option<Instant>) {
        self.watch(until);
        self.phase.set(self.vigil.with_value(|vigil| vigil.phase(clock::onward())));
        self.step.set(Step::Invite);
        self.scan_fault.set(None);
        self.portal.overview.clear();
        self.portal.overview.load();
        self.signed_in.set(true);
        self.nav.keep_no_history();
        self.nav.replace(&Route::Home);
    }

    /// Another way to sign in.
    pub(super) fn turn_to(self, step: Step) {
        self.scan_fault.set(None);
        self.watch(None);
        self.step.set(step);
    }

    fn session_ended(self) {
        if self.signed_in.get_untracked() {
            self.toasts.show(t(key::SIGN_IN_ENDED));
            self.end(false);
        }
    }

    fn scanned(self, reading: Reading) {
        if self.ending.get_untracked() != Ending::No
            || self.signing.get_untracked()
            || self.gone.get_untracked()
            || !self.is_open()
        {
            return;
        }
        match reading {
            _ if self.signed_in.get_untracked() => self.toasts.show(t(key::KIOSK_SCAN_BUSY)),
            Reading::Member(payload) => sign::by_card(self, payload),
            Reading::Unknown => {
                self.scan_fault.set(Some(t(key::KIOSK_CARD_UNKNOWN).into()));
                if self.step.get_untracked() != Step::Card {
                    self.toasts.show(t(key::KIOSK_SCAN_UNKNOWN));
                }
            }
        }
    }

    /// Ends whatever goes on and begins anew, with nothing left of whoever was here: on the screen at once, on the device, at
    /// the backend, and in the page's memory by loading it anew. Without a network the page stays, since it could not be had
    /// again, and waits.
    pub(super) fn end(self, alone: bool) {
        if self.ending.get_untracked() != Ending::No {
            return;
        }
        self.ending.set(Ending::Wiping(alone));
        let was_in = self.signed_in.get_untracked();
        spawn_local(async move {
            // Some engines don't say what has become of a database.
            let _ = timer::within(WIPE_MS, wipe::everything()).await;
            let told = timer::within(PATIENCE_MS, session::tell_sign_out()).await;
            client::set_token(None);
            if !matches!(told, Some(Ok(()))) {
                self.wait_for_the_backend().await;
            } else if was_in {
                timer::sleep(FAREWELL_MS).await;
            }
            dom::reload_at(&Route::SignIn { next: None }.href());
        });
    }

    async fn wait_for_the_backend(self) {
        self.portal.overview.clear();
        self.signed_in.set(false);
        self.step.set(Step::Invite);
        self.nav.keep_no_history();
        self.nav.replace(&Route::SignIn { next: None });
        self.ending.set(Ending::Unheard);
        self.hear(false);
        loop {
            timer::sleep(AGAIN_MS).await;
            watchdog::alive();
            if session::tell_sign_out().await.is_ok() {
                return;
            }
        }
    }
}

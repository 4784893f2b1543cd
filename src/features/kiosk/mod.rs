//! The store's shared screen: who passes by is invited, whoever signs in is served and forgotten.

mod attract;
mod bye;
mod card;
mod enrol;
mod frame;
mod heartbeat;
mod home;
mod idle;
mod keypad;
mod pairing;
mod phone;
mod run;
mod service;
mod sign;

use leptos::prelude::*;
use run::{Step, kiosk};

/// What stands before a sign-in: the invitation, and the ways to accept it.
pub fn welcome() -> AnyView {
    let kiosk = kiosk();
    // Nothing is drawn anew for a signal that says the same again: a number would be lost while it is typed.
    let face = Memo::new(move |_| (!kiosk.gone.get()).then(|| kiosk.step.get()));
    crate::ui::live(move || match face.get() {
        None => service::page(kiosk),
        Some(Step::Invite) => attract::page(kiosk),
        Some(Step::Card) => card::page(kiosk),
        Some(Step::Phone) => phone::page(kiosk),
    })
}

/// The member's own start.
pub fn home() -> AnyView {
    home::page(kiosk())
}

/// Where an installer makes the device a kiosk.
pub fn enrolment() -> AnyView {
    enrol::page()
}

/// What is around every screen of a member: the way out with the time left, the warning, the farewell.
pub fn frame() -> AnyView {
    frame::view(kiosk())
}

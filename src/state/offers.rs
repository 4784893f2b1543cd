//! Surveys that are offered about what just happened (decision 13): taken once, and shown where it happened until the
//! member answers or declines. Nothing here is worth an error message: what fails is asked for again, or let be.

use crate::api::error::ApiError;
use crate::api::exchange::Request;
use crate::api::node::Body;
use crate::api::wire::offers::{SurveyOffer, survey_offer};
use crate::api::{client, endpoint};
use crate::domain::channel::Channel;
use crate::domain::offering::Asking;
use crate::domain::route::Route;
use crate::platform::{locks, random, storage, timer};
use crate::state::lasting;
use crate::state::nav::Nav;
use crate::state::stay::Stay;
use crate::state::{Portal, effect};
use leptos::prelude::*;
use litemap::LiteMap;
use std::cell::{Cell, RefCell};
use wasm_bindgen_futures::spawn_local;

/// Held by the tab that asks: the others wait, and then know what it knows.
const LOCK: &str = "offer";
/// As [`storage::OFFER`], for the redemption that was asked about last.
const OF_VOUCHER: &str = "portal.member.offer.voucher";
/// Pauses before each attempt, in milliseconds.
const PAUSES_MS: [i32; 3] = [0, 4_000, 20_000];

thread_local! {
    static SHOWN: Cell<Option<RwSignal<Vec<Shown>>>> = const { Cell::new(None) };
    /// What a shared device doesn't write down and another one refused to keep.
    static MEMORY: RefCell<LiteMap<&'static str, String>> = const { RefCell::new(LiteMap::new_vec()) };
}

/// Where an offer is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// On home, about anything.
    Home,
    /// Below the voucher of a redemption, about that one.
    Voucher(String),
}

/// An offer that the member has neither accepted nor declined.
#[derive(Clone, PartialEq)]
struct Shown {
    place: Place,
    member: String,
    offer: SurveyOffer,
}

impl Place {
    fn name(&self) -> &'static str {
        match self {
            Self::Home => storage::OFFER,
            Self::Voucher(_) => OF_VOUCHER,
        }
    }

    /// What the kept line is about.
    fn about<'a>(&'a self, member: &'a str) -> &'a str {
        match self {
            Self::Home => member,
            Self::Voucher(id) => id,
        }
    }

    fn kept(&self, member: &str) -> Asking {
        let name = self.name();
        let line = storage::read(name).or_else(|| MEMORY.with_borrow(|memory| memory.get(name).cloned()));
        Asking::read(line.as_deref(), self.about(member))
    }

    fn keep(&self, portal: Portal, member: &str, asking: &Asking) {
        let (name, line) = (self.name(), asking.line(self.about(member)));
        if portal.channel == Channel::Kiosk || !storage::write(name, &line) {
            storage::remove(name);
            MEMORY.with_borrow_mut(|memory| memory.insert(name, line));
        }
    }

    /// Nothing is left to ask. A voucher may be read again and must not ask anew; home asks when the overview says so.
    fn settle(&self, portal: Portal, member: &str) {
        match self {
            Self::Voucher(_) => self.keep(portal, member, &Asking::Over),
            Self::Home => {
                storage::remove(self.name());
                MEMORY.with_borrow_mut(|memory| memory.remove(self.name()));
                let _ = portal.offer_due.try_set(false);
            }
        }
    }
}

fn member(portal: Portal) -> Option<String> {
    portal.overview.try_peek().map(|overview| overview.member.id)
}

/// Every offer on screen. It outlives the screens: who comes back to home finds it again.
fn all(portal: Portal, nav: Nav) -> RwSignal<Vec<Shown>> {
    SHOWN.get().unwrap_or_else(|| {
        let shown = lasting(|| {
            let shown = RwSignal::new(Vec::<Shown>::new());
            // A survey that was opened, from wherever, isn't offered any more.
            effect(move || {
                if let Route::Survey(id) = nav.route() {
                    let opened = |one: &Shown| one.offer.survey.id == id;
                    for one in shown.get_untracked().into_iter().filter(opened) {
                        close(portal, nav, &one.place);
                    }
                }
            });
            shown
        });
        // Another tab of the same voucher shows the same offer, until one of them closes it.
        let _ = window_event_listener(leptos::ev::storage, move |_| {
            let _ = shown.try_update(|all| {
                all.retain(|one| one.place == Place::Home || one.place.kept(&one.member) != Asking::Over);
            });
        });
        SHOWN.set(Some(shown));
        shown
    })
}

/// The offer of a place; tracked.
pub fn shown(portal: Portal, nav: Nav, place: &Place) -> Option<SurveyOffer> {
    let member = portal.overview.known()?.member.id;
    let all = all(portal, nav);
    all.with(|all| {
        let one = all.iter().find(|one| one.place == *place && one.member == member)?;
        Some(one.offer.clone())
    })
}

/// The member has accepted or declined: it never comes back.
pub fn close(portal: Portal, nav: Nav, place: &Place) {
    let Some(member) = member(portal) else { return };
    if matches!(place, Place::Voucher(_)) {
        place.settle(portal, &member);
    }
    let _ = all(portal, nav).try_update(|all| all.retain(|one| one.place != *place));
}

/// Asks for the offer of `place`, now and whenever the network or the overview gives a reason, for as long as the view
/// lives.
pub fn follow(portal: Portal, nav: Nav, place: Memo<Option<Place>>) {
    let busy = StoredValue::new(false);
    effect(move || {
        // Home that was put aside doesn't take what another screen is about to ask for.
        let on_stage = portal.stay.is_none_or(Stay::is_shown);
        let ready = portal.overview.is_known() && portal.online.get() && on_stage;
        portal.offer_due.track();
        let Some(place) = place.get().filter(|_| ready && !busy.get_value()) else { return };
        busy.set_value(true);
        spawn_local(async move {
            for pause in PAUSES_MS {
                if pause > 0 {
                    timer::sleep(pause).await;
                }
                // The view has gone: what was lost is asked for when it comes back.
                let is_gone = busy.try_get_value().is_none() || !portal.is_on_stage();
                if is_gone || ask(portal, nav, &place).await {
                    break;
                }
            }
            let _ = busy.try_set_value(false);
        });
    });
}

/// What is left to ask; `None` when nothing is.
fn key(portal: Portal, place: &Place, member: &str) -> Option<String> {
    match place.kept(member) {
        Asking::Again(key) => Some(key),
        Asking::Over => None,
        Asking::New if *place != Place::Home || portal.offer_due.try_get_untracked() == Some(true) => {
            Some(random::uuid())
        }
        Asking::New => None,
    }
}

/// Takes the offer, if there is one. Whether that is settled; else the same is to be asked again.
async fn ask(portal: Portal, nav: Nav, place: &Place) -> bool {
    let Some(member) = member(portal) else { return true };
    let is_shown = |all: &Vec<Shown>| all.iter().any(|one| one.place == *place && one.member == member);
    if all(portal, nav).with_untracked(is_shown) || key(portal, place, &member).is_none() {
        return true;
    }
    let Some(alone) = locks::hold(LOCK).await else { return false };
    // Another tab may have asked meanwhile.
    let Some(key) = key(portal, place, &member) else { return true };
    place.keep(portal, &member, &Asking::Again(key.clone()));
    let id = if let Place::Voucher(id) = place { Some(id.as_str()) } else { None };
    let body = Body::new().maybe_text("redemption_id", id).json();
    let request = Request::post(endpoint::survey_offers(), body, Some(&key)).of(&member);
    let answer = client::send(request).await.and_then(|reply| reply.decode(survey_offer));
    let settled = match answer {
        Ok(Some(offer)) => {
            if *place == Place::Home {
                place.settle(portal, &member);
            }
            let one = Shown { place: place.clone(), member, offer };
            let _ = all(portal, nav).try_update(|all| {
                all.retain(|known| known.place != one.place);
                all.push(one);
            });
            true
        }
        Err(error) if may_pass(&error) => false,
        Ok(None) | Err(_) => {
            place.settle(portal, &member);
            true
        }
    };
    drop(alone);
    settled
}

/// Whether the same request may be answered later, or was and the answer is lost.
fn may_pass(error: &ApiError) -> bool {
    let later = matches!(error, ApiError::Problem(problem) if matches!(problem.status, 401 | 429));
    later || error.is_unknown() || error.code().is_empty()
}

//! Which screen is on stage. The screens of the tabs stay when they are left, as long as they are what would be drawn
//! anew (decision 25); every other one is made when it is opened and gone when it is left.

use crate::app::screens::Screens;
use crate::domain::channel::Channel;
use crate::domain::route::{Route, Tab};
use crate::i18n::{self, Locale};
use crate::platform::{clock, dom, timer};
use crate::state::Portal;
use crate::state::stay::{Moment, Stay};
use crate::ui::Kept;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// How long words like "tomorrow" and a greeting hold, in milliseconds: every zone changes its day and hour at such a time.
const WORDS_MS: i64 = 15 * 60_000;

/// Whose screen it is, in which language, and when its words were written.
#[derive(Default, PartialEq)]
struct Stamp {
    /// `None` while it isn't known.
    member: Option<String>,
    locale: Locale,
    quarter: i64,
}

/// A tab and its screen.
struct Place {
    /// Of all that the screen is made of. There is one for each tab: its parent keeps a trace of every one it ever had.
    owner: Owner,
    stay: Stay,
    portal: Portal,
    view: Option<Kept>,
    /// From when it was made.
    stamp: Stamp,
    /// As it was when it was left.
    title: String,
}

impl Place {
    fn forget(&mut self) {
        self.owner.cleanup();
        self.view = None;
    }
}

/// The stage of the page.
pub(super) struct Stage {
    portal: Portal,
    screens: Screens,
    /// In the order of the tabs.
    places: Vec<Place>,
    shown: Option<Tab>,
    /// The programme's language when something was drawn last.
    spoken: Locale,
}

impl Stage {
    /// With no screen on it yet.
    pub(super) fn new(portal: Portal, screens: Screens) -> Self {
        let outer = Owner::current().unwrap_or_default();
        let place = |tab: &Tab| {
            let stay = Stay::new(*tab);
            Place {
                owner: outer.child(),
                stay,
                portal: portal.of_screen(stay),
                view: None,
                stamp: Stamp::default(),
                title: String::new(),
            }
        };
        Self {
            portal,
            screens,
            places: Tab::ALL.iter().map(place).collect(),
            shown: None,
            spoken: Locale::default(),
        }
    }

    /// The screen of a place; tracks only whether its part is here.
    pub(super) fn draw(&mut self, route: &Route) -> AnyView {
        let stays = self.portal.channel != Channel::Kiosk && self.screens.has(route);
        untrack(|| self.leave());
        let spoken = std::mem::replace(&mut self.spoken, self.portal.locale.get_untracked());
        if route.is_public() || spoken != self.spoken {
            // Whoever is here next may be somebody else.
            self.places.iter_mut().for_each(Place::forget);
        }
        match route.tab().filter(|_| stays) {
            Some(tab) => untrack(|| self.enter(tab, route)),
            None => self.screens.draw(route),
        }
    }

    fn stamp(&self) -> Stamp {
        let quarter = clock::now().0.div_euclid(WORDS_MS);
        Stamp { member: self.member(), locale: i18n::locale(), quarter }
    }

    fn member(&self) -> Option<String> {
        self.portal.overview.peek().map(|overview| overview.member.id)
    }

    fn leave(&mut self) {
        let member = self.member();
        let Some(place) = self.shown.take().and_then(|tab| self.places.get_mut(tab as usize)) else { return };
        place.title = dom::title();
        // The first screen is made before anybody knows whose it is.
        if place.stamp.member.is_none() {
            place.stamp.member = member;
        }
        if !place.stay.tell(Moment::Left) {
            place.forget();
        }
    }

    fn enter(&mut self, tab: Tab, route: &Route) -> AnyView {
        self.shown = Some(tab);
        let stamp = self.stamp();
        let place = &mut self.places[tab as usize];
        let stay = place.stay;
        if let Some(view) = &place.view
            && place.stamp == stamp
            && stay.tell(Moment::Returns)
        {
            dom::set_title(&place.title);
            spawn_local(async move {
                timer::painted().await;
                if stay.is_shown_now() {
                    stay.tell(Moment::Seen);
                }
            });
            return view.view();
        }
        place.forget();
        place.stamp = stamp;
        stay.begin();
        let view = place.owner.with(|| {
            provide_context(place.portal);
            Kept::new(self.screens.draw(route))
        });
        place.view.insert(view).view()
    }
}

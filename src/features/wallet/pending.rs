//! Redemptions that were begun on this device and aren't known to be over. Each is confirmed by itself; here it says how
//! far it is, and takes what only the member can decide.

use crate::domain::date::Instant;
use crate::domain::number::group;
use crate::domain::redeeming::{Course, Event, Step};
use crate::domain::route::Route;
use crate::i18n::{fill, key, t};
use crate::parts::words::{day_time, time};
use crate::platform::clock;
use crate::state::redemptions::{self, Redeeming};
use crate::state::{Portal, memo, portal, toast};
use crate::ui::{Build, icon, icon_small};
use leptos::prelude::*;

/// The rows, or nothing when everything is known. `settled` is called when one is over, as the lists are others then.
pub(super) fn rows(settled: impl Fn() + 'static) -> AnyView {
    let (portal, toasts) = (portal(), toast::toasts());
    let member = memo(move |_| portal.overview.is_known());
    Effect::new(move |_| {
        if member.get() {
            redemptions::resume(portal, toasts);
        }
    });
    let count = memo(move |_| redemptions::open(portal).len());
    Effect::new(move |before: Option<usize>| {
        let now = count.get();
        if before.is_some_and(|before| now < before) {
            settled();
        }
        now
    });
    let view = move || {
        let list = redemptions::open(portal);
        (!list.is_empty()).then(|| {
            let items = list.into_iter().map(|one| row(portal, one)).collect_view();
            view! { <ul class="pends">{items}</ul> }
        })
    };
    view.into_any()
}

/// What a row shows, coarser than the course's steps: within one of these no button is drawn anew under a finger.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open { again: bool },
    Asking { deny: bool, found: Option<bool> },
    Over,
}

impl State {
    fn of(course: &Course) -> Self {
        match course.step() {
            Step::Asking => Self::asking(course),
            _ if course.found().is_some() && course.is_open() => Self::asking(course),
            _ if course.is_open() => Self::Open { again: course.may_send_again() },
            _ => Self::Over,
        }
    }

    fn asking(course: &Course) -> Self {
        Self::Asking { deny: course.may_deny(), found: course.found().map(|found| !found.is_empty()) }
    }
}

fn row(portal: Portal, one: Redeeming) -> AnyView {
    let order = one.order();
    let points = portal.points_name();
    let state = Memo::new(move |_| one.course.with(State::of));
    let name = order.title.clone();
    let (said, told) = (points.clone(), points);
    let title = move || {
        let values = [("title", name.as_str()), ("points", said.as_str())];
        match state.get() {
            State::Over => fill(key::WALLET_PENDING_NOT_MADE, &values),
            State::Asking { .. } => fill(key::WALLET_PENDING_ASK, &values),
            State::Open { .. } => fill(key::WALLET_PENDING, &values),
        }
    };
    let cost = group(order.expected_cost);
    let words = move || match state.get() {
        State::Over => ().into_any(),
        State::Asking { .. } => {
            let words = one.course.with(|course| match course.found() {
                None => t(key::REDEEM_ASK_UNREAD).to_string(),
                Some([]) => fill(key::REDEEM_ASK_NONE, &[("n", &cost), ("points", &told)]),
                Some([at, ..]) => {
                    let values = [("n", cost.as_str()), ("points", &told), ("time", &day_time(*at))];
                    fill(key::REDEEM_ASK_FOUND, &values)
                }
            });
            view! { <span class="s">{words}</span> }.built()
        }
        State::Open { .. } => {
            let safe = fill(key::REDEEM_UNKNOWN_SAFE, &[("points", &told)]);
            view! { <span class="s safe">{icon_small("shield")}{safe}</span> }.built()
        }
    };
    let intent = order.intent.filter(|_| portal.has("redemption-deadline"));
    let until = intent.map(|intent| intent.not_after);
    let asked = Memo::new(move |_| matches!(one.course.with(Course::step), Step::Checking | Step::Sending));
    // What changes with every look isn't read out each time.
    let course = move || {
        let open = matches!(state.get(), State::Open { .. });
        open.then(|| {
            let word = if asked.get() { key::WALLET_PENDING_ASKING } else { key::WALLET_PENDING_LATER };
            let latest = until.and_then(latest).map(|text| view! { <span class="s">{text}</span> });
            view! {
                <span class="s">{t(word)}</span>
                {latest}
            }
        })
    };
    let class = move || match state.get() {
        State::Open { again: false } => "row row--one",
        _ => "row",
    };
    let reward = order.reward_id;
    view! {
        <li>
            <div class="next pend">
                <span class="glyph">{icon("clock")}</span>
                <div class="grow">
                    <b>{title}</b>
                    <div role="status">{words}</div>
                    {course}
                </div>
                <div class=class>{move || actions(one, state.get(), &reward)}</div>
            </div>
        </li>
    }
    .built()
}

/// When it is known at the latest; nothing once that has passed.
fn latest(not_after: Instant) -> Option<String> {
    // Minutes are all that is shown: a begun one counts.
    let time = time(not_after.plus_ms(59_999));
    let said = || fill(key::REDEEM_UNKNOWN_LATEST, &[("time", &time)]);
    (not_after > clock::now()).then(said)
}

fn button(words: &'static str, class: &'static str, one: Redeeming, event: Event) -> AnyView {
    let busy = Memo::new(move |_| one.course.with(|course| course.step() == Step::Checking));
    let busy = move || busy.get().then_some("true");
    let press = move |_| one.on(event.clone());
    view! {
        <button type="button" class=class aria-disabled=busy aria-busy=busy on:click=press>
            {words}
        </button>
    }
    .built()
}

fn actions(one: Redeeming, state: State, reward: &str) -> AnyView {
    let (main, quiet) = ("btn sm", "btn sm q");
    let first = |first: bool| if first { main } else { quiet };
    match state {
        State::Over => view! {
            <button type="button" class="btn sm q" on:click=move |_| one.strike()>
                {t(key::ACTION_DONE)}
            </button>
            <a class="btn sm" href=Route::Reward(reward.into()).href() on:click=move |_| one.strike()>
                {t(key::WALLET_PENDING_AGAIN)}
            </a>
        }
        .built(),
        State::Asking { deny, found } => {
            // What the ledger speaks for comes first; where it says nothing yet, reading it again.
            let (yes, no) = (found == Some(true), found == Some(false) && deny);
            let again = if yes || no { "btn sm t" } else { main };
            view! {
                {button(t(key::REDEEM_ASK_AGAIN), again, one, Event::Check)}
                {deny.then(|| button(t(key::REDEEM_ASK_NO), first(no), one, Event::Told(false)))}
                {button(t(key::REDEEM_ASK_YES), first(yes), one, Event::Told(true))}
            }
            .built()
        }
        State::Open { again } => view! {
            {again.then(|| button(t(key::WALLET_PENDING_RESEND), quiet, one, Event::Again))}
            {button(t(key::REDEEM_UNKNOWN_CHECK), main, one, Event::Check)}
        }
        .built(),
    }
}

//! A deadline for the person's own calendar.

use crate::domain::calendar::Deadline;
use crate::domain::date::Instant;
use crate::domain::route::Route;
use crate::i18n::{fill, key, t};
use crate::parts::coupon::deadline;
use crate::platform::{clock, download, share};
use crate::state::{portal, toast};
use crate::ui::Build;
use leptos::prelude::*;

/// What ends, for the calendar.
pub(super) struct Entry {
    /// The backend's identifier.
    pub(super) id: String,
    /// What it is called.
    pub(super) title: String,
    /// Where it can be used.
    pub(super) places: String,
    /// Where it is shown.
    pub(super) route: Route,
}

/// Until when, and the file for a calendar where a file can be handed over.
pub(super) fn until(at: Option<Instant>, entry: Entry) -> AnyView {
    let portal = portal();
    let ahead = at.filter(|at| *at > clock::now() && portal.channel.can_download());
    let button = ahead.map(|at| {
        let toasts = toast::toasts();
        let press = move |_| {
            let file = file(&entry, at, portal.of(|programme| programme.id.clone()));
            let name = t(key::CALENDAR_FILE);
            let done = file.is_some_and(|file| download::offer(name, "text/calendar;charset=utf-8", &file));
            toasts.show(t(if done { key::CALENDAR_DONE } else { key::CALENDAR_NOT }));
        };
        view! {
            <button type="button" class="linkbtn linkbtn--fact" on:click=press>
                {t(key::CALENDAR_ADD)}
            </button>
        }
    });
    view! {
        {deadline(at)}
        {button}
    }
    .built()
}

fn file(entry: &Entry, at: Instant, programme: String) -> Option<String> {
    let mut uid = entry.id.clone();
    uid.push('@');
    uid.push_str(&programme);
    let deadline = Deadline {
        uid,
        summary: fill(key::CALENDAR_SUMMARY, &[("title", &entry.title)]),
        description: entry.places.clone(),
        url: share::whole(&entry.route.href()),
        at,
    };
    deadline.file(clock::now())
}

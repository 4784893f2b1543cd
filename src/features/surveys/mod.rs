//! The surveys: what can be answered for how many points, what was begun, what was sent.

pub mod answer;
mod drafts;
mod sending;

use crate::api::wire::page as page_of;
use crate::api::wire::surveys::{Overview, SurveyItem, survey_item};
use crate::api::{client, endpoint};
use crate::domain::date::Instant;
use crate::domain::number::group;
use crate::domain::route::{CatalogueFilter, Route, Tab};
use crate::domain::survey::Summary;
use crate::i18n::{Locale, fill, key, locale, t};
use crate::parts::frame::tabbed;
use crate::parts::remote::remote;
use crate::parts::reward_card::picture;
use crate::parts::words;
use crate::platform::clock;
use crate::state::stay::{self, Moment};
use crate::state::{Query, effect, look, memo, portal, toast};
use crate::ui::{Build, Notice, amount, bone, icon, icon_small, notice, rich};
use leptos::prelude::*;
use std::cell::RefCell;

/// The screen.
pub fn page() -> AnyView {
    look::set_title(portal(), t(key::SURVEYS_TITLE));
    let query = list();
    let (portal, toasts) = (portal(), toast::toasts());
    sending::on_sent(move || {
        if portal.is_on_stage() {
            query.load();
        }
    });
    stay::while_well(query.status());
    stay::follow(move |moment| match moment {
        Moment::Left => true,
        // The list shows what is kept of drafts, too.
        Moment::Returns => LAST.with_borrow(Option::is_some) && portal.overview.peek().is_some_and(is_drawn),
        Moment::Seen => {
            query.load();
            sending::watch(portal, toasts);
            true
        }
    });
    let known = memo(move |_| portal.overview.is_known());
    effect(move || {
        if known.get() {
            sending::watch(portal, toasts);
        }
    });
    let body = view! {
        <main id="main">
            <div class="titlebar">
                <h1 class="grow" tabindex="-1">
                    {t(key::SURVEYS_TITLE)}
                </h1>
            </div>
            {remote(query, bones, |items| content(&items))}
        </main>
    }
    .built();
    tabbed(Tab::Surveys, "app", ().into_any(), body)
}

thread_local! {
    /// The list as it was read last: what is shown until the next answer, also without a network.
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
    /// What was said of the drafts when the list was drawn.
    static DRAWN: RefCell<Vec<(String, Option<Summary>)>> = const { RefCell::new(Vec::new()) };
}

/// A list, whose it is, in which language, and since when it is known.
#[derive(Clone)]
struct Last {
    member: String,
    locale: Locale,
    at: Instant,
    items: Vec<SurveyItem>,
}

fn list() -> Query<Vec<SurveyItem>> {
    let member = portal().overview.peek().map(|overview| overview.member.id);
    let fits = |last: &Last| Some(&last.member) == member.as_ref() && last.locale == locale();
    let known = LAST.with_borrow(|last| last.clone().filter(fits));
    let query = Query::idle(move || {
        let member = member.clone();
        async move {
            let reply = client::get(endpoint::surveys()).await?;
            let list = reply.decode(|node| page_of(node, survey_item))?.data;
            if let Some(member) = member {
                let last = Last { member, locale: locale(), at: clock::now(), items: list.clone() };
                LAST.set(Some(last));
            }
            Ok(list)
        }
    });
    if let Some(last) = known {
        query.put(last.items);
        query.status().update(|status| status.known_at = Some(last.at));
    }
    query.load();
    query
}

/// Whether the list still says of the drafts what is so.
fn is_drawn(overview: Overview) -> bool {
    DRAWN.with_borrow(|drawn| *drawn == drafts::summaries(&overview.member.id))
}

/// The list isn't what it was.
fn forget_list() {
    LAST.set(None);
}

fn bones() -> AnyView {
    let row = || {
        view! { <li><p><span class="shelf"></span><span class="grow">{bone("t", 9)}</span></p></li> }.built()
    };
    view! {
        <p class="mt-4">{bone("s", 9)}</p>
        <p class="hero">{bone("n", 7)}</p>
        <section class="sec">
            {bone("h", 4)} <ul class="srvs">{row()}{row()}{row()}</ul>
        </section>
    }
    .built()
}

fn content(items: &[SurveyItem]) -> AnyView {
    let member = portal().overview.known().map(|overview| overview.member.id).unwrap_or_default();
    DRAWN.set(drafts::summaries(&member));
    let open: Vec<&SurveyItem> = items.iter().filter(|item| item.is_open()).collect();
    let begun = |item: &&&SurveyItem| item.status == "draft" || drafts::summary(&member, &item.id).is_some();
    let drafts: Vec<_> = open.iter().filter(begun).copied().collect();
    let todo: Vec<_> = open.iter().filter(|item| !begun(item)).copied().collect();
    let done: Vec<_> = items.iter().filter(|item| item.status == "submitted").collect();
    let head = if open.is_empty() { empty() } else { hero(&open) };
    let drafts = drafts.into_iter().map(|item| draft(item, &member)).collect_view();
    view! {
        {head}
        {drafts}
        {section(t(key::SURVEYS_TODO).into(), &todo, row)}
        {section(t(key::SURVEYS_DONE).into(), &done, done_row)}
    }
    .built()
}

/// What all of them are worth.
fn hero(open: &[&SurveyItem]) -> AnyView {
    let worth = open.iter().map(|item| item.reward_points).fold(0, i64::saturating_add);
    let count = group(open.len() as i64);
    view! {
        <p class="muted s mt-4">{fill(key::SURVEYS_OPEN, &[("n", &count)])}</p>
        <p class="hero">{amount(worth, &portal().points_name())}</p>
    }
    .built()
}

fn empty() -> AnyView {
    let portal = portal();
    let text = fill(key::SURVEYS_EMPTY_TEXT, &[("points", &portal.points_name())]);
    let (href, word) = if portal.has("earning-rules") {
        (Route::Earn.href(), key::REASON_INSUFFICIENT_POINTS_NEXT)
    } else {
        (Route::Rewards(CatalogueFilter::default()).href(), key::SURVEY_THANKS_REWARDS)
    };
    let action = view! {
        <a class="btn q" href=href>
            {t(word)}
        </a>
    }
    .built();
    notice(
        Notice { icon: "star", title: t(key::SURVEYS_EMPTY).into(), text, safe: None, alert: false },
        action,
    )
}

/// A list with its heading, or nothing.
fn section(title: String, items: &[&SurveyItem], show: fn(&SurveyItem) -> AnyView) -> AnyView {
    if items.is_empty() {
        return ().into_any();
    }
    let rows = items.iter().map(|item| show(item)).collect_view();
    view! {
        <section class="sec">
            <h2>{title}</h2>
            <ul class="srvs">{rows}</ul>
        </section>
    }
    .built()
}

/// How long it takes and until when it can be answered.
fn length(item: &SurveyItem) -> String {
    let mut text = fill(key::SURVEYS_MINUTES, &[("n", &item.minutes.max(1).to_string())]);
    if let Some(until) = item.until {
        text.push('\u{3000}');
        text.push_str(&fill(key::SURVEYS_UNTIL, &[("date", &words::day(until))]));
    }
    text
}

fn row(item: &SurveyItem) -> AnyView {
    let mark = match &item.image {
        Some(image) => view! { <span class="shelf">{picture(Some(image))}</span> }.built(),
        None => view! { <span class="glyph">{icon("star")}</span> }.built(),
    };
    view! {
        <li>
            <a href=Route::Survey(item.id.clone()).href()>
                {mark} <span class="grow">
                    <b>{item.title.clone()}</b>
                    <br />
                    <span class="s muted">{length(item)}</span>
                </span> <span class="gain">{amount(item.reward_points, &portal().points_name())}</span>
            </a>
        </li>
    }
    .built()
}

fn done_row(item: &SurveyItem) -> AnyView {
    let sent = item.submitted_at.map(|at| fill(key::SURVEYS_SUBMITTED, &[("time", &words::day_time(at))]));
    let gain = item.points_awarded.filter(|points| *points > 0).map(|points| {
        let said = rich(key::SURVEYS_EARNED, &[("n", &group(points))]);
        view! { <span class="gain s pos num">{said}</span> }
    });
    view! {
        <li class="done">
            <div>
                <span class="glyph">{icon("check")}</span>
                <span class="grow">{item.title.clone()} <br /> <span class="s muted">{sent}</span></span>
                {gain}
            </div>
        </li>
    }
    .built()
}

/// One that was begun, with how far it is.
fn draft(item: &SurveyItem, member: &str) -> AnyView {
    let kept = drafts::summary(member, &item.id).unwrap_or_default();
    let (done, all) = (i64::from(kept.progress.done), i64::from(kept.progress.all));
    let progress = (done > 0 && !kept.closed).then(|| progress(done, all));
    let unsent = kept.closed.then(|| {
        view! {
            <p class="note note--warn mt-4">
                {icon_small("offline")} <span>{t(key::SURVEYS_UNSENT)}</span>
            </p>
        }
    });
    let soon = item.until.filter(|until| words::is_within(*until, 7)).map(|until| {
        view! {
            <p class="s">
                <b class="warn">{words::days_left(until)}</b>
            </p>
        }
    });
    let shelf =
        item.image.as_ref().map(|image| view! { <span class="shelf shelf--m">{picture(Some(image))}</span> });
    view! {
        <article class="panel draft mt-5">
            <div class="row">
                {shelf} <div class="grow">
                    <h2>{item.title.clone()}</h2>
                    <p class="s muted">{length(item)}</p>
                    {soon}
                </div>
            </div>
            {progress}
            {unsent}
            <div class="row mt-4">
                <p class="grow">
                    <span class="num num--xl">{group(item.reward_points)}</span>
                    <span class="unit">{portal().points_name()}</span>
                </p>
                <a class="btn sm" href=Route::Survey(item.id.clone()).href()>
                    {t(if kept.closed { key::SURVEYS_LOOK } else { key::SURVEYS_RESUME })}
                </a>
            </div>
        </article>
    }
    .built()
}

fn progress(answered: i64, total: i64) -> AnyView {
    let said = fill(key::SURVEYS_PROGRESS, &[("n", &group(answered)), ("total", &group(total))]);
    bar("qbar mt-4", answered, total, said)
}

/// Progress in parts, at most twenty; one thing done colours one part.
fn bar(class: &'static str, done: i64, total: i64, said: String) -> AnyView {
    let parts = total.clamp(1, 20);
    let lit = (done.saturating_mul(parts) / total.max(1)).max(done.min(1));
    let pieces =
        (0..parts).map(|index| view! { <i class=(index < lit).then_some("now")></i> }).collect_view();
    view! {
        <div
            class=class
            role="progressbar"
            aria-label=said
            aria-valuemin="0"
            aria-valuemax=total.to_string()
            aria-valuenow=done.to_string()
        >
            {pieces}
        </div>
    }
    .built()
}

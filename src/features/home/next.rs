//! The one thing to do: points that are about to expire, a survey, or how to begin.

use crate::api::wire::surveys::{Overview, SurveyItem};
use crate::domain::date::Instant;
use crate::domain::number::group;
use crate::domain::points::Bucket;
use crate::domain::route::{CatalogueFilter, Route};
use crate::i18n::{fill, key, t};
use crate::parts::reward_card::picture;
use crate::parts::words;
use crate::platform::{clock, intl};
use crate::state::portal;
use crate::ui::{Build, icon};
use leptos::prelude::*;

/// Points that expire within this many days come before a survey.
const URGENT_DAYS: i64 = 7;

/// The row, or nothing when there is nothing to do.
pub(super) fn next(overview: &Overview) -> AnyView {
    let urgent = overview
        .points
        .next_expiry()
        .and_then(|bucket| Some((bucket, bucket.at?)))
        .filter(|(_, at)| (0..=URGENT_DAYS).contains(&intl::days_left(clock::now(), *at)));
    let survey = overview.surveys.iter().find(|survey| survey.is_open());
    match (urgent, survey) {
        (Some((bucket, at)), _) => expiring(bucket, at),
        (None, Some(survey)) => answer(survey),
        (None, None) if overview.points.available <= 0 && portal().has("earning-rules") => start(),
        (None, None) => ().into_any(),
    }
}

fn row(href: String, mark: AnyView, title: String, detail: String, action: &'static str) -> AnyView {
    view! {
        <a class="next" href=href>
            {mark}
            <p class="grow">
                <b>{title}</b>
                <span class="s">{detail}</span>
            </p>
            <span class="btn sm">{action}</span>
        </a>
    }
    .built()
}

fn expiring(bucket: &Bucket, at: Instant) -> AnyView {
    let points = portal().points_name();
    let civil = intl::civil(at);
    let mark = view! {
        <span class="cal" aria-hidden="true">
            <b class="num">{civil.map(|civil| civil.day)}</b>
            <span class="s">{intl::show(at, intl::Style::Month)}</span>
        </span>
    }
    .built();
    let values = [("n", group(bucket.amount)), ("points", points), ("date", words::day(at))];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let href = Route::Rewards(CatalogueFilter { affordable: true, ..CatalogueFilter::default() }).href();
    row(
        href,
        mark,
        fill(key::HOME_EXPIRING, &values),
        t(key::HOME_EXPIRING_DETAIL).into(),
        t(key::HOME_EXPIRING_GO),
    )
}

fn answer(survey: &SurveyItem) -> AnyView {
    let mark = match &survey.image {
        Some(image) => view! { <span class="shelf shelf--s">{picture(Some(image))}</span> }.built(),
        None => view! { <span class="glyph">{icon("star")}</span> }.built(),
    };
    let title =
        fill(key::HOME_SURVEY, &[("n", &group(survey.reward_points)), ("points", &portal().points_name())]);
    let detail =
        fill(key::HOME_SURVEY_DETAIL, &[("title", &survey.title), ("n", &survey.minutes.max(1).to_string())]);
    row(Route::Survey(survey.id.clone()).href(), mark, title, detail, t(key::HOME_SURVEY_GO))
}

fn start() -> AnyView {
    let mark = view! { <span class="glyph">{icon("gift")}</span> }.built();
    let title = fill(key::HOME_START, &[("points", &portal().points_name())]);
    row(Route::Earn.href(), mark, title, t(key::HOME_START_DETAIL).into(), t(key::HOME_START_GO))
}

//! Screens instead of the questions: another tab has them, two devices answered, it waits for the network.

use super::plain;
use super::run::Run;
use crate::domain::channel::Channel;
use crate::domain::date::Instant;
use crate::domain::number::group;
use crate::domain::route::Route;
use crate::domain::survey::{Response, Spare, Value, write};
use crate::i18n::{fill, key, t};
use crate::parts::words;
use crate::ui::{Build, Notice, icon_small, notice};
use leptos::prelude::*;

/// Another tab has the survey.
pub(super) fn elsewhere(run: Run) -> AnyView {
    let said = Notice {
        icon: "info",
        title: t(key::SURVEY_ELSEWHERE_TITLE).into(),
        text: t(key::SURVEY_ELSEWHERE_TEXT).into(),
        safe: None,
        alert: false,
    };
    let here = view! {
        <button
            type="button"
            class="btn"
            aria-disabled=move || run.busy.get().then_some("true")
            aria-busy=move || run.busy.get().then_some("true")
            on:click=move |_| run.take_over()
        >
            {t(key::SURVEY_ELSEWHERE_HERE)}
        </button>
    }
    .built();
    plain(run.title(), notice(said, here))
}

/// This device and another one have different answers.
pub(super) fn conflict(run: Run, stored: &Response) -> AnyView {
    let mine = run.draft.with_value(|draft| (draft.changed_at, run.count(&draft.answers)));
    let theirs = (stored.updated_at.unwrap_or_default(), run.count(&stored.answers));
    let (ours, other) = (stored.clone(), stored.clone());
    view! {
        <div class="app notab">
            {super::head(run, ().into_any())} <main id="main">
                <h1 class="qt" tabindex="-1">
                    {t(key::SURVEY_CONFLICT_TITLE)}
                </h1>
                <p class="muted">{t(key::SURVEY_CONFLICT_TEXT)}</p>
                {side(key::SURVEY_CONFLICT_MINE, mine, Box::new(move || run.choose_mine(&ours)))}
                {side(key::SURVEY_CONFLICT_THEIRS, theirs, Box::new(move || run.choose_theirs(&other)))}
            </main>
        </div>
    }
    .built()
}

fn side(title: crate::i18n::Key, (at, answered): (i64, usize), take: Box<dyn Fn()>) -> AnyView {
    let count = group(answered as i64);
    let said = if at > 0 {
        fill(key::SURVEY_CONFLICT_WHEN, &[("time", &words::day_time(Instant(at))), ("n", &count)])
    } else {
        fill(key::SURVEY_CONFLICT_COUNT, &[("n", &count)])
    };
    view! {
        <section class="panel mt-5">
            <h2>{t(title)}</h2>
            <p class="s muted">{said}</p>
            <button type="button" class="btn q mt-4" on:click=move |_| take()>
                {t(key::SURVEY_CONFLICT_TAKE)}
            </button>
        </section>
    }
    .built()
}

/// Submitted, and not sent yet.
pub(super) fn waiting(run: Run) -> AnyView {
    let kiosk = run.portal.channel == Channel::Kiosk;
    let troubled = run.troubled.get();
    let text = match (troubled, kiosk) {
        (true, _) => key::SURVEY_WAITING_BUSY,
        (_, true) => key::SURVEY_WAITING_KIOSK,
        _ => key::SURVEY_WAITING_TEXT,
    };
    let said = Notice {
        icon: if troubled { "clock" } else { "offline" },
        title: t(key::SURVEY_WAITING_TITLE).into(),
        text: t(text).into(),
        safe: Some(t(key::SURVEY_WAITING_SAFE).into()),
        alert: true,
    };
    let word = move || t(if run.busy.get() { key::SURVEY_SENDING } else { key::ACTION_RETRY });
    let action = view! {
        <button
            type="button"
            class="btn"
            aria-disabled=move || run.busy.get().then_some("true")
            on:click=move |_| run.send_again()
        >
            {word}
        </button>
        <a class="btn q" href=Route::Surveys.href()>
            {t(key::SURVEY_ALREADY_GO)}
        </a>
    }
    .built();
    plain(run.title(), notice(said, action))
}

/// What the definition has no place for any more.
pub(super) fn spare(list: &[Spare]) -> AnyView {
    if list.is_empty() {
        return ().into_any();
    }
    let rows = list.iter().map(|one| {
        let title = if one.title.is_empty() { &one.name } else { &one.title };
        let text = if one.text.is_empty() { told(&one.value) } else { one.text.clone() };
        view! {
            <div>
                <dt>{title.clone()}</dt>
                <dd>{text}</dd>
            </div>
        }
    });
    view! {
        <section class="panel">
            <p class="row s">
                {icon_small("info")} <span class="grow">{t(key::SURVEY_SPARE)}</span>
            </p>
            <dl class="facts">{rows.collect_view()}</dl>
        </section>
    }
    .built()
}

/// An answer whose words aren't known.
fn told(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(|item| matches!(item, Value::String(_))) => {
            let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            texts.join(t(key::APP_LIST))
        }
        other => write(other),
    }
}

//! Answering a survey: one page a screen, kept at every change, sent once.

mod question;
mod run;
mod thanks;

use crate::api::error::ApiError;
use crate::api::node::parse;
use crate::api::wire::surveys::SurveyPaper;
use crate::api::{client, endpoint, wire};
use crate::domain::member::Member;
use crate::domain::number::group;
use crate::domain::route::Route;
use crate::domain::survey::{self, Page, Unsupported};
use crate::features::surveys::bar;
use crate::i18n::{self, fill, key, t};
use crate::parts::frame::{close, leave};
use crate::parts::remote::remote;
use crate::platform::dom;
use crate::state::{Portal, Query, look, portal};
use crate::ui::{Notice, bone, icon_small, notice, rich};
use leptos::either::Either;
use leptos::prelude::*;
use run::{End, Run};
use std::cell::Cell;

/// The screen's heading; the page has another one, for when it can't start.
const HEADING: &str = "h1[tabindex]";

/// A survey as it was fetched, and who answers it.
#[derive(Clone, Debug, PartialEq)]
struct Opened {
    paper: SurveyPaper,
    member: Member,
}

async fn read(portal: Portal, id: &str) -> Result<Opened, ApiError> {
    let paper = client::get(endpoint::survey(id)).await?.decode(wire::surveys::survey_paper)?;
    let member = match portal.overview.peek() {
        Some(overview) => overview.member,
        None => client::get(endpoint::me()).await?.decode(wire::account::member)?,
    };
    Ok(Opened { paper, member })
}

/// The screen.
pub fn page(id: String) -> AnyView {
    let portal = portal();
    look::set_title(portal, t(key::SURVEYS_TITLE));
    let query = Query::new({
        let id = id.clone();
        move || {
            let id = id.clone();
            async move { read(portal, &id).await }
        }
    });
    let opened = Memo::new(move |_| query.known());
    // Answers in memory as well: the device may refuse to keep them.
    let memory = StoredValue::new(None::<String>);
    (move || match opened.get() {
        Some(opened) => open(&id, opened, query, memory),
        None => plain(t(key::SURVEYS_TITLE).into(), remote(query, bones, |_| ().into_any())),
    })
    .into_any()
}

fn open(id: &str, opened: Opened, query: Query<Opened>, memory: StoredValue<Option<String>>) -> AnyView {
    let Opened { paper, member } = opened;
    look::set_title(portal(), &paper.title);
    // The heading that had the focus went with the bones.
    Effect::new(move |_| dom::focus(HEADING));
    if paper.response.as_ref().is_some_and(|response| response.submitted) {
        run::forget(id, &member, memory);
        return already(paper.title);
    }
    let definition = parse(&paper.definition).unwrap_or_default();
    match survey::parse(&definition, i18n::locale().tag()) {
        Ok(survey) => screen(Run::new(id, paper, survey, member, query, memory)),
        Err(unsupported) => unknown(paper.title, unsupported),
    }
}

/// A screen without questions.
fn plain(title: String, body: AnyView) -> AnyView {
    view! {
        <div class="app notab">
            <header class="pagehead">
                {close(Route::Surveys)} <h1 class="grow" tabindex="-1">
                    {title}
                </h1>
            </header>
            <main id="main">{body}</main>
        </div>
    }
    .into_any()
}

fn bones() -> AnyView {
    let opt = || view! { <p class="opt">{bone("t", 5)}</p> }.into_any();
    view! {
        <p>{bone("s", 9)}</p>
        <p class="qt">{bone("h", 10)}</p>
        <div class="opts mt-5">{opt()}{opt()}{opt()}{opt()}</div>
    }
    .into_any()
}

fn others() -> AnyView {
    view! {
        <a class="btn q" href=Route::Surveys.href()>
            {t(key::SURVEY_ALREADY_GO)}
        </a>
    }
    .into_any()
}

fn already(title: String) -> AnyView {
    let said = Notice {
        icon: "check",
        title: t(key::SURVEY_ALREADY).into(),
        text: t(key::SURVEY_ALREADY_TEXT).into(),
        safe: None,
        alert: false,
    };
    plain(title, notice(said, others()))
}

/// A definition that needs more than this version can: names what, rather than asking half of it.
fn unknown(title: String, unsupported: Unsupported) -> AnyView {
    let said = Notice {
        icon: "refresh",
        title: t(key::SURVEY_UPDATE_TITLE).into(),
        text: t(key::SURVEY_UPDATE_TEXT).into(),
        safe: None,
        alert: false,
    };
    let what = unsupported.what.into_iter().map(|one| {
        view! {
            <div>
                <dt>
                    <code>{one.feature}</code>
                </dt>
                <dd>
                    <code>{one.path}</code>
                </dd>
            </div>
        }
    });
    let body = view! {
        {notice(said, others())}
        <section class="sec">
            <h2>{t(key::SURVEY_UPDATE_WHAT)}</h2>
            <dl class="facts facts--code" lang="en">
                {what.collect_view()}
            </dl>
        </section>
    }
    .into_any();
    plain(title, body)
}

fn screen(run: Run) -> AnyView {
    (move || match run.end.get() {
        Some(End::Thanks(receipt)) => thanks::screen(run, &receipt),
        Some(End::Already) => already(run.title()),
        None => sheet(run),
    })
    .into_any()
}

/// The screen with questions.
fn sheet(run: Run) -> AnyView {
    let progress = move || {
        let (at, total) = (run.page.get() as i64, run.pages() as i64);
        let (now, all) = ((at + 1).to_string(), total.to_string());
        let said = fill(key::SURVEY_PROGRESS, &[("n", &now), ("total", &all)]);
        let mut short = now;
        short.push('/');
        short.push_str(&all);
        view! {
            {bar("grow qbar", at, total, at + 1, said)}
            <span class="num s" aria-hidden="true">
                {short}
            </span>
        }
    };
    view! {
        <div class="app notab has-foot">
            <header class="pagehead">
                {leave("icbtn", "close", t(key::SURVEY_LEAVE), Route::Surveys)} {progress}
            </header>
            <main id="main" class="q" inert=move || run.busy.get()>
                {move || anew(questions(run, run.page.get()))}
            </main>
            <footer class="foot">{foot(run)}</footer>
        </div>
    }
    .into_any()
}

thread_local! {
    static LEFT: Cell<bool> = const { Cell::new(false) };
}

/// Draws a page with controls of its own. Leptos would take over those of the page before, and with them what the
/// browser knows of them: what was chosen and typed there.
fn anew(page: AnyView) -> Either<AnyView, AnyView> {
    let left = !LEFT.replace(!LEFT.get());
    if left { Either::Left(page) } else { Either::Right(page) }
}

/// One page of the definition.
fn questions(run: Run, at: usize) -> AnyView {
    let Some(page) = run.survey.with_value(|survey| survey.pages.get(at).cloned()) else {
        return ().into_any();
    };
    let alone = page.questions.len() == 1;
    let title = page.title.clone().filter(|_| !alone);
    let headed = title.is_some();
    let heading = title.map(|title| {
        view! {
            <h1 class="qt" tabindex="-1">
                {title}
            </h1>
        }
    });
    let changed = run.changed.get_untracked().then(|| {
        view! {
            <p class="note" role="status">
                {icon_small("info")}
                <span>{t(key::SURVEY_CHANGED)}</span>
            </p>
        }
    });
    let list = page.questions.iter().enumerate();
    let list =
        list.map(|(index, one)| question::question(run, index, one, index == 0 && !headed)).collect_view();
    view! {
        {changed}
        <p class="s muted">{about(run, &page, alone)}</p>
        {heading}
        {page.description.clone().map(|text| view! { <p class="muted">{text}</p> })}
        {list}
    }
    .into_any()
}

/// What the survey is and what it earns.
fn about(run: Run, page: &Page, alone: bool) -> AnyView {
    let title = page.title.clone().filter(|_| alone);
    let title =
        title.or_else(|| run.survey.with_value(|survey| survey.title.clone())).unwrap_or_else(|| run.title());
    match run.reward() {
        1.. => {
            let (n, points) = (group(run.reward()), portal().points_name());
            rich(key::SURVEY_ABOUT, &[("title", &title), ("n", &n), ("points", &points)])
        }
        _ => title.into_any(),
    }
}

fn foot(run: Run) -> AnyView {
    let said = move || {
        run.failure.get().map(|text| {
            view! {
                <p class="note note--warn" role="alert">
                    {icon_small("alert")}
                    <span>{text}</span>
                </p>
            }
        })
    };
    let back = move || {
        (run.page.get() > 0).then(|| {
            view! {
                <button
                    type="button"
                    class="btn q foot__back"
                    aria-disabled=move || run.busy.get().then_some("true")
                    on:click=move |_| run.backward()
                >
                    {t(key::SURVEY_PREVIOUS)}
                </button>
            }
        })
    };
    let word = move || {
        t(if run.busy.get() {
            key::SURVEY_SENDING
        } else if run.failure.get().is_some() {
            key::ACTION_RETRY
        } else if run.page.get() + 1 < run.pages() {
            key::SURVEY_NEXT
        } else {
            key::SURVEY_SUBMIT
        })
    };
    view! {
        {said}
        {back}
        <button
            type="button"
            class="btn"
            aria-disabled=move || run.busy.get().then_some("true")
            aria-busy=move || run.busy.get().then_some("true")
            on:click=move |event| run.forward(&event)
        >
            {word}
        </button>
    }
    .into_any()
}

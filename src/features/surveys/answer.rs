//! Answering a survey: one page a screen, kept at every change, sent once.

mod controls;
mod keeping;
mod question;
mod run;
mod stages;
mod submit;
mod thanks;
mod trail;
mod way;

use crate::api::error::ApiError;
use crate::api::wire::surveys::SurveyPaper;
use crate::api::{client, endpoint, wire};
use crate::domain::member::Member;
use crate::domain::number::group;
use crate::domain::route::Route;
use crate::domain::survey::{arrange, plain as without_markup};
use crate::features::surveys::{bar, drafts, sending};
use crate::i18n::{fill, key, t};
use crate::parts::frame::close;
use crate::parts::remote::remote;
use crate::platform::{dom, storage, timer};
use crate::state::{Portal, Query, look, nav, portal, toast};
use crate::ui::{Build, Notice, bone, icon, icon_small, notice, rich};
use ::survey::{Definition, Id, Unsupported};
use leptos::either::Either;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use run::{Run, Stage};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

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

/// What lasts while the screen is there, whatever is read anew. Copying it copies the handle.
#[derive(Clone, Copy)]
struct Visit {
    /// Answers in memory: the device may refuse to keep them, a shared one has to.
    memory: StoredValue<Option<String>>,
    /// The name under which this tab asked for the survey.
    tab: StoredValue<Option<String>>,
    /// The survey is this tab's, whoever may have it.
    forced: StoredValue<bool>,
    /// Rises when everything begins anew.
    again: RwSignal<u32>,
    /// The pause before a submission is sent again, in milliseconds.
    pause: StoredValue<i32>,
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
    let visit = Visit {
        memory: StoredValue::new(None),
        tab: StoredValue::new(None),
        forced: StoredValue::new(false),
        again: RwSignal::new(0),
        pause: StoredValue::new(0),
    };
    let toasts = toast::toasts();
    (move || {
        visit.again.track();
        match opened.get() {
            Some(opened) => {
                let screen = open(&id, opened, query, visit);
                sending::watch(portal, toasts);
                screen
            }
            None => plain(t(key::SURVEYS_TITLE).into(), remote(query, bones, |_| ().into_any())),
        }
    })
    .into_any()
}

fn open(id: &str, opened: Opened, query: Query<Opened>, visit: Visit) -> AnyView {
    let paper = &opened.paper;
    look::set_title(portal(), &paper.title);
    // The heading that had the focus went with the bones; the new one is drawn in the microtask after this one.
    spawn_local(async {
        timer::sleep(0).await;
        dom::focus(HEADING);
    });
    let title = paper.title.clone();
    if let Some(response) = paper.response.as_ref().filter(|response| response.submitted) {
        let kept = drafts::closed(&opened.member.id).into_iter().find(|(survey, _)| survey == id);
        // The answer to our own submission was lost: sent again, it brings the receipt.
        if kept.is_none_or(|(_, draft)| draft.uuid != response.client_uuid) {
            storage::remove(&drafts::name(&opened.member.id, id));
            return already(title);
        }
    }
    controls::ahead(&paper.definition);
    match definition(paper) {
        Ok(definition) => screen(Run::new(id, opened, definition, query, visit)),
        Err(what) => unknown(title, what),
    }
}

/// The definition, with a page for each screen; or what of it isn't known.
fn definition(paper: &SurveyPaper) -> Result<Rc<Definition>, Vec<Unsupported>> {
    let refused = |_| vec![Unsupported { path: "survey".into(), feature: "definition".into() }];
    let whole = Definition::parse(&paper.definition).map_err(refused)?;
    if !whole.unsupported().is_empty() {
        return Err(whole.unsupported().to_vec());
    }
    Definition::parse(&arrange(paper.definition.clone())).map(Rc::new).map_err(refused)
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
    .built()
}

fn bones() -> AnyView {
    let opt = || view! { <p class="opt">{bone("t", 5)}</p> }.built();
    view! {
        <p>{bone("s", 9)}</p>
        <p class="qt">{bone("h", 10)}</p>
        <div class="opts mt-5">{opt()}{opt()}{opt()}{opt()}</div>
    }
    .built()
}

fn others() -> AnyView {
    view! {
        <a class="btn q" href=Route::Surveys.href()>
            {t(key::SURVEY_ALREADY_GO)}
        </a>
    }
    .built()
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
fn unknown(title: String, unsupported: Vec<Unsupported>) -> AnyView {
    let said = Notice {
        icon: "refresh",
        title: t(key::SURVEY_UPDATE_TITLE).into(),
        text: t(key::SURVEY_UPDATE_TEXT).into(),
        safe: None,
        alert: false,
    };
    let what = unsupported.into_iter().map(|one| {
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
    .built();
    plain(title, body)
}

fn screen(run: Run) -> AnyView {
    let stage = Memo::new(move |_| run.stage.get());
    (move || match stage.get() {
        Stage::Asking => sheet(run),
        Stage::Elsewhere => stages::elsewhere(run),
        Stage::Conflict(stored) => stages::conflict(run, &stored),
        Stage::Waiting => stages::waiting(run),
        Stage::Thanks(receipt) => thanks::screen(run, &receipt),
        Stage::Already => already(run.title()),
    })
    .into_any()
}

/// The head of the survey: the way out, and how far it is.
fn head(run: Run, progress: AnyView) -> AnyView {
    let nav = nav::nav();
    let press = move |event: MouseEvent| {
        if event.ctrl_key() || event.meta_key() || event.shift_key() {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        if run.came_from() {
            // Past the pages that were answered.
            trail::back(run.entries() + 1);
        } else if !run.portal.channel.keeps_history() {
            nav.back(&Route::Surveys);
        } else {
            nav.replace(&Route::Surveys);
        }
    };
    view! {
        <header class="pagehead">
            <a class="icbtn" href=Route::Surveys.href() aria-label=t(key::SURVEY_LEAVE) on:click=press>
                {icon("close")}
            </a>
            {progress}
        </header>
    }
    .built()
}

/// The screen with questions.
fn sheet(run: Run) -> AnyView {
    let done = Memo::new(move |_| {
        let progress = run.progress();
        (i64::from(progress.done), i64::from(progress.all))
    });
    let progress = move || {
        let (done, all) = done.get();
        let (now, total) = (done.to_string(), all.to_string());
        let said = fill(key::SURVEYS_PROGRESS, &[("n", &now), ("total", &total)]);
        let mut short = now;
        short.push('/');
        short.push_str(&total);
        view! {
            {bar("grow qbar", done, all, said)}
            <span class="num s" aria-hidden="true">
                {short}
            </span>
        }
    };
    let page = run.page();
    view! {
        <div class="app notab has-foot">
            {head(run, progress.into_any())}
            <main id="main" class="q" inert=move || run.busy.get() || !run.ours.get()>
                {move || anew(page.get().map(|page| questions(run, page)).into_any())}
            </main>
            <footer class="foot">{foot(run)}</footer>
        </div>
    }
    .built()
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
fn questions(run: Run, page: Id) -> AnyView {
    let text =
        move |name: &'static str| Memo::new(move |_| run.with(|form| without_markup(&form.text(page, name))));
    let (title, description) = (text("title"), text("description"));
    let alone = run.peek(|form| form.elements(page).len() == 1);
    let headed = !alone && !title.get_untracked().is_empty();
    let heading = headed.then(|| {
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
            {stages::spare(&run.spare())}
        }
    });
    let about = move || about(run, alone.then(|| title.get()).filter(|title| !title.is_empty()));
    let described = move || {
        let text = description.get();
        (!text.is_empty()).then(|| view! { <p class="muted">{text}</p> })
    };
    view! {
        {changed}
        <p class="s muted">{about}</p>
        {heading}
        {described}
        {question::elements(run, page, headed)}
    }
    .built()
}

/// What the survey is, what it earns, and how long the rest takes.
fn about(run: Run, title: Option<String>) -> AnyView {
    let mut name = run.title();
    if let Some(title) = title.filter(|title| *title != name) {
        name.push_str(" · ");
        name.push_str(&title);
    }
    let title = name;
    let what = match run.reward() {
        1.. => {
            let (n, points) = (group(run.reward()), portal().points_name());
            rich(key::SURVEY_ABOUT, &[("title", &title), ("n", &n), ("points", &points)])
        }
        _ => title.into_any(),
    };
    let left = Memo::new(move |_| run.minutes_left());
    let left = move || {
        (left.get() > 0).then(|| {
            let said = fill(key::SURVEY_MINUTES_LEFT, &[("n", &left.get().to_string())]);
            view! {
                "\u{3000}"
                <span class="whole">{said}</span>
            }
        })
    };
    view! {
        {what}
        {left}
    }
    .built()
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
    let before = Memo::new(move |_| run.has_before());
    let many = Memo::new(move |_| run.asks_several());
    let back = move || {
        before.get().then(|| {
            view! {
                <button
                    type="button"
                    class="btn q foot__back"
                    aria-disabled=move || run.busy.get().then_some("true")
                    on:click=move |_| run.backward()
                >
                    {move || {
                        let word = if many.get() { key::SURVEY_PREVIOUS_PAGE } else { key::SURVEY_PREVIOUS };
                        run.text("pagePrevText", t(word))
                    }}
                </button>
            }
        })
    };
    let (starts, ends) = (Memo::new(move |_| run.is_at_start()), Memo::new(move |_| run.ends_here()));
    let word = move || {
        if run.busy.get() {
            t(key::SURVEY_SENDING).into()
        } else if run.failure.get().is_some() {
            t(key::ACTION_RETRY).into()
        } else if starts.get() {
            run.text("startSurveyText", t(key::SURVEY_START))
        } else if ends.get() {
            run.text("completeText", t(key::SURVEY_SUBMIT))
        } else {
            run.text("pageNextText", t(if many.get() { key::SURVEY_NEXT_PAGE } else { key::SURVEY_NEXT }))
        }
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
    .built()
}

//! The sheet in which a redemption is confirmed: what it costs, which points go first, one button.

use crate::domain::number::group;
use crate::domain::redeeming::{Event, Step};
use crate::domain::redemption::{BucketUse, Preview};
use crate::features::rewards::redeem::{Flow, Order};
use crate::i18n::{fill, key, t};
use crate::parts::failure::retry_button;
use crate::parts::reward_card::picture;
use crate::parts::sheet::sheet;
use crate::parts::words;
use crate::platform::dom;
use crate::ui::{Notice, bone, icon, icon_small, loading, notice, num, safe};
use leptos::prelude::*;

/// What the sheet shows, coarser than the course's steps: within one of these nothing is drawn anew.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Face {
    Waiting,
    Blocked,
    Quote,
    Held,
    Doubt,
    Missing,
    Done,
}

/// The sheet for an order.
pub(super) fn view(order: Order, close: Callback<()>) -> AnyView {
    let top = Order::clone(&order);
    let flow = Flow::begin(order, close);
    let face = Memo::new(move |_| {
        flow.course.with(|course| match course.step() {
            Step::Looking => Face::Waiting,
            Step::Blocked => Face::Blocked,
            Step::Ready | Step::Sending if course.preview().is_some() => Face::Quote,
            Step::Held => Face::Held,
            Step::Ready | Step::Sending | Step::Unknown | Step::Checking => Face::Doubt,
            Step::Missing => Face::Missing,
            Step::Made | Step::Closed => Face::Done,
        })
    });
    Effect::new(move |before: Option<Face>| {
        let now = face.get();
        // What was pressed has gone with the old face; the focus must not go with it.
        if before.is_some_and(|before| before != now) {
            dom::focus("#sheet");
        }
        now
    });
    let body = move || match face.get() {
        Face::Waiting => loading(bones()),
        Face::Blocked => blocked(flow),
        Face::Quote => quote(flow),
        Face::Held => held(flow),
        Face::Doubt => doubt(flow),
        Face::Missing => missing(flow),
        Face::Done => ().into_any(),
    };
    let body = view! {
        {head(flow, &top)}
        {body}
    }
    .into_any();
    sheet("#redeem", Callback::new(move |()| flow.on(Event::Dismiss)), body)
}

fn head(flow: Flow, order: &Order) -> AnyView {
    let reward = &order.reward;
    let valid = move || {
        flow.course.with(|course| {
            let until = course.preview()?.voucher_valid_until?;
            Some(fill(key::REDEEM_VALID, &[("date", &words::day(until))]))
        })
    };
    view! {
        <div class="row sheet__top">
            <span class="shelf shelf--l">{picture(reward.images.first())}</span>
            <div class="grow">
                <h2 id="sheet-title" class="title--xl">
                    {reward.title.clone()}
                </h2>
                <p class="s muted">{reward.subtitle.clone()}</p>
                <p class="s muted">{valid}</p>
            </div>
            <button
                type="button"
                class="icbtn"
                aria-label=t(key::ACTION_CLOSE)
                on:click=move |_| flow.on(Event::Leave)
            >
                {icon("close")}
            </button>
        </div>
    }
    .into_any()
}

fn bones() -> AnyView {
    let figure = || view! { <div>{bone("h", 4)}{bone("s", 3)}</div> };
    view! {
        <div class="eq">{figure()}<i></i>{figure()}<i></i>{figure()}</div>
        <div class="well">{bone("t", 8)}{bone("t", 10)}{bone("t", 10)}</div>
    }
    .into_any()
}

/// The course's words, and how long to wait.
fn said(flow: Flow) -> (String, Option<i64>, bool) {
    flow.course.with_untracked(|course| {
        course.refusal().map(|why| (why.words.clone(), why.wait, why.again)).unwrap_or_default()
    })
}

fn not_charged(flow: Flow) -> String {
    fill(key::REDEEM_NOT_CHARGED, &[("points", &flow.points())])
}

fn warning(flow: Flow, words: String) -> AnyView {
    view! {
        <p class="note note--warn" role="alert">
            {icon_small("alert")}
            <span>{words}</span>
        </p>
        <p class="mt-3">{safe(not_charged(flow))}</p>
    }
    .into_any()
}

fn blocked(flow: Flow) -> AnyView {
    let (words, wait, again) = said(flow);
    let action = if again {
        retry_button(wait, move || flow.on(Event::Look))
    } else {
        view! {
            <button type="button" class="btn q" on:click=move |_| flow.on(Event::Leave)>
                {t(key::ACTION_CLOSE)}
            </button>
        }
        .into_any()
    };
    view! {
        {warning(flow, words)}
        <div class="mt-4">{action}</div>
    }
    .into_any()
}

fn held(flow: Flow) -> AnyView {
    let (words, wait, _) = said(flow);
    view! {
        {warning(flow, words)}
        <div class="mt-4">{retry_button(wait, move || flow.on(Event::Again))}</div>
    }
    .into_any()
}

fn quote(flow: Flow) -> AnyView {
    let known =
        flow.course.with_untracked(|course| course.preview().cloned().map(|one| (one, course.has_changed())));
    let Some((preview, changed)) = known else { return ().into_any() };
    let points = flow.points();
    let cost = group(preview.cost_points);
    let values = [("n", cost.as_str()), ("points", points.as_str())];
    let news = changed.then(|| {
        let mut words = fill(key::REASON_PRICE_CHANGED, &values);
        words.push_str(t(key::APP_STOP));
        words.push_str(&not_charged(flow));
        view! {
            <p class="note note--warn" role="alert">
                {icon_small("shield")}
                <span>{words}</span>
            </p>
        }
    });
    let label = fill(if changed { key::REDEEM_ACCEPT_PRICE } else { key::REWARD_REDEEM }, &values);
    let cancel = preview.cancellable_until.map(|until| {
        let date = words::day_time(until);
        view! { <p class="s muted mt-3">{fill(key::VOUCHER_CANCEL_UNTIL, &[("date", &date), ("points", &points)])}</p> }
    });
    let note = fill(key::REDEEM_SAFE, &[("points", &points)]);
    view! {
        {news}
        {equation(&preview)}
        {buckets(&preview)}
        {cancel}
        {button(flow, label, move || flow.agree())}
        <p class="s muted sheet__note">{note}</p>
    }
    .into_any()
}

/// The one button; while an answer is awaited it says so, and the course takes no second tap.
fn button(flow: Flow, label: String, press: impl Fn() + 'static) -> AnyView {
    let step = Memo::new(move |_| flow.course.with(|course| course.step()));
    let busy = move || matches!(step.get(), Step::Sending | Step::Checking);
    let words = move || {
        let wait = busy().then(|| view! { <span class="btn__busy"></span> });
        let words = if step.get() == Step::Sending { t(key::REDEEM_BUSY).into() } else { label.clone() };
        view! {
            {wait}
            {words}
        }
    };
    view! {
        <button
            type="button"
            class="btn mt-4"
            aria-disabled=move || busy().then_some("true")
            aria-busy=move || busy().then_some("true")
            on:click=move |_| press()
        >
            {words}
        </button>
    }
    .into_any()
}

fn equation(preview: &Preview) -> AnyView {
    let part = |value: i64, result: bool, word: &'static str| {
        view! {
            <div>
                <span class=if result { "num bi" } else { "num" }>{group(value)}</span>
                <span class="s muted">{word}</span>
            </div>
        }
    };
    view! {
        <div class="eq">
            {part(preview.balance_before, false, t(key::REDEEM_BEFORE))} <i>"−"</i>
            {part(preview.cost_points, false, t(key::REDEEM_COST))} <i>"="</i>
            {part(preview.balance_after, true, t(key::REDEEM_AFTER))}
        </div>
    }
    .into_any()
}

fn buckets(preview: &Preview) -> AnyView {
    if preview.buckets_used.is_empty() {
        return ().into_any();
    }
    let row = |used: &BucketUse| {
        let name = used.expires_at.map_or_else(|| t(key::POINTS_NEVER).to_string(), words::day);
        let rest = used.remaining.map(|left| match left {
            0 => t(key::REDEEM_ALL_USED).to_string(),
            left => fill(key::REDEEM_REMAINING, &[("n", &group(left))]),
        });
        let mut width = used.percent().to_string();
        width.push('%');
        view! {
            <li class="use">
                <span>{name}</span>
                <span class="meter">
                    <i style=("--v", width)></i>
                </span>
                <span>{num(used.amount)} " " <span class="muted s">{rest}</span></span>
            </li>
        }
    };
    view! {
        <div class="well">
            <h3>{t(key::REDEEM_BUCKETS)}</h3>
            <ul>{preview.buckets_used.iter().map(row).collect_view()}</ul>
        </div>
    }
    .into_any()
}

fn doubt(flow: Flow) -> AnyView {
    let points = flow.points();
    let text = fill(key::REDEEM_UNKNOWN_TEXT, &[("points", &points)]);
    let safe = Some(fill(key::REDEEM_UNKNOWN_SAFE, &[("points", &points)]));
    let why = move || {
        flow.course.with(|course| {
            let words = course.refusal().map(|why| why.words.clone()).filter(|words| !words.is_empty())?;
            Some(view! { <p class="s muted mt-3">{words}</p> })
        })
    };
    let action = button(flow, t(key::REDEEM_UNKNOWN_CHECK).into(), move || flow.on(Event::Check));
    let action = view! {
        {why}
        {action}
    }
    .into_any();
    let title = t(key::REDEEM_UNKNOWN_TITLE).into();
    notice(Notice { icon: "clock", title, text, safe, alert: true }, action)
}

fn missing(flow: Flow) -> AnyView {
    let action = view! {
        <button type="button" class="btn" on:click=move |_| flow.on(Event::Again)>
            {t(key::REDEEM_UNKNOWN_AGAIN)}
        </button>
        <button type="button" class="btn q" on:click=move |_| flow.on(Event::GiveUp)>
            {t(key::REDEEM_UNKNOWN_DROP)}
        </button>
    }
    .into_any();
    let title = fill(key::REDEEM_UNKNOWN_NOT_MADE, &[("points", &flow.points())]);
    let text = t(key::REDEEM_UNKNOWN_AGAIN_TEXT).into();
    notice(Notice { icon: "info", title, text, safe: None, alert: true }, action)
}

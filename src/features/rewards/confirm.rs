//! The sheet in which a redemption is confirmed: what it costs, which points go first, one button.

use crate::domain::number::group;
use crate::domain::redeeming::{Course, Event, Refusal, Source, Step};
use crate::domain::reward::Reward;
use crate::domain::route::Route;
use crate::features::rewards::quote::{order_button, quote};
use crate::features::rewards::reasons::{self, Asked};
use crate::i18n::{Key, fill, key, t};
use crate::parts::failure::{self, retry_button};
use crate::parts::reward_card::picture;
use crate::parts::sheet::sheet;
use crate::parts::words;
use crate::platform::{dom, timer};
use crate::redeeming::{self, Order};
use crate::state::redemptions::Redeeming;
use crate::state::{nav, portal};
use crate::ui::{Notice, bone, icon, icon_small, loading, notice, safe};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Until the sheet has gone and given the focus back, in milliseconds.
const FOCUS_MS: i32 = 60;

/// What the member wants to redeem.
#[derive(Clone, PartialEq)]
pub(super) struct Wish {
    /// The reward.
    pub(super) reward: Reward,
    /// How many.
    pub(super) quantity: i64,
    /// Store of pick-up.
    pub(super) store_id: Option<String>,
    /// Its name, as far as it is known.
    pub(super) store: Option<String>,
    /// An order for it that is open already.
    pub(super) open: Option<Redeeming>,
}

/// What the sheet shows, coarser than the course's steps: within one of these nothing is drawn anew.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Face {
    Waiting,
    Blocked,
    Quote,
    Held,
    Doubt,
    /// With whether the member may say no, and how many entries the ledger has.
    Asking(bool, usize),
    NotMade,
    Done,
}

/// The sheet and what it runs.
#[derive(Clone, Copy)]
pub(super) struct Flow {
    pub(super) run: Redeeming,
    reward: StoredValue<Reward>,
    close: Callback<()>,
}

/// The sheet for a wish.
pub(super) fn view(wish: Wish, close: Callback<()>) -> AnyView {
    let (portal, nav) = (portal(), nav::nav());
    let Wish { reward, quantity, store_id, store, open } = wish;
    let shown = reward.cost_points.saturating_mul(quantity);
    let run = open.unwrap_or_else(|| {
        let order = Order {
            reward_id: reward.id.clone(),
            title: reward.title.clone(),
            quantity,
            store_id,
            ..Order::default()
        };
        Redeeming::begin(portal, order, shown)
    });
    run.attend(Callback::new(move |id| nav.replace(&Route::Voucher(id))));
    on_cleanup(move || run.leave());
    let flow = Flow { run, reward: StoredValue::new(reward), close };
    let face = Memo::new(move |_| {
        run.course.with(|course| match course.step() {
            Step::Looking => Face::Waiting,
            Step::Blocked => Face::Blocked,
            Step::Ready | Step::Keeping | Step::Sending
                if course.preview().is_some() && !course.was_lost() =>
            {
                Face::Quote
            }
            Step::Held => Face::Held,
            Step::Asking => asking_face(course),
            Step::Checking if course.found().is_some() => asking_face(course),
            Step::NotMade => Face::NotMade,
            Step::Made | Step::Closed => Face::Done,
            _ => Face::Doubt,
        })
    });
    Effect::new(move |before: Option<Face>| {
        let now = face.get();
        // What was pressed has gone with the old face; the focus must not go with it.
        if before.is_some_and(|before| before != now) {
            dom::focus("#sheet");
        }
        let nothing = run.course.with_untracked(|course| course.step() == Step::Closed || course.is_told());
        if now == Face::Done && nothing {
            close.run(());
        }
        now
    });
    let body = move || match face.get() {
        Face::Waiting => loading(bones(flow)),
        Face::Blocked => blocked(flow),
        Face::Quote => quote(flow),
        Face::Held => held(flow),
        Face::Doubt => doubt(flow),
        Face::Asking(..) => asking(flow),
        Face::NotMade => not_made(flow),
        Face::Done => ().into_any(),
    };
    let body = view! {
        {head(flow, store)}
        {body}
    }
    .into_any();
    sheet("#redeem", Callback::new(move |()| run.on(Event::Dismiss)), body)
}

fn asking_face(course: &Course) -> Face {
    Face::Asking(course.may_deny(), course.found().map_or(0, <[_]>::len))
}

impl Flow {
    /// Closes the sheet, where the course allows it; what is open goes on.
    fn leave(self) {
        self.run.on(Event::Leave);
        if self.run.course.with_untracked(|course| course.is_left()) {
            self.close.run(());
        }
    }

    pub(super) fn points(self) -> String {
        portal().points_name()
    }

    /// Why it doesn't go on, in words.
    fn words(self, refusal: &Refusal) -> String {
        match refusal.source {
            Source::Backend(status) if (400..500).contains(&status) && status != 429 => {
                let points = self.points();
                self.reward.with_value(|reward| {
                    let quantity = self.run.order().quantity;
                    let asked = Asked { quantity, missing: refusal.missing };
                    reasons::sentence(reward, &refusal.code, asked, &refusal.detail, &points)
                })
            }
            _ => failure::line(&redeeming::error(refusal)),
        }
    }

    fn refusal(self) -> Refusal {
        self.run.course.with_untracked(|course| course.refusal().cloned().unwrap_or_default())
    }
}

/// How many, where they differ from one, and the store of pick-up.
fn what(quantity: i64, store: Option<String>) -> String {
    let mut words = String::new();
    if quantity > 1 {
        words.push('×');
        words.push_str(&group(quantity));
    }
    if let Some(store) = store {
        if !words.is_empty() {
            words.push_str(" · ");
        }
        words.push_str(&store);
    }
    words
}

fn head(flow: Flow, store: Option<String>) -> AnyView {
    let reward = flow.reward.get_value();
    let what = Some(what(flow.run.order().quantity, store)).filter(|words| !words.is_empty());
    let valid = move || {
        flow.run.course.with(|course| {
            let until = course.preview()?.voucher_valid_until?;
            Some(fill(key::REDEEM_VALID, &[("date", &words::day(until))]))
        })
    };
    view! {
        <div class="row sheet__top">
            <span class="shelf shelf--l">{picture(reward.images.first())}</span>
            <div class="grow">
                <h2 id="sheet-title" class="title--xl">
                    {reward.title}
                </h2>
                <p class="s muted">{reward.subtitle}</p>
                {what.map(|what| view! { <p class="s">{what}</p> })}
                <p class="s muted">{valid}</p>
            </div>
            <button
                type="button"
                class="icbtn"
                aria-label=t(key::ACTION_CLOSE)
                on:click=move |_| flow.leave()
            >
                {icon("close")}
            </button>
        </div>
    }
    .into_any()
}

/// As high as what comes, as far as that is known before: nothing moves when it is there.
fn bones(flow: Flow) -> AnyView {
    let figure = || view! { <div>{bone("h", 4)}{bone("s", 3)}</div> };
    let (money, cancel) = flow.reward.with_value(|reward| {
        let money = reward.cost_money.as_ref().is_some_and(|(minor, _)| *minor > 0);
        (money, reward.cancellable_hours.is_some_and(|hours| hours > 0))
    });
    view! {
        <div class="eq">{figure()}<i></i>{figure()}<i></i>{figure()}</div>
        {money.then(|| view! { <p class="note">{bone("t", 10)}</p> })}
        <div class="well well--bones">{bone("t", 8)}{bone("t", 10)}{bone("t", 10)}</div>
        {cancel.then(|| view! { <p class="mt-3">{bone("t", 10)}</p> })}
        <i class="sk sheet__bone"></i>
    }
    .into_any()
}

pub(super) fn not_charged(flow: Flow) -> String {
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
    let refusal = flow.refusal();
    let answered = matches!(refusal.source, Source::Backend(status) if status < 429);
    let action = if answered {
        view! {
            {next(flow, &refusal.code)}
            <button type="button" class="btn q" on:click=move |_| flow.leave()>
                {t(key::ACTION_CLOSE)}
            </button>
        }
        .into_any()
    } else {
        retry_button(refusal.wait, move || flow.run.on(Event::Look))
    };
    view! {
        {warning(flow, flow.words(&refusal))}
        <div class="acts mt-4">{action}</div>
    }
    .into_any()
}

/// What can be done about a refusal.
fn next(flow: Flow, code: &str) -> AnyView {
    if code != "store-not-eligible" || flow.run.order().store_id.is_none() {
        return reasons::next_button(code);
    }
    let choose = move |_| {
        flow.leave();
        spawn_local(async {
            // When the sheet goes, the focus goes back to what opened it first.
            timer::sleep(FOCUS_MS).await;
            dom::reveal("#store");
            dom::focus("#store");
        });
    };
    view! {
        <button type="button" class="btn" on:click=choose>
            {t(key::REDEEM_OTHER_STORE)}
        </button>
    }
    .into_any()
}

fn held(flow: Flow) -> AnyView {
    let refusal = flow.refusal();
    view! {
        {warning(flow, flow.words(&refusal))}
        <div class="mt-4">{retry_button(refusal.wait, move || flow.run.on(Event::Again))}</div>
    }
    .into_any()
}

fn doubt(flow: Flow) -> AnyView {
    let points = flow.points();
    let text = fill(key::REDEEM_UNKNOWN_TEXT, &[("points", &points)]);
    let safe = Some(fill(key::REDEEM_UNKNOWN_SAFE, &[("points", &points)]));
    let why = move || {
        let refusal = flow.run.course.with(|course| course.refusal().cloned())?;
        Some(view! { <p class="s muted mt-3">{flow.words(&refusal)}</p> })
    };
    let again = move || {
        flow.run.course.with(|course| course.may_send_again()).then(|| {
            view! {
                <button type="button" class="btn q" on:click=move |_| flow.run.on(Event::Again)>
                    {t(key::WALLET_PENDING_RESEND)}
                </button>
            }
        })
    };
    let action = view! {
        {why}
        {order_button(flow, t(key::REDEEM_UNKNOWN_CHECK).into(), move || flow.run.on(Event::Check))}
        {again}
        <button type="button" class="btn q" on:click=move |_| flow.leave()>
            {t(key::REDEEM_UNKNOWN_LEAVE)}
        </button>
    }
    .into_any();
    let title = t(key::REDEEM_UNKNOWN_TITLE).into();
    notice(Notice { icon: "clock", title, text, safe, alert: true }, action)
}

/// The backend can't say what became of it: the ledger and the member can.
fn asking(flow: Flow) -> AnyView {
    let found = flow.run.course.with_untracked(|course| course.found().map(<[_]>::to_vec));
    let points = flow.points();
    let cost = group(flow.run.order().expected_cost);
    let text = match found.as_deref() {
        None => t(key::REDEEM_ASK_UNREAD).to_string(),
        Some([]) => fill(key::REDEEM_ASK_NONE, &[("n", &cost), ("points", &points)]),
        Some([at, ..]) => {
            let time = words::day_time(*at);
            fill(key::REDEEM_ASK_FOUND, &[("n", &cost), ("points", &points), ("time", &time)])
        }
    };
    let deny = flow.run.course.with_untracked(|course| course.may_deny());
    // What the ledger speaks for comes first.
    let seen = found.as_ref().is_some_and(|found| !found.is_empty());
    let (yes, no) = (seen, !seen && deny);
    let class = |main| if main { "btn" } else { "btn q" };
    let tell = move |made| flow.run.on(Event::Told(made));
    let made = view! {
        <a
            class=class(yes)
            href=Route::Wallet { past: false }.href()
            on:click=move |_| tell(true)
        >
            {t(key::REDEEM_ASK_YES)}
        </a>
    }
    .into_any();
    let not_made = deny.then(|| button(class(no), key::REDEEM_ASK_NO, flow.run, Event::Told(false)));
    let again = button(class(!yes && !no), key::REDEEM_ASK_AGAIN, flow.run, Event::Check);
    let action = match (yes, not_made) {
        (true, not_made) => (made, not_made, again).into_any(),
        (_, Some(not_made)) if no => (not_made, again, made).into_any(),
        (_, not_made) => (again, made, not_made).into_any(),
    };
    let safe = Some(fill(key::REDEEM_ASK_SAFE, &[("points", &points)]));
    notice(Notice { icon: "info", title: t(key::REDEEM_ASK_TITLE).into(), text, safe, alert: true }, action)
}

fn button(class: &'static str, word: Key, run: Redeeming, event: Event) -> AnyView {
    view! {
        <button type="button" class=class on:click=move |_| run.on(event.clone())>
            {t(word)}
        </button>
    }
    .into_any()
}

fn not_made(flow: Flow) -> AnyView {
    let action = view! {
        <button type="button" class="btn" on:click=move |_| flow.run.on(Event::Look)>
            {t(key::WALLET_PENDING_AGAIN)}
        </button>
        <button type="button" class="btn q" on:click=move |_| flow.leave()>
            {t(key::ACTION_CLOSE)}
        </button>
    }
    .into_any();
    let title = fill(key::REDEEM_UNKNOWN_NOT_MADE, &[("points", &flow.points())]);
    let text = t(key::REDEEM_UNKNOWN_NOT_MADE_TEXT).into();
    notice(Notice { icon: "info", title, text, safe: None, alert: true }, action)
}

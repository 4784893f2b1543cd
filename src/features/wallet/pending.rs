//! Redemptions that were begun on this device and aren't known to be over. Each is looked up when the wallet opens; one
//! that the backend has never heard of can be sent again, as the very same, or dropped.

use crate::api::error::ApiError;
use crate::domain::redemption::Redemption;
use crate::domain::route::Route;
use crate::domain::wallet::Check;
use crate::features::wallet::Wallet;
use crate::i18n::{fill, key, t};
use crate::parts::failure::line;
use crate::platform::dom;
use crate::state::intents::{self, Intent, Outcome};
use crate::state::nav::Nav;
use crate::state::toast::Toasts;
use crate::state::{nav, session, toast};
use crate::ui::{icon, icon_small};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// An open intent and where it stands.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    intent: Intent,
    check: Check,
    fault: Option<String>,
}

/// All of them.
#[derive(Clone, Copy)]
struct Rows {
    wallet: Wallet,
    nav: Nav,
    toasts: Toasts,
    list: RwSignal<Vec<Row>>,
}

/// The rows, or nothing when everything is known.
pub(super) fn rows(wallet: Wallet) -> AnyView {
    let rows = Rows { wallet, nav: nav::nav(), toasts: toast::toasts(), list: RwSignal::new(Vec::new()) };
    let member = Memo::new(move |_| wallet.portal.overview.known().map(|overview| overview.member.id));
    Effect::new(move |_| {
        let open = member.get().map(|id| intents::open(&id)).unwrap_or_default();
        let row = |intent: &Intent| Row { intent: intent.clone(), check: Check::Asking, fault: None };
        rows.list.set(open.iter().map(row).collect());
        for intent in open {
            ask(rows, intent, false);
        }
    });
    let intents = Memo::new(move |_| {
        rows.list.with(|list| list.iter().map(|row| row.intent.clone()).collect::<Vec<_>>())
    });
    let view = move || {
        let list = intents.get();
        (!list.is_empty()).then(|| {
            let items = list.into_iter().map(|intent| row(rows, intent)).collect_view();
            view! { <ul class="pends">{items}</ul> }
        })
    };
    view.into_any()
}

impl Rows {
    fn with<T>(self, intent: &Intent, read: impl FnOnce(&Row) -> T) -> Option<T> {
        self.list.with(|list| list.iter().find(|row| row.intent == *intent).map(read))
    }

    fn check(self, intent: &Intent) -> Check {
        untrack(|| self.with(intent, |row| row.check)).unwrap_or_default()
    }

    fn set(self, intent: &Intent, check: Check, fault: Option<String>) {
        let _ = self.list.try_update(|list| {
            if let Some(row) = list.iter_mut().find(|row| row.intent == *intent) {
                (row.check, row.fault) = (check, fault);
            }
        });
    }

    fn remove(self, intent: &Intent) {
        let _ = self.list.try_update(|list| list.retain(|row| row.intent != *intent));
    }

    /// It was made: the lists are read again, and whoever asked for it sees the voucher.
    fn made(self, intent: &Intent, redemption: &Redemption, by_hand: bool) {
        self.toasts.show(fill(key::WALLET_PENDING_MADE, &[("title", &redemption.title)]));
        self.wallet.portal.overview.load();
        // Whoever has left the wallet meanwhile isn't taken anywhere.
        if self.list.try_get_untracked().is_none() {
            return;
        }
        self.remove(intent);
        if by_hand {
            self.nav.go(&Route::Voucher(redemption.id.clone()));
        } else {
            self.wallet.vouchers.load();
        }
    }
}

fn place(intent: &Intent) -> String {
    let mut id = String::from("i-");
    id.push_str(&intent.client_ref);
    id
}

fn focus(intent: &Intent) {
    let mut selector = String::from("#");
    selector.push_str(&place(intent));
    dom::focus(&selector);
}

/// Asks what became of it.
fn ask(rows: Rows, intent: Intent, by_hand: bool) {
    if by_hand {
        if !rows.check(&intent).may_ask() {
            return;
        }
        rows.set(&intent, Check::Asking, None);
        focus(&intent);
    }
    spawn_local(async move {
        match intent.look_up().await {
            Ok(Some(redemption)) => rows.made(&intent, &redemption, by_hand),
            Ok(None) => rows.set(&intent, Check::NotMade, None),
            Err(error) if error.is_signed_out() => session::ended(),
            Err(error) => rows.set(&intent, Check::Unknown, Some(line(&error))),
        }
    });
}

/// Sends the very same one again, with the same key.
fn send(rows: Rows, intent: Intent) {
    if rows.check(&intent) != Check::NotMade {
        return;
    }
    rows.set(&intent, Check::Sending, None);
    focus(&intent);
    spawn_local(async move {
        match intent.send().await {
            Outcome::Made(redemption) => rows.made(&intent, &redemption, true),
            Outcome::Unknown(error) => rows.set(&intent, Check::Unknown, Some(line(&error))),
            Outcome::Refused(error) if error.is_signed_out() => session::ended(),
            Outcome::Refused(error) => rows.set(&intent, refused(&error), Some(line(&error))),
        }
    });
}

/// Too many requests only means to wait; every other refusal is the end.
fn refused(error: &ApiError) -> Check {
    if error.code() == "rate-limited" { Check::NotMade } else { Check::Refused }
}

fn drop_it(rows: Rows, intent: &Intent) {
    if rows.check(intent).is_settled() {
        intent.forget();
        rows.remove(intent);
        dom::focus("h1[tabindex]");
    }
}

fn row(rows: Rows, intent: Intent) -> AnyView {
    let state = {
        let intent = intent.clone();
        Memo::new(move |_| rows.with(&intent, |row| (row.check, row.fault.clone())).unwrap_or_default())
    };
    let check = Memo::new(move |_| state.get().0);
    let name = intent.title.clone();
    let title = move || match check.get().is_settled() {
        true => name.clone(),
        false => fill(key::WALLET_PENDING, &[("title", &name)]),
    };
    let id = place(&intent);
    let points = rows.wallet.portal.points_name();
    let said = move || {
        let (check, fault) = state.get();
        words(check, fault, &points)
    };
    view! {
        <li id=id tabindex="-1">
            <div class="next pend">
                <span class="glyph">{icon("clock")}</span>
                <div class="grow">
                    <b>{title}</b>
                    <div role="status">{said}</div>
                </div>
                <div class="row">{move || actions(rows, &intent, check.get())}</div>
            </div>
        </li>
    }
    .into_any()
}

fn words(check: Check, fault: Option<String>, points: &str) -> AnyView {
    let values = [("points", points)];
    let safe = if check.is_settled() { key::REDEEM_UNKNOWN_NOT_MADE } else { key::REDEEM_UNKNOWN_SAFE };
    let more = match check {
        Check::Asking => Some(t(key::WALLET_PENDING_ASKING).to_string()),
        Check::Sending => Some(t(key::WALLET_PENDING_SENDING).to_string()),
        Check::Unknown => Some(fill(key::WALLET_PENDING_UNKNOWN, &values)),
        Check::NotMade | Check::Refused => None,
    };
    let small = |text: String| view! { <span class="s">{text}</span> };
    view! {
        <span class="s safe">{icon_small("shield")}{fill(safe, &values)}</span>
        {fault.map(small)}
        {more.map(small)}
    }
    .into_any()
}

fn actions(rows: Rows, intent: &Intent, check: Check) -> AnyView {
    let (one, other) = (intent.clone(), intent.clone());
    let busy = check.is_busy().then_some("true");
    let again = |key| {
        let one = one.clone();
        let press = move |_| match check {
            Check::NotMade => send(rows, one.clone()),
            _ => ask(rows, one.clone(), true),
        };
        view! {
            <button type="button" class="btn sm" aria-disabled=busy aria-busy=busy on:click=press>
                {t(key)}
            </button>
        }
        .into_any()
    };
    let end = move |key| {
        view! {
            <button type="button" class="btn sm q" on:click=move |_| drop_it(rows, &other)>
                {t(key)}
            </button>
        }
        .into_any()
    };
    match check {
        Check::Asking | Check::Unknown => again(key::REDEEM_UNKNOWN_CHECK),
        Check::Sending => again(key::WALLET_PENDING_AGAIN),
        Check::Refused => view! {
            {end(key::ACTION_DONE)}
            <a class="btn sm" href=Route::Reward(intent.reward_id.clone()).href()>
                {t(key::HOME_START_GO)}
            </a>
        }
        .into_any(),
        Check::NotMade => view! {
            {end(key::WALLET_PENDING_DROP)}
            {again(key::WALLET_PENDING_AGAIN)}
        }
        .into_any(),
    }
}

//! The money part: how much, until when, and the way to the host's payment page.

use crate::domain::number::group;
use crate::domain::redemption::{Payment, Redemption};
use crate::i18n::{fill, key, t};
use crate::parts::symbols::symbol_small;
use crate::parts::words;
use crate::platform::leave::{self, Way};
use crate::platform::wechat::bridge::until_shown;
use crate::platform::{clock, timer};
use crate::state::portal;
use crate::ui::{live, rich, safe};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// For so long after a press another does nothing: the page takes its time to come.
const LEAVING_MS: i32 = 4_000;

/// How long to listen at a stretch for the page to come back, in milliseconds.
const LISTEN_MS: i32 = 30_000;

/// What is due, and the one thing to do. `again` reads how it stands, at once when the page comes back from paying.
pub(super) fn due(one: &Redemption, payment: &Payment, again: Callback<()>) -> AnyView {
    let portal = portal();
    read_on_return(again);
    let points = portal.points_name();
    let (amount, currency) = &payment.amount;
    let values = [("n", &*group(one.cost_points)), ("points", &*points)];
    let page = payment.page().filter(|_| one.can_pay && portal.channel.can_leave()).map(String::from);
    let action = match page {
        Some(page) => button(page, one.id.clone()),
        None => view! { <p class="note">{symbol_small("phone")}<span>{t(key::PAY_ELSEWHERE)}</span></p> }
            .into_any(),
    };
    view! {
        <div class="pay">
            <p class="muted">{t(key::PAY_DUE)}</p>
            <p class="hero">
                <span class="num">{words::money(*amount, currency)}</span>
            </p>
            {countdown(payment)}
            {action}
            <div class="mt-3">{safe(fill(key::PAY_SAFE, &values))}</div>
            <p class="s muted">{t(key::PAY_THEN)}</p>
        </div>
    }
    .into_any()
}

fn read_on_return(again: Callback<()>) {
    let here = StoredValue::new(());
    spawn_local(async move {
        loop {
            let shown = until_shown(LISTEN_MS).await;
            if here.try_get_value().is_none() {
                return;
            }
            if shown {
                let _ = again.try_run(());
            }
        }
    });
}

/// How long it can be paid, by the server's clock.
fn countdown(payment: &Payment) -> AnyView {
    let Some(until) = payment.expires_at else { return ().into_any() };
    let now = RwSignal::new(clock::now());
    let ticker = StoredValue::new_local(timer::every(1000, move || {
        let _ = now.try_set(clock::now());
    }));
    on_cleanup(move || drop(ticker.try_update_value(Option::take)));
    let by = words::time(until);
    let left = live(move || match until.0.saturating_sub(now.get().0) {
        ms if ms > 0 => rich(key::PAY_BY, &[("left", &minutes(ms)), ("time", &by)]),
        _ => t(key::PAY_OVER).into_any(),
    });
    view! {
        <p class="warn" role="timer">
            {left}
        </p>
    }
    .into_any()
}

/// Minutes and seconds of a time in milliseconds, begun seconds counted.
fn minutes(ms: i64) -> String {
    let seconds = ms.saturating_add(999) / 1000;
    let mut text = (seconds / 60).to_string();
    text.push_str(if seconds % 60 < 10 { ":0" } else { ":" });
    text.push_str(&(seconds % 60).to_string());
    text
}

fn button(page: String, id: String) -> AnyView {
    let leaving = RwSignal::new(false);
    let press = move |_| {
        if leaving.get_untracked() {
            return;
        }
        leaving.set(true);
        let (page, id) = (page.clone(), id.clone());
        spawn_local(async move {
            if leave::pay(&page, &id).await == Way::Here {
                timer::sleep(LEAVING_MS).await;
            }
            let _ = leaving.try_set(false);
        });
    };
    let busy = move || leaving.get().then_some("true");
    let label = live(move || t(if leaving.get() { key::PAY_OPENING } else { key::PAY_GO }).into_any());
    view! {
        <button type="button" class="btn mt-4" aria-disabled=busy aria-busy=busy on:click=press>
            {label}
        </button>
    }
    .into_any()
}

//! The member code: what the till scans to know who is paying. It renews itself before it ends; without a network the
//! last one stays, with the time until which it was valid.

use crate::api::error::ApiError;
use crate::api::{client, endpoint, kept, wire};
use crate::domain::card_code::Held;
use crate::domain::date::Instant;
use crate::domain::number::group;
use crate::domain::route::{CatalogueFilter, Route};
use crate::i18n::{fill, key, t};
use crate::parts::failure::failure;
use crate::parts::frame::{close, landscape, logo};
use crate::parts::symbols::symbol_small;
use crate::parts::{codes, words};
use crate::platform::{clock, timer, wake_lock};
use crate::state::{Portal, effect, look, memo, portal, session};
use crate::ui::{bone, icon, live, loading, rich, ring};
use leptos::prelude::*;
use std::cell::RefCell;
use wasm_bindgen_futures::spawn_local;

/// How long to wait after a renewal that failed, unless the backend says longer.
const RETRY_AFTER_S: i64 = 10;
/// A longer pause between two looks at the clock means that the page was away.
const AWAY_MS: i64 = 5_000;

thread_local! {
    /// The last code and whose it is.
    static LAST: RefCell<Option<(String, Held)>> = const { RefCell::new(None) };
}

/// The code on screen and its renewal.
#[derive(Clone, Copy)]
struct Card {
    portal: Portal,
    held: RwSignal<Option<Held>>,
    now: RwSignal<Instant>,
    busy: RwSignal<bool>,
    fault: RwSignal<Option<ApiError>>,
    /// Before this a failed renewal is not tried again by itself.
    again_at: StoredValue<Instant>,
    /// When the clock was looked at last, by the device.
    seen_at: StoredValue<Instant>,
}

impl Card {
    fn new(portal: Portal) -> Self {
        let now = clock::now();
        let member = portal.overview.peek().map(|overview| overview.member.id);
        let last = LAST.with_borrow(Clone::clone).filter(|(owner, _)| Some(owner) == member.as_ref());
        Self {
            portal,
            held: RwSignal::new(last.map(|(_, held)| held)),
            now: RwSignal::new(now),
            busy: RwSignal::new(false),
            fault: RwSignal::new(None),
            again_at: StoredValue::new(now),
            seen_at: StoredValue::new(clock::device()),
        }
    }

    /// Looks at the clock, and renews what is due.
    fn tick(self) {
        let now = clock::now();
        let _ = self.now.try_set(now);
        let Some(held) = self.held.try_get_untracked() else { return };
        let away = self.was_away();
        let due = away || held.is_none_or(|held| held.due_at() <= now);
        if due && self.again_at.try_get_value().is_some_and(|at| at <= now) {
            self.renew();
        }
    }

    /// Whether the page was hidden or the device asleep: clocks that stood still would show an old code as a new one.
    fn was_away(self) -> bool {
        let device = clock::device();
        let before = self.seen_at.try_update_value(|at| std::mem::replace(at, device));
        before.is_some_and(|before| device.0.saturating_sub(before.0) > AWAY_MS)
    }

    /// The network is back: what failed is tried again at once.
    fn hurry(self) {
        if self.fault.with_untracked(Option::is_some) {
            let _ = self.again_at.try_set_value(clock::now());
            self.renew();
        }
    }

    fn renew(self) {
        if self.busy.try_get_untracked() != Some(false) {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let ask = || async { client::get(endpoint::card_code()).await?.decode(wire::wallet::card_code) };
            let answer = ask().await;
            let now = clock::now();
            let _ = self.now.try_set(now);
            match answer {
                Ok(code) => self.keep(Held { code, at: now }),
                Err(error) if error.is_signed_out() => session::ended(),
                Err(error) => {
                    let unreached = matches!(error, ApiError::Offline | ApiError::Timeout);
                    if unreached && self.held.try_with_untracked(Option::is_none) == Some(true) {
                        let last = kept::read(ask).map(|(code, since)| Held::of_old(code, since, now));
                        let _ = self.held.try_set(last);
                    }
                    let wait = error.retry_after().unwrap_or_default().max(RETRY_AFTER_S);
                    let _ = self.again_at.try_set_value(now.plus_ms(wait * 1000));
                    let _ = self.fault.try_set(Some(error));
                }
            }
            let _ = self.busy.try_set(false);
        });
    }

    fn keep(self, held: Held) {
        if let Some(overview) = self.portal.overview.peek() {
            LAST.set(Some((overview.member.id, held.clone())));
        }
        let _ = self.held.try_set(Some(held));
        let _ = self.fault.try_set(None);
    }
}

/// The screen.
pub fn page() -> AnyView {
    let portal = portal();
    look::set_title(portal, t(key::CODE_TITLE));
    let card = Card::new(portal);
    card.tick();
    let ticker = StoredValue::new_local(timer::every(1000, move || card.tick()));
    effect(move || {
        if portal.online.get() {
            card.hurry();
        }
    });
    let light = StoredValue::new_local(wake_lock::keep_on());
    on_cleanup(move || {
        drop(ticker.try_update_value(Option::take));
        drop(light.try_update_value(Option::take));
    });
    let over = Memo::new(move |_| {
        let now = card.now.get();
        card.held.with(|held| held.as_ref().is_some_and(|held| held.is_over(now)))
    });
    let hint = fill(key::CODE_HINT, &[("points", &portal.points_name())]);
    view! {
        <div class="app notab full">
            {landscape("fullscene")} <header class="row codehead">
                {close(Route::Home)} <h1 class="grow" tabindex="-1">
                    {t(key::CODE_TITLE)}
                </h1> <span class="icbtn"></span>
            </header> <main id="main" tabindex="-1">
                <article class="voucher voucher--card">{band(portal)} {body(card, over)}</article>
                {live(move || bright(over.get()))}
                {quick()}
                <p class="s full__note">{hint}</p>
            </main>
        </div>
    }
    .into_any()
}

/// Tier and balance on the tier's material.
fn band(portal: Portal) -> AnyView {
    let shown = memo(move |_| {
        portal.overview.known().map(|overview| (overview.tier.current, overview.points.available))
    });
    let view = move || match shown.get() {
        Some((tier, available)) => {
            let mut points = group(available);
            points.push(' ');
            points.push_str(&portal.points_name());
            view! {
                <div class="band" data-material=tier.material>
                    {logo()}
                    <b class="grow">{tier.name}</b>
                    <span class="num">{points}</span>
                </div>
            }
            .into_any()
        }
        None => view! {
            <div class="band" data-material="plain">
                {logo()}
                <span class="grow">{bone("t", 5)}</span>
            </div>
        }
        .into_any(),
    };
    view.into_any()
}

/// What helps a scanner; nothing where there is nothing to scan.
fn bright(over: bool) -> AnyView {
    let hint = || {
        view! { <p class="s full__note row row--center mt-3">{symbol_small("sun")} {t(key::CODE_BRIGHT)}</p> }
    };
    (!over).then(hint).into_any()
}

fn body(card: Card, over: Memo<bool>) -> AnyView {
    let payload =
        Memo::new(move |_| card.held.with(|held| held.as_ref().map(|held| held.code.payload.clone())));
    let failed = Memo::new(move |_| card.fault.get());
    let view = move || match (payload.get(), failed.get()) {
        (Some(code), _) => {
            let class = move || if over.get() { "codebox stale" } else { "codebox" };
            view! {
                <div class=class>
                    {codes::bars(&code)} {codes::digits(&code)} {codes::qr("qr big", &code)} {renewal(card, over)}
                </div>
            }
            .into_any()
        }
        (None, Some(error)) => failure(&error, move || card.renew()),
        (None, None) => loading(view! { <div class="codebox">{bone("block", 10)}</div> }.into_any()),
    };
    view.into_any()
}

/// How long until the next one; without a network or after a renewal that failed, how long this one is good, or since
/// when it isn't, and a button.
fn renewal(card: Card, over: Memo<bool>) -> AnyView {
    let stuck = memo(move |_| !card.portal.online.get() || card.fault.with(Option::is_some));
    let view = move || match (stuck.get(), over.get()) {
        (false, _) => countdown(card),
        (true, false) => good(card),
        (true, true) => stale(card),
    };
    view.into_any()
}

fn good(card: Card) -> AnyView {
    let until = card.held.with(|held| held.as_ref().and_then(|held| held.code.valid_until));
    let said = match until {
        Some(until) => fill(key::CODE_GOOD, &[("time", &words::time(until))]),
        None => t(key::CODE_ONLINE).into(),
    };
    view! {
        <p class="row row--center codebox__t" role="status">
            {said}
        </p>
    }
    .into_any()
}

fn countdown(card: Card) -> AnyView {
    let left = Memo::new(move |_| {
        let now = card.now.get();
        card.held.with(|held| held.as_ref().map(|held| (held.seconds_left(now), held.percent_left(now))))
    });
    // After the page was away the clocks may have stood still: while a new one is asked for, no time is promised.
    let said = live(move || match left.get() {
        Some((seconds, _)) if seconds > 0 && !card.busy.get() => {
            rich(key::CODE_REFRESH_IN, &[("n", &seconds.to_string())])
        }
        _ => t(key::CODE_BUSY).into_any(),
    });
    view! {
        <p class="row row--center codebox__t">
            {ring(move || left.get().map_or(0, |(_, percent)| percent))} <span>{said}</span>
        </p>
    }
    .into_any()
}

fn stale(card: Card) -> AnyView {
    let time = card.held.with_untracked(|held| {
        held.as_ref().map(|held| words::time(held.last_valid(card.now.get_untracked())))
    });
    let said = fill(key::CODE_EXPIRED, &[("time", &time.unwrap_or_default())]);
    let busy = move || card.busy.get().then_some("true");
    let offline = memo(move |_| !card.portal.online.get());
    let off = move || (offline.get() || card.busy.get()).then_some("true");
    let then = live(move || offline.get().then(|| view! { <br />{t(key::CODE_ONLINE)} }).into_any());
    let press = move |_| {
        if card.portal.online.get_untracked() {
            card.renew();
        }
    };
    view! {
        <div class="row row--center codebox__t">
            <span role="status">{said} {then}</span>
            <button
                type="button"
                class="btn sm"
                aria-disabled=off
                aria-busy=busy
                on:click=press
            >
                {t(key::CODE_RENEW)}
            </button>
        </div>
    }
    .into_any()
}

fn quick() -> AnyView {
    let place = |route: Route, name: &str, word: &'static str| {
        view! {
            <li>
                <a href=route.href()>
                    {icon(name)}
                    <span>{word}</span>
                </a>
            </li>
        }
        .into_any()
    };
    view! {
        <ul class="quick">
            {place(Route::Wallet { past: false }, "ticket", t(key::CODE_WALLET))}
            {place(Route::Rewards(CatalogueFilter::default()), "gift", t(key::CODE_REWARDS))}
        </ul>
    }
    .into_any()
}

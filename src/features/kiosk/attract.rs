//! The invitation to whoever passes by: the brand's picture, three rewards of the day, a code for the phone.

use super::pairing;
use super::run::{Kiosk, Step};
use crate::domain::kiosk::device::Offer;
use crate::domain::number::group;
use crate::i18n::{self, Key, fill, key, t};
use crate::parts::frame::{landscape, logo};
use crate::parts::reward_card::picture;
use crate::parts::symbols::{symbol, symbol_small};
use crate::parts::words;
use crate::platform::{clock, dom, timer};
use crate::state::{effect, look, session};
use crate::ui::{Build, amount, icon, live};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// For so long each reward is the large one, in milliseconds.
const OFFER_MS: i32 = 8_000;
const MINUTE_MS: i32 = 60_000;
/// How often the clock is looked at, in milliseconds.
const LOOK_MS: i32 = 5_000;
/// How far the still parts wander, so that they don't burn in, in CSS pixels.
const WANDER: [(i8, i8); 8] = [(0, 0), (4, 2), (6, -3), (2, -6), (-3, -4), (-6, 0), (-4, 5), (1, 6)];

/// The screen.
pub(super) fn page(kiosk: Kiosk) -> AnyView {
    look::set_title(kiosk.portal, t(key::KIOSK_WELCOME_QR));
    wander();
    let turn = turns(LOOK_MS);
    let open = Memo::new(move |_| {
        turn.track();
        kiosk.device.track();
        kiosk.is_open()
    });
    view! {
        <main id="main" class="app k k-attract">
            {head(kiosk)} {words_of(kiosk)} {landscape("k-scene")} {offers(kiosk)}
            <div class="k-panel">
                {live(move || if open.get() { ways(kiosk) } else { closed(kiosk) })} {foot(kiosk)}
            </div>
        </main>
    }
    .built()
}

/// Logo, name and the time of day.
pub(super) fn head(kiosk: Kiosk) -> AnyView {
    let name = kiosk.portal.of(|programme| programme.name.clone());
    view! {
        <header class="k-top">
            {logo()} <b class="grow">{name}</b> <time class="num k-clock">{fresh(|| words::time(clock::now()))}</time>
        </header>
    }
    .built()
}

/// A text that may be another one by now, looked at every few seconds.
fn fresh(text: impl Fn() -> String + Send + Sync + 'static) -> AnyView {
    let turn = turns(LOOK_MS);
    let text = Memo::new(move |_| {
        turn.track();
        text()
    });
    (move || text.get()).into_any()
}

/// Changes every so many milliseconds, for as long as the screen is there.
fn turns(milliseconds: i32) -> RwSignal<usize> {
    let turn = RwSignal::new(0_usize);
    let ticker = timer::every(milliseconds, move || {
        let _ = turn.try_update(|turn| *turn = turn.wrapping_add(1));
    });
    let ticker = StoredValue::new_local(ticker);
    on_cleanup(move || drop(ticker.try_update_value(Option::take)));
    turn
}

fn words_of(kiosk: Kiosk) -> AnyView {
    let slogan = kiosk.portal.of(|programme| programme.brand.slogan.clone());
    let mut clauses: Vec<String> = slogan.split_inclusive(['，', ',']).map(str::to_owned).collect();
    clauses.retain(|clause| !clause.trim().is_empty());
    let whole = |clause: String| view! { <span class="whole">{clause}</span> };
    view! {
        <div class="k-head">
            <h1 tabindex="-1">{clauses.into_iter().map(whole).collect_view()}</h1>
        </div>
    }
    .built()
}

fn closed(kiosk: Kiosk) -> AnyView {
    let hours =
        kiosk.device.with_untracked(|device| device.as_ref().and_then(|device| device.settings.hours));
    let clock = |minutes: u32| format_time(minutes);
    let text =
        hours.map(|(from, to)| fill(key::KIOSK_CLOSED_TEXT, &[("from", &clock(from)), ("to", &clock(to))]));
    view! {
        <div class="k-ask">
            <h2>{t(key::KIOSK_CLOSED_TITLE)}</h2>
            <p>{text}</p>
        </div>
    }
    .built()
}

/// `07:30`
fn format_time(minutes: u32) -> String {
    let mut text = String::new();
    for (mark, number) in [("", minutes / 60), (":", minutes % 60)] {
        text.push_str(mark);
        if number < 10 {
            text.push('0');
        }
        text.push_str(&number.to_string());
    }
    text
}

fn ways(kiosk: Kiosk) -> AnyView {
    let step = |text: Key| view! { <li>{t(text)}</li> };
    let way = move |name: &'static str, text: Key, to: Step| {
        view! {
            <button type="button" class="k-btn" on:click=move |_| kiosk.turn_to(to)>
                {symbol(name)}
                <span>{t(text)}</span>
                {icon("right")}
            </button>
        }
    };
    view! {
        <div class="k-in">
            {pairing::code(kiosk)} <div class="k-opt">
                <h2>{t(key::KIOSK_WELCOME_QR)}</h2>
                <p class="muted">{t(key::KIOSK_WELCOME_QR_TEXT)}</p>
                <ol class="k-steps">
                    {step(key::KIOSK_WELCOME_STEP_OPEN)} {step(key::KIOSK_WELCOME_STEP_SCAN)}
                    {step(key::KIOSK_WELCOME_STEP_AGREE)}
                </ol>
                {way("scan", key::KIOSK_WELCOME_CARD, Step::Card)}
                {way("phone", key::KIOSK_WELCOME_PHONE, Step::Phone)}
            </div>
        </div>
    }
    .built()
}

fn foot(kiosk: Kiosk) -> AnyView {
    let portal = kiosk.portal;
    let now = i18n::locale();
    let others = session::languages(portal).into_iter().filter(move |locale| *locale != now);
    let language = move |locale: i18n::Locale| {
        view! {
            <button
                type="button"
                class="btn q sm"
                lang=locale.tag()
                on:click=move |_| spawn_local(session::change_language(portal, locale))
            >
                {locale.name()}
            </button>
        }
    };
    let ease = move |_| {
        kiosk.ease.update(|ease| *ease = !*ease);
        dom::set_root_attribute("data-ease", if kiosk.ease.get_untracked() { "on" } else { "off" });
    };
    let word =
        move || t(if kiosk.ease.get() { key::KIOSK_WELCOME_EASE_OFF } else { key::KIOSK_WELCOME_EASE });
    view! {
        <div class="k-foot">
            <span class="row muted">{symbol_small("lock")}<span>{t(key::KIOSK_WELCOME_WIPED)}</span></span>
            <span class="row">
                {others.map(language).collect_view()}
                <button
                    type="button"
                    class="btn q sm"
                    aria-pressed=move || kiosk.ease.get().to_string()
                    on:click=ease
                >
                    {word}
                </button>
            </span>
        </div>
    }
    .built()
}

/// The rewards of the day, one after the other.
fn offers(kiosk: Kiosk) -> AnyView {
    let points = kiosk.portal.points_name();
    let offers =
        Memo::new(move |_| kiosk.device.with(|device| device.as_ref().map(|one| one.offers.clone())));
    live(move || {
        let offers = offers.get().unwrap_or_default();
        if offers.is_empty() {
            return ().into_any();
        }
        let count = offers.len();
        let turn = turns(OFFER_MS);
        // Who asked for large text, or for no movement, has time to read.
        let still = dom::prefers_still();
        let at = Memo::new(move |before: Option<&usize>| match before {
            Some(before) if still || kiosk.ease.get() => *before,
            _ => turn.get() % count,
        });
        let cards = offers.into_iter().enumerate().map(|(number, offer)| card(&offer, &points, at, number));
        view! {
            <ul class="k-offers" aria-label=t(key::KIOSK_WELCOME_OFFERS)>
                {cards.collect_view()}
            </ul>
        }
        .built()
    })
}

fn card(offer: &Offer, points: &str, at: Memo<usize>, number: usize) -> AnyView {
    let cost = amount(offer.cost, points);
    let before = offer.list_cost.filter(|list| *list > offer.cost);
    let before = before.map(|list| view! { <s class="num">{group(list)}</s> });
    view! {
        <li class=move || if at.get() == number { "k-offer on" } else { "k-offer" } aria-hidden=move || (at.get() != number).then_some("true")>
            {picture(offer.image.as_ref())} <p class="k-offer__n">{offer.title.clone()}</p>
            <p class="k-offer__c">{cost} " " {before}</p>
        </li>
    }
    .built()
}

/// Moves what stands still by a few pixels every minute.
fn wander() {
    let turn = turns(MINUTE_MS);
    effect(move || {
        let (x, y) = WANDER[turn.get() % WANDER.len()];
        for (name, number) in [("--burn-x", x), ("--burn-y", y)] {
            let mut value = number.to_string();
            value.push_str("px");
            dom::set_root_property(name, &value);
        }
    });
}

//! Coupons that can be claimed.

use crate::api::error::ApiError;
use crate::api::{client, endpoint, wire};
use crate::domain::redemption::{Coupon, CouponOffer};
use crate::domain::route::Route;
use crate::features::wallet::{Wallet, read_offers};
use crate::i18n::{fill, key, t};
use crate::parts::coupon::{condition, figure, note};
use crate::parts::failure::line;
use crate::parts::words;
use crate::platform::{clock, dom, random, timer};
use crate::state::nav::Nav;
use crate::state::toast::Toasts;
use crate::state::{Slot, nav, session, toast};
use crate::ui::{Build, bone};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// What claiming needs to know.
#[derive(Clone, Copy)]
struct Claiming {
    wallet: Wallet,
    nav: Nav,
    toasts: Toasts,
    busy: RwSignal<Option<String>>,
    fault: RwSignal<Option<ApiError>>,
    /// Keys of attempts whose end isn't known, by offer: trying again must be the same attempt.
    keys: StoredValue<Vec<(String, String)>>,
}

/// Offers as far as they are known; the error while there are none.
type Known = Option<Result<Vec<CouponOffer>, ApiError>>;

/// The section, or nothing when there is nothing to claim; beside the `past` it would be out of place.
pub(super) fn section(wallet: Wallet, past: Memo<bool>) -> AnyView {
    if !wallet.has_coupons() {
        return ().into_any();
    }
    let claiming = Claiming {
        wallet,
        nav: nav::nav(),
        toasts: toast::toasts(),
        busy: RwSignal::new(None),
        fault: RwSignal::new(None),
        keys: StoredValue::new(Vec::new()),
    };
    let open = |list: Vec<CouponOffer>| {
        let now = clock::now();
        let fits = |one: &CouponOffer| !one.claimed && one.claim_until.is_none_or(|until| until > now);
        list.into_iter().filter(fits).collect::<Vec<_>>()
    };
    let known: Memo<Known> = Memo::new(move |_| match wallet.offers.slot() {
        Slot::Waiting => None,
        Slot::Ready(list, ..) | Slot::Failed(_, Some((list, _))) => Some(Ok(open(list))),
        Slot::Failed(error, None) => Some(Err(error)),
    });
    let fault = move || {
        let error = claiming.fault.get().filter(|_| !past.get())?;
        let safe = if error.is_unknown() { key::WALLET_CLAIM_AGAIN } else { key::WALLET_CLAIM_NOT };
        Some(note(line(&error), t(safe).into()))
    };
    view! {
        {move || match known.get() {
            _ if past.get() => ().into_any(),
            None => bones(),
            Some(Ok(list)) if list.is_empty() => ().into_any(),
            Some(Ok(list)) => offers(claiming, &list),
            Some(Err(_)) => missing(wallet),
        }}
        {fault}
    }
    .built()
}

fn bones() -> AnyView {
    let offer = || {
        view! {
            <li class="offer">
                <b class="num"></b>
                <p class="grow">{bone("t", 5)}{bone("s", 4)}</p>
            </li>
        }
        .built()
    };
    view! {
        <div class="loading" aria-hidden="true">
            <div class="sec__h">{bone("h", 4)}</div>
            <ul class="offers">{offer()}{offer()}</ul>
        </div>
    }
    .built()
}

fn missing(wallet: Wallet) -> AnyView {
    view! {
        <div class="note">
            <span class="grow">{t(key::WALLET_OFFERS_MISSING)}</span>
            <button type="button" class="linkbtn" on:click=move |_| wallet.offers.load()>
                {t(key::OFFLINE_RETRY)}
            </button>
        </div>
    }
    .built()
}

fn offers(claiming: Claiming, list: &[CouponOffer]) -> AnyView {
    let count = fill(key::WALLET_OFFERS_COUNT, &[("n", &list.len().to_string())]);
    view! {
        <section aria-labelledby="offers">
            <div class="sec__h">
                <h2 id="offers">{t(key::WALLET_OFFERS)}</h2>
                <span class="s muted">{count}</span>
            </div>
            <ul class="offers">{list.iter().map(|one| offer(claiming, one)).collect_view()}</ul>
        </section>
    }
    .built()
}

fn offer(claiming: Claiming, offer: &CouponOffer) -> AnyView {
    let small = |text: Option<String>| {
        text.map(|text| {
            view! {
                <br />
                <span class="s">{text}</span>
            }
        })
    };
    let until = offer.claim_until.map(|at| fill(key::WALLET_CLAIM_BY, &[("date", &words::day(at))]));
    let (title, id) = (offer.title.clone(), offer.id.clone());
    let busy = {
        let id = id.clone();
        move || (claiming.busy.get().as_ref() == Some(&id)).then_some("true")
    };
    view! {
        <li class="offer">
            <b class="num">{figure(&offer.discount)}</b>
            <p class="grow">
                <b>{title.clone()}</b>
                {small(condition(offer.min_spend.as_ref()))}
                {small(until)}
            </p>
            <button
                type="button"
                class="btn sm"
                aria-disabled=busy.clone()
                aria-busy=busy
                on:click=move |_| claim(claiming, id.clone())
            >
                {t(key::WALLET_CLAIM)}
                <span class="vh">{title}</span>
            </button>
        </li>
    }
    .built()
}

fn claim(claiming: Claiming, id: String) {
    if claiming.busy.get_untracked().is_some() {
        return;
    }
    claiming.busy.set(Some(id.clone()));
    claiming.fault.set(None);
    let known = claiming.keys.with_value(|keys| keys.iter().find(|(offer, _)| *offer == id).cloned());
    let attempt = known.map_or_else(random::uuid, |(_, attempt)| attempt);
    spawn_local(async move {
        let reply = client::post(endpoint::claim_coupon(&id), String::new(), Some(&attempt)).await;
        let answer = reply.and_then(|reply| reply.decode(wire::wallet::coupon));
        let _ = claiming.keys.try_update_value(|keys| {
            keys.retain(|(offer, _)| *offer != id);
            if answer.as_ref().is_err_and(ApiError::is_unknown) {
                keys.push((id.clone(), attempt));
            }
        });
        match answer {
            Ok(coupon) => claimed(claiming, &id, Some(coupon)).await,
            Err(error) if error.is_signed_out() => session::ended(),
            Err(error) => failed(claiming, &id, error).await,
        }
        let _ = claiming.busy.try_set(None);
    });
}

/// The answer is lost, or it was refused for what happened meanwhile: the offers tell what is true.
async fn failed(claiming: Claiming, id: &str, error: ApiError) {
    let Ok(offers) = read_offers().await else {
        let _ = claiming.fault.try_set(Some(error));
        return;
    };
    if offers.iter().any(|one| one.id == id && one.claimed) && error.is_unknown() {
        claimed(claiming, id, None).await;
    } else {
        claiming.wallet.offers.put(offers);
        claiming.wallet.coupons.load();
        let _ = claiming.fault.try_set(Some(error));
    }
}

/// Shows the coupon at once, and reads both lists again.
async fn claimed(claiming: Claiming, id: &str, coupon: Option<Coupon>) {
    let Claiming { wallet, nav, toasts, busy, .. } = claiming;
    toasts.show(t(key::WALLET_CLAIM_DONE));
    if busy.try_get_untracked().is_none() {
        return;
    }
    if let Some(mut list) = wallet.offers.peek() {
        list.iter_mut().filter(|one| one.id == id).for_each(|one| one.claimed = true);
        wallet.offers.put(list);
    }
    if let Some((mut list, coupon)) = wallet.coupons.peek().zip(coupon) {
        list.retain(|one| one.id != coupon.id);
        list.push(coupon);
        wallet.coupons.put(list);
    }
    wallet.coupons.load();
    wallet.offers.load();
    if nav.peek() == (Route::Wallet { past: true }) {
        nav.replace(&Route::Wallet { past: false });
    }
    // The button is gone: the focus goes to the next one, or to where the screen begins.
    timer::sleep(0).await;
    dom::focus("h1[tabindex]");
    dom::focus(".offer .btn");
}

//! A coupon that waits for a friend, as its giver sees it: the link, passing it on, and the way back.

use crate::api::{client, endpoint};
use crate::domain::redemption::Transfer;
use crate::domain::route::Route;
use crate::domain::wechat::{Card, share_page};
use crate::i18n::{fill, key, t};
use crate::parts::attempt::Attempt;
use crate::parts::failure::line;
use crate::parts::symbols::symbol_small;
use crate::parts::words;
use crate::platform::share;
use crate::platform::wechat::{self, Outcome, bridge};
use crate::state::host::offer_card;
use crate::state::{session, toast};
use crate::ui::Build;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Where an app shows what is passed on, it shows this beside it.
const PICTURE: &str = "/icons/icon-192.png";

/// The panel. `moved` is asked to read again what may be somewhere else by now.
pub fn offered(transfer: &Transfer, title: &str, moved: Callback<()>) -> AnyView {
    let toasts = toast::toasts();
    let attempt = Attempt::new();
    let link = share::whole(&transfer.link);
    let until = transfer.expires_at.map(|at| {
        let text = fill(key::GIFT_WAITING, &[("date", &words::day_time(at))]);
        view! { <p class="s muted mt-2">{text}</p> }
    });
    let send = {
        let (text, link) = (fill(key::GIFT_TEXT, &[("title", title)]), link.clone());
        move |_| share::share(&text, &link)
    };
    let copy = move |_| {
        spawn_local(async move {
            let done = share::copy("#gift-link").await;
            toasts.show(t(if done { key::GIFT_COPIED } else { key::GIFT_COPY_BY_HAND }));
        });
    };
    let id = transfer.id.clone();
    let take_back = move |_| {
        if !attempt.begin() {
            return;
        }
        let endpoint = endpoint::coupon_transfer(&id);
        spawn_local(async move {
            let answer = client::delete(endpoint).await.map(drop);
            attempt.end(answer.as_ref().err());
            match answer {
                Ok(()) => toasts.show(t(key::GIFT_BACK)),
                Err(error) if error.is_signed_out() => return session::ended(),
                Err(error) => {
                    let safe = if error.is_unknown() { key::GIFT_BACK_UNKNOWN } else { key::GIFT_BACK_NOT };
                    attempt.say(line(&error), t(safe).into());
                }
            }
            // Whatever went wrong: the screen that is read again shows what is true.
            let _ = moved.try_run(());
        });
    };
    let host = wechat::host();
    let card = Card {
        title: fill(key::GIFT_CARD, &[("title", title)]),
        text: t(key::GIFT_CARD_TEXT).into(),
        path: Route::Gift(transfer.id.clone()).href(),
        image: share::whole(PICTURE),
    };
    if host.menu || host.pages {
        offer_card(card.clone());
    }
    let way = host.menu.then(|| {
        view! { <p class="note mt-3">{symbol_small("share")}<span>{t(key::GIFT_MENU)}</span></p> }
    });
    // The host's own page passes it on; its web-view has no other way.
    let page = move |_| {
        attempt.hush();
        let page = share_page(&card);
        spawn_local(async move {
            match bridge::navigate_to(&page).await {
                Outcome::Done(()) | Outcome::Cancelled => {}
                Outcome::NoAnswer if !bridge::is_visible() => {}
                _ => attempt.say(t(key::GIFT_PAGE_NOT).into(), t(key::GIFT_PAGE_SAFE).into()),
            }
        });
    };
    let can_share = host.pages || !host.menu && share::can_share();
    let share = can_share.then(|| {
        let press = move |event| if host.pages { page(event) } else { send(event) };
        view! {
            <button type="button" class="btn" on:click=press>
                {t(key::GIFT_SHARE)}
            </button>
        }
    });
    view! {
        <section class="gift" aria-labelledby="gift">
            <h3 id="gift" tabindex="-1">
                {t(key::GIFT_SEND)}
            </h3>
            {until}
            <label class="field mt-3">
                <span class="vh">{t(key::GIFT_LINK)}</span>
                <input id="gift-link" type="text" readonly=true prop:value=link />
            </label>
            {way}
            {attempt.note()}
            <div class="row mt-3">
                {share}
                <button type="button" class=if can_share { "btn q" } else { "btn" } on:click=copy>
                    {t(key::GIFT_COPY)}
                </button>
            </div>
            <button
                type="button"
                class="btn t mt-2"
                aria-disabled=move || attempt.busy()
                aria-busy=move || attempt.busy()
                on:click=take_back
            >
                {t(key::GIFT_TAKE_BACK)}
            </button>
        </section>
    }
    .built()
}

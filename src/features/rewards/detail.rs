//! One reward: what it is, what it costs, why it can't be had yet, and the way to redeem it.

use crate::api::{client, endpoint, wire};
use crate::domain::number::group;
use crate::domain::programme::Store;
use crate::domain::reward::{Card, Reward, Standing};
use crate::domain::route::{CatalogueFilter, Route};
use crate::features::rewards::choices::choices;
use crate::features::rewards::confirm::{self, Wish};
use crate::features::rewards::facts::{cost, facts};
use crate::features::rewards::{drop, favourite, reasons, recent, stores};
use crate::i18n::{fill, key, t};
use crate::parts::frame::page_head;
use crate::parts::remote::remote;
use crate::parts::reward_card::first_picture;
use crate::parts::words;
use crate::platform::{clock, dom, timer};
use crate::state::redemptions::{self, Redeeming};
use crate::state::{Portal, Query, look, memo, portal, toast};
use crate::ui::{Build, bone, icon_small, live};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The backend's clock and this one may differ by a moment.
const TRIES_TO_OPEN: u8 = 4;
const BETWEEN_TRIES_MS: i32 = 1500;

/// The screen's state.
#[derive(Clone, Copy)]
pub(super) struct Screen {
    pub(super) portal: Portal,
    reward: Query<Reward>,
    pub(super) stores: Query<Vec<Store>>,
    pub(super) quantity: RwSignal<i64>,
    pub(super) store: RwSignal<Option<String>>,
    pub(super) store_missing: RwSignal<bool>,
    /// An order for this reward of which nobody knows what became.
    unsettled: Memo<Option<Redeeming>>,
    /// What is being confirmed in the sheet.
    order: RwSignal<Option<Wish>>,
}

/// The screen.
pub fn page(id: String) -> AnyView {
    let portal = portal();
    let (wanted, sought) = (id.clone(), id);
    let reward = Query::new(move || {
        let id = wanted.clone();
        async move { client::get(endpoint::reward(&id)).await?.decode(wire::catalogue::reward) }
    });
    let screen = Screen {
        portal,
        reward,
        stores: stores(),
        quantity: RwSignal::new(1),
        store: RwSignal::new(None),
        store_missing: RwSignal::new(false),
        unsettled: memo(move |_| redemptions::open_for(portal, &sought)),
        order: RwSignal::new(None),
    };
    let marked = Memo::new(move |_| reward.known().map(|reward| (reward.id, reward.favourite)));
    let heart = live(move || match marked.get() {
        Some((id, marked)) => favourite::heart(portal, id, marked),
        None => ().into_any(),
    });
    let head = page_head(t(key::REWARDS_TITLE), Route::Rewards(CatalogueFilter::default()), heart);
    let toasts = toast::toasts();
    let member = memo(move |_| portal.overview.is_known());
    Effect::new(move |_| {
        if member.get() {
            redemptions::resume(portal, toasts);
        }
    });
    Effect::new(move |_| {
        if let Some(reward) = reward.known() {
            look::set_title(portal, &reward.title);
            recent::seen(portal, &reward.id);
        }
    });
    let close = Callback::new(move |()| {
        screen.order.set(None);
        screen.reward.load();
    });
    let sheet = move || screen.order.get().map(|order| confirm::view(order, close));
    view! {
        <div class="app notab has-foot" inert=move || screen.order.with(Option::is_some)>
            {head}
            <main id="main">{remote(reward, bones, move |reward| content(screen, &reward))}</main>
            {move || reward.known().map(|reward| foot(screen, &reward))}
        </div>
        {sheet}
    }
    .built()
}

fn bones() -> AnyView {
    view! {
        <span class="shelf shelf--hero"></span>
        <div class="mt-4">{bone("h", 8)}{bone("t", 10)}{bone("n", 6)}</div>
        <div class="mt-5">{bone("t", 10)}{bone("t", 8)}{bone("t", 10)}</div>
    }
    .built()
}

fn content(screen: Screen, reward: &Reward) -> AnyView {
    let pending = move || {
        screen.unsettled.with(Option::is_some).then(|| {
            view! {
                <p class="note note--warn">
                    {icon_small("clock")} <span>{t(key::REDEEM_UNKNOWN_PENDING)}</span>
                </p>
            }
        })
    };
    let description = reward.description.clone();
    view! {
        <span class="shelf shelf--hero">{first_picture(reward.images.first())}</span>
        <h2 class="title--xl mt-4">{reward.title.clone()}</h2>
        <p class="muted">{reward.subtitle.clone()}</p>
        {cost(reward)}
        {(!description.is_empty()).then(|| view! { <p>{description}</p> })}
        {pending}
        {opening(screen, reward)}
        {reasons::notes(reward)}
        {reward.is_eligible().then(|| choices(screen, reward))}
        {facts(reward)}
    }
    .built()
}

/// How long until it opens. When the time comes, the reward is read again, and the button below is there.
fn opening(screen: Screen, reward: &Reward) -> AnyView {
    let Some(from) = reward.opens_after(clock::now()) else { return ().into_any() };
    let open = move || {
        spawn_local(async move {
            for _ in 0..TRIES_TO_OPEN {
                screen.reward.load();
                timer::sleep(BETWEEN_TRIES_MS).await;
                let known = screen.reward.try_peek();
                if known.is_none_or(|reward| !reward.has_reason("not-in-window")) {
                    break;
                }
            }
        });
    };
    let left = drop::left(from, open);
    view! {
        <div class="drop drop--s">
            <div class="drop__t">
                <p>{fill(key::REASON_NOT_IN_WINDOW, &[("date", &words::day_time(from))])}</p>
                {drop::digits(left)}
            </div>
        </div>
    }
    .built()
}

/// What the button says when it can't be pressed.
fn closed(reward: &Reward, points: &str) -> String {
    match Card::from(reward.clone()).standing(clock::now()) {
        Standing::SoldOut => t(key::REWARDS_SOLDOUT).into(),
        Standing::Over => t(key::REWARDS_OVER).into(),
        Standing::Soon(from) => fill(key::REASON_NOT_IN_WINDOW, &[("date", &words::day_time(from))]),
        Standing::Short(missing) => {
            fill(key::REASON_INSUFFICIENT_POINTS, &[("n", &group(missing)), ("points", points)])
        }
        Standing::Limit => t(key::REWARDS_LIMIT_REACHED).into(),
        Standing::Tier => t(key::REWARDS_TIER_SHORT).into(),
        Standing::Ready | Standing::Closed => t(key::REWARDS_UNAVAILABLE).into(),
    }
}

fn foot(screen: Screen, reward: &Reward) -> AnyView {
    let (cost, ready) = (reward.cost_points, reward.is_eligible());
    let points = screen.portal.points_name();
    let (money, closed) = (reward.cost_money.clone(), closed(reward, &points));
    let pending = move || screen.unsettled.with(Option::is_some);
    let label = move || {
        if pending() {
            return t(key::REDEEM_UNKNOWN_CHECK).to_string();
        }
        if !ready {
            return closed.clone();
        }
        let quantity = screen.quantity.get();
        let cost = group(cost.saturating_mul(quantity));
        match &money {
            Some((minor, currency)) if *minor > 0 => {
                let money = words::money(minor.saturating_mul(quantity), currency);
                fill(key::REWARD_REDEEM_MONEY, &[("n", &cost), ("points", &points), ("money", &money)])
            }
            _ => fill(key::REWARD_REDEEM, &[("n", &cost), ("points", &points)]),
        }
    };
    let reward = StoredValue::new(reward.clone());
    let press = move |_| {
        if screen.order.with_untracked(Option::is_some) {
            return;
        }
        if let Some(reward) = reward.try_get_value() {
            open(screen, reward);
        }
    };
    view! {
        <div class="foot">
            <button
                type="button"
                id="redeem"
                class="btn"
                aria-haspopup="dialog"
                disabled=move || !ready && !pending()
                on:click=press
            >
                {label}
            </button>
        </div>
    }
    .built()
}

fn open(screen: Screen, reward: Reward) {
    let unsettled = screen.unsettled.get_untracked();
    let store_id = screen.store.get_untracked().filter(|id| reward.store_ids.contains(id));
    // Where the stores can't be read, the voucher is simply good at every store that takes part.
    let offered = untrack(|| screen.stores.known())
        .is_some_and(|stores| stores.iter().any(|store| reward.store_ids.contains(&store.id)));
    if unsettled.is_none() && offered && store_id.is_none() {
        screen.store_missing.set(true);
        dom::focus("#store");
        return;
    }
    let quantity = screen.quantity.get_untracked();
    let ordered = unsettled.map_or_else(|| store_id.clone(), |one| one.order().store_id);
    let named = |stores: Vec<Store>| {
        stores.into_iter().find(|store| Some(&store.id) == ordered.as_ref()).map(|store| store.name)
    };
    let store = untrack(|| screen.stores.known()).and_then(named);
    screen.order.set(Some(Wish { reward, quantity, store_id, store, open: unsettled }));
}

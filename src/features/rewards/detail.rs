//! One reward: what it is, what it costs, why it can't be had yet, and the way to redeem it.

use crate::api::{client, endpoint, wire};
use crate::domain::number::group;
use crate::domain::programme::Store;
use crate::domain::reward::Reward;
use crate::domain::route::{CatalogueFilter, Route};
use crate::features::rewards::confirm;
use crate::features::rewards::facts::{cost, facts, money};
use crate::features::rewards::reasons;
use crate::features::rewards::redeem::Order;
use crate::i18n::{fill, key, t};
use crate::parts::failure::retry_button;
use crate::parts::frame::page_head;
use crate::parts::remote::remote;
use crate::parts::reward_card::first_picture;
use crate::platform::dom;
use crate::state::intents::{self, Intent};
use crate::state::{Portal, Query, Slot, look, portal};
use crate::ui::{bone, icon, icon_small};
use leptos::prelude::*;

/// The screen's state.
#[derive(Clone, Copy)]
struct Screen {
    portal: Portal,
    reward: Query<Reward>,
    stores: Query<Vec<Store>>,
    quantity: RwSignal<i64>,
    store: RwSignal<Option<String>>,
    store_missing: RwSignal<bool>,
    /// An earlier attempt at this reward of which nobody knows what became.
    unsettled: RwSignal<Option<Intent>>,
    /// What is being confirmed in the sheet.
    order: RwSignal<Option<Order>>,
}

/// The screen.
pub fn page(id: String) -> AnyView {
    let portal = portal();
    let wanted = id.clone();
    let reward = Query::new(move || {
        let id = wanted.clone();
        async move { client::get(endpoint::reward(&id)).await?.decode(wire::catalogue::reward) }
    });
    let stores = Query::idle(|| async {
        let reply = client::get(endpoint::stores()).await?;
        Ok(reply.decode(|node| wire::page(node, wire::account::store))?.data)
    });
    let screen = Screen {
        portal,
        reward,
        stores,
        quantity: RwSignal::new(1),
        store: RwSignal::new(None),
        store_missing: RwSignal::new(false),
        unsettled: RwSignal::new(None),
        order: RwSignal::new(None),
    };
    let head = page_head(t(key::REWARDS_TITLE), Route::Rewards(CatalogueFilter::default()), ().into_any());
    let member = Memo::new(move |_| portal.overview.known().map(|overview| overview.member.id));
    Effect::new(move |_| {
        // Read again when the sheet closes: by then it may be settled.
        let open = screen.order.with(Option::is_some);
        if let Some(member) = member.get().filter(|_| !open) {
            let found = intents::open(&member).into_iter().find(|intent| intent.reward_id == id);
            screen.unsettled.set(found);
        }
    });
    Effect::new(move |_| {
        if let Some(reward) = reward.known() {
            look::set_title(portal, &reward.title);
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
    .into_any()
}

fn bones() -> AnyView {
    view! {
        <span class="shelf shelf--hero"></span>
        <div class="mt-4">{bone("h", 8)}{bone("t", 10)}{bone("n", 6)}</div>
        <div class="mt-5">{bone("t", 10)}{bone("t", 8)}{bone("t", 10)}</div>
    }
    .into_any()
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
    let money = money(reward).map(|money| {
        view! {
            <p class="note">
                {icon_small("info")} <span>{fill(key::REWARD_MONEY_NOTE, &[("money", &money)])}</span>
            </p>
        }
    });
    let description = reward.description.clone();
    view! {
        <span class="shelf shelf--hero">{first_picture(reward.images.first())}</span>
        <h2 class="title--xl mt-4">{reward.title.clone()}</h2>
        <p class="muted">{reward.subtitle.clone()}</p>
        {cost(reward)}
        {(!description.is_empty()).then(|| view! { <p>{description}</p> })}
        {pending}
        {reasons::notes(reward)}
        {money}
        {choices(screen, reward)}
        {facts(reward)}
    }
    .into_any()
}

fn can_redeem(reward: &Reward) -> bool {
    reward.is_eligible() && money(reward).is_none()
}

fn choices(screen: Screen, reward: &Reward) -> AnyView {
    if !can_redeem(reward) {
        return ().into_any();
    }
    let some_stores = !reward.store_ids.is_empty() && screen.portal.has("stores");
    let stores = some_stores.then(|| store_choice(screen, reward.store_ids.clone()));
    view! {
        {quantity(screen, reward.clone())}
        {stores}
    }
    .into_any()
}

fn most(screen: Screen, reward: &Reward) -> i64 {
    reward.most(screen.portal.overview.known().map(|overview| overview.points.available))
}

fn quantity(screen: Screen, reward: Reward) -> AnyView {
    let most = Memo::new(move |_| most(screen, &reward));
    let count = screen.quantity;
    Effect::new(move |_| {
        let most = most.get();
        if count.get_untracked() > most {
            count.set(most);
        }
    });
    let step = move |by: i64| count.update(|count| *count = (*count + by).clamp(1, most.get_untracked()));
    let stepper = move || {
        (most.get() > 1).then(|| {
            view! {
                <div class="row row--between mt-4">
                    <span>{t(key::REWARD_QUANTITY)}</span>
                    <div class="stepper" role="group" aria-label=t(key::REWARD_QUANTITY)>
                        <button
                            type="button"
                            aria-label=t(key::REWARD_LESS)
                            aria-disabled=move || (count.get() <= 1).then_some("true")
                            on:click=move |_| step(-1)
                        >
                            "−"
                        </button>
                        <output class="num">{move || count.get()}</output>
                        <button
                            type="button"
                            aria-label=t(key::REWARD_PLUS)
                            aria-disabled=move || (count.get() >= most.get()).then_some("true")
                            on:click=move |_| step(1)
                        >
                            {icon("plus")}
                        </button>
                    </div>
                </div>
            }
        })
    };
    stepper.into_any()
}

/// Where it is picked up, when that is only at some stores.
fn store_choice(screen: Screen, ids: Vec<String>) -> AnyView {
    if screen.stores.is_waiting() {
        screen.stores.load();
    }
    let choice = move || match screen.stores.slot() {
        Slot::Waiting => view! { <div class="mt-4">{bone("t", 10)}</div> }.into_any(),
        Slot::Failed(error, None) => {
            let retry = retry_button(error.retry_after(), move || screen.stores.load());
            view! {
                <p class="s muted mt-4">{crate::parts::failure::line(&error)}</p>
                {retry}
            }
            .into_any()
        }
        Slot::Ready(stores, ..) | Slot::Failed(_, Some((stores, _))) => {
            let stores = stores.into_iter().filter(|store| ids.contains(&store.id)).collect();
            store_select(screen, stores)
        }
    };
    choice.into_any()
}

fn store_select(screen: Screen, stores: Vec<Store>) -> AnyView {
    let only = Some(&stores).filter(|stores| stores.len() == 1).and_then(|stores| stores.first());
    let chosen = screen.store.get_untracked().filter(|id| stores.iter().any(|store| store.id == *id));
    let chosen = chosen.or_else(|| only.map(|store| store.id.clone()));
    if chosen != screen.store.get_untracked() {
        screen.store.set(chosen.clone());
    }
    let option = |store: &Store| {
        let selected = chosen.as_deref() == Some(store.id.as_str());
        view! {
            <option value=store.id.clone() selected=selected>
                {store.name.clone()}
            </option>
        }
    };
    let choose = move |id: String| {
        screen.store.set(Some(id).filter(|id| !id.is_empty()));
        screen.store_missing.set(false);
    };
    view! {
        <label class="field mt-4">
            <span>{t(key::REWARD_STORE)}</span>
            <select
                id="store"
                aria-describedby="store-fault"
                aria-invalid=move || screen.store_missing.get().then_some("true")
                on:change:target=move |event| choose(event.target().value())
            >
                <option value="" selected=chosen.is_none()>
                    {t(key::REWARD_STORE_CHOOSE)}
                </option>
                {stores.iter().map(option).collect_view()}
            </select>
        </label>
        <p id="store-fault" class="err" role="alert">
            {move || screen.store_missing.get().then(|| t(key::REWARD_STORE_FIRST))}
        </p>
    }
    .into_any()
}

fn foot(screen: Screen, reward: &Reward) -> AnyView {
    let (cost, ready) = (reward.cost_points, can_redeem(reward));
    let points = screen.portal.points_name();
    let pending = move || screen.unsettled.with(Option::is_some);
    let label = move || {
        if pending() {
            return t(key::REDEEM_UNKNOWN_CHECK).to_string();
        }
        let cost = cost.saturating_mul(screen.quantity.get());
        fill(key::REWARD_REDEEM, &[("n", &group(cost)), ("points", &points)])
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
    .into_any()
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
    screen.order.set(Some(Order { reward, quantity: screen.quantity.get_untracked(), store_id, unsettled }));
}

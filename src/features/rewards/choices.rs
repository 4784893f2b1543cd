//! What the member chooses before redeeming: how many, and where.

use crate::domain::channel::Channel;
use crate::domain::programme::Store;
use crate::domain::reward::Reward;
use crate::features::rewards::detail::Screen;
use crate::i18n::{key, t};
use crate::parts::failure::{line, retry_button};
use crate::parts::symbols::symbol;
use crate::platform::storage;
use crate::state::{Portal, Slot};
use crate::ui::bone;
use leptos::prelude::*;

const STORE: &str = "portal.member.store.";

/// Where the member's store is kept; nowhere on a device that others use too.
fn store_name(portal: Portal) -> Option<String> {
    let member = portal.overview.peek().filter(|_| portal.channel != Channel::Kiosk)?.member.id;
    let mut name = String::from(STORE);
    name.push_str(&member);
    Some(name)
}

/// Keeps the store that the member chose, for the next time.
pub(super) fn remember_store(portal: Portal, id: &str) {
    if let Some(name) = store_name(portal) {
        storage::write(&name, id);
    }
}

/// Quantity and store, for a reward that can be redeemed.
pub(super) fn choices(screen: Screen, reward: &Reward) -> AnyView {
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
                            {symbol("plus")}
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
    if screen.stores.is_idle() {
        screen.stores.load();
    }
    let choice = move || match screen.stores.slot() {
        Slot::Waiting => view! { <div class="mt-4">{bone("t", 10)}</div> }.into_any(),
        Slot::Failed(error, None) => {
            let retry = retry_button(error.retry_after(), move || screen.stores.load());
            view! {
                <p class="s muted mt-4">{line(&error)}</p>
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
    let known = |id: &String| stores.iter().any(|store| store.id == *id);
    let chosen = screen.store.get_untracked().filter(known).or_else(|| only.map(|store| store.id.clone()));
    let chosen = chosen.or_else(|| screen.portal.store_here.get_untracked().filter(known));
    let chosen = chosen.or_else(|| storage::read(&store_name(screen.portal)?).filter(known));
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
        if !id.is_empty() {
            remember_store(screen.portal, &id);
        }
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

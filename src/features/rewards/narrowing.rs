//! The sheet in which the list is narrowed to a tier and a store; what is chosen stands in the address at once.

use crate::domain::number::group;
use crate::domain::programme::Store;
use crate::features::rewards::{Catalogue, choices};
use crate::i18n::{fill, key, t};
use crate::parts::failure::{line, retry_button};
use crate::parts::sheet::sheet;
use crate::state::Query;
use crate::ui::{bone, icon, live};
use leptos::prelude::*;

/// The sheet.
pub(super) fn view(catalogue: Catalogue) -> AnyView {
    if catalogue.tiers.is_idle() {
        catalogue.tiers.load();
    }
    let has_stores = catalogue.portal.has("stores");
    if has_stores && catalogue.stores.is_idle() {
        catalogue.stores.load();
    }
    let close = move || catalogue.narrowing.set(false);
    let on = move || catalogue.filter.with(|filter| filter.tier.is_some() || filter.store.is_some());
    let reset = move |_| {
        catalogue.narrow(|filter| (filter.tier, filter.store) = (None, None));
    };
    let found = move || {
        if catalogue.is_old() || !catalogue.shelf.is_known() {
            return t(key::REWARDS_FILTER_BUSY).to_string();
        }
        match catalogue.extent.with(|extent| extent.total) {
            Some(0) => t(key::REWARDS_FILTER_NONE).into(),
            Some(total) => fill(key::REWARDS_FILTER_SHOW, &[("n", &group(total))]),
            None => t(key::ACTION_DONE).into(),
        }
    };
    let stores = has_stores.then(|| {
        waiting(
            catalogue.stores,
            live(move || catalogue.stores.known().map(|all| store(catalogue, &all)).into_any()),
        )
    });
    let body = view! {
        <div class="row sheet__top">
            <h2 id="sheet-title" class="title--xl grow">
                {t(key::REWARDS_FILTER_TITLE)}
            </h2>
            <button type="button" class="icbtn" aria-label=t(key::ACTION_CLOSE) on:click=move |_| close()>
                {icon("close")}
            </button>
        </div>
        {waiting(catalogue.tiers, live(move || catalogue.tiers.known().map(|all| tiers(catalogue, all)).into_any()))}
        {stores}
        <div class="row mt-5">
            <button
                type="button"
                class="btn q grow"
                aria-disabled=move || (!on()).then_some("true")
                on:click=reset
            >
                {t(key::REWARDS_FILTER_RESET)}
            </button>
            <button type="button" class="btn grow" aria-live="polite" on:click=move |_| close()>
                {found}
            </button>
        </div>
    }
    .into_any();
    sheet("#narrow", Callback::new(move |()| close()), body)
}

/// Something to choose from, or that it is on its way, or why it isn't there.
fn waiting<T: Clone + PartialEq + Send + Sync + 'static>(query: Query<T>, known: AnyView) -> AnyView {
    let status = query.status();
    let other = live(move || {
        let status = status.get();
        match status.fault {
            Some(error) if status.known_at.is_none() => {
                let retry = retry_button(error.retry_after(), move || query.load());
                view! {
                    <p class="s muted mt-4">{line(&error)}</p>
                    {retry}
                }
                .into_any()
            }
            None if status.known_at.is_none() => view! { <div class="mt-4">{bone("t", 10)}</div> }.into_any(),
            _ => ().into_any(),
        }
    });
    view! {
        {other}
        {known}
    }
    .into_any()
}

fn tiers(catalogue: Catalogue, all: Vec<(String, String)>) -> AnyView {
    let chip = move |id: Option<String>, name: String| {
        let mine = id.clone();
        let pressed =
            move || if catalogue.filter.with(|filter| filter.tier == mine) { "true" } else { "false" };
        view! {
            <button
                type="button"
                class="chip"
                aria-pressed=pressed
                on:click=move |_| catalogue.narrow(|filter| filter.tier.clone_from(&id))
            >
                {name}
            </button>
        }
        .into_any()
    };
    let any = chip(None, t(key::REWARDS_FILTER_ANY_TIER).into());
    let some = all.into_iter().map(|(id, name)| chip(Some(id), name)).collect_view();
    view! {
        <h3 id="by-tier" class="fhead">
            {t(key::REWARDS_FILTER_TIER)}
        </h3>
        <div class="chips chips--wrap" role="group" aria-labelledby="by-tier">
            {any}
            {some}
        </div>
    }
    .into_any()
}

fn store(catalogue: Catalogue, all: &[Store]) -> AnyView {
    let option = move |store: &Store| {
        let (id, mine) = (store.id.clone(), store.id.clone());
        let chosen = move || catalogue.filter.with(|filter| filter.store.as_ref() == Some(&mine));
        view! {
            <option value=id prop:selected=chosen>
                {store.name.clone()}
            </option>
        }
    };
    let choose = move |id: String| {
        let id = Some(id).filter(|id| !id.is_empty());
        if let Some(id) = &id {
            choices::remember_store(catalogue.portal, id);
        }
        catalogue.narrow(|filter| filter.store = id);
    };
    view! {
        <label class="field mt-5">
            <span class="fhead">{t(key::REWARDS_FILTER_STORE)}</span>
            <select on:change:target=move |event| choose(event.target().value())>
                <option value="" prop:selected=move || catalogue.filter.with(|filter| filter.store.is_none())>
                    {t(key::REWARDS_FILTER_ANY_STORE)}
                </option>
                {all.iter().map(option).collect_view()}
            </select>
        </label>
    }
    .into_any()
}

//! Search, order and chips.

use crate::domain::number::group;
use crate::domain::reward::Category;
use crate::domain::route::{CatalogueFilter, Sort};
use crate::features::rewards::Catalogue;
use crate::i18n::{fill, key, t};
use crate::parts::symbols::symbol;
use crate::platform::timer;
use crate::state::stay::{self, Moment};
use crate::ui::icon_small;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Nothing is asked while the member still types.
const PAUSE_MS: i32 = 300;

/// Search and order.
pub(super) fn toolbar(catalogue: Catalogue) -> AnyView {
    view! {
        <div class="row toolbar">{search(catalogue)} {order(catalogue)} {narrowing(catalogue)}</div>
    }
    .into_any()
}

/// Opens the sheet with tier and store, and says how many of them are on.
fn narrowing(catalogue: Catalogue) -> AnyView {
    let on = Memo::new(move |_| {
        catalogue
            .filter
            .with(|filter| usize::from(filter.tier.is_some()) + usize::from(filter.store.is_some()))
    });
    let label = move || match on.get() {
        0 => t(key::REWARDS_FILTERS).to_string(),
        count => fill(key::REWARDS_FILTERS_ON, &[("n", &count.to_string())]),
    };
    let badge = move || (on.get() > 0).then(|| view! { <b class="num badge">{on.get()}</b> });
    view! {
        <button
            type="button"
            id="narrow"
            class="icbtn icbtn--box"
            aria-haspopup="dialog"
            aria-label=label
            on:click=move |_| catalogue.narrowing.set(true)
        >
            {symbol("filter")}
            {badge}
        </button>
    }
    .into_any()
}

fn search(catalogue: Catalogue) -> AnyView {
    let filter = catalogue.filter;
    let field = NodeRef::<html::Input>::new();
    let typed = StoredValue::new(filter.with_untracked(|filter| filter.query.clone()));
    let turn = StoredValue::new(0_u32);
    let composing = StoredValue::new(false);
    // What was typed last and not asked for yet is given up with the screen.
    let is_asked =
        move || typed.with_value(|text| text.trim() == filter.with_untracked(|filter| filter.query.clone()));
    stay::follow(move |moment| moment != Moment::Left || is_asked());
    let apply = move || {
        let _ = turn.try_update_value(|turn| *turn += 1);
        let Some(query) = typed.try_with_value(|text| text.trim().to_string()) else { return };
        if filter.try_with_untracked(|filter| filter.query != query) == Some(true) {
            catalogue.narrow(|filter| filter.query = query);
        }
    };
    let wait = move || {
        let Some(mine) = turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        }) else {
            return;
        };
        spawn_local(async move {
            timer::sleep(PAUSE_MS).await;
            if turn.try_get_value() == Some(mine) && composing.try_get_value() == Some(false) {
                apply();
            }
        });
    };
    // The field follows the address when that changes by another way than typing: back, or "see everything".
    Effect::new(move |_| {
        let query = filter.with(|filter| filter.query.clone());
        if typed.with_value(|text| text.trim() != query) {
            if let Some(field) = field.get_untracked() {
                field.set_value(&query);
            }
            typed.set_value(query);
        }
    });
    view! {
        <label class="search grow">
            {icon_small("search")} <span class="vh">{t(key::REWARDS_SEARCH)}</span>
            <input
                type="search"
                name="q"
                maxlength="60"
                autocomplete="off"
                enterkeyhint="search"
                placeholder=t(key::REWARDS_SEARCH)
                value=typed.get_value()
                node_ref=field
                on:compositionstart=move |_| composing.set_value(true)
                on:compositionend=move |_| {
                    composing.set_value(false);
                    wait();
                }
                on:input:target=move |event| {
                    typed.set_value(event.target().value());
                    wait();
                }
                on:change=move |_| apply()
            />
        </label>
    }
    .into_any()
}

fn order(catalogue: Catalogue) -> AnyView {
    let option = move |sort: Sort| {
        let word = match sort {
            Sort::Recommended => key::REWARDS_SORT_RECOMMENDED,
            Sort::CostAsc => key::REWARDS_SORT_COST_ASC,
            Sort::CostDesc => key::REWARDS_SORT_COST_DESC,
            Sort::Newest => key::REWARDS_SORT_NEWEST,
        };
        view! {
            <option
                value=sort.name()
                prop:selected=move || catalogue.filter.with(|filter| filter.sort == sort)
            >
                {t(word)}
            </option>
        }
    };
    let choose = move |word: String| {
        let sort = Sort::ALL.into_iter().find(|sort| sort.name() == word).unwrap_or_default();
        catalogue.narrow(|filter| filter.sort = sort);
    };
    view! {
        <span class="icbtn icbtn--box">
            {symbol("sort")}
            <select
                class="select"
                aria-label=t(key::REWARDS_SORT)
                on:change:target=move |event| choose(event.target().value())
            >
                {Sort::ALL.map(option).collect_view()}
            </select>
        </span>
    }
    .into_any()
}

/// Everything, what the member can redeem, and each category; with how many there are.
pub(super) fn chips(catalogue: Catalogue) -> AnyView {
    let all = move || {
        let filter = catalogue.filter.get();
        let known = catalogue.categories.known();
        // The counts are those of the whole catalogue.
        let plain = CatalogueFilter { category: None, affordable: false, ..CatalogueFilter::clone(&filter) };
        let counts = !plain.is_narrow();
        let may_come = catalogue.categories.status().with(|status| status.fault.is_none());
        let sum = |count: fn(&Category) -> i64| match &known {
            _ if !counts => Count::Untold,
            Some(list) => Count::Known(list.iter().map(count).sum()),
            None if may_come => Count::ToCome,
            None => Count::Untold,
        };
        let mut chips = Vec::new();
        let whole = filter.category.is_none() && !filter.affordable && !filter.favourites;
        chips.push(chip(t(key::REWARDS_ALL), sum(|one| one.count), whole, move || {
            catalogue.narrow(show_all);
        }));
        chips.push(chip(
            t(key::REWARDS_AFFORDABLE),
            sum(|one| one.affordable),
            filter.affordable,
            move || {
                catalogue.narrow(|filter| filter.affordable = !filter.affordable);
            },
        ));
        if catalogue.portal.has("favourites") {
            chips.push(chip(t(key::REWARDS_FAVOURITES), Count::Untold, filter.favourites, move || {
                catalogue.narrow(|filter| filter.favourites = !filter.favourites);
            }));
        }
        for category in known.iter().flatten() {
            let id = category.id.clone();
            let pressed = filter.category.as_deref() == Some(id.as_str());
            let count = if filter.affordable { category.affordable } else { category.count };
            let count = if counts { Count::Known(count) } else { Count::Untold };
            chips.push(chip(&category.name, count, pressed, move || {
                let id = Some(id.clone()).filter(|_| !pressed);
                catalogue.narrow(|filter| filter.category = id);
            }));
        }
        chips
    };
    view! {
        <div class="chips" role="group" aria-label=t(key::REWARDS_FILTER)>
            {all}
        </div>
    }
    .into_any()
}

fn show_all(filter: &mut CatalogueFilter) {
    filter.category = None;
    filter.affordable = false;
    filter.favourites = false;
}

/// How many rewards a chip leaves.
#[derive(Clone, Copy)]
enum Count {
    /// Nobody knows it for what the list is narrowed to.
    Untold,
    /// It has its place, so that nothing moves when it is here.
    ToCome,
    Known(i64),
}

fn chip(name: &str, count: Count, pressed: bool, press: impl Fn() + 'static) -> AnyView {
    let name = name.to_string();
    let count = match count {
        Count::Untold => None,
        Count::ToCome => Some(String::new()),
        Count::Known(count) => Some(group(count)),
    };
    view! {
        <button
            type="button"
            class="chip"
            aria-pressed=if pressed { "true" } else { "false" }
            on:click=move |_| press()
        >
            {name}
            " "
            {count.map(|count| view! { <span class="num">{count}</span> })}
        </button>
    }
    .into_any()
}

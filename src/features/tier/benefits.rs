//! What the tier gives, whether it can be used now, and how.

use crate::domain::number::group;
use crate::domain::tier::{Benefit, TierStatus};
use crate::i18n::{fill, key, t};
use crate::parts::reward_card::picture;
use crate::parts::words;
use crate::ui::{Build, icon};
use leptos::prelude::*;

/// The section.
pub(super) fn section(status: &TierStatus) -> AnyView {
    let benefits = &status.benefits;
    let usable = benefits.iter().filter(|one| one.status == "available").count();
    let n = group(benefits.len() as i64);
    let count = match usable {
        _ if benefits.is_empty() => None,
        0 => Some(fill(key::TIER_BENEFITS, &[("n", &n)])),
        usable => Some(fill(key::TIER_BENEFITS_COUNT, &[("n", &n), ("m", &group(usable as i64))])),
    };
    let body = if benefits.is_empty() {
        view! { <p class="muted">{t(key::TIER_BENEFITS_NONE)}</p> }.built()
    } else {
        view! { <ul class="bens">{benefits.iter().map(row).collect_view()}</ul> }.built()
    };
    view! {
        <section class="sec">
            <div class="sec__h">
                <h2>{fill(key::TIER_MY_BENEFITS, &[("tier", &status.current.name)])}</h2>
                {count.map(|text| view! { <span class="s muted">{text}</span> })}
            </div>
            {body}
        </section>
    }
    .built()
}

fn row(benefit: &Benefit) -> AnyView {
    let usable = benefit.status == "available";
    let open = RwSignal::new(false);
    let how = benefit.how_to_use.clone();
    let button = (!how.is_empty()).then(|| how_button(&benefit.title, usable, open));
    let description = (!benefit.description.is_empty())
        .then(|| view! { <p class="s muted">{benefit.description.clone()}</p> });
    let how = move || open.get().then(|| view! { <p class="s mt-2">{how.clone()}</p> });
    view! {
        <li class=if usable { "ben on" } else { "ben" }>
            {mark(benefit)} <div>
                <p>
                    <b>{benefit.title.clone()}</b>
                </p>
                {description}
                {standing(benefit).map(|text| view! { <p class="s muted">{text}</p> })}
                {how}
            </div> {button}
        </li>
    }
    .built()
}

fn mark(benefit: &Benefit) -> AnyView {
    match &benefit.image {
        Some(image) => view! { <span class="shelf">{picture(Some(image))}</span> }.built(),
        None => view! { <span class="glyph glyph--l">{icon("gift")}</span> }.built(),
    }
}

/// Whether it can be used, in words.
fn standing(benefit: &Benefit) -> Option<String> {
    let word = match benefit.status.as_str() {
        "available" => match benefit.until {
            Some(until) => return Some(fill(key::TIER_BENEFIT_UNTIL, &[("date", &words::day(until))])),
            None => key::TIER_BENEFIT_AVAILABLE,
        },
        "used" => key::TIER_BENEFIT_USED,
        "automatic" => key::TIER_BENEFIT_AUTOMATIC,
        "upcoming" => key::TIER_BENEFIT_UPCOMING,
        _ => return None,
    };
    Some(t(word).into())
}

fn how_button(title: &str, usable: bool, open: RwSignal<bool>) -> AnyView {
    let mut label = String::from(t(key::TIER_BENEFIT_HOW));
    label.push_str(t(key::APP_JOIN));
    label.push_str(title);
    view! {
        <button
            type="button"
            class=if usable { "btn sm" } else { "linkbtn" }
            aria-label=label
            aria-expanded=move || if open.get() { "true" } else { "false" }
            on:click=move |_| open.update(|open| *open = !*open)
        >
            {t(key::TIER_BENEFIT_HOW)}
        </button>
    }
    .built()
}

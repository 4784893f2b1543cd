//! A survey that is offered about what just happened: a quiet card that can be declined.

use crate::api::wire::offers::{Occasion, SurveyOffer};
use crate::domain::number::group;
use crate::domain::route::Route;
use crate::i18n::{fill, key, t};
use crate::parts::reward_card::picture;
use crate::parts::words;
use crate::platform::{dom, timer};
use crate::state::offers::{self, Place};
use crate::state::{memo, nav, portal};
use crate::ui::{Build, live};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The card of a place while there is an offer for it; `place` is `None` as long as nothing is to be offered there.
pub fn offered(place: Memo<Option<Place>>) -> AnyView {
    let (portal, nav) = (portal(), nav::nav());
    if !portal.has("survey-offers") || !portal.has("surveys") {
        return ().into_any();
    }
    offers::follow(portal, nav, place);
    let offer = memo(move |_| {
        let place = place.get()?;
        Some((offers::shown(portal, nav, &place)?, place))
    });
    // Readers are only told of what changes in a place that was there before.
    view! {
        <div aria-live="polite">
            {live(move || match offer.get() {
                Some((offer, place)) => card(&offer, place),
                None => ().into_any(),
            })}
        </div>
    }
    .built()
}

/// What it is about.
fn about(offer: &SurveyOffer) -> Option<String> {
    let title = Some(offer.title.as_str()).filter(|title| !title.is_empty())?;
    Some(match (offer.occasion, &offer.store, offer.at) {
        (Occasion::Redemption, ..) => fill(key::OFFER_REDEMPTION, &[("title", title)]),
        (Occasion::Visit, Some(store), Some(at)) => {
            fill(key::OFFER_VISIT, &[("title", title), ("store", store), ("date", &words::day(at))])
        }
        _ => fill(key::OFFER_OTHER, &[("title", title)]),
    })
}

/// How long it takes, and what it earns.
fn worth(offer: &SurveyOffer) -> String {
    let survey = &offer.survey;
    let minutes = survey.minutes.max(1).to_string();
    let (worth, points) = (group(survey.reward_points), portal().points_name());
    match survey.reward_points {
        1.. => fill(key::OFFER_WORTH, &[("minutes", &minutes), ("n", &worth), ("points", &points)]),
        _ => fill(key::SURVEYS_MINUTES, &[("n", &minutes)]),
    }
}

fn card(offer: &SurveyOffer, place: Place) -> AnyView {
    let (portal, nav) = (portal(), nav::nav());
    let place = StoredValue::new(place);
    let close = move || {
        if let Some(place) = place.try_get_value() {
            offers::close(portal, nav, &place);
        }
    };
    let decline = move |_| {
        close();
        // The button that had the focus is gone.
        dom::focus("h1[tabindex]");
    };
    let answer = move |_| {
        let kept = place.get_value();
        spawn_local(async move {
            // The link has to be there until the browser or the app has followed it.
            timer::sleep(0).await;
            offers::close(portal, nav, &kept);
        });
    };
    let shelf = offer.survey.image.as_ref();
    let shelf = shelf.map(|image| view! { <span class="shelf shelf--m">{picture(Some(image))}</span> });
    let about = about(offer).map(|text| view! { <p class="s muted">{text}</p> });
    view! {
        <section class="panel asks" aria-labelledby="asks">
            <div class="row">
                {shelf} <div class="grow">
                    {about} <h2 id="asks">{offer.survey.title.clone()}</h2>
                    <p class="s muted">{worth(offer)}</p>
                </div>
            </div>
            <div class="asks__a">
                <button type="button" class="btn sm t" on:click=decline>
                    {t(key::OFFER_DECLINE)}
                </button>
                <a
                    class="btn sm"
                    href=Route::Survey(offer.survey.id.clone()).href()
                    on:click=answer
                >
                    {t(key::HOME_SURVEY_GO)}
                </a>
            </div>
        </section>
    }
    .built()
}

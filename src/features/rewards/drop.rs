//! A limited reward that opens at a time: counted down by the server's clock.

use crate::domain::date::Instant;
use crate::domain::number::group;
use crate::domain::reward::{Card, Stock, countdown};
use crate::domain::route::Route;
use crate::i18n::{fill, key, t};
use crate::parts::reward_card::first_picture;
use crate::parts::words;
use crate::platform::{clock, timer};
use crate::state::portal;
use crate::state::stay::{self, Moment};
use crate::ui::{Build, live};
use leptos::prelude::*;
use std::rc::Rc;

/// Milliseconds until `from`, every second; `opened` is called once it is there.
pub(super) fn left(from: Instant, opened: impl Fn() + 'static) -> RwSignal<i64> {
    let left = RwSignal::new(from.0 - clock::now().0);
    let tick = Rc::new(move || {
        let now = from.0 - clock::now().0;
        let before = left.try_get_untracked();
        if before.is_some_and(|before| before > 0 || now > 0) {
            let _ = left.try_set(now);
        }
        if now <= 0 && before.is_some_and(|before| before > 0) {
            opened();
        }
    });
    let begin = move || {
        let tick = tick.clone();
        timer::every(1000, move || tick())
    };
    let ticker = StoredValue::new_local(if portal().is_on_stage() { begin() } else { None });
    on_cleanup(move || drop(ticker.try_update_value(Option::take)));
    stay::follow(move |moment| {
        match moment {
            Moment::Left => ticker.set_value(None),
            Moment::Returns => {
                left.set(from.0 - clock::now().0);
                ticker.set_value(begin());
            }
            Moment::Seen => (),
        }
        true
    });
    left
}

/// Days, hours, minutes and seconds, while they can be counted.
pub(super) fn digits(left: RwSignal<i64>) -> AnyView {
    let two = |number: i64| {
        let mut text = number.to_string();
        if number < 10 {
            text.insert(0, '0');
        }
        text
    };
    live(move || {
        let parts = countdown(left.get()).map(|[hours, minutes, seconds]| {
            let (days, hours) = (hours / 24, hours % 24);
            let some = (days > 0).then(|| {
                let values = [("days", days), ("hours", hours), ("minutes", minutes)];
                let values = values.map(|(name, value)| (name, value.to_string()));
                let values = values.each_ref().map(|(name, text)| (*name, text.as_str()));
                fill(key::REWARDS_DROP_LEFT, &values)
            });
            let ahead = some.is_some().then(|| {
                let days = fill(key::REWARDS_DROP_DAYS, &[("n", &days.to_string())]);
                view! { <span class="drop__d">{days}</span> }
            });
            view! {
                <p class="num drop__cd" role="timer" aria-label=some>
                    {ahead}
                    <b>{two(hours)}</b>
                    ":"
                    <b>{two(minutes)}</b>
                    ":"
                    <b>{two(seconds)}</b>
                </p>
            }
        });
        parts.into_any()
    })
}

/// How many there are, in words.
fn stock(stock: Option<&Stock>) -> String {
    match stock {
        Some(Stock { remaining, total: Some(total) }) => {
            let values = [("total", group(*total)), ("n", group(*remaining))];
            fill(key::REWARDS_DROP_STOCK, &values.each_ref().map(|(name, text)| (*name, text.as_str())))
        }
        Some(stock) => fill(key::REWARDS_LEFT, &[("n", &group(stock.remaining))]),
        None => t(key::REWARDS_SOON).into(),
    }
}

/// The reward above the list.
pub(super) fn drop_card(card: &Card) -> AnyView {
    let Some(from) = card.from else { return ().into_any() };
    let left = left(from, || ());
    let opens = fill(key::REASON_NOT_IN_WINDOW, &[("date", &words::day_time(from))]);
    let is_open = Memo::new(move |_| left.get() <= 0);
    let words = move || if is_open.get() { t(key::REWARDS_OPEN_NOW).to_string() } else { opens.clone() };
    view! {
        <a class="drop" href=Route::Reward(card.id.clone()).href()>
            <div class="drop__t">
                <p class="s">{stock(card.stock.as_ref())}</p>
                <h2>{card.title.clone()}</h2>
                {digits(left)}
                <p class="s">{words}</p>
            </div>
            <span class="drop__p">{first_picture(card.image.as_ref())}</span>
        </a>
    }
    .built()
}

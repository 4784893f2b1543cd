//! What a redemption would cost, as an equation, and the one button.

use crate::domain::number::group;
use crate::domain::redeeming::Step;
use crate::domain::redemption::{BucketUse, PayAt, Preview};
use crate::features::rewards::confirm::{Flow, not_charged};
use crate::i18n::{fill, key, t};
use crate::parts::words;
use crate::state::portal;
use crate::ui::{icon_small, live, num};
use leptos::prelude::*;

pub(super) fn quote(flow: Flow) -> AnyView {
    let known = flow
        .run
        .course
        .with_untracked(|course| course.preview().cloned().map(|one| (one, course.has_changed())));
    let Some((preview, changed)) = known else { return ().into_any() };
    let points = flow.points();
    let cost = group(preview.cost_points);
    let values = [("n", cost.as_str()), ("points", points.as_str())];
    let news = changed.then(|| {
        let mut words = fill(key::REASON_PRICE_CHANGED, &values);
        words.push_str(t(key::APP_STOP));
        words.push_str(&not_charged(flow));
        view! {
            <p class="note note--warn" role="alert">
                {icon_small("shield")}
                <span>{words}</span>
            </p>
        }
    });
    let amount = preview.cost_money.as_ref().filter(|(minor, _)| *minor > 0);
    let amount = amount.map(|(minor, currency)| words::money(*minor, currency));
    let label = match &amount {
        Some(money) => {
            let word = if changed { key::REDEEM_ACCEPT_PRICE_MONEY } else { key::REWARD_REDEEM_MONEY };
            fill(word, &[("n", &cost), ("points", &points), ("money", money)])
        }
        None => fill(if changed { key::REDEEM_ACCEPT_PRICE } else { key::REWARD_REDEEM }, &values),
    };
    let cancel = preview.cancellable_until.map(|until| {
        let date = words::day_time(until);
        view! { <p class="s muted mt-3">{fill(key::REDEEM_CANCEL_UNTIL, &[("date", &date), ("points", &points)])}</p> }
    });
    let money = amount.as_ref().zip(preview.pay_at).map(|(money, at)| {
        let words = match at {
            PayAt::Online => key::REDEEM_PAY_ONLINE,
            PayAt::Store => key::REDEEM_PAY_STORE,
        };
        view! { <p class="note">{icon_small("info")} <span>{fill(words, &[("money", money)])}</span></p> }
    });
    let note = fill(key::REDEEM_SAFE, &[("points", &points)]);
    view! {
        {news}
        {equation(&preview, amount)}
        {money}
        {buckets(&preview)}
        {cancel}
        <div class="sheet__end">
            {order_button(flow, label, move || flow.run.agree())}
            <p class="s muted sheet__note">{note}</p>
        </div>
    }
    .into_any()
}

/// The one button; while an answer is awaited it says so, and the course takes no second tap.
pub(super) fn order_button(flow: Flow, label: String, press: impl Fn() + 'static) -> AnyView {
    let portal = portal();
    // What can't wait is not begun without a network.
    let cut_off = move || !portal.channel.can_wait() && !portal.online.get();
    let step = Memo::new(move |_| flow.run.course.with(|course| course.step()));
    let busy = move || matches!(step.get(), Step::Keeping | Step::Sending | Step::Checking);
    let words = move || {
        let wait = busy().then(|| view! { <span class="btn__busy"></span> });
        let words = if step.get() == Step::Sending { t(key::REDEEM_BUSY).into() } else { label.clone() };
        view! {
            {wait}
            {words}
        }
    };
    let press = move |_| {
        if !portal.channel.can_wait() && !portal.online.get_untracked() {
            return;
        }
        press();
    };
    view! {
        {live(move || {
            let note = cut_off().then(|| {
                view! {
                    <p class="note note--warn mt-3" role="status">
                        {icon_small("offline")}
                        <span>{t(key::KIOSK_OFFLINE)}</span>
                    </p>
                }
            });
            note.into_any()
        })}
        <button
            type="button"
            class="btn mt-4"
            aria-disabled=move || (busy() || cut_off()).then_some("true")
            aria-busy=move || busy().then_some("true")
            on:click=press
        >
            {words}
        </button>
    }
    .into_any()
}

fn equation(preview: &Preview, money: Option<String>) -> AnyView {
    let money = money.map(|money| {
        view! { <span class="eq__m">{fill(key::REWARD_PLUS_MONEY, &[("money", &money)])}</span> }
    });
    let part = |value: i64, result: bool, word: &'static str, money: Option<AnyView>| {
        view! {
            <div>
                <span class=if result { "num bi" } else { "num" }>{group(value)}</span>
                <span class="s muted">{word}</span>
                {money}
            </div>
        }
    };
    view! {
        <div class="eq">
            {part(preview.balance_before, false, t(key::REDEEM_BEFORE), None)} <i>"−"</i>
            {part(preview.cost_points, false, t(key::REDEEM_COST), money.map(IntoAny::into_any))} <i>"="</i>
            {part(preview.balance_after, true, t(key::REDEEM_AFTER), None)}
        </div>
    }
    .into_any()
}

/// So many buckets are shown at once; the button has to be in sight.
const FEW: usize = 3;

fn buckets(preview: &Preview) -> AnyView {
    if preview.buckets_used.is_empty() {
        return ().into_any();
    }
    let count = preview.buckets_used.len();
    // One more takes no more room than the word about it.
    let few = if count > FEW + 1 { FEW } else { count };
    let open = RwSignal::new(false);
    let row = |(place, used): (usize, &BucketUse)| {
        let name = used.expires_at.map_or_else(|| t(key::POINTS_NEVER).to_string(), words::day);
        let rest = used.remaining.map(|left| match left {
            0 => t(key::REDEEM_ALL_USED).to_string(),
            left => fill(key::REDEEM_REMAINING, &[("n", &group(left))]),
        });
        let hidden = move || place >= few && !open.get();
        let mut width = used.percent().to_string();
        width.push('%');
        view! {
            <li class="use" hidden=hidden>
                <span>{name}</span>
                <span class="meter">
                    <i style=("--v", width)></i>
                </span>
                <span>{num(used.amount)} " " <span class="muted s">{rest}</span></span>
            </li>
        }
    };
    let more = (count > few).then(|| {
        let others = i64::try_from(count - few).unwrap_or_default();
        view! {
            <button
                type="button"
                class="uses__more"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {fill(key::REDEEM_BUCKETS_MORE, &[("n", &group(others))])}
                {icon_small("right")}
            </button>
        }
    });
    view! {
        <div class="well">
            <h3>{t(key::REDEEM_BUCKETS)}</h3>
            <ul class="uses">{preview.buckets_used.iter().enumerate().map(row).collect_view()}</ul>
            {more}
        </div>
    }
    .into_any()
}

//! The tickets: vouchers and coupons in one list.

use crate::api::wire::Page;
use crate::domain::number::group;
use crate::domain::redemption::{Coupon, Redemption, Status};
use crate::domain::route::{CatalogueFilter, Route};
use crate::domain::wallet::{Shelf, Ticket, tickets};
use crate::features::wallet::{Coupons, Further, Wallet, face, history};
use crate::i18n::{fill, key, t};
use crate::parts::coupon::{condition, deadline, figure};
use crate::parts::failure::line;
use crate::parts::remote::remote;
use crate::parts::reward_card::picture;
use crate::parts::words;
use crate::platform::{clock, dom};
use crate::state::{Slot, portal, session};
use crate::ui::{Build, Notice, bone, icon_small, live, loading, notice};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The list of one half.
pub(super) fn list(wallet: Wallet, past: Memo<bool>) -> AnyView {
    remote(wallet.vouchers, bones, move |first| shelf(wallet, past, first))
}

fn bones() -> AnyView {
    let ticket = || {
        view! {
            <li class="tkt">
                <div>
                    <span class="tkt__s"></span>
                    <span class="tkt__b">{bone("t", 6)}{bone("s", 8)}{bone("s", 5)}</span>
                </div>
            </li>
        }
        .built()
    };
    view! { <ul class="tkts">{ticket()}{ticket()}{ticket()}</ul> }.built()
}

fn shelf(wallet: Wallet, past: Memo<bool>, first: Page<Redemption>) -> AnyView {
    let first = StoredValue::new(first);
    let coupons: Memo<Option<Coupons>> = Memo::new(move |_| wallet.coupons());
    let body = live(move || {
        let Some((coupons, _)) = coupons.get() else { return loading(bones()) };
        first.with_value(|first| {
            if past.get() {
                let (further, next) = wallet.after(first);
                let vouchers: Vec<Redemption> = first.data.iter().cloned().chain(further).collect();
                return used(&vouchers, &coupons, next.is_some());
            }
            let older = wallet.open.slot();
            let waiting = first.next_cursor.is_some() && older == Slot::Waiting;
            let older = match older {
                Slot::Ready(list, ..) | Slot::Failed(_, Some((list, _))) => list,
                _ => Vec::new(),
            };
            let vouchers: Vec<Redemption> = first.data.iter().cloned().chain(older).collect();
            open(&vouchers, &coupons, waiting)
        })
    });
    let missing = live(move || {
        let coupons = coupons.get().is_some_and(|(_, error)| error.is_some());
        let older = matches!(wallet.open.slot(), Slot::Failed(..));
        (coupons || older).then(|| missing(wallet, coupons)).into_any()
    });
    view! {
        {body}
        {missing}
        {more(wallet, past, first)}
    }
    .built()
}

/// What waits, with what is safe, above what can be used.
fn open(vouchers: &[Redemption], coupons: &[Coupon], unfinished: bool) -> AnyView {
    let now = clock::now();
    let pending = tickets(vouchers, coupons, Shelf::Pending, now);
    let usable = tickets(vouchers, coupons, Shelf::Usable, now);
    let nothing = pending.is_empty() && usable.is_empty();
    let waits = (!pending.is_empty()).then(|| {
        view! {
            <section class="waits" aria-labelledby="waits">
                <div class="sec__h">
                    <h2 id="waits">{t(key::WALLET_WAITING)}</h2>
                    <span class="s muted">{fill(key::WALLET_OFFERS_COUNT, &[("n", &group(pending.len() as i64))])}</span>
                </div>
                {list_of(&pending, false)}
            </section>
        }
    });
    let ready = match (nothing, unfinished) {
        (_, true) => loading(bones()),
        (true, false) => empty(false),
        (false, false) => list_of(&usable, false),
    };
    view! {
        {waits}
        {ready}
    }
    .built()
}

fn used(vouchers: &[Redemption], coupons: &[Coupon], unfinished: bool) -> AnyView {
    let list = tickets(vouchers, coupons, Shelf::Past, clock::now());
    match (list.is_empty(), unfinished) {
        (true, false) => empty(true),
        (true, true) => ().into_any(),
        _ => list_of(&list, true),
    }
}

fn list_of(list: &[Ticket], past: bool) -> AnyView {
    if list.is_empty() {
        return ().into_any();
    }
    let items = list.iter().map(|one| ticket(one, past)).collect_view();
    view! { <ul class="tkts">{items}</ul> }.built()
}

fn empty(past: bool) -> AnyView {
    let points = portal().points_name();
    let (title, text) = if past {
        (t(key::WALLET_EMPTY_PAST), t(key::WALLET_EMPTY_PAST_TEXT).into())
    } else {
        (t(key::WALLET_EMPTY), fill(key::WALLET_EMPTY_TEXT, &[("points", &points)]))
    };
    let action = view! {
        <a class="btn q" href=Route::Rewards(CatalogueFilter::default()).href()>
            {t(key::WALLET_EMPTY_GO)}
        </a>
    }
    .built();
    notice(Notice { icon: "ticket", title: title.into(), text, safe: None, alert: false }, action)
}

/// Something of it couldn't be read: the coupons, or what stands further back.
fn missing(wallet: Wallet, coupons: bool) -> AnyView {
    let word = if coupons { key::WALLET_COUPONS_MISSING } else { key::WALLET_OPEN_MISSING };
    let again = move |_| if coupons { wallet.coupons.load() } else { wallet.open.load() };
    view! {
        <div class="note" role="status">
            <span class="grow">{t(word)}</span>
            <button type="button" class="linkbtn" on:click=again>
                {t(key::OFFLINE_RETRY)}
            </button>
        </div>
    }
    .built()
}

fn ticket(ticket: &Ticket, past: bool) -> AnyView {
    let class = if past { "tkt used" } else { "tkt" };
    let (href, stub, body) = match ticket {
        Ticket::Voucher(one) => (Route::Voucher(one.id.clone()).href(), voucher_stub(one), voucher(one)),
        Ticket::Coupon(one) => (Route::Coupon(one.id.clone()).href(), coupon_stub(one), coupon(one)),
    };
    view! {
        <li class=class>
            <a href=href>{stub} <span class="tkt__b">{body}</span> {icon_small("right")}</a>
        </li>
    }
    .built()
}

fn voucher_stub(one: &Redemption) -> AnyView {
    view! { <span class="tkt__s">{picture(one.image.as_ref())}</span> }.built()
}

fn coupon_stub(one: &Coupon) -> AnyView {
    view! {
        <span class="tkt__s c">
            <b class="num">{figure(&one.discount)}</b>
        </span>
    }
    .built()
}

fn lines(title: &str, sub: String, end: AnyView) -> AnyView {
    let sub = (!sub.is_empty()).then(|| view! { <span class="s muted">{sub}</span> });
    view! {
        <b>{title.to_string()}</b>
        {sub}
        <span class="s">{end}</span>
    }
    .built()
}

fn voucher(one: &Redemption) -> AnyView {
    let now = clock::now();
    let (word, class) = face::status(one, now);
    let stores = one.voucher.as_ref().map(|voucher| voucher.stores_label.clone());
    let sub = stores.filter(|label| !label.is_empty()).unwrap_or_else(|| one.subtitle.clone());
    let until = one.voucher.as_ref().and_then(|voucher| voucher.valid_until);
    let end = match one.status_at(now) {
        Status::Issued => deadline(until),
        Status::Pending => {
            let safe = fill(key::REDEEM_UNKNOWN_SAFE, &[("points", &portal().points_name())]);
            let word = unpaid(one).unwrap_or_else(|| word.into());
            return lines(&one.title, safe, view! { <b class=class>{word}</b> }.built());
        }
        _ => view! { <b class=class>{word}</b> }.built(),
    };
    lines(&one.title, sub, end)
}

/// How much has to be paid, and by when.
fn unpaid(one: &Redemption) -> Option<String> {
    let payment = one.payment.as_ref()?;
    let (amount, currency) = &payment.amount;
    let values = [("money", &*words::money(*amount, currency)), ("time", &*words::time(payment.expires_at?))];
    Some(fill(key::WALLET_UNPAID, &values))
}

fn coupon(one: &Coupon) -> AnyView {
    let now = clock::now();
    let mut sub = condition(one.min_spend.as_ref()).unwrap_or_default();
    if !sub.is_empty() && !one.scope.is_empty() {
        sub.push_str(" · ");
    }
    sub.push_str(&one.scope);
    let end = if one.shelf(now) == Shelf::Usable {
        deadline(one.valid_until)
    } else {
        let (word, class) = face::coupon_status(one, now);
        view! { <b class=class>{word}</b> }.built()
    };
    lines(&one.title, sub, end)
}

/// A button for the next page of the past, as long as there is one.
fn more(wallet: Wallet, past: Memo<bool>, first: StoredValue<Page<Redemption>>) -> AnyView {
    let busy = RwSignal::new(false);
    let fault = RwSignal::new(None::<String>);
    let next = Memo::new(move |_| first.try_with_value(|first| wallet.after(first).1).flatten());
    let has_next = Memo::new(move |_| past.get() && next.get().is_some());
    let press = move |_| {
        let Some(cursor) = next.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        fault.set(None);
        spawn_local(async move {
            match history(Some(cursor)).await {
                Ok(page) => append(wallet, first, page),
                Err(error) if error.is_signed_out() => session::ended(),
                Err(error) => {
                    let _ = fault.try_set(Some(line(&error)));
                }
            }
            let _ = busy.try_set(false);
        });
    };
    let button = move || {
        has_next.get().then(|| {
            view! {
                <button
                    type="button"
                    class="btn q mt-4"
                    aria-disabled=move || busy.get().then_some("true")
                    on:click=press
                >
                    {t(key::ACTION_MORE)}
                </button>
            }
        })
    };
    view! {
        {move || fault.get().map(|text| view! { <p class="note note--warn" role="alert">{text}</p> })}
        {button}
    }
    .built()
}

fn append(wallet: Wallet, first: StoredValue<Page<Redemption>>, page: Page<Redemption>) {
    let Some(from) = first.try_with_value(|first| first.next_cursor.clone()) else { return };
    let last = page.next_cursor.is_none();
    let _ = wallet.further.try_update(|further| {
        if further.from != from {
            *further = Further { from, ..Further::default() };
        }
        further.items.extend(page.data);
        further.next = page.next_cursor;
    });
    if last {
        dom::focus("#main");
    }
}

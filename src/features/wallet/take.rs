//! How a voucher leaves a shared screen: on the member's phone, or on paper.

use crate::domain::redemption::{Redemption, Status};
use crate::domain::route::Route;
use crate::i18n::{fill, key, t};
use crate::parts::codes;
use crate::parts::coupon::deadline;
use crate::parts::symbols::symbol;
use crate::platform::{clock, share, touch};
use crate::state::{Query, portal};
use crate::ui::live;
use leptos::prelude::*;

/// The ways. The code for the phone is the voucher's address: without the member's own sign-in there it shows nothing.
pub(super) fn ways(one: &Redemption) -> AnyView {
    if !portal().channel.can_print() {
        return ().into_any();
    }
    let address = share::whole(&Route::Voucher(one.id.clone()).href());
    view! {
        <div class="k-take">
            <div class="codebox">{codes::qr_with("qr", key::KIOSK_TAKE_LABEL, &address)}</div>
            <p class="grow">
                <b>{t(key::KIOSK_TAKE_TITLE)}</b>
                <span class="muted">{t(key::KIOSK_TAKE_TEXT)}</span>
            </p>
            <button type="button" id="print" class="btn q" on:click=|_| touch::print()>
                {symbol("print")}
                {t(key::KIOSK_TAKE_PRINT)}
            </button>
        </div>
    }
    .into_any()
}

/// What is printed, beside the screen: nothing of the member but the first letter of the name.
pub(super) fn paper(query: Query<Redemption>) -> AnyView {
    let portal = portal();
    if !portal.channel.can_print() {
        return ().into_any();
    }
    live(move || {
        let one = query.known().filter(|one| one.status_at(clock::now()) == Status::Issued);
        let Some((one, voucher)) = one.and_then(|one| one.voucher.clone().map(|voucher| (one, voucher)))
        else {
            return ().into_any();
        };
        let brand = portal.of(|programme| programme.name.clone());
        let member = portal.overview.known().map(|overview| {
            let name = masked(&overview.member.display_name);
            view! { <dt>{fill(key::KIOSK_TAKE_MEMBER, &[("name", &name)])}</dt> }
        });
        view! {
            <section class="k-print" aria-hidden="true">
                <p class="k-print__b">{brand}</p>
                <h1>{one.title.clone()}</h1>
                {codes::qr("qr", &voucher.code)}
                {codes::bars(&voucher.code)}
                <p class="num k-print__n">{crate::domain::wallet::grouped(&voucher.code)}</p>
                <dl>
                    <div>{member}</div>
                    <div>
                        <dt>{t(key::REWARD_FACTS_VALID)}</dt>
                        <dd>{deadline(voucher.valid_until)}</dd>
                    </div>
                </dl>
                <p class="k-print__f">{voucher.stores_label.clone()}</p>
            </section>
        }
        .into_any()
    })
}

/// A name of which only the beginning can be read.
fn masked(name: &str) -> String {
    let mut masked: String = name.chars().take(1).collect();
    masked.push_str("**");
    masked
}

//! The wallet: coupons to claim, redemptions that are still being confirmed, vouchers and coupons.

mod cancel;
pub mod coupon;
mod face;
mod offers;
mod pending;
mod shelf;
pub mod voucher;

use crate::api::error::ApiError;
use crate::api::wire::{self, Page};
use crate::api::{client, endpoint};
use crate::domain::redemption::{Coupon, CouponOffer, Redemption};
use crate::domain::route::Route;
use crate::i18n::{key, t};
use crate::parts::frame::page_head;
use crate::state::{Portal, Query, Slot, intents, nav, portal};
use leptos::prelude::*;

/// More pages of coupons than anybody has; a backend that never ends its list is not followed for ever.
const MOST_COUPON_PAGES: u8 = 10;

/// The screen.
pub fn page() -> AnyView {
    let wallet = Wallet::new(portal());
    let nav = nav::nav();
    let past = Memo::new(move |_| matches!(nav.route(), Route::Wallet { past: true }));
    view! {
        <div class="app notab">
            {page_head(t(key::WALLET_TITLE), Route::Me, ().into_any())} <main id="main" tabindex="-1">
                {offers::section(wallet)}
                {segments(past)}
                {pending::rows(wallet)}
                {shelf::list(wallet, past)}
            </main>
        </div>
    }
    .into_any()
}

/// Open or past; the choice stands in the address.
fn segments(past: Memo<bool>) -> AnyView {
    let nav = nav::nav();
    let button = |to: bool, word: &'static str| {
        view! {
            <button
                type="button"
                aria-pressed=move || if past.get() == to { "true" } else { "false" }
                on:click=move |_| nav.replace(&Route::Wallet { past: to })
            >
                {word}
            </button>
        }
        .into_any()
    };
    view! {
        <div class="seg sec" role="group" aria-label=t(key::WALLET_FILTER)>
            {button(false, t(key::WALLET_OPEN))}
            {button(true, t(key::WALLET_PAST))}
        </div>
    }
    .into_any()
}

/// Pages after the first, and the first's cursor that they follow.
#[derive(Clone, Debug, Default, PartialEq)]
struct Further {
    from: Option<String>,
    items: Vec<Redemption>,
    next: Option<String>,
}

/// Coupons as far as they are known, and why they couldn't be read.
type Coupons = (Vec<Coupon>, Option<ApiError>);

/// What the wallet reads.
#[derive(Clone, Copy)]
struct Wallet {
    portal: Portal,
    vouchers: Query<Page<Redemption>>,
    further: RwSignal<Further>,
    coupons: Query<Vec<Coupon>>,
    offers: Query<Vec<CouponOffer>>,
}

impl Wallet {
    fn new(portal: Portal) -> Self {
        let wallet = Self {
            portal,
            vouchers: Query::new(|| intents::history(None)),
            further: RwSignal::new(Further::default()),
            coupons: Query::idle(read_coupons),
            offers: Query::idle(read_offers),
        };
        if wallet.has_coupons() {
            wallet.coupons.load();
            wallet.offers.load();
        }
        wallet
    }

    fn has_coupons(self) -> bool {
        self.portal.has("coupons")
    }

    /// The coupons, or nothing while they are on their way; tracked.
    fn coupons(self) -> Option<Coupons> {
        if !self.has_coupons() {
            return Some((Vec::new(), None));
        }
        match self.coupons.slot() {
            Slot::Waiting => None,
            Slot::Ready(list, ..) => Some((list, None)),
            Slot::Failed(error, known) => {
                Some((known.map(|(list, _)| list).unwrap_or_default(), Some(error)))
            }
        }
    }

    /// What comes after the first page, and where the next one begins; tracked.
    fn after(self, first: &Page<Redemption>) -> (Vec<Redemption>, Option<String>) {
        self.further.with(|further| {
            if further.from.is_some() && further.from == first.next_cursor {
                (further.items.clone(), further.next.clone())
            } else {
                (Vec::new(), first.next_cursor.clone())
            }
        })
    }
}

/// All coupons of the member.
async fn read_coupons() -> Result<Vec<Coupon>, ApiError> {
    let mut all = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..MOST_COUPON_PAGES {
        let reply = client::get(endpoint::coupons_page(cursor.as_deref())).await?;
        let page = reply.decode(|node| wire::page(node, wire::wallet::coupon))?;
        all.extend(page.data);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(all)
}

async fn read_offers() -> Result<Vec<CouponOffer>, ApiError> {
    let reply = client::get(endpoint::coupon_offers()).await?;
    Ok(reply.decode(|node| wire::page(node, wire::wallet::coupon_offer))?.data)
}

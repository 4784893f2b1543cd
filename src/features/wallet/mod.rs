//! The wallet: coupons to claim, redemptions that are still being confirmed, vouchers and coupons.

mod cancel;
pub mod coupon;
mod dates;
mod face;
mod follow;
mod give;
mod offers;
mod pay;
mod pending;
mod shelf;
mod show;
mod take;
pub mod voucher;

use crate::api::endpoint::Endpoint;
use crate::api::error::ApiError;
use crate::api::node::{Decoded, Node};
use crate::api::wire::{self, Page};
use crate::api::{client, endpoint};
use crate::domain::redemption::{Coupon, CouponOffer, Redemption};
use crate::domain::route::Route;
use crate::domain::wallet::Pace;
use crate::i18n::{key, t};
use crate::parts::frame::page_head;
use crate::state::{Portal, Query, Slot, Status, effect, memo, nav, portal};
use crate::ui::Build;
use leptos::prelude::*;

/// More pages than anybody has of what can be used; a backend that never ends its list is not followed for ever.
const MOST_PAGES: u8 = 10;

/// The screen.
pub fn page() -> AnyView {
    let wallet = Wallet::new(portal());
    let nav = nav::nav();
    let past = memo(move |_| matches!(nav.route(), Route::Wallet { past: true }));
    view! {
        <div class="app notab">
            {page_head(t(key::WALLET_TITLE), Route::Me, ().into_any())} <main id="main" tabindex="-1">
                {offers::section(wallet, past)}
                {segments(past)}
                {pending::rows(move || wallet.vouchers.load())}
                {shelf::list(wallet, past)}
            </main>
        </div>
    }
    .built()
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
        .built()
    };
    view! {
        <div class="seg sec" role="group" aria-label=t(key::WALLET_FILTER)>
            {button(false, t(key::WALLET_OPEN))}
            {button(true, t(key::WALLET_PAST))}
        </div>
    }
    .built()
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
    /// The newest page of the history.
    vouchers: Query<Page<Redemption>>,
    /// What is open on its other pages; not read where there are none.
    open: Query<Vec<Redemption>>,
    further: RwSignal<Further>,
    coupons: Query<Vec<Coupon>>,
    offers: Query<Vec<CouponOffer>>,
}

impl Wallet {
    fn new(portal: Portal) -> Self {
        let wallet = Self {
            portal,
            vouchers: Query::new(|| history(None)),
            open: Query::idle(read_open),
            further: RwSignal::new(Further::default()),
            coupons: Query::idle(read_coupons),
            offers: Query::idle(read_offers),
        };
        if wallet.has_coupons() {
            wallet.coupons.load();
            wallet.offers.load();
        }
        effect(move || {
            wallet.portal.again.track();
            let lost = |status: RwSignal<Status>| status.with_untracked(|status| status.fault.is_some());
            if wallet.portal.online.get() && lost(wallet.coupons.status()) {
                wallet.coupons.load();
            }
            if wallet.portal.online.get_untracked() && lost(wallet.offers.status()) {
                wallet.offers.load();
            }
        });
        effect(move || {
            if wallet.has_older() {
                wallet.open.load();
            }
        });
        follow::follow(portal, wallet.vouchers, |page| {
            let waits = page.data.iter().map(Redemption::pace).find(|pace| matches!(pace, Pace::Waiting(_)));
            waits.unwrap_or(Pace::Over)
        });
        wallet
    }

    /// Whether the history has more than its newest page; tracked.
    fn has_older(self) -> bool {
        self.vouchers.known().is_some_and(|page| page.next_cursor.is_some())
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
                // That the whole wallet is old is said above it.
                let said = known.is_some() && self.vouchers.status().with(|status| status.fault.is_some());
                Some((known.map(|(list, _)| list).unwrap_or_default(), Some(error).filter(|_| !said)))
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
    read_all(endpoint::coupons_page, |node| wire::page(node, wire::wallet::coupon)).await
}

/// A page of redemptions, newest first.
async fn history(cursor: Option<String>) -> Result<Page<Redemption>, ApiError> {
    let reply = client::get(endpoint::redemptions_page(cursor.as_deref())).await?;
    reply.decode(|node| wire::page(node, wire::wallet::redemption))
}

/// What waits or can be used, however far back in the history it stands.
async fn read_open() -> Result<Vec<Redemption>, ApiError> {
    let page = |node: Node<'_>| wire::page(node, wire::wallet::redemption);
    let mut all = read_all(|cursor| endpoint::redemptions_of("pending", cursor), page).await?;
    all.extend(read_all(|cursor| endpoint::redemptions_of("issued", cursor), page).await?);
    Ok(all)
}

async fn read_all<T>(
    at: fn(Option<&str>) -> Endpoint,
    decode: fn(Node<'_>) -> Decoded<Page<T>>,
) -> Result<Vec<T>, ApiError> {
    let mut all = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let page = client::get(at(cursor.as_deref())).await?.decode(decode)?;
        all.extend(page.data);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(all)
}

/// All coupons that can be claimed.
async fn read_offers() -> Result<Vec<CouponOffer>, ApiError> {
    let reply = client::get(endpoint::coupon_offers()).await?;
    Ok(reply.decode(|node| wire::page(node, wire::wallet::coupon_offer))?.data)
}

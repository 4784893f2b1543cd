//! One coupon: its code for the till, what it takes off, where and by which rules, and giving it to a friend.

use crate::api::error::{ApiError, Problem};
use crate::domain::redemption::Coupon;
use crate::domain::route::Route;
use crate::domain::wallet::Shelf;
use crate::features::wallet::dates::{Entry, until};
use crate::features::wallet::follow::follow;
use crate::features::wallet::give::Give;
use crate::features::wallet::show::{Show, Use};
use crate::features::wallet::voucher::{bones, scene};
use crate::features::wallet::{face, read_coupons};
use crate::i18n::{key, t};
use crate::parts::coupon::{self, condition, deadline, fact, terms, top};
use crate::parts::gift::offered;
use crate::parts::remote::remote;
use crate::platform::clock;
use crate::state::{Query, look, portal};
use crate::ui::Build;
use leptos::prelude::*;

/// The screen.
pub fn page(id: String) -> AnyView {
    let portal = portal();
    look::set_title(portal, t(key::COUPON_TITLE));
    let query = Query::new({
        let id = id.clone();
        move || find(id.clone())
    });
    follow(portal, query, |one| one.pace(clock::now()));
    let show = Show::new(move || {
        query.known().map(|one| match one.shelf(clock::now()) {
            Shelf::Usable => Use::Ready,
            _ if one.status == "used" => Use::Done,
            _ => Use::Other,
        })
    });
    let give = Give::new(id, query);
    let status = Memo::new(move |_| query.known().map(|one| face::coupon_status(&one, clock::now()).0));
    let heading = view! {
        <h1 class="hello" tabindex="-1">
            {t(key::COUPON_TITLE)}
        </h1>
    };
    view! {
        <div
            class=move || show.class()
            inert=move || give.is_open()
            on:keydown=move |event| show.key(&event)
        >
            {scene(heading.into_any())} <main id="main" class="under under--s" tabindex="-1">
                <p class="vh" role="status">
                    {move || show.said(status.get())}
                </p>
                {remote(query, bones, move |one| content(&one, show, give))}
            </main>
        </div>
        {give.sheet()}
    }
    .built()
}

/// The contract has no address for one coupon, so it is looked for among all.
pub(super) async fn find(id: String) -> Result<Coupon, ApiError> {
    let found = read_coupons().await?.into_iter().find(|one| one.id == id);
    found.ok_or_else(|| ApiError::Problem(Box::new(Problem { status: 404, ..Problem::default() })))
}

fn content(one: &Coupon, show: Show, give: Give) -> AnyView {
    let now = clock::now();
    let shelf = one.shelf(now);
    let body = match (shelf, &one.transfer) {
        (Shelf::Usable, _) => show.code(&one.title, &one.code),
        (Shelf::Pending, Some(transfer)) if give.is_possible() => {
            offered(transfer, &one.title, Callback::new(move |()| give.query.load()))
        }
        _ if one.status == "used" => show.used(None),
        _ => ().into_any(),
    };
    let class = if shelf == Shelf::Past && one.status != "used" { "voucher spent" } else { "voucher" };
    let condition = condition(one.min_spend.as_ref());
    let give = (shelf == Shelf::Usable && one.can_transfer && give.is_possible()).then(|| give.button());
    view! {
        <article class=class>
            {top(coupon::face(&one.discount), &one.title, condition, face::coupon_status(one, now))}
            <div class="voucher__b">{body} {facts(one, shelf)}</div>
        </article>
        {give}
        {terms(&one.terms)}
    }
    .built()
}

fn facts(one: &Coupon, shelf: Shelf) -> AnyView {
    let scope = (!one.scope.is_empty()).then(|| fact(key::COUPON_SCOPE, one.scope.clone().into_any()));
    let entry = Entry {
        id: one.id.clone(),
        title: one.title.clone(),
        places: one.scope.clone(),
        route: Route::Coupon(one.id.clone()),
    };
    let valid =
        if shelf == Shelf::Usable { until(one.valid_until, entry) } else { deadline(one.valid_until) };
    view! {
        <dl class="facts">
            {fact(key::REWARD_FACTS_VALID, valid)} {scope}
        </dl>
    }
    .built()
}

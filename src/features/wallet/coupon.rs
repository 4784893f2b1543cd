//! One coupon: its code for the till, what it takes off, where, and by which rules.

use crate::api::error::{ApiError, Problem};
use crate::domain::redemption::Coupon;
use crate::features::wallet::voucher::{bones, code, follow, scene};
use crate::features::wallet::{face, read_coupons};
use crate::i18n::{key, t};
use crate::parts::remote::remote;
use crate::platform::clock;
use crate::state::{Query, look, portal};
use leptos::prelude::*;

/// The screen.
pub fn page(id: String) -> AnyView {
    let portal = portal();
    look::set_title(portal, t(key::COUPON_TITLE));
    let query = Query::new(move || find(id.clone()));
    follow(portal, query, |one: &Coupon| one.is_open(clock::now()));
    let status = Memo::new(move |_| {
        query.known().map(|one| face::coupon_status(one.is_open(clock::now()), &one.status).0)
    });
    let heading = view! {
        <h1 class="hello" tabindex="-1">
            {t(key::COUPON_TITLE)}
        </h1>
    };
    view! {
        <div class="app notab">
            {scene(heading.into_any())} <main id="main" class="under under--s" tabindex="-1">
                <p class="vh" role="status">
                    {status}
                </p>
                {remote(query, bones, |one| content(&one))}
            </main>
        </div>
    }
    .into_any()
}

/// The contract has no address for one coupon, so it is looked for among all.
async fn find(id: String) -> Result<Coupon, ApiError> {
    let found = read_coupons().await?.into_iter().find(|one| one.id == id);
    found.ok_or_else(|| ApiError::Problem(Box::new(Problem { status: 404, ..Problem::default() })))
}

fn content(one: &Coupon) -> AnyView {
    let open = one.is_open(clock::now());
    let (word, colour) = face::coupon_status(open, &one.status);
    let condition = face::condition(one.min_spend.as_ref());
    view! {
        <article class=if open { "voucher" } else { "voucher spent" }>
            <div class="voucher__top">
                <span class="voucher__face">
                    <b class="num">{face::figure(&one.discount)}</b>
                </span>
                <div class="grow">
                    <h2 class="title--xl">{one.title.clone()}</h2>
                    {condition.map(|text| view! { <p class="s muted">{text}</p> })}
                    <p class="s">
                        <b class=colour>{word}</b>
                    </p>
                </div>
            </div>
            <div class="perf">
                <i></i>
            </div>
            <div class="voucher__b">{open.then(|| code(Some(&one.code)))} {facts(one)}</div>
        </article>
        {terms(&one.terms)}
    }
    .into_any()
}

fn facts(one: &Coupon) -> AnyView {
    let scope = (!one.scope.is_empty()).then(|| face::fact(key::COUPON_SCOPE, one.scope.clone().into_any()));
    view! {
        <dl class="facts">
            {face::fact(key::REWARD_FACTS_VALID, face::deadline(one.valid_until))} {scope}
        </dl>
    }
    .into_any()
}

fn terms(terms: &[String]) -> AnyView {
    if terms.is_empty() {
        return ().into_any();
    }
    let items = terms.iter().map(|text| view! { <li>{text.clone()}</li> }).collect_view();
    view! {
        <section class="sec">
            <h2>{t(key::REWARD_TERMS)}</h2>
            <ul class="terms">{items}</ul>
        </section>
    }
    .into_any()
}

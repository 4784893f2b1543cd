//! Ways to earn points, and the rule by which they expire.

use crate::parts::symbols::symbol;

use crate::api::{client, endpoint, wire};
use crate::domain::number::{group, permille_times};
use crate::domain::points::EarningRule;
use crate::domain::route::{CatalogueFilter, Route};
use crate::i18n::{fill, key, t};
use crate::parts::frame::page_head;
use crate::parts::remote::remote;
use crate::parts::words;
use crate::platform::clock;
use crate::state::{Query, portal};
use crate::ui::{Build, Notice, bone, notice};
use leptos::prelude::*;

/// The screen.
pub fn page() -> AnyView {
    let portal = portal();
    let title = fill(key::EARN_TITLE, &[("points", &portal.points_name())]);
    let rules = Query::new(|| async {
        let reply = client::get(endpoint::earning_rules()).await?;
        Ok(reply.decode(|node| wire::page(node, wire::points::earning_rule))?.data)
    });
    view! {
        <div class="app notab">
            {page_head(&title, Route::Points { kind: None }, ().into_any())} <main id="main">
                {remote(rules, bones, |rules: Vec<EarningRule>| list(&rules))}
                {policy(portal.of(|programme| programme.expiry_description.clone()))}
            </main>
        </div>
    }
    .built()
}

fn bones() -> AnyView {
    let row = |_| {
        view! {
            <li>
                <div class="item">
                    <span class="grow">{bone("t", 6)}{bone("s", 10)}</span>
                    {bone("t", 3)}
                </div>
            </li>
        }
    };
    view! { <ul class="list">{(0..6).map(row).collect_view()}</ul> }.built()
}

fn policy(text: String) -> AnyView {
    if text.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="sec">
            <div class="sec__h">
                <h2>{t(key::EARN_POLICY)}</h2>
            </div>
            <p>{text}</p>
        </section>
    }
    .built()
}

fn list(rules: &[EarningRule]) -> AnyView {
    if rules.is_empty() {
        let rewards = view! {
            <a class="btn q" href=Route::Rewards(CatalogueFilter::default()).href()>
                {t(key::REWARDS_SHOW_ALL)}
            </a>
        }
        .built();
        let said = Notice {
            icon: "star",
            title: t(key::EARN_EMPTY).into(),
            text: t(key::EARN_EMPTY_TEXT).into(),
            safe: None,
            alert: false,
        };
        return notice(said, rewards);
    }
    view! { <ul class="list">{rules.iter().map(row).collect_view()}</ul> }.built()
}

fn row(rule: &EarningRule) -> AnyView {
    let description = (!rule.description.is_empty()).then(|| {
        view! {
            <br />
            <span class="s muted">{rule.description.clone()}</span>
        }
    });
    let limits = Some(limits(rule)).filter(|text| !text.is_empty()).map(|text| {
        view! {
            <br />
            <span class="s muted">{text}</span>
        }
    });
    let rate = rate(rule).map(|text| view! { <b class="s bi num">{text}</b> });
    view! {
        <li>
            <div class="item">
                {symbol(mark(&rule.kind))} <span class="grow">
                    <b>{rule.title.clone()}</b>
                    {description}
                    {limits}
                </span> {rate}
            </div>
        </li>
    }
    .built()
}

fn mark(kind: &str) -> &'static str {
    match kind {
        "purchase" => "cup",
        "check_in" => "cal",
        "survey" => "star",
        "activity" => "flame",
        "sharing" => "share",
        "referral" => "people",
        _ => "plus",
    }
}

fn rate(rule: &EarningRule) -> Option<String> {
    match (rule.points, &rule.per_amount, rule.multiplier_permille) {
        (Some(points), Some((minor, currency)), _) => {
            let money = words::money(*minor, currency);
            Some(fill(key::EARN_PER, &[("money", &money), ("n", &group(points))]))
        }
        (Some(points), None, _) => Some(fill(key::EARN_GAIN, &[("n", &group(points))])),
        (None, _, Some(permille)) => Some(fill(key::EARN_TIMES, &[("n", &permille_times(permille))])),
        _ => None,
    }
}

/// How much it brings at most and when it holds.
fn limits(rule: &EarningRule) -> String {
    let cap = rule.cap.as_ref().and_then(|(points, period)| {
        let message = match period.as_str() {
            "day" => key::EARN_CAP_DAY,
            "week" => key::EARN_CAP_WEEK,
            "month" => key::EARN_CAP_MONTH,
            "year" => key::EARN_CAP_YEAR,
            "once" => key::EARN_CAP_ONCE,
            _ => return None,
        };
        Some(fill(message, &[("n", &group(*points))]))
    });
    let date = |message, at| fill(message, &[("date", &words::day(at))]);
    let from = rule.from.filter(|from| *from > clock::now()).map(|at| date(key::EARN_FROM, at));
    let until = rule.until.map(|at| date(key::EARN_UNTIL, at));
    let parts: Vec<_> = [cap, from, until].into_iter().flatten().collect();
    parts.join(t(key::APP_COMMA))
}

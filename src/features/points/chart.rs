//! What was earned and spent in the last months: drawn for the eye, as a table for readers.

use super::ledger::month_name;
use crate::domain::chart::{BASE, Chart, WIDTH};
use crate::domain::number::group;
use crate::domain::points::{Month, Summary};
use crate::i18n::{fill, key, t};
use crate::parts::remote::remote;
use crate::state::Query;
use crate::ui::Build;
use leptos::prelude::*;

/// The section.
pub(super) fn section(summary: Query<Summary>) -> AnyView {
    let bones = || view! { <div class="sk sk--block"></div> }.built();
    let draw = |summary: Summary| view! { {drawing(&summary.months)} {table(&summary.months)} }.built();
    view! {
        <section class="sec">
            <div class="sec__h">
                <h2>{t(key::POINTS_CHART)}</h2>
                <p class="legend" aria-hidden="true">
                    <span>
                        <i class="in"></i>
                        {t(key::POINTS_EARNED)}
                    </span>
                    <span>
                        <i class="out"></i>
                        {t(key::POINTS_SPENT)}
                    </span>
                </p>
            </div>
            {remote(summary, bones, draw)}
        </section>
    }
    .built()
}

/// A line of the scale over the width of the bars.
fn line(path: &mut String, y: i64, width: i64) {
    path.push_str("M0 ");
    path.push_str(&y.to_string());
    path.push('h');
    path.push_str(&width.to_string());
}

fn drawing(months: &[Month]) -> AnyView {
    let chart = Chart::new(months);
    let sum = |read: fn(&Month) -> i64| group(months.iter().map(read).fold(0, i64::saturating_add));
    let (earned, spent) = (sum(|month| month.earned), sum(|month| month.spent));
    let label = fill(key::POINTS_CHART_LABEL, &[("earned", &earned), ("spent", &spent)]);
    let mut axes = String::new();
    line(&mut axes, BASE, WIDTH);
    line(&mut axes, BASE / 2, chart.plot);
    line(&mut axes, 0, chart.plot);
    let last = chart.labels.len().saturating_sub(1);
    let names = chart.labels.into_iter().enumerate().map(|(index, (x, name))| {
        view! {
            <text x=x.to_string() y="124" text-anchor="middle" class=(index == last).then_some("now")>
                {name}
            </text>
        }
    });
    let scale = |y: &'static str, value: i64| {
        view! {
            <text x="350" y=y text-anchor="end">
                {group(value)}
            </text>
        }
        .built()
    };
    view! {
        <svg class="chart" viewBox="0 0 350 136" role="img" aria-label=label>
            <path class="ax" d=axes></path>
            {scale("8", chart.top)}
            {scale("56", chart.half)}
            <path class="in" d=chart.earned></path>
            <path class="out" d=chart.spent></path>
            {names.collect_view()}
        </svg>
    }
    .built()
}

fn table(months: &[Month]) -> AnyView {
    let row = |month: &Month| {
        view! {
            <tr>
                <th scope="row">{month_name(&month.month)}</th>
                <td>{group(month.earned)}</td>
                <td>{group(month.spent)}</td>
            </tr>
        }
        .built()
    };
    view! {
        <div class="vh">
            <table>
                <caption>{t(key::POINTS_CHART)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t(key::POINTS_CHART_MONTH)}</th>
                        <th scope="col">{t(key::POINTS_EARNED)}</th>
                        <th scope="col">{t(key::POINTS_SPENT)}</th>
                    </tr>
                </thead>
                <tbody>{months.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .built()
}

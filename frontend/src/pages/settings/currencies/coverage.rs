//! The currencies that there is MRR in, and the days on which they have no rate.

use super::code;
use crate::api::exchange_rates::COVERAGE;
use crate::api::settings;
use crate::components::{ErrorBox, Explain, SkeletonCard};
use crate::format::{self, MISSING};
use crate::glance::drawn;
use crate::labels::counted;
use crate::query::use_query;
use crate::routes::SETTINGS_POLICIES;
use crm_types::exchange_rates::{RateCoverage, RateGap};
use crm_types::settings::AccountSettings;
use leptos::prelude::*;

/// The card.
#[component]
pub fn Coverage() -> impl IntoView {
    let account = use_query::<AccountSettings>(|| Some(settings::SETTINGS.into()));
    let query = use_query::<Vec<RateCoverage>>(|| Some(COVERAGE.to_owned()));
    let retry = Callback::new(move |()| query.refresh());
    let reporting = move || account.map(|account| code(account.reporting_currency)).unwrap_or_default();
    view! {
        <section class="card c6" aria-labelledby="h-coverage">
            <header class="card__head card__head--line">
                <h2 id="h-coverage">"Currencies"</h2>
                <Explain id="x-coverage" of="Converted amounts">
                    <p>"Every figure is of one currency, unless all are chosen: then each amount counts by the rate of its day, in the reporting currency."</p>
                    <p>"A rate holds from its day until the next one, and is carried on for a number of days. Where none holds, converted figures name the day and are not shown."</p>
                </Explain>
            </header>
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(covered), _) if covered.is_empty() => {
                    view! { <p class="card__body muted">"There is no MRR in another currency: no rate is needed."</p> }.into_any()
                }
                (Some(covered), _) => view! { <Table covered=covered/> }.into_any(),
                (None, Some(error)) => view! { <ErrorBox what="Currencies" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading currencies" lines=3/> }.into_any(),
            })}
            <footer class="card__foot">
                <p class="muted">"Amounts are reported in "<b>{reporting}</b>". "<a href=SETTINGS_POLICIES>"Change it in Policies"</a></p>
            </footer>
        </section>
    }
}

#[component]
fn Table(covered: Vec<RateCoverage>) -> impl IntoView {
    let row = |of: RateCoverage| {
        let newest = match &of.newest {
            Some(rate) => {
                let day = format::day(rate.day);
                view! { <span>{rate.rate.to_string()}<span class="sub">{day}</span></span> }.into_any()
            }
            None => view! { <span class="muted">{MISSING}</span> }.into_any(),
        };
        view! {
            <tr role="row">
                <td role="cell" class="lead strong">{code(of.currency)}</td>
                <td role="cell" class="num" data-label="MRR since">{format::day(of.since)}</td>
                <td role="cell" class="num" data-label="Newest rate">{newest}</td>
                <td role="cell" class="wrap" data-label="Without a rate">{missing(of.missing_days, &of.missing)}</td>
            </tr>
        }
    };
    view! {
        <div class="tbl-wrap" tabindex="0" role="region" aria-label="Rates of the currencies, table">
            <table role="table" class="tbl tbl--cards">
                <caption class="vh">"Rates of the currencies that there is MRR in"</caption>
                <thead role="rowgroup"><tr role="row">
                    <th role="columnheader" scope="col">"Currency"</th>
                    <th role="columnheader" scope="col" class="num">"MRR since"</th>
                    <th role="columnheader" scope="col" class="num">"Newest rate"</th>
                    <th role="columnheader" scope="col">"Without a rate"</th>
                </tr></thead>
                <tbody role="rowgroup">{covered.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

/// `17 days: Mar 13 – 19, 2026, and more`.
fn missing(days: i64, gaps: &[RateGap]) -> String {
    let Some(first) = gaps.first() else { return "No day".to_owned() };
    let more = if gaps.len() > 1 { ", and more" } else { "" };
    format!("{}: {}{more}", counted(days, "day", "days"), format::date_range(first.from, first.to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_without_a_rate_are_named() {
        let gap = |from: &str, to: &str| RateGap { from: from.parse().unwrap(), to: to.parse().unwrap() };
        assert_eq!(missing(0, &[]), "No day");
        assert_eq!(missing(7, &[gap("2026-03-13", "2026-03-19")]), "7 days: Mar 13 – 19, 2026");
        let two = [gap("2026-03-13", "2026-03-13"), gap("2026-04-01", "2026-04-02")];
        assert_eq!(missing(3, &two), "3 days: Mar 13, 2026, and more");
    }
}

//! What a forecast assumes, and how well it would have done.

use crate::charts::{Cell, ChartTable, FigureTable};
use crate::components::{EmptyState, Explain, SkeletonCard};
use crate::format::{MISSING, date_range, money_whole, month_year, percent, signed_whole};
use crate::pages::dashboard::{subscriptions_on, widget};
use crate::query::Query;
use crm_types::Money;
use crm_types::analytics_forecast::{BackTest, BackTestMonth, ForecastReport};
use leptos::prelude::*;

/// How many of its months lie where they were expected.
pub fn inside(test: &BackTest) -> String {
    format!("{} of {} months within the interval", test.inside, test.months.len())
}

/// What money to come is discounted by: `10.0%`.
pub fn a_year(report: &ForecastReport) -> String {
    percent(f64::from(report.discount_bp) / 10_000.0)
}

/// What the interval is called: `80% interval`.
pub fn interval(report: &ForecastReport) -> String {
    format!("{}% interval", report.interval_bp / 100)
}

/// The same method, told nothing of the last months, against what came.
#[component]
pub fn BackTestCard(forecast: Query<ForecastReport>) -> impl IntoView {
    let content = |report: Signal<ForecastReport>| {
        move || {
            let test = report.with(|report| report.back_test.clone().ok_or_else(|| report.why_no_back_test.clone()));
            match test {
            Ok(test) => {
                let foot = format!("{}.", inside(&test));
                let table = back_test(&test, report.with(interval));
                view! {
                    <FigureTable title=Signal::stored("Back-test".to_owned()) table=Signal::stored(table)/>
                    <footer class="card__foot"><span>{foot}</span></footer>
                }
                .into_any()
            }
            Err(why) => view! {
                <div class="card__body"><EmptyState icon="clock" title="Not back-tested yet" text=why.unwrap_or_default()/></div>
            }
            .into_any(),
        }
        }
    };
    view! {
        <section class="card c7" aria-labelledby="h-back-test">
            <header class="card__head card__head--line">
                <h2 id="h-back-test">"How well it was foretold"</h2>
                <Explain id="x-back-test" of="The back-test">
                    <p>"The same method, told nothing of the last six full months, against what came."</p>
                </Explain>
            </header>
            {widget(forecast, "The back-test", || view! { <SkeletonCard label="Loading the back-test"/> }, content)}
        </section>
    }
}

fn back_test(test: &BackTest, interval: String) -> ChartTable {
    let row = |month: &BackTestMonth| {
        let href = subscriptions_on(month.day, month.actual.currency, None, "");
        let error = month.error.map_or_else(|| MISSING.into(), signed_percent);
        let cells = [
            (money_whole(month.actual), Some(href)),
            (money_whole(month.expected), None),
            (format!("{} – {}", money_whole(month.low), money_whole(month.high)), None),
            (error, None),
        ];
        (month_year(month.day), cells.map(|(text, href)| Cell { text, href }).into())
    };
    let mean = test.mean_error.map_or_else(|| MISSING.into(), percent);
    let empty = || Cell { text: String::new(), href: None };
    let all = ("Mean error".to_owned(), vec![empty(), empty(), empty(), Cell { text: mean, href: None }]);
    ChartTable {
        head: ["Month", "Came", "Expected", interval.as_str(), "Error"].map(str::to_owned).into(),
        rows: test.months.iter().map(row).chain(std::iter::once(all)).collect(),
    }
}

fn signed_percent(rate: f64) -> String {
    let text = percent(rate);
    if rate > 0.0 { format!("+{text}") } else { text }
}

/// The pace at which MRR is assumed to be won.
#[component]
pub fn PaceCard(forecast: Query<ForecastReport>) -> impl IntoView {
    let content = |report: Signal<ForecastReport>| {
        view! {
            <FigureTable title=Signal::stored("What is assumed".to_owned()) table=Signal::derive(move || report.with(pace))/>
            <footer class="card__foot"><span>"Who comes back is not counted as new: they count in their cohort again, in how customers stay."</span></footer>
        }
    };
    view! {
        <section class="card c5" aria-labelledby="h-pace">
            <header class="card__head card__head--line">
                <h2 id="h-pace">"What is assumed"</h2>
                <Explain id="x-pace" of="What is assumed of new MRR">
                    <p>"The mean of the last six full months, or of as many as there are, goes on unchanged: no growth, no season. What is won leaves again as new customers do."</p>
                </Explain>
            </header>
            {widget(forecast, "What is assumed", || view! { <SkeletonCard label="Loading what is assumed"/> }, content)}
        </section>
    }
}

fn pace(report: &ForecastReport) -> ChartTable {
    let text = |text: String| vec![Cell { text, href: None }];
    let months = report.pace.map(|pace| date_range(pace.from, pace.to));
    let amount = |of: Option<Money>| text(of.map_or_else(|| MISSING.into(), signed_whole));
    ChartTable {
        head: ["Assumption", "Value"].map(str::to_owned).into(),
        rows: vec![
            ("MRR it begins with".to_owned(), text(money_whole(report.mrr))),
            ("At the end of".to_owned(), text(month_year(report.until))),
            ("Full months that are known".to_owned(), text(report.known_months.to_string())),
            ("Mean of".to_owned(), text(months.unwrap_or_else(|| MISSING.into()))),
            ("New MRR a month".to_owned(), amount(report.pace.map(|pace| pace.started))),
            ("Expansion less contraction a month".to_owned(), amount(report.pace.map(|pace| pace.changed))),
            ("Discount a year".to_owned(), text(a_year(report))),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::super::forecast::tests::report;
    use super::*;

    #[test]
    fn the_back_test_shows_each_months_error_and_their_mean() {
        let table = back_test(report().back_test.as_ref().unwrap(), interval(&report()));
        assert_eq!(table.head[3], "80% interval");
        let texts: Vec<_> = table.rows[0].1.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(texts, ["$1,000", "$1,020", "$990 – $1,050", "+2.00%"]);
        assert_eq!(table.rows[1].1[3].text, "2.00%");
        assert_eq!(pace(&report()).rows[5].1[0].text, "−$8");
    }
}

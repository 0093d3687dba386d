//! The finance dashboard: MRR and ARR by tier and stream, what moved them, who stays, what failed, what went back, what is
//! expected.

use super::cohorts::CohortCard;
use super::forecast::{ForecastCard, use_forecast};
use super::payments::{FailuresCard, RefundsCard, all_rows, rate, refunded, use_payments};
use super::tiles::{Metric, Shown, metric_tiles, tiles_skeleton};
use super::year::{USUAL, Year, in_words, months_before, use_year};
use super::{alone_note, days_note};
use crate::api::analytics;
use crate::components::{DateRange, PeriodTabs, PrintHead, use_title};
use crate::format::{Better, MISSING, count_delta, date_range, money, money_whole, points_delta};
use crate::glance::live;
use crate::pages::dashboard::{self, ChartCard, DASHBOARDS, MovementCard, widget};
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use chrono::NaiveDate;
use crm_types::Money;
use crm_types::analytics::{Figure, Overview};
use crm_types::analytics_payments::{PaymentFigures, PaymentReport};
use leptos::prelude::*;

static METRICS: [Metric; 8] = [
    Metric {
        label: "MRR",
        id: "x-mrr-tile",
        formula: "The sum of the monthly value of subscriptions that are active or past due at the end of the period.",
        example: "100 × $100 a month + 50 × $600 a year = $12,500.",
    },
    Metric { label: "ARR", id: "x-arr-tile", formula: "12 × MRR.", example: "12 × $12,500 = $150,000." },
    Metric {
        label: "ARPU",
        id: "x-arpu-tile",
        formula: "MRR / paying customers, at the end of the period.",
        example: "$12,500 / 150 = $83.33.",
    },
    Metric {
        label: "Paid",
        id: "x-paid-tile",
        formula: "Payments that succeeded in the months of the period, tax included; what went back is not taken off.",
        example: "90 payments, $2,000.",
    },
    Metric {
        label: "Payment failure",
        id: "x-failure-tile",
        formula: "Attempts to collect that failed / all attempts, in the months of the period.",
        example: "10 of 100 attempts: 10%.",
    },
    Metric {
        label: "Recovery",
        id: "x-recovery-tile",
        formula: "Of the invoices whose first attempt failed in these months, those that were paid later.",
        example: "6 of 8: 75%.",
    },
    Metric {
        label: "Refunded",
        id: "x-refunded-tile",
        formula: "Refunds that were made in the months of the period. Disputes are not among them.",
        example: "2 refunds, $40.",
    },
    Metric {
        label: "Refund rate",
        id: "x-refund-tile",
        formula: "Refunds / what was paid in the same months.",
        example: "$40 of $2,000: 2.00%.",
    },
];

/// The last so many are of payments.
const PAYMENTS: usize = 5;

/// The page at `/dashboard/finance`.
#[component]
pub fn FinancePage() -> impl IntoView {
    use_title(|| "Finance dashboard".into());
    let year = use_year();
    let payments = use_payments(year.period);
    let forecast = use_forecast(year.period);
    view! {
        <header class="page-head">
            <div class="page-head__row">
                <div class="page-head__title"><h1>"Dashboard"</h1></div>
                <DateRange period=year.shown currencies=year.currencies usual=USUAL/>
            </div>
            <PeriodTabs label="Dashboards" tabs=DASHBOARDS.to_vec()/>
            <PrintHead shows=live(move || in_words(year))/>
            {days_note(year)}
            {alone_note(year, "Payments, cohorts and the forecast")}
        </header>
        <Tiles year=year payments=payments/>
        <div class="grid">
            <ChartCard period=year.period/>
            <MovementCard period=year.period/>
            <CohortCard year=year class="card c12"/>
            <FailuresCard report=payments/>
            <RefundsCard report=payments/>
            <ForecastCard forecast=forecast class="card c12"/>
        </div>
    }
}

#[component]
fn Tiles(year: Year, payments: Query<PaymentReport>) -> impl IntoView {
    let period = year.period;
    let overview =
        use_query::<Overview>(move || Some(period.with(analytics::overview))).refresh_on(use_realtime().billing());
    let earlier = use_query::<PaymentReport>(move || Some(period.with(|p| analytics::payments(&months_before(p)))));
    let content = move |overview: Signal<Overview>| {
        let shown = Memo::new(move |_| {
            let mut tiles = overview.with(of_overview);
            tiles.extend(match payments.get() {
                Some(report) => {
                    let chosen = period.with(|period| (period.from, period.to));
                    of_payments(&report, earlier.get().as_ref(), chosen)
                }
                None => vec![Shown::without(payments.error().get().is_some()); PAYMENTS],
            });
            tiles
        });
        metric_tiles(&METRICS, shown)
    };
    view! {
        <section class="stats stats--4" aria-label="Key figures">
            {widget(overview, "Key figures", || tiles_skeleton(&METRICS), content)}
        </section>
    }
}

fn of_overview(overview: &Overview) -> Vec<Shown> {
    let scope = dashboard::scope(overview);
    let tile = |figure: &Figure<Money>, text: fn(Money) -> String, href: String| {
        let minor = |amount: Option<Money>| amount.map(|amount| amount.minor);
        Shown {
            value: figure.value.map_or_else(|| MISSING.into(), text),
            delta: count_delta(minor(figure.value), minor(figure.previous), Better::Higher),
            spark: figure.series.iter().map(|point| minor(point.value).map(|minor| minor as f64)).collect(),
            href,
            note: None,
        }
    };
    vec![
        tile(&overview.mrr, money_whole, scope.subscriptions()),
        tile(&overview.arr, money_whole, scope.subscriptions()),
        tile(&overview.arpu, money, scope.paying()),
    ]
}

/// Payments are added up by month: where that is more than the days that were chosen, the tiles say which days they are of.
fn of_payments(report: &PaymentReport, before: Option<&PaymentReport>, chosen: (NaiveDate, NaiveDate)) -> Vec<Shown> {
    // Of a month that is not over there are no other days yet.
    let over = report.steps.last().is_some_and(|step| step.complete);
    let more = report.from < chosen.0 || (over && report.to > chosen.1);
    let note = more.then(|| date_range(report.from, report.to));
    let rate_of = |of: fn(&PaymentFigures) -> Option<f64>, status: &str, better: Better| Shown {
        value: rate(of(&report.total)),
        delta: points_delta(of(&report.total), before.and_then(|before| of(&before.total)), better),
        spark: report.steps.iter().map(|step| of(&step.figures)).collect(),
        href: all_rows(report, status),
        note: note.clone(),
    };
    let amount = |of: fn(&PaymentReport) -> Money, status: &str, better: Better| Shown {
        value: money_whole(of(report)),
        delta: count_delta(Some(of(report).minor), before.map(|before| of(before).minor), better),
        href: all_rows(report, status),
        note: note.clone(),
        ..Shown::default()
    };
    vec![
        amount(|report| report.total.paid, "succeeded", Better::Higher),
        rate_of(|f| f.failure_rate, "failed", Better::Lower),
        Shown { href: String::new(), ..rate_of(|f| f.recovery_rate, "failed", Better::Higher) },
        amount(refunded, "refunded", Better::Lower),
        rate_of(|f| f.refund_rate, "refunded", Better::Lower),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::payments::tests::report;
    use super::*;

    #[test]
    fn payments_fill_their_tiles() {
        let report = report();
        let tiles = of_payments(&report, None, (report.from, report.to));
        let values: Vec<_> = tiles.iter().map(|tile| tile.value.as_str()).collect();
        assert_eq!(values, ["$2,000", "10.0%", "75.0%", "$40", "2.00%"]);
        assert_eq!(
            tiles[3].href,
            "/transactions?status=refunded&kind=refund&currency=usd&from=2026-09-01&to=2026-10-31"
        );
        assert_eq!((tiles.len(), 3 + PAYMENTS), (PAYMENTS, METRICS.len()));
        assert!(tiles.iter().all(|tile| tile.note.is_none()));
        let part = of_payments(&report, None, (report.from.succ_opt().unwrap(), report.to));
        assert!(part.iter().all(|tile| tile.note.as_deref() == Some("Sep 1 – Oct 31, 2026")));
    }
}

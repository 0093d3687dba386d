//! What is expected: MRR in the months to come, how well that was foretold before, and what customers are worth.

use super::assumed::{BackTestCard, PaceCard, inside, interval};
use super::lifetime::{LifetimeCard, SurvivalCards};
use super::retention_chart::legend;
use super::tiles::{Metric, Shown, metric_tiles, tiles_skeleton};
use super::year::use_year;
use super::{AnalyticsHead, FORECAST};
use crate::api::analytics;
use crate::charts::{AsTable, BandSeries, Legend, LineChart, LineData, LineSeries, Unit, line_table};
use crate::components::{EmptyState, Explain, Period, use_param};
use crate::format::{MISSING, money_whole, percent};
use crate::pages::dashboard::{chart_skeleton, subscriptions_on, widget};
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crm_types::Money;
use crm_types::analytics::Step;
use crm_types::analytics_forecast::ForecastReport;
use leptos::prelude::*;

static METRICS: [Metric; 4] = [
    Metric {
        label: "MRR in 12 months",
        id: "x-in-a-year",
        formula: "What today’s customers still pay then, by how the customers of each plan stay, and what is won until then at the pace of the last six full months.",
        example: "$10,000 kept of today’s $12,500, and $3,000 won: $13,000.",
    },
    Metric {
        label: "Back-test error",
        id: "x-error",
        formula: "The forecast is made once more without the last six full months, and compared with what came: the mean of the monthly errors, each without its sign (MAPE).",
        example: "2% too much, then 4% too little: 3.00%.",
    },
    Metric {
        label: "LTV of a new customer",
        id: "x-new-ltv",
        formula: "ARPU × the months that a new customer is expected to pay for, each payment discounted to the first at the yearly rate that is assumed.",
        example: "$19 × 41.2 months = $783.",
    },
    Metric {
        label: "To come of today’s customers",
        id: "x-to-come",
        formula: "What those who pay now are expected to pay from the next payment on, discounted at the yearly rate that is assumed: the sum over the cohorts of all customers together. The plans below each go by how their own customers stay, so they add up to another sum.",
        example: "$1,000 a month × 40.2 months = $40,200.",
    },
];

/// The page at `/analytics/forecast`.
#[component]
pub fn ForecastPage() -> impl IntoView {
    let year = use_year();
    let forecast = use_forecast(year.period);
    let plan = use_param("plan", "");
    let tiles = move |report: Signal<ForecastReport>| {
        metric_tiles(&METRICS, Memo::new(move |_| report.with(|report| shown(report).into())))
    };
    view! {
        <AnalyticsHead tab=FORECAST year=year/>
        <section class="stats stats--4" aria-label="Key figures">
            {widget(forecast, "Key figures", || tiles_skeleton(&METRICS), tiles)}
        </section>
        <div class="grid">
            <ForecastCard forecast=forecast class="card c12"/>
            <BackTestCard forecast=forecast/>
            <PaceCard forecast=forecast/>
            <LifetimeCard forecast=forecast/>
            <SurvivalCards forecast=forecast plan=plan/>
        </div>
    }
}

/// Reads the forecast in the page's currency.
pub fn use_forecast(period: Memo<Period>) -> Query<ForecastReport> {
    use_query::<ForecastReport>(move || Some(period.with(analytics::forecast))).refresh_on(use_realtime().mrr())
}

fn shown(report: &ForecastReport) -> [Shown; 4] {
    let last = report.months.last();
    let amount = |value: Option<Money>| value.map_or_else(|| MISSING.into(), money_whole);
    let between = last.map(|month| format!("{} – {}", money_whole(month.low), money_whole(month.high)));
    let error = report.back_test.as_ref().and_then(|test| test.mean_error);
    let inside = report.back_test.as_ref().map(inside);
    // What is to come has no rows yet.
    [
        Shown { value: amount(last.map(|month| month.expected)), note: between, ..Shown::default() },
        Shown { value: error.map_or_else(|| MISSING.into(), percent), note: inside, ..Shown::default() },
        Shown { value: amount(report.total.ltv), ..Shown::default() },
        Shown { value: amount(report.total.residual_value), ..Shown::default() },
    ]
}

/// The chart of what was and what is expected.
#[component]
pub fn ForecastCard(
    forecast: Query<ForecastReport>,
    /// Its place on the page.
    class: &'static str,
) -> impl IntoView {
    let content = |report: Signal<ForecastReport>| {
        let data = Memo::new(move |_| report.with(lines));
        let keys = Memo::new(move |_| data.with(legend));
        let why_not = Memo::new(move |_| report.with(|report| report.why_not.clone()));
        let href = move |(at, _): (usize, Option<usize>)| report.with(|report| rows(report, at));
        move || {
            match why_not.get() {
            Some(why) => view! {
                <div class="card__body"><EmptyState icon="chart" title="Too little is known for a forecast" text=why/></div>
            }
            .into_any(),
            None => view! {
                <div class="card__body"><Legend items=keys/><LineChart data=data href=Callback::new(href)/></div>
                <footer class="card__foot">
                    <AsTable title=Signal::stored("MRR forecast".to_owned())
                        table=Signal::derive(move || report.with(|report| {
                            line_table(&lines(report), &|day, _| rows(report, day))
                        }))/>
                </footer>
            }
            .into_any(),
        }
        }
    };
    let named = move || forecast.map(interval).unwrap_or_else(|| "interval".into());
    view! {
        <section class=class aria-labelledby="h-forecast">
            <header class="card__head">
                <h2 id="h-forecast">"MRR forecast"</h2>
                <Explain id="x-forecast" of="MRR forecast">
                    <p>"MRR at the end of each month: what those who paid at the end of the last full month still pay, by the survival model of their plan and how long they have been there, and what is won at the pace of the last six full months."</p>
                    <p>"The "{named}" holds that part of many simulated futures, in which customers leave or stay anew, the models are fitted to that, and the months of the pace are drawn anew. It does not know of new plans, prices or campaigns."</p>
                </Explain>
            </header>
            {widget(forecast, "MRR forecast", || chart_skeleton("chart-wait", "Loading the forecast"), content)}
        </section>
    }
}

/// The forecast begins where history ends.
fn lines(report: &ForecastReport) -> LineData {
    let known = report.history.len();
    let minor = |money: Money| Some(money.minor);
    let past = report.history.iter().map(|point| minor(point.mrr));
    let last = report.history.last().map(|point| point.mrr.minor);
    let begins = |before: usize| std::iter::repeat_n(None, before.saturating_sub(1));
    let expected = begins(known).chain(last.map(Some)).chain(report.months.iter().map(|month| minor(month.expected)));
    let ends = report.months.iter().map(|month| Some((month.low.minor, month.high.minor)));
    let band =
        std::iter::repeat_n(None, known.saturating_sub(1)).chain(last.map(|last| Some((last, last)))).chain(ends);
    let none = std::iter::repeat_n(None, report.months.len());
    let days = report.history.iter().map(|point| point.day).chain(report.months.iter().map(|month| month.day));
    LineData {
        title: "MRR forecast".into(),
        unit: Unit::Money(report.currency),
        step: Step::Month,
        days: days.collect(),
        names: vec![],
        lines: vec![
            LineSeries { label: "MRR".into(), color: 0, dashed: false, values: past.chain(none).collect() },
            LineSeries { label: "Expected".into(), color: 0, dashed: true, values: expected.collect() },
        ],
        band: Some(BandSeries { label: interval(report), color: 0, values: band.collect() }),
        from_zero: true,
    }
}

/// The subscriptions behind a point of history. What is to come has no rows yet.
fn rows(report: &ForecastReport, at: usize) -> String {
    let point = report.history.get(at);
    point.map(|point| subscriptions_on(point.day, report.currency, None, "")).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crm_types::Currency;
    use crm_types::analytics_forecast::{
        BackTest, BackTestMonth, CohortValue, ForecastMonth, ForecastPace, MrrPoint, PlanValue, SurvivalModel,
        SurvivalPoint,
    };

    fn usd(major: i64) -> Money {
        Money::new(major * 100, Currency::USD)
    }

    fn plan(key: &str, label: &str, customers: i64, arpa: i64) -> PlanValue {
        PlanValue {
            key: key.into(),
            label: label.into(),
            size: customers,
            customers,
            mrr: usd(customers * arpa),
            arpa: Some(usd(arpa)),
            model: None,
            why_not: Some("Fewer than 20 of these customers have left so far.".into()),
            survival: vec![],
            lifetime_months: None,
            discounted_months: None,
            ltv: None,
            residual_value: Some(usd(20_000)),
            cohorts: vec![],
        }
    }

    pub fn report() -> ForecastReport {
        let day = |text: &str| text.parse().unwrap();
        let basic = PlanValue {
            model: Some(SurvivalModel { alpha: 0.668, beta: 3.806 }),
            why_not: None,
            survival: [(0, Some(1.0), 1.0), (1, Some(0.869), 0.851), (2, None, 0.747)]
                .map(|(k, observed, expected)| SurvivalPoint { k, observed, expected: Some(expected) })
                .to_vec(),
            discounted_months: Some(41.2),
            ltv: Some(usd(783)),
            residual_value: Some(usd(60_000)),
            cohorts: vec![CohortValue {
                month: day("2026-10-01"),
                size: 80,
                customers: 80,
                mrr: usd(1_520),
                model: None,
                residual_months: Some(40.2),
                residual_value: Some(usd(60_000)),
            }],
            ..plan("tier1", "Basic", 80, 19)
        };
        let month = |day, expected: i64| ForecastMonth {
            day,
            expected: usd(expected),
            low: usd(expected - 100),
            high: usd(expected + 100),
            retained: usd(expected - 50),
            added: usd(50),
        };
        ForecastReport {
            currency: Currency::USD,
            as_of: None,
            until: day("2026-10-31"),
            known_months: 14,
            discount_bp: 1_000,
            interval_bp: 8_000,
            mrr: usd(2_019),
            history: vec![
                MrrPoint { day: day("2026-09-30"), mrr: usd(1_900) },
                MrrPoint { day: day("2026-10-31"), mrr: usd(2_019) },
            ],
            months: vec![month(day("2026-11-30"), 2_100), month(day("2026-12-31"), 2_200)],
            pace: Some(ForecastPace {
                from: day("2026-05-01"),
                to: day("2026-10-31"),
                months: 6,
                started: usd(120),
                changed: usd(-8),
            }),
            why_not: None,
            back_test: Some(BackTest {
                until: day("2026-04-30"),
                months: vec![BackTestMonth {
                    day: day("2026-05-31"),
                    actual: usd(1_000),
                    expected: usd(1_020),
                    low: usd(990),
                    high: usd(1_050),
                    error: Some(0.02),
                }],
                mean_error: Some(0.02),
                inside: 1,
            }),
            why_no_back_test: None,
            total: plan("", "Everybody", 81, 25),
            plans: vec![basic, plan("rev3_b2b", "REV 3 B2B", 1, 499)],
        }
    }

    #[test]
    fn what_is_expected_begins_where_history_ends() {
        let data = lines(&report());
        assert_eq!(data.days.len(), 4);
        assert_eq!(data.lines[0].values, [Some(190_000), Some(201_900), None, None]);
        assert_eq!(data.lines[1].values, [None, Some(201_900), Some(210_000), Some(220_000)]);
        let band = data.band.unwrap();
        assert_eq!(
            (band.label.as_str(), band.values[1], band.values[3]),
            ("80% interval", Some((201_900, 201_900)), Some((210_000, 230_000)))
        );
        assert_eq!(rows(&report(), 0), "/subscriptions?as_of=2026-09-30&currency=usd");
        assert_eq!(rows(&report(), 3), "");
    }

    #[test]
    fn tiles_say_the_interval_and_the_error() {
        let [year, error, ltv, _] = shown(&report());
        assert_eq!((year.value.as_str(), year.note.as_deref()), ("$2,200", Some("$2,100 – $2,300")));
        assert_eq!((error.value.as_str(), error.note.as_deref()), ("2.00%", Some("1 of 1 months within the interval")));
        assert_eq!(ltv.value, "–", "without a model there is none");
        let nothing = ForecastReport { months: vec![], back_test: None, history: vec![], ..report() };
        assert_eq!((shown(&nothing)[0].value.as_str(), shown(&nothing)[1].value.as_str()), ("–", "–"));
        assert!(lines(&nothing).days.is_empty());
    }
}

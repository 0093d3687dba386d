//! Rates over time, one kind at a time.

use crate::charts::{AsTable, KeyShape, Legend, LegendItem, LineChart, LineData, LineSeries, Unit, line_table};
use crate::components::{EmptyState, Explain, Switch, use_param};
use crate::pages::dashboard::{Scope, chart_skeleton, widget};
use crate::query::Query;
use crate::routes::{CUSTOMERS, list};
use chrono::NaiveDate;
use crm_types::analytics_retention::{ChurnReport, LtvReport, Retention};
use leptos::prelude::*;

static CHOICES: &[(&str, &str)] =
    &[("revenue", "Revenue"), ("churn", "Churn"), ("quick", "Quick ratio"), ("value", "LTV")];

/// A chart with its choice, legend and table.
#[component]
pub fn RetentionChart(churn: Query<ChurnReport>, ltv: Query<LtvReport>) -> impl IntoView {
    let chosen = use_param("chart", "revenue");
    let of_churn = move |report: Signal<ChurnReport>| {
        let data = Memo::new(move |_| report.with(|report| churn_lines(report, &chosen.get())));
        let href = move |(at, line): (usize, Option<usize>)| {
            report.with(|report| churn_rows(report, &chosen.get_untracked(), at, line))
        };
        chart(data, Callback::new(href))
    };
    let of_ltv = move |report: Signal<LtvReport>| {
        let data = Memo::new(move |_| report.with(ltv_lines));
        let href = move |(at, _): (usize, Option<usize>)| report.with(|report| ltv_rows(report, at));
        chart(data, Callback::new(href))
    };
    let skeleton = || chart_skeleton("chart-wait", "Loading retention over time");
    let is_ltv = Memo::new(move |_| chosen.get() == "value");
    view! {
        <section class="card c12" aria-labelledby="h-over-time">
            <header class="card__head">
                <h2 id="h-over-time">"Over time"</h2>
                <Explain id="x-over-time" of="Retention over time">
                    <p>"Each point is the figure of its own month or week, by the formula beside the tile of the same name. LTV is as at the end of the month."</p>
                    <p class="muted">"A month that is not over has no rate yet."</p>
                </Explain>
                <span class="end"><Switch label="Chart" name="chart" choices=CHOICES/></span>
            </header>
            {move || match is_ltv.get() {
                true => widget(ltv, "LTV over time", skeleton, of_ltv).into_any(),
                false => widget(churn, "Retention over time", skeleton, of_churn).into_any(),
            }}
        </section>
    }
}

fn chart(data: Memo<LineData>, href: Callback<(usize, Option<usize>), String>) -> impl IntoView {
    let empty = Memo::new(move |_| data.with(|data| data.days.is_empty()));
    let legend = Memo::new(move |_| data.with(legend));
    move || {
        match empty.get() {
        true => view! {
            <div class="card__body">
                <EmptyState icon="chart" title="No month of this period is over yet" text="A rate is known once its month is over. Choose a period that begins earlier."/>
            </div>
        }
        .into_any(),
        false => view! {
            <div class="card__body">
                <Legend items=legend/>
                <LineChart data=data href=href/>
            </div>
            <footer class="card__foot">
                <AsTable title=Signal::derive(move || data.with(|data| data.title.clone()))
                    table=Signal::derive(move || data.with(|data| line_table(data, &|day, line| href.run((day, line)))))/>
            </footer>
        }
        .into_any(),
    }
    }
}

/// The keys of a line chart.
pub fn legend(data: &LineData) -> Vec<LegendItem> {
    let lines = data.lines.iter().map(|line| (line.label.clone(), line.color, line.shape()));
    let band = data.band.iter().map(|band| (band.label.clone(), band.color, KeyShape::Band));
    lines.chain(band).map(|(label, color, shape)| LegendItem { label, color, shape, href: None }).collect()
}

/// A line's colour, its name and its figure.
type Rate<'a> = (usize, &'a str, fn(&Retention) -> Option<f64>);

fn churn_lines(report: &ChurnReport, kind: &str) -> LineData {
    let steps = || report.steps.iter().filter(|step| step.complete);
    let rate = |(color, label, of): Rate, scale: fn(f64) -> i64| LineSeries {
        label: label.into(),
        color,
        dashed: false,
        values: steps().map(|step| of(&step.figures).map(scale)).collect(),
    };
    let rates = |of: &[Rate]| of.iter().map(|of| rate(*of, Unit::rate)).collect();
    let (title, unit, from_zero, lines): (_, _, _, Vec<LineSeries>) = match kind {
        "churn" => (
            "Churn",
            Unit::Rate,
            true,
            rates(&[
                (0, "Customer churn", |r| r.customer_churn_rate),
                (1, "Gross MRR churn", |r| r.gross_mrr_churn_rate),
                (2, "Net MRR churn", |r| r.net_mrr_churn_rate),
            ]),
        ),
        "quick" => ("Quick ratio", Unit::Ratio, true, vec![rate((0, "Quick ratio", |r| r.quick_ratio), Unit::ratio)]),
        _ => ("Revenue retention", Unit::Rate, false, rates(&[(0, "NRR", |r| r.nrr), (1, "GRR", |r| r.grr)])),
    };
    LineData {
        title: title.into(),
        unit,
        step: report.interval,
        days: steps().map(|step| step.to).collect(),
        names: vec![],
        lines,
        band: None,
        from_zero,
    }
}

/// The movements of the step behind a point, as the tile of the same name leads to them.
fn churn_rows(report: &ChurnReport, kind: &str, at: usize, line: Option<usize>) -> String {
    let step = report.steps.iter().filter(|step| step.complete).nth(at);
    let (from, to) = step.map_or((report.from, report.to), |step| (step.from, step.to));
    let scope = Scope { from, to, currency: Some(report.currency) };
    match (kind, line) {
        ("churn", Some(0)) => scope.churned(),
        ("churn", Some(1)) => scope.lost(),
        _ => scope.movements(None),
    }
}

fn ltv_lines(report: &LtvReport) -> LineData {
    let line = LineSeries {
        label: "LTV".into(),
        color: 0,
        dashed: false,
        values: report.steps.iter().map(|step| step.value.ltv.map(|ltv| ltv.minor)).collect(),
    };
    LineData {
        title: "Lifetime value".into(),
        unit: Unit::Money(report.currency),
        step: report.interval,
        days: report.steps.iter().map(|step| step.day).collect(),
        names: vec![],
        lines: vec![line],
        band: None,
        from_zero: true,
    }
}

/// Who paid on the day of a point.
fn ltv_rows(report: &LtvReport, at: usize) -> String {
    let day: NaiveDate = report.steps.get(at).map_or(report.to, |step| step.day);
    list(CUSTOMERS, &[("paying_at", &day.to_string()), ("currency", report.currency.code())])
}

#[cfg(test)]
mod tests {
    use super::super::retention::tests::report;
    use super::*;

    #[test]
    fn a_chart_has_the_steps_that_are_over() {
        let revenue = churn_lines(&report(), "revenue");
        assert_eq!((revenue.days.len(), revenue.lines.len(), revenue.from_zero), (1, 2, false));
        assert_eq!((revenue.value(0, 0), revenue.value(1, 0)), (Some(9_500), Some(8_000)));
        assert_eq!(churn_lines(&report(), "churn").lines.len(), 3);
        let quick = churn_lines(&report(), "quick");
        assert_eq!((quick.unit, quick.value(0, 0)), (Unit::Ratio, Some(200)));
        let rows = |kind, line| churn_rows(&report(), kind, 0, line);
        let days = "from=2026-09-01&to=2026-09-30&currency=usd";
        assert_eq!(rows("revenue", Some(0)), format!("/mrr-movements?{days}"));
        assert_eq!(rows("churn", Some(0)), format!("/mrr-movements?movement=churn&paying_at_start=true&{days}"));
        assert_eq!(rows("churn", Some(1)), format!("/mrr-movements?movement=contraction,churn&{days}"));
        assert_eq!(legend(&revenue).iter().map(|item| item.label.as_str()).collect::<Vec<_>>(), ["NRR", "GRR"]);
    }
}

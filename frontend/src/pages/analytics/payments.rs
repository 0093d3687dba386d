//! Payments that failed and came back, and what went back to customers.

use super::retention_chart::legend;
use crate::api::analytics;
use crate::charts::{AsTable, Cell, ChartTable, Legend, LineChart, LineData, LineSeries, Unit};
use crate::components::{EmptyState, Explain, Period};
use crate::format::{MISSING, count, date_range, money_whole, month_year, percent};
use crate::pages::dashboard::{chart_skeleton, widget};
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crate::routes::{TRANSACTIONS, list};
use chrono::NaiveDate;
use crm_types::Money;
use crm_types::analytics::Step;
use crm_types::analytics_payments::{PaymentFigures, PaymentReport, PaymentStep};
use leptos::prelude::*;

/// Reads the payments of a page's days.
pub fn use_payments(period: Memo<Period>) -> Query<PaymentReport> {
    use_query::<PaymentReport>(move || Some(period.with(analytics::payments))).refresh_on(use_realtime().billing())
}

/// Failure and recovery by month.
#[component]
pub fn FailuresCard(report: Query<PaymentReport>) -> impl IntoView {
    let content = |report: Signal<PaymentReport>| {
        // Of invoices that were paid later there is no list.
        chart(report, |report| lines(report, "Payment failure and recovery", &RATES), failures, &["failed", ""])
    };
    view! {
        <section class="card c6" aria-labelledby="h-failures">
            <header class="card__head">
                <h2 id="h-failures">"Payment failures and recovery"</h2>
                <Explain id="x-failures" of="Payment failures and recovery">
                    <p>"Failure: attempts to collect that failed / all attempts. Recovery: of the invoices whose first attempt failed in the month, those that were paid later, whenever."</p>
                    <p class="muted">"The recovery of young months still rises."</p>
                </Explain>
            </header>
            {widget(report, "Payment failures", || chart_skeleton("chart-wait", "Loading payment failures"), content)}
        </section>
    }
}

/// Refunds and disputes by month.
#[component]
pub fn RefundsCard(report: Query<PaymentReport>) -> impl IntoView {
    let content = |report: Signal<PaymentReport>| chart(report, refund_lines, refunds, &["refunded", "disputed"]);
    view! {
        <section class="card c6" aria-labelledby="h-refunds">
            <header class="card__head">
                <h2 id="h-refunds">"Refunds and disputes"</h2>
                <Explain id="x-refunds" of="Refunds and disputes">
                    <p>"What went back / what was paid in the same month, tax included. A refund counts when it was made, and a dispute when it took the money, not when their payment was; a dispute that was won does not count."</p>
                    <p class="muted">"$40 back of $2,000 paid: 2.00%."</p>
                </Explain>
            </header>
            {widget(report, "Refunds", || chart_skeleton("chart-wait", "Loading refunds"), content)}
        </section>
    }
}

fn chart(
    report: Signal<PaymentReport>,
    lines: fn(&PaymentReport) -> LineData,
    table: fn(&PaymentReport) -> ChartTable,
    // The status of the transactions behind each line.
    statuses: &'static [&'static str],
) -> impl IntoView {
    let data = Memo::new(move |_| report.with(lines));
    let nothing = Memo::new(move |_| report.with(|report| report.total.payments + report.total.failed_attempts == 0));
    let keys = Memo::new(move |_| data.with(legend));
    let href = move |(at, line): (usize, Option<usize>)| report.with(|report| rows(report, at, statuses, line));
    move || {
        match nothing.get() {
        true => view! {
            <div class="card__body"><EmptyState icon="coins" title="No payments in these months" text="Choose other days, or another currency."/></div>
        }
        .into_any(),
        false => view! {
            <div class="card__body">
                <Legend items=keys/>
                <LineChart data=data href=Callback::new(href)/>
            </div>
            <footer class="card__foot">
                <AsTable title=Signal::derive(move || data.with(|data| data.title.clone()))
                    table=Signal::derive(move || report.with(table))/>
            </footer>
        }
        .into_any(),
    }
    }
}

type Rate = (&'static str, fn(&PaymentFigures) -> Option<f64>);

const RATES: [Rate; 2] = [("Failed attempts", |f| f.failure_rate), ("Invoices recovered", |f| f.recovery_rate)];

fn refund_lines(report: &PaymentReport) -> LineData {
    lines(report, "Refunds and disputes", &[("Refunded", |f| f.refund_rate), ("Disputed", |f| f.dispute_rate)])
}

fn lines(report: &PaymentReport, title: &str, rates: &[Rate]) -> LineData {
    let line = |(color, (label, of)): (usize, &Rate)| LineSeries {
        label: (*label).to_owned(),
        color,
        dashed: false,
        values: report.steps.iter().map(|step| of(&step.figures).map(Unit::rate)).collect(),
    };
    LineData {
        title: format!("{title}, {}", date_range(report.from, report.to)),
        unit: Unit::Rate,
        step: Step::Month,
        days: report.steps.iter().map(|step| step.to).collect(),
        names: vec![],
        lines: rates.iter().enumerate().map(line).collect(),
        band: None,
        from_zero: true,
    }
}

/// The transactions of a month's point: of a line, or of the first one. Empty where no list has them.
fn rows(report: &PaymentReport, at: usize, statuses: &[&str], line: Option<usize>) -> String {
    let status = statuses.get(line.unwrap_or_default()).copied().unwrap_or_default();
    let step = report.steps.get(at).filter(|_| !status.is_empty());
    step.map(|step| of_days(report, (step.from, step.to), status)).unwrap_or_default()
}

fn of_days(report: &PaymentReport, (from, to): (NaiveDate, NaiveDate), status: &str) -> String {
    let (from, to) = (from.to_string(), to.to_string());
    let kind = match status {
        "refunded" => "refund",
        "disputed" => "dispute",
        _ => "payment",
    };
    let currency = report.currency.code();
    list(TRANSACTIONS, &[("status", status), ("kind", kind), ("currency", currency), ("from", &from), ("to", &to)])
}

/// A rate in words.
pub fn rate(value: Option<f64>) -> String {
    value.map_or_else(|| MISSING.into(), percent)
}

fn month(step: &PaymentStep) -> String {
    format!("{}{}", month_year(step.from), if step.complete { "" } else { ", so far" })
}

fn failures(report: &PaymentReport) -> ChartTable {
    let row = |name: String, days, figures: &PaymentFigures| {
        let failed = of_days(report, days, "failed");
        let cells = [
            (count(figures.failed_attempts), Some(failed)),
            (rate(figures.failure_rate), None),
            (count(figures.failed_invoices), None),
            (count(figures.recovered_invoices), None),
            (rate(figures.recovery_rate), None),
            (money_whole(figures.recovered_amount), None),
        ];
        (name, cells.map(|(text, href)| Cell { text, href }).into())
    };
    table(
        report,
        &["Month", "Failed attempts", "Failure", "Invoices that failed", "Paid later", "Recovery", "Recovered"],
        &row,
    )
}

fn refunds(report: &PaymentReport) -> ChartTable {
    let row = |name: String, days, figures: &PaymentFigures| {
        let cells = [
            (money_whole(figures.paid), Some(of_days(report, days, "succeeded"))),
            (count(figures.refunds), Some(of_days(report, days, "refunded"))),
            (money_whole(figures.refunded), Some(of_days(report, days, "refunded"))),
            (rate(figures.refund_rate), None),
            (count(figures.disputes), Some(of_days(report, days, "disputed"))),
            (money_whole(figures.disputed), Some(of_days(report, days, "disputed"))),
            (rate(figures.dispute_rate), None),
        ];
        (name, cells.map(|(text, href)| Cell { text, href }).into())
    };
    table(
        report,
        &["Month", "Paid", "Refunds", "Refunded", "Refund rate", "Disputes", "Disputed", "Dispute rate"],
        &row,
    )
}

type TableRow<'a> = &'a dyn Fn(String, (NaiveDate, NaiveDate), &PaymentFigures) -> (String, Vec<Cell>);

/// Newest first, with all months below.
fn table(report: &PaymentReport, head: &[&str], row: TableRow<'_>) -> ChartTable {
    let months = report.steps.iter().rev().map(|step| row(month(step), (step.from, step.to), &step.figures));
    let all = row("Together".into(), (report.from, report.to), &report.total);
    ChartTable {
        head: head.iter().map(|text| (*text).to_owned()).collect(),
        rows: months.chain(std::iter::once(all)).collect(),
    }
}

/// The transactions of all months.
pub fn all_rows(report: &PaymentReport, status: &str) -> String {
    of_days(report, (report.from, report.to), status)
}

/// What went back, as a positive amount.
pub fn refunded(report: &PaymentReport) -> Money {
    Money::new(report.total.refunded.minor.saturating_abs(), report.currency)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crm_types::Currency;

    pub fn report() -> PaymentReport {
        let usd = |minor| Money::new(minor, Currency::USD);
        let figures = PaymentFigures {
            payments: 90,
            paid: usd(200_000),
            average: Some(usd(2_222)),
            refunds: 2,
            refunded: usd(-4_000),
            refund_rate: Some(0.02),
            disputes: 1,
            disputed: usd(-1_000),
            dispute_rate: Some(0.005),
            failed_attempts: 10,
            failure_rate: Some(0.1),
            failed_invoices: 8,
            failed_amount: usd(20_000),
            recovered_invoices: 6,
            recovered_amount: usd(15_000),
            recovery_rate: Some(0.75),
            amount_recovery_rate: Some(0.75),
        };
        let step = |from: &str, to: &str, complete| PaymentStep {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            complete,
            figures: figures.clone(),
        };
        PaymentReport {
            currency: Currency::USD,
            from: "2026-09-01".parse().unwrap(),
            to: "2026-10-31".parse().unwrap(),
            as_of: None,
            steps: vec![step("2026-09-01", "2026-09-30", true), step("2026-10-01", "2026-10-31", false)],
            total: figures,
        }
    }

    #[test]
    fn a_month_leads_to_its_transactions() {
        assert_eq!(
            rows(&report(), 0, &["failed", ""], Some(0)),
            "/transactions?status=failed&kind=payment&currency=usd&from=2026-09-01&to=2026-09-30"
        );
        assert_eq!(rows(&report(), 0, &["failed", ""], Some(1)), "", "no list has the invoices that were paid later");
        assert!(rows(&report(), 0, &["refunded", "disputed"], Some(1)).contains("status=disputed&kind=dispute"));
        let chart = lines(&report(), "Payments", &RATES);
        assert_eq!((chart.value(0, 1), chart.value(1, 1)), (Some(1_000), Some(7_500)));
        let refunds = refunds(&report());
        assert_eq!(
            refunds.rows.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            ["Oct ’26, so far", "Sep ’26", "Together"]
        );
        let texts: Vec<_> = refunds.rows[1].1.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(texts, ["$2,000", "2", "−$40", "2.00%", "1", "−$10", "0.50%"]);
        assert_eq!(failures(&report()).rows[2].1[4].text, "75.0%");
        assert!(all_rows(&report(), "failed").ends_with("from=2026-09-01&to=2026-10-31"));
    }
}

//! Retention as tables: by stream or tier, and trials by when they began.

use crate::charts::{Cell, ChartTable, FigureTable};
use crate::components::{Explain, GroupSwitch, SkeletonCard};
use crate::format::{MISSING, count, date_range, money_whole, percent};
use crate::pages::dashboard::widget;
use crate::query::Query;
use crm_types::analytics_retention::{ChurnReport, Retention, RetentionGroup, TrialReport};
use leptos::prelude::*;

/// The same figures by stream or tier.
#[component]
pub fn Parts(churn: Query<ChurnReport>) -> impl IntoView {
    let content = |report: Signal<ChurnReport>| {
        view! {
            <FigureTable title=Signal::stored("Retention by part".to_owned())
                table=Signal::derive(move || report.with(parts))/>
        }
    };
    view! {
        <section class="card c7" aria-labelledby="h-parts">
            <header class="card__head card__head--line">
                <h2 id="h-parts">"By part of the business"</h2>
                <Explain id="x-parts" of="Retention by part">
                    <p>"A customer belongs where most of their MRR was when the period began. Customers and MRR of the parts add up to the whole."</p>
                </Explain>
                <span class="end"><GroupSwitch/></span>
            </header>
            {widget(churn, "Retention by part", || view! { <SkeletonCard label="Loading retention by part"/> }, content)}
        </section>
    }
}

fn parts(report: &ChurnReport) -> ChartTable {
    let cells = |of: &Retention| -> Vec<Cell> {
        let rate = |rate: Option<f64>| rate.map_or_else(|| MISSING.into(), percent);
        [
            count(of.start_customers),
            count(of.churned_customers),
            rate(of.customer_churn_rate),
            money_whole(of.start_mrr),
            rate(of.nrr),
            rate(of.grr),
        ]
        .map(|text| Cell { text, href: None })
        .into()
    };
    let head = ["Part", "Paid at the start", "Left", "Churn", "MRR at the start", "NRR", "GRR"];
    let groups = report.groups.iter().map(|group: &RetentionGroup| (group.label.clone(), cells(&group.total)));
    ChartTable {
        head: head.map(str::to_owned).into(),
        rows: groups.chain(std::iter::once(("Together".to_owned(), cells(&report.total)))).collect(),
    }
}

/// Trials by when they began.
#[component]
pub fn Trials(trials: Query<TrialReport>) -> impl IntoView {
    let content = |report: Signal<TrialReport>| {
        view! {
            <FigureTable title=Signal::stored("Trials by when they began".to_owned())
                table=Signal::derive(move || report.with(trial_table))/>
        }
    };
    view! {
        <section class="card c5" aria-labelledby="h-trials">
            <header class="card__head card__head--line">
                <h2 id="h-trials">"Trials by when they began"</h2>
                <Explain id="x-trial-cohorts" of="Trials by when they began">
                    <p>"Of the trials that began in these days: how many still run, and how many became subscriptions. Conversion: those that became one / those that ended. Trials in every currency count."</p>
                </Explain>
            </header>
            {widget(trials, "Trials", || view! { <SkeletonCard label="Loading trials"/> }, content)}
        </section>
    }
}

fn trial_table(report: &TrialReport) -> ChartTable {
    let rows = report.cohorts.iter().rev().map(|cohort| {
        let rate = cohort.figures.rate.map_or_else(|| MISSING.into(), percent);
        let cells = [count(cohort.started), count(cohort.running), count(cohort.figures.converted), rate];
        (date_range(cohort.from, cohort.to), cells.map(|text| Cell { text, href: None }).into())
    });
    ChartTable {
        head: ["Began", "Trials", "Still run", "Converted", "Conversion"].map(str::to_owned).into(),
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::retention::tests::report;
    use super::*;

    #[test]
    fn parts_stand_above_the_whole() {
        let table = parts(&report());
        assert_eq!(
            table.rows.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            ["REV 1 Individual", "Together"]
        );
        let cells: Vec<_> = table.rows[0].1.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(cells, ["100", "5", "5.00%", "$100", "95.0%", "80.0%"]);
    }
}

//! What customers are worth: by what they began with, and cohort by cohort.

use super::assumed::a_year;
use super::retention_chart::legend;
use crate::charts::{
    AsTable, Cell, ChartTable, FigureTable, Legend, LineChart, LineData, LineSeries, Unit, line_table,
};
use crate::components::{Explain, SkeletonCard};
use crate::format::{MISSING, count, money, money_compact, money_whole, month_year};
use crate::pages::dashboard::widget;
use crate::params::Params;
use crate::query::Query;
use chrono::{Months, NaiveDate};
use crm_types::Money;
use crm_types::analytics::Step;
use crm_types::analytics_forecast::{CohortValue, ForecastReport, PlanValue};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Lifetime and value by plan.
#[component]
pub fn LifetimeCard(forecast: Query<ForecastReport>) -> impl IntoView {
    let search = use_location().search;
    let discount = move || forecast.map(discount).unwrap_or_default();
    let content = move |report: Signal<ForecastReport>| {
        let reasons = move || report.with(reasons);
        view! {
            <FigureTable title=Signal::stored("Lifetime value by plan".to_owned())
                table=Signal::derive(move || report.with(|report| plans(report, &search.get())))/>
            {move || reasons().map(|text| view! { <footer class="card__foot"><span>{text}</span></footer> })}
        }
    };
    view! {
        <section class="card c12" aria-labelledby="h-lifetime">
            <header class="card__head card__head--line">
                <h2 id="h-lifetime">"What customers are worth"</h2>
                <Explain id="x-lifetime" of="What customers are worth">
                    <p>"Each customer leaves with a chance of their own every month, and these chances are Beta(α, β) distributed: the shifted-beta-geometric model of Fader and Hardie (2007), fitted to the cohorts by maximum likelihood. Those likely to leave go first, so who stayed long stays longer."</p>
                    <p>"LTV of a new customer: ARPU × the months that they are expected to pay for, each payment discounted to the first"{discount}". To come: the same of those who pay now, from the next payment on. Everybody is all customers as one group, so the plans do not add up to it."</p>
                    <p class="muted">"α 0.668 and β 3.806: 85% stay for a month more, then 88%, then 90%."</p>
                </Explain>
            </header>
            {widget(forecast, "Lifetime value", || view! { <SkeletonCard label="Loading lifetime value"/> }, content)}
        </section>
    }
}

/// ` (10% a year)`.
fn discount(report: &ForecastReport) -> String {
    format!(" ({} a year)", a_year(report))
}

fn months(value: Option<f64>) -> String {
    value.map_or_else(|| MISSING.into(), |value| format!("{value:.1}"))
}

fn amount(value: Option<Money>, text: fn(Money) -> String) -> String {
    value.map_or_else(|| MISSING.into(), text)
}

fn parameter(plan: &PlanValue, of: fn(&PlanValue) -> Option<f64>) -> String {
    of(plan).map_or_else(|| MISSING.into(), |value| format!("{value:.3}"))
}

/// The plans and everybody; a name opens its cohorts below.
fn plans(report: &ForecastReport, search: &str) -> ChartTable {
    let row = |plan: &PlanValue| {
        let href = Params::parse(search).with("plan", &plan.key).here();
        let texts = [
            count(plan.customers),
            amount(plan.arpa, money),
            parameter(plan, |plan| plan.model.map(|model| model.alpha)),
            parameter(plan, |plan| plan.model.map(|model| model.beta)),
            months(plan.lifetime_months),
            months(plan.discounted_months),
            amount(plan.ltv, money_whole),
            amount(plan.residual_value, money_whole),
        ];
        let cells =
            texts.into_iter().enumerate().map(|(index, text)| Cell { text, href: (index == 0).then(|| href.clone()) });
        (plan.label.clone(), cells.collect())
    };
    let head = ["Began with", "Customers", "ARPU", "α", "β", "Months", "Discounted", "LTV", "To come"];
    ChartTable {
        head: head.map(str::to_owned).into(),
        rows: report.plans.iter().chain([&report.total]).map(row).collect(),
    }
}

/// Why some have no figures.
fn reasons(report: &ForecastReport) -> Option<String> {
    let without: Vec<_> =
        report.plans.iter().filter(|plan| plan.model.is_none()).map(|plan| plan.label.as_str()).collect();
    let why = report.plans.iter().find_map(|plan| plan.why_not.clone())?;
    Some(format!("{}: {why} What is to come of them is estimated as for everybody.", without.join(", ")))
}

/// How the customers of a plan stay, seen and expected, and what each cohort is worth.
#[component]
pub fn SurvivalCards(forecast: Query<ForecastReport>, plan: Memo<String>) -> impl IntoView {
    let chart = move |report: Signal<ForecastReport>| {
        let data = Memo::new(move |_| report.with(|report| survival(report, chosen(report, &plan.get()))));
        let keys = Memo::new(move |_| data.with(legend));
        let rows = move |_: (usize, Option<usize>)| "#h-cohort-values".to_owned();
        view! {
            <div class="card__body"><Legend items=keys/><LineChart data=data href=Callback::new(rows)/></div>
            <footer class="card__foot">
                <AsTable title=Signal::stored("Survival".to_owned())
                    table=Signal::derive(move || data.with(|data| line_table(data, &|_, _| String::new())))/>
            </footer>
        }
    };
    let table = move |report: Signal<ForecastReport>| {
        view! {
            <FigureTable title=Signal::stored("What each cohort is worth".to_owned())
                table=Signal::derive(move || report.with(|report| cohorts(chosen(report, &plan.get()))))/>
        }
    };
    let name = move || forecast.map(|report| chosen(report, &plan.get()).label.clone()).unwrap_or_default();
    let skeleton = || view! { <SkeletonCard label="Loading"/> };
    view! {
        <section class="card c6" aria-labelledby="h-survival">
            <header class="card__head">
                <h2 id="h-survival">"Who stays: "{name}</h2>
                <Explain id="x-survival" of="Who stays">
                    <p>"Seen: the part that stayed, month after month, of all cohorts together. Expected: by the model. Where both agree, the model is a good one."</p>
                </Explain>
            </header>
            {widget(forecast, "Survival", skeleton, chart)}
        </section>
        <section class="card c6" aria-labelledby="h-cohort-values">
            <header class="card__head card__head--line">
                <h2 id="h-cohort-values">"Cohorts: "{name}</h2>
                <Explain id="x-cohort-values" of="What each cohort is worth">
                    <p>"Months to come: how long those who pay now are expected to pay on, discounted. A cohort that was seen for six months and shows how its customers differ has a model of its own (α, β); the others take the plan’s, or everybody’s."</p>
                </Explain>
            </header>
            {widget(forecast, "Cohorts", skeleton, table)}
        </section>
    }
}

fn chosen<'a>(report: &'a ForecastReport, key: &str) -> &'a PlanValue {
    report.plans.iter().find(|plan| plan.key == key).unwrap_or(&report.total)
}

/// By months since the first payment.
fn survival(report: &ForecastReport, plan: &PlanValue) -> LineData {
    let day = |k: u32| -> NaiveDate { report.until + Months::new(k) };
    let line =
        |label: &str, color, dashed, of: fn(&crm_types::analytics_forecast::SurvivalPoint) -> Option<f64>| LineSeries {
            label: label.into(),
            color,
            dashed,
            values: plan.survival.iter().map(|point| of(point).map(Unit::rate)).collect(),
        };
    LineData {
        title: format!("Part of the customers who stay, {}", plan.label),
        unit: Unit::Rate,
        step: Step::Month,
        days: plan.survival.iter().map(|point| day(point.k)).collect(),
        names: plan.survival.iter().map(|point| format!("M{}", point.k)).collect(),
        lines: vec![line("Seen", 0, false, |point| point.observed), line("Expected", 1, true, |point| point.expected)],
        band: None,
        from_zero: true,
    }
}

fn cohorts(plan: &PlanValue) -> ChartTable {
    let row = |cohort: &CohortValue| {
        let model = cohort.model.map(|model| format!("{:.2}, {:.2}", model.alpha, model.beta));
        let texts = [
            count(cohort.size),
            count(cohort.customers),
            money_compact(cohort.mrr),
            model.unwrap_or_else(|| MISSING.into()),
            months(cohort.residual_months),
            amount(cohort.residual_value, money_whole),
        ];
        (month_year(cohort.month), texts.map(|text| Cell { text, href: None }).into())
    };
    ChartTable {
        head: ["Cohort", "Size", "Pay now", "MRR", "α, β", "Months to come", "To come"].map(str::to_owned).into(),
        rows: plan.cohorts.iter().rev().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::forecast::tests::report;
    use super::*;

    #[test]
    fn a_plan_without_a_model_says_why() {
        let report = report();
        let table = plans(&report, "?currency=usd");
        let texts = |row: usize| table.rows[row].1.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>();
        assert_eq!(texts(0), ["80", "$19.00", "0.668", "3.806", "–", "41.2", "$783", "$60,000"]);
        assert_eq!(texts(1), ["1", "$499.00", "–", "–", "–", "–", "–", "$20,000"]);
        assert_eq!(table.rows[1].1[0].href.as_deref(), Some("?currency=usd&plan=rev3_b2b"));
        let why = reasons(&report).unwrap();
        assert!(why.starts_with("REV 3 B2B: Fewer than 20"), "{why}");
    }

    #[test]
    fn survival_is_seen_and_expected() {
        let report = report();
        let data = survival(&report, chosen(&report, "tier1"));
        assert_eq!((data.value(0, 1), data.value(1, 1), data.value(0, 2)), (Some(8_690), Some(8_510), None));
        assert_eq!(chosen(&report, "nothing").label, "Everybody");
        assert_eq!(cohorts(&report.plans[0]).rows[0].1[3].text, "–");
    }
}

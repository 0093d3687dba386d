//! The cohort heat map: customers or MRR, of everybody, of a stream, a tier or a source.

use super::year::{Year, cohort_months};
use crate::api::analytics;
use crate::charts::{HeatCell, HeatData, HeatKey, HeatMap, HeatRow};
use crate::components::{EmptyState, Explain, Switch, use_param};
use crate::format::{MISSING, count, money_compact, money_whole, month_year, percent};
use crate::glance::live;
use crate::labels::phrase;
use crate::pages::dashboard::{Scope, chart_skeleton, filter_of, widget};
use crate::params::Params;
use crate::query::use_query;
use crate::realtime::use_realtime;
use chrono::{Days, Months, NaiveDate};
use crm_types::analytics_retention::{Cohort, CohortCell, CohortGroup, CohortReport, CohortsOf};
use crm_types::mrr::MovementType;
use crm_types::plans::Tier;
use crm_types::{Currency, Money};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

/// What a cell is a share of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Customers,
    Mrr,
}

/// The card.
#[component]
pub fn CohortCard(
    /// What the page looks at.
    year: Year,
    /// Its place on the page.
    class: &'static str,
) -> impl IntoView {
    let by = use_param("cohorts", "");
    let measure = use_param("measure", "customers");
    let measure = Memo::new(move |_| if measure.get() == "mrr" { Measure::Mrr } else { Measure::Customers });
    let group = Memo::new(move |_| by.get().parse::<CohortGroup>().ok());
    let months = Memo::new(move |_| cohort_months(&year.period.get()));
    let report = use_query::<CohortReport>(move || Some(months.with(|months| analytics::cohorts(months, group.get()))))
        .refresh_on(use_realtime().mrr());
    let content = move |report: Signal<CohortReport>| content(report, measure);
    view! {
        <section class=class aria-labelledby="h-cohorts">
            <header class="card__head">
                <h2 id="h-cohorts">"Cohorts"</h2>
                <Explain id="x-cohorts" of="Cohort retention">
                    <p>"A cohort are the customers whose first MRR began in one month. M0 is the end of that month, M1 the end of the next."</p>
                    <p>"Customers: those who pay then / all of the cohort. MRR: their MRR then / at the end of M0; it may exceed 100%. Who comes back counts again."</p>
                    <p class="muted">"The last figure of each row is of the month in progress, and still changes."</p>
                </Explain>
                <span class="end">
                    <Switch label="Measure" name="measure" choices=&[("customers", "Customers"), ("mrr", "MRR")]/>
                    <Switch label="Cohorts of" name="cohorts" clears=&["of"]
                        choices=&[("", "Everybody"), ("stream", "Stream"), ("tier", "Tier"), ("source", "Source")]/>
                </span>
            </header>
            {widget(report, "Cohorts", || chart_skeleton("chart-wait", "Loading cohorts"), content)}
        </section>
    }
}

fn content(report: Signal<CohortReport>, measure: Memo<Measure>) -> impl IntoView {
    let of = use_param("of", "");
    // What the address names may not be there.
    let chosen = Memo::new(move |_| {
        report.with(|report| {
            let groups = &report.groups;
            groups.iter().find(|group| value_of(group) == of.get()).or_else(|| groups.first()).cloned()
        })
    });
    let data = Memo::new(move |_| {
        let chosen = chosen.get();
        report.with(|report| match &chosen {
            Some(group) => {
                let rows = filter_of(&group.key, by_tier(report)).map_or(Rows::None, Rows::Of);
                heat(&group.cohorts, measure.get(), report.currency, rows)
            }
            None => heat(&report.cohorts, measure.get(), report.currency, Rows::All),
        })
    });
    let empty = Memo::new(move |_| data.with(|data| data.rows.is_empty()));
    // The select stays while another is chosen: it would lose the focus.
    let divided = Memo::new(move |_| report.with(|report| !report.groups.is_empty()));
    let value = live(move || chosen.get().as_ref().map(value_of).unwrap_or_default());
    view! {
        {move || divided.get().then(|| view! { <GroupSelect report=report value=value/> })}
        {move || match empty.get() {
            true => view! {
                <div class="card__body">
                    <EmptyState icon="users" title="No cohorts in these months" text="Nobody began to pay then. Choose other days, or another currency."/>
                </div>
            }
            .into_any(),
            false => view! {
                <div class="card__body"><HeatMap data=data id="cohort"/></div>
                <footer class="card__foot"><HeatKey data=data/></footer>
            }
            .into_any(),
        }}
    }
}

/// A group in the address, where nothing is the first of them: a source that is not known has an empty key.
fn value_of(group: &CohortsOf) -> String {
    if group.key.is_empty() { "-".to_owned() } else { group.key.clone() }
}

fn by_tier(report: &CohortReport) -> bool {
    report.groups.iter().any(|group| group.key.parse::<Tier>().is_ok())
}

/// Which stream, tier or source.
#[component]
fn GroupSelect(report: Signal<CohortReport>, value: Signal<String>) -> impl IntoView {
    let location = use_location();
    let navigate = use_navigate();
    let choose = move |key: String| {
        let params = Params::parse(&location.search.get_untracked()).with("of", &key);
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&params.with_path(&location.pathname.get_untracked()), options);
    };
    let option = move |group: &CohortsOf| {
        let size: i64 = group.cohorts.iter().map(|cohort| cohort.size).sum();
        let own = value_of(group);
        let selected = live({
            let own = own.clone();
            move || value.get() == own
        });
        view! { <option value=own selected=selected>{format!("{} ({})", phrase(&group.label), count(size))}</option> }
    };
    view! {
        <div class="card__body cohort-of">
            <select class="input input--fit" aria-label="Which cohorts" on:change=move |ev| choose(event_target_value(&ev))>
                {move || report.with(|report| report.groups.iter().map(option).collect_view())}
            </select>
        </div>
    }
}

/// Which movements a cohort began with.
#[derive(Debug, Clone, Copy)]
enum Rows<'a> {
    /// Everybody's.
    All,
    /// Those of a part of the business.
    Of((&'static str, &'a str)),
    /// No list has them.
    None,
}

/// Cohorts without anybody are left out: there is nothing to stay.
fn heat(cohorts: &[Cohort], measure: Measure, currency: Currency, rows: Rows<'_>) -> HeatData {
    let title = match measure {
        Measure::Customers => "Share of each cohort still paying, by months since the first payment, in percent",
        Measure::Mrr => {
            "MRR of each cohort, by months since the first payment, in percent of that at the end of its first month"
        }
    };
    HeatData {
        title: title.into(),
        size: if measure == Measure::Customers { "Size" } else { "MRR" },
        rows: cohorts
            .iter()
            .filter(|cohort| cohort.size > 0)
            .map(|cohort| row(cohort, measure, currency, rows))
            .collect(),
    }
}

fn row(cohort: &Cohort, measure: Measure, currency: Currency, rows: Rows<'_>) -> HeatRow {
    let name = month_year(cohort.month);
    let money = |minor| Money::new(minor, currency);
    let first = cohort.cells.first().map_or(0, |cell| cell.mrr);
    let cell = |cell: &CohortCell| {
        let share = if measure == Measure::Customers { cell.customer_retention } else { cell.mrr_retention };
        let of = match measure {
            Measure::Customers => format!("{} of {} customers", count(cell.customers), count(cohort.size)),
            Measure::Mrr => format!("{} of {}", money_whole(money(cell.mrr)), money_whole(money(first))),
        };
        let rate = share.map_or_else(|| MISSING.into(), percent);
        let open = if cell.complete { "" } else { ", month in progress" };
        HeatCell {
            share,
            text: share.map_or_else(|| MISSING.into(), hundredths),
            reading: format!("{name}, month {}: {rate}, {of}{open}", cell.k),
            open: !cell.complete,
            href: String::new(),
        }
    };
    HeatRow {
        size: if measure == Measure::Customers { count(cohort.size) } else { money_compact(money(first)) },
        // Who began is a number of customers. What they paid at the end of the month is no sum of movements.
        href: if measure == Measure::Customers { began(cohort.month, currency, rows) } else { String::new() },
        cells: cohort.cells.iter().map(cell).collect(),
        name,
    }
}

/// A share in percent, as short as a cell is narrow: `100`, `94.6`.
fn hundredths(share: f64) -> String {
    let text = format!("{:.1}", share * 100.0);
    if share >= 0.9995 { text.trim_end_matches(".0").to_owned() } else { text }
}

/// The movements with which the cohort began: one for each customer.
fn began(month: NaiveDate, currency: Currency, rows: Rows<'_>) -> String {
    let scope = Scope { from: month, to: month + Months::new(1) - Days::new(1), currency: Some(currency) };
    let new = MovementType::New;
    match rows {
        Rows::All => scope.movements(Some(new)),
        Rows::Of(part) => scope.movements_of(new.as_str(), part),
        Rows::None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cohort() -> Cohort {
        let cell = |k, customers: i64, mrr, complete| CohortCell {
            k,
            customers,
            mrr,
            customer_retention: Some(customers as f64 / 812.0),
            mrr_retention: Some(mrr as f64 / 100_000.0),
            complete,
        };
        Cohort {
            month: "2026-02-01".parse().unwrap(),
            size: 812,
            cells: vec![cell(0, 812, 100_000, true), cell(1, 768, 104_000, true), cell(2, 736, 90_000, false)],
        }
    }

    #[test]
    fn a_cell_says_its_share_and_of_what() {
        let row = row(&cohort(), Measure::Customers, Currency::USD, Rows::All);
        assert_eq!((row.name.as_str(), row.size.as_str()), ("Feb ’26", "812"));
        let texts: Vec<_> = row.cells.iter().map(|cell| (cell.text.as_str(), cell.open)).collect();
        assert_eq!(texts, [("100", false), ("94.6", false), ("90.6", true)]);
        assert_eq!(row.cells[1].reading, "Feb ’26, month 1: 94.6%, 768 of 812 customers");
        assert_eq!(row.cells[2].reading, "Feb ’26, month 2: 90.6%, 736 of 812 customers, month in progress");
        let mrr = super::row(&cohort(), Measure::Mrr, Currency::USD, Rows::All);
        assert_eq!((mrr.size.as_str(), mrr.cells[1].text.as_str()), ("$1K", "104"));
        assert_eq!(mrr.cells[1].reading, "Feb ’26, month 1: 104%, $1,040 of $1,000");
    }

    #[test]
    fn a_size_leads_to_those_who_began() {
        let days = "from=2026-02-01&to=2026-02-28&currency=usd";
        for (rows, expected) in [
            (Rows::All, format!("/mrr-movements?movement=new&{days}")),
            (Rows::Of(("tier", "tier2")), format!("/mrr-movements?movement=new&tier=tier2&{days}")),
            (Rows::None, String::new()),
        ] {
            assert_eq!(began(cohort().month, Currency::USD, rows), expected);
        }
        assert_eq!(row(&cohort(), Measure::Mrr, Currency::USD, Rows::All).href, "");
        let empty = Cohort { size: 0, ..cohort() };
        assert!(heat(&[empty], Measure::Customers, Currency::USD, Rows::All).rows.is_empty());
    }
}

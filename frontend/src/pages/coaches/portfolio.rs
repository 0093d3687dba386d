//! A coach's clients month by month: what they paid, and who stayed.

use crate::charts::{AreaData, AreaSeries, StackedArea};
use crate::components::{EmptyState, Explain};
use crate::format::{self, MISSING, amounts, month_year};
use crate::list::{Cell, Column, Lead, PlainTable, Row};
use crate::pages::dashboard::{chart_skeleton, widget};
use crate::query::Query;
use crm_types::Currency;
use crm_types::analytics::Step;
use crm_types::coaching::{CoachMonth, CoachMonths};
use leptos::prelude::*;

const COLUMNS: &[Column] = &[
    Column::new("Month", "lead"),
    Column::new("Clients", "num"),
    Column::new("Paying", "num p2"),
    Column::new("Clients’ MRR", "num"),
    Column::new("Stayed", "num"),
];

/// The card.
#[component]
pub fn Portfolio(query: Query<CoachMonths>) -> impl IntoView {
    let content = move |reply: Signal<CoachMonths>| {
        let data = Memo::new(move |_| reply.with(chart));
        // The rows behind a point are those of its month, below.
        let href = Callback::new(|_| "#months".to_owned());
        let rows = Signal::derive(move || reply.with(|m| m.months.iter().rev().map(row).collect::<Vec<_>>()));
        move || {
            match data.get() {
            None => view! {
                <div class="card__body">
                    <EmptyState icon="chart" title="No client has paid so far" text="The chart begins with the first month at whose end a client paid."/>
                </div>
            }
            .into_any(),
            Some(_) => view! {
                <div class="card__body">
                    {move || data.get().map(|data| view! { <StackedArea data=Signal::stored(data) href=href/> })}
                </div>
                <div id="months">{move || view! { <PlainTable caption="Clients by month" columns=COLUMNS rows=rows.get()/> }}</div>
            }
            .into_any(),
        }
        }
    };
    view! {
        <section class="card" aria-labelledby="portfolio">
            <header class="card__head">
                <h2 id="portfolio">"Clients’ MRR over time"</h2>
                <Explain id="x-portfolio" of="Clients’ MRR over time">
                    <p>"What whoever they coached at the end of each month paid a month then. It is counted from the MRR movements, so it stays what it was when a client gets another coach."</p>
                    <p>"Stayed: of the clients whom they coached when the month began, and who paid then, the part that paid at its end."</p>
                </Explain>
            </header>
            {widget(query, "Clients’ MRR over time", || chart_skeleton("chart-wait", "Loading the clients’ MRR"), content)}
        </section>
    }
}

/// The chart, in the currency that the clients paid most in; none when they never paid.
fn chart(reply: &CoachMonths) -> Option<AreaData> {
    let currency = main_currency(reply)?;
    let of = |month: &CoachMonth| month.mrr.iter().find(|mrr| mrr.currency == currency).map_or(0, |mrr| mrr.minor);
    Some(AreaData {
        title: "Clients’ MRR".into(),
        currency,
        step: Step::Month,
        days: reply.months.iter().map(|month| month.month).collect(),
        series: vec![AreaSeries {
            label: "Clients’ MRR".into(),
            color: 0,
            values: reply.months.iter().map(of).collect(),
        }],
    })
}

/// Of the newest month in which anything was paid, the currency of most.
fn main_currency(reply: &CoachMonths) -> Option<Currency> {
    let paid = reply.months.iter().rev().find(|month| !month.mrr.is_empty())?;
    paid.mrr.iter().max_by_key(|mrr| mrr.minor).map(|mrr| mrr.currency)
}

/// No list has who was coached then.
fn row(month: &CoachMonth) -> Row {
    Row {
        id: month.month.to_string(),
        href: String::new(),
        lead: Lead::thing(month_year(month.month), ""),
        cells: vec![
            Cell::Count(month.clients),
            Cell::Count(month.paying_clients),
            Cell::Text(amounts(&month.mrr)),
            Cell::Text(month.retention.map_or_else(|| MISSING.into(), format::percent)),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::Money;

    fn month(day: &str, mrr: &[(i64, Currency)]) -> CoachMonth {
        CoachMonth {
            month: day.parse().unwrap(),
            clients: 3,
            paying_clients: 2,
            mrr: mrr.iter().map(|(minor, currency)| Money::new(*minor, *currency)).collect(),
            paying_at_start: 2,
            still_paying: 1,
            retention: Some(0.5),
        }
    }

    #[test]
    fn the_chart_is_of_one_currency_and_the_table_of_all() {
        let months = vec![
            month("2026-09-01", &[(900, Currency::USD)]),
            month("2026-10-01", &[(900, Currency::EUR), (1_900, Currency::USD)]),
            month("2026-11-01", &[]),
        ];
        let reply = CoachMonths { months, paying_at_start: 0, still_paying: 0, retention: None };
        let data = chart(&reply).unwrap();
        assert_eq!((data.currency, data.series[0].values.clone()), (Currency::USD, vec![900, 1_900, 0]));
        assert_eq!(row(&reply.months[1]).cells[2], Cell::Text("€9.00 + $19.00".into()));
        assert_eq!(row(&reply.months[1]).cells[3], Cell::Text("50.0%".into()));
        let nobody = CoachMonths { months: vec![month("2026-11-01", &[])], ..reply };
        assert_eq!(chart(&nobody), None);
    }
}

//! What was shared by month.

use super::RevenueHead;
use super::close::CloseMonth;
use crate::api::revenue::MONTHS;
use crate::components::{EmptyState, ErrorBox, PrintHead, SkeletonCard};
use crate::format;
use crate::glance::drawn;
use crate::list::{Cell, Column, Lead, PlainTable, Row};
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::revenue::RevenueMonth;
use leptos::prelude::*;

static COLUMNS: &[Column] = &[
    Column::new("Month", "lead"),
    Column::new("Clients paid", "num p2"),
    Column::new("Shared", "num"),
    Column::new("Coaches", "num"),
    Column::new("Organizations", "num"),
    Column::new("Platform", "num"),
];

/// The page.
#[component]
pub fn MonthsPage() -> impl IntoView {
    let url = || Some(format!("{MONTHS}?months=120"));
    let query = use_query::<Vec<RevenueMonth>>(url).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    view! {
        <RevenueHead tab="Months" action=view! { <CloseMonth query=query/> }.into_any()/>
        <PrintHead shows=Signal::stored(String::new())/>
        {drawn(move || match (query.get(), query.error().get()) {
            (Some(months), _) if months.is_empty() => view! {
                <EmptyState icon="share" title="Nothing has been shared so far"
                    text="Publish a rule under Rules. From then on, what coached clients pay is shared by it."/>
            }
            .into_any(),
            (Some(months), _) => {
                let rows: Vec<Row> = months.iter().map(row).collect();
                view! { <section class="card"><PlainTable caption="Shared revenue by month" columns=COLUMNS rows=Signal::stored(rows)/></section> }
                    .into_any()
            }
            (None, Some(error)) => view! { <ErrorBox what="Shared revenue" error=error on_retry=retry/> }.into_any(),
            (None, None) => view! { <section class="card"><SkeletonCard label="Loading shared revenue" lines=8/></section> }.into_any(),
        })}
    }
}

fn row(month: &RevenueMonth) -> Row {
    let currency = month.shared.currency;
    let state = format!("{}, {}", currency.code().to_ascii_uppercase(), if month.closed { "closed" } else { "open" });
    let filters = [("month", month.month.to_string()), ("currency", currency.code().to_owned())];
    Row {
        id: format!("{}-{}", month.month, currency.code()),
        href: routes::list(routes::REVENUE_SHARES, &filters.each_ref().map(|(key, value)| (*key, value.as_str()))),
        lead: Lead::thing(format::month_year(month.month), state),
        cells: [month.paid, month.shared, month.coaches, month.organizations, month.platform]
            .map(|amount| Cell::Money(Some(amount)))
            .into(),
    }
}

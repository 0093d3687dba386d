//! Whom a coach coaches now, in the order that the address says.

use crate::api::coaching;
use crate::components::{ErrorBox, SkeletonCard, Switch, use_param};
use crate::format::amounts;
use crate::glance::drawn;
use crate::labels;
use crate::list::{Cell, Column, Lead, PlainTable, Row};
use crate::pages::mrr_movements::stream_and_tier;
use crate::params::Params;
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::Page;
use crm_types::coaching::CoachClient;
use leptos::prelude::*;

/// In the page's address: the order, and whose coaching.
const ORDER: &str = "clients";
const STATUS: &str = "coaching";
/// Rows; the rest is one press away.
const ROWS: &str = "10";

const COLUMNS: &[Column] = &[
    Column::new("Client", "lead"),
    Column::new("Lifecycle", ""),
    Column::new("Plan", "p2"),
    Column::new("Coaching", ""),
    Column::new("Since", "num p3"),
    Column::new("MRR", "num"),
];

/// The card.
#[component]
pub fn Clients(id: Memo<String>) -> impl IntoView {
    let (order, status) = (use_param(ORDER, "-mrr"), use_param(STATUS, ""));
    let url = move || {
        let params = [("sort", &*order.get()), ("status", &*status.get()), ("limit", ROWS), ("count", "exact")];
        Some(Params::from_pairs(&params).with_path(&format!("{}/clients", coaching::coach(id.get()))))
    };
    let query = use_query::<Page<CoachClient>>(url).refresh_on(use_realtime().billing());
    let rows = Signal::derive(move || query.map(|page| page.items.iter().map(row).collect::<Vec<_>>()));
    let retry = Callback::new(move |()| query.refresh());
    let all = Signal::derive(move || routes::list(routes::CUSTOMERS, &[("coach", &id.get())]));
    let total = move || query.map(|page| page.total).filter(|n| *n > 0);
    let sums = move || query.map(|page| amounts(&page.sums)).filter(|sums| !sums.is_empty());
    view! {
        <section class="card" aria-labelledby="clients">
            <header class="card__head card__head--line">
                <h2 id="clients">"Clients"</h2>
                <span class="end">
                    <Switch label="Whose coaching" name=STATUS choices=&[("", "All"), ("paused", "Paused")]/>
                    <Switch label="Order of the clients" name=ORDER
                        choices=&[("-mrr", "By MRR"), ("name", "By name"), ("-started_at", "Newest")]/>
                </span>
            </header>
            {drawn(move || match (rows.get(), query.error().get()) {
                (Some(rows), _) if rows.is_empty() && status.get().is_empty() => view! {
                    <p class="card__body muted">"They coach nobody now. Choose them as the coach on a customer’s page, or for several in the list of customers."</p>
                }
                .into_any(),
                (Some(rows), _) if rows.is_empty() => view! { <p class="card__body muted">"The coaching of no client is paused."</p> }.into_any(),
                (Some(rows), _) => view! { <PlainTable caption="Clients" columns=COLUMNS rows=rows/> }.into_any(),
                (None, Some(error)) => view! { <ErrorBox what="Clients" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading the clients" lines=6/> }.into_any(),
            })}
            <footer class="card__foot">
                {move || total().map(|n| view! { <a href=all>{format!("All {}, with filters", labels::counted(n, "client", "clients"))}</a> })}
                {move || sums().map(|sums| view! { <span class="end small muted">"MRR "{sums}</span> })}
            </footer>
        </section>
    }
}

fn row(one: &CoachClient) -> Row {
    Row {
        id: one.client.id.to_string(),
        href: routes::customer(one.client.id),
        lead: Lead::person(Some(&one.client.name), one.email.as_deref(), ""),
        cells: vec![
            Cell::State(labels::lifecycle_tone(one.lifecycle_state), labels::lifecycle(one.lifecycle_state).into()),
            Cell::Text(stream_and_tier(one.stream, one.tier)),
            Cell::State(labels::coaching_tone(one.status), labels::coaching_status(one.status).into()),
            Cell::Day(Some(one.started_at)),
            Cell::Money(one.mrr),
        ],
    }
}

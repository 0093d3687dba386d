//! Whom a coach coaches now, in the order that the address says.

use crate::api::coaching;
use crate::components::{ErrorBox, SkeletonCard};
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
use leptos_router::hooks::use_location;

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
    Column::new("Since", "num p2"),
    Column::new("MRR", "num"),
];

/// The card.
#[component]
pub fn Clients(id: Memo<String>) -> impl IntoView {
    let search = use_location().search;
    let asked = move |name: &'static str, usual: &'static str| {
        Memo::new(move |_| Params::parse(&search.get()).get(name).unwrap_or(usual).to_owned())
    };
    let (order, status) = (asked(ORDER, "-mrr"), asked(STATUS, ""));
    let url = move || {
        let params = [("sort", &*order.get()), ("status", &*status.get()), ("limit", ROWS), ("count", "exact")];
        Some(Params::from_pairs(&params).with_path(&format!("{}/clients", coaching::coach(id.get()))))
    };
    let query = use_query::<Page<CoachClient>>(url).refresh_on(use_realtime().billing());
    let rows = Signal::derive(move || query.map(|page| page.items.iter().map(row).collect::<Vec<_>>()));
    let retry = Callback::new(move |()| query.refresh());
    let all = Signal::derive(move || routes::list(routes::CUSTOMERS, &[("coach", &id.get())]));
    let total = move || query.map(|page| page.total).filter(|n| *n > 0);
    let sums = move || query.map(|page| super::amounts(&page.sums)).filter(|sums| !sums.is_empty());
    let choice = move |name: &'static str,
                       now: Memo<String>,
                       usual: &'static str,
                       value: &'static str,
                       text: &'static str| {
        let kept = if value == usual { "" } else { value };
        let href = move || Params::parse(&search.get()).with(name, kept).with_path("");
        view! { <a href=href data-noscroll="" aria-current=move || (now.get() == value).then_some("true")>{text}</a> }
    };
    view! {
        <section class="card" aria-labelledby="clients">
            <header class="card__head card__head--line">
                <h2 id="clients">"Clients"</h2>
                <div class="seg seg--sm end" role="group" aria-label="Whose coaching">
                    {choice(STATUS, status, "", "", "All")}
                    {choice(STATUS, status, "", "paused", "Resting")}
                </div>
                <div class="seg seg--sm" role="group" aria-label="Order of the clients">
                    {choice(ORDER, order, "-mrr", "-mrr", "By MRR")}
                    {choice(ORDER, order, "-mrr", "name", "By name")}
                    {choice(ORDER, order, "-mrr", "-started_at", "Newest")}
                </div>
            </header>
            {drawn(move || match (rows.get(), query.error().get()) {
                (Some(rows), _) if rows.is_empty() && status.get().is_empty() => view! {
                    <p class="card__body muted">"They coach nobody now. Choose them as the coach on a customer’s page, or for several in the list of customers."</p>
                }
                .into_any(),
                (Some(rows), _) if rows.is_empty() => view! { <p class="card__body muted">"The coaching of no client rests."</p> }.into_any(),
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

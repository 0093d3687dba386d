//! The MRR movement ledger.

use crate::components::Target;
use crate::labels;
use crate::list::{Cell, Column, Filter, FilterKind, Lead, ListSpec, ListView, Row, use_list};
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::accounts::Permission;
use crm_types::mrr::MrrMovement;
use crm_types::plans::{Stream, Tier};
use leptos::prelude::*;

/// The list.
pub static SPEC: ListSpec = ListSpec {
    path: routes::MRR_MOVEMENTS,
    api: "/api/mrr-movements",
    title: "MRR movements",
    one: "movement",
    many: "movements",
    permission: Permission::SubscriptionsRead,
    search: "",
    filters: &[
        Filter::new("movement", "Movement", FilterKind::Many(labels::movements)),
        Filter::new("stream", "Stream", FilterKind::Choice(labels::streams)),
        Filter::new("tier", "Tier", FilterKind::Choice(labels::tiers)),
        Filter::new("currency", "Currency", FilterKind::Currency),
        Filter::new("from", "From", FilterKind::Day),
        Filter::new("to", "Until", FilterKind::Day),
        Filter::new("paying_at_start", "Paying at the start", FilterKind::Flag),
        Filter::new("plan_id", "Plan", FilterKind::Reference(Target::Plans)),
        Filter::new("customer_id", "One customer", FilterKind::Link),
        Filter::new("subscription_id", "One subscription", FilterKind::Link),
    ],
    columns: &[
        Column::new("Customer", "lead"),
        Column::new("Movement", ""),
        Column::new("Why", "p2"),
        Column::new("Stream", "p3"),
        Column::new("Before", "num p4"),
        Column::new("After", "num p4"),
        Column::sorted("Change", "num", "amount", "-amount"),
        Column::sorted("Date", "num", "occurred_at", "-occurred_at"),
    ],
    sort: "-occurred_at",
    sum: "net",
    empty: "A movement is written when a subscription starts, changes or ends at Stripe.",
};

/// The page.
#[component]
pub fn MrrMovementsPage() -> impl IntoView {
    let list = use_list(&SPEC, use_realtime().mrr(), row);
    view! { <ListView list=list/> }
}

fn row(movement: &MrrMovement) -> Row {
    let m = movement;
    let mut cells = kind_and_reason(m);
    cells.extend([
        Cell::Text(stream_and_tier(m.stream, m.tier)),
        Cell::Money(Some(m.before)),
        Cell::Money(Some(m.after)),
        Cell::Change(m.amount),
        Cell::Day(Some(m.occurred_at)),
    ]);
    Row {
        id: m.id.to_string(),
        href: routes::customer(m.customer_id),
        lead: Lead::person(Some(m.customer_name.as_deref().unwrap_or("No name")), None, ""),
        cells,
    }
}

/// `REV 1 Individual, Basic`.
pub fn stream_and_tier(stream: Option<Stream>, tier: Option<Tier>) -> String {
    match (stream, tier) {
        (Some(stream), Some(tier)) => format!("{}, {}", labels::stream(stream), labels::tier(tier)),
        (Some(stream), None) => labels::stream(stream).into(),
        (None, _) => String::new(),
    }
}

fn kind_and_reason(m: &MrrMovement) -> Vec<Cell> {
    vec![
        Cell::State(labels::movement_tone(m.movement), labels::movement(m.movement).into()),
        Cell::Text(m.reason.as_deref().map(|reason| labels::movement_reason(m.movement, reason)).unwrap_or_default()),
    ]
}

/// The columns of a customer's own movements.
pub static OF_CUSTOMER: &[Column] = &[
    Column::new("Date", "lead"),
    Column::new("Movement", ""),
    Column::new("Why", "p2"),
    Column::new("Before", "num p3"),
    Column::new("After", "num p3"),
    Column::new("Change", "num"),
];

/// A row of a customer's own movements.
pub fn row_of_customer(movement: &MrrMovement) -> Row {
    let m = movement;
    let mut cells = kind_and_reason(m);
    cells.extend([Cell::Money(Some(m.before)), Cell::Money(Some(m.after)), Cell::Change(m.amount)]);
    Row {
        id: m.id.to_string(),
        href: routes::list(routes::MRR_MOVEMENTS, &[("customer_id", &m.customer_id.to_string())]),
        lead: Lead::thing(crate::format::day(m.occurred_at.with_timezone(&chrono::Local).date_naive()), ""),
        cells,
    }
}

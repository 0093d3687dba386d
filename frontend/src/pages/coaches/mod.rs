//! Who coaches: the list, and a page for each with their clients.

mod clients;
mod handover;
mod history;
mod page;
mod portfolio;
mod preview;

pub use page::CoachPage;

use crate::api::coaching::COACHES;
use crate::components::Target;
use crate::format::amounts;
use crate::list::{Cell, Column, Filter, FilterKind, Lead, ListSpec, ListView, Row, use_list};
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::accounts::Permission;
use crm_types::coaching::Coach;
use leptos::prelude::*;

/// The list.
pub static SPEC: ListSpec = ListSpec {
    path: routes::COACHES,
    api: COACHES,
    title: "Coaches",
    one: "coach",
    many: "coaches",
    permission: Permission::CustomersRead,
    search: "Name, e-mail, organization",
    filters: &[Filter::new("organization", "Organization", FilterKind::Reference(Target::Organizations))],
    columns: &[
        Column::sorted("Coach", "lead", "name", "-name"),
        Column::new("Organization", ""),
        Column::sorted("Clients", "num", "clients", "-clients"),
        Column::new("Clients’ MRR", "num"),
        Column::sorted("Known since", "num p2", "created_at", "-created_at"),
    ],
    sort: "name",
    sum: "",
    empty: "Whoever pays for coaching, or coaches a customer. Choose a coach on a customer’s page.",
};

/// The page.
#[component]
pub fn CoachesPage() -> impl IntoView {
    let list = use_list(&SPEC, use_realtime().billing(), row);
    view! { <ListView list=list preview=preview::preview/> }
}

fn row(coach: &Coach) -> Row {
    Row {
        id: coach.id.to_string(),
        href: routes::coach(coach.id),
        lead: Lead::person(Some(&coach.name), coach.email.as_deref(), ""),
        cells: vec![
            Cell::maybe(coach.organization.as_ref().map(|organization| organization.name.clone())),
            Cell::Count(coach.clients),
            Cell::Text(amounts(&coach.mrr)),
            Cell::Day(Some(coach.created_at)),
        ],
    }
}

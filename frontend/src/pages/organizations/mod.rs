//! Organizations: the list, and a page for each.

mod create;
mod figures;
mod inline;
mod page;
mod preview;

pub use page::OrganizationPage;

use crate::format::amounts;
use crate::labels;
use crate::list::{Cell, Column, Filter, FilterKind, Lead, ListSpec, ListView, Row, use_list};
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::accounts::Permission;
use crm_types::organizations::Organization;
use leptos::prelude::*;

/// The list.
pub static SPEC: ListSpec = ListSpec {
    path: routes::ORGANIZATIONS,
    api: "/api/organizations",
    title: "Organizations",
    one: "organization",
    many: "organizations",
    permission: Permission::OrganizationsRead,
    search: "Name, e-mail, phone, website",
    filters: &[
        Filter::new("kind", "Kind", FilterKind::Choice(labels::organization_kinds)),
        Filter::new("status", "Status", FilterKind::Choice(labels::organization_statuses)),
        Filter::new("archived", "Archived", FilterKind::Flag),
    ],
    columns: &[
        Column::sorted("Organization", "lead", "name", "-name"),
        Column::new("Kind", ""),
        Column::new("Status", ""),
        Column::sorted("Coaches", "num", "coaches", "-coaches"),
        Column::sorted("Clients", "num", "clients", "-clients"),
        Column::sorted("MRR", "num", "mrr", "-mrr"),
        Column::sorted("Known since", "num p2", "created_at", "-created_at"),
        Column::new("Phone", "").optional(),
        Column::new("Website", "").optional(),
    ],
    sort: "name",
    sum: "",
    empty: "Gyms, clubs, clinics and teams that your customers belong to. Create the first one.",
};

/// The page.
#[component]
pub fn OrganizationsPage() -> impl IntoView {
    let list = use_list(&SPEC, use_realtime().billing(), row);
    let action = |_| view! { <create::NewOrganizationButton/> }.into_any();
    view! { <ListView list=list action=action preview=preview::preview/> }
}

fn row(organization: &Organization) -> Row {
    let o = organization;
    Row {
        id: o.id.to_string(),
        href: routes::organization(o.id),
        lead: Lead::thing(o.name.clone(), o.email.clone().unwrap_or_default()),
        cells: vec![
            Cell::Kind(labels::organization_kind(o.kind).into()),
            Cell::State(labels::organization_tone(o.status), labels::organization_status(o.status).into()),
            Cell::Count(o.coaches),
            Cell::Count(o.clients),
            Cell::Text(amounts(&o.mrr)),
            Cell::Day(Some(o.created_at)),
            Cell::maybe(o.phone.clone()),
            Cell::maybe(o.website.as_deref().map(without_scheme)),
        ],
    }
}

/// A web address as people read it.
fn without_scheme(website: &str) -> String {
    website.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned()
}

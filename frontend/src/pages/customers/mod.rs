//! Customers: the list, and a page for each.

mod answers;
mod bulk;
mod coaching;
mod create;
mod edit;
mod export;
mod form;
mod import;
mod inline;
mod log;
mod money;
mod notes;
mod page;
mod preview;
mod sections;
mod source;
mod timeline;
mod values;

pub use import::{ImportFilePage, ImportPage};
pub use page::CustomerPage;
pub use sections::Section;
pub use sections::own_rows;

use crate::components::Target;
use crate::labels::{self, Choice};
use crate::list::{Cell, Column, Filter, FilterKind, Lead, ListSpec, ListView, Row, use_list};
use crate::pages::mrr_movements::stream_and_tier;
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::accounts::Permission;
use crm_types::customers::Customer;
use leptos::prelude::*;

/// The list.
pub static SPEC: ListSpec = ListSpec {
    path: routes::CUSTOMERS,
    api: "/api/customers",
    title: "Customers",
    one: "customer",
    many: "customers",
    permission: Permission::CustomersRead,
    search: "Name, e-mail, organization",
    filters: &[
        Filter::new("lifecycle", "Lifecycle", FilterKind::Choice(labels::lifecycle_states)),
        Filter::new("type", "Type", FilterKind::Choice(labels::customer_types)),
        Filter::new("stream", "Stream", FilterKind::Choice(labels::streams)),
        Filter::new("tier", "Tier", FilterKind::Choice(labels::tiers)),
        Filter::new("priority", "Priority", FilterKind::Choice(labels::priorities)),
        Filter::new("owner", "Looked after by", FilterKind::User),
        Filter::new("organization", "Organization", FilterKind::Reference(Target::Organizations)),
        Filter::new("coach", "Coach", FilterKind::Reference(Target::Customers)),
        Filter::new("coaches", "Coaching", FilterKind::Flag),
        Filter::new("tag", "Tag", FilterKind::Text),
        Filter::new("source", "Source", FilterKind::Choice(sources)),
        Filter::new("currency", "Currency", FilterKind::Currency),
        Filter::new("mrr_min", "MRR of at least", FilterKind::Amount),
        Filter::new("mrr_max", "MRR of at most", FilterKind::Amount),
        Filter::new("lifetime_min", "LTV of at least", FilterKind::Amount),
        Filter::new("lifetime_max", "LTV of at most", FilterKind::Amount),
        Filter::new("from", "Known since", FilterKind::Day),
        Filter::new("to", "Known until", FilterKind::Day),
        Filter::new("paying", "Paying", FilterKind::Flag),
        Filter::new("paying_at", "Paying at the end of", FilterKind::Day),
        Filter::new("archived", "Archived", FilterKind::Flag),
    ],
    columns: &[
        Column::sorted("Customer", "lead", "name", "-name"),
        Column::sorted("Lifecycle", "", "lifecycle", "-lifecycle"),
        Column::sorted("Plan", "p2", "plan", "-plan"),
        Column::sorted("Source", "p3", "source", "-source"),
        Column::sorted("Known since", "num p3", "created_at", "-created_at"),
        Column::sorted("MRR", "num", "mrr", "-mrr"),
        Column::sorted("LTV", "num p2", "lifetime_value", "-lifetime_value"),
        Column::new("Phone", "").optional(),
        Column::sorted("Priority", "", "priority", "-priority").optional(),
        Column::new("Tags", "").optional(),
        Column::new("Looked after by", "").optional(),
        Column::new("First paid", "num").optional(),
        Column::new("Organization", "").optional(),
        Column::new("Coach", "").optional(),
    ],
    sort: "-created_at",
    sum: "MRR",
    empty: "Customers arrive with Stripe’s webhooks. Connect Stripe under Settings, or create one.",
};

/// Where customers come from: the words that Stripe's metadata carries.
fn sources() -> Vec<Choice> {
    vec![
        ("organic", "Organic"),
        ("influencer", "Influencer"),
        ("paid_ads", "Paid ads"),
        ("referral", "Referral"),
        ("content", "Content"),
        ("event", "Event"),
    ]
}

/// The page.
#[component]
pub fn CustomersPage() -> impl IntoView {
    let list = use_list(&SPEC, use_realtime().billing(), row);
    let action = |list| {
        view! { <div class="row"><import::ImportLink/><export::Export list=list/><create::NewCustomer/></div> }
            .into_any()
    };
    view! { <ListView list=list action=action bulk=bulk::actions preview=preview::preview/> }
}

fn row(customer: &Customer) -> Row {
    let c = customer;
    Row {
        id: c.id.to_string(),
        href: routes::customer(c.id),
        lead: lead(c),
        cells: vec![
            Cell::State(labels::lifecycle_tone(c.lifecycle_state), labels::lifecycle(c.lifecycle_state).into()),
            Cell::Text(stream_and_tier(c.stream, c.tier)),
            Cell::Text(c.acquisition_source.as_deref().map(labels::phrase).unwrap_or_default()),
            Cell::Day(Some(c.created_at)),
            Cell::Money(c.mrr),
            Cell::Money(c.lifetime_value),
            Cell::maybe(c.phone.clone()),
            Cell::Text(labels::priority(c.priority).into()),
            Cell::Text(c.tags.join(", ")),
            Cell::maybe(c.owner.as_ref().map(|owner| owner.name.clone())),
            Cell::Day(c.first_paid_at),
            Cell::maybe(c.organization.as_ref().map(|organization| organization.name.clone())),
            Cell::maybe(c.coach.as_ref().map(|coach| coach.name.clone())),
        ],
    }
}

/// How a customer is called.
fn lead(c: &Customer) -> Lead {
    let email = c.email.as_deref().or(c.billing_email.as_deref());
    let known_by = c.stripe_customer_id.as_deref().or(c.phone.as_deref());
    Lead::person(c.name.as_deref(), email, known_by.unwrap_or(if c.name.is_some() { "" } else { "No name" }))
}

/// The columns of a short table of customers.
pub const IN_SHORT: &[Column] = &[
    Column::new("Customer", "lead"),
    Column::new("Lifecycle", ""),
    Column::new("MRR", "num"),
    Column::new("Coach", "p2"),
];

/// A row of such a table.
pub fn row_in_short(c: &Customer) -> Row {
    Row {
        id: c.id.to_string(),
        href: routes::customer(c.id),
        lead: lead(c),
        cells: vec![
            Cell::State(labels::lifecycle_tone(c.lifecycle_state), labels::lifecycle(c.lifecycle_state).into()),
            Cell::Money(c.mrr),
            Cell::maybe(c.coach.as_ref().map(|coach| coach.name.clone())),
        ],
    }
}

//! The ledger of shared revenue.

use super::{RevenueHead, percent};
use crate::api::revenue::SHARES;
use crate::components::Target;
use crate::format::money;
use crate::labels;
use crate::list::{Cell, Column, Filter, FilterKind, Lead, ListBody, ListSpec, ListTotal, Row, use_list};
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::accounts::Permission;
use crm_types::revenue::RevenueShare;
use leptos::prelude::*;

/// Its columns.
pub static COLUMNS: &[Column] = &[
    Column::new("Client", "lead"),
    Column::new("Coach", ""),
    Column::new("Organization", "p3"),
    Column::new("Kind", "p4"),
    Column::new("Paid", "num p2"),
    Column::sorted("Coach gets", "num", "coach_share_amount", "-coach_share_amount"),
    Column::new("Organization gets", "num p2"),
    Column::new("Platform", "num p3"),
    Column::sorted("Date", "num", "occurred_at", "-occurred_at"),
];

/// The list.
pub static SPEC: ListSpec = ListSpec {
    path: routes::REVENUE_SHARES,
    api: SHARES,
    title: "Shares",
    one: "share",
    many: "shares",
    permission: Permission::RevenueRead,
    search: "",
    filters: &[
        Filter::new("coach", "Coach", FilterKind::Reference(Target::Customers)),
        Filter::new("organization", "Organization", FilterKind::Reference(Target::Organizations)),
        Filter::new("customer", "Client", FilterKind::Reference(Target::Customers)),
        Filter::new("kind", "Kind", FilterKind::Choice(labels::transaction_kinds)),
        Filter::new("month", "Month of", FilterKind::Day),
        Filter::new("currency", "Currency", FilterKind::Currency),
        Filter::new("from", "From", FilterKind::Day),
        Filter::new("to", "Until", FilterKind::Day),
    ],
    columns: COLUMNS,
    sort: "-occurred_at",
    sum: "shared",
    empty: "What coached clients pay is shared by the rules that hold then. Publish one under Rules.",
};

/// The page.
#[component]
pub fn SharesPage() -> impl IntoView {
    let list = use_list(&SPEC, use_realtime().billing(), row);
    view! {
        <RevenueHead tab="Shares"><ListTotal list=list/></RevenueHead>
        <ListBody list=list preview=None bulk=None/>
    }
}

/// A row of the ledger.
pub fn row(share: &RevenueShare) -> Row {
    let s = share;
    let kind = match s.reverses {
        Some(_) => format!("{}, taken back", labels::transaction_kind(s.kind)),
        None => labels::transaction_kind(s.kind).to_owned(),
    };
    let part = |percentage: f64, amount| {
        // Basis points are whole.
        #[allow(clippy::cast_possible_truncation)]
        let basis_points = (percentage * 100.0).round() as i32;
        Cell::Two(money(amount), percent(basis_points))
    };
    Row {
        id: s.id.to_string(),
        href: routes::list(routes::TRANSACTIONS, &[("q", &s.business_key)]),
        lead: Lead::person(Some(&s.customer.name), None, &s.business_key),
        cells: vec![
            Cell::Text(s.coach.name.clone()),
            Cell::maybe(s.organization.as_ref().map(|organization| organization.name.clone())),
            Cell::Kind(kind),
            Cell::Money(Some(s.user_payment_amount)),
            part(s.coach_share_percentage, s.coach_share_amount),
            match s.organization {
                Some(_) => part(s.organization_share_percentage, s.organization_share_amount),
                None => Cell::Money(None),
            },
            Cell::Money(Some(s.prometheus_revenue)),
            Cell::Day(Some(s.occurred_at)),
        ],
    }
}

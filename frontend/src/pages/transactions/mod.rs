//! Payments, refunds and disputes.

mod preview;

use crate::labels;
use crate::list::{Cell, Column, Filter, FilterKind, Lead, ListSpec, ListView, Row, use_list};
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::accounts::Permission;
use crm_types::billing::Transaction;
use leptos::prelude::*;

/// The list.
pub static SPEC: ListSpec = ListSpec {
    path: routes::TRANSACTIONS,
    api: "/api/transactions",
    title: "Transactions",
    one: "transaction",
    many: "transactions",
    permission: Permission::TransactionsRead,
    search: "Customer, invoice, Stripe id",
    filters: &[
        Filter::new("status", "Status", FilterKind::Choice(labels::transaction_statuses)),
        Filter::new("kind", "Kind", FilterKind::Choice(labels::transaction_kinds)),
        Filter::new("type", "Paid for", FilterKind::Choice(labels::transaction_types)),
        Filter::new("currency", "Currency", FilterKind::Currency),
        Filter::new("from", "From", FilterKind::Day),
        Filter::new("to", "Until", FilterKind::Day),
        Filter::new("customer_id", "One customer", FilterKind::Link),
    ],
    columns: &[
        Column::new("Customer", "lead"),
        Column::new("Kind", "p3"),
        Column::new("Paid for", "p2"),
        Column::new("Status", ""),
        Column::new("Invoice", "p4"),
        Column::sorted("Amount", "num", "amount", "-amount"),
        Column::sorted("Date", "num", "occurred_at", "-occurred_at"),
    ],
    sort: "-occurred_at",
    sum: "paid, less what went back",
    empty: "Payments arrive with Stripe’s webhooks. Connect Stripe under Settings.",
};

/// The page.
#[component]
pub fn TransactionsPage() -> impl IntoView {
    let list = use_list(&SPEC, use_realtime().billing(), row);
    view! { <ListView list=list preview=preview::preview/> }
}

fn row(transaction: &Transaction) -> Row {
    let t = transaction;
    Row {
        id: t.id.to_string(),
        href: routes::customer(t.customer_id),
        lead: Lead::person(t.customer_name.as_deref(), None, &t.business_key),
        cells: vec![
            Cell::Text(labels::transaction_kind(t.kind).into()),
            Cell::Text(labels::transaction_type(t.transaction_type).into()),
            state(t),
            Cell::Code(t.invoice_number.clone().unwrap_or_default()),
            Cell::Money(Some(t.amount)),
            Cell::Day(Some(t.occurred_at)),
        ],
    }
}

fn state(transaction: &Transaction) -> Cell {
    let (tone, name) = labels::transaction_state(transaction.kind, transaction.status);
    Cell::State(tone, name.into())
}

/// The columns of a customer's own transactions.
pub static OF_CUSTOMER: &[Column] = &[
    Column::new("Invoice", "lead"),
    Column::new("Paid for", "p2"),
    Column::new("Status", ""),
    Column::new("Reason", "p3"),
    Column::new("Amount", "num"),
    Column::new("Date", "num"),
];

/// A row of a customer's own transactions.
pub fn row_of_customer(transaction: &Transaction) -> Row {
    let t = transaction;
    let title = t.invoice_number.clone().unwrap_or_else(|| t.business_key.clone());
    Row {
        id: t.id.to_string(),
        href: routes::list(
            routes::TRANSACTIONS,
            &[("customer_id", &t.customer_id.to_string()), ("peek", &t.id.to_string())],
        ),
        lead: Lead::thing(title, labels::transaction_kind(t.kind)),
        cells: vec![
            Cell::Text(labels::transaction_type(t.transaction_type).into()),
            state(t),
            Cell::Text(t.reason.as_deref().map(labels::phrase).unwrap_or_default()),
            Cell::Money(Some(t.amount)),
            Cell::Day(Some(t.occurred_at)),
        ],
    }
}

//! Subscriptions: the list with a preview, and a page for each.

mod details;
mod items;
mod page;

pub use page::SubscriptionPage;

use crate::components::Target;
use crate::format;
use crate::labels::{self, Tone};
use crate::list::{Cell, Column, Filter, FilterKind, Lead, ListSpec, ListView, Row, use_list};
use crate::realtime::use_realtime;
use crate::routes;
use chrono::Local;
use crm_types::accounts::Permission;
use crm_types::subscriptions::{Subscription, SubscriptionStatus};
use details::SubscriptionPreview;
use leptos::prelude::*;

/// The list.
pub static SPEC: ListSpec = ListSpec {
    path: routes::SUBSCRIPTIONS,
    api: "/api/subscriptions",
    title: "Subscriptions",
    one: "subscription",
    many: "subscriptions",
    permission: Permission::SubscriptionsRead,
    search: "Customer, plan, Stripe id",
    filters: &[
        Filter::new("status", "Status", FilterKind::Choice(labels::subscription_statuses)),
        Filter::new("stream", "Stream", FilterKind::Choice(labels::streams)),
        Filter::new("tier", "Tier", FilterKind::Choice(labels::tiers)),
        Filter::new("currency", "Currency", FilterKind::Currency),
        Filter::new("as_of", "With MRR at the end of", FilterKind::Day),
        Filter::new("trialing_at", "In trial at the end of", FilterKind::Day),
        Filter::new("scheduled", "Cancellation scheduled", FilterKind::Flag),
        Filter::new("counted", "Active or past due", FilterKind::Flag),
        Filter::new("plan_id", "Plan", FilterKind::Reference(Target::Plans)),
        Filter::new("price_id", "Price", FilterKind::Text),
        Filter::new("customer_id", "One customer", FilterKind::Link),
    ],
    columns: &[
        Column::new("Customer", "lead"),
        Column::new("Plan", "p2"),
        Column::new("Status", ""),
        Column::new("Stream", "p4"),
        Column::sorted("Renews", "num p3", "current_period_end", ""),
        Column::sorted("Started", "num p3", "created_at", "-created_at"),
        Column::sorted("MRR", "num", "mrr", "-mrr"),
    ],
    sort: "-mrr",
    sum: "MRR",
    empty: "Subscriptions arrive with Stripe’s webhooks. Connect Stripe under Settings.",
};

/// The page.
#[component]
pub fn SubscriptionsPage() -> impl IntoView {
    let list = use_list(&SPEC, use_realtime().billing(), row);
    view! { <ListView list=list preview=preview/> }
}

fn preview(id: String) -> AnyView {
    view! { <SubscriptionPreview id=id/> }.into_any()
}

fn row(subscription: &Subscription) -> Row {
    let s = subscription;
    Row {
        id: s.id.to_string(),
        href: routes::subscription(s.id),
        lead: Lead::person(s.customer_name.as_deref(), None, &s.stripe_subscription_id),
        cells: vec![
            Cell::Text(s.plan.clone()),
            state(s),
            Cell::maybe(s.stream.map(labels::stream)),
            Cell::Day(s.current_period_end.filter(|_| s.ended_at.is_none())),
            Cell::Day(Some(s.created_at)),
            Cell::Money(Some(s.mrr)),
        ],
    }
}

/// The state, or the day on which a running one will end.
fn state(s: &Subscription) -> Cell {
    let (tone, words) = state_words(s);
    Cell::State(tone, words)
}

fn state_words(s: &Subscription) -> (Tone, String) {
    match (s.status, s.cancel_at) {
        (SubscriptionStatus::Active | SubscriptionStatus::FreeTrial, Some(end)) if s.ended_at.is_none() => {
            (Tone::Warning, format!("Cancels {}", format::day_short(end.with_timezone(&Local).date_naive())))
        }
        (status, _) => (labels::subscription_tone(status), labels::subscription_status(status).into()),
    }
}

/// The columns of a plan's subscriptions.
pub static OF_PLAN: &[Column] = &[
    Column::new("Customer", "lead"),
    Column::new("Plans", "p2"),
    Column::new("Status", ""),
    Column::new("Renews", "num p3"),
    Column::new("MRR", "num"),
];

/// A row of a plan's subscriptions.
pub fn row_of_plan(subscription: &Subscription) -> Row {
    let s = subscription;
    Row {
        id: s.id.to_string(),
        href: routes::subscription(s.id),
        lead: Lead::person(s.customer_name.as_deref(), None, &s.stripe_subscription_id),
        cells: vec![
            Cell::Text(s.plan.clone()),
            state(s),
            Cell::Day(s.current_period_end.filter(|_| s.ended_at.is_none())),
            Cell::Money(Some(s.mrr)),
        ],
    }
}

/// The columns of a customer's own subscriptions.
pub static OF_CUSTOMER: &[Column] = &[
    Column::new("Plan", "lead"),
    Column::new("Status", ""),
    Column::new("Stream", "p3"),
    Column::new("Renews", "num p2"),
    Column::new("MRR", "num"),
];

/// A row of a customer's own subscriptions.
pub fn row_of_customer(subscription: &Subscription) -> Row {
    let s = subscription;
    Row {
        id: s.id.to_string(),
        href: routes::subscription(s.id),
        lead: Lead::thing(s.plan.clone(), s.stripe_subscription_id.clone()),
        cells: vec![
            state(s),
            Cell::maybe(s.stream.map(labels::stream)),
            Cell::Day(s.current_period_end.filter(|_| s.ended_at.is_none())),
            Cell::Money(Some(s.mrr)),
        ],
    }
}

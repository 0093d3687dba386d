//! Subscriptions: the list with a preview, and a page for each.

mod details;
mod items;
mod page;

pub use page::SubscriptionPage;

use crate::components::Target;
use crate::format;
use crate::glance::{Glance, live};
use crate::labels::{self, Tone};
use crate::list::{Cell, Column, Filter, FilterKind, Lead, List, ListSpec, ListView, Row, use_list};
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
        Filter::new("scheduled", "Set to end", FilterKind::Flag),
        Filter::new("renews", "Renews", FilterKind::Flag),
        Filter::new("period_end_from", "Period ends from", FilterKind::Day),
        Filter::new("period_end_to", "Period ends until", FilterKind::Day),
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
    view! { <ListView list=list preview=preview action=views/> }
}

/// What staff look for again and again.
fn views(list: List) -> AnyView {
    let today = Local::now().date_naive();
    let (from, to) = (today.to_string(), (today + chrono::Days::new(7)).to_string());
    let due = [("period_end_from", from.as_str()), ("period_end_to", to.as_str()), ("sort", "current_period_end")];
    let with = |first: (&'static str, &'static str)| [&[first], &due[..]].concat();
    let views = [
        ("Renew within 7 days", with(("renews", "true"))),
        ("Trials that end within 7 days", with(("status", "free_trial"))),
        ("Past due", vec![("status", "past_due"), ("sort", "current_period_end")]),
        ("Set to end", vec![("scheduled", "true"), ("sort", "current_period_end")]),
    ];
    let link = |(label, filters): (&'static str, Vec<(&str, &str)>)| {
        let href = routes::list(routes::SUBSCRIPTIONS, &filters);
        let wanted = crate::params::Params::from_pairs(&filters);
        let here = live(move || list.params.glance(|p| SPEC.matching(p) == SPEC.matching(&wanted)).then_some("true"));
        view! { <a class="btn btn--sm" href=href aria-current=here>{label}</a> }
    };
    view! { <nav class="row row--wrap" aria-label="Views">{views.map(link).collect_view()}</nav> }.into_any()
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
    match s.pending {
        Some(_) => Cell::State(Tone::Info, format!("{words}, change pending")),
        None => Cell::State(tone, words),
    }
}

fn state_words(s: &Subscription) -> (Tone, String) {
    let day = |at: chrono::DateTime<chrono::Utc>| format::day_short(at.with_timezone(&Local).date_naive());
    if let Some(recovery) = s.recovery.as_ref().filter(|_| s.status == SubscriptionStatus::PastDue) {
        let tries = labels::counted(recovery.attempts, "attempt", "attempts");
        let next = recovery.next_attempt_at.map_or_else(|| "no more".to_owned(), |at| format!("next {}", day(at)));
        return (Tone::Negative, format!("Past due: {tries}, {next}"));
    }
    match (s.status, s.cancel_at) {
        (SubscriptionStatus::Active | SubscriptionStatus::FreeTrial, Some(end)) if s.ended_at.is_none() => {
            (Tone::Warning, format!("Ends {}", day(end)))
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

//! Objects of Stripe's field by field, in words: what of ours and of theirs is compared.

use crate::billing::facts::{Body, Dispute, Invoice, Refund};
use crate::subscriptions::version::{Item, Snapshot};
use chrono::{DateTime, SecondsFormat, Utc};
use crm_types::{Currency, Money};

/// A field as Stripe calls it, and what is in it.
pub(super) type Field = (&'static str, Option<String>);

/// What is compared of a subscription. What is said of the why of a cancellation decides nothing.
pub(super) fn subscription(body: &Snapshot) -> Vec<Field> {
    let listed = |ids: &[String]| (!ids.is_empty()).then(|| ids.join(", "));
    vec![
        ("status", Some(body.status.clone())),
        ("items", Some(body.items.iter().map(|one| item(one, body.currency)).collect::<Vec<_>>().join(", "))),
        ("discounts", listed(&body.discounts)),
        ("pause_collection", body.paused.then(|| "paused".to_owned())),
        ("cancel_at_period_end", Some(yes_or_no(body.cancel_at_period_end))),
        ("cancel_at", moment(body.cancel_at)),
        ("canceled_at", moment(body.canceled_at)),
        ("ended_at", moment(body.ended_at)),
        ("trial_end", moment(body.trial_end)),
        ("current_period_start", moment(body.period_start)),
        ("current_period_end", moment(body.period_end)),
    ]
}

fn item(item: &Item, currency: Currency) -> String {
    let amount = match &item.unit_amount {
        Some(minor) => minor.parse().map_or_else(|_| minor.clone(), |minor| money(minor, currency)),
        None => "tiers".to_owned(),
    };
    format!("{} × {} at {amount}", item.quantity, item.price)
}

/// What is compared of an object about a payment; nothing of kinds that are not compared.
pub(super) fn object(body: &Body) -> Vec<Field> {
    match body {
        Body::Invoice(body) => invoice(body),
        Body::Refund(body) => refund(body),
        Body::Dispute(body) => dispute(body),
        _ => Vec::new(),
    }
}

/// Which payments paid it stands in the invoice in older shapes of the API only.
fn invoice(body: &Invoice) -> Vec<Field> {
    vec![
        ("status", Some(body.status.clone())),
        ("number", body.number.clone()),
        ("subscription", body.subscription.clone()),
        ("amount_paid", Some(money(body.amount_paid, body.currency))),
        ("amount_remaining", Some(money(body.amount_remaining, body.currency))),
        ("tax", Some(money(body.tax, body.currency))),
        ("attempt_count", Some(body.attempts.to_string())),
        ("next_payment_attempt", moment(body.next_attempt)),
        ("paid_out_of_band", Some(yes_or_no(body.out_of_band))),
        ("paid_at", moment(body.paid_at)),
    ]
}

fn refund(body: &Refund) -> Vec<Field> {
    vec![
        ("status", Some(body.status.clone())),
        ("amount", Some(money(body.amount, body.currency))),
        ("charge", body.charge.clone()),
        ("reason", body.reason.clone()),
    ]
}

fn dispute(body: &Dispute) -> Vec<Field> {
    vec![
        ("status", Some(body.status.clone())),
        ("amount", Some(money(body.amount, body.currency))),
        ("charge", body.charge.clone()),
        ("reason", body.reason.clone()),
        ("funds_withdrawn", Some(yes_or_no(body.withdrawn))),
    ]
}

fn yes_or_no(flag: bool) -> String {
    if flag { "yes" } else { "no" }.to_owned()
}

fn moment(at: Option<DateTime<Utc>>) -> Option<String> {
    at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn money(minor: i64, currency: Currency) -> String {
    format!("{} {}", Money::new(minor, currency).to_decimal(), currency.code().to_uppercase())
}

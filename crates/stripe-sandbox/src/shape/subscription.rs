//! Subscriptions and their items.

use serde_json::{Value, json};

use super::{ApiShape, catalogue, embedded_list, extend, set};
use crate::state::Sandbox;
use crate::state::billing_object::{Item, Subscription};

pub(crate) fn subscription(sandbox: &Sandbox, sub: &Subscription) -> Value {
    let shape = sandbox.shape;
    let items: Vec<Value> = sub.items.iter().map(|row| item(sandbox, sub, row)).collect();
    let url = format!("/v1/subscription_items?subscription={}", sub.id);
    let mut object = json!({
        "id": sub.id,
        "object": "subscription",
        "application": null,
        "application_fee_percent": null,
        "automatic_tax": automatic_tax(shape),
        "billing_cycle_anchor": sub.anchor,
        "billing_thresholds": null,
        "cancel_at": sub.cancel_at_period_end.then_some(sub.period_end),
        "cancel_at_period_end": sub.cancel_at_period_end,
        "canceled_at": sub.canceled_at,
        "cancellation_details": {
            "comment": sub.cancellation.comment,
            "feedback": sub.cancellation.feedback,
            "reason": sub.cancellation.reason,
        },
        "collection_method": "charge_automatically",
        "created": sub.created,
        "currency": sub.currency,
        "customer": sub.customer,
        "days_until_due": null,
        "default_payment_method": null,
        "default_source": null,
        "default_tax_rates": [],
        "description": null,
        "ended_at": sub.ended_at,
        "items": embedded_list(items, &url, shape),
        "latest_invoice": sub.latest_invoice,
        "livemode": false,
        "metadata": sub.metadata,
        "next_pending_invoice_item_invoice": null,
        "on_behalf_of": null,
        "pause_collection": sub.pause.map(|(behaviour, resumes_at)| {
            json!({ "behavior": behaviour.as_str(), "resumes_at": resumes_at })
        }),
        "payment_settings": {
            "payment_method_options": null,
            "payment_method_types": null,
            "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": null,
        "pending_setup_intent": null,
        "pending_update": null,
        "schedule": null,
        "start_date": sub.created,
        "status": sub.status.as_str(),
        "test_clock": null,
        "transfer_data": null,
        "trial_end": sub.trial.map(|(_, end)| end),
        "trial_settings": {
            "end_behavior": { "missing_payment_method": sub.trial_end_behaviour.as_str() },
        },
        "trial_start": sub.trial.map(|(start, _)| start),
    });
    let more = if shape.is_current() { current(sub) } else { pre_basil(sandbox, sub) };
    extend(&mut object, more);
    object
}

fn current(sub: &Subscription) -> Value {
    json!({
        "billing_cycle_anchor_config": null,
        "billing_mode": { "type": "classic", "flexible": null },
        "billing_schedules": [],
        "customer_account": null,
        "discounts": sub.discounts.iter().map(|discount| &discount.id).collect::<Vec<_>>(),
        "invoice_settings": { "account_tax_ids": null, "issuer": { "type": "self" } },
    })
}

/// Before basil: the period on the subscription, one embedded discount, and the plan of an only item.
fn pre_basil(sandbox: &Sandbox, sub: &Subscription) -> Value {
    let discount = sub.discounts.first();
    let only = match sub.items.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    let price = only.and_then(|item| sandbox.prices.find(&item.price));
    json!({
        "current_period_end": sub.period_end,
        "current_period_start": sub.period_start,
        "discount": discount.map(|row| catalogue::discount(sandbox, row)),
        "plan": price.map(|price| catalogue::plan(price, sandbox.shape)),
        "quantity": only.map(|item| item.quantity),
    })
}

fn item(sandbox: &Sandbox, sub: &Subscription, item: &Item) -> Value {
    let shape = sandbox.shape;
    let price = sandbox.prices.find(&item.price);
    let mut object = json!({
        "id": item.id,
        "object": "subscription_item",
        "billing_thresholds": null,
        "created": item.created,
        "metadata": {},
        "plan": price.map(|price| catalogue::plan(price, shape)),
        "price": price.map(|price| catalogue::price(price, shape)),
        "quantity": item.quantity,
        "subscription": sub.id,
        "tax_rates": [],
    });
    if shape.is_current() {
        extend(
            &mut object,
            json!({
                "current_period_end": sub.period_end,
                "current_period_start": sub.period_start,
                "discounts": [],
            }),
        );
    }
    object
}

fn automatic_tax(shape: ApiShape) -> Value {
    let mut tax = json!({ "enabled": false });
    if shape.is_current() {
        set(&mut tax, "disabled_reason", Value::Null);
        set(&mut tax, "liability", Value::Null);
    }
    tax
}

//! Payment intents, charges and refunds.

use serde_json::{Value, json};

use super::{embedded_list, set};
use crate::state::Sandbox;
use crate::state::object::{Charge, PaymentIntent, Refund, RefundStatus};

pub(crate) fn payment_intent(sandbox: &Sandbox, intent: &PaymentIntent) -> Value {
    let shape = sandbox.shape;
    let status = match (intent.succeeded, intent.canceled_at) {
        (true, _) => "succeeded",
        (false, Some(_)) => "canceled",
        (false, None) if intent.failed => "requires_payment_method",
        (false, None) => "requires_confirmation",
    };
    let mut object = json!({
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_capturable": 0,
        "amount_details": { "tip": {} },
        "amount_received": if intent.succeeded { intent.amount } else { 0 },
        "application": null,
        "application_fee_amount": null,
        "automatic_payment_methods": null,
        "canceled_at": intent.canceled_at,
        "cancellation_reason": intent.canceled_at.map(|_| "void_invoice"),
        "capture_method": "automatic",
        "client_secret": format!("{}_secret_sandbox", intent.id),
        "confirmation_method": "automatic",
        "created": intent.created,
        "currency": intent.currency,
        "customer": intent.customer,
        "description": intent.description,
        "last_payment_error": last_payment_error(intent),
        "latest_charge": intent.latest_charge,
        "livemode": false,
        "metadata": {},
        "next_action": null,
        "on_behalf_of": null,
        "payment_method": if intent.failed { None } else { intent.payment_method.as_ref() },
        "payment_method_options": { "card": { "request_three_d_secure": "automatic" } },
        "payment_method_types": ["card"],
        "processing": null,
        "receipt_email": null,
        "review": null,
        "setup_future_usage": "off_session",
        "shipping": null,
        "source": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "status": status,
        "transfer_data": null,
        "transfer_group": null,
    });
    if shape.is_current() {
        set(&mut object, "customer_account", Value::Null);
        set(&mut object, "excluded_payment_method_types", Value::Null);
    } else {
        let latest = intent.latest_charge.as_ref().and_then(|id| sandbox.charges.find(id));
        let data = latest.map(|row| charge(sandbox, row)).into_iter().collect();
        let url = format!("/v1/charges?payment_intent={}", intent.id);
        set(&mut object, "charges", embedded_list(data, &url, shape));
        set(&mut object, "invoice", json!(intent.invoice));
    }
    object
}

fn last_payment_error(intent: &PaymentIntent) -> Value {
    if !intent.failed {
        return Value::Null;
    }
    json!({
        "charge": intent.latest_charge,
        "code": "card_declined",
        "decline_code": "generic_decline",
        "doc_url": "https://stripe.com/docs/error-codes/card-declined",
        "message": "Your card was declined.",
        "type": "card_error",
    })
}

pub(crate) fn charge(sandbox: &Sandbox, charge: &Charge) -> Value {
    let shape = sandbox.shape;
    let customer = sandbox.customers.find(&charge.customer);
    let mut object = json!({
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount,
        "amount_captured": if charge.succeeded { charge.amount } else { 0 },
        "amount_refunded": charge.amount_refunded,
        "application": null,
        "application_fee": null,
        "application_fee_amount": null,
        "balance_transaction": charge.succeeded.then(|| charge.id.replacen("ch_", "txn_", 1)),
        "billing_details": {
            "address": {
                "city": null,
                "country": customer.and_then(|row| row.country.as_ref()),
                "line1": null,
                "line2": null,
                "postal_code": null,
                "state": null,
            },
            "email": customer.and_then(|row| row.email.as_ref()),
            "name": customer.and_then(|row| row.name.as_ref()),
            "phone": null,
            "tax_id": null,
        },
        "calculated_statement_descriptor": "SANDBOX",
        "captured": charge.succeeded,
        "created": charge.created,
        "currency": charge.currency,
        "customer": charge.customer,
        "description": charge.description,
        "disputed": sandbox.disputes.iter().any(|dispute| dispute.charge == charge.id),
        "failure_balance_transaction": null,
        "failure_code": (!charge.succeeded).then_some("card_declined"),
        "failure_message": (!charge.succeeded).then_some("Your card was declined."),
        "fraud_details": {},
        "livemode": false,
        "metadata": {},
        "on_behalf_of": null,
        "outcome": outcome(charge),
        "paid": charge.succeeded,
        "payment_intent": charge.payment_intent,
        "payment_method": charge.payment_method,
        "payment_method_details": {
            "card": {
                "brand": "visa",
                "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
                "country": "US",
                "exp_month": 8,
                "exp_year": 2034,
                "fingerprint": "sandboxFingerpr1",
                "funding": "credit",
                "installments": null,
                "last4": if charge.succeeded { "4242" } else { "0341" },
                "mandate": null,
                "network": "visa",
                "three_d_secure": null,
                "wallet": null,
            },
            "type": "card",
        },
        "receipt_email": null,
        "receipt_number": null,
        "receipt_url": charge
            .succeeded
            .then(|| format!("https://pay.stripe.com/receipts/payment/{}", charge.id)),
        "refunded": charge.succeeded && charge.amount_refunded == charge.amount,
        "review": null,
        "shipping": null,
        "source": null,
        "source_transfer": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "status": if charge.succeeded { "succeeded" } else { "failed" },
        "transfer_data": null,
        "transfer_group": null,
    });
    if !shape.is_current() {
        let rows = charge.refunds.iter().rev().filter_map(|id| sandbox.refunds.find(id));
        let data = rows.map(refund).collect();
        let url = format!("/v1/charges/{}/refunds", charge.id);
        set(&mut object, "refunds", embedded_list(data, &url, shape));
        set(&mut object, "invoice", json!(charge.invoice));
    }
    object
}

fn outcome(charge: &Charge) -> Value {
    let (network, seller, kind) = if charge.succeeded {
        ("approved_by_network", "Payment complete.", "authorized")
    } else {
        ("declined_by_network", "The bank did not return any further details with this decline.", "issuer_declined")
    };
    json!({
        "advice_code": null,
        "network_advice_code": null,
        "network_decline_code": null,
        "network_status": network,
        "reason": (!charge.succeeded).then_some("generic_decline"),
        "risk_level": "normal",
        "seller_message": seller,
        "type": kind,
    })
}

pub(crate) fn refund(refund: &Refund) -> Value {
    let failed = refund.status == RefundStatus::Failed;
    let mut object = json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "balance_transaction": refund.id.replacen("re_", "txn_", 1),
        "charge": refund.charge,
        "created": refund.created,
        "currency": refund.currency,
        "destination_details": { "card": { "type": "refund" }, "type": "card" },
        "metadata": refund.metadata,
        "payment_intent": refund.payment_intent,
        "reason": refund.reason,
        "receipt_number": null,
        "source_transfer_reversal": null,
        "status": if failed { "failed" } else { "succeeded" },
        "transfer_reversal": null,
    });
    if failed {
        set(&mut object, "failure_reason", json!("lost_or_stolen_card"));
    }
    object
}

//! Invoices and invoice payments.

use serde_json::{Value, json};

use super::{catalogue, embedded_list, extend, line};
use crate::state::Sandbox;
use crate::state::billing_object::{Invoice, InvoicePayment, InvoiceStatus};

pub(crate) fn invoice(sandbox: &Sandbox, invoice: &Invoice) -> Value {
    let shape = sandbox.shape;
    let customer = sandbox.customers.find(&invoice.customer);
    let lines = invoice.lines.iter().map(|row| line::line(sandbox, invoice, row)).collect();
    let url = format!("/v1/invoices/{}/lines", invoice.id);
    let hosted = invoice.finalized_at.map(|_| format!("https://invoice.stripe.com/i/acct_sandbox/test_{}", invoice.id));
    let mut object = json!({
        "id": invoice.id,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Sandbox",
        "account_tax_ids": null,
        "amount_due": invoice.amount_due,
        "amount_paid": invoice.amount_paid,
        "amount_remaining": invoice.amount_due - invoice.amount_paid,
        "amount_shipping": 0,
        "application": null,
        "attempt_count": invoice.attempts,
        "attempted": invoice.attempts > 0 || invoice.status == InvoiceStatus::Paid,
        "auto_advance": invoice.auto_advance,
        "billing_reason": invoice.billing_reason,
        "collection_method": "charge_automatically",
        "created": invoice.created,
        "currency": invoice.currency,
        "custom_fields": null,
        "customer": invoice.customer,
        "customer_address": null,
        "customer_email": customer.and_then(|row| row.email.as_ref()),
        "customer_name": customer.and_then(|row| row.name.as_ref()),
        "customer_phone": customer.and_then(|row| row.phone.as_ref()),
        "customer_shipping": null,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_payment_method": null,
        "default_source": null,
        "default_tax_rates": [],
        "description": null,
        "discounts": invoice.discounts.iter().map(|discount| &discount.id).collect::<Vec<_>>(),
        "due_date": null,
        "effective_at": invoice.finalized_at,
        "ending_balance": invoice.ending_balance,
        "footer": null,
        "from_invoice": null,
        "hosted_invoice_url": hosted,
        "invoice_pdf": hosted.as_ref().map(|url| format!("{url}/pdf")),
        "issuer": { "type": "self" },
        "last_finalization_error": null,
        "latest_revision": null,
        "lines": embedded_list(lines, &url, shape),
        "livemode": false,
        "metadata": invoice.metadata,
        "next_payment_attempt": invoice.next_attempt,
        "number": invoice.number,
        "on_behalf_of": null,
        "payment_settings": {
            "default_mandate": null, "payment_method_options": null, "payment_method_types": null,
        },
        "period_end": invoice.period.1,
        "period_start": invoice.period.0,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": null,
        "rendering": null,
        "shipping_cost": null,
        "shipping_details": null,
        "starting_balance": invoice.starting_balance,
        "statement_descriptor": null,
        "status": invoice.status.as_str(),
        "status_transitions": {
            "finalized_at": invoice.finalized_at,
            "marked_uncollectible_at": invoice.uncollectible_at,
            "paid_at": invoice.paid_at,
            "voided_at": invoice.voided_at,
        },
        "subtotal": invoice.subtotal,
        "subtotal_excluding_tax": invoice.subtotal - invoice.tax,
        "test_clock": null,
        "total": invoice.total,
        "total_discount_amounts": line::total_discount_amounts(invoice),
        "total_excluding_tax": invoice.total - invoice.tax,
        "webhooks_delivered_at": invoice.created,
    });
    let more = if shape.is_current() { current(invoice) } else { pre_basil(sandbox, invoice) };
    extend(&mut object, more);
    object
}

fn current(invoice: &Invoice) -> Value {
    json!({
        "amount_overpaid": 0,
        "automatic_tax": {
            "disabled_reason": null, "enabled": false, "liability": null, "provider": null, "status": null,
        },
        "automatically_finalizes_at": null,
        "customer_account": null,
        "parent": {
            "quote_details": null,
            "subscription_details": {
                "metadata": invoice.metadata,
                "subscription": invoice.subscription,
            },
            "type": "subscription_details",
        },
        "total_pretax_credit_amounts": [],
        "total_taxes": line::taxes(invoice.tax, invoice.total),
    })
}

fn pre_basil(sandbox: &Sandbox, invoice: &Invoice) -> Value {
    let discount = invoice.discounts.first();
    json!({
        "application_fee_amount": null,
        "automatic_tax": { "enabled": false, "status": null },
        "charge": invoice.charge,
        "discount": discount
            .map(|row| catalogue::discount(sandbox, row)),
        "paid": invoice.status == InvoiceStatus::Paid,
        "paid_out_of_band": false,
        "payment_intent": invoice.payment_intent,
        "quote": null,
        "subscription": invoice.subscription,
        "subscription_details": { "metadata": invoice.metadata },
        "tax": (invoice.tax != 0).then_some(invoice.tax),
        "total_tax_amounts": line::tax_amounts(invoice.tax, invoice.total),
        "transfer_data": null,
    })
}

/// Only since basil.
pub(crate) fn invoice_payment(payment: &InvoicePayment) -> Value {
    let status = match (payment.paid_at, payment.canceled_at) {
        (Some(_), _) => "paid",
        (None, Some(_)) => "canceled",
        (None, None) => "open",
    };
    json!({
        "id": payment.id,
        "object": "invoice_payment",
        "amount_paid": payment.paid_at.map(|_| payment.amount),
        "amount_requested": payment.amount,
        "created": payment.created,
        "currency": payment.currency,
        "invoice": payment.invoice,
        "is_default": true,
        "livemode": false,
        "payment": { "type": "payment_intent", "payment_intent": payment.payment_intent },
        "status": status,
        "status_transitions": { "canceled_at": payment.canceled_at, "paid_at": payment.paid_at },
    })
}

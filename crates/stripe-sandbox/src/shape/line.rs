//! Invoice lines, their discounts and taxes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{catalogue, extend};
use crate::state::Sandbox;
use crate::state::billing_object::{Invoice, Line};

/// The sandbox's only tax rate: VAT, included in the amounts.
const TAX_RATE: &str = "txr_sandboxVatIncluded";

pub(crate) fn line(sandbox: &Sandbox, invoice: &Invoice, line: &Line) -> Value {
    let discount_amounts: Vec<Value> =
        line.discounts.iter().map(|(discount, amount)| json!({ "amount": amount, "discount": discount })).collect();
    let mut object = json!({
        "id": line.id,
        "object": "line_item",
        "amount": line.amount,
        "currency": invoice.currency,
        "description": line.description,
        "discount_amounts": discount_amounts,
        "discountable": !line.proration,
        "discounts": [],
        "invoice": invoice.id,
        "livemode": false,
        "metadata": invoice.metadata,
        "period": { "start": line.period.0, "end": line.period.1 },
        "quantity": line.quantity,
    });
    let net = line.amount - line.discounts.iter().map(|(_, amount)| amount).sum::<i64>();
    let shape = sandbox.shape;
    let price = sandbox.prices.find(&line.price);
    let more = if shape.is_current() {
        json!({
            "parent": parent(invoice, line),
            "pretax_credit_amounts": [],
            "pricing": {
                "price_details": {
                    "price": line.price,
                    "product": price.map(|price| &price.product),
                },
                "type": "price_details",
                "unit_amount_decimal": price.map(|price| price.unit_amount.to_string()),
            },
            "subtotal": line.amount,
            "taxes": taxes(line.tax, net),
        })
    } else {
        json!({
            "plan": price.map(|price| catalogue::plan(price, shape)),
            "price": price.map(|price| catalogue::price(price, shape)),
            "proration": line.proration,
            "proration_details": { "credited_items": null },
            "subscription": invoice.subscription,
            "subscription_item": line.item,
            "tax_amounts": tax_amounts(line.tax, net),
            "tax_rates": [],
            "type": if line.proration { "invoiceitem" } else { "subscription" },
        })
    };
    extend(&mut object, more);
    object
}

fn parent(invoice: &Invoice, line: &Line) -> Value {
    json!({
        "invoice_item_details": null,
        "subscription_item_details": {
            "invoice_item": null,
            "proration": line.proration,
            "proration_details": { "credited_items": null },
            "subscription": invoice.subscription,
            "subscription_item": line.item,
        },
        "type": "subscription_item_details",
    })
}

/// Since basil.
pub(crate) fn taxes(tax: i64, amount: i64) -> Value {
    if tax == 0 {
        return json!([]);
    }
    json!([{
        "amount": tax,
        "tax_behavior": "inclusive",
        "tax_rate_details": { "tax_rate": TAX_RATE },
        "taxability_reason": "standard_rated",
        "taxable_amount": amount - tax,
        "type": "tax_rate_details",
    }])
}

/// Before basil.
pub(crate) fn tax_amounts(tax: i64, amount: i64) -> Value {
    if tax == 0 {
        return json!([]);
    }
    json!([{
        "amount": tax,
        "inclusive": true,
        "tax_rate": TAX_RATE,
        "taxability_reason": "standard_rated",
        "taxable_amount": amount - tax,
    }])
}

/// What each discount took off the whole invoice.
pub(crate) fn total_discount_amounts(invoice: &Invoice) -> Vec<Value> {
    let mut totals: BTreeMap<&str, i64> = BTreeMap::new();
    for (discount, amount) in invoice.lines.iter().flat_map(|line| &line.discounts) {
        *totals.entry(discount).or_default() += amount;
    }
    totals.into_iter().map(|(discount, amount)| json!({ "amount": amount, "discount": discount })).collect()
}

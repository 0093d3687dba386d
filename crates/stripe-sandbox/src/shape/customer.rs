//! Customers.

use serde_json::{Value, json};

use super::{ApiShape, set};
use crate::state::object::Customer;

pub(crate) fn customer(customer: &Customer, shape: ApiShape) -> Value {
    if customer.deleted {
        return json!({ "id": customer.id, "object": "customer", "deleted": true });
    }
    let address = customer.country.as_ref().map(|country| {
        json!({
            "city": null, "country": country, "line1": null, "line2": null, "postal_code": null, "state": null,
        })
    });
    let mut object = json!({
        "id": customer.id,
        "object": "customer",
        "address": address,
        "balance": customer.balance,
        "created": customer.created,
        "currency": customer.currency,
        "default_source": null,
        "delinquent": customer.delinquent,
        "description": null,
        "discount": null,
        "email": customer.email,
        "invoice_prefix": invoice_prefix(&customer.id),
        "invoice_settings": {
            "custom_fields": null,
            "default_payment_method": customer.payment_method,
            "footer": null,
            "rendering_options": null,
        },
        "livemode": false,
        "metadata": customer.metadata,
        "name": customer.name,
        "next_invoice_sequence": customer.invoices + 1,
        "phone": customer.phone,
        "preferred_locales": customer.locale.iter().collect::<Vec<_>>(),
        "shipping": null,
        "tax_exempt": "none",
        "test_clock": null,
    });
    if shape.is_current() {
        set(&mut object, "customer_account", Value::Null);
    }
    object
}

/// The prefix of a customer's invoice numbers: eight capitals and digits out of its id.
pub(crate) fn invoice_prefix(id: &str) -> String {
    id.chars().rev().take(8).map(|letter| letter.to_ascii_uppercase()).collect()
}

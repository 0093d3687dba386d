//! `expand[]=latest_invoice.charge`: ids replaced by the objects they name.

use serde_json::Value;

use crate::state::Sandbox;

/// Expands each path; what names nothing stays as it is.
pub(super) fn expand(sandbox: &Sandbox, value: &mut Value, paths: &[String]) {
    for path in paths {
        follow(sandbox, value, path);
    }
}

fn follow(sandbox: &Sandbox, value: &mut Value, path: &str) {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let Some(field) = value.get_mut(first) else { return };
    let each: Vec<&mut Value> = match field {
        Value::Array(rows) => rows.iter_mut().collect(),
        single => vec![single],
    };
    for place in each {
        if let Some(object) = place.as_str().and_then(|id| named(sandbox, id)) {
            *place = object;
        }
        if !rest.is_empty() {
            follow(sandbox, place, rest);
        }
    }
}

/// The object that an id names, told by its prefix; coupons have ids of their owners' choice.
fn named(sandbox: &Sandbox, id: &str) -> Option<Value> {
    let found = match id.split_once('_').map_or("", |(prefix, _)| prefix) {
        "cus" => sandbox.customer_json(id),
        "sub" => sandbox.subscription_json(id),
        "in" => sandbox.invoice_json(id),
        "pi" => sandbox.payment_intent_json(id),
        "ch" => sandbox.charge_json(id),
        "re" => sandbox.refund_json(id),
        "du" => sandbox.dispute_json(id),
        "prod" => sandbox.product_json(id),
        "price" => sandbox.price_json(id),
        "di" => sandbox.discount_json(id),
        _ => sandbox.coupon_json(id),
    };
    found.ok()
}

//! Objects as events: what happened before anybody listened, as far as an object still says it.
//!
//! Of most objects the newest state is all that counts, and it is so when it was read. MRR has a history: of a subscription whose
//! beginning is not known, its birth, the end of its trial and the wish to leave are told at the instants that it carries itself.

use super::source::{List, Listed, id_of};
use crate::billing::inbox::Delivery;
use crate::billing::refetch::{delivery, refetched};
use crate::db::Result;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::collections::HashMap;

const CREATED: &str = "customer.subscription.created";
const UPDATED: &str = "customer.subscription.updated";

/// The objects of a page as they are.
pub(super) fn objects(list: List, page: &Listed) -> Result<Vec<Delivery>> {
    let kind = match list {
        List::Products => "product",
        List::Prices => "price",
        List::Coupons => "coupon",
        List::Customers => "customer",
        List::Invoices => "invoice",
        List::InvoicePayments => "invoice_payment",
        List::PaymentIntents => "payment_intent",
        List::Charges => "charge",
        List::Refunds => "refund",
        List::Disputes => "dispute",
        List::Events | List::Subscriptions => return Ok(Vec::new()),
    };
    let at = page.at.timestamp();
    page.data.iter().map(|object| told(object, &refetched(kind), at)).collect()
}

/// Subscriptions with what they say of their past, where the inbox does not know it.
pub(super) async fn subscriptions(tx: &mut PgConnection, page: &Listed) -> Result<Vec<Delivery>> {
    let ids: Vec<&str> = page.data.iter().filter_map(id_of).collect();
    let rows = sqlx::query!(
        r#"SELECT DISTINCT ON (object_id) object_id AS "object_id!", type AS kind, raw FROM stripe_events
           WHERE object_id = ANY($1) AND type LIKE 'customer.subscription.%' ORDER BY object_id, created, type <> $2, seq"#,
        &ids as &[&str],
        CREATED,
    );
    let mut first: HashMap<String, (String, Vec<u8>)> =
        rows.fetch_all(tx).await?.into_iter().map(|row| (row.object_id, (row.kind, row.raw))).collect();
    let mut deliveries = Vec::new();
    for object in &page.data {
        let Some(id) = id_of(object) else { continue };
        let ended = seconds(object, "ended_at");
        let (base, until) = match first.remove(id) {
            Some((kind, _)) if kind == CREATED => (None, 0),
            // What it was until the first that is known of it.
            Some((_, raw)) => match serde_json::from_slice::<Value>(&raw) {
                Ok(event) => (earlier(&event), seconds(&event, "created").unwrap_or_default()),
                Err(_) => (None, 0),
            },
            None => (Some(object.clone()), ended.unwrap_or(page.at.timestamp())),
        };
        for (kind, at, state) in base.iter().flat_map(|base| past(base, until)) {
            deliveries.push(told(&state, kind, at)?);
        }
        deliveries.push(told(object, &refetched("subscription"), ended.unwrap_or(page.at.timestamp()))?);
    }
    Ok(deliveries)
}

/// An event with an id that follows from what it says.
fn told(object: &Value, kind: &str, at: i64) -> Result<Delivery> {
    let said = Sha256::digest(format!("{kind}{object}").as_bytes());
    let said: String = hex::encode(said).chars().take(16).collect();
    delivery(&format!("evt_backfill_{}_{said}", id_of(object).unwrap_or_default()), kind, Some(at), object)
}

fn seconds(object: &Value, name: &str) -> Option<i64> {
    object.get(name).and_then(Value::as_i64)
}

/// An event's object before what the event tells.
fn earlier(event: &Value) -> Option<Value> {
    let data = event.get("data")?;
    let mut object = data.get("object")?.clone();
    if let Some(previous) = data.get("previous_attributes") {
        overlay(&mut object, previous);
    }
    Some(object)
}

fn overlay(onto: &mut Value, previous: &Value) {
    match (onto, previous) {
        (Value::Object(onto), Value::Object(previous)) => {
            for (name, value) in previous {
                overlay(onto.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (onto, previous) => *onto = previous.clone(),
    }
}

/// What a subscription says of itself before an instant: types of events, when, and the object then.
fn past(base: &Value, until: i64) -> Vec<(&'static str, i64, Value)> {
    let Some(created) = seconds(base, "created").filter(|created| *created < until) else { return Vec::new() };
    let status = base.get("status").and_then(Value::as_str).unwrap_or_default();
    // Never began.
    if status.starts_with("incomplete") {
        return vec![(CREATED, created, base.clone())];
    }
    let trial_end = seconds(base, "trial_end");
    let trialing = seconds(base, "trial_start").is_some();
    let begun = if trialing { "trialing" } else { "active" };
    let mut told = vec![(CREATED, created, with(base, begun, &[]))];
    let converted = trial_end.filter(|end| trialing && *end < until && status != "trialing");
    if let Some(end) = converted {
        told.push((UPDATED, end, with(base, "active", &[])));
    }
    if let Some(asked) = seconds(base, "canceled_at").filter(|asked| (created + 1..until).contains(asked)) {
        let running = if converted.is_none_or(|end| asked < end) { begun } else { "active" };
        let kept = ["canceled_at", "cancel_at", "cancel_at_period_end"];
        told.push((UPDATED, asked, with(base, running, &kept)));
    }
    told
}

/// The object in another status, before anything ended or paused it; what is kept stays.
fn with(base: &Value, status: &str, kept: &[&str]) -> Value {
    let mut object = base.clone();
    if let Some(fields) = object.as_object_mut() {
        let set = |fields: &mut Map<String, Value>, name: &str, value: Value| {
            if !kept.contains(&name) {
                fields.insert(name.to_owned(), value);
            }
        };
        set(fields, "status", json!(status));
        set(fields, "cancel_at_period_end", json!(false));
        for name in ["canceled_at", "cancel_at", "ended_at", "pause_collection"] {
            set(fields, name, Value::Null);
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(base: Value, until: i64) -> Value {
        let steps = past(&base, until).into_iter().map(|(kind, at, state)| {
            json!([kind.rsplit('.').next(), at, state["status"], state["cancel_at_period_end"], state["ended_at"]])
        });
        steps.collect()
    }

    #[test]
    fn a_life_is_told_by_its_own_instants() {
        let plain = json!({"id": "sub_1", "created": 100, "status": "active", "cancel_at_period_end": false});
        assert_eq!(told(plain.clone(), 900), json!([["created", 100, "active", false, null]]));
        assert_eq!(told(plain, 100), json!([]), "its birth is known");
        let trial = json!({"id": "sub_1", "created": 100, "status": "active", "trial_start": 100, "trial_end": 200});
        let expected = json!([["created", 100, "trialing", false, null], ["updated", 200, "active", false, null]]);
        assert_eq!(told(trial, 900), expected);
        let left = json!({"id": "sub_1", "created": 100, "status": "canceled", "canceled_at": 300, "ended_at": 400, "cancel_at_period_end": true});
        let expected = json!([["created", 100, "active", false, null], ["updated", 300, "active", true, null]]);
        assert_eq!(told(left, 400), expected);
        let never = json!({"id": "sub_1", "created": 100, "status": "incomplete_expired"});
        assert_eq!(told(never, 900), json!([["created", 100, "incomplete_expired", null, null]]));
    }

    #[test]
    fn what_was_before_an_event_is_known_from_it() {
        let event = json!({"data": {"object": {"id": "sub_1", "status": "active", "items": {"data": [{"price": "b"}]}},
            "previous_attributes": {"items": {"data": [{"price": "a"}]}}}});
        let expected = json!({"id": "sub_1", "status": "active", "items": {"data": [{"price": "a"}]}});
        assert_eq!(earlier(&event), Some(expected));
    }
}

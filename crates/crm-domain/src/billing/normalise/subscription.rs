use super::Facts;
use super::catalog::{discount, discount_id, price_fact};
use super::read::{Read, Reader};
use crate::billing::facts::{Fact, Stamp};
use crate::subscriptions::version::{Item, Snapshot, TransformQuantity, Version, status_rank};
use serde_json::Value;

pub fn read(object: &Reader<'_>, kind: &str, stamp: &dyn Fn(i16) -> Stamp) -> Read<Facts> {
    let mut facts = Vec::new();
    let mut prices = Vec::new();
    let mut items = Vec::new();
    let mut currency = None;
    let Some(rows) = object.list("items") else {
        return Err(format!("{}.items is missing or not a list", object.path()));
    };
    for row in &rows {
        // `price` since 2020; `plan` before, and beside it for years.
        let terms = row.object("price").or_else(|_| row.object("plan"))?;
        let price = price_fact(&terms, stamp(0))?;
        let Some(interval) = price.interval else { return Err(format!("{} is not a recurring price", terms.path())) };
        currency.get_or_insert(price.currency);
        items.push(Item {
            price: price.id.clone(),
            quantity: row.maybe_integer("quantity").unwrap_or(1),
            unit_amount: price.unit_amount.clone(),
            interval,
            interval_count: price.interval_count,
            metered: price.metered,
            transform: transform(&terms),
            discounts: discounts(row, stamp, &mut facts)?,
        });
        prices.push(price.id.clone());
        facts.push(Fact::Price(price));
    }
    items.sort_by(|a, b| (&a.price, a.quantity).cmp(&(&b.price, b.quantity)));
    prices.sort_unstable();
    prices.dedup();

    let currency = match object.get("currency") {
        Some(_) => object.currency("currency")?,
        None => currency.ok_or_else(|| format!("{}.items is empty", object.path()))?,
    };
    // On the subscription before basil, on its items since.
    let period =
        |name: &str| object.maybe_instant(name).or_else(|| rows.iter().filter_map(|r| r.maybe_instant(name)).max());
    let status = object.text("status")?.to_owned();
    let type_rank = match kind {
        "customer.subscription.created" => 0,
        "customer.subscription.deleted" => 2,
        // Asked for because of a tie: it decides.
        "customer.subscription.refetched" => 3,
        _ => 1,
    };
    let stamp_now = stamp(type_rank * 16 + status_rank(&status));
    let details = object.maybe_object("cancellation_details");
    let body = Snapshot {
        status,
        currency,
        items,
        discounts: discounts(object, stamp, &mut facts)?,
        paused: object.get("pause_collection").is_some(),
        cancel_at_period_end: object.flag("cancel_at_period_end"),
        cancel_at: object.maybe_instant("cancel_at"),
        canceled_at: object.maybe_instant("canceled_at"),
        ended_at: object.maybe_instant("ended_at"),
        trial_start: object.maybe_instant("trial_start"),
        trial_end: object.maybe_instant("trial_end"),
        period_start: period("current_period_start"),
        period_end: period("current_period_end"),
        created: object.maybe_instant("created").unwrap_or(stamp_now.at),
        cancel_reason: details
            .and_then(|d| {
                d.maybe_text("comment").or_else(|| d.maybe_text("feedback")).or_else(|| d.maybe_text("reason"))
            })
            .or_else(|| object.meta("cancel_reason")),
        source: object.meta("acquisition_source"),
    };
    crate::mrr::amount::check(&body).map_err(|error| format!("{}: {error}", object.path()))?;
    let version = Version {
        event_id: stamp_now.event,
        subscription: object.required_id("id")?,
        at: stamp_now.at,
        rank: stamp_now.rank,
        body,
    };
    facts.push(Fact::Version { customer: object.required_id("customer")?, version: Box::new(version) });
    Ok((facts, prices))
}

/// Ids of the discounts, whether listed by id, expanded, or as the single `discount` of older shapes.
fn discounts(object: &Reader<'_>, stamp: &dyn Fn(i16) -> Stamp, facts: &mut Vec<Fact>) -> Read<Vec<String>> {
    let mut ids = Vec::new();
    let expanded = object.maybe_object("discount").into_iter().chain(object.list("discounts").unwrap_or_default());
    for entry in expanded {
        match entry.value() {
            Value::String(id) => ids.push(id.clone()),
            Value::Object(_) => {
                facts.extend(discount(&entry, stamp)?);
                ids.extend(discount_id(&entry));
            }
            _ => {}
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn transform(price: &Reader<'_>) -> Option<TransformQuantity> {
    let transform = price.maybe_object("transform_quantity").or_else(|| price.maybe_object("transform_usage"))?;
    Some(TransformQuantity {
        divide_by: transform.maybe_integer("divide_by")?,
        round_up: transform.maybe_text("round").as_deref() == Some("up"),
    })
}

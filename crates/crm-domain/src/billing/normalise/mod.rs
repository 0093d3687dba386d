//! One normaliser for every shape of Stripe's API: event JSON in, facts out.
//!
//! Never a typed parse: a field that moved, or that a newer version adds, must not lose an event. What is read is read
//! from wherever any version since 2020 puts it (docs/adr/0003).

mod catalog;
mod customer;
mod payment;
mod read;
mod subscription;

use super::facts::{Fact, Stamp};
use read::{Read, Reader};
use serde_json::Value;

/// What an event turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Normalised {
    /// These facts. `prices` must be mapped before they may count.
    Facts {
        /// In no particular order.
        facts: Vec<Fact>,
        /// Recurring prices of the subscription, if it is one.
        prices: Vec<String>,
    },
    /// A type that we do not use.
    Ignored,
    /// A type that we use, but not readable: says what is missing.
    Dead(String),
}

/// Reads an event's body.
pub fn normalise(raw: &[u8]) -> Normalised {
    let event: Value = match serde_json::from_slice(raw) {
        Ok(event) => event,
        Err(error) => return Normalised::Dead(format!("the body is not JSON: {error}")),
    };
    match facts(&event) {
        Ok(Some((facts, prices))) => Normalised::Facts { facts, prices },
        Ok(None) => Normalised::Ignored,
        Err(reason) => Normalised::Dead(reason),
    }
}

type Facts = (Vec<Fact>, Vec<String>);

fn facts(event: &Value) -> Read<Option<Facts>> {
    let root = Reader::new(event, "");
    let kind = root.text("type")?;
    let at = root.instant("created")?;
    let id = root.text("id")?;
    let object = root.object("data")?.object("object")?;
    let stamp = |rank: i16| Stamp { at, rank, event: id.to_owned() };
    let family = kind.rsplit_once('.').map_or(kind, |(family, _)| family);
    let plain = |facts: Vec<Fact>| Ok(Some((facts, Vec::new())));
    match family {
        "customer" => plain(vec![customer::read(&object, kind, &stamp)?]),
        "customer.subscription" => subscription::read(&object, kind, &stamp).map(Some),
        "product" => plain(vec![catalog::product(&object, kind, &stamp)?]),
        "price" | "plan" => plain(vec![catalog::price(&object, kind, &stamp)?]),
        "coupon" => plain(vec![catalog::coupon(&object, &stamp)?]),
        "customer.discount" => plain(catalog::discount(&object, &stamp)?),
        // A preview of what will be invoiced: it has no id and is not a fact yet.
        "invoice" if kind == "invoice.upcoming" => Ok(None),
        "invoice" => plain(payment::invoice(&object, kind, &stamp)?),
        "invoice_payment" => plain(vec![payment::invoice_payment(&object, &stamp)?]),
        "payment_intent" => plain(payment::payment_intent(&object, kind, &stamp)?),
        "charge" if kind == "charge.refund.updated" => plain(vec![payment::refund(&object, &stamp)?]),
        "charge" => plain(payment::charge(&object, kind, &stamp)?),
        "charge.dispute" => plain(vec![payment::dispute(&object, kind, &stamp)?]),
        "charge.refund" | "refund" => plain(vec![payment::refund(&object, &stamp)?]),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests;

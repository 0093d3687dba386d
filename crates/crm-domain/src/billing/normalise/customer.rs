use super::read::{Read, Reader, clean_json};
use crate::billing::facts::{CustomerFact, Fact, Stamp};
use serde_json::json;

pub fn read(object: &Reader<'_>, kind: &str, stamp: &dyn Fn(i16) -> Stamp) -> Read<Fact> {
    let rank = match kind {
        "customer.created" => 0,
        "customer.deleted" => 2,
        _ => 1,
    };
    let stamp = stamp(rank);
    Ok(Fact::Customer(Box::new(CustomerFact {
        id: object.required_id("id")?,
        created: object.maybe_instant("created").unwrap_or(stamp.at),
        stamp,
        email: object.maybe_text("email").map(|e| e.trim().to_owned()).filter(|e| e.contains('@') && e.len() <= 254),
        name: object.maybe_text("name"),
        phone: object.maybe_text("phone"),
        metadata: object.maybe_object("metadata").map_or_else(|| json!({}), |m| clean_json(m.value())),
        deleted: kind == "customer.deleted" || object.flag("deleted"),
    })))
}

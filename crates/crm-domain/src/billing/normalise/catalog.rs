use super::read::{Read, Reader};
use crate::billing::facts::{Body, Fact, ObjectFact, PriceFact, ProductFact, Stamp};
use crate::exact::parse_decimal;
use crate::mrr::amount::Coupon;
use crm_types::Currency;
use crm_types::plans::{Interval, Stream, Tier};
use serde_json::Value;

fn rank(kind: &str) -> i16 {
    match kind.rsplit('.').next() {
        Some("created") => 0,
        Some("deleted") => 2,
        _ => 1,
    }
}

/// `stream` of the metadata; the short names of the first days (`rev1`) are understood too.
fn stream(object: &Reader<'_>) -> Option<Stream> {
    let text = object.meta("stream")?;
    match text.as_str() {
        "rev1" => Some(Stream::Rev1Individual),
        "rev2" => Some(Stream::Rev2Coaching),
        "rev3" => Some(Stream::Rev3B2b),
        other => other.parse().ok(),
    }
}

fn tier(object: &Reader<'_>) -> Option<Tier> {
    object.meta("tier")?.parse().ok()
}

pub fn product(object: &Reader<'_>, kind: &str, stamp: &dyn Fn(i16) -> Stamp) -> Read<Fact> {
    Ok(Fact::Product(ProductFact {
        id: object.required_id("id")?,
        stamp: stamp(rank(kind)),
        name: object.maybe_text("name"),
        active: object.flag("active") && kind != "product.deleted",
        stream: stream(object),
        tier: tier(object),
    }))
}

pub fn price(object: &Reader<'_>, kind: &str, stamp: &dyn Fn(i16) -> Stamp) -> Read<Fact> {
    let deleted = matches!(kind, "price.deleted" | "plan.deleted");
    let mut fact = price_fact(object, stamp(rank(kind)))?;
    fact.active = fact.active && !deleted;
    Ok(Fact::Price(fact))
}

/// A price, or a plan of the older API, wherever it stands.
pub fn price_fact(object: &Reader<'_>, stamp: Stamp) -> Read<PriceFact> {
    let recurring = object.maybe_object("recurring");
    // A plan has its interval on top; a price in `recurring`.
    let terms = recurring.clone().or_else(|| object.get("interval").map(|_| object.clone()));
    let interval = match terms.as_ref().map(|t| t.text("interval")).transpose()? {
        Some(text) => Some(text.parse::<Interval>().map_err(|e| format!("{}.interval: {e}", object.path()))?),
        None => None,
    };
    let amount =
        ["unit_amount_decimal", "unit_amount", "amount_decimal", "amount"].iter().find_map(|name| object.decimal(name));
    if let Some(text) = &amount
        && parse_decimal(text).is_none()
    {
        return Err(format!("{}: `{}` is not an amount", object.path(), text.chars().take(40).collect::<String>()));
    }
    let count = terms.as_ref().and_then(|t| t.maybe_integer("interval_count")).unwrap_or(1);
    Ok(PriceFact {
        id: object.required_id("id")?,
        stamp,
        product: object.id("product"),
        nickname: object.maybe_text("nickname"),
        currency: object.currency("currency")?,
        unit_amount: amount,
        interval,
        interval_count: i32::try_from(count).ok().filter(|n| (1..=3660).contains(n)).unwrap_or(1),
        metered: terms.as_ref().and_then(|t| t.maybe_text("usage_type")).as_deref() == Some("metered"),
        active: object.get("active").and_then(Value::as_bool).unwrap_or(true),
        stream: stream(object),
        tier: tier(object),
    })
}

fn coupon_body(object: &Reader<'_>) -> Read<Coupon> {
    let mut amounts_off = Vec::new();
    if let Some(minor) = object.maybe_integer("amount_off") {
        amounts_off.push((object.currency("currency")?, minor));
    }
    if let Some(Value::Object(options)) = object.get("currency_options") {
        for (code, option) in options {
            if let (Some(currency), Some(minor)) =
                (Currency::parse(code), option.get("amount_off").and_then(Value::as_i64))
            {
                amounts_off.push((currency, minor));
            }
        }
    }
    amounts_off.sort_unstable();
    amounts_off.dedup_by_key(|(currency, _)| *currency);
    let percent_off = object.decimal("percent_off");
    if percent_off.as_deref().is_some_and(|p| p.len() > 8 || parse_decimal(p).is_none()) {
        return Err(format!("{}.percent_off is not a percentage", object.path()));
    }
    Ok(Coupon { percent_off, amounts_off, duration: object.text("duration")?.to_owned() })
}

pub fn coupon(object: &Reader<'_>, stamp: &dyn Fn(i16) -> Stamp) -> Read<Fact> {
    Ok(Fact::Object(ObjectFact {
        id: object.required_id("id")?,
        customer: None,
        stamp: stamp(1),
        body: Body::Coupon(coupon_body(object)?),
    }))
}

/// A discount and, in the shape before clover, the coupon inside it.
pub fn discount(object: &Reader<'_>, stamp: &dyn Fn(i16) -> Stamp) -> Read<Vec<Fact>> {
    let (inline, coupon) = match object.maybe_object("source") {
        Some(source) => (source.maybe_object("coupon"), source.id("coupon")),
        None => (object.maybe_object("coupon"), object.id("coupon")),
    };
    let Some(coupon_id) = coupon else { return Err(format!("{} names no coupon", object.path())) };
    let id = discount_id(object).unwrap_or_else(|| format!("di:{coupon_id}"));
    let mut facts = vec![Fact::Object(ObjectFact {
        id,
        customer: object.id("customer"),
        stamp: stamp(1),
        body: Body::Discount { coupon: coupon_id.clone() },
    })];
    if let Some(inline) = inline {
        facts.push(Fact::Object(ObjectFact {
            id: coupon_id,
            customer: None,
            stamp: stamp(0),
            body: Body::Coupon(coupon_body(&inline)?),
        }));
    }
    Ok(facts)
}

/// Old discounts have no id of their own: they are named after their coupon.
pub fn discount_id(object: &Reader<'_>) -> Option<String> {
    object.id("id").or_else(|| object.id("coupon").map(|coupon| format!("di:{coupon}")))
}

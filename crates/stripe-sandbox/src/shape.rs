//! Renders the rows as Stripe's JSON, in the current API shape or in the one from before 2025-03-31 (basil).
//! Compared with Stripe's own samples; constant fields are there because readers of real objects meet them.

mod catalogue;
mod customer;
mod dispute;
mod invoice;
mod line;
mod payment;
mod subscription;

use serde_json::{Map, Value, json};

pub(crate) use catalogue::{coupon, discount, price, product};
pub(crate) use customer::{customer, invoice_prefix};
pub(crate) use dispute::dispute;
pub(crate) use invoice::{invoice, invoice_payment};
pub(crate) use payment::{charge, payment_intent, refund};
pub(crate) use subscription::subscription;

/// Which API version the sandbox speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ApiShape {
    /// `2025-12-15.clover`.
    #[default]
    Current,
    /// `2022-08-01`.
    PreBasil,
}

impl ApiShape {
    /// Stripe's name of the version, as in an event's `api_version`.
    #[must_use]
    pub fn api_version(self) -> &'static str {
        match self {
            Self::Current => "2025-12-15.clover",
            Self::PreBasil => "2022-08-01",
        }
    }

    pub(crate) fn is_current(self) -> bool {
        self == Self::Current
    }
}

/// A list object as it is embedded in another object: complete, never paged.
fn embedded_list(data: Vec<Value>, url: &str, shape: ApiShape) -> Value {
    let mut list = json!({ "object": "list", "has_more": false, "url": url });
    if !shape.is_current() {
        set(&mut list, "total_count", json!(data.len()));
    }
    set(&mut list, "data", Value::Array(data));
    list
}

/// Adds one field to an object.
fn set(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(map) = object {
        map.insert(key.to_owned(), value);
    }
}

/// Adds the fields of `more` to an object.
fn extend(object: &mut Value, more: Value) {
    if let (Value::Object(map), Value::Object(more)) = (object, more) {
        map.extend::<Map<String, Value>>(more);
    }
}

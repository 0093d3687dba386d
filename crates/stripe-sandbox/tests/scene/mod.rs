//! What several tests need: a small account, and events as JSON.

#![allow(dead_code, reason = "each test binary uses its own part")]

use serde_json::Value;
use stripe_sandbox::{ApiShape, Event, Interval, Metadata, NewCustomer, NewItem, NewPrice, NewSubscription, Sandbox};

/// 2025-03-10T09:00:00Z.
pub const START: i64 = 1_741_597_200;
pub const DAY: i64 = 86_400;

pub fn json(event: &Event) -> Value {
    serde_json::from_slice(&event.body).unwrap()
}

/// The events of one type, as JSON.
pub fn of_kind(events: &[Event], kind: &str) -> Vec<Value> {
    events.iter().filter(|event| event.kind == kind).map(json).collect()
}

pub fn kinds(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.kind.as_str()).collect()
}

/// An account with one customer and a monthly price of $19 and one of $29.
pub struct Account {
    pub sandbox: Sandbox,
    pub customer: String,
    pub standard: String,
    pub premium: String,
    pub premium_yearly: String,
}

impl Account {
    pub fn new(shape: ApiShape) -> Self {
        let mut sandbox = Sandbox::new(1, START).with_shape(shape);
        let mut price = |name: &str, minor: i64, interval: Interval| {
            let product = sandbox.create_product(name, None, Metadata::new());
            let new = NewPrice {
                product,
                currency: "USD".to_owned(),
                unit_amount: minor,
                recurring: Some((interval, 1)),
                ..NewPrice::default()
            };
            sandbox.create_price(new).unwrap()
        };
        let standard = price("Standard", 1_900, Interval::Month);
        let premium = price("Premium", 2_900, Interval::Month);
        let premium_yearly = price("Premium, yearly", 29_000, Interval::Year);
        let customer = sandbox.create_customer(NewCustomer {
            email: Some("zoe@example.com".to_owned()),
            name: Some("Zoë Ångström".to_owned()),
            metadata: Metadata::from([("utm_source".to_owned(), "podcast".to_owned())]),
            ..NewCustomer::default()
        });
        sandbox.drain_events();
        Self { sandbox, customer, standard, premium, premium_yearly }
    }

    pub fn subscribe(&mut self, trial_days: u32, coupon: Option<&str>) -> String {
        let new = NewSubscription {
            customer: self.customer.clone(),
            items: vec![NewItem { price: self.standard.clone(), quantity: 1 }],
            trial_days,
            coupon: coupon.map(str::to_owned),
            ..NewSubscription::default()
        };
        self.sandbox.create_subscription(new).unwrap()
    }

    pub fn first_item(&self, subscription: &str) -> String {
        let object = self.sandbox.subscription_json(subscription).unwrap();
        object["items"]["data"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The subscription as it is now.
    pub fn see(&self, subscription: &str) -> Value {
        self.sandbox.subscription_json(subscription).unwrap()
    }

    pub fn latest_invoice(&self, subscription: &str) -> Value {
        let id = self.see(subscription)["latest_invoice"].as_str().unwrap().to_owned();
        self.sandbox.invoice_json(&id).unwrap()
    }
}

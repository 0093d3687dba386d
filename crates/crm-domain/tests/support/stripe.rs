//! Events as Stripe sends them, in the current shape and in the one before basil.

use crm_domain::billing::inbox::Delivery;
use serde_json::{Value, json};

/// 2026-01-01T00:00:00Z.
pub const T0: i64 = 1_767_225_600;
pub const DAY: i64 = 86_400;

/// Which shape of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Current,
    PreBasil,
}

/// A customer with one subscription, whose ids all carry a suffix.
#[derive(Debug, Clone)]
pub struct Life {
    pub shape: Shape,
    pub suffix: String,
}

impl Life {
    pub fn new(shape: Shape, suffix: impl Into<String>) -> Self {
        Self { shape, suffix: suffix.into() }
    }

    pub fn id(&self, kind: &str) -> String {
        format!("{kind}_{}", self.suffix)
    }

    fn event(&self, name: &str, kind: &str, at: i64, object: Value) -> Delivery {
        let version = if self.shape == Shape::Current { "2025-12-15.clover" } else { "2022-08-01" };
        let body = json!({"id": format!("evt_{name}_{}", self.suffix), "object": "event", "type": kind, "created": at, "livemode": false,
            "api_version": version, "data": {"object": object}, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}});
        Delivery::parse(body.to_string().into_bytes()).unwrap()
    }

    pub fn customer(&self, name: &str, kind: &str, at: i64, label: &str) -> Delivery {
        let object = json!({"id": self.id("cus"), "object": "customer", "created": T0, "email": format!("{}@example.com", self.suffix),
            "name": label, "phone": null, "metadata": {"acquisition_source": "influencer", "utm_campaign": "spring"}});
        self.event(name, kind, at, object)
    }

    /// A price with its stream and tier in its metadata: the same for everybody.
    pub fn price(id: &str, minor: i64, tier: &str) -> Value {
        json!({"id": id, "object": "price", "active": true, "currency": "usd", "product": "prod_app", "nickname": null, "type": "recurring",
            "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}, "unit_amount": minor,
            "unit_amount_decimal": minor.to_string(), "metadata": {"stream": "rev1_individual", "tier": tier}, "created": T0})
    }

    pub fn subscription(&self, name: &str, kind: &str, at: i64, status: &str, price: Value) -> Delivery {
        let mut item = json!({"id": self.id("si"), "object": "subscription_item", "quantity": 1, "price": price, "subscription": self.id("sub")});
        let mut object = json!({"id": self.id("sub"), "object": "subscription", "customer": self.id("cus"), "status": status, "currency": "usd",
            "created": T0, "start_date": T0, "trial_start": T0, "trial_end": T0 + 10 * DAY, "cancel_at_period_end": false, "cancel_at": null,
            "canceled_at": null, "ended_at": null, "pause_collection": null, "metadata": {},
            "cancellation_details": {"comment": null, "feedback": null, "reason": null}});
        if status == "canceled" {
            object["ended_at"] = json!(at);
            object["canceled_at"] = json!(at);
            object["cancellation_details"]["reason"] = json!("cancellation_requested");
        }
        let (start, end) = (T0 + 10 * DAY, T0 + 40 * DAY);
        match self.shape {
            Shape::Current => {
                item["current_period_start"] = json!(start);
                item["current_period_end"] = json!(end);
                object["discounts"] = json!([]);
            }
            Shape::PreBasil => {
                object["current_period_start"] = json!(start);
                object["current_period_end"] = json!(end);
                object["discount"] = Value::Null;
                item["plan"] = json!({"id": price["id"], "object": "plan", "amount": price["unit_amount"], "currency": "usd", "interval": "month"});
            }
        }
        object["items"] = json!({"object": "list", "data": [item], "has_more": false});
        self.event(name, kind, at, object)
    }

    pub fn invoice(&self, name: &str, kind: &str, at: i64, status: &str, minor: i64) -> Delivery {
        let paid = status == "paid";
        let mut object = json!({"id": self.id("in"), "object": "invoice", "customer": self.id("cus"), "status": status, "currency": "usd",
            "number": format!("N-{}", self.suffix), "created": T0 + 10 * DAY, "amount_due": minor, "amount_paid": if paid { minor } else { 0 },
            "amount_remaining": if paid { 0 } else { minor }, "total": minor, "billing_reason": "subscription_cycle", "attempt_count": 1,
            "status_transitions": {"paid_at": if paid { json!(T0 + 10 * DAY + 60) } else { Value::Null }}});
        match self.shape {
            Shape::Current => {
                object["parent"] = json!({"type": "subscription_details", "subscription_details": {"subscription": self.id("sub"), "metadata": {}}});
                object["total_taxes"] = json!([{"amount": 100}]);
            }
            Shape::PreBasil => {
                object["subscription"] = json!(self.id("sub"));
                object["payment_intent"] = json!(self.id("pi"));
                object["charge"] = json!(self.id("ch"));
                object["paid"] = json!(paid);
                object["tax"] = json!(100);
            }
        }
        self.event(name, kind, at, object)
    }

    pub fn payment_intent(&self, name: &str, kind: &str, at: i64, status: &str, minor: i64) -> Delivery {
        let received = if status == "succeeded" { minor } else { 0 };
        let mut object = json!({"id": self.id("pi"), "object": "payment_intent", "customer": self.id("cus"), "status": status, "currency": "usd",
            "amount": minor, "amount_received": received, "created": T0 + 10 * DAY, "latest_charge": self.id("ch"), "last_payment_error": null});
        if self.shape == Shape::PreBasil {
            object["invoice"] = json!(self.id("in"));
        }
        self.event(name, kind, at, object)
    }

    /// Only the current shape has it: it tells which payment intent paid which invoice.
    pub fn invoice_payment(&self, name: &str, at: i64, minor: i64) -> Delivery {
        let object = json!({"id": self.id("inpay"), "object": "invoice_payment", "invoice": self.id("in"), "amount_paid": minor, "currency": "usd",
            "is_default": true, "payment": {"type": "payment_intent", "payment_intent": self.id("pi")}, "status": "paid", "created": at});
        self.event(name, "invoice_payment.paid", at, object)
    }

    pub fn refund(&self, name: &str, kind: &str, at: i64, status: &str, minor: i64) -> Delivery {
        let object = json!({"id": self.id("re"), "object": "refund", "amount": minor, "currency": "usd", "charge": self.id("ch"),
            "payment_intent": self.id("pi"), "status": status, "reason": "requested_by_customer", "created": at});
        self.event(name, kind, at, object)
    }
}

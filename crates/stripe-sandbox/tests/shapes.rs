//! The two API shapes of the objects in a subscription's life.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod scene;

use scene::{Account, DAY, START, of_kind};
use serde_json::{Value, json};
use stripe_sandbox::{ApiShape, CouponDuration, CouponTerms, Event};

/// A month with a coupon and a renewal.
fn life(shape: ApiShape) -> Vec<Event> {
    let mut account = Account::new(shape);
    let (terms, duration) = (CouponTerms::Percent(2_550), CouponDuration::Forever);
    account.sandbox.create_coupon("SAVE", "Save", terms, duration).unwrap();
    account.subscribe(0, Some("SAVE"));
    account.sandbox.advance_to(START + 40 * DAY);
    account.sandbox.drain_events()
}

fn object(events: &[Event], kind: &str) -> Value {
    of_kind(events, kind).last().unwrap_or_else(|| panic!("no {kind}"))["data"]["object"].clone()
}

#[test]
fn current_shape() {
    let events = life(ApiShape::Current);
    let subscription = object(&events, "customer.subscription.updated");
    assert!(subscription.get("current_period_end").is_none());
    assert!(subscription.get("discount").is_none());
    // 10 April plus a month.
    assert_eq!(subscription["items"]["data"][0]["current_period_end"], json!(START + 61 * DAY));
    assert_eq!(subscription["items"]["data"][0]["price"]["unit_amount"], json!(1_900));
    let discount = object(&events, "customer.discount.created");
    assert_eq!(discount["source"], json!({"type": "coupon", "coupon": "SAVE"}));
    assert!(discount.get("coupon").is_none());
    assert_eq!(subscription["discounts"], json!([discount["id"]]));

    let invoice = object(&events, "invoice.paid");
    for gone in ["subscription", "payment_intent", "charge", "paid", "discount", "tax"] {
        assert!(invoice.get(gone).is_none(), "{gone}");
    }
    assert_eq!(invoice["parent"]["subscription_details"]["subscription"], subscription["id"]);
    let line = &invoice["lines"]["data"][0];
    assert_eq!(line["pricing"]["price_details"]["price"], subscription["items"]["data"][0]["price"]["id"]);
    assert_eq!(line["parent"]["subscription_item_details"]["proration"], json!(false));
    assert!(line.get("price").is_none() && line.get("type").is_none());
    // 25.5 % of $19 is $4.845, half away from zero.
    assert_eq!(invoice["total_discount_amounts"][0]["amount"], json!(485));
    assert_eq!(invoice["amount_paid"], json!(1_415));

    let intent = object(&events, "payment_intent.succeeded");
    let charge = object(&events, "charge.succeeded");
    assert!(intent.get("invoice").is_none() && charge.get("invoice").is_none());
    assert!(charge.get("refunds").is_none());
    let payment = object(&events, "invoice_payment.paid");
    assert_eq!(payment["invoice"], invoice["id"]);
    assert_eq!(payment["payment"]["payment_intent"], intent["id"]);
    assert_eq!(payment["amount_paid"], json!(1_415));
}

#[test]
fn shape_before_basil() {
    let events = life(ApiShape::PreBasil);
    let subscription = object(&events, "customer.subscription.updated");
    assert_eq!(subscription["current_period_end"], json!(START + 61 * DAY));
    assert!(subscription["items"]["data"][0].get("current_period_end").is_none());
    assert_eq!(subscription["discount"]["coupon"]["percent_off"], json!(25.5));
    assert_eq!(subscription["plan"]["amount"], json!(1_900));

    let invoice = object(&events, "invoice.paid");
    assert!(invoice.get("parent").is_none());
    assert_eq!(invoice["subscription"], subscription["id"]);
    assert_eq!(invoice["paid"], json!(true));
    let line = &invoice["lines"]["data"][0];
    assert_eq!(line["price"]["unit_amount"], json!(1_900));
    assert_eq!(line["type"], json!("subscription"));
    assert!(line.get("pricing").is_none());

    let intent = object(&events, "payment_intent.succeeded");
    let charge = object(&events, "charge.succeeded");
    assert_eq!(invoice["payment_intent"], intent["id"]);
    assert_eq!(invoice["charge"], charge["id"]);
    assert_eq!(intent["invoice"], invoice["id"]);
    assert_eq!(charge["invoice"], invoice["id"]);
    assert_eq!(charge["refunds"]["data"], json!([]));
    assert!(of_kind(&events, "invoice_payment.paid").is_empty());
}

#[test]
fn envelopes_tell_what_changed() {
    let events = life(ApiShape::Current);
    let renewal = of_kind(&events, "customer.subscription.updated").pop().unwrap();
    assert_eq!(renewal["api_version"], json!("2025-12-15.clover"));
    assert_eq!(renewal["object"], json!("event"));
    assert_eq!(renewal["livemode"], json!(false));
    let previous = &renewal["data"]["previous_attributes"];
    let keys: Vec<&String> = previous.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["items", "latest_invoice"]);
    assert_eq!(previous["items"]["data"][0]["current_period_end"], json!(START + 31 * DAY));
}

#[test]
fn refunds_are_told_in_both_shapes() {
    for shape in [ApiShape::Current, ApiShape::PreBasil] {
        let mut account = Account::new(shape);
        account.subscribe(0, None);
        let events = account.sandbox.drain_events();
        let charge = object(&events, "charge.succeeded")["id"].as_str().unwrap().to_owned();
        let refund = account.sandbox.refund(&charge, Some(500), Some("requested_by_customer"), [].into()).unwrap();
        let events = account.sandbox.drain_events();
        let refunded = of_kind(&events, "charge.refunded").pop().unwrap();
        assert_eq!(refunded["data"]["object"]["amount_refunded"], json!(500));
        assert_eq!(refunded["data"]["object"]["refunded"], json!(false));
        assert_eq!(refunded["data"]["previous_attributes"]["amount_refunded"], json!(0));
        let current = shape == ApiShape::Current;
        assert_eq!(of_kind(&events, "refund.created").len(), usize::from(current));
        let embedded = &refunded["data"]["object"]["refunds"]["data"][0]["id"];
        assert_eq!(*embedded, if current { Value::Null } else { json!(refund) });
        account.sandbox.refund(&charge, None, None, [].into()).unwrap();
        assert_eq!(account.sandbox.charge_json(&charge).unwrap()["refunded"], json!(true));
        assert!(account.sandbox.refund(&charge, None, None, [].into()).is_err());
    }
}

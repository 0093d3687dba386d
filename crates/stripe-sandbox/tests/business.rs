//! The simulated business: repeatable, believable, and its money adds up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod scene;

use std::collections::{BTreeMap, HashMap, HashSet};

use scene::{DAY, json};
use serde_json::Value;
use stripe_sandbox::{Business, BusinessConfig, Event};

fn play(seed: u64, customers: u32, days: u32, step: i64) -> Vec<Event> {
    let config = BusinessConfig { seed, customers, days, ..BusinessConfig::default() };
    let end = config.start + i64::from(days) * DAY;
    let mut now = config.start;
    let mut business = Business::new(config);
    let mut events = Vec::new();
    while now < end {
        now = (now + step).min(end);
        events.extend(business.step_to(now));
    }
    events
}

#[test]
fn the_same_seed_gives_the_same_bytes_however_it_is_stepped() {
    let in_days = play(3, 60, 60, DAY);
    let odd = play(3, 60, 60, 5 * DAY / 3 + 7);
    assert_eq!(in_days.len(), odd.len());
    assert!(in_days == odd);
    let other = play(4, 60, 60, DAY);
    assert!(in_days != other);
    assert!(in_days.is_sorted_by_key(|event| event.created));
    let ids: HashSet<&str> = in_days.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), in_days.len());
}

#[test]
fn all_that_happens_in_a_business_happens() {
    let events = play(7, 400, 120, DAY);
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    for event in &events {
        *tally.entry(&event.kind).or_default() += 1;
    }
    for kind in [
        "product.created",
        "price.created",
        "coupon.created",
        "customer.created",
        "customer.updated",
        "customer.discount.created",
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "customer.subscription.trial_will_end",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice.payment_failed",
        "invoice_payment.paid",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "charge.succeeded",
        "charge.failed",
        "charge.refunded",
        "refund.created",
        "charge.dispute.created",
        "charge.dispute.closed",
    ] {
        assert!(tally.get(kind).is_some_and(|count| *count > 0), "no {kind} in {tally:?}");
    }
    let signed_up = tally["customer.created"];
    assert!((390..=410).contains(&signed_up), "{signed_up}");

    let all: Vec<Value> = events.iter().map(json).collect();
    let object = |event: &Value| event["data"]["object"].clone();
    let of = |kind: &'static str| all.iter().filter(move |event| event["type"] == kind);
    let seen = |what: &str, found: bool| assert!(found, "never seen: {what}");

    let prices: HashMap<String, Value> =
        of("price.created").map(|event| (object(event)["id"].as_str().unwrap().to_owned(), object(event))).collect();
    let unmapped: Vec<&Value> = prices.values().filter(|price| price["metadata"].get("stream").is_none()).collect();
    assert_eq!(unmapped.len(), 2, "one with its stream on the product, one with none anywhere");
    let streams = |product: &Value| {
        of("product.created")
            .any(|event| object(event)["id"] == *product && !object(event)["metadata"]["stream"].is_null())
    };
    assert_eq!(unmapped.iter().filter(|price| streams(&price["product"])).count(), 1);

    let currencies: HashSet<String> =
        of("invoice.paid").map(|event| object(event)["currency"].as_str().unwrap().to_owned()).collect();
    assert_eq!(currencies.len(), 3, "{currencies:?}");
    let sources: HashSet<String> = of("customer.created")
        .map(|event| object(event)["metadata"]["acquisition_source"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(sources.len(), 6, "{sources:?}");
    seen("non-ASCII names", of("customer.created").any(|event| !object(event)["name"].as_str().unwrap().is_ascii()));

    let updated: Vec<&Value> = of("customer.subscription.updated").collect();
    let previous =
        |key: &str| updated.iter().filter(|event| !event["data"]["previous_attributes"][key].is_null()).count();
    seen("trial to active", updated.iter().any(|event| event["data"]["previous_attributes"]["status"] == "trialing"));
    seen(
        "recovery",
        updated.iter().any(|event| {
            event["data"]["previous_attributes"]["status"] == "past_due"
                && event["data"]["object"]["status"] == "active"
        }),
    );
    seen(
        "cancellation at period end",
        updated.iter().any(|event| event["data"]["object"]["cancel_at_period_end"] == true),
    );
    seen("pause", updated.iter().any(|event| event["data"]["object"]["pause_collection"].is_object()));
    seen("resume", previous("pause_collection") > 0);
    seen("upgrade invoice", of("invoice.paid").any(|event| object(event)["billing_reason"] == "subscription_update"));

    let created: Vec<Value> = of("customer.subscription.created").map(object).collect();
    let mut per_customer: HashMap<&str, usize> = HashMap::new();
    for sub in &created {
        *per_customer.entry(sub["customer"].as_str().unwrap()).or_default() += 1;
    }
    seen("two subscriptions or a return", per_customer.values().any(|count| *count > 1));
    seen("two items", created.iter().any(|sub| sub["items"]["data"].as_array().unwrap().len() > 1));
    seen("seats", created.iter().any(|sub| sub["items"]["data"][0]["quantity"].as_i64() > Some(5)));
    let yearly = created.iter().filter(|sub| sub["items"]["data"][0]["plan"]["interval"] == "year").count();
    assert!(yearly * 100 / created.len() >= 8, "{yearly} of {}", created.len());
    let ended: HashMap<String, i64> = of("customer.subscription.deleted")
        .map(|event| (object(event)["customer"].as_str().unwrap().to_owned(), event["created"].as_i64().unwrap()))
        .collect();
    let returned = |sub: &Value| {
        ended.get(sub["customer"].as_str().unwrap()).is_some_and(|at| sub["created"].as_i64() > Some(*at))
    };
    seen("reactivation", created.iter().any(returned));
    let grew = |event: &&Value| {
        let seats = |subscription: &Value| subscription["items"]["data"][0]["quantity"].as_i64();
        seats(&event["data"]["object"]) > seats(&event["data"]["previous_attributes"])
            && seats(&event["data"]["previous_attributes"]).is_some()
    };
    seen("growing seats", updated.iter().any(grew));
    let refunds: Vec<Value> = of("charge.refunded").map(object).collect();
    seen("full refund", refunds.iter().any(|charge| charge["refunded"] == true));
    seen("partial refund", refunds.iter().any(|charge| charge["refunded"] == false));
    let coupons: HashSet<String> = of("customer.discount.created")
        .map(|event| object(event)["source"]["coupon"].as_str().unwrap().to_owned())
        .collect();
    seen("a coupon forever and one for once", coupons.contains("CREATOR15") && coupons.contains("WELCOME20"));
    seen(
        "reasons",
        of("customer.subscription.deleted").any(|event| !object(event)["cancellation_details"]["feedback"].is_null()),
    );
}

/// About two in five trials become paid, payments fail at times, and some hold a coupon.
#[test]
fn rates_are_believable() {
    let events = play(5, 600, 150, DAY);
    let all: Vec<Value> = events.iter().map(json).collect();
    let end = all.last().unwrap()["created"].as_i64().unwrap();
    let trials: HashSet<&str> = all
        .iter()
        .filter(|event| event["type"] == "customer.subscription.created")
        .map(|event| &event["data"]["object"])
        .filter(|sub| sub["trial_end"].as_i64().is_some_and(|at| at + DAY < end))
        .filter_map(|sub| sub["id"].as_str())
        .collect();
    let paid: HashSet<&str> = all
        .iter()
        .filter(|event| event["type"] == "invoice.paid" && event["data"]["object"]["amount_paid"] != 0)
        .filter_map(|event| event["data"]["object"]["parent"]["subscription_details"]["subscription"].as_str())
        .collect();
    let conversion = trials.intersection(&paid).count() * 100 / trials.len();
    assert!((33..=47).contains(&conversion), "{conversion} % of {}", trials.len());
    let count = |kind: &str| all.iter().filter(|event| event["type"] == kind).count();
    let failures = count("invoice.payment_failed") * 100 / count("invoice.paid");
    assert!((4..=25).contains(&failures), "{failures} %");
    let discounted = count("customer.discount.created") * 100 / count("customer.created");
    assert!((4..=11).contains(&discounted), "{discounted} %");
}

/// Paid invoices and charges tell the same amount per customer, and so do refunds on charges and refund objects.
#[test]
fn money_adds_up() {
    let events = play(11, 300, 180, DAY);
    let mut invoiced: BTreeMap<String, i64> = BTreeMap::new();
    let mut charged = BTreeMap::new();
    let mut refunded: BTreeMap<String, i64> = BTreeMap::new();
    let mut on_charge: BTreeMap<String, i64> = BTreeMap::new();
    let mut balance: BTreeMap<String, i64> = BTreeMap::new();
    for event in events.iter().map(json) {
        let object = &event["data"]["object"];
        let text = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
        let minor = |key: &str| object[key].as_i64().unwrap_or_default();
        match event["type"].as_str().unwrap() {
            "invoice.paid" => {
                *invoiced.entry(text("customer")).or_default() += minor("amount_paid");
                let lines: i64 = object["lines"]["data"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|line| line["amount"].as_i64().unwrap())
                    .sum();
                let off: i64 = object["total_discount_amounts"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|discount| discount["amount"].as_i64().unwrap())
                    .sum();
                assert_eq!(lines, minor("subtotal"));
                assert_eq!(lines - off, minor("total"));
                // What is neither paid nor due went over the customer's balance.
                let moved = minor("ending_balance") - minor("starting_balance");
                assert_eq!(minor("total") - moved, minor("amount_paid"), "{object}");
                assert_eq!(minor("starting_balance"), balance.get(&text("customer")).copied().unwrap_or_default());
                balance.insert(text("customer"), minor("ending_balance"));
            }
            "charge.succeeded" => *charged.entry(text("customer")).or_default() += minor("amount"),
            "refund.created" => *refunded.entry(text("charge")).or_default() += minor("amount"),
            "refund.failed" => *refunded.entry(text("charge")).or_default() -= minor("amount"),
            "charge.refunded" => {
                assert!(minor("amount_refunded") <= minor("amount"));
                on_charge.insert(text("id"), minor("amount_refunded"));
            }
            _ => {}
        }
    }
    invoiced.retain(|_, minor| *minor != 0);
    assert_eq!(invoiced, charged);
    assert!(charged.len() > 60, "{}", charged.len());
    assert!(on_charge.len() > 3, "{}", on_charge.len());
    for (charge, minor) in &on_charge {
        assert!(refunded[charge] == *minor || refunded[charge] == 0, "{charge}");
    }
}

/// Staff act on the same account through the API; the business goes on around it.
#[test]
fn what_others_do_becomes_part_of_it() {
    let config = BusinessConfig { customers: 80, days: 60, ..BusinessConfig::default() };
    let start = config.start;
    let mut business = Business::new(config);
    business.step_to(start + 40 * DAY);
    let sandbox = business.sandbox();
    let canceled = {
        let mut sandbox = sandbox.lock().unwrap();
        let (rows, _) = sandbox.list_subscriptions(None, Some("active"), &stripe_sandbox::Page::default());
        let id = rows[0]["id"].as_str().unwrap().to_owned();
        sandbox.cancel(&id, Default::default()).unwrap();
        id
    };
    let events = business.step_to(start + 90 * DAY);
    let told = scene::of_kind(&events, "customer.subscription.deleted");
    assert!(told.iter().any(|event| event["data"]["object"]["id"] == canceled.as_str()));
    assert!(events.len() > 100);
}

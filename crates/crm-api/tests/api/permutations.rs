//! The same six events of a subscription, posted in every order, some twice, in both shapes of Stripe's API.

#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../../../crm-domain/tests/support/stripe.rs"]
mod stripe;

use crate::support::TestApp;
use crm_domain::billing::apply;
use serde_json::{Value, json};
use stripe::{Life, Shape, invariants, permutations, rows};
use stripe_sandbox::{Delivery, Event};

const SECRET: &str = "whsec_permutations";

/// Posts the events, all together, and waits until each is acknowledged.
async fn post(app: &TestApp, client: &reqwest::Client, events: Vec<Event>) {
    let sent = events.len();
    let report = Delivery::new(app.url("/webhooks/stripe"), SECRET).send(client, &events, 32).await.unwrap();
    assert_eq!(report.acknowledged, u64::try_from(sent).unwrap());
}

fn event(delivery: &crm_domain::billing::inbox::Delivery) -> Event {
    Event {
        id: delivery.event_id.clone(),
        created: delivery.created.timestamp(),
        kind: delivery.kind.clone(),
        body: delivery.raw.clone(),
    }
}

/// The old shape names the payment intent and the charge on the invoice; the new one has an event of its own for that,
/// which is none of the six.
fn as_both_shapes_tell(mut rows: Value) -> Value {
    for transaction in rows["transactions"].as_array_mut().unwrap() {
        let transaction = transaction.as_object_mut().unwrap();
        transaction.remove("stripe_payment_intent_id");
        transaction.remove("stripe_charge_id");
    }
    rows
}

#[actix_web::test]
async fn every_order_with_duplicates_in_both_shapes_gives_the_same_rows() {
    let app = TestApp::spawn_with(&[("STRIPE_WEBHOOK_SECRETS", SECRET)]).await;
    let client = reqwest::Client::new();
    let orders = permutations(6);
    assert_eq!(orders.len(), 720);
    let mut expected = None;
    for shape in [Shape::Current, Shape::PreBasil] {
        let lives: Vec<(Life, Vec<Event>, &Vec<usize>)> = orders
            .iter()
            .enumerate()
            .map(|(i, order)| {
                let one = Life::new(shape, format!("{shape:?}{i}x"));
                let events = one.six_events().iter().map(event).collect();
                (one, events, order)
            })
            .collect();
        // All lives at once: the k-th event of each order, with the one before it delivered again.
        for k in 0..6 {
            let mut wave: Vec<Event> = lives.iter().map(|(_, events, order)| events[order[k]].clone()).collect();
            if k > 0 {
                wave.extend(lives.iter().map(|(_, events, order)| events[order[k - 1]].clone()));
            }
            post(&app, &client, wave).await;
            apply::drain(&mut app.pool().acquire().await.unwrap()).await.unwrap();
        }
        let mut of_this_shape = None;
        for (one, _, order) in &lives {
            let found = rows(app.pool(), one).await;
            assert_eq!(&found, of_this_shape.get_or_insert_with(|| found.clone()), "{shape:?} {order:?}");
            let told = as_both_shapes_tell(found);
            assert_eq!(&told, expected.get_or_insert_with(|| told.clone()), "{shape:?} {order:?}");
        }
    }
    let rows = expected.unwrap();
    let movements: Vec<Value> = rows["movements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| json!([m["movement"], m["amount_minor"], m["reason"]]))
        .collect();
    assert_eq!(
        Value::Array(movements),
        json!([["new", 900, "trial_converted"], ["expansion", 1000, "upgrade"], ["churn", -1900, "cancelled"]])
    );
    assert_eq!(rows["transactions"][0]["amount_minor"], 900);
    assert_eq!(rows["transactions"][0]["tax_minor"], 100);
    assert_eq!(rows["customer"]["lifecycle_state"], "churned");
    assert_eq!(rows["customer"]["acquisition_source"], "influencer");
    assert_eq!(rows["tiers"][0]["mrr_impact_minor"], 1000);
    invariants(app.pool()).await;
}

//! What events alone cannot tell is asked of Stripe, when there is an API key.

use crate::support::TestApp;
use serde_json::Value;
use sqlx::PgPool;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use stripe_sandbox::{
    Delivery, Event, Interval, ItemChange, Metadata, NewCustomer, NewItem, NewPrice, NewSubscription, Proration,
    Sandbox,
};

const SECRET: &str = "whsec_refetch_test";
const KEY: &str = "sk_test_refetch";

/// A Stripe that serves the sandbox, and a CRM that has its key.
async fn spawn(sandbox: &Arc<Mutex<Sandbox>>) -> TestApp {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(stripe_sandbox::serve(listener, sandbox.clone(), KEY.into()));
    TestApp::spawn_with(&[("STRIPE_WEBHOOK_SECRETS", SECRET), ("STRIPE_API_KEY", KEY), ("STRIPE_API_BASE", &base)])
        .await
}

async fn deliver(app: &TestApp, events: &[Event]) {
    let report =
        Delivery::new(app.url("/webhooks/stripe"), SECRET).send(&reqwest::Client::new(), events, 1).await.unwrap();
    assert_eq!((report.refused, report.failed), (0, 0));
}

async fn eventually(pool: &PgPool, sql: &str, expected: i64) {
    let mut found = -1;
    for _ in 0..300 {
        found = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await.unwrap();
        if found == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{found} instead of {expected}: {sql}");
}

#[actix_web::test]
async fn a_tie_of_two_snapshots_is_decided_by_stripe() {
    let mut stripe = Sandbox::new(5, 1_767_225_600);
    let metadata: Metadata =
        [("stream", "rev1_individual"), ("tier", "tier1")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let product = stripe.create_product("App", None, Metadata::default());
    let price = stripe
        .create_price(NewPrice {
            product,
            currency: "usd".into(),
            unit_amount: 100,
            recurring: Some((Interval::Month, 1)),
            metadata,
            ..NewPrice::default()
        })
        .unwrap();
    // Ten subscriptions, each changed twice within one second: some will be read in the wrong order by event id.
    for n in 1..=10 {
        let customer = stripe
            .create_customer(NewCustomer { email: Some(format!("tie{n}@example.com")), ..NewCustomer::default() });
        let items = vec![NewItem { price: price.clone(), quantity: 1 }];
        let subscription =
            stripe.create_subscription(NewSubscription { customer, items, ..NewSubscription::default() }).unwrap();
        let item = item_of(&stripe, &subscription);
        stripe.advance_to(1_767_225_600 + n * 100);
        for quantity in [n + 1, n + 11] {
            let change = ItemChange { id: Some(item.clone()), quantity: Some(quantity), ..ItemChange::default() };
            stripe.change_items(&subscription, &[change], Proration::None).unwrap();
        }
    }
    let events = stripe.drain_events();
    let right: i64 = (1..=10).map(|n| (n + 11) * 100).sum();
    let app = spawn(&Arc::new(Mutex::new(stripe))).await;
    deliver(&app, &events).await;
    eventually(
        app.pool(),
        "SELECT count(*) FROM stripe_events WHERE event_id LIKE 'evt_refetch_%' AND state = 'done'",
        10,
    )
    .await;
    eventually(app.pool(), "SELECT sum(mrr_minor)::int8 FROM subscriptions", right).await;
    eventually(app.pool(), "SELECT sum(amount_minor)::int8 FROM mrr_movements", right).await;
    eventually(app.pool(), "SELECT count(*) FROM stripe_refetches", 0).await;
}

fn item_of(stripe: &Sandbox, subscription: &str) -> String {
    let json: Value = stripe.subscription_json(subscription).unwrap();
    json["items"]["data"][0]["id"].as_str().unwrap().to_owned()
}

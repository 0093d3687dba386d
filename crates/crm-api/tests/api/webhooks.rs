//! Stripe's webhooks: every delivery has a defined reply, and none is lost.

use crate::support::{Client, Reply, TestApp, figure};
use chrono::Utc;
use reqwest::Method;
use serde_json::{Value, json};
use stripe_sandbox::signature_header;

const SECRET: &str = "whsec_test_secret";

async fn app() -> TestApp {
    TestApp::spawn_with(&[("STRIPE_WEBHOOK_SECRETS", "whsec_an_older_one, whsec_test_secret")]).await
}

fn event(id: &str) -> Vec<u8> {
    let customer = json!({"id": "cus_1", "object": "customer", "created": 1_767_225_600, "email": "a@example.com", "metadata": {}});
    json!({"id": id, "object": "event", "type": "customer.created", "created": 1_767_225_600, "livemode": false, "data": {"object": customer}})
        .to_string()
        .into_bytes()
}

async fn post(client: &Client, path: &str, signature: &str, body: Vec<u8>) -> Reply {
    client.send(client.request(Method::POST, path).header("stripe-signature", signature).body(body)).await
}

fn sign(secret: &str, seconds_ago: i64, body: &[u8]) -> String {
    signature_header(secret, Utc::now().timestamp() - seconds_ago, body)
}

async fn stored(app: &TestApp) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM stripe_events").fetch_one(app.pool()).await.unwrap()
}

/// Waits until the server's own worker has settled everything.
async fn settled(app: &TestApp) {
    for _ in 0..2_000 {
        let pending: i64 = sqlx::query_scalar("SELECT count(*) FROM stripe_events WHERE state = 'pending'")
            .fetch_one(app.pool())
            .await
            .unwrap();
        if pending == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the worker did not settle the inbox in 20 s");
}

#[actix_web::test]
async fn a_good_delivery_is_stored_and_applied_at_every_address_and_with_every_secret() {
    let app = app().await;
    let client = app.anonymous();
    for (n, (path, secret)) in
        [("/webhooks/stripe", SECRET), ("/api/webhooks/stripe", SECRET), ("/webhooks/stripe", "whsec_an_older_one")]
            .into_iter()
            .enumerate()
    {
        let body = event(&format!("evt_{n}"));
        let reply = post(&client, path, &sign(secret, 0, &body), body).await;
        assert_eq!((reply.status.as_u16(), reply.body.as_slice()), (200, &br#"{"received":true}"#[..]));
    }
    settled(&app).await;
    let customers: i64 = sqlx::query_scalar("SELECT count(*) FROM customers").fetch_one(app.pool()).await.unwrap();
    assert_eq!((stored(&app).await, customers), (3, 1));
}

#[actix_web::test]
async fn what_is_refused_is_not_stored() {
    let app = app().await;
    let client = app.anonymous();
    let body = event("evt_1");
    let mut changed = body.clone();
    changed[10] ^= 1;
    let truncated = body[..body.len() / 2].to_vec();
    let no_event = b"{\"hello\": 1}".to_vec();
    let cases: Vec<(&str, String, Vec<u8>, u16)> = vec![
        ("no signature", String::new(), body.clone(), 400),
        ("wrong secret", sign("whsec_wrong", 0, &body), body.clone(), 400),
        ("one byte changed", sign(SECRET, 0, &body), changed, 400),
        ("stale", sign(SECRET, 301, &body), body.clone(), 400),
        ("from the future", sign(SECRET, -310, &body), body.clone(), 400),
        ("truncated, with its old signature", sign(SECRET, 0, &body), truncated.clone(), 400),
        ("truncated, signed as it is", sign(SECRET, 0, &truncated), truncated, 400),
        ("signed, but no event", sign(SECRET, 0, &no_event), no_event, 400),
        ("513 KiB", sign(SECRET, 0, &vec![b' '; 513 * 1024]), vec![b' '; 513 * 1024], 413),
    ];
    let forged = cases.len();
    for (what, signature, body, status) in cases {
        let reply = post(&client, "/webhooks/stripe", &signature, body).await;
        assert_eq!(reply.status.as_u16(), status, "{what}");
        let problem: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(problem["status"], status, "{what}: a problem");
    }
    assert_eq!(stored(&app).await, 0);
    figure("incoming webhooks", format_args!("{forged} forged, stale, future, truncated or oversize: 0 stored"));
}

#[actix_web::test]
async fn without_a_secret_stripe_is_asked_to_come_again() {
    let app = TestApp::spawn().await;
    let body = event("evt_1");
    let reply = post(&app.anonymous(), "/webhooks/stripe", &sign(SECRET, 0, &body), body).await;
    assert_eq!(reply.status.as_u16(), 503);
    assert!(reply.headers.contains_key("retry-after"));
    assert!(String::from_utf8_lossy(&reply.body).contains("STRIPE_WEBHOOK_SECRETS"));
}

#[actix_web::test]
async fn a_hundred_copies_have_one_effect() {
    let app = app().await;
    let client = app.anonymous();
    let body = event("evt_1");
    let signature = sign(SECRET, 0, &body);
    let mut posts = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (client, signature, body) = (client.clone(), signature.clone(), body.clone());
        posts.spawn(async move { post(&client, "/webhooks/stripe", &signature, body).await.status.as_u16() });
    }
    while let Some(status) = posts.join_next().await {
        assert_eq!(status.unwrap(), 200);
    }
    settled(&app).await;
    let transitions: i64 =
        sqlx::query_scalar("SELECT count(*) FROM lifecycle_transitions").fetch_one(app.pool()).await.unwrap();
    assert_eq!((stored(&app).await, transitions), (1, 1));
    figure("incoming webhooks", "one event sent 100 times at once: 100 acknowledged, 1 stored, 1 effect");
}

#[actix_web::test]
async fn without_a_database_nothing_is_acknowledged() {
    let (app, proxy) = TestApp::spawn_behind_proxy_with(&[("STRIPE_WEBHOOK_SECRETS", SECRET)]).await;
    let client = app.anonymous();
    let body = event("evt_1");
    proxy.cut();
    let reply = post(&client, "/webhooks/stripe", &sign(SECRET, 0, &body), body.clone()).await;
    assert_eq!(reply.status.as_u16(), 503);
    proxy.mend();
    let mut status = 503;
    for _ in 0..100 {
        status = post(&client, "/webhooks/stripe", &sign(SECRET, 0, &body), body.clone()).await.status.as_u16();
        if status == 200 {
            break;
        }
    }
    assert_eq!(status, 200, "Stripe comes again, and it is stored");
}

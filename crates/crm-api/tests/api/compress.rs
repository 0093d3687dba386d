//! What is sent smaller, and what is not.

use crate::support::{Client, Reply, TestApp};
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::customers::Customer;
use flate2::read::GzDecoder;
use reqwest::Method;
use serde_json::json;
use std::io::Read;

async fn with_gzip(client: &Client, path: &str) -> Reply {
    client.send(client.request(Method::GET, path).header("accept-encoding", "gzip, br")).await
}

#[tokio::test]
async fn only_large_json_is_sent_smaller() {
    let app = TestApp::spawn().await;
    let ada = app.client(Role::Owner).await;
    for n in 0..20 {
        ada.post_json("/api/customers", &json!({"name": format!("Person {n}"), "tags": ["one", "two"]})).await;
    }
    let whole = ada.get("/api/customers?sort=name").await;
    assert_eq!((whole.header("content-encoding"), whole.header("vary")), ("", "accept-encoding"));
    let shorter = with_gzip(&ada, "/api/customers?sort=name").await;
    assert_eq!(shorter.header("content-encoding"), "gzip");
    assert!(shorter.body.len() * 4 < whole.body.len(), "{} of {}", shorter.body.len(), whole.body.len());
    let mut text = Vec::new();
    GzDecoder::new(shorter.body.as_slice()).read_to_end(&mut text).unwrap();
    assert!(text == whole.body);

    let page: Page<Customer> = whole.json();
    let small = with_gzip(&ada, &format!("/api/customers/{}", page.items[0].id)).await;
    assert_eq!((small.status.as_u16(), small.header("content-encoding")), (200, ""), "one customer fits into a packet");
    let file = with_gzip(&ada, "/api/customers/export?format=ndjson").await;
    assert_eq!((file.text().lines().count(), file.header("content-encoding")), (20, ""), "a file streams");
    let events = ada.request(Method::GET, "/api/events").header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    assert!(!events.headers().contains_key("content-encoding"));
}

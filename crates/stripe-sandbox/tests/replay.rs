//! A business that staff changed, played again: the same requests at the same instants give the same bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use stripe_sandbox::{Business, BusinessConfig, Event, WrittenRequest, serve_recorded};

const KEY: &str = "sk_test_replay";
const DAY: i64 = 86_400;

type Journal = Arc<Mutex<Vec<WrittenRequest>>>;

/// A served business, and what it is asked.
fn served() -> (Business, String, Journal) {
    let business = Business::new(BusinessConfig { customers: 60, ..BusinessConfig::default() });
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let journal = Journal::default();
    let recorder: Journal = Arc::clone(&journal);
    let record = Box::new(move |request: &WrittenRequest| recorder.lock().unwrap().push(request.clone()));
    tokio::spawn(serve_recorded(listener, business.sandbox(), KEY.to_owned(), Some(record)));
    (business, url, journal)
}

fn bytes(events: Vec<Event>) -> Vec<Vec<u8>> {
    events.into_iter().map(|event| event.body).collect()
}

#[tokio::test]
async fn a_business_with_its_requests_repeats_itself() {
    let (mut business, url, journal) = served();
    let start = business.now();
    let client = reqwest::Client::new();
    let mut first = bytes(business.step_to(start + 60 * DAY));
    let page: serde_json::Value = client
        .get(format!("{url}/v1/subscriptions?status=active"))
        .bearer_auth(KEY)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let subscription = page["data"][0]["id"].as_str().unwrap();
    let ask = |method: reqwest::Method, path: String, form: &'static str, key: &'static str| {
        let request =
            client.request(method, format!("{url}/v1/{path}")).bearer_auth(KEY).header("Idempotency-Key", key);
        request.header("Content-Type", "application/x-www-form-urlencoded").body(form).send()
    };
    let path = format!("subscriptions/{subscription}");
    for _ in 0..2 {
        // Twice with one key is once.
        ask(reqwest::Method::POST, path.clone(), "pause_collection[behavior]=void", "k1").await.unwrap();
    }
    first.extend(bytes(business.step_to(start + 61 * DAY)));
    let canceled = ask(reqwest::Method::DELETE, path, "", "k2").await.unwrap();
    assert_eq!(canceled.status(), 200);
    first.extend(bytes(business.step_to(start + 120 * DAY)));
    let journal = journal.lock().unwrap().clone();
    assert_eq!(journal.iter().map(|request| request.at).collect::<Vec<_>>(), [start + 60 * DAY, start + 61 * DAY]);

    let (mut again, url, _) = served();
    let mut second = Vec::new();
    for request in &journal {
        second.extend(bytes(again.step_to(request.at)));
        request.repeat(&client, &url, KEY).await.unwrap();
    }
    second.extend(bytes(again.step_to(start + 120 * DAY)));
    assert_eq!(first.len(), second.len());
    assert!(first == second, "the bytes differ");
}

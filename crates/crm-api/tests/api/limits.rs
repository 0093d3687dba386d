//! How many requests a minute are answered.

use crate::support::{Client, Reply, TestApp, figure};
use crm_types::accounts::{Permission, Role};
use crm_types::api_keys::CreatedApiKey;
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn from(client: &Client, path: &str, forwarded: &str) -> Reply {
    client.send(client.request(Method::GET, path).header("x-forwarded-for", forwarded)).await
}

#[tokio::test]
async fn a_user_and_a_key_have_limits_of_their_own() {
    let app = TestApp::spawn_with(&[("CRM_RATE_LIMIT", "10")]).await;
    let owner = app.client(Role::Owner).await;
    let body = json!({"name": "x", "scopes": [Permission::CustomersRead]});
    let made: CreatedApiKey = owner.post_json("/api/api-keys", &body).await.json();
    let key = app.anonymous().with_token(&made.key);
    let mut answered = 0;
    let refused = loop {
        let reply = key.get("/api/customers").await;
        match reply.status.as_u16() {
            200 => answered += 1,
            _ => break reply,
        }
    };
    let problem = refused.problem(429);
    assert_eq!(Some(refused.header("retry-after").parse().unwrap()), problem.retry_after);
    assert!((10..=12).contains(&answered), "{answered}");
    assert_eq!(owner.get("/api/customers").await.status, 200, "another caller is not slowed down");
    let wait = refused.header("retry-after");
    figure("rate limit", format_args!("10 a minute: {answered} answered, then 429 with Retry-After {wait}"));
}

#[tokio::test]
async fn who_is_not_logged_in_is_counted_by_address_which_nobody_can_make_up() {
    let app = TestApp::spawn_with(&[("CRM_RATE_LIMIT_ANONYMOUS", "10")]).await;
    let client = app.anonymous();
    let page = client.get("/").await.status;
    assert!([200, 503].contains(&page.as_u16()), "the app, or that it was not built: {page}");
    let mut statuses = Vec::new();
    for i in 0..20 {
        statuses.push(from(&client, "/api/setup", &format!("198.51.100.{i}")).await.status.as_u16());
    }
    assert!(statuses[..10].iter().all(|status| *status == 200) && statuses[15..].contains(&429), "{statuses:?}");
    // Guessing keys is counted too, and neither probes, the app's files nor webhooks are.
    app.anonymous().with_token("crm_live_x").get("/api/customers").await.problem(429);
    assert_eq!(client.get("/healthz").await.status, 200);
    assert_eq!(client.get("/").await.status, page);
    client.post("/webhooks/stripe").await.problem(503);
    client.post("/api/webhooks/stripe").await.problem(503);
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_client_is_who_it_says() {
    let app =
        TestApp::spawn_with(&[("CRM_RATE_LIMIT_ANONYMOUS", "5"), ("CRM_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")])
            .await;
    let client = app.anonymous();
    for i in 0..20 {
        assert_eq!(from(&client, "/api/setup", &format!("198.51.100.{i}")).await.status, 200);
    }
    // The client can write to the left of what the proxy appends.
    let mut last = 0;
    for i in 0..20 {
        last = from(&client, "/api/setup", &format!("203.0.113.{i}, 198.51.100.77")).await.status.as_u16();
    }
    assert_eq!(last, 429, "made-up addresses before the real one change nothing");
    figure("rate limit", "20 made-up addresses in X-Forwarded-For: counted as one sender");
    let owner = app.client(Role::Owner).await;
    let request = owner.request(Method::POST, "/api/customers").header("x-forwarded-for", "198.51.100.9");
    owner.send(request.json(&json!({"name": "Ada"}))).await;
    let log: serde_json::Value = owner.get("/api/audit-log").await.json();
    assert_eq!(log["items"][0]["address"], "198.51.100.9");
}

#[tokio::test]
async fn slow_senders_do_not_keep_others_waiting() {
    let app = TestApp::spawn().await;
    let mut slow = Vec::new();
    for _ in 0..500 {
        let mut stream = tokio::net::TcpStream::connect(app.running.address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").await.unwrap();
        slow.push(stream);
    }
    let client = app.anonymous();
    let begin = Instant::now();
    let mut times = Vec::new();
    while begin.elapsed() < Duration::from_secs(4) {
        let start = Instant::now();
        assert_eq!(client.get("/healthz").await.status, 200);
        times.push(start.elapsed());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    times.sort_unstable();
    let p99 = times[times.len() * 99 / 100];
    assert!(p99 < Duration::from_millis(500), "{p99:?}");
    let mut closed = 0;
    for mut stream in slow {
        let left = Duration::from_secs(15).saturating_sub(begin.elapsed());
        let mut reply = Vec::new();
        if tokio::time::timeout(left, stream.read_to_end(&mut reply)).await.is_ok() {
            closed += 1;
        }
    }
    assert_eq!(closed, 500, "who sends no head within 5 s is gone");
    let p99 = p99.as_millis();
    figure("limits", format_args!("500 slow senders: /healthz p99 {p99} ms (below 500), {closed} closed"));
}

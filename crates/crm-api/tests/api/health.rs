use crate::support::TestApp;
use crm_types::accounts::Role;
use std::time::{Duration, Instant};

#[tokio::test]
async fn alive_and_ready_and_counting() {
    let app = TestApp::spawn().await;
    let client = app.anonymous();
    assert_eq!(client.get("/healthz").await.text(), "ok");
    assert_eq!(client.get("/readyz").await.text(), "ready");
    let figures = client.get("/metrics").await.text();
    assert!(figures.contains("http_request_duration_seconds_bucket{"), "{figures}");
    assert!(figures.contains(r#"route="/healthz""#) && figures.contains("db_pool_connections{"), "{figures}");
}

#[tokio::test]
async fn without_the_database_it_is_alive_says_503_in_time_and_recovers() {
    let (app, proxy) = TestApp::spawn_behind_proxy().await;
    let client = app.client(Role::Owner).await;
    proxy.cut();
    for path in ["/readyz", "/api/setup", "/api/auth/me"] {
        let start = Instant::now();
        let reply = client.get(path).await;
        assert!(start.elapsed() < Duration::from_secs(4), "{path} took {:?}", start.elapsed());
        reply.problem(503);
        assert_eq!(reply.header("retry-after"), "2", "{path}");
    }
    assert_eq!(client.get("/healthz").await.status, 200);
    proxy.mend();
    let start = Instant::now();
    while client.get("/readyz").await.status != 200 {
        assert!(start.elapsed() < Duration::from_secs(10), "not ready again");
    }
    assert_eq!(client.get("/api/auth/me").await.status, 200);
}

#[tokio::test]
async fn not_ready_while_a_migration_is_missing() {
    let app = TestApp::spawn().await;
    sqlx::query("DELETE FROM _sqlx_migrations WHERE version = 2").execute(app.pool()).await.unwrap();
    app.anonymous().get("/readyz").await.problem(503);
}

#[tokio::test]
async fn a_pool_without_a_free_connection_is_503_within_two_seconds_and_a_bit() {
    let app = TestApp::spawn().await;
    let pool = &app.running.state.pool;
    let mut held = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        held.push(pool.acquire().await.unwrap());
    }
    let start = Instant::now();
    let reply = app.anonymous().get("/api/setup").await;
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    reply.problem(503);
    assert_eq!(app.anonymous().get("/healthz").await.status, 200);
    drop(held);
    assert_eq!(app.anonymous().get("/api/setup").await.status, 200);
}

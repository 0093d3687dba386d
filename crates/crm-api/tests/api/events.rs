use crate::support::{Client, EventStream, PASSWORD, TestApp};
use crm_domain::accounts;
use crm_domain::realtime::{self, Missed};
use crm_types::accounts::Role;
use crm_types::realtime::RealtimeEvent;
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

const EVENTS: &str = "/api/events";

async fn publish(app: &TestApp, movements: i64) -> i64 {
    let mut tx = app.pool().begin().await.unwrap();
    let id = realtime::publish(&mut tx, &RealtimeEvent::MrrChanged { movements }).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn open(client: &Client) -> EventStream {
    let mut stream = EventStream::open(client.request(Method::GET, EVENTS)).await;
    stream.block().await.expect("the hello");
    stream
}

async fn resume(client: &Client, id: i64) -> EventStream {
    EventStream::open(client.request(Method::GET, EVENTS).header("last-event-id", id)).await
}

#[tokio::test]
async fn what_is_committed_arrives_and_what_is_rolled_back_does_not() {
    let app = TestApp::spawn().await;
    let mut stream = open(&app.client(Role::Viewer).await).await;
    let mut tx = app.pool().begin().await.unwrap();
    realtime::publish(&mut tx, &RealtimeEvent::MrrChanged { movements: 1 }).await.unwrap();
    tx.rollback().await.unwrap();
    let id = publish(&app, 2).await;
    let event = stream.event().await.unwrap();
    assert_eq!((event.id, event.name.as_str()), (Some(id), "mrr.changed"));
    let body: RealtimeEvent = serde_json::from_str(&event.data).unwrap();
    assert_eq!(body, RealtimeEvent::MrrChanged { movements: 2 });
}

#[tokio::test]
async fn many_writers_at_once_give_ids_without_gaps_in_the_order_of_their_commits() {
    let app = TestApp::spawn().await;
    let mut stream = open(&app.client(Role::Viewer).await).await;
    futures_util::future::join_all((0..20).map(|movements| publish(&app, movements))).await;
    for id in 1..=20 {
        assert_eq!(stream.event().await.unwrap().id, Some(id));
    }
}

#[tokio::test]
async fn a_stream_that_comes_back_gets_what_it_missed_once() {
    let app = TestApp::spawn().await;
    let client = app.client(Role::Viewer).await;
    let first = publish(&app, 1).await;
    let (second, third) = (publish(&app, 2).await, publish(&app, 3).await);
    let mut stream = resume(&client, first).await;
    let fourth = publish(&app, 4).await;
    for expected in [second, third, fourth] {
        assert_eq!(stream.event().await.unwrap().id, Some(expected));
    }
    let query = format!("{EVENTS}?last_event_id={third}");
    let mut stream = EventStream::open(client.request(Method::GET, &query)).await;
    assert_eq!(stream.event().await.unwrap().id, Some(fourth));
}

#[tokio::test]
async fn who_missed_too_much_is_told_to_read_everything_again() {
    let app = TestApp::spawn().await;
    let client = app.client(Role::Viewer).await;
    let first = publish(&app, 1).await;
    publish(&app, 2).await;
    let newest = publish(&app, 3).await;
    sqlx::query("UPDATE realtime_events SET at = now() - interval '2 hours'").execute(app.pool()).await.unwrap();
    realtime::trim(&mut app.pool().acquire().await.unwrap()).await.unwrap();
    // Too old, and from a future that was lost when the database was restored.
    for id in [first, newest + 100] {
        let event = resume(&client, id).await.event().await.unwrap();
        assert_eq!((event.name.as_str(), event.id), ("reset", Some(newest)), "after {id}");
    }
    let missed = realtime::since(&mut app.pool().acquire().await.unwrap(), newest, 10).await.unwrap();
    assert_eq!(missed, Missed::Events(Vec::new()), "the newest is known after trimming");
}

#[tokio::test]
async fn the_streams_cookie_opens_the_stream_and_nothing_else() {
    let app = TestApp::spawn().await;
    app.create_user("ada@example.com", Role::Viewer).await;
    let client = app.anonymous();
    client.post_json("/api/auth/login", &json!({"email": "ada@example.com", "password": PASSWORD})).await;
    let browser = app.anonymous().with_cookie("crm_events", &client.cookie("crm_events").unwrap());
    let mut stream = open(&browser).await;
    publish(&app, 1).await;
    assert_eq!(stream.event().await.unwrap().name, "mrr.changed");
    browser.get("/api/auth/me").await.problem(401);
    app.anonymous().get(EVENTS).await.problem(401);
}

#[tokio::test]
async fn a_stream_ends_within_five_seconds_of_its_session() {
    let app = TestApp::spawn().await;
    let user = app.create_user("ada@example.com", Role::Viewer).await;
    let (client, session) = app.session_of(&user).await;
    let mut stream = open(&client).await;
    // Past the server, as another node does it.
    accounts::revoke_session(
        &mut app.pool().acquire().await.unwrap(),
        user.id,
        session,
        accounts::RevokedReason::Logout,
    )
    .await
    .unwrap();
    let start = Instant::now();
    while stream.block().await.is_some() {}
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[tokio::test]
async fn the_listener_survives_the_loss_of_the_database() {
    let (app, proxy) = TestApp::spawn_behind_proxy().await;
    let mut stream = open(&app.client(Role::Viewer).await).await;
    proxy.cut();
    app.anonymous().get("/readyz").await.problem(503);
    proxy.mend();
    while app.anonymous().get("/readyz").await.status != 200 {}
    let id = publish(&app, 1).await;
    assert_eq!(stream.event().await.unwrap().id, Some(id));
}

#[tokio::test]
async fn streams_end_when_the_server_stops() {
    let app = TestApp::spawn().await;
    let mut stream = open(&app.client(Role::Viewer).await).await;
    app.running.stop().await.unwrap();
    assert_eq!(stream.event().await, None);
}

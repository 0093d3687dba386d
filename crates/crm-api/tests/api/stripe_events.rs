use crate::business;
use crate::support::TestApp;
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::billing::{InboxStats, ReplayReply, StripeEvent, StripeEventDetail};
use serde_json::json;

#[tokio::test]
async fn the_inbox_shows_what_became_of_each_event() {
    let app = TestApp::spawn().await;
    business::write(app.pool()).await;
    let client = app.client(Role::Analyst).await;
    for (query, ids) in [
        ("", vec!["evt_parked", "evt_dead"]),
        ("sort=received_at&count=exact", vec!["evt_dead", "evt_parked"]),
        ("state=dead", vec!["evt_dead"]),
        ("type=customer.subscription.created&from=2026-01-01", vec!["evt_parked"]),
        ("q=evt_pa", vec!["evt_parked"]),
        ("q=in_9", vec!["evt_dead"]),
        ("to=2000-01-01", vec![]),
    ] {
        let page: Page<StripeEvent> = client.get(&format!("/api/stripe-events?{query}")).await.json();
        assert_eq!(page.items.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ids, "{query}");
    }
    let stats: InboxStats = client.get("/api/stripe-events/stats").await.json();
    assert_eq!((stats.pending, stats.parked, stats.dead, stats.unmapped_prices), (0, 1, 1, 2));

    let event: StripeEventDetail = client.get("/api/stripe-events/evt_dead").await.json();
    assert_eq!(
        (event.body.as_str(), event.event.reason.as_deref()),
        ("not JSON \u{fffd}", Some("the invoice has no customer"))
    );
    client.get("/api/stripe-events/evt_none").await.problem(404);
    client.get("/api/stripe-events/%00").await.problem(404);
    assert_eq!(client.get("/api/stripe-events?state=lost").await.problem(422).errors[0].field, "state");
    app.client(Role::Support).await.get("/api/stripe-events").await.problem(403);
}

#[tokio::test]
async fn what_failed_is_tried_again() {
    let app = TestApp::spawn().await;
    business::write(app.pool()).await;
    let admin = app.client(Role::Admin).await;
    let replay = "/api/stripe-events/replay";
    let reply: ReplayReply = admin.post_json(replay, &json!({"ids": ["evt_dead", "evt_none"]})).await.json();
    assert_eq!(reply.replayed, 1);
    let reply: ReplayReply = admin.post_json(replay, &json!({"state": "parked"})).await.json();
    assert_eq!(reply.replayed, 1);
    for (body, field) in [
        (json!({}), "ids"),
        (json!({"ids": ["evt_dead"], "state": "dead"}), "state"),
        (json!({"state": "done"}), "state"),
        (json!({"state": "dead", "all": true}), "all"),
    ] {
        assert_eq!(admin.post_json(replay, &body).await.problem(422).errors[0].field, field, "{body}");
    }
    app.client(Role::Analyst).await.post_json(replay, &json!({"state": "dead"})).await.problem(403);
}

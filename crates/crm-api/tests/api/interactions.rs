//! Interactions and the timeline, over HTTP.

use crate::support::{Client, TestApp};
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::customers::Customer;
use crm_types::interactions::{Interaction, InteractionChannel, TimelineEntry, TimelineEvent};
use serde_json::json;

async fn person(client: &Client) -> String {
    let customer: Customer = client.post_json("/api/customers", &json!({"name": "Ada"})).await.json();
    format!("/api/crm/customers/{}", customer.id)
}

#[tokio::test]
async fn what_passed_is_logged_and_stands_in_the_timeline() {
    let app = TestApp::spawn().await;
    let ada = app.client(Role::Support).await;
    let path = person(&ada).await;
    let log = format!("{path}/interactions");
    let call = json!({"kind": "call", "direction": "inbound", "summary": "Asked 👋\nabout tax", "sentiment": "negative",
        "outcome": "resolved", "occurred_at": "2026-01-05T10:00:00+01:00", "follow_up_at": "2027-01-06T09:00:00Z"});
    let reply = ada.post_json(&log, &call).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let written: Interaction = reply.json();
    assert_eq!((written.channel, written.author.as_str()), (InteractionChannel::Phone, "Ada"));
    ada.post_json(&log, &json!({"kind": "chat", "channel": "app", "direction": "outbound"})).await;
    ada.post_json(&format!("{path}/notes"), &json!({"body": "Likes chats"})).await;

    let listed: Page<Interaction> = ada.get(&format!("{log}?kind=call")).await.json();
    assert_eq!(listed.items, [written]);
    let first: Page<TimelineEntry> = ada.get(&format!("{path}/timeline?limit=2&count=exact")).await.json();
    assert_eq!((first.total, first.items.len()), (4, 2));
    assert!(matches!(&first.items[0].event, TimelineEvent::Note { body, .. } if body == "Likes chats"));
    let cursor = first.next_cursor.unwrap();
    let second: Page<TimelineEntry> = ada.get(&format!("{path}/timeline?limit=2&cursor={cursor}")).await.json();
    assert!(matches!(second.items[0].event, TimelineEvent::Lifecycle { .. }));
    assert!(
        matches!(&second.items[1].event, TimelineEvent::Interaction { summary, .. } if summary.as_deref() == Some("Asked 👋\nabout tax"))
    );
    assert_eq!(second.next_cursor, None);
    let notes: Page<TimelineEntry> = ada.get(&format!("{path}/timeline?kind=note,coaching&count=exact")).await.json();
    assert!(notes.total == 1 && matches!(notes.items[0].event, TimelineEvent::Note { .. }), "{notes:?}");
    assert_eq!(ada.get(&format!("{path}/timeline?kind=gossip")).await.problem(422).errors[0].field, "kind");

    for (body, field) in [
        (json!({"kind": "call", "direction": "inbound", "occurred_at": "2999-01-01T00:00:00Z"}), "occurred_at"),
        (json!({"kind": "call", "direction": "inbound", "follow_up_at": "2020-01-01T00:00:00Z"}), "follow_up_at"),
        (json!({"kind": "call", "direction": "inbound", "summary": "a\u{0}"}), "summary"),
        (json!({"kind": "call", "direction": "inbound", "author": "me"}), "author"),
        (json!({"kind": "call"}), "direction"),
    ] {
        assert_eq!(ada.post_json(&log, &body).await.problem(422).errors[0].field, field, "{body}");
    }
    let nobody = "/api/customers/00000000-0000-7000-8000-000000000000";
    let call = json!({"kind": "call", "direction": "inbound"});
    ada.post_json(&format!("{nobody}/interactions"), &call).await.problem(404);
    for list in ["interactions", "timeline"] {
        ada.get(&format!("{nobody}/{list}")).await.problem(404);
        assert_eq!(ada.get(&format!("{path}/{list}?limit=201")).await.problem(422).errors[0].field, "limit");
        assert_eq!(ada.get(&format!("{path}/{list}?cursor=x")).await.problem(422).errors[0].field, "cursor");
    }
}

#[tokio::test]
async fn who_may_not_see_payments_sees_the_rest() {
    let app = TestApp::spawn().await;
    let path = person(&app.client(Role::Owner).await).await;
    sqlx::query(
        "INSERT INTO transactions (id, business_key, payment_key, customer_id, kind, status, transaction_type, currency, amount_minor, occurred_at)
         SELECT gen_random_uuid(), 'in_1', 'in_1', id, 'payment', 'failed', 'subscription', 'usd', 900, now() FROM customers",
    )
    .execute(app.pool())
    .await
    .unwrap();
    for (role, entries) in [(Role::Support, 2), (Role::Analyst, 2), (Role::Viewer, 1)] {
        let client = app.client(role).await;
        let timeline: Page<TimelineEntry> = client.get(&format!("{path}/timeline")).await.json();
        assert_eq!(timeline.items.len(), entries, "{role}");
    }
    let viewer = app.client(Role::Viewer).await;
    let call = json!({"kind": "call", "direction": "inbound"});
    let payments = viewer.get(&format!("{path}/timeline?kind=note,payment")).await.problem(403);
    assert_eq!(payments.permission.as_deref(), Some("transactions:read"));
    let denied = viewer.post_json(&format!("{path}/interactions"), &call).await.problem(403);
    assert_eq!(denied.permission.as_deref(), Some("customers:write"));
}

//! Customers as staff write them: created, changed by two at once, archived, restored, noted; and the log of it.

use crate::support::{Client, TestApp};
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::audit::AuditEntry;
use crm_types::customers::{Customer, CustomerNote};
use reqwest::Method;
use serde_json::{Value, json};

async fn create(client: &Client, body: Value) -> Customer {
    let reply = client.post_json("/api/customers", &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let customer: Customer = reply.json();
    assert_eq!(reply.header("location"), format!("/api/customers/{}", customer.id));
    assert_eq!(reply.header("etag"), "\"1\"");
    customer
}

#[tokio::test]
async fn two_people_save_one_customer() {
    let app = TestApp::spawn().await;
    let (ada, bob) = (app.client(Role::Support).await, app.client(Role::Marketer).await);
    let customer = create(&ada, json!({"name": "Žofia 👩‍🚀", "email": "zofia@example.com"})).await;
    let path = format!("/api/crm/customers/{}", customer.id);

    let first = ada.send_json(Method::PATCH, &path, &json!({"version": 1, "priority": "vip"})).await;
    assert_eq!((first.status.as_u16(), first.header("etag")), (200, "\"2\""));
    let second = bob.send_json(Method::PATCH, &path, &json!({"version": 1, "name": "Sofia"})).await.problem(409);
    assert_eq!(second.kind, "/problems/stale");
    let current = second.current.unwrap();
    assert_eq!(
        (&current["version"], &current["priority"], &current["name"]),
        (&json!(2), &json!("vip"), &json!("Žofia 👩‍🚀"))
    );

    let request = bob.request(Method::PATCH, &path).header("if-match", "\"2\"").json(&json!({"name": "Sofia"}));
    let third = bob.send(request).await;
    assert_eq!(third.json::<Customer>().name.as_deref(), Some("Sofia"));

    for (body, field) in [
        (json!({"name": "x"}), "version"),
        (json!({"version": 3, "locale": "not a locale"}), "locale"),
        (json!({"version": 3, "time_zone": "Mars"}), "time_zone"),
        (json!({"version": 3, "tags": ["a,b"]}), "tags"),
        (json!({"version": 3, "owner_id": "00000000-0000-7000-8000-000000000000"}), "owner_id"),
        (json!({"version": 3, "email": "nobody"}), "email"),
    ] {
        let problem = ada.send_json(Method::PATCH, &path, &body).await.problem(422);
        assert_eq!(problem.errors[0].field, field, "{body}");
    }
    // What is not staff's to write: derived fields, ids, the ledger's figures.
    for field in ["id", "mrr", "lifecycle_state", "stripe_customer_id", "created_at"] {
        let reply = ada.send_json(Method::PATCH, &path, &json!({"version": 3, field: "x"})).await;
        assert!((400..=422).contains(&reply.status.as_u16()), "{field}: {}", reply.text());
    }
    assert_eq!(ada.get(&path).await.json::<Customer>().version, 3, "nothing was saved");
}

#[tokio::test]
async fn an_e_mail_belongs_to_one_until_they_are_archived() {
    let app = TestApp::spawn().await;
    let client = app.client(Role::Owner).await;
    let first = create(&client, json!({"email": "One@Example.com", "tags": ["beta", "press"]})).await;
    let taken = client.post_json("/api/customers", &json!({"email": "one@example.com"})).await.problem(409);
    assert_eq!((taken.errors[0].field.as_str(), taken.errors[0].code.as_str()), ("email", "taken"));
    assert_eq!(client.post_json("/api/customers", &json!({})).await.problem(422).errors[0].field, "email");

    let path = format!("/api/customers/{}", first.id);
    for _ in 0..2 {
        assert!(client.delete(&path).await.json::<Customer>().archived_at.is_some());
    }
    let listed =
        async |query: &str| client.get(&format!("/api/customers?{query}")).await.json::<Page<Customer>>().total;
    assert_eq!((listed("").await, listed("archived=true&tag=press").await, listed("tag=press").await), (0, 1, 0));
    create(&client, json!({"email": "one@example.com"})).await;
    assert_eq!(client.post(&format!("{path}/restore")).await.problem(409).errors[0].code, "taken");
    let tags: Value = client.get("/api/customers/tags?q=PRE").await.json();
    assert_eq!(tags, json!({"items": ["press"]}));
}

#[tokio::test]
async fn notes_and_the_log_of_it_all() {
    let app = TestApp::spawn().await;
    let owner = app.client(Role::Owner).await;
    let customer = create(&owner, json!({"name": "Ada"})).await;
    let notes = format!("/api/customers/{}/notes", customer.id);
    let note: CustomerNote = owner.post_json(&notes, &json!({"body": " Called twice. "})).await.json();
    assert_eq!((note.body.as_str(), note.author.as_str(), note.version), ("Called twice.", "Ada", 1));
    let one = format!("{notes}/{}", note.id);
    let changed = owner.send_json(Method::PATCH, &one, &json!({"body": "Called.", "version": 1})).await;
    assert_eq!(changed.json::<CustomerNote>().version, 2);
    owner.send_json(Method::PATCH, &one, &json!({"body": "Late", "version": 1})).await.problem(409);
    assert_eq!(owner.post_json(&notes, &json!({"body": " "})).await.problem(422).errors[0].field, "body");
    owner
        .post_json("/api/customers/00000000-0000-7000-8000-000000000000/notes", &json!({"body": "x"}))
        .await
        .problem(404);
    for _ in 0..2 {
        assert_eq!(owner.delete(&one).await.status, 204);
    }
    assert_eq!(owner.get(&notes).await.json::<Value>(), json!({"items": []}));

    let log: Page<AuditEntry> = owner.get("/api/audit-log?count=exact").await.json();
    let actions: Vec<&str> = log.items.iter().map(|entry| entry.action.as_str()).collect();
    let expected = ["customer_note.deleted", "customer_note.updated", "customer_note.created", "customer.created"];
    assert_eq!((actions, log.total), (expected.to_vec(), 4));
    let update = &log.items[1];
    assert_eq!(update.before, Some(json!({"body": "Called twice."})));
    assert_eq!(update.after, Some(json!({"body": "Called."})));
    assert_eq!((update.actor_name.as_str(), update.address.as_deref()), ("Ada", Some("127.0.0.1")));
    assert!(update.request_id.is_some());
    let of_customer: Page<AuditEntry> =
        owner.get(&format!("/api/audit-log?resource=customer&resource_id={}", customer.id)).await.json();
    assert_eq!(of_customer.total, 1);
    for role in [Role::Analyst, Role::Marketer, Role::Support, Role::Viewer] {
        app.client(role).await.get("/api/audit-log").await.problem(403);
    }
}

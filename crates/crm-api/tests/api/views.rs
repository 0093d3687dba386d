//! Saved views: one's own, what others share, and who may change which.

use crate::support::{Client, TestApp};
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::api_keys::CreatedApiKey;
use crm_types::audit::AuditEntry;
use crm_types::views::SavedView;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Views {
    items: Vec<SavedView>,
}

async fn names(client: &Client, list: &str) -> Vec<String> {
    let views: Views = client.get(&format!("/api/views?list={list}")).await.json();
    views.items.into_iter().map(|view| view.name).collect()
}

async fn save(client: &Client, body: Value) -> SavedView {
    let reply = client.post_json("/api/views", &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()
}

#[tokio::test]
async fn a_view_is_saved_changed_deleted_and_brought_back() {
    let app = TestApp::spawn().await;
    let (owner, other) = (app.client(Role::Owner).await, app.client(Role::Viewer).await);
    let params = json!({"paying": "true", "q": "O'Neil & <b>Söhne</b>"});
    let new = json!({"list": "/customers", "name": " Paying ", "params": params, "columns": ["mrr"], "sort": "-mrr"});
    let view = save(&owner, new.clone()).await;
    assert_eq!(
        (view.name.as_str(), view.sort.as_deref(), view.shared, view.version),
        ("Paying", Some("-mrr"), false, 1)
    );
    assert_eq!(view.params["q"], "O'Neil & <b>Söhne</b>");
    let twin = owner.post_json("/api/views", &json!({"list": "/customers", "name": "PAYING"})).await.problem(409);
    assert_eq!((twin.errors[0].field.as_str(), twin.errors[0].code.as_str()), ("name", "taken"));
    // The same name in another list, or of somebody else, is another view.
    save(&owner, json!({"list": "/subscriptions", "name": "Paying"})).await;
    save(&other, json!({"list": "/customers", "name": "Paying"})).await;
    assert_eq!(
        (names(&owner, "/customers").await, names(&other, "/subscriptions").await.len()),
        (vec!["Paying".into()], 0)
    );

    let path = format!("/api/views/{}", view.id);
    let patch = json!({"version": 1, "name": "Payers", "columns": null, "params": {}});
    let reply = owner.send_json(Method::PATCH, &path, &patch).await;
    assert_eq!(reply.header("etag"), "\"2\"");
    let changed: SavedView = reply.json();
    assert_eq!((changed.name.as_str(), changed.columns, changed.sort.as_deref()), ("Payers", None, Some("-mrr")));
    assert!(changed.params.is_empty());
    let stale = owner.send_json(Method::PATCH, &path, &json!({"version": 1, "name": "Late"})).await.problem(409);
    assert_eq!((stale.kind.as_str(), &stale.current.unwrap()["name"]), ("/problems/stale", &json!("Payers")));

    for _ in 0..2 {
        assert_eq!(owner.delete(&path).await.status, 204);
    }
    owner.send_json(Method::PATCH, &path, &json!({"version": 2, "name": "Ghost"})).await.problem(404);
    assert_eq!(names(&owner, "/customers").await, [""; 0]);
    for _ in 0..2 {
        assert_eq!(owner.post(&format!("{path}/restore")).await.json::<SavedView>().version, 3);
    }
    assert_eq!(owner.delete(&path).await.status, 204);
    save(&owner, json!({"list": "/customers", "name": "payers"})).await;
    assert_eq!(owner.post(&format!("{path}/restore")).await.problem(409).errors[0].code, "taken");

    let log: Page<AuditEntry> =
        owner.get(&format!("/api/audit-log?resource=view&resource_id={}&sort=id", view.id)).await.json();
    let actions: Vec<&str> = log.items.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["view.created", "view.updated", "view.deleted", "view.restored", "view.deleted"]);
    assert_eq!(log.items[1].before.as_ref().unwrap()["name"], "Paying");
}

#[tokio::test]
async fn a_shared_view_is_everybodys_to_see_and_few_peoples_to_change() {
    let app = TestApp::spawn().await;
    let (support, marketer, admin) =
        (app.client(Role::Support).await, app.client(Role::Marketer).await, app.client(Role::Admin).await);
    let view = save(&support, json!({"list": "/customers", "name": "VIPs", "params": {"priority": "vip"}})).await;
    let path = format!("/api/views/{}", view.id);
    // What is not shared is not there, not even for an admin.
    for client in [&marketer, &admin] {
        assert_eq!(names(client, "/customers").await, [""; 0]);
        client.send_json(Method::PATCH, &path, &json!({"version": 1, "name": "Mine"})).await.problem(404);
        assert_eq!(client.delete(&path).await.status, 204, "there is nothing to delete");
        client.post(&format!("{path}/restore")).await.problem(404);
    }
    support.send_json(Method::PATCH, &path, &json!({"version": 1, "shared": true})).await.json::<SavedView>();
    assert_eq!(names(&marketer, "/customers").await, ["VIPs"]);
    let refused = marketer.send_json(Method::PATCH, &path, &json!({"version": 2, "name": "Mine"})).await.problem(403);
    assert_eq!(refused.detail, "This view is Ada’s. Only they, an owner or an admin can change it.");
    marketer.delete(&path).await.problem(403);
    let renamed = admin.send_json(Method::PATCH, &path, &json!({"version": 2, "name": "All VIPs"})).await;
    assert_eq!(renamed.json::<SavedView>().owner, view.owner, "it stays its owner's");
    assert_eq!(names(&support, "/customers").await, ["All VIPs"]);
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(names(&support, "/customers").await, [""; 0]);
}

#[tokio::test]
async fn an_api_key_reads_what_is_shared_and_saves_nothing() {
    let app = TestApp::spawn().await;
    let owner = app.client(Role::Owner).await;
    save(&owner, json!({"list": "/customers", "name": "Mine"})).await;
    let shared = save(&owner, json!({"list": "/customers", "name": "VIPs", "shared": true})).await;
    let body = json!({"name": "Reports", "scopes": ["customers:read", "settings:write"]});
    let key = owner.post_json("/api/api-keys", &body).await.json::<CreatedApiKey>().key;
    let program = app.anonymous().with_token(key);
    assert_eq!(names(&program, "/customers").await, ["VIPs"]);
    let path = format!("/api/views/{}", shared.id);
    program.post_json("/api/views", &json!({"list": "/customers", "name": "A"})).await.problem(403);
    program.send_json(Method::PATCH, &path, &json!({"version": 1, "name": "A"})).await.problem(403);
    program.delete(&path).await.problem(403);
}

#[tokio::test]
async fn what_cannot_be_a_view_is_refused_and_named() {
    let app = TestApp::spawn().await;
    let client = app.client(Role::Viewer).await;
    let long = "x".repeat(501);
    for (body, field) in [
        (json!({"list": "customers", "name": "A"}), "list"),
        (json!({"list": "/customers", "name": " "}), "name"),
        (json!({"list": "/customers", "name": "A", "params": {"q": long}}), "params"),
        (json!({"list": "/customers", "name": "A", "columns": ["a b"]}), "columns"),
        (json!({"list": "/customers", "name": "A", "sort": "; drop"}), "sort"),
    ] {
        assert_eq!(client.post_json("/api/views", &body).await.problem(422).errors[0].field, field, "{body}");
    }
    assert_eq!(client.get("/api/views?list=//evil").await.problem(422).errors[0].field, "list");
    // As many filters of as many characters as are allowed, and still too much.
    let many: Value =
        (0..50).map(|n| (format!("f{n}"), json!("x".repeat(500)))).collect::<serde_json::Map<_, _>>().into();
    let reply = client.post_json("/api/views", &json!({"list": "/customers", "name": "A", "params": many})).await;
    assert_eq!(reply.problem(422).errors[0].field, "params");
    for n in 0..100 {
        save(&client, json!({"list": "/customers", "name": format!("{n}")})).await;
    }
    let full = client.post_json("/api/views", &json!({"list": "/customers", "name": "one more"})).await.problem(409);
    assert!(full.detail.contains("100 views"), "{}", full.detail);
    save(&client, json!({"list": "/subscriptions", "name": "elsewhere"})).await;
}

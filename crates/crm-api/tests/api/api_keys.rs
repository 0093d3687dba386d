//! API keys: how other programs log in.

use crate::support::{Client, TestApp, figure};
use crm_types::accounts::{Permission, Role};
use crm_types::api_keys::{ApiKey, CreatedApiKey};
use crm_types::customers::Customer;
use crm_types::ids::ApiKeyId;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const KEYS: &str = "/api/api-keys";

async fn make(client: &Client, scopes: &[Permission]) -> CreatedApiKey {
    let reply = client.post_json(KEYS, &json!({"name": "Website", "scopes": scopes})).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()
}

#[tokio::test]
async fn a_key_may_what_its_scopes_say_and_is_named_in_the_log() {
    let app = TestApp::spawn().await;
    let owner = app.client(Role::Owner).await;
    let made = make(&owner, &[Permission::CustomersWrite, Permission::CustomersRead]).await;
    assert!(made.key.starts_with("crm_live_") && made.key.len() >= "crm_live_".len() + 32 + 1 + 32, "{}", made.key);
    let program = app.anonymous().with_token(&made.key);
    let customer: Customer = program.post_json("/api/customers", &json!({"email": "a@b.c"})).await.json();
    assert_eq!(program.get(&format!("/api/crm/customers/{}", customer.id)).await.status, 200);
    let note = json!({"body": "From the website."});
    assert_eq!(program.post_json(&format!("/api/customers/{}/notes", customer.id), &note).await.status, 201);

    let problem = program.get("/api/transactions").await.problem(403);
    assert_eq!(problem.permission.as_deref(), Some("transactions:read"));
    assert!(problem.detail.contains("Website") && problem.detail.contains("transactions:read"), "{}", problem.detail);
    for path in ["/api/auth/me", "/api/auth/sessions", "/api/events"] {
        assert!(program.get(path).await.problem(403).detail.contains("people"), "{path}");
    }

    let log: Value = owner.get("/api/audit-log?resource=customer").await.json();
    let entry = &log["items"][0];
    assert_eq!((&entry["actor_kind"], &entry["actor_name"]), (&json!("api_key"), &json!("Website")));
    assert_eq!(entry["actor_id"], json!(made.api_key.id));
    let listed: Value = owner.get(KEYS).await.json();
    assert!(listed["items"][0]["last_used_at"].is_string());
    assert!(!owner.get(KEYS).await.text().contains("hash"));
}

#[tokio::test]
async fn a_dump_of_all_tables_holds_no_usable_key() {
    let app = TestApp::spawn().await;
    let owner = app.client(Role::Owner).await;
    let made = make(&owner, &[Permission::CustomersRead]).await;
    assert_eq!(app.anonymous().with_token(&made.key).get("/api/customers").await.status, 200);
    let secret = made.key.rsplit('_').next().unwrap();
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
            .fetch_all(app.pool())
            .await
            .unwrap();
    let mut bytes = 0;
    for table in &tables {
        let sql = format!("SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM {table} t");
        let dump: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(app.pool()).await.unwrap();
        assert!(!dump.contains(secret), "{table} holds the secret");
        // Nor is what is stored a key by itself.
        for word in dump.split(|c: char| !c.is_ascii_hexdigit()).filter(|word| word.len() == 64) {
            let forged = format!("crm_live_{}_{word}", made.api_key.id.0.simple());
            app.anonymous().with_token(forged).get("/api/customers").await.problem(401);
        }
        bytes += dump.len();
    }
    figure("API keys", format_args!("0 usable keys in a dump of {} tables ({bytes} bytes)", tables.len()));
}

#[tokio::test]
async fn a_wrong_expired_or_revoked_key_is_refused() {
    let app = TestApp::spawn().await;
    let owner = app.client(Role::Owner).await;
    let made = make(&owner, &[Permission::CustomersRead]).await;
    let (head, secret) = made.key.rsplit_once('_').unwrap();
    let other = if secret.starts_with('0') { "1" } else { "0" };
    let unknown = format!("crm_live_{}_{secret}", ApiKeyId(uuid::Uuid::now_v7()).0.simple());
    for key in [format!("{head}_{other}{}", &secret[1..]), unknown, format!("{head}_"), "crm_live_".to_owned()] {
        let reply = app.anonymous().with_token(&key).get("/api/customers").await;
        assert_eq!(reply.header("www-authenticate"), "Bearer");
        assert!(reply.problem(401).detail.contains("API key"), "{key}");
    }
    let program = app.anonymous().with_token(&made.key);
    assert_eq!(program.get("/api/customers").await.status, 200);
    // Past the server's cache, as another node does it.
    sqlx::query("UPDATE api_keys SET expires_at = created_at + interval '1 microsecond'")
        .execute(app.pool())
        .await
        .unwrap();
    let start = Instant::now();
    while program.get("/api/customers").await.status == 200 {
        assert!(start.elapsed() < Duration::from_secs(5), "still let in");
    }
    let after = start.elapsed().as_millis();
    figure("revocation", format_args!("API key expired elsewhere: refused after {after} ms (at most 5,000)"));
    let made = make(&owner, &[Permission::CustomersRead]).await;
    let program = app.anonymous().with_token(&made.key);
    assert_eq!(program.get("/api/customers").await.status, 200);
    for _ in 0..2 {
        assert_eq!(owner.delete(&format!("{KEYS}/{}", made.api_key.id)).await.status, 204);
    }
    program.get("/api/customers").await.problem(401);
    let listed: Vec<ApiKey> = serde_json::from_value(owner.get(KEYS).await.json::<Value>()["items"].clone()).unwrap();
    assert!(listed.iter().any(|key| key.id == made.api_key.id && key.revoked_at.is_some()));
}

#[tokio::test]
async fn a_key_is_made_by_who_may_and_with_what_keys_may() {
    let app = TestApp::spawn().await;
    for role in [Role::Analyst, Role::Marketer, Role::Support, Role::Viewer] {
        let client = app.client(role).await;
        client.post_json(KEYS, &json!({"name": "x", "scopes": ["plans:read"]})).await.problem(403);
        client.get(KEYS).await.problem(403);
    }
    let owner = app.client(Role::Owner).await;
    for (body, field) in [
        (json!({"name": "x", "scopes": []}), "scopes"),
        (json!({"name": "x", "scopes": ["users:write"]}), "scopes"),
        (json!({"name": "x", "scopes": ["api_keys:write"]}), "scopes"),
        (json!({"name": "", "scopes": ["plans:read"]}), "name"),
        (json!({"name": "x", "scopes": ["plans:read"], "expires_at": "2020-01-01T00:00:00Z"}), "expires_at"),
        (json!({"name": "x", "scopes": ["plans:read"], "key": "mine"}), "key"),
    ] {
        assert_eq!(owner.post_json(KEYS, &body).await.problem(422).errors[0].field, field, "{body}");
    }
    owner.post_json(KEYS, &json!({"name": "x", "scopes": ["everything"]})).await.problem(422);
}

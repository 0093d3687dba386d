//! `Idempotency-Key`: the same request again gets the same reply.

use crate::support::{Client, Reply, TestApp, figure};
use crm_types::Page;
use crm_types::accounts::{Permission, Role};
use crm_types::api_keys::CreatedApiKey;
use crm_types::customers::Customer;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

const CUSTOMERS: &str = "/api/customers";

async fn post(client: &Client, path: &str, key: &str, body: &Value) -> Reply {
    client.send(client.request(Method::POST, path).header("idempotency-key", key).json(body)).await
}

async fn customers(client: &Client) -> i64 {
    client.get(CUSTOMERS).await.json::<Page<Customer>>().total
}

#[tokio::test]
async fn the_same_request_gets_the_same_reply_and_is_done_once() {
    let app = TestApp::spawn().await;
    let client = app.client(Role::Owner).await;
    let body = json!({"name": "Ada"});
    let first = post(&client, CUSTOMERS, "k1", &body).await;
    assert_eq!((first.status.as_u16(), first.header("idempotent-replayed")), (201, ""));
    let again = post(&client, CUSTOMERS, "k1", &body).await;
    assert_eq!((again.status.as_u16(), again.header("idempotent-replayed")), (201, "true"));
    assert_eq!(again.body, first.body);
    for header in ["content-type", "location", "etag", "cache-control", "x-content-type-options"] {
        assert_eq!(again.header(header), first.header(header), "{header}");
    }
    assert_eq!(customers(&client).await, 1);
    let other = post(&client, CUSTOMERS, "k1", &json!({"name": "Bob"})).await.problem(422);
    assert_eq!((other.errors[0].field.as_str(), other.errors[0].code.as_str()), ("Idempotency-Key", "reused"));
    let customer: Customer = first.json();
    post(&client, &format!("{CUSTOMERS}/{}/restore", customer.id), "k1", &body).await.problem(422);
    let stranger = app.client(Role::Owner).await;
    assert_eq!(
        post(&stranger, CUSTOMERS, "k1", &body).await.header("idempotent-replayed"),
        "",
        "keys are each caller's own"
    );
    post(&client, CUSTOMERS, &"x".repeat(256), &body).await.problem(422);
    // What was refused is refused again, also once it would go well.
    let taken = json!({"email": "a@b.c"});
    let made: Customer = client.post_json(CUSTOMERS, &taken).await.json();
    post(&client, CUSTOMERS, "k2", &taken).await.problem(409);
    client.delete(&format!("{CUSTOMERS}/{}", made.id)).await;
    let refused = post(&client, CUSTOMERS, "k2", &taken).await;
    assert_eq!((refused.status.as_u16(), refused.header("idempotent-replayed")), (409, "true"));
}

#[tokio::test]
async fn of_many_at_once_one_is_done() {
    let app = TestApp::spawn().await;
    let client = app.client(Role::Owner).await;
    let body = json!({"name": "Ada"});
    let replies = join_all((0..20).map(|_| post(&client, CUSTOMERS, "same", &body))).await;
    let fresh = replies.iter().filter(|r| r.status == 201 && r.header("idempotent-replayed").is_empty()).count();
    let running = replies.iter().filter(|r| r.status == 409).count();
    assert_eq!(fresh, 1);
    for reply in replies.iter().filter(|r| r.status == 409) {
        assert!(reply.problem(409).retry_after.is_some());
        assert_eq!(reply.header("retry-after"), "1");
    }
    assert!(replies.iter().all(|r| r.status == 201 || r.status == 409));
    assert_eq!(customers(&client).await, 1);
    figure(
        "idempotency",
        format_args!("20 at once with one key: 1 done, {running} told to wait, {} replayed", 19 - running),
    );
}

#[tokio::test]
async fn an_api_key_has_keys_of_its_own_and_secrets_are_not_kept() {
    let app = TestApp::spawn().await;
    let owner = app.client(Role::Owner).await;
    let body = json!({"name": "Website", "scopes": [Permission::CustomersWrite, Permission::CustomersRead]});
    let made: CreatedApiKey = post(&owner, "/api/api-keys", "make", &body).await.json();
    let again = post(&owner, "/api/api-keys", "make", &body).await.problem(409);
    assert_eq!(again.kind, "/problems/reply-not-kept");
    let listed: Value = owner.get("/api/api-keys").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "done once all the same");
    let program = app.anonymous().with_token(&made.key);
    assert_eq!(post(&program, CUSTOMERS, "k", &json!({"name": "Ada"})).await.status, 201);
    assert_eq!(post(&program, CUSTOMERS, "k", &json!({"name": "Ada"})).await.header("idempotent-replayed"), "true");
    let dump: String = sqlx::query_scalar(
        "SELECT string_agg(concat_ws(' ', i::text, convert_from(i.body, 'UTF8')), '') FROM idempotency_keys i",
    )
    .fetch_one(app.pool())
    .await
    .unwrap();
    assert!(!dump.contains(made.key.rsplit('_').next().unwrap()) && dump.contains("Ada"));
}

#[tokio::test]
async fn what_was_abandoned_or_is_a_day_old_is_free_again() {
    let app = TestApp::spawn().await;
    let client = app.client(Role::Owner).await;
    let body = json!({"name": "Ada"});
    let age = async |sql: &'static str| sqlx::query(sql).execute(app.pool()).await.unwrap();
    assert_eq!(post(&client, CUSTOMERS, "k", &body).await.status, 201);
    age("UPDATE idempotency_keys SET status = NULL, created_at = now() - interval '59 s'").await;
    assert_eq!(post(&client, CUSTOMERS, "k", &body).await.problem(409).retry_after, Some(1));
    age("UPDATE idempotency_keys SET created_at = now() - interval '61 s'").await;
    assert_eq!(post(&client, CUSTOMERS, "k", &body).await.status, 201);
    age("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'").await;
    assert_eq!(
        post(&client, CUSTOMERS, "k", &json!({"name": "Bob"})).await.status,
        201,
        "another request, a day later"
    );
    assert_eq!(customers(&client).await, 3);
    age("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'").await;
    let swept = crm_domain::idempotency::sweep(&mut app.pool().acquire().await.unwrap()).await.unwrap();
    assert_eq!(swept, 1);
}

#[tokio::test]
async fn a_fault_of_ours_is_tried_again() {
    let app = TestApp::spawn().await;
    let client = app.client(Role::Owner).await;
    let body = json!({"name": "Ada"});
    let run = async |sql: &'static str| sqlx::raw_sql(sql).execute(app.pool()).await.unwrap();
    run("ALTER TABLE customer_tags RENAME TO elsewhere").await;
    let tagged = json!({"name": "Ada", "tags": ["a"]});
    post(&client, CUSTOMERS, "k", &tagged).await.problem(500);
    run("ALTER TABLE elsewhere RENAME TO customer_tags").await;
    let reply = post(&client, CUSTOMERS, "k", &tagged).await;
    assert_eq!((reply.status.as_u16(), reply.header("idempotent-replayed")), (201, ""));
    assert_eq!(post(&client, CUSTOMERS, "k", &body).await.problem(422).errors[0].code, "reused");
}

//! Customers out of a file, over HTTP.

use crate::customers_bulk::finished;
use crate::support::{Client, Reply, TestApp};
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::customers::Customer;
use crm_types::customers_import::Import;
use futures_util::stream;
use reqwest::{Body, Method};
use serde_json::json;
use std::convert::Infallible;

async fn send(client: &Client, kind: &str, body: impl Into<Body>) -> Reply {
    let request = client.request(Method::POST, "/api/customers/imports?file_name=people.csv");
    client.send(request.header("content-type", kind).body(body)).await
}

#[tokio::test]
async fn a_file_becomes_customers_and_its_wrong_rows_come_back() {
    let app = TestApp::spawn().await;
    let ada = app.client(Role::Support).await;
    let utf16: Vec<u8> = "E-Mail;Vorname;Nachname;Notiz\r\nzofia@example.com;Žofia;Kováč 👩‍🚀;x\r\nnobody;=1+1;;y\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let reply = send(&ada, "text/csv; charset=utf-16", [vec![0xFF, 0xFE], utf16].concat()).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let import: Import = reply.json();
    let path = format!("/api/customers/imports/{}", import.id);
    assert_eq!(reply.header("location"), path);
    assert_eq!((import.encoding.as_str(), import.delimiter.as_str(), import.rows), ("utf-16le", ";", 2));
    assert_eq!(import.file_name.as_deref(), Some("people.csv"));
    let mapping: Vec<_> = import.columns.iter().map(|column| column.suggestion).collect();
    ada.get(&format!("{path}/errors")).await.problem(404);

    let plan = json!({"mapping": mapping, "dry_run": true});
    let dry = ada.post_json(&format!("{path}/run"), &plan).await;
    assert_eq!(dry.status, 202, "{}", dry.text());
    let dry = finished(&ada, &dry.json()).await;
    assert_eq!((dry.created, dry.failed), (1, 1));
    assert_eq!(ada.get("/api/customers").await.json::<Page<Customer>>().total, 0);

    let plan = json!({"mapping": mapping, "add_tags": ["fair"]});
    let job = finished(&ada, &ada.post_json(&format!("{path}/run"), &plan).await.json()).await;
    assert_eq!((job.created, job.failed, job.errors[0].line), (1, 1, 3));
    let page: Page<Customer> = ada.get("/api/customers?tag=fair").await.json();
    assert_eq!(page.items[0].name.as_deref(), Some("Žofia Kováč 👩‍🚀"));
    let errors = ada.get(&format!("{path}/errors")).await;
    assert!(errors.header("content-disposition").starts_with("attachment"));
    let text = errors.text();
    assert!(text.contains("nobody,'=1+1,,y,E-Mail: Enter an e-mail address"), "no spreadsheet runs it: {text}");
    let listed: Page<Import> = ada.get("/api/customers/imports").await.json();
    assert_eq!((listed.total, listed.items[0].job.as_ref().unwrap().id), (1, job.id));
}

#[tokio::test]
async fn a_file_that_is_too_large_leaves_nothing_and_fills_no_memory() {
    let app = TestApp::spawn_with(&[("CRM_IMPORT_LIMIT_MB", "2")]).await;
    let ada = app.client(Role::Owner).await;
    let limit = send(&ada, "text/csv", vec![b'x'; 2_000_001]).await.problem(413);
    assert_eq!(limit.detail, "A file may have 2 MB. Split it, or ask an admin to raise CRM_IMPORT_LIMIT_MB.");
    // Without a length nobody knows beforehand.
    let row = "someone@example.com,Somebody\n".repeat(1_000);
    let pieces = (0..100).map(move |_| Ok::<_, Infallible>(row.clone()));
    let request = ada.request(Method::POST, "/api/customers/imports").header("content-type", "text/csv");
    // The server may close while the rest is on its way.
    if let Ok(reply) = request.body(Body::wrap_stream(stream::iter(pieces))).send().await {
        assert_eq!(reply.status(), 413);
    }
    let rows =
        async || sqlx::query_scalar::<_, i64>("SELECT count(*) FROM import_rows").fetch_one(app.pool()).await.unwrap();
    let emptied = async {
        while rows().await > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), emptied).await.expect("what broke off is removed");
    assert_eq!(ada.get("/api/customers/imports").await.json::<Page<Import>>().total, 0);
    send(&ada, "application/json", "{}").await.problem(415);
    assert_eq!(send(&ada, "text/csv", "").await.problem(422).errors[0].field, "file");
}

#[tokio::test]
async fn a_plan_must_fit_its_file() {
    let app = TestApp::spawn().await;
    let ada = app.client(Role::Owner).await;
    let import: Import = send(&ada, "text/csv", "email,name\na@example.com,A\n").await.json();
    let path = format!("/api/customers/imports/{}/run", import.id);
    for (body, field) in [
        (json!({"mapping": ["email"]}), "mapping"),
        (json!({"mapping": ["email", "email"]}), "mapping"),
        (json!({"mapping": [null, "tags"]}), "mapping"),
        (json!({"mapping": ["email", "name"], "add_tags": ["a,b"]}), "tags"),
        (json!({"mapping": ["email", "name"], "force": true}), "force"),
        (json!({}), "mapping"),
    ] {
        assert_eq!(ada.post_json(&path, &body).await.problem(422).errors[0].field, field, "{body}");
    }
    let unknown = "/api/customers/imports/00000000-0000-7000-8000-000000000000/run";
    ada.post_json(unknown, &json!({"mapping": []})).await.problem(404);
}

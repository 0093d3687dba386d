//! Customers as a file, over HTTP: with an access token, with a ticket, and back again through the import.

use crate::customers_bulk::finished;
use crate::support::TestApp;
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::audit::AuditEntry;
use crm_types::customers::Customer;
use crm_types::customers_bulk::ExportLink;
use crm_types::customers_import::Import;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn what_goes_out_comes_in_again() {
    let app = TestApp::spawn().await;
    let ada = app.client(Role::Owner).await;
    let hostile = json!({
        "email": "ada@example.com", "name": "=cmd|'/c calc'!A1", "phone": "+41 44", "locale": "de-CH", "time_zone": "Europe/Zurich",
        "priority": "vip", "tags": ["a b", "@home"], "acquisition_source": "'=quoted",
    });
    let quoted = json!({"name": "Žofia \"Zo\" Kováč, 👩‍🚀", "email": "zo@example.com"});
    for person in [&hostile, &quoted] {
        assert_eq!(ada.post_json("/api/customers", person).await.status, 201);
    }
    let file = ada.get("/api/customers/export?format=csv&sort=name&archived=false").await;
    assert_eq!(
        (file.status.as_u16(), file.header("content-type")),
        (200, "text/csv; charset=utf-8"),
        "{}",
        file.text()
    );
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"customers-"));
    assert!(file.text().contains(",'=cmd|'/c calc'!A1,'+41 44,"), "{}", file.text());
    let lines = ada.get("/api/customers/export?format=ndjson&q=zo").await;
    let only: Customer = serde_json::from_str(lines.text().trim()).unwrap();
    assert_eq!(only.email.as_deref(), Some("zo@example.com"));
    let log: Page<AuditEntry> = ada.get("/api/audit-log?action=customers.exported&sort=id").await.json();
    let after = log.items[0].after.clone().unwrap();
    assert_eq!((log.total, &after["rows"], &after["format"]), (2, &json!(2), &json!("csv")));
    assert_eq!(log.items[1].after.clone().unwrap()["filter"]["q"], "zo");

    // Into another account.
    let other = TestApp::spawn().await;
    let bob = other.client(Role::Owner).await;
    let request = bob.request(Method::POST, "/api/customers/imports").header("content-type", "text/csv");
    let import: Import = bob.send(request.body(file.body.clone())).await.json();
    let mapping: Vec<_> = import.columns.iter().map(|column| column.suggestion).collect();
    let run = bob.post_json(&format!("/api/customers/imports/{}/run", import.id), &json!({"mapping": mapping})).await;
    let job = finished(&bob, &run.json()).await;
    assert_eq!((job.created, job.failed), (2, 0), "{:?}", job.errors);
    let people = async |client: &crate::support::Client| {
        let page: Page<Customer> = client.get("/api/customers?sort=name").await.json();
        let people = page.items.into_iter().map(|c| {
            (c.email, c.name, c.phone, c.locale, c.time_zone, c.priority, c.tags, c.acquisition_source, c.created_at)
        });
        people.collect::<Vec<_>>()
    };
    assert_eq!(people(&bob).await, people(&ada).await);
}

#[tokio::test]
async fn a_file_holds_who_was_chosen_and_what_they_paid() {
    let app = TestApp::spawn().await;
    let ada = app.client(Role::Owner).await;
    let mut ids = Vec::new();
    for name in ["One", "Two", "Three"] {
        let person: Customer = ada.post_json("/api/customers", &json!({"name": name})).await.json();
        ids.push(person.id);
    }
    sqlx::query("UPDATE customers SET lifetime_minor = 12345, lifetime_currency = 'usd' WHERE name = 'One'")
        .execute(app.pool())
        .await
        .unwrap();
    let chosen = json!({"ids": [ids[0], ids[1]]});
    let link: ExportLink = ada.post_json("/api/customers/export?format=csv&sort=name", &chosen).await.json();
    let text = ada.get(&link.url).await.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].ends_with(",coach,lifetime_value,lifetime_currency"), "{}", lines[0]);
    assert!(lines[1].contains(",One,") && lines[1].ends_with(",123.45,usd"), "{}", lines[1]);
    assert!(lines[2].contains(",Two,") && lines[2].ends_with(",,"), "{}", lines[2]);
    // The filters count as well.
    let link: ExportLink = ada.post_json("/api/customers/export?format=ndjson&q=two", &chosen).await.json();
    assert_eq!(ada.get(&link.url).await.text().lines().count(), 1);
    let wrong = ada.post_json("/api/customers/export", &json!({"ids": []})).await.problem(422);
    assert_eq!(wrong.errors[0].field, "ids");
    ada.post_json("/api/customers/export", &json!({"all": true})).await.problem(422);
}

#[tokio::test]
async fn a_link_is_good_once_and_without_a_log_in() {
    let app = TestApp::spawn().await;
    let (ada, nobody) = (app.client(Role::Viewer).await, app.anonymous());
    let link: ExportLink = ada.post("/api/customers/export?format=xlsx&sort=-name&tier=tier1").await.json();
    assert!(link.url.starts_with("/api/customers/export?ticket="));
    let file = nobody.get(&link.url).await;
    assert_eq!(file.status, 200);
    assert!(file.header("content-type").ends_with("sheet") && file.body.starts_with(b"PK"));
    nobody.get(&link.url).await.problem(404);
    nobody.get("/api/customers/export?ticket=").await.problem(404);
    nobody.get("/api/customers/export?format=csv&ticket=x").await.problem(401);
    nobody.post("/api/customers/export?format=csv").await.problem(401);
    for (query, field) in [
        ("format=pdf", "format"),
        ("limit=5", "limit"),
        ("tier=tier9", "tier"),
        ("x=1", "x"),
        ("format=csv&format=csv", "format"),
    ] {
        assert_eq!(
            ada.post(&format!("/api/customers/export?{query}")).await.problem(422).errors[0].field,
            field,
            "{query}"
        );
        assert_eq!(
            ada.get(&format!("/api/customers/export?{query}")).await.problem(422).errors[0].field,
            field,
            "{query}"
        );
    }
}

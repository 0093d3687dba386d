//! Organisations over HTTP, and customers who belong to one.

use crate::customers_bulk::finished;
use crate::support::{Client, TestApp};
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::customers::Customer;
use crm_types::organizations::{Organization, OrganizationRevenue, OrganizationStatus};
use reqwest::Method;
use serde_json::{Value, json};

async fn create(client: &Client, body: Value) -> Organization {
    let reply = client.post_json("/api/organizations", &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let organization: Organization = reply.json();
    assert_eq!(reply.header("location"), format!("/api/organizations/{}", organization.id));
    assert_eq!(reply.header("etag"), "\"1\"");
    organization
}

#[tokio::test]
async fn an_organisation_is_created_changed_archived_and_restored() {
    let app = TestApp::spawn().await;
    let ada = app.client(Role::Support).await;
    let gym = create(&ada, json!({"name": " Iron Gym 💪 ", "kind": "gym", "website": "iron.example"})).await;
    assert_eq!((gym.name.as_str(), gym.website.as_deref()), ("Iron Gym 💪", Some("https://iron.example")));
    let taken = ada.post_json("/api/organizations", &json!({"name": "IRON GYM 💪", "kind": "club"})).await.problem(409);
    assert_eq!((taken.errors[0].field.as_str(), taken.errors[0].code.as_str()), ("name", "taken"));

    let path = format!("/api/crm/organizations/{}", gym.id);
    let patch = json!({"version": 1, "status": "trial", "phone": "+1", "website": null});
    let changed = ada.send_json(Method::PATCH, &path, &patch).await;
    assert_eq!(changed.header("etag"), "\"2\"");
    let changed: Organization = changed.json();
    assert_eq!((changed.status, changed.website), (OrganizationStatus::Trial, None));
    let stale = ada.send_json(Method::PATCH, &path, &json!({"version": 1, "name": "Late"})).await.problem(409);
    assert_eq!((stale.kind.as_str(), &stale.current.unwrap()["version"]), ("/problems/stale", &json!(2)));
    for (body, field) in [
        (json!({"name": "x"}), "version"),
        (json!({"version": 2, "name": " "}), "name"),
        (json!({"version": 2, "name": "a\u{0}b"}), "name"),
        (json!({"version": 2, "website": "javascript:alert(1)"}), "website"),
        (json!({"version": 2, "email": "nobody"}), "email"),
        (json!({"version": 2, "notes": "x".repeat(10_001)}), "notes"),
        (json!({"version": 2, "coaches": 7}), "coaches"),
    ] {
        let problem = ada.send_json(Method::PATCH, &path, &body).await.problem(422);
        assert_eq!(problem.errors[0].field, field, "{body}");
    }
    ada.send_json(Method::PATCH, &path, &json!({"version": 2, "kind": "bar"})).await.problem(422);
    assert_eq!(ada.get("/api/organizations?kind=bar").await.problem(422).errors[0].field, "kind");
    assert_eq!(ada.get("/api/organizations?limit=100000").await.problem(422).errors[0].field, "limit");

    for _ in 0..2 {
        assert!(ada.post(&format!("{path}/archive")).await.json::<Organization>().archived_at.is_some());
    }
    let listed =
        async |query: &str| ada.get(&format!("/api/organizations?{query}")).await.json::<Page<Organization>>().total;
    assert_eq!((listed("").await, listed("archived=true&q=iron&status=trial").await), (0, 1));
    create(&ada, json!({"name": "iron gym 💪", "kind": "gym"})).await;
    assert_eq!(ada.post(&format!("{path}/restore")).await.problem(409).errors[0].field, "name");

    let viewer = app.client(Role::Viewer).await;
    let denied = viewer.post_json("/api/organizations", &json!({"name": "x", "kind": "gym"})).await.problem(403);
    assert_eq!(denied.permission.as_deref(), Some("organizations:write"));
    assert_eq!(viewer.get("/api/organizations").await.json::<Page<Organization>>().total, 1);
}

#[tokio::test]
async fn customers_belong_to_one_in_list_export_bulk_and_import() {
    let app = TestApp::spawn().await;
    let ada = app.client(Role::Owner).await;
    let gym = create(&ada, json!({"name": "Ironworks", "kind": "gym"})).await;
    let new = json!({"email": "m@example.com", "name": "=Member", "organization_id": gym.id});
    let member: Customer = ada.post_json("/api/customers", &new).await.json();
    assert_eq!(member.organization.as_ref().map(|organization| organization.name.as_str()), Some("Ironworks"));
    ada.post_json("/api/customers", &json!({"name": "Other"})).await;
    let nil = "00000000-0000-7000-8000-000000000000";
    let unknown = ada.post_json("/api/customers", &json!({"name": "x", "organization_id": nil})).await.problem(422);
    assert_eq!(unknown.errors[0].field, "organization_id");

    let filter = format!("organization={}", gym.id);
    let page: Page<Customer> = ada.get(&format!("/api/customers?{filter}")).await.json();
    assert_eq!((page.total, page.items[0].id), (1, member.id));
    let found: Page<Customer> = ada.get("/api/customers?q=irnoworks").await.json();
    assert_eq!(found.items[0].id, member.id, "by the organisation's misspelt name");
    assert_eq!(ada.get("/api/customers?organization=gym").await.problem(422).errors[0].field, "organization");
    let file = ada.get(&format!("/api/customers/export?format=csv&{filter}")).await.text();
    assert_eq!((file.lines().count(), file.contains(",Ironworks,")), (2, true), "{file}");

    let matching = json!({"action": {"add_tags": ["gym"]}, "all_matching": {"organization": gym.id}});
    let job = finished(&ada, &ada.post_json("/api/customers/bulk", &matching).await.json()).await;
    assert_eq!(job.changed, 1);

    let csv =
        "email,company\na@example.com, ironworks\nb@example.com,Nowhere\nc@example.com,\nm@example.com,IRONWORKS\n";
    let request = ada.request(Method::POST, "/api/customers/imports").header("content-type", "text/csv").body(csv);
    let import: Value = ada.send(request).await.json();
    assert_eq!(import["columns"][1]["suggestion"], "organization");
    let plan = json!({"mapping": ["email", "organization"], "on_existing": "update"});
    let run = format!("/api/customers/imports/{}/run", import["id"].as_str().unwrap());
    let job = finished(&ada, &ada.post_json(&run, &plan).await.json()).await;
    assert_eq!((job.created, job.failed, job.skipped), (2, 1, 1), "{job:?}");
    assert_eq!((job.errors[0].line, job.errors[0].column.as_deref()), (3, Some("company")));
    let now: Organization = ada.get(&format!("/api/organizations/{}", gym.id)).await.json();
    assert_eq!((now.coaches, now.clients, now.paying_clients), (0, 2, 0));
    let revenue: OrganizationRevenue = ada.get(&format!("/api/organizations/{}/revenue", gym.id)).await.json();
    assert_eq!((revenue.streams.len(), revenue.penetration), (0, Some(0.0)));
    let sorted: Page<Organization> = ada.get("/api/organizations?sort=-clients").await.json();
    assert_eq!(sorted.items[0].id, gym.id);
}

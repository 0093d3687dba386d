//! Profiles over HTTP: declared by who may, filled by who may.

use crate::business::{self, ADA};
use crate::support::TestApp;
use crm_types::accounts::Role;
use crm_types::customers::Customer;
use crm_types::profiles::{Profile, ProfileFields, Profiles};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_profile_is_declared_filled_and_goes_back() {
    let app = TestApp::spawn().await;
    business::write(app.pool()).await;
    let (admin, support) = (app.client(Role::Admin).await, app.client(Role::Support).await);
    let fields = json!({"items": [{"key": "goal", "label": "Goal", "kind": "text"}, {"key": "dog", "label": "Has a dog", "kind": "yes_no"}]});
    support.send_json(Method::PUT, "/api/profile-fields", &fields).await.problem(403);
    let declared: ProfileFields = admin.send_json(Method::PUT, "/api/profile-fields", &fields).await.json();
    assert_eq!(support.get("/api/profile-fields").await.json::<ProfileFields>(), declared);

    let path = format!("/api/customers/{ADA}/profiles");
    let reply = support.post_json(&path, &json!({"name": "Ada King", "answers": {"goal": "Run"}})).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    assert_eq!(reply.json::<Profile>().completion_percent, Some(50));
    assert_eq!(
        support.get(&format!("/api/customers/{ADA}")).await.json::<Customer>().name.as_deref(),
        Some("Ada King")
    );
    support.post_json(&path, &json!({"answers": {"goal": "Swim", "dog": true}})).await;
    let back: Profile = support.post_json(&format!("{path}/1/activate"), &json!({})).await.json();
    assert!(back.active);
    let all: Profiles = support.get(&path).await.json();
    assert_eq!(
        all.items.iter().map(|p| (p.number, p.active, p.completion_percent)).collect::<Vec<_>>(),
        [(2, false, Some(100)), (1, true, Some(50))]
    );
    let problem = support.post_json(&path, &json!({"answers": {"dog": "yes", "cat": 1}})).await.problem(422);
    assert_eq!(problem.errors[0].field, "answers.cat");
    support.post_json(&path, &json!({"customer_id": ADA})).await.problem(422);
    support.post_json(&format!("{path}/7/activate"), &json!({})).await.problem(404);
    app.client(Role::Viewer).await.post_json(&path, &json!({})).await.problem(403);
}
